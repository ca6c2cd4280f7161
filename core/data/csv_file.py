"""Tables read from CSV files: first a sheet of cells, to be looked at, then a table of the columns chosen.

sheet_from     the bytes of a file -> Sheet: its columns, what is in them, which cells are missing
Sheet.table    the chosen columns -> Table
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence

from msgspec import Struct

from core.base.errors import Problem, cut
from core.data.table import LARGEST, LONGEST_NAME, MOST_CLASSES, MOST_FEATURES, MOST_ROWS, Table

MOST_BYTES = 20_000_000
SEPARATORS = {";": "semicolons", "\t": "tabs", ",": "commas", "|": "vertical bars", " ": "spaces"}
MISSING = frozenset({"", "?", "na", "n/a", "nan", "null", "none", "-", "."})
LOOKED_AT = 50  # lines by which the separator is found
FEW = 10  # different whole numbers of a column that are taken for classes
MOST_LISTED = 3


class Column(Struct, frozen=True):
    """A column: its name, its cells as numbers where all are, and the lines where one is missing.

    words     different cells in their order, of numbers from the least; cut after MOST_CLASSES
    numbers   its numbers, nan where one is missing; () where some cell is no number
    """

    name: str
    words: tuple[str, ...]
    numbers: tuple[float, ...] = ()
    missing: tuple[int, ...] = ()
    first_word: str = ""  # that is no number, with its place

    @property
    def is_number(self) -> bool:
        """Whether all its cells are numbers."""
        return bool(self.numbers)

    @property
    def is_class(self) -> bool:
        """Whether it is rather a class than a number: words, or few different whole numbers."""
        few = len(self.words) <= FEW and all(math.isnan(x) or x == int(x) for x in self.numbers)
        return 2 <= len(self.words) <= MOST_CLASSES and (not self.numbers or few)


class Sheet(Struct, frozen=True):
    """The cells of a file, with what was found of its form.

    rows      the cells below the header, as they stand
    lines     the line of the file in which each row stands, from 1
    """

    separator: str
    decimal_comma: bool
    header: bool
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]

    @property
    def said(self) -> str:
        """What was found, in one sentence."""
        header = "the first line names the columns" if self.header else "no line names the columns"
        comma = ", decimal commas" if self.decimal_comma else ""
        return (
            f"{len(self.rows):,} rows of {len(self.columns)} columns, {SEPARATORS[self.separator]} between"
            f" them{comma}; {header}"
        )

    @property
    def likely_target(self) -> int:
        """The column that is most likely the target: the last of words or classes, else the last."""
        count = len(self.columns)
        words = [k for k in range(count) if not self.columns[k].is_number and self.columns[k].is_class]
        classes = [count - 1] if self.columns[-1].is_class else []
        return [count - 1, *classes, *words][-1]

    @property
    def likely_features(self) -> tuple[int, ...]:
        """The columns that are most likely features: all of numbers beside the target."""
        target = self.likely_target
        return tuple(k for k, one in enumerate(self.columns) if one.is_number and k != target)

    def missing(self, chosen: Sequence[int]) -> tuple[tuple[int, str], ...]:
        """The line and the column's name of every cell that is missing in the chosen columns."""
        found = [(line, self.columns[k].name) for k in chosen for line in self.columns[k].missing]
        return tuple(sorted(found))

    def table(
        self,
        features: Sequence[int],
        target: int,
        as_classes: bool | None = None,
        leave_out: bool = False,
    ) -> Table:
        """The table of the chosen columns.

        Args:
            features: the numbers of their columns, from 0.
            target: the number of its column.
            as_classes: whether the target tells classes; None for what suits the column.
            leave_out: leave out rows in which a chosen cell is missing.

        Returns:
            A table of their numbers; classes in their order, numbers from the least.

        Raises:
            Problem: a cell is missing or no number, or there are not two classes.
        """
        self._check_columns(features, target)
        chosen = [*features, target]
        missing = self.missing(chosen)
        if missing and not leave_out:
            listed = ", ".join(f"{name} in line {line}" for line, name in missing[:MOST_LISTED])
            more = f" and {len(missing) - MOST_LISTED:,} more" if len(missing) > MOST_LISTED else ""
            raise Problem(
                f"A cell is missing: {listed}{more}"
                if len(missing) == 1
                else f"{len(missing):,} cells are missing: {listed}{more}",
                hint="Leave out the rows with missing cells, or another column",
            )
        last = self.columns[target]
        by_class = last.is_class if as_classes is None else as_classes
        gone = {line for line, _ in missing}
        kept = [k for k, line in enumerate(self.lines) if line not in gone]
        labels = [self._cell(k, target) for k in kept]
        classes = tuple(word for word in last.words if word in {*labels}) if by_class else ()
        self._check_target(last, by_class, classes)
        if len(kept) < 2:
            raise Problem(f"{['No row is', 'One row is'][len(kept)]} left; at least two are needed")
        place = {word: float(k) for k, word in enumerate(classes)}
        numbers = [self.columns[k].numbers for k in features]
        goals = [place[word] for word in labels] if by_class else [last.numbers[k] for k in kept]
        rows = [(*[column[k] for column in numbers], goal) for k, goal in zip(kept, goals, strict=True)]
        names = tuple(self.columns[k].name for k in features)
        return Table(names, last.name, tuple(word[:LONGEST_NAME] for word in classes), tuple(rows), ())

    def _check_columns(self, features: Sequence[int], target: int) -> None:
        if not features:
            raise Problem("No column is chosen as a feature", hint="Choose at least one column of numbers")
        if target in features:
            name = self.columns[target].name
            raise Problem(f"The column {name} is a feature and the target", hint="Choose another target")
        for k in features:
            if not (column := self.columns[k]).is_number:
                raise Problem(
                    f"The column {column.name} is no feature: {column.first_word} is no number",
                    hint="Leave the column out, or choose it as the target",
                )

    def _check_target(self, column: Column, by_class: bool, classes: tuple[str, ...]) -> None:
        if not by_class and not column.is_number:
            raise Problem(
                f"The column {column.name} holds no numbers: {column.first_word}",
                hint="Take it as classes, or choose another target",
            )
        if by_class and len(column.words) > MOST_CLASSES:
            raise Problem(
                f"The column {column.name} has more than {MOST_CLASSES} classes",
                hint="Take it as a number, or choose another target",
            )
        if by_class and len(classes) < 2:
            raise Problem(
                f"The column {column.name} has only one class", hint="Choose a target with at least two"
            )

    def _cell(self, row: int, column: int) -> str:
        cell = self.rows[row][column]
        number = _number(cell, self.decimal_comma)
        return cell if number is None or math.isnan(number) else f"{number:g}"


def sheet_from(data: bytes, header: bool | None = None) -> Sheet:
    """Read the cells of a CSV file.

    Args:
        data: the file; UTF-8 or UTF-16 with or without a byte order mark, else Windows-1252.
        header: whether the first line names the columns; None to find out.

    Returns:
        Its cells, with what was found of its form: separator, decimal comma, header.

    Raises:
        Problem: it is no such file, in one sentence with the line.
    """
    text = _text(data)
    if not text.strip():
        raise Problem("The file is empty", hint="Open one with a line for each example")
    separator = _separator(text)
    cells = _cells(text, separator)
    comma = separator != "," and _has_decimal_commas([row for _, row in cells])
    width = len(cells[0][1])
    for line, row in cells:
        if len(row) != width:
            raise Problem(
                f"Line {line} has {_counted(len(row), 'cell')}, and line {cells[0][0]} has {width}",
                hint="Give each line as many cells; put one that holds the separator in quotation marks",
            )
    if width < 2:
        raise Problem(
            "The file has one column; a feature and a target are needed",
            hint="Separate the cells by commas, semicolons or tabs",
        )
    if width > MOST_FEATURES + 1:
        raise Problem(f"The file has {width:,} columns; the limit is {MOST_FEATURES + 1:,}")
    if header is None:
        header = _looks_like_header([row for _, row in cells], comma)
    body = cells[header:]
    if not body:
        raise Problem("The file has no rows below its header", hint="Add a line for each example")
    if len(body) > MOST_ROWS:
        raise Problem(
            f"The file has {len(body):,} rows; the limit is {MOST_ROWS:,}", hint="Save fewer rows of it"
        )
    names = _column_names(cells[0][1] if header else [""] * width)
    lines, rows = tuple(line for line, _ in body), tuple(tuple(row) for _, row in body)
    columns = tuple(_column(name, k, rows, lines, comma) for k, name in enumerate(names))
    return Sheet(separator, comma, header, columns, rows, lines)


def _text(data: bytes) -> str:
    if len(data) > MOST_BYTES:
        raise Problem(f"The file is larger than {MOST_BYTES // 1_000_000} MB", hint="Save fewer rows of it")
    marked = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "cp1252"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise Problem("This is no text file", hint="Save the table as CSV, and open that")


def _separator(text: str) -> str:
    """The separator that gives the most lines the same number of cells, and more than one."""
    lines = [line for line in text.splitlines() if line.strip()][:LOOKED_AT]
    best, how_good = ",", (0.0, 0)
    for separator in SEPARATORS:
        try:
            found = [len(row) for _, row in _parsed("\n".join(lines), separator)]
        except Problem:
            continue
        usual = max(set(found), key=found.count, default=0)
        goodness = (found.count(usual) / len(found) if usual > 1 else 0.0, usual if separator == "," else 0)
        if goodness[0] > how_good[0]:
            best, how_good = separator, goodness
    return best


def _cells(text: str, separator: str) -> list[tuple[int, list[str]]]:
    """The rows with the lines they begin in; lines without any cell are left out."""
    return [(line, row) for line, row in _parsed(text, separator) if any(row)]


def _parsed(text: str, separator: str) -> list[tuple[int, list[str]]]:
    found, line = [], 1
    spaced = separator == " "
    source = "\n".join(" ".join(part.split()) for part in text.splitlines()) if spaced else text
    reader = csv.reader(
        io.StringIO(source, newline=""), delimiter=separator, strict=True, skipinitialspace=True
    )
    try:
        for row in reader:
            found.append((line, [cell.strip() for cell in row]))
            line = reader.line_num + 1
    except csv.Error as error:
        said = "a quotation mark is not closed" if "unexpected end" in str(error) else str(error)
        raise Problem(
            f"Line {line} cannot be read: {said}", hint="Write a quotation mark within a cell twice"
        ) from None
    return found


def _has_decimal_commas(rows: Sequence[Sequence[str]]) -> bool:
    """Whether some cells are numbers only with a comma in the place of the point."""
    return any(
        "," in cell and _number(cell, False) is None and _number(cell, True) is not None
        for row in rows
        for cell in row
    )


def _number(cell: str, comma: bool) -> float | None:
    """The number of a cell, nan where it is missing, None where it is neither."""
    if cell.lower() in MISSING:
        return math.nan
    text = cell.replace("−", "-")
    if comma:
        text = text.replace(".", "").replace(",", ".") if "," in text else text
    if not text.isascii() or "_" in text:
        return None
    try:
        found = float(text)
    except ValueError:
        return None
    return found if abs(found) <= LARGEST else None


def _looks_like_header(rows: Sequence[Sequence[str]], comma: bool) -> bool:
    """Whether the first row is words above numbers, or differs from all words below it."""
    first, below = rows[0], rows[1:]
    if not below or any(_number(cell, comma) is not None and cell for cell in first):
        return False
    numeric = [
        all(_number(row[k], comma) is not None for row in below if k < len(row)) for k in range(len(first))
    ]
    if any(numeric):
        return True
    return all(first[k] not in {row[k] for row in below if k < len(row)} for k in range(len(first)))


def _column_names(cells: Sequence[str]) -> list[str]:
    """Names for all columns, each another: x1, x2, … where there is none."""
    found: list[str] = []
    for k, cell in enumerate(cells):
        name = "".join(c for c in cell if c.isprintable())[:LONGEST_NAME].strip() or f"x{k + 1}"
        while name in found:
            name = f"{name[: LONGEST_NAME - 2]}'"
        found.append(name)
    return found


def _column(name: str, k: int, rows: Sequence[Sequence[str]], lines: Sequence[int], comma: bool) -> Column:
    cells = [row[k] for row in rows]
    numbers = [_number(cell, comma) for cell in cells]
    missing = tuple(line for line, x in zip(lines, numbers, strict=True) if x is not None and math.isnan(x))
    word = next((place for place, x in enumerate(numbers) if x is None), None)
    if word is None and len(missing) < len(cells):
        values = sorted({x for x in numbers if x is not None and not math.isnan(x)})
        words = tuple(f"{x:g}" for x in values[: MOST_CLASSES + 1])
        return Column(name, words, tuple(math.nan if x is None else x for x in numbers), missing)
    present = [c for c in dict.fromkeys(cells) if c.lower() not in MISSING]
    words = tuple(present[: MOST_CLASSES + 1])
    first = "" if word is None else f"'{cut(cells[word])}' in line {lines[word]}"
    return Column(name, words, (), missing, first or "nothing")


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
