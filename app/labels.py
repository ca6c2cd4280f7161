"""Labels that show sentences, always as plain text: a user or a file may have written a part of them."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QLabel, QWidget

from core.errors import Problem


def plain_label(*, bold: bool = False) -> QLabel:
    """A label that wraps and can be selected from."""
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    if bold:
        font = label.font()
        font.setBold(True)
        label.setFont(font)
    return label


def tint(label: QWidget, colour: str) -> None:
    """Write in a colour: a palette costs nothing, a style sheet would be read anew for every label."""
    palette = QPalette()
    palette.setColor(QPalette.ColorRole.WindowText, QColor(colour))
    label.setPalette(palette)


def stopped(sentence: str) -> str:
    """A sentence with its full stop."""
    return sentence if sentence.endswith((".", "?", ":", "…")) or not sentence else f"{sentence}."


def sentence_of(problem: Problem) -> str:
    """What is wrong and what to do, in whole sentences."""
    return stopped(str(problem))
