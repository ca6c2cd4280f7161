"""The derivative as a formula: the closed form, what its names stand for, and the chain rule step by step."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QFrame, QMenu, QPushButton, QScrollArea, QVBoxLayout, QWidget

from app.derivatives.view import Answer, Patience, Question, View
from app.formula import FormulaView
from app.formula.widget import FORMULA_SIZE
from app.state.session import Session
from app.widgets.flow_layout import FlowLayout
from app.widgets.labels import plain_label, sentence_of, tint, with_full_stop
from app.widgets.theme import Theme
from core.base.errors import Problem
from core.base.numbers import value_text
from core.base.slicing import watched
from core.derivatives.chain import Symbolic
from core.derivatives.methods_compared import reverse_gradient
from core.derivatives.symbolic import derivation
from core.math.latex import latex
from core.math.mathtree import Math
from core.passes.seed import is_chosen

MOST_STEPS = 24
WORKING = "Working out the formula…"
LARGE, USUAL = 1.25, 0.9  # of an explanation's formula


class ClosedFormView(View):
    title = "Formula"
    tip = "The derivative in closed form, and the steps of the chain rule that lead to it"

    def __init__(self, session: Session, parent: QWidget | None = None):
        super().__init__(session, parent)
        self.found: Symbolic | None = None
        self.formula = FormulaView()
        self.formula.setAccessibleName("Closed form")
        self.where = Formulas("Definition")
        self.steps = Formulas("Step of the chain rule")
        self.where_title, self.steps_title = plain_label(bold=True), plain_label(bold=True)
        self.where_title.setText("where")
        self.steps_title.setText("The chain rule, from the output back")
        self.more, self.value = plain_label(), plain_label()
        self.copy = _button(
            "Copy LaTeX", "The formula and its definitions on the clipboard (Ctrl+C)", self.copy_latex
        )
        self.copy_chain = _button(
            "Copy steps", "The steps of the chain rule as LaTeX on the clipboard", self.copy_steps
        )
        buttons = FlowLayout()
        buttons.addWidget(self.copy)
        buttons.addWidget(self.copy_chain)
        body = QWidget()
        inside = QVBoxLayout(body)
        inside.setContentsMargins(0, 0, 0, 0)
        for part in (
            *(self.formula, self.where_title, self.where, self.value, self.message),
            *(self.steps_title, self.steps, self.more),
        ):
            inside.addWidget(part)
        inside.addStretch(1)
        self.area = QScrollArea()
        self.area.setWidget(body)
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setAccessibleName("Closed form and chain rule")
        self.box.addLayout(buttons)
        self.box.addWidget(self.area, 1)
        self._add_actions()

    def _add_actions(self) -> None:
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(lambda at: self._menu().popup(self.mapToGlobal(at)))
        copy = QAction("Copy as LaTeX", self)
        copy.setShortcut(QKeySequence(QKeySequence.StandardKey.Copy))
        copy.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        copy.triggered.connect(self.copy_latex)
        self.addAction(copy)

    def _menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Copy as LaTeX", self.copy_latex)
        menu.addAction("Copy the steps as LaTeX", self.copy_steps)
        menu.addAction("Copy as text", self.copy_text)
        return menu

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        size = FORMULA_SIZE * self.font().pointSizeF()
        self.formula.set_colours(theme.roles, theme.colour("ink"))
        self.formula.set_size(LARGE * size)
        self.where.set_look(theme, USUAL * size)
        self.steps.set_look(theme, USUAL * size)
        for label in (self.more, self.message):
            tint(label, theme.faint)

    # -- the answer

    def answer(self, question: Question) -> Answer:
        if not question.has_the_formula_of(self.question):
            self.question = None  # until the formula is there, in case another question comes first
            yield from self._find(question)
            self.question = question
        gradient = reverse_gradient(question.trace, question.by)
        self.value.setText(f"At the present values: {value_text(gradient, question.digits)}.")
        self.value.setVisible(question.entry != () or not is_chosen(question.trace.seed))

    def _find(self, question: Question) -> Answer:
        graph, patience = question.trace.graph, Patience()

        def tell(done: int) -> None:
            if patience.over and self.message.text() != WORKING:
                self._show(None, WORKING)

        asked = derivation(graph, question.by, entry=question.entry, notation=question.notation)
        found = yield from watched(asked, tell)
        yield from self.where.lay_out(found.definitions())
        yield from self.steps.lay_out(step.math for step in found.steps[-MOST_STEPS:])
        self._show(found, " ".join(with_full_stop(remark.message) for remark in found.remarks))
        self.where.show_all(len(found.where))
        self.where_title.setVisible(bool(found.where))
        self._show_steps(len(found.steps))

    def refuse(self, problem: Problem) -> None:
        self._show(None, sentence_of(problem))

    def _show(self, found: Symbolic | None, sentence: str) -> None:
        """The closed form alone, or why there is none; nothing else."""
        self.found = found
        self.formula.set_formula(found.math if found else None)
        self.formula.setVisible(found is not None)
        self.message.setText(sentence)
        self.message.setVisible(bool(sentence))
        for part in (self.where_title, self.where, self.value, self.steps_title, self.steps, self.more):
            part.hide()
        for button in (self.copy, self.copy_chain):
            button.setEnabled(found is not None)

    def _show_steps(self, count: int) -> None:
        shown = min(count, MOST_STEPS)
        self.steps.show_all(shown)
        self.steps_title.setVisible(shown > 0)
        self.more.setText(f"{count - shown} earlier steps are left out; Copy steps takes them all.")
        self.more.setVisible(count > shown)

    # -- copying

    def copy_latex(self) -> None:
        """The closed form and its definitions, each on a line."""
        if self.found:
            self._to_clipboard((self.found.math, *self.found.definitions()))

    def copy_steps(self) -> None:
        if self.found:
            self._to_clipboard([step.math for step in self.found.steps])

    def copy_text(self) -> None:
        """The closed form as a program that computes it."""
        if self.found:
            QGuiApplication.clipboard().setText(self.found.program)

    def _to_clipboard(self, formulas: Sequence[Math]) -> None:
        QGuiApplication.clipboard().setText("\n".join(map(latex, formulas)))


class Formulas(QWidget):
    """Formulas below each other; the widgets are kept for the next ones."""

    def __init__(self, name: str, parent: QWidget | None = None):
        super().__init__(parent)
        self._name = name
        self.views: list[FormulaView] = []
        self._look: tuple[Theme, float] | None = None
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(14, 0, 0, 0)
        self._box.setSpacing(2)

    def set_look(self, theme: Theme, size: float) -> None:
        self._look = theme, size
        for view in self.views:
            self._dress(view)

    def lay_out(self, formulas: Iterable[Math]) -> Answer:
        """Put in the formulas, hidden, one after the other: a long one takes its time."""
        for number, formula in enumerate(formulas):
            if number == len(self.views):
                view = FormulaView()
                view.setAccessibleName(self._name)
                self._dress(view)
                self.views.append(view)
                self._box.addWidget(view)
            self.views[number].set_formula(formula)
            self.views[number].box()
            yield

    def show_all(self, count: int) -> None:
        """Show so many formulas."""
        for number, view in enumerate(self.views):
            view.setVisible(number < count)
        self.setVisible(count > 0)

    def _dress(self, view: FormulaView) -> None:
        if self._look is not None:
            theme, size = self._look
            view.set_colours(theme.roles, theme.colour("ink"))
            view.set_size(size)


def _button(text: str, tip: str, run: Callable[[], None]) -> QPushButton:
    button = QPushButton(text)
    button.setToolTip(tip)
    button.setAccessibleName(text)
    button.clicked.connect(run)
    return button
