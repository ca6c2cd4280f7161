"""Typeset mathematics as LaTeX source (amsmath)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

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
from core.notation.names import ACCENTS, GREEK, SUBSCRIPTS, SUPERSCRIPTS

COMMANDS = {letter: f"\\{name}" for name, letter in GREEK.items() if not name.startswith("var")}
COMMANDS |= {
    "ς": r"\varsigma",
    "ϵ": r"\epsilon",
    "ϑ": r"\vartheta",
    "ϕ": r"\phi",
    "ϖ": r"\varpi",
    "ϱ": r"\varrho",
}
COMMANDS |= {"ı": r"\imath", "ȷ": r"\jmath", "𝟏": r"\mathbf{1}", "𝐞": r"\mathbf{e}"}
# Greek capitals that look like Latin ones, and the omicron, have no commands
COMMANDS |= {
    capital: rf"\mathrm{{{alike}}}" for capital, alike in zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX", strict=True)
}
COMMANDS |= {"ο": "o", "µ": r"\mu", "ħ": r"\hbar"}
COMMANDS |= {
    "⋅": r"\cdot",
    "·": r"\cdot",
    "∙": r"\bullet",
    "÷": r"\div",
    "×": r"\times",
    "−": "-",
    "±": r"\pm",
    "∗": r"\ast",
    "⋆": r"\star",
    "∘": r"\circ",
    "⊙": r"\odot",
    "⧺": r"\mathbin{+\!\!+}",
    "∂": r"\partial",
    "∇": r"\nabla",
    "∆": r"\Delta",
    "√": r"\surd",
    "∞": r"\infty",
    "∑": r"\sum",
    "∏": r"\prod",
    "⊗": r"\otimes",
    "𝟏": r"\mathbf{1}",
    "𝟎": r"\mathbf{0}",
    "𝐞": r"\mathbf{e}",
    "𝐄": r"\mathbf{E}",
}
COMMANDS |= {"≥": r"\ge", "≤": r"\le", "≠": r"\ne", "≈": r"\approx", "∈": r"\in", "⊤": r"\top"}
COMMANDS |= {"→": r"\to", "↻": r"\circlearrowright", "←": r"\leftarrow", "↓": r"\downarrow", "↑": r"\uparrow"}
COMMANDS |= {"⋮": r"\vdots", "⋯": r"\cdots", "…": r"\ldots"}
COMMANDS |= {"′": "'", "‖": r"\|", "∥": r"\|", "⟨": r"\langle", "⟩": r"\rangle", "{": r"\{", "}": r"\}"}
COMMANDS |= {"½": r"\tfrac{1}{2}", "⅓": r"\tfrac{1}{3}", "⅔": r"\tfrac{2}{3}"}
COMMANDS |= {"¼": r"\tfrac{1}{4}", "¾": r"\tfrac{3}{4}", "⅛": r"\tfrac{1}{8}"}
# an accent over one letter, and over a longer name
OVER = {
    "hat": (r"\hat", r"\widehat"),
    "tilde": (r"\tilde", r"\widetilde"),
    "bar": (r"\bar", r"\overline"),
    "dot": (r"\dot", r"\dot"),
    "ddot": (r"\ddot", r"\ddot"),
    "arrow": (r"\vec", r"\overrightarrow"),
}
# another alphabet, of Latin letters and of Greek ones
ALPHABETS = {"bold": (r"\mathbf", r"\boldsymbol"), "calligraphic": (r"\mathcal", "")}
# accents of other letters, in mathematics and in text, where more of them can be set
MATH_MARKS = {mark: OVER[accent][0] for accent, mark in ACCENTS.items()}
MATH_MARKS |= {"\u0300": r"\grave", "\u0301": r"\acute", "\u0306": r"\breve", "\u030a": r"\mathring"}
MATH_MARKS |= {"\u030c": r"\check"}
TEXT_MARKS = {"\u0300": r"\`", "\u0301": r"\'", "\u0302": r"\^", "\u0303": r"\~", "\u0304": r"\="}
TEXT_MARKS |= {"\u0306": r"\u", "\u0307": r"\.", "\u0308": r"\"", "\u030a": r"\r", "\u030b": r"\H"}
TEXT_MARKS |= {"\u030c": r"\v", "\u0323": r"\d", "\u0326": r"\textcommabelow", "\u0327": r"\c"}
TEXT_MARKS |= {"\u0328": r"\k", "\u0331": r"\b"}
TEXT_LETTERS = {"ß": r"\ss", "ø": r"\o", "Ø": r"\O", "æ": r"\ae", "Æ": r"\AE", "œ": r"\oe", "Œ": r"\OE"}
TEXT_LETTERS |= {"ł": r"\l", "Ł": r"\L", "ı": r"\i", "ȷ": r"\j"}
TEXT_LETTERS |= {"ª": r"\textordfeminine", "º": r"\textordmasculine"}
TEXT_LETTERS |= {"đ": r"\dj", "Đ": r"\DJ", "ð": r"\dh", "Ð": r"\DH", "þ": r"\th", "Þ": r"\TH"}  # these of T1
TEXT_LETTERS |= {"ŋ": r"\ng", "Ŋ": r"\NG", "ĳ": "ij", "Ĳ": "IJ"}
DOTLESS = {"i": "ı", "j": "ȷ"}
RAISED = {**SUPERSCRIPTS, "⁽": "(", "⁾": ")", "ᵀ": r"\top"}
RUN = re.compile(
    f"[{''.join(RAISED)}]+|[{''.join(SUBSCRIPTS)}]+|.[{''.join({*MATH_MARKS, *TEXT_MARKS})}]*", re.DOTALL
)
FUNCTIONS = {"exp", "ln", "log", "max", "min", "sin", "cos", "tan", "tanh", "sinh", "cosh", "arctan"}
ENVIRONMENTS = {"matrix": "bmatrix", "aligned": "aligned", "cases": "cases"}
SPECIAL = str.maketrans({c: "\\" + c for c in "#$%&_{}"} | {"\\": r"\backslash ", "^": r"\hat{}"})
IN_TEXT = SPECIAL | str.maketrans(
    {"\\": r"\textbackslash{}", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}"}
)


def latex(math: Math) -> str:
    """LaTeX source that sets the formula, all signs as commands; tints are left out."""
    match math:
        case Letter(text, face):
            return _letter(text, face)
        case Accented(base, accent):
            return _accented(base, accent)
        case Digits(text) | Sign(text) | Big(text):
            return _signs(text)
        case Word(text, kind):
            return _word(text, kind)
        case Row(parts):
            return _joined([latex(part) for part in parts])
        case Fraction(top, bottom):
            return rf"\frac{{{latex(top)}}}{{{latex(bottom)}}}"
        case Scripts():
            return _scripts(math)
        case Fenced(left, body, right):
            return rf"\left{_fence(left)} {latex(body)} \right{_fence(right)}"
        case Root(body):
            return rf"\sqrt{{{latex(body)}}}"
        case Table(rows, style):
            name = ENVIRONMENTS[style]
            lines = r" \\ ".join(" & ".join(latex(cell) for cell in line) for line in rows)
            return rf"\begin{{{name}}} {lines} \end{{{name}}}"
        case Tinted(_, body):
            return latex(body)
        case Phantom(body):
            return rf"\phantom{{{latex(body)}}}"
        case Shaped(base):
            return rf"\underset{{{latex(math.below)}}}{{{latex(base)}}}"


@lru_cache(maxsize=4096)
def _letter(text: str, face: str) -> str:
    plain = _signs(text) if len(text) == 1 else _name(text)
    latin, greek = ALPHABETS.get(face, ("", ""))
    letters = unicodedata.normalize("NFD", text)[0] if len(text) == 1 else text
    if letters.isascii():
        return f"{latin}{{{_signs(text)}}}" if latin else plain
    known = all(char.isascii() or char in COMMANDS for char in text)
    return f"{greek}{{{plain}}}" if greek and known else plain


def _scripts(math: Scripts) -> str:
    base = latex(math.base)
    if _needs_braces(math.base, math):
        base = f"{{{base}}}"
    below = f"_{{{latex(math.sub)}}}" if math.sub else ""
    return f"{base}{below}{_above(math.sup) if math.sup else ''}"


def _needs_braces(base: Math, around: Scripts) -> bool:
    """Whether scripts would go to the last part alone, or be a second pair on the same letter."""
    match base:
        case Tinted(_, body):
            return _needs_braces(body, around)
        case Scripts(_, sub, sup):
            return bool(sub and around.sub) or bool(sup and around.sup)
    return isinstance(base, Row)


def _above(sup: Math) -> str:
    """A superscript; primes are marks behind the letter."""
    first, *rest = sup.parts if isinstance(sup, Row) and sup.parts else (sup,)
    if not (isinstance(first, Sign) and first.text and not first.text.strip("′")):
        return f"^{{{latex(sup)}}}"
    return "'" * len(first.text) + (f"^{{{latex(Row(tuple(rest)))}}}" if rest else "")


def _accented(base: Math, accent: str) -> str:
    over, wide = OVER[accent]
    if isinstance(base, Letter) and not base.face:
        base = Letter(DOTLESS.get(base.text, base.text))
    return rf"{over if _is_one_letter(base) else wide}{{{latex(base)}}}"


def _is_one_letter(math: Math) -> bool:
    """Whether a part is a single letter, perhaps below an accent."""
    while isinstance(math, Accented):
        math = math.base
    return isinstance(math, Letter) and len(math.text) == 1


@lru_cache(maxsize=4096)
def _signs(text: str) -> str:
    """Signs of mathematics; raised and lowered ones, as in `10⁻¹²`, are scripts."""
    return _joined([_sign(run) for run in RUN.findall(text)])


def _sign(run: str) -> str:
    for shifted, script in ((RAISED, "^"), (SUBSCRIPTS, "_")):
        if run[0] in shifted:
            return f"{script}{{{''.join(shifted[char] for char in run)}}}"
    return COMMANDS.get(run) or _marked(run, MATH_MARKS) or _foreign(run)


def _marked(run: str, marks: Mapping[str, str]) -> str:
    """A letter inside the commands of its accents, or "" where one has none."""
    letter, *accents = list(unicodedata.normalize("NFD", run))
    known = TEXT_LETTERS if marks is TEXT_MARKS else COMMANDS
    found = DOTLESS.get(letter, letter)
    if (
        not accents
        or not all(accent in marks for accent in accents)
        or not (letter.isascii() or found in known)
    ):
        return ""
    found = known.get(found, found)
    for accent in accents:
        found = f"{marks[accent]}{{{found}}}"
    return found


def _foreign(run: str) -> str:
    """A plain sign as it is; a letter that mathematics lacks as text."""
    return run.translate(SPECIAL) if run.isascii() or not run[0].isalpha() else _text(run)


def _name(text: str) -> str:
    """A longer name, upright."""
    plain = all(char.isascii() or char in COMMANDS for char in text)
    return rf"\mathrm{{{_signs(text)}}}" if plain else _text(text)


def _word(text: str, kind: str) -> str:
    if text in COMMANDS:
        return COMMANDS[text]
    if kind != "op":
        return _text(text)
    if text in FUNCTIONS:
        return f"\\{text}"
    spaced = [r"\ " if run == " " else _sign(run) for run in RUN.findall(text)]
    return rf"\operatorname{{{_joined(spaced)}}}"


def _text(text: str) -> str:
    """Upright text; the signs of mathematics in it are set as such."""
    inside = "".join(_in_text(run) for run in RUN.findall(text))
    return rf"\text{{{inside.replace('$$', '')}}}"


def _in_text(run: str) -> str:
    if run.isascii():
        return run.translate(IN_TEXT)
    if run in TEXT_LETTERS:
        return f"{{{TEXT_LETTERS[run]}}}"
    if run in COMMANDS or not run[0].isalpha() or run[0] in {*RAISED, *SUBSCRIPTS}:
        return f"${_sign(run)}$"
    marked = _marked(run, MATH_MARKS)
    return _marked(run, TEXT_MARKS) or (f"${marked}$" if marked else run)


def _fence(sign: str) -> str:
    return COMMANDS.get(sign, sign) or "."


def _joined(parts: list[str]) -> str:
    """Parts run together, with a space where a command would swallow a following letter."""
    text = ""
    for part in parts:
        command = text.rfind("\\")
        swallows = command >= 0 and text[command + 1 :].isalpha() and part[:1].isalpha()
        text += (" " if swallows else "") + part
    return text
