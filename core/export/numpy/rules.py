"""The rules of operations as NumPy expressions for a script.

rule_expression   a rule's tree with the script's names in it
NUMPY             the kernels as expressions of a, b, c; what is neither here nor one of `HELPERS` is NumPy's
                  function of that name
"""

from __future__ import annotations

import ast
from collections.abc import Mapping

import numpy as np

from core.export.code import Parts, filled, name, number
from core.export.numpy.helpers import HELPERS, NEEDS
from core.export.settings import place_of_range
from core.notation.tree import Binary, Call, Indicator, Name, Negative, Number, Tree, fold
from core.ops.kernels import KERNELS

SIGNS: Mapping[str, tuple[ast.operator, np.ufunc]] = {
    "+": (ast.Add(), np.add),
    "-": (ast.Sub(), np.subtract),
    "/": (ast.Div(), np.divide),
    "^": (ast.Pow(), np.power),
    **dict.fromkeys("*·⊙ ", (ast.Mult(), np.multiply)),
}
RELATIONS: Mapping[str, tuple[ast.cmpop, np.ufunc]] = {
    "<": (ast.Lt(), np.less),
    ">": (ast.Gt(), np.greater),
    "≤": (ast.LtE(), np.less_equal),
    "≥": (ast.GtE(), np.greater_equal),
    "=": (ast.Eq(), np.equal),
}
NUMPY = {
    "abs": "np.abs(a)",
    "max": "np.maximum(a, b)",
    "min": "np.minimum(a, b)",
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
    return fold(tree, lambda part, found: _part(part, found, parts, helpers))


def _part(part: Tree, found: list[ast.expr], parts: Parts, helpers: dict[str, None]) -> ast.expr:
    match part:
        case Number(value):
            return number(value, "np")
        case Name(port):
            return parts[port]
        case Negative():
            return ast.UnaryOp(ast.USub(), found[0])
        case Binary(sign):
            return _arithmetic(sign, found)
        case Call("power"):
            return _arithmetic("^", found)
        case Call("cut"):
            x, start, stop, axis = found
            return ast.Subscript(x, place_of_range(axis, start, stop))
        case Call("gate", (Indicator(), _)):
            return _gated(*found)
        case Call(function) if function in HELPERS:
            helpers |= dict.fromkeys([*NEEDS.get(function, ()), function])
            return ast.Call(name(function), found, [])
        case Call(function) if function in NUMPY:
            expression: ast.expr = _WholeNumbers().visit(
                filled(NUMPY[function], dict(zip("abc", found, strict=False)))
            )
            return expression
        case Call(function):
            return ast.Call(name(f"np.{KERNELS[function].ufunc}"), found, [])
        case Indicator(relation):
            return _indicator(relation, found)
    raise TypeError(f"{part} has no place in a rule")


def _arithmetic(sign: str, found: list[ast.expr]) -> ast.expr:
    """A sum, product or power; of two plain numbers, the number."""
    left, right = found
    a, b = _plain(left), _plain(right)
    if sign == "^" and b == 1:
        return left
    operator, work = SIGNS[sign]
    if a is None or b is None:
        return ast.BinOp(left, operator, right)
    with np.errstate(all="ignore"):
        return number(float(work(a, b)), "np")


def _indicator(relation: str, found: list[ast.expr]) -> ast.expr:
    """1.0 where a relation holds, else 0.0."""
    a, b = (_plain(part) for part in found)
    operator, holds = RELATIONS[relation]
    if a is not None and b is not None:
        return number(float(holds(a, b)), "np")
    return ast.BinOp(ast.Constant(1.0), ast.Mult(), ast.Compare(found[0], [operator], [found[1]]))


def _gated(gate: ast.expr, part: ast.expr) -> ast.expr:
    """What passes where a relation holds: `np.where(x > 0, part, 0.0)`."""
    match gate:
        case ast.BinOp(_, _, ast.Compare() as holds):
            return filled("np.where(holds, part, 0.0)", {"holds": holds, "part": part})
    return _arithmetic("*", [gate, part])


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
