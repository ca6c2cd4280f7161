"""The decision boundary: the prediction over the plane as colour, the samples on top."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from msgspec import Struct
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from app.state.training_session import TrainingSession
from app.widgets.axes import show_axes
from app.widgets.colours import CLASSES
from app.widgets.theme import LIGHT, Theme, heat_colours, rgb
from core.base.arrays import Array
from core.base.shades import shades
from core.data.examples import Dataset
from core.training.boundary import WHOLE
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
        self._shown: tuple[TrainingRun | None, int] = (
            None,
            -1,
        )  # the run whose samples are shown, the one chosen
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
        for signal in (training.runChanged, training.progressed, training.sampleChanged):
            signal.connect(self._show)
        self._show()

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme
        show_axes(self, theme)
        self.chosen.setPen(pg.mkPen(theme.ink, width=2.5))
        self._shown = (None, -1)
        self._show()

    def _show(self) -> None:
        """The samples and the chosen one, where they have changed, and the prediction."""
        run, chosen, before = self.training.run, self.training.sample, self._shown
        self._shown = (run, chosen)
        plane, data = (run.plane, run.setup.dataset) if run else (None, None)
        if run is None or plane is None or data is None:
            return
        if run is not before[0]:
            classes, kept = data.targets if data.classes else None, run.trainer.test_data
            rows = set(kept.rows) if kept and kept.rows is not None else set()
            tested = [row in rows for row in range(len(data))]
            self.show_samples(data.inputs, classes, data.targets, tested, data.feature_names)
        prediction = plane.prediction()
        if np.isfinite(prediction).all():  # after a loss that became infinite the last picture stays
            self.show_prediction(prediction, (*WHOLE, *WHOLE), _scale(run, data))
        if (run, chosen) != before:
            x, y = data.inputs[chosen]
            self.chosen.setData(x=[x], y=[y])

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
        shares_of_colour = OF_TWO * np.clip((values - scale.middle) / scale.span, -1, 1)
        first, second = (rgb(QColor(colour)) for colour in CLASSES[:2])
        return shades(shares_of_colour, first, rgb(self.theme.colour("paper")), second)

    def _class_colours(self, shares: Array) -> np.ndarray:
        paper = np.array(rgb(self.theme.colour("paper")), dtype=float)
        colours = np.array([rgb(QColor(CLASSES[k % len(CLASSES)])) for k in range(shares.shape[2])])
        mixed = paper + OF_SEVERAL * (shares @ colours - paper)
        return np.asarray(np.nan_to_num(mixed, nan=128.0).round().clip(0, 255), dtype=np.uint8)

    def _clicked(self, item: object, points: object) -> None:
        for point in points:  # type: ignore[attr-defined]
            self.training.choose_sample(int(point.data()))
            return


def _scale(run: TrainingRun, data: Dataset) -> Scale:
    """From which number to which the plane's colours run."""
    if not data.classes:
        return Scale(0.0, float(np.abs(data.targets).max()), two_classes=False)
    middle = run.setup.roles.threshold
    return Scale(middle, middle or 1.0)
