"""The layout of graphs as they are drawn, beside Graphviz's dot."""

import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from itertools import count

from core.figure import draw
from core.layout import Edge, place
from core.passes.stepper import run
from tests.bench.programs import net
from tests.bench.timing import OURS, Effort, Row, Timed, against, taken, turns

GAP_X, GAP_Y, INCH = 76.0, 28.0, 72.0
LEAST = 0.0005  # seconds: a small graph may take dot no longer than a single node
PATIENCE = 5.0  # seconds of the processor for all rounds of one graph
Sizes = Mapping[str, tuple[float, float]]


def rows(effort: Effort) -> Iterator[Row | str]:
    """Places for all nodes and routes for all edges, from their sizes."""
    dot = shutil.which("dot")
    if dot is None:
        yield "Layout: not compared with dot, since Graphviz is not installed."
    else:
        version = subprocess.run([dot, "-V"], capture_output=True, text=True, check=True).stderr
        yield f"Layout: the time of {version.strip()} on a single node is taken off that on the graph."
    for nodes in effort.nodes:
        trace = run(*net(nodes))
        graph, drawing = trace.graph, draw(trace)
        ports = {name: len(node.args) for name, node in graph.nodes.items()}
        edges = [Edge(edge.source, edge.target, edge.port, ports[edge.target]) for edge in drawing.edges]
        acts: dict[str, Timed] = {OURS: placing(drawing.sizes, edges)}
        if dot is not None:
            acts["dot"] = dotting(dot, drawing.sizes, edges)
        times = turns(acts, effort.rounds // 4, PATIENCE)
        what = f"places and routes of {len(drawing.sizes):,} nodes"
        yield from against("layout", what, times)


def placing(sizes: Sizes, edges: Sequence[Edge]) -> Timed:
    """The distances differ a little each time, so that no layout is remembered."""
    tries = count()
    return lambda: taken(lambda: place(sizes, edges, gap_x=GAP_X + next(tries) / 1e6, gap_y=GAP_Y))


def dotting(dot: str, sizes: Sizes, edges: Sequence[Edge]) -> Timed:
    number = {name: f"n{i}" for i, name in enumerate(sizes)}
    gaps = f"rankdir=LR; nodesep={GAP_Y / INCH}; ranksep={GAP_X / INCH};"
    head = f'{gaps} node [shape=box, fixedsize=true, label=""];'
    boxes = [f"{number[name]} [width={w / INCH}, height={h / INCH}];" for name, (w, h) in sizes.items()]
    arrows = [f"{number[edge.source]} -> {number[edge.target]};" for edge in edges]
    whole, single = ("\n".join(["digraph {", head, *lines, "}"]) for lines in (boxes + arrows, boxes[:1]))

    def ended(text: str) -> float:
        import resource  # which Windows does not have

        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([dot, "-Tplain"], input=text, text=True, stdout=subprocess.DEVNULL, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    return lambda: max(ended(whole) - ended(single), LEAST)
