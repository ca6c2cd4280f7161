"""Nets drawn as units with weights on their arrows, and as layers."""

import re
from itertools import pairwise

import numpy as np
import pytest

from core.base.arrays import frozen
from core.figure import Figures, Options, draw, figure
from core.figure.nets import entry_name
from core.figure.sizes import CLEAR
from core.graph.programs import read_program
from core.math.latex import latex
from core.passes.guessed_values import with_defaults
from core.passes.stepper import run
from tests.core.test_labels import TYPED, faults, lit_arrows, rect_of, typed_trace

UNITS, BARE, LAYERS = Options(level="units"), Options(level="units", weights="bare"), Options(level="layers")
SCALARS = """h1 = σ(w11 x1 + w12 x2 + b1); h2 = σ(w21 x1 + w22 x2 + b2)
y = σ(v1 h1 + v2 h2 + c); L = (y - t)^2"""
MATRICES = "h = tanh(W1 x + b1); g = relu(W2 h + b2); s = W3 g + b3; L = cross_entropy(s, k)"
NEURON = "y = σ(w·x + b); L = (y - t)^2"
WIDE = {
    "W1": frozen(np.sin(np.arange(36)).reshape(12, 3)),
    "b1": frozen(np.cos(np.arange(12))),
    "W2": frozen(np.cos(np.arange(36)).reshape(3, 12)),
}
SHARED = """net_h1 = w1 i1 + w2 i2 + b1; net_h2 = w3 i1 + w4 i2 + b1; out_h1 = σ(net_h1); out_h2 = σ(net_h2)
out = σ(w5 out_h1 + w6 out_h2 + b2); E = 1/2 (t - out)^2"""
MANY_DIGITS = """h1 = σ(-1234.567 x1 w11 + w12 x2 + b1); h2 = σ(w21 x1 + w22 x2 + b2); L = (h1 - t)^2 + h1 h2
b1 = -0.0001234; b2 = 0.00001234"""
RECURRENT = "h1 = tanh(W x1 + U h0 + b); L = sum(h1)"


def traced(text, given=None):
    return run(text, with_defaults(read_program(text), given or {}))


def drawn(text, options=UNITS, given=None):
    trace = traced(text, given)
    drawing = draw(trace, options=options)
    return trace, drawing, figure(drawing, trace.last, highlight=False)


def shown(found, role):
    return {label.node: latex(label.math) for label in found.labels if label.role == role and not label.edge}


def test_a_net_of_numbers_is_units_with_their_weights_on_the_arrows():
    trace, _, found = drawn(SCALARS)
    assert [box.node for box in found.boxes] == ["x1", "x2", "h1", "h2", "y", "t", "v15", "L"]
    assert {latex(box.symbol) for box in found.boxes if box.node in ("h1", "h2", "y")} == {r"\sum|\sigma"}
    beside = [label for label in found.labels if label.edge]
    weights = {label.node: latex(label.math) for label in beside if label.role == "value"}
    assert weights.keys() == {"w11", "w12", "w21", "w22", "b1", "b2", "v1", "v2", "c"}
    assert float(weights["w12"]) == trace.inputs["w12"]
    gradients = {label.node for label in beside if label.role == "gradient"}
    assert gradients == weights.keys(), "no parameter is without its gradient"


def test_the_units_of_a_vector_show_its_entries_in_their_order():
    trace, drawing, found = drawn(MATRICES)
    for name in "xhgs":
        value = trace.last.value(name)
        units = [f"{name}[{i}]" for i in range(len(value))]
        texts = shown(found, "value")
        assert [float(texts[unit]) for unit in units] == pytest.approx(list(value), rel=1e-3)
        heights = [drawing.placement.centres[unit][1] for unit in units]
        assert all(upper < lower for upper, lower in pairwise(heights))
        assert len({round(drawing.placement.centres[unit][0]) for unit in units}) == 1
    gradient = trace.last.gradient("h")
    assert float(shown(found, "gradient")["h[1]"]) == pytest.approx(gradient[1], rel=1e-3)


def arrows_into(found, unit):
    return {arrow.edge.source for arrow in found.arrows if arrow.target == unit}


def test_a_bias_of_several_units_is_a_node_with_an_arrow_to_each_and_one_gradient():
    trace, _, found = drawn(SHARED)
    symbols = {box.node: latex(box.symbol) for box in found.boxes}
    assert [symbols[unit] for unit in ("out_h1", "out_h2", "out")] == [r"\sum|\sigma"] * 3
    assert arrows_into(found, "out_h1") == arrows_into(found, "out_h2") == {"i1", "i2", "b1"}
    assert "b2" not in symbols, "a bias of one unit is written at it"
    for role, value in (("value", trace.last.value("b1")), ("gradient", trace.last.gradient("b1"))):
        assert float(shown(found, role)["b1"]) == pytest.approx(value, rel=1e-3)
    _, _, found = drawn("h1 = tanh(W x1 + U h0 + b); h2 = tanh(W x2 + U h1 + b); L = sum(h2)")
    assert arrows_into(found, "h2[1]") == {"x2[0]", "x2[1]", "h1[0]", "h1[1]", "h1[2]", "b[1]"}


@pytest.mark.parametrize("text", [SHARED, NEURON])
def test_a_bias_may_be_written_times_one(text):
    times_one = re.sub(r"\+ (b\d?)", r"+ \1*1", text)
    with_one, without = drawn(times_one)[2], drawn(text)[2]
    assert [(b.node, b.symbol) for b in with_one.boxes if "sum" in latex(b.symbol)] == [
        (b.node, b.symbol) for b in without.boxes if "sum" in latex(b.symbol)
    ]
    assert len(with_one.labels) == len(without.labels)


def test_one_units_weights_for_two_examples_are_no_units():
    _, _, found = drawn("L = (w x1 + b - t1)^2 + (w x2 + b - t2)^2")
    assert not any("sum" in latex(box.symbol) for box in found.boxes)


FUNCTIONS = {
    "y = step(W x + b)": r"\sum|\text{step}",
    "y = max(0, W x + b)": r"\sum|\max\left( 0,\cdot \right)",
    "z = W x + b; y = max(0, z)": r"\sum|\max\left( 0,\cdot \right)",
    "y = leaky_relu(W x)": r"\sum|\text{LReLU}",
    "y = [w·x + b > 0]": r"\sum|\left( \cdot \right)>0",
    "y = 3 (W x + b)": r"\sum",
}


@pytest.mark.parametrize(("text", "symbol"), FUNCTIONS.items())
def test_a_function_of_each_entry_is_the_second_half_of_its_unit(text, symbol):
    _, _, found = drawn(text)
    units = [box for box in found.boxes if latex(box.symbol).startswith(r"\sum")]
    assert len(units) in (1, 3) and {latex(box.symbol) for box in units} == {symbol}


COLUMNS = ("W^T x + b", "W.T @ x", "x @ W + b", "x^T W", "x^T W + b", "x^T W + b^T")


@pytest.mark.parametrize("text", [f"h = σ({text})" for text in COLUMNS])
def test_weights_of_a_unit_may_be_a_column(text):
    given = {
        "W": frozen(np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])),
        "x": frozen(np.array([0.5, -0.5])),
        "b": frozen(np.array([7.0, 8.0, 9.0])),
    }
    given = {name: value for name, value in given.items() if name in text}
    trace, drawing, found = drawn(text, given=given)
    beside = {
        (label.edge.source, label.edge.target): float(latex(label.math))
        for label in found.labels
        if label.role == "value" and label.edge and label.edge.port >= 0
    }
    names = [latex(label.math) for label in found.labels if label.role == "name" and not label.edge]
    assert names == ([f"h[0,{j}]" for j in range(3)] if "x^T" in text else [f"h[{j}]" for j in range(3)])
    assert beside == {(f"x[{i}]", f"h[{j}]"): given["W"][i, j] for i in range(2) for j in range(3)}
    biases = [label for label in found.labels if label.node == "b" and label.role == "value"]
    assert [float(latex(label.math)) for label in biases] == [7, 8, 9] * ("b" in text)
    values = np.ravel(trace.last.value("h"))
    assert [float(shown(found, "value")[f"h[{j}]"]) for j in range(3)] == pytest.approx(values, rel=1e-3)
    figures = Figures(drawing, trace)
    (count,) = (i for i, step in enumerate(trace.steps, 1) if getattr(step, "arg", "") == "W")
    lit = [arrow for arrow in figures.at(count).arrows if arrow.mood == "active"]
    assert len(lit) == 6 and all(arrow.backward and not arrow.points_back for arrow in lit)


def test_rows_go_on_in_the_next_layer_as_units():
    text = "h = σ(x^T W1 + b1); y = h W2 + b2; L = norm(y - t)^2"
    given = {"b1": frozen(np.array([0.1, 0.2])), "b2": frozen(np.array([1.0, 2.0]))}
    trace, _, found = drawn(text, given=given)
    assert arrows_into(found, "y[1]") == {"h[0]", "h[1]"}
    assert faults(trace, UNITS) == []
    symbols = {box.node: latex(box.symbol) for box in drawn(text, LAYERS, given)[2].boxes}
    assert symbols["h"] == r"\sigma\left( x^{\top}W_{1}+b_{1} \right)" and symbols["y"] == "hW_{2}+b_{2}"
    _, _, found = drawn("Y = X W + b", given={"X": frozen(np.ones((2, 2)))})
    assert {box.node for box in found.boxes} >= {"X", "W", "b"}, "a batch is drawn in whole matrices"


def test_an_arrow_between_units_has_its_entry_of_the_matrix():
    trace, _, found = drawn(MATRICES)
    label = next(
        label
        for label in found.labels
        if label.role == "value" and label.edge and (label.edge.source, label.edge.target) == ("h[2]", "g[1]")
    )
    assert float(latex(label.math)) == pytest.approx(trace.inputs["W2"][1, 2], rel=1e-3)
    assert not any(label.edge for label in drawn(MATRICES, BARE)[2].labels)


def test_arrows_between_units_may_be_left_out():
    _, _, found = drawn(MATRICES, Options(level="units", weights="off"))
    assert {(arrow.edge.source[0], arrow.target) for arrow in found.arrows} == {
        *(("s", "L"), ("k", "L"), ("L", ""))
    }
    assert not any(label.edge for label in found.labels)


@pytest.mark.parametrize("text", [SCALARS, MATRICES])
def test_a_bias_stands_behind_its_name_and_above_its_gradient_below_their_unit(text):
    trace, drawing, found = drawn(text)
    sides = {}
    for label in found.labels:
        if label.edge and label.edge.port == -1:
            sides.setdefault((label.node, label.edge.target), {})[label.role] = label
    assert len(sides) == len([box for box in found.boxes if latex(box.symbol).startswith(r"\sum")])
    for (bias, unit), of in sides.items():
        entry = int(unit[-2]) if unit.endswith("]") else ()
        for role, value in (("value", trace.last.value(bias)), ("gradient", trace.last.gradient(bias))):
            assert float(latex(of[role].math)) == pytest.approx(np.asarray(value)[entry], rel=1e-3)
        name, value, gradient = (rect_of(of[role]) for role in ("name", "value", "gradient"))
        assert latex(of["name"].math) == latex(entry_name(trace.graph, bias, (entry,) if entry != () else ()))
        assert name[2] < value[0] == pytest.approx(gradient[0]) and value[3] <= gradient[1]
        (_, y), (_, height) = drawing.placement.centres[unit], drawing.sizes[unit]
        assert all(rect[1] >= y + height / 2 for rect in (name, value, gradient))


def test_units_of_one_kind_are_of_one_size_however_long_their_biases_are():
    given = {"b1": 0.5, "b2": -12345.678}
    _, drawing, _ = drawn(SCALARS, given=given)
    assert drawing.sizes["h1"] == drawing.sizes["h2"]
    assert drawing.sizes["h1"] == drawn(SCALARS, BARE, given)[1].sizes["h1"]


@pytest.mark.parametrize("down", [False, True], ids=["to the right", "down"])
def test_a_weight_is_nearer_to_its_gradient_than_to_those_of_other_arrows(down):
    _, _, found = drawn("h = tanh(W1 x + b1); s = W2 h + b2", Options(level="units", down=down))
    near, far, apart = (1, 3, 1) if not down else (0, 2, 0)
    at = {
        (label.edge.target, label.edge.port, label.role): rect_of(label)
        for label in found.labels
        if label.edge and label.edge.port >= 0
    }
    pairs = 0
    for (unit, port, role), rect in at.items():
        if role != "value":
            continue
        first, second = sorted((rect, at[unit, port, "gradient"]), key=lambda r: r[apart])
        within = second[near] - first[far]
        for (other, there, _), next_ in at.items():
            if other == unit and there != port and next_[near] >= second[far]:
                assert next_[near] - second[far] > within - 1.5, (unit, port)
                pairs += 1
    assert pairs


@pytest.mark.parametrize("text", [SCALARS, MATRICES])
@pytest.mark.parametrize("down", [False, True], ids=["to the right", "down"])
def test_the_name_of_a_unit_stands_at_its_box(text, down):
    _, drawing, found = drawn(text, Options(level="units", down=down))
    names = [label for label in found.labels if label.role == "name" and not label.edge and label.centred]
    names = [label for label in names if drawing.view.nodes[label.node].kind == "unit"]
    assert len(names) > 1
    for label in names:
        (x, y), (width, height) = drawing.placement.centres[label.node], drawing.sizes[label.node]
        rect = rect_of(label)
        gap = rect[0] - (x + width / 2) if down else (y - height / 2) - rect[3]
        assert 0 < gap < 3 * CLEAR, label.node


def test_of_many_units_the_first_ones_and_the_last_are_drawn():
    _, _, found = drawn("h = tanh(W1 x + b1); s = W2 h", BARE, WIDE)
    units = [box.node for box in found.boxes if box.node.startswith("h")]
    assert units == [*(f"h[{i}]" for i in range(6)), "h[…]", "h[11]"]
    dots = next(box for box in found.boxes if box.node == "h[…]")
    assert latex(dots.symbol) == r"\vdots" or "⋮" in latex(dots.symbol)
    assert dots.kind == "input"
    assert not any("h[…]" in (arrow.edge.source, arrow.target) for arrow in found.arrows)


def test_dots_for_the_other_units_are_low_in_the_middle_of_their_column_and_never_lit():
    trace, drawing, _ = drawn("h = tanh(W1 x + b1); L = sum(2h)", UNITS, WIDE)
    x, y = (
        np.array([drawing.placement.centres[f"h[{entry}]"][axis] for entry in (0, "…", 5, 11)])
        for axis in (0, 1)
    )
    assert np.ptp(x) == 0 and y[2] < y[1] < y[3]
    assert drawing.sizes["h[…]"][1] < drawing.sizes["h[0]"][1] * 0.7
    figures = Figures(drawing, trace)
    for count in range(len(trace) + 1):
        step = figures.at(count)
        assert next(box for box in step.boxes if box.node == "h[…]").mood == "done"
        assert not any("h[…]" in (arrow.edge.source, arrow.target) for arrow in step.arrows)


RESIDUAL = "h = tanh(W1 x + b1); g = tanh(W2 h + b2) + h; s = W3 g + b3; L = cross_entropy(s, k)"
BY_ENTRIES = {
    "residual": (RESIDUAL, [("g[1]", {"v5[1]", "h[1]"})]),
    "twice": (
        "h = tanh(W1 x + b1); g = 3 (h + u); y = w·g",
        [("g[1]", {"v3[1]"}), ("v3[1]", {"h[1]", "u[1]"})],
    ),
    "not by entries": ("h = tanh(W1 x + b1); p = softmax(h); y = w·p", [("p[1]", {"h[0]", "h[1]", "h[2]"})]),
    "scaled": ("h = tanh(W1 x + b1); g = c h; y = w·g", [("g[1]", {"h[1]", "c"})]),
    "compared": (
        "y = W x + b; L = norm(y - t)^2",
        [("v2[1]", {"y[1]", "t[1]"}), ("v3", {"v2[0]", "v2[1]", "v2[2]"})],
    ),
}


@pytest.mark.parametrize(("text", "into"), BY_ENTRIES.values(), ids=BY_ENTRIES)
def test_data_of_a_layer_are_drawn_entry_by_entry(text, into):
    trace, _, found = drawn(text)
    for unit, sources in into:
        assert {arrow.edge.source for arrow in found.arrows if arrow.target == unit} == sources
    beside = {label.node for label in found.labels if label.edge and label.role == "value"}
    alone = {box.node.split("[")[0] for box in found.boxes}
    assert set(trace.graph.inputs) <= beside | alone, "an input is nowhere to be seen"
    assert faults(trace, UNITS) == []


def test_weights_that_meet_data_entry_by_entry_stand_at_one_arrow_each():
    given = {"w": frozen(np.array([1.0, 2.0])), "c": frozen(np.array([3.0, 4.0]))}
    _, _, found = drawn("h = tanh(W x + w ⊙ c)", given=given)
    assert arrows_into(found, "h[1]") == {"x[0]", "x[1]", "c[1]"}
    beside = [label for label in found.labels if label.node == "w" and label.role == "value"]
    assert [(label.edge.source, latex(label.math)) for label in beside] == [("c[0]", "1"), ("c[1]", "2")]


def test_no_input_is_lost_at_any_level():
    for text in TYPED:
        trace = typed_trace(text)
        for level in ("units", "layers", "statements"):
            view = draw(trace, options=Options(level=level)).view
            beside = {weight.name for weight in view.weights}
            held = {member for shown in view.nodes.values() for member in shown.members}
            assert set(trace.graph.inputs) <= beside | held, (text, level)


def test_a_layer_is_one_node_with_its_parameters_in_it():
    _, _, found = drawn(MATRICES, LAYERS)
    assert [box.node for box in found.boxes] == ["x", "h", "g", "s", "k", "L"]
    assert [latex(box.symbol) for box in found.boxes][1] == r"\tanh\left( W_{1}x+b_{1} \right)"
    _, _, found = drawn(RECURRENT, LAYERS)
    assert [box.node for box in found.boxes] == ["x1", "h0", "h1", "L"]


@pytest.mark.parametrize("level", ["layers", "statements"])
def test_a_box_of_several_operations_shows_no_value_but_its_own(level):
    trace = traced(MATRICES)
    figures = Figures(draw(trace, options=Options(level=level)), trace)
    for count in range(trace.position("seed")):
        snapshot, found = trace.snapshot(count), figures.at(count)
        known = {name for name in "hgsL" if snapshot.value(name) is not None}
        assert shown(found, "value").keys() & set("hgsL") == known
        assert {box.node for box in found.boxes if box.mood == "done"} & set("hgsL") <= known


STATEMENTS = "s = w x + b; y = σ(s); L = 1/2 (y - t)^2; R = 1/2 w^2; J = L + λ R"


def test_a_statement_is_one_node_with_its_formula():
    trace, drawing, found = drawn(STATEMENTS, Options(level="statements"))
    assert [box.node for box in found.boxes] == ["w", "x", "b", "s", "y", "t", "L", "R", "λ", "J"]
    symbols = {box.node: latex(box.symbol) for box in found.boxes}
    assert symbols["s"] == "wx+b" and symbols["y"] == r"\sigma"
    assert [arrow.target for arrow in found.arrows if arrow.edge.source == "w"] == ["s", "R"]
    for name in "wxbsytLRλJ":
        assert float(shown(found, "value")[name]) == pytest.approx(trace.last.value(name), rel=1e-3)
    figures = Figures(drawing, trace)
    lit = [next((b.node for b in figures.at(i).boxes if b.mood == "active"), "") for i in range(1, 4)]
    assert lit == ["s", "s", "y"]


WRITTEN_OUT = {
    "named inside": (
        "layers",
        "a1 = W1 x + b1; h1 = σ(a1); a2 = W2 h1 + b2; h2 = σ(a2)",
        {"h1": r"\sigma\left( W_{1}x+b_{1} \right)", "h2": r"\sigma\left( W_{2}h_{1}+b_{2} \right)"},
    ),
    "drawn without a name": (
        "layers",
        "s = W2 ReLU(W1 x + b1)",
        {"s": r"W_{2}\left( \cdot \right)"},
    ),
    "inputs of a function": (
        "statements",
        "f(z) = σ(W z + b); y = f(x); L = sum(f(y))",
        {
            "y": r"\sigma\left( Wx+b \right)",
            "L": r"\operatorname{sum}\left( \sigma\left( Wy+b \right) \right)",
        },
    ),
    "a minus behind a plus": (
        "statements",
        "c = a^2; L = c + (1 + c + (-a))",
        {"L": r"c+\left( 1+c+\left( -a \right) \right)"},
    ),
}


@pytest.mark.parametrize(("level", "text", "formulas"), WRITTEN_OUT.values(), ids=WRITTEN_OUT)
def test_a_box_says_what_it_computes_of_what_arrives(level, text, formulas):
    _, _, found = drawn(text, Options(level=level))
    symbols = {box.node: latex(box.symbol) for box in found.boxes}
    assert {name: symbols[name] for name in formulas} == formulas


def test_a_layer_without_a_name_whose_formula_is_too_wide_is_called_by_its_function():
    text = "s = W2 tanh(w11 x11 + w12 x12 + w13 x13 + w14 x14 + w15 x15 + b) + v"
    _, _, found = drawn(text, LAYERS)
    assert r"\text{tanh}" in {latex(box.symbol) for box in found.boxes}


def test_a_formula_too_wide_for_its_box_gives_way_to_the_name():
    text = "f = " + " + ".join(f"a{i} b{i}" for i in range(12)) + "; g = f^2"
    _, _, found = drawn(text, Options(level="statements"))
    assert {box.node: latex(box.symbol) for box in found.boxes}["f"] == "f"


def test_what_is_no_layer_stays_as_it_is():
    for text in ("(x+y)z", "L = softmax(s)", "x^2 + y^2"):
        trace = traced(text)
        assert draw(trace, options=UNITS).sizes.keys() == draw(trace).sizes.keys()


def test_a_shared_matrix_stays_a_node_for_its_other_users():
    _, _, found = drawn("h = relu(W x + b); L = sum(h) + l2(W)")
    assert "W" in {box.node for box in found.boxes}
    assert [arrow.target for arrow in found.arrows if arrow.edge.source == "W"] == ["v4"]


@pytest.mark.parametrize("text", [SCALARS, MATRICES, NEURON, RECURRENT, SHARED, MANY_DIGITS])
@pytest.mark.parametrize(
    "options",
    [
        UNITS,
        BARE,
        LAYERS,
        Options(level="units", down=True),
        Options(level="units", at_nodes=True),
        Options(level="units", at_nodes=True, down=True),
    ],
    ids=["units", "bare", "layers", "down", "at nodes", "down at nodes"],
)
def test_nothing_written_in_a_net_covers_anything(text, options):
    assert faults(traced(text), options) == []


def test_steps_light_whole_layers_and_the_arrows_of_what_arrives():
    trace = traced(MATRICES)
    figures = Figures(draw(trace, options=UNITS), trace)
    first = figures.at(1)  # W₁x is computed
    assert {box.node for box in first.boxes if box.mood == "active"} == {"h[0]", "h[1]", "h[2]"}
    assert {(token.edge.source[0], token.target[0], token.backward) for token in lit_arrows(first)} == {
        ("x", "h", False)
    }
    assert "h[0]" in shown(first, "value") and "g[0]" not in shown(first, "value")
    for count in range(trace.position("seed") + 1, len(trace) + 1):
        step, found = trace.steps[count - 1], figures.at(count)
        if step.arg == "h":
            assert {box.node for box in found.boxes if box.mood == "receiving"} == {"h[0]", "h[1]", "h[2]"}
            assert all(token.backward and token.target[0] == "g" for token in lit_arrows(found))
        if step.arg == "W2":
            lit = [arrow for arrow in found.arrows if arrow.mood == "active"]
            assert {arrow.target for arrow in lit} == {"g[0]", "g[1]", "g[2]"} and not lit_arrows(found)
            assert all(arrow.backward and not arrow.points_back for arrow in lit), "the weight receives it"


def test_beyond_sixty_operations_a_net_is_units_by_itself():
    layers = ["a0 = W0 x"] + [f"a{i} = tanh(W{i} a{i - 1} + c{i})" for i in range(1, 16)]
    trace = traced("; ".join(layers))
    names = draw(trace).sizes.keys()
    assert "a1[0]" in names
    assert "a1" in draw(trace, options=Options(level="operations")).sizes
