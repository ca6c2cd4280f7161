"""Layers with links that are as short as can be on the whole: the network simplex method.

A tree of links of length one holds all nodes together. It is cut at a link where moving the branch behind it
shortens the links on the whole; that branch moves until some other link of it has length one, by which it is
held from then on.

Source: Gansner et al., A technique for drawing directed graphs (1993). What a move saves is kept as sums over
branches, of which only those on the way to the root change.
"""

from __future__ import annotations

from collections.abc import Sequence

from core.base.slicing import Work

# nodes that are moved while links are shortened: about half a second
_MOST_MOVED = 1_000_000


class Tree:
    """A tree of links of length one that holds all nodes together; every link is a (source, target).

    layer       where every node stands: the links must lead on by at least one, and hold all nodes together
    above       for every node the link that leads towards the root, node 0, which has none (-1)
    branches    for every node those it holds
    lengthens   how much longer the links become on the whole when a node moves on by one layer, and with it
                all that it holds
    """

    def __init__(self, layer: list[int], ends: Sequence[tuple[int, int]]):
        self.layer, self.ends = layer, ends
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
        held = [0]
        inside = [False] * len(self.layer)
        inside[0] = True
        while True:
            for node in held:  # grows while it is walked
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
        """Move branches while that shortens the links, until many nodes have been moved."""
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
        """Move `top` and all it holds to the first link that stops it; how many nodes that are."""
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
        self._hold_by(top, inner, stop)
        return len(branch)

    def _hold_by(self, top: int, inner: int, link: int) -> None:
        """Hold `top`, and all that it holds, by another link, which ends at `inner` among these."""
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
