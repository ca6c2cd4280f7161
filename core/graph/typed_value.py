"""A value as text: numbers, fractions, vectors and matrices, read by the program's own reader."""

from __future__ import annotations

from msgspec.structs import replace

from core.base.arrays import Value
from core.base.errors import Problem, Span
from core.graph.builder import build
from core.graph.programs import read_program


def read_value(text: str, name: str = "It") -> Value:
    """The value of a constant expression: `-2`, `1/3`, `2π`, `[1, 2]`, `[[1, 2], [3, 4]]`.

    Args:
        text: what was typed.
        name: what the sentence of an error calls the value.

    Returns:
        A number or an array.

    Raises:
        Problem: it is no such expression, with the place in this text.
    """
    sentence = f"The value of {name} must be a number or a list of numbers"
    none = Problem(sentence, Span(0, max(1, len(text))), "Type one, such as 2 or [1, 2]")
    if not text.strip():
        raise none
    program = read_program(text)
    only = program.statements[0]
    if len(program.statements) > 1 or only.name:
        raise none
    try:
        graph = build(replace(program, statements=(replace(only, name=name),)), {})
    except Problem as problem:
        raise none if problem.span is None else Problem(sentence, problem.span, none.hint) from None
    if name not in graph.stated:
        raise none
    return graph.stated[name]
