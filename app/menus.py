"""Menus and toolbar of the window, made from the table of commands."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel, QMenu, QToolBar

from app.actions import COMMANDS, MENUS, give_icons

if TYPE_CHECKING:
    from app.window import Window

BEFORE_A_GAP = ("save", "redo", "figure")  # the toolbar's groups end with these


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
        action = QAction(str(path), menu)
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
