"""Unsaved work outlives a crash, is offered once, and nothing is left after a clean exit."""

import os
import subprocess
import sys
from pathlib import Path
from socket import gethostname

import pytest
from PySide6.QtCore import QTimer
from shiboken6 import delete

from app.state.recovery import AFTER_EDIT, WHILE_MODIFIED, Recovery
from app.state.session import Session
from core.project.document import Document, dumps, loads

OTHER = Document("a b", {"a": 2.0, "b": 3.0})
CRASH = """
import os, sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication
from app.state.recovery import Recovery
from app.state.session import Session
app = QCoreApplication([])
session = Session()
recovery = Recovery(session, Path(sys.argv[1]))
session.set_text(sys.argv[2])
recovery.write()
os.kill(os.getpid(), 9)
"""


RUN = CRASH.replace("os.kill(os.getpid(), 9)", "print('written', flush=True); sys.stdin.read()")


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "recovery"


@pytest.fixture
def recovery(session, folder):
    return Recovery(session, folder)


def crash(folder, text="left + behind"):
    done = subprocess.run([sys.executable, "-c", CRASH, str(folder), text], timeout=300, check=False)
    assert done.returncode == -9


def names(folder):
    return sorted(path.suffix for path in folder.iterdir()) if folder.exists() else []


def timers(recovery):
    return [timer.interval() for timer in recovery.findChildren(QTimer) if timer.isActive()]


def test_an_edit_is_written_soon_and_again_while_unsaved(qtbot, session, recovery):
    recovery._soon.setInterval(1)
    recovery._often.setInterval(1)
    session.edit("edit", OTHER)
    qtbot.waitUntil(lambda: recovery.path.exists())
    assert loads(recovery.path.read_text()) == OTHER
    session.set_text("a + b")
    recovery._soon.stop()
    qtbot.waitUntil(lambda: loads(recovery.path.read_text()).text == "a + b")


def test_two_seconds_after_an_edit_and_every_thirty(session, recovery):
    assert timers(recovery) == []
    session.edit("edit", OTHER)
    assert sorted(timers(recovery)) == [AFTER_EDIT, WHILE_MODIFIED] == [2_000, 30_000]


@pytest.mark.parametrize("clean", ["undo", "save", "open", "close"])
def test_nothing_is_left_when_there_is_nothing_to_lose(session, recovery, folder, tmp_path, clean):
    session.edit("edit", OTHER)
    recovery.write()
    assert names(folder) == [".json", ".lock"]
    {
        "undo": session.undo_stack.undo,
        "save": lambda: session.saved_as(tmp_path / "x"),
        "open": lambda: session.replace_document(OTHER, None),
        "close": recovery.close,
    }[clean]()
    recovery.write()
    assert timers(recovery) == []
    assert names(folder) == []


def test_taking_the_session_apart_is_no_clean_exit(qapp, folder):
    session = Session()
    recovery = Recovery(session, folder)
    session.edit("edit", OTHER)
    recovery.write()
    path = recovery.path
    delete(session)
    assert loads(path.read_text()) == OTHER


def test_a_document_without_changes_is_not_written(session, recovery, folder):
    recovery.write()
    session.edit("edit", OTHER)
    session.undo_stack.undo()
    recovery.write()
    assert names(folder) == []
    assert recovery.offered() is None


def test_work_left_by_a_crash_is_offered_once(session, recovery, folder):
    crash(folder)
    assert names(folder) == [".json", ".lock"]
    assert recovery.offered().text == "left + behind"
    assert recovery.offered() is None
    assert Recovery(Session(), folder).offered() is None
    recovery.close()
    assert names(folder) == []


def test_it_is_safe_from_a_second_crash_from_the_moment_it_is_offered(recovery, folder):
    crash(folder)
    recovery.offered()
    recovery.write()  # as a report of an exception does, while the user is still being asked
    assert loads(recovery.path.read_text()).text == "left + behind"


def test_a_running_program_is_not_taken_for_a_crash(session, recovery, folder):
    session.edit("edit", OTHER)
    recovery.write()
    assert Recovery(Session(), folder).offered() is None
    assert loads(recovery.path.read_text()) == OTHER


def test_another_running_programs_work_is_not_offered(recovery, folder):
    command = [sys.executable, "-c", RUN, str(folder), "still + open"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout.readline() == b"written\n"
        (lock,) = folder.glob("*.lock")
        for content in (lock.read_bytes(), b"", f"{DEAD}\npython\n{gethostname()}\n".encode()):
            lock.write_bytes(content)
            assert recovery.offered() is None
        other.kill()
    assert recovery.offered().text == "still + open"


# a lock file says the process number, name and machine of the program that holds it
DEAD = 2**22 + 1  # larger than any process number
LOCKS = {
    "empty": lambda path: path.write_bytes(b""),
    "zeros": lambda path: path.write_bytes(bytes(512)),
    "truncated": lambda path: path.write_bytes(path.read_bytes()[:3]),
    "unreadable": lambda path: path.chmod(0),
    "foreign": lambda path: path.write_bytes("été\nnot a lock".encode("utf-16")),
    "of a program that has its number by now": lambda path: path.write_bytes(
        f"{os.getpid()}\n{Path(sys.executable).resolve().name}\n{gethostname()}\n".encode()
    ),
    "of another machine": lambda path: path.write_bytes(f"{DEAD}\npython\nelsewhere\n".encode()),
    "a folder": lambda path: (path.unlink(), path.mkdir(), (path / "inside").touch()),
    "a link to nothing": lambda path: (path.unlink(), path.symlink_to("nowhere")),
    "gone": lambda path: path.unlink(),
}


@pytest.mark.parametrize("damage", LOCKS)
def test_work_is_found_whatever_its_lock_looks_like(recovery, folder, damage):
    crash(folder)
    (lock,) = folder.glob("*.lock")
    LOCKS[damage](lock)
    assert recovery.offered().text == "left + behind"
    recovery.close()
    assert [path.name for path in folder.iterdir() if path.suffix in (".json", ".lock")] == []


def test_a_copy_that_cannot_be_looked_at_does_not_hide_the_others(recovery, folder):
    crash(folder)
    (folder / "1-0.json").symlink_to("nowhere")
    assert recovery.offered().text == "left + behind"


def test_the_newest_comes_first_the_next_with_the_next_start(recovery, folder):
    crash(folder, "old")
    os.utime(next(folder.glob("*.json")), (1, 1))
    crash(folder, "new")
    assert recovery.offered().text == "new"
    assert Recovery(Session(), folder).offered().text == "old"


@pytest.mark.parametrize("damage", [b"", b"\xff\xfe", b"{", dumps(OTHER).encode()[:-9], b"[" * 9_999])
def test_a_damaged_file_is_put_aside_and_not_offered_again(recovery, folder, damage):
    folder.mkdir()
    (folder / "1-0.json").write_bytes(damage)
    assert recovery.offered() is None
    assert names(folder) == [".bad"]
    assert (folder / "1-0.bad").read_bytes() == damage


def test_half_a_character_does_not_cost_the_rest(session, recovery):
    session.edit("edit", Document("x + \ud83d"))
    recovery.write()
    assert loads(recovery.path.read_text()).text == "x + ?"


def test_a_folder_that_cannot_be_written_is_said_once(qtbot, session, tmp_path):
    (tmp_path / "file").touch()
    recovery = Recovery(session, tmp_path / "file" / "recovery")
    said = []
    recovery.failed.connect(lambda: said.append(recovery.failure))
    for text in ("a", "b"):
        session.set_text(text)
        recovery.write()
    assert len(said) == 1
    assert "cannot be kept safe" in said[0]
    assert recovery.offered() is None
    recovery.close()


def test_without_a_home_nothing_is_written(session, monkeypatch):
    monkeypatch.delenv("XDG_DATA_HOME")
    monkeypatch.delenv("HOME")
    recovery = Recovery(session)
    session.edit("edit", OTHER)
    recovery.write()
    assert recovery.path is None
    assert recovery.offered() is None
