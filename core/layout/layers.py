"""Which layer a node stands in: longest path from the inputs, and what can move on stands next to its use.

Reading order: Edge, numbered, components, assign_layers with the tree behind it, Layered (the graph cut into
layers, long edges bent at every layer). Nodes are numbers here; their order is the order in which the caller
named them.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Sequence

from msgspec import Struct

from core.base.slicing import Work
from core.layout.boxes import Stretch

# nodes that are moved while links are shortened: about half a second
_MOST_MOVED = 1_000_000
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
    tree = _Tree(layer, links)
    yield from tree.grow()
    yield from tree.shorten()
    first = min(tree.layer)
    return [at - first for at in tree.layer]


def with_first(layer: Sequence[int], entries: Sequence[int]) -> list[int]:
    """The layers with some inputs moved to the first one, which is theirs alone."""
    least = min((at for node, at in enumerate(layer) if node not in entries), default=0)
    return [0 if node in entries else at - least + 1 for node, at in enumerate(layer)]


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


class _Tree:
    """A tree of links of length one that holds all nodes together: the network simplex method.

    Cut the tree at a link where moving the branch behind it shortens the links on the whole, move that branch
    until some other link of it has length one, and hang it up there.

    above       for every node the link that leads towards the root, node 0, which has none (-1)
    branches    for every node those it holds
    lengthens   how much longer the links become on the whole when a node moves on by one layer, and with it
                all that it holds

    Source: Gansner et al., A technique for drawing directed graphs (1993); what a move saves is kept as sums
    over branches, of which only those on the way to the root change.
    """

    def __init__(self, layer: list[int], links: Sequence[Link]):
        self.layer = layer
        self.ends = [(link.source, link.target) for link in links]
        self.above = [-1] * len(layer)
        self.branches: list[set[int]] = [set() for _ in layer]
        self.lengthens = [0] * len(layer)
        self.touching: list[list[int]] = [[] for _ in layer]
        for i, (source, target) in enumerate(self.ends):
            self.touching[source].append(i)
            self.touching[target].append(i)
            self.lengthens[target] += 1
            self.lengthens[source] -= 1

    def grow(self) -> Work[None]:
        """Let the tree reach all nodes; where no short link leads on, what is held moves to the nearest."""
        held, walked = [0], 0
        inside = [False] * len(self.layer)
        inside[0] = True
        while True:
            for node in itertools.islice(held, walked, None):  # grows while it is walked
                for i in self.touching[node]:
                    other = self._other(i, node)
                    if not inside[other] and self._slack(i) == 0:
                        inside[other] = True
                        held.append(other)
                        self.above[other] = i
                        self.branches[node].add(other)
            if len(held) == len(self.layer):
                break
            yield
            leading_out = (i for i, (a, b) in enumerate(self.ends) if inside[a] != inside[b])
            nearest = min(leading_out, key=self._slack)
            step = self._slack(nearest) * (1 if inside[self.ends[nearest][0]] else -1)
            for node in held:
                self.layer[node] += step
        for node in reversed(held[1:]):
            self.lengthens[self._holder(node)] += self.lengthens[node]

    def shorten(self) -> Work[None]:
        """Hang up branches elsewhere until that shortens nothing, or many nodes have been moved."""
        node = settled = moved = 0
        while settled < len(self.layer) and moved < _MOST_MOVED:
            yield
            link, lengthens = self.above[node], self.lengthens[node]
            settled += 1
            if link >= 0 and (lengthens > 0 if self.ends[link][0] == node else lengthens < 0):
                moved += self._move(node)
                settled = 0
            node = (node + 1) % len(self.layer)

    def _slack(self, i: int) -> int:
        source, target = self.ends[i]
        return self.layer[target] - self.layer[source] - 1

    def _other(self, i: int, node: int) -> int:
        source, target = self.ends[i]
        return source + target - node

    def _holder(self, node: int) -> int:
        return self._other(self.above[node], node)

    def _move(self, top: int) -> int:
        """Move what `top` holds, and hang it up at the first link that stops it; how many nodes that are."""
        layer, ends = self.layer, self.ends
        back = ends[self.above[top]][0] == top
        branch = [top]
        for node in branch:  # grows while it is walked
            branch += self.branches[node]
        moving = set(branch)
        stops = [
            i
            for node in branch
            for i in self.touching[node]
            if (ends[i][1] == node) == back and self._other(i, node) not in moving
        ]
        stop = min(stops, key=lambda i: (self._slack(i), i))
        step = -self._slack(stop) if back else self._slack(stop)
        if step:
            for node in branch:
                layer[node] += step
        inner = ends[stop][1] if back else ends[stop][0]
        self._hang_up(top, inner, stop)
        return len(branch)

    def _hang_up(self, top: int, inner: int, link: int) -> None:
        """Let go of `top` with all it holds, and hold that by a link to its node `inner`."""
        whole = self.lengthens[top]
        self._add(-whole, self._holder(top))
        node, below = inner, 0
        while True:
            former, lengthens = self.above[node], self.lengthens[node]
            self.above[node], self.lengthens[node] = link, whole - below
            self.branches[self._holder(node)].add(node)
            holder = self._other(former, node)
            self.branches[holder].discard(node)
            if node == top:
                break
            node, link, below = holder, former, lengthens
        self._add(whole, self._holder(inner))

    def _add(self, lengthens: int, node: int) -> None:
        """Add to a node and all that hold it."""
        self.lengthens[node] += lengthens
        while self.above[node] >= 0:
            node = self._holder(node)
            self.lengthens[node] += lengthens


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
