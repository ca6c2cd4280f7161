"""In which order edges arrive at a node: where it makes no difference, the one with fewer crossings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import combinations

from core.figure.labels import CLEAR, beside
from core.graph import Edge, Graph
from core.layout import Edge as LayoutEdge
from core.layout import Placement, Route

# operations whose inputs may arrive in any order without changing what is computed
COMMUTATIVE = {"add", "mul", "maximum", "minimum"}


def best_arrivals(
    graph: Graph, edges: tuple[Edge, ...], placed: Callable[[list[LayoutEdge]], Placement]
) -> Placement:
    """The placement of edges in the order that crosses less, as they are or with some inputs exchanged."""
    placement = placed(_links(edges))
    swapped = _links(edges, _arrivals(graph, edges, placement))
    if swapped == _links(edges):
        return placement
    return min((placed(swapped), placement), key=lambda found: _crossings(graph, edges, found))


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


def _crossings(graph: Graph, edges: tuple[Edge, ...], placement: Placement) -> int:
    """How often edges into one commutative node cross each other."""
    arriving: dict[str, list[Route]] = {}
    for edge, route in zip(edges, placement.routes, strict=True):
        if graph.nodes[edge.target].op in COMMUTATIVE:
            arriving.setdefault(edge.target, []).append(route)
    return sum(_crosses(a, b) for routes in arriving.values() for a, b in combinations(routes, 2))


def _crosses(a: Route, b: Route) -> bool:
    """Whether of two edges the one that comes from above arrives below."""
    x = max(a.start[0], b.start[0]) + CLEAR
    higher, lower = (beside(route, x, 0.0, True)[1] for route in (a, b))
    return (higher - lower) * (a.end[1] - b.end[1]) < 0


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
