"""The data column: which data are trained on, how many, how noisy, what of them is shown, and their rows."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.data.pictures import Pictures
from app.data.plane_choice import PlaneChoice
from app.data.rows import RowsView
from app.data.sample_filter import SampleFilter
from app.data.sliders import NumberSlider
from app.data.thumbnails import Thumbnails
from app.state.training_session import TrainingSession
from app.widgets.labels import plain_label, sentence_of, tint
from app.widgets.theme import LIGHT, Theme
from core.data.datasets import DATASETS
from core.data.table import OWN
from core.training.choices import NO_DATA
from core.training.settings import SETTINGS
from core.training.shown import SWITCHES

MOST_COLUMNS = 6  # features that a table in the column is shown for
WIDE = 165  # pixels at text of 100 %; a narrower column leaves out what can be had elsewhere
RESTARTS = "A change begins the training anew; undo brings the run back"
CHECKS = ("standardise", "stratified")
SHOWN_HERE = ("test_points", "this_batch", "two_colours", "unit_lines")  # of SWITCHES; the menu has all


class DataPanel(QWidget):
    """Chooses and prepares the data; every change is one entry of undo."""

    def __init__(self, training: TrainingSession, parent: QWidget | None = None):
        super().__init__(parent)
        self.training, self.data, self.theme = training, training.data, LIGHT
        self._painted: object = None
        self._own_data: Any = None
        self.own = QToolButton()
        self.own.setText("own…")
        self.own.setAutoRaise(True)
        self.own.setToolTip("Points of your own: by mouse, in a table, or from a CSV file")
        self.own.setAccessibleName("Own data")
        self.own.clicked.connect(self.open_own)
        self.thumbnails = Thumbnails()
        self.thumbnails.chosen.connect(training.choose_data)
        self.list = QComboBox()
        self.list.setAccessibleName("Data set")
        self.list.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.list.setMinimumContentsLength(6)
        choices = SETTINGS["data"].choices
        for name, title in choices().items() if choices else ():
            self.list.addItem(title, name)
            if name in DATASETS:
                self.list.setItemData(
                    self.list.count() - 1, DATASETS[name].sentence, Qt.ItemDataRole.ToolTipRole
                )
        self.list.activated.connect(self._choose_listed)
        self.formula = QLineEdit()
        self.formula.setAccessibleName("Formula of the data")
        self.formula.setToolTip(SETTINGS["formula"].tip)
        self.formula.editingFinished.connect(self._set_formula)
        self.message, self.parts = plain_label(), plain_label()
        self.sliders = {
            "samples": NumberSlider("Samples", 10, 2000, most=SETTINGS["samples"].high, by_ratio=True),
            "noise": NumberSlider("Noise", 0, SETTINGS["noise"].high, 2),
            "test_percent": NumberSlider("Test", 0, SETTINGS["test_percent"].high, suffix=" %"),
        }
        self.sliders["samples"].field.setMinimum(SETTINGS["samples"].low)
        for name, slider in self.sliders.items():
            slider.set_tip(f"{SETTINGS[name].tip}. {RESTARTS}")
            slider.chosen.connect(lambda value, name=name: self._set_number(name, value))
        self.checks = {name: QCheckBox(SETTINGS[name].label) for name in CHECKS}
        for name, check in self.checks.items():
            check.setToolTip(f"{SETTINGS[name].tip}. {RESTARTS}")
            check.clicked.connect(lambda on, name=name: self._set(name, on))
        self.checks["stratified"].setText("Equal shares")
        self.views = {name: QCheckBox(SWITCHES[name].text) for name in SHOWN_HERE}
        for name, view in self.views.items():
            view.setToolTip(SWITCHES[name].tip)
            view.clicked.connect(lambda on, name=name: training.viewing.show(**{name: on}))
        self.pictures = Pictures(training)
        self.plane = PlaneChoice(training)
        self.rows = RowsView(training, numbered=False)
        self.rows.refused.connect(self._say)
        self.filter = SampleFilter(training)
        self._lay_out()
        training.session.documentChanged.connect(self._show)
        training.sampleChanged.connect(self.plane.renew)
        for signal in (training.runChanged, training.progressed):
            signal.connect(self._follow)
        for signal in (self.data.axesChanged, training.viewing.changed):
            signal.connect(self._show)
        self._show()

    def _lay_out(self) -> None:
        def titled(text: str, *beside: QWidget) -> QWidget:
            line = QWidget()
            row = QHBoxLayout(line)
            row.setContentsMargins(0, 0, 0, 0)
            row.addWidget(plain_label(text, bold=True))
            row.addStretch(1)
            for one in beside:
                row.addWidget(one)
            return line

        self.views_title, self.rows_title = titled("Show"), titled("Rows", self.filter)
        box = QVBoxLayout(self)
        box.setContentsMargins(8, 6, 8, 6)
        box.setSpacing(5)
        parts = [titled("Data", self.own), self.thumbnails, self.list, self.formula, self.message, self.parts]
        parts += [
            *self.sliders.values(),
            *self.checks.values(),
            self.views_title,
            *self.views.values(),
            self.plane,
        ]
        for part in parts:
            box.addWidget(part)
        box.insertWidget(6, self.pictures)
        box.addWidget(self.rows_title)
        box.addWidget(self.rows, 1)
        box.addStretch()
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme
        tint(self.message, theme.wrong)
        tint(self.parts, theme.faint)
        self.pictures.set_theme(theme)
        if self._own_data is not None:
            self._own_data.set_theme(theme)
        self._show()

    def pause(self) -> None:
        """Do nothing: the data are made at once, and no work of this panel goes on."""

    def open_own(self) -> None:
        """Open the window in which own data are put together."""
        from app.data.own_data import OwnData

        if self._own_data is None:
            self._own_data = OwnData(self.training, self.window())
            self._own_data.set_theme(self.theme)
        self._own_data.show()
        self._own_data.raise_()
        self._own_data.activateWindow()

    # -- changes

    def _choose_listed(self) -> None:
        name = self.list.currentData()
        if name == OWN and self.data.settings.own is None:
            self.data.edit("take own data", self.data.table)
            self.open_own()
        else:
            self.training.choose_data(name)

    def _set_formula(self) -> None:
        source = DATASETS.get(self.data.settings.data)
        typed = self.formula.text().strip()
        if source and source.draw_by:
            self._set("formula", "" if typed == source.formula else typed)

    def _set_number(self, name: str, value: float) -> None:
        kind = type(getattr(self.data.settings, name))
        self._set(name, kind(round(value)) if kind is int else value)

    def _set(self, name: str, value: Any) -> None:
        self.training.change(f"set {SETTINGS[name].label.lower()}", **{name: value})

    def _say(self, sentence: str) -> None:
        """Say why what was typed is not taken, or "" once it is."""
        self.message.setText(sentence)
        self.message.setVisible(bool(sentence))

    # -- what is shown

    def _show(self) -> None:
        settings, dataset = self.data.settings, self.data.dataset
        source = DATASETS.get(settings.data)
        images = bool(dataset and dataset.image_shape)
        self._show_thumbnails()
        self.thumbnails.setVisible(not images)
        self.pictures.setVisible(images)
        with QSignalBlocker(self.list):
            self.list.setCurrentIndex(self.list.findData(settings.data))
        drawn_by = bool(source and source.draw_by)
        self.formula.setVisible(drawn_by)
        if source and drawn_by and not self.formula.isModified():
            self.formula.setText(settings.formula or source.formula)
        if source and drawn_by and self.formula.isModified() and not self.formula.hasFocus():
            self.formula.setModified(False)
        self._say(sentence_of(self.data.problem) if self.data.problem else "")
        self.parts.setText(self._told())
        self._show_numbers()
        for name, check in self.checks.items():
            check.setChecked(getattr(settings, name))
            check.setVisible(settings.data != NO_DATA)
        self.checks["stratified"].setVisible(bool(dataset and dataset.classes))
        wide = self._is_wide
        in_plane = wide and bool(dataset and dataset.inputs.shape[1] == 2)
        for name, view in self.views.items():
            view.setChecked(getattr(self.training.viewing.shown, name))
            view.setVisible(in_plane)
        self.views_title.setVisible(in_plane)
        self.plane.renew()
        few = dataset is None or dataset.inputs.shape[1] <= MOST_COLUMNS
        for part in (self.rows_title, self.rows):
            part.setVisible(wide and few and settings.data != NO_DATA)
        self._show_picked()

    def _follow(self) -> None:
        """Which examples are told wrong changes with the weights."""
        if self.training.viewing.picked not in ("all", "test") and self.rows.isVisible():
            self._show_picked()

    def _show_picked(self) -> None:
        self.filter.setVisible(bool(self.data.dataset and self.data.dataset.classes))
        if not self.rows.isHidden() and self.rows.rows.rowCount() == len(self.data.dataset or ()):
            self.rows.show_only(self.training.viewing.picked_rows())

    @property
    def _is_wide(self) -> bool:
        """Whether there is room for rows, and for what the menu offers as well."""
        return self.width() >= WIDE * self.fontMetrics().height() / 16

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._is_wide == self.rows.isHidden():
            self._show()

    def _show_numbers(self) -> None:
        settings = self.data.settings
        source, own = DATASETS.get(settings.data), settings.data == OWN
        offered = {
            "samples": source is not None,
            "noise": source is not None and source.noise_high > 0,
            "test_percent": own or (source is not None and source.has_test),
        }
        for name, slider in self.sliders.items():
            slider.show_value(getattr(settings, name))
            slider.setVisible(offered[name])

    def _show_thumbnails(self) -> None:
        """The points of the sets, drawn anew where seed, noise or the look are others."""
        settings = self.data.settings
        self.thumbnails.show_choice(settings.data)
        wanted = settings.data_seed, settings.noise, self.theme
        if wanted != self._painted:
            self._painted = wanted
            self.thumbnails.show_points(settings.data_seed, settings.noise, self.theme)

    def _told(self) -> str:
        """How many examples there are for what, and what was done to them."""
        dataset = self.data.dataset
        if dataset is None:
            return "" if self.data.problem else "No data: the formula itself is minimised."
        tested = int(self.data.tested.sum())
        told = f"{len(dataset) - tested:,} to train on, {tested:,} to test."
        if dataset.scaling:
            told += " Inputs have mean 0 and deviation 1 over the part that is trained on."
        return told
