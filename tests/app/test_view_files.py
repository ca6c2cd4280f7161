"""Views of a training as files: every kind of file shows the facts that the window paints."""

import io
import re
import shutil
import subprocess
import sys
from xml.etree import ElementTree

import numpy as np
import pytest
from msgspec.structs import replace
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

from app.cli import main as cli
from app.figures.bounds import view_page
from app.figures.kinds import FIGURE_KINDS
from app.figures.pixels import image
from app.figures.style import FigureStyle
from app.figures.svg import svg
from app.figures.tikz import document
from app.formula import measured
from app.widgets.theme import DARK, LIGHT
from core.figure import read_target
from core.figure.plot import Line, Raster, Symbol, fitted_view
from core.project.document import Document, dumps
from core.training.records import Record
from core.training.run import TrainingRun
from core.training.settings import TrainingSettings
from core.training.setup import setup
from core.training.views import VIEWS, Asked
from tests.app.test_figures import pixels

SUFFIXES = [kind.suffix for kind in FIGURE_KINDS]
DATA = {"circle": 60, "spiral3": 30, "digits": 20, "sine": 40}  # how many updates
FOR = dict.fromkeys(VIEWS, "circle") | {"templates": "digits", "fit": "sine", "parts": "sine"}


@pytest.fixture(autouse=True)
def _fonts(fonts):
    """Letters are drawn in every test here."""


@pytest.fixture(scope="module")
def runs():
    """A run of each of DATA."""
    return {name: run_of(name, updates) for name, updates in DATA.items()}


def run_of(data, updates, text="", **settings):
    trains = "program" if text else "network"
    run = TrainingRun(setup(TrainingSettings(trains=trains, data=data, samples=60, **settings), text, {}))
    run.trainer.step(updates)
    return run


def view_of(run, name, target=None, size=0.0):
    return fitted_view(VIEWS[name].make(run, Asked()), target, size, measured)


def style_of(found, theme=LIGHT, **options):
    return FigureStyle(theme, view_page(found).area, **options)


def groups(found, **options):
    root = ElementTree.fromstring(svg(found.sheet, style_of(found, **options)))
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    return root, {group.get("id"): group for group in root.findall("{*}g/{*}g")}


@pytest.fixture
def command(capsys, monkeypatch, tmp_path, qapp, runs):
    """Run `figure` in a folder with a project trained on circle, and one that was not trained."""
    monkeypatch.chdir(tmp_path)
    run = runs["circle"]
    settings = TrainingSettings(trains="network", data="circle", samples=60)
    project = Document("x + y", {"x": 1.0, "y": 2.0}, training=settings)
    (tmp_path / "trained.chainlight").write_text(dumps(replace(project, run=run.reached())))
    (tmp_path / "untrained.chainlight").write_text(dumps(project))

    def figure(*words):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
        status = cli.main(["figure", *words])
        out, err = capsys.readouterr()
        assert not out and "Traceback" not in err
        return status, err

    return figure


# -- what is in a file


@pytest.mark.parametrize("name", VIEWS)
def test_every_view_is_in_every_kind_of_file_as_it_is_painted(runs, name, tmp_path):
    found = view_of(runs[FOR[name]], name)
    style = style_of(found, dpi=72)
    wanted = pixels(image(found.sheet, style))
    assert (wanted[..., :3].min(axis=2) < 160).mean() > 0.005, "there is something to be seen"
    (tmp_path / "v.svg").write_bytes(svg(found.sheet, style))
    picture = QImage(wanted.shape[1], wanted.shape[0], QImage.Format.Format_RGB32)
    picture.fill(QColor("magenta"))
    with QPainter(picture) as painter:
        QSvgRenderer(str(tmp_path / "v.svg")).render(painter)
    assert np.abs(pixels(picture) - wanted)[..., :3].mean() < 2.5


@pytest.mark.skipif(not shutil.which("gs"), reason="there is no Ghostscript")
@pytest.mark.parametrize(("name", "theme"), [("boundary", LIGHT), ("boundary", DARK), ("templates", LIGHT)])
def test_a_view_in_pdf_looks_like_the_png(runs, name, theme, tmp_path):
    from app.figures.pdf import pdf

    found = view_of(runs[FOR[name]], name)
    style = style_of(found, theme, dpi=72)
    (tmp_path / "f.pdf").write_bytes(pdf([found.sheet], style))
    how = "-q -dBATCH -dNOPAUSE -dSAFER -dTextAlphaBits=4 -dGraphicsAlphaBits=4 -sDEVICE=png16m -r72"
    subprocess.run(["gs", *how.split(), "-o", "f.png", "f.pdf"], cwd=tmp_path, check=True, timeout=60)
    seen = pixels(QImage(str(tmp_path / "f.png")))[..., :3]
    wanted = pixels(image(found.sheet, style))[..., :3]
    high, wide = (min(a, b) for a, b in zip(seen.shape[:2], wanted.shape[:2], strict=True))
    differing = np.abs(seen[:high, :wide] - wanted[:high, :wide])
    assert differing.mean() < 4
    tiles = differing[: high // 8 * 8, : wide // 8 * 8].reshape(high // 8, 8, wide // 8, 8, 3)
    assert tiles.mean(axis=(1, 3, 4)).max() < 70, "nothing is missing or somewhere else"


def test_parts_of_a_boundary_in_svg_say_what_they_are(runs):
    run = runs["circle"]
    root, found = groups(view_of(run, "boundary"))
    points = [group for group in found.values() if "point" in group.get("class").split()]
    rows = [int(group.get("data-row")) for group in points if group.get("data-row")]
    assert sorted(rows) == [*range(60)], "each example once"
    tested = {int(row) for row in run.trainer.test_data.rows}
    for group in points:
        if row := group.get("data-row"):
            is_tested = "test" in group.get("class").split()
            assert is_tested == (int(row) in tested)
            (outline,) = group.findall("{*}path")
            assert (outline.get("fill") == LIGHT.paper) == is_tested, (
                "hollow for testing, filled for training"
            )
    assert found["boundary"].get("class") == "curve boundary" and found["boundary"].findall("{*}path")
    assert found["field"].get("class") == "colours field" and found["field"].findall("{*}image")
    for axis in ("across", "up"):
        assert found[f"{axis}-tick"].get("class") == f"curve {axis} tick"
        assert found[f"{axis}-name-label"].get("class") == f"label {axis} name"
    assert root.get("width").endswith("pt")


def test_curves_and_cells_in_svg_have_ids_by_what_they_are_of(runs):
    _, loss = groups(view_of(runs["circle"], "loss"))
    assert {"loss-training", "loss-test"} <= loss.keys()
    _, weights = groups(view_of(runs["circle"], "weights"))
    assert weights["W1-3-1"].get("data-entry") == "3,1"
    assert weights["W1-3-1"].get("class") == "cell W1" and weights["W1-3-1-label"].get("class") == "label W1"
    _, templates = groups(view_of(runs["digits"], "templates"))
    first = next(group for key, group in templates.items() if "colours" in group.get("class") and "W" in key)
    cells = first.findall("{*}rect")
    assert [cell.get("data-entry") for cell in cells] == [f"{i},{j}" for i in range(8) for j in range(8)]


def test_text_of_a_view_in_svg_may_be_text_in_fonts(runs):
    root, _ = groups(view_of(runs["circle"], "loss"), text="fonts")
    assert "update" in [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]


@pytest.mark.parametrize("name", VIEWS)
def test_each_view_as_tikz_is_commands_without_an_empty_line(runs, name):
    """To TeX an empty line is the end of a paragraph, which options may not hold."""
    found = view_of(runs[FOR[name]], name)
    text = document(found.sheet, style_of(found)).decode()
    picture = text[text.index(r"\begin{tikzpicture}") : text.index(r"\end{tikzpicture}")]
    assert "\n\n" not in picture
    first, *commands = picture.split("]\n", 1)[1].splitlines()[:-1]
    assert first.lstrip().startswith(r"\useasboundingbox")
    assert all(line.endswith((";", "--")) for line in commands)


@pytest.mark.parametrize(
    ("data", "name"), [("circle", "boundary"), ("spiral3", "boundary"), ("circle", "loss")]
)
def test_a_view_as_tikz_defines_what_it_uses_and_has_all_points(runs, data, name):
    found = view_of(runs[data], name)
    text = document(found.sheet, style_of(found)).decode()
    defined = re.findall(r"\\definecolor\{(\w+)\}", text)
    assert len(defined) == len(set(defined))
    assert {*re.findall(r"(?<!\\)\bcl[a-z]+\w*", text)} <= set(defined)
    symbols = [part for part in found.sheet.parts if isinstance(part, Symbol)]
    drawn = [line for line in text.splitlines() if "cycle;" in line or "circle[radius" in line]
    assert len(drawn) == len(symbols)
    assert all(text.count(a) == text.count(b) for a, b in ("{}", "[]"))
    assert (name == "boundary") == (text.count(r"\fill[") > 60)


# -- how large


@pytest.mark.parametrize("name", VIEWS)
@pytest.mark.parametrize("fit", ["slide", "column", "stage", "6x4.5cm"])
def test_a_view_is_as_large_as_was_asked_with_all_of_its_parts(runs, name, fit):
    target = read_target(fit)
    found = view_of(runs[FOR[name]], name, target)
    width, height = found.page
    assert width == pytest.approx(target.width) and height <= target.height + 1e-6
    for part in found.sheet.parts:
        if isinstance(part, Line):
            ends = part.points[np.isfinite(part.points).all(axis=1)]
            assert (ends >= -1e-6).all() and (ends <= (width, height)).all()
        elif isinstance(part, Raster):
            assert part.x >= -1e-6 and part.x + part.width <= width + 1e-6
            assert part.y + part.height <= height + 1e-6


def test_text_of_a_view_has_the_size_that_was_asked(runs, command, tmp_path):
    assert command("trained.chainlight", "--view", "loss", "--font-size", "14", "-o", "l.tex")[0] == 0
    assert r"\fontsize{14}" in (tmp_path / "l.tex").read_text(encoding="utf-8")


def test_text_too_small_to_be_read_is_said(command):
    status, said = command("trained.chainlight", "--view", "weights", "--fit", "3x3cm", "-o", "w.svg")
    assert status == 0 and said.startswith("Note: The text has ") and said.endswith("the least is 7.\n")


# -- of what


def test_a_view_shows_as_far_as_the_project_was_trained(runs, command, tmp_path):
    assert command("trained.chainlight", "--view", "loss", "-o", "as-kept.svg") == (0, "")
    again = command(
        "untrained.chainlight", "--view", "loss", "--updates", str(DATA["circle"]), "-o", "anew.svg"
    )
    assert again == (0, "")
    last: Record = runs["circle"].trainer.records[-1]
    kept, anew = ((tmp_path / name).read_text() for name in ("as-kept.svg", "anew.svg"))
    assert f"training {last.train_loss:.4g}" in kept and f"training {last.train_loss:.4g}" in anew


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_view_gives_the_same_bytes_again_in_every_kind_of_file(command, tmp_path, suffix):
    for name in ("one", "two"):
        assert (
            command("trained.chainlight", "--view", "boundary", "--dpi", "60", "-o", f"{name}{suffix}")[0]
            == 0
        )
    assert (tmp_path / f"one{suffix}").read_bytes() == (tmp_path / f"two{suffix}").read_bytes()


def test_a_formula_is_trained_for_its_view(command, tmp_path):
    words = ("f = (w - 3)^2", "w=1", "--view", "loss", "--updates", "40", "--log", "-o", "l.svg")
    assert command(*words) == (0, "")
    text = (tmp_path / "l.svg").read_text()
    assert "<title>Loss of f = (w - 3)^2</title>" in text


REFUSED = {
    ("trained.chainlight", "--view", "los"): "There is no view 'los'.",
    ("untrained.chainlight", "--view", "loss"): "The project has not been trained yet.",
    (
        "trained.chainlight",
        "--view",
        "templates",
    ): "The training has no view templates, which needs pictures, and a matrix",
    ("trained.chainlight", "--view", "loss", "--step", "3"): "--step has no use with --view.",
    ("trained.chainlight", "--view", "loss", "--show", "values"): "--show has no use with --view.",
    ("trained.chainlight", "--view", "weights", "--log"): "--log has no use with --view weights.",
    ("trained.chainlight", "--view", "boundary", "--example", "60"): "The training has no example 60.",
    ("trained.chainlight", "--updates", "5"): "--updates has no use without a view.",
    ("trained.chainlight", "x=2", "--view", "loss"): "The training chooses the initial weights of a network.",
    ("x + y", "--view", "loss", "--updates", "x"): "--updates: 'x' is not a whole number from 0",
    ("y = step(w)", "w=1", "--view", "loss", "--updates", "3"): "",
}


@pytest.mark.parametrize("words", REFUSED, ids=" ".join)
def test_a_view_that_cannot_be_made_is_refused_in_a_sentence(command, tmp_path, words):
    status, said = command(*words, "-o", "v.svg")
    assert status == 2 and said.startswith(REFUSED[words])
    assert not (tmp_path / "v.svg").exists()
