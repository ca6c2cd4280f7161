"""Which view of the run is looked at, and how: what the column, the stage and figures of views share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol
from weakref import ref

from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal

from app.state.data_session import DataSession
from app.state.ticker import Ticker
from core.base.slicing import Work
from core.training.shown import Cell, Picked, Shown, Whose

# what makes views loads NumPy, so it is imported with the first of them
if TYPE_CHECKING:
    from core.base.arrays import Array
    from core.figure.plot import View
    from core.training.boundary import Plane
    from core.training.run import TrainingRun
    from core.training.views import Asked

MOST_SIDE = 600  # points of a grid: finer ones look the same
FINE_AT_ONCE = 100_000  # numbers that are computed in one piece while a run is paused


class Trained(Protocol):
    """What views are made of: a training session."""

    sample: int
    unit_shown: tuple[str, int] | None
    data: DataSession

    @property
    def run(self) -> TrainingRun | None:
        """What is trained."""

    @property
    def is_training(self) -> bool:
        """Whether the training is running."""


class _Fine:
    """Maps of nodes over a plane, on a finer grid than usual, at the parameters as they were."""

    def __init__(self, run: TrainingRun, plane: Plane, nodes: tuple[str, ...], side: int):
        self.run, self.plane, self.nodes, self.side = run, plane, nodes, side
        self.parameters = run.trainer.parameters.copy()
        self.maps: Mapping[str, Array] = {}

    def is_of(self, run: TrainingRun, nodes: tuple[str, ...], side: int = 0) -> bool:
        """Whether they are of these nodes of a run as it is now, on a grid that is at least so fine."""
        from core.base.arrays import same

        at_hand = self.run is run and self.plane is run.plane and self.nodes == nodes
        return at_hand and side <= self.side and same(self.parameters, run.trainer.parameters)


class Viewing(QObject):
    """The view that was used last, and what is asked of all views."""

    changed = Signal()
    saveAsked = Signal()  # the present view is to become a figure
    refined = Signal()  # a view of a run that is paused can be shown more finely

    def __init__(self, training: Trained, parent: QObject):
        super().__init__(parent)
        self._training = ref(training)
        self._used = ""
        self.shown = Shown()
        self.whose: Whose = "sample"
        self.template = -1  # the number of the chosen one; −1 is none
        self.picked: Picked = "all"
        self._fine: _Fine | None = None
        self._coming: _Fine | None = None
        self._refiner = Ticker(self)
        training.data.dataChanged.connect(self._pick_all)

    @property
    def there(self) -> list[str]:
        """The names of the views that the run has, in their order."""
        from core.training.views import VIEWS

        training = self._training()
        run = training.run if training else None
        return [name for name, view in VIEWS.items() if view.is_there(run)] if run else []

    @property
    def present(self) -> str:
        """The name of the view that was used last, else of the first; empty where there is none."""
        there = self.there
        return self._used if self._used in there else (there or [""])[0]

    def use(self, name: str) -> None:
        """Take note of the view that is used."""
        if name != self._used:
            self._used = name
            self.changed.emit()

    def go(self, by: int) -> None:
        """Go on by so many views, from the last to the first."""
        if there := self.there:
            self.use(there[(there.index(self.present) + by) % len(there)])

    def save(self, name: str) -> None:
        """Ask for a figure of a view."""
        self.use(name)
        self.saveAsked.emit()

    def show(self, **changed: bool) -> None:
        """Turn some of the switches of SWITCHES on or off."""
        shown = replace(self.shown, **changed)
        if shown != self.shown:
            self.shown = shown
            self.changed.emit()

    def show_gradients_of(self, whose: Whose) -> None:
        """Show the gradients of the chosen sample, or those of the next mini-batch."""
        if whose != self.whose:
            self.whose = whose
            self.changed.emit()

    def choose_template(self, number: int) -> None:
        """Choose a template, which is a unit of the first layer; −1 is none."""
        if number != self.template:
            self.template = number
            self.changed.emit()

    def pick(self, which: Picked) -> None:
        """Pick examples out: the data column shows no others."""
        if which != self.picked:
            self.picked = which
            self.changed.emit()

    def _pick_all(self) -> None:
        """Of other data no cell is picked out, and no template."""
        self.template = -1
        if isinstance(self.picked, Cell):
            self.pick("all")

    def picked_rows(self) -> Sequence[int]:
        """The numbers of the examples that are picked out now."""
        from core.training.classified import classified

        training = self._training()
        if training is None or training.data.dataset is None:
            return ()
        if self.picked == "all":
            return range(len(training.data.dataset))
        if self.picked == "test":
            return [int(row) for row in training.data.tested.nonzero()[0]]
        found = classified(training.run, self.shown.of_training) if training.run else None
        return [int(row) for row in found.picked(self.picked)] if found else ()

    def made(self, name: str) -> View | None:
        """What a view shows of the run now; None where the run has nothing of the kind."""
        from core.training.views import VIEWS

        training = self._training()
        run = training.run if training else None
        if training is None or run is None or not VIEWS[name].is_there(run):
            return None
        asked = self._asked(training)
        if self._fine and self._fine.is_of(run, VIEWS[name].nodes(run, asked)):
            asked = replace(asked, maps=self._fine.maps)
        return VIEWS[name].make(run, asked)

    def refine(self, name: str, side: int) -> None:
        """Compute the maps of a view of a paused run in slices, on a grid of so many points a side."""
        from core.training.views import VIEWS

        training = self._training()
        run = training.run if training else None
        if training is None or run is None or run.plane is None or training.is_training:
            self._refiner.stop()
            return
        asked = self._asked(training)
        nodes = VIEWS[name].nodes(run, asked)
        side = min(side, MOST_SIDE)
        known = self._coming if self._refiner.running else self._fine
        if nodes and side > run.plane.resolution and not (known and known.is_of(run, nodes, side)):
            self._coming = _Fine(run, run.plane, nodes, side)
            self._refiner.stop()
            self._refiner.start(self._refining(self._coming))

    def stop(self) -> None:
        """Refine no further."""
        self._refiner.stop()

    def _refining(self, wanted: _Fine) -> Work[None]:
        from core.training.boundary import NodeMaps

        maps = NodeMaps(wanted.run.trainer, wanted.plane, wanted.side, FINE_AT_ONCE)
        wanted.maps = yield from maps.now(wanted.nodes)
        self._fine = wanted
        self.refined.emit()

    def _asked(self, training: Trained) -> Asked:
        """What is asked of all views."""
        from core.training.views import Asked

        return Asked(
            training.sample,
            self.shown,
            training.unit_shown,
            not training.is_training,
            self.picked if isinstance(self.picked, Cell) else None,
            self.whose,
            self.template,
        )
