"""Which statement each operation of a program is a part of."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping


def statement_of(
    nodes: Collection[str],
    users: Callable[[str], Iterable[str]],
    ends: Collection[str],
    given: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """Find the end of the statement that each node is a part of: what one statement alone uses belongs to it.

    Args:
        nodes: the nodes, in computing order.
        users: which nodes use a node.
        ends: nodes at which a statement ends, such as those that the program names.
        given: what some nodes are a part of instead, such as a group.

    Returns:
        For each node the name of an end, what is given for it, or its own where several statements use it.
    """
    found: dict[str, str] = {}
    for name in reversed(list(nodes)):
        wholes = {found[user] for user in users(name)}
        is_part = name not in ends and len(wholes) == 1
        found[name] = (given or {}).get(name) or (wholes.pop() if is_part else name)
    return found
