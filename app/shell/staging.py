"""Drawing the graph for a large room: all in view, numbers large, far parts folded where they must be."""

from __future__ import annotations

from msgspec.structs import replace
from PySide6.QtCore import QEvent, QObject

from app.canvas.camera import LINES
from app.canvas.view import View
from app.state import clock
from app.state.ticker import Ticker
from core.base.slicing import Work
from core.figure import STAGE, Options, Target, fit_in_pieces
from core.graph.graph import Graph

POINT = 0.5  # of the target of a stage, for each pixel of such a screen: numbers of 18 points have 36 pixels


class Staging(QObject):
    """Keeps the session's drawing fit for the stage while it is `on`."""

    def __init__(self, view: View):
        super().__init__(view)
        self._view, self._session = view, view.session
        self.on = False
        self._notes = True
        self._ticker = Ticker(self)
        self._graph: Graph | None = None  # what was fitted
        self._options: Options | None = None
        self._crowded = False
        self._session.traceChanged.connect(self._refit)
        self._session.cursorMoved.connect(self._follow)
        view.viewport().installEventFilter(self)

    def start(self) -> None:
        """Fit the present program, now and when it changes."""
        self.on, self._graph = True, None
        self._refit()

    def hide_notes(self) -> None:
        """Draw the graph without the notes at its nodes until `stop`: they are for who speaks."""
        if self._notes:
            self._notes, self._graph = False, None
            self._refit()

    def stop(self) -> None:
        """Draw the graph as before."""
        self.on, self._notes = False, True
        self._ticker.stop()
        self._session.set_stage(None)

    def eventFilter(self, viewport: QObject, event: QEvent) -> bool:
        if self.on and event.type() == QEvent.Type.Resize:
            self._graph = None  # the room has another size
            self._refit()
        return False

    @property
    def settled(self) -> bool:
        """Whether the drawing is that for the stage and the step."""
        return not self._ticker.running and not self._session.computing

    @property
    def target(self) -> Target:
        """The room that there is for the graph."""
        size = self._view.viewport().size()
        point = POINT * LINES / max(1, self._view.window().height())
        return replace(STAGE, width=size.width() * point, height=size.height() * point)

    def _refit(self) -> None:
        graph = self._session.trace.graph
        if self.on and graph is not self._graph:
            self._graph = graph
            self._ticker.begin(self._fitting(), clock.now())
        else:
            self._follow()

    def _fitting(self) -> Work[None]:
        session = self._session
        options = replace(session.options, near=frozenset())
        found = yield from fit_in_pieces(
            session.trace,
            options if self._notes else replace(options, notes={}),
            self.target,
            counts=session.stops,
            kept=("down", "rows"),
            moved=session.document.moved,
            measure=session.measure,
            helped=False,
        )
        self._options, self._crowded = found.options, not found.is_readable
        self._follow()

    def _follow(self) -> None:
        """Show the parts around the step in operations, and where room is short all others folded."""
        if self.on and self._options is not None:
            near = self._near() if self._crowded else frozenset()
            self._session.set_stage(replace(self._options, near=near))

    def _near(self) -> frozenset[str]:
        """The nodes of the present step."""
        session = self._session
        return session.trace.touched(session.since + 1, session.cursor)
