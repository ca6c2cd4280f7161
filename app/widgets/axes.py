"""The look that all plots share."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtWidgets import QApplication

from app.widgets.theme import Theme


def show_axes(plot: pg.PlotWidget, theme: Theme) -> None:
    """Paper, lines and text of a plot as the theme and the size of text want them."""
    plot.setBackground(theme.paper)
    plot.getPlotItem().layout.setContentsMargins(0, 8, 8, 0)  # room for the last number of each axis
    for side in ("bottom", "left"):
        axis = plot.getPlotItem().getAxis(side)
        axis.setPen(theme.line)
        axis.setTextPen(theme.ink)
        axis.setTickFont(QApplication.font())
        axis.label.setFont(QApplication.font())
