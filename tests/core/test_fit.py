"""How a graph is drawn for a slide or a column: what is tried, what is kept, what is said."""

import numpy as np
import pytest
from msgspec.structs import replace

from core.base.arrays import frozen
from core.base.errors import Problem
from core.figure import (
    TARGETS,
    TIGHT,
    Figures,
    Options,
    draw,
    fit,
    fitted_with,
    read_target,
    rooms_of,
    view_of,
)
from core.figure.fit import HELPS, LEAST_DIGITS
from core.graph.builder import graph_of
from core.graph.plan import make_plan
from core.passes.stepper import record, run
from core.passes.unfold import LEVELS, unfolded
from tests.core.test_labels import TYPED, faults_at, typed_trace

SLIDE, COLUMN, STAGE = TARGETS.values()
NEURON = ("f = 1/(1+exp(-(w0 + w1 x1 + w2 x2)))", {"w0": -3.0, "w1": 2.0, "x1": -1.0, "w2": -3.0, "x2": -2.0})
FAN_OUT = ("y = (x+1)(x+2)(x+3)", {"x": 2.0})
LONG = ("tanh(" * 30 + "x" + ")" * 30, {"x": 0.5})
WIDE = {"w": frozen(np.arange(1.0, 9) / 10), "x": frozen(np.arange(1.0, 9) / 3)}
FINISHED = Options(highlight=False)


def fitted(trace, target=SLIDE, options=FINISHED, **chosen):
    return fit(trace, options, target, counts=[len(trace)], **chosen)


@pytest.mark.parametrize("name", TARGETS)
def test_targets_are_read_by_their_names(name):
    assert read_target(name.upper()) is TARGETS[name]


@pytest.mark.parametrize(
    ("text", "width", "height"),
    [("8.5x6cm", 8.5 / 2.54 * 72, 6 / 2.54 * 72), ("241×360pt", 241, 360), ("10 x 4 cm", 283.46, 113.39)],
)
def test_a_size_is_read_in_centimetres_or_points(text, width, height):
    found = read_target(text)
    assert (found.width, found.height) == pytest.approx((width, height), abs=0.01)
    assert found.rows > SLIDE.rows


@pytest.mark.parametrize("text", ["", "8.5x6", "8.5cm", "axbcm", "8,5x6cm", "-3x4cm", "wall", "9" * 500])
def test_what_is_no_size_is_said_with_what_to_write(text):
    with pytest.raises(Problem, match="is not a size for a figure") as caught:
        read_target(text)
    assert caught.value.hint.startswith("Write slide, column, stage, or a width and a height such as 8.5x6cm")


@pytest.mark.parametrize("text", ["0.1x4cm", "4x400cm", "19x100pt"])
def test_sizes_have_limits(text):
    with pytest.raises(Problem, match="cannot be made") as caught:
        read_target(text)
    assert "Choose sides from 0.7 to 211.7 cm" in caught.value.hint


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
@pytest.mark.parametrize("at_nodes", [False, True])
@pytest.mark.parametrize("text", TYPED[::4], ids=range(len(TYPED[::4])))
def test_nothing_written_covers_anything(text, target, at_nodes):
    trace = typed_trace(text)
    found = fitted(trace, target, replace(FINISHED, at_nodes=at_nodes, captions=True, formula=True))
    assert faults_at(found.drawing, trace, [len(trace)]) == []


@pytest.mark.parametrize("program", [NEURON, FAN_OUT, LONG], ids=["neuron", "fan-out", "long"])
@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
def test_a_fitted_figure_is_within_its_target_and_as_large_as_it_may_be(program, target):
    found = fitted(run(*program), target)
    width, height = (side * found.scale for side in found.drawing.extent)
    assert width <= target.width and height <= target.height
    assert width > 0.9 * target.width or height > 0.9 * target.height
    assert found.numbers == pytest.approx(found.scale * TIGHT.label)


def test_numbers_are_no_smaller_than_in_any_single_drawing_that_is_allowed():
    trace = run(*NEURON)
    found = fitted(trace)
    for down in (False, True):
        for rows in (1, 2):
            options = replace(FINISHED, sizes=TIGHT, digits=LEAST_DIGITS, down=down, rows=rows)
            width, height = draw(trace, options=options, counts=[len(trace)]).extent
            assert found.numbers * 1.15 >= min(TIGHT.label * SLIDE.scale(width + 4, height + 4), SLIDE.plenty)


def test_what_is_larger_only_by_a_little_does_not_change_the_picture():
    trace = run("(x+y)z", {"x": -2.0, "y": 5.0, "z": -4.0})
    found = fitted(trace)
    assert (found.options.digits, found.options.down, found.options.rows) == (4, False, 1)


def test_the_stage_has_one_row_a_slide_two_at_most_and_a_column_as_many_as_help():
    rows = {target.name: fitted(run(*LONG), target).options.rows for target in TARGETS.values()}
    assert rows["stage"] == 1 and rows["slide"] == 2 and rows["column"] > 2


@pytest.mark.parametrize("digits", [1, 2, 3, 4, 8])
def test_never_fewer_than_three_digits_are_taken(digits):
    found = {
        fitted(run(*NEURON), target, replace(FINISHED, digits=digits)).options.digits
        for target in TARGETS.values()
    }
    assert found <= {digits, 3} if digits > 3 else found == {digits}


@pytest.mark.parametrize("at_nodes", [False, True])
def test_numbers_stay_where_they_were_chosen_to_stand(at_nodes):
    options = replace(FINISHED, at_nodes=at_nodes)
    assert fitted(run(*NEURON), COLUMN, options).options.at_nodes == at_nodes


def test_what_was_typed_is_kept():
    options = replace(FINISHED, digits=6, rows=1)
    found = fitted(run(*LONG), COLUMN, options, kept=("digits", "down", "rows")).options
    assert (found.digits, found.down, found.rows) == (6, False, 1)
    assert fitted(run(*LONG), COLUMN, replace(FINISHED, down=True)).options.down


def test_nodes_that_were_moved_stay_where_they_are():
    trace = run(*NEURON)
    before = draw(trace, {"w0": (500.0, 900.0)}, FINISHED)
    found = fitted(trace, moved={"w0": (500.0, 900.0)})
    assert found.drawing.placement.centres == before.placement.centres
    assert ("nodes where the layout puts them" in found.remark) == (not found.is_readable)


def test_figures_of_single_steps_are_fitted_together_and_a_finished_one_alone():
    trace = run(*FAN_OUT)
    end = len(trace)
    assert {tuple(fitted_with(trace, count, True)) for count in range(end + 1)} == {tuple(range(end + 1))}
    assert {tuple(fitted_with(trace, count, False)) for count in range(end)} == {tuple(range(end + 1))}
    assert list(fitted_with(trace, end, False)) == [end]


def test_of_what_would_help_only_that_is_said_which_makes_numbers_large_enough():
    net = "h = tanh(W1 x + b1); y = W2 h + b2; L = sum((y - t)^2)"
    values = {
        "W1": np.full((4, 3), 0.5),
        "x": [1, 2, 3],
        "b1": [0.1] * 4,
        "W2": np.full((2, 4), 0.25),
        "b2": [0, 1],
        "t": [1, 1],
    }
    trace = run(net, {name: frozen(value) for name, value in values.items()})
    for height in (30.0, 45.0, 60.0, 90.0, 150.0, 220.0):
        target = replace(COLUMN, height=height)
        found = fitted(trace, target)
        able = [one for one in found.helps if one.numbers >= target.least]
        assert able == list(found.helps) or len(found.helps) == 1


def test_a_size_that_is_asked_for_is_had_or_the_largest_there_is():
    trace = run(*NEURON)
    assert fitted(trace, wanted=9.0).numbers == 9.0
    assert fitted(trace, wanted=9.0).remark == ""
    largest = max(fitted(trace, kept=kept).numbers for kept in ((), ("rows",)))
    found = fitted(trace, wanted=60.0)
    assert largest <= found.numbers < 60
    assert found.remark.startswith(f"The numbers are {found.numbers:.1f} pt, less than the 60 pt asked for")


def test_a_sum_of_gradients_has_room_where_it_is_seen_and_nowhere_else():
    trace = run(*FAN_OUT)
    view = view_of(trace.graph, FINISHED)
    end = len(trace)
    assert (
        rooms_of(trace, view, Options(), [end - 1]).sums.keys()
        != rooms_of(trace, view, Options(), [0]).sums.keys()
    )
    assert not rooms_of(trace, view, FINISHED, range(end + 1)).sums
    stepped = fit(trace, Options(), SLIDE, counts=range(end + 1))
    finished = fitted(trace)
    assert finished.numbers > stepped.numbers
    sums = [label for label in Figures(stepped.drawing, trace).at(end).labels if label.role == "sum"]
    assert sums and stepped.smallest < stepped.numbers


def test_numbers_that_are_not_shown_take_no_room():
    trace = run(*FAN_OUT)
    both, one, none = (
        draw(trace, options=replace(FINISHED, values=values, gradients=gradients), counts=[len(trace)])
        for values, gradients in ((True, True), (True, False), (False, False))
    )
    assert both.extent[0] > one.extent[0] > none.extent[0]
    roles = [
        {label.role for label in Figures(drawing, trace).at(len(trace)).labels}
        for drawing in (both, one, none)
    ]
    assert roles[0] >= {"value", "gradient", "contribution"}
    assert roles[1:] == [{"value", "name"}, {"name"}]


def test_the_formula_stands_above_the_graph():
    trace = run(*NEURON)
    plain, headed = (draw(trace, options=replace(FINISHED, formula=formula)) for formula in (False, True))
    (label,) = headed.heading
    assert not plain.heading
    assert label.at[1] < headed.placement.top
    assert headed.extent[1] == pytest.approx(plain.extent[1] + label.extent[1] + headed.options.sizes.name)


def test_what_would_help_is_said_with_the_size_it_would_give():
    trace = run(*NEURON)
    unfolded_trace = record(make_plan(unfolded(graph_of("y = σ(w·x)", WIDE), LEVELS["numbers"])), WIDE)
    found = fitted(unfolded_trace, COLUMN)
    sizes = {one.says: one.numbers for one in found.helps}
    assert not found.is_readable
    assert sizes["everything folded"] == fitted(run("y = σ(w·x)", WIDE), COLUMN).numbers > found.numbers
    assert f"everything folded ({sizes['everything folded']:.1f} pt)".replace(".0 pt", " pt") in found.remark
    small = replace(COLUMN, width=100.0, height=60.0)
    at_nodes = fitted(trace, small, replace(FINISHED, at_nodes=True)).numbers
    assert ("numbers at the nodes" in fitted(trace, small).remark) == (
        at_nodes > 1.05 * fitted(trace, small).numbers
    )
    assert set(sizes) <= HELPS.keys()


def test_a_long_sum_is_proposed_as_one_node():
    trace = run(
        " + ".join(f"a{i} b{i}" for i in range(12)), {f"{n}{i}": 0.5 for n in "ab" for i in range(12)}
    )
    found = fitted(trace, COLUMN, replace(FINISHED, sums=False))
    better = fitted(trace, COLUMN).numbers
    assert {one.says: one.numbers for one in found.helps}["sums as one node"] == better
