"""What is trained as the canvas shows it while it is trained: drawn once a run, pictured as it goes on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.state import clock
from app.state.session import Session
from app.state.ticker import Ticker
from app.state.training_session import TrainingSession
from core.base.arrays import Value
from core.base.numbers import exact, short
from core.base.slicing import Work, finished
from core.figure import Arrow, Drawing, Figure, Figures, Options
from core.figure.drawing import draw_in_pieces
from core.figure.rooms import rooms_of
from core.figure.view import Arc, View, Weight
from core.graph.graph import Edge
from core.notation.names import in_text
from core.passes.steps import Computed
from core.passes.trace import Trace
from core.training.shown import Whose

# what trains loads NumPy, so it is imported with the first run
if TYPE_CHECKING:
    from core.training.boundary import NodeMaps
    from core.training.next_update import Ahead, NextUpdate
    from core.training.run import TrainingRun

NARROW = 480  # pixels of a canvas, at text of 100 %
LEAST_SIDE, MOST_SIDE = 24, 160  # pixels of maps


class NetSession(QObject):
    """The run as a figure: units as maps, edges as weights, numbers of the present sample.

    `is_there` says whether there is anything to show: it is only made while it is `seen`.
    """

    traceChanged = Signal()  # there is another picture
    drawn = Signal()  # another net is drawn
    cursorMoved = Signal()
    selectionChanged = Signal()
    pathsChanged = Signal()
    pointedChanged = Signal()
    lookedAtChanged = Signal()
    isThereChanged = Signal()
    whoseChanged = Signal()

    shown_whole = True
    room_below = 0.0
    stops: Sequence[int] = ()
    paths: Sequence[Sequence[Edge]] = ()
    looked_at: Sequence[str] = ()

    def __init__(self, session: Session, training: TrainingSession, parent: QObject | None = None):
        super().__init__(parent)
        self.session, self.training = session, training
        self.seen = False
        self.selection = ""  # a drawn node
        self.pointed = ""
        self.cursor = 0
        self._side = 84
        self._narrow = False  # whether it is seen in so little room that its numbers are drawn larger
        self._template = -1
        self._run: TrainingRun | None = None
        self._drawing: Drawing | None = None
        self._trace: Trace | None = None
        self._figures: Figures | None = None
        self._maps: NodeMaps | None = None
        self._looked: object = None  # over which plane, how large
        self._ahead: tuple[TrainingRun, Ahead] | None = None  # which goes an update ahead of a run
        self._next: tuple[Trace | None, NextUpdate | None] | None = None  # of which picture
        self._late = False  # whether there is something new since the picture that is being made was begun
        self._ticker = Ticker(self)
        self._ticker.stopped.connect(self._catch_up)
        for signal in (training.progressed, training.sampleChanged, training.data.axesChanged):
            signal.connect(self._go_on)
        training.runChanged.connect(self._begin)
        training.viewing.changed.connect(self._select_template)
        session.traceChanged.connect(self._begin_if_other)

    # -- what is shown

    @property
    def is_there(self) -> bool:
        return self._drawing is not None

    @property
    def drawing(self) -> Drawing:
        assert self._drawing
        return self._drawing

    @property
    def trace(self) -> Trace:
        assert self._trace
        return self._trace

    @property
    def figures(self) -> Figures:
        assert self._figures
        return self._figures

    @property
    def figure(self) -> Figure:
        return self.figures.at(self.cursor)

    @property
    def options(self) -> Options:
        return self.drawing.options

    @property
    def view(self) -> View:
        return self.drawing.view

    @property
    def selected(self) -> tuple[str, ...]:
        return (self.selection,) if self.selection else ()

    def set_travelling(self, travelling: bool) -> None:
        """Nothing travels in a training."""

    def arrive(self) -> None:
        """Nothing travels in a training."""

    # -- what is asked of it

    def set_seen(self, seen: bool) -> None:
        """Make pictures from now on, or no longer."""
        if seen != self.seen:
            self.seen = seen
            self._begin()

    def set_magnification(self, scale: float) -> None:
        """Compute maps at the size at which they are seen: a multiple of their size in the drawing."""
        if self._drawing is None:
            return
        pixels = scale * self.options.sizes.map
        side = min(max(LEAST_SIDE, round(pixels)), MOST_SIDE)
        if side != self._side:
            self._side = side
            self._go_on()

    @property
    def whose(self) -> Whose:
        """Whose gradients are shown."""
        return self.training.viewing.whose

    def set_room(self, width: float) -> None:
        """Draw numbers larger next to the maps in a canvas of few pixels, at text of 100 %."""
        narrow = width < NARROW
        if narrow != self._narrow:
            self._narrow = narrow
            if self._drawing is not None:
                self._begin()

    def set_whose(self, whose: Whose) -> None:
        """Show the gradients of the sample, or those of the mini-batch."""
        if whose != self.whose:
            self.training.viewing.show_gradients_of(whose)
            self.whoseChanged.emit()
            self._go_on()

    def select(self, drawn: str) -> None:
        """Select a drawn node; the empty name selects none."""
        if drawn != self.selection:
            self.selection = drawn
            self.selectionChanged.emit()

    def _select_template(self) -> None:
        """Select the unit of the template that was chosen last."""
        number = self.training.viewing.template
        if number == self._template:
            return
        self._template = number
        if self._drawing and self._run:
            from core.training.weights_plot import template_matrix

            name = template_matrix(self._run)
            self.select(
                next(
                    (
                        shown.name
                        for shown in self.view.nodes.values()
                        for arc in shown.arcs
                        if arc.weight and arc.weight.name == name and arc.weight.entry[:1] == (number,)
                    ),
                    "",
                )
            )

    def point_at(self, drawn: str) -> None:
        """Let the plane show what a unit computes, in place of the prediction; the empty name lets it be."""
        if drawn != self.pointed:
            self.pointed = drawn
            self.pointedChanged.emit()
            shown = self.view.nodes.get(drawn)
            is_map = shown is not None and drawn in self.figures.learned.maps
            self.training.show_unit((shown.node.name, shown.entry or 0) if shown and is_map else None)

    @property
    def whose_text(self) -> str:
        """Whose values and gradients are shown, in words."""
        from core.training.shares import place_in_batch

        run, number = self.training.made, self.training.sample
        if run is None or run.trainer.train_data is None:
            return ""
        place, count = place_in_batch(run.trainer, number), len(run.trainer.coming)
        if self.whose == "batch":
            how = "sum" if run.trainer.options.reduction == "sum" else "mean"
            return f"{how} of the next mini-batch ({count} samples)"
        if place is None:
            return f"sample {number}, not in the next mini-batch"
        return f"this sample ({place + 1} of {count})"

    @property
    def numbers_text(self) -> str:
        """Whose numbers stand at units, in words."""
        if not self.whose_text:
            return ""
        if self.training.is_training:
            return f"Values: sample {self.training.sample}"
        if self.whose == "batch":
            return f"Values: sample {self.training.sample}; gradients: {self.whose_text}"
        return f"Values and gradients: {self.whose_text}"

    def known(self, drawn: str) -> list[tuple[str, float]]:
        """The value and the gradient of a drawn node that has one number."""
        shown, last = self.view.nodes[drawn], self.trace.last
        name, by_batch = shown.node.name, self.figures.learned.gradients
        gradient = by_batch.get(name) if by_batch else last.gradient(name)
        known = ("value", last.value(name)), ("gradient", gradient)
        is_number = not shown.shape and shown.kind != "rest"
        return [(what, float(shown.value(v))) for what, v in known if v is not None and is_number]

    def notes(self, drawn: str) -> list[str]:
        """What else is said of a drawn node: whose gradient it is, its colours, its bias."""
        shown, found = self.view.nodes[drawn], []
        if self.whose_text and len(self.known(drawn)) > 1:
            found.append(f"Gradient: {self.whose_text}")
        if over := self.figures.learned.maps.get(drawn):
            whole = " of its layer" if shown.kind == "unit" and shown.entry is not None else ""
            found.append(f"Colours from −{short(over.largest)} to {short(over.largest)}{whole}")
        if shown.bias:
            found.append(f"Bias {exact(self.value_of(shown.bias))}")
        return found

    def described(self, drawn: str) -> str:
        """A drawn node in words, every digit shown, a fact a line."""
        numbers = [f"{what} {exact(number)}" for what, number in self.known(drawn)]
        return "\n".join([in_text(drawn), *numbers, *self.notes(drawn)])

    def gradient_of(self, weight: Weight) -> float | None:
        """The gradient of a weight, of the sample or of the mini-batch."""
        from core.training.shares import batch_gradients_of_parameters

        run = self.training.made
        if run is None or not self._trace:
            return None
        found: Value | None
        if self.whose == "batch":
            found = batch_gradients_of_parameters(run.trainer).get(weight.name)
        else:
            found = self.trace.last.gradient(weight.name)
        return None if found is None else float(weight.of(found))

    @property
    def next_update(self) -> NextUpdate | None:
        """What the next update makes of the weights; found once a picture, while the training is paused."""
        from core.training.next_update import Ahead

        run = self._run
        if self.training.is_training or run is None or self.training.made is not run:
            return None
        if self._next is None or self._next[0] is not self._trace:
            if self._ahead is None or self._ahead[0] is not run:
                self._ahead = run, Ahead(run)
            self._next = self._trace, self._ahead[1].next_update()
        return self._next[1]

    def arc_of(self, arrow: Arrow) -> Arc:
        """Which arrow of the view one of the figure is."""
        shown = self.view.nodes[arrow.target]
        return next(arc for arc in shown.arcs if arc.place == arrow.edge.port)

    def update_numbers(self, weight: Weight) -> tuple[float, float, float] | None:
        """A weight, what the next update adds to it, and what it becomes."""
        found = self.next_update
        if found is None or weight.name not in found.before:
            return None
        before, after = (float(weight.of(values[weight.name])) for values in (found.before, found.after))
        return before, after - before, after

    def update_text(self, arrow: Arrow, digits: int) -> tuple[str, str, str]:
        """The same in three lines, for the weight of an arrow."""
        from core.training.next_update import sum_text

        weight = self.arc_of(arrow).weight
        numbers = self.update_numbers(weight) if weight else None
        return sum_text(*numbers, digits) if numbers else ("", "", "")

    @property
    def change_name(self) -> str:
        """What the next update adds to a weight, by its name."""
        return "−η·g" if self.next_update and self.next_update.is_product else "change"

    def value_of(self, weight: Weight) -> float:
        """A weight as it is now."""
        run = self.training.made
        assert run
        return float(weight.of(run.trainer.learned()[weight.name]))

    def set_weight(self, weight: Weight, value: float) -> None:
        """Go on with another value of a weight, as one entry of undo."""
        import numpy as np

        run = self.training.made
        assert run
        before = run.trainer.learned()[weight.name]
        after: Value = value
        if weight.entry:
            array = np.array(before)
            array[weight.entry] = value
            after = array
        place = f"[{', '.join(map(str, weight.entry))}]" if weight.entry else ""
        self.training.set_weights(f"set {weight.name}{place}", {weight.name: after})

    # -- following the run

    def _begin_if_other(self) -> None:
        """How numbers are written may have changed."""
        if self.seen and self._drawing and self._digits != self.session.options.digits:
            self._begin()

    def _begin(self) -> None:
        """Draw the run, as long as it is seen."""
        was_there = self.is_there
        self._ticker.stop()
        run = self.training.run if self.seen else None
        if run is not self._run or run is None:
            self.selection = self.pointed = ""
        self._run, self._maps, self._looked = run, None, None
        self._drawing = None
        if run is not None:
            self._draw(run)
            finished(self._picturing(run))
        if was_there != self.is_there:
            self.isThereChanged.emit()
        self.drawn.emit()
        if self.is_there:
            self.traceChanged.emit()

    def _draw(self, run: TrainingRun) -> None:
        """Lay the net out."""
        from core.training.net_figure import net_options, net_view, traced

        self._digits = self.session.options.digits
        options = net_options(run, self.session.options, self._narrow)
        view, self._trace = net_view(run, options), traced(run, self.training.sample)
        rooms = rooms_of(self._trace, view, options)
        self._drawing = finished(draw_in_pieces(view, rooms, options, measure=self.session.measure))

    def _go_on(self) -> None:
        """Picture the run as it is now, in slices where that takes long."""
        if not self.seen or self._run is None or self._drawing is None or self.training.made is not self._run:
            return
        self._late = self._ticker.running
        if not self._late:
            self._ticker.begin(self._picture(self._run), clock.now())

    def _catch_up(self) -> None:
        if self._late:
            self._go_on()

    def _picture(self, run: TrainingRun) -> Work[None]:
        yield from self._picturing(run)
        self.traceChanged.emit()

    def _picturing(self, run: TrainingRun) -> Work[None]:
        from core.training.net_figure import learned, traced
        from core.training.shares import batch_gradients

        paused, drawing = not self.training.is_training, self.drawing
        values, trace = run.trainer.learned(), traced(run, self.training.sample)
        by_batch = paused and self.whose == "batch" and run.trainer.train_data is not None
        gradients: Mapping[str, Value] | None = batch_gradients(run.trainer) if by_batch else None
        found = {}
        if (maps := self._maps_of(run)) is not None:
            drawn = {shown.node.name for shown in drawing.view.nodes.values()}
            found = yield from maps.now(drawn & drawing.options.maps)
        self._trace = trace
        self._figures = Figures(
            drawing, trace, False, (), learned(drawing.view, drawing.options, found, values, gradients)
        )
        forward = sum(isinstance(step, Computed) for step in trace.steps)
        self.cursor = len(trace) if paused else forward

    def _maps_of(self, run: TrainingRun) -> NodeMaps | None:
        """What computes the maps, at the size at which they are seen; None without a plane."""
        from core.training.boundary import NodeMaps

        looked = run.plane, self._side
        if looked != self._looked:
            self._looked = looked
            self._maps = NodeMaps(run.trainer, run.plane, self._side) if run.plane else None
        return self._maps
