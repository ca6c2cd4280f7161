"""What the painting functions draw, as marks that a vector file can write: outlines, and formulas as text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import cast

from msgspec import Struct
from msgspec.structs import replace
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPainterPath, QPen, QPolygonF

from app.formula.boxes import Box, Glyph, Rule
from app.formula.mathfont import DEJAVU, FALLBACK_SCALE, UNITS, Shape
from app.painting.shown import Painting, Part
from core.math.plain import plain

Segment = tuple[str, tuple[float, ...]]
"""A letter as in SVG, M, L, C or Z, with the coordinates of its points."""
_LETTERS = {
    QPainterPath.ElementType.MoveToElement: "M",
    QPainterPath.ElementType.LineToElement: "L",
}
ODD = (False, True) * 3  # which coordinates are y
NEAR = 0.01  # em between glyphs that are one behind the other


class Colour(Struct, frozen=True):
    """A colour as `#rrggbb`, and how opaque it is, from 0 to 1."""

    code: str
    opacity: float = 1.0


class Stroke(Struct, frozen=True):
    """A line of a width; the lengths of its dashes and of the gaps between them.

    The ends of `square` dashes reach further, by half the width of the line.
    """

    colour: Colour
    width: float
    dashes: tuple[float, ...] = ()
    square: bool = False


class Outline(Struct, frozen=True):
    """A path that is filled, stroked or both."""

    path: tuple[Segment, ...]
    fill: Colour | None = None
    stroke: Stroke | None = None


class Rectangle(Struct, frozen=True):
    """A rectangle, with round corners of a radius, that is filled, stroked or both."""

    x: float
    y: float
    width: float
    height: float
    radius: float = 0.0
    fill: Colour | None = None
    stroke: Stroke | None = None


class Run(Struct, frozen=True):
    """Glyphs of one font, size and colour, one behind the other from (x, y) on a baseline."""

    x: float
    y: float
    size: float
    colour: Colour
    shapes: tuple[Shape, ...]

    @property
    def font(self) -> str:
        return self.shapes[0].font

    @property
    def font_size(self) -> float:
        """The size of its font, whose letters may be larger than they are wanted."""
        return self.size * FALLBACK_SCALE if self.font == DEJAVU else self.size

    @property
    def text(self) -> str:
        return "".join(shape.text for shape in self.shapes)

    @property
    def width(self) -> float:
        return self.size * sum(shape.advance for shape in self.shapes)

    @property
    def outline(self) -> Iterator[Segment]:
        """Its glyphs as one path."""
        left, scale = self.x, self.size / UNITS
        for shape in self.shapes:
            for letter, points in segments(shape):
                yield (
                    letter,
                    tuple(
                        scale * length + (self.y if odd else left)
                        for odd, length in zip(ODD, points, strict=False)
                    ),
                )
            left += shape.advance * self.size


class Formula(Struct, frozen=True):
    """A formula: what it says, its runs, and the bars of its fractions and roots."""

    text: str
    runs: tuple[Run, ...]
    bars: tuple[Rectangle, ...]


class Picture(Struct, frozen=True, eq=False):
    """An image in a rectangle; `smooth` colours run into one another, others are cells."""

    x: float
    y: float
    width: float
    height: float
    image: QImage
    smooth: bool


Mark = Outline | Rectangle | Formula | Picture


def marks_of(part: Part, painting: Painting) -> list[Mark]:
    """A part of what is shown as marks, the lowest first."""
    recorder = _Recorder()
    painting(cast(QPainter, recorder), part)
    return recorder.marks


class _Recorder:
    """Takes the place of a QPainter: has those of its methods that parts of figures are painted with."""

    def __init__(self) -> None:
        self.marks: list[Mark] = []
        self._pen: Stroke | None = None
        self._brush: Colour | None = None
        self._saved: list[tuple[Stroke | None, Colour | None]] = []
        self._smooth = False

    def save(self) -> None:
        self._saved.append((self._pen, self._brush))

    def restore(self) -> None:
        self._pen, self._brush = self._saved.pop()

    def setRenderHint(self, hint: QPainter.RenderHint, on: bool = True) -> None:
        """Vectors are smooth anyway; of images it is noted."""
        if hint == QPainter.RenderHint.SmoothPixmapTransform:
            self._smooth = on

    def setPen(self, pen: QPen | Qt.PenStyle) -> None:
        if not isinstance(pen, QPen):
            self._pen = None
            return
        width = pen.widthF()
        dashes = [width * length for length in pen.dashPattern()]
        square = pen.capStyle() == Qt.PenCapStyle.SquareCap
        self._pen = Stroke(_colour(pen.color()), width, tuple(dashes), square)

    def setBrush(self, brush: QBrush | QColor | Qt.BrushStyle) -> None:
        if isinstance(brush, QBrush):
            brush = brush.color() if brush.style() != Qt.BrushStyle.NoBrush else Qt.BrushStyle.NoBrush
        self._brush = _colour(brush) if isinstance(brush, QColor) else None

    def drawRect(self, rect: QRectF) -> None:
        self.drawRoundedRect(rect, 0.0, 0.0)

    def drawRoundedRect(self, rect: QRectF, across: float, down: float) -> None:
        radius = min(across, rect.width() / 2, rect.height() / 2)
        self.marks.append(Rectangle(*_sides(rect), radius, self._brush, self._pen))

    def fillRect(self, rect: QRectF, colour: QColor) -> None:
        self.marks.append(Rectangle(*_sides(rect), fill=_colour(colour)))

    def drawImage(self, rect: QRectF, image: QImage) -> None:
        self.marks.append(Picture(*_sides(rect), image, self._smooth))

    def drawPath(self, path: QPainterPath) -> None:
        self.marks.append(Outline(tuple(_segments(path)), self._brush, self._pen))

    def drawPolygon(self, polygon: QPolygonF) -> None:
        first, *others = [point.toTuple() for point in polygon.toList()]
        path = (("M", first), *(("L", point) for point in others), ("Z", ()))
        self.marks.append(Outline(path, self._brush, self._pen))

    def write(self, box: Box, x: float, y: float, colours: Mapping[str, QColor], default: QColor) -> None:
        """Take a formula with the left end of its baseline at (x, y)."""

        def colour(mark: Glyph | Rule) -> Colour:
            return _colour(colours.get(mark.ink.role, default))

        glyphs = [
            Run(x + glyph.x, y + glyph.y, glyph.size, colour(glyph), (glyph.shape,)) for glyph in box.glyphs
        ]
        bars = [Rectangle(x + bar.x, y + bar.y, bar.width, bar.height, fill=colour(bar)) for bar in box.rules]
        self.marks.append(Formula(plain(box.math), tuple(_joined(glyphs)), tuple(bars)))


def _sides(rect: QRectF) -> tuple[float, float, float, float]:
    return rect.x(), rect.y(), rect.width(), rect.height()


def _joined(glyphs: Iterable[Run]) -> Iterator[Run]:
    """Runs as long as they can be."""
    last: Run | None = None
    for glyph in glyphs:
        if last and _continues(last, glyph):
            last = replace(last, shapes=last.shapes + glyph.shapes)
            continue
        if last:
            yield last
        last = glyph
    if last:
        yield last


def _continues(run: Run, glyph: Run) -> bool:
    same = (run.font, run.size, run.colour, run.y) == (glyph.font, glyph.size, glyph.colour, glyph.y)
    return same and abs(run.x + run.width - glyph.x) < NEAR * run.size


@lru_cache(4096)
def segments(shape: Shape) -> tuple[Segment, ...]:
    """A glyph's outline in its own units, y downwards."""
    return tuple(_segments(shape.path))


def _segments(path: QPainterPath) -> Iterator[Segment]:
    curve: list[float] = []
    for place in range(path.elementCount()):
        element = path.elementAt(place)
        letter = _LETTERS.get(element.type)
        if letter in ("M", "L"):
            yield letter, (element.x, element.y)
            continue
        curve += (element.x, element.y)
        if len(curve) == 6:
            yield "C", tuple(curve)
            curve = []


@lru_cache(256)
def _colour_of(rgba: int) -> Colour:
    return Colour(f"#{rgba & 0xFFFFFF:06x}", (rgba >> 24) / 255)


def _colour(colour: QColor) -> Colour:
    return _colour_of(colour.rgba())
