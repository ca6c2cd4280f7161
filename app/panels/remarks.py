"""What to know of how a program was read, each with a button for the other reading where there is one."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from app.widgets.labels import Button, plain_label, tint
from core.base.errors import cut
from core.notation.program import Remark

MOST = 3
LONGEST_LABEL = 32  # characters on a button


class Remarks(QWidget):
    """Up to MOST remarks, those with another reading first; `chosen` carries the one that is clicked."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        self._remarks: tuple[Remark, ...] = ()
        self._rows = [_Row(self) for _ in range(MOST)]
        self.more = plain_label()
        for row in self._rows:
            column.addWidget(row)
        column.addWidget(self.more)
        self.hide()

    def show_remarks(self, remarks: Sequence[Remark], colour: str) -> None:
        """Show the remarks in a colour of the theme; without any the widget is hidden."""
        self._remarks = tuple(sorted(remarks, key=lambda remark: not remark.other))
        for row, remark in zip(self._rows, [*self._remarks[:MOST], *[None] * MOST], strict=False):
            row.setVisible(remark is not None)
            if remark is not None:
                row.show_remark(remark, colour)
        rest = len(self._remarks) - MOST
        self.more.setVisible(rest > 0)
        self.more.setText(f"… and {rest} more")
        tint(self.more, colour)
        self.setVisible(bool(self._remarks))

    def text(self) -> str:
        """All that is shown, a line for each remark."""
        return "\n".join(row.label.text() for row in self._rows if not row.isHidden())

    @property
    def buttons(self) -> list[Button]:
        """The buttons that are shown, from the top."""
        return [row.button for row in self._rows if not row.isHidden() and not row.button.isHidden()]


class _Row(QWidget):
    """One remark and, where it could be read another way, a button that writes it so."""

    def __init__(self, remarks: Remarks):
        super().__init__(remarks)
        self.label: QLabel = plain_label()
        self.button = Button()
        self.remark: Remark | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.label)
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)
        self.button.clicked.connect(lambda: remarks.chosen.emit(self.remark))

    def show_remark(self, remark: Remark, colour: str) -> None:
        self.remark = remark
        self.label.setText(remark.message if remark.message.endswith((".", "?")) else f"{remark.message}.")
        tint(self.label, colour)
        self.button.setVisible(bool(remark.other))
        whole = f"Write {remark.other} instead"
        self.button.show_text(
            f"Write {cut(remark.other, LONGEST_LABEL)} instead",
            f"{whole}, in the place of what the remark is about",
        )
        self.button.setAccessibleName(whole)
