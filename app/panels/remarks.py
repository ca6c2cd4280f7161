"""What to know of how a program was read, each with a button for the other reading where there is one."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from app.widgets.labels import Button, plain_label, tint
from core.base.errors import cut
from core.notation.program import Note

MOST = 3
LONGEST_LABEL = 32  # characters on a button


class Notes(QWidget):
    """Up to MOST notes, those with another reading first; `chosen` carries the note that is clicked."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        self._notes: tuple[Note, ...] = ()
        self._rows = [_Row(self) for _ in range(MOST)]
        self.more = plain_label()
        for row in self._rows:
            column.addWidget(row)
        column.addWidget(self.more)
        self.hide()

    def show_notes(self, notes: Sequence[Note], colour: str) -> None:
        """Show the notes in a colour of the theme; without any the widget is hidden."""
        self._notes = tuple(sorted(notes, key=lambda note: not note.other))
        for row, note in zip(self._rows, [*self._notes[:MOST], *[None] * MOST], strict=False):
            row.setVisible(note is not None)
            if note is not None:
                row.show_note(note, colour)
        rest = len(self._notes) - MOST
        self.more.setVisible(rest > 0)
        self.more.setText(f"… and {rest} more")
        tint(self.more, colour)
        self.setVisible(bool(self._notes))

    def text(self) -> str:
        """All that is shown, a line for each note."""
        return "\n".join(row.label.text() for row in self._rows if not row.isHidden())

    @property
    def buttons(self) -> list[Button]:
        """The buttons that are shown, from the top."""
        return [row.button for row in self._rows if not row.isHidden() and not row.button.isHidden()]


class _Row(QWidget):
    """One note and, where it could be read another way, a button that writes it so."""

    def __init__(self, notes: Notes):
        super().__init__(notes)
        self.label: QLabel = plain_label()
        self.button = Button()
        self.note: Note | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.label)
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)
        self.button.clicked.connect(lambda: notes.chosen.emit(self.note))

    def show_note(self, note: Note, colour: str) -> None:
        self.note = note
        self.label.setText(note.message if note.message.endswith((".", "?")) else f"{note.message}.")
        tint(self.label, colour)
        self.button.setVisible(bool(note.other))
        whole = f"Write {note.other} instead"
        self.button.show_text(
            f"Write {cut(note.other, LONGEST_LABEL)} instead",
            f"{whole}, in the place of what the note is about",
        )
        self.button.setAccessibleName(whole)
