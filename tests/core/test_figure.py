"""What is to be seen at a step, as data."""

import math

import pytest

from core.figure import draw, figure, label_width
from core.notation.latex import latex
from core.passes import run

STORY = run("(x+y)z", {"x": -2.0, "y": 5.0, "z": -4.0})
DRAWING = draw(STORY.graph, room=label_width(STORY))


def at(step, story=STORY, drawing=DRAWING):
    return figure(drawing, story.picture(story.position(step)))


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
    (token,) = found.tokens
    assert (token.edge.source, token.edge.target, token.backward) == ("x", "v1", True)
    moods = {box.node: box.mood for box in found.boxes}
    assert moods["v1"] == "active" and moods["x"] == "receiving" and moods["z"] == "done"


def test_a_forward_step_lights_all_edges_that_bring_a_value():
    assert {arrow.edge.source for arrow in at("forward:1").tokens} == {"x", "y"}


def test_a_gradient_that_arrives_at_a_fan_out_is_added_visibly():
    story = run("a + a", {"a": 3.0})
    drawing = draw(story.graph)
    first = figure(drawing, story.picture(story.position("backward:1")))
    second = figure(drawing, story.picture(story.position("backward:2")))
    assert labels(first, "gradient")["a"] == "1"
    assert labels(second, "gradient")["a"] == "1+1=2"
    assert [latex(label.math) for label in second.labels if label.role == "contribution"] == ["1", "1"]


@pytest.mark.parametrize(
    ("text", "symbols"),
    [
        ("x + 1", ["+1"]),
        ("1/x", ["1/x"]),
        ("x^2", ["x^{2}"]),
        ("3x - 2", [r"\times3", "-2"]),
        ("max(0, x)", [r"\text{max}\left( 0,x \right)"]),
        ("-x", ["-x"]),
    ],
)
def test_a_constant_is_written_in_the_circle(text, symbols):
    story = run(text, {"x": 2.0})
    boxes = [box for box in figure(draw(story.graph), story.last).boxes if box.kind == "operation"]
    assert [latex(box.symbol) for box in boxes] == symbols


def test_large_arrays_are_heat_maps_and_small_vectors_columns_of_numbers():
    from core.arrays import frozen

    story = run("W x", {"W": frozen([[0.5] * 8] * 5), "x": frozen(range(8))})
    found = figure(draw(story.graph), story.last)
    assert all(label.heat is not None for label in found.labels if label.role == "value")
    story = run("w·x", {"w": frozen([1, 2]), "x": frozen([3, 4])})
    found = figure(draw(story.graph), story.last)
    assert labels(found, "value")["w"] == r"\begin{bmatrix} 1 \\ 2 \end{bmatrix}"


def test_labels_cover_neither_boxes_nor_each_other_on_the_lecture_graphs():
    programs = {
        "(x+y)z": {"x": -2.0, "y": 5.0, "z": -4.0},
        "1/(1+exp(-(w0 x0 + w1 x1 + w2)))": {"w0": 2.0, "x0": -1.0, "w1": -3.0, "x1": -2.0, "w2": -3.0},
        "z = w x + b; y = σ(z); L = 1/2 (y - t)^2": {"w": 0.5, "x": 2.0, "b": 0.1, "t": 1.0},
    }
    for text, values in programs.items():
        story = run(text, values)
        found = figure(draw(story.graph, room=label_width(story)), story.last)
        rects = [rect(label) for label in found.labels if label.role in ("value", "gradient")]
        rects += [
            (
                b.centre[0] - b.width / 2,
                b.centre[1] - b.height / 2,
                b.centre[0] + b.width / 2,
                b.centre[1] + b.height / 2,
            )
            for b in found.boxes
        ]
        for i, a in enumerate(rects):
            for b in rects[:i]:
                assert overlap(a, b) < 12, text


def rect(label):
    (x, y), (width, height) = label.at, label.extent
    return (x - width / 2, y if label.below else y - height, x + width / 2, y + height if label.below else y)


def overlap(a, b):
    return max(0.0, min(a[2], b[2]) - max(a[0], b[0])) * max(0.0, min(a[3], b[3]) - max(a[1], b[1]))


OTHER = run("(x+y)z", {"x": -2.0, "y": 5.0, "z": -4.0}, "v1")


def test_a_chosen_output_is_ringed_and_the_programs_own_keeps_its_arrow_and_name():
    drawing = draw(OTHER.graph, room=label_width(OTHER))
    found = figure(drawing, OTHER.last)
    assert [box.node for box in found.boxes if box.chosen] == ["v1"]
    assert [arrow.edge.source for arrow in found.arrows if arrow.edge.target == ""] == ["f"]
    assert labels(found, "name") == {"v1": "v_{1}", "f": "f"}
    assert labels(found, "value")["f"] == "-12"
    assert labels(found, "gradient") == {"x": "1", "y": "1", "v1": "1"}
    assert not any(box.chosen for box in at("end").boxes)


def test_at_the_seed_only_the_chosen_output_is_lit():
    drawing = draw(OTHER.graph)
    found = figure(drawing, OTHER.picture(OTHER.position("seed")))
    assert {box.node for box in found.boxes if box.mood == "active"} == {"v1"}
    assert found.tokens == ()


def test_a_chosen_output_that_nothing_uses_has_an_arrow_of_its_own():
    story = run("a = x y; b = x + z; c = b z", {"x": 2.0, "y": 3.0, "z": 0.5}, "a")
    found = figure(draw(story.graph), story.picture(story.position("seed")))
    assert {arrow.edge.source: arrow.mood for arrow in found.arrows if not arrow.edge.target} == {
        "a": "active",
        "c": "done",
    }
    assert {"a", "c"} <= labels(found, "name").keys()


def test_a_moved_node_stays_where_it_was_put():
    drawing = draw(STORY.graph, {"x": (500.0, 400.0)})
    assert drawing.placement.centres["x"] == (500.0, 400.0)
    assert math.dist(drawing.routes["v1", 0].start, (500.0, 400.0)) < 60


def test_dragging_a_number_a_little_does_not_move_the_graph():
    widths = {label_width(run("(x+y)z", {"x": x / 10, "y": 5.0, "z": -4.0})) for x in range(-30, 30)}
    assert len(widths) == 1
