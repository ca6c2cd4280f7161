"""Typeset mathematics: which operand stands on which side, and which colour is which number."""

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtWidgets import QApplication

from app.formula import layout, paint
from app.panels.explanation import ExplanationPanel
from app.widgets.theme import LIGHT
from core.base.arrays import frozen
from core.graph.programs import read_program
from core.math.latex import latex
from core.math.mathtree import Digits, Letter, Row, Shaped, Table, Tinted, parts_of, row
from core.math.parts import ATOM, bracketed
from core.math.typeset import PLAIN
from core.passes.explain import explain
from core.passes.stepper import run
from tests.app.seen.pixels import named, painted, shapes, widget

TINTS = {"x": "value", "y": "gradient"}
SIZE = 40.0


@pytest.fixture(autouse=True)
def _fonts(fonts):
    """Letters are drawn in every test here."""


def typeset(text):
    """A formula painted, the x in the colour of values and the y in that of gradients."""
    names = {name: (Tinted(role, Letter(name)), ATOM) for name, role in TINTS.items()}
    return shown(PLAIN.tree(read_program(text).statements[0].tree, names))


def shown(math):
    box = layout(math, SIZE, display=True)
    area = QRectF(0, 0, box.width + 20, box.height + 20).toAlignedRect()
    return painted(
        QRectF(area),
        LIGHT,
        lambda painter: paint(painter, box, 10, 10 + box.ascent, LIGHT.roles, LIGHT.colour("ink")),
    )


LEFT, ABOVE = "left of", "above"
SIDES = [
    ("x - y", LEFT),
    ("x + y", LEFT),
    ("x/y", ABOVE),
    ("2x/(3y)", ABOVE),
    ("[x > y]", LEFT),
    ("(x - 1)/(y + 1)", ABOVE),
    ("exp(x) - y^2", LEFT),
]


@pytest.mark.parametrize(("text", "where"), SIDES)
def test_the_first_operand_is_typeset_before_the_second(text, where):
    seen = typeset(text)
    x, y = seen.middle("value"), seen.middle("gradient")
    axis, other = (0, 1) if where == LEFT else (1, 0)
    assert y[axis] - x[axis] > 10 > abs(y[other] - x[other]) - SIZE


def test_an_exponent_stands_at_the_right_above_its_base():
    seen = typeset("x^y")
    (x, x_down), (y, y_down) = seen.middle("value"), seen.middle("gradient")
    assert y > x and y_down < x_down - 5


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("1 - x", ["tall", "flat", "x"]),
        ("x - 1", ["x", "flat", "tall"]),
        ("-1 + x", ["flat", "tall", "tall", "x"]),
    ],
)
def test_one_minus_x_is_written_as_such(text, order):
    seen = typeset(text)
    signs = [("flat" if height < 4 else "tall", x) for x, _, height in shapes(seen, seen.area)]
    signs.append(("x", seen.middle("value")[0]))
    assert [sign for sign, _ in sorted(signs, key=lambda sign: sign[1])] == order


def test_a_difference_in_a_difference_keeps_its_brackets():
    plain, bracketed = (
        len(shapes(typeset(text), typeset(text).area)) for text in ("2 - x - y", "2 - (x - y)")
    )
    assert bracketed == plain + 2


# -- the explanation of a step


def test_a_step_back_has_the_upstream_gradient_then_the_local_then_what_comes_back(window, theme):
    window.set_theme(theme)
    window.session.seek(window.session.trace.position("backward:3"))
    seen = widget(named(window, "Rule with numbers"), theme)
    found = [seen.middle(part)[0] for part in ("upstream", "local", "gradient")]
    assert found == sorted(found) and np.diff(found).min() > 10


def test_a_step_forward_shows_values_in_their_colour(window, theme):
    window.set_theme(theme)
    window.session.seek(1)
    for name in ("Rule", "Rule with numbers"):
        seen = widget(named(window, name), theme)
        assert seen.amount("gradient") == 0
    assert seen.amount("value") > 40


ARRIVALS = {
    "exp(x)": ["="],  # the only use
    "x + x": ["+=", "+="],
    "exp(x) + sin(x)": ["=", "=", "+=", "+="],  # into the two functions, then into x
    "x + x + x + x": ["=", "=", "+=", "+=", "+=", "+="],
}


@pytest.mark.parametrize("text", ARRIVALS)
def test_what_comes_back_is_added_where_other_gradients_arrive_as_well(text):
    trace = run(text, {"x": 1.0})
    rules = [latex(explain(trace, count).rule) for count in range(1, len(trace) + 1)]
    back = [rule for count, rule in enumerate(rules, start=1) if trace.phase(count) == "backward"]
    signs = ["+=" if "+=" in rule else "=" for rule in back]
    assert sorted(signs) == sorted(ARRIVALS[text])
    into_x = [sign for rule, sign in zip(back, signs, strict=True) if r"\partial x" in rule.split("=")[0]]
    assert set(into_x) == {ARRIVALS[text][-1]} and len(into_x) == trace.graph.program.text.count(
        "x"
    ) - text.count("exp")


def test_shapes_stand_on_one_line_below_what_they_belong_to_and_apart():
    column = Table(tuple((Digits(str(number)),) for number in range(3)))
    x, y = (
        Shaped(Tinted("value", Letter("x"), "x"), (4, 30)),
        Shaped(Tinted("gradient", column, "y"), (300, 1)),
    )
    math = row(x, y)
    box = layout(math, SIZE)
    right = next(area.x for area in box.areas if area.tag == "y")
    below = [glyph for glyph in box.glyphs if glyph.ink.role == "shape"]
    first = [glyph for glyph in below if glyph.x < right - SIZE / 2]
    second = [glyph for glyph in below if glyph not in first]
    assert (len(first), len(second)) == (len("4×30"), len("300×1"))
    assert len({glyph.y for glyph in (*first, *second)}) == 1
    seen = shown(math)
    line = QRectF(0, first[0].y + 10 + box.ascent - SIZE / 2.5, box.width + 20, SIZE)
    lowest = seen.places("gradient", "value")[:, 1].max()
    assert seen.amount("faint", within=line) > 100 and seen.places("faint", within=line)[:, 1].min() > lowest
    assert second[0].x - first[-1].x > SIZE / 2


def test_brackets_do_not_grow_with_the_shapes_within():
    x = Letter("x")
    assert layout(bracketed(Shaped(x, (3, 1))), SIZE).ascent == layout(bracketed(x), SIZE).ascent


# -- roles without colours


def line_below(role):
    """The columns of ink in each row below a long term of a role, painted in black."""
    term = Tinted(role, Letter("x" * 12), "x", True)
    box = layout(term, SIZE)
    area = QRectF(0, 0, box.width, box.height).toAlignedRect()
    seen = painted(
        QRectF(area), LIGHT, lambda painter: paint(painter, box, 0, box.ascent, {}, LIGHT.colour("ink"))
    )
    bare = layout(Letter("x" * 12), SIZE)
    found = seen.places("ink", within=QRectF(0, box.ascent + bare.descent + 1, box.width, SIZE))
    rows = np.unique(found[:, 1])
    lines = np.split(rows, np.nonzero(np.diff(rows) > 1)[0] + 1)
    columns = np.unique(found[:, 0])
    return len(lines), np.sum(np.diff(columns) > 1) + 1, columns


def test_roles_are_told_apart_without_colours():
    seen = {role: line_below(role) for role in ("upstream", "local", "value", "gradient")}
    assert [seen[role][0] for role in ("upstream", "local", "value", "gradient")] == [1, 1, 1, 2]
    dashes = {role: found[1] for role, found in seen.items()}
    assert dashes["local"] == dashes["gradient"] == 1
    assert 5 < dashes["upstream"] < dashes["value"] / 1.5
    for _, _, columns in seen.values():
        assert np.ptp(columns) == pytest.approx(np.ptp(seen["local"][2]), abs=1.5)


def test_every_term_of_a_step_but_names_has_the_line_of_its_role():
    trace = run("sigmoid(x y)", {"x": 1.0, "y": 2.0})
    found = explain(trace, trace.position("backward:2"))
    marked = {part.role for math in (found.rule, found.numbers) for part in parts_of(math) if is_marked(part)}
    assert marked == {"upstream", "local", "gradient", "name", "value"}
    forward = explain(trace, 1)
    assert {part.role for part in parts_of(forward.numbers) if is_marked(part)} == {"name", "value"}


def is_marked(part):
    return isinstance(part, Tinted) and part.marked


@pytest.mark.parametrize("width", [430, 560])
def test_a_rule_is_never_wider_than_its_panel(qtbot, session, width):
    """It is broken before its relation signs; nothing of it has to be scrolled to from left to right."""
    wide = frozen(np.linspace(-1.234567, 2.345678, 8).reshape(2, 4))
    given = {"W": wide, "g": frozen([0.354344, 0.75026, 0.475021, 0.549834]), "y": frozen([0.5, -0.5])}
    session.open_program("h = W g; L = 1/2 ‖h - y‖^2 + g·g", given, "open")
    panel = ExplanationPanel(session)
    qtbot.addWidget(panel)
    panel.set_theme(LIGHT)
    panel.resize(width, 300)
    panel.show()
    broken = 0
    for count in range(1, len(session.trace) + 1):
        session.seek(count)
        QApplication.processEvents()
        assert panel.horizontalScrollBar().maximum() == 0, session.explanation.title
        if isinstance(panel.numbers.formula(), Table) and isinstance(session.explanation.numbers, Row):
            broken += 1
            lines = [latex(right) for _, right in panel.numbers.formula().rows]
            assert all(line.startswith("=") for line in lines)
            assert "".join(lines) in latex(session.explanation.numbers)
    assert broken
