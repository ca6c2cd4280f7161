"""Maps on a painter: an array as coloured cells with its numbers or a scale, and pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from app.formula import formula, paint
from app.widgets.theme import Theme, heat_colours, rgb
from core.base.arrays import Array
from core.base.lazy_numpy import np
from core.base.shades import shades, takes_black
from core.figure.values import (
    ABOVE_SCALE,
    BAR,
    BAR_HEIGHT,
    BESIDE_BAR,
    BESIDE_SCALE,
    GROUND,
    LEAST_MARKED,
    Map,
    negative_bar,
)
from core.math.mathtree import Math

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST_CELLS = 4096
MARK = 170  # how opaque the bar is, of 255
STEPS = 11  # how many colours the scale's bar has


def paint_map(painter: QPainter, shown: Map, rect: QRectF, theme: Theme, ink: QColor) -> None:
    """A map in a rectangle of its extent: cells in a frame, with their numbers or above a scale.

    Cells are rectangles, so that they stay sharp at any size. Without colours negative ones are told by the
    minus sign of their number, or by a bar. An array of more cells than can be told apart is thinned to
    every n-th row and column.
    """
    area = _cells_rect(shown, rect)
    shares = shown.thinned(MOST_CELLS)
    colours = _colours(shares, shown, theme)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    cells = _Cells(area, *shares.shape[:2])
    for i, j in np.ndindex(*shares.shape[:2]):
        # cells overlap a little: some viewers show hairlines between neighbours of one colour
        painter.fillRect(cells.at(i, j).adjusted(0, 0, 0.3, 0.3) & area, QColor(*map(int, colours[i, j])))
    painter.setPen(QPen(ink, 1.2))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    tiles = _Cells(area, *shown.tiles)
    for i, j in np.ndindex(*shown.tiles):
        painter.drawRect(tiles.at(i, j))
    painter.restore()
    black = takes_black(colours)
    if shown.numbers:
        for i, j in np.ndindex(*shares.shape):
            _number(painter, shown.numbers[i][j], shown.text, cells.at(i, j).center(), _ink(black[i, j]))
    elif not shown.picture and min(cells.width, cells.height) >= LEAST_MARKED:
        _mark_negative(painter, cells, shares, black)
    _paint_foot(painter, shown, area, theme, ink)


def _cells_rect(shown: Map, rect: QRectF) -> QRectF:
    width, height = shown.size
    return QRectF(rect.center().x() - width / 2, rect.top() + shown.border, width, height)


def grounds(shown: Map, rect: QRectF) -> list[QRectF]:
    """Where in a map's rectangle the ground is: around its cells, and behind what stands below them."""
    border = shown.border
    cells = _cells_rect(shown, rect).adjusted(-border, -border, border, border)
    width = shown.foot[0]
    foot = QRectF(rect.center().x() - width / 2, cells.bottom(), width, rect.bottom() - cells.bottom())
    return [cells, foot.adjusted(-GROUND, 0, GROUND, 0)]


class _Cells:
    """A rectangle cut into rows and columns."""

    def __init__(self, area: QRectF, rows: int, columns: int):
        self.area, self.width, self.height = area, area.width() / columns, area.height() / rows

    def at(self, i: int, j: int) -> QRectF:
        left, top = self.area.left() + j * self.width, self.area.top() + i * self.height
        return QRectF(left, top, self.width, self.height)


def _colours(shares: Array, shown: Map, theme: Theme) -> NDArray[np.uint8]:
    """Red, green and blue of shares: of a picture its own, or from paper to ink; else by sign and size."""
    if shown.in_colours:
        return np.asarray((255 * shares).round(), dtype=np.uint8)
    if shown.picture:
        paper, ink = (rgb(theme.colour(part)) for part in ("paper", "ink"))
        return shades(shares, paper, paper, ink)
    return heat_colours(shares, theme, 1.0)


def _ink(black: object) -> QColor:
    return QColor("black" if black else "white")


def _number(painter: QPainter, math: Math, size: float, at: QPointF, colour: QColor) -> None:
    laid = formula(math, size)
    left, baseline = at.x() - laid.width / 2, at.y() + (laid.ascent - laid.descent) / 2
    paint(painter, laid, left, baseline, {}, colour)


def _mark_negative(painter: QPainter, cells: _Cells, shares: Array, black: NDArray[np.bool_]) -> None:
    side = min(cells.width, cells.height)
    bar = QRectF(0, 0, *negative_bar(side))
    for i, j in np.argwhere(shares < 0):
        colour = _ink(black[i, j])
        colour.setAlpha(MARK)
        bar.moveCenter(cells.at(i, j).center())
        painter.fillRect(bar, colour)


def _paint_foot(painter: QPainter, shown: Map, area: QRectF, theme: Theme, ink: QColor) -> None:
    """Below the cells their scale, and the shape of the array."""
    left, top = area.center().x() - shown.foot[0] / 2, area.bottom() + ABOVE_SCALE
    if shown.scale:
        left = _paint_scale(painter, shown, QPointF(left, top), theme, ink) + BESIDE_SCALE
    if shown.shape:
        laid = formula(shown.shape, shown.text)
        paint(painter, laid, left, top + laid.ascent, {}, theme.colour("faint"))


def _paint_scale(painter: QPainter, shown: Map, at: QPointF, theme: Theme, ink: QColor) -> float:
    """A bar of the cells' colours and the number that the strongest one means; where it ends on the right."""
    assert shown.scale
    laid = formula(shown.scale, shown.text)
    bar = QRectF(at.x(), at.y() + (laid.height - BAR_HEIGHT) / 2, BAR, BAR_HEIGHT)
    shares = np.linspace(*shown.range, STEPS)[None]
    cells, colours = _Cells(bar, 1, STEPS), _colours(shares, shown, theme)
    for j in range(STEPS):
        painter.fillRect(cells.at(0, j).adjusted(0, 0, 0.3, 0) & bar, QColor(*map(int, colours[0, j])))
    painter.setPen(QPen(ink, 0.6))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(bar)
    paint(painter, laid, bar.right() + BESIDE_BAR, at.y() + laid.ascent, {}, ink)
    return bar.right() + BESIDE_BAR + laid.width
