"""The menu File: projects, figures, exports."""

from __future__ import annotations

from app.figures.kinds import FIGURE_KINDS
from app.shell.command import Command, Keys
from app.shell.host import Host
from app.system.disk import shown_name
from core.base.errors import either
from core.service.export_kinds import EXPORT_KINDS

FIGURES, PAGES = (
    either(names)
    for names in ([kind.name for kind in FIGURE_KINDS], [kind.title for kind in FIGURE_KINDS if kind.pages])
)
EXPORTS = either(kind.described for kind in EXPORT_KINDS)


def save(host: Host, anew: bool = False) -> None:
    """Save the project with what has just been typed; `anew` asks for a name."""
    host.take_typing()
    saved = host.files.save_as() if anew else host.files.save()
    if saved and host.session.path:
        host.show_message(f"Saved {shown_name(host.session.path)}")


# what saves or exports anything else is loaded when it is asked for


def save_figure(host: Host) -> None:
    from app.shell.saving import ask_and_save_figure

    ask_and_save_figure(host)


def save_all_figures(host: Host) -> None:
    from app.shell.saving import ask_and_save_all_figures

    ask_and_save_all_figures(host)


def save_view(host: Host) -> None:
    from app.shell.saving import ask_and_save_view

    ask_and_save_view(host)


def save_graphml(host: Host) -> None:
    from app.shell.saving import ask_and_save_graphml

    ask_and_save_graphml(host)


def export(host: Host) -> None:
    from app.shell.saving import ask_and_export

    ask_and_export(host)


FILE = (
    Command(
        "new",
        "&New",
        "Start with the worked example",
        lambda host: host.files.new(),
        (Keys.New,),
        icon="file-plus",
    ),
    Command(
        "open",
        "&Open…",
        "Open a project",
        lambda host: host.files.open(),
        (Keys.Open,),
        icon="folder-open",
    ),
    Command("save", "&Save", "Save the project", save, (Keys.Save,), icon="save"),
    Command(
        "save_as",
        "Save &as…",
        "Save the project under another name",
        lambda host: save(host, anew=True),
        ("Ctrl+Shift+S",),
    ),
    Command(
        "figure",
        "Save &figure…",
        f"Save the present step, or the net that is trained, as {FIGURES}",
        save_figure,
        ("Ctrl+E",),
        icon="image",
        group=1,
        in_header=True,
    ),
    Command(
        "figures",
        "Save figures of all s&teps…",
        f"One {PAGES} or one numbered file a step",
        save_all_figures,
        ("Ctrl+Shift+E",),
        group=1,
    ),
    Command(
        "save_view",
        "Save &view of the training…",
        f"The view that was used last, as {FIGURES}",
        save_view,
        icon="camera",
        group=1,
    ),
    Command("graphml", "Save graph as Graph&ML…", "The graph for other programs", save_graphml, group=1),
    Command("export", "&Export…", f"The program or its training as {EXPORTS}", export, group=1),
    Command(
        "quit", "&Quit", "Close the program", lambda host: host.frame.close(), (Keys.Quit, "Ctrl+Q"), group=2
    ),
)
