"""The rules of operations as NumPy expressions for a script.

rule_expression   a rule's tree with the script's names in it
NUMPY             the kernels as expressions of a, b, c; what is not here is NumPy's function of that name
HELPERS           functions a script defines where it needs them, and in NEEDS what they call themselves
"""

import ast
from collections.abc import Mapping

import numpy as np

from core.export.code import Parts, filled, name, number
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
    "zero": "np.zeros_like(a)",
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
    "norm": "np.sqrt(np.sum(a * a))",
    "transpose": "a.T",
    "row": "a[None]",
    "unrow": "a[0]",
    "pick": "a[int(b)]",
    "entry": "a[int(b)]",
}

HELPERS = {
    "softmax": '''\
def softmax(x):
    """Exponentials divided by their sum; shifted by the largest, so that none overflows."""
    e = np.exp(x - np.max(x))
    return e / np.sum(e)
''',
    "logsumexp": '''\
def logsumexp(x):
    """The logarithm of the sum of exponentials; shifted by the largest, so that none overflows."""
    return np.max(x) + np.log(np.sum(np.exp(x - np.max(x))))
''',
    "log_softmax": """\
def log_softmax(x):
    return x - logsumexp(x)
""",
    "share": '''\
def share(x, out):
    """1 where x is out, split evenly among ties."""
    hit = 1.0 * (x == out)
    return hit / np.sum(hit)
''',
    "unit": '''\
def unit(x, length):
    """x divided by its length, and 0 where that is 0."""
    return x / length if length else np.zeros_like(x)
''',
    "put": '''\
def put(g, x, k):
    """Zeros in the shape of x with g at entry k."""
    found = np.zeros(np.shape(x))
    found[int(k)] = g
    return found
''',
    "onehot": '''\
def onehot(k, x):
    """1 at entry k and 0 elsewhere, in the shape of x."""
    return 1.0 * (np.arange(len(x)) == int(k))
''',
    "stack": '''\
def stack(*parts):
    """Values of one shape as the entries of a new first axis."""
    return np.stack(parts)
''',
}
NEEDS = {"log_softmax": ("logsumexp",)}


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
        case Call(function) if function in HELPERS:
            helpers |= dict.fromkeys([*NEEDS.get(function, ()), function])
            return ast.Call(name(function), found, [])
        case Call(function) if function in NUMPY:
            return _whole_index(filled(NUMPY[function], dict(zip("abc", found, strict=False))))
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


def _plain(part: ast.expr) -> float | None:
    """The value of an expression that is one number."""
    match part:
        case ast.Constant(float(value)):
            return value
        case ast.UnaryOp(ast.USub(), ast.Constant(float(value))):
            return -value
    return None


def _whole_index(part: ast.expr) -> ast.expr:
    """`x[2]` for `x[int(2.0)]`."""
    match part:
        case ast.Subscript(body, ast.Call(ast.Name("int"), [ast.Constant(float(place))])):
            return ast.Subscript(body, ast.Constant(int(place)))
    return part
