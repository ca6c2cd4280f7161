"""Trees, names, numbers and values as typeset mathematics."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from core.base.arrays import Value
from core.base.lazy_numpy import np
from core.base.numbers import DIGITS, UNITS, split_number
from core.math.array_forms import FORMS
from core.math.marks import HOLE, marked
from core.math.mathtree import (
    Accented,
    Digits,
    Fenced,
    Fraction,
    Letter,
    Math,
    Root,
    Scripts,
    Shaped,
    Sign,
    Table,
    Word,
    row,
)
from core.math.parts import (
    ATOM,
    COLON,
    DIVIDED,
    DOT,
    HORIZONTAL,
    POWER,
    PRODUCT,
    SIGNED,
    SUM,
    VERTICAL,
    Part,
    applied,
    bracketed,
    indexed,
    listed,
    product,
    term,
    turned,
    with_superscript,
    wrap,
)
from core.notation.names import GREEK, MARKS, parts
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
    Reduction,
    Transposed,
    Tree,
    fold,
    left_over,
)
from core.ops import OPS

ARROW = "arrow"
EQUALS = Sign("=", "rel")
PLUS = Sign("+", "bin")
MINUS = Sign("−", "bin")
EACH = Sign("⊙", "bin")
WORD = 3  # so many letters are a word
# two letters below a name that are a word, where others are two indices
SHORT_WORDS = frozenset("at by ce hi id in is it ln lo lr no of on or rt to up".split())


# a subscript's or a layer's text: an underscore with what stands below, letters with their accents, a number,
# one sign
_LABEL = re.compile(
    rf"_\{{(?P<braced>[^{{}}]*)\}}|_\[(?P<square>[^\[\]]*)\]|_(?P<below>[^\W_]+)"
    rf"|(?P<letters>(?:[^\W\d_][{MARKS}]?)+)|(?P<digits>[0-9.]+)|(?P<sign>[^\s{{}}])"
)
# what stands in front of the last factor of a name that reads as a product: single letters with numbers
_FACTORS = re.compile(r"(?:[^\W\d_][0-9]+)+(?=[^\W\d_](?![^\W\d_]))")
_LABEL_SIGNS: dict[str, Math] = {
    "+": PLUS,
    "-": MINUS,
    "*": Sign("∗", "bin"),
    "=": EQUALS,
    ",": Sign(",", "punct"),
    ";": Sign(";", "punct"),
    **{sign: Sign(sign, "open") for sign in "(["},
    **{sign: Sign(sign, "close") for sign in ")]"},
}


class Typesetter(Struct, frozen=True):
    """Sets names and trees as mathematics, each name in the alphabet in which its program prints it.

    `faces` maps names in their one spelling to `bold`, `calligraphic` or `arrow`; all others are plain.
    A graph has the typesetter of its program.
    """

    faces: Mapping[str, str] = {}

    def name(self, name: str) -> Math:
        """A name as it is printed: `x1` has a subscript, `ŷ` is a y below a hat, `W⁽²⁾` has its layer above.

        In `x1w1` each letter has its own subscript; in words, as `conv2d`, numbers stand as they are typed.
        What is inside an unfolded node is set as it is written: `x1.2` as `x1` with `.2` behind it. A
        constant's text is no name and is set as a number.
        """
        if not name[:1].isalpha():
            return Digits(name)
        inside = re.search(r"(\.[0-9]+)+$", name)
        if inside:
            return row(self.name(name[: inside.start()]), Digits(inside[0]))
        if factors := _FACTORS.match(name):
            first = re.findall(r"[^\d][0-9]+", factors[0])
            return row(*map(self.name, first), self.name(name[factors.end() :]))
        made, face = parts(name), self.faces.get(name, "")
        base, below = _words_and_subscript(made.base, made.sub)
        letter: Math = Letter(base, "" if face == ARROW else face)
        if made.accent:
            letter = Accented(letter, made.accent)
        if face == ARROW:
            letter = Accented(letter, ARROW)
        above = [Sign("′" * made.primes, "ord")] if made.primes else []
        sup = _one((*above, *_label(made.layer)))
        sub = _one(_label(below))
        return Scripts(letter, sub, sup) if sub or sup else letter

    def named(self, name: str) -> Part:
        """The same with how strongly it holds together: what reads as a product may need brackets."""
        return self.name(name), PRODUCT if _FACTORS.match(name) else ATOM

    def tree(self, tree: Tree, names: Mapping[str, Part] | None = None) -> Math:
        """A tree as mathematics; `names` may put other parts (values, derivatives) in place of names."""
        return self.part(tree, names)[0]

    def part(
        self,
        tree: Tree,
        names: Mapping[str, Part] | None = None,
        changed: Callable[[Tree, Part], Part] = lambda tree, part: part,
    ) -> Part:
        """The same with how strongly it holds together, for use inside a larger formula.

        Every part is set as what is `changed` of it.
        """
        replaced = names or {}

        def named(name: str) -> Part:
            return replaced.get(name) or self.named(name)

        return fold(tree, lambda part, found: changed(part, _set(part, found, named)))


# for what belongs to no program, such as the letters of a subscript
PLAIN = Typesetter()


def _words_and_subscript(base: str, sub: str) -> tuple[str, str]:
    """The letters of a name and its subscript: words with underscores between them, `loss_total`, are one.

    A subscript stands below a letter or two, or is an index, a number or an abbreviation.
    """
    words = sub.split("_")
    while words and min(len(base), len(words[0])) >= WORD and words[0].isalpha():
        base += f"_{words.pop(0)}"
    return base, "_".join(words)


def _one(found: Sequence[Math]) -> Math | None:
    return row(*found) if len(found) > 1 else found[0] if found else None


def _label(text: str) -> list[Math]:
    """What stands below or above a name: `ij`, `t−1`, `k,l`, `(2)`, `y` with its own i, or a word."""
    found: list[Math] = []
    for match in _LABEL.finditer(text):
        kind, shown = match.lastgroup, match[match.lastgroup or 0]
        if kind == "digits":
            found.append(Digits(shown))
        elif kind == "letters":
            found += _label_letters(shown)
        elif kind == "sign":
            found.append(_LABEL_SIGNS.get(shown) or Sign(shown, "ord"))
        else:
            below = _label(f"[{shown}]" if kind == "square" else shown)
            found.append(_with_below(found.pop() if found else row(), below))
    return found


def _with_below(base: Math, below: Sequence[Math]) -> Math:
    """A letter with its own subscript; words with an underscore between them stand side by side."""
    match base, below:
        case Word(first), [Word(second)]:
            return Word(f"{first} {second}", "ord")
    return Scripts(base, _one(below))


def _label_letters(text: str) -> list[Math]:
    """Letters side by side are indices, `ij`; longer words, `in` and abbreviations such as `CE` are words."""
    text = GREEK.get(text, text)
    letters = re.findall(f".[{MARKS}]?", text)
    if len(letters) > 2 or text in SHORT_WORDS or (len(letters) == 2 and text.isupper()):
        return [Word(text, "ord")]
    return [PLAIN.name(letter) for letter in letters]


def number_math(value: float, digits: int = DIGITS) -> Math:
    """A number in `digits` significant digits."""
    mantissa, power = split_number(value, digits)
    if not power:
        return Digits(mantissa)
    ten = Scripts(Digits("10"), sup=Digits(power.replace("-", "−")))
    if mantissa in UNITS:
        return row(*([Sign("−", "ord")] if value < 0 else []), ten)
    return row(Digits(mantissa), DOT, ten)


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


def named_column(value: Value, digits: int, names: Sequence[str]) -> Math:
    """A vector as a column of numbers with their names."""
    entries = zip(names, map(float, np.ravel(value)), strict=True)
    return Table(tuple((Word(name, "ord"), number_math(entry, digits)) for name, entry in entries))


def _shown(count: int, limit: int) -> list[int | None]:
    """Which places of an axis are shown; None stands for the dots in front of the last."""
    return list(range(count)) if count <= limit else [*range(limit - 2), None, count - 1]


def is_loose(value: Value) -> bool:
    """Whether a number needs brackets inside a product: negative, or written with a power of ten."""
    return isinstance(value, float) and (value < 0 or bool(split_number(value)[1]))


def _set(part: Tree, found: list[Part], named: Callable[[str], Part]) -> Part:
    match part:
        case Number(value):
            return number_math(value, 15), _binding(value)
        case Name(name):
            return named(name)
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
        case Reduction():
            raise left_over(part)


def _binding(value: float) -> int:
    """How tightly what is written of a number binds."""
    mantissa, power = split_number(value, 15)
    if value < 0:
        return SIGNED
    return (POWER if mantissa in UNITS else PRODUCT) if power else ATOM


def _binary(op: str, part: Binary, found: list[Part]) -> Part:
    left, right = found
    match op:
        case "+" | "-":
            return row(wrap(left, SUM), PLUS if op == "+" else MINUS, term(right)), SUM
        case "/":
            return Fraction(left[0], right[0]), DIVIDED
        case "^":
            # an exponent stands apart, without brackets; a dot alone would be a speck
            exponent = bracketed(HOLE) if right[0] == HOLE else right[0]
            return with_superscript(wrap(left, ATOM), exponent), POWER
        case "⊙":
            # a product of matrices gets brackets for the eye, a chain of entry by entry products does not
            least = POWER if isinstance(part.left, Call) else PRODUCT
            return row(wrap(left, least), EACH, wrap(right, POWER)), PRODUCT
    return product(left, right, signed=op != " "), PRODUCT


def _range(start: Part, stop: Part | None = None) -> Part:
    if stop is None and start[0] == Digits("0"):
        return COLON, ATOM
    return row(start[0], COLON, stop[0] if stop else row()), SUM


def _call(function: str, found: list[Part]) -> Part:
    if function in FORMS:
        return FORMS[function](*found)
    op = CALLED.get(function)
    if op is None:
        head = Letter(function) if len(function) == 1 else None  # one of the program's own
        return applied(head or Word(WORDS.get(function, function.replace("_", " "))), found), POWER
    if op.look.form:
        given = {port: math for port, (math, _) in zip(op.inputs, found, strict=True)}
        form = marked(op.look.form, given, words="op")
        if isinstance(form, Scripts) and isinstance(form.sup, Shaped):  # eˣ has the shape of x
            return Shaped(replace(form, sup=form.sup.base), form.sup.shape), POWER
        return form, ATOM if isinstance(form, Root | Fenced) else POWER
    is_word = op.symbol.replace(" ", "").isalpha()
    word = op.look.word or (op.symbol if is_word else op.call.replace("_", " "))
    return applied(Word(word), found), POWER


# the operations by what a rule or a program calls them
CALLED = {**{op.call: op for op in reversed(OPS.values()) if op.call}, **OPS}
WORDS = {"others": "∏ others"}
