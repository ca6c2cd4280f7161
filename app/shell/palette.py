"""The command palette: a command found by a part of its name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QDialog, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from app.shell.command import Command


def found_by(typed: str, commands: Iterable[Command]) -> list[Command]:
    """The commands whose name or description contains every word typed, the best fit first."""
    words = typed.lower().split()
    wanted = " ".join(words)

    def fits(command: Command) -> list[bool]:
        name = command.plain_text.lower()
        described = f"{name} {command.tip.lower()}"
        return [
            name == wanted,
            name.startswith(wanted),
            all(any(part.startswith(word) for part in name.split()) for word in words),
            all(word in name for word in words),
            all(word in described for word in words),
        ]

    return sorted(
        (command for command in commands if any(fits(command))), key=lambda command: fits(command).index(True)
    )


class Palette(QDialog):
    """Find a command by typing a part of its name."""

    def __init__(
        self,
        parent: QWidget,
        commands: Sequence[Command],
        actions: Mapping[str, QAction],
        why_not: Callable[[Command], str],
    ):
        super().__init__(parent)
        self._commands, self._actions, self._why_not = commands, actions, why_not
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Commands")
        self.resize(520, 380)
        self.field = QLineEdit()
        self.field.setPlaceholderText("Type a part of a command's name")
        self.field.setAccessibleName("Command")
        self.list = QListWidget()
        self.list.setAccessibleName("Commands")
        box = QVBoxLayout(self)
        box.addWidget(self.field)
        box.addWidget(self.list)
        self.field.textChanged.connect(self._show)
        self.list.itemActivated.connect(self._run)
        self.field.returnPressed.connect(lambda: self._run(self.list.currentItem()))
        self._show()

    def _show(self) -> None:
        self.list.clear()
        found = found_by(self.field.text(), self._commands)
        for command in sorted(found, key=lambda command: bool(self._why_not(command))):
            able, lacking = self._actions[command.id].isEnabled(), self._why_not(command)
            if able or lacking:
                item = QListWidgetItem(f"{command.plain_text}    {lacking or command.keys_text}".rstrip())
                item.setData(Qt.ItemDataRole.UserRole, command.id)
                item.setToolTip(command.tip)
                if not able:
                    item.setFlags(Qt.ItemFlag.NoItemFlags)
                self.list.addItem(item)
        self.list.setCurrentRow(0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            by = 1 if event.key() == Qt.Key.Key_Down else -1
            self.list.setCurrentRow(max(0, min(self.list.count() - 1, self.list.currentRow() + by)))
        else:
            super().keyPressEvent(event)

    def _run(self, item: QListWidgetItem | None) -> None:
        if item is not None and item.flags() & Qt.ItemFlag.ItemIsEnabled:
            action = self._actions[item.data(Qt.ItemDataRole.UserRole)]
            self.accept()
            action.trigger()
