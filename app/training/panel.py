"""The results of a training session: what is predicted, and below it losses, weights and the settings."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QScrollArea, QSplitter, QTabWidget, QVBoxLayout, QWidget

from app.state.training_session import TrainingSession
from app.training.controls import Controls
from app.training.plot_view import PlotView
from app.training.roles import RolesTable
from app.training.switches import Switches
from app.training.train_bar import TrainBar
from app.widgets.labels import plain_label, sentence_of, tint, with_full_stop
from app.widgets.theme import Theme
from core.training.views import VIEWS

FIRST = ("boundary", "fit", "templates")  # the views of which the one that there is stands above all others
BELOW = ("loss", "parts", "weights", "units", "confusion", "errors")
BOTH = 20  # heights of a line; in so high a page the accuracy stands below the loss, else in its place
LEAST_BELOW = (
    5.8,
    8,
)  # heights of a line of text that are left below the first view, in a low panel, in others
TIGHT = 20  # heights of a line; in a panel that is lower the first view is a page, too
ROOMY = (33, 45)  # heights of a line; in so wide and high a panel the loss stands beside the others
FLAT = 0.68  # the height of a function next to its width
CHROME = 7.4  # heights of a line that a plot has above and below its axes


class TrainingPanel(QWidget):
    """The views of a training session below each other, and in words why there is nothing to train."""

    def __init__(self, training: TrainingSession, parent: QWidget | None = None):
        super().__init__(parent)
        self.training = training
        self.bar, self.controls = TrainBar(training), Controls(training)
        self.roles_title, self.roles = QLabel("Roles of the names"), RolesTable(training)
        self.message, self.note = plain_label(), plain_label()
        switches = Switches(training.viewing, self)
        self.views = {
            name: PlotView(training, name, switches, whole=name == "templates", on_page=name in BELOW)
            for name in (*FIRST, *BELOW, "accuracy")
        }
        self.settings, self.losses = QWidget(), QWidget()
        shown = {**self.views, "loss": self.losses}
        self.pages = {name: _scrolled(shown[name], TITLES[name], self) for name in BELOW}
        self.pages["settings"] = _scrolled(self.settings, TITLES["settings"], self)
        self.first = QWidget()
        self.tabs = QTabWidget()
        self.beside = QSplitter(Qt.Orientation.Horizontal)
        self._with_settings = True
        self._lay_out()
        for signal in (
            training.runChanged,
            training.readable,
            training.viewing.changed,
        ):
            signal.connect(self._show)
        self.views["templates"].wantsHeight.connect(self._set_heights, Qt.ConnectionType.QueuedConnection)
        self._show()

    def _lay_out(self) -> None:
        settings = QVBoxLayout(self.settings)
        settings.addWidget(self.controls)
        settings.addWidget(self.roles_title)
        settings.addWidget(self.roles)
        settings.addStretch(1)
        self.tabs.setDocumentMode(True)
        self.tabs.setAccessibleName("Results")
        self.tabs.tabBar().setDrawBase(False)
        losses = QVBoxLayout(self.losses)
        losses.setContentsMargins(0, 0, 0, 0)
        losses.addWidget(self.views["loss"])
        losses.addWidget(self.views["accuracy"])
        self.beside.setChildrenCollapsible(False)
        self.beside.addWidget(self.tabs)
        first = QVBoxLayout(self.first)
        first.setContentsMargins(0, 0, 0, 0)
        for name in FIRST:
            first.addWidget(self.views[name])
        self.split = QSplitter(Qt.Orientation.Vertical)
        self.split.setChildrenCollapsible(False)
        self.split.addWidget(self.first)
        self.split.addWidget(self.beside)
        box = QVBoxLayout(self)
        box.setContentsMargins(8, 6, 8, 6)
        box.addWidget(self.bar)
        box.addWidget(self.message)
        box.addWidget(self.note)
        box.addWidget(self.split, 1)

    def set_theme(self, theme: Theme) -> None:
        tint(self.message, theme.wrong)
        tint(self.note, theme.faint)
        self.bar.set_theme(theme)
        self.controls.set_theme(theme)
        for view in self.views.values():
            view.set_theme(theme)

    def show_settings(self, shown: bool) -> None:
        """Show what is trained and how, or only what is learned."""
        if shown != self._with_settings:
            self._with_settings = shown
            self._show()
            self.show_page("loss" if shown else "weights")

    def show_page(self, name: str) -> None:
        """Bring one of the pages below the first view to the front."""
        self.tabs.setCurrentWidget(self.pages[name])

    def show_view(self, name: str) -> None:
        """Bring a view to the front, and make it the one that is used."""
        page = "loss" if name == "accuracy" else name
        if name in FIRST and self.tabs.indexOf(self.first) >= 0:
            self.tabs.setCurrentWidget(self.first)
        if page in self.pages:
            self.show_page(page)
        self.training.viewing.use(name)

    def pause(self) -> None:
        self.training.pause()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show()

    def _show(self) -> None:
        run, problem = self.training.run, self.training.problem
        message = sentence_of(problem) if problem else self.training.why_stopped
        notes = run.setup.remarks if run else ()
        for label, text in ((self.message, message), (self.note, " ".join(map(with_full_stop, notes)))):
            label.setText(text)
            label.setVisible(bool(text))
        for part in (self.roles_title, self.roles):
            part.setVisible(not self.training.settings.trains_network)
        there = {name: self.views[name].is_there for name in self.views}
        for name in FIRST:
            self.views[name].setVisible(there[name])
        self._put_first([name for name in FIRST if there[name]])
        self._put_pages({**there, "settings": self._with_settings})
        self._set_heights()

    def _show_accuracy(self, room: int) -> None:
        """Show the accuracy below the loss, or in its place where it was used last and there is no room."""
        is_there, both = self.views["accuracy"].is_there, room >= BOTH * self.fontMetrics().height()
        used = self.training.viewing.present == "accuracy"
        self.views["accuracy"].setVisible(is_there and (both or used))
        self.views["loss"].setVisible(both or not (is_there and used))

    @property
    def _is_tight(self) -> bool:
        return self.height() < TIGHT * self.fontMetrics().height()

    def _put_first(self, there: list[str]) -> None:
        """Put the first view above the others, or where that leaves none of them room, before them."""
        place = self.tabs.indexOf(self.first)
        if there and self._is_tight:
            if place < 0:
                self.tabs.insertTab(0, self.first, VIEWS[there[0]].short)
                self.tabs.setCurrentIndex(0)
            self.tabs.setTabText(self.tabs.indexOf(self.first), VIEWS[there[0]].short)
            return
        if place >= 0:
            self.tabs.removeTab(place)
            self.split.insertWidget(0, self.first)
        self.first.setVisible(bool(there))

    def _put_pages(self, there: dict[str, bool]) -> None:
        """Put the pages there are into the tabs, the loss beside them where there is room."""
        line = self.fontMetrics().height()
        wide, high = (line * lines for lines in ROOMY)
        roomy = there["loss"] and self.width() >= wide and self.height() >= high
        names = sorted(self.pages, key=lambda name: name == "weights") if there["templates"] else self.pages
        wanted = [name for name in names if there[name] and not (roomy and name == "loss")]
        pages = (self.tabs.widget(k) for k in range(self.tabs.count()))
        now = [page for page in pages if page is not None and page is not self.first]
        if now == [self.pages[name] for name in wanted] and roomy == (self.beside.count() > 1):
            return
        front = self.tabs.currentWidget()
        if self.beside.count() > 1 and not roomy and front is self.pages["weights"]:
            front = self.pages["loss"]  # which was seen beside the tabs, and goes on to be
            now = [*now, front]
        with QSignalBlocker(self.tabs):
            for page in now:
                self.tabs.removeTab(self.tabs.indexOf(page))
            for name in wanted:
                self.tabs.setTabToolTip(self.tabs.addTab(self.pages[name], TITLES[name]), TITLES[name])
        if roomy:
            self.beside.insertWidget(0, self.pages["loss"])
            self.pages["loss"].show()
            self.beside.setSizes([self.width() // 3, 2 * self.width() // 3])
        elif not there["loss"]:
            self.pages["loss"].hide()
        if front in (*now, self.first) and front is not None and self.tabs.indexOf(front) >= 0:
            self.tabs.setCurrentWidget(front)

    def _set_heights(self) -> None:
        """Give the first view as much height as it can use, and leave the others their least."""
        line, height = self.fontMetrics().height(), self.split.height()
        wanted = self.split.width() + round((CHROME - 3) * line)
        if not self.views["fit"].isHidden():
            wanted = round(FLAT * self.split.width())
        if not self.views["templates"].isHidden():
            wanted = self.views["templates"].wanted
        is_low = self.height() < ROOMY[1] * line
        self.bar.numbers.setHidden(is_low)  # the titles of the views tell them too
        least = LEAST_BELOW[0 if is_low else 1]
        first = 0 if self._is_tight else max(0, min(wanted, height - round(least * line)))
        if self.split.sizes() != [first, height - first]:
            self.split.setSizes([first, height - first])
        self._show_accuracy(height - first)


TITLES = {name: VIEWS[name].short for name in BELOW} | {"settings": "Settings"}


def _scrolled(widget: QWidget, name: str, parent: QWidget) -> QScrollArea:
    """A page with a widget, hidden until it stands somewhere."""
    area = QScrollArea(parent)
    area.hide()
    area.setAccessibleName(f"{name} page")
    area.setWidget(widget)
    area.setWidgetResizable(True)
    area.setFrameShape(QScrollArea.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    return area
