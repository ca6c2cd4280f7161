"""The panel of derivatives: a head that says of what and by what, and a tab for each way to look at it."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.derivatives.by_hand import ByHandView
from app.derivatives.closed_form import ClosedFormView
from app.derivatives.head import Head, choices
from app.derivatives.matrix import JacobianView
from app.derivatives.side_by_side import SideBySideView
from app.derivatives.sweep import SweepView
from app.derivatives.tabs import Tabs
from app.derivatives.view import Answer, Question, View
from app.state.session import Session
from app.state.ticker import Ticker
from app.widgets.theme import LIGHT, Theme
from core.base.errors import Problem
from core.graph.graph import Graph

VIEWS: tuple[type[View], ...] = (ClosedFormView, SideBySideView, ByHandView, SweepView, JacobianView)


class DerivativesPanel(QWidget):
    """Asks the tab in front for its answer, while the panel is seen and when the question has changed."""

    def __init__(self, session: Session, parent: QWidget | None = None):
        super().__init__(parent)
        self.session = session
        self.theme: Theme = LIGHT
        self.by = ""
        self._seen = False
        self._at_work: tuple[View, Question] | None = None
        self.ticker = Ticker(self)
        self.head = Head(session)
        self.tabs = Tabs("Ways to look at the derivative")
        self.views = tuple(kind(session) for kind in VIEWS)
        for view in self.views:
            self.tabs.add(view, view.title, view.tip)
            view.asks.connect(self._ask_anew)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self.head)
        box.addWidget(self.tabs, 1)
        session.traceChanged.connect(self._show)
        session.selectionChanged.connect(self._show)
        session.cursorMoved.connect(self._show_digits)
        self.tabs.changed.connect(self._show)

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme
        self.head.set_theme(theme)
        self.tabs.set_theme()
        for view in self.views:
            view.set_theme(theme)
        self._show()

    def set_seen(self, seen: bool) -> None:
        """Nothing is computed for a panel that is hidden or covered."""
        self._seen = seen
        if seen:
            self._show()
        else:
            self.pause()

    def pause(self) -> None:
        """Stop what is at work; it is taken up again when the panel is looked at."""
        self._at_work = None
        self.ticker.stop()
        for view in self.views:
            view.pause()

    def edit_seed(self) -> None:
        """Put the cursor into the seed's field."""
        field = self.head.seed.lineEdit()
        assert field is not None
        field.setFocus()
        field.selectAll()

    @property
    def view(self) -> View:
        """The tab in front."""
        return self.views[self.tabs.current]

    # -- asking

    def _show(self) -> None:
        self.by = self._chosen(self.session.trace.graph)
        if self._seen:
            self.head.show_choice(self.by)
            self._ask()

    def _chosen(self, graph: Graph) -> str:
        """The node selected on the canvas, else the one before, else the first input that matters."""
        names = choices(graph)
        for name in (self.session.selection, self.by):
            if name in names:
                return name
        needed = graph.upstream_of([graph.output])
        return next((name for name in graph.inputs if name in needed and name in names), graph.output)

    def _show_digits(self) -> None:
        if self._seen and self.view.answered and self.view.answered.digits != self.session.digits:
            self._ask()

    def _ask(self) -> None:
        """Let the tab in front find its answer, unless it has it or is at it."""
        view, question = (
            self.view,
            Question(self.session.trace, self.by, self.session.digits, self.session.notation),
        )
        at_work = (
            self._at_work is not None and self._at_work[0] is view and question.is_same(self._at_work[1])
        )
        if not question.is_same(view.answered) and not at_work:
            self._at_work = view, question
            self.ticker.start(self._answer(view, question))

    def _ask_anew(self) -> None:
        self.view.answered = self._at_work = None
        self._ask()

    def _answer(self, view: View, question: Question) -> Answer:
        view.answered = None
        try:
            yield from view.answer(question)
        except Problem as problem:
            view.refuse(problem)
        view.answered, self._at_work = question, None
