"""What a command is, and how it reads in menus, tooltips and lists."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct
from PySide6.QtGui import QKeySequence

from app.shell.host import Host

Keys = QKeySequence.StandardKey


class Command(Struct, frozen=True):
    """One command. `keys` work anywhere; `shown` names keys that only the canvas takes, for the menu.

    A menu has a line between its groups; those of a `submenu` stand in a menu of that name. A command that
    `repeats` runs on while its keys are held down. One that `needs` a part of the window cannot be chosen in
    a workspace that lacks it.
    """

    id: str
    text: str
    tip: str
    run: Callable[[Host], object]
    keys: tuple[str | Keys, ...] = ()
    shown: str = ""
    icon: str = ""
    checked: Callable[[Host], bool] | None = None
    group: int = 0
    submenu: str = ""
    in_header: bool = False
    repeats: bool = False
    needs: str = ""

    @property
    def plain_text(self) -> str:
        """The text without the marks of a menu."""
        return self.text.replace("&", "").removesuffix("…")

    @property
    def shortcuts(self) -> list[QKeySequence]:
        """The keys, each once: two equal ones are ambiguous, and a platform may lack one."""
        found = {QKeySequence(key).toString(): QKeySequence(key) for key in self.keys}
        return [sequence for text, sequence in found.items() if text]

    @property
    def keys_text(self) -> str:
        """The keys as people read them."""
        keys = [key.toString(QKeySequence.SequenceFormat.NativeText) for key in self.shortcuts]
        return ", ".join([*([self.shown] if self.shown else []), *keys])

    @property
    def tooltip(self) -> str:
        """What it does, and its keys."""
        keys = self.keys_text
        said = f"{self.plain_text}: {self.tip[0].lower()}{self.tip[1:]}"
        return f"{said} ({keys})" if keys else said
