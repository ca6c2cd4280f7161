"""A value as text: numbers, fractions, vectors and matrices, read by the program's own reader."""

from core.arrays import Value
from core.builder import build, read_program
from core.errors import Problem, Span


def read_value(text: str, name: str = "It") -> Value:
    """The value of a constant expression: `-2`, `1/3`, `2π`, `[1, 2]`, `[[1, 2], [3, 4]]`. Raises Problem."""
    sentence = f"The value of {name} must be a number or a list of numbers"
    if not text.strip():
        raise Problem(sentence, Span(0, 1), "Type one, such as 2 or [1, 2]")
    program = read_program(f"value = {text}")
    try:
        graph = build(program, {})
    except Problem as problem:
        raise Problem(sentence, problem.span, problem.hint) from None
    found = graph.given.get("value")
    if found is None or len(program.statements) > 1:
        raise Problem(sentence, Span(0, len(text)), "Type one, such as 2 or [1, 2]")
    return found
