"""The training panel: what to train and on what, its progress, and what it has learned."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QScrollArea, QSizePolicy, QSplitter, QVBoxLayout, QWidget

from app.state.training_session import TrainingSession
from app.training.boundary import BoundaryView
from app.training.controls import Controls
from app.training.curves import Curves
from app.training.learned import Learned
from app.training.roles import RolesTable
from app.training.train_bar import TrainBar
from app.widgets.labels import plain_label, sentence_of, tint, with_full_stop
from app.widgets.theme import Theme


class TrainingPanel(QWidget):
    """The views of a training session below each other, and in words why there is nothing to train."""

    def __init__(self, training: TrainingSession, parent: QWidget | None = None):
        super().__init__(parent)
        self.training = training
        self.bar, self.controls = TrainBar(training), Controls(training)
        self.roles_title, self.roles = QLabel("Roles of the names"), RolesTable(training)
        self.message, self.note = plain_label(), plain_label()
        self.boundary, self.curves, self.learned = BoundaryView(training), Curves(training), Learned(training)
        self._with_settings = True
        self._lay_out()
        for signal in (training.runChanged, training.progressed):
            signal.connect(self._show)
        self._show()

    def _lay_out(self) -> None:
        plots = QSplitter(Qt.Orientation.Horizontal)
        plots.addWidget(self.boundary)
        plots.addWidget(self.curves)
        plots.setSizes([300, 280])
        plots.setChildrenCollapsible(False)
        area = QScrollArea()
        area.setWidget(self.learned)
        area.setWidgetResizable(True)
        area.setAccessibleName("What is learned")
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.views = QSplitter(Qt.Orientation.Vertical)
        self.views.addWidget(plots)
        self.views.addWidget(area)
        self.views.setSizes([300, 200])
        self.views.setChildrenCollapsible(False)
        # takes what the panel's height leaves; below this the panel is scrolled
        self.views.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self.views.setMinimumHeight(300)
        box = QVBoxLayout(self)
        box.setContentsMargins(8, 6, 8, 6)
        box.addWidget(self.bar)
        box.addWidget(self.controls)
        box.addWidget(self.roles_title)
        box.addWidget(self.roles)
        box.addWidget(self.message)
        box.addWidget(self.note)
        box.addWidget(self.views, 1)
        box.addStretch()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def set_theme(self, theme: Theme) -> None:
        tint(self.message, theme.wrong)
        tint(self.note, theme.faint)
        for part in (self.bar, self.controls, self.boundary, self.curves, self.learned):
            part.set_theme(theme)

    def show_settings(self, shown: bool) -> None:
        """Show what is trained and on what, or only what is learned."""
        self._with_settings = shown
        self._show()

    def pause(self) -> None:
        self.training.pause()

    def _show(self) -> None:
        run, problem = self.training.run, self.training.problem
        message = sentence_of(problem) if problem else self.training.why_stopped
        notes = run.setup.notes if run else ()
        for label, text in ((self.message, message), (self.note, " ".join(map(with_full_stop, notes)))):
            label.setText(text)
            label.setVisible(bool(text))
        self.controls.setVisible(self._with_settings)
        for part in (self.roles_title, self.roles):
            part.setVisible(self._with_settings and not self.training.settings.trains_network)
        self.views.setVisible(run is not None)
        self.boundary.setVisible(run is not None and run.plane is not None)
