"""Programs as NumPy scripts."""
