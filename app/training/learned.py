"""What has been learned: templates, hidden units over the plane, weights."""

from __future__ import annotations

import numpy as np
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from app.state.training_session import TrainingSession
from app.training.weights import HeatMaps, template_maps, weight_maps
from app.widgets.theme import Theme
from core.base.arrays import Array
from core.training.boundary import Plane

MOST_UNITS_SHOWN = 24


class Learned(QWidget):
    """Three groups of heat maps, each below its title; those that there are none of are hidden."""

    def __init__(self, training: TrainingSession, parent: QWidget | None = None):
        super().__init__(parent)
        self.training = training
        self.templates, self.units, self.weights = HeatMaps(longest=96), HeatMaps(longest=64), HeatMaps()
        self.templates.setAccessibleName("Templates")
        self.units.setAccessibleName("Hidden units")
        self._titles = {
            self.templates: QLabel("Templates: the rows of the first matrix as pictures"),
            self.units: QLabel("Hidden units, each over the plane"),
            self.weights: QLabel("Weights"),
        }
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        for maps, title in self._titles.items():
            box.addWidget(title)
            box.addWidget(maps)
        box.addStretch(1)
        for signal in (training.runChanged, training.progressed):
            signal.connect(self._show)
        self._show()

    def set_theme(self, theme: Theme) -> None:
        for maps in self._titles:
            maps.set_theme(theme)

    def _show(self) -> None:
        if (run := self.training.run) is None:
            return
        values, data = run.trainer.learned(), run.setup.dataset
        image = data.image_shape if data else None
        self.weights.show_maps(weight_maps(values))
        templates = template_maps(values, image, data.class_names) if data and image else []
        for maps, found in ((self.templates, templates), (self.units, _unit_maps(run.plane))):
            maps.show_maps(found)
            maps.setVisible(bool(found))
            self._titles[maps].setVisible(bool(found))


def _unit_maps(plane: Plane | None) -> list[tuple[str, Array]]:
    """What each hidden unit says over the plane, by its name; the largest second feature on top."""
    found: list[tuple[str, Array]] = []
    for layer, values in (plane.unit_maps() if plane else {}).items():
        names = [layer] if len(values) == 1 else [f"{layer}[{i}]" for i in range(len(values))]
        found += [(name, np.flipud(unit)) for name, unit in zip(names, values, strict=True)]
    return found[:MOST_UNITS_SHOWN]
