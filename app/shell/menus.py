"""What the table of commands becomes: actions with their keys and icons, menus, the toolbar."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QLabel, QMenu, QToolBar

from app.shell.actions import COMMANDS, MENUS, Command
from app.state.disk import shown_path
from app.widgets.held import rest
from app.widgets.icons import icon
from core.base.errors import legible

if TYPE_CHECKING:
    from app.shell.window import Window

MOST_OF_A_PATH = 100  # characters in a menu
BEFORE_A_GAP = ("save", "redo", "figure")  # the toolbar's groups end with these


def make_actions(window: Window) -> dict[str, QAction]:
    """The commands as Qt actions of a window, by id."""
    found = {}
    for command in COMMANDS:
        text = f"{command.text}\t{command.shown}" if command.shown else command.text
        action = QAction(text, window)
        action.setShortcuts(shortcuts(command))
        action.setToolTip(_tip(command))
        if command.checked:
            action.setCheckable(True)
        action.setAutoRepeat(command.repeats)
        action.triggered.connect(_runner(window, command, action))
        found[command.id] = action
    return found


def shortcuts(command: Command) -> list[QKeySequence]:
    """The keys of a command, each once: two equal ones are ambiguous, and a platform may lack one."""
    found = {QKeySequence(key).toString(): QKeySequence(key) for key in command.keys}
    return [sequence for text, sequence in found.items() if text]


def give_icons(actions: dict[str, QAction], menu: str = "") -> None:
    """Give the commands of a menu their icons, in the present colour; without a menu, those of the toolbar.

    Drawing them all would be a fifth of the time in which the window opens.
    """
    for command in COMMANDS:
        if command.icon and (command.menu == menu or (not menu and command.toolbar)):
            actions[command.id].setIcon(icon(command.icon))


def _runner(window: Window, command: Command, action: QAction) -> Callable[[], None]:
    def run() -> None:
        if command.repeats:
            rest(action)
        command.run(window)
        window.refresh_actions()

    return run


def add_menus(window: Window) -> None:
    """Every command in its menu; beside them the recent files and the panels."""
    menus = {name: window.menuBar().addMenu(f"&{name}") for name in MENUS}
    for name, menu in menus.items():
        menu.aboutToShow.connect(partial(give_icons, window.actions_by_id, name))
    groups: dict[str, int] = {}
    for command in COMMANDS:
        menu = menus[command.menu]
        if groups.setdefault(command.menu, command.group) != command.group:
            menu.addSeparator()
            groups[command.menu] = command.group
        menu.addAction(window.actions_by_id[command.id])
        window.addAction(window.actions_by_id[command.id])
    recent = QMenu("Open &recent", window)
    recent.aboutToShow.connect(partial(_fill_recent, window, recent))
    menus["File"].insertMenu(window.actions_by_id["save"], recent)
    panels = menus["View"].addMenu("Pa&nels")
    for dock in window.docks.values():
        panels.addAction(dock.toggleViewAction())


def _fill_recent(window: Window, menu: QMenu) -> None:
    menu.clear()
    for path in window.files.recent():
        action = QAction(legible(shown_path(path), MOST_OF_A_PATH).replace("&", "&&"), menu)
        action.triggered.connect(lambda checked=False, path=path: window.files.open_recent(path))
        menu.addAction(action)
    menu.setDisabled(menu.isEmpty())


def add_toolbar(window: Window) -> tuple[QToolBar, QLabel]:
    """The commands used most, and beside them the place where the window says something in passing."""
    bar = QToolBar("Main", window)
    bar.setObjectName("toolbar")
    bar.setMovable(False)
    bar.setIconSize(QSize(20, 20))
    for command in COMMANDS:
        if command.toolbar:
            bar.addAction(window.actions_by_id[command.id])
            if command.id in BEFORE_A_GAP:
                bar.addSeparator()
    said = QLabel()
    said.setTextFormat(Qt.TextFormat.PlainText)
    said.setContentsMargins(8, 0, 0, 0)
    bar.addSeparator()
    bar.addWidget(said)
    window.addToolBar(bar)
    return bar, said


# -- the commands as words


def keys_text(command: Command) -> str:
    """The keys of a command as people read them."""
    keys = [key.toString(QKeySequence.SequenceFormat.NativeText) for key in shortcuts(command)]
    return ", ".join([*([command.shown] if command.shown else []), *keys])


def plain_text(command: Command) -> str:
    return command.text.replace("&", "").removesuffix("…")


def _tip(command: Command) -> str:
    keys = keys_text(command)
    return f"{plain_text(command)}: {command.tip[0].lower()}{command.tip[1:]}" + (
        f" ({keys})" if keys else ""
    )
