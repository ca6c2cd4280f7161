"""What a command reads and writes, whatever a terminal can show and whenever a pipe closes."""

from __future__ import annotations

import codecs
import errno
import io
import json
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, TextIO

from app.system.exit_status import OUTPUT_CLOSED, REFUSED
from core.base.errors import Problem
from core.notation.names import GREEK
from core.project.document import MAX_BYTES

# how letters and signs look on a terminal that knows only a few characters
PLAIN = {letter: name for name, letter in GREEK.items() if not name.startswith("var")}
PLAIN |= dict(zip("₀₁₂₃₄₅₆₇₈₉−·×⋅÷", "0123456789-***/", strict=True))
PLAIN |= {"∞": "inf", "≥": ">=", "≤": "<=", "⊙": "(*)", "√": "sqrt", "ᵀ": "^T", "∂": "d"}
PLAIN |= {"→": "->", "…": "..."}
RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
FALLBACK = "chainlight-plain"


def _plainly(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeEncodeError)
    text = error.object[error.start : error.end]
    text = re.sub("[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+", lambda match: "^" + match[0].translate(RAISED), text)
    return "".join(char if char.isascii() else PLAIN.get(char, "?") for char in text), error.end


codecs.register_error(FALLBACK, _plainly)


def prepare_output() -> None:
    """Let characters a terminal cannot show be written in ASCII instead of ending the program."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=FALLBACK)


def write_json(answer: dict[str, Any]) -> None:
    """One answer on one line, at once."""
    unicode = sys.stdout is None or (sys.stdout.encoding or "").lower().startswith("utf")
    write(json.dumps(answer, ensure_ascii=not unicode, allow_nan=False) + "\n")
    flush()


class OutputError(Exception):
    """A sentence why an answer could not be written, and the exit status that says so."""

    def __init__(self, sentence: str, status: int = REFUSED):
        super().__init__(sentence)
        self.status = status


@contextmanager
def _output() -> Iterator[None]:
    """Raise OutputError where what is done within cannot write."""
    try:
        yield
    except BrokenPipeError:
        raise OutputError(
            "the output was closed before the whole answer was written", OUTPUT_CLOSED
        ) from None
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise OutputError("the disk is full, the answer is not written; free some space") from None
        raise OutputError(f"cannot write the answer: {error.strerror}") from None


def write(text: str) -> None:
    """Write to standard output. Raises OutputError."""
    if sys.stdout is None:
        raise OutputError("standard output is closed, the answer has no place to go")
    with _output():
        sys.stdout.write(text)


def say(text: str, end: str = "\n") -> None:
    """Write a line to standard error, if that is possible: there is nowhere to say that it is not."""
    if sys.stderr is not None:
        try:
            print(text, end=end, file=sys.stderr, flush=True)
        except (OSError, ValueError):
            abandon(sys.stderr)


def flush() -> None:
    """Write what is still held back, so that a full disk or a closed pipe is noticed now."""
    if sys.stdout is not None:
        with _output():
            sys.stdout.flush()


def abandon(stream: TextIO) -> None:
    """Send what is still unwritten nowhere, so that the interpreter's last flush is silent."""
    with suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def stdin_lines() -> Iterator[bytes]:
    """The lines of standard input. Raises Problem."""
    if sys.stdin is None:
        raise Problem("Standard input is closed")
    try:
        while line := sys.stdin.buffer.readline(MAX_BYTES):
            yield line
    except OSError as error:
        raise Problem(f"Cannot read standard input: {str(error.strerror).lower()}") from None


def decoded(data: bytes, name: str) -> str:
    """Bytes as text with plain line ends. Raises Problem where they are not UTF-8."""
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise Problem(f"{name} is not UTF-8 text: byte {error.start + 1:,} cannot be read") from None
