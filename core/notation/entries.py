"""Names with subscripts as entries of arrays: which they are, and of which array, by what is known.

`w_i` under a sum over i is entry i of w; `t_pj` is entry j of t_p where p is no index; `s_k` is entry k of s
where s is an array and s_k has no value of its own.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from core.base.errors import Problem, Span
from core.notation.names import parts
from core.notation.signatures import Signature
from core.notation.sums import labels_of
from core.notation.tree import Index, Name, Number, Range, Reduction, Tree, walk

Labels = tuple[str, ...]


class Known(Struct, frozen=True):
    """What is known when a statement is read: names with values, those that are arrays, those with rank.

    `ranks` says how many axes each given value has; `arrays` are names that are indexed somewhere;
    `definitions` are the functions that the program defines, each with its parameters and formula.
    """

    names: frozenset[str]
    ranks: Mapping[str, int]
    arrays: frozenset[str]
    functions: Mapping[str, Signature]
    definitions: Mapping[str, tuple[Labels, Tree]]


def with_indices(tree: Tree, indices: Collection[str] = ()) -> Iterator[tuple[Tree, frozenset[str]]]:
    """Every part of a tree with the indices of the sums around it, and the given ones."""
    waiting: list[tuple[Tree, frozenset[str]]] = [(tree, frozenset(indices))]
    while waiting:
        part, active = waiting.pop()
        yield part, active
        if isinstance(part, Reduction):
            active = active | set(part.indices)
        waiting += [(child, active) for child in reversed(part.children)]


def indexed_names(tree: Tree, known: Known, indices: Collection[str] = ()) -> set[str]:
    """The arrays whose entries a tree takes by the indices of its sums, or by the given ones."""
    found: set[str] = set()
    for part, active in with_indices(tree, indices):
        if isinstance(part, Name) and (shift := shifted(part, active - set(indices))):
            found.add(shift[0])
        elif isinstance(part, Name) and (entry := entry_of(part, known, active)) and not scalars(part, known):
            found |= {
                inner.name for inner in walk(entry[0]) if isinstance(inner, Name) and _is_base(inner, part)
            }
    return found


def shifted(name: Name, active: Collection[str]) -> tuple[str, str, int, int] | None:
    """The array, the index, its sign and what is added to it in `x_{i+1}` or `x_{4-i}`; None for others."""
    made = parts(name.name)
    found = re.fullmatch(r"([^\W\d_])([+-])(\d+)|(\d+)-([^\W\d_])", made.sub.replace("−", "-"))
    if not found or not ({found[1], found[5]} & set(active)):
        return None
    array = replace(made, sub="").text
    if found[1]:
        return array, found[1], 1, int(found[2] + found[3])
    return array, found[5], -1, int(found[4])


def _is_base(inner: Name, name: Name) -> bool:
    return parts(inner.name).base == parts(name.name).base


def entry_of(name: Name, known: Known, active: Collection[str]) -> tuple[Tree, Labels] | None:
    """The array that a name is an entry of, with the indices it carries; None if it is a plain name.

    `t_pj` is entry j of t_p where p is no index, and `W_yj` of row y of W where y has a value.
    """
    if name.name in known.names:
        return None
    made = parts(name.name)
    layer = made.layer.strip("()")
    labels = labels_of(made.sub)
    if layer in active:  # x^{(i)} under a sum over i is an entry, or a row, of x
        labels, made = [layer, *labels], replace(made, layer="")
    if not labels or not set(labels) & set(active):
        return None
    base = replace(made, sub="")
    if base.text not in known.names:  # t_pj is entry j of t_p, where t_p has a value
        for count in range(1, len(labels)):
            named = replace(made, sub="".join(labels[:count]))
            if named.text in known.names and set(labels[count:]) <= set(active):
                return Name(named.text, name.span), tuple(labels[count:])
    fixed = [label for label in labels if label not in active]
    carried = tuple(label for label in labels if label in active)
    span = name.span
    if len(set(carried)) < len(carried):
        if known.ranks.get(base.text) == 1:
            raise Problem(
                f"{base.text} is a vector and takes one index", span, f"Write {base.text}_{carried[0]}"
            )
        message = f"The same index stands twice at {base.text}: the diagonal of a matrix is not read"
        raise Problem(message, span, f"Write its entries out: {base.text}[0, 0], {base.text}[1, 1] and so on")
    if not fixed:
        return Name(base.text, span), carried
    partly = replace(made, sub="".join(fixed) if all(len(label) == 1 for label in fixed) else ",".join(fixed))
    if labels[: len(fixed)] == fixed and (partly.text in known.names or base.text not in known.names):
        return Name(partly.text, span), carried
    if any(label.isdigit() for label in fixed):
        message = "A number beside an index may count from 0 or from 1"
        raise Problem(
            message, span, f"Write {base.text}[0] for the first row, or {base.text}[:, 0] for a column"
        )
    places: list[Tree | Range] = [
        Range(Number(0.0)) if label in active else _place(label, span) for label in labels
    ]
    while isinstance(places[-1], Range):
        places.pop()
    return Index(Name(base.text, span), tuple(places), span), carried


def _place(label: str, span: Span) -> Tree:
    return Number(float(label), span) if label.isdigit() else Name(_label_name(label), span)


def _label_name(label: str) -> str:
    return label.replace("{", "").replace("}", "")


def plain_entry(name: Name, known: Known) -> Tree | None:
    """`s_k` outside of sums as entry k of an array s that is known as one; None if it is a plain name."""
    made = parts(name.name)
    base = replace(made, sub="")
    if not made.sub or name.name in known.names or base.text == name.name:
        return None
    labels = labels_of(made.sub)
    if not labels or any(label.isdigit() for label in labels):
        return None
    is_array = base.text in known.arrays or known.ranks.get(base.text, 0) >= len(labels)
    if not is_array:
        return None
    return Index(Name(base.text, name.span), tuple(_place(label, name.span) for label in labels), name.span)


def scalars(name: Name, known: Known) -> list[str]:
    """Names with values such as w1, w2, … that an entry w_i stands for where there is no array w."""
    made = parts(name.name)
    base = replace(made, sub="").text
    if len(labels_of(made.sub)) != 1 or known.ranks.get(base) or base in known.arrays:
        return []
    first = next((n for n in (0, 1) if replace(made, sub=str(n)).text in known.names), None)
    found: list[str] = []
    while first is not None and replace(made, sub=str(first + len(found))).text in known.names:
        found.append(replace(made, sub=str(first + len(found))).text)
    return found
