"""How the output depends on the selected node: a row for each path, their sum, and what came and went."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QGuiApplication
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from app.formula import FormulaView
from app.formula.widget import FORMULA_SIZE
from app.panels.path_row import PathRowView
from app.state.session import Session
from app.widgets.labels import plain_label, sentence_of, tint
from app.widgets.theme import LIGHT, Theme
from core.base.errors import Problem
from core.derivatives.path_rows import (
    as_latex,
    as_markdown,
    count_sentence,
    ends_in_a_sum,
    message_lines,
    rows_of,
    sum_math,
)
from core.derivatives.paths import MOST_SHOWN, Derivation
from core.export.operations.code import Language, operation_code
from core.notation.names import in_text

NOT_YET = "The numbers come when its gradient is complete."
NAMES, NUMBERS = 0.8, 0.68  # of the size of formulas: of factors, and of what stands below them


class DerivationPanel(QWidget):
    """The paths of the session's selected node; they are marked on the canvas while it is in front."""

    def __init__(self, session: Session, parent: QWidget | None = None):
        super().__init__(parent)
        self.session = session
        self.theme: Theme = LIGHT
        self.seen = False
        self.setAccessibleName("How the output depends on the selected node")
        self.title, self.count = plain_label(bold=True), plain_label()
        self.messages = plain_label()
        self.rows = [PathRowView() for _ in range(MOST_SHOWN)]
        self.sum = FormulaView()
        self.sum.setAccessibleName("Sum over the paths")
        for hovered in (*(row.tagHovered for row in self.rows), self.sum.tagHovered):
            hovered.connect(session.point_at)
        box = QVBoxLayout(self)
        box.setContentsMargins(12, 8, 12, 8)
        box.setSpacing(4)
        for part in (self.title, *self.rows, self.sum, self.count, self.messages):
            box.addWidget(part)
        box.addStretch(1)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._menu)
        session.traceChanged.connect(self._show)
        session.selectionChanged.connect(self._show)
        session.cursorMoved.connect(self._show)
        session.numbersArrived.connect(self._show)
        self._show()

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme
        self._show()

    def set_seen(self, seen: bool) -> None:
        """The panel has come to the front, or is covered."""
        self.seen = seen
        self.session.show_paths(seen)
        self._show()

    def pause(self) -> None:
        """Nothing goes on while it is hidden."""

    @property
    def derivation(self) -> Derivation | None:
        """What is shown; None if there is no path."""
        found = self.session.derivation
        return None if isinstance(found, Problem) else found

    def _show(self) -> None:
        if not self.seen:
            return
        session, found = self.session, self.session.derivation
        for part in (*self.rows, self.sum, self.count, self.messages):
            part.hide()
        if isinstance(found, Problem):
            self.title.setText(sentence_of(found))
            self._tint()
            return
        is_output = found.node == found.trace.graph.output
        output, node = map(in_text, (found.trace.graph.output, found.node))
        self.title.setText(
            f"{output} is differentiated here" if is_output else f"How {output} depends on {node}"
        )
        known = session.arrived >= found.complete
        self._tint()
        self._show_rows(found, known)
        messages = " ".join(message_lines(found, session.digits, session.arrived))
        for label, text in (
            (self.count, count_sentence(found) if known else NOT_YET),
            (self.messages, messages),
        ):
            label.setText(text)
            label.setVisible(bool(text))

    def _show_rows(self, found: Derivation, known: bool) -> None:
        session, theme = self.session, self.theme
        em = FORMULA_SIZE * self.font().pointSizeF()
        ink = QColor(theme.faint if session.problem else theme.ink)
        for number, row in enumerate(rows_of(found, session.digits, session.notation)):
            view = self.rows[number]
            view.show_row(row, theme.paths[number], known)
            view.set_look(NAMES * em, NUMBERS * em, theme.roles, ink)
            view.show()
        if known and ends_in_a_sum(found):
            self.sum.set_size(NAMES * em)
            self.sum.set_colours(theme.roles, ink)
            self.sum.set_formula(sum_math(found, session.digits, session.notation))
            self.sum.show()

    def _tint(self) -> None:
        ink = self.theme.faint if self.session.problem else self.theme.ink
        for label, colour in ((self.title, ink), (self.count, self.theme.faint), (self.messages, ink)):
            tint(label, colour)

    # -- copying

    def copy_latex(self) -> None:
        """The paths and their sum as LaTeX on the clipboard."""
        if found := self.derivation:
            self._copy(as_latex(found, self.session.digits, self.session.notation))

    def copy_markdown(self) -> None:
        """The same with what the node received and passed on, as Markdown."""
        if found := self.derivation:
            self._copy(as_markdown(found, self.session.digits, self.session.notation))

    def copy_code(self, language: Language) -> None:
        """The node's operation as code; or why it cannot be written."""
        graph = self.session.trace.graph
        if self.session.selection:
            try:
                text = operation_code(graph, graph.nodes[self.session.selection], language)
            except Problem as problem:
                text = f"# {sentence_of(problem)}\n"
            self._copy(text)

    def _copy(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)

    def menu(self) -> QMenu:
        """What can be copied of the selected node."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        has_paths = self.derivation is not None
        name = self.session.selection
        is_computed = bool(name) and not self.session.trace.graph.nodes[name].is_leaf
        for text, run, able in (
            ("Copy as LaTeX", self.copy_latex, has_paths),
            ("Copy as Markdown", self.copy_markdown, has_paths),
            ("Copy the operation as PyTorch", lambda: self.copy_code("torch"), is_computed),
            ("Copy the operation as NumPy", lambda: self.copy_code("numpy"), is_computed),
        ):
            menu.addAction(text, run).setEnabled(able)
        return menu

    def _menu(self, at: QPoint) -> None:
        self.menu().popup(self.mapToGlobal(at))
