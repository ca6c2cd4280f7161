"""A user who does anything at random: no action may fail, and none may leave anything behind.

`python -m tests.soak [-n 10000] [--seed 1]` shows, every so many actions, what is in use: memory, windows,
Qt's objects and the program's own. Dialogs and menus are answered from the event loop, as a user would. With
`--training` all of it is done while a net is trained. It tells, too, how long the event loop was silent the
longest, in seconds of the processor.
"""

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import argparse
import gc
import sys
import tempfile
import time
import traceback
from collections import Counter, deque
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import _lru_cache_wrapper
from pathlib import Path
from random import Random

from PySide6.QtCore import (
    QEvent,
    QEventLoop,
    QObject,
    QPoint,
    QPointF,
    Qt,
    QTimer,
    QtMsgType,
    qInstallMessageHandler,
)
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QPixmapCache, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QFileDialog,
    QLineEdit,
    QMenu,
    QMessageBox,
    QWidget,
)
from shiboken6 import Shiboken

from app.formula import measured
from app.panels.algorithm_rows import VALUE
from app.shell.edit_commands import redo, undo
from app.shell.palette import Palette
from core.data.datasets import DATASETS
from core.passes.trace import Trace
from core.project.document import EXAMPLE, Document
from core.training.settings import SETTINGS, USUAL

PROGRAMS = (
    "(x+y)z",
    "sigmoid(w·x + b)",
    "softmax(W x + b)",
    "a = tanh(W x + b); L = ‖a‖^2 + b[0]",
    "z = w x + b; y = σ(z); L = 1/2 (y - t)^2",
    "y = b x^2; y / (1 + e^(-x))",
    "conv2d(P, W) + b",
    "s = w·x + b; L = max(0, -t s)",
    "[x > 0] x + |y|",
    "1/x + log(y)",
    "L = -log(softmax(W x + b)[k])",
)
LONG = (  # their formulas have as many steps and definitions, and their inputs as many axes, as are shown
    "a = σ(x + u); b = σ(a + u); c = σ(b + u); d = σ(c + u); e = σ(d + u); f = σ(e + u); σ(f + u)",
    "L = ‖softmax(W x + b)‖^2",
)
PIECES = ("+ x", "(", ")", " y", "σ(", "^2", "\\frac12", "w·x", ";", "\n", "= 3", "[1, 2]", "é", "∑", "#")
TYPED = ("1.5", "1/3", "[1, 2]", "-2", "x", "", "1e400", "[[1, 2], [3, 4]]")
NAMES = ("a.svg", "b.pdf", "c.png", "d.tex", "e.chainlight", "f", "g.py", "h.onnx", "i.graphml", "no/j.svg")
KEYS = (
    *(Qt.Key.Key_Space, Qt.Key.Key_Left, Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_Escape),
    *(Qt.Key.Key_B, Qt.Key.Key_L, Qt.Key.Key_S, Qt.Key.Key_T, Qt.Key.Key_X, Qt.Key.Key_Z),
)
ARROWS = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down)
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
AT_THE_END = {"quit"}  # of the commands
OFFSCREEN = "This plugin does not support"  # what the platform without a screen says again and again
MOST_SILENCES = 10
POKED = (QAbstractButton, QComboBox, QAbstractSpinBox, QAbstractSlider, QLineEdit)


@dataclass
class InUse:
    """What the program uses once everything is closed again."""

    megabytes: int
    windows: int
    widgets: int
    objects: int
    ours: Counter = field(repr=False)

    def __str__(self):
        return (
            f"{self.megabytes} MB, {self.windows} top-level widgets, {self.widgets} widgets, "
            f"{self.objects} objects of Qt, {self.ours.total()} of ours"
        )


class User:
    """Does things to a window, chosen by a seed; what fails is kept in `failures`."""

    def __init__(self, window, folder, seed):
        self.window, self.folder, self.random = window, folder, Random(seed)
        self.failures = []
        self.did = deque(maxlen=6)
        self.silences = []  # of the event loop between two of its turns, with what was done before

    def act(self, count, training=False):
        """Do so many things, each from the event loop, as what comes from a keyboard and a mouse."""
        loop = QEventLoop()
        actions, weights = zip(*(TRAINING if training else ACTIONS).items(), strict=True)
        left = self.random.choices(actions, weights, k=count)
        heard = time.process_time()

        def hear():
            nonlocal heard
            now = time.process_time()
            self.silences.append((now - heard, f"around {' or '.join(list(self.did)[-2:])}"))
            self.silences = sorted(self.silences, reverse=True)[:MOST_SILENCES]
            heard = time.process_time()

        def act_once():
            if not left:
                loop.quit()
                return
            action = left.pop()
            self.did.append(action.__name__)
            before = len(self.failures)
            try:
                action(self)
            except Exception:
                self.failures.append(traceback.format_exc())
            if len(self.failures) > before:
                self.failures[-1] += f"after {', '.join(self.did)}"
            QTimer.singleShot(0, act_once)  # not before: what a dialog asks comes first

        def answer():
            if loop.isRunning():
                QTimer.singleShot(1, answer)  # at first: answering may open a dialog with a loop of its own
                self._answer()

        QTimer.singleShot(0, act_once)
        QTimer.singleShot(0, answer)
        heart = QTimer()
        heart.timeout.connect(hear)
        heart.start()
        with self._telling_of_endless_calls():
            loop.exec()
        heart.stop()

    @contextmanager
    def _telling_of_endless_calls(self):
        """What calls itself without an end is told with what it was called from: who reports a failure of
        Qt's event loop knows no more than the last slot."""
        before = sys.excepthook

        def caught(kind, error, trace):
            if issubclass(kind, RecursionError):
                self.failures.append(f"{error}, called from\n{_calls()}after {', '.join(self.did)}")
            before(kind, error, trace)

        sys.excepthook = caught
        try:
            yield
        finally:
            sys.excepthook = before

    def look_at_all(self):
        """Open every panel and tab on a long program, so that what is made once is there."""
        panel = self.window.panes["derivatives"].open()
        for text in LONG:
            self.window.session.set_text(text)
            for number in range(len(panel.views)):
                panel.tabs.choose(number)
                while panel.ticker.running:
                    QTest.qWait(1)
        self.window.show_workspace("lectures")  # whose cards are made when they are first looked at
        self.window.show_workspace("train")
        self.window.training.change("layers", trains="network", hidden=(2, 2, 2))
        QTest.qWait(1)
        self.window.actions_by_id["train_step"].trigger()
        self.window.show_workspace("step")
        self.window.panes["training"].open()
        QTest.qWait(1)

    def in_use(self):
        """Close all that is open, go back to the first program, and count what is left."""
        window = self.window
        for _ in range(20):
            _close_what_is_open()
        window.presentation.stop()
        window.showNormal()
        window.transport.pause()
        window.scene.finish()
        for dock in (window.panes["training"], window.panes["derivatives"]):
            dock.open()
            dock.toggle()
        window.show_workspace("step")  # what is trained is drawn with other items
        window.training.stop()
        window.session.stop()
        window.session.replace_document(EXAMPLE, None)
        _empty_caches()
        for _ in range(3):
            QApplication.processEvents()
            QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
            gc.collect()
        tops = QApplication.topLevelWidgets()
        roots = [QApplication.instance(), *tops]
        objects = {id(found) for root in roots for found in root.findChildren(QObject)}
        widgets = len(QApplication.allWidgets())
        ours = Counter(f"{k.__module__}.{k.__qualname__}" for k in map(type, gc.get_objects()) if _is_ours(k))
        return InUse(_megabytes(), len(tops), widgets, len(objects), ours)

    # -- answering what opens

    def _answer(self):
        """Answer the menu or the dialog that is open."""
        try:
            menu, dialog = QApplication.activePopupWidget(), QApplication.activeModalWidget()
            if isinstance(menu, QMenu):
                self._choose(menu)
            elif menu is not None:
                menu.close()
            elif dialog is not None:
                self._answer_dialog(dialog)
        except Exception:
            self.failures.append(traceback.format_exc())

    def _choose(self, menu):
        able = [a for a in menu.actions() if a.isEnabled() and not a.isSeparator() and not a.menu()]
        if able and self.random.random() < 0.7:
            menu.setActiveAction(self.random.choice(able))
            QTest.keyClick(menu, Qt.Key.Key_Return)
        else:
            menu.close()

    def _answer_dialog(self, dialog):
        if isinstance(dialog, QFileDialog) and self.random.random() < 0.8:
            dialog.findChild(QLineEdit).setText(str(self.folder / self.random.choice(NAMES)))
            dialog.accept()
        elif isinstance(dialog, QMessageBox):
            self.random.choice(dialog.buttons()).click()
        elif isinstance(dialog, Palette) and self.random.random() < 0.7:
            dialog.field.setText(self.random.choice(("step", "theme", "fit", "zz", "unfold", "train")))
            QTest.keyClick(dialog.field, Qt.Key.Key_Return)
        else:
            dialog.close()

    # -- what a user does

    def command(self):
        able = [
            a for name, a in self.window.actions_by_id.items() if a.isEnabled() and name not in AT_THE_END
        ]
        self.random.choice(able).trigger()

    def step(self):
        self.window.session.step(self.random.choice((-1, 1, 1, 3)))

    def press_a_key(self):
        QTest.keyClick(self.window.view, self.random.choice(KEYS))

    def walk(self):
        QTest.keyClick(self.window.view, self.random.choice(ARROWS), Qt.KeyboardModifier.AltModifier)

    def type_a_program(self):
        self.window.program.editor.setPlainText(self.random.choice(PROGRAMS))
        self._perhaps_wait()

    def type_a_piece(self):
        editor = self.window.program.editor
        cursor = editor.textCursor()
        cursor.setPosition(self.random.randint(0, len(editor.toPlainText())))
        editor.setTextCursor(cursor)
        editor.insertPlainText(self.random.choice(PIECES))
        self._perhaps_wait()

    def _perhaps_wait(self):
        if self.random.random() < 0.8:
            self.window.program.apply_now()
        else:
            QTest.qWait(30)

    def apply_a_fix(self):
        for button in (self.window.program.fix, *self.window.program.remarks.buttons):
            if button.isVisible():
                button.click()
                return

    def type_a_value(self):
        rows = self.window.algorithm.rows
        index = rows.index(self.random.randrange(rows.rowCount()), VALUE)
        if rows.flags(index) & Qt.ItemFlag.ItemIsEditable:
            rows.setData(index, self.random.choice(TYPED))

    def undo_and_redo(self):
        for _ in range(self.random.randint(1, 4)):
            self.random.choice((undo, undo, redo))(self.window)

    def use_the_mouse(self):
        view = self.window.view
        self.window.activateWindow()  # as a click does: a field that is left takes what was typed
        at = self._place(view)
        if self.random.random() < 0.4:
            QTest.mouseClick(view.viewport(), LEFT, pos=at)
        elif self.random.random() < 0.5:
            QTest.mouseDClick(view.viewport(), LEFT, pos=at)
        else:
            QTest.mousePress(view.viewport(), LEFT, pos=at)
            for _ in range(4):
                at += QPoint(self.random.randint(-20, 20), self.random.randint(-20, 20))
                QTest.mouseMove(view.viewport(), at)
            QTest.mouseRelease(view.viewport(), LEFT, pos=at)

    def turn_the_wheel(self):
        viewport, at = self.window.view.viewport(), QPointF(self._place(self.window.view))
        turn = QPoint(0, self.random.choice((-120, 120)))
        modifiers = self.random.choice((NONE, Qt.KeyboardModifier.ControlModifier))
        where = QPointF(viewport.mapToGlobal(at.toPoint()))
        phase = Qt.ScrollPhase.NoScrollPhase
        QApplication.sendEvent(
            viewport, QWheelEvent(at, where, QPoint(), turn, Qt.MouseButton.NoButton, modifiers, phase, False)
        )

    def _place(self, view):
        """Where a node is drawn, or anywhere."""
        centres = list(self.window.scene.source.drawing.placement.centres.values())
        if centres and self.random.random() < 0.7:
            return view.mapFromScene(QPointF(*self.random.choice(centres)))
        return QPoint(self.random.randrange(view.width()), self.random.randrange(view.height()))

    def open_a_context_menu(self):
        window = self.window
        shown = [window.view.viewport(), window.explanation.viewport(), window.algorithm.table.viewport()]
        shown += [window.program.editor.viewport()]
        if window.panes["derivatives"].seen:
            shown.append(window.panes["derivatives"].made.view)
        if window.panes["training"].seen:
            shown.append(window.panes["training"].made)
        widget = self.random.choice(shown)
        at = self._place(window.view) if widget is shown[0] else widget.rect().center()
        asked = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, widget.mapToGlobal(at))
        QApplication.sendEvent(widget, asked)

    def open_a_menu(self):
        menus = [action.menu() for action in self.window.menuBar().actions()]
        menu = self.random.choice([m for top in menus for m in (top, *top.findChildren(QMenu))])
        menu.aboutToShow.emit()

    def poke(self):
        """Use any button, choice or number that can be seen."""
        found = [w for w in self.window.findChildren(QWidget) if isinstance(w, POKED) and _can_be_used(w)]
        if not found:
            return
        widget = self.random.choice(found)
        match widget:
            case QAbstractButton():
                widget.click()
            case QComboBox():
                widget.setCurrentIndex(self.random.randrange(max(1, widget.count())))
            case QAbstractSpinBox():
                widget.stepBy(self.random.choice((-3, -1, 1, 2)))
            case QAbstractSlider():
                widget.setValue(self.random.randint(widget.minimum(), widget.maximum()))
            case QLineEdit() if not widget.isReadOnly():
                widget.setText(self.random.choice(TYPED))
                QTest.keyClick(widget, Qt.Key.Key_Return)

    def choose_a_row(self):
        found = [w for w in self.window.findChildren(QAbstractItemView) if _can_be_used(w)]
        if found:
            view = self.random.choice(found)
            if view.model() is not None and view.model().rowCount():
                view.setCurrentIndex(view.model().index(self.random.randrange(view.model().rowCount()), 0))

    def open_a_sheet(self):
        self.window.actions_by_id[self.random.choice(("palette", "keys", "notation", "about"))].trigger()

    def present(self):
        self.window.actions_by_id[self.random.choice(("present_here", "presenter"))].trigger()
        for key in self.random.choices(KEYS, k=5):
            self.window.keyPressEvent(QKeyEvent(QEvent.Type.KeyPress, key, NONE))
        self.window.presentation.stop()

    def train(self):
        if not self.window.panes["training"].seen:
            self.window.actions_by_id["training"].trigger()
        self.window.actions_by_id[self.random.choice(("train", "train_step", "train_reset"))].trigger()

    # -- what a user does while a net is trained

    def train_on(self):
        """Go to the workspace for training, and let it train."""
        self.window.show_workspace("train")
        if not self.window.training.is_training:
            self.window.training.toggle()

    def weigh(self):
        """Give an edge of the net another weight, as one that is typed."""
        net = self.window.net
        if self.window.shows_net and (weights := [arc.weight for arc in net.view.arcs if arc.weight]):
            net.set_weight(self.random.choice(weights), self.random.uniform(-3, 3))

    def point_at_a_unit(self):
        if self.window.shows_net:
            net = self.window.net
            self.random.choice((net.point_at, net.select))(self.random.choice(["", *net.view.nodes]))

    def change_a_setting(self):
        training, name = self.window.training, self.random.choice(CHANGED)
        setting, usual = SETTINGS[name], getattr(USUAL, name)
        if setting.choices:
            value = self.random.choice(list(setting.choices()))
        elif isinstance(usual, bool):
            value = self.random.random() < 0.5
        else:
            value = min(max((usual or 1) * self.random.uniform(0.2, 3), setting.low), setting.high)
            value = round(value) if isinstance(usual, int) else value
        training.change("at random", **{name: value})

    def choose_data(self):
        self.window.training.choose_data(self.random.choice(list(DATASETS)))

    def change_the_net(self):
        hidden = tuple(self.random.randint(1, 9) for _ in range(self.random.randint(1, 3)))
        self.window.training.change("at random", trains="network", hidden=hidden)

    def choose_a_workspace(self):
        self.window.show_workspace(self.random.choice(("step", "train", "lectures")))

    def choose_a_sample(self):
        run = self.window.training.run
        if run is not None and run.setup.dataset is not None:
            self.window.training.choose_sample(self.random.randrange(len(run.setup.dataset)))

    def wait(self):
        QTest.qWait(self.random.randint(1, 40))

    def close_what_is_open(self):
        _close_what_is_open()


ACTIONS = {
    User.command: 14,
    User.step: 10,
    User.press_a_key: 8,
    User.walk: 4,
    User.type_a_program: 4,
    User.type_a_piece: 6,
    User.apply_a_fix: 3,
    User.type_a_value: 4,
    User.undo_and_redo: 6,
    User.use_the_mouse: 8,
    User.turn_the_wheel: 3,
    User.open_a_context_menu: 6,
    User.open_a_menu: 2,
    User.poke: 10,
    User.choose_a_row: 2,
    User.open_a_sheet: 3,
    User.present: 1,
    User.train: 2,
    User.wait: 2,
    User.close_what_is_open: 1,
}


TRAINING = {
    **dict.fromkeys((User.command, User.train_on), 10),
    **dict.fromkeys((User.poke, User.wait), 8),
    **dict.fromkeys((User.undo_and_redo, User.use_the_mouse, User.change_a_setting), 6),
    **dict.fromkeys((User.press_a_key, User.walk, User.weigh, User.point_at_a_unit), 4),
    **dict.fromkeys((User.turn_the_wheel, User.open_a_context_menu, User.choose_a_row, User.train), 3),
    **dict.fromkeys((User.choose_data, User.change_the_net, User.choose_a_workspace), 2),
    **dict.fromkeys((User.choose_a_sample, User.step, User.type_a_program, User.present), 2),
    **dict.fromkeys((User.open_a_menu, User.open_a_sheet, User.close_what_is_open), 1),
}
# those that have values of their own kind are changed by their fields
CHANGED = [
    name for name, kind in SETTINGS.items() if kind.choices or isinstance(getattr(USUAL, name), int | float)
]


def _calls():
    """The functions that are being called, the last first, as far as one sees a circle in them."""
    frame, lines = sys._getframe(2), []
    while frame is not None and len(lines) < 100:
        code = frame.f_code
        lines.append(f"  {Path(code.co_filename).name}:{frame.f_lineno} {code.co_name}\n")
        frame = frame.f_back
    return "".join(lines)


def _close_what_is_open():
    for widget in (QApplication.activePopupWidget(), QApplication.activeModalWidget()):
        if widget is not None:
            widget.close()
    for dialog in QApplication.topLevelWidgets():
        if isinstance(dialog, QDialog) and dialog.isVisible():
            dialog.close()


def _empty_caches():
    """A cache that fills up is no leak; those of a single thing stay, since that is in use."""
    for found in gc.get_objects():
        ours = isinstance(found, _lru_cache_wrapper) and str(found.__module__).startswith(("app.", "core."))
        if ours and found.cache_info().maxsize != 1:
            found.cache_clear()
    QPixmapCache.clear()


def _can_be_used(widget):
    return widget.isVisible() and widget.isEnabled()


def _is_ours(kind):
    """Whether it is a kind of part of the window, or of what the session goes back to; caches are none."""
    in_window = issubclass(kind, Shiboken.Object) and str(kind.__module__).startswith("app.")
    return in_window or kind in (Document, Trace)


def _megabytes():
    """What this process has in memory now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 1_000_000


def report_to(failures):
    """Whatever nobody caught, and what Qt warns of, is a failure."""

    def caught(kind, error, trace):
        failures.append("".join(traceback.format_exception(kind, error, trace)))

    def heard(kind, context, message):
        if kind != QtMsgType.QtDebugMsg and not message.startswith(OFFSCREEN):
            failures.append(f"Qt: {message}")

    sys.excepthook = caught
    sys.unraisablehook = lambda args: caught(args.exc_type, args.exc_value, args.exc_traceback)
    qInstallMessageHandler(heard)


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("-n", type=int, default=10_000, help="actions (10,000)")
    options.add_argument("--every", type=int, default=1000, help="actions between two counts (1,000)")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--training", action="store_true", help="do it while a net is trained")
    asked = options.parse_args()
    folder = Path(tempfile.mkdtemp())
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "HOME", "TMPDIR"):
        os.environ[name] = str(folder)

    from app.shell.window import Window
    from app.state.session import Session
    from app.state.settings import Settings
    from app.widgets.theme import STYLE, load_fonts

    app = QApplication(["chainlight", *STYLE])
    app.setQuitOnLastWindowClosed(False)
    load_fonts()
    window = Window(Session(measure=measured), Settings())
    window.resize(1200, 800)
    window.show()
    user = User(window, folder, asked.seed)
    report_to(user.failures)
    user.look_at_all()
    before = user.in_use()
    print(f"{0:6}: {before}", flush=True)
    told = 0
    for done in range(asked.every, asked.n + 1, asked.every):
        user.act(asked.every, asked.training)
        after = user.in_use()
        print(f"{done:6}: {after}", flush=True)
        for failure in user.failures[told:]:
            print(failure, flush=True)
        told = len(user.failures)
    print("The event loop was silent the longest:")
    for seconds, when in user.silences:
        print(f"{1000 * seconds:6.0f} ms {when}")
    for name, more in (after.ours - before.ours).most_common(20):
        print(f"{more:+6} {name}")
    app.clipboard().clear()  # what Python has put there, Qt would delete after Python has ended: a crash
    raise SystemExit(bool(user.failures))


if __name__ == "__main__":
    main()
