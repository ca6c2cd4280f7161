"""The presenter's view: it steps with the stage, its keys are the same, and notes are seen there only."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.shell.presenter import KEYS, NO_NOTES
from app.shell.presenter_parts import ShowButton, explained
from app.state.clock import Stopwatch
from app.widgets.theme import DARK, THEMES
from tests.app.seen.pixels import named, pixels, widget

Key = Qt.Key
HOUSE = Path(__file__).resolve().parents[2]
NET = "z = w x + b; y = σ(z); L = 1/2 (y - t)^2; R = 1/2 w^2; J = L + λ R"


@pytest.fixture
def presenter(window, qtbot):
    """The presenter's view on a program with two notes, in the middle of its steps."""
    window.session.set_text(NET)
    qtbot.waitUntil(lambda: not window.session.computing)
    window.session.set_note("y", "Where is σ steepest?")
    window.session.set_note("z", "Here z is 1.")
    window.session.seek(window.session.stops[4])
    window.actions_by_id["presenter"].trigger()
    qtbot.waitUntil(lambda: window.presentation.staging.settled)
    shown = window.presentation.presenter
    shown.resize(1200, 800)
    QApplication.processEvents()
    yield shown
    window.presentation.stop()


def text(presenter, name):
    return named(presenter, name).text()


def test_it_shows_this_step_and_the_next_as_the_stage_goes_on(window, presenter):
    session = window.session
    for _ in range(6):
        QTest.keyClick(window.view, Key.Key_PageDown)
        place, last = session.place, len(session.stops) - 1
        assert text(presenter, "Step") == f"Step {place} of {last}"
        assert text(presenter, "Sentence of the step").startswith(explained(session, place).sentence)
        following = explained(session, place + 1)
        assert text(presenter, "What comes next").endswith(following.sentence)
        assert following.title.split(": ")[1] in text(presenter, "What comes next")
        assert following.sentence != explained(session, place).sentence
    session.seek(len(session.trace))
    assert text(presenter, "What comes next") == "This is the last step"


def test_keys_in_it_are_keys_of_the_stage(window, presenter):
    session = window.session
    place = session.place
    for key, by in ((Key.Key_PageDown, 1), (Key.Key_Space, 1), (Key.Key_Left, -1), (Key.Key_PageUp, -1)):
        place += by
        QTest.keyClick(presenter, key)
        assert session.place == place
    for key in (Key.Key_1, Key.Key_2, Key.Key_Return):
        QTest.keyClick(presenter, key)
    assert session.place == 12
    QTest.keyClick(presenter, Key.Key_Period)
    assert window.presentation.black and presenter.buttons["Black"].isChecked()
    QTest.keyClick(presenter, Key.Key_S)
    assert window.presentation.spotlight.on
    QTest.keyClick(presenter, Key.Key_Escape)
    assert not window.presentation.active and window.presentation.presenter is None
    assert not presenter.isVisible() and not window.presentation.spotlight.on


def test_every_button_does_what_its_key_does(window, presenter, clock):
    session, presentation, buttons = window.session, window.presentation, presenter.buttons
    press = {
        name: lambda name=name: QTest.mouseClick(buttons[name], Qt.MouseButton.LeftButton) for name in buttons
    }
    assert list(buttons) == [name for name, *_ in KEYS]
    place = session.place
    press["Next"]()
    assert session.place == place + 1
    press["Back"]()
    assert session.place == place
    for name, now in (("Black", lambda: presentation.black), ("Pointer", presentation.laser.isVisible)):
        for on in (True, False):
            press[name]()
            assert now() == on == buttons[name].isChecked()
    before = window.view.transform().m11()
    press["Zoom"]()
    assert window.view.transform().m11() != before
    clock.seconds += 100
    press["Clock to 0"]()
    assert text(presenter, "Elapsed time") == "00:00"
    press["End show"]()
    assert not presentation.active


def test_the_key_that_starts_a_show_ends_it_from_here_too(window, presenter):
    commands = {action.shortcut().toString() for action in presenter.actions()}
    assert {"F5", "Shift+F5", "Ctrl+K"} <= commands
    window.actions_by_id["present"].trigger()
    assert not window.presentation.active


def test_a_cell_for_every_step_goes_there(window, presenter):
    session, cells = window.session, named(presenter, "Steps")
    last = len(session.stops) - 1
    for place in (1, 7, last):
        QTest.mouseClick(cells, Qt.MouseButton.LeftButton, pos=cells.cell(place).center())
        assert session.place == place
    assert cells.cell(1).width() == 36
    QTest.mouseClick(cells, Qt.MouseButton.LeftButton, pos=QPoint(cells.width() - 1, cells.height() - 1))
    assert session.place == last
    session.seek(session.stops[5])
    seen = widget(cells, DARK)
    assert seen.most(seen.area.intersected(cells.cell(2)), ["value", "gradient", "ink"]) == "value"
    done, to_come = (seen.mean(cells.cell(place).adjusted(4, 4, -4, -4)) for place in (4, 8))
    assert sum(done) > sum(to_come) + 150


def test_the_clocks(window, presenter, clock, monkeypatch):
    window.presentation.restart_clock()
    monkeypatch.setattr("app.state.clock.time_of_day", lambda: "10:42")
    clock.seconds += 17 * 60 + 5.5
    presenter.show_clocks()
    assert (text(presenter, "Time"), text(presenter, "Elapsed time")) == ("10:42", "17:05")
    clock.seconds += 3600
    presenter.show_clocks()
    assert text(presenter, "Elapsed time") == "1:17:05"
    QTest.keyClick(presenter, Key.Key_T)
    assert text(presenter, "Elapsed time") == "00:00"


def test_a_stopwatch_counts_from_its_start(clock):
    watch = Stopwatch()
    clock.seconds += 59.9
    assert watch.text == "00:59"
    clock.seconds += 0.2
    assert watch.text == "01:00"


def test_notes_of_this_step_and_the_next_stand_here_and_not_on_the_stage(window, presenter):
    session = window.session
    said = {}
    for place in range(len(session.stops)):
        session.seek(session.stops[place])
        said[place] = text(presenter, "Notes"), text(presenter, "Notes of the next step")
    of_z = session.trace.position("forward:2")  # z is computed from w x and b
    place = session.stops.index(of_z)
    assert said[place] == ("z: Here z is 1.", "Next, y: Where is σ steepest?")
    assert said[place - 1] == ("", "Next, z: Here z is 1.")
    assert ("", NO_NOTES) in said.values()
    assert not any(box.note for box in session.figure.boxes)
    assert not any(label.role == "note" for label in session.figure.labels)
    window.presentation.stop()
    assert any(box.note for box in session.figure.boxes)


def test_notes_are_on_the_stage_again_when_the_view_is_closed(window, presenter, qtbot):
    def on_stage():
        qtbot.waitUntil(lambda: window.presentation.staging.settled)
        return any(box.note for box in window.session.figure.boxes)

    window.session.seek(window.session.stops[3])  # which computes y
    assert not on_stage()
    presenter.close()
    assert window.presentation.active and on_stage()
    window.actions_by_id["presenter"].trigger()
    assert presenter.isVisible() and not on_stage()


def test_notes_have_the_size_that_was_chosen_last(window, presenter):
    notes, larger = named(presenter, "Notes"), named(presenter, "Larger notes")
    before = notes.font().pixelSize()
    QTest.mouseClick(larger, Qt.MouseButton.LeftButton)
    assert notes.font().pixelSize() == before + 2 == window.settings.get("note_size")
    for _ in range(40):
        QTest.mouseClick(named(presenter, "Smaller notes"), Qt.MouseButton.LeftButton)
    assert notes.font().pixelSize() == window.settings.get("note_size") == 13


@pytest.mark.parametrize("name", ["light", "dark"])
def test_it_is_dark_in_every_theme_and_shows_the_stage_as_it_is(window, presenter, qtbot, name):
    window.set_theme(THEMES[name])
    presenter.picture.take()
    image = presenter.grab().toImage()
    assert image.pixelColor(3, 3) == DARK.colour("panel")
    area = presenter.picture.area.toRect().translated(presenter.picture.mapTo(presenter, QPoint()))
    paper = image.pixelColor(area.left() + 4, area.center().y())
    assert paper == THEMES[name].colour("paper")
    seen = pixels(image.copy(area))
    small = window.grab().toImage().scaled(area.size(), mode=Qt.TransformationMode.SmoothTransformation)
    assert abs(seen.astype(int) - pixels(small)).mean() < 4


def test_the_picture_follows_the_stage(window, presenter, qtbot):
    qtbot.waitUntil(lambda: not presenter.picture._rest.isActive())
    before = pixels(presenter.picture.grab().toImage())
    QTest.keyClick(window.view, Key.Key_End)
    qtbot.waitUntil(lambda: (pixels(presenter.picture.grab().toImage()) != before).any())


def test_pointing_in_the_picture_points_on_the_stage(window, presenter):
    picture, laser = presenter.picture, window.presentation.laser

    def point(x, y):
        at, none = picture.area.topLeft() + QPointF(x, y), Qt.MouseButton.NoButton
        move = QMouseEvent(QEvent.Type.MouseMove, at, at, none, none, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(picture, move)

    point(10, 10)
    assert not laser._trail  # the pointer is not asked for
    QTest.keyClick(presenter, Key.Key_L)
    scale = window.width() / picture.area.width()
    assert scale > 1.2
    point(100, 60)
    assert laser._trail[-1] == QPointF(100, 60) * scale
    point(-1, 60)
    assert laser._trail[-1] == QPointF(100, 60) * scale


@pytest.mark.parametrize("size", [(1024, 700), (1440, 900)])
@pytest.mark.parametrize("scale", [1.0, 1.5, 2.0])
def test_nothing_of_it_is_cut_off(window, qtbot, size, scale):
    window.settings.set("text_scale", scale)
    window.set_theme(window.theme)
    window.presentation.show_presenter()
    shown = window.presentation.presenter
    shown.resize(*size)
    for _ in range(3):
        QApplication.processEvents()
    assert (shown.width(), shown.height()) == size
    for part in (
        *shown.buttons.values(),
        shown.picture,
        shown.next,
        shown.time,
        shown.elapsed,
        shown.sentence,
    ):
        assert shown.rect().contains(part.rect().translated(part.mapTo(shown, QPoint())))
        assert part.width() >= part.minimumSizeHint().width()
    for above, below in ((shown.next, shown.coming), (shown.picture, shown.sentence)):
        assert above.geometry().bottom() < below.geometry().top()
    for label in (shown.sentence, shown.coming):
        assert label.height() >= label.heightForWidth(label.width())
    window.presentation.stop()


TWO_SCREENS = """
import json
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from app.formula import measured
from app.shell.window import Window
from app.state.session import Session
from app.state.settings import Settings
from app.widgets.theme import STYLE, load_fonts

app = QApplication(["chainlight", *STYLE])
load_fonts()
window = Window(Session(measure=measured), Settings())
window.show()
window.setGeometry(50, 60, 800, 600)
app.processEvents()
home, found = window.geometry(), []

def look():
    app.processEvents()
    other = window.presentation.presenter
    found.append([window.screen().name(), other.screen().name() if other else ""])

window.presentation.start(0)
look()
QTest.keyClick(window.presentation.presenter, Qt.Key.Key_X)
look()
QTest.keyClick(window, Qt.Key.Key_X)
look()
window.presentation.presenter.close()
window.presentation.show_presenter()
look()
QTest.keyClick(window.presentation.presenter, Qt.Key.Key_Escape)
look()
found.append(window.geometry() == home and not window.isFullScreen())
print(json.dumps(found))
window.close()
"""


def test_with_two_screens_the_presenter_has_the_first_until_a_key_swaps_them(tmp_path):
    look = {"width": 1024, "height": 768, "logicalDpi": 96, "logicalBaseDpi": 96, "dpr": 1, "y": 0}
    screens = [look | {"name": name, "x": x} for name, x in (("desk", 0), ("projector", 1024))]
    (tmp_path / "screens.json").write_text(json.dumps({"screens": screens}), encoding="utf-8")
    environment = {
        **os.environ,
        "QT_QPA_PLATFORM": "offscreen:configfile=screens.json",
        "PYTHONPATH": str(HOUSE),
        "HOME": str(tmp_path),
    }
    command = [sys.executable, "-c", TWO_SCREENS]
    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, timeout=120)
    assert done.returncode == 0, done.stderr.decode()
    assert json.loads(done.stdout) == [
        ["projector", "desk"],
        ["desk", "projector"],
        ["projector", "desk"],
        ["projector", "desk"],
        ["desk", ""],
        True,
    ]


def test_a_button_too_narrow_for_its_words_shows_its_icon_alone(qtbot, fonts):
    """A font without a size would be a warning of Qt, and so a failure."""
    button = ShowButton("Next step", "play", Qt.Key.Key_Space, "Space")
    qtbot.addWidget(button)
    for width in (button.minimumSizeHint().width() - 20, button.minimumSizeHint().width()):
        button.resize(width, button.height())
        assert not button.grab().isNull()
