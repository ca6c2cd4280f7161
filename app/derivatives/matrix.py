"""The Jacobian: a matrix of numbers or a heat map, its structure named, in either layout."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QHeaderView, QPushButton, QWidget

from app.derivatives.matrix_map import MatrixMap
from app.derivatives.tables import NUMBER, fit_height, put, table_of
from app.derivatives.view import Answer, Patience, Question, View
from app.formula import FormulaView
from app.formula.widget import FORMULA_SIZE
from app.state.session import Session
from app.widgets.labels import plain_label, with_full_stop
from app.widgets.theme import Theme
from core.base.arrays import MAX_ENTRIES
from core.base.errors import Problem
from core.base.numbers import exact, short
from core.base.slicing import watched
from core.derivatives.jacobian import LAYOUTS, Jacobian, jacobian_work, outer_product
from core.notation.names import in_text
from core.passes.seed import entry_at, entry_text, is_chosen

MOST_NUMBERS = 12  # rows and columns read as numbers
SENSIBLE = 8_000_000  # entries made when asked for: 64 MB
TELLS_EVERY = 50  # passes


class JacobianView(View):
    title = "Jacobian"
    tip = "How every entry of the one changes with every entry of the other, and what kind of matrix that is"

    def __init__(self, session: Session, parent: QWidget | None = None):
        super().__init__(session, parent)
        self.found: Jacobian | None = None
        self._entries = self._asked_for = 0  # those of the question, and those asked for beyond the limit
        self.heading, self.outer_said = plain_label(bold=True), plain_label()
        self.layouts = QComboBox()
        for name in LAYOUTS:
            self.layouts.addItem(f"{name} layout", name)
        self.layouts.setAccessibleName("Layout")
        self.layouts.setToolTip(
            "Numerator layout: a row for each entry of the output. Denominator layout: its transpose"
        )
        self.table = table_of({}, "Jacobian", "A row or column for each entry")
        self.table.verticalHeader().show()
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.map = MatrixMap(self._text_of)
        self.anyway = QPushButton("Compute it anyway")
        self.anyway.setToolTip("Make the matrix although it is large; choosing another tab stops it")
        self.anyway.setAccessibleName("Compute it anyway")
        self.outer = FormulaView()
        self.outer.setAccessibleName("Gradient as an outer product")
        self.box.addWidget(self.heading)
        self.box.addWidget(self.layouts, 0, Qt.AlignmentFlag.AlignLeft)
        self.box.addWidget(self.message)
        self.box.addWidget(self.anyway, 0, Qt.AlignmentFlag.AlignLeft)
        self.box.addWidget(self.outer)
        self.box.addWidget(self.outer_said)
        self.box.addWidget(self.table, 1)
        self.box.addWidget(self.map, 1)
        self.box.addStretch(0)
        self.layouts.activated.connect(self.asks)
        self.anyway.clicked.connect(self._ask_anyway)

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self.map.set_theme(theme)
        self.outer.set_colours(theme.roles, theme.colour("ink"))
        self.outer.set_size(FORMULA_SIZE * self.font().pointSizeF())
        self._show(self.question, self.found)

    # -- the answer

    def answer(self, question: Question) -> Answer:
        rows, columns = (math.prod(question.trace.graph.nodes[n].shape) for n in (question.of, question.by))
        entries, patience = rows * columns, Patience()
        self.heading.setText(f"∂{question.of}/∂{question.by}: {rows:,}×{columns:,}")
        self._entries = entries
        if entries > MAX_ENTRIES and entries != self._asked_for:
            self._show(question, None)
            self._offer(entries)
            return

        def tell(done: int) -> None:
            if patience.over and done % TELLS_EVERY == 0:
                self._show(question, None)
                self.message.setText(f"Pass {done:,} of {min(rows, columns):,}…")

        layout = self.layouts.currentData()
        work = jacobian_work(question.trace, question.of, question.by, layout, max(entries, MAX_ENTRIES))
        self._show(question, (yield from watched(work, tell)))

    def _offer(self, entries: int) -> None:
        """Say how large the matrix would be; where it is not too large, offer to make it anyway."""
        sensible = entries <= SENSIBLE
        size = f"It would have {entries:,} entries, {8 * entries / 1e6:,.0f} MB."
        row = "One row of it is the gradient with a seed that is 1 at one entry of the output."
        self.message.setText(size if sensible else f"{size} {row}")
        self.anyway.setVisible(sensible)

    def _ask_anyway(self) -> None:
        self._asked_for = self._entries
        self.asks.emit()

    def refuse(self, problem: Problem) -> None:
        self._show(self.question, None)
        super().refuse(problem)

    # -- showing

    def _show(self, question: Question | None, found: Jacobian | None) -> None:
        self.question, self.found = question, found
        as_numbers = found is not None and max(found.matrix.shape) <= MOST_NUMBERS
        self.anyway.hide()
        self.table.setVisible(as_numbers)
        self.map.setVisible(found is not None and not as_numbers)
        self._show_outer()
        if found is None or question is None:
            self.message.setText("")
            return
        made = f"Made in {found.passes:,} pass{'es' * (found.passes != 1)} of {found.mode} mode."
        if as_numbers:
            self._show_numbers(found)
        else:
            self.map.show_matrix(found.matrix)
            largest = short(self.map.largest, question.digits)
            made += f" Orange is below 0, blue above; the largest size of an entry is {largest}."
        self.message.setText(f"{with_full_stop(found.sentence)} {made}")

    def _show_numbers(self, found: Jacobian) -> None:
        assert self.question is not None
        down, across = self._names(found)
        self.table.setRowCount(len(down))
        self.table.setColumnCount(len(across))
        self.table.setVerticalHeaderLabels(down)
        self.table.setHorizontalHeaderLabels(across)
        zero, other = self.theme.colour("faint"), self.theme.colour("ink")
        for (i, j), entry in np.ndenumerate(found.matrix):
            text = short(float(entry), self.question.digits)
            put(self.table, i, j, text, other if entry else zero, self._text_of(i, j), NUMBER)
        fit_height(self.table)

    def _names(self, found: Jacobian) -> tuple[list[str], list[str]]:
        """What the rows and the columns stand for."""
        assert self.question is not None
        graph = self.question.trace.graph
        of, by = (
            [f"{in_text(name)}{entry_text(entry)}" for entry in np.ndindex(graph.nodes[name].shape)]
            for name in (found.of, found.by)
        )
        return (of, by) if found.layout == "numerator" else (by, of)

    def _text_of(self, i: int, j: int) -> str:
        """An entry in words: `∂h[0]/∂x[1] = 0.25`."""
        found = self.found
        if found is None or self.question is None:
            return ""
        at = (i, j) if found.layout == "numerator" else (j, i)
        of, by = (
            f"{in_text(name)}{entry_text(entry_at(number, self.question.trace.graph.nodes[name].shape))}"
            for name, number in zip((found.of, found.by), at, strict=True)
        )
        return f"∂{of}/∂{by} = {exact(float(found.matrix[i, j]))}"

    def _show_outer(self) -> None:
        """A matrix's gradient as δ xᵀ, where it is one and the gradient is that of one number."""
        found, math, trace = None, None, self.question.trace if self.question else None
        if trace and self.question and len(trace.graph.nodes[self.question.by].shape) == 2:
            number = not trace.graph.nodes[self.question.of].shape or is_chosen(trace.seed)
            found = outer_product(trace, self.question.by) if number else None
            math = found.math(trace, self.question.notation) if found else None
        self.outer.set_formula(math)
        self.outer_said.setText(with_full_stop(found.sentence) if found else "")
        self.outer.setVisible(found is not None)
        self.outer_said.setVisible(found is not None)
