"""Why something was refused, said as lines or as JSON."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from app.cli.terminal import say, write_json
from app.system.qt import not_loaded
from core.base.errors import Problem
from core.service.report import error_answer, error_text
from core.service.request import Refusal


def say_why(error: Exception, words: Sequence[str]) -> None:
    """Why some words were refused, as lines on stderr, or as JSON where that was asked for."""
    problem, text = _problem(error)
    if words[:1] in (["grad"], ["train"]) and not {"--json", "--jsonl"}.isdisjoint(words):
        write_json(error_answer(problem, text))
    else:
        say(error_text(problem, text))


def _problem(error: Exception) -> tuple[Problem, str]:
    """What went wrong as a sentence, and the program it speaks of."""
    if isinstance(error, Refusal):
        return error.problem, error.text
    return (error if isinstance(error, Problem) else unexpected(error)), ""


def unexpected(error: Exception) -> Problem:
    """The sentence for what should not happen; `python -X dev` shows where it did."""
    if sys.flags.dev_mode:
        raise error
    if isinstance(error, ImportError):
        return not_loaded(error)
    if isinstance(error, RecursionError | MemoryError):
        return Problem("This is too large to be computed here")
    said = f"Internal error ({type(error).__name__}: {error})"
    return Problem(said, hint="Please report it together with the program")
