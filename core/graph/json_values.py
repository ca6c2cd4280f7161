"""Values and names as they stand in JSON; reading checks everything. Problems say the name and the limit."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Mapping
from typing import Any, NoReturn

from core.base.arrays import MAX_ENTRIES, MAX_RANK, Value, frozen
from core.base.errors import Problem, cut
from core.base.numbers import FIRST_INEXACT
from core.notation.lexer import MAX_NAME
from core.notation.spellings import name_of, node_name

MAX_SPELLING = 200  # of a name in LaTeX
MOST_VALUES = 2_000_000
MOST_NAMES = 10_000  # a program of MAX_CHARACTERS has fewer
MAX_DOUBLE = sys.float_info.max
NOT_FINITE = {"inf": math.inf, "-inf": -math.inf, "nan": math.nan}


def parse_json(text: str, what: str = "file", *, lone_surrogates: bool = False) -> Any:
    """Read JSON by the letter: no NaN, no infinite number, no name twice.

    Args:
        text: the JSON.
        what: what an error calls it.
        lone_surrogates: whether texts may hold halves of characters, as the names of files can.

    Returns:
        Dictionaries, lists, texts, numbers, booleans and None.

    Raises:
        Problem: it is no such JSON, or holds too much.
    """

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            raise Problem(f"The {what} repeats a name")
        return found

    if text.count(",") + text.count("[") > MOST_VALUES:
        raise Problem(f"The {what} holds more than {MOST_VALUES:,} values")
    try:
        found = json.loads(text, parse_constant=_refuse, parse_float=_number, object_pairs_hook=unique)
        if not lone_surrogates and ("\\u" in text or not text.isascii()):
            json.dumps(found, ensure_ascii=False).encode()
        return found
    except Problem:
        raise
    except UnicodeEncodeError:
        raise Problem(f"The {what} contains an invalid character") from None
    except RecursionError:
        raise Problem(f"The {what} is nested too deeply") from None
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise Problem(f"The {what} is not valid JSON ({place})") from None
    except ValueError:  # an integer of more digits than Python reads
        raise Problem(f"The {what} holds a number of too many digits") from None


def name_from(plain: Any) -> str:
    """The name of a node from JSON, in its one spelling. Raises Problem."""
    if not isinstance(plain, str) or not plain:
        raise Problem("A name is a text, such as x")
    if len(plain) > MAX_NAME:
        raise Problem(f"A name can have {MAX_NAME} characters; this one has {len(plain):,}")
    return node_name(plain)


def values_from(table: Mapping[str, Any]) -> dict[str, Value]:
    """The values of a table from JSON, each name once, however it is spelled. Raises Problem."""
    if len(table) > MOST_NAMES:
        raise Problem(f"Values can be given for {MOST_NAMES:,} names; here are {len(table):,}")
    found: dict[str, Value] = {}
    for spelling, plain in table.items():
        name = _named(spelling)
        if name in found:
            raise Problem(f"{name} is given twice")
        found[name] = value_from(plain, name)
    return found


def _named(spelling: str) -> str:
    try:
        if len(spelling) > MAX_SPELLING:
            raise Problem(f"A name can have {MAX_NAME} characters; this one has {len(spelling):,}")
        return name_of(spelling)
    except Problem as problem:
        raise Problem(problem.message, hint=problem.hint) from None


def value_from(plain: Any, name: str) -> Value:
    """Make a value of what stands in JSON.

    Args:
        plain: a number, `"inf"`, `"-inf"`, `"nan"`, or nested lists of these.
        name: what an error calls the value.

    Returns:
        A number or an array.

    Raises:
        Problem: it is something else, or rows that are not equally long.
    """
    try:
        return frozen(_numbers(plain))
    except Problem as problem:
        raise Problem(f"The value of {name}: {problem.message}") from None


def plain_value(value: Value) -> Any:
    """A value for JSON: whole numbers without a point; inf, -inf and nan as these words."""
    return _plain(value if isinstance(value, float) else value.tolist())


def _plain(numbers: Any) -> Any:
    """Floats, or nested lists of them, as they stand in JSON."""
    if isinstance(numbers, list):
        return [_plain(part) for part in numbers]
    if not math.isfinite(numbers):
        return repr(numbers)
    minus_zero = numbers == 0 and math.copysign(1, numbers) < 0
    whole = numbers.is_integer() and abs(numbers) < FIRST_INEXACT and not minus_zero
    return int(numbers) if whole else numbers


def _numbers(plain: Any, depth: int = 0) -> Any:
    if isinstance(plain, int | float) and not isinstance(plain, bool):
        if not abs(plain) <= MAX_DOUBLE:
            _refuse(str(plain))
        return float(plain)
    if isinstance(plain, str) and plain in NOT_FINITE:
        return NOT_FINITE[plain]
    if isinstance(plain, list) and plain:
        if depth == MAX_RANK:
            raise Problem(f"Lists can be nested {MAX_RANK} deep")
        if len(plain) > MAX_ENTRIES:
            raise Problem(f"A value can have {MAX_ENTRIES:,} entries")
        return [_numbers(part, depth + 1) for part in plain]
    raise Problem("A value is a number or a list of numbers")


def _refuse(word: str) -> NoReturn:
    raise Problem(f"{cut(word)} is not a finite number")


def _number(word: str) -> float:
    number = float(word)
    if not math.isfinite(number):
        _refuse(word)
    return number
