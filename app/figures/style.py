"""How a figure looks in a file, and painting it so."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRectF, QSizeF
from PySide6.QtGui import QPainter

from app.painting.shown import Shown, paint_shown
from app.widgets.theme import Theme

Text = Literal["outlines", "fonts"]
POINTS_PER_INCH = 72


class FigureStyle(Struct, frozen=True):
    """How figures become files: colours, the rectangle shown, resolution, title, with paper or without.

    A page is `scale` times as large as the rectangle, in points. The `text` of an SVG is outlines, or text in
    fonts that are embedded.
    """

    theme: Theme
    area: QRectF
    dpi: int = 300
    title: str = ""
    transparent: bool = False
    scale: float = 1.0
    text: Text = "outlines"

    @property
    def page(self) -> QSizeF:
        """How large the page is, in points."""
        return self.area.size() * self.scale


def paint(painter: QPainter, figure: Shown, style: FigureStyle) -> None:
    """Paint a figure on a page, its corner at the painter's origin; the painter counts in points."""
    painter.scale(style.scale, style.scale)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if not style.transparent:
        painter.fillRect(QRectF(0, 0, style.area.width(), style.area.height()), style.theme.colour("paper"))
    painter.translate(-style.area.topLeft())
    paint_shown(painter, figure, style.theme)


def buffer() -> tuple[QBuffer, QByteArray]:
    """Where Qt may write a file, and the bytes that it has written."""
    data = QByteArray()
    opened = QBuffer(data)
    opened.open(QIODevice.OpenModeFlag.WriteOnly)
    return opened, data
