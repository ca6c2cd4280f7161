"""PDF: whole files with the fonts they use, text that can be searched for, small, as the PNG to look at."""

import re
import shutil
import subprocess
import zlib

import numpy as np
import pytest
from PySide6.QtCore import QByteArray, Qt
from PySide6.QtGui import QFont, QImage, QRawFont

from app.figures.bounds import bounds
from app.figures.fonts import subset
from app.figures.pdf import pdf
from app.figures.pixels import image
from app.figures.style import FigureStyle
from app.formula.mathfont import DEJAVU, STIX, UNITS, math_font
from app.widgets.theme import DARK, LIGHT
from core.base.arrays import frozen
from core.base.resources import resource
from core.figure import Options, draw, figure
from core.passes.stepper import run
from tests.app.test_figures import pixels

NEURON = (
    "f = 1/(1+exp(-(w0 + w1 x1 + w2 x2)))",
    {"w0": -3.0, "w1": 2.0, "x1": -1.0, "w2": -3.0, "x2": -2.0},
)
LONG = "f = 1/(1+exp(-(w0 + w1 x1 + w2 x2 + w3 x3 + w4 x4 + w5 x5)))"


@pytest.fixture(autouse=True)
def _fonts(fonts):
    """Letters are drawn in every test here."""


class Pdf:
    """A PDF taken apart: its objects by their number, and the text of its pages by their fonts."""

    def __init__(self, data):
        self.data = data
        self.objects = {}
        start = int(re.search(rb"startxref\n(\d+)\n%%EOF\n$", data)[1])
        places = [int(place) for place in re.findall(rb"(\d{10}) 00000 n ", data[start:])]
        for number, place in enumerate(places, 1):
            found = re.compile(rb"(\d+) 0 obj\n(.*?)\nendobj\n", re.DOTALL).match(data, place)
            assert int(found[1]) == number
            self.objects[number] = found[2]
        self.pages = [body for body in self.objects.values() if b"/Type /Page " in body]
        self.fonts = {
            name.decode(): self.objects[int(number)]
            for body in self.objects.values()
            if body.startswith(b"<</Font <<")
            for name, number in re.findall(rb"/([\w-]+) (\d+) 0 R", body)
        }

    def stream(self, number):
        found = re.search(rb"/Length (\d+).*?\nstream\n", self.objects[int(number)], re.DOTALL)
        return zlib.decompress(self.objects[int(number)][found.end() :][: int(found[1])])

    def content(self, page):
        return self.stream(re.search(rb"/Contents (\d+)", self.pages[page])[1]).decode()

    def texts(self, page):
        """Every text of a page, without regard to what its marked content says."""
        found = []
        for block in re.findall(r"BT\n(.*?)\nET", self.content(page), re.DOTALL):
            text = ""
            for name, codes in re.findall(r"/([\w-]+) [\d.]+ Tf <(\w+)> Tj", block):
                shown = self.characters(name)
                digits = len(next(iter(shown)))
                text += "".join(shown[code] for code in re.findall("." * digits, codes))
            found.append(text)
        return found

    def characters(self, name):
        """The characters that the codes of a font stand for."""
        table = self.stream(re.search(rb"/ToUnicode (\d+)", self.fonts[name])[1]).decode()
        pairs = re.findall(r"beginbfchar <(\w+)> <(\w+)>", table)
        return {code: bytes.fromhex(text).decode("utf-16-be") for code, text in pairs}


def figures_of(text, values, **options):
    trace = run(text, values)
    drawing = draw(trace, options=Options(**options))
    return [figure(drawing, trace.snapshot(count)) for count in range(len(trace) + 1)]


def written(shown, theme=LIGHT, **options):
    return Pdf(pdf(shown, FigureStyle(theme, bounds(shown, theme), **options)))


def test_numbers_and_names_can_be_searched_for():
    found = written(figures_of(*NEURON)[-1:])
    assert {"w0", "x2", "exp", "+1", "0.7311", "−0.5344", "f"} <= set(found.texts(0))
    marked = re.findall(r"ActualText <(\w+)>", found.content(0))
    spoken = {bytes.fromhex(text).decode("utf-16") for text in marked}
    assert {"w0", "w1", "x1"} <= spoken and not {"0.7311", "exp"} & spoken


def test_accents_primes_and_letters_of_other_scripts_are_their_characters():
    text = "L = loss_total + y′ + ŷ + größe + ж"
    shown = figures_of(text, {"loss_total": 1.0, "y′": 2.0, "ŷ": 3.0, "größe": 4.0, "ж": 5.0})
    texts = written(shown[-1:]).texts(0)
    assert {"loss_total", "y′", "y\u0302", "größe", "ж"} <= set(texts)


def test_each_glyph_is_embedded_once_with_its_outline():
    found = written(figures_of("w1 x1 + 3.14 - cos(w2)", {"w1": 2.0, "x1": -1.0, "w2": -3.0}))
    (name,) = found.fonts
    descendant = re.search(rb"/DescendantFonts \[(\d+)", found.fonts[name])[1]
    descriptor = re.search(rb"/FontDescriptor (\d+)", found.objects[int(descendant)])[1]
    file = found.stream(re.search(rb"/FontFile2 (\d+)", found.objects[int(descriptor)])[1])
    font = QRawFont(QByteArray(file), UNITS, QFont.HintingPreference.PreferNoHinting)
    shown = found.characters(name)
    assert len(set(shown.values())) == len(shown) > 15
    advances = {}
    for code, character in shown.items():
        plain = {"w": "𝑤", "x": "𝑥", "f": "𝑓"}.get(character, character)  # of upright ones there is none
        shape = math_font().shape(plain)
        path = font.pathForGlyph(int(code, 16))
        path.setFillRule(Qt.FillRule.WindingFill)
        assert path == shape.path, character
        advances[int(code, 16)] = shape.advance
    (widths,) = re.findall(rb"/W \[1 \[([^]]*)\]", found.objects[int(descendant)])
    assert [float(width) / 1000 for width in widths.split()] == pytest.approx(
        [advances[place] for place in sorted(advances)]
    )


@pytest.mark.parametrize(("file", "letters"), [(STIX, "éÅ0𝑤−"), (DEJAVU, "ᵀéä")])
def test_a_small_font_has_the_characters_of_the_large_one(file, letters):
    """Letters that are composed of others too; browsers find them by their codes."""
    whole = QRawFont(str(resource("fonts", file)), UNITS, QFont.HintingPreference.PreferNoHinting)
    glyphs = [whole.glyphIndexesForString(letter)[0] for letter in letters]
    data = subset(file, glyphs, {ord(letter): place for place, letter in enumerate(letters, 1)})
    font = QRawFont(QByteArray(data), UNITS, QFont.HintingPreference.PreferNoHinting)
    assert len(data) < 5000
    for place, letter in enumerate(letters, 1):
        assert font.glyphIndexesForString(letter) == [place]
        assert font.pathForGlyph(place) == whole.pathForGlyph(glyphs[place - 1])
        assert font.advancesForGlyphIndexes([place]) == whole.advancesForGlyphIndexes([glyphs[place - 1]])


def test_files_are_small():
    one = figures_of(*NEURON)[-1:]
    names = "w0 w1 x1 w2 x2 w3 x3 w4 x4 w5 x5".split()
    many = figures_of(LONG, {name: 0.1234 * place for place, name in enumerate(names, 1)})
    assert len(written(one).data) < 10_000
    found = written(many)
    assert len(found.pages) == len(many) == 40
    assert len(found.data) < 40_000 + 39 * 10_000


def test_a_shape_that_is_built_of_parts_is_a_drawing_with_its_character():
    """The brackets of a column are as tall as it is."""
    found = written(figures_of("2 x", {"x": frozen([1.0, 2, 3, 4])})[-1:])
    (drawn,) = (name for name, body in found.fonts.items() if b"/Subtype /Type3" in body)
    assert found.characters(drawn) == {"01": "[", "02": "]"}
    (number,) = re.findall(rb"/g1 (\d+) 0 R", found.fonts[drawn])
    drawing = found.stream(number).decode()
    heights = [float(y) for y in re.findall(r"(-?[\d.]+) [ml]\b", drawing)]
    left, bottom, right, top = (float(length) for length in drawing.split()[2:6])
    assert (min(heights), max(heights)) == pytest.approx((bottom, top), abs=1)
    assert 0 <= left < right and bottom <= 0 < 4000 < top


def test_a_figure_fills_its_page_whatever_the_scale():
    shown = figures_of(*NEURON)[-1:]
    area, scale = bounds(shown, LIGHT), 0.123456
    found = written(shown, scale=scale)
    width, height = map(float, re.search(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", found.pages[0]).groups())
    assert (width, height) == pytest.approx((area.width() * scale, area.height() * scale), abs=0.01)
    a, b, c, d, x, y = map(float, found.content(0).splitlines()[0].split()[:6])
    ends = (area.left(), area.bottom()), (area.right(), area.top())
    corners = [(a * left + x, d * top + y) for left, top in ends]
    assert (b, c) == (0, 0) and corners == [
        pytest.approx((0, 0), abs=0.01),
        pytest.approx((width, height), abs=0.01),
    ]


def test_a_page_among_others_says_what_it_says_alone():
    shown = figures_of(*NEURON)
    together = written(shown)
    for place in (0, 5, len(shown) - 1):
        assert together.texts(place) == written([shown[place]]).texts(0)


@pytest.mark.skipif(not shutil.which("gs"), reason="there is no Ghostscript")
@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_the_pdf_looks_like_the_png(theme, tmp_path):
    """Names, numbers, arrows, maps and drawn signs stand where they stand in pixels, in the same colours."""
    matrix = frozen(np.arange(20.0).reshape(5, 4) / 9 - 1)
    values = {"W": matrix, "x": frozen([1, 2, -1, 0.5]), "ж": 2.0, "ŷ": 1.0}
    shown = figures_of("L = sum(tanh(W x)) + sqrt(ж)/ŷ", values, formula=True)
    last = shown[-3]
    style = FigureStyle(theme, bounds([last], theme), 96, scale=1.5)
    (tmp_path / "f.pdf").write_bytes(pdf([last], style))
    how = "-q -dBATCH -dNOPAUSE -dSAFER -dTextAlphaBits=4 -dGraphicsAlphaBits=4 -sDEVICE=png16m -r96"
    command = ["gs", *how.split(), "-o", "f.png", "f.pdf"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=60, text=True)
    assert done.returncode == 0 and not done.stdout + done.stderr
    seen = pixels(QImage(str(tmp_path / "f.png")))[..., :3]
    wanted = pixels(image(last, style))[..., :3]
    high, wide = (min(a, b) for a, b in zip(seen.shape[:2], wanted.shape[:2], strict=True))
    differing = np.abs(seen[:high, :wide] - wanted[:high, :wide])
    assert differing.mean() < 2.0
    side = 8
    tiles = differing[: high // side * side, : wide // side * side]
    tiles = tiles.reshape(high // side, side, wide // side, side, 3).mean(axis=(1, 3, 4))
    assert tiles.max() < 60, "nothing is missing or somewhere else"
