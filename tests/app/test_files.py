"""Projects are saved whole or not at all, and no unsaved work goes without a question."""

import errno
import os
import stat
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer, QUrl
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QLineEdit, QMessageBox, QWidget

from app.shell.files import Files
from app.state.session import Session
from app.state.settings import Settings
from app.system.disk import read_text, write_atomically
from core.base.errors import Problem
from core.project.document import EXAMPLE, Document, dumps, loads

# the offscreen platform says this of every dialog that has a size
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

OTHER = Document("a b", {"a": 2.0, "b": 3.0})


class Desk:
    """The files of one window, and a hand that answers the dialogs it opens."""

    def __init__(self, qtbot, session, settings=None):
        self.window = QWidget()
        qtbot.addWidget(self.window)
        self.window.show()
        self.session = session
        self.files = Files(session, self.window, settings or Settings())
        self.asked: list[str] = []
        self.qtbot = qtbot

    def edit(self):
        self.session.edit("edit", OTHER)

    def answering(self, do, *answers):
        """What `do` returns while its dialogs are answered in turn: a button's text, a path, or a key."""
        answers = list(answers)

        def answer():
            dialog = QApplication.activeModalWidget()
            if dialog is None:
                return
            if isinstance(dialog, QMessageBox):
                self.asked.append(dialog.text())
            if answers:
                self._answer(dialog, answers.pop(0))
            else:
                dialog.close()

        timer = QTimer(interval=5)
        timer.timeout.connect(answer)
        timer.start()
        try:
            return do()
        finally:
            timer.stop()
            assert not answers, f"never asked: {answers}"

    def _answer(self, dialog, answer):
        if isinstance(answer, Path):
            assert isinstance(dialog, QFileDialog)
            dialog.findChild(QLineEdit).setText(str(answer))
            dialog.accept()
        elif isinstance(answer, Qt.Key):
            self.qtbot.keyClick(dialog, answer)
        else:
            button = next(b for b in dialog.buttons() if b.text().replace("&", "") == answer)
            self.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


@pytest.fixture(autouse=True)
def temporary(tmp_path, monkeypatch):
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))


@pytest.fixture
def desk(qtbot, session):
    made = Desk(qtbot, session)
    yield made
    made.files.close()


@pytest.fixture
def project(tmp_path):
    path = tmp_path / "net.chainlight"
    path.write_text(dumps(OTHER), encoding="utf-8")
    return path


# -- the disk


def test_a_file_keeps_its_permissions_and_a_new_one_gets_the_users(tmp_path):
    before = os.umask(0o027)
    try:
        write_atomically(tmp_path / "new", b"x")
        (tmp_path / "old").touch(0o600)
        write_atomically(tmp_path / "old", b"x")
    finally:
        os.umask(before)
    modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("new", "old")]
    assert modes == ([0o640, 0o600] if os.name == "posix" else [0o666, 0o666])


def test_a_file_system_that_cannot_sync_is_no_obstacle(tmp_path, monkeypatch):
    def fsync(handle):
        raise OSError(errno.EINVAL, "Invalid argument")

    monkeypatch.setattr("os.fsync", fsync)
    write_atomically(tmp_path / "x", b"good")
    assert (tmp_path / "x").read_bytes() == b"good"


@pytest.mark.parametrize("size", [3_000, 100_000])
def test_a_full_disk_leaves_the_good_file(tmp_path, size):
    """Less than a buffer is refused when it is flushed, more at once: both must be looked at."""
    resource = pytest.importorskip("resource", reason="limits on a file's size are a Unix matter")
    path = tmp_path / "x"
    path.write_text("good")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, before[1]))
    try:
        with pytest.raises(Problem, match="The disk may be full"):
            write_atomically(path, b"x" * size)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert path.read_text() == "good"
    assert not list(tmp_path.glob(".chainlight*"))


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("", "is a folder"),
        ("missing/x", "missing does not exist"),
        ("file/x", "file is not a folder"),
        ("n" * 300, "File name too long"),
        ("a\0b", "a�b is not a name"),
        ("\udcff", "not a name"),
    ],
)
def test_where_nothing_can_be_written_is_said(tmp_path, name, sentence):
    (tmp_path / "file").touch()
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(Problem, match=sentence):
        write_atomically(tmp_path / name, b"x")
    assert sorted(tmp_path.rglob("*")) == before


def test_a_device_is_neither_replaced_nor_read():
    for use in (lambda: write_atomically(Path("/dev/null"), b"x"), lambda: read_text(Path("/dev/zero"))):
        with pytest.raises(Problem, match=r"is a device|is not a plain file"):
            use()
    assert Path("/dev/null").is_char_device()


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    write_atomically(tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new"


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"x" * 11, "larger than 1e-05 MB"),
        (b"ab\xff", r"not UTF-8 text \(byte 3\)"),
        (None, "There is no file"),
    ],
)
def test_reading_says_what_is_wrong(tmp_path, data, sentence):
    if data is not None:
        (tmp_path / "x").write_bytes(data)
    with pytest.raises(Problem, match=sentence):
        read_text(tmp_path / "x", 10)


def test_a_byte_order_mark_is_no_letter(tmp_path):
    (tmp_path / "x").write_bytes("\ufeffgood".encode())
    assert read_text(tmp_path / "x") == "good"


# -- opening


def test_opening_changes_no_file(desk, project):
    before = project.read_bytes(), project.stat().st_mtime_ns, sorted(project.parent.iterdir())
    assert desk.files.open(project)
    assert desk.session.document == OTHER
    assert desk.session.undo_stack.isClean()
    assert (project.read_bytes(), project.stat().st_mtime_ns, sorted(project.parent.iterdir())) == before


def test_the_dialog_opens_what_was_chosen(desk, project):
    assert desk.answering(desk.files.open, project)
    assert desk.session.path == project
    assert desk.files.title() == "net[*] — Chainlight"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('{"format": "chainlight", "version": 99}', "newer Chainlight"),
        ("<img src=x>", "not valid JSON"),
        ("[" * 50_000, "nested too deeply"),
    ],
)
def test_a_file_of_no_use_is_said_and_nothing_is_lost(desk, project, text, sentence):
    desk.edit()
    project.write_text(text)
    assert not desk.answering(lambda: desk.files.open(project), "OK")
    assert sentence in desk.asked[0]
    assert desk.session.document == OTHER
    assert project.read_text() == text


def test_what_a_file_is_called_is_shown_as_plain_text(desk, tmp_path):
    path = tmp_path / "<b>[*]\u202ex.chainlight"

    def look():
        box = QApplication.activeModalWidget()
        formats = {label.textFormat() for label in box.findChildren(QLabel) if label.text()}
        desk.formats = formats
        box.close()

    QTimer.singleShot(20, look)
    desk.files.open(path)
    assert desk.formats == {Qt.TextFormat.PlainText}
    desk.session.saved_as(path)
    assert desk.files.title() == "<b>[*][*]�x[*] — Chainlight"


def test_a_second_window_on_one_file_is_warned(qtbot, desk, project, tmp_path):
    assert desk.files.open(project)
    for lock in (tmp_path / "temporary").iterdir():
        os.utime(lock, (0, 0))  # open since long ago
    second = Desk(qtbot, Session())
    assert not second.answering(lambda: second.files.open(project), "Cancel")
    assert "open in another window" in second.asked[0]
    assert second.session.path is None
    assert second.answering(lambda: second.files.open(project), "Go on")
    desk.files.close()
    second.files.close()
    third = Desk(qtbot, Session())
    assert third.files.open(project)
    assert third.asked == []
    third.files.close()


def test_a_lock_that_a_crash_has_emptied_asks_nothing(desk, project, tmp_path):
    assert desk.files.open(project)
    (lock,) = (tmp_path / "temporary").iterdir()
    desk.files.close()
    lock.write_bytes(b"")
    assert desk.files.open(project)
    assert desk.asked == []


# -- unsaved work


def test_nothing_is_asked_when_nothing_would_be_lost(desk):
    assert desk.files.may_close()
    desk.edit()
    desk.session.undo_stack.undo()
    assert desk.files.may_close()


@pytest.mark.parametrize("answer", ["Cancel", Qt.Key.Key_Escape])
def test_cancel_keeps_the_work(desk, project, answer):
    desk.edit()
    for do in (desk.files.may_close, desk.files.new, lambda: desk.files.open(project)):
        assert not desk.answering(do, answer)
    assert desk.session.document == OTHER
    assert not desk.session.undo_stack.isClean()
    assert desk.asked[0].startswith("Save the changes to Untitled?")


def test_discard_gives_it_up(desk):
    desk.edit()
    assert desk.answering(desk.files.new, "Discard")
    assert desk.session.document == EXAMPLE
    assert desk.session.path is None


def test_save_in_the_question_saves(desk, tmp_path):
    desk.edit()
    path = tmp_path / "kept.chainlight"
    assert desk.answering(desk.files.may_close, "Save", path)
    assert loads(path.read_text()) == OTHER


def test_save_in_the_question_without_a_file_is_cancel(desk):
    desk.edit()
    assert not desk.answering(desk.files.may_close, "Save", Qt.Key.Key_Escape)


def test_opening_the_same_file_again_after_saving_brings_what_was_saved(desk, project):
    desk.files.open(project)
    desk.session.set_text("a + b")
    assert desk.answering(lambda: desk.files.open(project), "Save")
    assert desk.session.document.text == "a + b"


def test_work_left_by_a_crash_comes_back_as_a_change(desk):
    assert desk.answering(lambda: desk.files.offer(OTHER), Qt.Key.Key_Escape)
    assert "a b" in desk.asked[0]
    assert desk.session.document == OTHER
    assert not desk.session.undo_stack.isClean()
    desk.session.undo_stack.undo()
    assert not desk.answering(lambda: desk.files.offer(OTHER), "Discard")
    assert desk.session.document == EXAMPLE


# -- saving


def test_the_suffix_is_added_and_an_older_file_is_asked_about(desk, tmp_path):
    desk.edit()
    path = tmp_path / "net.v2.chainlight"
    assert desk.answering(desk.files.save, tmp_path / "net.v2")
    assert desk.session.path == path
    assert desk.session.undo_stack.isClean()
    path.write_text("older")
    assert not desk.answering(desk.files.save_as, tmp_path / "net.v2", Qt.Key.Key_Return)
    assert path.read_text() == "older"
    assert desk.answering(desk.files.save_as, tmp_path / "net.v2", "Overwrite")
    assert loads(path.read_text()) == OTHER


@pytest.mark.parametrize("text", ["x" * 10_001, "x \ud83d"])
def test_what_could_not_be_opened_again_is_not_saved(desk, project, text):
    before = project.read_bytes()
    desk.files.open(project)
    desk.session.edit("edit", Document(text))
    assert not desk.answering(desk.files.save, "OK")
    assert "is not saved" in desk.asked[0]
    assert project.read_bytes() == before
    assert not desk.session.undo_stack.isClean()


def test_a_failed_save_as_keeps_the_old_place(desk, project, tmp_path):
    desk.files.open(project)
    assert not desk.answering(desk.files.save_as, tmp_path / "missing" / "x.chainlight", "OK")
    assert desk.session.path == project


# -- recent files, dropped files


def test_recent_files_and_one_that_has_gone(desk, project, tmp_path):
    desk.files.open(project)
    desk.answering(desk.files.save_as, tmp_path / "b.chainlight")
    desk.files.open(project)
    assert [path.name for path in desk.files.recent()] == ["net.chainlight", "b.chainlight"]
    project.unlink()
    assert not desk.answering(lambda: desk.files.open_recent(project), "Keep")
    assert len(desk.files.recent()) == 2
    assert not desk.answering(lambda: desk.files.open_recent(project), "Remove from list")
    assert "no longer in" in desk.asked[-1]
    assert desk.files.recent() == [tmp_path / "b.chainlight"]
    assert desk.files.open_recent(tmp_path / "b.chainlight")


def test_a_dropped_project_is_opened_once_the_drop_is_over(qtbot, desk, project):
    other = QUrl.fromLocalFile(str(project.with_suffix(".csv")))
    assert not desk.files.dropped([other, QUrl("https://example.org/a.chainlight")])
    with qtbot.waitSignal(desk.session.fileChanged):
        assert desk.files.dropped([other, QUrl.fromLocalFile(str(project))])
        assert desk.session.path is None
    assert desk.session.path == project
