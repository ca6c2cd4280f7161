"""What is asked about files, in dialogs that can be left with Esc."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from core.base.errors import legible

Button = tuple[str, Literal["accept", "destroy", "reject"]]  # its text and what it does
ROLES = {
    "accept": QMessageBox.ButtonRole.AcceptRole,
    "destroy": QMessageBox.ButtonRole.DestructiveRole,
    "reject": QMessageBox.ButtonRole.RejectRole,
}


def ask(window: QWidget, sentence: str, buttons: Sequence[Button]) -> int:
    """The number of the button chosen; Esc is the last, Return the first that destroys nothing."""
    box = QMessageBox(QMessageBox.Icon.Question, "Chainlight", "", parent=window)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(legible(sentence))
    made = [box.addButton(text, ROLES[role]) for text, role in buttons]
    harmless = [i for i, (_, role) in enumerate(buttons) if role != "destroy"]
    box.setDefaultButton(made[harmless[0]])
    box.setEscapeButton(made[-1])
    box.exec()
    chosen = box.clickedButton()
    answer = made.index(chosen) if chosen in made else len(made) - 1
    box.deleteLater()
    return answer


def ask_for_open(window: QWidget, folder: Path, kinds: str) -> Path | None:
    found, _ = QFileDialog.getOpenFileName(window, "Open project", str(folder), kinds)
    return Path(found) if found else None


def ask_for_save(window: QWidget, suggested: Path, kinds: str) -> Path | None:
    """What was chosen or typed; the dialog has asked about overwriting it."""
    found, _ = QFileDialog.getSaveFileName(window, "Save project", str(suggested), kinds)
    return Path(found) if found else None
