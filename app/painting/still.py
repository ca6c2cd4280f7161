"""What stays the same from one sheet to the next is painted once: axes, and points if they are many."""

from __future__ import annotations

from itertools import groupby

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QPainter, QPixmap

from app.painting.plots import sheet_painting
from app.widgets.theme import Theme
from core.figure.plot import Placed, Sheet

FEW = 12  # parts that are painted sooner than a layer as large as the sheet


class Still:
    """Paints one sheet after another; neighbouring parts that are still the same objects are a layer."""

    def __init__(self) -> None:
        self._last: tuple[Placed, ...] = ()
        self._layers: dict[tuple[object, ...], QPixmap] = {}

    def paint(self, painter: QPainter, sheet: Sheet, theme: Theme) -> None:
        """All parts of a sheet, from its upper left corner; as those of `paint_sheet`, but for rounding."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint, known, kept = sheet_painting(sheet, theme), {id(part) for part in self._last}, self._layers
        dots = device.devicePixelRatioF() if (device := painter.device()) else 1.0
        self._layers = {}
        for stays, found in groupby(sheet.parts, lambda part: id(part) in known):
            parts = tuple(found)
            if not stays or len(parts) < FEW:
                for part in parts:
                    paint(painter, part)
                continue
            key = theme, dots, sheet.width, sheet.height, *map(id, parts)
            if key not in kept:
                layer = QPixmap(QSize(round(sheet.width), round(sheet.height)) * dots)
                layer.setDevicePixelRatio(dots)
                layer.fill(Qt.GlobalColor.transparent)
                with QPainter(layer) as within:
                    within.setRenderHint(QPainter.RenderHint.Antialiasing)
                    for part in parts:
                        paint(within, part)
                kept[key] = layer
            self._layers[key] = kept[key]
            painter.drawPixmap(QPointF(0, 0), kept[key])
        self._last = sheet.parts
