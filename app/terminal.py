"""What a command reads and writes, whatever a terminal can show and whenever a pipe closes."""

from __future__ import annotations

import codecs
import io
import json
import os
import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from core.document import MAX_BYTES
from core.errors import Problem
from core.notation.names import GREEK

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
    print(json.dumps(answer, ensure_ascii=not unicode, allow_nan=False))
    flush()


def flush() -> None:
    """Write what is still held back, so that a full disk or a closed pipe is noticed now."""
    if sys.stdout is not None:
        sys.stdout.flush()


def abandon_output() -> None:
    """Send what is still unwritten nowhere, so that the interpreter's last flush is silent."""
    with suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


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
