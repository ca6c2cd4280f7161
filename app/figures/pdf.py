"""Figures as pages of a PDF, written here: shapes as paths, all text as glyphs of embedded fonts.

Reading order: pdf, then _Pages (what is on them), _Fonts (the glyphs they use) and _File (the objects of the
file). What is the same on many pages is worked out once.
"""

from __future__ import annotations

import unicodedata
import zlib
from collections.abc import Iterable, Iterator, Sequence

from PySide6.QtGui import QImage

from app.figures.fonts import font, subset, tagged
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
    segments,
)
from app.figures.style import FigureStyle
from app.formula.mathfont import UNITS, Shape
from app.painting.shown import Painting, Part, Shown, painting_of, shown_parts
from core.export import one_line

ROUND = 0.5523  # of the radius of an arc of a quarter: how far its control points are from its ends
MOST_DRAWN = 255  # glyphs in a font that is made of drawings
OPERATORS = {"M": "m", "L": "l", "C": "c", "Z": "h"}


def pdf(figures: Iterable[Shown], style: FigureStyle) -> bytes:
    """PDF with a page for each figure, the pages as large as those of the style."""
    pages, file = _Pages(style), _File()
    contents = [file.stream(pages.content(figure)) for figure in figures]
    fonts = pages.fonts.written(file)
    states = "".join(f"/A{level} <</ca {level / 255:.3f}>>" for level in sorted(pages.levels))
    images = "".join(f"/I{number} {_image(file, one)} " for number, one in enumerate(pages.pictures))
    resources = file.add(f"<</Font <<{fonts}>> /ExtGState <<{states}>> /XObject <<{images}>>>>")
    tree = file.reserved()
    size = " ".join(map(_number, style.page.toTuple()))
    look = f"/Type /Page /Parent {tree} /MediaBox [0 0 {size}] /Resources {resources}"
    kids = [file.add(f"<<{look} /Contents {content}>>") for content in contents]
    file.put(tree, f"<</Type /Pages /Count {len(kids)} /Kids [{' '.join(kids)}]>>")
    catalog = file.add(f"<</Type /Catalog /Pages {tree} /ViewerPreferences <</DisplayDocTitle true>>>>")
    info = file.add(f"<</Title <{_text(one_line(style.title))}> /Creator (Chainlight)>>")
    return file.written(catalog, info)


class _Pages:
    """The contents of pages, and what these refer to: fonts, how opaque colours are, and pictures."""

    def __init__(self, style: FigureStyle):
        self._style = style
        self._known: dict[int, tuple[Part, str]] = {}
        self.fonts = _Fonts()
        self.levels: set[int] = set()
        self.pictures: list[Picture] = []

    def content(self, figure: Shown) -> bytes:
        style, area = self._style, self._style.area
        scale, left, height = style.scale, -style.scale * area.left(), style.page.height()
        placed = (scale, 0, 0, -scale, left, height + scale * area.top())
        lines = [f"{' '.join(_number(length, 6) for length in placed)} cm"]
        if not style.transparent:
            paper = Colour(style.theme.paper)
            lines.append(self._mark(Rectangle(area.left(), area.top(), *area.size().toTuple(), fill=paper)))
        painting = painting_of(figure, style.theme)
        lines += [self._part(part, painting) for part in shown_parts(figure)]
        return "\n".join(lines).encode()

    def _part(self, part: Part, painting: Painting) -> str:
        known = self._known.get(id(part))
        if known is None:
            text = "\n".join(map(self._mark, marks_of(part, painting)))
            known = self._known[id(part)] = part, text  # with the part, so that no other gets its id
        return known[1]

    def _mark(self, mark: Mark) -> str:
        match mark:
            case Outline(path, fill, stroke):
                return self._painted(_path(path), fill, stroke)
            case Rectangle(x, y, width, height, radius, fill, stroke):
                plain = " ".join(map(_number, (x, y, width, height))) + " re"
                return self._painted(_path(_rounded(mark)) if radius else plain, fill, stroke)
            case Formula(text, runs, bars):
                lines = [*map(self._mark, bars), "BT", *map(self._run, runs), "ET"]
                if len(runs) > 1:  # or a reader would take scripts for lines of their own
                    lines = [f"/Span <</ActualText <{_text(text)}>>> BDC", *lines, "EMC"]
                return "\n".join(lines)
            case Picture(x, y, width, height):
                self.pictures.append(mark)
                place = " ".join(map(_number, (width, 0, 0, -height, x, y + height)))
                return f"q {place} cm /I{len(self.pictures) - 1} Do Q"

    def _painted(self, path: str, fill: Colour | None, stroke: Stroke | None) -> str:
        look = []
        if fill:
            look.append(f"{_rgb(fill)} rg")
        if stroke:
            dashes = " ".join(map(_number, stroke.dashes))
            look.append(f"{_rgb(stroke.colour)} RG {_number(stroke.width)} w")
            look.append(f"{2 * stroke.square} J [{dashes}] 0 d")
        operator = "B" if fill and stroke else "S" if stroke else "f" if fill else "n"
        painted = f"{' '.join(look)} {path} {operator}"
        level = round(255 * fill.opacity) if fill else 255
        if level == 255:
            return painted
        self.levels.add(level)
        return f"q /A{level} gs {painted} Q"

    def _run(self, run: Run) -> str:
        place, size = f"1 0 0 -1 {_number(run.x)} {_number(run.y)} Tm", _number(run.font_size)
        return "\n".join(
            [f"{_rgb(run.colour)} rg {place}"]
            + [f"/{name} {size} Tf <{codes}> Tj" for name, codes in self.fonts.coded(run.shapes)]
        )


def _image(file: _File, picture: Picture) -> str:
    """A picture as an object of the file, three bytes a pixel."""
    image = picture.image.convertToFormat(QImage.Format.Format_RGB888)
    rows, across = image.height(), 3 * image.width()
    padded = bytes(image.constBits())
    data = b"".join(padded[row * image.bytesPerLine() :][:across] for row in range(rows))
    smooth = str(picture.smooth).lower()
    return file.stream(
        data,
        f"/Type /XObject /Subtype /Image /Width {image.width()} /Height {rows} /ColorSpace /DeviceRGB"
        f" /BitsPerComponent 8 /Interpolate {smooth}",
    )


def _rounded(rect: Rectangle) -> Iterator[Segment]:
    """A rectangle with round corners, clockwise from the left end of its upper side."""
    x, y, r = rect.x, rect.y, rect.radius
    right, bottom, k = x + rect.width, y + rect.height, rect.radius * (1 - ROUND)
    yield "M", (x + r, y)
    yield "L", (right - r, y)
    yield "C", (right - k, y, right, y + k, right, y + r)
    yield "L", (right, bottom - r)
    yield "C", (right, bottom - k, right - k, bottom, right - r, bottom)
    yield "L", (x + r, bottom)
    yield "C", (x + k, bottom, x, bottom - k, x, bottom - r)
    yield "L", (x, y + r)
    yield "C", (x, y + k, x + k, y, x + r, y)
    yield "Z", ()


def _path(path: Iterable[Segment]) -> str:
    return " ".join(" ".join([*map(_number, points), OPERATORS[letter]]) for letter, points in path)


def _text(text: str) -> str:
    return f"\ufeff{text}".encode("utf-16-be").hex()


def _rgb(colour: Colour) -> str:
    return " ".join(_number(int(colour.code[place : place + 2], 16) / 255, 3) for place in (1, 3, 5))


def _number(length: float, digits: int = 2) -> str:
    text = f"{length:.{digits}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


# -- fonts


class _Fonts:
    """The glyphs that pages use, by their fonts. Every glyph has a code there, and the text that it shows.

    Of the bundled fonts those glyphs are embedded; other shapes are drawings in fonts of their own.
    """

    def __init__(self) -> None:
        self._codes: dict[str, dict[object, int]] = {}
        self._shapes: dict[str, list[Shape]] = {}

    def coded(self, shapes: Sequence[Shape]) -> Iterator[tuple[str, str]]:
        """Glyphs of one font as the name of their font and their codes in hexadecimal."""
        font = shapes[0].font
        found = [self._code(font, shape) for shape in shapes]
        if font:
            yield _name(font), "".join(f"{code + 1:04x}" for code in found)
            return
        for code in found:
            yield f"D{code // MOST_DRAWN}", f"{code % MOST_DRAWN + 1:02x}"

    def _code(self, font: str, shape: Shape) -> int:
        codes, shapes = self._codes.setdefault(font, {}), self._shapes.setdefault(font, [])
        code = codes.setdefault((shape.text, shape.glyph or segments(shape)), len(codes))
        if code == len(shapes):
            shapes.append(shape)
        return code

    def written(self, file: _File) -> str:
        """Write the fonts; the answer is their names with the objects that they are."""
        entries = []
        for name, shapes in self._shapes.items():
            if name:
                entries.append(f"/{_name(name)} {_embedded(file, name, shapes)}")
                continue
            for number in range(0, len(shapes), MOST_DRAWN):
                drawn = _drawn(file, shapes[number : number + MOST_DRAWN])
                entries.append(f"/D{number // MOST_DRAWN} {drawn}")
        return " ".join(entries)


def _name(file: str) -> str:
    return file.partition(".")[0]


def _embedded(file: _File, name: str, shapes: Sequence[Shape]) -> str:
    source = font(name)
    thousandths = 1000 / source.units
    glyphs = [shape.glyph for shape in shapes]
    data = subset(name, glyphs)
    body = file.stream(data, f"/Length1 {len(data)}")
    called = f"/{tagged(name, glyphs)}"
    box = " ".join(_number(length * thousandths, 0) for length in source.box)
    ascent, descent = (_number(length * thousandths, 0) for length in (source.ascent, source.descent))
    descriptor = file.add(
        f"<</Type /FontDescriptor /FontName {called} /Flags 4 /FontBBox [{box}] /ItalicAngle 0"
        f" /Ascent {ascent} /Descent {descent} /CapHeight {ascent} /StemV 80 /FontFile2 {body}>>"
    )
    widths = " ".join(_number(source.metrics(shape.glyph)[0] * thousandths) for shape in shapes)
    system = "<</Registry (Adobe) /Ordering (Identity) /Supplement 0>>"
    descendant = file.add(
        f"<</Type /Font /Subtype /CIDFontType2 /BaseFont {called} /CIDSystemInfo {system}"
        f" /FontDescriptor {descriptor} /CIDToGIDMap /Identity /W [1 [{widths}]]>>"
    )
    return file.add(
        f"<</Type /Font /Subtype /Type0 /BaseFont {called} /Encoding /Identity-H"
        f" /DescendantFonts [{descendant}] /ToUnicode {_texts(file, shapes, 4)}>>"
    )


def _drawn(file: _File, shapes: Sequence[Shape]) -> str:
    """A font of shapes that are no glyphs of the bundled fonts."""
    drawings, names = "", ""
    for code, shape in enumerate(shapes, 1):
        flipped = ((letter, _flipped(points)) for letter, points in segments(shape))
        names += f" /g{code}"
        box = (shape.left, shape.bottom, shape.right, shape.top)
        bounds = " ".join(_number(UNITS * length) for length in (shape.advance, 0, *box))
        drawings += f" /g{code} {file.stream(f'{bounds} d1 {_path(flipped)} f'.encode())}"
    widths = " ".join(_number(UNITS * shape.advance) for shape in shapes)
    return file.add(
        f"<</Type /Font /Subtype /Type3 /FontBBox [0 0 0 0] /FontMatrix [{1 / UNITS} 0 0 {1 / UNITS} 0 0]"
        f" /CharProcs <<{drawings}>> /Encoding <</Type /Encoding /Differences [1{names}]>> /FirstChar 1"
        f" /LastChar {len(shapes)} /Widths [{widths}] /Resources <<>> /ToUnicode {_texts(file, shapes, 2)}>>"
    )


def _flipped(points: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(-length if place % 2 else length for place, length in enumerate(points))


def _texts(file: _File, shapes: Sequence[Shape], digits: int) -> str:
    """The text that each code shows; letters of mathematics are those that one types."""
    lines = [
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /Texts def /CMapType 2 def",
        f"1 begincodespacerange <{'0' * digits}> <{'f' * digits}> endcodespacerange",
    ]
    for code, shape in enumerate(shapes, 1):
        text = unicodedata.normalize("NFKC", shape.text) if shape.text.isalpha() else shape.text
        lines.append(f"1 beginbfchar <{code:0{digits}x}> <{text.encode('utf-16-be').hex()}> endbfchar")
    lines.append("endcmap CMapName currentdict /CMap defineresource pop end end")
    return file.stream("\n".join(lines).encode())


# -- the file


class _File:
    """The objects of a PDF, in the order in which they are added; one is referred to as `7 0 R`."""

    def __init__(self) -> None:
        self._objects: list[bytes] = []

    def reserved(self) -> str:
        """A reference to an object that is put in its place later."""
        self._objects.append(b"")
        return f"{len(self._objects)} 0 R"

    def put(self, reference: str, text: str, data: bytes | None = None) -> None:
        body = text.encode("latin-1")
        if data is not None:
            body += b"\nstream\n" + data + b"\nendstream"
        self._objects[int(reference.split()[0]) - 1] = body

    def add(self, text: str, data: bytes | None = None) -> str:
        reference = self.reserved()
        self.put(reference, text, data)
        return reference

    def stream(self, data: bytes, facts: str = "") -> str:
        packed = zlib.compress(data, 9)
        return self.add(f"<</Length {len(packed)} /Filter /FlateDecode {facts}>>", packed)

    def written(self, catalog: str, info: str) -> bytes:
        found = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
        places = []
        for number, body in enumerate(self._objects, 1):
            places.append(len(found))
            found += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
        count = len(places) + 1
        entries = "".join(f"{place:010} 00000 n \n" for place in places)
        trailer = f"trailer\n<</Size {count} /Root {catalog} /Info {info}>>\nstartxref\n{len(found)}\n%%EOF\n"
        found += f"xref\n0 {count}\n0000000000 65535 f \n{entries}{trailer}".encode()
        return bytes(found)
