"""Both passes as a numbered listing beside the graph, with the values of inputs to be edited.

Each line has its node's value and gradient, filled as they are computed; the present one is lit, a click goes
to a line's step.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPoint, QSignalBlocker, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QActionGroup,
    QGuiApplication,
    QPalette,
    QShowEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QMenu,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.panels.algorithm_rows import LINE, NO_LOOP, ROW, VALUE, Loop, Rows
from app.panels.algorithm_table import Table
from app.state.session import Session
from app.state.training_session import TrainingSession
from app.widgets.labels import plain_label, tint
from app.widgets.theme import LIGHT, Theme
from core.base.errors import Problem
from core.graph.typed_value import read_value
from core.math.derivative_names import NOTATIONS, Notation
from core.notation.names import in_text
from core.passes.listing import Line, listing_of

if TYPE_CHECKING:
    from core.training.run import TrainingRun
from core.service.listing import FORMS, TEXTS, Written, listing_text

HOW_TO_TYPE = "Type a number, a fraction or a list: 1.5, 1/3, [1, 2]"
NARROWEST = 230


class AlgorithmPanel(QWidget):
    """The listing with its choice of language and notation, and a sentence on a value that does not fit.

    `chosen` is emitted when its language, or which lines it has, is.
    """

    chosen = Signal()

    def __init__(
        self, session: Session, training: TrainingSession | None = None, parent: QWidget | None = None
    ):
        super().__init__(parent)
        self.session, self.training = session, training
        self.theme: Theme = LIGHT
        self.form = "math"
        self.data_gradients = True  # whether there are lines back to the data of a training
        self.rows = Rows(session, self)
        self.table = Table(session, self.rows)
        self.table.verticalScrollBar().rangeChanged.connect(self._follow_fitted)
        self.message = plain_label()
        self.message.hide()
        self.form_button = _menu_button("How the lines are written")
        self.notation_button = _menu_button("How derivatives are written")
        self._add_menus()
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, 0, 0)
        head.addWidget(self.form_button)
        head.addStretch(1)
        head.addWidget(self.notation_button)
        box = QVBoxLayout(self)
        box.setContentsMargins(6, 4, 6, 6)
        box.setSpacing(4)
        box.addLayout(head)
        box.addWidget(self.table, 1)
        box.addWidget(self.message)
        self.setMinimumWidth(NARROWEST)
        self.setAccessibleName("Algorithm")
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.table.customContextMenuRequested.connect(self._menu)
        self.table.clicked.connect(self._clicked)
        self.table.selectionModel().currentRowChanged.connect(self._selected)
        self.rows.typed.connect(self._typed)
        session.traceChanged.connect(self._show)
        session.cursorMoved.connect(self._step)
        session.numbersArrived.connect(self.rows.step)
        session.selectionChanged.connect(self._select)
        session.documentChanged.connect(self.message.hide)  # it was about what was there before
        if training:
            training.runChanged.connect(self._show)
        self._show()

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme
        tint(self.message, theme.wrong)
        self.table.cells.set_theme(theme)
        palette = self.table.palette()
        palette.setColor(QPalette.ColorRole.Base, theme.colour("panel"))
        self.table.setPalette(palette)
        self.table.fit_rows()
        self.table.viewport().update()

    def edit(self, name: str) -> None:
        """Open an input's value for typing."""
        row = self.rows.row_of(name)
        if row >= 0:
            self.table.setFocus()
            if self.table.state() == QAbstractItemView.State.EditingState:
                self.table.reset()  # a field left open elsewhere: Qt opens no second one
            index = self.rows.index(row, VALUE)
            self.table.setCurrentIndex(index)
            self.table.edit(index)

    # -- showing

    def _show(self) -> None:
        """List the session's trace anew."""
        session = self.session
        try:
            made = self._made()
        except Problem as problem:
            self._say(str(problem))
            self.form = "math"
            made = self._made()
        self.rows.show(made.listing, made.line, self.form != "math", self._loop())
        self.form_button.setText(f"{FORMS[self.form].title} ▾")
        self.notation_button.setText(f"{NOTATIONS[session.notation].title} ▾")
        for actions, chosen in ((self._forms, self.form), (self._notations, session.notation)):
            actions[chosen].setChecked(True)
        self.table.fit_rows()
        self._select()
        self._follow()

    def _made(self) -> Written:
        """The listing in the chosen form. Raises Problem where an operation has none."""
        session, form = self.session, FORMS[self.form]
        listing = listing_of(session.trace, session.drawn.groups, as_computed=form.as_computed)
        kept = listing if self.data_gradients else listing.without(self._data())
        return form.make(kept, session.notation, session.digits)

    def _run(self) -> TrainingRun | None:
        """The training of the program on the canvas, if there is one."""
        run = self.training.made if self.training else None
        same = run is not None and run.setup.text == self.session.trace.graph.program.text
        return run if same else None

    def _data(self) -> tuple[str, ...]:
        """What a training does not learn: inputs, targets and fixed values; nothing of a plain formula."""
        run = self._run()
        return (*run.setup.roles.data, *run.setup.roles.fixed) if run else ()

    def _loop(self) -> Loop:
        """What a training does around the passes of the program on the canvas; nothing for any other."""
        run = self._run()
        if run is None:
            return NO_LOOP
        from core.training.loop import loop_lines

        return Loop(*loop_lines(run.setup, self.form))

    def _step(self) -> None:
        self.rows.step()
        self._follow()

    def showEvent(self, event: QShowEvent) -> None:
        """What was stepped through meanwhile is in view."""
        super().showEvent(event)
        self._follow()

    def _follow_fitted(self) -> None:
        """Rows have other heights, or others are folded; what is pointed at stays."""
        if not self.table.viewport().underMouse():
            self._follow()

    def _follow(self) -> None:
        """Keep the present line in view."""
        place = self.rows.row_of_step(self.session.cursor)
        if self.table.state() != QAbstractItemView.State.EditingState:
            self.table.scrollTo(self.rows.index(max(0, place), LINE))

    def _select(self) -> None:
        """Make the selected node's line the current one, unless the current one is of that node."""
        self.rows.share()
        self.table.viewport().update()
        current = self.table.currentIndex().data(ROW) if self.table.currentIndex().isValid() else None
        if isinstance(current, Line) and current.node == self.session.selection:
            return
        row = self.rows.row_of(self.session.selection)
        with QSignalBlocker(self.table.selectionModel()):
            self.table.setCurrentIndex(self.rows.index(row, LINE))

    # -- asking

    def _selected(self) -> None:
        line = self.table.currentIndex().data(ROW)
        if isinstance(line, Line):
            self.session.select(line.node)

    def _clicked(self) -> None:
        line = self.table.currentIndex().data(ROW)
        if isinstance(line, Line) and line.steps:
            self.session.seek(line.steps[-1])

    def _typed(self, name: str, text: str) -> None:
        try:
            value = read_value(text, name)
        except Problem as problem:
            self._say(f"{problem.message}. {HOW_TO_TYPE}")
            return
        self.message.hide()
        self.session.set_value(name, value, self.session.gesture())
        if self.session.is_outdated:
            self._explain_waiting(name)

    def _explain_waiting(self, name: str) -> None:
        """The values shown are those of the program that could be read last."""
        waits = f"{in_text(name)} takes this value as soon as the program can be read."
        stated = name in self.session.trace.graph.stated
        self._say(f"{in_text(name)} gets its value in the program. Change it there." if stated else waits)

    def _say(self, sentence: str) -> None:
        self.message.setText(sentence)
        self.message.show()

    # -- choosing and copying

    def _add_menus(self) -> None:
        self._forms = _choices(
            self.form_button, {name: form.title for name, form in FORMS.items()}, self.choose_form
        )
        titles = {name: f"{names.title}   {names.says}" for name, names in NOTATIONS.items()}
        self._notations = _choices(self.notation_button, titles, self._choose_notation)

    def choose_form(self, form: str) -> None:
        """Write the lines as mathematics, in NumPy or in PyTorch."""
        self.form = form
        self.message.hide()
        self._show()
        self.chosen.emit()

    def show_data_gradients(self, shown: bool) -> None:
        """List the gradients of inputs, targets and constants of a training, or leave them out."""
        self.data_gradients = shown
        self._show()
        self.chosen.emit()

    def fold_all(self, folded: bool) -> None:
        """Fold the lines of all statements and groups, or show all lines."""
        self.rows.fold_all(folded)

    def _choose_notation(self, notation: Notation) -> None:
        self.session.set_notation(notation)

    def copy(self, form: str) -> None:
        """The listing on the clipboard: as text, LaTeX, NumPy or PyTorch."""
        session = self.session
        try:
            text = listing_text(form, session.trace, session.notation, session.digits, session.cursor)
        except Problem as problem:
            self._say(str(problem))
            return
        QGuiApplication.clipboard().setText(text)

    def _menu(self, at: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        line = self.table.row_at(at)
        if line and line.group:
            said = "Show its lines" if line.group in self.session.drawn.folded else "Fold its lines"
            menu.addAction(said, lambda: self.rows.toggle(line.group))
        menu.addAction("Fold all lines", lambda: self.fold_all(True))
        menu.addAction("Show all lines", lambda: self.fold_all(False))
        if self._data():
            shown = menu.addAction("Lines back to inputs and targets")
            shown.setCheckable(True)
            shown.setChecked(self.data_gradients)
            shown.triggered.connect(self.show_data_gradients)
        menu.addSeparator()
        for name, form in TEXTS.items():
            menu.addAction(f"Copy as {form.title}", partial(self.copy, name))
        menu.popup(self.table.viewport().mapToGlobal(at))


def _menu_button(tip: str) -> QToolButton:
    button = QToolButton()
    button.setAutoRaise(True)
    button.setToolTip(tip)
    button.setAccessibleName(tip)
    return button


def _choices(
    button: QToolButton, titles: Mapping[Any, str], choose: Callable[[Any], object]
) -> dict[str, QAction]:
    """A menu below a button, of which one entry is chosen; its actions by name."""
    menu, group, found = QMenu(button), QActionGroup(button), {}
    for name, title in titles.items():
        action = menu.addAction(title)
        action.setCheckable(True)
        action.triggered.connect(partial(choose, name))
        group.addAction(action)
        found[name] = action
    button.clicked.connect(lambda: menu.popup(button.mapToGlobal(button.rect().bottomLeft())))
    return found
