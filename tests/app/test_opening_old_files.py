"""The window opens projects, recovery copies and settings of earlier versions, and rewrites nothing."""

import base64
import json
import shutil

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMessageBox, QWidget

from app.shell.files import Files
from app.state.arrangement import Arrangement
from app.state.recovery import Recovery
from app.state.settings import TABLE, Settings
from core.graph.graph import CONSTANT
from core.project.document import loads
from tests.old_files import (
    FOLDER,
    PROJECTS,
    assert_same_document,
    assert_same_numbers,
    facts_of,
    key,
    moved_then,
    path_of,
)

SETTINGS = json.loads((FOLDER / "settings.json").read_text(encoding="utf-8"))
COPY = FOLDER / "recovery_copy"


@pytest.fixture
def files(qtbot, session):
    window = QWidget()
    qtbot.addWidget(window)
    return Files(session, window, Settings())


@pytest.fixture
def said(qtbot):
    """The texts of dialogs, each closed as soon as it shows: a complaint must not keep the tests waiting."""
    texts = []

    def close():
        dialog = QApplication.activeModalWidget()
        if dialog is not None:
            texts.append(dialog.text() if isinstance(dialog, QMessageBox) else dialog.windowTitle())
            dialog.close()

    timer = QTimer(interval=5)
    timer.timeout.connect(close)
    timer.start()
    yield texts
    timer.stop()


def assert_shown(session, facts):
    """The session shows what the facts say: the numbers, or that the program cannot be read."""
    if "problem" in facts:
        assert session.problem is not None
    else:
        assert session.problem is None
        if "no values for" in session.document.remark:
            assert session.document.remark in [note.message for note in session.remarks]
        else:
            assert_same_numbers(session.trace, facts)
    assert_same_document(session.document, facts)


@pytest.mark.parametrize("name", PROJECTS)
def test_a_project_opens_as_it_was_and_is_not_rewritten(qtbot, session, files, said, tmp_path, name):
    path = tmp_path / f"{name}.chainlight"
    shutil.copy(path_of(name), path)
    opened = files.open(path)
    assert said == []
    assert opened
    qtbot.waitUntil(lambda: not session.computing)
    files.close()
    assert_shown(session, facts_of(name))
    assert session.undo_stack.isClean()
    assert session.undo_stack.count() == 0
    assert path.read_bytes() == path_of(name).read_bytes()
    assert sorted(tmp_path.glob("*.chainlight*")) == [path]


@pytest.mark.parametrize("name", PROJECTS)
def test_moved_nodes_lie_where_they_were(qtbot, session, name):
    facts = facts_of(name)
    if "problem" in facts:
        return
    session.replace_document(loads(path_of(name).read_text(encoding="utf-8")), None)
    qtbot.waitUntil(lambda: not session.computing)
    nodes = {key(node.name): node.name for node in session.trace.graph.nodes.values() if node.op != CONSTANT}
    for moved, (x, y) in moved_then(facts).items():
        if key(moved) in nodes:
            place = session.drawing.placement.centres[nodes[key(moved)]]
            assert tuple(place) == pytest.approx((x, y))


def test_a_recovery_copy_is_offered_with_its_numbers(qtbot, session, tmp_path):
    folder = tmp_path / "recovery"
    shutil.copytree(COPY, folder)
    [left] = [path.read_bytes() for path in folder.iterdir()]
    recovery = Recovery(session, folder)
    document = recovery.offered()
    assert document is not None
    assert [path.suffix for path in sorted(folder.glob("*.json"))] == [".json"]
    assert recovery.path.read_bytes() == left
    session.edit("restore unsaved work", document)
    qtbot.waitUntil(lambda: not session.computing)
    assert_shown(session, facts_of("recovery_copy"))
    said = [note.message for note in session.remarks]
    assert said[:1] == ([document.remark] if document.remark else []) and bool(document.remark) == bool(
        facts_of("recovery_copy")["moved"]
    )
    recovery.close()


@pytest.fixture
def settings(tmp_path):
    path = tmp_path / "settings.ini"
    shutil.copy(FOLDER / "settings.ini", path)
    return Settings(path)


@pytest.mark.parametrize("name", [name for name in SETTINGS["settings"] if name != "state"])
def test_every_setting_is_what_was_set(settings, name):
    expected = SETTINGS["settings"][name]
    if name == "geometry":
        expected = base64.b64decode(expected)
    now = next((other for other, one in TABLE.items() if one.was == name), name)
    found = settings.get(now)
    assert (list(found) if isinstance(expected, list) else found) == expected


def test_reading_settings_rewrites_nothing(settings):
    assert settings.warning == ""
    settings.flush()
    assert settings.path.read_bytes() == (FOLDER / "settings.ini").read_bytes()
    assert not settings.path.with_suffix(".bad").exists()


def test_the_window_comes_back_as_it_was_left(qtbot, fonts, session, settings):
    from app.shell.window import Window

    window = Window(session, settings)
    qtbot.addWidget(window)
    settings.restore_window(window)
    window.show()
    qtbot.waitExposed(window)
    least = window.minimumSize()
    width, height = SETTINGS["size"]
    assert window.width() == max(width, least.width())
    assert window.height() == max(height, least.height())
    assert window.arrangement.kept == Arrangement()  # the docks of earlier versions have no columns
    assert window.theme.name == SETTINGS["settings"]["theme"]
    assert session.digits == SETTINGS["settings"]["digits"]
    session.undo_stack.setClean()
