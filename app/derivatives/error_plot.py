"""The errors of differences over the step h, both on logarithmic scales: two curves in the shape of a V."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QSizePolicy, QWidget

from app.widgets.axes import show_axes
from app.widgets.theme import LIGHT, Theme
from core.derivatives.numerical import SWEPT, Sweep, Swept

LEAST, MOST = 1e-17, 1e9  # errors drawn; 0 is drawn at the least
FLAT = 1e-6  # shown at least, however little the errors differ
POINT, BEST = 6, 15  # pixels
CURVES = {"one-sided": ("upstream", "t"), "centred": ("local", "o")}


class ErrorPlot(pg.PlotWidget):
    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.setAccessibleName("Error of the differences over h")
        self.setToolTip("Relative error against reverse mode for each step h; the ringed points are the best")
        # takes what the panel's height leaves; below this the panel is scrolled
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self.setMinimumSize(150, 200)
        plot = self.getPlotItem()
        plot.setLogMode(x=True, y=True)
        plot.setLabel("bottom", "step h")
        plot.setLabel("left", "relative error")
        for side in ("left", "bottom"):
            plot.getAxis(side).enableAutoSIPrefix(False)
        plot.setMenuEnabled(False)
        plot.hideButtons()
        self.setMouseEnabled(x=False, y=False)
        self.setXRange(np.log10(SWEPT[-1]), np.log10(SWEPT[0]), padding=0.04)
        self.legend = plot.addLegend()
        self.legend.anchor((0.5, 0), (0.5, 0), (0, 4))  # between the arms of the V
        self.curves = {name: plot.plot(name=name, symbol=CURVES[name][1]) for name in CURVES}
        self.best = plot.plot(pen=None, symbol="o", symbolSize=BEST)
        self.set_theme(LIGHT)

    def set_theme(self, theme: Theme) -> None:
        show_axes(self, theme)
        for name, (part, _) in CURVES.items():
            style = Qt.PenStyle.DashLine if name == "one-sided" else Qt.PenStyle.SolidLine
            curve = self.curves[name]
            curve.setPen(pg.mkPen(theme.colour(part), width=2, style=style))
            curve.setSymbolSize(POINT)
            curve.setSymbolPen(pg.mkPen(theme.colour(part)))
            curve.setSymbolBrush(pg.mkBrush(theme.colour(part)))
        self.best.setSymbolPen(pg.mkPen(theme.colour("ink"), width=2.5))
        self.best.setSymbolBrush(None)
        self.legend.setLabelTextColor(theme.ink)
        self.legend.setLabelTextSize(f"{QApplication.font().pointSize()}pt")
        for sample, label in self.legend.items:
            label.setText(label.text, color=theme.ink, size=f"{QApplication.font().pointSize()}pt")
            sample.update()

    def show_rows(self, rows: Sequence[Swept]) -> None:
        """The curves as far as they are known, no point marked as the best."""
        steps = [row.h for row in rows]
        errors = {
            "one-sided": [row.one_sided_error for row in rows],
            "centred": [row.centred_error for row in rows],
        }
        for name, curve in self.curves.items():
            curve.setData(steps, _drawn(errors[name]), connect="finite")
        self.best.setData([], [])
        drawn = np.concatenate([_drawn(line) for line in errors.values()] + [[1.0, FLAT]])
        self.setYRange(np.log10(np.nanmin(drawn)), np.log10(np.nanmax(drawn)), padding=0.06)

    def show_best(self, sweep: Sweep) -> None:
        one, two = sweep.best_one_sided, sweep.best_centred
        self.best.setData([one.h, two.h], _drawn([one.one_sided_error, two.centred_error]))


def _drawn(errors: Sequence[float]) -> np.ndarray:
    """Errors that a logarithmic scale can show; what is no number leaves a gap."""
    return np.asarray(np.clip(errors, LEAST, MOST), dtype=float)
