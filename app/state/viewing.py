"""Which view of the run is looked at, and how: what the column, the stage and figures of views share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol
from weakref import ref

from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal

from app.state.data_session import DataSession
from core.training.shown import Cell, Picked, Shown, Whose

# what makes views loads NumPy, so it is imported with the first of them
if TYPE_CHECKING:
    from core.figure.plot import View
    from core.training.run import TrainingRun


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
        """Whether it goes on by itself."""


class Viewing(QObject):
    """The view that was used last, and what is asked of all views."""

    changed = Signal()
    saveAsked = Signal()  # the present view is to become a figure

    def __init__(self, training: Trained, parent: QObject):
        super().__init__(parent)
        self._training = ref(training)
        self._used = ""
        self.shown = Shown()
        self.whose: Whose = "sample"
        self.template = -1  # the number of the chosen one; −1 is none
        self.picked: Picked = "all"
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
        from core.training.views import VIEWS, Asked

        training = self._training()
        run = training.run if training else None
        if training is None or run is None or not VIEWS[name].is_there(run):
            return None
        asked = Asked(
            training.sample,
            self.shown,
            training.unit_shown,
            not training.is_training,
            self.picked if isinstance(self.picked, Cell) else None,
            self.whose,
            self.template,
        )
        return VIEWS[name].make(run, asked)
