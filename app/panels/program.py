"""Where the program is typed: the graph follows, a mistake is underlined with a sentence and a fix below."""

from __future__ import annotations

from math import ceil

from PySide6.QtCore import QEvent, QSignalBlocker, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFont, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.panels.remarks import Remarks
from app.panels.role_chips import RoleChips
from app.state.session import Session
from app.state.training_session import TrainingSession
from app.widgets.labels import Button, plain_label, tint
from app.widgets.theme import LIGHT, Theme
from core.base.errors import Problem, Span, cut
from core.notation.names import in_text
from core.notation.program import Remark

APPLY_AFTER = 120  # milliseconds without typing
SHOW_PROBLEM_AFTER = 400
LONGEST_BUTTON = 26  # characters; a longer hint is part of the sentence
UNDO = (QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo)
PAUSE = 1200  # typing after a pause is an undo entry of its own
EXAMPLES = ("(x+y)z", "sigmoid(w·x + b)", "softmax(W x + b)")


class Editor(QPlainTextEdit):
    """The text field: small names of Greek letters and signs are offered, Return makes a new line."""

    undoing = Signal()  # the keys of undo or redo, before the window's command takes them

    def __init__(self, text: str):
        super().__init__(text)
        self.setUndoRedoEnabled(False)  # undo is the session's
        self.setTabChangesFocus(True)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)
        self.setAccessibleName("Program")
        self.setPlaceholderText("Type a formula, such as (x+y)z")
        self.setToolTip("The program: statements such as z = w x + b, one a line or separated by ;")

    def sizeHint(self) -> QSize:
        return QSize(260, self.fontMetrics().lineSpacing() * 3 + 12)

    def minimumSizeHint(self) -> QSize:
        return QSize(100, self.sizeHint().height())

    @property
    def height_of_lines(self) -> int:
        """How high it is when all lines are seen, as they are broken at its width."""
        lines = max(self.blockCount(), ceil(self.document().size().height()))
        edges = 3 * self.document().documentMargin() + 2 * self.frameWidth()  # with less Qt scrolls
        return max(self.sizeHint().height(), ceil(lines * self.fontMetrics().lineSpacing() + edges))

    def event(self, event: QEvent) -> bool:
        """Leave undo and redo to the window: the field would claim their keys even with its own undo off."""
        claims = event.type() == QEvent.Type.ShortcutOverride
        if claims and isinstance(event, QKeyEvent) and any(map(event.matches, UNDO)):
            self.undoing.emit()
            event.ignore()
            return False
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            event.ignore()
            return
        super().keyPressEvent(event)


class ProgramPanel(QWidget):
    """The editor, and below or beside it what is wrong with the program, how it was read, and its roles.

    What is typed goes to the session after APPLY_AFTER without typing.
    """

    def __init__(self, session: Session, training: TrainingSession, parent: QWidget | None = None):
        super().__init__(parent)
        self.session = session
        self.theme: Theme = LIGHT
        self.editor = Editor(session.document.text)
        self.message = plain_label()
        self.remarks = Remarks()
        self.remarks.chosen.connect(self._use_other_reading)
        self.reading = plain_label()
        self.reading.setToolTip("The program as it was understood, with all brackets")
        self.fix = Button()
        self.fix.clicked.connect(self._apply_fix)
        below = QVBoxLayout()
        below.addWidget(self.message)
        below.addWidget(self.fix, 0, Qt.AlignmentFlag.AlignLeft)
        below.addWidget(self.remarks)
        self.examples = self._examples()
        below.addWidget(self.examples)
        body = QWidget()
        body.setMinimumWidth(1)  # as wide as the panel, whatever is in it: nothing is pushed out at its side
        self._beside = beside = QVBoxLayout()
        beside.addLayout(below)
        beside.addWidget(self.reading)
        self.roles = RoleChips(training)
        beside.addWidget(self.roles)
        beside.addStretch()
        self._box = QBoxLayout(QBoxLayout.Direction.TopToBottom, body)
        self._box.setContentsMargins(8, 6, 8, 6)
        self._box.addWidget(self.editor, 1)
        self._box.addLayout(beside)
        self._is_wide = False
        self._area = QScrollArea()
        self._area.setWidget(body)
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        around = QVBoxLayout(self)
        around.setContentsMargins(0, 0, 0, 0)
        around.addWidget(self._area)
        self.setMinimumWidth(230)
        self._gesture = session.gesture()
        self._apply_later = _timer(self, APPLY_AFTER, self._apply)
        self._show_problem_later = _timer(self, SHOW_PROBLEM_AFTER, self._show_problem)
        self._pause = _timer(self, PAUSE, self._new_gesture)
        self.editor.textChanged.connect(self._typed)
        self.editor.undoing.connect(self.end_typing)
        self.editor.document().documentLayout().documentSizeChanged.connect(self.updateGeometry)
        session.documentChanged.connect(self._show)
        session.traceChanged.connect(self._trace_changed)

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme
        font = QFont(self.font())
        font.setPointSizeF(1.2 * font.pointSizeF())
        self.editor.setFont(font)
        self._show_problem()
        self.roles.set_theme(theme)

    def set_wide(self, wide: bool) -> None:
        """Put what is said of the program beside the editor, or below it."""
        self._is_wide = wide
        way = QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        self._box.setDirection(way)
        self._box.setStretch(1, 1 if wide else 0)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """Where what is said of the program stands beside the editor, as high as the higher of them."""
        if not self._is_wide:
            return super().sizeHint()
        margins, half = self._box.contentsMargins(), max(1, self.width() // 2 - self._box.spacing())
        height = max(self.editor.height_of_lines, self._beside.totalHeightForWidth(half))
        return QSize(super().sizeHint().width(), height + margins.top() + margins.bottom())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.updateGeometry()  # lines and chips are broken at another width

    def apply_now(self) -> None:
        """Do not wait for a pause in typing."""
        if self._apply_later.isActive():
            self._apply_later.stop()
            self._apply()

    def end_typing(self) -> None:
        """Take what has just been typed as a step of its own, such as undo takes back."""
        self.apply_now()
        self._new_gesture()

    def _new_gesture(self) -> None:
        self._gesture = self.session.gesture()

    def _typed(self) -> None:
        self._apply_later.start()
        self._show_problem_later.start()
        self._pause.start()
        self._underline(None)

    def _apply(self) -> None:
        self.session.set_text(self.editor.toPlainText(), self._gesture)

    def _show(self) -> None:
        text = self.session.document.text
        if text != self.editor.toPlainText():
            place = self.editor.textCursor().position()
            with QSignalBlocker(self.editor):
                self.editor.setPlainText(text)
            cursor = self.editor.textCursor()
            cursor.setPosition(min(place, len(text)))
            self.editor.setTextCursor(cursor)
            self._apply_later.stop()

    def _trace_changed(self) -> None:
        if not self._show_problem_later.isActive():
            self._show_problem()

    def _show_problem(self) -> None:
        """The sentence below: what is wrong, else what is worth knowing, else how the program was read."""
        problem, remarks = self.session.problem, self.session.remarks
        self._underline(problem)
        self.examples.setVisible(not self.session.document.text.strip())
        self.fix.setVisible(bool(problem and problem.fix is not None))
        if problem and problem.fix is not None:
            shown = problem.hint if _on_button(problem) else f"Write {cut(problem.fix)} instead"
            self.fix.show_text(shown, f"Put {problem.fix or 'nothing'} in the place of what is underlined")
            self.fix.setAccessibleName(shown if _on_button(problem) else f"Write {problem.fix} instead")
        self.message.setVisible(bool(problem))
        self.message.setText(_sentence(problem) if problem else "")
        tint(self.message, self.theme.wrong)
        self.remarks.show_remarks([] if problem else remarks, self.theme.faint)
        tint(self.reading, self.theme.faint)
        self.reading.setVisible(problem is None)
        self.reading.setText(f"Read as  {_shortened(in_text(self.session.reading))}")
        self.updateGeometry()

    def _examples(self) -> QWidget:
        """What an empty program offers: worked examples to click."""
        found = QWidget()
        column = QVBoxLayout(found)
        column.setContentsMargins(0, 0, 0, 0)
        for text in EXAMPLES:
            button = QPushButton(text)
            button.setToolTip("Put this example on the canvas")
            button.clicked.connect(lambda checked=False, text=text: self._apply_example(text))
            column.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        return found

    def _apply_example(self, text: str) -> None:
        self.session.set_text(text, self.session.gesture())
        self.editor.setFocus()

    def _underline(self, problem: Problem | None) -> None:
        if problem is None or problem.span is None:
            self.editor.setExtraSelections([])
            return
        from app.panels.underline import underlined

        mark = underlined(self.editor, problem.span, self.theme.colour("wrong"))
        self.editor.setExtraSelections([mark])

    def _apply_fix(self) -> None:
        problem = self.session.problem
        if problem and problem.span and problem.fix is not None:
            self._replace(problem.span, problem.fix)

    def _use_other_reading(self, remark: Remark) -> None:
        self._replace(remark.span, remark.other)

    def _replace(self, span: Span, written: str) -> None:
        """Put other text in a place of the program, as one edit."""
        from PySide6.QtGui import QTextCursor

        text = self.editor.toPlainText()
        self.session.set_text(text[: span.start] + written + text[span.end :], self.session.gesture())
        self.editor.setFocus()
        self.editor.moveCursor(QTextCursor.MoveOperation.End)


def _on_button(problem: Problem) -> bool:
    """Whether the button says what to do, so that the sentence need not."""
    return problem.fix is not None and 0 < len(problem.hint) <= LONGEST_BUTTON


def _sentence(problem: Problem) -> str:
    """The message, and what to do where no button says it."""
    text = problem.message if _on_button(problem) else str(problem)
    return text if text.endswith((".", "?")) else f"{text}."


def _shortened(text: str, most: int = 400) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _timer(parent: QWidget, interval: int, slot: object) -> QTimer:
    timer = QTimer(parent, singleShot=True, interval=interval)
    timer.timeout.connect(slot)
    return timer
