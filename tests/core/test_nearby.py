"""Of a graph too large to be read from far away, what is near the step is drawn and the rest gathered."""

from functools import lru_cache
from itertools import pairwise

import pytest
from msgspec.structs import replace

from core.base.slicing import finished
from core.figure import MARGIN, STAGE, Nearby, Options, draw, figure, stops_of, view_of
from core.graph.builder import build
from core.graph.plan import make_plan
from core.graph.programs import read_program
from core.math.latex import latex
from core.passes.guessed_values import with_defaults
from core.passes.stepper import record, run
from core.passes.unfold import LEVELS, unfolded

HALL = replace(STAGE, width=960.0, height=340.0)  # what is left of a screen above a rule
PENALTY = "z = w x + b; y = σ(z); L = 1/2 (y - t)^2; R = 1/2 w^2; J = L + λ R"
ONE_STATEMENT = "J = 1/2 (σ(w x + b) - t)^2 + 1/2 λ w^2 + μ exp(-(w - c)^2) + ln(1 + w^2) tanh(b x)"
PROGRAMS = {
    "small": "q = x + y; f = q z",
    "statements": PENALTY,
    "one statement": ONE_STATEMENT,
    "chain": "; ".join(["a1 = sin(x)", *(f"a{i + 1} = sin(a{i})" for i in range(1, 20))]),
    "long sum": "y = " + " + ".join(f"a{i} x{i}" for i in range(1, 13)),
    "shared": "a = 1 - exp(-s d); c = 1 - exp(-r d); T = 1 - a; C = a u + T c v; L = 1/2 (C - t)^2",
    "arrays": "h = σ(W1 x + b1); y = softmax(W2 h + b2); L = -log(y[k])",
    "thresholds": "a = step(W1 x + b1); h = step(W2 a + b2); u = step(W3 h + b3); y = step(sum(u) - 0.5)",
    "an input": "x",
}


def traced(text, level=""):
    program = read_program(text, {})
    values = with_defaults(program, {})
    graph = build(program, values)
    return record(make_plan(unfolded(graph, LEVELS[level]) if level else graph), values, None)


def nearby(trace, target=HALL, **chosen):
    options = Options(**chosen)
    stops = stops_of(trace, view_of(trace.graph, options), "node", options)
    return Nearby(trace, options, target, stops), stops


def every(trace, **chosen):
    found, stops = nearby(trace, **chosen)
    return {stop: finished(found.at(stop)) for stop in stops}


@lru_cache(100)
def every_of(name, level=""):
    """The trace of a program, and every step's options, which several tests look at."""
    trace = traced(PROGRAMS[name], level)
    return trace, every(trace)


def points(drawing):
    width, height = (side + 2 * MARGIN for side in drawing.extent)
    return drawing.options.sizes.label * HALL.scale(width, height)


@pytest.mark.parametrize("level", ["", "all"])
@pytest.mark.parametrize("name", PROGRAMS)
def test_all_that_is_seen_can_be_read_at_every_step(name, level):
    trace, chosen = every_of(name, level)
    for stop, options in chosen.items():
        assert points(draw(trace, options=options)) >= HALL.least - 0.05, stop


@pytest.mark.parametrize("name", PROGRAMS)
def test_what_a_step_touches_is_drawn_by_itself(name):
    trace, chosen = every_of(name)
    whole = view_of(trace.graph, Options())  # in which a long sum is one node as well
    for stop, options in list(chosen.items())[1:]:
        view, step = view_of(trace.graph, options), trace.steps[stop - 1]
        name = getattr(step, "arg", step.node)
        assert view.home(name) == whole.home(name), stop


@pytest.mark.parametrize("level", ["", "all"])
@pytest.mark.parametrize("name", PROGRAMS)
def test_an_arrow_brings_the_value_of_where_it_comes_from(name, level):
    trace, chosen = every_of(name, level)
    for options in chosen.values():
        view = view_of(trace.graph, options)
        assert {member for shown in view.nodes.values() for member in shown.members} >= {
            node.name for node in trace.graph.nodes.values() if not node.is_constant
        }
        places = list(view.nodes)
        for arc in view.arcs:
            assert all(edge.source == view.shown_by(arc.source) for edge in arc.edges)
            assert all(edge.target in view.nodes[arc.target].members for edge in arc.edges)
            assert places.index(arc.source) < places.index(arc.target)


def test_a_step_has_one_drawing_whichever_way_one_comes_to_it():
    trace, onward = every_of("one statement")
    found, stops = nearby(trace)
    assert {stop: finished(found.at(stop)) for stop in reversed(stops)} == onward


@pytest.mark.parametrize("name", ["statements", "one statement", "chain", "long sum"])
def test_from_most_steps_to_the_next_nothing_moves(name):
    chosen = list(every_of(name)[1].values())
    assert sum(one != other for one, other in pairwise(chosen)) <= 0.33 * len(chosen)


def test_what_can_be_read_whole_is_drawn_whole_and_without_room_to_spare():
    trace, chosen = every_of("small")
    (options,) = {id(one): one for one in chosen.values()}.values()
    assert not options.near and options.until == len(trace)
    assert (
        draw(trace, options=options).extent[0] < draw(trace, options=replace(options, until=None)).extent[0]
    )


def test_what_comes_later_has_no_room_yet():
    trace = traced(PROGRAMS["arrays"])
    forward = draw(trace, options=Options(until=trace.position("seed") - 1))
    assert forward.extent[1] < 0.7 * draw(trace, options=Options(until=len(trace))).extent[1]
    assert all(label.role != "gradient" for label in figure(forward, trace.snapshot(3)).labels)


# -- what is gathered


def drawn(trace, near, **chosen):
    view = view_of(trace.graph, Options(near=frozenset(near), **chosen))
    arrows = {(arc.source, arc.target) for arc in view.arcs}
    return list(view.nodes), arrows, view


def symbol_at(trace, name, near, **chosen):
    return latex(draw(trace, options=Options(near=frozenset(near), **chosen)).symbols[name])


def test_what_is_near_stands_between_a_box_before_and_a_box_behind():
    trace = traced(PENALTY)
    names, arrows, view = drawn(trace, {"y"})
    assert names == ["z", "y", "J"]
    assert arrows == {("z", "y"), ("y", "J")}
    assert {"w", "x", "b"} <= set(view.nodes["z"].members + view.nodes["J"].members)
    assert {"λ", "R", "t", "L"} <= set(view.nodes["J"].members)


def test_a_box_says_in_mathematics_what_it_holds():
    trace = traced(PENALTY)
    assert symbol_at(trace, "z", {"y"}) == "wx+b"
    assert symbol_at(trace, "J", {"y"}) == r"L+\lambda R"  # all of it would be too wide
    assert symbol_at(traced("f = exp(sin(a b c) + cos(d e g))"), "f", {"a"}).startswith("e^{")
    long = traced("s = a1 x1 + a2 x2 + a3 x3 + a4 x4 + a5 x5; y = s^2")
    assert symbol_at(long, "s", {"y"}) == "s"  # dots and signs say nothing


def test_what_is_alone_holds_what_it_is_computed_from():
    trace = traced("z = W x + b; y = σ(z)")
    assert drawn(trace, {"z", "y"})[0] == ["v1", "b", "z", "y"]
    assert drawn(trace, {"z", "y"}, alone=True)[0] == ["z", "y"]
    assert symbol_at(trace, "z", {"z", "y"}, alone=True) == "Wx+b"


def test_what_depends_on_the_step_and_is_used_twice_stays_by_itself():
    """Else an arrow from what is near would lead into two boxes, and bring back one gradient twice."""
    trace = traced("u = x^2; v = sin(u); p = exp(v); q = cos(v); f = p q")
    assert drawn(trace, {"x"})[0] == ["x", "f"]
    trace = traced("u = x^2; p = sin(u); n = exp(p); f = cos(u) n")
    names, arrows, _ = drawn(trace, {"x", "n"})
    assert names == ["x", "u", "p", "n", "f"] and {("u", "p"), ("u", "f")} <= arrows
    assert drawn(trace, {"n"})[0] == ["p", "n", "f"]


def test_arrows_into_one_box_are_one_and_show_no_part_of_a_sum():
    trace = run("a = w x; p = exp(a); f = p + sin(a) + a^2", {"w": 1.0, "x": 2.0})
    _, _, view = drawn(trace, {"a", "p"})
    assert [len(arc.edges) for arc in view.arcs if arc.source == "a"] == [1, 2]
    labels = figure(draw(trace, options=Options(near=frozenset({"a", "p"}))), trace.last).labels
    assert [label.edge.target for label in labels if label.role == "contribution"] == ["p"]


def test_what_is_unfolded_far_away_is_gathered_and_near_the_step_in_its_frame():
    trace = traced("y = softmax(W x + b); L = -log(y[k])", "all")
    frames = {}
    for near in ("b", "y.1"):
        drawing = draw(trace, options=Options(near=frozenset({near})))
        frames[near] = {frame.key for frame in drawing.frames}
        assert near in drawing.sizes
        assert all(frame.node in drawing.sizes for frame in drawing.frames)
    assert frames == {"b": set(), "y.1": {"y"}}


def test_groups_of_the_user_and_layers_are_gathered_too():
    trace = traced(PENALTY)
    kept, far = {"loss": ("v2", "v3", "L", "t")}, {"R"}
    names, _, view = drawn(trace, {"L"}, groups=kept)
    assert view.nodes["L"].title == "loss" and "v2" not in names
    assert all(not shown.title for shown in drawn(trace, far, groups=kept)[2].nodes.values())
    net = traced("h = tanh(W1 x + b1); y = σ(W2 h + b2); L = 1/2 (y - t)^2")
    assert drawn(net, {"y"}, level="layers")[0] == ["h", "y", "L"]
    assert drawn(net, {"y"}, level="units")[0] == drawn(net, {"y"})[0]
