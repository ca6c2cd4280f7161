"""Figures made for a slide or a column: files have that size, and text in them the size that is said."""

import re

import numpy as np
import pytest
from msgspec.structs import replace
from PySide6.QtGui import QColor, QImage

from app.figures.bounds import fitted_page
from app.figures.files import write_figure
from app.formula import formula, measured
from app.widgets.theme import LIGHT
from core.figure import TARGETS, TIGHT, Figures, draw, fit
from core.math.mathtree import Digits
from core.passes.stepper import run
from tests.bench.figures import FINISHED, circuits, fitted, trace_of

SLIDE, COLUMN, STAGE = TARGETS.values()
CIRCUITS = circuits()
NEURON = ("f = 1/(1+exp(-(w0 + w1 x1 + w2 x2)))", {"w0": -3.0, "w1": 2.0, "x1": -1.0, "w2": -3.0, "x2": -2.0})
# what stays below what can be read, with numbers at the edges
SMALL = {
    "slide": {"U5", "micrograd_readme", "cs231n_cat_car_frog_hinge"},
    "column": {
        *("U5", "micrograd_readme", "cs231n_cat_car_frog_hinge", "mazur_2_2_2"),
        *("cs231n_svm_vs_softmax_hinge", "cs231n_svm_vs_softmax_ce", "eoj_relu_softmax", "nerf_posenc_L4"),
    },
}


@pytest.fixture(autouse=True)
def _fonts(fonts):
    """Letters are drawn in every test here."""


def found_before(trace, target):
    """What is found before the figure is measured with its ink."""
    return fit(trace, FINISHED, target, counts=[len(trace)], measure=measured)


@pytest.mark.parametrize("name", CIRCUITS)
def test_the_numbers_of_the_lectures_circuits_can_be_read(name):
    trace = trace_of(CIRCUITS[name])
    for target in (SLIDE, COLUMN):
        found = fitted(trace, target)
        assert bool(found.remark) == (not found.is_readable)
        assert found.numbers >= found_before(trace, target).numbers, "more was said than is had"
        assert found.is_readable == (name not in SMALL[target.name]), (target.name, found.remark)


def test_the_numbers_of_the_neuron_of_the_lectures_are_large():
    trace = run(*NEURON)
    assert fitted(trace, SLIDE).numbers >= 24 and fitted(trace, COLUMN).numbers >= 10


@pytest.mark.parametrize("name", ["residual_block", "d2l_detach", "cs231n_cat_4pixels", "S10"])
def test_a_small_graph_that_can_be_read_in_one_row_is_not_torn_to_be_larger(name):
    trace = trace_of(CIRCUITS[name])
    found = fitted(trace, SLIDE)
    assert found.options.rows == 1 and not found.options.down and found.is_readable
    torn = draw(trace, options=replace(FINISHED, sizes=TIGHT, rows=2, digits=3), measure=measured)
    assert torn.placement.returns


def written(tmp_path, suffix, target, **style):
    """A finished neuron in a file for a target, and what was found."""
    trace = run(*NEURON)
    found = fit(trace, FINISHED, target, counts=[len(trace)], measure=measured)
    shown = Figures(found.drawing, trace, highlight=False).at(len(trace))
    page, found = fitted_page(found, [shown], LIGHT)
    write_figure(shown, tmp_path / f"f{suffix}", LIGHT, page=page, **style)
    return tmp_path / f"f{suffix}", found, shown, page


def fills(target, width, height, slack=0.001):
    """Whether a page is as wide as the target or as high, and no larger."""
    within = width <= target.width + slack and height <= target.height + slack
    return within and (width > target.width - slack or height > target.height - slack)


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
def test_vectors_have_the_size_of_the_target(tmp_path, target):
    svg = written(tmp_path, ".svg", target)[0].read_text(encoding="utf-8")
    size = tuple(float(side) for side in re.search(r'width="([\d.]+)pt" height="([\d.]+)pt"', svg).groups())
    box = re.search(
        rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", written(tmp_path, ".pdf", target)[0].read_bytes()
    )
    tex = written(tmp_path, ".tex", target)[0].read_text(encoding="utf-8")
    unit = float(re.search(r"x=([\d.]+)pt, y=-", tex)[1])
    corners = re.search(r"\\useasboundingbox \((.*?), (.*?)\) rectangle \((.*?), (.*?)\);", tex).groups()
    left, top, right, bottom = (unit * float(corner) for corner in corners)
    assert fills(target, *size)
    assert fills(target, *map(float, box.groups()), slack=0.5)  # pages of a PDF are whole points
    assert fills(target, right - left, bottom - top, slack=0.02)


@pytest.mark.parametrize(("dpi", "target"), [(96, SLIDE), (300, COLUMN)])
def test_pixels_have_the_size_of_the_target(tmp_path, dpi, target):
    picture = QImage(str(written(tmp_path, ".png", target, dpi=dpi)[0]))
    assert picture.width() == round(target.width * dpi / 72) or picture.height() == round(
        target.height * dpi / 72
    )
    assert picture.dotsPerMeterX() == round(dpi / 0.0254)


@pytest.mark.parametrize("target", [SLIDE, COLUMN], ids=["slide", "column"])
def test_digits_are_as_high_as_is_said(tmp_path, target):
    """The value of x1, 2 here, on white: its ink is as high as that of a 2 of the size that was said."""
    dpi = 288
    path, found, shown, page = written(tmp_path, ".png", target, dpi=dpi)
    (label,) = (one for one in shown.labels if one.node == "w1" and one.role == "value")
    assert label.math == Digits("2")
    pixels = page.scale * dpi / 72
    (x, y), (width, height) = label.at, label.extent
    left, top = (x - width / 2 - page.area.left()) * pixels, (y - height - 3 - page.area.top()) * pixels
    picture = QImage(str(path)).convertToFormat(QImage.Format.Format_RGB32)
    part = picture.copy(round(left), round(top), round(width * pixels), round((height + 6) * pixels))
    green = QColor(LIGHT.colour("value"))
    data = (
        np.frombuffer(part.constBits(), np.uint8).reshape(part.height(), part.width(), 4)[..., :3].astype(int)
    )
    rows = np.nonzero((np.abs(data[..., ::-1] - green.getRgb()[:3]).sum(axis=2) < 120).any(axis=1))[0]
    ink = (rows[-1] - rows[0] + 1) * 72 / dpi
    assert ink == pytest.approx(formula(Digits("2"), 1000.0).height / 1000 * found.numbers, rel=0.06)


def test_text_in_tikz_has_the_size_that_is_said(tmp_path):
    path, found, *_ = written(tmp_path, ".tex", COLUMN)
    text = path.read_text(encoding="utf-8")
    size = float(re.search(r"\{\\clnumbers\}\{\\fontsize\{([\d.]+)\}", text)[1])
    assert size == pytest.approx(found.numbers, rel=1e-3)
    widths = {float(width) for width in re.findall(r"line width=([\d.]+)pt", text)}
    assert max(widths) < LIGHT.line_width * 1.8 * found.scale + 0.01
