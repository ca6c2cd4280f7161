"""Drawing the graph for a large room: all in view, numbers large, far parts folded where they must be."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace
from PySide6.QtCore import QEvent, QObject

from app.canvas.camera import LINES
from app.canvas.view import View
from app.state import clock
from app.state.ticker import Ticker
from core.base.slicing import Work
from core.figure import STAGE, Nearby, Options, Stride, Target
from core.figure.rule import NUMBER
from core.layout import Point
from core.passes.trace import Trace

EDGE = 2  # pixels of the view that the camera leaves free
POINT = STAGE.least / NUMBER  # of the target of a stage, for each pixel of a screen of LINES


class Staging(QObject):
    """Keeps the session's drawing fit for the stage while it is `on`."""

    def __init__(self, view: View):
        super().__init__(view)
        self._view, self._session = view, view.session
        self.on = False
        self._notes = True
        self._ticker = Ticker(self)
        self._nearby: Nearby | None = None
        # of which trace, with which nodes moved, in which strides and how shown
        self._asked: tuple[Trace, Mapping[str, Point], Stride, Options] | None = None
        self._session.traceChanged.connect(self._follow)
        self._session.cursorMoved.connect(self._follow)
        view.viewport().installEventFilter(self)

    def start(self) -> None:
        """Fit the present program, now and when it changes."""
        self.on = True
        self._refit()

    def show_notes(self, shown: bool) -> None:
        """Draw the graph with the notes at its nodes, or without where who speaks sees them elsewhere."""
        if shown != self._notes:
            self._notes = shown
            self._refit()

    def stop(self) -> None:
        """Draw the graph as before."""
        self.on, self._notes = False, True
        self._ticker.stop()
        self._session.set_stage(None)

    def eventFilter(self, viewport: QObject, event: QEvent) -> bool:
        if self.on and event.type() == QEvent.Type.Resize:
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
        width, height = (max(1, side - EDGE) * point for side in size.toTuple())
        return replace(STAGE, width=width, height=height)

    def _refit(self) -> None:
        """Look anew at how the graph is to be drawn: for other room, or without notes."""
        self._nearby = None
        self._follow()

    def _follow(self) -> None:
        """Draw the graph as it can be read at the present step."""
        if self.on:
            self._ticker.begin(self._drawing(), clock.now())

    def _drawing(self) -> Work[None]:
        """Draw for the present step, and find how for the next one, so that it comes at once."""
        session, nearby = self._session, self._present_nearby()
        stops = session.stops
        place = session.place + bool(session.part)  # in three beats the next step is explained
        session.set_stage((yield from nearby.at(stops[place])))
        yield from nearby.at(stops[min(place + 1, len(stops) - 1)])

    def _present_nearby(self) -> Nearby:
        """What finds the drawings of the present trace, as it is to be shown."""
        session = self._session
        trace, moved, stride, options = session.trace, session.document.moved, session.stride, session.chosen
        options = options if self._notes else replace(options, notes={})
        before, asked = self._asked, (trace, moved, stride, options)
        same = before and trace is before[0] and moved is before[1] and (stride, options) == before[2:]
        if self._nearby is None or not same:
            self._asked = asked
            self._nearby = Nearby(trace, options, self.target, session.stops, moved, session.measure)
        return self._nearby
