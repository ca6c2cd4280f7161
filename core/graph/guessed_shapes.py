"""Shapes guessed for names that have no value yet, from how they are used.

A capital letter in front of a vector is a matrix, `w·x` are two vectors, what meets by addition has one
shape; what is usual on slides counts, if the program can be built with it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from msgspec import Struct

from core.base.arrays import MAX_RANK, Shape, Value, frozen, shape_of
from core.base.errors import Problem
from core.base.lazy_numpy import np
from core.graph.axis_lengths import USUAL_LENGTH, Axes, Axis, Lengths, join_axes
from core.graph.letter_conventions import (
    EXAMPLES,
    MATRICES,
    begins_with,
    is_small_letter,
    rank_by_face,
    state_of,
)
from core.graph.programs import MATH_CONSTANTS, read_program
from core.notation.program import Program
from core.notation.tree import (
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
    left_over,
    substituted,
    walk,
)
from core.ops import CALLS, NUMEL, SHARING, Op
from core.ops.facts import A_VECTOR, ANY, CLASSES, Guesses

MAX_GUESSED = 100
MOST_INLINED = 50


class ShapeGuess(Struct):
    """Shapes by unification over the tree; a conflict is left for the builder to report.

    slides            whether what is usual on slides counts, such as bold letters for vectors
    known             the axes of each name met so far, and `ranks` how many they turned out to be
    indices           the names used as indices, and `classes_of_rows` those that are a class for each row
    factors           the identities of the factors of products
    """

    program: Program
    values: Mapping[str, Value]
    slides: bool
    lengths: Lengths
    known: dict[str, Axes] = {}
    ranks: dict[str, int] = {}
    indices: set[str] = set()
    classes_of_rows: dict[str, Axes] = {}
    factors: set[int] = set()
    numbers: set[str] = set()  # what index notation needs as numbers
    inlined_calls: int = 0  # of functions of the program

    def shapes(self) -> dict[str, Shape]:
        """The shape of every name."""
        for name, value in self.values.items():
            self.known[name] = tuple(Axis(n) for n in shape_of(value))
        for condition in self.program.conditions:  # what index notation promises
            if condition.rank == 0 and isinstance(condition.tree, Name):
                self.numbers.add(condition.tree.name)
            if condition.rank and condition.rank <= MAX_RANK:
                self.raise_rank(
                    condition.tree, condition.rank, self.known.get(getattr(condition.tree, "name", ""), ())
                )
        self.ranks = self.known_ranks()
        self.read_statements()
        if (ranks := self.known_ranks()) != self.ranks:  # read again with the ranks that were found
            self.ranks = ranks
            self.known = {name: axes for name, axes in self.known.items() if name in self.values}
            self.read_statements()
        return {name: tuple(map(self.length, axes)) for name, axes in self.known.items()}

    def length(self, axis: Axis) -> int:
        """The length of an axis, the usual one where the program leaves it open."""
        found = axis.root()
        return found.length or (self.lengths.units if found.of_units else USUAL_LENGTH)

    def classes(self) -> dict[str, Value]:
        """For each name of classes of rows one class after the other."""
        lengths = {name: map(self.length, axes) for name, axes in self.classes_of_rows.items()}
        return {name: frozen(np.arange(rows) % classes) for name, (rows, classes) in lengths.items()}

    def known_ranks(self) -> dict[str, int]:
        return {name: len(axes) for name, axes in self.known.items() if axes}

    def read_statements(self) -> None:
        """What each statement, one after the other, says of the shapes of names."""
        for statement in self.program.statements:
            if statement.parameters is None:
                products = [part for part in walk(statement.tree) if _is_matrix_product(part)]
                self.factors.update(id(child) for part in products for child in part.children)
                axes = fold(statement.tree, self.combine)
                if statement.name:
                    self.known[statement.name] = axes
                    self.join_steps(statement.name, axes)

    def join_steps(self, name: str, axes: Axes) -> None:
        """A state has the same shape at each step."""
        state = state_of(name) if self.slides else ""
        for other, others in self.known.items() if state else ():
            if state_of(other) == state and len(others) == len(axes):
                join_axes(axes, others)

    def combine(self, part: Tree, found: list[Axes]) -> Axes:
        """The axes of a part, given those of its children."""
        match part:
            case Name(name):
                return self.name(name)
            case Number():
                return ()
            case Binary("·" | " " | "@" as sign, left, right):
                return self.product(sign, part, left, right, found)
            case Binary("^", left, _):
                return found[0]
            case Binary("/", _, Name(name)) if not self.known.get(name):
                return found[0]  # a number divides all entries
            case Binary(_, left, right):
                return self.joined([left, right], found)
            case Negative():
                return found[0]
            case Transposed():
                return found[0][::-1]
            case Indicator(_, left, right):
                return self.joined([left, right], found)
            case Listing():
                return (Axis(len(found)), *found[0])
            case Index(places=places):
                axes = self.indexed(part, found[0])
                ranges = tuple(Axis() for place in places if isinstance(place, Range))
                return (*ranges, *axes[len(places) :])
            case Call(function, args):
                return self.call(function, args, found)
            case Reduction():
                raise left_over(part)

    def name(self, name: str) -> Axes:
        """The axes of a name, by default as many as its face says."""
        if name not in self.known and name not in MATH_CONSTANTS:
            face = self.program.faces.get(name) if self.slides else None
            rank = self.ranks.get(name, rank_by_face(name, face))
            self.known[name] = tuple(Axis() for _ in range(rank))
        return self.known.get(name, ())

    def raise_rank(self, tree: Tree, rank: int, axes: Axes) -> Axes:
        """Take a name that was thought a number for a vector or matrix after all."""
        if (
            isinstance(tree, Name)
            and not axes
            and tree.name not in {*self.values, *self.numbers, *MATH_CONSTANTS}
        ):
            self.known[tree.name] = tuple(Axis() for _ in range(rank))
            self.ranks[tree.name] = rank
            return self.known[tree.name]
        return axes

    def product(self, sign: str, part: Tree, left: Tree, right: Tree, found: list[Axes]) -> Axes:
        a, b = found
        left = left.body if isinstance(left, Negative) else left
        plain, bare = map(_untransposed, (left, right))
        if self.slides:
            if sign != "@" and plain is left and bare is not right and id(part) not in self.factors:
                a = self.raise_rank(plain, 1, a) if is_small_letter(plain) else a
                b = self.raise_rank(bare, 1, b) if len(a) == 1 and is_small_letter(bare) else b
                if len(a) == len(b) == 1:
                    return (*a, *b)
            if bare is not right and isinstance(bare, Name) and bare.name[0].isupper():
                b = b or self.raise_rank(bare, 2, b)[::-1]
            if len(a) == 2 and begins_with(right, MATRICES):
                b = self.raise_rank(right, 2, b)
            if begins_with(left, EXAMPLES) and (begins_with(right, "wβθ") or len(b) == 2):
                a = self.raise_rank(left, 2, a)
            known = not isinstance(right, Name) or self.is_computed(right) or right.name in self.values
            if sign in "·@" and (is_small_letter(left) or begins_with(left, "βθ")) and len(b) == 1 and known:
                a = self.raise_rank(left, 1, a)
            if len(a) == 2 and begins_with(left, EXAMPLES):
                a[0].root().of_examples = True
        if begins_with(plain, MATRICES) or (begins_with(plain, EXAMPLES) and begins_with(bare, MATRICES)):
            a = a or self.raise_rank(plain, 2, a)[:: 1 if plain is left else -1]
            if begins_with(bare, MATRICES):
                b = b or self.raise_rank(bare, 2, b)[:: 1 if bare is right else -1]
            else:
                b = self.raise_rank(right, 1, b)
        elif begins_with(right, MATRICES) and (plain is not left or begins_with(left, "xh")):
            a = self.raise_rank(plain, 1, a)
            b = self.raise_rank(right, 2, b)
        elif plain is not left or (sign in "·@" and begins_with(left, "w") and isinstance(right, Name)):
            a = self.raise_rank(plain, 1, a)
            b = self.raise_rank(right, 1, b)
        if len(a) == 2 or (len(a) == 1 and sign in "·@"):
            b = self.raise_rank(right, 1, b)
        if not a or not b:
            return a or b
        a[-1].join(b[0])
        if len(a) == 2:
            a[0].root().of_units = True
        return (*a[:-1], *b[1:])

    def indexed(self, part: Index, axes: Axes) -> Axes:
        """The axes of what is indexed, long enough for indices that are numbers; `W[i][j]` is `W[i, j]`."""
        self.indices.update(place.name for place in part.places if isinstance(place, Name))
        body, rank = part.body, len(part.places)
        while isinstance(body, Index) and rank <= MAX_RANK:
            rank += len(body.places)
            body = body.body
        if rank > MAX_RANK:
            return axes
        name = next((inner for inner in walk(body) if isinstance(inner, Name)), None)
        if (
            self.slides
            and isinstance(part.body, Name)
            and part.body.name[0].isupper()
            and isinstance(part.places[0], Name)
        ):
            axes = self.raise_rank(part.body, 2, axes)
        if name and len(axes) < len(part.places) and len(self.name(name.name)) < rank:
            axes = self.raise_rank(name, rank, ())[rank - len(part.places) :]
        for axis, place in zip(axes, part.places, strict=False):
            needed = _needed(place)
            if 0 < needed <= MAX_GUESSED and name and name.name not in self.values:
                axis.root().length = max(axis.root().length, needed, USUAL_LENGTH)
            if self.lengths.indexed and isinstance(place, Name) and not self.is_computed(place):
                axis.root().length = axis.root().length or self.lengths.classes
        return axes

    def is_computed(self, tree: Tree) -> bool:
        return isinstance(tree, Name) and any(tree.name == s.name for s in self.program.statements)

    def joined(self, parts: Sequence[Tree], found: list[Axes]) -> Axes:
        longest = max(found, key=len)
        for tree, axes in zip(parts, found, strict=True):
            # a bias is stretched over the rows of a matrix and over a picture
            stays = not longest or (
                begins_with(tree, "b") and (len(longest) > 1 or longest[0].root().of_examples)
            )
            axes = axes if stays else self.raise_rank(tree, len(longest), axes)
            if len(longest) == 2 and longest[0].root().of_examples and begins_with(tree, "b"):
                axes = self.raise_rank(tree, 1, axes)
                for last in axes[-1:]:
                    last.join(longest[-1])
            if len(axes) == len(longest):
                join_axes(axes, longest)
        return longest

    def call(self, function: str, args: Sequence[Tree], found: list[Axes]) -> Axes:
        pair = CALLS.get((function, 2))
        repeated = pair if pair and pair.repeats and len(args) > 2 else None
        op = CALLS.get((function, len(args)), repeated)
        self.assume_guesses(args, A_VECTOR if function == NUMEL.name else self.guesses(op, found), found)
        if function == "transpose":
            return found[0][::-1]
        if op is None:
            return self.inlined(function, args, found)
        if "axis" in op.settings:
            return self.without_axis(args, found)
        if "shape" in op.settings:
            self.reshaped(args[0], args[1], found)
        by_rows = any(other.rows for other in SHARING.get(function, ()))
        if op.points and isinstance(place := args[op.inputs.index(op.points[0])], Name):
            self.indices.add(place.name)
            if self.slides and by_rows and len(found[0]) == 2 and place.name not in self.values:
                self.classes_of_rows[place.name] = found[0]
        if op.elementwise:
            return self.joined(args, found)
        if op.stretches:
            self.joined(args, found)
        if op.stands_for and not op.guesses:
            return self.by_formula(op, args)
        shapes = op.test_shapes
        made = op.shape_of(op.inputs, shapes, [frozen(op.settings.get(port, 0.0)) for port in op.inputs])
        if made and made != shapes[0]:
            return self.by_shape_rule(op, args, found)
        # a vector, or one number of it; what takes a matrix row by row makes one number of each row
        return found[0] if made else found[0][:-1] if by_rows else ()

    def guesses(self, op: Op | None, found: Sequence[Axes]) -> Guesses:
        """The shapes guessed for what an operation takes; filters are a stack where one is asked for."""
        if op is None or not op.learning.fan or not self.lengths.filters:
            return op.guesses if op else ()
        picture, window = op.guesses
        channels = [self.length(axis) for axis in found[0][:-2]]
        return (*[ANY] * len(channels), *picture), (self.lengths.filters, *channels, *window)

    def assume_guesses(self, args: Sequence[Tree], guesses: Guesses, found: list[Axes]) -> None:
        """What a function takes has the axes that are guessed, as long as guessed where that is open."""
        for number, (tree, lengths) in enumerate(zip(args, guesses, strict=False)):
            found[number] = axes = self.raise_rank(tree, len(lengths), found[number])
            for axis, length in zip(axes, lengths, strict=False):
                usual = self.lengths.classes if length == CLASSES else length
                axis.root().length = axis.root().length or usual

    def without_axis(self, args: Sequence[Tree], found: list[Axes]) -> Axes:
        """What is left where one axis is added up; there must be such an axis."""
        axis = _constant(args[-1])
        at = int(axis) if isinstance(axis, float) else 0
        needed = at + 1 if 0 < at < MAX_RANK else 1
        if found[0] and len(found[0]) < needed:
            found[0] = self.raise_rank(args[0], needed, ()) or found[0]
        return tuple(size for place, size in enumerate(found[0]) if place not in (at, at + len(found[0])))

    def reshaped(self, tree: Tree, shape: Tree, found: list[Axes]) -> None:
        """What is laid out otherwise has as many entries as its new shape."""
        sizes = [part.value for part in walk(shape) if isinstance(part, Number)]
        found[0] = axes = self.raise_rank(tree, 1, found[0])
        if len(axes) == 1 and 0 < math.prod(sizes) < MAX_GUESSED:
            axes[0].root().length = axes[0].root().length or int(math.prod(sizes))

    def by_shape_rule(self, op: Op, args: Sequence[Tree], found: list[Axes]) -> Axes:
        """The result's axes by the operation's own rule; what has no length yet gets the usual one."""
        shapes = []
        for axes in found:
            for axis in axes:
                axis.root().length = self.length(axis)
            shapes.append(tuple(axis.root().length for axis in axes))
        constants = [*map(_constant, args), *op.defaults.values()][: len(op.inputs)]
        shapes += [()] * (len(op.inputs) - len(shapes))
        try:
            shape = op.shape_of(op.inputs, shapes[: len(op.inputs)], constants)
        except Problem:
            return ()  # the builder says what is wrong
        if len(args) > len(op.inputs):
            shape = (shape[0] + sum((more or (1,))[0] for more in shapes[2:]), *shape[1:])
        return tuple(Axis(length) for length in shape)

    def inlined(self, function: str, args: Sequence[Tree], found: list[Axes]) -> Axes:
        """What the body of a function of the program says of its arguments, so many times."""
        for statement in self.program.statements:
            if statement.name == function and statement.parameters and self.inlined_calls < MOST_INLINED:
                self.inlined_calls += 1
                outside = self.known
                self.known = {**outside, **dict(zip(statement.parameters, found, strict=False))}
                axes = fold(statement.tree, self.combine)
                inside, self.known = self.known, outside
                for name in inside.keys() - {*statement.parameters}:
                    self.known[name] = inside[name]
                for tree, name in zip(args, statement.parameters, strict=False):
                    self.raise_rank(tree, len(inside[name]), self.known.get(getattr(tree, "name", ""), ()))
                return axes
        return ()

    def by_formula(self, op: Op, args: Sequence[Tree]) -> Axes:
        """What a composite's formula says of its arguments."""
        usual = {port: Number(value) for port, value in op.defaults.items()}
        formula = read_program(op.stands_for, op.inputs).statements[0].tree
        return fold(substituted(formula, usual | dict(zip(op.inputs, args, strict=False))), self.combine)


def _constant(tree: Tree) -> Value | None:
    """The value of a number, or of a list of numbers."""
    match tree:
        case Number(value):
            return value
        case Listing(items) if all(isinstance(item, Number) for item in items):
            return frozen([item.value for item in items if isinstance(item, Number)])
    return None


def _needed(place: Tree | Range) -> int:
    """How many entries an index or a range needs; 0 if it cannot be told."""
    match place:
        case Number(value):
            return int(value) + 1
        case Range(_, Number(value)):
            return int(value)
    return 0


def _untransposed(tree: Tree) -> Tree:
    """What is transposed, by a sign or by a call."""
    match tree:
        case Transposed(body) | Call("transpose", (body,)):
            return body
    return tree


def _is_matrix_product(part: Tree) -> bool:
    return isinstance(part, Binary) and part.op in " ·@"
