"""The table of every command: a file for each menu, and the panels that a command shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.shell.command import Command
from app.shell.edit_commands import EDIT
from app.shell.file_commands import FILE
from app.shell.graph_commands import GRAPH
from app.shell.help_commands import HELP
from app.shell.host import Host
from app.shell.panels import PANELS, Panel
from app.shell.panes import Pane
from app.shell.train_commands import TRAIN
from app.shell.view_commands import VIEW


def _of_panel(panel: Panel) -> Command:
    """The command that shows a panel and puts it away; where it always is, its column opens and closes."""

    def pane(host: Host) -> Pane:
        return host.panes[panel.name]

    def toggle(host: Host) -> None:
        if panel.name in host.arrangement.workspace.panels:
            host.arrangement.toggle_place(pane(host).place)
        else:
            pane(host).toggle()
            host.arrangement.note_choice(pane(host))

    return Command(
        panel.name,
        panel.text,
        panel.tip,
        toggle,
        panel.keys,
        icon=panel.icon,
        checked=lambda host: pane(host).seen,
        group=panel.group,
    )


def _menu(name: str, commands: Sequence[Command]) -> list[Command]:
    """The commands of a menu by their groups, in each those of panels first."""
    of_panels = [_of_panel(panel) for panel in PANELS if panel.menu == name]
    return sorted([*of_panels, *commands], key=lambda command: command.group)


MENUS: Mapping[str, Sequence[Command]] = {
    name: _menu(name, commands)
    for name, commands in {
        "File": FILE,
        "Edit": EDIT,
        "View": VIEW,
        "Graph": GRAPH,
        "Train": TRAIN,
        "Help": HELP,
    }.items()
}
COMMANDS = [command for commands in MENUS.values() for command in commands]
