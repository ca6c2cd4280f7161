"""The command `train`: a program, or a project with its lab, trained without a window."""

from __future__ import annotations

import argparse
import signal
from types import FrameType
from typing import Any


class Interrupt:
    """While it is entered, the first Ctrl+C is only noted, so that a training ends in good order."""

    def __init__(self) -> None:
        self.noted = False

    def __enter__(self) -> Interrupt:
        self._before = signal.signal(signal.SIGINT, self._note)
        return self

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.noted = True
        signal.signal(signal.SIGINT, self._before)  # a second one ends at once

    def __exit__(self, *raised: object) -> None:
        signal.signal(signal.SIGINT, self._before)


def train_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("program", metavar="PROGRAM", nargs="?")
    shape = parser.add_mutually_exclusive_group()
    shape.add_argument("--jsonl", action="store_true", help="read a JSON request a line, answer a line each")


def training_answer(line: str) -> dict[str, Any]:
    """The answer to one line of `train --jsonl`. Raises Problem or Refusal."""
    from core.training.request import Training, training_from

    training = Training(training_from(line))
    with Interrupt() as interrupt:
        return training.answer(lambda: interrupt.noted)
