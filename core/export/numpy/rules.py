"""The rules of operations as NumPy expressions for a script.

rule_expression   a rule's tree with the script's names in it
NUMPY             the kernels as expressions of a, b, c; what is neither here nor one of `HELPERS` is written
                  by its sign, or is NumPy's function of that name
"""

from __future__ import annotations

import ast
from collections.abc import Sequence

import numpy as np

from core.export.code import Parts, filled, name, number
from core.export.numpy.helpers import HELPERS, NEEDS
from core.notation.tree import Tree
from core.ops.entry_kernels import KERNELS_BY_SIGN
from core.ops.interpreter import interpreted
from core.ops.kernels import KERNELS

NUMPY = {
    "power": "a ** b",
    "dot": "a @ b",
    "matvec": "a @ b",
    "vecmat": "a @ b",
    "matmul": "a @ b",
    "outer": "np.outer(a, b)",
    "matvec_t": "a.T @ b",
    "vecmat_t": "b @ a",
    "matmul_t": "a @ b.T",
    "t_matmul": "a.T @ b",
    "sum": "np.sum(a)",
    "mean": "np.mean(a)",
    "largest": "np.max(a)",
    "smallest": "np.min(a)",
    "size": "np.size(a)",
    "stretch": "np.full(np.shape(b), a)",
    "prod": "np.prod(a)",
    "argmax": "np.float64(np.argmax(a))",
    "norm": "np.sqrt(np.sum(a * a))",
    "transpose": "a.T",
    "row": "a[None]",
    "unrow": "a[0]",
    "pick": "a[int(b)]",
    "entry": "a[int(b)]",
    "sum_along": "np.sum(a, axis=int(b))",
    "size_along": "np.shape(a)[int(b)]",
    "spread_along": "np.broadcast_to(np.expand_dims(a, int(c)), np.shape(b))",
    "argmax_rows": "1.0 * np.argmax(a, axis=1)",
    "reshape": "np.reshape(a, b)",
    "flatten": "np.ravel(a)",
    "as_shape": "np.reshape(a, np.shape(b))",
    "choice": "1.0 * (np.arange(b) == int(a))",
}


def rule_expression(tree: Tree, parts: Parts, helpers: dict[str, None]) -> ast.expr:
    """A rule's tree as an expression; the helpers it calls are added to `helpers`."""
    return interpreted(tree, _AsExpressions(parts, helpers))


class _AsExpressions:
    def __init__(self, parts: Parts, helpers: dict[str, None]):
        self.name, self.helpers = parts.__getitem__, helpers

    def number(self, value: float) -> ast.expr:
        return number(value, "np")

    def call(self, function: str, args: Sequence[ast.expr]) -> ast.expr:
        if function == "gate" and _plain(args[0]) is not None:
            function = "multiply"
        if function in KERNELS_BY_SIGN.values() and (known := _worked_out(function, args)):
            return known
        match function, args:
            case "cut", [x, start, stop, axis]:
                return ast.Subscript(x, _range(axis, start, stop))
            case "gate", [ast.BinOp(_, _, ast.Compare() as holds), part]:
                return filled("np.where(holds, part, 0.0)", {"holds": holds, "part": part})
        if function in HELPERS:
            self.helpers |= dict.fromkeys([*NEEDS.get(function, ()), function])
            return ast.Call(name(function), list(args), [])
        kernel = KERNELS[function]
        if source := NUMPY.get(function) or kernel.python.format(*"abc"):
            expression: ast.expr = _WholeNumbers().visit(filled(source, dict(zip("abc", args, strict=False))))
            return expression
        return ast.Call(name(f"np.{kernel.ufunc}"), list(args), [])


def _range(axis: ast.expr, start: ast.expr, stop: ast.expr) -> ast.expr:
    """`1:3`, or `:, 1:3` along a later axis."""
    before, found = int(ast.literal_eval(axis)), ast.Slice(start, stop)
    return ast.Tuple([*(ast.Slice() for _ in range(before)), found]) if before else found


def _worked_out(function: str, args: Sequence[ast.expr]) -> ast.expr | None:
    """The number that a sign makes of plain numbers, or what is raised to the power 1."""
    numbers = [_plain(arg) for arg in args]
    if function == "power" and numbers[1] == 1:
        return args[0]
    known = [number for number in numbers if number is not None]
    if len(known) < len(numbers):
        return None
    with np.errstate(all="ignore"):
        return number(float(KERNELS[function].array(*known)), "np")


def _plain(part: ast.expr) -> float | None:
    """The value of an expression that is one number."""
    match part:
        case ast.Constant(float(value)):
            return value
        case ast.UnaryOp(ast.USub(), ast.Constant(float(value))):
            return -value
    return None


class _WholeNumbers(ast.NodeTransformer):
    """`x[2]` for `x[int(2.0)]`."""

    def visit_Call(self, part: ast.Call) -> ast.expr:
        self.generic_visit(part)
        match part:
            case ast.Call(ast.Name("int"), [ast.Constant(int() | float() as place)]):
                return ast.Constant(int(place))
            case ast.Call(ast.Name("int"), [ast.UnaryOp(ast.USub(), ast.Constant(int() | float() as place))]):
                return ast.UnaryOp(ast.USub(), ast.Constant(int(place)))
        return part
