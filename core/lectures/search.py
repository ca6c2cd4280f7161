"""Finding scenes by words, formulas and numbers.

text_of   all that a scene is found by
matches   whether a query finds it
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from core.base.numbers import short
from core.project.document import Document
from core.project.scene import Asserted, Plain

DIGITS = (2, 3, 4)  # significant digits of numbers, as lectures print them


def text_of(document: Document) -> str:
    """All that a scene is found by, without capitals: its texts, its programs, and its numbers as printed."""
    scene = document.scene
    if scene is None:
        return ""
    parts = [scene.id, scene.title, scene.goal, *scene.ideas, document.text]
    for step in scene.guide:
        parts += [step.title, step.says]
    for variant in scene.variants:
        parts += [variant.name, variant.program]
    for asserted in (scene.asserted, *(variant.asserted for variant in scene.variants)):
        parts += dict.fromkeys(_numbers(asserted))
    return _plain("\n".join(parts))


def matches(query: str, text: str) -> bool:
    """Whether every word of a query is in the text of a scene; formulas are found whatever their spaces."""
    return all(word in text or word in text.replace(" ", "") for word in _plain(query).split())


def _plain(text: str) -> str:
    return text.casefold().replace("\N{MINUS SIGN}", "-")


def _numbers(asserted: Asserted) -> Iterator[str]:
    for plain in (*asserted.values.values(), *asserted.gradients.values()):
        for number in _entries(plain):
            yield from (short(float(number), digits) for digits in DIGITS)


def _entries(plain: Plain) -> Iterator[Any]:
    if isinstance(plain, list):
        for part in plain:
            yield from _entries(part)
    elif isinstance(plain, int | float):
        yield plain
