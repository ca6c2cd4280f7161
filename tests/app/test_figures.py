"""Figures as files: well formed, vectors throughout, nothing cut off, the same bytes every time."""

import errno
import re
import xml.etree.ElementTree as ElementTree
from base64 import b64decode

import numpy as np
import pytest
from msgspec.structs import replace
from PySide6.QtCore import QByteArray, QPoint, QRectF
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QRawFont
from PySide6.QtSvg import QSvgRenderer

from app.figures.bounds import Page, bounds
from app.figures.clipboard import DPI, figure_mime
from app.figures.files import write_figure, write_pages
from app.figures.kinds import FIGURE_KINDS
from app.figures.pixels import MOST_PIXELS, image
from app.figures.style import POINTS_PER_INCH, FigureStyle
from app.figures.svg import svg
from app.formula.mathfont import UNITS
from app.widgets.theme import DARK, LIGHT, THEMES, heat_colours
from core.base.arrays import frozen
from core.base.errors import Problem, either
from core.figure import MARGIN, Options, draw, figure
from core.passes.stepper import run

SCALAR = ("(x+y)z", {"x": -2.0, "y": 5.0, "z": -4.0})
NEURON = ("σ(w0 x0 + w1 x1 + w2)", {"w0": 2.0, "x0": -1.0, "w1": -3.0, "x1": -2.0, "w2": -3.0})
SVG = "{http://www.w3.org/2000/svg}"
MATRIX = frozen(np.arange(20.0).reshape(5, 4) / 9 - 1)
NET = (
    "h = tanh(W x + b); L = cross_entropy(h, k)",
    {
        "W": frozen(np.arange(20.0).reshape(5, 4) / 9 - 1),
        "x": frozen([1, 2, -1, 0.5]),
        "b": frozen([0.1] * 5),
        "k": 1.0,
    },
)
EVERY = [SCALAR, NEURON, NET]
SUFFIXES = [kind.suffix for kind in FIGURE_KINDS]


@pytest.fixture(autouse=True)
def _fonts(fonts):
    """Letters are drawn in every test here."""


@pytest.fixture
def folder(tmp_path):
    """An empty folder."""
    found = tmp_path / "figures"
    found.mkdir()
    return found


def figures_of(example):
    trace = run(*example)
    drawing = draw(trace)
    return [figure(drawing, trace.snapshot(count)) for count in range(len(trace) + 1)]


def rendered(path, width, height):
    """An SVG's pixels as a viewer shows them, on what is no colour of a figure."""
    picture = QImage(width, height, QImage.Format.Format_RGB32)
    picture.fill(QColor("magenta"))
    with QPainter(picture) as painter:
        QSvgRenderer(str(path)).render(painter)
    return pixels(picture)


def pixels(picture):
    picture = picture.convertToFormat(QImage.Format.Format_RGBA8888)
    found = np.frombuffer(picture.constBits(), np.uint8).reshape(
        picture.height(), picture.bytesPerLine() // 4, 4
    )
    return found[:, : picture.width()].astype(int)


@pytest.mark.parametrize("example", EVERY, ids=lambda example: example[0])
def test_svg_is_vectors_of_the_figures_size(folder, example):
    last = figures_of(example)[-1]
    write_figure(last, folder / "f.svg", LIGHT, title="a < b & 'c'")
    text = (folder / "f.svg").read_text(encoding="utf-8")
    root = ElementTree.fromstring(text)
    area = bounds([last], LIGHT)
    assert (root.get("width"), root.get("height")) == (f"{area.width():g}pt", f"{area.height():g}pt")
    assert root.get("viewBox") == f"0 0 {area.width():g} {area.height():g}"
    assert root.findtext("{*}title") == "a < b & 'c'"
    assert not re.search("<image|<text|data:", text)


def svg_parts(shown, theme=LIGHT, **options):
    """The groups of a figure's parts in SVG, by their ids, which are each there once."""
    style = FigureStyle(theme, bounds([shown], theme), **options)
    root = ElementTree.fromstring(svg(shown, style))
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    return {group.get("id"): group for group in root.findall("{*}g/{*}g")}


def test_parts_in_svg_have_ids_and_classes_by_what_they_are():
    trace = run("x x + y′", {"x": 2.0, "y′": 1.0})
    shown = figure(draw(trace), trace.snapshot(trace.position("backward:2")))
    found = {key: (group.get("class"), group.get("data-node")) for key, group in svg_parts(shown).items()}
    prime = "y-02032-"
    assert found == {
        "edge-x-v1-0": ("edge done", "x"),
        "edge-x-v1-1": ("edge done", "x"),
        "edge-v1-f-0": ("edge active backward", "v1"),
        f"edge-{prime}-f-1": ("edge done", "y′"),
        "edge-f-out": ("edge done", "f"),
        "node-x": ("node input done", "x"),
        "node-v1": ("node operation receiving backward", "v1"),
        f"node-{prime}": ("node input done", "y′"),
        "node-f": ("node operation active backward", "f"),
        **{f"value-{key}": ("value", node) for key, node in [("x", "x"), ("v1", "v1"), (prime, "y′")]},
        "value-f": ("value", "f"),
        "name-f": ("name", "f"),
        **{f"gradient-{node}": ("gradient", node) for node in ("f", "v1")},
        f"gradient-{prime}": ("gradient", "y′"),
    }


@pytest.mark.parametrize("example", [*EVERY, ("x*x + 3x", {"x": 2.0})], ids=lambda example: example[0])
def test_a_step_more_changes_no_ids_of_other_parts_in_svg(example):
    """What has an id at one step has it at all steps at which it is seen, at the same place."""
    seen, nodes = {}, set()
    for shown in figures_of(example):
        places = {f"node-{box.node}": box.centre for box in shown.boxes}
        places |= {
            f"{label.role}-{label.node}": label.at
            for label in shown.labels
            if not label.edge and label.role in ("value", "name")
        }
        found = svg_parts(shown)
        assert places.keys() <= found.keys()
        assert all(seen.setdefault(key, at) == at for key, at in places.items())
        nodes.add(tuple(sorted(key for key in found if key.startswith(("node-", "edge-")))))
    assert len(nodes) == 1


def test_what_is_sent_back_on_an_edge_has_an_id_of_that_edge_in_svg():
    parts = svg_parts(figures_of(("x*x + 3x", {"x": 2.0}))[-1])
    ids = [key for key, group in parts.items() if group.get("class") == "contribution"]
    assert sorted(ids) == ["contribution-x-v1-0", "contribution-x-v1-1", "contribution-x-v2-1"]


def test_outlines_in_svg_say_what_they_are_outlines_of():
    trace = run("loss_total = (x1 - 2)^2/ŷ", {"x1": 5.0, "ŷ": 8.0})
    parts = svg_parts(figure(draw(trace), trace.last))

    def said(key):
        return [group.findtext("{*}title") for group in parts[key].iter() if group.get("class") == "text"]

    assert said("value-x1") == ["5"] and said("node-x1") == ["x1"] and said("node-ŷ") == ["ŷ"]
    assert said("gradient-ŷ") == ["−0.1406"] and said("name-loss_total") == ["loss_total"]
    for group in parts.values():
        for text in group.iterfind(".//{*}g[@class='text']"):
            assert text.findtext("{*}title") and text.find("{*}path") is not None


def svg_fonts(root):
    """The fonts that are embedded in an SVG, by the names by which its texts call them."""
    style = root.findtext("{*}style") or ""
    faces = re.findall(r'font-family:"([^"]+)";src:url\("data:font/otf;base64,([^"]+)"\)', style)
    hinting = QFont.HintingPreference.PreferNoHinting
    return {name: QRawFont(QByteArray(b64decode(data)), UNITS, hinting) for name, data in faces}


def test_text_in_svg_may_be_text_in_fonts_that_are_embedded():
    """Each text has its glyphs in its font, as wide as the text is to be, where the outlines would be."""
    names = {"w0": 2.0, "größe": -1.5, "ա": 3.0, "ŷ": 4.0}
    trace = run("L = tanh(w0 größe) + ŷ/ա", names)
    shown = figure(draw(trace), trace.last)
    root = ElementTree.fromstring(svg(shown, FigureStyle(LIGHT, bounds([shown], LIGHT), text="fonts")))
    fonts = svg_fonts(root)
    texts = list(root.iter(f"{SVG}text"))
    assert {"größe", "tanh", "−1.5", "𝑤", "ա"} <= {text.text for text in texts}
    assert len(fonts) == 2 and {text.get("font-family") for text in texts} == fonts.keys()
    assert all(re.fullmatch("[A-Za-z-]+", name) for name in fonts), "names without quotation marks"
    for text in texts:
        font, size = fonts[text.get("font-family")], float(text.get("font-size"))
        glyphs = font.glyphIndexesForString(text.text)
        assert len(glyphs) == len(text.text) and all(glyphs)
        width = sum(advance.x() for advance in font.advancesForGlyphIndexes(glyphs)) * size / UNITS
        assert width == pytest.approx(float(text.get("textLength")), abs=0.02)
    parts, outlined = svg_parts(shown, text="fonts"), svg_parts(shown)
    assert parts.keys() == outlined.keys()
    for key, group in parts.items():
        for text, path in zip(
            group.iter(f"{SVG}text"), outlined[key].iterfind(".//{*}g/{*}path"), strict=False
        ):
            left, top = (float(length) for length in re.findall(r"-?[\d.]+", path.get("d"))[:2])
            assert abs(left - float(text.get("x"))) < 20 and abs(top - float(text.get("y"))) < 20
    assert [title.text for title in parts["node-w0"].iter(f"{SVG}title")] == ["w0"]


def test_what_is_no_character_stays_an_outline_in_svg():
    """Brackets as tall as a column, and accents, which would stand on letters of their own."""
    shown = figures_of(("ŷ x", {"ŷ": 2.0, "x": frozen([1, 2, 3, 4])}))[-1]
    parts = svg_parts(shown, text="fonts")
    column = parts["value-x"].find("{*}g")
    assert sorted(text.text for text in column.iter(f"{SVG}text")) == ["1", "2", "3", "4"]
    assert len(column.findall("{*}path")) == 2
    name = parts["node-ŷ"].find("{*}g")
    assert [text.text for text in name.iter(f"{SVG}text")] == ["𝑦"] and len(name.findall("{*}path")) == 1


def test_an_array_has_a_text_for_each_number_in_svg():
    parts = svg_parts(figures_of(("W x", {"W": frozen([[1, -8], [0, 2]]), "x": frozen([3, 4])}))[-1])
    assert [title.text for title in parts["value-W"].iter(f"{SVG}title")] == [
        *("1", "−8", "0", "2"),
    ]
    assert parts["value-x"].findtext(".//{*}title") == "3; 4"


def test_pdf_is_vectors_of_the_figures_size(folder):
    last = figures_of(NET)[-1]
    write_figure(last, folder / "f.pdf", LIGHT)
    data = (folder / "f.pdf").read_bytes()
    area = bounds([last], LIGHT)
    assert data.startswith(b"%PDF-") and data.rstrip().endswith(b"%%EOF")
    assert f"/MediaBox [0 0 {area.width():g} {area.height():g}]".encode() in data
    assert b"/Subtype /Image" not in data


@pytest.mark.parametrize("dpi", [72, 150, 300])
def test_png_has_its_dots_per_inch(folder, dpi):
    last = figures_of(SCALAR)[-1]
    write_figure(last, folder / "f.png", LIGHT, dpi=dpi)
    picture = QImage(str(folder / "f.png"))
    assert picture.width() == round(bounds([last], LIGHT).width() * dpi / 72)
    assert picture.dotsPerMeterX() == round(dpi / 0.0254)
    assert pixels(picture)[0, 0].tolist() == [255] * 4


def test_a_webp_has_the_pixels_of_a_png_and_its_dots_per_inch(folder):
    last = figures_of(NET)[-1]
    for transparent in (False, True):
        for suffix in (".png", ".webp"):
            write_figure(last, folder / f"f{suffix}", DARK, dpi=150, transparent=transparent)
        png, webp = (QImage(str(folder / f"f{suffix}")) for suffix in (".png", ".webp"))
        seen, wanted = pixels(webp), pixels(png)
        assert (seen[..., 3] == wanted[..., 3]).all() and (wanted[..., 3].min() == 0) == transparent
        assert (seen == wanted)[wanted[..., 3] > 0].all()
        data = (folder / "f.webp").read_bytes()
        assert int.from_bytes(data[4:8], "little") == len(data) - 8
        exif = data[data.index(b"II*\0") :]
        for tag in (282, 283):
            entry = exif[exif.index(tag.to_bytes(2, "little") + b"\5\0") :]
            place = int.from_bytes(entry[8:12], "little")
            assert exif[place : place + 8] == (150).to_bytes(4, "little") + (1).to_bytes(4, "little")


def test_a_webp_too_wide_for_its_kind_is_refused_in_a_sentence(folder):
    last = figures_of(SCALAR)[-1]
    page = Page(QRectF(0, 0, 17_000, 20))
    said = refusal(last, folder / "f.webp", dpi=72, page=page)
    assert said == (
        "The picture would be 17,000×20 pixels; a WebP has at most 16,383 in each direction."
        " Choose fewer dots per inch, or PNG"
    )
    assert not list(folder.iterdir())


def test_backgrounds(folder):
    last = figures_of(SCALAR)[-1]
    corners = {}
    for name, theme, transparent in [("dark", DARK, False), ("glass", LIGHT, True)]:
        write_figure(last, folder / f"{name}.png", theme, dpi=72, transparent=transparent)
        corners[name] = pixels(QImage(str(folder / f"{name}.png")))[0, 0].tolist()
    assert corners == {"dark": [*QColor(DARK.paper).getRgb()[:3], 255], "glass": [0, 0, 0, 0]}
    write_figure(last, folder / "f.svg", DARK, transparent=True)
    assert 'class="paper"' not in (folder / "f.svg").read_text(encoding="utf-8")
    papers = []
    for transparent in (False, True):
        write_figure(last, folder / "f.tex", DARK, transparent=transparent)
        text = (folder / "f.tex").read_text(encoding="utf-8")
        page = re.search(r"\\useasboundingbox (.*;)", text)[1]
        papers.append(text.find(rf"\fill[clpaper] {page}"))
    assert papers[0] > 0 and papers[1] == -1


@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.name)
@pytest.mark.parametrize("example", EVERY, ids=lambda example: example[0])
def test_no_ink_outside_the_bounds(theme, example):
    """Drawn on a larger sheet, everything lies within the bounds, and most of the margin is free."""
    for shown in figures_of(example)[::4]:
        area = bounds([shown], theme)
        around = 40
        style = FigureStyle(theme, area.adjusted(-around, -around, around, around), 72, transparent=True)
        inked = np.argwhere(pixels(image(shown, style))[..., 3] > 0)
        low, high = inked.min(axis=0) - around, inked.max(axis=0) - around
        slack = 4
        assert low.min() >= MARGIN - slack
        assert high[0] <= area.height() - MARGIN + slack and high[1] <= area.width() - MARGIN + slack


def test_the_svg_looks_like_the_png(folder):
    last = figures_of(NEURON)[-1]
    write_figure(last, folder / "f.svg", LIGHT)
    area = bounds([last], LIGHT)
    seen = rendered(folder / "f.svg", round(area.width()), round(area.height()))
    wanted = pixels(image(last, FigureStyle(LIGHT, area, 72)))
    assert np.abs(seen - wanted)[..., :3].mean() < 1.0
    assert (wanted[..., :3].min(axis=2) < 128).mean() > 0.005  # there is something to be seen


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_same_figure_gives_the_same_bytes(folder, suffix):
    for name in ("one", "two"):
        write_figure(figures_of(NET)[-1], folder / f"{name}{suffix}", LIGHT, dpi=72, title="t")
    assert (folder / f"one{suffix}").read_bytes() == (folder / f"two{suffix}").read_bytes()


def test_all_steps_are_pages_of_one_size(folder):
    shown = figures_of(SCALAR)
    assert write_pages(shown, folder / "f.pdf", LIGHT) == [folder / "f.pdf"]
    data = (folder / "f.pdf").read_bytes()
    boxes = re.findall(rb"/MediaBox \[[^]]*\]", data)
    assert len(boxes) == len(shown)
    assert len(set(boxes)) == 1


@pytest.mark.parametrize("suffix", [kind.suffix for kind in FIGURE_KINDS if not kind.pages])
def test_all_steps_are_numbered_files(folder, suffix):
    shown = figures_of(SCALAR)
    paths = write_pages(shown, folder / f"step{suffix}", LIGHT, dpi=72)
    assert [path.name for path in paths] == [f"step-{number:02}{suffix}" for number in range(len(shown))]
    assert sorted(folder.iterdir()) == paths
    assert len({path.read_bytes() for path in paths}) == len(shown)
    if suffix in (".png", ".webp"):
        assert len({QImage(str(path)).size().toTuple() for path in paths}) == 1


@pytest.mark.parametrize("suffix", [".pdf", ".svg"])
@pytest.mark.parametrize("example", EVERY)
def test_a_step_that_changes_nothing_to_be_seen_has_no_page(folder, suffix, example):
    trace = run(*example)
    drawing = draw(trace, options=Options(level="layers"))
    seen = [repr(figure(drawing, trace.snapshot(count))) for count in range(len(trace) + 1)]
    pages = [one for one, before in zip(seen, [None, *seen[:-1]], strict=True) if one != before]
    shown = [figure(drawing, trace.snapshot(count)) for count in range(len(trace) + 1)]
    paths = write_pages([*shown, shown[-1]], folder / f"f{suffix}", LIGHT)
    if suffix == ".pdf":
        assert (folder / "f.pdf").read_bytes().count(b"/MediaBox") == len(pages)
    else:
        assert [path.name for path in paths] == [f"f-{number:02}.svg" for number in range(len(pages))]


def test_parts_stand_still_from_page_to_page():
    shown = figures_of(NEURON)
    area = bounds(shown, LIGHT)
    assert all(area.contains(bounds([one], LIGHT)) for one in shown)
    assert area == bounds(reversed(shown), LIGHT)


def test_the_clipboard_holds_pixels_and_vectors():
    last = figures_of(SCALAR)[-1]
    found = figure_mime(last, LIGHT)
    assert found.hasImage()
    assert ElementTree.fromstring(found.data("image/svg+xml").data()).tag.endswith("svg")
    assert found.data("application/pdf").data().startswith(b"%PDF")


def test_a_large_figure_is_copied_with_fewer_pixels_not_refused():
    last = figures_of(SCALAR)[-1]
    last = replace(last, boxes=(*last.boxes, replace(last.boxes[0], centre=(9000.0, 5000.0))))
    area = bounds([last], LIGHT)
    with pytest.raises(Problem, match="pixels"):
        image(last, FigureStyle(LIGHT, area, DPI))
    found = figure_mime(last, LIGHT)
    copied = found.imageData()
    assert copied.width() * copied.height() <= MOST_PIXELS < copied.width() * copied.height() * 1.05
    assert copied.width() / copied.height() == pytest.approx(area.width() / area.height(), rel=1e-3)
    assert copied.dotsPerMeterX() < DPI / 0.0254
    for kind in ("image/svg+xml", "application/pdf"):
        assert found.hasFormat(kind)


def test_a_figure_of_nothing_but_a_number(folder):
    shown = figures_of(("x = 2", {}))
    for suffix in SUFFIXES:
        write_pages(shown, folder / f"f{suffix}", LIGHT, dpi=72)


def test_bounds_hold_boxes_at_negative_places():
    last = figures_of(SCALAR)[-1]
    moved = tuple(replace(box, centre=(-200.0, -100.0)) for box in last.boxes)
    area = bounds([replace(last, boxes=moved)], LIGHT)
    assert area.contains(QRectF(-210, -110, 20, 20))


def test_bounds_hold_arrows_that_run_far_around():
    last = figures_of(SCALAR)[-1]
    far = replace(last.arrows[0], route=last.arrows[0].route.shifted(0, -300))
    x, y = far.route.start
    assert bounds([replace(last, arrows=(far,))], LIGHT).contains(QRectF(x, y - 5, 20, 10))


# -- what cannot be written


def refusal(figure_shown, path, **options):
    with pytest.raises(Problem) as caught:
        write_figure(figure_shown, path, LIGHT, **options)
    return str(caught.value)


def test_what_cannot_be_written_is_said(folder):
    last = figures_of(SCALAR)[-1]
    (folder / "folder.svg").mkdir()
    said = refusal(last, folder / "none" / "fig.svg")
    assert said == f"The folder {folder / 'none'} does not exist. Choose another folder."
    assert refusal(last, folder / "folder.svg") == "folder.svg is a folder. Choose the name of a file."
    assert f"End it with {either(SUFFIXES)}" in refusal(last, folder / "fig.doc")
    assert "pixels; the limit is" in refusal(last, folder / "fig.png", dpi=2400)
    assert [path.name for path in folder.iterdir()] == ["folder.svg"]


def full_disk(handle):
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_file_is_replaced_whole_or_not_at_all(folder, monkeypatch):
    path = folder / "fig.svg"
    path.write_bytes(b"before")
    last = figures_of(SCALAR)[-1]
    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", full_disk)
        assert "fig.svg could not be written" in refusal(last, path)
    assert path.read_bytes() == b"before"
    write_figure(last, path, LIGHT)
    assert path.read_bytes().startswith(b"<?xml")
    assert list(folder.iterdir()) == [path]


def test_a_map_of_rounding_noise_is_as_pale_as_0():
    """Every gradient of a softmax seeded with ones is 0; its map must not show what rounding left of it."""
    trace = run("p = softmax(3 x)", {"x": frozen([0.1, 0.7, -0.4, 1.2, 0.3, -2])})
    found = figures_of(("p = softmax(3 x)", {"x": frozen([0.1, 0.7, -0.4, 1.2, 0.3, -2])}))[-1]
    exact = np.asarray(trace.last.gradient("x"))
    assert 0 < np.max(np.abs(exact)) < 1e-15
    maps = [label.map for label in found.labels if label.node == "x" and label.role == "gradient"]
    assert [np.count_nonzero(shown.values) for shown in maps] == [0]
    for theme in THEMES.values():
        pixels = heat_colours(maps[0].values, theme)
        assert len(np.unique(pixels.reshape(-1, 3), axis=0)) == 1
        assert len(np.unique(heat_colours(exact, theme).reshape(-1, 3), axis=0)) > 1
    # on the canvas each cell of the map is painted as one that is exactly 0
    label = next(label for label in found.labels if label.map is maps[0])
    area = bounds([found], LIGHT)
    picture = image(found, FigureStyle(area=area, theme=LIGHT, dpi=POINTS_PER_INCH))
    left, top = label.at[0] - area.left(), label.at[1] - area.top()
    cells = [QPoint(round(left), round(top + label.map.size[1] * (row + 0.5) / 6)) for row in range(6)]
    assert {QColor(picture.pixel(at)).name() for at in cells} == {LIGHT.colour("zero").name()}
