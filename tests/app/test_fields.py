"""Fields for numbers: what they take, what they say, and what they keep."""

import pytest
from PySide6.QtCore import QLocale, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip, QVBoxLayout, QWidget

from app.shell.commands import COMMANDS
from app.widgets.fields import NumberField

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


# -- the keys of commands


@pytest.fixture
def desk(window, qtbot):
    """The window with its panels, and what its commands' keys have called up."""
    window.panes["training"].toggle()
    window.panes["derivatives"].toggle()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    return window


def setting(window, name):
    """A field of the training panel, by its accessible name."""
    return next(
        field
        for field in window.panes["training"].made.findChildren(QWidget)
        if field.accessibleName() == name
    )


def number(window):
    return setting(window, "Batch")


def cell(window):
    window.algorithm.edit("x")
    return QApplication.focusWidget()


FIELDS = {
    "number": number,
    "line": lambda window: setting(window, "Hidden"),
    "list that can be typed into": lambda window: setting(window, "Rate"),
    "list": lambda window: setting(window, "Optimizer"),
    "seed": lambda window: window.panes["derivatives"].made.head.seed,
    "cell": cell,
    "table": lambda window: window.algorithm.table,
    "program": lambda window: window.program.editor,
    "canvas": lambda window: window.view,
    "scrubber": lambda window: window.transport.scrubber,
}
# what a field itself needs: to go through its text, and to take back what has been typed
KEPT = {"program": {"train_step", "train_reset"}, "cell": {"train_step", "train_reset", "undo", "redo"}}


@pytest.mark.parametrize("name", FIELDS)
def test_the_keys_of_commands_work_while_a_field_has_the_focus(desk, name):
    called = []
    desk.refresh_actions = lambda: None
    for command, action in desk.actions_by_id.items():
        action.setEnabled(True)
        action.triggered.disconnect()
        action.triggered.connect(lambda *_, command=command: called.append(command))
    for command in COMMANDS:
        for keys in command.shortcuts:
            FIELDS[name](desk).setFocus()
            called.clear()
            QTest.keyClick(desk.windowHandle(), keys[0].key(), keys[0].keyboardModifiers())
            assert called == ([] if command.id in KEPT.get(name, ()) else [command.id]), keys.toString()


def test_undo_takes_back_what_is_being_typed_and_then_the_last_change(desk):
    field = number(desk)
    before = desk.training.settings.batch
    typed(field, "25")
    QTest.keyClick(desk.windowHandle(), Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert field.lineEdit().text() == str(before) and desk.training.settings.batch == before
    typed(field, "25")
    QTest.keyClick(desk.windowHandle(), Qt.Key.Key_Return)
    assert desk.training.settings.batch == 25
    QTest.keyClick(desk.windowHandle(), Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert desk.training.settings.batch == before and field.lineEdit().text() == str(before)


@pytest.mark.parametrize("key", ["Left", "Right", "Home", "End", "Space", "N", "B"])
@pytest.mark.parametrize("name", ["number", "line", "list that can be typed into", "cell", "program"])
def test_plain_keys_belong_to_the_field(desk, name, key):
    desk.session.seek(2)
    FIELDS[name](desk).setFocus()
    QTest.keyClick(desk.windowHandle(), getattr(Qt.Key, f"Key_{key}"))
    assert desk.session.cursor == 2
