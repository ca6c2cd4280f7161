"""The values in a function's brackets: by their places, by keywords, along an axis."""

from __future__ import annotations

from core.base.errors import Problem, Span
from core.notation import mistaken_calls
from core.notation.comparisons import relation
from core.notation.lexer import Token
from core.notation.libraries import ALONG_ANY, ALONG_LAST, IGNORED, KEYWORDS
from core.notation.program import ShapeCondition
from core.notation.reading import Reading
from core.notation.signatures import Signature
from core.notation.tree import Call, Negative, Number, Tree

Keywords = dict[str, Tree]


def finished(
    reader: Reading,
    shown: str,
    signature: Signature,
    args: tuple[Tree, ...],
    keywords: Keywords,
    span: Span,
) -> Tree:
    """A call with its keywords put in their places and the number of its values checked."""
    keywords, axis = axis_of(keywords)
    if axis is None and signature.name in ALONG_LAST and len(args) == 2:
        axis = args[-1]
        args = args[:-1]
    mistaken_calls.refuse_second_value(reader, signature, args, keywords, span)
    args = _placed(shown, signature, args, keywords, span)
    if axis is not None and args:
        return _along(reader, signature, args, axis, span)
    if signature.name == "prod" and len(args) == 2:
        raise mistaken_calls.no_axis(shown, span)
    if not signature.least <= len(args) <= signature.most:
        least, most = signature.least, signature.most
        raise mistaken_calls.wrong_count(shown, least, most, signature.usage, len(args), span)
    return Call(signature.name, args, span)


def arguments(reader: Reading, opening: Token, what: str) -> tuple[tuple[Tree, ...], Keywords]:
    """The values in a function's brackets, and those that are given by name, such as `dim=-1`."""
    keywords: Keywords = {}

    def one() -> Tree | None:
        if reader.token.kind == "name" and reader.ahead().text == "=" and reader.ahead().kind == "sign":
            key = reader.take()
            reader.take()
            name = reader.source(key.span)
            if name in keywords:
                raise Problem(f"{name} is given twice", key.span, "Delete one of them")
            if name == "dtype" and reader.token.kind == "library":
                reader.take()
                reader.take()
                return None
            value = _keyword_value(reader)
            if name in ("keepdims", "keepdim") and value == Number(1.0):
                hint = "Leave it out; to divide each row by its sum write (A^T / sum(A, 1))^T"
                raise Problem(f"{name} is not read", key.span, hint)
            if value is not None:
                keywords[name] = value
            return None
        return relation(reader)

    values = reader.listed(opening, what, one)
    return tuple(value for value in values if value is not None), keywords


def _keyword_value(reader: Reading) -> Tree | None:
    """The value of a keyword; nothing for None."""
    token = reader.token
    if token.kind == "name" and token.text == "None":
        reader.take()
        return None
    if token.kind == "name" and token.text in ("True", "False"):
        reader.take()
        return Number(float(token.text == "True"), token.span)
    return reader.expression()


def _along(reader: Reading, signature: Signature, args: tuple[Tree, ...], axis: Tree, span: Span) -> Tree:
    """A function along an axis: sums and means take any, softmax and its like work along the last."""
    number = number_of(axis)
    if number is None or number != int(number):
        raise Problem("An axis is written as a whole number", axis.span, "Write axis=0 or axis=1")
    if signature.name in ALONG_ANY and len(args) == 1:
        return Call(signature.name, (*args, axis), span)
    if signature.name in ALONG_LAST:
        call = Call(signature.name, args, span)
        if number != -1:
            wanted = int(number) + 1
            said = f"{signature.name} works along the last axis; axis {int(number)} is another one here"
            hint = "Transpose the matrix before and after" if number == 0 else "Leave the axis out"
            reader.conditions.append(ShapeCondition(args[0], said, hint, rank=wanted, span=span))
        return call
    if signature.elementwise:
        raise Problem(f"{signature.name} has no axis", axis.span, f"Write {signature.usage}")
    raise mistaken_calls.no_axis(signature.name, axis.span)


def axis_of(keywords: Keywords) -> tuple[Keywords, Tree | None]:
    """The keywords that matter, and the axis, however it is called."""
    left = {key: value for key, value in keywords.items() if key not in IGNORED}
    axis = next((left.pop(key) for key in ("dim", "axis") if key in left), None)
    return left, axis


def _placed(
    shown: str, signature: Signature, args: tuple[Tree, ...], keywords: Keywords, span: Span
) -> tuple[Tree, ...]:
    """The values with those given by name at the places the function has for them."""
    inputs = signature.inputs
    found = list(args)
    for key, value in keywords.items():
        port = key if key in inputs else KEYWORDS.get(key, "")
        if port not in inputs:
            raise Problem(f"{shown} has no value named {key}", span, f"Write {signature.usage}")
        if inputs.index(port) != len(found):
            raise Problem(f"{shown} needs the values before {key} too", span, f"Write {signature.usage}")
        found.append(value)
    return tuple(found)


def number_of(tree: Tree) -> float | None:
    """The number that a tree is, with its sign; None for any other tree."""
    match tree:
        case Number(value):
            return value
        case Negative(Number(value)):
            return -value
    return None
