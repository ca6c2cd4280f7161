"""What is saved and what undo goes back to: the program, its values, moved nodes, the lab's settings.

A document is frozen and shares what did not change with the one before, so keeping all of them costs little.
Files are JSON with a version; reading one checks everything and runs nothing. A part that an older program
would lose without a word gets a new version: 2 came with output and seed, 3 with the notation of slides,
4 with roles and with which values were guessed.
Older files lack what came later and are read; their programs are put into today's notation by
core/project/older.py.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, field, fields
from types import MappingProxyType
from typing import Any, NoReturn

from core.base.arrays import MAX_ENTRIES, MAX_RANK, Value, frozen
from core.base.dataclass import dataclass, replace
from core.base.errors import Problem, cut
from core.notation.lexer import MAX_CHARACTERS, MAX_NAME
from core.notation.spellings import name_of, node_name
from core.project.older import upgraded

FORMAT, VERSION = "chainlight", 4
NOTATION = 3  # the first version with today's notation
MAX_BYTES = 64_000_000
MAX_SPELLING = 200  # of a name in LaTeX
MOST_VALUES = 2_000_000
MOST_NAMES = 10_000  # a program of MAX_CHARACTERS has fewer
MAX_DOUBLE = sys.float_info.max
EXACT = 2**53  # doubles hold every whole number below this one
NOT_FINITE = {"inf": math.inf, "-inf": -math.inf, "nan": math.nan}
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Lab:
    """The training lab's settings; `trains` is `network` for a built net, `program` for the typed program.

    `reduction` makes one loss of those of a batch, `mean` or `sum`; `roles` are those chosen for names of the
    typed program (core/training/roles.py).
    """

    trains: str = "network"
    data: str = "circle"
    samples: int = 200
    noise: float = 0.1
    seed: int = 1
    test_percent: int = 20
    hidden: tuple[int, ...] = (4, 2)
    activation: str = "tanh"
    optimizer: str = "sgd"
    rate: float = 0.03
    momentum: float = 0.0
    batch: int = 10
    decay: float = 0.0
    reduction: str = "mean"
    roles: Mapping[str, str] = field(default_factory=dict)


# the least and the most of each number in the lab, for its controls and for files
LIMITS: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "samples": (10, 5000),
        "noise": (0.0, 0.5),
        "seed": (0, 999_999),
        "test_percent": (0, 90),
        "rate": (1e-6, 100.0),
        "momentum": (0.0, 0.999),
        "batch": (1, 5000),
        "decay": (0.0, 10.0),
    }
)
MAX_LAYERS, MAX_UNITS = 6, 512
REDUCTIONS = ("mean", "sum")
# the parts of a file beside its program, with the first version that has them
PARTS = MappingProxyType(
    {"values": 1, "moved": 1, "lab": 1, "output": 2, "seed": 2, "unfolded": 3, "guessed": 4}
)


@dataclass(frozen=True, slots=True)
class Document:
    """`output` is the node to differentiate, empty for the program's own; a `seed` of None is 1."""

    text: str = ""
    values: Mapping[str, Value] = field(default_factory=dict)
    moved: Mapping[str, Point] = field(default_factory=dict)
    lab: Lab = field(default_factory=Lab)
    output: str = ""
    seed: Value | None = None
    unfolded: Mapping[str, str] = field(default_factory=dict)  # keys of nodes with the operation they had
    guessed: frozenset[str] = frozenset()  # names whose values nobody gave
    remark: str = field(default="", compare=False)  # what to say of it once, such as that it was upgraded

    def with_value(self, name: str, value: Value) -> Document:
        return replace(self, values={**self.values, name: value}, guessed=self.guessed - {name})

    def with_moved(self, name: str, point: Point) -> Document:
        return replace(self, moved={**self.moved, name: point})


EXAMPLE = Document("(x+y)z", {"x": -2.0, "y": 5.0, "z": -4.0}, guessed=frozenset("xyz"))


def dumps(document: Document) -> str:
    """The document as the text of a project file."""
    found = {
        "format": FORMAT,
        "version": VERSION,
        "program": document.text,
        "values": {name: plain_value(value) for name, value in document.values.items()},
        "moved": {name: list(point) for name, point in document.moved.items()},
        "lab": asdict(document.lab),
        "output": document.output,
        "seed": None if document.seed is None else plain_value(document.seed),
        "unfolded": dict(document.unfolded),
        "guessed": sorted(document.guessed),
    }
    return json.dumps(found, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def loads(text: str) -> Document:
    """The document of a project file. Raises Problem with a sentence for anything that is not one."""
    if len(text) > MAX_BYTES:
        raise Problem(f"The file is larger than {MAX_BYTES // 1_000_000} MB")
    found = parse_json(text)
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise Problem("This is not a Chainlight project")
    version = found.get("version")
    if type(version) is not int or version < 1:
        raise Problem("The project says no version")
    if version > VERSION:
        told = f"file version {cut(str(version))}, known: {VERSION}"
        raise Problem(f"The project was saved by a newer Chainlight ({told})", hint="Open it with that one")
    program = found.get("program")
    if not isinstance(program, str) or len(program) > MAX_CHARACTERS:
        raise Problem(f"The project's program must be a text of up to {MAX_CHARACTERS:,} characters")
    document = _older(found, program) if version < NOTATION else _present(found, program)
    missing = [part for part, since in PARTS.items() if since <= version and part not in found]
    if not missing:
        return document
    said = f"The file lacks {', '.join(missing)}; defaults are used instead"
    return replace(document, remark=". ".join(filter(None, (document.remark, said))))


def _present(found: Mapping[str, Any], program: str) -> Document:
    """The document of a file of the current version."""
    values = values_from(_mapping(found, "values"))
    moved = {name: _point(plain, cut(name)) for name, plain in _mapping(found, "moved").items()}
    output = name_from(found["output"]) if found.get("output") else ""
    seed = None if found.get("seed") is None else value_from(found["seed"], "the seed")
    lab = lab_from(_mapping(found, "lab"))
    return Document(program, values, moved, lab, output, seed, _unfolded(found), _guessed(found, values))


def _older(found: Mapping[str, Any], program: str) -> Document:
    """The document of an older file, its program and names as they are written today."""
    table, moved = _mapping(found, "values"), _mapping(found, "moved")
    matrices = [
        name for name, plain in table.items() if isinstance(plain, list) and isinstance(plain[0], list)
    ]
    today = upgraded(program, [*table, *moved], matrices)
    present = {
        **found,
        "version": VERSION,
        "program": today.text,
        "values": {today.names.get(name, name): plain for name, plain in table.items()},
        "moved": {today.names.get(name, name): point for name, point in moved.items()},
    }
    return replace(loads(json.dumps(present)), remark=today.said)


def parse_json(text: str, what: str = "file", *, halves: bool = False) -> Any:
    """JSON by the letter: no NaN, no infinite number, no name twice. Raises Problem, saying `what` it is."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            raise Problem(f"The {what} repeats a name")
        return found

    if text.count(",") + text.count("[") > MOST_VALUES:
        raise Problem(f"The {what} holds more than {MOST_VALUES:,} values")
    try:
        found = json.loads(text, parse_constant=_refuse, parse_float=_number, object_pairs_hook=unique)
        if not halves and ("\\u" in text or not text.isascii()):
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
    """A value from JSON: a number, `"inf"`, `"-inf"`, `"nan"`, or nested lists of these. Raises Problem."""
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
    whole = numbers.is_integer() and abs(numbers) < EXACT and not minus_zero
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


def _mapping(found: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    part = found.get(key, {})
    if not isinstance(part, dict):
        raise Problem(f"The project's {key} must be a table of names")
    if len(part) > MOST_NAMES:
        raise Problem(f"The project's {key} name {len(part):,} things; the limit is {MOST_NAMES:,}")
    return part


def _unfolded(found: Mapping[str, Any]) -> Mapping[str, str]:
    part = {name_from(key): op for key, op in _mapping(found, "unfolded").items()}
    if not all(isinstance(op, str) for op in part.values()):
        raise Problem("What is unfolded must be a table of names and operations")
    return part


def _guessed(found: Mapping[str, Any], values: Collection[str]) -> frozenset[str]:
    names = found.get("guessed", [])
    if not isinstance(names, list) or len(names) > MOST_NAMES:
        raise Problem("What was guessed must be a list of names")
    return frozenset(map(name_from, names)) & frozenset(values)


def _point(plain: Any, name: str) -> Point:
    if not isinstance(plain, list) or len(plain) != 2:
        raise Problem(f"The place of {name} must be two numbers")
    x, y = (value_from(part, name) for part in plain)
    if not (isinstance(x, float) and isinstance(y, float) and abs(x) < 1e6 and abs(y) < 1e6):
        raise Problem(f"The place of {name} is out of bounds")
    return x, y


def lab_from(found: Mapping[str, Any]) -> Lab:
    """The lab's settings from a file, each checked against its limits. Raises Problem."""
    settings: dict[str, Any] = {}
    usual_settings = asdict(Lab())
    for entry in fields(Lab):
        if entry.name not in found:
            continue
        value, usual = found[entry.name], usual_settings[entry.name]
        if entry.name in READ:
            settings[entry.name] = READ[entry.name](value)
            continue
        if type(value) is not type(usual) and (type(usual), type(value)) != (float, int):
            wanted = "a text" if isinstance(usual, str) else "a number"
            raise Problem(f"The lab's {entry.name} must be {wanted}")
        low, high = LIMITS.get(entry.name, (0, MAX_NAME))
        if not low <= (len(value) if isinstance(value, str) else value) <= high:
            between = f"between {low:g} and {high:g}"
            said = f"have {between} characters" if isinstance(usual, str) else f"lie {between}"
            raise Problem(f"The lab's {entry.name} must {said}")
        if isinstance(value, str) and value != usual and value not in (known := choices()[entry.name]):
            told = f"The lab's {entry.name} is {_quoted(value)}, which does not exist"
            mend = f'In the file, set "{entry.name}" of "lab" to one of: {", ".join(known)}'
            raise Problem(told, hint=mend)
        settings[entry.name] = type(usual)(value)
    return Lab(**settings)


def _quoted(value: Any) -> str:
    """A word of a file in quotation marks; of one that cannot be printed only that it is there."""
    return f"'{cut(value)}'" if isinstance(value, str) and value.isprintable() else "something else"


def choices() -> Mapping[str, Collection[str]]:
    """What each of the lab's texts may be."""
    # they know the lab, and a file with the usual settings is opened without them
    from core.training.datasets import DATASETS
    from core.training.networks import ACTIVATIONS
    from core.training.optimizers import OPTIMIZERS
    from core.training.setup import NO_DATA

    return {
        "reduction": REDUCTIONS,
        "trains": ("network", "program"),
        "data": (*DATASETS, NO_DATA),
        "activation": ACTIVATIONS,
        "optimizer": OPTIMIZERS,
    }


def _hidden(value: Any) -> tuple[int, ...]:
    sizes = value if isinstance(value, list) else None
    if (
        sizes is None
        or len(sizes) > MAX_LAYERS
        or any(type(n) is not int or not 1 <= n <= MAX_UNITS for n in sizes)
    ):
        raise Problem(f"Hidden layers: up to {MAX_LAYERS} whole numbers from 1 to {MAX_UNITS}")
    return tuple(sizes)


def _roles(value: Any) -> dict[str, str]:
    from core.training.roles import CHOICES

    if not isinstance(value, dict) or len(value) > MOST_NAMES:
        raise Problem("The lab's roles must be a table of names")
    found = {name_from(name): role for name, role in value.items()}
    for name, role in found.items():
        if role not in CHOICES:
            raise Problem(
                f"The role of {cut(name)} is {_quoted(role)}, which does not exist",
                hint=f"In the file, set it to one of: {', '.join(CHOICES)}",
            )
    return found


# the settings that are not one number or text
READ: Mapping[str, Callable[[Any], Any]] = {"hidden": _hidden, "roles": _roles}
