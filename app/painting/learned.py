"""What a unit has learned, on a painter: its map over the plane, and its bias in the corner."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPen

from app.widgets.heat import share_colour, share_image
from app.widgets.theme import Theme
from core.figure import BIAS, MAP_FRAME, OverPlane


def paint_over_plane(
    painter: QPainter, rect: QRectF, over: OverPlane, bias: float | None, theme: Theme
) -> None:
    """A map in a frame, and at its lower left a square in the colour of the bias."""
    _paint_image(painter, share_image(over.shares, theme), rect)
    painter.setPen(QPen(theme.colour("ink"), MAP_FRAME))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(rect)
    if bias is not None:
        painter.setPen(QPen(theme.colour("paper"), MAP_FRAME))
        painter.setBrush(share_colour(bias, theme))
        painter.drawRect(bias_rect(rect))


def _paint_image(painter: QPainter, image: QImage, rect: QRectF) -> None:
    """An image in a rectangle: pixel by pixel where it has as many as that, which is much faster."""
    if isinstance(painter, QPainter):  # and not what takes marks for a file
        place, device = painter.worldTransform().mapRect(rect), painter.device()
        dots = device.devicePixelRatioF() if device else 1.0
        if max(abs(dots * place.width() - image.width()), abs(dots * place.height() - image.height())) < 1:
            image.setDevicePixelRatio(dots)
            painter.save()
            painter.resetTransform()
            painter.drawImage(place.topLeft().toPoint(), image)
            painter.restore()
            return
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(rect, image)


def bias_rect(rect: QRectF) -> QRectF:
    """Where the square of a bias is painted: across the lower left corner of its map."""
    corner = rect.bottomLeft()
    return QRectF(corner.x() - BIAS / 2, corner.y() - BIAS / 2, BIAS, BIAS)
