"""A plot on its sheet as a TikZ picture to edit by hand: lines, points, colours and text, in points."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

import numpy as np

from core.base.arrays import Array
from core.base.shades import shades, takes_black
from core.export.tikz import document_of
from core.export.tikz_maps import colour_name, corner_rectangle, point, rgb_of
from core.figure.plot import (
    CHOSEN,
    DASHES,
    HOLLOW,
    RIM,
    RINGED,
    Line,
    Placed,
    Raster,
    Sheet,
    Symbol,
    Text,
    Tile,
    class_colours,
    corners,
    pieces,
)
from core.math.latex import latex

MOST_ROWS = 60  # of a field; more are thinned, for TeX's memory is small
OVER = 0.1  # points by which stripes lie over one another, so that no viewer leaves hairs between them
STEPS = 25  # of a colour from paper to its strongest
IN_A_LINE = 8  # points in a line of source
ANCHORS = {"left": "base west", "middle": "base", "right": "base east"}
SIGNED = ("negative", "zero", "positive")
CLASS = "class "


def tikz_plot(
    sheet: Sheet,
    colours: Mapping[str, str],
    title: str = "",
    area: tuple[float, float, float, float] | None = None,
    scale: float = 1.0,
    paper: bool = False,
) -> str:
    """Write a sheet as a LaTeX document of its own, with TikZ.

    Args:
        sheet: what is to be seen.
        colours: the theme's colours by what they are for, those of classes too, such as `class 0`.
        title, area, scale, paper: see `core.export.tikz.tikz`.

    Returns:
        The document's text.
    """
    writer = _Writer(colours, scale)
    parts = [line for part in sheet.parts for line in writer.part(part)]
    return document_of(parts, colours, [], [], title, area, scale, paper)


class _Writer:
    def __init__(self, colours: Mapping[str, str], scale: float):
        self._scale = scale
        self._shades = [rgb_of(colours[name]) for name in SIGNED]
        self._paper = np.array(rgb_of(colours["paper"]), float)
        names = [name for name in colours if name.startswith(CLASS)]
        self._classes = np.array([rgb_of(colours[name]) for name in names], float)

    def part(self, part: Placed) -> Iterator[str]:
        """The commands that draw a part."""
        match part:
            case Raster():
                yield from self._raster(part)
            case Line():
                yield from self._line(part)
            case Symbol():
                yield from self._symbol(part)
            case Text():
                yield self._text(part)
            case Tile(x=x, y=y, width=width, height=height):
                look = [] if part.share is None else [f"fill={_shade(part.share)}"]
                look += [f"draw={colour_name(part.outline)}", self._pt(1.0)] if part.outline else []
                yield rf"\path[{', '.join(look)}] {corner_rectangle(x, y, width, height)};"

    def _pt(self, width: float) -> str:
        return f"line width={width * self._scale:.4g}pt"

    def _raster(self, part: Raster) -> Iterator[str]:
        """Stripes of one colour in each row."""
        every = -(-part.shares.shape[0] // MOST_ROWS)
        rows = part.shares[every // 2 :: every]
        high, wide = part.height / len(rows), part.width / rows.shape[1]
        for i, row in enumerate(rows):
            at = 0
            for colour, run in groupby(self._colours(row, part)):
                count = len([*run])
                stripe = corner_rectangle(
                    part.x + at * wide, part.y + i * high, count * wide + OVER, high + OVER
                )
                yield rf"\fill[{colour}] {stripe};"
                at += count

    def _colours(self, row: Array, part: Raster) -> Iterable[str]:
        if part.inked:
            return [f"fill=clink!{round(100 * share)}!clpaper" for share in row.clip(0, 1).tolist()]
        if row.ndim == 1:
            return [_shade(part.pale * share) for share in row.tolist()]
        found = class_colours(row, self._paper, self._classes[: row.shape[1]])
        coarse = (found.astype(int) // 8 * 8 + 4).clip(0, 255).tolist()
        return [f"fill={{rgb,255:red,{red};green,{green};blue,{blue}}}" for red, green, blue in coarse]

    def _line(self, part: Line) -> Iterator[str]:
        width = part.width * self._scale
        look = [f"draw={colour_name(part.role)}", self._pt(part.width)]
        if part.dashed:
            look.append("dash pattern=on {:.4g}pt off {:.4g}pt".format(*(width * dash for dash in DASHES)))
        ways = [" -- ".join(point(*place) for place in piece) for piece in pieces(part)]
        if not ways:
            return
        words = " ".join(ways).split(" -- ")
        lines = [" -- ".join(words[at : at + IN_A_LINE]) for at in range(0, len(words), IN_A_LINE)]
        yield rf"\draw[{', '.join(look)}] " + " --\n    ".join(lines) + ";"

    def _symbol(self, part: Symbol) -> Iterator[str]:
        colour = colour_name(part.role) if part.role else _shade(part.share)
        if part.ring:
            look = [f"draw={colour}", self._pt(CHOSEN if part.filled else RINGED)]
        elif part.filled:
            rim = "clpaper" if part.role else "clink"
            look = [f"fill={colour}", f"draw={rim}", self._pt(RIM)]
        else:
            look = ["fill=clpaper", f"draw={colour}", self._pt(HOLLOW)]
        places = corners(part.shape, part.size)
        if places:
            way = " -- ".join(point(part.x + x, part.y + y) for x, y in places) + " -- cycle"
        else:
            way = f"{point(part.x, part.y)} circle[radius={part.size * self._scale / 2:.4g}pt]"
        yield rf"\path[{', '.join(look)}] {way};"

    def _text(self, part: Text) -> str:
        if part.on is None:
            ink = colour_name(part.role)
        else:
            ink = "black" if takes_black(shades(np.array(part.on), *self._shades)) else "white"
        size = part.size * self._scale
        font = rf"font=\fontsize{{{size:.4g}}}{{{1.2 * size:.4g}}}\selectfont"
        look = f"anchor={ANCHORS[part.anchor]}, inner sep=0pt, text={ink}, {font}"
        return rf"\node[{look}] at {point(part.x, part.y)} {{${latex(part.math)}$}};"


def _shade(share: float) -> str:
    """The colour of a share of the scale, mixed of those that the document defines."""
    if np.isnan(share):
        return "gray"
    strength = round(abs(share) * STEPS) * (100 // STEPS)
    return f"cl{'negative' if share < 0 else 'positive'}!{strength}!clzero"
