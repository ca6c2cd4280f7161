"""Icons: the bundled line drawings, coloured by the palette."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap

from app.widgets.theme import icon_colour
from core.base.resources import resource

SIZES = (20, 40)  # and doubled, for screens with small pixels


def icon(name: str, colour: str = "") -> QIcon:
    """The icon of a name, in the colour of button text where none is given."""
    return _icon(name, colour or icon_colour().name())


@lru_cache(256)
def _icon(name: str, colour: str) -> QIcon:
    from PySide6.QtSvg import QSvgRenderer

    drawing = resource("icons", f"{name}.svg").read_text(encoding="utf-8").replace("currentColor", colour)
    renderer = QSvgRenderer(QByteArray(drawing.encode()))
    found = QIcon()
    for size in SIZES:
        picture = QPixmap(size, size)
        picture.fill(Qt.GlobalColor.transparent)
        with QPainter(picture) as painter:
            renderer.render(painter, QRectF(0, 0, size, size))
        found.addPixmap(picture)
    return found
