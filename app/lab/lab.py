"""The training panel: what to train and on what, its progress, and what it has learned."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

import numpy as np
from msgspec.structs import replace
from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QLabel, QScrollArea, QSizePolicy, QSplitter, QVBoxLayout, QWidget

from app.lab.boundary import BoundaryView, Scale
from app.lab.controls import Controls, TrainBar
from app.lab.curves import Curves
from app.lab.roles import RolesTable
from app.lab.weights import HeatMaps, template_maps, weight_maps
from app.state.session import Session
from app.state.ticker import Ticker
from app.widgets.labels import plain_label, sentence_of, stopped, tint
from app.widgets.theme import LIGHT, Theme
from core.base.arrays import Array, Value, same, shape_of
from core.base.errors import Problem
from core.base.numbers import short
from core.data.examples import Dataset
from core.graph.builder import free_names
from core.training.boundary import WHOLE, Plane, plane_of
from core.training.fitting import sight
from core.training.lab import NO_DATA, Lab
from core.training.roles import Roles
from core.training.setup import Setup, dataset_of, setup
from core.training.trainer import Record, Trainer

MOST_UNITS_SHOWN = 24
MOST_NAMES_SHOWN = 40
SHOWS_EVERY = 4  # slices of training between two looks at the curves


class LabPanel(QWidget):
    """Builds a trainer from the session's lab settings and shows it while it runs.

    `opened` tells that the trained program has been put on the canvas, `differed` that `differs` may have
    changed: whether the canvas shows this program with other weights than those trained here.
    """

    opened = Signal()
    differed = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None):
        super().__init__(parent)
        self.session = session
        self.theme: Theme = LIGHT
        self.setup: Setup | None = None
        self.trainer: Trainer | None = None
        self.sample = 0
        self.differs = False
        self._plane: Plane | None = None
        self._start: Record
        self._made_for: tuple[Lab, str, Mapping[str, Value]] | None = None
        self._slices = 0
        self.ticker = Ticker(self)
        self.bar = TrainBar()
        self.controls = Controls(session)
        self.roles_title, self.roles = QLabel("Roles of the names"), RolesTable(session)
        self.message, self.note = plain_label(), plain_label()
        self.boundary, self.curves = BoundaryView(), Curves()
        self.weights, self.templates, self.units = HeatMaps(), HeatMaps(longest=96), HeatMaps(longest=64)
        self.templates.setAccessibleName("Templates")
        self.units.setAccessibleName("Hidden units")
        self._lay_out()
        self._wire()
        self._remake()

    def _lay_out(self) -> None:
        plots = QSplitter(Qt.Orientation.Horizontal)
        plots.addWidget(self.boundary)
        plots.addWidget(self.curves)
        plots.setSizes([300, 280])
        plots.setChildrenCollapsible(False)
        self.units_title = QLabel("Hidden units, each over the plane")
        self.weights_title = QLabel("Weights")
        self.templates_title = QLabel("Templates: the rows of the first matrix as pictures")
        learned = QWidget()
        inside = QVBoxLayout(learned)
        inside.setContentsMargins(0, 0, 0, 0)
        for part in (
            self.templates_title,
            self.templates,
            self.units_title,
            self.units,
            self.weights_title,
            self.weights,
        ):
            inside.addWidget(part)
        inside.addStretch(1)
        area = QScrollArea()
        area.setWidget(learned)
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

    def _wire(self) -> None:
        self.bar.trainPressed.connect(self.toggle)
        self.bar.stepPressed.connect(self.step)
        self.bar.resetPressed.connect(self.reset)
        self.bar.canvasPressed.connect(self.open_on_canvas)
        self.bar.sampleChosen.connect(self.choose_sample)
        self.boundary.sampleChosen.connect(self.choose_sample)
        self.ticker.progressed.connect(self._progressed)
        self.ticker.stopped.connect(self._stopped)
        self.session.runChanged.connect(self._remake)

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme
        tint(self.message, theme.wrong)
        tint(self.note, theme.faint)
        views = (self.boundary, self.curves, self.weights, self.templates, self.units)
        for part in (*views, self.bar, self.controls):
            part.set_theme(theme)
        self._show_data()
        self._show()

    # -- commands

    def toggle(self) -> None:
        """Train, or pause."""
        if self.ticker.running:
            self.ticker.stop()
        elif self.trainer is not None and not self.trainer.trouble:
            self.ticker.start(self.trainer.train())
            self.bar.show_running(True)

    def pause(self) -> None:
        self.ticker.stop()

    def step(self, updates: int = 1) -> None:
        """One update of the weights, or several."""
        self.pause()
        if self.trainer is not None and not self.trainer.trouble:
            self.trainer.step(updates)
            self._show()

    def reset(self) -> None:
        """Back to the first weights; the same seed draws the same run."""
        self.pause()
        if self.trainer is not None:
            self.trainer.reset()
            self._start = self.trainer.record()
            self._show()

    def choose_sample(self, number: int) -> None:
        """Choose the sample that goes to the canvas."""
        self.sample = number
        self._show_chosen()

    def at_present(self) -> Setup | None:
        """What is trained, at its present weights; None where there is nothing to train."""
        if self.trainer is None or self.setup is None:
            return None
        return replace(self.setup, values={**self.setup.values, **self.trainer.values()})

    def open_on_canvas(self) -> None:
        """The trained program on the canvas, at its present weights, on the chosen sample."""
        present = self.at_present()
        if present is None:
            return
        self.pause()
        values = {name: value for name, value in present.values.items() if name in present.graph.free}
        if present.examples is not None:
            example = present.examples.example(self.sample)
            values |= {name: value for name, value in example.items() if name in present.graph.free}
        typed = self.session.lab.trains == "program"
        guessed = self.session.document.guessed if typed else ()
        self.session.open_program(present.text, values, "open net on canvas", guessed)
        self.opened.emit()

    # -- making the trainer

    def _remake(self) -> None:
        """A new trainer if the settings, or what the typed program trains from, have changed."""
        lab, document = self.session.lab, self.session.document
        typed = lab.trains == "program"
        unknown = document.guessed if lab.data != NO_DATA else ()
        given = {name: value for name, value in document.values.items() if typed and name not in unknown}
        before, self._made_for = self._made_for, (lab, document.text if typed else "", given)
        if before and before[:2] == self._made_for[:2] and self._takes(before[2], given):
            self._show_difference()
            return
        self.pause()
        try:
            self.setup = setup(lab, document.text, document.values, document.guessed)
            self.trainer = self.setup.trainer()
        except Problem as problem:
            self.setup = self.trainer = None
            self._show_roles()
            self.message.setText(sentence_of(problem))
            self.message.show()
            self.note.hide()
            self.bar.show_numbers([])
            self.bar.setEnabled(False)
            self.views.hide()  # what they show belongs to another trainer
            self._show_difference()
            return
        self.message.hide()
        self.note.setText(" ".join(map(stopped, self.setup.notes)))
        self.note.setVisible(bool(self.setup.notes))
        self.bar.setEnabled(True)
        self.views.show()
        self._plane = plane_of(self.trainer)
        self._start = self.trainer.record()
        self.boundary.setVisible(self._plane is not None)
        count = len(self.setup.dataset) if self.setup.dataset else 0
        self.sample = min(self.sample, max(0, count - 1))
        self.bar.show_samples(count)
        self._show_roles()
        self._show_data()
        self._show()

    def _takes(self, before: Mapping[str, Value], given: Mapping[str, Value]) -> bool:
        """Go on with the trainer where at most values it is given have changed, and take these over."""
        names = before.keys() | given.keys()
        changed = {n for n in names if n not in before or n not in given or not same(before[n], given[n])}
        if self.trainer is None or self.setup is None:
            return not changed
        present, nodes = self.trainer.values(), self.setup.graph.nodes
        if any(n in nodes and n in given and shape_of(given[n]) != nodes[n].shape for n in changed):
            return False
        changed -= set(self.setup.roles.data)
        if not changed <= present.keys():
            return False
        if left := changed - given.keys():  # its run goes on; after a reset the seed's values count again
            document = self.session.document
            drawn = setup(self.session.lab, document.text, document.values, document.guessed).values
            self.trainer.start_later_from({name: drawn[name] for name in left})
        start = self.trainer.start
        new = {name: given[name] for name in changed - left if not same(given[name], start[name])}
        if any(not same(new[name], present[name]) for name in new):
            self.trainer.start_from(new)
            self._show()
        return True

    # -- showing

    def _show_roles(self) -> None:
        typed = self.session.lab.trains == "program"
        for part in (self.roles_title, self.roles):
            part.setVisible(typed)
        if typed:
            names = (
                free_names(self.setup.graph.program, self.setup.values)
                if self.setup
                else self.session.story.graph.free
            )
            roles, data = (self.setup.roles, self.setup.dataset) if self.setup else self._at_sight()
            self.roles.show_roles(names[:MOST_NAMES_SHOWN], roles, data)

    def _at_sight(self) -> tuple[Roles | None, Dataset | None]:
        """The roles and the data of a program that cannot be trained, as far as there are any."""
        lab, document, data = self.session.lab, self.session.document, None
        with suppress(Problem):
            data = dataset_of(lab)
            return sight(document.text, document.values, document.guessed, data, lab.roles), data
        return None, data

    def _show_difference(self) -> None:
        """Say whether the canvas shows the program trained here with other weights."""
        story, trainer = self.session.story, self.trainer
        self.differs = False
        if trainer is not None and self.setup is not None and story.graph.program.text == self.setup.text:
            shown, present = story.inputs, trainer.values()
            names = [name for name in self.setup.roles.parameters if name in shown]
            self.differs = any(not same(shown[name], present[name]) for name in names)
        self.differed.emit()

    def _progressed(self) -> None:
        self._slices += 1
        if self._slices % SHOWS_EVERY == 0:
            self._show()

    def _stopped(self) -> None:
        self.bar.show_running(False)
        self._show()

    def _show_data(self) -> None:
        data = self.setup.dataset if self.setup else None
        if data is not None and self._plane is not None:
            classes = data.targets if data.classes else None
            kept = self.trainer.test_data if self.trainer else None
            rows = set(kept.rows) if kept and kept.rows is not None else set()
            tested = [row in rows for row in range(len(data))]
            self.boundary.show_samples(data.inputs, classes, data.targets, tested, data.feature_names)
            self._show_chosen()

    def _show_chosen(self) -> None:
        with QSignalBlocker(self.bar):
            self.bar.show_sample(self.sample)
        data = self.setup.dataset if self.setup else None
        point = data.inputs[self.sample] if data is not None and self._plane is not None else None
        self.boundary.show_chosen(point)

    def _show(self) -> None:
        trainer = self.trainer
        if trainer is None or self.setup is None:
            return
        if trainer.trouble:
            self.message.setText(trainer.trouble)
        self.message.setVisible(bool(trainer.trouble))
        records = [self._start, *trainer.records]
        self.bar.show_numbers(_numbers(records[-1] if self.ticker.running else trainer.record()))
        self._show_curves(records)
        present = trainer.values()
        values = {name: present[name] for name in self.setup.roles.parameters}
        self._show_plane()
        self._show_difference()
        self.weights.show_maps(weight_maps(values))
        data = self.setup.dataset
        image = data.image_shape if data else None
        templates = template_maps(values, image, data.class_names) if data and image else []
        self.templates.show_maps(templates)
        self.templates.setVisible(bool(templates))
        self.templates_title.setVisible(bool(templates))

    def _show_plane(self) -> None:
        """The prediction everywhere, and below what each hidden unit says."""
        units: list[tuple[str, Array]] = []
        if self._plane is not None and self.setup is not None:
            prediction = self._plane.prediction()
            if np.isfinite(prediction).all():  # after a loss that became infinite the last picture stays
                self.boundary.show_prediction(prediction, (*WHOLE, *WHOLE), self._scale())
            for layer, values_of in self._plane.unit_maps().items():
                names = [layer] if len(values_of) == 1 else [f"{layer}[{i}]" for i in range(len(values_of))]
                units += [(name, np.flipud(unit)) for name, unit in zip(names, values_of, strict=True)]
        self.units.show_maps(units[:MOST_UNITS_SHOWN])
        self.units.setVisible(bool(units))
        self.units_title.setVisible(bool(units))

    def _scale(self) -> Scale:
        """From which number to which the plane's colours run."""
        assert self.setup is not None and self.setup.dataset is not None
        if not self.setup.dataset.classes:
            return Scale(0.0, float(np.abs(self.setup.dataset.targets).max()), two_classes=False)
        middle = self.setup.roles.threshold
        return Scale(middle, middle or 1.0)

    def _show_curves(self, records: list[Record]) -> None:
        self.curves.show_records(
            [record.step for record in records],
            [record.train_loss for record in records],
            [float("nan") if record.test_loss is None else record.test_loss for record in records],
        )


def _numbers(record: Record) -> list[tuple[str, str]]:
    """What the bar tells: how far, how well."""
    found = [
        ("epoch", f"{record.epoch:,}"),
        ("update", f"{record.step:,}"),
        ("loss", short(record.train_loss)),
    ]
    if record.test_loss is not None:
        found.append(("test loss", short(record.test_loss)))
    if record.test_accuracy is not None:
        found.append(("test accuracy", f"{record.test_accuracy:.0%}"))
    elif record.train_accuracy is not None:
        found.append(("training accuracy", f"{record.train_accuracy:.0%}"))
    return found
