"""In which order the vertices of a layer stand, top to bottom, so that few edges cross.

Reading order: order_layers (two starts, then shuffles of the best order), _walk (the starts), _Search with
its two moves: sort a layer by where the neighbours stand, and exchange two vertices where that saves
crossings. An arrow arrives at its target's place plus its lean, so two arrows that swap a node's inputs count
as crossing.
"""

from __future__ import annotations

import random
from bisect import bisect_left, bisect_right, insort
from collections.abc import Sequence

from core.base.slicing import Work
from core.layout.layers import Layered

Order = list[list[int]]

# how many times a vertex may be looked at: per vertex, and in all (about 1 microsecond each)
_LOOKS_PER_VERTEX = 125
_LOOKS = 45_000
# sorting rounds without fewer crossings before a start is given up, and rounds after a shuffle
_PATIENCE = 3
_ROUNDS = 8
# shuffles without fewer crossings before the search ends
_SHUFFLES = 8


def order_layers(graph: Layered) -> Work[int]:
    """Put every layer into the best order found; in the end the number of crossings left.

    Two walks through the graph give the first orders. What effort is left goes into shuffling a few layers of
    the best order and mending it again; the shuffles come from a fixed seed, so equal graphs get equal
    orders.
    """
    search = _Search(graph)
    for ahead in (graph.before, graph.after):
        search.start(_walk(graph, ahead))
        yield from search.descend()
    dice = random.Random(0)
    fewest, idle = search.fewest, 0
    while fewest and search.looks > 0 and idle < _SHUFFLES:
        search.shuffle(dice)
        yield from search.mend(dice)
        idle = 0 if search.fewest < fewest else idle + 1
        fewest = search.fewest
    graph.layers = search.best
    return search.fewest


def _walk(graph: Layered, ahead: Sequence[Sequence[tuple[int, float]]]) -> Order:
    """Every layer in the order in which a depth-first walk from one end of the graph meets its vertices."""
    depth = [0] * graph.vertices
    for at, layer in enumerate(graph.layers):
        for v in layer:
            depth[v] = at
    behind = graph.after if ahead is graph.before else graph.before
    layers: Order = [[] for _ in graph.layers]
    seen = [False] * graph.vertices
    to_visit = [v for v in reversed(range(graph.nodes)) if not behind[v]]
    while to_visit:
        v = to_visit.pop()
        if not seen[v]:
            seen[v] = True
            layers[depth[v]].append(v)
            to_visit.extend(w for w, _ in reversed(ahead[v]))
    return layers


class _Search:
    """A walk through the orders of a graph's layers that remembers the best one met.

    After a move only what it touched is looked at again: `restless` layers may gain by an exchange, and the
    crossings behind `stale` layers have to be counted anew.
    """

    def __init__(self, graph: Layered):
        self.graph = graph
        self.looks: float = min(_LOOKS, _LOOKS_PER_VERTEX * graph.vertices)
        self.place = [0] * graph.vertices
        self.sources = [[w for w, _ in links] for links in graph.before]
        self.crossings_behind = [0] * len(graph.layers)
        self.start(graph.layers)
        self.best, self.fewest = graph.layers, self._crossings()

    def start(self, layers: Order) -> None:
        """Begin anew from this order."""
        self.layers = [list(layer) for layer in layers]
        for layer in self.layers:
            self._number(layer)
        self.restless = [True] * len(layers)
        self.stale = [True] * len(layers)

    def descend(self) -> Work[None]:
        """Exchange and sort until nothing gets better for a while."""
        yield from self._exchange(also_equal=False)
        here = self._remember()
        idle = turn = 0
        while self.fewest and idle < _PATIENCE and (self.looks > 0 or turn < 2):
            yield from self._sort_all(turn)
            yield from self._exchange(also_equal=turn % 4 >= 2)
            count = self._remember()
            idle = 0 if count < here else idle + 1
            here = min(here, count)
            turn += 1

    def shuffle(self, dice: random.Random) -> None:
        """Go back to the best order and mix three or four neighbouring layers of it."""
        at = dice.randrange(len(self.layers))
        for i, layer in enumerate(self.layers):
            mixed = -2 < i - at <= 2
            if mixed or layer != self.best[i]:
                layer[:] = self.best[i]
                if mixed:
                    dice.shuffle(layer)
                self._moved(i)

    def mend(self, dice: random.Random) -> Work[None]:
        """Exchange, then sort some rounds, from a shuffled order."""
        for also_equal in (False, True):
            yield from self._exchange(also_equal)
            self._remember()
        first = dice.randrange(2)
        for turn in range(_ROUNDS):
            yield from self._sort_all(turn + first)
            yield from self._exchange(also_equal=turn % 2 == 1)
            self._remember()

    def _remember(self) -> int:
        count = self._crossings()
        if count < self.fewest:
            self.best, self.fewest = [list(layer) for layer in self.layers], count
        return count

    def _number(self, layer: list[int]) -> None:
        for i, v in enumerate(layer):
            self.place[v] = i

    def _moved(self, at: int) -> None:
        """Take note that a layer has a new order that may be bettered."""
        self._number(self.layers[at])
        for i in (at - 1, at, at + 1):
            if 0 <= i < len(self.layers):
                self.restless[i] = True
        self.stale[at] = self.stale[max(at - 1, 0)] = True

    def _crossings(self) -> int:
        for at, stale in enumerate(self.stale):
            if stale:
                self.crossings_behind[at] = self._count_behind(at)
                self.stale[at] = False
        return sum(self.crossings_behind)

    def _count_behind(self, at: int) -> int:
        """Crossings between a layer and the next: inversions of the arrivals, counted as they are sorted."""
        place, after = self.place, self.graph.after
        passed: list[float] = []
        count = 0
        for v in self.layers[at]:
            for arrival in sorted([place[w] + lean for w, lean in after[v]]):
                count += len(passed) - bisect_right(passed, arrival)
                insort(passed, arrival)
        return count

    def _sort_all(self, turn: int) -> Work[None]:
        """Sort all layers by the mean place of the neighbours: left, right, or every third turn both."""
        self.looks -= self.graph.vertices
        forward, both = turn % 2 == 0, turn % 3 == 2
        steps = range(len(self.layers))
        for at in steps if forward else reversed(steps):
            self._sort(at, by_sources=forward or both, by_targets=both or not forward)
            yield

    def _sort(self, at: int, by_sources: bool, by_targets: bool) -> None:
        place, after = self.place, self.graph.after
        layer = self.layers[at]
        keyed: list[tuple[float, int]] = []
        # a vertex without such neighbours keeps its place among the others
        slots = []
        for i, v in enumerate(layer):
            places: list[float] = [place[w] for w in self.sources[v]] if by_sources else []
            if by_targets:
                places += [place[w] + lean for w, lean in after[v]]
            if places:
                keyed.append((sum(places) / len(places), i))
                slots.append(i)
        keyed.sort()
        order = list(layer)
        for slot, (_, i) in zip(slots, keyed, strict=True):
            order[slot] = layer[i]
        if order != layer:
            layer[:] = order
            self._moved(at)

    def _exchange(self, also_equal: bool) -> Work[None]:
        """Exchange neighbours while that saves crossings, with `also_equal` once where it costs none."""
        if also_equal:
            self.restless = [True] * len(self.layers)
        while True in self.restless:
            for at, restless in enumerate(self.restless):
                if restless:
                    yield
                    self.restless[at] = False
                    if len(self.layers[at]) > 1:
                        self._exchange_in(at, also_equal)

    def _exchange_in(self, at: int, also_equal: bool) -> None:
        place, sources, after = self.place, self.sources, self.graph.after
        layer = self.layers[at]
        self.looks -= 0.3 * len(layer)
        lefts: list[list[float]] = [[place[w] for w in sources[v]] for v in layer]
        rights: list[list[float]] = [[place[w] + lean for w, lean in after[v]] for v in layer]
        for places in (*lefts, *rights):
            if len(places) > 1:
                places.sort()
        changed = saved = False
        left, right = lefts[0], rights[0]  # of the vertex above the gap looked at
        for i in range(1, len(layer)):
            low_left, low_right = lefts[i], rights[i]
            # most pairs do not cross at all: seen here without a call
            if (left and low_left and left[-1] > low_left[0]) or (
                right and low_right and right[-1] > low_right[0]
            ):
                now = _inversions(left, low_left) + _inversions(right, low_right)
                saving = now - _inversions(low_left, left) - _inversions(low_right, right)
                if saving > 0 or (saving == 0 and also_equal):
                    layer[i - 1], layer[i] = layer[i], layer[i - 1]
                    changed, saved = True, saved or saving > 0
                    continue
            left, right = low_left, low_right
        if saved:
            self._moved(at)
        elif changed:
            self._number(layer)
            self.stale[at] = self.stale[max(at - 1, 0)] = True


def _inversions(upper: Sequence[float], lower: Sequence[float]) -> int:
    """How many pairs of links of two vertices, one above the other, cross; both ascending."""
    if len(upper) == 1:
        return bisect_left(lower, upper[0])
    return sum([bisect_left(lower, place) for place in upper])
