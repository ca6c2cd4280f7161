"""Contractions as NumPy statements: a matrix product where the axes allow it, else the next best."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from msgspec import Struct

# names a prepared view of a named array, view("W1", "{}.T"), or a constant array, view("ones", "np.ones(3)")
View = Callable[[str, str], str]


class Operand(Struct, frozen=True):
    """A named array, a letter for each of its axes, and whether its entries lie one after the other."""

    name: str
    letters: str
    solid: bool


class Contraction(Struct, frozen=True):
    """What is to be written: the sum over all letters that are not the target's."""

    operands: tuple[Operand, ...]
    target: Operand
    sizes: Mapping[str, int]
    view: View

    def statement(self) -> str:
        """The fastest statement known for it."""
        ways = (self._sum,) if len(self.operands) == 1 else (self._multiply, self._dot)
        return next((text for way in ways if (text := way())), None) or self._einsum()

    def _lost(self, operand: Operand) -> str:
        return "".join(letter for letter in operand.letters if letter not in self.target.letters)

    def _einsum(self) -> str:
        letters = ",".join(operand.letters for operand in self.operands)
        names = ", ".join(operand.name for operand in self.operands)
        return f"np.einsum('{letters}->{self.target.letters}', {names}, out={self.target.name})"

    def _multiply(self) -> str | None:
        """Nothing is summed: a product entry by entry of views with axes put in."""
        factors = []
        for operand in self.operands:
            kept = [letter for letter in self.target.letters if letter in operand.letters]
            if "".join(kept) != operand.letters:
                return None
            index = ", ".join(":" if letter in kept else "None" for letter in self.target.letters)
            whole = operand.letters in ("", self.target.letters)
            factors.append(operand.name if whole else self.view(operand.name, f"{{}}[{index}]"))
        return f"np.multiply({', '.join(factors)}, out={self.target.name})"

    def _dot(self) -> str | None:
        """The letters summed are in both, no letter that stays is: a product of two matrices."""
        a, b = self.operands
        if set(a.letters) & set(b.letters) != set(self._lost(a)) or set(self._lost(a)) != set(self._lost(b)):
            return None
        for left, right in ((a, b), (b, a)):
            rows = "".join(letter for letter in left.letters if letter in self.target.letters)
            columns = "".join(letter for letter in right.letters if letter in self.target.letters)
            x = self._matrix(left, rows, self._lost(left))
            y = self._matrix(right, self._lost(left), columns)
            out = self._matrix(self.target, rows, columns) if rows + columns == self.target.letters else None
            if x and y and out:
                return f"{x}.dot({y}, out={out})"
        return None

    def _sum(self) -> str | None:
        """One array summed along neighbouring axes: a product with ones, which is faster than a sum."""
        (x,) = self.operands
        kept, lost = self.target.letters, self._lost(x)
        ones = self.view("ones", f"np.ones({self._length(lost)}, dtype)")
        if matrix := x.letters == kept + lost and self._matrix(x, kept, lost):
            return f"{matrix}.dot({ones}, out={self._matrix(self.target, kept, '')})"
        if matrix := x.letters == lost + kept and self._matrix(x, lost, kept):
            return f"{ones}.dot({matrix}, out={self._matrix(self.target, kept, '')})"
        axes = tuple(axis for axis, letter in enumerate(x.letters) if letter in lost)
        return f"np.add.reduce({x.name}, axis={axes}, out={self.target.name})"

    def _length(self, letters: str) -> int:
        return math.prod(self.sizes[letter] for letter in letters)

    def _matrix(self, operand: Operand, rows: str, columns: str) -> str | None:
        """The array with some axes as rows and the others as columns; one group may be empty."""
        turned = operand.letters != rows + columns
        if turned and operand.letters != columns + rows:
            return None
        groups = (columns, rows) if turned else (rows, columns)
        name = operand.name
        if any(len(group) > 1 for group in groups):
            if not operand.solid:
                return None
            shape = ", ".join(str(self._length(group)) for group in groups if group)
            name = self.view(name, f"{{}}.reshape({shape})")
        return self.view(name, "{}.T") if turned and all(groups) else name
