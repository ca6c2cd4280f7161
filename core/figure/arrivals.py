"""In which order edges arrive at a node: where it makes no difference, the one with fewer crossings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations

from core.base.slicing import Work
from core.figure.labels import CLEAR, beside
from core.graph.graph import Edge, Graph
from core.layout import Edge as LayoutEdge
from core.layout import Placement, Route


def best_arrivals(
    graph: Graph, edges: tuple[Edge, ...], placed: Callable[[list[LayoutEdge]], Work[Placement]]
) -> Work[Placement]:
    """The placement of edges in the order that crosses less, as they are or with some inputs exchanged."""
    placement = yield from placed(_links(edges))
    yield
    swapped = _links(edges, _arrivals(graph, edges, placement))
    if swapped == _links(edges):
        return placement
    other = yield from placed(swapped)
    yield
    return min((other, placement), key=lambda found: _crossings(graph, edges, found))


def _arrivals(graph: Graph, edges: tuple[Edge, ...], placement: Placement) -> Mapping[str, list[Edge]]:
    """The order in which edges arrive at commutative nodes where the sources' places save a crossing."""
    found: dict[str, list[Edge]] = {}
    for edge in edges:
        if graph.nodes[edge.target].operation.commutative:
            found.setdefault(edge.target, []).append(edge)
    uses: dict[str, list[str]] = {}
    for edge in edges:
        uses.setdefault(edge.source, []).append(edge.target)
    for arriving in found.values():
        # a source that is used below as well is drawn down there, so its edge arrives below the others
        arriving.sort(key=lambda edge: _lowest_use(edge, uses[edge.source], placement))
    return found


def _crossings(graph: Graph, edges: tuple[Edge, ...], placement: Placement) -> int:
    """How often edges into one commutative node cross each other."""
    arriving: dict[str, list[Route]] = {}
    for edge, route in zip(edges, placement.routes, strict=True):
        if graph.nodes[edge.target].operation.commutative:
            arriving.setdefault(edge.target, []).append(route)
    return sum(_crosses(a, b) for routes in arriving.values() for a, b in combinations(routes, 2))


def _crosses(a: Route, b: Route) -> bool:
    """Whether of two edges the one that comes from above arrives below."""
    x = max(a.start[0], b.start[0]) + CLEAR
    higher, lower = (beside(route, x, 0.0, True)[1] for route in (a, b))
    return (higher - lower) * (a.end[1] - b.end[1]) < 0


def _lowest_use(edge: Edge, uses: Sequence[str], placement: Placement) -> float:
    """How far below an edge's target the only other use of its source stands, or 0."""
    if len(uses) - uses.count(edge.target) != 1:
        return 0.0
    (other,) = (target for target in uses if target != edge.target)
    return placement.centres[other][1] - placement.centres[edge.target][1]


def _links(edges: tuple[Edge, ...], arrivals: Mapping[str, list[Edge]] | None = None) -> list[LayoutEdge]:
    """The edges for the layout: which input of how many each one reaches, from top to bottom."""
    order: dict[str, list[Edge]] = {}
    for edge in edges:
        order.setdefault(edge.target, []).append(edge)
    order |= arrivals or {}
    return [LayoutEdge(e.source, e.target, order[e.target].index(e), len(order[e.target])) for e in edges]
