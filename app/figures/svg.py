"""A figure as SVG: a group for each part, with an id and classes by which it can be styled and animated."""

from __future__ import annotations

import unicodedata
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from html import escape

from app.figures.fonts import subset, tagged
from app.figures.marks import (
    Colour,
    Formula,
    Mark,
    Outline,
    Picture,
    Rectangle,
    Run,
    Segment,
    Stroke,
    marks_of,
)
from app.figures.style import FigureStyle, buffer
from app.formula.mathfont import Shape, math_font
from app.painting.shown import Part, Shown, painting_of, shown_parts
from core.export import one_line
from core.figure import Arrow, Box, Frame, Label
from core.figure.plot import Line, Raster, Symbol, Text, Tile
from core.graph.graph import Edge

MOST_CELLS = 4096  # of a picture that are rectangles of their own
DOCUMENT = """\
<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}pt" height="{height:g}pt"
 viewBox="0 0 {across:g} {down:g}">
<title>{title}</title>
{fonts}{paper}<g transform="translate({left:g} {top:g})" fill="none" stroke="none">
{parts}
</g>
</svg>
"""


def svg(figure: Shown, style: FigureStyle) -> bytes:
    """SVG with the page's size in points."""
    area, page = style.area, style.page
    painting = painting_of(figure, style.theme)
    drawn = [(part, marks_of(part, painting)) for part in shown_parts(figure)]
    fonts, ids = _Fonts(drawn if style.text == "fonts" else ()), _Ids()
    whole = f'width="{area.width():g}" height="{area.height():g}"'
    paper = f'<rect class="paper" {whole} fill="{style.theme.paper}" stroke="none"/>\n'
    return DOCUMENT.format(
        width=page.width(),
        height=page.height(),
        across=area.width(),
        down=area.height(),
        title=escape(one_line(style.title)),
        fonts=fonts.embedded,
        paper="" if style.transparent else paper,
        left=-area.left(),
        top=-area.top(),
        parts="\n".join(_group(part, marks, ids, fonts) for part, marks in drawn),
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


def _group(part: Part, marks: Iterable[Mark], ids: _Ids, fonts: _Fonts) -> str:
    names: Sequence[object]
    of = ""
    match part:
        case Frame(key):
            names, look, of = ["frame", key], ["frame"], _data("node", part.node)
        case Arrow(edge):
            names, look, of = ["edge", *_ends(edge)], ["edge", *_mood(part)], _data("node", edge.source)
        case Box(node, kind):
            names, look = ["node", node], ["node", kind, *_mood(part), *(["chosen"] * part.chosen)]
            of = _data("node", node)
        case Label(node, role):
            names, look = [role, *(_ends(part.edge) if part.edge else [node] if node else [])], [role]
            of = _data("node", node)
        case Symbol(key):
            names, look = [*key.split(), *([part.row] if part.row >= 0 else [])], _words("point", key)
            of = _data("row", part.row) if part.row >= 0 else ""
        case Text(key):
            names, look = [*key.split(), *(part.entry or ()), "label"], _words("label", key)
        case Tile(key):
            names, look = (
                [*key.split(), *(part.entry or ())],
                _words("cell" if part.entry else "outline", key),
            )
            of = _data("entry", ",".join(map(str, part.entry))) if part.entry else ""
        case Line(key):
            names, look = key.split(), _words("curve", key)
        case Raster(key):
            names, look = key.split(), _words("colours", key)
    inside = "".join(_mark(mark, fonts) for mark in marks)
    return f'<g id="{ids.of(names)}" class="{" ".join(look)}"{of}>{inside}</g>'


def _data(name: str, said: object) -> str:
    return f' data-{name}="{escape(str(said))}"'


def _words(kind: str, key: str) -> list[str]:
    """The classes of a part of a plot: what it is, and the words of what it is of."""
    return [kind, *map(identifier, key.split())]


def _ends(edge: Edge) -> list[object]:
    """The names of an edge: its ends, and which argument it is; of an output's arrow the output alone."""
    return [edge.source, edge.target, edge.port] if edge.target else [edge.source, "out"]


def _mood(part: Box | Arrow) -> list[str]:
    return [part.mood, *(["backward"] * part.backward)]


# -- fonts


class _Fonts:
    """The bundled fonts with the characters that some parts are written with."""

    def __init__(self, drawn: Iterable[tuple[Part, Iterable[Mark]]]):
        shapes: dict[str, dict[Shape, None]] = {}
        for _, marks in drawn:
            for mark in marks:
                for run in mark.runs if isinstance(mark, Formula) else ():
                    if _is_text(run):
                        shapes.setdefault(run.font, {}).update(dict.fromkeys(run.shapes))
        self._glyphs = {name: [shape.glyph for shape in found] for name, found in shapes.items()}
        self._texts = {name: [shape.text for shape in found] for name, found in shapes.items()}
        # in a style sheet a name with a plus needs quotation marks
        self.families = {
            name: tagged(name, glyphs).replace("+", "-") for name, glyphs in self._glyphs.items()
        }

    @property
    def embedded(self) -> str:
        """A style sheet with the fonts themselves."""
        faces = []
        for name, family in self.families.items():
            characters = {ord(text): place for place, text in enumerate(self._texts[name], 1)}
            data = b64encode(subset(name, self._glyphs[name], characters)).decode()
            source = f'url("data:font/otf;base64,{data}") format("opentype")'
            faces.append(f'@font-face{{font-family:"{family}";src:{source}}}')
        return f"<style>{''.join(faces)}</style>\n" if faces else ""


def _is_text(run: Run) -> bool:
    """Whether a browser would write the run's characters with these glyphs: no taller ones, no accents."""
    return bool(run.font) and all(
        math_font().shape(shape.text) is shape and not unicodedata.combining(shape.text)
        for shape in run.shapes
    )


# -- marks


def _mark(mark: Mark, fonts: _Fonts) -> str:
    match mark:
        case Outline(path, fill, stroke):
            return f'<path{_look(fill, stroke)} d="{_path(path)}"/>'
        case Rectangle(x, y, width, height, radius, fill, stroke):
            round_corners = f' rx="{_number(radius)}"' if radius else ""
            place = f'x="{_number(x)}" y="{_number(y)}"'
            size = f'width="{_number(width)}" height="{_number(height)}"'
            return f"<rect {place} {size}{round_corners}{_look(fill, stroke)}/>"
        case Formula(text, runs, bars):
            inside = "".join([*(_mark(bar, fonts) for bar in bars), *(_run(run, fonts) for run in runs)])
            return f'<g class="text"><title>{escape(text)}</title>{inside}</g>'
        case Picture():
            few = mark.image.width() * mark.image.height() <= MOST_CELLS
            return _image(mark) if mark.smooth or not few else "".join(_cells(mark))


def _image(mark: Picture) -> str:
    """Colours that run into one another, or very many cells, as an image in the file."""
    device, data = buffer()
    mark.image.save(device, "PNG")  # type: ignore[call-overload]
    place = f'x="{_number(mark.x)}" y="{_number(mark.y)}"'
    size = f'width="{_number(mark.width)}" height="{_number(mark.height)}"'
    source = b64encode(data.data()).decode()
    look = "" if mark.smooth else ' style="image-rendering: pixelated"'
    return f'<image {place} {size}{look} preserveAspectRatio="none" href="data:image/png;base64,{source}"/>'


def _cells(mark: Picture) -> Iterator[str]:
    """A rectangle for each pixel."""
    wide, high = mark.width / mark.image.width(), mark.height / mark.image.height()
    size = f'width="{_number(wide)}" height="{_number(high)}" shape-rendering="crispEdges"'
    for i in range(mark.image.height()):
        for j in range(mark.image.width()):
            place = f'x="{_number(mark.x + j * wide)}" y="{_number(mark.y + i * high)}"'
            colour = mark.image.pixelColor(j, i).name()
            yield f'<rect class="cell" data-entry="{i},{j}" {place} {size} fill="{colour}"/>'


def _run(run: Run, fonts: _Fonts) -> str:
    """Text in a font that is embedded; without such a font, outlines."""
    family = fonts.families.get(run.font)
    if not family or not _is_text(run):
        return f'<path{_look(run.colour, None)} d="{_path(run.outline)}"/>'
    place = f'x="{_number(run.x)}" y="{_number(run.y)}" font-size="{_number(run.font_size)}"'
    look = f'{_look(run.colour, None)} font-family="{family}" textLength="{_number(run.width)}"'
    return f"<text {place}{look}>{escape(run.text)}</text>"


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
