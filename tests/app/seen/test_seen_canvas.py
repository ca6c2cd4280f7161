"""A step on the canvas and in files: what moves where, which colour is what, which side is which."""

import numpy as np
import pytest
from PySide6.QtCore import QRectF

from app.canvas.items import FrameItem
from app.formula import formula, layout
from app.painting.parts import DOT as DOT_RADIUS
from app.painting.parts import box_rect, label_rect, symbol_rect
from core.base.arrays import frozen
from core.figure import GROUND, tokens_of, underway
from core.graph.programs import read_program
from core.math.latex import latex
from core.math.mathtree import Digits, Letter, Word, row
from core.math.plain import plain
from core.math.typeset import EQUALS, PLUS, number_math
from core.passes.guessed_values import with_defaults
from core.passes.steps import Flowed
from tests.app.seen.pixels import SCALE, around, shapes, widget

# -- what moves


DOT = 3.0  # around a line, where the dot is and no number


def test_the_token_goes_along_the_edge_forward_and_against_it_backward(light_canvas):
    canvas = light_canvas.open("exp(x)", x=1.0)
    for step, begins, ends in (("start", "x", "f"), ("seed", "f", "x")):
        travel = canvas.go(step).step_with_token()
        gap = canvas.gap("x", "f", DOT, DOT)
        start, middle, end = (canvas.token(travel, share, gap)[0] for share in (0.15, 0.5, 0.85))
        sides = {"x": gap.left(), "f": gap.right()}
        assert abs(start - sides[begins]) < 0.2 * gap.width() > abs(end - sides[ends]), step
        assert abs(middle - gap.center().x()) < 0.1 * gap.width()


def test_a_step_back_goes_the_same_way_back_in_less_time(light_canvas):
    canvas = light_canvas.open("exp(x)", x=1.0)
    gap = canvas.gap("x", "f", DOT, DOT)
    travel = canvas.go("start").step_with_token()
    onward = travel.milliseconds
    canvas.scene.finish()
    travel = canvas.go("forward:1").step_with_token(-1)
    first, last = (canvas.token(travel, share, gap)[0] for share in (0.8, 0.2))
    assert first > last + 0.3 * gap.width()
    assert travel.milliseconds < min(300, onward)
    assert canvas.travelled(travel, 0.5).amount("value", within=beyond(canvas, "f")) == 0


def beyond(canvas, output):
    """Where the value of an output stands, above the arrow on which it leaves."""
    box = canvas.box(output)
    return QRectF(box.right() + 3, box.center().y() - 26, 60, 20)


def test_the_seed_arrives_from_the_output(light_canvas):
    canvas = light_canvas.open("exp(x)", x=1.0)
    box = canvas.box("f")
    travel = canvas.go("forward:1").step_with_token()
    arrow = QRectF(box.right() + 3, box.center().y() - DOT, 300, 2 * DOT)
    first, last = (canvas.token(travel, share, arrow)[0] for share in (0.3, 0.7))
    assert first - last > 15


def test_what_a_step_causes_is_seen_when_what_travels_has_arrived(light_canvas):
    """The value of what is computed, its light and its arrow; and in the backward pass the gradient."""
    canvas = light_canvas.open("exp(x)", x=1.0)
    travel = canvas.go("start").step_with_token()
    value, inside = beyond(canvas, "f"), canvas.symbol("f")
    for share in (0.0, 0.5, 0.99):
        seen = canvas.travelled(travel, share)
        assert seen.amount("value", within=value) == 0, share
        dark = seen.amount("lit", within=inside)
    canvas.scene.finish()
    seen = canvas.look()
    assert seen.amount("value", within=value) > 20 and seen.amount("lit", within=inside) > 10 * dark
    travel = canvas.go("seed").step_with_token()
    gradient = canvas.gap("x", "f", -4, 30)
    seen = canvas.travelled(travel, 0.02)
    start = seen.places("gradient", within=gradient)[:, 0].mean()
    canvas.scene.finish()
    (label,) = (one for one in canvas.session.figure.labels if one.node == "x" and one.role == "gradient")
    assert start > label.at[0] + 15, "the number sets out at the node that sends it"
    assert canvas.look().amount("gradient", within=around(*label.at, 20, 20)) > 20


def test_at_a_fan_out_the_sum_grows_when_a_contribution_has_arrived(light_canvas):
    canvas = light_canvas.open("exp(x) + x", x=1.0)
    sums = [
        count
        for count in range(len(canvas.session.trace) + 1)
        if any(label.role == "sum" for label in canvas.session.figures.at(count).labels)
    ]
    canvas.session.seek(sums[0] - 1)
    travel = canvas.step_with_token()
    (label,) = (one for one in canvas.session.figure.labels if one.role == "sum")
    there = label_rect(label)
    assert canvas.travelled(travel, 0.3).amount("ground", within=there) == 0
    canvas.scene.finish()
    assert canvas.look().amount("ground", within=there) > 50


def test_a_selected_node_keeps_the_sum_of_all_that_came_back_to_it(light_canvas):
    canvas = light_canvas.open("u = x y; v = u t; w = u^2; z = v + w", x=2.0, y=3.0, t=12.0)
    session = canvas.session
    session.seek(len(session.trace))

    def terms():
        return [plain(label.math) for label in shown_labels(canvas) if label.role == "sum"]

    assert terms() == [], "the last step brings a gradient to another node"
    session.select("u")
    assert terms() == ["12 + 12 = 24"]
    (label,) = (one for one in shown_labels(canvas) if one.role == "sum")
    assert canvas.look().amount("gradient", within=label_rect(label)) > 50
    left = label_rect(label).adjusted(-GROUND, 0, 0, 0)
    left.setWidth(1)
    assert canvas.look().amount("gradient", within=left) > 10, "it has a frame, gradients have none"
    session.select("v")
    assert terms() == []
    session.select("u")
    arrived = max(
        count
        for count, step in enumerate(session.trace.steps, 1)
        if isinstance(step, Flowed) and step.arg == "u"
    )
    session.seek(arrived)
    assert terms() == ["12 + 12 = 24"], "once, also at the step that brings it"
    session.seek(arrived - 1)
    assert terms() == []
    canvas.step_with_token()
    assert terms() == [], "it is seen when the number has arrived"
    canvas.scene.finish()
    assert terms() == ["12 + 12 = 24"]


def shown_labels(canvas):
    """The labels that are on the canvas."""
    return [label.label for node in canvas.scene._nodes.values() for label in node.labels]


def test_a_token_carries_its_number(light_canvas):
    """Halfway the same digits stand above the edge as at its beginning, and below it in the backward pass."""
    canvas = light_canvas.open("y = exp(sin(x))", x=1.0)
    for step, part, source, above, below in (
        ("forward:1", "value", "v1", 30, -3),
        ("seed", "gradient", "y", -3, 30),
    ):
        travel = canvas.go(step).step_with_token()
        middle = canvas.session.drawing.placement.centres["v1"][1]
        seen = canvas.travelled(travel, 0.5)
        without = canvas.gap("v1", "y", above, below)
        (token,) = canvas.scene._token.tokens
        number = label_rect(token.number(0.5))
        assert seen.amount("ground", within=number) < 80, "it would cover what it passes"
        assert without.contains(number.adjusted(2, 2, -2, -2)), step
        assert (number.center().y() < middle) == (part == "value")
        assert seen.amount(part, within=number) > 30
        role, node = ("value", source) if part == "value" else ("gradient", "v1")
        canvas.scene.finish()
        (own,) = (one for one in canvas.session.figure.labels if one.node == node and one.role == role)
        assert token.label.math == own.math


def test_nothing_that_travels_covers_a_number(light_canvas):
    for text, down in (("(x+y)z + x", False), ("(x+y)z + x", True), ("σ(w x + b)^2", False)):
        canvas = (
            light_canvas.open(text, **dict.fromkeys("xyzwb", 1.5))
            if "w" in text
            else light_canvas.open(text, x=-2.0, y=5.0, z=-4.0)
        )
        canvas.session.draw_as("turn the graph", down=down)
        for count in range(len(canvas.session.trace)):
            figures = canvas.session.figures
            still = {label.node: label for label in figures.at(count).labels}
            coming = [label for part in underway(figures, count + 1).values() for label in part.labels]
            labels = [label_rect(label).adjusted(1, 1, -1, -1) for label in (*still.values(), *coming)]
            for token in tokens_of(figures, count + 1):
                for share in np.linspace(0, 1, 21):
                    dot = around(*token.at(share), 2 * DOT_RADIUS, 2 * DOT_RADIUS)
                    assert not any(dot.intersects(label) for label in labels), (text, count, share)


def test_the_token_has_the_colour_of_its_pass(canvas):
    canvas.open("exp(x)", x=1.0)
    for step, part in (("start", "value"), ("seed", "gradient")):
        travel = canvas.go(step).step_with_token()
        gap = canvas.gap("x", "f", DOT, DOT)
        middle = canvas.token(travel, 0.5, gap)
        assert canvas.look().most(around(*middle, 6, 6), ["value", "gradient", "line", "paper"]) == part


def test_on_every_edge_that_brings_a_value_moves_a_token(light_canvas):
    canvas = light_canvas.open("x y z", x=1.0, y=2.0, z=3.0)
    travel = canvas.step_with_token()
    for source in ("x", "y"):
        first, last = (canvas.token(travel, share, canvas.gap(source, "v1", 30, 30)) for share in (0.2, 0.7))
        assert last[0] - first[0] > 20
    with pytest.raises(AssertionError, match="nothing has changed"):
        canvas.token(travel, 0.2, canvas.gap("z", "f", 5, 5))


# -- arrows


def test_an_arrow_has_its_head_at_its_target_and_points_at_it(light_canvas, medium):
    """From column to column: first the width of the line, near the target that of the head, then less."""
    canvas = light_canvas.open("exp(x)", "seed", x=1.0)
    seen, gap = canvas.look(medium), canvas.gap("x", "f", 12, 12)
    columns = seen.places("line", within=gap.adjusted(2, 0, -1, 0))[:, 0]
    xs, heights = np.unique(columns, return_counts=True)
    widest = xs[heights.argmax()]
    assert gap.right() - 14 < widest < gap.right() - 6
    assert heights[xs < widest - 3].max() < 0.5 * heights.max(), "a head at the source"
    tip = heights[xs > widest + 1]
    assert all(tip[4:] < tip[:-4]), "the head does not grow thin towards the target"


def test_a_gradient_comes_back_on_an_arrow_that_points_back(light_canvas, medium):
    """While it is lit its head is at the receiver, and there is none at the target."""
    canvas = light_canvas.open("exp(x)", "backward:1", x=1.0)
    seen, gap = canvas.look(medium), canvas.gap("x", "f", 5, 5)
    xs, heights = np.unique(
        seen.places("gradient", within=gap.adjusted(5, 0, -3, 0))[:, 0], return_counts=True
    )
    assert gap.left() + 5 < xs[heights.argmax()] < gap.left() + 14
    at_target = heights[xs > gap.right() - 16]
    assert at_target.max() < 0.5 * heights.max(), "a head at the target"


def test_the_seed_arrives_on_an_arrow_that_points_at_the_output(light_canvas, medium):
    canvas = light_canvas.open("exp(x)", "seed", x=1.0)
    seen, box = canvas.look(medium), canvas.box("f")
    beyond = QRectF(box.right() + 3, box.center().y() - 8, 300, 16)
    xs, heights = np.unique(seen.places("gradient", within=beyond)[:, 0], return_counts=True)
    assert box.right() + 3 < xs[heights.argmax()] < box.right() + 14


def test_a_finished_picture_lights_nothing(light_canvas, medium):
    """All numbers are there, nothing has the look of a step; the window's last step keeps it."""
    canvas = light_canvas.open("exp(sin(x))", "end", x=1.0)
    fills = ["paper", "lit", "lit_back", "receiving"]
    assert canvas.look(medium).most(canvas.symbol("v1"), fills) == "lit_back"
    canvas.session.set_options(highlight=False)
    seen = canvas.look(medium)
    assert {seen.most(canvas.box(name), fills) for name in ("x", "v1", "f")} == {"paper"}
    edge = canvas.gap("x", "v1", 3, 3).adjusted(16, 0, -16, 0)
    assert seen.amount("line", within=edge) > 20 and seen.amount("gradient", within=edge) == 0
    below = canvas.gap("x", "v1", -3, 40)
    assert seen.amount("gradient", within=below) > 20


def test_only_nodes_that_the_program_names_have_their_names_above_them(light_canvas, medium):
    canvas = light_canvas.open("y = exp(sin(x)); cos(y)", "end", x=1.0)
    above = {
        name: around(canvas.box(name).center().x(), canvas.box(name).top() - 11, 40, 20)
        for name in ("v1", "y")
    }
    for captions in (False, True):
        canvas.session.set_options(captions=captions)
        seen = canvas.look(medium)
        assert (seen.amount("ink", within=above["v1"]) > 10) is captions
        assert seen.amount("ink", within=above["y"]) > 10


def test_the_arrow_of_an_output_leads_away_from_it(light_canvas, medium):
    canvas = light_canvas.open("exp(x)", "end", x=1.0)
    seen, box = canvas.look(medium), canvas.box("f")
    beyond = QRectF(box.right() + 3, box.center().y() - 8, 300, 16)
    name = seen.places("ink", within=beyond)[:, 0].min()
    columns = seen.places("line", within=beyond)[:, 0]
    xs, heights = np.unique(columns[columns < name - 2], return_counts=True)
    assert name - 26 < xs[heights.argmax()] < xs.max(), "the head is at the name"


def test_what_is_lit_has_the_colour_of_the_pass(canvas, medium):
    canvas.open("exp(x)", x=1.0)
    for step, lit in (("start", "line"), ("forward:1", "value"), ("backward:1", "gradient")):
        seen = canvas.go(step).look(medium)
        edge = canvas.gap("x", "f", 3, 3).adjusted(4, 0, -16, 0)
        assert [part for part in ("value", "gradient") if seen.amount(part, within=edge) > 20] == (
            [lit] if lit != "line" else []
        )


def test_boxes_are_lit_forward_backward_and_where_a_gradient_arrives(canvas, medium):
    fills = ["paper", "lit", "lit_back", "receiving"]
    shown = {}
    for step in ("start", "forward:1", "forward:2", "seed", "backward:1", "backward:2", "end"):
        seen = canvas.open("exp(sin(x))", step, x=1.0).look(medium)
        shown[step] = [seen.most(canvas.symbol(name), fills) for name in ("v1", "f")]
    assert shown == {
        "start": ["paper", "paper"],
        "forward:1": ["lit", "paper"],
        "forward:2": ["paper", "lit"],
        "seed": ["paper", "lit_back"],
        "backward:1": ["receiving", "lit_back"],
        "backward:2": ["lit_back", "paper"],
        "end": ["lit_back", "paper"],
    }


def test_the_forward_pass_runs_to_the_right_and_the_backward_pass_to_the_left(window):
    """In the window itself: nothing between the figure and the eye turns it round."""
    window.session.set_text("exp(sin(x))")
    places = []
    for lit in ("lit", "lit", "lit_back", "lit_back", "lit_back"):
        window.session.step(1)
        band = around(0, window.view.height() / 2, 2 * window.view.width(), 60)
        places.append(widget(window.view.viewport(), window.theme).middle(lit, within=band)[0])
    forward, backward = places[:2], places[3:]
    assert places[2] == pytest.approx(forward[1], abs=30), (
        "the backward pass begins where the forward pass ended"
    )
    assert forward[1] - forward[0] > 100 < backward[0] - backward[1]


# -- values and gradients


def test_values_stand_above_their_edge_in_green_and_gradients_below_in_red(canvas, medium):
    canvas.open("exp(sin(x))", "start", x=1.0)
    seen = canvas.look(medium)
    assert seen.amount("gradient") == 0
    seen = canvas.go("end").look(medium)
    gap, edge = canvas.gap("v1", "f").adjusted(3, 0, -3, 0), canvas.box("v1").center().y()
    for part, side in (("value", -1), ("gradient", 1)):
        places = seen.places(part, within=gap)
        assert len(places) > 40, part
        assert all(side * (places[:, 1] - edge) > 2), f"{part} is on the wrong side"


@pytest.mark.parametrize("count", [2, 3, 4])
def test_at_a_fan_out_every_edge_has_its_contribution(light_canvas, medium, count):
    text = " + ".join(["sin(x)", "exp(x)", "tanh(x)", "x^2"][:count])
    canvas = light_canvas.open(text, "end", x=1.0)
    seen, graph = canvas.look(medium), canvas.session.trace.graph
    routes = {arc.edge: route for arc, route in canvas.session.drawing.routes.items()}
    for edge in graph.users["x"]:
        route = routes[edge]
        beside = [around(*point, 4, 44) for point in route.sampled(12)[4:]]
        assert max(seen.amount("gradient", within=rect) for rect in beside) > 8, edge.target


def test_contributions_stand_in_the_order_of_their_edges(light_canvas):
    canvas = light_canvas.open("sin(x) + exp(x) + tanh(x) + x^2", "end", x=1.0)
    drawing, snapshot = canvas.session.drawing, canvas.session.trace.last
    found = [label for label in canvas.session.figure.labels if label.role == "contribution"]
    routes = {arc.edge: route for arc, route in drawing.routes.items()}
    edges = sorted(canvas.session.trace.graph.users["x"], key=lambda edge: routes[edge].end[1])
    wanted = [latex(number_math(snapshot.contribution(edge.target, edge.port))) for edge in edges]
    downwards = sorted(found, key=lambda label: label_rect(label).center().y())
    assert [latex(label.math) for label in downwards] == wanted
    assert len(set(wanted)) == 4


@pytest.mark.parametrize("count", [2, 3, 4])
def test_where_gradients_meet_they_are_added_up_in_sight(light_canvas, medium, count):
    """As wide as the sum of as many terms, on a line of its own below the gradient."""
    canvas = light_canvas.open(" + ".join(["x"] * count), "end", x=1.0)
    at = canvas.session.drawing.direction.gradient(canvas.session.drawing.spot("x"), (0.0, 0.0))
    below = around(at[0], at[1] + 26, 110, 18)
    ink = canvas.look(medium).places("gradient", within=below)
    terms = [part for _ in range(count) for part in (PLUS, Digits("1"))][1:]
    size = canvas.session.options.sizes.small
    wanted = layout(row(*terms, EQUALS, Digits(str(count))), size, display=False)
    assert np.ptp(ink[:, 0]) == pytest.approx(wanted.width, abs=6)


def test_what_is_not_computed_yet_is_faint(canvas, medium):
    canvas.open("exp(sin(x))", "forward:1", x=1.0)
    seen, edge = canvas.look(medium), canvas.gap("v1", "f", 3, 3).adjusted(4, 0, -16, 0)
    assert seen.most(canvas.symbol("f"), ["ink", "faint"]) == "faint"
    assert seen.amount("line", within=edge) == 0
    seen = canvas.go("seed").look(medium)
    assert seen.amount("line", within=edge) > 20
    assert {seen.most(canvas.symbol(name), ["ink", "faint"]) for name in ("v1", "f")} == {"ink"}


def test_a_chosen_output_has_a_second_ring(light_canvas, medium):
    canvas = light_canvas.open("exp(sin(x))", "start", x=1.0)
    rings = []
    for output in ("f", "v1"):
        canvas.session.differentiate(output)
        box = canvas.box("v1")
        inside = around(box.center().x(), box.top() + 6, 6, 7)  # within the ring, above the sign
        rings.append(canvas.go("start").look(medium).amount("line", within=inside))
    assert rings[0] == 0 < 8 < rings[1]


# -- forms that tell roles apart without colours


def test_gradients_stand_on_a_ground_and_values_on_paper(canvas, medium):
    canvas.open("exp(sin(x)) + x", "end", x=1.0)
    seen = canvas.look(medium)
    labels = [label for label in canvas.session.figure.labels if label.role != "name"]
    assert {label.role for label in labels} == {"value", "gradient", "contribution", "sum"}
    for label in labels:
        corners = label_rect(label).adjusted(1, 1, -1, -1)
        share = seen.amount("ground", within=corners) / (corners.width() * corners.height() * SCALE**2)
        assert (share > 0.3) if label.role != "value" else (share < 0.1), label.role


def test_what_receives_a_gradient_has_a_broken_outline(light_canvas, medium):
    """Of what sends it the outline is whole, and of what is computed too."""
    canvas = light_canvas.open("exp(sin(x))", "backward:1", x=1.0)
    shares = {}
    for step, name, part in (
        ("backward:1", "f", "gradient"),
        ("backward:1", "v1", "gradient"),
        ("forward:1", "v1", "value"),
        ("backward:2", "x", "gradient"),
    ):
        seen, box = canvas.go(step).look(medium), canvas.box(name)
        left = box.center().x() - 13 if name != "x" else box.left() + 5
        top = QRectF(left, box.top() - 4, 26 if name != "x" else box.width() - 10, 10)
        columns = np.unique(seen.places(part, within=top)[:, 0])
        shares[step, name] = len(columns) / (top.width() * SCALE)
    assert shares["backward:1", "f"] > 0.95 < shares["forward:1", "v1"]
    assert 0.3 < shares["backward:1", "v1"] < 0.9
    assert 0.3 < shares["backward:2", "x"] < 0.9


# -- which operand is which

SIDES = ["x - y", "y - x", "x/y", "y/x", "x^y", "W x", "L = (x - y) + relu(x)", "L = relu(x) + y/x"]


@pytest.mark.parametrize("text", SIDES)
def test_the_first_operand_arrives_above_the_second(light_canvas, text):
    """Edge by edge as the gradient lights it: the first meets the circle above its middle, the second below.

    So even where the other order would save a crossing.
    """
    values = {"W": frozen([[1, 2], [3, 4]]), "x": frozen([1, 2])} if "W" in text else {"x": 2.0, "y": 3.0}
    canvas = light_canvas.open(text, **values)
    trace = canvas.session.trace
    name = next(n for n, node in trace.graph.nodes.items() if node.op in ("sub", "div", "pow", "matvec"))
    box = canvas.box(name)
    beside = QRectF(box.left() - 12, box.top(), 10, box.height())
    sides = {}
    for count, step in enumerate(trace.steps, start=1):
        if isinstance(step, Flowed) and step.node == name:
            canvas.session.seek(count)
            sides[step.port] = canvas.look().middle("gradient", within=beside)[1] - box.center().y()
    assert sides[0] < -3 and sides[1] > 3


FLAT, TALL = True, False
WRITTEN = {
    "1 - x": [TALL, FLAT, TALL],
    "x - 1": [FLAT, TALL],  # −1
    "7 - x": [TALL, FLAT, TALL],
    "-x": [FLAT, TALL],
    "1/x": [TALL, TALL, TALL],  # 1/x
    "x/3": [TALL, TALL],  # ÷3
    "3x": [TALL, TALL],  # ×3
}


@pytest.mark.parametrize("text", WRITTEN)
def test_a_constant_stands_in_the_circle_on_its_side_of_the_sign(light_canvas, medium, text):
    canvas = light_canvas.open(text, "end", x=2.0)
    signs = shapes(canvas.look(medium), canvas.symbol("f"))
    assert [height < 3 for _, _, height in signs] == WRITTEN[text]


def test_what_is_divided_and_what_divides_stand_on_their_sides_in_the_circle(light_canvas):
    """1/x begins with a narrow 1 and ends with an x, which is less high."""
    signs = shapes(light_canvas.open("1/x", "end", x=2.0).look(), light_canvas.symbol("f"))
    heights = [height for _, _, height in signs]
    assert heights[1] > heights[0] > heights[2]


@pytest.mark.parametrize("text", ["x - y", "x + y", "x y", "x/y"])
def test_a_sign_is_in_the_middle_of_its_circle_by_its_ink(light_canvas, medium, text):
    canvas = light_canvas.open(text, "end", x=2.0, y=3.0)
    x, y = canvas.look(medium).middle("ink", within=canvas.symbol("f"))
    middle = canvas.box("f").center()
    assert abs(x - middle.x()) < 0.5 and abs(y - middle.y()) < 0.5


def test_the_dot_of_a_product_of_vectors_is_large_enough_to_be_seen_and_in_the_middle(light_canvas, medium):
    canvas = light_canvas.open("w·x", "end", w=frozen([1, 2]), x=frozen([3, 4]))
    seen, inside = canvas.look(medium), canvas.symbol("f")
    ((_, width, height),) = shapes(seen, inside)
    middle = canvas.box("f").center()
    assert 0.08 < width / canvas.box("f").width() < 0.2 and abs(width - height) < 1
    assert np.hypot(*np.subtract(seen.middle("ink", within=inside), (middle.x(), middle.y()))) < 0.5


def test_words_in_circles_have_one_baseline_that_centres_their_small_letters(light_canvas):
    canvas = light_canvas.open("exp(x) + ln(y) + tanh(z) + relu(u)", "end", x=1.0, y=2.0, z=3.0, u=4.0)
    boxes = [box for box in canvas.session.figure.boxes if isinstance(box.symbol, Word)]
    size = boxes[0].size
    baselines = [symbol_rect(box).top() + formula(box.symbol, size).ascent - box.centre[1] for box in boxes]
    assert len(boxes) == 4 and baselines == pytest.approx(baselines[:1] * 4)
    assert baselines[0] == pytest.approx(formula(Letter("x"), size).ascent / 2, abs=0.03 * size)


@pytest.mark.parametrize(("text", "sign"), [("A ⊙ A", "⊙"), ("2 A", "×2"), ("c A", "×"), ("c c", "×")])
def test_arrays_that_are_multiplied_entry_by_entry_have_another_sign_than_numbers(light_canvas, text, sign):
    canvas = light_canvas.open(text, "end", A=frozen([[1, 2], [3, 4]]), c=3.0)
    (box,) = (box for box in canvas.session.figure.boxes if box.kind == "operation")
    assert latex(box.symbol) == sign.replace("⊙", r"\odot").replace("×", r"\times")


def test_a_class_index_stands_in_its_circle(light_canvas, medium):
    canvas = light_canvas.open("cross_entropy(s, 2)", "end", s=frozen([1, 2, 3]))
    assert set(canvas.session.drawing.sizes) == {"s", "f"}
    signs = shapes(canvas.look(medium), canvas.symbol("f"))  # C E ( s , 2 )
    heights = [height for _, _, height in signs]
    assert len(signs) == 7 and heights[3] < heights[5] - 2 and heights[4] < heights[3]


WIDE = [
    ("h = W_{in} x; y = W⁽²⁾ h; L = squared_error(y, t)", {}),
    ("2^x + x_{12}^{y_{12}} + (x + y)^x + 1/2 x", {}),
    ("cross_entropy(W x, 2) + multiclass_hinge(scores, 1) + nll(p, 0)", {}),
    ("hard_sigmoid(x) + max(0.125, x y) + logsumexp([x, y]) + [x ≥ 0.5]", {}),
    ("W[1, 0] + x[0] + sum(x[0:2])", {"W": [[1, 2], [3, 4]], "x": [1, 2, 3]}),
    ("norm(x)^2 + l1(x + w) + w·x + sum(x w^T)", {"x": [1, -2], "w": [0.5, 100]}),
    ("a + b + c + d + g + k + l", {}),
]


@pytest.mark.parametrize(("text", "values"), WIDE, ids=[text for text, _ in WIDE])
def test_a_circle_or_pill_has_room_for_its_symbol_and_nothing_else_enters_it(light_canvas, text, values):
    """As painted: corners of symbols keep away from outlines, brackets of vectors stay outside of them."""
    given = {name: frozen(value) for name, value in values.items()}
    canvas = light_canvas.open(text, "end", **with_defaults(read_program(text, given), given))
    shown = canvas.session.figure
    circles = [(box, box_rect(box)) for box in shown.boxes if box.kind == "operation"]
    for box, rect in circles:
        inside, radius = symbol_rect(box), min(rect.width(), rect.height()) / 2
        # from the middle of the round end at the right to the corners of the symbol
        across = max(inside.right() - rect.right() + radius, 0)
        for along in (inside.bottom() - rect.bottom() + radius, rect.top() - inside.top() + radius):
            assert np.hypot(across, max(along, 0)) <= radius - 2, latex(box.symbol)
    for label in shown.labels:
        entered = [box.node for box, rect in circles if rect.intersects(label_rect(label))]
        assert entered == [], (label.node, label.role)


def test_a_name_of_words_stands_in_one_line(light_canvas, medium):
    """`noun_noun` as it is typed, not with the second word small and below the first."""
    canvas = light_canvas.open("noun_noun = exp(x)", "end", x=1.0)
    name = next(label for label in canvas.session.figure.labels if label.role == "name")
    heights = [
        height for _, _, height in shapes(canvas.look(medium), label_rect(name).adjusted(-1, -1, 1, 4))
    ]
    assert len(heights) == 9 and heights[4] < 3, "n o u n _ n o u n"
    assert heights[5:] == pytest.approx(heights[:4], abs=0.6)


# -- maps

MATRIX = frozen([[1, 0, 0, 0, 0], [0, 0, 0, 0, -1], [0, 0, 0, 0, 0], [0, 0.0, 0, 0, 0]])


def heat(canvas, name, role="value"):
    """The rectangle of the cells of a node's map."""
    label = map_label(canvas, name, role)
    (x, y), (width, height) = label.at, label.map.size
    return QRectF(x - width / 2, y if label.below else y - label.extent[1], width, height)


def map_label(canvas, name, role="value"):
    (label,) = (
        found
        for found in canvas.session.figure.labels
        if (found.node, found.role) == (name, role) and found.map is not None
    )
    return label


def cell(rect, i, j, rows, columns):
    """The middle of a cell."""
    return rect.left() + (j + 0.5) * rect.width() / columns, rect.top() + (i + 0.5) * rect.height() / rows


def off_middle(rect, i, j, rows, columns):
    """A small part of a cell below its middle, where a bar marks what is negative."""
    x, y = cell(rect, i, j, rows, columns)
    return around(x, y + 0.25 * rect.height() / rows, 3, 2)


def test_a_map_has_its_first_row_on_top_and_its_first_column_at_the_left(canvas, medium):
    canvas.open("W x", "end", W=MATRIX, x=frozen([1, 0, 0, 0, 0]))
    seen, rect = canvas.look(medium), heat(canvas, "W")
    among = ["negative", "zero", "positive"]
    shown = [[seen.most(off_middle(rect, i, j, 4, 5), among) for j in range(5)] for i in range(4)]
    wanted = [[among[int(np.sign(entry)) + 1] for entry in line] for line in MATRIX]
    assert shown == wanted


def test_a_vector_is_a_column_whose_first_entry_is_on_top(canvas, medium):
    canvas.open("W x", "end", W=frozen(np.eye(5)), x=frozen([-1, 0, 0, 0, 1]))
    seen, rect = canvas.look(medium), heat(canvas, "x")
    assert rect.height() > 3 * rect.width()
    shown = [seen.most(off_middle(rect, i, 0, 5, 1)) for i in range(5)]
    assert (shown[0], shown[2], shown[4]) == ("negative", "zero", "positive")


def test_maps_of_values_and_gradients_are_framed_in_their_colours(canvas, medium):
    canvas.open("sum(tanh(W x))", "end", W=frozen(np.eye(5)), x=frozen([-1, 0.5, 0.2, 0.3, 1]))
    seen = canvas.look(medium)
    for role, other in (("value", "gradient"), ("gradient", "value")):
        frame = heat(canvas, "W", role).adjusted(-1.5, -1.5, 1.5, 1.5)
        assert seen.amount(role, within=frame) > 40 > 4 * seen.amount(other, within=frame)


NUMBERS = frozen([[1, -8, 0.5], [0, 1, 2]])


def test_a_small_matrix_has_numbers_in_its_cells(canvas, medium):
    """As many signs as there are characters, black or white, the negative one on its colour."""
    canvas.open("W x", "start", W=NUMBERS, x=frozen([1, 2, 3]))
    seen, rect = canvas.look(medium), heat(canvas, "W")
    assert rect.width() / 3 > rect.height() / 2 > 15
    found = []
    for i in range(2):
        for j in range(3):
            inside = around(*cell(rect, i, j, 2, 3), rect.width() / 3 - 4, rect.height() / 2 - 4)
            columns = seen.contrasting(inside)
            found.append(1 + int(np.sum(np.diff(columns) > 1.5 / SCALE)))
    assert found == [1, 2, 3, 1, 1, 1]  # 1, −8, 0.5; 0, 1, 2
    assert canvas.session.figure.labels[0].map.scale is None
    edge = around(rect.left() + rect.width() / 2, rect.top() + 3, 8, 2)
    assert seen.most(edge, ["negative", "zero", "positive"]) == "negative"


def test_in_a_larger_map_negative_cells_have_a_bar(canvas, medium):
    """So that signs are told in grey print too: −1 and 1 are nearly the same grey."""
    canvas.open("W x", "start", W=MATRIX, x=frozen([1, 0, 0, 0, 0]))
    seen, rect = canvas.look(medium), heat(canvas, "W")
    marked = [
        (i, j)
        for i in range(4)
        for j in range(5)
        if len(seen.contrasting(around(*cell(rect, i, j, 4, 5), 10, 10)))
    ]
    assert marked == [(1, 4)]


@pytest.mark.parametrize(("least", "printed", "begins"), [(-4.0, r"\pm4", "negative"), (0.0, "2", "zero")])
def test_a_larger_map_has_a_scale_with_the_number_of_its_strongest_colour(
    canvas, medium, least, printed, begins
):
    matrix = np.full((5, 5), 1.0)
    matrix[0, 0], matrix[4, 4] = least, 2
    canvas.open("W x", "start", W=frozen(matrix), x=frozen([1, 0, 0, 0, 0]))
    seen, rect, label = canvas.look(medium), heat(canvas, "W"), map_label(canvas, "W")
    assert latex(label.map.scale) == printed
    below = QRectF(rect.left() - 20, rect.bottom() + 2, rect.width() + 40, 14)
    bar = seen.places("positive", within=below)
    left, right = bar[:, 0].min() - 22, bar[:, 0].max()
    assert seen.most(around(left + 5, bar[:, 1].mean(), 2, 3), ["negative", "zero", "positive"]) == begins
    number = QRectF(right + 3, below.top(), 60, below.height())
    assert seen.amount("value", within=number) > 15, "the number is behind the bar"


def test_a_picture_is_shown_from_paper_to_ink(canvas, medium):
    """What a convolution takes, if no entry is negative; its gradient has colours of both signs."""
    picture = np.zeros((6, 6))
    picture[0, 0], picture[0, 5] = 1.0, 0.5
    canvas.open("sum(conv2d(x, w))", "end", x=frozen(picture), w=frozen([[1, 0], [0, -1]]))
    seen, rect = canvas.look(medium), heat(canvas, "x")
    cells = [around(*cell(rect, *place, 6, 6), 4, 4) for place in ((0, 0), (3, 3))]
    assert [seen.most(part, ["paper", "ink", "zero", "positive"]) for part in cells] == ["ink", "paper"]
    assert seen.amount("positive", within=rect) == 0
    gradient = heat(canvas, "x", "gradient")
    assert seen.amount("positive", within=gradient) > 50 < seen.amount("negative", within=gradient)


def test_a_picture_of_three_channels_has_their_colours(light_canvas, medium):
    picture = np.zeros((3, 6, 6))
    picture[0, 0, 0] = picture[1, 0, 5] = picture[2, 5, 5] = 1.0
    canvas = light_canvas.open("sum(conv2d(x, w))", "start", x=frozen(picture), w=frozen(np.ones((3, 2, 2))))
    seen, rect = canvas.look(medium), heat(canvas, "x")
    assert rect.width() == pytest.approx(rect.height())
    colours = [
        seen.mean(around(*cell(rect, *place, 6, 6), 4, 4)) for place in ((0, 0), (0, 5), (5, 5), (2, 2))
    ]
    assert colours == [(255, 0, 0), (0, 255, 0), (0, 0, 255), (0, 0, 0)]


def test_shapes_of_arrays_can_be_shown(light_canvas, medium):
    """Below a map, and at the lower right of a column; once for an array, at its value."""
    canvas = light_canvas.open("h = W x; sum(h^2)", "end", W=NUMBERS, x=frozen([1, 2, 3]))
    plain = {label.node: label for label in canvas.session.figure.labels if label.role == "value"}
    canvas.session.set_options(shapes=True)
    values = {label.node: label for label in canvas.session.figure.labels if label.role == "value"}
    columns = {name: latex(label.math) for name, label in values.items() if label.math}
    shapes = {name: text.removeprefix(latex(plain[name].math)) for name, text in columns.items()}
    assert shapes == {"x": r"_{\text{3}}", "h": r"_{\text{2}}", "v1": r"_{\text{2}}", "f": ""}
    assert latex(values["W"].map.shape) == r"\text{2$\times$3}"
    rect = heat(canvas, "W")
    below = QRectF(rect.left(), rect.bottom() + 2, rect.width(), 12)
    assert canvas.look(medium).amount("faint", within=below) > 10
    gradients = [label for label in canvas.session.figure.labels if label.role == "gradient"]
    assert not any(label.map.shape for label in gradients if label.map)


# -- frames


def test_folding_y_leaves_y2_unfolded(light_canvas):
    canvas, session = light_canvas.open("y = σ(a); y2 = σ(b); y y2", a=1.0, b=2.0), light_canvas.session

    def framed():
        frames = (item for item in canvas.scene.items() if isinstance(item, FrameItem))
        return {item.frame.node: item.sceneBoundingRect() for item in frames}

    for name in ("y", "y2"):
        session.unfold(name)
    assert set(framed()) == {"y", "y2"}
    session.fold("y")
    assert set(framed()) == {"y2"}
    inside = framed()["y2"]
    boxes = [name for name in session.drawing.sizes if inside.contains(canvas.box(name))]
    assert len(boxes) >= 3 and canvas.look().amount("faint", within=inside) > 20, "its title is there"
    session.unfold("y")
    session.fold("y2")
    assert set(framed()) == {"y"}


def test_the_node_of_a_term_that_is_pointed_at_has_a_broken_ring(canvas):
    canvas.open("exp(x) + y", x=1.0, y=2.0)
    bare = canvas.look()
    amount = {}
    canvas.session.select("v1")
    amount["selected"] = canvas.look().amount("accent", within=ring(canvas, "v1"))
    canvas.session.select("")
    canvas.session.point_at("v1")
    seen = canvas.look()
    amount["pointed"] = seen.amount("ink", within=ring(canvas, "v1"))
    assert seen.amount("accent", within=ring(canvas, "v1")) == 0
    before = bare.amount("ink", within=ring(canvas, "v1"))
    assert 0.3 * amount["selected"] < amount["pointed"] - before < 0.8 * amount["selected"]
    assert seen.amount("ink", within=ring(canvas, "y")) == bare.amount("ink", within=ring(canvas, "y"))
    canvas.session.point_at("")
    assert canvas.look().amount("ink", within=ring(canvas, "v1")) == before


def ring(canvas, name):
    """Around a node, with the mark of a selected one."""
    return canvas.box(name).adjusted(-8, -8, 8, 8)
