"""The same scenes with nothing but what Qt and pyqtgraph bring: what a picture costs at the least."""

from collections.abc import Sequence
from itertools import cycle
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import (
    QGraphicsEllipseItem,
    QGraphicsItemGroup,
    QGraphicsPathItem,
    QGraphicsScene,
    QGraphicsSimpleTextItem,
    QGraphicsView,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from app.canvas.items import LEAST_READABLE
from core.figure import Figure

LIT, DARK, PAPER = QColor("#2a6fbb"), QColor("#333333"), QColor("white")
ROOM = 40.0  # around what is lit


class BareScene(QGraphicsView):
    """An item of Qt's own for every item of a figure: an ellipse, a path, a text."""

    def __init__(self, figure: Figure, size: QSize):
        self._scene = QGraphicsScene()
        super().__init__(self._scene)
        self.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.MinimalViewportUpdate)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scene.setItemIndexMethod(QGraphicsScene.ItemIndexMethod.NoIndex)
        self.resize(size)
        self.fill(figure)

    def fill(self, figure: Figure) -> None:
        """Make all items anew."""
        self._scene.clear()
        pen, brush, font = QPen(DARK, 1.5), QBrush(PAPER), QFont("DejaVu Sans", 10)
        self._boxes, self._arrows, self._texts = [], [], []
        for arrow in figure.arrows:
            path = QPainterPath(QPointF(*arrow.route.start))
            for first, second, end in arrow.route.pieces:
                path.cubicTo(QPointF(*first), QPointF(*second), QPointF(*end))
            self._arrows.append(QGraphicsPathItem(path))
            self._arrows[-1].setPen(pen)
        for box in figure.boxes:
            (x, y), w, h = box.centre, box.width, box.height
            self._boxes.append(QGraphicsEllipseItem(QRectF(x - w / 2, y - h / 2, w, h)))
            self._boxes[-1].setPen(pen)
            self._boxes[-1].setBrush(brush)
        self._labels = QGraphicsItemGroup()
        for label in figure.labels:
            text = QGraphicsSimpleTextItem("−0.1234", self._labels)
            text.setFont(font)
            text.setPos(*label.at)
            self._texts.append(text)
        for item in [*self._arrows, *self._boxes, self._labels]:
            self._scene.addItem(item)
        self._turns = cycle(reversed(range(len(self._boxes))))
        self._now = 0

    def step(self) -> None:
        """Light another box with an arrow of its own, and write another number beside it."""
        last, self._now = self._now, next(self._turns)
        for number, colour in ((last, PAPER), (self._now, LIT)):
            self._boxes[number].setBrush(colour)
            self._arrows[number % len(self._arrows)].setPen(QPen(DARK if colour is PAPER else LIT, 1.5))
        self._texts[self._now % len(self._texts)].setText(f"−0.{self._now:04}")
        self.ensureVisible(self._boxes[self._now].sceneBoundingRect().adjusted(-ROOM, -ROOM, ROOM, ROOM))

    def fit(self) -> None:
        self.fitInView(self._scene.itemsBoundingRect(), Qt.AspectRatioMode.KeepAspectRatio)

    def zoom(self, factor: float) -> None:
        self.scale(factor, factor)
        self._labels.setVisible(self.transform().m11() >= LEAST_READABLE)  # as on our canvas


class GraphItems(pg.GraphicsView):
    """pyqtgraph's own graph: nodes and straight edges, no numbers beside them."""

    def __init__(self, figure: Figure, size: QSize, scale: float):
        super().__init__()
        self._box = pg.ViewBox(enableMenu=False)
        self._box.setAspectLocked(True)
        self._box.invertY(True)
        self.setCentralItem(self._box)
        self._graph = pg.GraphItem()
        self._box.addItem(self._graph)
        self._box.disableAutoRange()
        self.resize(size)
        self._places = np.array([box.centre for box in figure.boxes])
        number = {box.node: i for i, box in enumerate(figure.boxes)}
        pairs = [(arrow.edge.source, arrow.edge.target) for arrow in figure.arrows]
        self._edges = np.array([(number[a], number[b]) for a, b in pairs if a in number and b in number])
        self._brushes = [pg.mkBrush(PAPER) for _ in figure.boxes]
        self._around = QRectF(0, 0, size.width() / scale, size.height() / scale)
        self._turns = cycle(reversed(range(len(self._places))))
        self._now = 0
        self.step()

    def step(self) -> None:
        """Light another node and bring it into view."""
        last, self._now = self._now, next(self._turns)
        self._brushes[last], self._brushes[self._now] = pg.mkBrush(PAPER), pg.mkBrush(LIT)
        self._graph.setData(
            pos=self._places, adj=self._edges, size=40, symbolBrush=self._brushes, pen=DARK, pxMode=False
        )
        here = QPointF(*self._places[self._now])
        if not self._box.viewRect().contains(here):
            self._around.moveCenter(here)
            self._box.setRange(self._around, padding=0)

    def fit(self) -> None:
        low, high = self._places.min(axis=0), self._places.max(axis=0)
        self._box.setRange(QRectF(*low, *(high - low)), padding=0.02)

    def zoom(self, factor: float) -> None:
        self._box.scaleBy((1 / factor, 1 / factor))


class BareEditor(QWidget):
    """A field to type in above a bare scene that is made anew at each character."""

    def __init__(self, text: str, figure: Figure, size: QSize):
        super().__init__()
        self.editor, self.view, self._figure = QPlainTextEdit(text), BareScene(figure, size), figure
        box = QVBoxLayout(self)
        box.addWidget(self.editor, 1)
        box.addWidget(self.view, 4)
        self.resize(size)

    def type(self, text: str) -> None:
        self.editor.insertPlainText(text)
        self.view.fill(self._figure)


class BareTraining(pg.GraphicsLayoutWidget):
    """A map, a curve and small maps as large as in the training panel, shown anew from given numbers."""

    def __init__(self, maps: Sequence[Any], records: int, size: QSize):
        super().__init__()
        self.resize(size)
        self._images = [pg.ImageItem(axisOrder="row-major") for _ in maps]
        for i, image in enumerate(self._images):
            view = self.addViewBox(*divmod(i, 4), enableMenu=False)
            view.setAspectLocked(True)
            view.addItem(image)
        self._curve = self.addPlot(len(maps) // 4 + 1, 0, 1, 4).plot()
        self._chance, self._maps, self._records = np.random.default_rng(0), maps, records

    def show_numbers(self) -> None:
        for image, values in zip(self._images, self._maps, strict=True):
            image.setImage(values + self._chance.random() / 100, autoLevels=False, levels=(-1, 1))
        self._curve.setData(self._chance.random(self._records))
