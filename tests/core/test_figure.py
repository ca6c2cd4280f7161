"""What is to be seen at a step, as data."""

import math
import random
import re
from itertools import pairwise

import pytest
from msgspec.structs import replace

from core.base.arrays import frozen
from core.figure import Arrow, Figures, Label, Options, draw, extent, figure, ruled, stops_of, view_of
from core.graph.builder import build, graph_of
from core.graph.graph import Edge
from core.graph.plan import make_plan
from core.graph.programs import read_program
from core.math.latex import latex
from core.ops import OPS
from core.passes.explain import explain
from core.passes.guessed_values import with_defaults
from core.passes.stepper import as_chosen, record, run
from core.passes.unfold import LEVELS, frame_of, parent, unfolded
from tests.core.test_labels import lit_arrows

TRACE = run("(x+y)z", {"x": -2.0, "y": 5.0, "z": -4.0})
DRAWING = draw(TRACE)


def at(step, trace=TRACE, drawing=DRAWING):
    return figure(drawing, trace.snapshot(trace.position(step)))


def labels(found, role):
    return {label.node: latex(label.math) for label in found.labels if label.role == role}


def test_before_the_first_step_only_inputs_have_values():
    found = at("start")
    assert labels(found, "value") == {"x": "-2", "y": "5", "z": "-4"}
    assert labels(found, "gradient") == {}
    assert {box.node: box.mood for box in found.boxes if box.kind == "operation"} == {
        "v1": "idle",
        "f": "idle",
    }


def test_at_the_end_everything_is_known():
    found = at("end")
    assert labels(found, "value") == {"x": "-2", "y": "5", "z": "-4", "v1": "3", "f": "-12"}
    assert labels(found, "gradient") == {"x": "-4", "y": "-4", "z": "3", "v1": "-4", "f": "1"}


def test_values_stand_above_their_edge_and_gradients_below():
    found = at("end")
    for arrow in found.arrows:
        name = arrow.edge.source
        above = next(label for label in found.labels if label.node == name and label.role == "value")
        below = next(label for label in found.labels if label.node == name and label.role == "gradient")
        assert above.at[1] < below.at[1]
        assert not above.below and below.below


def test_a_backward_step_lights_one_edge_and_both_its_ends():
    found = at("backward:3")
    (token,) = lit_arrows(found)
    assert (token.edge.source, token.edge.target, token.backward) == ("y", "v1", True)
    moods = {box.node: box.mood for box in found.boxes}
    assert moods["v1"] == "active" and moods["y"] == "receiving" and moods["z"] == "done"


def test_a_forward_step_lights_all_edges_that_bring_a_value():
    assert {arrow.edge.source for arrow in lit_arrows(at("forward:1"))} == {"x", "y"}


NET = """h = tanh(w1 x + w2 y); g = σ(w3 h + w4 x)
L = (g - t)^2 + 0.1 w1^2 + W x"""


def trace_of(text, output=""):
    program = read_program(text, ())
    values = with_defaults(program, {})
    graph, _, _ = as_chosen(build(program, values), output, None)
    return record(make_plan(graph), values)


@pytest.mark.parametrize("output", ["", "h"])
def test_a_figure_is_the_same_whichever_figures_were_made_before(output):
    trace = trace_of(NET, output)
    drawing = draw(trace)
    figures, dice = Figures(drawing, trace), random.Random(3)
    for count in (0, *dice.sample(range(len(trace) + 1), len(trace) + 1), 0):
        assert repr(figures.at(count)) == repr(figure(drawing, trace.snapshot(count)))


def standing_at(view, part):
    """The drawn node that a box, arrow or label is a part of: that of an edge is where the edge arrives."""
    if isinstance(part, Arrow):
        return part.target or part.edge.source
    return view.home(part.edge.target) if isinstance(part, Label) and part.edge else part.node


def test_a_step_keeps_every_part_of_the_nodes_it_does_not_touch():
    trace = trace_of(NET)
    drawing = draw(trace)
    figures, view = Figures(drawing, trace), drawing.view
    before = figures.at(0)
    for count in range(1, len(trace) + 1):
        now = figures.at(count)
        touched = view.touched(trace.touched(count - 1, count))
        kept = {id(part) for part in (*before.boxes, *before.arrows, *before.labels)}
        made = [part for part in (*now.boxes, *now.arrows, *now.labels) if id(part) not in kept]
        ends = {standing_at(view, part) for part in made}
        assert touched >= ends and len(touched) <= 4
        before = now


def test_a_gradient_that_arrives_at_a_fan_out_is_added_visibly():
    trace = run("a + a", {"a": 3.0})
    drawing = draw(trace)
    first = figure(drawing, trace.snapshot(trace.position("backward:1")))
    second = figure(drawing, trace.snapshot(trace.position("backward:2")))
    assert labels(first, "gradient")["a"] == "1"
    assert labels(second, "gradient")["a"] == "2"
    assert labels(second, "sum") == {"a": "1+1=2"} and labels(first, "sum") == {}
    gradient, terms = (next(x for x in second.labels if x.role == role) for role in ("gradient", "sum"))
    assert terms.at[0] == pytest.approx(gradient.at[0])
    assert 0 < terms.at[1] - (gradient.at[1] + gradient.extent[1]) < 8
    assert [latex(label.math) for label in second.labels if label.role == "contribution"] == ["1", "1"]


@pytest.mark.parametrize(
    ("text", "symbols"),
    [
        ("x + 1", ["+1"]),
        ("1/x", ["1/x"]),
        ("x^2", ["x^{2}"]),
        ("3x - 2", [r"\times3", "-2"]),
        ("max(0, x)", [r"\max\left( 0,x \right)"]),
        ("-x", ["-x"]),
    ],
)
def test_a_constant_is_written_in_the_circle(text, symbols):
    trace = run(text, {"x": 2.0})
    boxes = [box for box in figure(draw(trace), trace.last).boxes if box.kind == "operation"]
    assert [latex(box.symbol) for box in boxes] == symbols


MATRIX_AND_VECTOR = {"W": frozen([[1, 2], [3, 4]]), "x": frozen([1, 2])}
SCORES = {"s": frozen([1, 2, 3])}
OPERANDS = [
    ("h = W_1 u; y = W_2 h; squared_error(y, t)", {}, ["W_{1}u", "W_{2}h", r"\sum\left( y-t \right)^{2}"]),
    ("d = y - t; L = d^2", {}, ["-", "d^{2}"]),
    ("(y - t)^2", {}, ["-", r"\left( \cdot \right)^{2}"]),
    ("1/exp(-(a + b))", {}, ["+", r"-\left( \cdot \right)", r"\text{exp}", r"1/\left( \cdot \right)"]),
    ("(a + b)^(a b)", {}, ["+", r"\times", r"\left( \cdot \right)^{\left( \cdot \right)}"]),
    ("a^(a b)", {}, [r"\times", r"a^{\left( \cdot \right)}"]),
    ("a^b", {}, ["a^{b}"]),
    ("x1w1 = x1 w1; L = x1w1^2", {}, [r"\times", r"\left( x_{1}w_{1} \right)^{2}"]),
    ("p = a b; 1 - p", {}, [r"\times", "1-p"]),
    ("1 - a b", {}, [r"\times", r"1-\left( \cdot \right)"]),
    ("|a b|", {}, [r"\times", r"\left| \cdot \right|"]),
    ("max(0, a b)", {}, [r"\times", r"\max\left( 0,\cdot \right)"]),
    ("(2W)^T x", MATRIX_AND_VECTOR, [r"\times2", r"\left( \cdot \right)^{\top}", r"\left( \cdot \right)x"]),
    ("(2W)[1, 0]", MATRIX_AND_VECTOR, [r"\times2", r"\left( \cdot \right)[1]", r"\left( \cdot \right)[1,0]"]),
    ("cross_entropy(s, 2)", SCORES, [r"\operatorname{CE}\left( s,2 \right)"]),
    ("cross_entropy(2s, 0)", SCORES, [r"\times2", r"\operatorname{CE}\left( \cdot,0 \right)"]),
    ("nll(s, 1)", SCORES, [r"\operatorname{NLL}\left( s,1 \right)"]),
    ("multiclass_hinge(s, 1)", SCORES, [r"\text{hinge}\left( s,1 \right)"]),
    ("squared_error(estimate, measured)", {}, [r"\sum\left( \cdot-\cdot \right)^{2}"]),
    ("[[1, 2], [3, 4]] x", MATRIX_AND_VECTOR, [r"\left( \cdot \right)\left( \cdot \right)"]),
]


@pytest.mark.parametrize(("text", "given", "symbols"), OPERANDS, ids=[row[0] for row in OPERANDS])
def test_operands_in_circles_have_the_programs_names_or_none(text, given, symbols):
    """Where there is no name, or no room for it, there is a dot; a class index is no node of its own."""
    trace = run(text, with_defaults(read_program(text, given), given))
    boxes = figure(draw(trace), trace.last).boxes
    assert [latex(box.symbol) for box in boxes if box.kind == "operation"] == symbols


def test_no_circle_has_a_letter_of_its_own_but_those_of_functions():
    """x² would be wrong where the operand is z, and worse where the program has another x."""
    for op in OPS.values():
        for text in (*op.look.with_constant.values(), op.look.of_arrays, op.look.circle or op.symbol):
            own = re.sub(r"\{\w+\}", "", text)
            letters = re.findall(r"(?<![^\W\d_])[^\W\d_](?![^\W\d_])", own)
            assert set(letters) <= set("σγ²"), op.name


@pytest.mark.parametrize("relation", ["<", ">", "≥", "≤", "="])
def test_what_is_compared_with_a_number_has_it_in_its_circle(relation):
    shown = []
    for text in (f"[x {relation} 2]", f"[2 {relation} x]"):
        trace = run(text, {"x": 3.0})
        found = figure(draw(trace), trace.last).boxes
        assert [box.node for box in found] == ["x", "f"]
        shown.append(latex(found[1].symbol))
    assert shown[0].startswith("x") and shown[0].endswith("2")
    assert shown[1].startswith("2") and shown[1].endswith("x")


LISTS = [
    "x + [1, 2]",
    "w·[1, 0, -1]",
    "relu([1, -2])",
    "[1, 2]",
    "hinge(y, 1, [1, 2])",
    "leaky_relu(x, [1, 1])",
]


@pytest.mark.parametrize("text", LISTS)
def test_a_list_of_numbers_is_drawn_and_explained_as_a_value_of_its_own(text):
    """Also where one number would be the usual one, and not be drawn."""
    trace = run(text, {"x": frozen([1, 2]), "w": frozen([1, 2, 3]), "y": 0.5})
    boxes = figure(draw(trace), trace.last).boxes
    lists = {node.name for node in trace.graph.nodes.values() if node.value is not None and node.shape}
    assert lists and lists <= {box.node for box in boxes}
    sentences = [explain(trace, count).sentence for count in range(1, len(trace) + 1)]
    assert all(sentences)


def test_a_list_of_the_usual_value_is_written_in_the_formula():
    trace = run("hinge(y, 1, [1, 1])", {"y": 0.5})
    assert latex(explain(trace, 1).rule).endswith(r"\left( y,1,\left[ 1,1 \right] \right)")
    trace = run("hinge(y, 1, 1)", {"y": 0.5})
    assert latex(explain(trace, 1).rule).endswith(r"\left( y,1 \right)")


def test_large_arrays_are_heat_maps_and_small_vectors_columns_of_numbers():
    trace = run("W x", {"W": frozen([[0.5] * 8] * 5), "x": frozen(range(8))})
    found = figure(draw(trace), trace.last)
    assert all(label.map is not None for label in found.labels if label.role == "value")
    trace = run("w·x", {"w": frozen([1, 2]), "x": frozen([3, 4])})
    found = figure(draw(trace), trace.last)
    assert labels(found, "value")["w"] == r"\begin{bmatrix} 1 \\ 2 \end{bmatrix}"


def rect(label):
    (x, y), (width, height) = label.at, label.extent
    return (x - width / 2, y if label.below else y - height, x + width / 2, y + height if label.below else y)


def overlap(a, b):
    return max(0.0, min(a[2], b[2]) - max(a[0], b[0])) * max(0.0, min(a[3], b[3]) - max(a[1], b[1]))


OTHER = run("(x+y)z", {"x": -2.0, "y": 5.0, "z": -4.0}, "v1")


def test_a_chosen_output_is_ringed_and_the_programs_own_keeps_its_arrow_and_name():
    drawing = draw(OTHER)
    found = figure(drawing, OTHER.last)
    assert [box.node for box in found.boxes if box.chosen] == ["v1"]
    assert [arrow.edge.source for arrow in found.arrows if arrow.edge.target == ""] == ["f"]
    assert labels(found, "name") == {"v1": "v_{1}", "f": "f"}
    assert labels(found, "value")["f"] == "-12"
    assert labels(found, "gradient") == {"x": "1", "y": "1", "v1": "1"}
    assert not any(box.chosen for box in at("end").boxes)


def test_at_the_seed_only_the_chosen_output_is_lit():
    drawing = draw(OTHER)
    found = figure(drawing, OTHER.snapshot(OTHER.position("seed")))
    assert {box.node for box in found.boxes if box.mood == "active"} == {"v1"}
    assert lit_arrows(found) == ()


def test_a_chosen_output_that_nothing_uses_has_an_arrow_of_its_own():
    trace = run("a = x y; b = x + z; c = b z", {"x": 2.0, "y": 3.0, "z": 0.5}, "a")
    found = figure(draw(trace), trace.snapshot(trace.position("seed")))
    assert {arrow.edge.source: arrow.mood for arrow in found.arrows if not arrow.edge.target} == {
        "a": "active",
        "c": "done",
    }
    assert {"a", "c"} <= labels(found, "name").keys()


def test_a_moved_node_stays_where_it_was_put():
    drawing = draw(TRACE, {"x": (500.0, 400.0)})
    assert drawing.placement.centres["x"] == (500.0, 400.0)
    route = next(route for arc, route in drawing.routes.items() if arc.edge == Edge("x", "v1", 0))
    assert math.dist(route.start, (500.0, 400.0)) < 60


def test_dragging_a_number_a_little_does_not_move_the_graph():
    placements = [draw(run("(x+y)z", {"x": x / 10, "y": 5.0, "z": -4.0})).placement for x in range(-30, 30)]
    assert all(placement == placements[0] for placement in placements)


def test_a_number_too_wide_makes_room_for_itself_in_steps():
    widths = [draw(run("x y", {"x": x, "y": 1.0})).placement.width for x in (1.0, -1.234e-9, -1.345e-9)]
    assert widths[0] < widths[1] == widths[2]


# -- frames around what is unfolded


def framed(text, wanted, step="end", moved=None):
    """The graph, the trace, the drawing and the figure of a program at its default values, some unfolded."""
    program = read_program(text)
    values = with_defaults(program, {})
    graph = unfolded(build(program, values), wanted)
    trace = record(make_plan(graph), values)
    drawing = draw(trace, moved)
    return graph, trace, drawing, figure(drawing, trace.snapshot(trace.position(step)))


def keys(*wanted):
    return lambda key, node: key in wanted


def span_of(part):
    if hasattr(part, "key"):
        return part.left, part.top, part.left + part.width, part.top + part.height
    (x, y), w, h = part.centre, part.width / 2, part.height / 2
    return x - w, y - h, x + w, y + h


def inside(a, b):
    return b[0] <= a[0] and b[1] <= a[1] and a[2] <= b[2] and a[3] <= b[3]


def frames_around(graph, name):
    found, key = set(), frame_of(graph, name)
    while key:
        found.add(key)
        key = parent(graph, key)
    return found


UNFOLDED = [
    ("y = σ(w·x + b)", keys("y")),
    ("y = σ(w·x + b)", keys("y", "v1")),
    ("y = silu(x) + tanh(x)", LEVELS["all"]),
    ("L = cross_entropy(W x + b, k)", LEVELS["all"]),
    ("p = softmax(s)", keys("p", "p.0")),
    ("h = relu(affine(W, x, b)); y = w·h", LEVELS["all"]),
    ("L = bce(σ(w·x + b), t)", LEVELS["all"]),
    ("h = max(0, W x + b)", LEVELS["numbers"]),
    ("z = W x + b; L = mse(z, t) + sum(z)", LEVELS["numbers"]),
    ("σ(0.5) x", LEVELS["all"]),
]


@pytest.mark.parametrize(("text", "wanted"), UNFOLDED)
def test_a_frame_holds_what_it_stands_for_and_nothing_else(text, wanted):
    graph, _, _, found = framed(text, wanted)
    frames = {frame.key: span_of(frame) for frame in found.frames}
    assert list(frames) == list(graph.folded)
    for box in found.boxes:
        around = frames_around(graph, box.node)
        for key, frame in frames.items():
            if key in around:
                assert inside(span_of(box), frame), (box.node, key)
            elif graph.nodes[box.node].op != "constant":
                assert overlap(span_of(box), frame) == 0, (box.node, key)
    for key, frame in frames.items():
        for other, span in frames.items():
            if key.startswith(f"{other}."):
                assert inside(frame, span)
            elif not other.startswith(f"{key}.") and key != other:
                assert overlap(frame, span) == 0


@pytest.mark.parametrize(("text", "wanted"), UNFOLDED)
def test_edges_into_frames_end_at_their_boxes_and_have_no_kinks(text, wanted):
    _, _, _, found = framed(text, wanted)
    boxes = {box.node: box for box in found.boxes}
    for arrow in found.arrows:
        source, target = boxes[arrow.edge.source], boxes.get(arrow.edge.target)
        assert arrow.route.start == pytest.approx((source.centre[0] + source.width / 2, source.centre[1]))
        if target:
            left, top, _, bottom = span_of(target)
            x, y = arrow.route.end
            assert left - 1 <= x <= target.centre[0] and top <= y <= bottom
        for (*_, second, end), (start, first, *_) in pairwise(arrow.route.cubics()):
            ways = [math.atan2(b[1] - a[1], b[0] - a[0]) for a, b in ((second, end), (start, first))]
            assert end == start and ways[0] == pytest.approx(ways[1], abs=0.02)


@pytest.mark.parametrize(("text", "wanted"), UNFOLDED)
def test_no_label_stands_across_the_border_of_a_frame(text, wanted):
    graph, _, _, found = framed(text, wanted)
    for label in found.labels:
        if label.role == "name" or not frames_around(graph, label.node):
            continue
        area, whole = rect(label), label.extent[0] * label.extent[1]
        for frame in found.frames:
            within = overlap(area, span_of(frame))
            assert within < 0.2 * whole or within > 0.8 * whole, (label.node, label.role, frame.key)


@pytest.mark.parametrize(("text", "wanted"), UNFOLDED[:7])
def test_labels_in_frames_cover_neither_boxes_nor_each_other(text, wanted):
    _, _, _, found = framed(text, wanted)
    labels = [label for label in found.labels if label.role in ("value", "gradient", "contribution")]
    for i, label in enumerate(labels):
        area, whole = rect(label), label.extent[0] * label.extent[1]
        for other in labels[:i]:
            assert overlap(area, rect(other)) < 0.1 * whole, (label.node, other.node)
        for box in found.boxes:
            own_heat = label.map is not None and label.node == box.node and label.role == "value"
            assert own_heat or overlap(area, span_of(box)) < 0.1 * whole, (label.node, box.node)


def test_a_frame_says_what_it_stands_for():
    _, _, _, found = framed("y = σ(w·x + 0.5)", LEVELS["numbers"])
    titles = {frame.key: latex(frame.title) for frame in found.frames}
    assert titles == {"v1": r"w\cdot x", "y": r"y=\sigma\left( \cdot \right)"}
    assert [frame.node for frame in found.frames] == ["v1", "y"]


def test_a_title_too_long_to_be_read_gives_way_to_the_name():
    values = {f"{letter}_{'name' * 12}": 0.5 for letter in "pt"}
    graph = unfolded(graph_of(f"bce({', '.join(values)})", values), LEVELS["all"])
    trace = record(make_plan(graph), values)
    (frame,) = figure(draw(trace), trace.last).frames
    assert latex(frame.title) == "f"


def test_entries_are_called_by_their_array_and_place():
    _, _, _, found = framed("h = W x", LEVELS["numbers"])
    symbols = {latex(box.symbol) for box in found.boxes}
    assert {"W[0]", "W[1,0]", "W[2,1]", "x[0]", "x[1]"} <= symbols


def test_the_name_of_an_unfolded_output_stands_in_its_frames_with_its_value():
    _, _, drawing, found = framed("p = softmax(s)", keys("p", "p.0"))
    name, value = (next(x for x in found.labels if x.node == "p" and x.role == r) for r in ("name", "value"))
    assert all(inside(rect(value), span_of(frame)) for frame in found.frames if frame.key == "p")
    assert name.at[0] > drawing.outputs["p"].end[0] > rect(value)[2]


def test_a_box_that_is_moved_out_of_its_frame_takes_the_border_along():
    _, _, before, _ = framed("p = softmax(s)", keys("p", "p.0"))
    x, y = before.placement.centres["p.0.1"]
    _, _, _, found = framed("p = softmax(s)", keys("p", "p.0"), moved={"p.0.1": (x, y - 400.0)})
    frames = {frame.key: span_of(frame) for frame in found.frames}
    box = next(box for box in found.boxes if box.node == "p.0.1")
    assert box.centre == (x, y - 400.0)
    assert inside(span_of(box), frames["p.0"]) and inside(frames["p.0"], frames["p"])


def test_edges_from_one_value_go_into_a_frame_together():
    _, _, _, found = framed("w·x", LEVELS["numbers"])
    routes = [arrow.route for arrow in found.arrows if arrow.edge.source == "w"]
    assert len(routes) == 2
    shared = [one for one, other in zip(*(route.pieces for route in routes), strict=False) if one == other]
    assert shared[-1][2][0] == pytest.approx(found.frames[0].left)
    assert routes[0].pieces[len(shared)] != routes[1].pieces[len(shared)]


def test_other_values_leave_all_places_as_they_are():
    _, _, drawing, _ = framed("y = σ(w·x + b)", keys("y"))
    graph = drawing.graph
    again = drawing.at_other_values(view_of(replace(graph, stated={}), drawing.options))
    assert again.placement is drawing.placement and again.graph is not graph and drawing.graph is graph


# -- sums of many terms

LONG = "f = a + b + c + d + a"
LONG_AT = {"a": 1.0, "b": 2.0, "c": 3.0, "d": 4.0}


def test_a_sum_of_many_terms_is_one_node_or_each_plus_on_its_own():
    trace = run(LONG, LONG_AT)
    found = figure(draw(trace), trace.last)
    assert [box.node for box in found.boxes] == ["a", "b", "c", "d", "f"]
    assert [arrow.edge.source for arrow in found.arrows if arrow.target == "f"] == ["a", "b", "c", "d", "a"]
    found = figure(draw(trace, options=Options(sums=False)), trace.last)
    assert [box.node for box in found.boxes] == ["a", "b", "v1", "c", "v2", "d", "v3", "f"]


def test_a_step_of_a_long_sum_lights_its_edges_and_the_number_grows():
    trace = run(LONG, LONG_AT)
    figures = Figures(draw(trace), trace)
    seen = []
    for count in range(1, 5):
        found = figures.at(count)
        box = next(box for box in found.boxes if box.node == "f")
        lit = [arrow.edge.source for arrow in lit_arrows(found) if arrow.target]
        seen.append((labels(found, "value")["f"], lit, box.mood))
        assert sum(arrow.mood == "idle" for arrow in found.arrows if arrow.target == "f") == 4 - count
    assert seen == [
        ("3", ["a", "b"], "active"),
        ("6", ["c"], "active"),
        ("10", ["d"], "active"),
        ("11", ["a"], "active"),
    ]


def test_gradients_leave_a_long_sum_one_by_one():
    trace = run(LONG, LONG_AT)
    figures = Figures(draw(trace), trace)
    lit = []
    for count in range(trace.position("seed") + 1, len(trace) + 1):
        found = figures.at(count)
        (box,) = (box for box in found.boxes if box.mood == "active")
        assert box.node == "f"
        lit += [(arrow.edge.source, arrow.backward) for arrow in lit_arrows(found)]
        receiving = {box.node for box in found.boxes if box.mood == "receiving"}
        assert receiving == {arrow.edge.source for arrow in lit_arrows(found)}
    assert sorted(lit) == [("a", True), ("a", True), ("b", True), ("c", True), ("d", True)]
    assert labels(figures.at(len(trace)), "gradient") == dict.fromkeys("abcdf", "1") | {"a": "2"}


@pytest.mark.parametrize(
    "text",
    ["s = a + b; f = s + c", "(a + b) + 1", "(1 + a) + b", "a + b + w", "(a + b)(a + c)", "a - b + c"],
)
def test_sums_that_are_named_or_used_or_of_other_shapes_stay_apart(text):
    given = {"a": 1.0, "b": 2.0, "c": 3.0, "w": frozen([1, 2])}
    trace = run(text, {name: value for name, value in given.items() if name in text})
    both = [draw(trace, options=Options(sums=sums)).view.nodes.keys() for sums in (True, False)]
    assert both[0] == both[1]


MAZUR = """h1 = sigmoid(w1 i1 + w2 i2 + b1)
h2 = sigmoid(w3 i1 + w4 i2 + b1)
o1 = sigmoid(w5 h1 + w6 h2 + b2)
o2 = sigmoid(w7 h1 + w8 h2 + b2)
E = (o1 - t1)^2 + (o2 - t2)^2"""


@pytest.mark.parametrize(
    ("program", "names"),
    [
        ("S = x1 y + x2 y + x3 y + x4 y", "x1 x2 x3 x4"),
        ("S = x1 y + x2 y + x3 y + x4 y + x5 y + x6 y + x7 y", "x1 x2 x3 x4 x5 x6 x7"),
        (
            "h1 = relu(a1 x); h2 = relu(a2 x); h3 = relu(a3 x); h4 = relu(a4 x); y = h1 + h2 + h3 + h4",
            "h1 h2 h3 h4",
        ),
        ("e1 = exp(z1); e2 = exp(z2); e3 = exp(z3); S = e1 + e2 + e3; L = e1/S + e2/S + e3/S", "z1 z2 z3"),
        (MAZUR, "i1 i2"),
        (MAZUR, "h1 h2"),
        (MAZUR, "o1 o2"),
    ],
)
def test_interchangeable_nodes_stand_as_they_are_written(program, names):
    centres = draw(trace_of(program)).placement.centres
    assert sorted(names.split(), key=lambda name: centres[name][1]) == names.split()


def test_long_edges_are_level_past_boxes_of_many_heights():
    drawing = draw(trace_of("y = x if x > 0 else α x; z = clip(y, -1, 1) + min(x, y, t) + abs(x - t)"))
    for arc, route in drawing.routes.items():
        heights, at = [], route.start[1]
        for _, _, (_, end) in route.pieces:
            if abs(at - end) < 0.1 and (not heights or abs(heights[-1] - end) > 0.1):
                heights.append(end)
            at = end
        assert len(heights) <= 4, arc


# -- the rule below the graph


def with_rules(text, width=0.0):
    """The figures of all steps of a program with their rules, and its trace and drawing."""
    program = read_program(text)
    values = with_defaults(program, {})
    trace = record(make_plan(build(program, values)), values)
    drawing = draw(trace)
    stops = stops_of(trace, drawing.view, "message", drawing.options)
    figures = Figures(drawing, trace, stops=stops)
    return ruled(figures, trace, range(len(trace) + 1), stops, extent, width), trace, drawing


def below(found):
    return [label for label in found.labels if label.role in ("rule", "numbers", "counter")]


@pytest.mark.parametrize("text", ["(x+y)z", "z = W x + b; L = sum(softmax(z))"])
def test_rules_stand_below_the_graph_one_below_the_other(text):
    found, trace, drawing = with_rules(text)
    counters = set()
    for count, one in enumerate(found):
        *lines, counter = below(one)
        said = explain(trace, count)
        assert len(lines) == sum(formula is not None for formula in (said.rule, said.numbers))
        for line, formula in zip(lines, filter(None, (said.rule, said.numbers)), strict=True):
            assert latex(formula).removeprefix(r"\begin{aligned}").strip() in latex(line.math)
        edges = [drawing.placement.top + drawing.placement.height]
        for line in (*lines, counter):
            assert line.at[1] > edges[-1]
            edges.append(line.at[1] + line.extent[1])
        counters.add(counter.at[1])
        assert latex(counter.math) == rf"\text{{{count} / {len(trace)}}}"
    assert len(counters) == 1


def test_a_rule_is_set_smaller_where_it_is_too_long_for_the_page():
    text = "h = σ(W x); L = h·h"
    narrow, _, _ = with_rules(text)
    wide, _, drawing = with_rules(text, 5000.0)
    sizes = {line.size for one in wide for line in below(one) if line.role != "counter"}
    assert list(sizes) == pytest.approx([drawing.options.sizes.label * 60 / 36])
    smaller = {line.size for one in narrow for line in below(one) if line.role != "counter"}
    assert 0.6 * max(sizes) <= min(smaller) < max(sizes)
