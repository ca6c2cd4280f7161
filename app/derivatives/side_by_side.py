"""All ways to the same gradient in one table: value, error, verdict, price, and why reverse mode is used."""

from __future__ import annotations

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHeaderView, QWidget

from app.derivatives.tables import NUMBER, fit_height, put, table_of
from app.derivatives.view import MARGIN, Answer, Patience, Question, View
from app.state.session import Session
from app.widgets.labels import plain_label, tint, with_full_stop
from app.widgets.theme import Theme
from core.base.arrays import Value
from core.base.errors import Problem
from core.base.numbers import short, value_text
from core.derivatives.forward import cost
from core.derivatives.methods_compared import METHODS, Found, by_error, side_by_side

COLUMNS = {
    "Method": "How the gradient is computed",
    "Value": "The gradient found this way",
    "Error": "The largest relative error of an entry against reverse mode, judged by CS231n's thresholds",
    "Price": "Passes over the graph, and multiplications for the derivative beside those of the values",
}
WAY, VALUE, ERROR, PRICE = range(4)
EXACT, MOST_SHOWN = 16, 64  # digits and entries that are shown on hover
LEAST_VALUE = "[−0.00000, "  # a number and its sign must find room
TIPS = {
    "reverse mode": "The backward pass of the stepper: one pass back from the output, whatever the inputs",
    "forward mode": "Tangents carried along the forward pass: one pass for each entry",
    "one-sided": "(f(x + h) − f(x)) / h, the step h chosen for the entry's size",
    "centred": "(f(x + h) − f(x − h)) / 2h, the step h chosen for the entry's size",
    "complex step": "The imaginary part of f(x + ih) / h: exact where every operation takes complex numbers",
}


class SideBySideView(View):
    title = "Side by side"
    tip = "Reverse mode, forward mode, differences, complex step: the same gradient, its error, its price"

    def __init__(self, session: Session, parent: QWidget | None = None):
        super().__init__(session, parent)
        self.rows: dict[str, Found] = {}
        self._digits = session.digits
        self.heading, self.price = plain_label(bold=True), plain_label()
        self.table = table_of(COLUMNS, "Ways to differentiate", "The same gradient by every way")
        self.table.setRowCount(len(METHODS))
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(VALUE, QHeaderView.ResizeMode.Fixed)
        for part in (self.heading, self.table, self.message, self.price):
            self.box.addWidget(part)
        self.box.addStretch(1)

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        tint(self.message, theme.wrong)
        self._show()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()

    def _fit(self) -> None:
        """The value takes what the other columns leave, but never less than a number needs."""
        header, metrics = self.table.horizontalHeader(), self.table.fontMetrics()
        others = sum(header.sectionSize(column) for column in (WAY, ERROR, PRICE))
        room = self.width() - 2 * MARGIN - 2 * self.table.frameWidth() - others
        self.table.setColumnWidth(VALUE, max(room, metrics.horizontalAdvance(LEAST_VALUE)))
        fit_height(self.table)

    # -- the answer

    def answer(self, question: Question) -> Answer:
        self.heading.setText(f"Gradient of {question.of_text} with respect to {question.by}")
        self.price.setText(_reason(question))
        self._digits, patience = question.digits, Patience()
        found: dict[str, Found] = {}
        for row in side_by_side(question.trace, question.by):
            if row:
                found[row.way] = row
            if patience.over and (row or self.rows is not found):
                self.rows = found
                self._show()
            yield
        self.rows = found
        self._show()

    def refuse(self, problem: Problem) -> None:
        self.rows = {}
        self._show()
        super().refuse(problem)

    def _show(self) -> None:
        """The rows that are found, all of the same question; when all are there, by their errors."""
        for row, way in enumerate(by_error(self.rows) if len(self.rows) == len(METHODS) else METHODS):
            self._show_row(row, way, self.rows.get(way))
        kinks = {kink.node: with_full_stop(kink.sentence) for row in self.rows.values() for kink in row.kinks}
        self.message.setText("\n".join(kinks.values()))
        self.message.setVisible(bool(kinks))
        self._fit()

    def _show_row(self, row: int, way: str, found: Found | None) -> None:
        colour = self.theme.colour("ink" if found else "faint")
        value, tooltip, (error, price) = "…", "", ("", "")
        if found:
            value, (error, price) = found.said, _judged(found)
        if found and found.value is not None:
            value, tooltip = _listed(found.value, self._digits), _listed(found.value, EXACT, MOST_SHOWN)
        put(self.table, row, WAY, way.replace(" ", "\n"), colour, TIPS[way])
        put(self.table, row, VALUE, value, colour, tooltip)
        put(self.table, row, ERROR, error, colour, align=NUMBER)
        put(self.table, row, PRICE, price, colour, align=NUMBER)


def _listed(value: Value, digits: int, most: int = 6) -> str:
    """A value with each row of a matrix on a line of its own."""
    return value_text(value, digits, most).replace("], [", "],\n[")


def _judged(found: Found) -> tuple[str, str]:
    """A row's error with its verdict, and its price."""
    price = f"{found.passes:,} pass{'es' * (found.passes != 1)}"
    if found.multiplications is not None:
        price += f"\n{found.multiplications:,} ×"
    if found.verdict is None:
        return "—" if found.value is not None else "", price
    words = found.verdict.words.replace(", ", ",\n")
    return f"{short(found.error, 2)}\n{words}", price


def _reason(question: Question) -> str:
    """What all derivatives of the output cost in both modes, and what follows from it."""
    graph = question.trace.graph
    price = cost(graph)
    whole = f"All entries of {question.of} by all inputs: " if graph.nodes[question.of].shape else ""
    return f"{whole}{price.sentence}. {price.why}."
