"""Bold, calligraphic letters and arrows of names: as typed, in every formula, and in no sentence."""

import pytest

from core.derivatives.jacobian import outer_product
from core.derivatives.symbolic import derivative
from core.export.tikz import tikz
from core.figure import Options, draw, figure
from core.graph.builder import build
from core.graph.plan import make_plan
from core.graph.programs import read_program
from core.graph.typed_value import read_value
from core.math.latex import latex
from core.math.mathtree import Accented, Letter, without_shapes
from core.passes.explain import explain, typeset_program
from core.passes.stepper import record, run
from core.passes.unfold import anything, unfolded
from tests.core.test_tikz import COLOURS

LAYER = (
    r"\mathbf{s}^{(1)} = \mathbf{W}^{(1)} \mathbf{x}^{(0)}; \mathcal{L} = sum(\sigma(\mathbf{s}^{(1)}))",
    {"W⁽¹⁾": read_value("[[1, 2], [3, 4]]"), "x⁽⁰⁾": read_value("[1, -1]")},
)
LOSS = (r"\mathbf{q} = \boldsymbol{\mu} \vec{v}; \mathcal{L} = \mathbf{q}^2", {"μ": 2.0, "v": 3.0})


def printed(text, name):
    """The LaTeX source of a name of a program."""
    program = read_program(text, {name: 1.0})
    return latex(build(program, {name: 1.0}).typesetter.name(name))


@pytest.mark.parametrize(
    ("typed", "name", "source"),
    [
        (r"\mathbf{w}", "w", r"\mathbf{w}"),
        (r"{\bf w}", "w", r"\mathbf{w}"),
        ("𝐰", "w", r"\mathbf{w}"),
        (r"\boldsymbol{\mu}", "μ", r"\boldsymbol{\mu}"),
        (r"\boldsymbol{\Sigma}_1", "Σ1", r"\boldsymbol{\Sigma}_{1}"),
        (r"\mathbf{W}^{(2)}", "W⁽²⁾", r"\mathbf{W}^{(2)}"),
        (r"\mathbf{loss}", "loss", r"\mathbf{loss}"),
        (r"\mathbf{b}_i", "b_i", r"\mathbf{b}_{i}"),
        (r"\mathcal{L}", "L", r"\mathcal{L}"),
        ("ℒ", "L", r"\mathcal{L}"),
        (r"\mathcal{\lambda}", "λ", r"\lambda"),
        (r"\vec{v}", "v", r"\vec{v}"),
        (r"\vec{i}", "i", r"\vec{\imath}"),
        (r"\vec{v}_2", "v2", r"\vec{v}_{2}"),
        (r"\hat{\mathbf{y}}", "ŷ", r"\hat{\mathbf{y}}"),
        (r"\mathbf{\hat{i}}", "î", r"\hat{\mathbf{i}}"),
        (r"\vec{\hat{q}}", "q̂", r"\vec{\hat{q}}"),
        ("w", "w", "w"),
    ],
)
def test_a_name_is_printed_as_it_was_typed(typed, name, source):
    assert printed(f"2·{typed}", name) == source


def test_letters_are_set_in_the_alphabets_of_latex_that_have_them():
    assert latex(Letter("é", "bold")) == r"\mathbf{\acute{e}}"
    assert latex(Letter("Δw", "bold")) == r"\boldsymbol{\mathrm{\Delta w}}"
    assert latex(Letter("ж", "bold")) == latex(Letter("ж"))
    assert latex(Accented(Letter("loss"), "arrow")) == r"\overrightarrow{\mathrm{loss}}"


def test_the_program_is_set_as_it_was_typed():
    rows = latex(typeset_program(run(*LAYER).graph))
    assert r"\mathbf{s}^{(1)} & =\mathbf{W}^{(1)}\mathbf{x}^{(0)}" in rows
    assert r"\mathcal{L} & =" in rows


@pytest.mark.parametrize(
    ("typed", "source"),
    [
        ("1e-7 x", "10^{-7}x"),
        ("-1e-7 x", "-10^{-7}x"),
        ("2e-7 x", r"2\cdot10^{-7}x"),
        ("1e-7^2 x", r"\left( 10^{-7} \right)^{2}x"),
        ("2e-7^x", r"\left( 2\cdot10^{-7} \right)^{x}"),
    ],
)
def test_a_power_of_ten_keeps_its_bracket_below_an_exponent(typed, source):
    assert f"={source} " in latex(typeset_program(run(typed, {"x": 2.0}).graph))


def test_the_parameters_of_a_function_are_set_as_they_were_typed():
    rows = latex(typeset_program(run(r"g(\mathbf{u}) = \mathbf{u}^2; g(3)", {}).graph))
    assert rows.count(r"\mathbf{u}") == 2


def test_every_formula_of_a_step_prints_names_as_typed_and_no_sentence_does():
    trace = run(*LAYER)
    steps = [explain(trace, count) for count in range(1, len(trace) + 1)]
    rules = [latex(without_shapes(step.rule)) for step in steps]
    assert rules[0] == r"\mathbf{s}^{(1)}=\mathbf{W}^{(1)}\mathbf{x}^{(0)}"
    back = r"\frac{\partial\mathcal{L}}{\partial\mathbf{x}^{(0)}}=\mathbf{W}^{(1)\top}"
    assert any(rule.startswith(back) for rule in rules)
    said = " ".join(f"{step.title} {step.sentence} {step.signs}" for step in steps)
    assert "s⁽¹⁾" in said and "\\" not in said and "𝐬" not in said


def test_closed_forms_and_the_chain_rule_print_names_as_typed():
    found = derivative(run(*LOSS).graph, "v")
    assert latex(found.math).startswith(r"\frac{\partial\mathcal{L}}{\partial\vec{v}}=")
    assert r"\boldsymbol{\mu}" in latex(found.math)
    steps = " ".join(latex(step.math) for step in found.steps)
    assert r"\frac{\partial\mathcal{L}}{\partial\mathbf{q}}" in steps
    assert r"\frac{\partial\mathbf{q}}{\partial\vec{v}}" in steps
    (definition,) = derivative(run(*LOSS).graph, "q").definitions()
    assert latex(definition) == r"\mathbf{q}=\boldsymbol{\mu}\vec{v}"


def test_an_outer_product_prints_names_as_typed():
    trace = run(*LAYER)
    found = outer_product(trace, "W⁽¹⁾")
    assert r"\mathbf{x}^{(0)\top}" in latex(found.math(trace))


def test_a_figure_in_tikz_prints_names_as_typed():
    trace = run(*LOSS)
    text = tikz(figure(draw(trace), trace.last), COLOURS)
    assert all(
        rf"${name}$" in text for name in (r"\boldsymbol{\mu}", r"\vec{v}", r"\mathbf{q}", r"\mathcal{L}")
    )


def test_what_is_inside_an_unfolded_node_is_printed_as_the_node():
    program = read_program(r"\mathbf{q} = \mathbf{s}·\mathbf{x}; \mathcal{L} = \mathbf{q}^2", ["s", "x"])
    values = {"s": read_value("[1, 2]"), "x": read_value("[3, 4]")}
    graph = unfolded(build(program, values), anything)
    trace = record(make_plan(graph), values)
    shown = figure(draw(trace, options=Options(captions=True)), trace.last)
    names = [latex(label.math) for label in shown.labels if label.role == "name"]
    assert sorted(names) == [r"\mathbf{q}", *(rf"\mathbf{{q}}.{i}" for i in range(1, 7)), r"\mathcal{L}"]
    symbols = [latex(box.symbol) for box in shown.boxes]
    assert r"\mathbf{s}[0]" in symbols and r"\mathbf{x}[1]" in symbols
    assert latex(shown.frames[0].title) == r"\mathbf{q}=\mathbf{s}\cdot\mathbf{x}"


def test_another_name_of_the_same_letter_is_plain():
    typesetter = run(r"\mathbf{w}·w_1", {"w": 1.0, "w1": 1.0}).graph.typesetter
    assert [latex(typesetter.name(name)) for name in ("w", "w1", "w′")] == [r"\mathbf{w}", "w_{1}", "w'"]
