"""Both passes as a listing: lines, what is kept, what is shared, and the same as code that runs."""

import numpy as np
import pytest

from core.base.arrays import same
from core.export.numpy.listing import NumPyListing
from core.export.torch.listing import TorchListing
from core.math.latex import latex
from core.math.plain import plain
from core.ops import OPS
from core.passes.listing import Typeset, listing_of, shared_steps
from core.passes.steps import Computed, Flowed
from tests.exported import NEEDS_TORCH, TRACES, titled, trace_of

REGULARISED = (
    "z = w x + b; y = σ(z); L = 1/2 (y - t)^2; R = 1/2 w^2; J = L + λ R",
    {"w": 1.0, "x": 2.0, "b": -1.0, "t": 1.0, "λ": 0.1},
)
TWO_LAYERS = ("f = w1 x; g = max(0, f); ŷ = w2 g; L = 1/2 (ŷ - y)^2", {"w1": 1, "x": 5, "w2": 2, "y": 2})


def listed(program, values):
    trace = trace_of(program, {name: np.float64(value) for name, value in values.items()})
    return trace, listing_of(trace)


def line_of(listing, number):
    """The line that a step belongs to."""
    return next(line for line in listing.lines if number in line.steps)


def texts(listing, notation="partial"):
    typeset = Typeset(listing.trace, notation)
    return [plain(typeset.line(line)) for line in listing.lines]


# -- lines


def test_every_step_has_a_line_of_its_own_and_given_values_come_first():
    trace, listing = listed(*REGULARISED)
    assert [line.node for line in listing.lines if line.part == "given"] == list(trace.graph.inputs)
    assert [line.steps for line in listing.lines if line.part != "given"] == [
        (n,) for n in range(1, len(trace) + 1)
    ]
    for number, step in enumerate(trace.steps, start=1):
        line = line_of(listing, number)
        made = step.arg if isinstance(step, Flowed) else step.node
        assert line.node == made and (line.part == "forward") == isinstance(step, Computed)


def test_no_input_that_gets_a_gradient_is_without_a_line_back():
    trace, listing = listed(*REGULARISED)
    made = {line.node for line in listing.lines if line.part == "backward"}
    assert made >= set(trace.graph.inputs)


def test_the_first_part_of_a_gradient_is_assigned_and_every_later_one_added():
    _, listing = listed(*REGULARISED)
    signs = [("+=" in text, line.adds) for line, text in zip(listing.lines, texts(listing), strict=True)]
    assert all(shown == adds for shown, adds in signs)
    assert [line.node for line in listing.lines if line.adds] == ["w"]


@pytest.mark.parametrize(
    ("notation", "seed", "error", "twice"),
    [
        ("partial", r"\frac{\partial J}{\partial J}=1", r"\frac{\partial J}{\partial z}=", "+="),
        ("delta", r"\delta_{J}=\frac{\partial J}{\partial J}=1", r"\delta_{z}=\delta_{y}", r"\delta_{w}+="),
        ("bar", r"\bar{J}=\frac{\partial J}{\partial J}=1", r"\bar{z}=\bar{y}", r"\bar{w}+=\bar{v}"),
        ("lagrange", r"J'\left( J \right)=1", r"J'\left( z \right)=J'\left( y \right)", "+="),
    ],
)
def test_each_notation_writes_the_backward_pass(notation, seed, error, twice):
    trace, listing = listed(*REGULARISED)
    typeset = Typeset(trace, notation)
    lines = {line.number: latex(typeset.line(line)) for line in listing.lines}
    backward = [lines[line.number] for line in listing.lines if line.part == "backward"]
    assert backward[0] == seed
    assert any(text.startswith(error) for text in backward)
    assert any(twice in text for text in backward)


def test_a_gradient_is_a_quotient_where_the_program_has_a_name_printed_as_it_would_be():
    trace = trace_of("s = w x; δ_s = s - t; L = δ_s^2 + s", {"w": 1.0, "x": 2.0, "t": 1.0})
    lines = texts(listing_of(trace), "delta")
    assert any(line.startswith("∂L/∂s =") for line in lines)
    assert any(line.startswith("δ_w =") for line in lines)


# -- kept values


def test_what_forward_keeps_is_what_the_rules_back_read():
    _, listing = listed(*TWO_LAYERS)
    kept = {node: {line_of(listing, n).node for n in at} for node, at in listing.kept.items()}
    inner = next(line.node for line in listing.lines if line.part == "forward" and line.group == "L")
    assert kept == {"x": {"w1"}, "w1": {"x"}, "f": {"f"}, "g": {"w2"}, "w2": {"g"}, inner: {inner}}


def test_of_a_sigmoid_its_value_is_kept_as_its_slope_is_written_and_what_is_computed_reads_more():
    trace, listing = listed("y = σ(z)", {"z": 0.5})
    assert listing.kept.keys() == {"y"}
    assert listing_of(trace, as_computed=True).kept.keys() == {"y", "z"}


@pytest.mark.parametrize("op", [op for op in OPS.values() if not op.variadic], ids=lambda op: op.name)
def test_what_a_rule_does_not_read_may_be_any_number(op):
    """The rule back gives the same with other numbers in what it says that it does not read."""
    rng = np.random.default_rng(5)
    inputs = dict(zip(op.inputs, op.all_test_shapes[0], strict=True))
    values = {
        port: op.settings.get(port, op.defaults.get(port, rng.uniform(0.2, 0.8, shape)))
        for port, shape in inputs.items()
    }
    if op.points:
        values[op.points[0]] = np.zeros(inputs[op.points[0]])
    values = {
        port: float(value) if not np.shape(value) else np.asarray(value) for port, value in values.items()
    }
    out = op.value.value(values)
    known = {**values, "out": out, "g": np.ones_like(out)[()] if np.ndim(out) else 1.0}
    for rule in op.back.values():
        unread = [port for port in inputs if port not in rule.reads and port not in op.settings]
        other = {port: known[port] + 0.1 for port in unread}
        assert same(rule.value(known), rule.value({**known, **other}))


# -- groups


def test_the_lines_of_a_statement_fold_into_one_and_steps_find_it():
    trace, listing = listed(*REGULARISED)
    folded = listing.folded({"z", "L"})
    shown = dict(zip([line.number for line in folded.lines], texts(folded, "delta"), strict=True))
    assert shown["1–2"] == "z = w x + b"
    last = line_of(folded, len(trace))
    assert set(last.makes) == {"w", "x", "b"} and last.source == "z"
    assert {n for line in folded.lines for n in line.steps} == set(range(1, len(trace) + 1))


def test_a_group_of_the_drawing_folds_and_a_single_operation_does_not():
    trace, _ = listed(*REGULARISED)
    listing = listing_of(trace, {"loss": ("y", *(n for n in trace.graph.nodes if n.startswith("v")))})
    assert any(line.group == "loss" for line in listing.lines)
    assert not [line for line in listed(*REGULARISED)[1].lines if line.group == "y"]


def test_lines_back_to_data_can_be_left_out():
    _, listing = listed(*REGULARISED)
    rest = listing.without({"x", "t"})
    left_out = [line for line in listing.lines if line not in rest.lines]
    assert {line.node for line in left_out} == {"x", "t"} and len(left_out) == 2
    assert all(line.part == "backward" for line in left_out)


# -- what two derivatives share


def test_the_shared_prefix_of_two_weights_is_what_both_products_begin_with():
    trace, listing = listed(*TWO_LAYERS)
    shared = shared_steps(trace, "w1", "w2")
    nodes = [line_of(listing, n).node for n in sorted(shared)]
    assert nodes[0] == "L" and nodes[-1] == "ŷ" and not {"w1", "w2", "f", "g"} & set(nodes)


def test_what_depends_on_the_other_shares_the_whole_of_its_way():
    trace, listing = listed(*TWO_LAYERS)
    nodes = {line_of(listing, n).node for n in shared_steps(trace, "w1", "ŷ")}
    assert "ŷ" in nodes and "g" not in nodes


# -- code


def space_of(script):
    space = {"print": lambda *words: None}
    with np.errstate(all="ignore"):
        exec(compile(script, "listing", "exec"), space)
    return space


@pytest.mark.parametrize(("program", "values"), TRACES, ids=titled)
def test_the_numpy_listing_runs_and_gives_the_numbers_of_the_trace(program, values):
    trace = trace_of(program, values)
    written = NumPyListing(listing_of(trace))
    space, names = space_of(written.script()), written.statements
    for node, identifier in names.names.items():
        np.testing.assert_allclose(space[identifier], trace.last.value(node), rtol=1e-9, atol=1e-12)
    for node, identifier in names.gradients.items():
        gradient = trace.last.gradient(node)
        if gradient is not None:
            assert np.shape(space[identifier]) == np.shape(gradient)
            np.testing.assert_allclose(space[identifier], gradient, rtol=1e-9, atol=1e-12)


def test_each_line_in_numpy_is_a_statement_for_its_node():
    _, listing = listed(*REGULARISED)
    written = NumPyListing(listing)
    lines = {line.number: written.line(line) for line in listing.lines}
    assert (
        lines["1"] == "v1 = w * x"
        and "dw += dv1 * x" in lines.values()
        and "dJ = np.float64(1)" in lines.values()
    )


def test_what_is_added_to_a_gradient_does_not_change_another():
    trace = trace_of("p = x ⊙ x; q = x + y; sum(p) + sum(q ⊙ q)", {"x": np.ones(2), "y": np.ones(2)})
    space = space_of(NumPyListing(listing_of(trace)).script())
    np.testing.assert_allclose(space["dy"], trace.last.gradient("y"))
    np.testing.assert_allclose(space["dx"], trace.last.gradient("x"))


@NEEDS_TORCH
@pytest.mark.parametrize(("program", "values"), TRACES, ids=titled)
def test_the_pytorch_listing_runs_and_gives_the_numbers_of_the_trace(program, values):
    import torch

    trace, usual = trace_of(program, values), torch.get_default_dtype()
    written = TorchListing(listing_of(trace))
    try:
        space = space_of(written.script())
    finally:
        torch.set_default_dtype(usual)
    for node, identifier in written.inputs.items():
        gradient, found = trace.last.gradient(node), space[identifier].grad
        if gradient is not None:
            found = torch.zeros_like(space[identifier]) if found is None else found
            np.testing.assert_allclose(found, gradient, rtol=1e-6, atol=1e-8)


@NEEDS_TORCH
def test_in_pytorch_one_line_stands_for_the_backward_pass():
    trace, listing = listed(*REGULARISED)
    written = TorchListing(listing)
    lines = [written.line(line) for line in written.listing.lines]
    assert "J.backward()" in lines and lines[-5:] == ["w.grad", "x.grad", "b.grad", "t.grad", "lambda_.grad"]
    assert written.line(line_of(written.listing, len(trace))) == "J.backward()"
