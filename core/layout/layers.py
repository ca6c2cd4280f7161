"""Which layer a node stands in, so that links lead on and are short on the whole.

Reading order: Edge, numbered, components, assign_layers, Layered (the graph cut into layers, long edges bent
at every layer). Nodes are numbers here; their order is the order in which the caller named them.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Sequence

from msgspec import Struct

from core.base.slicing import Work
from core.layout.boxes import Stretch
from core.layout.network_simplex import Tree

# bends beyond which edges from one node share them, and beyond which the longest edges have none
_BENDS, _MOST_BENDS = 3_000, 20_000


class Edge(Struct, frozen=True):
    """An arrow from `source` to input `port` (0 is the top one) of the `ports` inputs of `target`.

    It arrives on a `stretch`, which is level.
    """

    source: str
    target: str
    port: int = 0
    ports: int = 1
    stretch: Stretch = Stretch()


class Link(Struct, frozen=True):
    """An edge between numbered nodes, arriving at the target's top (`lean` -1/2) to bottom (1/2)."""

    source: int
    target: int
    lean: float


def numbered(names: Iterable[str], edges: Iterable[Edge], free: Collection[str] = ()) -> list[Link]:
    """The edges between the places of their nodes in `names`; ValueError for an unknown name or port.

    They lean nowhere where they arrive at the `free` nodes in any order.
    """
    number = {name: i for i, name in enumerate(names)}
    for edge in edges:
        for name in (edge.source, edge.target):
            if name not in number:
                raise ValueError(
                    f"The edge {edge.source} → {edge.target} needs the node {name}, which has no size."
                )
        if not 0 <= edge.port < edge.ports:
            raise ValueError(
                f"The edge {edge.source} → {edge.target} arrives at input {edge.port}, "
                f"but {edge.target} has the inputs 0 to {edge.ports - 1}."
            )
    return [
        Link(
            number[edge.source],
            number[edge.target],
            0.0 if edge.target in free else (edge.port + 0.5) / edge.ports - 0.5,
        )
        for edge in edges
    ]


def components(count: int, links: Sequence[Link]) -> list[list[int]]:
    """The nodes 0 to `count` - 1 in groups that hang together, all in ascending order."""
    neighbours: list[list[int]] = [[] for _ in range(count)]
    for link in links:
        neighbours[link.source].append(link.target)
        neighbours[link.target].append(link.source)
    seen = [False] * count
    groups = []
    for first in range(count):
        if seen[first]:
            continue
        seen[first] = True
        group = [first]
        for node in group:  # grows while it is walked
            for other in neighbours[node]:
                if not seen[other]:
                    seen[other] = True
                    group.append(other)
        groups.append(sorted(group))
    return groups


def check_order(names: Sequence[str], links: Sequence[Link]) -> None:
    """ValueError, naming the nodes, if the links form a cycle."""
    reached = set(_sorted(len(names), links))
    if len(reached) == len(names):
        return
    # every node left over has an input among those left over: going back from one to the next ends in a ring
    cause = {
        link.target: link.source
        for link in links
        if link.source not in reached and link.target not in reached
    }
    path = [next(iter(cause))]
    while path[-1] not in path[:-1]:
        path.append(cause[path[-1]])
    loop = " → ".join(names[node] for node in reversed(path[path.index(path[-1]) :]))
    raise ValueError(f"The edges form a cycle: {loop}. Data can only flow one way.")


def _sorted(count: int, links: Sequence[Link]) -> list[int]:
    """The nodes 0 to `count` - 1, each after all it depends on; those on and behind a cycle are left out."""
    waiting = [0] * count
    after: list[list[int]] = [[] for _ in waiting]
    for link in links:
        waiting[link.target] += 1
        after[link.source].append(link.target)
    ready = [node for node, inputs in enumerate(waiting) if inputs == 0]
    for node in ready:  # grows while it is walked
        for target in after[node]:
            waiting[target] -= 1
            if waiting[target] == 0:
                ready.append(target)
    return ready


def assign_layers(count: int, links: Sequence[Link]) -> Work[list[int]]:
    """The layer of every node from 0: every link leads on by at least one layer, and all are short together.

    The links must hold all `count` nodes together, without a cycle. Inputs stand beside their first use.
    """
    order = _sorted(count, links)
    yield
    layer = _early(order, links)
    yield
    tree = Tree(layer, [(link.source, link.target) for link in links])
    yield from tree.grow()
    yield from tree.shorten()
    first = min(tree.layer)
    return [at - first for at in tree.layer]


def with_first(layer: Sequence[int], entries: Sequence[int]) -> list[int]:
    """The layers with some inputs moved to the first one, which is theirs alone."""
    least = min((at for node, at in enumerate(layer) if node not in entries), default=0)
    return [0 if node in entries else at - least + 1 for node, at in enumerate(layer)]


def with_late_inputs(
    layer: Sequence[int], links: Sequence[Link], starts: Sequence[int], entries: Collection[int]
) -> tuple[list[int], list[int]]:
    """Move inputs that are first used in a later row to it, before their first use.

    Args:
        layer: the layer of every node.
        links: what leads from node to node.
        starts: the layers at which rows begin. A row gets a layer more where such an input needs one.
        entries: inputs that stay where they are.

    Returns:
        The new layers of the nodes, and those at which rows begin.
    """
    targets = {link.target for link in links}
    used: dict[int, int] = {}
    for link in links:
        if link.source not in targets and link.source not in entries:
            used[link.source] = min(used.get(link.source, layer[link.target]), layer[link.target])
    late = {node: at for node, at in used.items() if any(layer[node] < start <= at for start in starts)}
    opened = set(late.values()).intersection(starts)
    # between any two layers there is room for another
    moved = [2 * at for at in layer]
    for node, at in late.items():
        moved[node] = 2 * at - (1 if at in opened else 2)
    filled = sorted(set(moved))
    begins = {bisect_left(filled, 2 * start - (start in opened)) for start in starts}
    return [bisect_left(filled, at) for at in moved], sorted(begins)


def _early(order: Sequence[int], links: Sequence[Link]) -> list[int]:
    """Every node as early as its inputs allow (longest path), inputs themselves beside their first use."""
    inputs: list[list[int]] = [[] for _ in order]
    outputs: list[list[int]] = [[] for _ in order]
    for link in links:
        inputs[link.target].append(link.source)
        outputs[link.source].append(link.target)
    layer = [0] * len(order)
    for node in order:
        layer[node] = max((layer[i] + 1 for i in inputs[node]), default=0)
    for node in order:
        if not inputs[node]:
            layer[node] = min((layer[target] for target in outputs[node]), default=1) - 1
    return layer


class Layered(Struct):
    """A graph whose links all join neighbouring layers; bends of long edges are vertices behind the nodes.

    An edge that has no bends though it is long is none of the links.

    `before[v]` and `after[v]` list (neighbour, lean of the arrival at the link's target) one layer left and
    right of v.
    """

    nodes: int
    layers: list[list[int]]
    before: list[list[tuple[int, float]]]
    after: list[list[tuple[int, float]]]
    chains: list[list[int]]
    """For every link its vertices from source to target."""

    @property
    def vertices(self) -> int:
        """The number of nodes and bends together."""
        return len(self.before)

    @property
    def layer_of(self) -> list[int]:
        """The layer in which each vertex stands."""
        found = [0] * self.vertices
        for at, layer in enumerate(self.layers):
            for v in layer:
                found[v] = at
        return found


def cut_into_layers(layer: Sequence[int], links: Sequence[Link]) -> Work[Layered]:
    """The graph with a bend for every layer an edge passes through, the vertices of a layer by number.

    Where that would make too many bends, edges from one node share theirs and part where they must; where
    these are still too many, the longest edges have none.
    """
    layers: list[list[int]] = [[] for _ in range(max(layer) + 1)]
    for node, at in enumerate(layer):
        layers[at].append(node)
    before: list[list[tuple[int, float]]] = [[] for _ in layer]
    after: list[list[tuple[int, float]]] = [[] for _ in layer]
    shared = sum(layer[link.target] - layer[link.source] - 1 for link in links) > _BENDS
    longest = _longest_bent(layer, links)
    bend_of: dict[tuple[int, int], int] = {}
    chains = []
    for i, link in enumerate(links):
        yield
        chain = [link.source]
        if layer[link.target] - layer[link.source] > longest:
            chains.append([link.source, link.target])
            continue
        for at in range(layer[link.source] + 1, layer[link.target]):
            bend = bend_of.setdefault((link.source if shared else i, at), len(before))
            if bend == len(before):
                layers[at].append(bend)
                before.append([(chain[-1], 0.0)])
                after.append([])
                after[chain[-1]].append((bend, 0.0))
            chain.append(bend)
        after[chain[-1]].append((link.target, link.lean))
        before[link.target].append((chain[-1], link.lean))
        chains.append([*chain, link.target])
    return Layered(len(layer), layers, before, after, chains)


def _longest_bent(layer: Sequence[int], links: Sequence[Link]) -> int:
    """How many layers an edge leads on at most that has bends, so that there are not too many of them."""
    reach: dict[int, int] = {}
    for link in links:
        reach[link.source] = max(reach.get(link.source, 0), layer[link.target] - layer[link.source])
    bends = longest = 0
    for far in sorted(reach.values()):
        bends += far - 1
        if bends > _MOST_BENDS:
            break
        longest = far
    return longest
