"""What the table of commands becomes: actions with their keys and icons, menus, the toolbar."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDockWidget, QLabel, QMainWindow, QMenu, QToolBar

from app.shell.command import Command
from app.shell.commands import COMMANDS, MENUS
from app.shell.files import Files
from app.shell.host import Host
from app.system.disk import shown_path
from app.widgets.icons import icon
from app.widgets.key_repeat import rest
from core.base.errors import legible

MOST_OF_A_PATH = 100  # characters in a menu
ON_TOOLBAR = [command for command in COMMANDS if command.toolbar]
BEFORE_A_GAP = ("save", "redo", "figure")  # the toolbar's groups end with these


def make_actions(host: Host, then: Callable[[], object]) -> dict[str, QAction]:
    """The commands as Qt actions of a window, by id; `then` is called after each."""
    found = {}
    for command in COMMANDS:
        text = f"{command.text}\t{command.shown}" if command.shown else command.text
        action = QAction(text, host.frame)
        action.setShortcuts(command.shortcuts)
        action.setToolTip(command.tooltip)
        if command.checked:
            action.setCheckable(True)
        action.setAutoRepeat(command.repeats)
        action.triggered.connect(_runner(host, command, action, then))
        found[command.id] = action
    return found


def give_icons(actions: Mapping[str, QAction], commands: Iterable[Command]) -> None:
    """Give commands their icons, in the present colour.

    Menus get theirs when they open: drawing them all would be a fifth of the time in which the window opens.
    """
    for command in commands:
        if command.icon:
            actions[command.id].setIcon(icon(command.icon))


def _runner(host: Host, command: Command, action: QAction, then: Callable[[], object]) -> Callable[[], None]:
    def run() -> None:
        if command.repeats:
            rest(action)
        command.run(host)
        then()

    return run


def add_menus(window: QMainWindow, actions: Mapping[str, QAction], files: Files) -> None:
    """Every command in its menu; beside them the recent files and the docks that are there."""
    menus: dict[str, QMenu] = {}
    for name, commands in MENUS.items():
        menus[name] = menu = window.menuBar().addMenu(f"&{name}")
        menu.aboutToShow.connect(partial(give_icons, actions, commands))
        for before, command in zip([commands[0], *commands], commands, strict=False):
            if before.group != command.group:
                menu.addSeparator()
            if command.submenu and command.submenu not in menus:
                menus[command.submenu] = menu.addMenu(command.submenu)
            menus.get(command.submenu, menu).addAction(actions[command.id])
            window.addAction(actions[command.id])
    recent = QMenu("Open &recent", window)
    recent.aboutToShow.connect(partial(_fill_recent, files, recent))
    menus["File"].insertMenu(actions["save"], recent)
    panels = menus["View"].addMenu("&Panels")
    for dock in window.findChildren(QDockWidget):
        panels.addAction(dock.toggleViewAction())


def _fill_recent(files: Files, menu: QMenu) -> None:
    menu.clear()
    for path in files.recent():
        action = QAction(legible(shown_path(path), MOST_OF_A_PATH).replace("&", "&&"), menu)
        action.triggered.connect(lambda checked=False, path=path: files.open_recent(path))
        menu.addAction(action)
    menu.setDisabled(menu.isEmpty())


def add_toolbar(window: QMainWindow, actions: Mapping[str, QAction]) -> tuple[QToolBar, QLabel]:
    """The toolbar with the commands used most, and beside them the label for short messages."""
    bar = QToolBar("Main", window)
    bar.setObjectName("toolbar")
    bar.setMovable(False)
    bar.setIconSize(QSize(20, 20))
    for command in ON_TOOLBAR:
        bar.addAction(actions[command.id])
        if command.id in BEFORE_A_GAP:
            bar.addSeparator()
    said = QLabel()
    said.setTextFormat(Qt.TextFormat.PlainText)
    said.setContentsMargins(8, 0, 0, 0)
    bar.addSeparator()
    bar.addWidget(said)
    window.addToolBar(bar)
    return bar, said
