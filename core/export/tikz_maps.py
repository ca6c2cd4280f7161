"""Maps as TikZ: an array as coloured squares with its numbers or a scale, and pictures."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

import numpy as np
from msgspec import Struct

from core.base.arrays import Array
from core.base.shades import RGB, shades, takes_black
from core.figure.parts import BIAS, Box, OverPlane
from core.figure.sizes import extent
from core.figure.values import (
    ABOVE_SCALE,
    BAR,
    BAR_HEIGHT,
    BESIDE_BAR,
    BESIDE_SCALE,
    LEAST_MARKED,
    Map,
    negative_bar,
)
from core.math.latex import latex
from core.math.mathtree import Math

# an array of more cells is thinned to every n-th row and column: TeX's memory is small
MOST_CELLS = 1024
STEPS = 5  # how many colours the scale's bar has


class _Cells(Struct, frozen=True):
    """A rectangle cut into rows and columns."""

    left: float
    top: float
    width: float  # of a cell
    height: float

    def middle(self, i: int, j: int) -> tuple[float, float]:
        return self.left + (j + 0.5) * self.width, self.top + (i + 0.5) * self.height

    def at(self, i: int, j: int) -> str:
        return _rectangle(*self.middle(i, j), self.width, self.height)


def _rectangle(x: float, y: float, width: float, height: float) -> str:
    corners = point(x - width / 2, y - height / 2), point(x + width / 2, y + height / 2)
    return " rectangle ".join(corners)


def corner_rectangle(x: float, y: float, width: float, height: float) -> str:
    """A rectangle by its upper left corner."""
    return f"{point(x, y)} rectangle {point(x + width, y + height)}"


def colour_name(name: str) -> str:
    """What a colour of the theme, or of a class, is called in the document."""
    return "cl" + "".join(letter for letter in name if letter.isalnum())


def point(x: float, y: float) -> str:
    return f"({x:.2f}, {y:.2f})".replace("-0.00", "0.00")


def map_parts(
    shown: Map, above: tuple[float, float], frame: str, colours: Mapping[str, str]
) -> Iterator[str]:
    """The commands that draw a map.

    Args:
        shown: the array, and what is seen of it.
        above: the middle of its upper edge, in the units of the figure.
        frame: the name of its frame's colour.
        colours: the colours that the others are mixed of, by what they are for.
    """
    width, height = shown.size
    left, top, border = above[0] - width / 2, above[1] + shown.border, shown.border
    if border:
        corner, opposite = (left - border, top - border), (left + width + border, top + height + border)
        yield rf"\fill[ground] {point(*corner)} rectangle {point(*opposite)};"
    shares = shown.thinned(MOST_CELLS)
    rows, columns = shares.shape[:2]
    cells = _Cells(left, top, width / columns, height / rows)
    for i, j in np.ndindex(rows, columns):
        yield rf"\fill[{_colour(shares[i, j], shown.picture)}] {cells.at(i, j)};"
    down, across = shown.tiles
    tiles = _Cells(left, top, width / across, height / down)
    for i, j in np.ndindex(down, across):
        yield rf"\draw[tile, {frame}] {tiles.at(i, j)};"
    if not shown.in_colours:
        yield from _signs(shown, cells, shares, colours)
    if shown.scale or shown.shape:
        yield from _foot(shown, above[0] - shown.foot[0] / 2, top + height + border + ABOVE_SCALE, frame)


def plane_parts(over: OverPlane, box: Box, name: str, most: int, scale: float) -> Iterator[str]:
    """The commands that draw what a node computes over a plane, in at most so many cells, as a named node.

    A square in the colour of its bias stands across the lower left corner.
    """
    left, top = box.centre[0] - box.width / 2, box.centre[1] - box.height / 2
    step = max(1, math.ceil(math.sqrt(over.shares.size / most)))
    shares = over.shares[step // 2 :: step, step // 2 :: step]
    rows, columns = shares.shape
    cells = _Cells(left, top, box.width / columns, box.height / rows)
    for i, row in enumerate(shares):
        start = 0
        colours = [_colour(share, False) for share in row]
        for j in range(1, columns + 1):  # neighbours of one colour are one rectangle
            if j == columns or colours[j] != colours[start]:
                corner = left + start * cells.width, top + i * cells.height
                wide = corner_rectangle(*corner, (j - start) * cells.width, cells.height)
                yield rf"\fill[{colours[start]}] {wide};"
                start = j
    size = f"minimum width={box.width * scale:.2f}pt, minimum height={box.height * scale:.2f}pt"
    yield rf"\node[map, {size}] ({name}) at {point(*box.centre)} {{}};"
    if box.bias is not None:
        square = _rectangle(left, top + box.height, BIAS, BIAS)
        yield rf"\draw[bias, fill={_colour(np.array(box.bias), False)}] {square};"


def _colour(share: Array, picture: bool) -> str:
    """A colour mixed of those that the document defines; of a picture in colours its own."""
    if share.ndim:
        red, green, blue = (255 * share).round().astype(int)
        return f"fill={{rgb,255:red,{red};green,{green};blue,{blue}}}"
    if np.isnan(share):
        return "gray"
    ends = ("clink", "clpaper") if picture else ("clnegative" if share < 0 else "clpositive", "clzero")
    return f"{ends[0]}!{round(100 * abs(float(share)))}!{ends[1]}"


def _signs(shown: Map, cells: _Cells, shares: Array, colours: Mapping[str, str]) -> Iterator[str]:
    """The numbers in the cells; without them a bar in each that is negative."""
    ends = ("paper", "paper", "ink") if shown.picture else ("negative", "zero", "positive")
    negative, zero, positive = (rgb_of(colours.get(end, "#808080")) for end in ends)
    inks = np.where(takes_black(shades(shares, negative, zero, positive)), "black", "white")
    if shown.numbers:
        for i, j in np.ndindex(*shares.shape):
            yield _entry(shown.numbers[i][j], f"text={inks[i, j]}", *cells.middle(i, j))
        return
    side = min(cells.width, cells.height)
    if side >= LEAST_MARKED and not shown.picture:
        for i, j in np.argwhere(shares < 0):
            bar = _rectangle(*cells.middle(i, j), *negative_bar(side))
            yield rf"\fill[{inks[i, j]}, opacity=0.67] {bar};"


def rgb_of(code: str) -> RGB:
    """Red, green and blue of a colour such as #12742f."""
    red, green, blue = (int(code[place : place + 2], 16) for place in (1, 3, 5))
    return red, green, blue


def _foot(shown: Map, left: float, top: float, frame: str) -> Iterator[str]:
    """Below the cells a bar of their colours, the number that the strongest one means, and the shape."""
    middle = top + shown.foot[1] / 2
    if shown.scale:
        cells = _Cells(left, middle - BAR_HEIGHT / 2, BAR / STEPS, BAR_HEIGHT)
        for j, share in enumerate(np.linspace(*shown.range, STEPS)):
            yield rf"\fill[{_colour(share, shown.picture)}] {cells.at(0, j)};"
        yield rf"\draw[bar, {frame}] {_rectangle(left + BAR / 2, middle, BAR, BAR_HEIGHT)};"
        left += BAR + BESIDE_BAR
        yield _entry(shown.scale, f"anchor=west, text={frame}", left, middle)
        left += extent(shown.scale, shown.text)[0] + BESIDE_SCALE
    if shown.shape:
        yield _entry(shown.shape, "anchor=west, text=clfaint", left, middle)


def _entry(math: Math, look: str, x: float, y: float) -> str:
    return rf"\node[entry, {look}] at {point(x, y)} {{${latex(math)}$}};"
