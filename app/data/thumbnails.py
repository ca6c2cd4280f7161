"""Small pictures of data sets to choose from, each of its real points."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QRadioButton, QSizePolicy, QWidget

from app.data.marks import colours
from app.widgets.theme import LIGHT, Theme
from core.data.datasets import DATASETS
from core.data.examples import Dataset

SHOWN = ("circle", "xor", "gauss", "spiral", "moons", "spiral3")
SHORT = {"gauss": "Gauss", "xor": "Xor", "spiral": "Spiral", "moons": "Moons", "spiral3": "3 arms"}
SIDE = 54  # pixels at text of 100 %
MOST_POINTS = 160  # that are drawn of a set
FRAME, GAP, GAP_BELOW = 2, 6, 4  # pixels
LEAST = 0.8  # of the usual side, at which there are still three in a row


class Thumbnail(QRadioButton):
    """One data set: a picture of its points with its name below."""

    def __init__(self, name: str):
        super().__init__(SHORT.get(name, DATASETS[name].title))
        self.name, self.theme = name, LIGHT
        self.side = SIDE
        self._picture: QPixmap | None = None
        self._dataset: Dataset | None = None
        self.setAccessibleName(f"Data set {DATASETS[name].title}")
        self.setToolTip(f"{DATASETS[name].sentence} Choosing it begins the training anew")

    def show_points(self, dataset: Dataset, theme: Theme) -> None:
        """Show these points, in the colours of a theme."""
        self._dataset, self.theme, self._picture = dataset, theme, None
        self.update()

    def set_side(self, side: int) -> None:
        """Give the picture another side, in pixels."""
        if side != self.side:
            self.side, self._picture = side, None
            self.update()

    def hitButton(self, at: QPoint) -> bool:
        return self.rect().contains(at)

    def paintEvent(self, event: QPaintEvent) -> None:
        frame = QRectF(0, 0, self.side, self.side).adjusted(1, 1, -1, -1)
        marked = self.isChecked() or self.underMouse()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(
                QPen(self.theme.colour("accent" if marked else "line"), FRAME if self.isChecked() else 1)
            )
            painter.setBrush(self.theme.colour("paper"))
            painter.drawRoundedRect(frame, 4, 4)
            painter.drawPixmap(0, 0, self._drawn())
            if self.hasFocus():
                painter.setPen(QPen(self.theme.colour("accent"), 1, Qt.PenStyle.DotLine))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRoundedRect(frame.adjusted(3, 3, -3, -3), 2, 2)
            painter.setPen(self.theme.colour("ink" if self.isChecked() else "faint"))
            below = self.rect().adjusted(0, self.side, 0, 0)
            text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter, text)

    def _drawn(self) -> QPixmap:
        """The points as a picture, painted once."""
        if self._picture is None:
            ratio = self.devicePixelRatioF()
            self._picture = QPixmap(QSize(self.side, self.side) * ratio)
            self._picture.setDevicePixelRatio(ratio)
            self._picture.fill(Qt.GlobalColor.transparent)
            if self._dataset:
                self._paint_points(self._picture, self._dataset)
        return self._picture

    def _paint_points(self, picture: QPixmap, data: Dataset) -> None:
        step = max(1, -(-len(data) // MOST_POINTS))
        inputs, targets = data.inputs[::step], data.targets[::step]
        (left, right), (low, high) = data.range(0), data.range(1)
        inner, radius = self.side - 4, self.side / 40
        with QPainter(picture) as painter:
            painter.setClipRect(2, 2, inner, inner)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            for (x, y), colour in zip(inputs, colours(targets, data.classes, self.theme), strict=True):
                painter.setBrush(colour)
                across, up = (x - left) / (right - left), (y - low) / (high - low)
                painter.drawEllipse(QPointF(2 + inner * across, 2 + inner * (1 - up)), radius, radius)


class Thumbnails(QWidget):
    """The sets that are used most, one of which may be the one that is trained on."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.setAccessibleName("Data sets")
        self._group = QButtonGroup(self)
        self.buttons = {name: Thumbnail(name) for name in SHOWN}
        for button in self.buttons.values():
            button.setParent(self)
            self._group.addButton(button)
            button.clicked.connect(lambda _, name=button.name: self.chosen.emit(name))
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    # -- places: not by a layout, which must not change while it is laid out

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._place()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.updateGeometry()
            self._place()

    def sizeHint(self) -> QSize:
        width = 3 * round(self._usual) + 2 * GAP
        return QSize(width, self.heightForWidth(width))

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        across, side = self._fit(width)
        rows = -(-len(self.buttons) // across)
        return rows * (side + self._below) + (rows - 1) * GAP_BELOW

    @property
    def _usual(self) -> float:
        """The side of a picture where there is room, in pixels."""
        return SIDE * self.fontMetrics().height() / 16

    @property
    def _below(self) -> int:
        """The room for the name below a picture."""
        return self.fontMetrics().height() + 2

    def _fit(self, width: int) -> tuple[int, int]:
        """How many stand in a row, three or where the column is narrow two, and how large: as that allows."""
        across = 3 if width >= 3 * LEAST * self._usual + 2 * GAP else 2
        return across, max(20, min(round(self._usual), (width - (across - 1) * GAP) // across))

    def _place(self) -> None:
        across, side = self._fit(self.width())
        for place, button in enumerate(self.buttons.values()):
            row, column = divmod(place, across)
            button.set_side(side)
            left, top = column * (side + GAP), row * (side + self._below + GAP_BELOW)
            button.setGeometry(left, top, side, side + self._below)

    def show_choice(self, name: str) -> None:
        """Mark the set that is trained on; none where that is another."""
        self._group.setExclusive(False)
        for button in self.buttons.values():
            button.setChecked(button.name == name)
        self._group.setExclusive(True)

    def show_points(self, seed: int, noise: float, theme: Theme) -> None:
        """Show the points that each set has at a seed."""
        for name, button in self.buttons.items():
            source = DATASETS[name]
            button.show_points(source.make(seed, source.n, min(noise, source.noise_high)), theme)
