"""How far a training has come, as it stands in a project's file: numbers to the last bit.

plain_run   the state of a training as plain data for JSON
run_from    the state of what was read; all of it is checked
"""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from msgspec.structs import astuple

from core.base.arrays import MAX_ENTRIES, MAX_RANK, Value, frozen
from core.base.errors import Problem, cut
from core.graph.json_values import MOST_NAMES, name_from, plain_value, value_from
from core.training.optimizers import OPTIMIZERS
from core.training.reached import Reached
from core.training.records import Change, Record
from core.training.settings import SETTINGS, USUAL
from core.training.stopping import Watched
from core.training.trainer import MOST_RECORDS

NUMBERS = np.dtype("<f8")
MOST_CHANGES = 10_000
MOST = 10**12  # updates


def plain_run(reached: Reached) -> dict[str, Any]:
    """The state of a training as plain data."""
    watched = reached.watched
    return {
        "updates": reached.updates,
        "epoch": reached.epoch,
        "place": reached.place,
        "values": _plain_table(reached.values),
        "start": _plain_table(reached.start),
        "optimizer": reached.optimizer,
        "optimizer_updates": reached.optimizer_updates,
        "memory": {letter: _plain_table(table) for letter, table in reached.memory.items()},
        "records": [
            [None if number is None else plain_value(float(number)) for number in astuple(record)]
            for record in reached.records
        ],
        "every": reached.every,
        "watched": [plain_value(watched.best), watched.best_epoch, plain_value(watched.last)],
        "changes": [[one.step, one.setting, one.before, one.after] for one in reached.changes],
    }


def run_from(plain: Any) -> Reached:
    """The state of a training from JSON. Raises Problem with a sentence for anything that is none."""
    if not isinstance(plain, dict):
        raise Problem("The project's run must be a table")
    optimizer = plain.get("optimizer")
    if optimizer not in OPTIMIZERS:
        raise Problem(f"The run's optimizer must be one of {', '.join(OPTIMIZERS)}")
    values, start = (_table(plain.get(part), part) for part in ("values", "start"))
    if values.keys() != start.keys() or not _same_shapes(values, start):
        raise Problem("The run's values and its start must have the same names and shapes")
    memory = _memory(plain.get("memory"), values)
    best, best_epoch, last = _listed(plain.get("watched"), "watched", 3)
    records = tuple(map(_record, _listed(plain.get("records"), "records", most=MOST_RECORDS + 1)))
    if not records:
        raise Problem("The run has no records")
    return Reached(
        _whole(plain.get("updates"), "updates"),
        _whole(plain.get("epoch"), "epoch"),
        _whole(plain.get("place"), "place"),
        values,
        start,
        optimizer,
        _whole(plain.get("optimizer_updates"), "optimizer_updates"),
        memory,
        records,
        max(1, _whole(plain.get("every"), "every")),
        Watched(_number(best, "watched"), _whole(best_epoch, "watched"), _number(last, "watched")),
        tuple(map(_change, _listed(plain.get("changes"), "changes", most=MOST_CHANGES))),
    )


def _plain_table(table: Mapping[str, Value]) -> dict[str, Any]:
    return {name: _plain(value) for name, value in table.items()}


def _plain(value: Value) -> Any:
    """A number as it is, an array by its shape and its bytes."""
    if isinstance(value, float):
        return plain_value(value)
    data = base64.b64encode(np.ascontiguousarray(value, NUMBERS).tobytes()).decode()
    return {"shape": list(np.shape(value)), "float64": data}


def _table(plain: Any, what: str) -> dict[str, Value]:
    if not isinstance(plain, dict) or len(plain) > MOST_NAMES:
        raise Problem(f"The run's {what} must be a table of names")
    return {name_from(name): _value(one, name) for name, one in plain.items()}


def _value(plain: Any, name: str) -> Value:
    if not isinstance(plain, dict):
        return value_from(plain, cut(name))
    shape, data = plain.get("shape"), plain.get("float64")
    fits = isinstance(shape, list) and len(shape) <= MAX_RANK and isinstance(data, str)
    if not (shape and fits) or any(type(n) is not int or not 0 < n <= MAX_ENTRIES for n in shape):
        raise Problem(f"The run's shape of {cut(name)} must be a list of whole numbers")
    try:
        found = np.frombuffer(base64.b64decode(str(data), validate=True), NUMBERS)
        return frozen(found.reshape(shape).astype(float))
    except (ValueError, binascii.Error):
        raise Problem(f"The run's numbers of {cut(name)} do not fill its shape") from None


def _memory(plain: Any, values: Mapping[str, Value]) -> dict[str, dict[str, Value]]:
    if not isinstance(plain, dict) or len(plain) > len(OPTIMIZERS):
        raise Problem("The run's memory must be a table of letters")
    found = {letter: _table(table, "memory") for letter, table in plain.items()}
    for table in found.values():
        if not table.keys() <= values.keys() or not _same_shapes(table, values):
            raise Problem("The run's memory must have the names and shapes of its values")
    return found


def _same_shapes(one: Mapping[str, Value], other: Mapping[str, Value]) -> bool:
    return all(np.shape(value) == np.shape(other[name]) for name, value in one.items())


def _listed(plain: Any, what: str, count: int | None = None, most: int = 0) -> list[Any]:
    if not isinstance(plain, list) or (len(plain) != count if count else len(plain) > most):
        raise Problem(f"The run's {what} must be a list")
    return plain


def _whole(plain: Any, what: str) -> int:
    if type(plain) is not int or not 0 <= plain <= MOST:
        raise Problem(f"The run's {what} must be a whole number of 0 or more")
    return plain


def _number(plain: Any, what: str) -> float:
    found = value_from(plain, f"the run's {what}")
    if not isinstance(found, float) or math.isnan(found):
        raise Problem(f"The run's {what} must be a number")
    return found


def _record(plain: Any) -> Record:
    step, epoch, loss, *others, penalty = _listed(plain, "records", len(Record.__struct_fields__))
    test_loss, accuracy, test_accuracy = (None if one is None else _number(one, "records") for one in others)
    return Record(
        _whole(step, "records"),
        _whole(epoch, "records"),
        _number(loss, "records"),
        test_loss,
        accuracy,
        test_accuracy,
        _number(penalty, "records"),
    )


def _change(plain: Any) -> Change:
    step, setting, before, after = _listed(plain, "changes", 4)
    kind = type(getattr(USUAL, setting)) if isinstance(setting, str) and setting in SETTINGS else None
    if kind not in (str, float, int, bool) or not (_is(before, kind) and _is(after, kind)):
        raise Problem("The run's changes must be updates, settings, and what these were before and after")
    return Change(_whole(step, "changes"), setting, before, after)


def _is(plain: Any, kind: type) -> bool:
    return type(plain) is kind or (kind is float and type(plain) is int)
