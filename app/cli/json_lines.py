"""Requests read line by line from standard input, each answered by a line of JSON."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.cli.errors import unexpected
from app.cli.terminal import decoded, stdin_lines, write_json
from core.base.errors import Problem
from core.service.report import error_answer
from core.service.request import Refusal


def answer_lines(answer_to: Callable[[str], dict[str, Any]]) -> int:
    """Answer every line of stdin; a line that cannot be answered says why, and the next is read."""
    for line in stdin_lines():
        try:
            answer = answer_to(decoded(line, "The request"))
        except Refusal as refused:
            answer = error_answer(refused.problem, refused.text)
        except Problem as problem:
            answer = error_answer(problem)
        except Exception as error:
            answer = error_answer(unexpected(error))
        write_json(answer)
        if answer.get("interrupted"):
            raise KeyboardInterrupt
    return 0
