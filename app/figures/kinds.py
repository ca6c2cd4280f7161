"""A figure as the bytes of a file: one function for each kind, and the table that chooses among them."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPageSize, QPainter, QPdfWriter
from PySide6.QtSvg import QSvgGenerator

from app.painting.parts import paint_figure
from app.widgets.theme import Theme
from core.base.dataclass import dataclass
from core.base.errors import Problem
from core.export import one_line
from core.export.tikz import tikz
from core.figure import Figure

POINTS_PER_INCH = 72
PDF_RESOLUTION = 1200
MOST_PIXELS = 64_000_000
# the theme's colours a figure is drawn with
TEX_COLOURS = (
    *("ink", "faint", "line", "paper", "value", "gradient", "lit", "lit_back", "receiving"),
    *("negative", "zero", "positive"),
)
# what a PDF says of the moment it was made, left out so that the same figure gives the same file
DATED = re.compile(rb"/(?:Creation|Mod)Date \(D:[^)]{,40}\)|/ID \[[<>0-9A-Fa-f\s]+\]")


@dataclass(frozen=True)
class Look:
    """How figures become files: colours, the rectangle shown, resolution, title, with paper or without."""

    theme: Theme
    area: QRectF
    dpi: int = 300
    title: str = ""
    transparent: bool = False


def svg(figure: Figure, look: Look) -> bytes:
    """SVG with the figure's size in px; all text is outlines."""
    buffer, data = _buffer()
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setSize(QSize(round(look.area.width()), round(look.area.height())))
    generator.setViewBox(QRectF(0, 0, look.area.width(), look.area.height()))
    generator.setTitle(one_line(look.title))
    generator.setDescription("")
    with QPainter(generator) as painter:
        _paint(painter, figure, look)
    size = f'width="{look.area.width():g}" height="{look.area.height():g}"'.encode()
    return re.sub(rb'width="[\d.]+mm" height="[\d.]+mm"', size, bytes(data.data()), count=1)


def pdf(figures: Sequence[Figure], look: Look) -> bytes:
    """PDF with a page for each figure, the pages exactly as large as the figures."""
    buffer, data = _buffer()
    writer = QPdfWriter(buffer)
    writer.setResolution(PDF_RESOLUTION)
    writer.setPageSize(
        QPageSize(look.area.size(), QPageSize.Unit.Point, "", QPageSize.SizeMatchPolicy.ExactMatch)
    )
    writer.setPageMargins(QMarginsF(0, 0, 0, 0))
    writer.setTitle(one_line(look.title))
    writer.setCreator("Chainlight")
    writer.setDocumentXmpMetadata(QByteArray(b'<?xpacket begin="" id=""?><?xpacket end="r"?>'))
    with QPainter(writer) as painter:
        painter.setRenderHint(QPainter.RenderHint.LosslessImageRendering)
        painter.scale(PDF_RESOLUTION / POINTS_PER_INCH, PDF_RESOLUTION / POINTS_PER_INCH)
        for number, figure in enumerate(figures):
            if number:
                writer.newPage()
            painter.save()
            _paint(painter, figure, look)
            painter.restore()
    # blanks of the same length keep every offset in the file right
    return DATED.sub(lambda match: b" " * len(match[0]), bytes(data.data()))


def fitting_dpi(area: QRectF, dpi: int) -> int:
    """The dots per inch, or as many as keep an area within MOST_PIXELS."""
    while dpi > 1 and math.prod(_pixels(area, dpi)) > MOST_PIXELS:
        dpi -= 1
    return dpi


def _pixels(area: QRectF, dpi: int) -> tuple[int, int]:
    return round(area.width() * dpi / POINTS_PER_INCH), round(area.height() * dpi / POINTS_PER_INCH)


def image(figure: Figure, look: Look) -> QImage:
    """The figure in pixels. Raises Problem where they would be too many."""
    width, height = _pixels(look.area, look.dpi)
    if width * height > MOST_PIXELS:
        raise Problem(
            f"The picture would be {width:,}×{height:,} pixels; the limit is {MOST_PIXELS:,} in all",
            hint="Choose fewer dots per inch, or SVG or PDF, which are sharp at any size",
        )
    found = QImage(width, height, QImage.Format.Format_ARGB32_Premultiplied)
    found.fill(Qt.GlobalColor.transparent)
    found.setDotsPerMeterX(round(look.dpi / 0.0254))
    found.setDotsPerMeterY(round(look.dpi / 0.0254))
    with QPainter(found) as painter:
        painter.scale(width / look.area.width(), height / look.area.height())
        _paint(painter, figure, look)
    return found


def png(figure: Figure, look: Look) -> bytes:
    """PNG at the look's dots per inch."""
    buffer, data = _buffer()
    picture = image(figure, look)
    if not look.transparent:
        picture = picture.convertToFormat(QImage.Format.Format_RGB32)
    picture.setText("Title", one_line(look.title))
    if not picture.save(buffer, "PNG"):  # type: ignore[call-overload]
        raise Problem("The picture could not be encoded")
    return bytes(data.data())


def tex(figure: Figure, look: Look) -> bytes:
    """A TikZ picture in a document of its own."""
    colours = {name: getattr(look.theme, name) for name in TEX_COLOURS}
    return tikz(figure, colours, look.theme.line_width, look.title).encode()


def _paint(painter: QPainter, figure: Figure, look: Look) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if not look.transparent:
        painter.fillRect(QRectF(0, 0, look.area.width(), look.area.height()), look.theme.colour("paper"))
    painter.translate(-look.area.topLeft())
    paint_figure(painter, figure, look.theme)


def _buffer() -> tuple[QBuffer, QByteArray]:
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    return buffer, data


KINDS: Mapping[str, Callable[[Figure, Look], bytes]] = {
    ".svg": svg,
    ".pdf": lambda figure, look: pdf([figure], look),
    ".png": png,
    ".tex": tex,
}
PAGED: Mapping[str, Callable[[Sequence[Figure], Look], bytes]] = {".pdf": pdf}
