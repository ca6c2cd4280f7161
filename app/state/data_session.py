"""The data that a training session trains on, and in which plane: drawn and edited in one place."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal

from app.state.session import Session
from core.base.errors import Problem
from core.training.settings import TrainingSettings

# what holds data loads NumPy, so it is imported when the data are first asked for
if TYPE_CHECKING:
    from core.base.arrays import Array
    from core.data.examples import Dataset
    from core.data.table import Table
    from core.training.chart import Chart

MADE_OF = (
    *("data", "samples", "noise", "data_seed", "test_percent", "stratified", "standardise", "formula", "own"),
)  # the settings that the data are made of


class Axes(Struct, frozen=True):
    """The plane of more than two features: the numbers of two of them, or the two principal directions."""

    across: int = 0
    up: int = 1
    principal: bool = False


class DataSession(QObject):
    """The data of the document's settings: drawn when they are first asked for, edited as the user's own."""

    dataChanged = Signal()  # there are other data, or none
    axesChanged = Signal()  # another plane of more than two features is looked at

    def __init__(self, session: Session, parent: QObject | None = None):
        super().__init__(parent)
        self.session = session
        self.axes = Axes()
        self._drawn: tuple[Dataset | None, Problem | None] | None = None
        self._table: Table | None = None
        self._made_of = _parts(self.settings)
        session.documentChanged.connect(self._follow)

    @property
    def settings(self) -> TrainingSettings:
        """The training settings, as the document has them."""
        return self.session.document.training

    @property
    def dataset(self) -> Dataset | None:
        """The data of the settings; None without any, or where they cannot be made, which `problem` says."""
        return self._make()[0]

    @property
    def problem(self) -> Problem | None:
        """Why the data cannot be made, or None."""
        return self._make()[1]

    @property
    def tested(self) -> Array:
        """Whether each example is kept for testing; none where there are too few for that."""
        import numpy as np

        from core.training.setup import rows_trained

        tested = np.zeros(len(self.dataset) if self.dataset else 0, dtype=bool)
        if self.dataset:
            with suppress(Problem):
                rows = rows_trained(self.settings, self.dataset)
                tested[:] = True
                tested[rows] = False
        return tested

    # -- the plane of more than two features

    @property
    def has_axes(self) -> bool:
        """Whether there are more than two features, so that a plane of them is chosen."""
        return self.dataset is not None and self.dataset.inputs.shape[1] > 2

    def chart(self, sample: int) -> Chart | None:
        """The chosen plane of more than two features through an example; None for no plane."""
        from core.training.chart import chart_of, principal

        data, axes = self.dataset, self.axes
        if data is None or not self.has_axes:
            return None
        if axes.principal:
            return principal(data, min(sample, len(data) - 1))
        if data.image_shape:
            return None
        most = data.inputs.shape[1] - 1
        across, up = min(axes.across, most), min(axes.up, most)
        if across == up:
            up = 0 if across else 1
        return chart_of(data, across, up, min(sample, len(data) - 1))

    def look_along(self, **changed: int | bool) -> None:
        """Choose other axes of the plane."""
        self.axes = replace(self.axes, **changed)
        self.axesChanged.emit()

    # -- data of one's own

    @property
    def is_own(self) -> bool:
        """Whether the data are the user's own."""
        from core.data.table import OWN

        return self.settings.data == OWN

    @property
    def table(self) -> Table:
        """The rows of the data, to be edited; of none an empty table."""
        from core.data.table import Table, table_of

        if self._table is None:
            if self.is_own:
                self._table = self.settings.own
            elif self.dataset:
                self._table = table_of(self.dataset)
            self._table = Table() if self._table is None else self._table
        return self._table

    def edit(self, label: str, table: Table) -> None:
        """Take a table as the user's own data, as one entry of undo."""
        from core.data.table import OWN

        settings = replace(self.settings, data=OWN, own=table)
        if settings != self.settings:
            self.session.edit(label, replace(self.session.document, training=settings))

    # -- following the document

    def _make(self) -> tuple[Dataset | None, Problem | None]:
        if self._drawn is None:
            from core.training.setup import dataset_of

            try:
                self._drawn = dataset_of(self.settings), None
            except Problem as problem:
                self._drawn = None, problem.with_traceback(None)
        return self._drawn

    def _follow(self) -> None:
        made_of = _parts(self.settings)
        if made_of != self._made_of:
            self._made_of, self._drawn, self._table = made_of, None, None
            self.dataChanged.emit()


def _parts(settings: TrainingSettings) -> tuple[Any, ...]:
    return tuple(getattr(settings, name) for name in MADE_OF)
