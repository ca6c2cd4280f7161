"""Typeset mathematics in words, as it is read aloud: for screen readers."""

from __future__ import annotations

from collections.abc import Iterator

from core.math.mathtree import (
    Accented,
    Big,
    Digits,
    Fenced,
    Fraction,
    Letter,
    Math,
    Phantom,
    Root,
    Row,
    Scripts,
    Shaped,
    Sign,
    Table,
    Tinted,
    Word,
)

SIGNS = {
    "=": "equals",
    "≈": "is about",
    "+=": "grows by",
    "+": "plus",
    "−": "minus",
    "⋅": "times",
    "·": "times",
    "×": "times",
    "⊙": "times, entry by entry,",
    "/": "over",
    "∂": "partial",
    "∇": "gradient",
    "≤": "is at most",
    "≥": "is at least",
    "<": "is less than",
    ">": "is greater than",
    "≠": "is not",
    "→": "to",
    "⊤": "transposed",
    "′": "prime",
    ",": ",",
    ";": ";",
    ":": "to",
    "…": "and so on",
    "⋯": "and so on",
    "⋮": "and so on",
    "⊗": "tensor",
    "⋆": "correlated with",
    "∗": "convolved with",
}
BIG = {"∑": "the sum", "∏": "the product"}
FENCES = {("|", "|"): ("the absolute value of", "absolute value"), ("‖", "‖"): ("the length of", "length")}
POWERS = {"2": "squared", "3": "cubed", "⊤": "transposed", "′": "prime", "−1": "inverse"}
ACCENTS = {"ddot": "double dot", "arrow": "vector"}
SAID = {"σ": "sigma", "λ": "lambda", "δ": "delta", "θ": "theta", "ln": "the logarithm of", "exp": "exp of"}


def spoken(math: Math) -> str:
    """Say a formula in words.

    Args:
        math: the formula.

    Returns:
        Words in one line: signs by their names, quotients of differentials as derivatives, rows of a matrix
        one after the other. Where a fraction, root or power holds more than one name or number, it is said
        where it ends: (x + 1)/2 and x + 1/2 sound different.
    """
    words = " ".join(_words(math)).replace(" ,", ",").replace(" ;", ";")
    return " ".join(words.split())


def _words(math: Math) -> Iterator[str]:
    match math:
        case Letter(text) | Word(text):
            yield SAID.get(text, text)
        case Digits(text):
            yield text.replace("−", "minus ")
        case Sign(text):
            yield SIGNS.get(text, text)
        case Big(text):
            yield BIG.get(text, text)
        case Accented(base, accent):
            yield from _words(base)
            yield ACCENTS.get(accent, accent)
        case Row(parts):
            for part in parts:
                yield from _words(part)
        case Fraction(top, bottom):
            yield from _quotient(top, bottom)
        case Scripts(base, sub, sup):
            yield from _scripts(base, sub, sup)
        case Fenced(left, body, right):
            yield from _fenced(left, body, right)
        case Root(body):
            yield from _with_end("the square root of", body, "root")
        case Table(rows, style):
            yield "matrix" if style == "matrix" else ""
            for number, cells in enumerate(rows):
                yield ";" if number else ""
                for place, cell in enumerate(cells):
                    yield "," if place and style == "matrix" else ""
                    yield from _words(cell)
        case Tinted(_, body):
            yield from _words(body)
        case Phantom():
            yield ""
        case Shaped(base, shape):
            yield from _words(base)
            yield f", {' by '.join(map(str, shape))},"


def _quotient(top: Math, bottom: Math) -> Iterator[str]:
    above, below = _differential(top), _differential(bottom)
    if above and below:
        yield "the derivative of"
        yield from above
        yield "with respect to"
        yield from below
        return
    ends = not (_is_short(top) and _is_short(bottom))
    yield "the fraction" if ends else ""
    yield from _words(top)
    yield "over"
    yield from _words(bottom)
    yield "end of fraction" if ends else ""


def _with_end(start: str, body: Math, kind: str) -> Iterator[str]:
    """What a sign reaches over, with words that say where that ends if it is more than one name or number."""
    yield start
    yield from _words(body)
    yield "" if _is_short(body) else f"end of {kind}"


def _is_short(math: Math) -> bool:
    """Whether a formula is one name or number, maybe with its sign: nothing goes on in it."""
    match math:
        case Letter() | Word() | Digits() | Sign():
            return True
        case Tinted(_, body) | Shaped(body) | Accented(body):
            return _is_short(body)
        case Scripts(base, _, sup):
            return _is_short(base) and (sup is None or _power(sup) is not None)
        case Row((Sign(text), body)):
            return text == "−" and _is_short(body)
        case Row(parts):
            return len(parts) <= 1 and all(map(_is_short, parts))
    return False


def _differential(math: Math) -> list[str]:
    """What stands behind a ∂ or d, in words; nothing where there is none."""
    while isinstance(math, Tinted):
        math = math.body
    if isinstance(math, Row) and math.parts and isinstance(math.parts[0], Sign | Word):
        sign, *rest = math.parts
        if rest and isinstance(sign, Sign | Word) and sign.text in ("∂", "d", "𝑑"):
            return [word for part in rest for word in _words(part)]
    return []


def _scripts(base: Math, sub: Math | None, sup: Math | None) -> Iterator[str]:
    big = isinstance(base, Big)
    yield from _words(base)
    if sub is not None:
        yield "over" if big else ""
        yield from _words(sub)
    if sup is None:
        yield "of" if big else ""
        return
    if big:
        yield f"to {spoken(sup)} of"
    elif power := _power(sup):
        yield power
    else:
        yield from _with_end("to the power", sup, "power")


def _power(sup: Math) -> str | None:
    """The word for a common power, such as "squared"; None where there is none."""
    return POWERS.get("".join(part.text for part in _leaves(sup)))


def _leaves(math: Math) -> Iterator[Digits | Sign | Letter | Word]:
    match math:
        case Row(parts):
            for part in parts:
                yield from _leaves(part)
        case Tinted(_, body) | Shaped(body):
            yield from _leaves(body)
        case Digits() | Sign() | Letter() | Word():
            yield math
        case _:
            yield Word("…")  # which makes no power that has a word of its own


def _fenced(left: str, body: Math, right: str) -> Iterator[str]:
    if called := FENCES.get((left, right)):
        start, kind = called
        yield from _with_end(start, body, kind)
        return
    simple = not isinstance(body, Row) or len(body.parts) == 1
    yield "" if simple else "open bracket"
    yield from _words(body)
    yield "" if simple else "close bracket"
