"""Which plane of more than two features is looked at: two of them, or the principal directions."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QComboBox, QFormLayout, QWidget

from app.state.training_session import TrainingSession
from app.widgets.labels import plain_label

PRINCIPAL = "principal directions"
NO_PLANE = "no plane"


class PlaneChoice(QWidget):
    """Two lists of features, and a sentence on what the others are held at."""

    def __init__(self, training: TrainingSession, parent: QWidget | None = None):
        super().__init__(parent)
        self.training, self.data = training, training.data
        self.across, self.up, self.held = QComboBox(), QComboBox(), plain_label()
        for field, name in ((self.across, "Plane across"), (self.up, "Plane upwards")):
            field.setAccessibleName(name)
            field.setToolTip("The plane in which the prediction is shown; other features are held")
            field.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            field.setMinimumContentsLength(5)
        self.across.activated.connect(self._choose)
        self.up.activated.connect(lambda: self.data.look_along(up=self.up.currentIndex()))
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.addRow("Plane →", self.across)
        form.addRow("Plane ↑", self.up)
        form.addRow(self.held)
        self.form = form

    def _choose(self, place: int) -> None:
        principal = self.across.currentText() == PRINCIPAL
        self.data.look_along(**{"principal": principal} | ({} if principal else {"across": place}))

    def renew(self) -> None:
        """Offer the features that there are, and show what is chosen."""
        data, axes = self.data.dataset, self.data.axes
        self.setVisible(self.data.has_axes)
        if data is None or not self.data.has_axes:
            return
        names = [NO_PLANE] if data.image_shape else list(data.feature_names)
        chart = self.data.chart(self.training.sample)
        for field, every in ((self.across, [*names, PRINCIPAL]), (self.up, names)):
            if [field.itemText(k) for k in range(field.count())] != every:
                field.clear()
                field.addItems(every)
        with QSignalBlocker(self.across), QSignalBlocker(self.up):
            if axes.principal or chart is None:
                self.across.setCurrentText(PRINCIPAL if axes.principal else NO_PLANE)
            else:
                for field, title in zip((self.across, self.up), chart.titles, strict=True):
                    field.setCurrentText(title)
        self.form.setRowVisible(1, not axes.principal and not data.image_shape)
        self.held.setText(f"{chart.held}." if chart else "")
        self.held.setVisible(chart is not None)
