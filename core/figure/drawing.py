"""The lasting part of a figure: where everything of a graph stands, whatever the step."""

import math
from collections.abc import Mapping
from functools import cached_property

from core.arrays import Value, shape_of
from core.dataclass import dataclass
from core.figure.labels import MIDDLE, Spot, Wanted, choose_spots, near_source
from core.figure.sizes import (
    GAP_X,
    GAP_Y,
    LABEL,
    LEAST_WIDTH,
    NAME,
    RADIUS,
    SMALL,
    SYMBOL,
    WIDTH_STEP,
    extent,
    heat_extent,
    is_listed,
    label_extent,
)
from core.figure.symbols import is_inlined, symbol
from core.graph import CONSTANT, Edge, Graph, Node
from core.layout import Edge as LayoutEdge
from core.layout import Placement, Point, Route, place
from core.notation.mathtree import Math
from core.notation.typeset import value_math
from core.numbers import DIGITS
from core.steps import Computed, Flowed, Seeded, Step, Story


@dataclass(frozen=True)
class Drawing:
    """A graph laid out: sizes of boxes, places, routes; moved nodes keep the place the user gave them."""

    graph: Graph
    placement: Placement
    sizes: Mapping[str, tuple[float, float]]
    symbols: Mapping[str, Math]
    edges: tuple[Edge, ...]
    room: float

    @cached_property
    def routes(self) -> Mapping[tuple[str, int], Route]:
        return {(e.target, e.port): r for e, r in zip(self.edges, self.placement.routes, strict=True)}

    @cached_property
    def leaving(self) -> Mapping[str, tuple[Edge, ...]]:
        """For each node the drawn edges on which its value leaves."""
        found: dict[str, list[Edge]] = {name: [] for name in self.sizes}
        for edge in self.edges:
            found[edge.source].append(edge)
        return {name: tuple(edges) for name, edges in found.items()}

    @cached_property
    def stub(self) -> Route | None:
        """The arrow on which the output leaves, where nothing else uses it."""
        output = self.graph.output
        if self.leaving[output]:
            return None
        x, y = self.placement.centres[output]
        start, third = x + self.sizes[output][0] / 2, (self.room + GAP_X) / 3
        return Route((start, y), (((start + third, y), (start + 2 * third, y), (start + 3 * third, y)),))

    @cached_property
    def alone(self) -> Mapping[str, Route]:
        """The one edge on which a node's value leaves, for nodes that have just one."""
        found = {
            name: self.routes[edges[0].target, edges[0].port]
            for name, edges in self.leaving.items()
            if len(edges) == 1
        }
        return found | ({self.graph.output: self.stub} if self.stub else {})

    @cached_property
    def spots(self) -> Mapping[tuple[str, int], Spot]:
        """Where on its edge a label is centred: (node, −1) for values, (target, port) for contributions."""
        return choose_spots(self._wanted(), self._obstacles(), self.placement.routes)

    def _wanted(self) -> list[Wanted]:
        values, contributions = [], []
        for name, edges in self.leaving.items():
            width, height = label_extent(self.graph.nodes[name].shape, self.room)
            if name in self.alone:
                route = self.alone[name]
                shares = near_source(route, width) if route is not self.stub else [0.45]
                values.append(Wanted((name, -1), route, width, height, height, shares))
                continue
            for edge in edges:
                route = self.routes[edge.target, edge.port]
                contributions.append(Wanted((edge.target, edge.port), route, width, 0, height, MIDDLE, True))
        return values + contributions

    def _obstacles(self) -> list[tuple[float, float, float, float]]:
        """Boxes with their captions, and the labels of nodes that are used more than once."""
        found = []
        for name, (width, height) in self.sizes.items():
            x, y = self.placement.centres[name]
            node = self.graph.nodes[name]
            label = 0 if name in self.alone else label_extent(node.shape, self.room)[1]
            caption = 0 if node.is_leaf else LABEL + 4
            half = width / 2 if name in self.alone else max(width, self.room * 0.8) / 2
            found.append((x - half, y - height / 2 - caption - label, x + half, y + height / 2 + label))
        return found


def label_width(story: Story, digits: int = DIGITS) -> float:
    """Room for the widest number of a story, in steps so wide that dragging does not shake the graph."""
    widest = max((_value_width(value, digits) for step in story.steps for value in _told(step)), default=0.0)
    return LEAST_WIDTH + WIDTH_STEP * max(0, math.ceil((widest - LEAST_WIDTH) / WIDTH_STEP))


def _told(step: Step) -> tuple[Value, ...]:
    match step:
        case Computed(_, value) | Seeded(_, value):
            return (value,)
        case Flowed(contribution=contribution, total=total):
            return contribution, total
    return ()


def _value_width(value: Value, digits: int) -> float:
    shape = shape_of(value)
    if not shape:
        return extent(value_math(value, digits), LABEL)[0]
    if is_listed(shape):
        return extent(value_math(value, min(digits, 3)), SMALL)[0]
    return heat_extent(shape)[0]


def draw(graph: Graph, moved: Mapping[str, Point] | None = None, room: float = 0.0) -> Drawing:
    """Lay a graph out, data flowing left to right, with room for labels of a width between the columns."""
    edges = tuple(edge for edge in graph.edges if not is_inlined(graph, edge))
    used = {edge.source for edge in edges} | {edge.target for edge in edges} | {graph.output}
    shown = [n for n in graph.nodes.values() if n.name in used or n.op != CONSTANT]
    symbols = {node.name: symbol(graph, node) for node in shown}
    sizes = {node.name: _box_size(node, symbols[node.name]) for node in shown}
    fixed = {name: point for name, point in (moved or {}).items() if name in sizes}
    room = max(room, LEAST_WIDTH)

    def placed(links: list[LayoutEdge]) -> Placement:
        return place(sizes, links, gap_x=room + GAP_X, gap_y=_gap_y(graph), fixed=fixed)

    placement = placed(_links(edges))
    swapped = _links(edges, _arrivals(graph, edges, placement))
    if swapped != _links(edges):
        placement = placed(swapped)
    return Drawing(graph, placement, sizes, symbols, edges, room)


# operations whose inputs may arrive in any order without changing what is computed
COMMUTATIVE = {"add", "mul", "maximum", "minimum"}


def _arrivals(graph: Graph, edges: tuple[Edge, ...], placement: Placement) -> Mapping[str, list[Edge]]:
    """The order in which edges arrive at commutative nodes where the sources' places save a crossing."""
    found: dict[str, list[Edge]] = {}
    for edge in edges:
        if graph.nodes[edge.target].op in COMMUTATIVE:
            found.setdefault(edge.target, []).append(edge)
    for arriving in found.values():
        # a source that is used below as well is drawn down there, so its edge arrives below the others
        arriving.sort(key=lambda edge: _lowest_use(edge, edges, placement))
    return found


def _lowest_use(edge: Edge, edges: tuple[Edge, ...], placement: Placement) -> float:
    here = placement.centres[edge.target][1]
    others = [
        placement.centres[e.target][1] for e in edges if e.source == edge.source and e.target != edge.target
    ]
    return max((y - here for y in others), default=0.0) if len(others) == 1 else 0.0


def _links(edges: tuple[Edge, ...], arrivals: Mapping[str, list[Edge]] | None = None) -> list[LayoutEdge]:
    """The edges for the layout: which input of how many each one reaches, from top to bottom."""
    order: dict[str, list[Edge]] = {}
    for edge in edges:
        order.setdefault(edge.target, []).append(edge)
    order |= arrivals or {}
    return [LayoutEdge(e.source, e.target, order[e.target].index(e), len(order[e.target])) for e in edges]


def _gap_y(graph: Graph) -> float:
    """Room between boxes for the labels above and below their edges."""
    tallest = max(label_extent(node.shape)[1] for node in graph.nodes.values())
    return 2 * tallest + GAP_Y


def _box_size(node: Node, math: Math) -> tuple[float, float]:
    if node.is_leaf:
        width, height = extent(math, NAME)
        if node.shape and not is_listed(node.shape):
            heat = heat_extent(node.shape)
            return width + 12 + heat[0], max(height, heat[1])
        return width + 6, height
    width, _ = extent(math, SYMBOL)
    return max(2 * RADIUS, width + 22), 2 * RADIUS
