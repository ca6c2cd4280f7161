"""Where one is in the trace that is shown: the cursor, how far a step goes, and what is said of it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from PySide6.QtCore import QObject, Signal

from core.figure import Drawing, Figure, Figures, Options, Stride, since, stops_of, view_of
from core.figure.notes import note_key
from core.math.derivative_names import Notation
from core.passes.explain import NOTHING_SAID, Annotations, Explanation, explain
from core.passes.trace import Snapshot, Trace
from core.project.computing import Result
from core.project.document import EXAMPLE, Document, Drawn

MOST_EXPLAINED = 8  # steps whose explanations are kept


class Stepping(QObject):
    """A document, its trace drawn as it was chosen, and the cursor in that."""

    cursorMoved = Signal()  # another step is shown, or the highlight of the last one goes or comes
    strideChanged = Signal()  # a step goes farther, or less far
    beatsChanged = Signal()  # steps come in three beats, or at once
    numbersArrived = Signal()  # what travelled on the canvas is there

    def __init__(self, parent: QObject | None = None):
        super().__init__(parent)
        self.document: Document = EXAMPLE
        self._result: Result
        self._options = Options()
        self._stage: Options | None = None
        self.cursor = 0
        self.part = 0  # how many parts are shown of the step that comes next
        self.in_beats = False  # whether a step shows its rule first, then its factors, then its result
        self._stride: Stride = "message"
        self._travelling = False  # whether what the last stride made is still on its way on the canvas
        self._figures: tuple[tuple[object, ...], Figures] | None = None
        self._explained: tuple[tuple[object, ...], dict[int, Explanation]] = (), {}
        self._annotations: tuple[tuple[object, ...], Annotations] = (), NOTHING_SAID
        self._stops: tuple[tuple[object, ...], tuple[int, ...]] | None = None

    # -- what is shown

    @property
    def trace(self) -> Trace:
        """The last trace that could be computed."""
        return self._result.trace

    @property
    def drawing(self) -> Drawing:
        """The graph of that trace, laid out."""
        return self._result.drawing

    @property
    def drawn(self) -> Drawn:
        """How this program is drawn."""
        return self.document.drawing or Drawn()

    @property
    def options(self) -> Options:
        """What figures show: what is chosen, or what a stage needs."""
        return self._stage or self.chosen

    @property
    def chosen(self) -> Options:
        """What figures are to show: for all programs, and as it was chosen for this one."""
        return self.drawn.among(self._options)

    @property
    def notation(self) -> Notation:
        """How derivatives are written."""
        return self.options.notation

    @property
    def digits(self) -> int:
        """How many significant digits numbers are shown with."""
        return self.options.digits

    @property
    def arrived(self) -> int:
        """After how many steps all is there that is to be seen: before the last stride while it travels."""
        return self.since if self._travelling else self.cursor

    def set_travelling(self, travelling: bool) -> None:
        """Take from the canvas, which hears of a step first, whether its numbers are still on their way."""
        self._travelling = travelling

    def arrive(self) -> None:
        """What travelled on the canvas is there: let all views show it."""
        if self._travelling:
            self._travelling = False
            self.numbersArrived.emit()

    @property
    def snapshot(self) -> Snapshot:
        """What is known after the steps done so far, as far as it has arrived."""
        return self.trace.snapshot(self.arrived)

    @property
    def figure(self) -> Figure:
        """What is to be seen now."""
        return self.figures.at(self.cursor)

    @property
    def figures(self) -> Figures:
        """What is to be seen at every step; from step to step what nothing happens to is kept."""
        shown = self.drawing, self.trace, self.options.highlight, self.stops
        if self._figures is None or any(a is not b for a, b in zip(self._figures[0], shown, strict=True)):
            self._figures = shown, Figures(*shown)
        return self._figures[1]

    @property
    def shown_whole(self) -> bool:
        """Whether all of the graph is seen, however small; else the canvas follows the steps."""
        return False

    @property
    def room_below(self) -> float:
        """What is left free below the graph, for what is said there."""
        return 0.0

    # -- stepping

    def seek(self, cursor: int) -> None:
        """Go to where the first `cursor` steps are done, or as near as there are steps."""
        self._show(max(0, min(cursor, len(self.trace))), 0)

    def _show(self, cursor: int, part: int) -> None:
        if (cursor, part) != (self.cursor, self.part):
            self.cursor, self.part = cursor, part
            self.cursorMoved.emit()

    def step(self, by: int) -> None:
        """Go so many strides forward, or back where `by` is negative, as far as there are steps.

        In three beats one stride takes as many times as its explanation has parts; the last moves the cursor.
        """
        stops, part = self.stops, self.part + by
        at = bisect_right(stops, self.cursor) - 1 if by > 0 else bisect_left(stops, self.cursor)
        there = stops[max(0, min(at + by, len(stops) - 1))]
        if self.in_beats and abs(by) == 1:
            if by > 0 and there > self.cursor and part < len(self.explained(there).parts):
                self._show(self.cursor, part)
                return
            if by < 0 and part >= 0:
                self._show(self.cursor, part)
                return
            if by < 0 and there < self.cursor:
                self._show(there, len(self.explained(stops[at]).parts) - 1)
                return
        self.seek(there)

    def set_in_beats(self, in_beats: bool) -> None:
        """Let a step show its rule first, then its factors in numbers, then its result; or all at once."""
        if in_beats != self.in_beats:
            self.in_beats = in_beats
            self.beatsChanged.emit()
            self._show(self.cursor, 0)

    # -- what is said of a step

    @property
    def explanation(self) -> Explanation:
        """The present step explained, or as much as is shown of the next one."""
        if self.part:
            coming = self.stops[bisect_right(self.stops, self.cursor)]
            return self.explained(coming).parts[self.part - 1]
        return self.explained(self.cursor)

    @property
    def explanation_so_far(self) -> Explanation:
        """The explanation as far as it has arrived: without its result while that travels."""
        return self.explanation.coming if self._travelling else self.explanation

    def explained(self, count: int) -> Explanation:
        """The explanation of the stride that ends after so many steps."""
        how = self.trace, self.digits, self.notation, self.stops, self.annotations
        if self._explained[0] != how or len(self._explained[1]) >= MOST_EXPLAINED:
            self._explained = how, {}
        found = self._explained[1]
        if count not in found:
            trace, digits, notation, stops, annotations = how
            found[count] = explain(trace, count, digits, notation, since(stops, count), annotations)
        return found[count]

    @property
    def annotations(self) -> Annotations:
        """What is said of nodes beside the program: which have notes, and what their entries are called."""
        asked = self.trace, self.drawn.notes, self.drawn.classes
        if self._annotations[0] != asked:
            nodes = self.trace.graph.nodes if any(asked[1:]) else ()
            noted = frozenset(name for name in nodes if self.note_of(name))
            entries = {name: called for name in nodes if (called := self.class_names_of(name))}
            self._annotations = asked, Annotations(noted, entries)
        return self._annotations[1]

    def note_of(self, name: str) -> str:
        """What is noted at a node, or at the term that it computes."""
        return self.drawn.notes.get(note_key(self.trace.graph.nodes[name]), "")

    def class_names_of(self, name: str) -> tuple[str, ...]:
        """What the entries of a vector are called."""
        return self.drawn.classes.get(note_key(self.trace.graph.nodes[name]), ())

    # -- how far a step goes

    @property
    def stride(self) -> Stride:
        """How far a step goes; the cursor counts messages whatever it is."""
        return self._stride

    def set_stride(self, stride: Stride) -> None:
        """Choose how far a step goes: a message, a node, a layer or a phase."""
        if stride != self._stride:
            self._stride, self.part = stride, 0
            self.strideChanged.emit()
            self.cursorMoved.emit()

    @property
    def stops(self) -> tuple[int, ...]:
        """The numbers of steps after which strides end, from 0 on, however a stage draws the graph."""
        view = self.drawing.view
        asked = self.trace, view, self._stride
        if self._stops is None or any(a is not b for a, b in zip(self._stops[0], asked, strict=True)):
            if self._stage is not None:
                view = view_of(self.trace.graph, self.chosen)
            self._stops = asked, stops_of(self.trace, view, self._stride, self.chosen)
        return self._stops[1]

    @property
    def since(self) -> int:
        """After how many steps the stride began that leads to the cursor."""
        return since(self.stops, self.cursor)

    @property
    def place(self) -> int:
        """The number of strides that lead to the cursor."""
        return bisect_left(self.stops, self.cursor)
