"""The menu Help."""

from __future__ import annotations

from app.shell.command import Command, Keys
from app.shell.host import Host


def show_notation(host: Host) -> None:
    from app.shell.sheets import NotationSheet

    NotationSheet(host.frame).open()


def show_about(host: Host) -> None:
    from app.shell.sheets import About

    About(host.frame).open()


HELP = (
    Command(
        "palette",
        "&Commands…",
        "Find a command by its name",
        lambda host: host.show_palette(),
        ("Ctrl+K",),
        icon="search",
    ),
    Command(
        "keys",
        "&Keys",
        "All keys on one sheet",
        lambda host: host.show_keys(),
        (Keys.HelpContents, "Ctrl+?"),
        icon="keyboard",
    ),
    Command("notation", "&Notation", "How formulas are written", show_notation, icon="circle-help"),
    Command("about", "&About Chainlight", "Version and licences", show_about, group=1),
)
