"""What is shown when the program itself has failed: the reports so far, to be read and copied."""

from __future__ import annotations

import platform
from collections import Counter

import PySide6
from PySide6.QtCore import Qt, qVersion
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from app.system.version import program_version

HEADING = "Something went wrong. Your work is kept."
MAX_REPORTS = 20


class ReportDialog(QDialog):
    """The reports so far as plain text that can be copied; it stops nothing."""

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.setWindowTitle("Chainlight")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._reports: Counter[str] = Counter()
        heading = QLabel(HEADING)
        heading.setTextFormat(Qt.TextFormat.PlainText)
        self.text = QPlainTextEdit(readOnly=True)
        self.text.setAccessibleName("Report")
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.copy = buttons.addButton("&Copy report", QDialogButtonBox.ButtonRole.ActionRole)
        self.copy.setToolTip("Put the whole report on the clipboard, to send to the makers of Chainlight")
        self.copy.clicked.connect(self._copy)
        buttons.rejected.connect(self.close)
        box = QVBoxLayout(self)
        for part in (heading, self.text, buttons):
            box.addWidget(part)
        self.resize(640, 380)
        # a key meant for the window must not press a button that has just appeared under it
        self.text.setFocus()

    def add(self, text: str) -> None:
        """One more report; one that is already there is counted."""
        if text in self._reports or len(self._reports) < MAX_REPORTS:
            self._reports[text] += 1
        self.text.setPlainText("\n".join([environment(), "", *map(self._entry, self._reports)]))

    def _entry(self, text: str) -> str:
        times = self._reports[text]
        return text if times == 1 else f"{text}({times} times)\n"

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text.toPlainText())


def environment() -> str:
    """What the program runs on, in one line."""
    return (
        f"Chainlight {program_version()}, Python {platform.python_version()}, Qt {qVersion()}, "
        f"PySide6 {PySide6.__version__}, {platform.platform()}"
    )
