"""The present step explained: the rule with names, the same with numbers, one sentence."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QAction, QColor, QGuiApplication, QKeySequence, QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QMenu,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.formula import LEGEND, FormulaView, layout
from app.formula.widget import FORMULA_SIZE
from app.state.session import Session
from app.widgets.labels import passing_label, tint
from app.widgets.theme import LIGHT, Theme
from core.math.latex import latex
from core.math.lines import in_lines
from core.math.mathtree import Math
from core.notation.names import in_text
from core.passes.explain import Explanation

IN_BEATS = "A step shows its rule first, then the numbers of its factors, and at the third press its result"
EDGE, GAP = 8, 4  # pixels above and below all, and between its parts
EDGES = 32  # pixels left and right of a formula
# a formula shrinks to this part of its size before it is broken into lines, further where these have no room
SHRUNK, SMALLEST = 0.8, 0.6
SIZES = (1.0, 0.85, 0.7, 0.6)  # parts of the usual size that are tried until all is in view


class ExplanationPanel(QScrollArea):
    """The explanation of the session's present step."""

    def __init__(self, session: Session, parent: QWidget | None = None):
        super().__init__(parent)
        self.session = session
        self.theme: Theme = LIGHT
        self.explanation: Explanation | None = None
        self._so_far: Explanation | None = None  # what of it is shown
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName("Explanation of the step")
        body = QWidget()
        self.title = passing_label(bold=True)
        self.rule, self.numbers = FormulaView(), FormulaView()
        self.rule.setAccessibleName("Rule")
        self.numbers.setAccessibleName("Rule with numbers")
        self.sentence, self.signs, self.caveat = (passing_label() for _ in range(3))
        box = QVBoxLayout(body)
        box.setContentsMargins(12, EDGE, 12, EDGE)
        box.setSpacing(GAP)
        self.in_beats = QToolButton()
        self.in_beats.setText("In three beats")
        self.in_beats.setToolTip(IN_BEATS)
        self.in_beats.setCheckable(True)
        self.in_beats.setAutoRaise(True)
        self.in_beats.clicked.connect(session.set_in_beats)
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.in_beats, 0, Qt.AlignmentFlag.AlignTop)
        box.addLayout(head)
        for part in (self.rule, self.numbers, self.sentence, self.signs, self.caveat):
            box.addWidget(part)
        box.addStretch(1)
        self.setWidget(body)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._menu)
        for view in (self.rule, self.numbers):
            view.tagHovered.connect(self.session.point_at)
            view.tagClicked.connect(self.session.select)
            view.setToolTip(LEGEND)
        copy = QAction("Copy as LaTeX", self)
        copy.setShortcut(QKeySequence(QKeySequence.StandardKey.Copy))
        copy.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        copy.triggered.connect(self.copy_latex)
        self.addAction(copy)
        session.traceChanged.connect(self._show)
        session.cursorMoved.connect(self._show)
        session.numbersArrived.connect(self._show)
        session.beatsChanged.connect(self._show)
        self._show()

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme
        self._show_formulas()
        self._show_colours()

    def _show_colours(self) -> None:
        """All is faint, as the canvas is, while it belongs to a program that can no longer be read."""
        theme, dimmed = self.theme, self.session.problem is not None
        ink = theme.faint if dimmed else theme.ink
        roles = {role: QColor(ink) if dimmed else colour for role, colour in theme.roles.items()}
        for view in (self.rule, self.numbers):
            view.set_colours(roles, QColor(ink))
            view.set_notes(self.session.notes_on_nodes, theme.colour("faint" if dimmed else "accent"))
        for label, colour in ((self.title, ink), (self.sentence, ink), (self.signs, theme.faint)):
            tint(label, colour)
        tint(self.caveat, theme.faint if dimmed else theme.wrong)

    def _show(self) -> None:
        self.explanation = found = self.session.explanation
        self._so_far = so_far = self.session.explanation_so_far
        self.in_beats.setChecked(self.session.in_beats)
        self.title.setText(found.title)
        signs = f"{found.signs} {self._entries()}".strip()
        for label, text, has_come in (
            (self.sentence, found.sentence, so_far.sentence),
            (self.signs, signs, signs),
            (self.caveat, found.caveat, so_far.caveat),
        ):
            label.setText(text)
            policy = label.sizePolicy()
            policy.setRetainSizeWhenHidden(bool(text))
            label.setSizePolicy(policy)
            label.setVisible(bool(has_come))
        self._show_formulas()  # after the texts, which have their room first
        self._show_colours()
        # all parts get their places at once: they are painted one time and not first at their old places
        QApplication.sendPostedEvents(self.widget(), QEvent.Type.LayoutRequest.value)

    def _show_formulas(self) -> None:
        """The rule and its numbers below one another, or in one row: as large as all is in view."""
        found = self._so_far
        if found is None:
            return
        for size in SIZES:
            for view in (self.rule, self.numbers):
                view.set_size(size * FORMULA_SIZE * self.font().pointSizeF())
            self._put(found.rule, found.numbers, SHRUNK)
            if self._in_view():
                return
            in_a_row = found.line is not None and layout(found.line, self.rule.em).width <= self._width
            if in_a_row:
                self._put(found.line, None, 1.0)
                if self._in_view():
                    return
        if not in_a_row:
            self._put(found.rule, found.numbers, SMALLEST)

    def _put(self, rule: Math | None, numbers: Math | None, least: float) -> None:
        """Show formulas, those in several lines that are too wide at this part of their size."""
        for view, formula in ((self.rule, rule), (self.numbers, numbers)):
            view.set_formula(
                formula
                and in_lines(formula, lambda one: least * layout(one, self.rule.em).width <= self._width)
            )
            view.setVisible(formula is not None)

    @property
    def _width(self) -> int:
        return self.viewport().width() - EDGES

    def _in_view(self) -> bool:
        """Whether the formulas and all that is said of them have room above one another."""
        needed = 2 * EDGE + max(self.title.sizeHint().height(), self.in_beats.sizeHint().height())
        for view in (self.rule, self.numbers):
            if view.formula() is not None:
                needed += GAP + view.sizeHint().height()
        for label in (self.sentence, self.signs, self.caveat):
            if label.text():
                needed += GAP + label.heightForWidth(self._width)
        return needed <= self.viewport().height()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_formulas()

    def _entries(self) -> str:
        """What the entries are called that the step makes, if they have names."""
        step = self.session.trace.snapshot(self.session.cursor).step
        node = getattr(step, "arg", getattr(step, "node", ""))
        names = self.session.class_names_of(node) if node else ()
        listed = ", ".join(f"{number} {name}" for number, name in enumerate(names))
        return f"The entries of {in_text(node)}: {listed}." if names else ""

    # -- copying

    def copy_latex(self) -> None:
        """The rule and its numbers as LaTeX on the clipboard."""
        if self.explanation:
            formulas = [f for f in (self.explanation.rule, self.explanation.numbers) if f is not None]
            QGuiApplication.clipboard().setText(_display(formulas))

    def copy_text(self) -> None:
        if self.explanation:
            QGuiApplication.clipboard().setText(self.explanation.sentence)

    def _menu(self, at: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Copy as LaTeX", self.copy_latex)
        menu.addAction("Copy the sentence", self.copy_text)
        menu.popup(self.mapToGlobal(at))


def _display(formulas: list[Math]) -> str:
    return "\n".join(latex(formula) for formula in formulas)
