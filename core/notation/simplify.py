"""Trees made as short as a lecturer writes them: 2·x^(2−1) becomes 2·x."""

import math

from core.notation.tree import Binary, Call, Indicator, Negative, Number, Tree, fold

ARITHMETIC = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    **dict.fromkeys("*· ⊙", lambda a, b: a * b),
    "/": lambda a, b: a / b if b else math.nan,
    "^": lambda a, b: math.pow(a, b),
}
PRODUCTS = ("*", "·", " ", "⊙")


def simplified(tree: Tree) -> Tree:
    """The same value in fewer signs: constants worked out, neutral elements left out."""
    return fold(tree, _simplify)


def _simplify(part: Tree, found: list[Tree]) -> Tree:
    match part, found:
        case Negative(), [Number(value)]:
            return Number(-value)
        case Negative(), [Negative(body)]:
            return body
        case Negative(), [body]:
            return Negative(body)
        case Binary(op), [Number(a), Number(b)] if op != "/" or a % (b or 1) == 0:
            return _worked_out(op, a, b)
        case Binary(op), [left, right]:
            return _binary(op, left, right)
        case Call("power"), [left, right]:
            return _binary("^", left, right)
        case Call(function), _:
            return Call(function, tuple(found))
        case Indicator(relation), [left, right]:
            return Indicator(relation, left, right)
    return part


def _worked_out(op: str, a: float, b: float) -> Tree:
    try:
        value = ARITHMETIC[op](a, b)
    except (ArithmeticError, ValueError):
        return Binary(op, Number(a), Number(b))
    return Number(value)


def _binary(op: str, left: Tree, right: Tree) -> Tree:
    match op, left, right:
        case "^", base, Number(1.0):
            return base
        case "^", _, Number(0.0):
            return Number(1.0)
        case (("+" | "-"), base, Number(0.0)):
            return base
        case "+", Number(0.0), base:
            return base
        case "-", Number(0.0), base:
            return Negative(base)
        case "/", base, Number(1.0):
            return base
    if op in PRODUCTS:
        for one, other in ((left, right), (right, left)):
            if one == Number(0.0):
                return Number(0.0)
            if one == Number(1.0):
                return other
            if one == Number(-1.0):
                return Negative(other)
    return Binary(op, left, right)
