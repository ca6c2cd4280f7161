"""The present view of a run alone, for a large room."""

from __future__ import annotations

from PySide6.QtWidgets import QStackedWidget, QWidget

from app.state.training_session import TrainingSession
from app.training.plot_view import PlotView
from app.training.switches import Switches
from app.widgets.theme import Theme


class StageViews(QStackedWidget):
    """Shows the view that is used, its text as large as can be read from far away."""

    def __init__(self, training: TrainingSession, theme: Theme, parent: QWidget):
        super().__init__(parent)
        self._viewing, self._training, self._theme = training.viewing, training, theme
        self._switches = Switches(training.viewing, self)
        self._views: dict[str, PlotView] = {}
        self.setAccessibleName("Present view")
        for signal in (self._viewing.changed, training.runChanged):
            signal.connect(self.show_present)

    def show_present(self) -> None:
        """Bring the view that is used to the front."""
        name = self._viewing.present
        if not self.isVisible() or not name:
            return
        if name not in self._views:
            view = self._views[name] = PlotView(self._training, name, self._switches, on_stage=True)
            view.set_theme(self._theme)
            self.addWidget(view)
        self.setCurrentWidget(self._views[name])

    def show_in(self, room: QWidget, text: int) -> None:
        """Cover a room, with text of so many pixels."""
        self.setGeometry(room.rect())
        font = self.font()
        font.setPixelSize(text)
        self.setFont(font)
        self.show()
        self.raise_()
        self.show_present()
