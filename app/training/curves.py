"""Loss against updates: training and test, on a logarithmic scale when asked."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtWidgets import QWidget

from app.state.training_session import TrainingSession
from app.widgets.axes import show_axes
from app.widgets.theme import Theme

THOUSANDS = 10_000  # updates; as many and more are counted in thousands
MOST_POINTS = 1200  # more than the plot has pixels is thinned to least and most


class Updates(pg.AxisItem):
    """An axis of many updates, in few characters: 50k, 1.5M."""

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        if not values or max(values) < THOUSANDS:
            return [f"{value:g}" for value in values]
        unit, letter = (1e6, "M") if max(values) >= 1e6 else (1e3, "k")
        return [f"{value / unit:g}{letter}" if value else "0" for value in values]


class Curves(pg.PlotWidget):
    def __init__(self, training: TrainingSession, parent: QWidget | None = None):
        super().__init__(parent, axisItems={"bottom": Updates("bottom")})
        self.training = training
        self.setAccessibleName("Loss curves")
        self.setToolTip("Loss of the training and the test data against updates. Right-click for axes")
        self.setMinimumSize(150, 120)
        plot = self.getPlotItem()
        plot.setLabel("bottom", "update")
        plot.setLabel("left", "loss")
        for side in ("left", "bottom"):
            plot.getAxis(side).enableAutoSIPrefix(False)
        plot.setMenuEnabled(True)
        plot.hideButtons()
        self.legend = plot.addLegend(offset=(-6, 6))
        self.train = plot.plot(name="training")
        self.test = plot.plot(name="test")
        self.setMouseEnabled(x=False, y=False)
        self.setLimits(xMin=0)
        for signal in (training.runChanged, training.progressed):
            signal.connect(self._show)
        self._show()

    def set_theme(self, theme: Theme) -> None:
        show_axes(self, theme)
        self.train.setPen(pg.mkPen(theme.local, width=2))
        self.test.setPen(pg.mkPen(theme.upstream, width=2, style=pg.QtCore.Qt.PenStyle.DashLine))
        self.legend.setLabelTextColor(theme.ink)
        for sample, label in self.legend.items:
            label.setText(label.text, color=theme.ink)
            sample.update()

    def _show(self) -> None:
        records = self.training.run.trainer.records if self.training.run else []
        self.show_records(
            [record.step for record in records],
            [record.train_loss for record in records],
            [record.test_loss for record in records],
        )

    def show_records(
        self, updates: list[int], train: list[float], test: list[float] | list[float | None]
    ) -> None:
        """The losses so far, one of each for every recorded update; NaN or None leaves a gap."""
        x = np.array(updates, dtype=float)
        for item, values in ((self.train, train), (self.test, test)):
            item.setData(*thinned(x, np.array(values, dtype=float)), connect="finite")


def thinned(x: np.ndarray, y: np.ndarray, most: int = MOST_POINTS) -> tuple[np.ndarray, np.ndarray]:
    """A curve with at most `most` points: of every stretch its least and its greatest."""
    if len(x) <= most:
        return x, y
    stretch = -(-len(x) // (most // 2))
    keep: list[int] = []
    for start in range(0, len(x), stretch):
        part = np.nan_to_num(y[start : start + stretch])
        keep.extend(sorted({start + int(part.argmin()), start + int(part.argmax())}))
    keep[-1] = len(x) - 1
    return x[keep], y[keep]
