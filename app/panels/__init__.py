"""The panels around the canvas: one file, one panel, one class; each takes the session and shows it."""
