"""A figure in pixels, and as PNG and WebP."""

from __future__ import annotations

import math
import struct

from PySide6.QtCore import QSizeF, Qt
from PySide6.QtGui import QImage, QPainter

from app.figures.style import POINTS_PER_INCH, FigureStyle, buffer, paint
from app.painting.shown import Shown
from core.base.errors import Problem
from core.export import one_line

MOST_PIXELS = 64_000_000
MOST_OF_WEBP = 16_383  # pixels in each direction
LOSSLESS = 100  # the quality by which Qt writes a WebP without loss


def fitting_dpi(page: QSizeF, dpi: int) -> int:
    """The dots per inch, or as many as keep a page within MOST_PIXELS."""
    while dpi > 1 and math.prod(_pixels(page, dpi)) > MOST_PIXELS:
        dpi -= 1
    return dpi


def _pixels(page: QSizeF, dpi: int) -> tuple[int, int]:
    return round(page.width() * dpi / POINTS_PER_INCH), round(page.height() * dpi / POINTS_PER_INCH)


def image(figure: Shown, style: FigureStyle) -> QImage:
    """The figure in pixels. Raises Problem where they would be too many."""
    width, height = _pixels(style.page, style.dpi)
    if width * height > MOST_PIXELS:
        raise Problem(
            f"The picture would be {width:,}×{height:,} pixels; the limit is {MOST_PIXELS:,} in all",
            hint="Choose fewer dots per inch, or SVG or PDF, which are sharp at any size",
        )
    found = QImage(width, height, QImage.Format.Format_ARGB32_Premultiplied)
    found.fill(Qt.GlobalColor.transparent)
    found.setDotsPerMeterX(round(style.dpi / 0.0254))
    found.setDotsPerMeterY(round(style.dpi / 0.0254))
    with QPainter(found) as painter:
        painter.scale(width / style.page.width(), height / style.page.height())
        paint(painter, figure, style)
    return found


def png(figure: Shown, style: FigureStyle) -> bytes:
    """PNG at the style's dots per inch."""
    picture = _sheet(figure, style)
    picture.setText("Title", one_line(style.title))
    return _encoded(picture, "PNG")


def webp(figure: Shown, style: FigureStyle) -> bytes:
    """WebP at the style's dots per inch, without loss."""
    picture = _sheet(figure, style)
    if max(picture.width(), picture.height()) > MOST_OF_WEBP:
        raise Problem(
            f"The picture would be {picture.width():,}×{picture.height():,} pixels; a WebP has at most"
            f" {MOST_OF_WEBP:,} in each direction",
            hint="Choose fewer dots per inch, or PNG",
        )
    return _with_resolution(_encoded(picture, "WEBP", LOSSLESS), picture, style)


def _sheet(figure: Shown, style: FigureStyle) -> QImage:
    """The figure in pixels, on paper unless it is to be transparent."""
    picture = image(figure, style)
    return picture if style.transparent else picture.convertToFormat(QImage.Format.Format_RGB32)


def _encoded(picture: QImage, kind: str, quality: int = -1) -> bytes:
    device, data = buffer()
    if not picture.save(device, kind, quality):  # type: ignore[call-overload]
        raise Problem(f"Qt cannot write {kind} here", hint="Choose another kind of file")
    return bytes(data.data())


def _with_resolution(data: bytes, picture: QImage, style: FigureStyle) -> bytes:
    """A WebP that says how many dots are an inch, as a camera would: Qt leaves that out.

    The file is a list of chunks, each with its length; a first one announces the others.
    """
    entries = [(282, 5, 1, 50), (283, 5, 1, 50), (296, 3, 1, 2)]  # across, down, per inch
    exif = (
        b"II*\0" + struct.pack("<LH", 8, len(entries)) + b"".join(struct.pack("<HHLL", *e) for e in entries)
    )
    exif += struct.pack("<LLL", 0, style.dpi, 1)
    flags = 0x8 | (0x10 if style.transparent else 0)
    sides = (side.to_bytes(3, "little") for side in (picture.width() - 1, picture.height() - 1))
    first = struct.pack("<4sLL", b"VP8X", 10, flags) + b"".join(sides)
    chunks = first + data[12:] + struct.pack("<4sL", b"EXIF", len(exif)) + exif
    return struct.pack("<4sL4s", b"RIFF", 4 + len(chunks), b"WEBP") + chunks
