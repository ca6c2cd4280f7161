"""Statements without index notation: what is an array in them, and which indices the left side shares.

`z_k = ∑_j W_kj x_j` gives the whole vector z its value; `indices` makes operations of each formula.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from core.notation import entries, indices
from core.notation.entries import Known
from core.notation.names import parts
from core.notation.printers import expression_text
from core.notation.program import Statement
from core.notation.reading import Reading
from core.notation.sums import labels_of, reductions_in
from core.notation.tree import Name, Tree, names, substituted, walk
from core.notation.written_out import MOST_PARTS


def without_indices(reader: Reading, statements: list[Statement]) -> list[Statement]:
    """The statements without index notation; `z_k = …` gives the whole vector z its value."""
    known = _known(reader, statements)
    if known is None:
        return statements
    counts: dict[str, Tree] = {}
    room = MOST_PARTS
    found = []
    for statement in statements:
        free = _free_labels(reader, statement, known)
        wider = replace(known, arrays=known.arrays | _evidence(reader, statement, free, known))
        made = indices.lowered(statement.tree, free, wider, room)
        room = made.room
        reader.conditions += made.conditions
        counts = {**made.counts, **counts}
        if made.labels and statement.name:
            kept = [label for label in labels_of(parts(statement.name).sub) if label not in made.labels]
            vector = replace(parts(statement.name), sub="".join(kept)).text
            shown = reader.source(statement.name_span)
            reader.remark(f"{shown} = … is read as the whole of {vector}", statement.span)
            known = replace(
                known, names=known.names - {statement.name} | {vector}, arrays=known.arrays | {vector}
            )
            statement = replace(statement, name=vector)
        found.append(replace(statement, tree=made.tree))
    return _counted(reader, found, counts)


def _counted(reader: Reading, statements: list[Statement], counts: Mapping[str, Tree]) -> list[Statement]:
    """The statements with limits such as n, without values, replaced by numbers of entries."""
    used = {name for statement in statements for name in names(statement.tree)}
    lengths = {name: length for name, length in counts.items() if name in used}
    for name, length in lengths.items():
        reader.remark(f"{name} is the number of entries, {expression_text(length)}", statements[-1].span)
    return [replace(s, tree=substituted(s.tree, lengths)) for s in statements] if lengths else statements


def _known(reader: Reading, statements: list[Statement]) -> Known | None:
    """What is known for index notation; None where the program has none."""
    ranks = {name: rank for name, rank in reader.ranks.items() if rank}
    plain_names = {statement.name for statement in statements if statement.name}
    indexed = {name for name in plain_names if labels_of(parts(name).sub)}
    known = Known(frozenset(reader.known - indexed), ranks, frozenset(), reader.functions, reader.definitions)
    sums = any(reductions_in(statement.tree) for statement in statements)
    if not sums and not ranks:
        return None
    arrays: set[str] = set()
    for statement in statements:
        arrays |= entries.indexed_names(statement.tree, known)
    without = not sums and not any(
        entries.plain_entry(part, replace(known, names=frozenset(reader.known)))
        for statement in statements
        for part in walk(statement.tree)
        if isinstance(part, Name)
    )
    if without and not any(
        _free_labels(reader, s, replace(known, arrays=frozenset(arrays))) for s in statements
    ):
        return None
    return replace(known, arrays=frozenset(arrays), names=frozenset(reader.known))


def _free_labels(reader: Reading, statement: Statement, known: Known) -> tuple[str, ...]:
    """The indices on the left of = that entries on the right carry."""
    if statement.name is None:
        return _loose_labels(reader, statement, known)
    if statement.parameters is not None:
        return ()
    labels = tuple(label for label in labels_of(parts(statement.name).sub) if not label.isdigit())
    if not labels or len(labels) != len(labels_of(parts(statement.name).sub)):
        return ()
    carried = entries.indexed_names(
        statement.tree, replace(known, names=known.names - {statement.name}), labels
    )
    sums = reductions_in(statement.tree)
    arrays = {name for name in carried if name in known.arrays or known.ranks.get(name)}
    if not carried or not (arrays or sums):
        return ()
    given = {name for name in carried if name in known.names}  # as i_p, of which i_pj is entry j
    fixed = {label for name in given for label in labels_of(parts(name).sub)}
    return tuple(label for label in labels if label not in fixed)


def _loose_labels(reader: Reading, statement: Statement, known: Known) -> tuple[str, ...]:
    """The indices without a value in a formula without a name: `s_k − ∑_j s_j` is a whole vector."""
    found: list[str] = []
    fixed = {
        name
        for part in reductions_in(statement.tree)
        for limit in (part.excluded, part.start, part.stop)
        if limit is not None
        for name in names(limit)
    }
    for part, bound in entries.with_indices(statement.tree):
        if isinstance(part, Name) and (entry := entries.plain_entry(part, known)):
            if entries.entry_of(part, known, bound):
                continue
            places = [place for place in getattr(entry, "places", ()) if isinstance(place, Name)]
            found += [place.name for place in places if place.name not in known.names | fixed]
    labels = tuple(dict.fromkeys(label for label in found if len(label) == 1))
    if labels:
        whole = f"all entries, as {' and '.join(labels)} {'has' if len(labels) == 1 else 'have'} no value"
        reader.remark(f"{reader.source(statement.span)} is read for {whole}", statement.span)
    return labels


def _evidence(reader: Reading, statement: Statement, free: tuple[str, ...], known: Known) -> set[str]:
    return entries.indexed_names(statement.tree, known, free) if free else set()
