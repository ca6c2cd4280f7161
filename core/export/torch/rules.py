"""Rules as PyTorch expressions, entry by entry.

expression   a rule's tree as an expression of tensors and plain numbers
TORCH        kernels as expressions of two tensors a and b; the others are written by their signs, or are
             PyTorch's function of that name
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from core.export.code import filled, name, number
from core.notation.tree import Tree
from core.ops.interpreter import interpreted
from core.ops.kernels import KERNELS

TORCH = {"max": "torch.maximum(a, b)", "min": "torch.minimum(a, b)"}


class Operand(NamedTuple):
    """An expression: a tensor, or with `plain` a number of Python's own."""

    text: ast.expr
    plain: bool = False


def expression(tree: Tree, binding: Mapping[str, Operand]) -> ast.expr:
    """A rule's tree whose names stand for some operands."""
    return interpreted(tree, _AsTensors(binding)).text


class _AsTensors:
    def __init__(self, binding: Mapping[str, Operand]):
        self.name = binding.__getitem__

    def number(self, value: float) -> Operand:
        return Operand(number(value, "torch", whole=True), True)

    def call(self, function: str, args: Sequence[Operand]) -> Operand:
        plain, kernel = all(arg.plain for arg in args), KERNELS[function]
        if source := kernel.python.format(*"ab") or ("a ** b" if function == "power" else ""):
            return Operand(filled(source, _by_letter(args)), plain)
        if plain:
            return Operand(ast.Call(name(f"math.{function}"), [arg.text for arg in args], []), True)
        if function in TORCH:
            return Operand(filled(TORCH[function], _by_letter(map(_tensor, args))))
        assert kernel.ufunc, f"{function} does not work entry by entry"
        return Operand(ast.Call(name(f"torch.{function}"), [arg.text for arg in args], []))


def _by_letter(args: Iterable[Operand]) -> dict[str, ast.expr]:
    return dict(zip("ab", (arg.text for arg in args), strict=False))


def _tensor(arg: Operand) -> Operand:
    return Operand(filled("torch.tensor(x)", {"x": arg.text})) if arg.plain else arg
