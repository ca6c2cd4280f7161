"""Frames around what has been unfolded: what stands inside which, and what is written at the top."""

from __future__ import annotations

from collections.abc import Mapping

from core.figure.sizes import Measure
from core.figure.symbols import operand
from core.figure.view import View
from core.graph.formulas import formula
from core.graph.graph import Graph, Node
from core.layout import Frame as LayoutFrame
from core.math.mathtree import Math, row
from core.math.typeset import EQUALS
from core.passes.unfold import frame_of, parent

LONGEST_TITLE = 20.0  # em
BELOW_TITLE = 6.0


def layout_frames(
    view: View, size: float, measure: Measure, down: bool
) -> tuple[Mapping[str, LayoutFrame], Mapping[str, Math]]:
    """The frames for the layout, the outer before the inner, and their titles, of a text size."""
    graph = view.graph
    members: dict[str, set[str]] = {key: set() for key in graph.folded}
    for name, home in homes_of(view).items():
        if home:
            members[home].add(name)
    gathered = _gathered(view)
    unfolded = {key: node for key, node in graph.folded.items() if key not in gathered}
    titles = {key: _title(graph, key, node, measure) for key, node in unfolded.items()}
    frames = {}
    for key, node in unfolded.items():
        width, height = measure(titles[key], size)
        # where data flow down, they come in where a title would stand, so it stands beside what is inside
        room = (height, width + BELOW_TITLE) if down else (width, height + BELOW_TITLE)
        frames[key] = LayoutFrame(frozenset(members[key]), parent(graph, key), view.home(node.name), room)
    return frames, titles


def homes_of(view: View) -> Mapping[str, str]:
    """The innermost frame of every drawn node; a constant stands where all that use it are."""
    graph, gathered = view.graph, _gathered(view)
    found = {
        name: next(
            key for key in around_frame(graph, frame_of(graph, shown.node.name)) if key not in gathered
        )
        for name, shown in view.nodes.items()
        if not shown.node.is_constant
    }
    for name in view.nodes:
        if name not in found:
            around = [around_frame(graph, found[arc.target]) for arc in view.leaving[name]]
            shared = [key for key in around[0] if all(key in keys for keys in around)] if around else [""]
            found[name] = shared[0]
    return found


def _gathered(view: View) -> frozenset[str]:
    """The frames of which one drawn node holds all that is inside; they are not drawn."""
    graph, inside = view.graph, dict[str, set[str]]()
    for name, node in graph.nodes.items() if graph.folded else ():
        for key in () if node.is_constant else around_frame(graph, frame_of(graph, name)):
            inside.setdefault(key, set()).update(view.homes.get(name, ()))
    inside.pop("", None)
    return frozenset(
        key for key, homes in inside.items() if len(homes) == 1 and view.nodes[min(homes)].kind == "group"
    )


def around_frame(graph: Graph, key: str) -> list[str]:
    """A frame and all around it, the innermost first, and "" for the whole graph."""
    keys = [key]
    while keys[-1]:
        keys.append(parent(graph, keys[-1]))
    return keys


def _title(graph: Graph, key: str, node: Node, measure: Measure) -> Math:
    """What a frame stands for: `y = σ(z)`; by its sign alone where that would be too long."""
    typesetter = graph.typesetter
    args = {port: operand(graph, graph.nodes[arg]) for port, arg in node.by_port.items()}
    title = typesetter.tree(formula(graph, node), args)
    if node.named and key == node.name:
        title = row(typesetter.name(node.name), EQUALS, title)
    return title if measure(title, 1.0)[0] <= LONGEST_TITLE else typesetter.name(node.name)
