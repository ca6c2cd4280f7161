"""The layout of graphs, beside Graphviz's dot: how long it takes, and how many edges cross."""

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import count

from core.base.slicing import finished
from core.figure import draw
from core.layout import Edge, place
from core.layout.layers import assign_layers, cut_into_layers, numbered
from core.layout.ordering import order_layers
from core.layout.parts import orders_found
from core.passes.stepper import run
from tests.bench.bare_graphs import Bare, random_graph, scalar_net
from tests.bench.programs import net
from tests.bench.timing import OURS, Effort, Row, Timed, against, taken, turns

GAP_X, GAP_Y, INCH = 76.0, 28.0, 72.0
LEAST = 0.0005  # seconds: a small graph may take dot no longer than a single node
PATIENCE = 5.0  # seconds of the processor for all rounds of one graph
SIZE = (36.0, 36.0)
Sizes = Mapping[str, tuple[float, float]]
BARE: dict[str, Callable[[], list[Bare]]] = {
    "net 2-4-2-1 in scalar operations": lambda: [scalar_net(2, 4, 2, 1)],
    "net 2-8-8-8-1 in scalar operations": lambda: [scalar_net(2, 8, 8, 8, 1)],
    "net 16-20-8-1 in scalar operations": lambda: [scalar_net(16, 20, 8, 1)],
    "ten random graphs of 100 nodes": lambda: [random_graph(100, seed) for seed in range(10)],
    "three random graphs of 1,000 nodes": lambda: [random_graph(1_000, seed) for seed in range(3)],
}


def rows(effort: Effort) -> Iterator[Row | str]:
    """Places for all nodes and routes for all edges, from their sizes."""
    dot = shutil.which("dot")
    if dot is None:
        yield "Layout: not compared with dot, since Graphviz is not installed."
    else:
        version = subprocess.run([dot, "-V"], capture_output=True, text=True, check=True).stderr
        yield f"Layout: the time of {version.strip()} on a single node is taken off that on the graph."
        yield "Layout: crossings are those between layers, every node a single point, as dot -v counts them."
    for nodes in effort.nodes:
        drawing = draw(run(*net(nodes)))
        edges = [
            Edge(arc.source, arc.target, port, len(shown.arcs))
            for shown in drawing.view.nodes.values()
            for port, arc in enumerate(shown.arcs)
        ]
        acts: dict[str, Timed] = {OURS: placing(drawing.sizes, edges)}
        if dot is not None:
            acts["dot"] = dotting(dot, drawing.sizes, edges)
        times = turns(acts, effort.rounds // 4, PATIENCE)
        what = f"places and routes of {len(drawing.sizes):,} nodes"
        yield from against("layout", what, times)
    for what, made in BARE.items():
        graphs = [named(graph) for graph in made()]
        if max(len(sizes) for sizes, _ in graphs) <= 3 * max(effort.nodes):
            yield from crossing(what, graphs, dot, effort)


def crossing(
    what: str, graphs: Sequence[tuple[Sizes, list[Edge]]], dot: str | None, effort: Effort
) -> Iterator[Row]:
    """How many edges of some graphs cross, and how long they take together."""
    what += f": {sum(crossings(*graph) for graph in graphs):,} crossings"
    all_acts = {OURS: [placing(*graph, free=graph[0]) for graph in graphs]}
    if dot is not None:
        all_acts["dot"] = [dotting(dot, *graph) for graph in graphs]
        what += f", dot {sum(crossings_in_dot(dot, *graph) for graph in graphs):,}"
    together = {name: lambda acts=acts: sum(act() for act in acts) for name, acts in all_acts.items()}
    yield from against("layout", what, turns(together, effort.rounds // 4, PATIENCE))


def named(graph: Bare) -> tuple[Sizes, list[Edge]]:
    nodes, edges = graph
    return {f"n{i}": SIZE for i in range(nodes)}, [Edge(f"n{a}", f"n{b}") for a, b in edges]


def placing(sizes: Sizes, edges: Sequence[Edge], free: Sequence[str] = ()) -> Timed:
    """The distances differ a little each time and no order is known, so that nothing is remembered."""
    tries = count()

    def placed() -> object:
        orders_found.clear()
        return place(sizes, edges, gap_x=GAP_X + next(tries) / 1e6, gap_y=GAP_Y, free=free)

    return lambda: taken(placed)


def crossings(sizes: Sizes, edges: Sequence[Edge]) -> int:
    links = numbered(sizes, edges, free=sizes)
    layer = finished(assign_layers(len(sizes), links))
    return finished(order_layers(finished(cut_into_layers(layer, links))))


def dotting(dot: str, sizes: Sizes, edges: Sequence[Edge]) -> Timed:
    whole, single = in_dot(sizes, edges), in_dot(dict(list(sizes.items())[:1]), [])

    def ended(text: str) -> float:
        import resource  # which Windows does not have

        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([dot, "-Tplain"], input=text, text=True, stdout=subprocess.DEVNULL, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    return lambda: max(ended(whole) - ended(single), LEAST)


def in_dot(sizes: Sizes, edges: Sequence[Edge]) -> str:
    """The graph in dot's language."""
    number = {name: f"n{i}" for i, name in enumerate(sizes)}
    gaps = f"rankdir=LR; nodesep={GAP_Y / INCH}; ranksep={GAP_X / INCH};"
    head = f'{gaps} node [shape=box, fixedsize=true, label=""];'
    boxes = [f"{number[name]} [width={w / INCH}, height={h / INCH}];" for name, (w, h) in sizes.items()]
    arrows = [f"{number[edge.source]} -> {number[edge.target]};" for edge in edges]
    return "\n".join(["digraph {", head, *boxes, *arrows, "}"])


def crossings_in_dot(dot: str, sizes: Sizes, edges: Sequence[Edge]) -> int:
    command = [dot, "-v", "-Tplain"]
    done = subprocess.run(command, input=in_dot(sizes, edges), text=True, capture_output=True, check=True)
    return int(re.findall(r"mincross .*: (\d+) crossings", done.stderr)[-1])
