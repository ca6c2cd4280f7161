"""Typeset mathematics as LaTeX source (amsmath)."""

from __future__ import annotations

from core.notation.lexer import GREEK
from core.notation.mathtree import (
    Big,
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
)

COMMANDS = {letter: f"\\{name}" for name, letter in GREEK.items() if not name.startswith("var")}
COMMANDS |= {
    "⋅": r"\cdot",
    "÷": r"\div",
    "×": r"\times",
    "−": "-",
    "⊙": r"\odot",
    "∂": r"\partial",
    "∇": r"\nabla",
}
COMMANDS |= {"⊤": r"\top", "≥": r"\ge", "≤": r"\le", "≠": r"\ne", "≈": r"\approx", "←": r"\leftarrow"}
COMMANDS |= {"→": r"\to", "∞": r"\infty", "⋮": r"\vdots", "⋯": r"\cdots", "…": r"\ldots", "∑": r"\sum"}
COMMANDS |= {
    "∏": r"\prod",
    "′": "'",
    "‖": r"\|",
    "{": r"\{",
    "}": r"\}",
    "⊗": r"\otimes",
    "⋆": r"\star",
    "∗": r"\ast",
    "𝟏": r"\mathbf{1}",
    "𝟎": r"\mathbf{0}",
    "𝐞": r"\mathbf{e}",
}
FUNCTIONS = {"exp", "ln", "log", "max", "min", "sin", "cos", "tan", "tanh", "sinh", "cosh", "arctan"}
ENVIRONMENTS = {"matrix": "bmatrix", "aligned": "aligned", "cases": "cases"}
SPECIAL = str.maketrans({c: "\\" + c for c in "#$%&_{}"} | {"\\": r"\textbackslash ", "^": r"\hat{}"})


def latex(math: Math) -> str:
    """LaTeX source that sets the formula; tints are left out."""
    match math:
        case Letter(text):
            return _signs(text) if len(text) == 1 else rf"\mathrm{{{_signs(text)}}}"
        case Digits(text) | Sign(text) | Big(text):
            return _signs(text)
        case Word(text, kind):
            return _word(text, kind)
        case Row(parts):
            return _joined([latex(part) for part in parts])
        case Fraction(top, bottom):
            return rf"\frac{{{latex(top)}}}{{{latex(bottom)}}}"
        case Scripts(base, sub, sup):
            below = f"_{{{latex(sub)}}}" if sub else ""
            above = f"^{{{latex(sup)}}}" if sup else ""
            return (
                f"{{{latex(base)}}}{below}{above}"
                if isinstance(base, Row)
                else f"{latex(base)}{below}{above}"
            )
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


def _signs(text: str) -> str:
    return _joined([COMMANDS.get(char, char.translate(SPECIAL)) for char in text])


def _word(text: str, kind: str) -> str:
    if text in COMMANDS:
        return COMMANDS[text]
    if kind == "op":
        return f"\\{text}" if text in FUNCTIONS else rf"\operatorname{{{text.translate(SPECIAL)}}}"
    return rf"\text{{{text.translate(SPECIAL)}}}"


def _fence(sign: str) -> str:
    return COMMANDS.get(sign, sign) or "."


def _joined(parts: list[str]) -> str:
    """Parts run together, with a space where a command would swallow a following letter."""
    text = ""
    for part in parts:
        swallows = text and text[-1].isalpha() and "\\" in text[text.rfind(" ") + 1 :] and part[:1].isalpha()
        text += (" " if swallows else "") + part
    return text
