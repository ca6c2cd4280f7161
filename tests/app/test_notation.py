"""One switch of notation: every view writes derivatives as chosen, files and settings keep it."""

import pytest

from core.base.slicing import finished
from core.derivatives.symbolic import derivation
from core.figure import Figures, Options, draw
from core.math.derivative_names import NOTATIONS
from core.math.latex import latex
from core.passes.explain import explain
from core.project.document import Document, Drawn, dumps, loads
from tests.exported import trace_of

LOGISTIC = "z = w x + b; y = σ(z); L = 1/2 (y - t)^2"
VALUES = {"w": 1.0, "x": 2.0, "b": -1.0, "t": 1.0}
OF_Z = {
    "partial": (r"\frac{\partial L}{\partial z}=", r"\frac{\partial y}{\partial z}"),
    "delta": (r"\delta_{z}=\delta_{y}", r"\sigma'\left( z \right)"),
    "bar": (r"\bar{z}=\bar{y}", r"\sigma'\left( z \right)"),
    "lagrange": (r"L'\left( z \right)=L'\left( y \right)", r"\sigma'\left( z \right)"),
}


@pytest.mark.parametrize("notation", NOTATIONS)
def test_the_explanation_is_written_as_chosen(notation):
    trace = trace_of(LOGISTIC, VALUES)
    rules = [latex(explain(trace, n, notation=notation).rule) for n in range(1, len(trace) + 1)]
    begins, local = OF_Z[notation]
    assert [rule for rule in rules if rule.startswith(begins) and local in rule]
    others = "".join(rule for rule in rules if notation != "partial")
    assert r"\partial L" not in others


@pytest.mark.parametrize("notation", NOTATIONS)
def test_closed_forms_and_their_steps_are_written_as_chosen(notation):
    found = finished(derivation(trace_of("y = x^2; z = ln(y)", {"x": 3.0}).graph, "x", notation=notation))
    heads = {
        "partial": r"\frac{\partial z}{\partial x}",
        "delta": r"\delta_{x}",
        "bar": r"\bar{x}",
        "lagrange": r"z'\left( x \right)",
    }
    assert latex(found.math).startswith(heads[notation])
    steps = "".join(latex(step.math) for step in found.steps)
    assert heads[notation] in steps and (notation != "lagrange" or r"y'\left( x \right)" in steps)


def test_a_file_keeps_the_notation_and_an_older_one_opens_with_quotients():
    document = Document("x y", drawing=Drawn(notation="bar"))
    assert loads(dumps(document)).drawing.notation == "bar"
    assert loads('{"format": "chainlight", "version": 5, "program": "x"}').drawing.notation == "partial"
    with pytest.raises(Exception, match="notation must be partial, delta, bar or lagrange"):
        loads('{"format": "chainlight", "version": 6, "program": "x", "drawing": {"notation": "dots"}}')


def test_the_menu_changes_all_views_and_undo_takes_it_back(window):
    session = window.session
    session.move_node("x", (3.0, 4.0), session.gesture())
    moved = session.document.moved
    session.seek(len(session.trace))
    window.actions_by_id["notation_delta"].trigger()
    assert latex(window.explanation.explanation.rule).startswith(r"\delta")
    assert session.document.moved == moved and session.cursor == len(session.trace)
    assert window.actions_by_id["notation_delta"].isChecked()
    assert not window.actions_by_id["notation_partial"].isChecked()
    assert window.settings.get("notation") == "delta"
    session.undo_stack.undo()
    assert session.notation == "partial"
    assert r"\partial" in latex(window.explanation.explanation.rule)


def test_a_new_document_goes_on_with_the_notation_of_the_one_before(window):
    window.session.set_notation("lagrange")
    window.session.replace_document(Document("x y", {"x": 1.0, "y": 2.0}), None)
    assert window.session.notation == "lagrange"
    window.session.replace_document(Document("x y", drawing=Drawn(notation="partial")), None)
    assert window.session.notation == "partial"


def gradient_labels(figure):
    return {label.node: latex(label.math) for label in figure.labels if label.role == "gradient"}


@pytest.mark.parametrize(
    ("notation", "of_w"),
    [
        ("partial", r"\frac{\partial L}{\partial w}=10"),
        ("delta", r"\delta_{w}=10"),
        ("bar", r"\bar{w}=10"),
        ("lagrange", r"L'\left( w \right)=10"),
    ],
)
def test_gradients_in_figures_have_their_names_as_soon_as_they_are_complete(notation, of_w):
    trace = trace_of("z = w x; L = z^2 + w^2", {"w": 1.0, "x": 2.0})
    options = Options(notation=notation, gradient_names=True)
    figures = Figures(draw(trace, {}, options), trace, True)
    assert gradient_labels(figures.at(len(trace)))["w"] == of_w
    arrived = [n for n in range(len(trace) + 1) if len(trace.snapshot(n).arrived("w")) == 1]
    assert arrived and all("=" not in gradient_labels(figures.at(n))["w"] for n in arrived)
    plain = Figures(draw(trace, {}, Options(notation=notation)), trace, True)
    assert gradient_labels(plain.at(len(trace)))["w"] == "10"


def test_names_of_gradients_have_room_in_the_layout():
    trace = trace_of(LOGISTIC, VALUES)
    bare, named = (draw(trace, {}, Options(gradient_names=shown)) for shown in (False, True))
    width = lambda drawing: max(x for x, _ in drawing.placement.centres.values())  # noqa: E731
    assert width(named) > 1.2 * width(bare)
