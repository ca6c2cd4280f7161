"""Data sets, drawn or bundled, and the examples that programs are fed."""
