"""An exception nobody caught is shown once, can be copied, keeps the work, and the program goes on."""

import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Qt, QThread, QTimer, qInstallMessageHandler, qWarning
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QLabel, QMessageBox, QPushButton, QWidget
from shiboken6 import delete

from app.shell.crash_report import install_excepthook
from app.shell.report_dialog import HEADING, ReportDialog
from app.state.recovery import Recovery
from core.base.resources import resource
from core.project.document import Document, loads

OTHER = Document("a b", {"a": 2.0, "b": 3.0})


@pytest.fixture
def hooks(monkeypatch):
    """Whatever a test installs is taken away after it."""
    for owner, name in ((sys, "excepthook"), (sys, "unraisablehook"), (threading, "excepthook")):
        monkeypatch.setattr(owner, name, getattr(owner, name))
    before = qInstallMessageHandler(None)
    qInstallMessageHandler(before)
    yield
    qInstallMessageHandler(before)


@pytest.fixture
def reporter(qtbot, hooks):
    made = install_excepthook()
    yield made
    made.stop()
    for dialog in dialogs():
        dialog.close()


def dialogs() -> list[ReportDialog]:
    return [widget for widget in QApplication.topLevelWidgets() if isinstance(widget, ReportDialog)]


def shown() -> list[ReportDialog]:
    return [dialog for dialog in dialogs() if dialog.isVisible()]


def fail(message="planted"):
    raise RuntimeError(message)


def test_a_slot_that_fails_is_reported_and_the_work_kept(qtbot, reporter, session, tmp_path):
    recovery = Recovery(session, tmp_path / "recovery")
    reporter.on_report.append(recovery.write)
    session.edit("edit", OTHER)
    before = session.document
    button = QPushButton()
    qtbot.addWidget(button)
    button.clicked.connect(lambda: fail())
    button.click()
    assert loads(recovery.path.read_text()) == OTHER
    qtbot.waitUntil(lambda: len(shown()) == 1)
    assert session.document is before
    assert HEADING in [label.text() for label in shown()[0].findChildren(QLabel)]
    text = shown()[0].text.toPlainText()
    for part in ("Chainlight ", "Python 3.", "Qt 6.", "PySide6 6.", "Traceback", "RuntimeError: planted"):
        assert part in text
    recovery.close()


def test_a_file_of_the_program_that_is_missing_is_a_sentence(qtbot, reporter, capfd):
    QTimer.singleShot(0, lambda: resource("icons", "nowhere.svg"))
    qtbot.waitUntil(lambda: len(shown()) == 1)
    text = shown()[0].text.toPlainText()
    assert "The file icons/nowhere.svg of Chainlight is missing. Install Chainlight again." in text
    assert "Traceback" not in text + capfd.readouterr().err


def test_a_second_one_is_added_and_the_same_one_counted(qtbot, reporter):
    for message in ("first", "second", "second"):
        QTimer.singleShot(0, lambda message=message: fail(message))
    qtbot.waitUntil(lambda: bool(shown()) and "(2 times)" in shown()[0].text.toPlainText())
    assert len(shown()) == 1
    assert shown()[0].text.toPlainText().count("RuntimeError: second") == 1
    assert "RuntimeError: first" in shown()[0].text.toPlainText()


def test_the_report_can_be_copied(qtbot, reporter):
    QTimer.singleShot(0, lambda: fail("<b>é"))
    qtbot.waitUntil(lambda: bool(shown()))
    dialog = shown()[0]
    qtbot.mouseClick(dialog.copy, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == dialog.text.toPlainText()
    assert "RuntimeError: <b>é" in QGuiApplication.clipboard().text()
    close = dialog.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Close)
    qtbot.mouseClick(close, Qt.MouseButton.LeftButton)
    assert shown() == []


class Broken(QWidget):
    painted = 0

    def paintEvent(self, event):
        self.painted += 1
        fail(f"at {hex(id(event))}")


def test_a_view_that_fails_at_every_repaint_does_not_hold_the_user(qtbot, reporter):
    broken = Broken()
    qtbot.addWidget(broken)
    broken.show()
    for _ in range(3):
        qtbot.waitUntil(lambda: bool(shown()))
        shown()[0].close()
        broken.update()
    painted = broken.painted
    broken.update()
    qtbot.waitUntil(lambda: broken.painted > painted and not reporter._waiting)
    assert shown() == []


@pytest.mark.parametrize("kind", ["thread", "QThread"])
def test_other_threads_report_through_the_window(qtbot, reporter, kind):
    kept = []
    reporter.on_report.append(lambda: kept.append(threading.current_thread()))
    if kind == "thread":
        thread = threading.Thread(target=fail)
        thread.start()
        thread.join()
    else:
        thread = Worker()
        thread.start()
        assert thread.wait(5_000)
    qtbot.waitUntil(lambda: bool(shown()))
    assert "planted" in shown()[0].text.toPlainText()
    assert set(kept) == {threading.main_thread()}


class Worker(QThread):
    def run(self):
        fail()


def test_what_fails_while_keeping_ends_there(qtbot, reporter, capsys):
    reporter.on_report.append(lambda: fail("keeping"))
    QTimer.singleShot(0, lambda: fail("first"))
    qtbot.waitUntil(lambda: bool(shown()))
    assert "keeping" not in shown()[0].text.toPlainText()
    assert "RuntimeError: keeping" in capsys.readouterr().err


def test_it_can_be_read_while_a_question_is_open(qtbot, reporter):
    """A dialog shown below a modal one could not be used."""
    box = QMessageBox()
    qtbot.addWidget(box)
    box.open()
    QTimer.singleShot(0, fail)
    qtbot.waitUntil(lambda: bool(shown()))
    assert shown()[0].parent() is box


class Unlucky:
    def __del__(self):
        fail("while taken away")


def test_what_cannot_be_raised_is_reported(qtbot, reporter):
    Unlucky()
    qtbot.waitUntil(lambda: bool(shown()))
    assert "while taken away" in shown()[0].text.toPlainText()


def test_qt_speaks_to_stderr(reporter, capsys):
    qWarning("a warning of Qt's")
    assert capsys.readouterr().err == "Qt: a warning of Qt's\n"


def test_a_program_without_stderr_goes_on(qtbot, reporter, monkeypatch):
    monkeypatch.setattr(sys, "stderr", None)
    QTimer.singleShot(0, fail)
    qtbot.waitUntil(lambda: bool(shown()))


PROGRAM = """
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from app.shell.crash_report import install_excepthook
app, kept = QApplication([]), []
reporter = install_excepthook(lambda: kept.append(1))
"""


def run(rest: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-c", PROGRAM + rest]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)


GOES_ON = """
from app.shell.report_dialog import ReportDialog
def look():
    if any(isinstance(widget, ReportDialog) and widget.isVisible() for widget in app.topLevelWidgets()):
        app.exit(7)
timer = QTimer(interval=1)
timer.timeout.connect(look)
timer.start()
QTimer.singleShot(0, lambda: 1 / 0)
raise SystemExit(app.exec())
"""


def test_a_whole_program_goes_on_after_a_failing_slot():
    done = run(GOES_ON)
    assert done.returncode == 7
    assert "ZeroDivisionError" in done.stderr


# a program started in the background of a shell is deaf to Ctrl+C unless it asks to hear it
IDLE = """
from app.shell.sigint import Interrupts
Interrupts()
QTimer.singleShot(0, lambda: print("ready", flush=True))
status = app.exec()
print(status, bool(kept))
"""


def asleep(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "S"


@pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="only there can be seen that a program is idle"
)
def test_ctrl_c_ends_an_idle_program_and_keeps_the_work(qtbot):
    hears = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    command = [sys.executable, "-c", hears + PROGRAM + IDLE]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        try:
            assert running.stdout.readline() == "ready\n"
            # busy, it would notice by itself
            qtbot.waitUntil(lambda: asleep(running.pid))
            running.send_signal(signal.SIGINT)
            assert running.communicate(timeout=300) == ("130 True\n", "")
        finally:
            running.kill()


def test_a_late_exception_is_still_printed(hooks, qtbot, capsys):
    """At the end Qt takes the reporter away before Python takes the hooks away."""
    reporter = install_excepthook()
    reporter.stop()
    late = reporter.take
    delete(reporter)
    late(RuntimeError, RuntimeError("late"), None)
    assert "late" in capsys.readouterr().err
    assert sys.excepthook is sys.__excepthook__


def test_it_belongs_to_the_application(reporter):
    assert isinstance(reporter, QObject)
    assert reporter.parent() is QApplication.instance()
