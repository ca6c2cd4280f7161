"""Index notation made into operations on whole arrays: `∑_j w_ij x_j + b_i` becomes `w x + b`.

A name with a subscript that is an index of a sum, or of the left side as in `z_k = …`, is an entry of an
array; every part becomes an array whose axes are labelled by the indices it carries. Nothing here knows
lengths: what the limits of a sum promise is noted as needed and checked when the shapes are known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce

from msgspec import Struct
from msgspec.structs import replace

from core.base.errors import Problem, Span
from core.notation.entries import Known, Labels, entry_of, plain_entry, shifted
from core.notation.limits import promises
from core.notation.printers import expression_text
from core.notation.products import Labelled, aligned, contracted, multiplied
from core.notation.program import ShapeCondition
from core.notation.sums import WORDS, reductions_in
from core.notation.tree import (
    PRODUCTS,
    Binary,
    Call,
    Index,
    Indicator,
    Listing,
    Name,
    Negative,
    Number,
    Range,
    Reduction,
    Transposed,
    Tree,
    fold,
    remade,
    substituted,
    walk,
)
from core.notation.written_out import MOST_PARTS, written_out


class Part(Struct, frozen=True):
    """A product of arrays with labelled axes; `negative` where a minus stands before it."""

    factors: tuple[Labelled, ...]
    negative: bool = False

    @property
    def labels(self) -> frozenset[str]:
        return frozenset(label for _, labels in self.factors for label in labels)


class Lowered(Struct, frozen=True):
    """A tree without index notation, the labels left of the free ones, what the limits need and count.

    `room` is how many parts may still be written out term by term.
    """

    tree: Tree
    labels: Labels
    conditions: list[ShapeCondition]
    counts: Mapping[str, Tree]
    room: int


def _concerned(tree: Tree, free: frozenset[str], known: Known) -> set[int]:
    """The parts of a tree in which a sum or an entry lies, by identity; all others stay as they are."""
    indices = free.union(*(part.indices for part in reductions_in(tree)))
    found: set[int] = set()

    def combine(part: Tree, inside: list[bool]) -> bool:
        concerned = any(inside) or isinstance(part, Reduction)
        if isinstance(part, Name):
            is_entry = entry_of(part, known, indices) or plain_entry(part, known)
            concerned = part.name in indices or is_entry is not None or shifted(part, indices) is not None
        if concerned:
            found.add(id(part))
        return concerned

    fold(tree, combine)
    return found


def _is_entry_by_entry(body: Tree, parameters: set[str], known: Known) -> bool:
    """Whether a formula of whole arrays is, for each entry, the same formula of the entry."""
    for part in walk(body):
        match part:
            case Name(name) if name in parameters:
                continue
            case Number() | Negative() | Binary("+" | "-" | "/" | "^"):
                continue
            case Binary(_, Number(), _) | Binary(_, _, Number()):
                continue
            case Call(function) if function not in known.definitions and function not in ("max", "min"):
                signature = known.functions.get(function)
                if signature is not None and signature.elementwise:
                    continue
        return False
    return True


def lowered(tree: Tree, free: Labels, known: Known, room: int) -> Lowered:
    """A tree without index notation; `free` are the indices of the left side.

    `room` is how many parts may be written out term by term. Raises Problem where the notation cannot be
    turned into operations on whole arrays.
    """
    lowering = _Lowering(tree, frozenset(free), known, room)
    part = lowering.part(tree)
    found, labels = lowering.combined(part)
    if labels and set(labels) != set(free):
        message = (
            f"The left side has the indices {', '.join(free)} and the right side only {', '.join(labels)}"
        )
        raise Problem(message, tree.span, "Write both with the same indices, or without")
    if len(labels) == 2 and labels != free and set(labels) == set(free):
        found, labels = Transposed(found, found.span), labels[::-1]
    return Lowered(found, labels, lowering.conditions, lowering.counts, lowering.room)


class _Lowering:
    def __init__(self, tree: Tree, free: frozenset[str], known: Known, room: int):
        self.active = self.free = free
        self.known = known
        self.concerned = _concerned(tree, free, known)
        self.room = room
        self.written: list[Tree] = []
        self.conditions: list[ShapeCondition] = []
        self.counts: dict[str, Tree] = {}  # limits such as n without a value, and an array that long
        self.entries: list[Labelled] = []  # the arrays that were indexed, each where it stands

    # -- trees to parts

    def part(self, tree: Tree) -> Part:
        """A tree as a product of labelled factors; sums inside are worked out."""
        if isinstance(tree, Reduction):
            return self.reduction(tree)
        if id(tree) not in self.concerned:
            return Part(((tree, ()),))
        match tree:
            case Name() if self._is_shifted(tree):
                message = f"{tree.name} is read where the limits of its index are numbers"
                hint = "Write them, such as i=1 and 2, or take ranges, such as x[1:] - x[:2]"
                raise Problem(message, tree.span, hint)
            case Name():
                entry = entry_of(tree, self.known, self.active)
                if entry is None and tree.name in self.active:
                    said = f"The index {tree.name} stands alone, not as a subscript"
                    raise Problem(said, tree.span, f"Write x_{tree.name} for the entries of x")
                if entry:
                    self._take_entry(tree, entry)
                return Part((entry,)) if entry else Part(((plain_entry(tree, self.known) or tree, ()),))
            case Negative(body):
                inner = self.part(body)
                return replace(inner, negative=not inner.negative)
            case Binary(op, left, right) if op in PRODUCTS:
                return self.product(op, self.part(left), self.part(right))
            case Binary("/", left, right):
                return self.quotient(tree, self.part(left), self.part(right))
            case Binary(op, left, right):
                return self.joined(tree, [self.part(left), self.part(right)])
            case Indicator(_, left, right):
                return self.joined(tree, [self.part(left), self.part(right)])
            case Call(function) if function in self.known.definitions:
                return self.call_of_defined(tree, *self.known.definitions[function])
            case Call(_, args):
                return self.call(tree, [self.part(arg) for arg in args])
            case Index():
                return self.index(tree)
            case Transposed(body):
                whole, labels = self.combined(self.part(body))
                if labels:
                    return Part(((whole, labels),))
                return Part(((Transposed(whole, tree.span), ()),))
            case Listing(items):
                found = [self.combined(self.part(item)) for item in items]
                if any(labels for _, labels in found):
                    raise Problem(
                        "A list cannot stand under an index", tree.span, "Write it as a vector with a name"
                    )
                return Part(((Listing(tuple(item for item, _ in found), tree.span), ()),))
        return Part(((tree, ()),))

    def product(self, op: str, left: Part, right: Part) -> Part:
        """The factors of both; two without labels stay one product, as they were written."""
        if not left.labels and not right.labels:
            a, b = self.combined(left)[0], self.combined(right)[0]
            return Part(((Binary(op, a, b, a.span.to(b.span)), ()),))
        return Part(left.factors + right.factors, left.negative != right.negative)

    def quotient(self, tree: Binary, left: Part, right: Part) -> Part:
        """A divisor without labels divides one factor; else both sides are joined entry by entry."""
        below, labels = self.combined(right)
        if labels:
            return self.joined(tree, [left, right])
        divided = next((i for i, (_, labels) in enumerate(left.factors) if not labels), 0)
        factors = list(left.factors)
        top, labels = factors[divided]
        factors[divided] = (Binary("/", top, below, top.span.to(below.span)), labels)
        return replace(left, factors=tuple(factors))

    def joined(self, tree: Tree, sides: Sequence[Part]) -> Part:
        """An operation entry by entry on sides whose axes are brought into one order."""
        found = [self.combined(side) for side in sides]
        trees, labels = aligned(found, tree.span)
        if labels:
            for (part, own_labels), written in zip(found, tree.children, strict=True):
                if not own_labels:
                    self._needs_number(part, written)
        return Part(((remade(tree, trees), labels),))

    def _is_shifted(self, name: Name) -> bool:
        """Whether a name such as `x_{i+1}` is an entry: under a sum, and beside entries of the same array."""
        found = shifted(name, self.active)
        arrays = self.known.arrays | {array for array, rank in self.known.ranks.items() if rank}
        return found is not None and (found[1] not in self.free or found[0] in arrays)

    def _take_entry(self, name: Name, entry: Labelled) -> None:
        """Keep an array that is indexed; it must have an axis for each index."""
        array, labels = entry
        self.entries.append(entry)
        said = f"{name.name} needs an axis for each index, {len(labels)} in all"
        self.conditions.append(
            ShapeCondition(array, said, "Write one index for each axis", rank=len(labels), span=name.span)
        )

    def _needs_number(self, part: Tree, written: Tree) -> None:
        """What stands beside entries must be a number, or the same entries would be taken silently."""
        if isinstance(part, Number):
            return
        shown = expression_text(part)
        message = f"{shown} stands beside entries and must be a number"
        index = next(iter(self.active), "i")
        hint = f"Write its entry with the index too, as in {shown}_{index}" if isinstance(part, Name) else ""
        self.conditions.append(
            ShapeCondition(part, message, hint or "Give it a name of its own", rank=0, span=written.span)
        )

    def call_of_defined(self, tree: Call, parameters: Labels, body: Tree) -> Part:
        """A call of a function of the program: of entries, its formula is taken of each entry."""
        args = [self.part(arg) for arg in tree.args]
        of_entries = any(arg.labels for arg in args) and len(args) == len(parameters)
        if not of_entries or _is_entry_by_entry(body, set(parameters), self.known):
            return self.call(tree, args)
        if reductions_in(body):
            said = f"{tree.function} needs a whole vector; here it has a single entry"
            raise Problem(said, tree.span, "Leave the index out to take the whole vector")
        formula = substituted(body, dict(zip(parameters, tree.args, strict=True)))
        return self.instead(formula, tree)

    def instead(self, tree: Tree, written: Tree) -> Part:
        """The part of a tree that stands for what is written."""
        self.room -= sum(1 for _ in walk(tree))
        if self.room < 0:
            said = f"The sums stand for more than {MOST_PARTS:,} parts when each is written out"
            raise Problem(said, written.span, "Use vectors")
        self.concerned |= _concerned(tree, self.active, self.known)
        self.written = [*self.written, tree]  # kept, so that no other part gets its identity
        return self.part(tree)

    def call(self, tree: Call, args: Sequence[Part]) -> Part:
        found = [self.combined(arg) for arg in args]
        signature = self.known.functions.get(tree.function)
        elementwise = signature is None or signature.elementwise or tree.function in ("abs", "norm")
        if not any(labels for _, labels in found):
            return Part(((Call(tree.function, tuple(arg for arg, _ in found), tree.span), ()),))
        pairs = tree.function in ("max", "min") and len(args) > 1
        if not pairs and (not elementwise or tree.function in ("max", "min")):
            said = f"{tree.function} needs a whole vector; here it has a single entry"
            raise Problem(said, tree.span, "Leave the index out to take the whole vector")
        if tree.function == "norm":
            base = found[0][0]
            message = "‖…‖ of an entry that is a vector is not read under a sum"
            self.conditions.append(
                ShapeCondition(
                    base,
                    message,
                    "Write sum((x - y)^2) over all entries",
                    rank=len(found[0][1]),
                    span=tree.span,
                )
            )
            tree = replace(tree, function="abs")
        trees, labels = aligned(found, tree.span)
        for (part, own_labels), written in zip(found, tree.args, strict=True):
            if not own_labels:
                self._needs_number(part, written)
        return Part(((Call(tree.function, tuple(trees), tree.span), labels),))

    def index(self, tree: Index) -> Part:
        """`w[i]` and `softmax(z)_i` under an index i are entries too."""
        body, labels = self.combined(self.part(tree.body))
        carried = [
            place.name for place in tree.places if isinstance(place, Name) and place.name in self.active
        ]
        if not carried and labels:
            raise Problem("An entry has no entries of its own", tree.span, "Write one index for each axis")
        if not carried:
            places = tuple(
                replace(place) if isinstance(place, Range) else self.combined(self.part(place))[0]
                for place in tree.places
            )
            return Part(((Index(body, places, tree.span), labels),))
        if labels or len(carried) != len(tree.places):
            raise Problem(
                "This index and a number in one bracket are not read", tree.span, "Take one after the other"
            )
        return Part(((body, tuple(carried)),))

    # -- sums

    def reduction(self, tree: Reduction) -> Part:
        """A sum, product or maximum over its indices as operations on whole arrays."""
        tree = _flattened(tree)
        if tree.kind in ("max", "min") and not self._is_carried(tree):
            raise self._nothing_carries(tree, tree.indices[0] if tree.indices else "its values")
        if not tree.indices:
            body = self.combined(self.part(tree.body))[0]
            return Part(((Call(tree.kind, (body,), tree.span), ()),))
        if (expanded := written_out(tree, self.known, self.room)) is not None:
            return self.instead(expanded, tree)
        before, first = self.active, len(self.entries)
        self.active = before | set(tree.indices)
        try:
            part = self.part(tree.body)
        finally:
            self.active = before
        missing = [index for index in tree.indices if index not in part.labels]
        if missing:
            raise self._nothing_carries(tree, missing[0])
        promised = promises(tree, self.entries[first:], self.active, self.known)
        self.conditions += promised.conditions
        self.counts = {**promised.counts, **self.counts}
        if tree.kind != "sum" or tree.excluded is not None:
            return self._of_all(tree, part)
        return self._summed(part, tree.indices, tree.span)

    def _is_carried(self, tree: Reduction) -> bool:
        """Whether a subscript under a sign carries its index."""
        named = (part for part in walk(tree.body) if isinstance(part, Name))
        return any(entry_of(part, self.known, tree.indices) for part in named)

    def _nothing_carries(self, tree: Reduction, index: str) -> Problem:
        if tree.kind in ("max", "min"):
            hint = "Type the loss alone, then train it: the training finds the smallest value"
            return Problem(f"'{tree.kind}' over {index} asks for the best value", tree.span, hint)
        said = f"Nothing under this {WORDS[tree.kind]} carries its index {index}"
        return Problem(said, tree.span, f"Write x_{index} for the entries of x, or sum(x)")

    def _of_all(self, tree: Reduction, part: Part) -> Part:
        """A product, a maximum, or a sum of all but one, over one index or over all entries."""
        body, labels = self.combined(part)
        if set(labels) != set(tree.indices):
            said = f"This {WORDS[tree.kind]} over some of the axes of an array is not read"
            raise Problem(said, tree.span, "Write it with vectors")
        if tree.excluded is None:
            return Part(((Call(tree.kind, (body,), tree.span), ()),))
        if tree.kind != "sum" or len(labels) > 1:
            hints = {"sum": "Write the sum over all, less one entry"}
            hints["prod"] = "Write the product over all, divided by the entry left out if it is not 0"
            hint = hints.get(tree.kind, "Write the entries out")
            raise Problem("'≠' below this sign is not read", tree.span, hint)
        but = self.combined(self.part(tree.excluded))[0]
        return Part(((Call("sum_except", (body, but), tree.span), ()),))

    def _summed(self, part: Part, indices: Labels, span: Span) -> Part:
        outside = tuple(factor for factor in part.factors if not set(factor[1]) & set(indices))
        inside = [factor for factor in part.factors if set(factor[1]) & set(indices)]
        if len({frozenset(labels) for _, labels in inside}) == 1 and set(inside[0][1]) == set(indices):
            summed = self._whole_sum(inside, span)
        else:
            index = indices[-1]
            summed_over = [factor for factor in inside if index in factor[1]]
            rest = tuple(factor for factor in inside if index not in factor[1])
            summed = Part((*rest, contracted(summed_over, index, span)))
            if len(indices) > 1:
                summed = self._summed(summed, indices[:-1], span)
        return Part(outside + summed.factors, part.negative)

    def _whole_sum(self, inside: Sequence[Labelled], span: Span) -> Part:
        """The sum of all entries: of two vectors their inner product."""
        if len(inside) == 2 and all(len(labels) == 1 for _, labels in inside):
            (a, _), (b, _) = inside
            return Part(((Binary("·", a, b, span), ()),))
        body, _ = self.combined(Part(tuple(inside)))
        return Part(((Call("sum", (body,), span), ()),))

    def combined(self, part: Part) -> Labelled:
        """The product of a part's factors as one array with its labels."""
        plain = [tree for tree, labels in part.factors if not labels]
        labelled = [(tree, labels) for tree, labels in part.factors if labels]
        found: Labelled | None = None
        for factor in labelled:
            if found is None:
                found = factor
                continue
            if len(found[1]) == len(factor[1]) == 1 and found[1] != factor[1]:
                span = found[0].span.to(factor[0].span)
                found = (Call("outer", (found[0], factor[0]), span), (*found[1], *factor[1]))
            else:
                found = multiplied(found, factor, found[0].span.to(factor[0].span))
        labels = found[1] if found else ()
        trees = [*plain, *([found[0]] if found else [])]
        if labels and plain:
            for tree in plain:
                self._needs_number(tree, tree)
        tree = reduce(lambda a, b: Binary(" ", a, b, a.span.to(b.span)), trees)
        return (Negative(tree, tree.span), labels) if part.negative else (tree, labels)


def _flattened(tree: Reduction) -> Reduction:
    """A sum of a sum as one sum over both indices, where neither has limits that matter."""
    while (
        isinstance(tree.body, Reduction)
        and tree.kind == tree.body.kind == "sum"
        and tree.excluded is None
        and tree.body.excluded is None
        and not any((tree.start, tree.stop, tree.body.start, tree.body.stop))
    ):
        tree = replace(tree, indices=(*tree.indices, *tree.body.indices), body=tree.body.body)
    return tree
