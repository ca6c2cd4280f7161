"""Data of one's own: tables and their edits, CSV files, and both kept in a project."""

import json
import math

import numpy as np
import pytest
from msgspec.structs import replace

from core.base.errors import Problem
from core.data.csv_file import MISSING, MOST_ROWS, sheet_from
from core.data.datasets import DATASETS
from core.data.table import OWN, Table, table_from, table_of
from core.project.document import Document, dumps, loads
from core.training.settings import TrainingSettings
from core.training.setup import dataset_of, setup

PASSED = Table(
    ("hours", "lectures attended"),
    "result",
    ("failed", "passed"),
    ((1.0, 2.0, 0.0), (5.0, 4.0, 1.0), (2.5, 3.0, 0.0)),
    (),
)


# -- tables


def test_a_table_is_a_data_set_with_its_own_names():
    data = PASSED.dataset()
    assert (data.name, data.classes, data.class_names) == ("own", 2, ("failed", "passed"))
    assert data.feature_names == ("hours", "lectures attended") and data.target_name == "result"
    assert data.inputs.tolist() == [[1, 2], [5, 4], [2.5, 3]] and data.targets.tolist() == [0, 1, 0]
    assert np.array(data.extent) == pytest.approx(np.array([[0.6, 5.4], [1.8, 4.2]]))


@pytest.mark.parametrize("name", ["circle", "spiral3", "plane", "sine", "iris", "and"])
def test_a_drawn_set_becomes_a_table_and_the_same_set_again(name):
    data = DATASETS[name].make(3, 4 if name == "and" else 60)
    again = table_of(data).dataset()
    for part in ("inputs", "targets"):
        assert np.array_equal(getattr(again, part), getattr(data, part))
    assert again.classes == data.classes and again.feature_names == data.feature_names
    if data.extent:
        assert again.extent == data.extent


def test_a_standardised_set_becomes_a_table_of_what_was_given():
    data = DATASETS["iris"].make()
    assert np.array(table_of(data.standardised(np.arange(100))).rows) == pytest.approx(
        np.array(table_of(data).rows)
    )


def test_edits_are_other_tables():
    more = PASSED.with_row((3, 3, 1))
    assert len(PASSED) == 3 and more.rows[-1] == (3.0, 3.0, 1.0)
    assert more.without({0, 2}).rows == (PASSED.rows[1], (3.0, 3.0, 1.0))
    assert more.with_changed(1, (0, 0, 0)).rows == (PASSED.rows[0], (0.0, 0.0, 0.0), *more.rows[2:])
    assert PASSED.with_class_of(0, 1).rows[0] == (1.0, 2.0, 1.0)
    third = PASSED.with_class_of(0, 2)
    assert third.classes == ("failed", "passed", "2") and third.rows[0][-1] == 2
    assert PASSED.named(0, "days").features == ("days", "lectures attended")
    assert PASSED.named(2, "mark").target == "mark"
    assert PASSED.with_class_named(1, "good").classes == ("failed", "good")


def test_cells_are_typed():
    assert PASSED.with_cell(0, 1, " −3,5 ").rows[0] == (1.0, -3.5, 0.0)
    assert PASSED.with_cell(0, 2, "passed").rows[0] == (1.0, 2.0, 1.0)
    new = PASSED.with_cell(0, 2, "perhaps")
    assert new.classes[-1] == "perhaps" and new.rows[0][-1] == 2
    number = Table(("x",), "y", (), ((1.0, 2.0), (2.0, 3.0)))
    assert number.with_cell(1, 1, "4e2").rows[1] == (2.0, 400.0)


@pytest.mark.parametrize(
    ("attempt", "sentence"),
    [
        (lambda: PASSED.with_cell(0, 0, "many"), "cell of hours must be a number, not 'many'"),
        (lambda: PASSED.with_cell(0, 0, "inf"), "cell of hours must be a number up to 1e"),
        (lambda: PASSED.with_cell(0, 0, "1_0"), "cell of hours must be a number"),
        (lambda: PASSED.with_cell(0, 2, " "), "name of a class is a text of 1 to 60"),
        (lambda: PASSED.with_row((1, 2)), "A row has 3 cells, not 2"),
        (lambda: PASSED.with_row((1, 2, 7)), "class of a row is one of 2"),
        (lambda: PASSED.named(0, "result"), "There is a column result already"),
        (lambda: PASSED.with_class_named(0, "passed"), "There is a class passed already"),
        (lambda: Table().dataset(), "Your own data have no rows; at least two are needed"),
        (lambda: Table(rows=((1.0, 1.0, 0.0),)).dataset(), "Your own data have one row"),
        (lambda: table_from([]), "own data must be a table"),
        (lambda: table_from({"features": []}), "at least one feature"),
        (lambda: table_from({"features": ["a", "a"]}), "There is a column a already"),
        (lambda: table_from({"features": ["a"], "classes": ["1"], "target": "t"}), "two classes or none"),
        (lambda: table_from({"features": ["a"], "target": "a", "rows": []}), "There is a column a already"),
        (lambda: table_from({"features": ["a"], "target": "t", "rows": [[1]]}), "A row has 2 cells, not 1"),
        (lambda: table_from({"features": ["a"], "target": "t", "rows": [["1", 2]]}), "Row 0 of the project"),
        (lambda: table_from({"features": ["a"], "target": "t", "rows": [1]}), "list of up to 10,000 lists"),
        (
            lambda: table_from({"features": ["a"], "target": "t", "rows": [], "extent": [[2, 1]]}),
            "a lower and an upper end",
        ),
        (
            lambda: table_from({"features": ["a"], "target": "t", "rows": [], "extent": 3}),
            "a lower and an upper end",
        ),
    ],
)
def test_what_does_not_fit_is_said(attempt, sentence):
    with pytest.raises(Problem, match=sentence):
        attempt()


# -- in the settings and in a project


OWN_SETTINGS = TrainingSettings(data=OWN, own=PASSED, test_percent=0)


def test_own_data_are_trained_on():
    made = setup(OWN_SETTINGS, "", {})
    assert made.dataset.feature_names == PASSED.features and len(made.examples) == 3
    trainer = made.trainer()
    before = trainer.record().train_loss
    trainer.step(20)
    assert trainer.record().train_loss < before


def test_a_project_keeps_the_table_the_formula_and_how_the_data_are_prepared():
    settings = replace(OWN_SETTINGS, formula="y = x^2", standardise=True, stratified=False)
    again = loads(dumps(Document("x", training=settings)))
    assert again.training == settings
    assert loads(dumps(Document("x"))).training.own is None


def test_projects_of_before_part_their_examples_without_regard_to_classes():
    plain = json.loads(dumps(Document("x")))
    del plain["lab"]["stratified"]
    assert loads(json.dumps(plain | {"version": 7})).training.stratified is False
    assert loads(json.dumps(plain)).training.stratified is True


def test_standardised_data_have_mean_0_over_what_the_trainer_trains_on():
    settings = TrainingSettings(data="iris", samples=150, standardise=True, hidden=())
    made = setup(settings, "", {})
    trainer = made.trainer()
    rows = trainer.train_data.rows
    assert len(rows) == 120 and np.bincount(made.dataset.targets[rows]).tolist() == [40, 40, 40]
    assert made.dataset.inputs[rows].mean(axis=0) == pytest.approx(0, abs=1e-12)
    assert abs(made.dataset.inputs.mean(axis=0)).max() > 1e-3
    whole = dataset_of(replace(settings, test_percent=0))
    assert whole.inputs.mean(axis=0) == pytest.approx(0, abs=1e-12)


def test_a_truth_table_is_learned_whole():
    made = setup(TrainingSettings(data="and", samples=4, test_percent=20), "", {})
    assert made.options.test_fraction == 0 and len(made.trainer().train_data) == 4


def test_data_are_drawn_by_the_formula_of_the_settings():
    data = dataset_of(TrainingSettings(data="function", formula="y = 2x", noise=0.0))
    assert data.targets == pytest.approx(2 * data.inputs[:, 0])


# -- CSV files


def test_a_file_with_semicolons_and_decimal_commas():
    sheet = sheet_from(b"hours;lectures;result\n1,5;2;failed\n2;4;passed\n\n1.000,5;1;failed\n")
    assert (sheet.separator, sheet.decimal_comma, sheet.header) == (";", True, True)
    assert sheet.said == (
        "3 rows of 3 columns, semicolons between them, decimal commas; the first line names the columns"
    )
    assert (sheet.likely_target, sheet.likely_features) == (2, (0, 1))
    table = sheet.table(sheet.likely_features, sheet.likely_target)
    assert table.titles == ("hours", "lectures", "result") and table.classes == ("failed", "passed")
    assert table.rows == ((1.5, 2.0, 0.0), (2.0, 4.0, 1.0), (1000.5, 1.0, 0.0))


@pytest.mark.parametrize(
    ("text", "separator"),
    [
        ("1,2,3\n4,5,6", ","),
        ("1\t2\t3\n4\t5\t6", "\t"),
        ("1|2|3\n4|5|6", "|"),
        ("1  2 3\n 4 5   6 ", " "),
        ("1;2,5;3\n4;5;6", ";"),
    ],
)
def test_separators_are_found(text, separator):
    sheet = sheet_from(text.encode())
    assert sheet.separator == separator and not sheet.header and len(sheet.columns) == 3
    assert [column.name for column in sheet.columns] == ["x1", "x2", "x3"]
    assert sheet.columns[2].numbers == (3.0, 6.0)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings_and_marks(encoding):
    sheet = sheet_from("größe,art\r\n1,klein\r\n2,groß\r\n".encode(encoding))
    assert [column.name for column in sheet.columns] == ["größe", "art"]
    assert sheet.table((0,), 1).classes == ("klein", "groß")


def test_quoted_cells_hold_separators_quotes_and_lines():
    sheet = sheet_from(b'"a, b",c\n1,"x ""y"", z"\n2,"two\nlines"\n3,w\n')
    assert sheet.columns[0].name == "a, b"
    assert sheet.columns[1].words == ('x "y", z', "two\nlines", "w")
    assert sheet.lines == (2, 3, 5)


def test_a_header_is_found_or_said():
    words = b"red,yes\ngreen,no\nred,no\n"
    assert not sheet_from(words).header
    assert sheet_from(words, header=True).header and len(sheet_from(words, header=True).rows) == 2
    assert sheet_from(b"colour,answer\nred,yes\ngreen,no\nred,no\n").header
    assert [c.name for c in sheet_from(b"a,a,\n1,2,3\n").columns] == ["a", "a'", "x3"]


def test_classes_may_be_numbers_and_are_in_their_order():
    sheet = sheet_from(b"x,digit\n0.5,7\n0.25,3\n1,7\n")
    table = sheet.table((0,), 1)
    assert table.classes == ("3", "7") and [row[-1] for row in table.rows] == [1, 0, 1]
    number = sheet.table((0,), 1, as_classes=False)
    assert number.classes == () and [row[-1] for row in number.rows] == [7, 3, 7]


def test_missing_cells_are_named_with_their_place_or_left_out():
    sheet = sheet_from(b"a,b,t\n1,,0\n2,5,1\nNA,6,1\n4,7,0\n5,8,?\n")
    assert sheet.missing((0, 1, 2)) == ((2, "b"), (4, "a"), (6, "t"))
    with pytest.raises(Problem, match="3 cells are missing: b in line 2, a in line 4, t in line 6"):
        sheet.table((0, 1), 2)
    with pytest.raises(Problem, match=r"A cell is missing: b in line 2\. Leave"):
        sheet_from(b"a,b,t\n1,,0\n2,5,1\n").table((0, 1), 2)
    assert sheet.table((0, 1), 2, leave_out=True).rows == ((2.0, 5.0, 1.0), (4.0, 7.0, 0.0))
    assert len(sheet.table((1,), 0, as_classes=False, leave_out=True)) == 3
    for word in MISSING:
        cell = sheet_from(f"a;b\n1;{word}\n2;3\n".encode()).columns[1]
        assert math.isnan(cell.numbers[0]), word


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "The file is empty"),
        (b" \n \n", "The file is empty"),
        (b"\x00\x01\x02\x03", "This is no text file"),
        (b"1,2\n3\n", "Line 2 has 1 cell, and line 1 has 2"),
        (b"a,b\n1,2\n\n3,4,5\n", "Line 4 has 3 cells, and line 1 has 2"),
        (b"1\n2\n", "has one column"),
        (b"a,b\n", "^The file has one row|no rows below"),
        (b'a,b\n1,"2\n', "Line 2 cannot be read: a quotation mark is not closed"),
        (b'a,b\n1,"2"3\n', "Line 2 cannot be read"),
        (b"1,2\n" * (MOST_ROWS + 1), "The file has 10,001 rows; the limit is 10,000"),
        (b"1," * 1025 + b"1\n", "has 1,026 columns; the limit is 1,025"),
        (b"x" * 20_000_001, "larger than 20 MB"),
        (b"a," + b"x" * 200_000 + b"\n", "Line 1 cannot be read"),
    ],
)
def test_files_that_cannot_be_read_are_refused_in_a_sentence(data, sentence):
    with pytest.raises(Problem, match=sentence):
        sheet_from(data, header=True if data == b"a,b\n" else None)


IRISES = b"length,width,species\n1,2,a\n3,4,b\n5,x,b\n"


@pytest.mark.parametrize(
    ("features", "target", "classes", "sentence"),
    [
        ((), 2, None, "No column is chosen"),
        ((0,), 0, None, "length is a feature and the target"),
        ((1,), 2, None, "width is no feature: 'x' in line 4 is no number"),
        ((0,), 2, False, "species holds no numbers: 'a' in line 2"),
    ],
)
def test_choices_that_do_not_fit_are_refused_in_a_sentence(features, target, classes, sentence):
    with pytest.raises(Problem, match=sentence):
        sheet_from(IRISES).table(features, target, classes)


def test_a_target_of_one_class_is_refused():
    with pytest.raises(Problem, match="y has only one class"):
        sheet_from(b"x,y\n1,a\n2,a\n").table((0,), 1, as_classes=True)
    with pytest.raises(Problem, match="more than 100 classes"):
        text = "x,y\n" + "".join(f"{k},w{k}\n" for k in range(200))
        sheet_from(text.encode()).table((0,), 1, as_classes=True)
