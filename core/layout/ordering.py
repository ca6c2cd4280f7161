"""In which order the vertices of a layer stand, top to bottom, so that few edges cross.

Reading order: order_layers (starts, rounds, the best kept), the starts, the two moves (sort a layer by where its
neighbours stand; exchange vertices in a layer while that saves crossings), and the counting.
An arrow arrives at its target's position plus its lean, so two arrows that swap a node's inputs count as crossing.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort

from core.layout.layers import Layered

Order = list[list[int]]

# rounds without a better order before a start is given up
_PATIENCE = 6
# how many vertex visits all rounds together may cost
_EFFORT = 60_000


def order_layers(graph: Layered) -> int:
    """Put every layer of the graph into the best order found and return the number of crossings left."""
    best, fewest = graph.layers, crossings(graph, graph.layers)
    rounds = max(2, min(24, _EFFORT // (graph.vertices + 1)))
    for start in (_by_inputs(graph), _by_uses(graph)):
        if fewest == 0:
            break
        search = _Search(graph, start)
        idle = 0
        for i in range(rounds):
            search.round(i)
            count = search.count()
            if count < fewest:
                best, fewest, idle = [list(layer) for layer in search.layers], count, 0
            else:
                idle += 1
            if fewest == 0 or idle > _PATIENCE:
                break
    graph.layers = best
    return fewest


def crossings(graph: Layered, layers: Order) -> int:
    return _Search(graph, layers).count()


def _by_inputs(graph: Layered) -> Order:
    """The layers in the order in which a walk from the outputs back through the inputs, top to bottom, leaves them."""
    inputs = [[w for w, _ in sorted(links, key=lambda link: link[1])] for links in graph.before]
    lean = [0.0] * graph.vertices
    ins = [[] for _ in range(graph.vertices)]
    for v, links in enumerate(graph.after):
        for w, l in links:
            ins[w].append((l, v))
    inputs = [[w for _, w in sorted(i, key=lambda t: t[0])] for i in ins]
    roots = [v for v in range(graph.nodes) if not graph.after[v]]
    return _walk(graph, roots, inputs)


def _by_uses(graph: Layered) -> Order:
    roots = [v for v in range(graph.nodes) if not graph.before[v]]
    return _walk(graph, roots, [[w for w, _ in links] for links in graph.after])


def _walk(graph, roots, nexts) -> Order:
    depth = [0] * graph.vertices
    for i, layer in enumerate(graph.layers):
        for v in layer:
            depth[v] = i
    layers = [[] for _ in graph.layers]
    seen = [False] * graph.vertices
    stack = list(reversed(roots))
    while stack:
        v = stack.pop()
        if seen[v]:
            continue
        seen[v] = True
        layers[depth[v]].append(v)
        stack.extend(reversed(nexts[v]))
    return layers


class _Search:
    def __init__(self, graph, layers):
        self.graph = graph
        self.layers = [list(l) for l in layers]
        self.place = [0.0] * graph.vertices
        for l in self.layers:
            self.settle(l)

    def settle(self, layer):
        for i, v in enumerate(layer):
            self.place[v] = i

    def count(self):
        place = self.place
        after = self.graph.after
        total = 0
        for layer in self.layers:
            passed = []
            for v in layer:
                for a in sorted([place[w] + l for w, l in after[v]]):
                    total += len(passed) - bisect_right(passed, a)
                    insort(passed, a)
        return total

    def round(self, i):
        forward = i % 2 == 0
        idx = range(1, len(self.layers)) if forward else range(len(self.layers) - 2, -1, -1)
        nb = self.graph.before if forward else self.graph.after
        for r in idx:
            self.sort_layer(r, nb, forward, MED and i % 4 < 2)
        if TR:
            while self.transpose(i % 4 >= 2):
                pass
        if SIFT:
            for _ in range(SIFT):
                if not self.sift(i % 2):
                    break

    def sort_layer(self, r, nb, forward, median):
        layer = self.layers[r]
        place = self.place
        free = []
        slots = []
        for i, v in enumerate(layer):
            if nb[v]:
                ps = [place[w] + (0 if forward else l) for w, l in nb[v]]
                if median:
                    ps.sort()
                    m = len(ps) // 2
                    key = ps[m] if len(ps) % 2 else (ps[m - 1] + ps[m]) / 2
                else:
                    key = sum(ps) / len(ps)
                free.append((key, i, v))
                slots.append(i)
        free.sort()
        for i, (_, _, v) in zip(slots, free):
            layer[i] = v
        self.settle(layer)

    def sift(self, rev):
        gained = 0
        place = self.place
        b = self.graph.before
        a = self.graph.after
        rs = range(len(self.layers))
        for r in reversed(rs) if rev else rs:
            layer = self.layers[r]
            if len(layer) < 2:
                continue
            arrs = {
                v: (sorted([place[w] for w, l in b[v]]), sorted([place[w] + l for w, l in a[v]]))
                for v in layer
            }
            for v in list(layer):
                i = layer.index(v)
                vb, va = arrs[v]
                best = 0
                at = i
                d = 0
                for k in range(i + 1, len(layer)):
                    wb, wa = arrs[layer[k]]
                    d += inv(wb, vb) + inv(wa, va) - inv(vb, wb) - inv(va, wa)
                    if d < best:
                        best = d
                        at = k
                d = 0
                for k in range(i - 1, -1, -1):
                    wb, wa = arrs[layer[k]]
                    d += inv(vb, wb) + inv(va, wa) - inv(wb, vb) - inv(wa, va)
                    if d < best:
                        best = d
                        at = k
                if at != i:
                    del layer[i]
                    layer.insert(at, v)
                    gained -= best
            self.settle(layer)
        return gained

    def transpose(self, ties):
        better = False
        for r, layer in enumerate(self.layers):
            b = self.graph.before
            a = self.graph.after
            place = self.place
            ba = {}

            def arr(v):
                return (sorted([place[w] for w, l in b[v]]), sorted([place[w] + l for w, l in a[v]]))

            if len(layer) < 2:
                continue
            arrs = {v: arr(v) for v in layer}
            for i in range(len(layer) - 1):
                v, w = layer[i], layer[i + 1]
                (vb, va), (wb, wa) = arrs[v], arrs[w]
                now = inv(vb, wb) + inv(va, wa)
                then = inv(wb, vb) + inv(wa, va)
                if then < now or (ties and then == now and now > 0):
                    layer[i], layer[i + 1] = w, v
                    if then < now:
                        better = True
            self.settle(layer)
        return better


MED = False
TR = True
SIFT = 3


def inv(a, b):
    """pairs with a's element > b's"""
    n = 0
    for x in a:
        n += bisect_left(b, x)
    return n
