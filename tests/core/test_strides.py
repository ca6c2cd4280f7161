"""Strides: where one stops who goes by messages, nodes, layers or passes, and what is lit there."""

import random
from itertools import pairwise

import pytest

from core.base.arrays import same
from core.figure import STRIDES, Figures, Options, draw, figure, since, stops_of, tokens_of, underway, view_of
from core.graph.builder import build
from core.graph.plan import make_plan
from core.graph.programs import read_program
from core.passes.guessed_values import with_defaults
from core.passes.stepper import record, run
from core.passes.steps import Computed, Flowed, Seeded

SLIDE = run("q = x + y; f = q z", {"x": -2.0, "y": 5.0, "z": -4.0})
REGULARISED = "z = w x + b; y = σ(z); L = 1/2 (y - t)^2; R = 1/2 w^2; Lreg = L + λ R"
NET = "h = tanh(W1 x + b1); s = W2 h + b2; L = cross_entropy(s, k)"
PROGRAMS = [
    "(x+y)z",
    REGULARISED,
    NET,
    "s = b + w1 x1 + w2 x2 + w3 x3; h = σ(s)",
    "b = a + a; c = b + b",
    "x^T W x",
    "h = tanh(w1 x + w2 y); g = σ(w3 h + w4 x); L = (g - t)^2 + 0.1 w1^2 + W x",
]


def trace_of(text):
    program = read_program(text, ())
    values = with_defaults(program, {})
    return record(make_plan(build(program, values)), values)


def stops(trace, stride, **options):
    chosen = Options(**options)
    return stops_of(trace, view_of(trace.graph, chosen), stride, chosen)


def where(trace, stride, **options):
    """The node that each stride ends with: that got its value, the seed or a gradient."""
    found = (trace.steps[count - 1] for count in stops(trace, stride, **options)[1:])
    return [step.arg if isinstance(step, Flowed) else step.node for step in found]


def test_nodes_come_as_on_the_slide():
    assert where(SLIDE, "node") == ["q", "f", "f", "z", "q", "y", "x"]


def test_what_meets_at_a_node_is_one_stride():
    trace = trace_of(REGULARISED)
    assert where(trace, "node")[-1] == "w"
    first, last = stops(trace, "node")[-2:]
    assert [step.arg for step in trace.steps[first:last]] == ["w", "w"]


@pytest.mark.parametrize("text", PROGRAMS)
def test_after_a_node_its_gradient_is_complete_and_no_other_is_half_there(text):
    trace = trace_of(text)
    view = view_of(trace.graph, Options())
    final = trace.last
    for count in stops_of(trace, view, "node", Options()):
        snapshot = trace.snapshot(count)
        for shown in view.nodes.values():
            gradient = snapshot.gradient(shown.node.name)
            assert gradient is None or same(gradient, final.gradient(shown.node.name))


@pytest.mark.parametrize("text", PROGRAMS)
def test_every_stride_but_a_layer_or_a_pass_shows_one_new_number(text):
    trace = trace_of(text)
    view = view_of(trace.graph, Options())
    for before, after in pairwise(stops_of(trace, view, "node", Options())):
        new = [
            (shown.name, gradient)
            for shown in view.nodes.values()
            for gradient in (False, True)
            if _known(trace, shown.node.name, after, gradient)
            != _known(trace, shown.node.name, before, gradient)
        ]
        grown = [step for step in trace.steps[before:after] if isinstance(step, Computed)]
        assert len(new) == 1 or (grown and not new)  # a part of a sum that grows


def _known(trace, node, count, gradient):
    snapshot = trace.snapshot(count)
    return (snapshot.gradient(node) if gradient else snapshot.value(node)) is not None


def test_what_happens_inside_of_a_drawn_sum_goes_with_the_next_node():
    trace = trace_of("s = b + w1 x1 + w2 x2; h = σ(s)")
    received = where(trace, "node")[where(trace, "node").index("s", 4) + 1 :]
    hidden = {
        member for shown in view_of(trace.graph, Options()).nodes.values() for member in shown.members[:-1]
    }
    assert hidden and not hidden & set(received)
    assert hidden & set(where(trace, "node", sums=False))


def test_a_layer_is_one_stride_each_way():
    trace = trace_of(NET)
    kinds = [type(trace.steps[count - 1]) for count in stops(trace, "layer")[1:]]
    assert kinds == [Computed] * 3 + [Seeded] + [Flowed] * 3


def test_outside_of_layers_a_statement_is_one_stride():
    assert where(trace_of("z = w x + b; y = z^2 + 1; f = 3 sin(y)"), "layer")[:3] == ["z", "y", "f"]


def test_what_the_user_put_together_is_one_stride():
    trace = trace_of("z = sin(x); q = cos(z); f = 3 q")
    assert len(stops(trace, "layer", groups={"both": ("z", "q")})) == len(stops(trace, "layer")) - 2


def test_a_phase_is_a_whole_pass():
    assert stops(SLIDE, "phase") == (0, 2, 3, 7)
    assert stops(SLIDE, "message") == tuple(range(8))


@pytest.mark.parametrize("text", PROGRAMS)
@pytest.mark.parametrize("stride", STRIDES)
def test_longer_strides_stop_where_shorter_ones_do(text, stride):
    trace = trace_of(text)
    found = stops(trace, stride)
    assert found[0] == 0 and found[-1] == len(trace) and sorted(set(found)) == list(found)
    if stride == "phase":
        assert set(found) <= set(stops(trace, "layer")) & set(stops(trace, "node"))


def test_a_stride_begins_at_the_stop_before():
    assert [since((0, 2, 3, 7), count) for count in range(8)] == [0, 0, 0, 2, 3, 3, 3, 3]
    assert [since((), count) for count in range(3)] == [0, 0, 1]


@pytest.mark.parametrize("stride", STRIDES)
@pytest.mark.parametrize("text", PROGRAMS)
def test_figures_of_strides_are_the_same_whichever_were_made_before(text, stride):
    trace = trace_of(text)
    drawing, dice = draw(trace), random.Random(5)
    found = stops(trace, stride)
    kept = Figures(drawing, trace, stops=found)
    for count in (0, *dice.choices(found, k=12), *dice.choices(range(len(trace) + 1), k=6)):
        assert repr(kept.at(count)) == repr(Figures(drawing, trace, stops=found).at(count))


def test_without_stops_the_last_step_is_lit():
    drawing = draw(SLIDE)
    for count in range(len(SLIDE) + 1):
        one = Figures(drawing, SLIDE, stops=stops(SLIDE, "message")).at(count)
        assert repr(one) == repr(figure(drawing, SLIDE.snapshot(count)))


def test_all_messages_of_a_stride_are_lit_and_travel():
    trace = trace_of(REGULARISED)
    figures = Figures(draw(trace), trace, stops=stops(trace, "node"))
    lit = [arrow for arrow in figures.at(len(trace)).arrows if arrow.mood == "active"]
    assert len(lit) == 2 and all(arrow.edge.source == "w" and arrow.points_back for arrow in lit)
    tokens = tokens_of(figures, len(trace))
    assert {token.arrow.edge for token in tokens} == {arrow.edge for arrow in lit}
    assert all(token.label and token.label.role == "contribution" for token in tokens)
    total = [label for part in underway(figures, len(trace)).values() for label in part.labels]
    assert not [label for label in total if label.node == "w" and label.role in ("gradient", "sum")]


@pytest.mark.parametrize("text", PROGRAMS)
@pytest.mark.parametrize("stride", STRIDES)
def test_nothing_leaves_before_it_has_come(text, stride):
    trace = trace_of(text)
    figures = Figures(draw(trace), trace, stops=(found := stops(trace, stride)))
    for before, after in pairwise(found):
        for token in tokens_of(figures, after):
            arrow = token.arrow
            sender = arrow.target if arrow.backward else arrow.edge.source
            assert not sender or figures.is_known(sender, before, gradient=arrow.backward)
