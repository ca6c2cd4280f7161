"""Nothing written in a figure covers a box, another label, or an edge: at every step of 300 programs."""

import json
import random
from functools import lru_cache, partial
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from core.base.arrays import frozen
from core.base.errors import Problem
from core.figure import GROUND, Figures, Options, draw, extent, figure
from core.figure.options import TIGHT
from core.graph.plan import make_plan
from core.layout import Route
from core.passes.stepper import record, run
from core.passes.unfold import LEVELS, unfolded
from core.service.request import json_hint, request_from
from tests.core.test_random_programs import program
from tests.graphs import random_graph

CASES = Path(__file__).parents[1] / "cases"
ALL = Options(captions=True, shapes=True)
HEAD = 11.0  # as long as a head is painted
BROAD = 2.0  # half the width of a lit line
ON_GROUND = ("gradient", "contribution", "sum")
MOST = 160  # nodes of a program whose every operation is unfolded


def typed(name):
    """Programs and values as they stand in a file of cases."""
    for case in json.loads((CASES / name).read_text(encoding="utf-8")):
        yield json.dumps({"program": case["program"], "values": case["values"]})


TYPED = [*typed("slides.json"), *typed("lectures.json")]


def typed_trace(text, level=None):
    trace = request_from(text).trace(json_hint)
    if level is None:
        return trace
    graph = unfolded(trace.graph, LEVELS[level])
    return record(make_plan(graph), trace.inputs) if len(graph.nodes) <= MOST else trace


def written_trace(seed):
    _, plan, values = program(seed)
    return record(plan, values)


def grown_trace(seed):
    graph, values = random_graph(random.Random(seed), 5 + seed % 40)
    return record(make_plan(graph), values)


PROGRAMS = {
    **{f"typed {i}": (typed_trace, text) for i, text in enumerate(TYPED)},
    **{f"in operations {i}": (typed_trace, text, "all") for i, text in enumerate(TYPED)},
    **{f"written {seed}": (written_trace, seed) for seed in range(50)},
    **{f"grown {seed}": (grown_trace, seed) for seed in range(50)},
}


def lit_arrows(figure):
    """The arrows along which something moves."""
    return tuple(arrow for arrow in figure.arrows if arrow.mood == "active" and not arrow.beside)


def rect_of(label):
    (x, y), (width, height) = label.at, label.extent
    if not label.centred:
        return x, y - height / 2, x + width, y + height / 2
    top = y if label.below else y - height
    return x - width / 2, top, x + width / 2, top + height


def rect_of_ground(label, down):
    """Where the ground of a gradient is painted, behind its text and a little to both sides, and no line may.

    A line beside it is half as broad as a lit one.
    """
    left, top, right, bottom = rect_of(label)
    if label.math is not None:
        x, (width, _) = label.at[0], extent(label.math, label.size)
        left, right = x - width / 2 - GROUND, x + width / 2 + GROUND
    across, along = (BROAD, 0.0) if down else (0.0, BROAD)
    return left - across, top - along, right + across, bottom + along


def rect_of_box(box):
    (x, y), w, h = box.centre, box.width / 2, box.height / 2
    return x - w, y - h, x + w, y + h


def overlapping(rects):
    """The pairs of rectangles that overlap by more than a hair, found in one sweep over their left sides."""
    order = sorted(rects, key=lambda item: item[1][0])
    found, open_ = [], []
    for name, rect in order:
        open_ = [other for other in open_ if other[1][2] > rect[0] + 0.5]
        found += [
            (name, other)
            for other, area in open_
            if min(rect[3], area[3]) - max(rect[1], area[1]) > 0.5 and min(rect[2], area[2]) - rect[0] > 0.5
        ]
        open_.append((name, rect))
    return found


def rect_of_head(arrow):
    """Where the triangle at the end of an arrow is painted, which is larger than the line."""
    tip, (first, second, _) = arrow.way.end, arrow.way.pieces[-1]
    return rect_of_triangle(tip, second if second != tip else first)


@lru_cache(1000)
def rect_of_triangle(tip, before):
    """Where a head is painted that comes from a point; it stands there for many steps."""
    along = np.subtract(tip, before) / np.hypot(*np.subtract(tip, before))
    side = np.array([-along[1], along[0]]) * HEAD * 0.42
    corners = np.array([tip, tip - HEAD * along + side, tip - HEAD * along - side])
    return (*corners.min(axis=0), *corners.max(axis=0))


def under_heads(labels, heads):
    """Labels on which the head of an arrow stands, with the arrow's edge."""
    return [pair for pair in overlapping([*labels, *heads]) if sum(name[1] == "head" for name in pair) == 1]


def struck(labels, arrows):
    """Labels through whose inside a line runs, with the line."""
    points, owner = [], []
    for arrow in arrows:
        points.append(np.array(list(dense(arrow.route))))
        owner += [arrow.edge] * len(points[-1])
    lines = np.concatenate(points)
    lines = lines[order := np.argsort(lines[:, 0])]
    found = []
    for name, (left, top, right, bottom) in labels:
        begin, end = np.searchsorted(lines[:, 0], (left + 0.5, right - 0.5))
        within = (lines[begin:end, 1] > top + 0.5) & (lines[begin:end, 1] < bottom - 0.5)
        if within.any():
            found.append((name, owner[order[begin + int(np.argmax(within))]]))
    return found


def dense(route: Route):
    """Points on a route, none farther from the next than a label is high."""
    for cubic in route.cubics():
        length = sum(np.hypot(*np.subtract(b, a)) for a, b in pairwise(cubic))
        yield from Route(cubic[0], (cubic[1:],)).sampled(max(4, int(length / 4)))


def faults(trace, options=ALL):
    """What overlaps at any step."""
    return faults_at(draw(trace, options=options), trace, range(len(trace) + 1))


def faults_at(drawing, trace, counts):
    """What overlaps after so many steps: labels that look alike at several steps are looked at once."""
    figures = Figures(drawing, trace, drawing.options.highlight)
    labels, heads, grounds = {}, {}, {}
    for count in counts:
        figure = figures.at(count)
        for label in figure.labels:
            labels[label.node, label.role, label.edge, rect_of(label)] = None
            if label.role in ON_GROUND:
                grounds[(label.node, "ground", label.edge), rect_of_ground(label, drawing.options.down)] = (
                    None
                )
        for arrow in figure.arrows:
            heads[(arrow.edge, "head", arrow.backward), rect_of_head(arrow)] = None
    # at one place stands one label at a time: its largest form is looked at
    largest = {}
    for key in labels:
        before = largest.get(key[:3])
        area = (key[3][2] - key[3][0]) * (key[3][3] - key[3][1])
        if before is None or area > before[0]:
            largest[key[:3]] = area, key[3]
    written = [(key, rect) for key, (_, rect) in largest.items()]
    last = figures.at(max(counts))
    boxes = [((box.node, "box", None), rect_of_box(box)) for box in last.boxes]
    lines = struck([*written, *grounds], last.arrows)
    return overlapping([*written, *boxes]) + lines + under_heads(written, heads)


def test_there_are_300_programs():
    assert len(PROGRAMS) >= 300


@pytest.mark.parametrize("make", PROGRAMS.values(), ids=PROGRAMS)
def test_nothing_written_covers_anything(make):
    function, *args = make
    try:
        trace = function(*args)
    except Problem:
        pytest.skip("it cannot be unfolded so far")
    assert faults(trace) == []


OTHERWISE = {
    "down": Options(down=True),
    "at nodes": Options(at_nodes=True),
    "units": Options(level="units"),
    "layers": Options(level="layers"),
    "statements": Options(level="statements"),
    "down at nodes": Options(down=True, at_nodes=True),
    "rows": Options(rows=3),
    "down in rows": Options(down=True, rows=2),
    "each plus": Options(sums=False, captions=True, digits=6),
}


@pytest.mark.parametrize("options", OTHERWISE.values(), ids=OTHERWISE)
@pytest.mark.parametrize("text", TYPED[::3], ids=range(len(TYPED[::3])))
def test_nothing_written_covers_anything_in_other_drawings(text, options):
    assert faults(typed_trace(text), options) == []


@pytest.mark.parametrize(
    "make",
    [
        *(partial(typed_trace, text) for text in TYPED[::3]),
        partial(run, "z = w·x + b; f = step(z)", {"w": frozen([2, -3]), "x": frozen([-1, -2]), "b": -3.0}),
        partial(run, "h = step(W x)", {"W": frozen([[1, 0.3], [-0.5, 1]]), "x": frozen([0.2, 0.1])}),
    ],
)
def test_nothing_written_covers_anything_where_numbers_have_just_the_room_that_they_need(make):
    trace = make()
    assert faults(trace, Options(until=len(trace), sizes=TIGHT)) == []


def test_a_label_in_the_way_is_found():
    """The checks above are no empty words: a line through a label and two labels at one place are told."""
    trace = run("(x+y)z", {"x": -2.0, "y": 5.0, "z": -4.0})
    figures = Figures(draw(trace), trace).at(len(trace))
    value = next(label for label in figures.labels if label.role == "value")
    x, y = value.at
    boxes = [("a", rect_of(value)), ("b", (x, y - 3, x + 9, y + 9))]
    assert overlapping(boxes) == [("b", "a")] or overlapping(boxes) == [("a", "b")]
    low = ("low", (x - 5, y - 5, x + 5, y + 12))
    assert [name for name, _ in struck([low], figures.arrows)] == ["low"]
    assert struck([("high", rect_of(value))], figures.arrows) == []


def apart(one, other):
    """How far two rectangles are apart, across and down; below 0 where they overlap in that direction."""
    return tuple(max(one[i] - other[i + 2], other[i] - one[i + 2]) for i in (0, 1))


SCALARS = "e1 = exp(z1); e2 = exp(z2); S = e1 + e2; net = e1 + e1/S + 1/S; prob = e1/net; L = -log(prob)"
ARRAYS = "e = exp(s); Z = sum(e); probs = e/Z; scores = Z e/sum(probs); L = sum(scores)"
NAMED = {
    "numbers": (SCALARS, {"z1": 2.0, "z2": 3.0}),
    "arrays": (ARRAYS, {"s": frozen([3.2, 5.1, -1.7])}),
}


@pytest.mark.parametrize("options", [Options(), *OTHERWISE.values()], ids=["plain", *OTHERWISE])
@pytest.mark.parametrize("program", NAMED)
def test_a_name_stands_close_to_its_node_whatever_arrives_there(program, options):
    """Above the circle, or beside it where data flow down: not above an arrow that arrives from there."""
    trace = run(*NAMED[program])
    found = figure(draw(trace, options=options), trace.last)
    boxes = {box.node: rect_of_box(box) for box in found.boxes}
    names = [label for label in found.labels if label.role == "name" and label.node != trace.graph.output]
    assert names
    for label in names:
        away = apart(rect_of(label), boxes[label.node])
        assert max(away) == pytest.approx(4) and min(away) < 0, label.node


def test_a_value_above_a_name_keeps_away_from_it():
    """So that the two do not look like a fraction."""
    trace = run(*NAMED["numbers"])
    found = figure(draw(trace, options=Options(at_nodes=True)), trace.last)
    at = {(label.node, label.role): rect_of(label) for label in found.labels}
    for node in ("e1", "S", "prob"):
        value, name = at[node, "value"], at[node, "name"]
        assert name[1] - value[3] >= 8, node


@pytest.mark.parametrize("options", [Options(), Options(at_nodes=True), Options(down=True)])
def test_a_sum_of_gradients_keeps_away_from_the_outline_of_what_receives_it(options):
    trace = run("a + exp(a) + 1/a + exp(b) b", {"a": -3.123, "b": 2.0})
    drawing, seen = draw(trace, options=options), 0
    for count in range(len(trace) + 1):
        found = figure(drawing, trace.snapshot(count))
        for terms in (label for label in found.labels if label.role == "sum"):
            (box,) = (box for box in found.boxes if box.node == terms.node)
            assert box.mood == "receiving"
            left, top, right, bottom = rect_of_box(box)
            around = (left - 3, top - 1, right + 3, bottom + 1)  # as it is painted
            assert max(apart(rect_of(terms), around)) >= 3
            seen += 1
    assert seen >= 3
