"""Figures as TikZ, as pages and on the clipboard: the same colours, sides and order as on the canvas."""

import re

import numpy as np
import pytest
from PySide6.QtGui import QGuiApplication, QImage

from app.figures.files import write_pages
from app.widgets.theme import DARK, LIGHT
from core.base.arrays import frozen
from core.figure import Figures
from tests.app.seen.pixels import Seen, of_theme

POINT = r"\((-?[\d.]+), (-?[\d.]+)\)"


class Tikz:
    """A TikZ picture taken apart: colours, styles, nodes, paths and cells; its y grows downwards (y=-1pt)."""

    def __init__(self, text):
        self.text = text
        assert "x=1pt, y=-1pt" in text
        self.colours = dict(re.findall(r"\\definecolor\{(\w+)\}\{HTML\}\{(\w+)\}", text))
        self.styles = dict(re.findall(r"^  ([\w ]+)/\.style=\{(.*)\},?$", text, re.MULTILINE))
        self.boxes = {
            name: (look.split(", "), shown)
            for look, name, shown in re.findall(r"\\node\[([^]]*)\] \(([\w-]+)\) at [^{]*\{(.*)\};", text)
        }
        self.labels = [
            (look.split(", "), float(x), float(y), shown)
            for look, x, y, shown in re.findall(rf"\\node\[([^]]*)\] at {POINT} \{{(.*)\}};", text)
        ]
        self.arrows = [
            (look.split(", "), path) for look, path in re.findall(r"\\draw\[(arrow[^]]*)\] (.*);", text)
        ]
        self.cells = [
            (colour, *map(float, corners))
            for colour, *corners in re.findall(rf"\\fill\[([^]]*)\] {POINT} rectangle {POINT};", text)
            if colour != "clpaper"  # the page
        ]

    def colour(self, style, of):
        """The colour that a style gives to text, lines or what is filled, as it is defined."""
        name = re.search(rf"\b{of}=(\w+)", self.styles[style])[1]
        return f"#{self.colours[name].lower()}"


def test_tikz_has_the_themes_colours_in_their_places(canvas):
    found, theme = Tikz(canvas.open("exp(x)", "end", x=1.0).tex()), canvas.theme
    for style, of, part in [
        ("value", "text", "value"),
        ("gradient", "text", "gradient"),
        ("moving", "draw", "value"),
        ("moving back", "draw", "gradient"),
        ("active", "fill", "lit"),
        ("active back", "fill", "lit_back"),
        ("receiving", "fill", "receiving"),
        ("gradient", "fill", "ground"),
        ("active", "draw", "value"),
        ("active back", "draw", "gradient"),
        ("arrow", "draw", "line"),
    ]:
        assert found.colour(style, of) == getattr(theme, part), style


def test_in_tikz_what_receives_a_gradient_has_a_broken_outline(light_canvas):
    found = Tikz(light_canvas.open("exp(x)", "backward:1", x=1.0).tex())
    assert "dashed" in found.styles["receiving"] and "dashed" not in found.styles["active back"]
    assert found.boxes["x"][0][1:2] == ["receiving"]
    assert not any(look.startswith("draw=") for look in found.boxes["x"][0])


def test_in_tikz_values_stand_above_their_edge_and_gradients_below(light_canvas):
    found = Tikz(light_canvas.open("exp(sin(x))", "end", x=1.0).tex())
    edge = light_canvas.box("v1").center().y()
    for role, side, anchor in (("value", -1, "south"), ("gradient", 1, "north")):
        labels = [(look, y) for look, _, y, _ in found.labels if look[0] == role]
        assert len(labels) == 3
        assert all(side * (y - edge) > 0 and f"anchor={anchor}" in look for look, y in labels), role
    values = {shown.strip("$") for look, *_, shown in found.labels if look[0] == "value"}
    assert values == {"1", "0.8415", "2.32"}


def test_in_tikz_arrows_lead_from_inputs_to_outputs(light_canvas):
    found = Tikz(light_canvas.open("x - y", "start", x=1.0, y=2.0).tex())
    assert found.styles["arrow"].startswith("-{Stealth")
    ends = [re.findall(r"^\((\w+)\)|\((\w+)\)$", path) for _, path in found.arrows]
    assert [["".join(end) for end in pair] for pair in ends] == [["x", "f"], ["y", "f"], ["f"]]
    heights = [float(re.findall(POINT, path)[-1][1]) for _, path in found.arrows[:2]]
    assert heights[0] < heights[1], "the first operand arrives above"


def test_in_tikz_each_pass_lights_its_own_way(light_canvas):
    lit = {}
    for step in ("forward:1", "backward:1"):
        found = Tikz(light_canvas.open("exp(x)", step, x=1.0).tex())
        boxes = {name: look[1] for name, (look, _) in found.boxes.items()}
        lit[step] = boxes["f"], boxes["x"] == "receiving", found.arrows[0][0][-1]
    assert found.styles["moving back"].startswith("{Stealth") and "}-" in found.styles["moving back"]
    assert "}-" not in found.styles["moving"] and "-{" not in found.styles["moving"]
    assert lit["forward:1"] == ("active", False, "moving")
    assert lit["backward:1"] == ("active back", True, "moving back")


@pytest.mark.parametrize(
    ("text", "symbol"),
    [("1 - x", "1-x"), ("x - 1", "-1"), ("1/x", "1/x"), ("x/3", r"\div3"), ("-x", "-x"), ("x^2", "x^{2}")],
)
def test_in_tikz_a_constant_stands_on_its_side_of_the_sign(light_canvas, text, symbol):
    found = Tikz(light_canvas.open(text, "end", x=2.0).tex())
    assert found.boxes["f"][1].strip("$") == symbol


def test_in_tikz_the_axis_of_symbols_is_in_the_middle_of_boxes_whatever_their_letters(light_canvas):
    """The text counts as half an em high, twice the height of TeX's axis, and not as deep at all."""
    found = Tikz(light_canvas.open("exp(x)", "end", x=2.0).tex())
    font = re.search(r"font=\\(\w+)", found.styles["operation"])[1]
    size = float(re.search(rf"\{{\\{font}\}}\{{\\fontsize\{{([\d.]+)\}}", found.text)[1])
    height = float(re.search(r"text height=([\d.]+)pt, text depth=0pt", found.styles["operation"])[1])
    assert height == pytest.approx(size / 2)


def test_in_tikz_a_map_has_its_first_row_on_top(light_canvas):
    matrix = frozen([[1, 0, 0, 0, 0], [0, 0, 0, 0, -1], [0, 0, 0, 0, 0], [0, 0, 0, 0, 0.0]])
    text = light_canvas.open("W x", "start", W=matrix, x=frozen([1, 0, 0, 0, 0])).tex()
    (label,) = (label for label in light_canvas.session.figure.labels if label.node == "W")
    cells = Tikz(text).cells[:20]  # those of W, which comes first
    lefts, tops = (sorted({cell[place] for cell in cells}) for place in (1, 2))
    assert (len(lefts), len(tops)) == (5, 4)
    assert lefts[0] == pytest.approx(label.at[0] - label.extent[0] / 2, abs=0.01)
    at = {(tops.index(top), lefts.index(left)): colour for colour, left, top, _, _ in cells}
    strong = {place: colour for place, colour in at.items() if "!100!" in colour}
    assert strong == {(0, 0): "clpositive!100!clzero", (1, 4): "clnegative!100!clzero"}


def test_in_tikz_a_small_matrix_has_numbers_and_a_larger_map_a_scale(light_canvas):
    found = Tikz(light_canvas.open("W x", "start", W=frozen([[1, -8], [0, 2]]), x=frozen([1, 2])).tex())
    entries = [(shown, look[1]) for look, *_, shown in found.labels if look[0] == "entry"]
    assert entries == [
        ("$1$", "text=black"),
        ("$-8$", "text=black"),
        ("$0$", "text=black"),
        ("$2$", "text=black"),
    ]
    cells = {shown: (x, y) for look, x, y, shown in found.labels if look[0] == "entry"}
    assert cells["$1$"][0] == cells["$0$"][0] < cells["$2$"][0]
    assert cells["$1$"][1] == cells["$-8$"][1] < cells["$0$"][1]
    found = Tikz(light_canvas.open("W x", "start", W=frozen(-np.eye(5)), x=frozen([1, 2, 0, 0, 1])).tex())
    assert [shown for look, *_, shown in found.labels if "text=clvalue" in look] == [r"$\pm1$", "$2$"]
    bars = [colour for colour, *_ in found.cells if colour.startswith(("black", "white"))]
    assert bars == ["black, opacity=0.67"] * 5


def test_in_tikz_pictures_have_their_colours(light_canvas):
    picture = np.zeros((3, 5, 5))
    picture[0, 0, 0] = 1.0
    text = "sum(conv2d(x, w))"
    found = Tikz(light_canvas.open(text, "start", x=frozen(picture), w=frozen(np.ones((3, 2, 2)))).tex())
    assert found.cells[0][0] == "fill={rgb,255:red,255;green,0;blue,0}"
    found = Tikz(light_canvas.open(text, "start", x=frozen(picture[0]), w=frozen(np.ones((2, 2)))).tex())
    assert {colour for colour, *_ in found.cells[:25]} == {"clink!100!clpaper", "clink!0!clpaper"}


def test_in_tikz_the_terms_of_a_sum_of_gradients_are_shown(light_canvas):
    found = Tikz(light_canvas.open("x + x + x + x", "end", x=1.0).tex())
    sums = [shown for look, *_, shown in found.labels if look[0] == "gradient" and "+" in shown]
    assert sums == ["$1+1+1+1=4$"]


# -- pages and the clipboard


def test_pages_come_in_the_order_of_the_steps(light_canvas, tmp_path):
    canvas = light_canvas.open("exp(sin(x))", x=1.0)
    session = canvas.session
    shown = Figures(session.drawing, session.trace)
    figures = [shown.at(count) for count in range(len(session.trace) + 1)]
    paths = write_pages(figures, tmp_path / "step.png", LIGHT, dpi=72)
    inks = []
    for path in sorted(paths):
        image = QImage(str(path))
        seen = Seen(image, image.rect(), of_theme(LIGHT))
        inks.append(tuple(seen.amount(part) for part in ("lit", "lit_back")))
    assert [(lit > 1000, back > 1000) for lit, back in inks] == [
        *[(False, False), (True, False), (True, False)],
        *[(False, True)] * 3,
    ]


@pytest.mark.parametrize("shown_in", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_the_clipboard_has_the_colours_of_the_window(window, shown_in):
    window.set_theme(shown_in)
    window.session.set_text("exp(x)")
    window.session.seek(len(window.session.trace))
    window.actions_by_id["copy_figure"].trigger()
    image = QGuiApplication.clipboard().image()
    seen = Seen(image, image.rect(), of_theme(shown_in))
    assert seen.at(3, 3, 6) == "paper"
    values, gradients = (seen.places(part) for part in ("value", "gradient"))
    assert min(len(values), len(gradients)) > 200
    assert np.median(values[:, 1]) < np.median(gradients[:, 1]), "values stand above gradients"
