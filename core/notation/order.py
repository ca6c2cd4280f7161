"""The order of statements: each behind those whose names it uses."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from heapq import heappop, heappush

from core.notation.program import Statement
from core.notation.reading import Reading
from core.notation.tree import Call, names, walk


def in_order(reader: Reading, statements: list[Statement]) -> tuple[Statement, ...]:
    """The statements so that every name has its value before it is used, where they are out of order."""
    given = {s.name: i for i, s in enumerate(statements) if s.name}
    uses = [
        {given[name] for name in _used(s) if name in given and given[name] != i}
        for i, s in enumerate(statements)
    ]
    once = len(given) == sum(1 for s in statements if s.name)
    if not once or all(used < i for i, row in enumerate(uses) for used in row):
        return tuple(statements)
    order = _in_order_of_use(uses)
    if len(order) < len(statements):
        return tuple(statements)  # a circle; the builder says where
    late = ", ".join(statements[i].name or "" for i in order if statements[i].name)
    reader.remark(f"The lines are taken in the order of their use: {late}", statements[order[0]].span)
    return tuple(statements[i] for i in order)


def _in_order_of_use(uses: Sequence[Collection[int]]) -> list[int]:
    """The numbers of statements, each behind those it uses and else in their order; not those in a circle."""
    users: dict[int, list[int]] = {}
    for i, row in enumerate(uses):
        for used in row:
            users.setdefault(used, []).append(i)
    waiting = [len(row) for row in uses]
    ready = [i for i, count in enumerate(waiting) if not count]  # in order, and so a heap
    found: list[int] = []
    while ready:
        found.append(heappop(ready))
        for user in users.get(found[-1], ()):
            waiting[user] -= 1
            if not waiting[user]:
                heappush(ready, user)
    return found


def _used(statement: Statement) -> set[str]:
    """The names and functions that a statement uses, less its own parameters."""
    called = {part.function for part in walk(statement.tree) if isinstance(part, Call)}
    return (set(names(statement.tree)) | called) - set(statement.parameters or ())
