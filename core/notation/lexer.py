"""Text to tokens; every character is either understood or named in a sentence."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from core.dataclass import dataclass
from core.errors import Problem, Span, cut

MAX_CHARACTERS = 10_000
MAX_NAME = 64

GREEK = dict(
    zip(
        "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau"
        " upsilon phi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega".split(),
        "αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΦΨΩ",
        strict=True,
    )
)
GREEK |= {"varepsilon": "ε", "varphi": "φ", "vartheta": "θ"}
SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
SUBSCRIPT_LETTERS = "ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ"
SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
FRACTIONS = {"½": 1 / 2, "¼": 1 / 4, "¾": 3 / 4, "⅓": 1 / 3, "⅔": 2 / 3, "⅛": 1 / 8}
SAME_SIGN = {
    **dict.fromkeys("⋅∙×", "·"),
    "−": "-",
    "∘": "⊙",
    "**": "^",
    "÷": "/",
    ">=": "≥",
    "<=": "≤",
    "!=": "≠",
    "≔": "=",
    ":=": "=",
}
LATEX_SIGNS = {
    **dict.fromkeys(["cdot", "times"], "·"),
    **dict.fromkeys(["odot", "circ"], "⊙"),
    "le": "≤",
    "leq": "≤",
    "ge": "≥",
    "geq": "≥",
    "lVert": "‖",
    "rVert": "‖",
    "lvert": "|",
    "rvert": "|",
    "div": "/",
}
LATEX_SILENT = {"left", "right", "big", "Big", "bigl", "bigr", "mathbf", "mathrm", "boldsymbol", "bm"}
LATEX_SILENT |= {"text", "operatorname", "quad", "displaystyle"}
# what to do about a character that has no meaning, where there is more to say than "Delete it", and its fix
ADVICE: dict[str, tuple[str, str | None]] = {
    "∑": ("Write sum(x)", "sum "),
    "∏": ("Write the factors side by side", None),
    ".": ("A point belongs in a number; a product is written ·", "·"),
    **dict.fromkeys("→←", ("Write = to give a name a value", "=")),
    **dict.fromkeys("•∗⨯", ("Write · for a product", "·")),
    "_": ("A name begins with a letter; _ stands inside it, as in x_1", ""),
    "%": ("Write /100", "/100"),
    "°": ("Angles are in radians", "·π/180"),
    "±": ("Write + or -", None),
    "!": ("Write the factors, as in 3·2·1", None),
    **dict.fromkeys("∂∇∆", ("Type the function alone; its gradients are computed for you", "")),
    **dict.fromkeys("\"'“”", ("A formula has no text in quotation marks", "")),
    "\\": ("A LaTeX command is a backslash and letters, as in \\sigma", None),
    **dict.fromkeys(SUBSCRIPT_LETTERS, ("A subscript follows a name, as in xᵢ", "")),
}
UNNAMED = {"\0": "NUL", "\b": "BACKSPACE", "\x1b": "ESCAPE", "\x7f": "DELETE"}
# Cyrillic and Greek letters that cannot be told from Latin ones by eye
LOOK_ALIKES = dict(
    zip("аеорсухіјѕԁһκвАВЕКМНОРСТХΑΒΕΖΗΙΚΜΝΟΡΤΥΧο", "aeopcyxijsdhkbABEKMHOPCTXABEZHIKMNOPTYXo", strict=True)
)
del LOOK_ALIKES["κ"], LOOK_ALIKES["в"]

# what counts as alphanumeric to `\w` but is not part of a name: ² ³ ¹ ᵀ ⁰-⁹ ½ and modifier letters
OUTSIDE = "ª²³¹º¼-¾\u02b0-\u02ff\u1d2c-\u1d61\u1d66-\u1d6a\u2070-\u207f\u2150-\u218b"
LETTER, SIGN = rf"[^\W\d_{OUTSIDE}]", rf"[^\W_{OUTSIDE}]"
TOKEN = re.compile(
    rf"""(?P<space>[ \t\r\u00a0\u2009\u202f$]+|\\[,;:!\ ]|\#[^\n]*)
    |(?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    |(?P<fraction>[½¼¾⅓⅔⅛])
    |(?P<latex>\\[A-Za-z]+|\\\|)
    |(?P<sup>⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)
    |(?P<transpose>[ᵀ⊤])
    |(?P<sub>[₀₁₂₃₄₅₆₇₈₉]+|_[0-9]+|_\{{[0-9]+\}})
    |(?P<name>{LETTER}(?:_?{SIGN}|_\{{{SIGN}{{1,40}}\}})*[′']*)
    |(?P<bars>\|\||‖)|(?P<bar>\|)
    |(?P<end>[;\n])
    |(?P<sign>:=|≔|==|!=|>=|<=|\*\*|[-+*/^=(),:@·⋅∙×⊙∘−\[\]{{}}÷√<>≤≥≠])""",
    re.VERBOSE,
)
NAME = f"{LETTER}(?:_?{SIGN})*′*"


@dataclass(frozen=True, slots=True)
class Token:
    """`kind` is a group of the token pattern; `spaced` says whether white space stands before it."""

    kind: str
    text: str
    span: Span
    spaced: bool = False


@lru_cache(4096)
def canonical(name: str) -> str:
    """The one spelling of a name: `x_1`, `x₁` and `x_{1}` are `x1`; `hₜ` is `h_t`; `lambda` is `λ`."""
    name = re.sub(f"_?([{SUBSCRIPT_LETTERS}]+)", r"_\1", name)
    name = unicodedata.normalize("NFKC", name.translate(SUBSCRIPTS).replace("'", "′"))
    name = name.replace("{", "").replace("}", "")
    name = re.sub(r"(?<=[^\W\d_])_(?=\d+(?:[_′.]|$))", "", name)
    word = re.match(r"[A-Za-z]+", name)
    if word and word[0] in GREEK:
        name = GREEK[word[0]] + name[word.end() :]
    return name


def refuse_character(text: str, at: int) -> Problem:
    """The sentence for a character that has no meaning in a program."""
    char = text[at]
    if char == "." and (problem := _refuse_point(text, at)):
        return problem
    called = UNNAMED.get(char) or unicodedata.name(char, f"U+{ord(char):04X}")
    plain = char.isascii() and char.isprintable()
    shown = called
    if char.isprintable() and not unicodedata.combining(char):
        shown = f"'{char}'" if plain else f"'{char}' ({called})"
    hint, fix = ADVICE.get(char, ("Delete it", ""))
    return Problem(f"The character {shown} has no meaning here", Span(at, at + 1), hint, fix)


def _refuse_point(text: str, at: int) -> Problem | None:
    """The sentence for `np.exp` and `W.T`, as other languages write them."""
    before = re.search(r"[A-Za-z]\w*$", text[:at])
    behind = re.match(r"\.([A-Za-z]\w*\.)*([A-Za-z]\w*)", text[at:])
    if not before or not behind:
        return None
    end = at + behind.end()
    if behind[0] == ".T":
        return Problem("A transpose is not written with a point", Span(at, end), f"Write {before[0]}^T", "^T")
    if text[end : end + 1] != "(":
        return None
    span = Span(before.start(), at + behind.start(2))
    return Problem("A function stands alone, without its library", span, f"Write {behind[2]}(…)", "")


def _check_name(text: str, start: int, end: int) -> None:
    name = canonical(text[start:end])
    length = max(end - start, len(name))
    if length > MAX_NAME:
        message = f"A name can have {MAX_NAME} characters; this one has {length:,}"
        raise Problem(message, Span(start, end), "Shorten it, or put · between the factors of a product")
    if text[start:end].isascii():
        return
    for at in range(start, end):
        letter = unicodedata.normalize("NFKC", text[at])
        if letter in LOOK_ALIKES:
            kind, latin = unicodedata.name(letter).split()[0].capitalize(), LOOK_ALIKES[letter]
            message = f"'{text[at]}' is the {kind} letter that looks like the Latin {latin}"
            raise Problem(message, Span(at, at + 1), f"Type {latin} instead", fix=latin)
    if not re.fullmatch(NAME, name):  # what a character stands for may be no letter
        parts = (at for at in range(start, end) if text[at].isalnum())
        wrong = (at for at in parts if not re.fullmatch(NAME, canonical("x" + text[at])))
        raise refuse_character(text, next(wrong, start))


def _latex(text: str, span: Span, spaced: bool) -> Token | None:
    word = text[1:]
    if word == "|":
        return Token("bars", "‖", span, spaced)
    if word in LATEX_SILENT:
        return None
    if word == "top":
        return Token("transpose", "⊤", span, spaced)
    if word == "sqrt":
        return Token("sign", "√", span, spaced)
    if word in LATEX_SIGNS:
        sign = LATEX_SIGNS[word]
        return Token({"‖": "bars", "|": "bar"}.get(sign, "sign"), sign, span, spaced)
    if word == "frac":
        return Token("frac", word, span, spaced)
    return Token("name", canonical(word), span, spaced)


def name_of(text: str) -> str:
    """The name a text is, in its one spelling. Raises Problem."""
    found = tokens(text)
    if [token.kind for token in found] != ["name", "stop"]:
        hint = "A name is letters and digits, such as w1"
        raise Problem(f"'{cut(text)}' is not a name", Span(0, max(1, len(text))), hint)
    return found[0].text


def tokens(text: str) -> list[Token]:
    """The tokens of a program, closed by one of kind `stop`; a line break in brackets ends no statement."""
    if len(text) > MAX_CHARACTERS:
        message = f"A program can have {MAX_CHARACTERS:,} characters; this one has {len(text):,}"
        raise Problem(message, Span(MAX_CHARACTERS, MAX_CHARACTERS + 1), "Leave out what is not needed")
    found: list[Token] = []
    at, depth, spaced = 0, 0, False
    while at < len(text):
        match = TOKEN.match(text, at)
        if not match or match.end() == at:
            raise refuse_character(text, at)
        kind, end = match.lastgroup or "", match.end()
        token = _token(text, kind, Span(at, end), spaced)
        at = end
        if token is None or (token.text == "\n" and depth > 0):
            spaced = True
            continue
        if token.kind == "sign":
            depth += (token.text in "([{") - (token.text in ")]}")
        found.append(token)
        spaced = False
    found.append(Token("stop", "", Span(len(text), len(text) + 1), spaced))
    return found


def _token(text: str, kind: str, span: Span, spaced: bool) -> Token | None:
    raw = text[span.start : span.end]
    match kind:
        case "space":
            return None
        case "number":
            _check_number(text, raw, span)
        case "fraction":
            return Token("number", repr(FRACTIONS[raw]), span, spaced)
        case "name":
            _check_name(text, span.start, span.end)
            raw = canonical(raw)
        case "sup":
            raw = raw.translate(SUPERSCRIPTS)
            _check_number(text, raw, span)
        case "sub":
            raw = raw.translate(SUBSCRIPTS).strip("_{}")
        case "latex":
            return _latex(raw, span, spaced)
        case "sign":
            raw = SAME_SIGN.get(raw, raw)
        case "bars":
            raw = "‖"
    return Token(kind, raw, span, spaced)


def _check_number(text: str, raw: str, span: Span) -> None:
    after = text[span.end : span.end + 1]
    if "e" in raw.lower() and after.isalpha():
        mantissa, exponent = re.split("[eE]", raw)
        message = f"'{raw}{after}' could be {float(raw):g}·{after} or {mantissa}·e·{exponent}·{after}"
        raise Problem(message, Span(span.start, span.end + 1), "Put · between the factors", f"{raw} {after}")
    if float(raw) == float("inf"):
        raise Problem("This number is too large", span, "The largest is about 1.8e308")
