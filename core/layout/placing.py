"""Where every vertex stands: heights by least squares with minimum distances, columns with room for labels.

Reading order: Pull, pulls_of (what pulls how hard), place_heights, _Heights (fit a layer to its neighbours,
move all blocks to rest, make long edges level), _fit (one layer exactly, by pooling adjacent violators),
place_columns. Every link pulls its ends to one height. Layers are fitted one after the other; vertices that
then stand as close as they may form blocks, and one linear system moves all blocks to rest. The two steps
alternate until nothing moves, which is the least-squares optimum under the order and the distances required.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from msgspec import Struct

from core.base.arrays import Array
from core.base.lazy_numpy import np
from core.base.slicing import Work
from core.layout.arrivals import Arrival
from core.layout.boxes import Box, Stretch
from core.layout.layers import Layered, Link

Block = tuple[float, range]
"""Vertices as close as they may be, by their places in the layer, and how far below the layer's stack they
stand.
"""

# how hard a link pulls that runs straight, and a level piece of a long one; any other pulls the less, the
# more operations stand between its target and the inputs: so a node stands in the middle of what it is
# computed from
_MAIN_PULL, _LEVEL_PULL = 300.0, 64.0
# what keeps a graph without links from flying off
_REST = 1e-6
# the room a bend takes above and below
_BEND = 2.0
# rounds, how many vertices all of them may fit, and the movement that no longer counts
_ROUNDS, _FITS, _STILL = 20, 60_000, 0.05
# how far a long edge may be moved to be made level
_NEARLY = 8.0
# blocks up to which a linear system is solved exactly, and the steps towards the solution of a larger one
_FEW, _STEPS = 40, 60


class Pull(NamedTuple):
    """Two neighbouring vertices that a link pulls to one height, but for a `drop` from the first on."""

    source: int
    target: int
    drop: float
    strength: float


def pulls_of(
    graph: Layered,
    links: Sequence[Link],
    boxes: Sequence[Box],
    arrivals: Sequence[Arrival],
    main: Sequence[int],
) -> list[Pull]:
    """What every piece of every link pulls; pieces that links share pull once."""
    operations = [0] * graph.nodes
    into: list[list[int]] = [[] for _ in boxes]
    for link in links:
        into[link.target].append(link.source)
    for layer in graph.layers:
        for v in layer:
            if v < graph.nodes:
                operations[v] = max((operations[w] for w in into[v]), default=-1) + 1
    uses = Counter(link.source for link in links)
    found: dict[tuple[int, int, float], float] = {}
    for i, link in enumerate(links):
        strength = _MAIN_PULL if main[link.target] == i else operations[link.target] ** -2.0
        for target, source in pairwise(reversed(graph.chains[i])):
            drop = (arrivals[i].offset if target == link.target else 0.0) - (
                boxes[source].exit if source == link.source else 0.0
            )
            level = target >= graph.nodes and (source >= graph.nodes or uses[source] == 1)
            pull = max(strength, _LEVEL_PULL) if level else strength
            if found.get((source, target, drop), 0.0) >= pull and target >= graph.nodes:
                break  # from here back the link shares its bends with one that pulls as hard
            found[source, target, drop] = max(found.get((source, target, drop), 0.0), pull)
    return [Pull(source, target, drop, pull) for (source, target, drop), pull in found.items()]


def place_heights(
    graph: Layered, boxes: Sequence[Box], pulls: Sequence[Pull], gap: float
) -> Work[list[float]]:
    """The y of every vertex's centre; `gap` lies between any two in a layer and the room around them."""
    heights = _Heights(graph, boxes, pulls, gap)
    yield
    yield from heights.sweep(forward=False, by_sources=False)
    yield from heights.sweep(forward=True, by_targets=False)
    for turn in range(min(_ROUNDS, 1 + _FITS // graph.vertices)):
        moved = yield from heights.sweep(forward=turn % 2 == 0)
        if moved < _STILL:
            break
        heights.solve()
    else:
        yield from heights.sweep(forward=True)
    yield from heights.level()
    return heights.y


class _Heights:
    """All heights, and each vertex's links as (neighbour, pull, how far beside it the vertex belongs)."""

    def __init__(self, graph: Layered, boxes: Sequence[Box], pulls: Sequence[Pull], gap: float):
        self.graph, self.pulls = graph, pulls
        bends = [_BEND] * (graph.vertices - graph.nodes)
        self.above = [box.above for box in boxes] + bends
        self.below = [box.below for box in boxes] + bends
        self.by_source: list[list[tuple[int, float, float]]] = [[] for _ in self.above]
        self.by_target: list[list[tuple[int, float, float]]] = [[] for _ in self.above]
        for source, target, drop, strength in pulls:
            self.by_source[target].append((source, strength, -drop))
            self.by_target[source].append((target, strength, drop))
        self.stacks = [self._stack(layer, gap) for layer in graph.layers]
        self.blocks: list[list[Block]] = [[] for _ in graph.layers]
        self.y = [0.0] * graph.vertices
        for layer, stack in zip(graph.layers, self.stacks, strict=True):
            for v, y in zip(layer, stack, strict=True):
                self.y[v] = y - stack[-1] / 2

    def _stack(self, layer: Sequence[int], gap: float) -> list[float]:
        """The heights of a layer's vertices standing as close as they may, from 0."""
        stack = [0.0]
        for upper, lower in pairwise(layer):
            stack.append(stack[-1] + self.below[upper] + gap + self.above[lower])
        return stack

    def sweep(self, forward: bool, by_sources: bool = True, by_targets: bool = True) -> Work[float]:
        """Fit all layers one after the other to their neighbours; the farthest any vertex moved."""
        steps, farthest = range(len(self.stacks)), 0.0
        for at in steps if forward else reversed(steps):
            farthest = max(farthest, self._fit_layer(at, by_sources, by_targets))
            yield
        return farthest

    def _fit_layer(self, at: int, by_sources: bool, by_targets: bool) -> float:
        layer, y, stack = self.graph.layers[at], self.y, self.stacks[at]
        wants, weights = [], []
        for v in layer:
            total, weight = _REST * y[v], _REST
            if by_sources:
                for w, pull, beside in self.by_source[v]:
                    total += pull * (y[w] + beside)
                    weight += pull
            if by_targets:
                for w, pull, beside in self.by_target[v]:
                    total += pull * (y[w] + beside)
                    weight += pull
            wants.append(total / weight)
            weights.append(weight)
        self.blocks[at] = _fit(wants, weights, stack)
        farthest = 0.0
        for below, members in self.blocks[at]:
            for i in members:
                v, height = layer[i], below + stack[i]
                farthest = max(farthest, abs(height - y[v]))
                y[v] = height
        return farthest

    def solve(self) -> None:
        """Move all blocks to where their links are at rest; what then is too close the next sweep mends."""
        block_of = [0] * len(self.y)
        within = [0.0] * len(self.y)
        starts: list[float] = []
        for layer, stack, blocks in zip(self.graph.layers, self.stacks, self.blocks, strict=True):
            for below, members in blocks:
                for i in members:
                    block_of[layer[i]], within[layer[i]] = len(starts), stack[i]
                starts.append(below)
        pairs: dict[tuple[int, int], list[float]] = {}
        for source, target, drop, strength in self.pulls:
            one, other = block_of[source], block_of[target]
            found = pairs.setdefault((one, other), [0.0, 0.0])
            found[0] += strength
            found[1] += strength * (within[source] - within[target] - drop)
        solved = _at_rest(starts, pairs) if len(starts) <= _FEW else _nearly_at_rest(starts, pairs)
        self.y = [solved[block] + height for block, height in zip(block_of, within, strict=True)]

    def level(self) -> Work[None]:
        """Let pieces of long edges that are nearly level be level, where their neighbours leave room."""
        layer_of, place = self.graph.layer_of, [0] * len(self.y)
        for layer in self.graph.layers:
            for i, v in enumerate(layer):
                place[v] = i
        levelled: set[int] = set()
        for chain in sorted(self.graph.chains, key=len, reverse=True):
            bends = chain[1:-1]
            if not bends or bends[0] in levelled:
                continue
            yield
            levelled.add(bends[0])
            run: list[int] = []
            low, high = -math.inf, math.inf
            for v in bends:
                least, most = self._room(v, layer_of[v], place[v])
                if max(low, least) > min(high, most) + _STILL:
                    self._level(run, low, high, chain[0])
                    run, low, high = [], -math.inf, math.inf
                run.append(v)
                low, high = max(low, least), min(high, most)
            self._level(run, low, high, chain[0])

    def _room(self, v: int, at: int, place: int) -> tuple[float, float]:
        """Between which heights near its own a vertex may stand, as its neighbours in the layer do."""
        layer, stack = self.graph.layers[at], self.stacks[at]
        low, high = self.y[v] - _NEARLY, self.y[v] + _NEARLY
        if place:
            low = max(low, self.y[layer[place - 1]] + stack[place] - stack[place - 1])
        if place + 1 < len(layer):
            high = min(high, self.y[layer[place + 1]] - stack[place + 1] + stack[place])
        return low, high

    def _level(self, run: Sequence[int], low: float, high: float, source: int) -> None:
        """Put neighbouring bends of an edge to one height, that of its source if they are near."""
        start = self.y[source]
        near = abs(start - self.y[run[0]]) < _NEARLY
        level = start if near else sum(self.y[v] for v in run) / len(run)
        for v in run:
            self.y[v] = min(max(level, low), high)


def _at_rest(starts: Sequence[float], pairs: dict[tuple[int, int], list[float]]) -> list[float]:
    """The heights of blocks that pull one another, in pairs (strength, strength × drop): by elimination."""
    rows = [{i: _REST} for i in range(len(starts))]
    wants = [_REST * start for start in starts]
    for (one, other), (strength, drop) in pairs.items():
        rows[one][one] += strength
        rows[other][other] += strength
        rows[one][other] = rows[one].get(other, 0.0) - strength
        rows[other][one] = rows[other].get(one, 0.0) - strength
        wants[one] -= drop
        wants[other] += drop
    # the matrix is symmetric and positive definite: no pivot is sought
    for i, row in enumerate(rows):
        for j in [j for j in row if j > i]:
            share = row[j] / row[i]
            for k, value in row.items():
                if k >= j:
                    rows[j][k] = rows[j].get(k, 0.0) - share * value
            wants[j] -= share * wants[i]
    found = [0.0] * len(starts)
    for i in reversed(range(len(starts))):
        rest = sum(value * found[k] for k, value in rows[i].items() if k > i)
        found[i] = (wants[i] - rest) / rows[i][i]
    return found


def _nearly_at_rest(starts: Sequence[float], pairs: dict[tuple[int, int], list[float]]) -> list[float]:
    """The same for many blocks: by conjugate gradients, from where they are."""
    count = len(starts)
    one, other = np.array(list(pairs), dtype=np.intp).T
    strength, drop = np.array(list(pairs.values())).T
    diagonal = np.bincount(one, strength, count) + np.bincount(other, strength, count) + _REST
    wants = np.bincount(other, drop, count) - np.bincount(one, drop, count) + _REST * np.array(starts)
    found = np.array(starts)

    def pulled(heights: Array) -> Array:
        found: Array = diagonal * heights
        found -= np.bincount(one, strength * heights[other], count)
        found -= np.bincount(other, strength * heights[one], count)
        return found

    residual = wants - pulled(found)
    scaled = residual / diagonal
    way, size = scaled, float(residual @ scaled)
    for _ in range(_STEPS):
        if size < 1e-4:
            break
        moved = pulled(way)
        step = size / max(float(way @ moved), 1e-12)
        found = found + step * way
        residual = residual - step * moved
        scaled = residual / diagonal
        way, size = scaled + float(residual @ scaled) / size * way, float(residual @ scaled)
    heights: list[float] = found.tolist()
    return heights


def _fit(wants: Sequence[float], weights: Sequence[float], stack: Sequence[float]) -> list[Block]:
    """The heights nearest to `wants` (weighted squares) at least as far apart as those of `stack`."""
    means: list[float] = []
    pooled: list[float] = []
    starts: list[int] = []
    for i, (want, weight, least) in enumerate(zip(wants, weights, stack, strict=True)):
        mean, start = want - least, i
        while means and means[-1] > mean:
            heavy = pooled.pop()
            mean = (mean * weight + means.pop() * heavy) / (weight + heavy)
            weight += heavy
            start = starts.pop()
        means.append(mean)
        pooled.append(weight)
        starts.append(start)
    ends = [*starts[1:], len(stack)]
    return [(mean, range(start, end)) for mean, start, end in zip(means, starts, ends, strict=True)]


# an arrow that climbs by 1 runs so far, at most this far
_SLOPE, _FARTHEST = 0.5, 38.0


class Columns(Struct, frozen=True):
    """The x of the left and right border of every layer, and the centres of its boxes.

    Between its borders all edges are level: where they arrive, beside the boxes, and where values leave.
    """

    lefts: tuple[float, ...]
    rights: tuple[float, ...]
    centres: tuple[float, ...]


def place_columns(
    graph: Layered,
    boxes: Sequence[Box],
    links: Sequence[Link],
    stretches: Sequence[Stretch],
    pulls: Sequence[Pull],
    y: Sequence[float],
    gap: float,
) -> Columns:
    """Columns with room for their widest box, what arrives and what leaves, `gap` apart or more at a climb.

    The boxes of a column end at one x, so that what leaves them begins there.
    """
    layer_of = graph.layer_of
    arriving = [0.0] * len(graph.layers)
    for link, stretch in zip(links, stretches, strict=True):
        at = layer_of[link.target]
        arriving[at] = max(arriving[at], stretch.length)
    climbs = [0.0] * len(graph.layers)
    for source, target, drop, _ in pulls:
        at = layer_of[source]
        climbs[at] = max(climbs[at], abs(y[target] + drop - y[source]))
    lefts, rights = [], []
    centres = [0.0] * graph.nodes
    x = 0.0
    for layer, room, climb in zip(graph.layers, arriving, climbs, strict=True):
        nodes = [v for v in layer if v < graph.nodes]
        lefts.append(x)
        x += room + max((boxes[v].left + boxes[v].width / 2 for v in nodes), default=0.0)
        for v in nodes:
            centres[v] = x - boxes[v].width / 2
        x += max((boxes[v].space.stem.length for v in nodes), default=0.0)
        rights.append(x)
        x += min(max(gap, _SLOPE * climb), max(gap, _FARTHEST))
    return Columns(tuple(lefts), tuple(rights), tuple(centres))
