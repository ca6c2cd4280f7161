"""Figures as files and on the clipboard: SVG, PDF, PNG, WebP, TikZ; the same figure gives the same bytes.

Reading order: kinds (the table of them), bounds (how large a figure is), style; marks (what vector files
write) and fonts; then svg, pdf, pixels and tikz (a figure as the bytes of a file), files (written whole or
not at all), clipboard, headless.
"""
