"""What a figure is saved for: as it is on the screen, or as large as it may be on a slide or in a column."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
)

from app.figures.style import Text
from app.shell.fitted import Subject
from app.shell.host import Host
from app.state import clock
from app.state.ticker import Ticker
from core.base.errors import Problem
from core.base.slicing import Work
from core.figure import Target, read_target

CHOICES = {
    "": "As on the screen",
    "slide": "A slide, 13.33 × 7.5 inches",
    "column": "A column, 8.5 cm wide",
    "stage": "The stage, in one row",
}
TEXTS: dict[Text, str] = {
    "outlines": "Outlines, the same everywhere",
    "fonts": "Text with its fonts, for browsers",
}
OWN, USUAL_SIZE = "Own size", "12x8cm"


class FigureDialog(QDialog):
    """Asks what a figure is for, and says at once how large its numbers will be.

    `found` is what was laid out for that, or None for the figure as it is on the screen.
    """

    def __init__(self, host: Host, title: str, subject: Subject):
        super().__init__(host.frame)
        self.setWindowTitle(title)
        self._host, self._subject = host, subject
        self.found: Any = None
        self._ticker = Ticker(self)
        self.choice, self.size_field, self.said = QComboBox(), QLineEdit(), QLabel(wordWrap=True)
        self.choice.addItems([*CHOICES.values(), OWN])
        self.choice.setToolTip(subject.tip)
        self.text_choice = QComboBox()
        self.text_choice.addItems(list(TEXTS.values()))
        self.text_choice.setToolTip("Text with fonts can be searched, copied and read aloud")
        self.size_field.setPlaceholderText("8.5x6cm or 241x360pt")
        self.size_field.setAccessibleName("Own size")
        self.said.setTextFormat(Qt.TextFormat.PlainText)
        self.said.setMinimumWidth(460)
        self.said.setMinimumHeight(4 * self.said.fontMetrics().lineSpacing())
        self.said.setAlignment(Qt.AlignmentFlag.AlignTop)
        form = QFormLayout()
        form.addRow("&Fit for", self.choice)
        form.addRow("&Own size", self.size_field)
        form.addRow("&Text in SVG files", self.text_choice)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.save = buttons.addButton("&Save…", QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        box = QVBoxLayout(self)
        box.addLayout(form)
        box.addWidget(self.said)
        box.addWidget(buttons)
        self.save.setDefault(True)  # of the dialog that it stands in by now
        self._restore(host.settings.get("fit"))
        self.choice.currentIndexChanged.connect(self._chosen)
        self.size_field.textChanged.connect(self._chosen)
        self._chosen()
        self.choice.setFocus()

    def _restore(self, fit: str) -> None:
        own = fit not in CHOICES
        self.choice.setCurrentIndex(len(CHOICES) if own else list(CHOICES).index(fit))
        self.size_field.setText(fit if own else USUAL_SIZE)
        self.text_choice.setCurrentText(TEXTS[self._host.settings.get("figure_text")])

    @property
    def fit(self) -> str:
        """What the figure is for, as it stands in the settings."""
        return [*CHOICES, self.size_field.text()][self.choice.currentIndex()]

    @property
    def text(self) -> Text:
        """What the text of an SVG is."""
        return list(TEXTS)[self.text_choice.currentIndex()]

    def _chosen(self) -> None:
        self._ticker.stop()
        self.found, target, said = None, None, self._subject.usual
        self.size_field.setEnabled(self.choice.currentText() == OWN)
        able = True
        if self.choice.currentIndex():
            try:
                target, said = read_target(self.fit), "Trying several drawings …"
            except Problem as problem:
                able, said = False, str(problem)
        self.save.setEnabled(able)
        self.said.setText(said)
        if target:
            self._ticker.begin(self._fitting(target), clock.now())

    def _fitting(self, target: Target) -> Work[None]:
        self.found, said = yield from self._subject.fitting(target)
        self.said.setText(said)

    def accept(self) -> None:
        """Go on with what was chosen, and remember it."""
        self._ticker.finish()
        self._host.settings.set("fit", self.fit)
        self._host.settings.set("figure_text", self.text)
        super().accept()

    def reject(self) -> None:
        self._ticker.stop()
        super().reject()
