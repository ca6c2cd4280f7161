"""Trees, names, numbers and values as typeset mathematics."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from core.arrays import Value
from core.notation.lexer import GREEK
from core.notation.mathtree import (
    Digits,
    Fenced,
    Fraction,
    Letter,
    Math,
    Root,
    Row,
    Scripts,
    Sign,
    Table,
    Tinted,
    Word,
    row,
)
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
    Transposed,
    Tree,
    fold,
)
from core.numbers import DIGITS, split_number

# how strongly a part holds together: a looser part gets brackets
SUM, PRODUCT, SIGNED, POWER, DIVIDED, ATOM = 1, 2, 3, 4, 5, 6
Part = tuple[Math, int]
TOP = Sign("⊤", "ord")
EQUALS = Sign("=", "rel")
DOT = Sign("⋅", "bin")
PLUS = Sign("+", "bin")
MINUS = Sign("−", "bin")
EACH = Sign("⊙", "bin")
COLON = Sign(":", "ord")
CORRELATED, CONVOLVED = Sign("⋆", "bin"), Sign("∗", "bin")
VERTICAL, HORIZONTAL = Sign("⋮", "ord"), Sign("⋯", "ord")
WORDS = {"log": "ln", "relu": "ReLU", "elu": "ELU", "silu": "SiLU", "leaky_relu": "LReLU", "power": "pow"}
WORDS |= {
    "bce": "BCE",
    "bce_logits": "BCE logits",
    "mse": "MSE",
    "cross_entropy": "CE",
    "largest": "max",
    "smallest": "min",
}
WORDS |= {"gelu": "GELU", "selu": "SELU", "nll": "NLL"}
WORDS |= {"positional_encoding": "γ", "others": "∏ others", "argmax": "arg max"}
WORDS |= {"maxpool": "max pool", "avgpool": "avg pool", "log_softmax": "log softmax", "stop_gradient": "stop"}
# two letters below a name that are a word, where others are two indices
SHORT_WORDS = frozenset("at by ce hi id in is it ln lo lr no of on or rt to up".split())


def name_math(name: str) -> Math:
    """A name as it is set: `x1` is x with a subscript, `W_in` likewise, `Lreg` an upright word.

    What is inside an unfolded node is set as it is written: `x1.2` as x with a subscript and `.2` behind it.
    """
    name, point, inside = name.partition(".")
    if inside:
        return row(name_math(name), Digits(point + inside))
    match = re.fullmatch(r"(.*?)(_[^′]+|[0-9]+)?(′*)", name)
    base, sub, primes = match.groups("") if match else (name, "", "")
    subscript = _subscript(sub.removeprefix("_"))
    letter = Letter(base)
    prime = Sign("′" * len(primes), "ord") if primes else None
    return Scripts(letter, subscript, prime) if subscript or prime else letter


def _subscript(text: str) -> Math | None:
    """What stands below a name: a number, a letter, a row of indices such as ij, or a word."""
    if not text:
        return None
    if text.isdigit():
        return Digits(text)
    if len(text) == 1:
        return Letter(GREEK.get(text, text))
    indices = re.fullmatch("[a-z]{2}|[ijkl]+", text) and text not in SHORT_WORDS
    return row(*map(Letter, text)) if indices else Word(text, "ord")


def number_math(value: float, digits: int = DIGITS) -> Math:
    """A number in `digits` significant digits."""
    mantissa, power = split_number(value, digits)
    if not power:
        return Digits(mantissa)
    return row(Digits(mantissa), DOT, Scripts(Digits("10"), sup=Digits(power.replace("-", "−"))))


def value_math(value: Value, digits: int = DIGITS, limit: int = 6) -> Math:
    """A number, or an array as a matrix; long axes are shortened with dots."""
    if isinstance(value, float):
        return number_math(value, digits)

    def number(place: tuple[int, ...]) -> Math:
        return number_math(float(value[place]), digits)

    if value.ndim == 1:
        cells = [VERTICAL if i is None else number((i,)) for i in _shown(len(value), limit)]
        return Table(tuple((cell,) for cell in cells))
    if value.ndim == 2:
        across = _shown(value.shape[1], limit)
        rows = [
            tuple(VERTICAL if i is None else HORIZONTAL if j is None else number((i, j)) for j in across)
            for i in _shown(value.shape[0], limit)
        ]
        return Table(tuple(rows))
    return Word("×".join(map(str, value.shape)), "ord")


def _shown(count: int, limit: int) -> list[int | None]:
    """Which places of an axis are shown; None stands for the dots in front of the last."""
    return list(range(count)) if count <= limit else [*range(limit - 2), None, count - 1]


def is_loose(value: Value) -> bool:
    """Whether a number needs brackets inside a product: negative, or written with a power of ten."""
    return isinstance(value, float) and (value < 0 or bool(split_number(value)[1]))


def bracketed(math: Math) -> Math:
    return Fenced("(", math, ")")


def typeset(tree: Tree, names: Mapping[str, Part] | None = None) -> Math:
    """A tree as mathematics; `names` may put other parts (values, derivatives) in place of names."""
    return typeset_part(tree, names)[0]


def typeset_part(tree: Tree, names: Mapping[str, Part] | None = None) -> Part:
    """The same with how strongly it holds together, for use inside a larger formula."""
    replaced = names or {}
    return fold(tree, lambda part, found: _set(part, found, replaced))


def _set(part: Tree, found: list[Part], names: Mapping[str, Part]) -> Part:
    match part:
        case Number(value):
            return number_math(value, 15), SIGNED if value < 0 else ATOM
        case Name(name):
            return names.get(name) or (name_math(name), ATOM)
        case Negative():
            return row(Sign("−", "ord"), wrap(found[0], SIGNED)), SIGNED
        case Binary(op):
            return _binary(op, part, found)
        case Call(function):
            return _call(function, found)
        case Transposed():
            return turned(found[0])
        case Listing():
            return Fenced("[", listed(found), "]"), ATOM
        case Indicator(relation):
            return Fenced("[", row(found[0][0], Sign(relation, "rel"), found[1][0]), "]"), ATOM
        case Index():
            grouped = part.grouped(found)
            places = [_range(*own) if isinstance(place, Range) else own[0] for place, own in grouped]
            return indexed(found[0], places)


def _binary(op: str, part: Binary, found: list[Part]) -> Part:
    left, right = found
    match op:
        case "+" | "-":
            return row(wrap(left, SUM), PLUS if op == "+" else MINUS, wrap(right, PRODUCT)), SUM
        case "/":
            return Fraction(left[0], right[0]), DIVIDED
        case "^":
            return with_superscript(wrap(left, ATOM), right[0]), POWER
        case "⊙":
            return row(wrap(left, PRODUCT), EACH, wrap(right, POWER)), PRODUCT
    return product(left, right, signed=op != " "), PRODUCT


def product(left: Part, right: Part, signed: bool = True) -> Math:
    """Two factors, with a dot between them if `signed` or if they would run together."""
    a, b = wrap(left, PRODUCT), wrap(right, POWER)
    first = b.parts[0] if isinstance(b, Row) and b.parts else b
    base = first.base if isinstance(first, Scripts) else first
    return row(a, DOT, b) if signed or isinstance(base, Digits) else row(a, b)


def wrap(part: Part, least: int) -> Math:
    math, strength = part
    return math if strength >= least else bracketed(math)


def listed(found: Sequence[Part]) -> Math:
    """Parts with commas between them."""
    parts: list[Math] = []
    for math, _ in found:
        parts.extend([Sign(",", "punct"), math] if parts else [math])
    return row(*parts)


def _range(start: Part, stop: Part | None = None) -> Part:
    if stop is None and start[0] == Digits("0"):
        return COLON, ATOM
    return row(start[0], COLON, stop[0] if stop else row()), SUM


def indexed(part: Part, places: Sequence[Part]) -> Part:
    """An entry or a range, as it is typed: `x[0]`, `W[1, 2]`, `x[1:3]`."""
    return row(wrap(part, ATOM), Sign("[", "open"), listed(places), Sign("]", "close")), ATOM


def _call(function: str, found: list[Part]) -> Part:
    if function in FORMS:
        return FORMS[function](*found)
    return _applied(Word(WORDS.get(function, function.replace("_", " "))), found), POWER


def _applied(head: Math, found: list[Part]) -> Math:
    return row(head, Fenced("(", listed(found), ")"))


def side_by_side(*factors: Part) -> Part:
    """A product of vectors and matrices."""
    return row(*(wrap(factor, POWER) for factor in factors)), PRODUCT


def turned(part: Part) -> Part:
    """The transpose."""
    return with_superscript(wrap(part, ATOM), TOP), POWER


def _bold(sign: str, shape: Sequence[Math]) -> Part:
    """𝟏 or 𝟎, of the shape below it."""
    below = [part for size in shape for part in (Sign("×", "ord"), size)][1:]
    return Scripts(Word(sign, "ord"), sub=row(*below)), ATOM


def ones(shape: Sequence[int]) -> Part:
    """An array of ones, its shape below."""
    return _bold("𝟏", [Digits(str(size)) for size in shape])


def _unit_vector(place: Part) -> Part:
    """1 at one place and 0 elsewhere."""
    return Scripts(Word("𝐞", "ord"), sub=place[0]), POWER


def with_superscript(math: Math, sup: Math) -> Math:
    """A superscript above a subscript that is there already, inside a tint if there is one."""
    match math:
        case Tinted(role, body, tag):
            return Tinted(role, with_superscript(body, sup), tag)
        case Scripts(base, sub, None):
            return Scripts(base, sub, sup)
    return Scripts(math, sup=sup)


def _in_blocks(axis: Part, *blocks: Part) -> Part:
    """Arrays one below the other, or side by side along a later axis."""
    cells = [math for math, _ in blocks]
    return Table(tuple((cell,) for cell in cells) if axis[0] == Digits("0") else (tuple(cells),)), ATOM


def _conv2d(x: Part, w: Part, *settings: Part) -> Part:
    """A convolution by its sign, or by its name where it has a stride or a padding."""
    if settings:
        return _applied(Word("conv2d"), [x, w, *settings]), POWER
    return row(wrap(x, POWER), CORRELATED, wrap(w, POWER)), PRODUCT


FORMS: dict[str, Callable[..., Part]] = {
    "exp": lambda x: (Scripts(Letter("e"), sup=x[0]), POWER),
    "sqrt": lambda x: (Root(x[0]), ATOM),
    "abs": lambda x: (Fenced("|", x[0], "|"), ATOM),
    "norm": lambda x: (Fenced("‖", x[0], "‖"), ATOM),
    "power": lambda x, y: (with_superscript(wrap(x, ATOM), y[0]), POWER),
    "sigmoid": lambda x: (_applied(Letter("σ"), [x]), POWER),
    "log2": lambda x: (_applied(Scripts(Word("log"), sub=Digits("2")), [x]), POWER),
    "log10": lambda x: (_applied(Scripts(Word("log"), sub=Digits("10")), [x]), POWER),
    "dot": lambda x, y: (product(x, y), PRODUCT),
    "matvec": side_by_side,
    "vecmat": lambda x, w: side_by_side(turned(x), w),
    "matmul": side_by_side,
    "outer": lambda x, y: side_by_side(x, turned(y)),
    "matvec_t": lambda w, g: side_by_side(turned(w), g),
    "vecmat_t": lambda g, w: side_by_side(w, g),
    "matmul_t": lambda g, y: side_by_side(g, turned(y)),
    "t_matmul": lambda x, g: side_by_side(turned(x), g),
    "transpose": turned,
    "row": turned,
    "unrow": turned,
    "pick": lambda x, k: indexed(x, [k]),
    "onehot": lambda k, x: _unit_vector(k),
    "choice": lambda k, n: _unit_vector(k),
    "unit_vector": _unit_vector,
    "in_row": lambda unit, g: (row(wrap(unit, POWER), Sign("⊗", "bin"), wrap(g, POWER)), PRODUCT),
    "ones": lambda *shape: _bold("𝟏", [math for math, _ in shape]),
    "zeros": lambda *shape: _bold("𝟎", [math for math, _ in shape]),
    "blocks": _in_blocks,
    "l1": lambda x: (Scripts(Fenced("‖", x[0], "‖"), sub=Digits("1")), POWER),
    "l2": lambda x: (Scripts(Fenced("‖", x[0], "‖"), sup=Digits("2")), POWER),
    "conv2d": _conv2d,
    "conv2d_x": lambda g, w: (row(wrap(g, POWER), CONVOLVED, wrap(w, POWER)), PRODUCT),
    "conv2d_W": lambda g, x: (row(wrap(x, POWER), CORRELATED, wrap(g, POWER)), PRODUCT),
    "kept": lambda x, p, seed: (Word("mask", "ord"), ATOM),
    "stack": lambda *parts: (Fenced("[", listed(list(parts)), "]"), ATOM),
}


def partial(of: Math, by: Math) -> Math:
    """∂of/∂by"""
    sign = Sign("∂", "ord")
    return Fraction(row(sign, of), row(sign, by))
