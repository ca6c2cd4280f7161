"""A figure as SVG: a group for each part, with an id and classes by which it can be styled and animated."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from app.figures.marks import Colour, Formula, Mark, Outline, Rectangle, Run, Segment, Stroke, marks_of
from app.figures.style import FigureStyle
from app.painting.parts import Part, parts_of
from core.export import one_line
from core.figure import Arrow, Box, Figure, Frame, Label
from core.graph.graph import Edge

DOCUMENT = """\
<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}pt" height="{height:g}pt"
 viewBox="0 0 {across:g} {down:g}">
<title>{title}</title>
{head}<g transform="translate({left:g} {top:g})" fill="none" stroke="none">
{parts}
</g>
</svg>
"""


def svg(figure: Figure, style: FigureStyle) -> bytes:
    """SVG with the page's size in points."""
    area, page = style.area, style.page
    ids = _Ids()
    parts = [_part(part, ids, style) for part in parts_of(figure)]
    paper = f'<rect class="paper" width="100%" height="100%" fill="{style.theme.paper}" stroke="none"/>\n'
    return DOCUMENT.format(
        width=page.width(),
        height=page.height(),
        across=area.width(),
        down=area.height(),
        title=escape(one_line(style.title)),
        head="" if style.transparent else paper,
        left=-area.left(),
        top=-area.top(),
        parts="\n".join(parts),
    ).encode()


# -- groups


class _Ids:
    """Names for parts that depend on what a part is of, not on what else is drawn."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def of(self, names: Iterable[object]) -> str:
        """An id of these names; a second part of the same names gets a number."""
        found = wanted = "-".join(identifier(str(name)) for name in names)
        count = 1
        while found in self._taken:
            count += 1
            found = f"{wanted}--{count}"
        self._taken.add(found)
        return found


def identifier(name: str) -> str:
    """A name as a part of an id: letters, digits and underscores stay, other signs become their code."""
    return "".join(sign if sign.isalnum() or sign == "_" else f"-0{ord(sign):x}-" for sign in name)


def _part(part: Part, ids: _Ids, style: FigureStyle) -> str:
    names: list[object]
    match part:
        case Frame(key):
            names, look, node = ["frame", key], ["frame"], part.node
        case Arrow(edge):
            names, look, node = ["edge", *_ends(edge)], ["edge", *_mood(part)], edge.source
        case Box(node, kind):
            names, look = ["node", node], ["node", kind, *_mood(part), *(["chosen"] * part.chosen)]
        case Label(node, role):
            names, look = [role, *(_ends(part.edge) if part.edge else [node] if node else [])], [role]
    marks = "".join(map(_mark, marks_of(part, style.theme)))
    return f'<g id="{ids.of(names)}" class="{" ".join(look)}" data-node="{escape(node)}">{marks}</g>'


def _ends(edge: Edge) -> list[object]:
    """The names of an edge: its ends, and which argument it is; of an output's arrow the output alone."""
    return [edge.source, edge.target, edge.port] if edge.target else [edge.source, "out"]


def _mood(part: Box | Arrow) -> list[str]:
    return [part.mood, *(["backward"] * part.backward)]


# -- marks


def _mark(mark: Mark) -> str:
    match mark:
        case Outline(path, fill, stroke):
            return f'<path{_look(fill, stroke)} d="{_path(path)}"/>'
        case Rectangle(x, y, width, height, radius, fill, stroke):
            round_corners = f' rx="{_number(radius)}"' if radius else ""
            place = f'x="{_number(x)}" y="{_number(y)}"'
            size = f'width="{_number(width)}" height="{_number(height)}"'
            return f"<rect {place} {size}{round_corners}{_look(fill, stroke)}/>"
        case Formula(text, runs, bars):
            inside = "".join([*map(_mark, bars), *map(_outlined, runs)])
            return f'<g class="text"><title>{escape(text)}</title>{inside}</g>'


def _outlined(run: Run) -> str:
    return f'<path{_look(run.colour, None)} d="{_path(run.outline)}"/>'


def _look(fill: Colour | None, stroke: Stroke | None) -> str:
    look = ""
    if fill:
        look += f' fill="{fill.code}"' + _opacity("fill", fill)
    if stroke:
        look += f' stroke="{stroke.colour.code}" stroke-width="{_number(stroke.width)}"'
        look += _opacity("stroke", stroke.colour)
    if stroke and stroke.dashes:
        look += f' stroke-dasharray="{" ".join(map(_number, stroke.dashes))}"'
    if stroke and stroke.square:
        look += ' stroke-linecap="square"'
    return look


def _opacity(of: str, colour: Colour) -> str:
    return f' {of}-opacity="{_number(colour.opacity)}"' if colour.opacity < 1 else ""


def _path(path: Iterable[Segment]) -> str:
    return "".join(letter + " ".join(map(_number, points)) for letter, points in path)


def _number(length: float) -> str:
    text = f"{length:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
