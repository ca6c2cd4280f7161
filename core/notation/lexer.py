"""Text to tokens; every character is either understood or named in a sentence.

The tokens are those of the text as typed, LaTeX and NumPy included; `spellings` makes plain ones of them.
"""

from __future__ import annotations

import re
import unicodedata

from msgspec import Struct

from core.base.errors import Problem, Span
from core.notation.names import MARKS, SUBSCRIPTS, SUPERSCRIPTS, canonical

MAX_CHARACTERS = 10_000
MAX_NAME = 64

SUBSCRIPT_SIGNS, SUPERSCRIPT_SIGNS = "".join(SUBSCRIPTS), "".join(SUPERSCRIPTS)
FRACTIONS = {"½": 1 / 2, "¼": 1 / 4, "¾": 3 / 4, "⅓": 1 / 3, "⅔": 2 / 3, "⅛": 1 / 8}
SAME_SIGN = {
    **dict.fromkeys("⋅∙×", "·"),
    **dict.fromkeys("−–—－﹣", "-"),
    **dict.fromkeys("＋﹢", "+"),
    **dict.fromkeys(["≔", ":=", "≡", "≜", "≝", "＝"], "="),
    **dict.fromkeys(["≥", ">=", "⩾", "≧"], "≥"),
    **dict.fromkeys(["≤", "<=", "⩽", "≦"], "≤"),
    "∘": "⊙",
    "**": "^",
    "÷": "/",
    "∕": "/",
    "!=": "≠",
    "（": "(",
    "）": ")",
    "，": ",",
}
# what to do about a character that has no meaning, where there is more to say than "Delete it", and its fix
ADVICE: dict[str, tuple[str, str | None]] = {
    ".": ("A point belongs in a number; a product is written ·", "·"),
    **dict.fromkeys("→←⇒↦", ("Write = to give a name a value", "=")),
    **dict.fromkeys("•∗⨯", ("Write · for a product", "·")),
    "_": ("A name begins with a letter; _ stands inside it, as in x_1", ""),
    "%": ("Write /100", "/100"),
    "°": ("Angles are in radians", "·π/180"),
    "±": ("Write + or -", None),
    "!": ("Write the factors, as in 3·2·1", None),
    "∞": ("Write a large number, such as 1e9", "1e9"),
    "∫": (
        "An integral cannot be computed here; write its value, or a sum over the entries of a vector",
        None,
    ),
    **dict.fromkeys("∈∼", ("Write only the formula; ranges and distributions are not needed", None)),
    **dict.fromkeys("…⋯", ("Write all terms out, or a sum such as ∑_i w_i x_i", None)),
    **dict.fromkeys("∂∇∆", ("Type the function alone; its gradients are computed for you", "")),
    **dict.fromkeys("\"'“”", ("A formula has no text in quotation marks", "")),
    "\\": ("A LaTeX command is a backslash and letters, as in \\sigma", None),
    **dict.fromkeys(SUBSCRIPT_SIGNS, ("A subscript follows a name, as in xᵢ", "")),
}
UNNAMED = {"\0": "NUL", "\b": "BACKSPACE", "\x1b": "ESCAPE", "\x7f": "DELETE"}
# Cyrillic and Greek letters that cannot be told from Latin ones by eye
LOOK_ALIKES = dict(
    zip("аеорсухіјѕԁһκвАВЕКМНОРСТХΑΒΕΖΗΙΚΜΝΟΡΤΥΧο", "aeopcyxijsdhkbABEKMHOPCTXABEZHIKMNOPTYXo", strict=True)
)
del LOOK_ALIKES["κ"], LOOK_ALIKES["в"]

# what counts as alphanumeric to `\w` but is not part of a name: ² ³ ¹ ᵀ ⁰-⁹ ½ and modifier letters
OUTSIDE = "ª²³¹º¼-¾\u02b0-\u02ff\u1d2c-\u1d6a\u1d78\u1d9b-\u1dbf\u2070-\u209c\u2150-\u218b\u2c7c\u2c7d𝟙"
LETTER, DIGIT = rf"[^\W\d_{OUTSIDE}][{MARKS}]?", "[0-9]"
SIGN = rf"[^\W_{OUTSIDE}][{MARKS}]?"
WORD = rf"{LETTER}(?:{SIGN})*"
# after a subscript in digits a letter begins a new name: w_1x_1 is w_1 x_1
NAME = rf"{WORD}(?:_{DIGIT}+(?!{LETTER})(?:_{SIGN}+)*|_{DIGIT}+|(?:_{LETTER}(?:{SIGN})*)+(?:_{DIGIT}+)?)?"
UPRIGHT = "text|textrm|textbf|textit|textsf|textnormal|mbox|mathrm|mathsf|operatorname\\*?"
LIBRARIES = (
    "numpy|np|jnp|jax|torch|nn|functional|F|tf|keras|math|linalg|special|activations|losses|sp|scipy|cmath"
)
TOKEN = re.compile(
    rf"""(?P<space>[ \t\r\u00a0\u2000-\u200b\u202f\u2061-\u2064\ufeff$~]+|\\[,;:!>\ ()\[\]]|\#[^\n]*)
    |(?P<break>\\\\\*?(?:\[[^\]\n]*\])?)
    |(?P<dots>\.\.\.)
    |(?P<number>(?:[0-9]+(?:\.(?![A-Za-z_.])[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    |(?P<fraction>[½¼¾⅓⅔⅛])
    |(?P<text>\\(?:{UPRIGHT})\s*\{{(?P<words>[^{{}}\\$^\n]*)\}})
    |(?P<begin>\\begin\s*\{{[A-Za-z]+\*?\}}(?:\{{[lcr|\ ]*\}}|\[[lcr|tb\ ]*\])?)
    |(?P<finish>\\end\s*\{{[A-Za-z]+\*?\}})
    |(?P<latex>\\[A-Za-z]+\*?|\\[|{{}}_%\#])
    |(?P<layer>⁽[{SUPERSCRIPT_SIGNS}]+⁾)
    |(?P<transpose>[ᵀ⊤⊺])
    |(?P<sup>[{SUPERSCRIPT_SIGNS}]+)
    |(?P<sub>_?[{SUBSCRIPT_SIGNS}]+(?:₌[{SUBSCRIPT_SIGNS}]+)?)
    |(?P<library>(?<![\w.)\]}}])(?:(?:{LIBRARIES})\.)+(?!T\b)(?=[A-Za-z_]))
    |(?P<name>{NAME})
    |(?P<prime>[′'’]+|″)
    |(?P<method>\.[A-Za-z]\w*)
    |(?P<bars>\|\||‖|∥)|(?P<bar>[|∣])
    |(?P<end>[;\n])
    |(?P<sum>[∑∏])
    |(?P<indicator>𝟙)
    |(?P<under>_)
    |(?P<point>\.)
    |(?P<change>[-+*/]=)
    |(?P<sign>:=|==|!=|>=|<=|\*\*|[-+*/^=(),:@·⋅∙×⊙∘\[\]{{}}÷√∛<>≤≥≠&⟨⟩−–—－﹣＋﹢≔≡≜≝＝⩾≧⩽≦∕（），])""",
    re.VERBOSE,
)


class Token(Struct, frozen=True):
    """`kind` is a group of the token pattern; `spaced` says whether white space stands before it."""

    kind: str
    text: str
    span: Span
    spaced: bool = False


def refuse_character(text: str, at: int) -> Problem:
    """The sentence for a character that has no meaning in a program."""
    char = text[at]
    called = UNNAMED.get(char) or unicodedata.name(char, f"U+{ord(char):04X}")
    plain = char.isascii() and char.isprintable()
    shown = called
    if char.isprintable() and not unicodedata.combining(char):
        shown = f"'{char}'" if plain else f"'{char}' ({called})"
    hint, fix = ADVICE.get(char, ("Delete it", ""))
    if char == "%" and re.match(r"%\s*[\w(]", text[at:]):
        hint, fix = "A remainder is not computed; for a percentage write /100", None
    if char == "∂" and re.match(r"∂\w*\s*/", text[at:]):
        fix = None
    if char == "∞" and re.search(r"[‖∥|]\s*_\s*\{?\s*$", text[:at]):
        hint, fix = "The norm with ∞ of a vector x is written max(|x|)", None
    return Problem(f"The character {shown} has no meaning here", Span(at, at + 1), hint, fix)


def check_name(text: str, name: str, span: Span) -> None:
    """Raise a Problem unless a name is short enough and made of letters that can be told apart."""
    length = max(span.end - span.start, len(name))
    if length > MAX_NAME:
        message = f"A name can have {MAX_NAME} characters; this one has {length:,}"
        raise Problem(message, span, "Shorten it, or put · between the factors of a product")
    if text[span.start : span.end].isascii():
        return
    for at in range(span.start, span.end):
        letter = unicodedata.normalize("NFKC", text[at])
        if letter in LOOK_ALIKES:
            kind, latin = unicodedata.name(letter).split()[0].capitalize(), LOOK_ALIKES[letter]
            message = f"'{text[at]}' is the {kind} letter that looks like the Latin {latin}"
            raise Problem(message, Span(at, at + 1), f"Type {latin} instead", fix=latin)
    if not re.fullmatch(rf"(?:{SIGN}|[_{{}}\[\]()+\-,^⁽⁾′{SUPERSCRIPT_SIGNS}])*", name):
        # what a character stands for may be no letter
        parts = (at for at in range(span.start, span.end) if text[at].isalnum())
        wrong = (at for at in parts if not re.fullmatch(NAME, canonical("x" + text[at])))
        raise refuse_character(text, next(wrong, span.start))


def raw_tokens(text: str) -> list[Token]:
    """The tokens of a text without its spaces, closed by one of kind `stop`. Raises Problem."""
    if len(text) > MAX_CHARACTERS:
        message = f"A program can have {MAX_CHARACTERS:,} characters; this one has {len(text):,}"
        raise Problem(message, Span(MAX_CHARACTERS, MAX_CHARACTERS + 1), "Leave out what is not needed")
    found: list[Token] = []
    at, spaced = 0, False
    while at < len(text):
        match = TOKEN.match(text, at)
        if not match or match.end() == at:
            raise refuse_character(text, at)
        kind = "text" if match["text"] else match.lastgroup or ""
        if kind == "space":
            spaced = True
        else:
            found.append(_token(text, kind, match, spaced))
            spaced = False
        at = match.end()
    found.append(Token("stop", "", Span(len(text), len(text) + 1), spaced))
    return found


def _token(text: str, kind: str, match: re.Match[str], spaced: bool) -> Token:
    raw, span = match[0], Span(match.start(), match.end())
    match kind:
        case "number":
            _check_number(text, raw, span)
        case "fraction":
            return Token("number", repr(FRACTIONS[raw]), span, spaced)
        case "name":
            name = canonical(raw)
            check_name(text, name, span)
            raw = name
        case "text":
            raw = match["words"]
        case "begin" | "finish":
            raw = raw[raw.index("{") + 1 : raw.index("}")]
        case "latex":
            raw = raw[1:]
        case "sup":
            raw = "".join(SUPERSCRIPTS[char] for char in raw)
            if raw[raw[0] in "+-" :].isdigit():
                _check_number(text, raw, span)
        case "layer":
            raw = "".join(SUPERSCRIPTS[char] for char in raw[1:-1])
        case "sub":
            raw = "".join(SUBSCRIPTS.get(char, "=") for char in raw.removeprefix("_"))
        case "prime":
            raw = "′" * (2 if raw == "″" else len(raw))
        case "bars":
            raw = "‖"
        case "bar":
            raw = "|"
        case "sum":
            raw = {"∑": "sum", "∏": "prod"}[raw]
        case "sign":
            raw = SAME_SIGN.get(raw, raw)
    return Token(kind, raw, span, spaced)


def _check_number(text: str, raw: str, span: Span) -> None:
    after = text[span.end : span.end + 1]
    if "e" in raw.lower() and after.isalpha():
        mantissa, exponent = re.split("[eE]", raw)
        message = f"'{raw}{after}' could be {float(raw):g}·{after} or {mantissa}·e·{exponent}·{after}"
        raise Problem(message, Span(span.start, span.end + 1), "Put · between the factors", f"{raw} {after}")
    if float(raw) == float("inf"):
        raise Problem("This number is too large", span, "The largest is about 1.8e308")


def assigned(tokens: list[Token]) -> set[str]:
    """The names that statements give a value."""
    found: set[str] = set()
    start = True
    for at, token in enumerate(tokens[:-1]):
        following = tokens[at + 1]
        equals = following.kind == "sign" and following.text == "="
        if token.kind == "name" and start and equals:
            found.add(token.text)
        chained = token.kind == "sign" and token.text == "=" and bool(found)
        start = token.kind in ("end", "break") or (chained and not start)
    return found
