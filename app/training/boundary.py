"""The decision boundary: the prediction over the plane as colour, the samples on top."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyqtgraph as pg
from msgspec import Struct
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from app.state.data_session import Shown
from app.state.training_session import TrainingSession
from app.widgets.axes import show_axes
from app.widgets.colours import CLASSES
from app.widgets.theme import LIGHT, Theme, heat_colours, rgb
from core.base.arrays import Array, Value
from core.base.shades import shades
from core.data.examples import Dataset
from core.training.run import TrainingRun

TRAIN_SIZE, TEST_SIZE = 7, 11  # pixels; a diamond of the same size looks smaller than a circle
# how strongly a class colours the plane where the prediction is sure: one of two, one of several
OF_TWO, OF_SEVERAL = 0.75, 0.45


class Scale(Struct, frozen=True):
    """Which numbers the plane's colours stand for: pale at `middle`, full at `span` from it."""

    middle: float
    span: float
    two_classes: bool = True


class BoundaryView(pg.PlotWidget):
    def __init__(self, training: TrainingSession, parent: QWidget | None = None):
        super().__init__(parent)
        self.training = training
        # the run whose samples are shown, the one chosen, and what is shown of them
        self._shown: tuple[TrainingRun | None, int, Shown | None] = None, -1, None
        self.theme: Theme = LIGHT
        self.setAccessibleName("Decision boundary")
        self.setToolTip(
            "The prediction everywhere in the plane; diamonds are kept for testing. "
            "Click a sample to choose it for the canvas"
        )
        self.setMinimumSize(150, 150)
        self.setAspectLocked(True)
        self.setMouseEnabled(x=False, y=False)
        self.setMenuEnabled(False)
        self.getPlotItem().hideButtons()
        self.image = pg.ImageItem(axisOrder="row-major")
        self.addItem(self.image)
        self.samples = pg.ScatterPlotItem(pxMode=True)
        self.samples.sigClicked.connect(self._clicked)
        self.addItem(self.samples)
        self.chosen = pg.ScatterPlotItem(size=15, brush=None)
        self.addItem(self.chosen)
        self.batch = pg.ScatterPlotItem(size=13, brush=None)
        self.batch.setZValue(1)
        self.addItem(self.batch)
        self.lines = pg.PlotCurveItem(connect="pairs")
        self.addItem(self.lines)
        for signal in (
            *(training.runChanged, training.progressed, training.sampleChanged),
            training.data.shownChanged,
        ):
            signal.connect(self._show)
        self._show()

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme
        show_axes(self, theme)
        self.chosen.setPen(pg.mkPen(theme.ink, width=2.5))
        self.batch.setPen(pg.mkPen(theme.ink, width=1))
        self.lines.setPen(pg.mkPen(theme.ink, width=1.2))
        self._shown = None, -1, None
        self._show()

    def _show(self) -> None:
        """The samples and the chosen one, where they have changed, and the prediction."""
        run, chosen, before = self.training.run, self.training.sample, self._shown
        shown = self.training.data.shown
        self._shown = run, chosen, shown
        plane, data = (run.plane, run.setup.dataset) if run else (None, None)
        if run is None or plane is None or data is None:
            return
        if run is not before[0] or shown != before[2]:
            classes, kept = data.targets if data.classes else None, run.trainer.test_data
            rows = set(kept.rows) if kept and kept.rows is not None else set()
            tested = [row in rows for row in range(len(data))]
            self.show_samples(data.inputs, classes, data.targets, tested, data.feature_names)
            self.samples.setPointsVisible([shown.test_points or not kept for kept in tested])
        prediction = plane.prediction()
        if np.isfinite(prediction).all():  # after a loss that became infinite the last picture stays
            self.show_prediction(prediction, (*plane.across, *plane.up), _scale(run, data))
        if (run, chosen) != before[:2]:
            x, y = data.inputs[chosen]
            self.chosen.setData(x=[x], y=[y])
        self._show_batch(run, data, shown)
        self._show_lines(run, shown)

    def _show_batch(self, run: TrainingRun, data: Dataset, shown: Shown) -> None:
        """A ring around each sample of the next update."""
        trained = run.trainer.train_data
        at = np.empty((0, 2))
        if shown.this_batch and trained is not None and trained.rows is not None:
            at = data.inputs[trained.rows[run.trainer.coming]]
        self.batch.setData(x=at[:, 0], y=at[:, 1])

    def _show_lines(self, run: TrainingRun, shown: Shown) -> None:
        """Where each unit of the first layer is 0, from edge to edge."""
        ends = unit_lines(run.trainer.values()) if shown.unit_lines else np.empty((0, 2))
        self.lines.setData(x=ends[:, 0], y=ends[:, 1])

    def show_samples(
        self,
        inputs: Array,
        classes: Array | None,
        targets: Array,
        tested: Sequence[bool],
        names: tuple[str, ...],
    ) -> None:
        """Circles for training, diamonds for test samples."""
        if classes is not None:
            brushes = [pg.mkBrush(CLASSES[int(k) % len(CLASSES)]) for k in classes]
        else:
            brushes = [pg.mkBrush(*rgb) for rgb in heat_colours(np.asarray(targets, dtype=float), self.theme)]
        symbols = ["d" if kept else "o" for kept in tested]
        self.samples.setData(
            x=inputs[:, 0],
            y=inputs[:, 1],
            brush=brushes,
            symbol=symbols,
            size=[TEST_SIZE if kept else TRAIN_SIZE for kept in tested],
            pen=pg.mkPen("#ffffff", width=1),
            data=list(range(len(inputs))),
        )
        self.setLabel("bottom", names[0] if names else "x1")
        self.setLabel("left", names[1] if len(names) > 1 else "x2")

    def show_prediction(self, values: Array, extent: tuple[float, float, float, float], scale: Scale) -> None:
        """Predictions over the plane: (rows, columns) numbers, or (rows, columns, classes) shares."""
        rgb = self._class_colours(values) if values.ndim == 3 else self._number_colours(values, scale)
        self.image.setImage(rgb, autoLevels=False, levels=None)
        left, right, bottom, top = extent
        self.image.setRect(QRectF(left, bottom, right - left, top - bottom))
        self.setRange(xRange=(left, right), yRange=(bottom, top), padding=0)

    def _number_colours(self, values: Array, scale: Scale) -> np.ndarray:
        """Two classes in their colours, paler where the prediction is unsure; other numbers as heat."""
        if not scale.two_classes:
            return heat_colours(values - scale.middle, self.theme, scale.span)
        sure = np.clip((values - scale.middle) / scale.span, -1, 1)
        shares_of_colour = OF_TWO * (np.sign(sure) if self.training.data.shown.two_colours else sure)
        first, second = (rgb(QColor(colour)) for colour in CLASSES[:2])
        return shades(shares_of_colour, first, rgb(self.theme.colour("paper")), second)

    def _class_colours(self, shares: Array) -> np.ndarray:
        if self.training.data.shown.two_colours:
            shares = np.eye(shares.shape[2])[shares.argmax(axis=2)]
        paper = np.array(rgb(self.theme.colour("paper")), dtype=float)
        colours = np.array([rgb(QColor(CLASSES[k % len(CLASSES)])) for k in range(shares.shape[2])])
        mixed = paper + OF_SEVERAL * (shares @ colours - paper)
        return np.asarray(np.nan_to_num(mixed, nan=128.0).round().clip(0, 255), dtype=np.uint8)

    def _clicked(self, item: object, points: object) -> None:
        for point in points:  # type: ignore[attr-defined]
            self.training.choose_sample(int(point.data()))
            return


def unit_lines(values: Mapping[str, Value], reach: float = 100.0) -> Array:
    """The ends of the lines w·x + b = 0 of a network's first layer, two rows (x1, x2) a unit."""
    weights, bias = values.get("W1"), values.get("b1")
    if not isinstance(weights, np.ndarray) or not isinstance(bias, np.ndarray) or weights.shape[1:] != (2,):
        return np.empty((0, 2))
    squares = np.maximum((weights**2).sum(axis=1, keepdims=True), 1e-300)
    nearest = -weights * bias[:, None] / squares
    along = np.stack([-weights[:, 1], weights[:, 0]], axis=1) / np.sqrt(squares)
    return np.stack([nearest - reach * along, nearest + reach * along], axis=1).reshape(-1, 2)


def _scale(run: TrainingRun, data: Dataset) -> Scale:
    """From which number to which the plane's colours run."""
    if not data.classes:
        return Scale(0.0, float(np.abs(data.targets).max()), two_classes=False)
    middle = run.setup.roles.threshold
    return Scale(middle, middle or 1.0)
