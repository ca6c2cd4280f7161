"""Operations that belong together as one node: those of a statement, or those that the user has put together.

Reading order: as_statements, around (a few nodes), in_groups with exit_of, folded (any groups).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from msgspec.structs import replace

from core.base.errors import Problem
from core.figure.frames import around_frame, homes_of
from core.figure.view import Arc, View
from core.graph.graph import Graph
from core.graph.statements import statement_of


def as_statements(view: View) -> View:
    """The view with one node a statement; what several statements share stays on its own."""
    graph = view.graph
    ends = {view.home(name) for name in (graph.output, graph.own_output)}
    ends |= {name for name, shown in view.nodes.items() if shown.node.is_leaf or shown.node.named}
    return folded(
        view, statement_of(view.nodes, lambda name: (arc.target for arc in view.leaving[name]), ends)
    )


def around(view: View, near: Collection[str], alone: bool = False) -> View:
    """The view with the nodes that are `near`, and all others gathered in as few boxes as can be.

    A box has one value. What is used in boxes alone is in one of them: in the only one, or, if it does not
    depend on what is near, in any. So an arrow leads to a box from what is near, or from another box that
    needs it. What is near is such a box as well if it is to be `alone`. Frames around what is near stay;
    nothing that leaves a frame is gathered with what is outside.
    """
    graph, frames = view.graph, homes_of(view)
    asked = {view.home(name) for name in (graph.output, graph.own_output)}
    homes = {home for name in near for home in view.homes.get(name, ())}
    open_frames = {key for home in homes | asked for key in around_frame(graph, frames[home])}
    around_it = {
        name: [key for key in around_frame(graph, frames[name]) if key in open_frames] for name in view.nodes
    }
    depending = set(homes)
    for name, shown in view.nodes.items():
        if any(arc.source in depending for arc in shown.arcs):
            depending.add(name)
    group_of: dict[str, str] = {}
    for name in reversed(list(view.nodes)):
        users = list(dict.fromkeys(group_of[arc.target] for arc in view.leaving[name]))
        inside = (
            users
            and name not in homes | asked
            and (alone or homes.isdisjoint(users))
            and (len(users) == 1 or name not in depending)
            and all(around_it[name][0] in around_it[user] for user in users)
        )
        group_of[name] = users[-1] if inside else name
    return folded(view, group_of, bundled=True)


def exit_of(graph: Graph, names: Collection[str]) -> str:
    """Find the node whose value is that of a group.

    Args:
        graph: the graph.
        names: nodes of it that are to be one.

    Returns:
        The only one of them that is used by others, or is an output.

    Raises:
        Problem: they are fewer than two, or the values of several leave the group.
    """
    found = [
        name
        for name in graph.nodes
        if name in names
        and (
            name in (graph.output, graph.own_output)
            or any(edge.target not in names for edge in graph.users[name])
        )
    ]
    if len(names) < 2:
        raise Problem("A group has at least two nodes", hint="Select more of them with Ctrl and a click")
    if len(found) != 1:
        values = " and ".join(found[:2]) if found else "none"
        said = f"A group has one value that is used outside of it; this one has those of {values}"
        raise Problem(said, hint="Select more nodes, or fewer")
    return found[0]


def in_groups(view: View, groups: Mapping[str, Collection[str]]) -> View:
    """The view with one node for each group, by its title; one that the program has no more is left out."""
    group_of = {name: name for name in view.nodes}
    titles = {}
    for title, names in groups.items():
        try:
            leaving = view.home(exit_of(view.graph, frozenset(names) & view.graph.nodes.keys()))
        except Problem:
            continue
        members = {home for name in names for home in view.homes.get(name, ())}
        if all(group_of[member] == member for member in members):
            group_of |= dict.fromkeys(members, leaving)
            titles[leaving] = title
    found = folded(view, group_of)
    nodes = {
        name: replace(shown, title=titles[name], kind="group") if name in titles else shown
        for name, shown in found.nodes.items()
    }
    return View(view.graph, nodes)


def folded(view: View, group_of: Mapping[str, str], bundled: bool = False) -> View:
    """The view with one node for each group of nodes, called by the one that has the group's value.

    Arrows from the same node to the same group are `bundled` to one, or stay.
    """
    members: dict[str, list[str]] = {}
    arcs: dict[str, list[Arc]] = {}
    for name, shown in view.nodes.items():
        group = group_of[name]
        members.setdefault(group, []).extend(shown.members)
        for arc in shown.arcs:
            source, into = group_of[arc.source], arcs.setdefault(group, [])
            if source != group and source == arc.source:  # no other value leaves a group
                into.append(Arc(source, group, arc.edge, len(into), arc.weight, also=arc.also))
    nodes = {}
    for name, shown in view.nodes.items():
        if group_of[name] != name:
            continue
        inside, arriving = tuple(members[name]), tuple(arcs.get(name, ()))
        if len(inside) > len(shown.members):
            arriving = _bundled(arriving) if bundled else arriving
            nodes[name] = replace(shown, members=inside, arcs=arriving, kind="group", title="")
        else:
            nodes[name] = replace(shown, arcs=arriving)
    return View(view.graph, nodes)


def _bundled(arcs: Collection[Arc]) -> tuple[Arc, ...]:
    """One arrow from each node that these come from."""
    found: dict[str, Arc] = {}
    for arc in arcs:
        first = found.get(arc.source)
        also = (*first.also, arc.edge, *arc.also) if first else arc.also
        found[arc.source] = replace(first or replace(arc, place=len(found)), also=also)
    return tuple(found.values())
