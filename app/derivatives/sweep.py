"""Which h is best: the error of one entry's differences over h from 1e-1 to 1e-15."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from app.derivatives.entry_chooser import EntryChooser
from app.derivatives.view import Answer, Patience, Question, View
from app.state.session import Session
from app.widgets.labels import plain_label, with_full_stop
from app.widgets.theme import Theme
from core.base.errors import Problem
from core.derivatives.numerical import SWEPT, Sweep, kinks_between, sweeping
from core.notation.names import in_text
from core.passes.seed import entry_text

if TYPE_CHECKING:
    from app.derivatives.error_plot import ErrorPlot


class SweepView(View):
    title = "Step size"
    tip = "The error of the differences over the step h: too large sees the bend, too small the rounding"

    def __init__(self, session: Session, parent: QWidget | None = None):
        super().__init__(session, parent)
        self.found: Sweep | None = None
        self.plot: ErrorPlot | None = None
        self.heading = plain_label(bold=True)
        self.places = EntryChooser()
        self.box.addWidget(self.heading)
        self.box.addWidget(self.places, 0, Qt.AlignmentFlag.AlignLeft)
        self.box.addWidget(self.message)
        self.box.addStretch(0)
        self.places.changed.connect(self.asks)

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        if self.plot is not None:
            self.plot.set_theme(theme)

    def answer(self, question: Question) -> Answer:
        trace, by = question.trace, question.by
        self.places.show_shape(trace.graph.nodes[by].shape)
        entry = self.places.entry
        self.heading.setText(f"{in_text(question.of_text)} with respect to {in_text(by)}{entry_text(entry)}")
        if self.plot is None:
            self.message.setText("Loading the plot…")
            yield
        plot, patience = self._shown_plot(), Patience()
        for self.found in sweeping(trace, by, entry):
            if patience.over or len(self.found.rows) == len(SWEPT):
                plot.show_rows(self.found.rows)
            yield
        kinks = kinks_between(trace, by, entry, SWEPT[-1])
        if kinks:
            never = "However small h is, differences do not find the slope that is used there"
            self.message.setText(f"{with_full_stop(kinks[0].sentence)} {never}.")
        elif self.found:
            plot.show_best(self.found)
            self.message.setText(with_full_stop(self.found.sentence))

    def refuse(self, problem: Problem) -> None:
        if self.plot is not None:
            self.plot.hide()
        super().refuse(problem)

    def _shown_plot(self) -> ErrorPlot:
        """The plot, loaded when it is first needed: that takes a third of a second."""
        if self.plot is None:
            from app.derivatives.error_plot import ErrorPlot

            self.plot = ErrorPlot()
            self.plot.set_theme(self.theme)
            self.box.insertWidget(2, self.plot, 1)
        self.plot.show()
        return self.plot
