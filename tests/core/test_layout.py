"""Layouts of random and of well-known graphs: nothing overlaps, nothing is crossed that need not be."""

import itertools
import math
import os
import random
import subprocess
import sys
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.base.slicing import finished
from core.figure import draw
from core.graph.programs import read_program
from core.layout import (
    Edge,
    Frame,
    Placement,
    Route,
    Space,
    Stretch,
    detours,
    layers,
    place,
    place_in_pieces,
    point_at,
)
from core.layout.boxes import Span
from core.layout.curves import Cubic, halves
from core.layout.detours import hits
from core.layout.layers import assign_layers, cut_into_layers, numbered
from core.layout.parts import orders_found, placements_found
from core.layout.placement import GAP_X, GAP_Y
from core.layout.routing import smooth
from core.passes.guessed_values import with_defaults
from core.passes.stepper import run

Sizes = dict[str, tuple[float, float]]
Graph = tuple[Sizes, list[Edge]]

CIRCLE, NAME, HEAT_MAP, VECTOR = (38.0, 38.0), (34.0, 24.0), (120.0, 90.0), (24.0, 110.0)


class Builder:
    """Writes a graph down operation by operation."""

    def __init__(self) -> None:
        self.sizes: Sizes = {}
        self.edges: list[Edge] = []

    def leaf(self, name: str, size: tuple[float, float] = NAME) -> str:
        self.sizes.setdefault(name, size)
        return name

    def op(self, sign: str, *inputs: str) -> str:
        name = f"{sign}{len(self.sizes)}"
        self.sizes[name] = CIRCLE
        self.edges += [Edge(source, name, i, len(inputs)) for i, source in enumerate(inputs)]
        return name

    @property
    def graph(self) -> Graph:
        return self.sizes, self.edges


def product_of_sum() -> Graph:
    """(x + y) z"""
    b = Builder()
    b.op("×", b.op("+", b.leaf("x"), b.leaf("y")), b.leaf("z"))
    return b.graph


def neuron() -> Graph:
    """1 / (1 + exp(-(w0 x0 + w1 x1 + w2)))"""
    b = Builder()
    products = [b.op("×", b.leaf(f"w{i}"), b.leaf(f"x{i}")) for i in range(2)]
    total = b.op("+", b.op("+", *products), b.leaf("w2"))
    b.op("1/", b.op("+1", b.op("exp", b.op("−", total))))
    return b.graph


def scalar_net(*widths: int) -> Graph:
    """A fully connected net of sigmoid neurons, every product and sum a node of its own."""
    b = Builder()
    values = [b.leaf(f"x{i}") for i in range(widths[0])]
    for layer, width in enumerate(widths[1:]):
        values = [
            b.op("σ", b.op("+", _weighted_sum(b, f"{layer}{j}", values), b.leaf(f"b{layer}{j}")))
            for j in range(width)
        ]
    return b.graph


def _weighted_sum(b: Builder, unit: str, values: list[str]) -> str:
    total = ""
    for i, value in enumerate(values):
        product = b.op("×", b.leaf(f"w{unit}{i}"), value)
        total = b.op("+", total, product) if total else product
    return total


def random_graph(nodes: int, seed: int) -> Graph:
    """Operations of one to three inputs on earlier nodes, in boxes of all shapes."""
    dice = random.Random(seed)
    sizes: Sizes = {f"n{i}": dice.choice([CIRCLE, CIRCLE, NAME, HEAT_MAP, VECTOR]) for i in range(nodes)}
    edges: list[Edge] = []
    for i in range(max(1, nodes // 4), nodes):
        ports = dice.randint(1, 3)
        edges += [Edge(f"n{dice.randrange(max(0, i - 25), i)}", f"n{i}", p, ports) for p in range(ports)]
    return sizes, edges


KNOWN = [
    product_of_sum(),
    neuron(),
    scalar_net(2, 4, 2, 1),
    *(random_graph(n, seed) for n in (8, 25, 60) for seed in (1, 2, 3)),
]
graphs = st.builds(random_graph, st.integers(1, 40), st.integers(0, 10**6))


def spans(graph: Graph, placement: Placement) -> dict[str, tuple[float, float, float, float]]:
    """Left, top, right and bottom of every box."""
    return {
        name: (x - w / 2, y - h / 2, x + w / 2, y + h / 2)
        for name, (w, h) in graph[0].items()
        for x, y in [placement.centres[name]]
    }


def check_all(graph: Graph) -> None:
    sizes, edges = graph
    placement = place(sizes, edges)
    boxes = spans(graph, placement)
    check_distances(boxes)
    check_extent(placement, boxes)
    for edge, route in zip(edges, placement.routes, strict=True):
        check_ends(edge, route, boxes)
        check_flows_right(route)
        check_clear(route, [box for name, box in boxes.items() if name not in (edge.source, edge.target)])
    check_port_order(edges, placement)


def check_distances(boxes: dict[str, tuple[float, float, float, float]]) -> None:
    for (a, (left, top, right, bottom)), (b, other) in combinations(boxes.items(), 2):
        beside = max(other[0] - right, left - other[2])
        below = max(other[1] - bottom, top - other[3])
        assert beside > GAP_X - 0.1 or below > GAP_Y - 0.1, f"{a} and {b} are too close"


def check_extent(placement: Placement, boxes: dict[str, tuple[float, float, float, float]]) -> None:
    points = [p for route in placement.routes for p in route.sampled()]
    points += [p for left, top, right, bottom in boxes.values() for p in ((left, top), (right, bottom))]
    assert all(-0.01 <= x <= placement.width + 0.01 for x, _ in points)
    assert all(-0.01 <= y <= placement.height + 0.01 for _, y in points)


def check_ends(edge: Edge, route: Route, boxes: dict[str, tuple[float, float, float, float]]) -> None:
    _, top, right, bottom = boxes[edge.source]
    assert route.start == pytest.approx((right, (top + bottom) / 2))
    left, top, right, bottom = boxes[edge.target]
    assert left - 0.01 <= route.end[0] < (left + right) / 2
    assert top <= route.end[1] <= bottom


def check_flows_right(route: Route) -> None:
    assert all(a[0] < b[0] for a, b in pairwise(route.sampled()))


def check_clear(route: Route, boxes: list[tuple[float, float, float, float]]) -> None:
    points = np.array(route.sampled(chords=60))
    for left, top, right, bottom in boxes:
        inside = (points > (left, top)).all(axis=1) & (points < (right, bottom)).all(axis=1)
        assert not inside.any()


def check_port_order(edges: list[Edge], placement: Placement) -> None:
    arrivals: dict[str, list[tuple[int, float]]] = {}
    for edge, route in zip(edges, placement.routes, strict=True):
        arrivals.setdefault(edge.target, []).append((edge.port, route.end[1]))
    for arriving in arrivals.values():
        heights = [y for _, y in sorted(arriving)]
        assert all(b - a > 4 for a, b in pairwise(heights))


def crossings(routes: tuple[Route, ...]) -> int:
    """How many times routes cross, counted on the curves as they are drawn."""
    lines = [np.array(route.sampled()) for route in routes]
    return sum(_crossings_of(a, b) for a, b in combinations(lines, 2))


def _crossings_of(a: np.ndarray, b: np.ndarray) -> int:
    if (a.max(axis=0) < b.min(axis=0)).any() or (b.max(axis=0) < a.min(axis=0)).any():
        return 0

    def side(p: np.ndarray, q: np.ndarray, r: np.ndarray) -> np.ndarray:
        u, v = q - p, r - p
        return np.sign(u[..., 0] * v[..., 1] - u[..., 1] * v[..., 0])

    p, q, r, s = a[:-1, None], a[1:, None], b[None, :-1], b[None, 1:]
    return int(((side(p, q, r) * side(p, q, s) < 0) & (side(r, s, p) * side(r, s, q) < 0)).sum())


@pytest.mark.parametrize("graph", KNOWN)
def test_known_graphs_are_drawn_well(graph: Graph) -> None:
    check_all(graph)


@settings(max_examples=30, deadline=None)
@given(graphs)
def test_random_graphs_are_drawn_well(graph: Graph) -> None:
    check_all(graph)


@pytest.mark.parametrize("graph", KNOWN)
def test_equal_input_gives_equal_output(graph: Graph) -> None:
    first = place(*graph)
    placements_found.clear()
    assert place(*graph) == first


def test_the_hash_seed_does_not_matter() -> None:
    program = (
        "from core.layout import Edge, place\n"
        "edges = [Edge(f'n{i * 7 % (j or 1)}', f'n{j}', i, 2) for j in range(1, 30) for i in range(2)]\n"
        "print(place({f'n{i}': (30, 30) for i in range(30)}, edges))"
    )

    def output(seed: str) -> str:
        return subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=Path(__file__).parents[2],
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    assert output("1") == output("2") != ""


def test_inputs_stand_symmetrically_around_their_operation() -> None:
    centres = place(*product_of_sum()).centres
    x, y, total, z, product = (centres[name][1] for name in ("x", "y", "+2", "z", "×4"))
    assert (x + y) / 2 == pytest.approx(total, abs=3)
    assert total == pytest.approx(product, abs=0.1)
    assert x < total < y < z


def test_a_mirrored_graph_gets_a_mirrored_picture() -> None:
    b = Builder()
    b.op("+", *(b.op("×", b.leaf(f"w{i}"), b.leaf(f"x{i}")) for i in range(4)))
    placement = place(*b.graph)
    middle = placement.height / 2
    for i in range(4):
        w, x = placement.centres[f"w{i}"], placement.centres[f"x{3 - i}"]
        assert w[1] - middle == pytest.approx(middle - x[1], abs=0.05)


def test_a_chain_is_a_straight_line() -> None:
    b = Builder()
    value = b.leaf("x")
    for _ in range(12):
        value = b.op("f", value)
    placement = place(*b.graph)
    assert len({round(y, 6) for _, y in placement.centres.values()}) == 1
    assert all(y == pytest.approx(route.start[1]) for route in placement.routes for _, y in route.sampled())


def test_the_tail_of_the_neuron_is_level() -> None:
    centres = place(*neuron()).centres
    tail = [centres[name][1] for name in centres if name[:1] in "−1e" or name.startswith("+1")]
    assert len(tail) >= 4
    assert max(tail) - min(tail) < 0.1


def test_inputs_stand_beside_their_first_use() -> None:
    sizes, edges = neuron()
    centres = place(sizes, edges).centres
    columns = sorted({round(x) for x, _ in centres.values()})
    for edge in edges:
        if edge.source[0] in "wx":
            source, target = (columns.index(round(centres[name][0])) for name in (edge.source, edge.target))
            assert target == source + 1


def test_a_long_edge_does_not_wiggle() -> None:
    b = Builder()
    skipped = b.leaf("x")
    value = b.op("f", skipped)
    for i in range(6):
        value = b.op("+", value, b.leaf(f"c{i}"))
    b.op("+", value, skipped)
    placement = place(*b.graph)
    climbs = [b[1] - a[1] for a, b in pairwise(placement.routes[-1].sampled()) if abs(b[1] - a[1]) > 0.01]
    turns = sum((a > 0) != (b > 0) for a, b in pairwise(climbs))
    assert turns <= 1


def test_two_edges_between_the_same_nodes_part_and_arrive_apart() -> None:
    b = Builder()
    b.op("+", b.leaf("a"), "a")
    for free in ((), ("+1",)):
        upper, lower = place(*b.graph, free=free).routes
        assert upper.start == lower.start
        assert point_at(lower, 0.5)[1] - point_at(upper, 0.5)[1] > 8
        assert lower.end[1] - upper.end[1] > 15


# -- room for what is written beside edges

LABEL = Stretch(60.0, 20.0, 20.0)


def roomy(graph: Graph, dice: random.Random) -> tuple[dict[str, Space], list[Edge]]:
    """Spaces around boxes and stretches of edges of many sizes."""
    spaces = {
        name: Space(
            dice.choice([0.0, 12.0]),
            dice.choice([0.0, 18.0]),
            0.0,
            Stretch(*(dice.choice([0.0, 20.0, 70.0]) for _ in range(3))),
        )
        for name in graph[0]
    }
    lengths = [dice.choice([Stretch(), LABEL, Stretch(40.0, 0.0, 18.0)]) for _ in graph[1]]
    return spaces, [
        Edge(edge.source, edge.target, edge.port, edge.ports, stretch)
        for edge, stretch in zip(graph[1], lengths, strict=True)
    ]


@pytest.mark.parametrize("seed", range(12))
def test_the_room_around_boxes_is_free_of_edges_and_of_other_boxes(seed: int) -> None:
    graph = random_graph(30, seed)
    spaces, edges = roomy(graph, random.Random(seed))
    placement = place(graph[0], edges, spaces=spaces)
    kept = {}
    for name, (w, h) in graph[0].items():
        (x, y), space = placement.centres[name], spaces[name]
        kept[name] = x - w / 2 - space.left, y - h / 2 - space.above, x + w / 2, y + h / 2
        if space.stem.length:  # the line itself runs through its middle
            right = x + w / 2, x + w / 2 + space.stem.length
            kept[f"above {name}"] = right[0], y - space.stem.above, right[1], y - 0.5
            kept[f"below {name}"] = right[0], y + 0.5, right[1], y + space.stem.below
    lines = [np.array(route.sampled(chords=60)) for route in placement.routes]
    for name, box in kept.items():
        owner = name.split()[-1]
        for edge, points in zip(edges, lines, strict=True):
            if owner == edge.target or (name == owner == edge.source):
                continue
            inside = (points > box[:2]).all(axis=1) & (points < box[2:]).all(axis=1)
            assert not inside.any(), (name, edge)
        for other, span in kept.items():
            if other.split()[-1] != owner:
                beside = box[2] <= span[0] + 0.01 or span[2] <= box[0] + 0.01
                assert beside or box[3] <= span[1] + 0.01 or span[3] <= box[1] + 0.01, (name, other)


@pytest.mark.parametrize("seed", range(12))
def test_edges_are_level_where_they_leave_and_where_they_arrive(seed: int) -> None:
    graph = random_graph(20, seed)
    spaces, edges = roomy(graph, random.Random(seed))
    placement = place(graph[0], edges, spaces=spaces)
    for edge, route, (offset, _) in zip(edges, placement.routes, placement.arrivals, strict=True):
        points = np.array(route.sampled(chords=80))
        leaving = points[points[:, 0] <= route.start[0] + spaces[edge.source].stem.length]
        assert np.allclose(leaving[:, 1], route.start[1], atol=0.02)
        (x, y), (width, _) = placement.centres[edge.target], graph[0][edge.target]
        left = x - width / 2 - spaces[edge.target].left - edge.stretch.length
        arriving = points[(points[:, 0] >= left) & (points[:, 0] <= left + edge.stretch.length - 18)]
        assert np.allclose(arriving[:, 1], y + offset, atol=0.02)


def test_what_is_written_beside_edges_into_one_node_does_not_overlap() -> None:
    sizes = dict.fromkeys("abcd", NAME) | {"f": CIRCLE}
    edges = [Edge(name, "f", i, 4, LABEL) for i, name in enumerate("abcd")]
    offsets = [arrival.offset for arrival in place(sizes, edges).arrivals]
    assert all(lower - upper >= LABEL.above + LABEL.below for upper, lower in pairwise(offsets))


def test_the_main_way_runs_straight_through_a_graph_with_side_ways() -> None:
    b = Builder()
    value = b.op("×", b.leaf("x"), b.leaf("w"))
    main = [value]
    for i in range(4):
        value = b.op("+", value, b.leaf(f"c{i}"))
        main.append(value)
    heights = [place(*b.graph).centres[name][1] for name in main]
    assert max(heights) - min(heights) < 0.1
    skipped = b.op("+", value, main[0])
    placement = place(*b.graph)
    heights = [placement.centres[name][1] for name in [*main, skipped]]
    assert max(heights) - min(heights) < 0.5
    beside = [(b.leaf(f"c{i}"), main[i + 1]) for i in range(4)]
    assert all(abs(placement.centres[c][1] - placement.centres[v][1]) > 20 for c, v in beside)


def test_edges_into_a_node_in_any_order_do_not_cross_one_another() -> None:
    sizes = dict.fromkeys("abcd", NAME) | {"f": CIRCLE, "g": CIRCLE, "h": CIRCLE, "o": CIRCLE}
    edges = [
        Edge("a", "f", 1, 2), Edge("b", "f", 0, 2), Edge("c", "g", 1, 2), Edge("d", "g", 0, 2),
        Edge("f", "o", 1, 2), Edge("g", "o", 0, 2),
    ]  # fmt: skip
    assert crossings(place(sizes, edges, free="fgo").routes) == 0


@pytest.mark.parametrize(("widths", "most"), [((2, 4, 2, 1), 22), ((3, 3, 1), 22), ((2, 2, 1), 3)])
def test_crossings_of_scalar_nets_stay_few(widths: tuple[int, ...], most: int) -> None:
    assert crossings(place(*scalar_net(*widths)).routes) <= most


RESIDUAL = "x1 = x + tanh(w1 x)\nx2 = x1 + tanh(w2 x1)\nx3 = x2 + tanh(w3 x2)"


@pytest.mark.parametrize("text", ["(x + y) z + x", RESIDUAL, "a - b/c^d + exp(p - q)"])
def test_programs_that_can_be_drawn_without_crossings_are(text: str) -> None:
    drawing = draw(run(text, with_defaults(read_program(text, ()), {})))
    assert crossings(drawing.placement.routes) == 0


def test_a_tree_has_no_crossing() -> None:
    dice = random.Random(5)
    b = Builder()
    values = [b.leaf(f"x{i}") for i in range(24)]
    while len(values) > 1:
        i = dice.randrange(len(values) - 1)
        values[i : i + 2] = [b.op("+", values[i], values[i + 1])]
    assert crossings(place(*b.graph).routes) == 0


def test_arrows_meet_a_circle_on_its_outline_and_a_box_on_its_side() -> None:
    edges = [Edge("x", "f", 0, 2), Edge("y", "f", 1, 2)]
    circle = place({"x": NAME, "y": NAME, "f": CIRCLE}, edges)
    for route in circle.routes:
        assert math.dist(route.end, circle.centres["f"]) == pytest.approx(CIRCLE[0] / 2)
    box = place({"x": NAME, "y": NAME, "f": CIRCLE}, edges, rounds=())
    assert {route.end[0] for route in box.routes} == {box.centres["f"][0] - CIRCLE[0] / 2}


def test_small_and_scattered_graphs() -> None:
    assert place({}, []) == Placement({}, (), (), 0.0, 0.0)
    assert place({"x": (30, 20)}, []) == Placement({"x": (15.0, 10.0)}, (), (), 30.0, 20.0)
    check_all(({**product_of_sum()[0], "a": NAME, "b": HEAT_MAP, "c": NAME}, product_of_sum()[1]))


@pytest.mark.parametrize(
    ("edges", "sentence"),
    [
        ([Edge("a", "b"), Edge("b", "c"), Edge("c", "b", 1, 2)], r"cycle: (b → c → b|c → b → c)\."),
        ([Edge("a", "a")], r"cycle: a → a\."),
        ([Edge("a", "d")], r"needs the node d, which has no size\."),
        ([Edge("a", "b", 2, 2)], r"arrives at input 2, but b has the inputs 0 to 1\."),
    ],
)
def test_impossible_graphs_are_refused_in_a_sentence(edges: list[Edge], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        place(dict.fromkeys("abc", NAME), edges)


def test_a_fixed_node_stays_and_the_others_do_not_move() -> None:
    sizes, edges = neuron()
    normal = place(sizes, edges)
    moved = place(sizes, edges, fixed={"w0": (40.0, 400.0), "gone": (0.0, 0.0)})
    assert moved.centres == {**normal.centres, "w0": (40.0, 400.0)}
    assert moved.height == pytest.approx(400 + NAME[1] / 2)
    for edge, before, after in zip(edges, normal.routes, moved.routes, strict=True):
        assert (before == after) == (edge.source != "w0")
    assert place(sizes, edges, fixed={"w0": normal.centres["w0"]}) == normal


def test_what_is_moved_beyond_the_corner_widens_the_picture() -> None:
    sizes, edges = product_of_sum()
    normal = place(sizes, edges)
    moved = place(sizes, edges, fixed={"x": (-100.0, -50.0)})
    assert (moved.left, moved.top) == pytest.approx((-100 - NAME[0] / 2, -50 - NAME[1] / 2))
    assert moved.width == pytest.approx(normal.width - moved.left)


@pytest.mark.parametrize(
    "at", [(-150.0, 30.0), (190.0, 160.0), (600.0, -80.0), (420.0, 300.0), (330.0, 60.0)]
)
def test_routes_of_moved_nodes_join_them_and_go_around_boxes(at: tuple[float, float]) -> None:
    graph = sizes, edges = neuron()
    placement = place(sizes, edges, fixed={"x0": at}, gap_x=76.0, gap_y=28.0)
    boxes = spans(graph, placement)
    for edge, route in zip(edges, placement.routes, strict=True):
        check_ends(edge, route, boxes)
        check_clear(route, [box for name, box in boxes.items() if name not in (edge.source, edge.target)])


def test_a_backward_edge_leaves_and_arrives_rightwards() -> None:
    sizes, edges = {"a": CIRCLE, "b": CIRCLE}, [Edge("a", "b")]
    (route,) = place(sizes, edges, fixed={"a": (400.0, 0.0), "b": (0.0, 0.0)}).routes
    points = route.sampled()
    assert points[1][0] > points[0][0]
    assert points[-1][0] > points[-2][0]
    assert not any(math.dist(point, (200.0, 0.0)) < 19 for point in points)


def test_many_long_edges_of_one_node_share_their_bends() -> None:
    b = Builder()
    value = x = b.leaf("x")
    for _ in range(80):
        value = b.op("×", value, x)
    links = numbered(b.sizes, b.edges)
    graph = finished(cut_into_layers(finished(assign_layers(len(b.sizes), links)), links))
    assert graph.vertices < 200
    check_all(b.graph)


def test_point_at_walks_by_length() -> None:
    route = Route(
        (0.0, 0.0), (((0.0, 0.0), (30.0, 0.0), (90.0, 0.0)), ((90.0, 10.0), (90.0, 20.0), (90.0, 30.0)))
    )
    assert point_at(route, 0) == route.start
    assert point_at(route, 1) == pytest.approx(route.end)
    assert point_at(route, 0.75) == pytest.approx((90.0, 0.0))
    assert point_at(route, 0.25) == pytest.approx((30.0, 0.0))
    assert point_at(Route((1.0, 2.0), ()), 0.5) == (1.0, 2.0)


# -- frames


def framed_square() -> tuple[Sizes, list[Edge], dict[str, Frame]]:
    """x feeds a and c; a, b and c stand in a frame, b and c in one of their own inside it."""
    sizes = {"x": NAME, "z": NAME, **dict.fromkeys("abcf", CIRCLE)}
    edges = [
        Edge("x", "a"), Edge("a", "b", 0, 2), Edge("x", "b", 1, 2), Edge("b", "c", 0, 2),
        Edge("z", "c", 1, 2), Edge("c", "f", 0, 2), Edge("z", "f", 1, 2),
    ]  # fmt: skip
    outer = Frame(frozenset("a"), "", "c", (40.0, 12.0))
    inner = Frame(frozenset("bc"), "outer", "c", (200.0, 12.0))
    return sizes, edges, {"outer": outer, "inner": inner}


def test_members_of_a_frame_stand_in_it_and_nothing_else_does() -> None:
    sizes, edges, frames = framed_square()
    placement = place(sizes, edges, frames=frames)
    outer, inner = placement.frames["outer"], placement.frames["inner"]
    assert outer.left < inner.left and inner.right < outer.right
    assert outer.top < inner.top and inner.bottom < outer.bottom
    assert inner.width > 200
    for name, (x, y) in placement.centres.items():
        w, h = sizes[name][0] / 2, sizes[name][1] / 2
        for span, members in ((outer, "abc"), (inner, "bc")):
            beside = x + w < span.left or span.right < x - w or y + h < span.top or span.bottom < y - h
            within = span.holds((x - w, y - h)) and span.holds((x + w, y + h))
            assert within if name in members else beside
    assert all(
        within <= whole
        for within, whole in ((outer.right, placement.width), (outer.bottom, placement.height))
    )


def test_edges_enter_a_frame_where_they_go_on() -> None:
    sizes, edges, frames = framed_square()
    placement = place(sizes, edges, frames=frames)
    left = placement.frames["outer"].left
    into_a, into_b = placement.routes[0], placement.routes[2]
    assert into_a.pieces[0] == into_b.pieces[0] and into_a.pieces[0][2][0] == pytest.approx(left)
    out = placement.routes[5]
    assert out.start == pytest.approx((placement.centres["c"][0] + CIRCLE[0] / 2, placement.centres["c"][1]))
    assert all(y == pytest.approx(out.start[1]) for _, y in out.pieces[0])


def test_the_space_around_a_box_is_kept_free_inside_a_frame() -> None:
    sizes, edges, frames = framed_square()
    close, wide = (
        place(sizes, edges, frames=frames, spaces=spaces).frames["inner"]
        for spaces in ({}, {"b": Space(0.0, 90.0, 70.0)})
    )
    assert wide.height >= close.height + 60


def test_without_frames_nothing_changes() -> None:
    graph = product_of_sum()
    assert place(*graph, frames={}) == place(*graph)


def test_a_moved_member_takes_the_border_of_its_frames_along() -> None:
    sizes, edges, frames = framed_square()
    at = (placement := place(sizes, edges, frames=frames)).centres["b"]
    moved = place(sizes, edges, frames=frames, fixed={"b": (at[0], at[1] + 300.0)})
    assert moved.frames["inner"].bottom > at[1] + 300 > placement.frames["outer"].bottom
    assert moved.frames["outer"].bottom > moved.frames["inner"].bottom
    assert place(sizes, edges, frames=frames, fixed={"x": (0.0, -90.0)}).frames == placement.frames


# -- large graphs


def long_sum(terms: int) -> Graph:
    """x + x + … + x, in which an edge leads from x past all sums before its own."""
    b = Builder()
    total = x = b.leaf("x")
    for _ in range(terms - 1):
        total = b.op("+", total, x)
    return b.graph


def sum_of_products(terms: int) -> Graph:
    """x y + x y + … + x y, in which every product is a node of its own."""
    b = Builder()
    total = b.op("×", b.leaf("x"), b.leaf("y"))
    for _ in range(terms - 1):
        total = b.op("+", total, b.op("×", "x", "y"))
    return b.graph


def work_of_pieces(graph: Graph) -> list[int]:
    """How many calls every piece of a layout makes."""
    placements_found.clear()
    work, counts, calls = place_in_pieces(*graph), [], itertools.count()
    while True:
        before = next(calls)
        sys.setprofile(lambda frame, event, arg: next(calls) if "call" in event else None)
        try:
            next(work)
        except StopIteration:
            return counts
        finally:
            sys.setprofile(None)
        counts.append(next(calls) - before)


@pytest.mark.parametrize("graph", [long_sum(200), sum_of_products(120)], ids=["sum", "products"])
def test_a_large_graph_is_laid_out_in_small_pieces(graph: Graph) -> None:
    counts = work_of_pieces(graph)
    assert len(counts) > 500
    assert max(counts) < 100_000  # some 20 milliseconds


def test_the_longest_edges_of_a_large_graph_have_no_bends() -> None:
    for graph, most in ((long_sum(400), 400), (sum_of_products(400), layers._MOST_BENDS)):
        links = numbered(*graph)
        found = finished(cut_into_layers(finished(assign_layers(len(graph[0]), links)), links))
        assert found.vertices - found.nodes <= most
        assert [(chain[0], chain[-1]) for chain in found.chains] == [(ln.source, ln.target) for ln in links]


def test_a_layout_that_is_left_halfway_leaves_nothing_behind() -> None:
    graph = scalar_net(3, 3, 1)
    whole = place(*graph)
    pieces = len(work_of_pieces(graph))
    for count in (1, pieces // 2, pieces - 1):
        placements_found.clear()
        work = place_in_pieces(*graph)
        for _ in range(count):
            next(work)
        work.close()
        assert not len(placements_found)
        assert place(*graph) == whole


# -- in rows


def chain(length: int, beside: int = 0) -> Graph:
    """A chain, every so many of its nodes with an input of its own."""
    b = Builder()
    value = b.leaf("x")
    for i in range(length):
        value = b.op("+", value, b.leaf(f"c{i}")) if beside and i % beside == 0 else b.op("f", value)
    return b.graph


@pytest.mark.parametrize("graph", [chain(20), chain(17, 3), scalar_net(3, 3, 1)], ids=["chain", "sum", "net"])
@pytest.mark.parametrize("count", [2, 3, 5])
def test_rows_stand_one_below_the_other_and_make_a_drawing_narrow(graph: Graph, count: int) -> None:
    one, several = place(*graph), place(*graph, rows=count)
    assert several.width < 1.3 * one.width / count + 150 and several.height > one.height
    boxes = spans(graph, several)
    check_distances(boxes)
    check_extent(several, boxes)
    for edge, route in zip(graph[1], several.routes, strict=True):
        check_ends(edge, route, boxes)
        check_clear(route, [box for name, box in boxes.items() if name not in (edge.source, edge.target)])


@pytest.mark.parametrize("every", [1, 2, 3])
@pytest.mark.parametrize("length", [6, 9, 16])
@pytest.mark.parametrize("count", [2, 3])
def test_an_input_stands_in_the_row_of_its_first_use_and_before_it(
    every: int, length: int, count: int
) -> None:
    graph = chain(length, every)
    at = place(*graph, rows=count).centres
    firsts = [edge for edge in graph[1] if edge.source.startswith("c")]
    assert firsts
    assert all(at[edge.source][0] < at[edge.target][0] for edge in firsts)
    early = place(*graph, rows=count, early=True).centres
    above = [edge for edge in firsts if early[edge.source][0] > early[edge.target][0]]
    assert len(above) == count - 1 if every == 1 else len(above) < count


def test_an_input_that_an_earlier_row_uses_too_stays_there() -> None:
    b = Builder()
    shared = b.leaf("s")
    value = b.op("+", b.leaf("x"), shared)
    for _ in range(8):
        value = b.op("f", value)
    b.op("+", value, shared)
    at = place(*b.graph, rows=2).centres
    assert abs(at["s"][1] - at["x"][1]) < 100


@pytest.mark.parametrize("more", [3, 4, 6])
def test_arrows_of_which_most_come_from_one_side_spread_over_the_whole_box(more: int) -> None:
    b = Builder()
    values = [b.leaf("x")]
    for _ in range(more + 1):
        values.append(b.op("f", values[-1]))
    target = b.op("+", *values)
    sizes, edges = b.graph
    placement = place(sizes, edges)
    meets = sorted(
        arrival.meets
        for edge, arrival in zip(edges, placement.arrivals, strict=True)
        if edge.target == target
    )
    height = sizes[target][1]
    assert meets[0] == pytest.approx(-meets[-1]) and meets[-1] - meets[0] > 0.6 * height
    gaps = [after - before for before, after in pairwise(meets)]
    assert max(gaps) == pytest.approx(min(gaps))


def test_edges_that_return_to_the_next_row_do_not_cross_one_another() -> None:
    b = Builder()
    values = [b.leaf(name) for name in "abc"]
    for _ in range(9):
        values = [b.op("f", value) for value in values]
    b.op("+", *values)
    assert crossings(place(*b.graph, rows=3).routes) == 0


def test_a_returning_edge_has_round_corners_and_no_kinks() -> None:
    graph = chain(12)
    for route in place(*graph, rows=2).routes:
        for (*_, second, end), (start, first, *_) in pairwise(route.cubics()):
            ways = [math.atan2(b[1] - a[1], b[0] - a[0]) for a, b in ((second, end), (start, first))]
            assert math.cos(ways[0] - ways[1]) == pytest.approx(1.0, abs=1e-3)


def test_data_that_flow_down_are_the_same_drawing_with_x_and_y_exchanged() -> None:
    placement = place(*neuron())
    down = placement.flipped
    assert down.centres["x0"] == placement.centres["x0"][::-1]
    assert (down.width, down.height) == (placement.height, placement.width)
    assert down.flipped == placement


def test_a_route_hits_a_box_if_a_point_of_it_lies_inside() -> None:
    chance, found = random.Random(3), 0
    for _ in range(400):
        xs = sorted(chance.uniform(0, 400) for _ in range(4))
        route = smooth([(x, chance.uniform(0, 200)) for x in xs], 0.0)
        left, top = chance.uniform(0, 380), chance.uniform(0, 180)
        box = Span(left, top, left + chance.uniform(8, 60), top + chance.uniform(8, 60))
        points = route.sampled(600)
        assert hits(route, [box]) or not any(box.grown(-1).holds(point) for point in points)
        assert any(box.grown(0.01).holds(point) for point in points) or not hits(route, [box])
        found += hits(route, [box])
    assert 40 < found < 360


def test_a_long_route_past_many_boxes_is_looked_at_in_few_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Dragging a node of a chain of 60 tanh took ten seconds for one picture."""
    looked: list[Cubic] = []
    monkeypatch.setattr(detours, "halves", lambda cubic: [looked.append(cubic), *halves(cubic)][1:])
    boxes = [Span(x, 40.0, x + 60, 90.0) for x in range(0, 50_000, 120)]
    assert not hits(smooth([(-50.0, 0.0), (50_000.0, 30.0)], 0.0), boxes)
    assert len(looked) < 4 * len(boxes)
    looked.clear()
    assert hits(smooth([(-50.0, 0.0), (50_000.0, 200.0)], 0.0), boxes)
    assert len(looked) < 40


@pytest.mark.parametrize("graph", KNOWN[2:])
def test_an_order_found_before_gives_the_same_layout(graph: Graph) -> None:
    sizes, edges = graph
    wider = {name: (width + 20, height) for name, (width, height) in sizes.items()}
    forget_layouts()
    anew = place(wider, edges)
    forget_layouts()
    place(sizes, edges)
    known = len(orders_found)
    assert place(wider, edges) == anew
    assert len(orders_found) == known  # nothing was sought


def forget_layouts() -> None:
    placements_found.clear()
    orders_found.clear()


def test_only_the_last_orders_are_kept() -> None:
    for nodes in range(2, 40):
        place({f"n{i}": CIRCLE for i in range(nodes)}, [Edge(f"n{i}", f"n{i + 1}") for i in range(nodes - 1)])
    assert len(orders_found) < 10
