"""Typeset mathematics as plain text, for readers that see no pictures."""

from __future__ import annotations

import unicodedata

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
from core.notation.names import ACCENTS, RAISED, SUPERSCRIPTS

SPACED = ("bin", "rel")  # the signs that have a space on either side
MARKS = {**ACCENTS, "arrow": "\N{COMBINING RIGHT ARROW ABOVE}"}


def plain(math: Math) -> str:
    """The formula in one line: subscripts follow their letter, fractions have a slash.

    Tints and shapes are left out.
    """
    match math:
        case Letter(text) | Digits(text) | Sign(text) | Big(text) | Word(text):
            return text
        case Accented(base, accent):
            return unicodedata.normalize("NFC", plain(base) + MARKS[accent])
        case Row(parts):
            return _joined(parts)
        case Fraction(top, bottom):
            return f"{_bracketed(top)}/{_bracketed(bottom)}"
        case Scripts(base, sub, sup):
            return plain(base) + (_below(plain(sub)) if sub else "") + (_above(plain(sup)) if sup else "")
        case Fenced(left, body, right):
            return f"{left}{plain(body)}{right}"
        case Root(body):
            return f"√{_bracketed(body)}"
        case Table(rows, style):
            between = ", " if style == "matrix" else " "
            return "; ".join(between.join(map(plain, cells)) for cells in rows)
        case Tinted(_, body) | Shaped(body):
            return plain(body)
        case Phantom():
            return ""


def _joined(parts: tuple[Math, ...]) -> str:
    """Parts side by side; signs between two parts, and words and letters beside each other, stand apart."""
    text = ""
    for part in parts:
        shown = plain(part)
        match part:
            case Sign(kind=kind) | Word(kind=kind) if kind in SPACED and text:
                shown = f" {shown} "
            case Sign(kind="punct"):
                shown += " "
        apart = text[-1:].isalnum() and shown[:1].isalnum()
        text += (" " if apart else "") + shown
    return " ".join(text.split())


def _bracketed(math: Math) -> str:
    return plain(math) if _is_single(math) else f"({plain(math)})"


def _is_single(math: Math) -> bool:
    """Whether a formula is one name, number or power, or the differential of one, such as ∂w."""
    match math:
        case Digits(text):
            return not text.startswith("−")
        case Letter() | Word() | Fenced() | Root():
            return True
        case Accented(base) | Scripts(base):
            return _is_single(base)
        case Tinted(_, body) | Shaped(body):
            return _is_single(body)
        case Row((Sign("∂"), body)):
            return _is_single(body)
        case Row((part,)):
            return _is_single(part)
    return False


def _below(text: str) -> str:
    if text.isdigit():
        return text
    return f"_{text}" if text.isalnum() else f"_({text})"


def _above(text: str) -> str:
    if not text.strip("′"):
        return text
    raised = text.replace("−", "-").replace("⊤", "ᵀ").translate(RAISED)
    if all(sign in SUPERSCRIPTS or sign == "ᵀ" for sign in raised):
        return raised
    return f"^{text}" if len(text) == 1 or text.startswith("(") else f"^({text})"
