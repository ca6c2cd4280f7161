"""The gradient by hand, as on the slide: one entry after the other is moved by h, and the table fills."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtWidgets import (
    QComboBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QTableView,
    QToolButton,
    QWidget,
)

from app.derivatives.hand_table import HandTable
from app.derivatives.tables import read_only
from app.derivatives.view import Answer, Question, View
from app.state.session import Session
from app.state.ticker import Ticker
from app.widgets.flow_layout import FlowLayout, labelled
from app.widgets.icons import icon
from app.widgets.labels import sentence_of, tint, with_full_stop
from app.widgets.theme import Theme
from core.base.errors import Problem
from core.base.numbers import short
from core.derivatives.numerical import STEPS, Differenced, differences, kinks_between, verdict
from core.graph.typed_value import read_value
from core.passes.seed import entry_text

USUAL_H = "0.0001"  # as in the lecture
EMPTY = "Step moves the first entry by h and computes the output again; Run fills the whole table"
MOST_SAID = 3


class ByHandView(View):
    title = "By hand"
    tip = "The numerical gradient, entry by entry: the output at x, at x + h, and the slope between"

    def __init__(self, session: Session, parent: QWidget | None = None):
        super().__init__(session, parent)
        self.model = HandTable()
        self.h = float(USUAL_H)
        self._rest: Iterator[Differenced] = iter(())
        self.ticker = Ticker(self)
        self.method = QComboBox()
        self.method.addItems(list(STEPS))
        self.method.setToolTip(
            "One-sided: from x to x + h. Centred: from x − h to x + h, which is more exact"
        )
        self.method.setAccessibleName("Kind of difference")
        self.step_field = QLineEdit(USUAL_H)
        self.step_field.setToolTip("The step h by which an entry is moved, such as 0.0001 or 10^-6")
        self.step_field.setAccessibleName("Step h")
        self.step_field.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.count = QLabel()
        self.one = _button("step-forward", "Fill the next row", self.step)
        self.run = _button("play", "Fill all rows, or pause", self.toggle)
        self.clear = _button("rotate-ccw", "Empty the table", self.reset)
        self.table = QTableView()
        self.table.setModel(self.model)
        read_only(self.table, "Gradient by hand", "A row for every entry of the input")
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.table.horizontalHeader().setResizeContentsPrecision(0)  # the rows in view
        self.table.horizontalHeader().setStretchLastSection(True)
        self.table.verticalHeader().hide()
        self.table.setMinimumHeight(140)
        controls = FlowLayout()
        h = labelled("h", self.step_field)
        for part in (self.method, h, self.one, self.run, self.clear, self.count):
            controls.addWidget(part)
        self.box.addLayout(controls)
        self.box.addWidget(self.table, 1)
        self.box.addWidget(self.message)
        self.method.activated.connect(self.reset)
        self.step_field.editingFinished.connect(self._take_h)
        self.ticker.progressed.connect(self._show)
        self.ticker.stopped.connect(self._show)

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self.model.theme = theme
        metrics = self.step_field.fontMetrics()
        self.step_field.setFixedWidth(metrics.horizontalAdvance("0.0000001") + 14)
        self.table.verticalHeader().setDefaultSectionSize(round(1.6 * metrics.height()))
        self.one.setIcon(icon("step-forward"))
        self.clear.setIcon(icon("rotate-ccw"))
        self._show()

    def pause(self) -> None:
        self.ticker.stop()

    # -- the answer

    def answer(self, question: Question) -> Answer:
        self.question = question
        self.reset()
        yield

    def refuse(self, problem: Problem) -> None:
        self._say(sentence_of(problem), wrong=True)

    def reset(self) -> None:
        """Empty the table."""
        self.pause()
        if self.question is not None:
            method = self.method.currentText()
            self.model.ask(self.question, method == "centred")
            self._rest = differences(self.question.trace, self.question.by, method, self.h)
            self._show()

    def step(self) -> None:
        """Fill the next row."""
        self.pause()
        self._next()
        self._show()

    def toggle(self) -> None:
        """Fill all rows that are left, or pause; a full table is filled anew."""
        if self.ticker.running:
            self.pause()
            return
        if len(self.model.rows) == self.model.rowCount():
            self.reset()
        self.ticker.start(self._all())
        self._show()

    def _all(self) -> Iterator[None]:
        while self._next():
            yield

    def _next(self) -> bool:
        """Find a row; False when all are there."""
        found = next(self._rest, None)
        if found is None or self.question is None:
            return False
        trace, by = self.question.trace, self.question.by
        self.model.add(found, kinks_between(trace, by, found.entry, found.h, self.method.currentText()))
        return True

    def _take_h(self) -> None:
        """Take the step as typed; what is no positive number is answered, and the last one stays."""
        text = self.step_field.text()
        try:
            h = read_value(text, "h")
            if not isinstance(h, float) or not 0 < h < float("inf"):
                raise Problem(f"The step h must be a positive number, not {text[:20]}")
        except Problem:
            self._say("The step h is a positive number, such as 0.0001 or 10^-6.", wrong=True)
            return
        if h != self.h:
            self.h = h
            self.reset()
        self._show()

    # -- showing

    def _show(self) -> None:
        done, total = len(self.model.rows), self.model.rowCount()
        self.count.setText(f"{done:,} of {total:,}")
        self.run.setIcon(icon("pause" if self.ticker.running else "play"))
        self.one.setEnabled(done < total)
        self.clear.setEnabled(done > 0)
        if done:
            self.table.scrollTo(self.model.index(done - 1, 0))
        self._say(self._sentence(done, total), wrong=bool(self.model.kinks))

    def _sentence(self, done: int, total: int) -> str:
        worst = self.model.worst
        if worst is None or self.question is None:
            return with_full_stop(EMPTY)
        found = [with_full_stop(kink) for kink in list(self.model.kinks)[:MOST_SAID]]
        if done == total:
            at = f" at {self.question.by}{entry_text(worst.entry)}" if total > 1 else ""
            found.append(f"Largest error {short(worst.error, 2)}{at} ({verdict(worst.error).words}).")
        return "\n".join(found)

    def _say(self, sentence: str, wrong: bool = False) -> None:
        self.message.setText(sentence)
        tint(self.message, self.theme.wrong if wrong else self.theme.faint)
        self.message.setVisible(bool(sentence))


def _button(name: str, tip: str, run: object) -> QToolButton:
    button = QToolButton()
    button.setIcon(icon(name))
    button.setAutoRaise(True)
    button.setToolTip(tip)
    button.setAccessibleName(tip)
    button.clicked.connect(run)
    return button
