"""Operations that belong together as one node: those of a statement, or those that the user has put together.

Reading order: as_statements, in_groups with exit_of, folded (any groups).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from msgspec.structs import replace

from core.base.errors import Problem
from core.figure.view import Arc, View
from core.graph.graph import Graph


def as_statements(view: View, near: Collection[str] = ()) -> View:
    """The view with one node a statement; what several statements share stays on its own.

    The statements of the nodes that are `near` stay in operations.
    """
    graph = view.graph
    asked = {view.home(name) for name in (graph.output, graph.own_output)}
    group_of: dict[str, str] = {}
    for name, shown in reversed(list(view.nodes.items())):
        users = {group_of[arc.target] for arc in view.leaving[name]}
        part = not shown.node.is_leaf and not shown.node.named and name not in asked and len(users) == 1
        group_of[name] = users.pop() if part else name
    apart = {group_of[home] for name in near for home in view.homes.get(name, ())}
    return folded(view, {name: name if group in apart else group for name, group in group_of.items()})


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


def folded(view: View, group_of: Mapping[str, str]) -> View:
    """The view with one node for each group of nodes, called by the one that has the group's value."""
    members: dict[str, list[str]] = {}
    arcs: dict[str, list[Arc]] = {}
    for name, shown in view.nodes.items():
        group = group_of[name]
        members.setdefault(group, []).extend(shown.members)
        for arc in shown.arcs:
            source, into = group_of[arc.source], arcs.setdefault(group, [])
            if source != group:
                into.append(Arc(source, group, arc.edge, len(into), arc.weight))
    nodes = {}
    for name, shown in view.nodes.items():
        if group_of[name] == name:
            kind = "group" if len(members[name]) > len(shown.members) else shown.kind
            inside, arriving = tuple(members[name]), tuple(arcs.get(name, ()))
            nodes[name] = replace(shown, members=inside, arcs=arriving, kind=kind)
    return View(view.graph, nodes)
