"""The parts of a figure painted with Qt, for the canvas, for panels and for files."""
