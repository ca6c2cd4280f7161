"""A figure as a TikZ picture to edit by hand: named nodes, each style and colour defined once, in points."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from core.export import one_line
from core.export.tikz_maps import MOST_CELLS, colour_name, map_parts, plane_parts, point
from core.figure import (
    IDLE,
    MAP_FRAME,
    STRENGTH,
    Arrow,
    Box,
    Figure,
    Frame,
    Label,
    Sizes,
    weight_width,
)
from core.layout import Point
from core.math.latex import latex

DOCUMENT = r"""% {title}
% Made by Chainlight. As a part of a document: move the picture there, its colours, its fonts and
% \usetikzlibrary to the preamble.{needs}
\documentclass[tikz]{{standalone}}
{packages}
\usetikzlibrary{{arrows.meta}}
% large signs grow with the text
\DeclareFontFamily{{OMX}}{{lmex}}{{}}
\DeclareFontShape{{OMX}}{{lmex}}{{m}}{{n}}{{<-> lmex10}}{{}}
{colours}
{fonts}
\begin{{document}}
\begin{{tikzpicture}}[
{styles}
]
{parts}
\end{{tikzpicture}}
\end{{document}}
"""

PACKAGES = r"\usepackage[T1]{fontenc}" "\n" r"\usepackage{amsmath, amssymb, lmodern}"
LUALATEX = r"\usepackage{amsmath, amssymb, lmodern, fontspec}"
NEEDS_LUALATEX = r"""
% Compile it with lualatex: pdflatex lacks {letters}. \setmainfont{{...}} chooses a font that has them.
% !TEX program = lualatex"""
# the fonts by what they are for
FONTS = {"label": "clnumbers", "symbol": "clsymbols", "name": "clnames", "small": "clsmall"}


MOST_OVER_PLANES = 6000  # cells of all maps of nodes together: TeX's memory is small
# labels that look as others do
LOOKS = {"contribution": "gradient", "sum": "gradient", "numbers": "rule"}


def letters_beyond_pdflatex(text: str) -> str:
    """The letters in the parts of a TikZ picture that pdflatex cannot set; those it can are commands."""
    return "".join(sorted({char for char in text if not char.isascii()}))


def tikz(
    figure: Figure,
    colours: Mapping[str, str],
    line_width: float = 1.6,
    title: str = "",
    area: tuple[float, float, float, float] | None = None,
    scale: float = 1.0,
    paper: bool = False,
) -> str:
    """Write a figure as a LaTeX document of its own, with TikZ.

    Args:
        figure: what is to be seen.
        colours: the theme's colours by what they are for, such as `{"value": "#12742f"}`.
        line_width: the width of edges and outlines, in points, before they are scaled.
        title: what a comment at the top says; nothing where it is empty.
        area: the left, top, right and bottom of the page in the figure; without it the page is as large as
            what is drawn.
        scale: how many points a unit of the figure is long; text is as large.
        paper: whether the page is filled with the theme's paper.

    Returns:
        The document's text, for pdflatex, or for lualatex where it has letters that pdflatex lacks: then a
        comment says so.
    """
    names = node_names(figure)
    centres = {box.node: box.centre for box in figure.boxes}
    cells = MOST_OVER_PLANES // max(1, sum(box.over is not None for box in figure.boxes))
    parts = [
        *(part for frame in figure.frames for part in _frame(frame)),
        *(part for box in figure.boxes for part in _box(box, names, scale, cells)),
        *(_weight(arrow, names, centres, scale) for arrow in figure.arrows if arrow.weight is not None),
        *(_arrow(arrow, names) for arrow in figure.arrows if arrow.weight is None),
        *(part for label in figure.labels for part in _label(label, figure.sizes, colours, scale)),
    ]
    fonts = [
        rf"\newcommand{{\{font}}}{{\fontsize{{{size * scale:.4g}}}{{{size * scale * 1.2:.4g}}}\selectfont}}"
        for what, font in FONTS.items()
        for size in [getattr(figure.sizes, what)]
    ]
    styles = _styles(line_width, figure.sizes, scale)
    looks = [f"{name}/.style={{{style}}}" for name, style in styles.items()]
    return document_of(parts, colours, fonts, looks, title, area, scale, paper)


def document_of(
    parts: Iterable[str],
    colours: Mapping[str, str],
    fonts: Iterable[str],
    looks: Iterable[str],
    title: str,
    area: tuple[float, float, float, float] | None,
    scale: float,
    paper: bool,
) -> str:
    """A document with a picture of these commands; colours, fonts and looks are defined in it."""
    defined = [
        rf"\definecolor{{{colour_name(name)}}}{{HTML}}{{{code.lstrip('#').upper()}}}"
        for name, code in colours.items()
    ]
    corners = area and (point(*area[:2]), point(*area[2:]))
    whole = [
        *([rf"\useasboundingbox {corners[0]} rectangle {corners[1]};"] if corners else []),
        *([rf"\fill[clpaper] {corners[0]} rectangle {corners[1]};"] if corners and paper else []),
        *parts,
    ]
    picture = "\n".join(f"  {part}" for part in whole)
    letters = letters_beyond_pdflatex(picture)
    return DOCUMENT.format(
        title=one_line(title) or "A figure",
        needs=NEEDS_LUALATEX.format(letters=letters) if letters else "",
        packages=LUALATEX if letters else PACKAGES,
        colours="\n".join(defined),
        fonts="\n".join(fonts),
        styles=",\n".join(f"  {look}" for look in (f"x={scale:g}pt, y=-{scale:g}pt", *looks)),
        parts=picture,
    )


def node_names(figure: Figure) -> dict[str, str]:
    """A name TikZ accepts for each node: letters, digits and hyphens, no two the same."""
    found: dict[str, str] = {}
    for number, box in enumerate(figure.boxes):
        plain = box.node if re.fullmatch("[A-Za-z][A-Za-z0-9]*", box.node) else f"node-{number}"
        found[box.node] = plain
    return found


def _styles(line_width: float, sizes: Sizes, scale: float) -> dict[str, str]:
    """Every look in the picture, by what it means."""

    def pt(length: float) -> str:
        return f"{length * scale:.4g}pt"

    def font(what: str) -> str:
        return rf"font=\{FONTS[what]}"

    # the axis of the mathematics, at a quarter of an em, is level with the middle of the box
    on_axis = f"text height={pt(sizes.symbol / 2)}, text depth=0pt"
    line = f"draw=clline, line width={pt(line_width)}"
    head = f"Stealth[length={pt(11)}, width={pt(9)}]"
    operation = f"{line}, fill=clpaper, text=clink, inner sep=0pt, {on_axis}"
    sides = f"inner xsep={pt(2.5)}, inner ysep=0pt"
    faint = f"draw=clline!{100 * IDLE:g}!clpaper"
    sheet = f"{faint}, fill=clline!6!clpaper, rounded corners={pt(10)}, line width={pt(0.6 * line_width)}"
    corners = f"rounded corners={pt(2.5)}"
    beside = f"inner xsep={pt(3)}, inner ysep=0pt, rounded corners={pt(8)}"
    return {
        "frame": sheet,
        "map": f"draw=clink, line width={pt(MAP_FRAME)}, inner sep=0pt",
        "bias": f"draw=clpaper, line width={pt(MAP_FRAME)}",
        "title": f"text=clfaint, inner sep=0pt, anchor=north west, {font('small')}",
        "input": f"text=clink, {beside}, {font('name')}",
        "operation": f"{operation}, rounded corners={pt(sizes.radius)}, {font('symbol')}",
        "arrow": f"-{{{head}}}, {line}",
        "value": f"text=clvalue, inner sep=0pt, {font('label')}",
        "gradient": f"text=clgradient, fill=clground, {corners}, {sides}, {font('label')}",
        "ground": f"fill=clground, {corners}",
        "sum": f"draw=clgradient, line width={pt(1.0)}",
        "output": f"text=clink, inner sep=0pt, {font('name')}",
        "caption": f"text=clink, inner sep=0pt, {font('label')}",
        "note": f"text=clfaint, inner sep=0pt, {font('small')}",
        "formula": f"text=clink, inner sep=0pt, {font('symbol')}",
        "rule": "text=clink, inner sep=0pt",
        "counter": "text=clfaint, inner sep=0pt",
        "small": font("small"),
        "tile": f"line width={pt(1.2)}",
        "bar": f"line width={pt(0.6)}",
        "entry": f"inner sep=0pt, {font('small')}",
        "active": f"draw=clvalue, fill=cllit, line width={pt(1.6 * line_width)}",
        "active back": f"draw=clgradient, fill=cllitback, line width={pt(1.6 * line_width)}",
        "receiving": f"draw=clgradient, dashed, fill=clreceiving, line width={pt(1.6 * line_width)}",
        "idle": "text=clfaint",
        "chosen": f"double=clpaper, double distance={pt(3)}",
        "waiting": faint,
        "moving": f"draw=clvalue, line width={pt(1.8 * line_width)}",
        "moving back": f"{{{head}}}-, draw=clgradient, line width={pt(1.8 * line_width)}",
    }


def _frame(frame: Frame) -> Iterator[str]:
    """A rectangle and its title, below all that stands inside."""
    left, top = frame.left, frame.top
    opposite = point(left + frame.width, top + frame.height)
    yield rf"\draw[frame] {point(left, top)} rectangle {opposite};"
    yield rf"\node[title] at {point(left + 10, top + 7)} {{{_math(latex(frame.title))}}};"


def _box(box: Box, names: Mapping[str, str], scale: float, cells: int) -> Iterator[str]:
    if box.over is not None:
        yield from plane_parts(box.over, box, names[box.node], min(cells, MOST_CELLS), scale)
        return
    x, y = box.centre
    mood = {"active": "active back" if box.backward else "active"}.get(box.mood, box.mood)
    look: list[str] = [box.kind]
    if mood != "done" and not (box.kind == "input" and mood == "idle"):
        look.append(mood)
    if box.chosen:
        look.append("chosen" if box.kind == "operation" else "chosen, draw=clline")
    look += [f"minimum width={box.width * scale:.2f}pt", f"minimum height={box.height * scale:.2f}pt"]
    if box.kind == "input":  # the name stands at the left, as in a box as wide as another of its layer
        look.append(f"text width={(box.width - 6) * scale:.2f}pt")
    yield rf"\node[{', '.join(look)}] ({names[box.node]}) at {point(x, y)} {{{_math(latex(box.symbol))}}};"


def _math(source: str) -> str:
    return f"${source}$"


def _arrow(arrow: Arrow, names: Mapping[str, str]) -> str:
    """An edge between two named nodes: move a node and the edge follows."""
    moving = ", moving back" if arrow.points_back else ", moving"
    if arrow.beside:
        moving += ", draw=clgradient"
    look = {"active": moving, "idle": ", waiting"}.get(arrow.mood, "")
    route = arrow.route
    way = f"({names[arrow.edge.source]})"
    for number, (first, second, end) in enumerate(route.pieces):
        last = number == len(route.pieces) - 1 and arrow.target
        goal = f"({names[arrow.target]})" if last else point(*end)
        way += f" .. controls {point(*first)} and {point(*second)} .. {goal}"
    return rf"\draw[arrow{look}] {way};"


def _weight(arrow: Arrow, names: Mapping[str, str], centres: Mapping[str, Point], scale: float) -> str:
    """An edge that shows its weight: it keeps its place at both nodes, with which it moves, too."""
    assert arrow.weight is not None

    def at(node: str, place: Point) -> str:
        (x, y), (middle, level) = place, centres[node]
        return (
            f"([xshift={(x - middle) * scale:.2f}pt, yshift={(level - y) * scale:.2f}pt]{names[node]}.center)"
        )

    way = at(arrow.edge.source, arrow.route.start)
    for number, (first, second, end) in enumerate(arrow.route.pieces):
        goal = at(arrow.target, end) if number == len(arrow.route.pieces) - 1 else point(*end)
        way += f" .. controls {point(*first)} and {point(*second)} .. {goal}"
    colour = f"cl{'positive' if arrow.weight >= 0 else 'negative'}!{100 * STRENGTH:g}!clpaper"
    return rf"\draw[draw={colour}, line width={weight_width(arrow.weight) * scale:.4g}pt] {way};"


def _label(label: Label, sizes: Sizes, colours: Mapping[str, str], scale: float) -> Iterator[str]:
    role = LOOKS.get(label.role, label.role)
    if label.map:
        top = label.at[1] if label.below else label.at[1] - label.extent[1]
        yield from map_parts(label.map, (label.at[0], top), f"cl{role}", colours)
        return
    assert label.math is not None
    style = role if role != "name" else "caption" if label.centred else "output"
    look: list[str] = [style]
    if label.role == "sum":
        look.append("sum")
    if style in ("rule", "counter"):
        size = label.size * scale
        look.append(rf"font=\fontsize{{{size:.4g}}}{{{1.2 * size:.4g}}}\selectfont")
    elif label.size == sizes.small:
        look.append("small")
    look.append("anchor=west" if not label.centred else "anchor=north" if label.below else "anchor=south")
    yield rf"\node[{', '.join(look)}] at {point(*label.at)} {{{_math(latex(label.math))}}};"
