"""Where every vertex stands: rows by least squares with minimum distances, columns as wide as their boxes.

Reading order: place_rows, _ease (what pulls how hard), _Rows (fit a layer to its neighbours; solve for all
layers), _fit (one layer exactly, by pooling adjacent violators), Columns. Every link pulls its ends to one
height. Layers are fitted one after the other; vertices that then stand as close as they may form blocks, and
one linear system moves all blocks to rest. The two steps alternate until nothing moves, which is the
least-squares optimum under the order and the distances required.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from msgspec import Struct

from core.base.lazy_numpy import np
from core.base.slicing import Work
from core.layout.boxes import Box
from core.layout.layers import Layered

Block = tuple[float, range]
"""Vertices as close as they may be, by their places in the layer, and how far below the layer's stack they
stand.
"""

# how hard a link pulls: a lone one (nothing else leaves its source or enters its target) is kept level
_PULL, _BEND_PULL, _LONE_PULL = 1.0, 2.0, 8.0
# what keeps a graph without links from flying off
_REST = 1e-6
# rounds, how many vertices all of them may fit, and the movement that no longer counts
_ROUNDS, _FITS, _STILL = 20, 200_000, 0.01
# how many blocks are worth a linear system: in a graph of so many nodes, and in a larger one
_SMALL, _BLOCKS, _FEWER_BLOCKS = 60, 900, 250


def place_rows(graph: Layered, boxes: Sequence[Box], gap: float) -> Work[list[float]]:
    """The y of every vertex's centre, the topmost box at 0; `gap` lies between any two in a layer."""
    rows = _Rows(graph, boxes, gap)
    yield
    yield from rows.sweep(forward=False, by_sources=False)
    yield from rows.sweep(forward=True, by_targets=False)
    for turn in range(min(_ROUNDS, 1 + _FITS // graph.vertices)):
        moved = yield from rows.sweep(forward=turn % 2 == 0)
        if moved < _STILL:
            break
        rows.solve()
    else:
        yield from rows.sweep(forward=True)
    top = min(y - height / 2 for y, height in zip(rows.y, rows.heights, strict=True))
    return [y - top for y in rows.y]


def _ease(graph: Layered) -> list[float]:
    """How hard the links into a vertex pull: the less, the more operations stand between it and the inputs.

    So a node stands in the middle of what it is computed from, and what uses it follows.
    """
    operations = [0] * graph.vertices
    for layer in graph.layers:
        for v in layer:
            for w, _ in graph.after[v]:
                operations[w] = max(operations[w], operations[v] + (w < graph.nodes))
    ease = [1 / max(count, 1) ** 2 for count in operations]
    for layer in reversed(graph.layers):
        for v in layer:
            if v >= graph.nodes:
                ease[v] = ease[graph.after[v][0][0]]
    return ease


class _Rows:
    """All heights, and each vertex's links as (neighbour, pull, how far beside it the vertex belongs)."""

    def __init__(self, graph: Layered, boxes: Sequence[Box], gap: float):
        self.graph = graph
        self.heights = [box.height for box in boxes] + [0.0] * (graph.vertices - graph.nodes)
        self.by_source: list[list[tuple[int, float, float]]] = [[] for _ in self.heights]
        self.by_target: list[list[tuple[int, float, float]]] = [[] for _ in self.heights]
        ease = _ease(graph)
        for v, links in enumerate(graph.after):
            for w, lean in links:
                pull = self._pull(v, w) * ease[w]
                drop = boxes[w].arrival(lean)[1] if w < graph.nodes else 0.0
                drop -= boxes[v].exit if v < graph.nodes else 0.0
                self.by_source[w].append((v, pull, -drop))
                self.by_target[v].append((w, pull, drop))
        self.stacks = [self._stack(layer, gap) for layer in graph.layers]
        self.blocks: list[list[Block]] = [[] for _ in graph.layers]
        self.y = [0.0] * graph.vertices
        for layer, stack in zip(graph.layers, self.stacks, strict=True):
            for v, y in zip(layer, stack, strict=True):
                self.y[v] = y - stack[-1] / 2

    def _pull(self, source: int, target: int) -> float:
        if len(self.graph.after[source]) == len(self.graph.before[target]) == 1:
            return _LONE_PULL
        return _BEND_PULL if max(source, target) >= self.graph.nodes else _PULL

    def _stack(self, layer: Sequence[int], gap: float) -> list[float]:
        """The heights of a layer's vertices standing as close as they may, from 0."""
        stack = [0.0]
        for upper, lower in pairwise(layer):
            stack.append(stack[-1] + self.heights[upper] / 2 + gap + self.heights[lower] / 2)
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
        count = 0
        for layer, stack, blocks in zip(self.graph.layers, self.stacks, self.blocks, strict=True):
            for _, members in blocks:
                for i in members:
                    block_of[layer[i]], within[layer[i]] = count, stack[i]
                count += 1
        if count > (_BLOCKS if self.graph.nodes <= _SMALL else _FEWER_BLOCKS):
            return
        pulls = np.zeros((count, count))
        forces = np.zeros(count)
        for v, block in enumerate(block_of):
            pulls[block, block] += _REST
            forces[block] += _REST * (self.y[v] - within[v])
            for w, pull, beside in self.by_source[v] + self.by_target[v]:
                pulls[block, block] += pull
                pulls[block, block_of[w]] -= pull
                forces[block] += pull * (within[w] + beside - within[v])
        below = np.linalg.solve(pulls, forces).tolist()
        self.y = [below[block] + height for block, height in zip(block_of, within, strict=True)]


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


# an edge that climbs this many times the gap of columns makes the gap grow, up to the double
_CLIMB = 3.0


class Columns(Struct, frozen=True):
    """The x of the left and right border of every layer, and the centres of its boxes."""

    lefts: tuple[float, ...]
    rights: tuple[float, ...]
    centres: tuple[float, ...]


def place_columns(
    graph: Layered, boxes: Sequence[Box], y: Sequence[float], gap: float, first_gap: float
) -> Columns:
    """Columns as wide as their widest box, `gap` apart, farther where edges climb steeply.

    The second one stands `first_gap` behind the first. Beside a box around other boxes, which is wide, inputs
    stand at the right, near to where they are used; all else stands in the middle.
    """
    lefts, rights = [], []
    centres = [0.0] * graph.nodes
    x = 0.0
    for layer in graph.layers:
        nodes = [v for v in layer if v < graph.nodes]
        lefts.append(x)
        x += max((boxes[v].width for v in nodes), default=0.0)
        rights.append(x)
        to_the_right = any(boxes[v].holds_others for v in nodes)
        for v in nodes:
            middle = (lefts[-1] + x) / 2
            right = max(middle, x - boxes[v].width / 2 - gap)
            centres[v] = right if to_the_right and not graph.before[v] else middle
        climb = max((abs(y[v] - y[w]) for v in layer for w, _ in graph.after[v]), default=0.0)
        least, share = (gap, 1 / _CLIMB) if lefts[1:] or first_gap == gap else (first_gap, 1.0)
        x += min(max(least, climb * share), 2 * gap)
    return Columns(tuple(lefts), tuple(rights), tuple(centres))
