"""Operations that belong together as one node: those of a statement.

Reading order: as_statements, folded (any groups).
"""

from __future__ import annotations

from collections.abc import Mapping

from core.figure.view import Arc, Shown, View


def as_statements(view: View) -> View:
    """The view with one node a statement; what several statements share stays on its own."""
    graph = view.graph
    asked = {view.home(name) for name in (graph.output, graph.own_output)}
    group_of: dict[str, str] = {}
    for name, shown in reversed(list(view.nodes.items())):
        users = {group_of[arc.target] for arc in view.leaving[name]}
        part = not shown.node.is_leaf and not shown.node.named and name not in asked and len(users) == 1
        group_of[name] = users.pop() if part else name
    return folded(view, group_of)


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
            nodes[name] = Shown(
                name,
                shown.node,
                tuple(members[name]),
                tuple(arcs.get(name, ())),
                shown.entry,
                shown.bias,
                kind,
            )
    return View(view.graph, nodes)
