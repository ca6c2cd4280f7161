"""Boxes with a sentence: questions, which can be left with Esc, and what went wrong."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from app.system.disk import is_there, shown_names
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


def may_overwrite(window: QWidget, *paths: Path) -> bool:
    """Whether files may be written over, where there are some."""
    existing = list(filter(is_there, paths))
    if not existing:
        return True
    exist, them = ("exist", "them") if existing[1:] else ("exists", "it")
    sentence = f"{shown_names(existing)} {exist} already. Overwrite {them}?"
    return ask(window, sentence, [("&Overwrite", "destroy"), ("&Cancel", "reject")]) == 0


def complain(parent: QWidget | None, sentence: str) -> None:
    """Say as plain text what went wrong."""
    button = QMessageBox.StandardButton.Ok
    box = QMessageBox(QMessageBox.Icon.Warning, "Chainlight", legible(sentence), button, parent)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.exec()
