"""What a program needs of shapes to mean what was read, checked as soon as its parts have theirs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from core.base.arrays import Shape, Value, describe
from core.base.errors import Problem
from core.notation.program import ShapeCondition
from core.notation.tree import Binary, Name, Number, Tree, fold


class ShapeConditions:
    """The conditions of a program; limits may be names with values, `stated` in it or given as `values`."""

    def __init__(
        self, conditions: Sequence[ShapeCondition], stated: Mapping[str, Value], values: Mapping[str, Value]
    ):
        self.stated, self.values = stated, values
        self._of_parts: dict[int, list[ShapeCondition]] = {}
        for condition in conditions:
            self._of_parts.setdefault(id(condition.tree), []).append(condition)
        self._lengths: dict[str, tuple[int, str]] = {}  # of letters such as n, each with the array it counts

    def check(self, part: Tree, shape: Shape, name: Callable[[], str]) -> None:
        """Check what a part needs of its shape.

        Args:
            part: the part, the very one that was read.
            shape: the shape it has.
            name: gives what a sentence calls it.

        Raises:
            Problem: it has another shape than index notation or an axis promises.
        """
        for condition in self._of_parts.get(id(part), ()):
            self._check(condition, shape, name())

    def _check(self, condition: ShapeCondition, shape: Shape, name: str) -> None:
        message, span, rank = condition.message, condition.span, condition.rank
        if rank is not None and not (len(shape) == rank or (condition.at_most and len(shape) < rank)):
            raise Problem(f"{message}; {describe(name, shape)}", span, condition.hint)
        if condition.length is None:
            return
        if condition.axis >= len(shape):
            raise Problem(f"{message} and {describe(name, shape)}", span, f"Give {name} a list of values")
        entries = shape[condition.axis]
        if condition.letter:
            self._check_letter(condition, entries, name, shape)
            return
        length = self._length(condition.length)
        if length is not None and length != entries:
            hint = condition.hint or f"Write {entries} there, or change {name}"
            raise Problem(f"{message} and {describe(name, shape)}", span, hint)

    def _check_letter(self, condition: ShapeCondition, entries: int, name: str, shape: Shape) -> None:
        """Raise a Problem where a limit without a value, such as n, would stand for two lengths."""
        more = self._length(condition.length) if condition.length else None
        length, letter = entries - int(more or 0), condition.letter
        first, array = self._lengths.setdefault(letter, (length, name))
        if length != first:
            said = f"{condition.message}, and {letter} is {first} for {array}; {describe(name, shape)}"
            other = "m" if letter != "m" else "n"
            hint = f"Write another letter for the other length, such as {other}"
            raise Problem(said, condition.span, hint)

    def _length(self, tree: Tree) -> float | None:
        """How many terms a limit promises, where it is a number or made of names with values."""

        def value(part: Tree, found: list[float | None]) -> float | None:
            match part:
                case Number(number):
                    return number
                case Name(name):
                    known = self.stated.get(name, self.values.get(name))
                    return known if isinstance(known, float) else None
                case Binary("+" | "-" as sign) if None not in found:
                    left, right = found[0] or 0.0, found[1] or 0.0
                    return left + right if sign == "+" else left - right
            return None

        return fold(tree, value)
