"""Data of one's own: rows with names for their columns and classes, each edit of which is another table.

Table         the rows as they stand, and what their columns and classes are called
table_of      a data set that was drawn -> the table of it, to be edited
table_from    the same from a project file, all of it checked
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from core.base.errors import Problem, cut
from core.data.examples import Dataset, Range, with_room

OWN = "own"  # chosen in the place of a data set
MOST_ROWS, MOST_FEATURES, MOST_CLASSES = 10_000, 1_024, 100
LONGEST_NAME = 60  # characters of what a column or a class is called
LARGEST = 1e12
Row = tuple[float, ...]


class Table(Struct, frozen=True, dict=True):
    """Rows of numbers: the features, then the target, which of a classification is the number of its class.

    `classes` is empty where the target is any number; `target` is what its column is called. `extent` is
    where points in the plane are put; empty for what the rows need.
    """

    features: tuple[str, ...] = ("x1", "x2")
    target: str = "class"
    classes: tuple[str, ...] = ("0", "1")
    rows: tuple[Row, ...] = ()
    extent: tuple[Range, ...] = ((-6.0, 6.0), (-6.0, 6.0))

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def titles(self) -> tuple[str, ...]:
        """What the columns are called, the target's the last."""
        return (*self.features, self.target)

    @cached_property
    def plane(self) -> tuple[Range, ...]:
        """The ranges of all features: the table's own, widened to hold every row."""
        columns = list(zip(*self.rows, strict=True)) or [()] * len(self.features)
        found = []
        for k in range(len(self.features)):
            usual = self.extent[k] if self.extent else ()
            low, high = min((*usual, *columns[k]), default=-6.0), max((*usual, *columns[k]), default=6.0)
            wide = with_room(low, high)
            found.append((low if low in usual[:1] else wide[0], high if high in usual[1:] else wide[1]))
        return tuple(found)

    @cached_property
    def goals(self) -> Range:
        """The range of the target, with some room on both sides."""
        found = [row[-1] for row in self.rows] or [-1.0, 1.0]
        return with_room(min(found), max(found))

    def dataset(self) -> Dataset:
        """The rows as examples. Raises Problem where there are too few to learn from."""
        if len(self.rows) < 2:
            raise Problem(
                f"Your own data have {['no rows', 'one row'][len(self.rows)]}; at least two are needed",
                hint="Add points in the plane, type rows, or open a CSV file",
            )
        numbers = np.array(self.rows)
        return Dataset(
            OWN,
            "Own data",
            numbers[:, :-1],
            numbers[:, -1],
            len(self.classes),
            self.features,
            None,
            "of your own",
            self.classes,
            self.plane,
            target_name=self.target,
        )

    # -- edits

    def with_row(self, row: Sequence[float]) -> Table:
        """The table with one more row. Raises Problem where it is full or the row does not fit."""
        if len(self.rows) >= MOST_ROWS:
            raise Problem(f"The table has {MOST_ROWS:,} rows, which is the limit")
        return replace(self, rows=(*self.rows, self._fitting(row)))

    def with_changed(self, number: int, row: Sequence[float]) -> Table:
        """The table with another row in the place of one."""
        return replace(self, rows=(*self.rows[:number], self._fitting(row), *self.rows[number + 1 :]))

    def with_cell(self, number: int, column: int, typed: str) -> Table:
        """The table with a cell as it was typed: a number, or in the target's column a class by its name.

        A class with a new name is added. Raises Problem for anything else.
        """
        row = list(self.rows[number])
        found = self
        if column == len(self.features) and self.classes:
            found, row[column] = self._with_class(typed)
        else:
            row[column] = _number(typed, self.titles[column])
        return found.with_changed(number, row)

    def with_class_of(self, number: int, label: int) -> Table:
        """The table with another class of a row; the one after the last is added."""
        found = self
        if label == len(self.classes):
            found, _ = self._with_class(str(label))
        return found.with_changed(number, (*self.rows[number][:-1], label))

    def without(self, numbers: Collection[int]) -> Table:
        """The table without some of its rows."""
        return replace(self, rows=tuple(row for k, row in enumerate(self.rows) if k not in numbers))

    def named(self, column: int, name: str) -> Table:
        """The table with another name of a column, the last of which is the target's. Raises Problem."""
        titles = list(self.titles)
        titles[column] = _name(name, [*titles[:column], *titles[column + 1 :]], "column")
        return replace(self, features=tuple(titles[:-1]), target=titles[-1])

    def with_class_named(self, label: int, name: str) -> Table:
        """The table with another name of a class. Raises Problem."""
        classes = list(self.classes)
        classes[label] = _name(name, [*classes[:label], *classes[label + 1 :]], "class")
        return replace(self, classes=tuple(classes))

    def _with_class(self, typed: str) -> tuple[Table, int]:
        if typed.strip() in self.classes:
            return self, self.classes.index(typed.strip())
        if len(self.classes) >= MOST_CLASSES:
            raise Problem(f"There are {MOST_CLASSES} classes, which is the limit")
        return replace(self, classes=(*self.classes, _name(typed, (), "class"))), len(self.classes)

    def _fitting(self, row: Sequence[float]) -> Row:
        if len(row) != len(self.features) + 1:
            raise Problem(f"A row has {len(self.features) + 1} cells, not {len(row)}")
        found = tuple(map(float, row))
        for number, title in zip(found, self.titles, strict=True):
            if not abs(number) <= LARGEST:
                raise Problem(f"The cell of {title} must be a number up to {LARGEST:g}")
        if self.classes and found[-1] not in range(len(self.classes)):
            raise Problem(f"The class of a row is one of {len(self.classes)}, counted from 0")
        return found


def table_of(dataset: Dataset) -> Table:
    """The table of a data set that was drawn, its inputs as they were given."""
    rows = np.column_stack([dataset.as_given, dataset.targets]).tolist()
    target = "class" if dataset.classes else dataset.target_name
    extent = dataset.extent if not dataset.scaling else ()
    classes = dataset.class_names if dataset.classes else ()
    return Table(dataset.feature_names, target, classes, tuple(map(tuple, rows)), extent)


def table_from(plain: Any) -> Table | None:
    """The table of a project file, or None where it has none. Raises Problem."""
    if plain is None:
        return None
    if not isinstance(plain, dict):
        raise Problem("The project's own data must be a table")
    features, classes = (_names(plain, part, most) for part, most in PARTS)
    target, rows, extent = plain.get("target"), plain.get("rows"), plain.get("extent", [])
    if not features or len(classes) == 1:
        raise Problem("The project's own data need at least one feature, and two classes or none")
    _name(target, features, "column")
    if not isinstance(rows, list) or len(rows) > MOST_ROWS or not all(isinstance(r, list) for r in rows):
        raise Problem(f"The rows of the project's own data must be a list of up to {MOST_ROWS:,} lists")
    ranges: list[Any] = extent if isinstance(extent, list) else [None]
    if ranges and (len(ranges) != len(features) or not all(map(_is_range, ranges))):
        raise Problem(
            "The extent of the project's own data must be a lower and an upper end for each feature"
        )
    table = Table(features, str(target), classes, (), tuple((float(a), float(b)) for a, b in ranges))
    for number, row in enumerate(rows):
        if not all(_is_number(cell) for cell in row):
            raise Problem(f"Row {number} of the project's own data must be numbers")
    return replace(table, rows=tuple(table._fitting(row) for row in rows))


PARTS = (("features", MOST_FEATURES), ("classes", MOST_CLASSES))


def _names(plain: dict[str, Any], part: str, most: int) -> tuple[str, ...]:
    names = plain.get(part, [])
    if not isinstance(names, list) or len(names) > most:
        raise Problem(f"The {part} of the project's own data must be a list of up to {most:,} names")
    for number, name in enumerate(names):
        _name(name, names[:number], "column" if part == "features" else "class")
    return tuple(names)


def _name(typed: Any, others: Sequence[str], what: str) -> str:
    """A name that is typed or found in a file, if it can be one."""
    name = typed.strip() if isinstance(typed, str) else ""
    if not name or not name.isprintable() or len(name) > LONGEST_NAME:
        raise Problem(f"The name of a {what} is a text of 1 to {LONGEST_NAME} characters")
    if name in others:
        raise Problem(f"There is a {what} {cut(name)} already")
    return name


def _number(typed: str, title: str) -> float:
    """A number as it is typed into a cell, with a point or a comma."""
    text = typed.strip().replace("−", "-").replace(",", ".")
    try:
        return float(text) if text.isascii() and "_" not in text else math.nan
    except ValueError:
        raise Problem(f"The cell of {title} must be a number, not '{cut(typed)}'") from None


def _is_number(cell: Any) -> bool:
    return type(cell) in (int, float)


def _is_range(pair: Any) -> bool:
    return (
        isinstance(pair, list)
        and len(pair) == 2
        and all(map(_is_number, pair))
        and -LARGEST <= pair[0] < pair[1] <= LARGEST
    )
