"""In which order the vertices of a layer stand, top to bottom, so that few edges cross.

Every round starts from the best order so far, sorts all layers by the mean place of the neighbours, and moves
single vertices to where they cross least (sifting). Then, of the best order and the new one, the better is
taken for each layer. At last, of orders with as few crossings, one is sought in which more nodes stand as
they are numbered, which is as they are written.

An arrow arrives at its target's place plus its lean: two arrows that swap a node's inputs count as crossing,
unless both have the same lean.

Source: the walks and the sorting are those of Gansner et al., A technique for drawing directed graphs (1993);
sifting is that of Matuszewski et al., Using sifting for k-layer straightline crossing minimization (1999).

Reading order: order_layers, _walk (the starts), _Search with its steps shuffle, sort, sift, keep_better and
as_written.
"""

from __future__ import annotations

import math
import random
from bisect import bisect_right, insort
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate, combinations, pairwise
from operator import itemgetter
from typing import Any

from core.base.slicing import Work
from core.layout.layers import Layered

Order = list[list[int]]

# the effort of the search, about a microsecond a unit: at least, for each vertex, and at most
_LEAST_EFFORT, _EFFORT_PER_VERTEX, _MOST_EFFORT = 7_000, 55, 900_000
# rounds without fewer crossings before layers are shuffled
_PATIENCE = 2
# layers that are shuffled together
_SHUFFLED = 3
# times that layers are sifted in a round, vertices of the widest layer that is, vertices between two yields
_PASSES, _WIDEST, _AT_ONCE = 2, 800, 32
# a crossing counts as so many nodes that stand otherwise than they are numbered, in layers narrower than that
_CROSSING = 1 << 10
# the effort that may be spent on the order of the numbers
_TIDYING = 6_000
# bits for each number of a row, which are read as 32-bit integers ("i")
_BITS = 32


def order_layers(graph: Layered) -> Work[int]:
    """Put every layer into the best order found; in the end the number of crossings left.

    The search ends when its effort is spent, or as much effort without fewer crossings as there was before.
    Effort is counted, and shuffles come from a fixed seed, so equal graphs get equal orders.
    """
    search = _Search(graph)
    yield from search.prepare(graph)
    dice = random.Random(0)
    walks = []
    for ahead in (graph.before, graph.after):
        layers = yield from _walk(graph, ahead)
        walks.append(layers)
        search.start(layers)
        yield from search.keep_better()
    rounds, idle, latest = 0, 0, search.effort
    while search.fewest and (
        rounds < len(walks) or search.effort < min(search.most_effort, _LEAST_EFFORT + 2 * latest)
    ):
        forward = rounds % 2 == 0
        if rounds < len(walks):
            search.start(walks[rounds])
            yield from search.sort(forward, by_sources=forward, by_targets=not forward)
        else:
            search.start(search.best)
        if idle >= _PATIENCE:
            search.shuffle(dice)
            for onward in dice.choices((False, True), k=2):
                yield from search.sort(onward, by_sources=onward, by_targets=not onward)
        yield from search.sort(not forward, turned=rounds // 2 % 2 == 1)
        yield from search.sift()
        rounds, idle = rounds + 1, idle + 1
        if (yield from search.keep_better()):
            idle, latest = 0, search.effort
    yield from search.as_written(graph.nodes)
    graph.layers = search.best
    return int(search.fewest)


def _walk(graph: Layered, ahead: Sequence[Sequence[tuple[int, float]]]) -> Work[Order]:
    """Every layer in the order in which a depth-first walk from one end of the graph meets its vertices."""
    layer_of = graph.layer_of
    behind = graph.after if ahead is graph.before else graph.before
    layers: Order = [[] for _ in graph.layers]
    seen = [False] * graph.vertices
    to_visit = [v for v in reversed(range(graph.nodes)) if not behind[v]]
    while to_visit:
        yield
        v = to_visit.pop()
        if not seen[v]:
            seen[v] = True
            layers[layer_of[v]].append(v)
            to_visit.extend(w for w, _ in reversed(ahead[v]))
    return layers


class _Search:
    """An order of a graph's layers that is being changed, and the best one so far.

    layers, place      the order, and each vertex's place in its layer
    best, behind       the best order, and how many of its links cross behind every layer
    pulling            the sources by which a vertex is sorted
    numbered           how many vertices, the first ones, are nodes whose numbers decide between orders that
                       are equally good; 0 while their numbers do not matter
    leaving, arriving  the points, top down, at which links leave a vertex (all at one) or arrive at it (one
                       for each lean); a point is given by the other ends of its links
    """

    def __init__(self, graph: Layered):
        self.after = graph.after
        self.effort = 0.0
        self.numbered = 0
        self.most_effort: float = min(_LEAST_EFFORT + _EFFORT_PER_VERTEX * graph.vertices, _MOST_EFFORT)
        self.place = [0] * graph.vertices
        self.start(graph.layers)
        self.best = graph.layers
        self.behind = [math.inf] * (len(graph.layers) - 1)  # not counted
        self.pulling: list[list[int]] = []
        self.leaving: list[list[list[int]]] = []
        self.arriving: list[list[list[int]]] = []

    def prepare(self, graph: Layered) -> Work[None]:
        """Collect the neighbours of all vertices."""
        for before, after in zip(graph.before, graph.after, strict=True):
            yield
            sources = [w for w, _ in before]
            # an input used once follows its user: it does not pull, unless all sources are such
            pulling = [w for w in sources if graph.before[w] or len({user for user, _ in graph.after[w]}) > 1]
            self.pulling.append(pulling or sources)
            self.leaving.append([[w for w, _ in after]] if after else [])
            leans = sorted({lean for _, lean in before})
            self.arriving.append([[w for w, lean in before if lean == point] for point in leans])

    @property
    def fewest(self) -> float:
        """The crossings of the best order."""
        return sum(self.behind)

    def start(self, layers: Order) -> None:
        """Go on from this order."""
        self.layers = list(layers)
        for layer in layers:
            self._number(layer)

    def shuffle(self, dice: random.Random) -> None:
        """Mix some neighbouring layers, or all."""
        mixed = range(len(self.layers))
        if dice.randrange(2):
            first = dice.choice(mixed)
            mixed = mixed[first : first + _SHUFFLED]
        for at in mixed:
            self._put(at, dice.sample(self.layers[at], len(self.layers[at])))

    def _put(self, at: int, layer: list[int]) -> None:
        self.layers[at] = layer
        self._number(layer)

    def _number(self, layer: Iterable[int]) -> None:
        for i, v in enumerate(layer):
            self.place[v] = i

    # -- sort

    def sort(
        self, forward: bool, by_sources: bool = True, by_targets: bool = True, turned: bool = False
    ) -> Work[None]:
        """Sort all layers by the mean place of the neighbours; `turned` turns those of one mean around."""
        steps = range(len(self.layers))
        for at in steps if forward else reversed(steps):
            self._sort_layer(at, by_sources, by_targets, turned)
            yield

    def _sort_layer(self, at: int, by_sources: bool, by_targets: bool, turned: bool) -> None:
        place, layer = self.place, self.layers[at]
        mean: dict[int, float] = {}
        for v in layer:
            places: list[float] = [place[w] for w in self.pulling[v]] if by_sources else []
            if by_targets:
                places += [place[w] + lean for w, lean in self.after[v]]
            if places:
                mean[v] = sum(places) / len(places)
        # a vertex without such neighbours keeps its place among the others
        key: Callable[[int], Any] = (lambda v: (mean[v], v)) if self.numbered else mean.__getitem__
        ascending = iter(sorted(reversed(mean) if turned else mean, key=key))
        self._put(at, [next(ascending) if v in mean else v for v in layer])
        self.effort += 1.3 * len(layer)

    # -- sift

    def sift(self) -> Work[None]:
        """Move vertices to where they cross least, layer by layer; next to a changed layer once more."""
        restless = set(range(len(self.layers)))
        for turn in range(_PASSES):
            for at in sorted(restless, reverse=turn % 2 == 1):
                restless.discard(at)
                if 1 < len(self.layers[at]) <= _WIDEST and self.effort < self.most_effort:
                    changed = yield from self._sift_layer(at)
                    if changed:
                        restless |= {at - 1, at + 1} & set(range(len(self.layers)))

    def _sift_layer(self, at: int) -> Work[bool]:
        """Move every vertex of a layer to its best place; whether that changed anything."""
        layer = self.layers[at]
        count = len(layer)
        self.effort += 5
        rows, signs = self._savings(at), _row_of(1 << _BITS - 1, count)
        if self.numbered:
            self._add_numbers(rows, layer, signs)
        number = {v: i for i, v in enumerate(layer)}
        order, in_order = list(layer), itemgetter(*range(count))
        for i, v in enumerate(layer):
            if i % _AT_ONCE == 0:
                yield
                self.effort += min(_AT_ONCE, count - i) * (1.5 + count / 12)
            # flipping its sign bit makes a number that was larger by 2 ** 31 an integer in two's complement
            row = (rows[v] ^ signs).to_bytes(count * _BITS // 8, "little")
            savings = memoryview(row).cast("i").tolist()
            # what is saved if v stands below none, the first one, the first two, …
            below = list(accumulate(in_order(savings), initial=0))
            here, most = order.index(v), max(below)
            if most > below[here]:
                to = count - below[::-1].index(most)
                order.insert(to - (to > here), order.pop(here))
                in_order = itemgetter(*[number[w] for w in order])
        self._put(at, order)
        return order != layer

    def _savings(self, at: int) -> dict[int, int]:
        """For each vertex of a layer how many crossings it saves to stand below each of the others.

        Such a row of numbers is one long integer, as Python adds these at once: _BITS for every vertex, in
        the order of the layer, and every number larger by 2 ** (_BITS - 1), so that none is negative.
        """
        layer = self.layers[at]
        one = {v: 1 << _BITS * i for i, v in enumerate(layer)}
        rows = dict.fromkeys(layer, _row_of(1 << _BITS - 1, len(layer)))
        for beside, points in ((at - 1, self.leaving), (at + 1, self.arriving)):
            if not 0 <= beside < len(self.layers):
                continue
            ends_of = [ends for w in self.layers[beside] for ends in points[w]]
            links_of = [one[ends[0]] if len(ends) == 1 else sum([one[v] for v in ends]) for ends in ends_of]
            # links of every vertex that end above a point, less those that end below it
            above = -sum(links_of)
            for ends, links in zip(ends_of, links_of, strict=True):
                above += links
                for v in ends:
                    rows[v] += above
                above += links
        return rows

    def _add_numbers(self, rows: dict[int, int], layer: Sequence[int], signs: int) -> None:
        """Let it save a little to stand below a node with a smaller number and above one with a larger."""
        one = {v: 1 << _BITS * i for i, v in enumerate(layer) if v < self.numbered}
        smaller, total = 0, sum(one.values())
        for v in sorted(one):
            larger = total - smaller - one[v]
            rows[v] = (rows[v] - signs) * _CROSSING + smaller - larger + signs
            smaller += one[v]
        for v in layer:
            if v not in one:
                rows[v] = (rows[v] - signs) * _CROSSING + signs

    # -- keep

    def keep_better(self) -> Work[bool]:
        """Of the best order and the present one take the better for every layer; whether fewer links cross.

        What is best for all layers together is a shortest path: it leads from layer to layer, each in one of
        the two orders, and is as long as there are crossings.
        """
        before, orders, both = self.fewest, (self.best, self.layers), (0, 1)
        shortest = [0.0, 0.0]
        crossings: list[list[list[float]]] = []  # behind every layer: by its order and that of the next layer
        came_by: list[list[int]] = []  # for every layer but the first, by its order: that of the layer before
        for at, known in enumerate(self.behind):
            here = [
                [self._crossings(orders[a][at], orders[b][at + 1]) if a or b else known for b in both]
                for a in both
            ]
            lengths = [[shortest[a] + here[a][b] for a in both] for b in both]
            # of two as good the new one, which leads on
            came_by.append([1 if new <= old else 0 for old, new in lengths])
            shortest = [min(length) for length in lengths]
            crossings.append(here)
            yield
        path = [1 if shortest[1] <= shortest[0] else 0]
        for by in reversed(came_by):
            path.append(by[path[-1]])
        path.reverse()
        self.best = [orders[taken][at] for at, taken in enumerate(path)]
        self.behind = [here[a][b] for here, (a, b) in zip(crossings, pairwise(path), strict=True)]
        return self.fewest < before

    def as_written(self, nodes: int) -> Work[None]:
        """Seek an order with as few crossings in which more nodes of a layer stand as they are numbered.

        One layer after the other is put into that order, or two of its nodes are, and the others follow.
        """
        if max(map(len, self.layers)) >= _CROSSING:
            return
        self.numbered, self.most_effort = nodes, self.effort + _TIDYING
        astray, is_better = self._astray(self.best), True
        while astray and is_better:
            is_better = False
            for at in reversed(range(len(self.best))):
                for layer in self._as_numbered(self.best[at]):
                    if self.effort > self.most_effort:
                        return
                    self.start(self.best)
                    self._put(at, layer)
                    yield from self._follow(at)
                    crossings: list[float] = []
                    for upper, lower in pairwise(self.layers):
                        crossings.append(self._crossings(upper, lower))
                        yield
                    now = self._astray(self.layers)
                    if (sum(crossings), now) < (self.fewest, astray):
                        self.best, self.behind, astray = list(self.layers), crossings, now
                        is_better = True
                        break

    def _as_numbered(self, layer: list[int]) -> Iterator[list[int]]:
        """A layer with its nodes as they are numbered, and with any two of them so that are not."""
        places = [place for place, v in enumerate(layer) if v < self.numbered]
        ascending = list(layer)
        for place, v in zip(places, sorted(layer[place] for place in places), strict=True):
            ascending[place] = v
        if ascending != layer:
            yield ascending
        for one, other in combinations(places, 2):
            if layer[one] > layer[other]:
                exchanged = list(layer)
                exchanged[one], exchanged[other] = layer[other], layer[one]
                yield exchanged

    def _follow(self, at: int) -> Work[None]:
        """Sort what is before and behind a layer by it, and sift all."""
        for behind in range(at + 1, len(self.layers)):
            self._sort_layer(behind, by_sources=True, by_targets=False, turned=False)
            yield
        for before in reversed(range(at)):
            self._sort_layer(before, by_sources=False, by_targets=True, turned=False)
            yield
        yield from self.sift()

    def _astray(self, layers: Order) -> int:
        """How many pairs of nodes in a layer stand otherwise than they are numbered."""
        count = 0
        for layer in layers:
            passed: list[int] = []
            for v in layer:
                if v < self.numbered:
                    count += len(passed) - bisect_right(passed, v)
                    insort(passed, v)
        self.effort += self.numbered / 2
        return count

    def _crossings(self, upper: Iterable[int], lower: Iterable[int]) -> int:
        """How many links between two layers cross: inversions of the arrivals, counted as they are sorted."""
        self._number(lower)
        place, after = self.place, self.after
        passed: list[float] = []
        count = 0
        for v in upper:
            arrivals = [place[w] + lean for w, lean in after[v]]
            if len(arrivals) > 1:
                arrivals.sort()
            for arrival in arrivals:
                count += len(passed) - bisect_right(passed, arrival)
                insort(passed, arrival)
        self.effort += len(passed) / 2
        return count


def _row_of(number: int, count: int) -> int:
    """A row of equal numbers."""
    return number * ((1 << _BITS * count) // ((1 << _BITS) - 1))
