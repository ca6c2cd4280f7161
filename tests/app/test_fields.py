"""Fields for numbers: what they take, what they say, and what they keep."""

import pytest
from PySide6.QtCore import QLocale, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolTip, QVBoxLayout, QWidget

from app.fields import NumberField

# the offscreen platform says so for every tooltip
pytestmark = pytest.mark.qt_log_ignore("does not support raise")


@pytest.fixture
def fields(qtbot):
    """A field for whole numbers, one with two decimals, and one with a word before its number."""
    QLocale.setDefault(QLocale.c())
    form = QWidget()
    box = QVBoxLayout(form)
    form.batch, form.noise, form.sample = NumberField(1, 5000), NumberField(0, 0.5, 2), NumberField(0, 99)
    form.decay = NumberField(0, 10, 4)
    form.sample.setPrefix("sample ")
    for name in ("batch", "noise", "sample", "decay"):
        field = getattr(form, name)
        field.setAccessibleName(name.title())
        field.setKeyboardTracking(False)
        field.setValue(0.25 if name == "noise" else 7)
        box.addWidget(field)
    qtbot.addWidget(form)
    form.show()
    form.activateWindow()
    qtbot.waitUntil(form.isActiveWindow)
    return form


def typed(field, text):
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, text)


REFUSED = [
    ("batch", "999999", "Batch: a whole number from 1 to 5,000"),
    ("batch", "0.3", "Batch: a whole number from 1 to 5,000"),
    ("batch", "1,000", "Batch: a whole number from 1 to 5,000"),
    ("batch", "ten", "Batch: a whole number from 1 to 5,000"),
    ("noise", "0,3", "Use a point: 0.3"),
    ("noise", "7", "Noise: a number of up to 2 decimals from 0 to 0.5"),
    ("noise", "0.123", "Noise: a number of up to 2 decimals from 0 to 0.5"),
    ("decay", "0,003", "Use a point: 0.003"),
    ("sample", "100", "Sample: a whole number from 0 to 99"),
]


@pytest.mark.parametrize(("name", "text", "sentence"), REFUSED)
def test_what_is_refused_stays_with_a_sentence_until_the_field_is_left(fields, qtbot, name, text, sentence):
    field = getattr(fields, name)
    before, other = field.value(), fields.batch if name != "batch" else fields.noise
    typed(field, text)
    assert field.lineEdit().text() == field.prefix() + text  # no key is swallowed
    assert QToolTip.text() == sentence
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert field.lineEdit().text() == field.prefix() + text
    assert field.value() == before
    other.setFocus()
    assert field.value() == before
    assert field.lineEdit().text() == field.prefix() + field.textFromValue(before)
    qtbot.waitUntil(lambda: QToolTip.text() == sentence)


def test_a_refused_text_can_be_corrected(fields, qtbot):
    typed(fields.noise, "0,3")
    QTest.keyClick(fields.noise, Qt.Key.Key_Left)
    QTest.keyClick(fields.noise, Qt.Key.Key_Backspace)
    QTest.keyClicks(fields.noise, ".")
    qtbot.waitUntil(lambda: not QToolTip.isVisible())
    QTest.keyClick(fields.noise, Qt.Key.Key_Return)
    assert fields.noise.value() == 0.3


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [("batch", "5000", 5000), ("batch", "1e3", 1000), ("noise", ".05", 0.05), ("sample", "12", 12)],
)
def test_what_is_a_number_of_the_field_is_taken(fields, name, text, value):
    field = getattr(fields, name)
    typed(field, text)
    assert field.refusal() == ""
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert field.value() == value


def test_nothing_is_said_while_a_number_is_unfinished(fields, qtbot):
    fields.batch.setRange(10, 5000)
    typed(fields.batch, "1")
    assert not QToolTip.isVisible()
    fields.noise.setFocus()
    qtbot.waitUntil(lambda: QToolTip.text() == "Batch: a whole number from 10 to 5,000")
    assert fields.batch.value() == 10
