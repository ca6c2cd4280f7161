"""The menu Edit: undo, the clipboard, the program."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Literal, cast

from PySide6.QtGui import QGuiApplication

from app.shell.command import Command, Keys
from app.shell.host import Host
from core.base.errors import Problem
from core.base.numbers import typed_text
from core.base.slicing import finished
from core.notation.names import in_text
from core.service.listing import TEXTS

if TYPE_CHECKING:
    from app.panels.derivation import DerivationPanel
    from core.export.operations.code import Language


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


def copy_listing(form: str, host: Host) -> None:
    """Both passes as text on the clipboard, or why they cannot be written so."""
    host.algorithm.copy(form)


def _derivation(host: Host) -> DerivationPanel | None:
    """The panel of the selected node, which need not be seen; a message where none is selected."""
    if host.session.selection:
        return cast("DerivationPanel", host.panes["derivation"].make())
    host.show_message("Select a node first: click on it, or walk to it with Alt and the arrow keys")
    return None


def copy_paths(form: Literal["latex", "markdown"], host: Host) -> None:
    """How the output depends on the selected node, on the clipboard."""
    panel = _derivation(host)
    if panel and isinstance(found := host.session.derivation, Problem):
        host.show_message(str(found))
    elif panel:
        panel.copy_latex() if form == "latex" else panel.copy_markdown()


def copy_operation(language: Language, host: Host) -> None:
    """The operation of the selected node as code on the clipboard."""
    panel = _derivation(host)
    if panel and host.session.trace.graph.nodes[host.session.selection].is_leaf:
        host.show_message(f"{in_text(host.session.selection)} is not computed, so there is no operation")
    elif panel:
        panel.copy_code(language)


PATHS: Mapping[Literal["latex", "markdown"], str] = {"latex": "LaTeX", "markdown": "Markdown"}
CODE: Mapping[Language, str] = {"torch": "PyTorch", "numpy": "NumPy"}

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
    Command(
        "copy_sentence",
        "Copy &sentence",
        "The explanation's sentence on the clipboard",
        lambda host: host.explanation.copy_text(),
        group=1,
    ),
    Command("copy_value", "Copy &value", "The selected node's value, every digit", copy_value, group=1),
    *(
        Command(
            f"copy_paths_{form}",
            f"Copy paths as {title}",
            "How the output depends on the selected node: the product along each path, and their sum",
            partial(copy_paths, form),
            group=1,
            submenu="Copy of selected &node",
        )
        for form, title in PATHS.items()
    ),
    *(
        Command(
            f"copy_operation_{language}",
            f"Copy operation as {title}",
            "The operation of the selected node as a class with its forward and its backward",
            partial(copy_operation, language),
            group=1,
            submenu="Copy of selected &node",
        )
        for language, title in CODE.items()
    ),
    *(
        Command(
            f"copy_listing_{form}",
            f"Copy listing as {text.title}",
            "Both passes line by line on the clipboard",
            partial(copy_listing, form),
            group=1,
            submenu="Copy l&isting",
        )
        for form, text in TEXTS.items()
    ),
    Command(
        "edit_program",
        "Edit &program",
        "Put the cursor into the program",
        lambda host: host.edit_program(),
        ("Ctrl+L",),
        group=2,
    ),
)
