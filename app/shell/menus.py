"""What the table of commands becomes: actions with their keys and icons, and menus."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMainWindow, QMenu, QToolButton

from app.shell.command import Command
from app.shell.commands import COMMANDS, MENUS
from app.shell.files import Files
from app.shell.host import Host
from app.system.disk import shown_path
from app.widgets.icons import icon
from app.widgets.key_repeat import rest
from core.base.errors import legible
from core.training.shown import SWITCHES

MOST_OF_A_PATH = 100  # characters in a menu
IN_HEADER = [command for command in COMMANDS if command.in_header]


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
    """Every command in its menu; beside them the recent files."""
    menus: dict[str, QMenu] = {}
    for name, commands in MENUS.items():
        menus[name] = menu = window.menuBar().addMenu(f"&{name}")
        menu.setToolTipsVisible(True)
        menu.aboutToShow.connect(partial(give_icons, actions, commands))
        for before, command in zip([commands[0], *commands], commands, strict=False):
            if before.group != command.group:
                menu.addSeparator()
            if command.submenu and command.submenu not in menus:
                menus[command.submenu] = menu.addMenu(command.submenu)
                menus[command.submenu].setToolTipsVisible(True)
            menus.get(command.submenu, menu).addAction(actions[command.id])
            window.addAction(actions[command.id])
    recent = QMenu("Open &recent", window)
    recent.aboutToShow.connect(partial(_fill_recent, files, recent))
    menus["File"].insertMenu(actions["save"], recent)


def _fill_recent(files: Files, menu: QMenu) -> None:
    menu.clear()
    for path in files.recent():
        action = QAction(legible(shown_path(path), MOST_OF_A_PATH).replace("&", "&&"), menu)
        action.triggered.connect(lambda checked=False, path=path: files.open_recent(path))
        menu.addAction(action)
    menu.setDisabled(menu.isEmpty())


def views_button(host: Host, actions: Mapping[str, QAction]) -> QToolButton:
    """A button with the ways to look at the derivative, and where they stand."""
    button = QToolButton()
    button.setText("Views ▾")
    button.setAccessibleName("Views")
    button.setToolTip("Ways to look at the derivative, or at the training")
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    menu = QMenu(button)
    menu.setToolTipsVisible(True)

    def look(number: int) -> None:
        host.panes["derivatives"].open().tabs.choose(number)

    def show_view(name: str) -> None:
        host.panes["training"].open().show_view(name)

    def fill() -> None:
        menu.clear()
        if host.transport.trains:
            fill_with_trained()
        else:
            fill_with_derivatives()

    def fill_with_trained() -> None:
        from core.training.views import VIEWS

        viewing = host.training.viewing
        for name in viewing.there:
            action = menu.addAction(VIEWS[name].title, partial(show_view, name))
            action.setToolTip(VIEWS[name].says)
        menu.addSeparator()
        switches = [name for name, one in SWITCHES.items() if {*one.views} & {*viewing.there}]
        menu.addActions([actions[f"show_{name}"] for name in switches])

    def fill_with_derivatives() -> None:
        from app.derivatives.panel import VIEWS

        for number, view in enumerate(VIEWS):
            menu.addAction(view.title, partial(look, number)).setToolTip(view.tip)
        menu.addSeparator()
        menu.addActions([actions[name] for name in ("derivatives", "derivatives_column")])

    def show() -> None:
        fill()
        menu.popup(button.mapToGlobal(button.rect().bottomLeft()))

    button.clicked.connect(show)
    return button
