"""The training panel: what to train and on what, its progress, and what it has learned."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QScrollArea, QSizePolicy, QSplitter, QVBoxLayout, QWidget

from app.lab.boundary import BoundaryView
from app.lab.controls import Controls
from app.lab.curves import Curves
from app.lab.learned import Learned
from app.lab.roles import RolesTable
from app.lab.train_bar import TrainBar
from app.state.lab_session import LabSession
from app.widgets.labels import plain_label, sentence_of, tint, with_full_stop
from app.widgets.theme import Theme


class LabPanel(QWidget):
    """The views of a lab session below each other, and in words why there is nothing to train."""

    def __init__(self, lab: LabSession, parent: QWidget | None = None):
        super().__init__(parent)
        self.lab = lab
        self.bar, self.controls = TrainBar(lab), Controls(lab)
        self.roles_title, self.roles = QLabel("Roles of the names"), RolesTable(lab)
        self.message, self.note = plain_label(), plain_label()
        self.boundary, self.curves, self.learned = BoundaryView(lab), Curves(lab), Learned(lab)
        self._lay_out()
        for signal in (lab.runChanged, lab.progressed):
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

    def pause(self) -> None:
        self.lab.pause()

    def _show(self) -> None:
        run, problem = self.lab.run, self.lab.problem
        message = sentence_of(problem) if problem else self.lab.trouble
        notes = run.setup.notes if run else ()
        for label, text in ((self.message, message), (self.note, " ".join(map(with_full_stop, notes)))):
            label.setText(text)
            label.setVisible(bool(text))
        for part in (self.roles_title, self.roles):
            part.setVisible(not self.lab.settings.trains_network)
        self.views.setVisible(run is not None)
        self.boundary.setVisible(run is not None and run.plane is not None)
