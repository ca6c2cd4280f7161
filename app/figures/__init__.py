"""Figures as files and on the clipboard: SVG, PDF, PNG, TikZ; the same figure gives the same bytes.

Reading order: bounds (how large a figure is), kinds (a figure as the bytes of each kind of file), files
(writing them so that no half file is ever left), clipboard, headless.
"""

from __future__ import annotations

from app.figures.clipboard import figure_mime
from app.figures.files import save_figure, save_pages
from app.figures.headless import drawing_program

__all__ = ["drawing_program", "figure_mime", "save_figure", "save_pages"]
