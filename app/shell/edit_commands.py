"""The menu Edit: undo, the clipboard, the program."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication

from app.shell.command import Command, Keys
from app.shell.host import Host
from core.base.numbers import typed_text
from core.base.slicing import finished
from core.notation.names import in_text


def undo(host: Host) -> None:
    """Take the last change back; what has just been typed is one."""
    host.program.end_typing()
    host.session.undo_stack.undo()


def redo(host: Host) -> None:
    """Make again the last change that was taken back."""
    host.program.end_typing()
    host.session.undo_stack.redo()


def copy_figure(host: Host) -> None:
    """Put the present step on the clipboard, as vectors and pixels, for what figures were last made for."""
    from app.figures.clipboard import figure_mime
    from app.shell.fitted import chosen_target, figures_of, fitting, page_of, present

    counts, target = present(host), chosen_target(host)
    found = finished(fitting(host, target, counts, helped=False)) if target else None
    figures = figures_of(host, found)
    page = page_of(host, found, map(figures.at, counts))
    QGuiApplication.clipboard().setMimeData(figure_mime(figures.at(host.session.cursor), host.theme, page))
    fit_for = f", fit for: {found.target.name}" if found else ""
    host.show_message(f"The figure is on the clipboard{fit_for}")


def copy_value(host: Host) -> None:
    """The selected node's value, or the output's, with every digit."""
    name = host.session.selection or host.session.trace.graph.output
    value = host.session.snapshot.value(name)
    if value is None:
        host.show_message(f"{in_text(name)} has no value yet")
    else:
        QGuiApplication.clipboard().setText(typed_text(value))
        host.show_message(f"The value of {in_text(name)} is on the clipboard")


EDIT = (
    Command(
        "undo",
        "&Undo",
        "Take the last change back",
        undo,
        (Keys.Undo,),
        icon="undo-2",
        in_header=True,
        repeats=True,
    ),
    Command(
        "redo",
        "&Redo",
        "Make the change again",
        redo,
        (Keys.Redo, "Ctrl+Shift+Z", "Ctrl+Y"),
        icon="redo-2",
        in_header=True,
        repeats=True,
    ),
    Command(
        "copy_figure",
        "Copy &figure",
        "The present step on the clipboard",
        copy_figure,
        ("Ctrl+Shift+C",),
        icon="clipboard-copy",
        group=1,
    ),
    Command(
        "copy_latex",
        "Copy step as &LaTeX",
        "The explanation's formulas on the clipboard",
        lambda host: host.explanation.copy_latex(),
        ("Ctrl+Alt+C",),
        group=1,
    ),
    Command("copy_value", "Copy &value", "The selected node's value, every digit", copy_value, group=1),
    Command(
        "edit_program",
        "Edit &program",
        "Put the cursor into the program",
        lambda host: host.edit_program(),
        ("Ctrl+L",),
        group=2,
    ),
)
