"""The table of every command: menu, text, keys, icon, what it does."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec import Struct
from PySide6.QtGui import QKeySequence

from app.figures.kinds import FIGURE_KINDS
from app.shell import folding
from app.widgets.theme import THEMES
from core.base.errors import either
from core.service.export_kinds import EXPORT_KINDS

if TYPE_CHECKING:
    from app.shell.window import Window
    from app.state.lab_session import LabSession

Keys = QKeySequence.StandardKey
MENUS = ("File", "Edit", "View", "Graph", "Train", "Help")


class Command(Struct, frozen=True):
    """One command. `keys` work anywhere; `shown` names keys that only the canvas takes, for the menu.

    A command that `repeats` runs on while its keys are held down.
    """

    id: str
    menu: str
    text: str
    tip: str
    run: Callable[[Window], object]
    keys: tuple[str | Keys, ...] = ()
    shown: str = ""
    icon: str = ""
    checked: Callable[[Window], bool] | None = None
    group: int = 0
    toolbar: bool = False
    repeats: bool = False


def _lab(window: Window) -> LabSession:
    """The lab session, with its panel docked: who trains wants to see it."""
    window.lab_dock.make()
    return window.lab


COMMANDS: tuple[Command, ...] = (
    Command(
        "new",
        "File",
        "&New",
        "Start with the worked example",
        lambda w: w.files.new(),
        (Keys.New,),
        icon="file-plus",
        toolbar=True,
    ),
    Command(
        "open",
        "File",
        "&Open…",
        "Open a project",
        lambda w: w.files.open(),
        (Keys.Open,),
        icon="folder-open",
        toolbar=True,
    ),
    Command(
        "save",
        "File",
        "&Save",
        "Save the project",
        lambda w: w.save(),
        (Keys.Save,),
        icon="save",
        toolbar=True,
    ),
    Command(
        "save_as",
        "File",
        "Save &as…",
        "Save the project under another name",
        lambda w: w.save(anew=True),
        ("Ctrl+Shift+S",),
    ),
    Command(
        "figure",
        "File",
        "Save &figure…",
        f"Save the present step as {either(kind.name for kind in FIGURE_KINDS)}",
        lambda w: w.save_figure(),
        ("Ctrl+E",),
        icon="image",
        group=1,
        toolbar=True,
    ),
    Command(
        "figures",
        "File",
        "Save figures of &all steps…",
        f"One {either(kind.title for kind in FIGURE_KINDS if kind.pages)} or one numbered file a step",
        lambda w: w.save_all_figures(),
        ("Ctrl+Shift+E",),
        group=1,
    ),
    Command(
        "graphml",
        "File",
        "Save graph as Graph&ML…",
        "The graph for other programs",
        lambda w: w.save_graphml(),
        group=1,
    ),
    Command(
        "export",
        "File",
        "&Export…",
        f"The program or its training as {either(kind.described for kind in EXPORT_KINDS)}",
        lambda w: w.export(),
        group=1,
    ),
    Command(
        "quit", "File", "&Quit", "Close the program", lambda w: w.close(), (Keys.Quit, "Ctrl+Q"), group=2
    ),
    Command(
        "undo",
        "Edit",
        "&Undo",
        "Take the last change back",
        lambda w: w.undo(),
        (Keys.Undo,),
        icon="undo-2",
        toolbar=True,
        repeats=True,
    ),
    Command(
        "redo",
        "Edit",
        "&Redo",
        "Make the change again",
        lambda w: w.redo(),
        (Keys.Redo, "Ctrl+Shift+Z", "Ctrl+Y"),
        icon="redo-2",
        toolbar=True,
        repeats=True,
    ),
    Command(
        "copy_figure",
        "Edit",
        "Copy &figure",
        "The present step on the clipboard",
        lambda w: w.copy_figure(),
        ("Ctrl+Shift+C",),
        icon="clipboard-copy",
        group=1,
    ),
    Command(
        "copy_latex",
        "Edit",
        "Copy step as &LaTeX",
        "The explanation's formulas on the clipboard",
        lambda w: w.explanation.copy_latex(),
        ("Ctrl+Alt+C",),
        group=1,
    ),
    Command(
        "copy_value",
        "Edit",
        "Copy &value",
        "The selected node's value, every digit",
        lambda w: w.copy_value(),
        group=1,
    ),
    Command(
        "edit_program",
        "Edit",
        "Edit &program",
        "Put the cursor into the program",
        lambda w: w.edit_program(),
        ("Ctrl+L",),
        group=2,
    ),
    Command("next", "View", "&Next step", "One fact forward", lambda w: w.transport.step(1), shown="Space"),
    Command(
        "previous",
        "View",
        "&Previous step",
        "One fact back",
        lambda w: w.transport.step(-1),
        shown="Shift+Space",
    ),
    Command(
        "first", "View", "To the &start", "Nothing computed yet", lambda w: w.session.seek(0), shown="Home"
    ),
    Command(
        "last",
        "View",
        "To the &end",
        "Both passes done",
        lambda w: w.session.seek(len(w.session.story)),
        shown="End",
    ),
    Command(
        "play",
        "View",
        "P&lay or pause",
        "Step automatically",
        lambda w: w.transport.toggle(),
        ("F8",),
        icon="play",
    ),
    Command(
        "present",
        "View",
        "P&resent from the start",
        "The canvas alone, large",
        lambda w: w.presentation.start(0),
        ("F5",),
        icon="presentation",
        group=1,
        toolbar=True,
    ),
    Command(
        "present_here",
        "View",
        "Present from &here",
        "The canvas alone, from this step",
        lambda w: w.presentation.start(None),
        ("Shift+F5",),
        group=1,
    ),
    Command(
        "full_screen",
        "View",
        "F&ull screen",
        "The window without a frame",
        lambda w: w.toggle_full_screen(),
        ("F11",),
        group=1,
    ),
    Command(
        "zoom_in",
        "View",
        "Zoom &in",
        "Larger",
        lambda w: w.view.zoom(1.25),
        (Keys.ZoomIn, "Ctrl+="),
        icon="zoom-in",
        group=2,
        repeats=True,
    ),
    Command(
        "zoom_out",
        "View",
        "Zoom &out",
        "Smaller",
        lambda w: w.view.zoom(0.8),
        (Keys.ZoomOut,),
        icon="zoom-out",
        group=2,
        repeats=True,
    ),
    Command(
        "fit",
        "View",
        "&Fit",
        "The whole graph",
        lambda w: w.view.fit(),
        ("Ctrl+0",),
        icon="maximize",
        group=2,
    ),
    Command(
        "theme",
        "View",
        "Next &theme",
        ", ".join(THEMES).capitalize(),
        lambda w: w.next_theme(),
        ("Ctrl+Shift+T",),
        icon="moon",
        group=3,
    ),
    Command(
        "text_larger",
        "View",
        "Larger text",
        "Up to 200 %",
        lambda w: w.scale_text(0.1),
        ("Ctrl+Alt++",),
        group=3,
        repeats=True,
    ),
    Command(
        "text_smaller",
        "View",
        "Smaller text",
        "Down to 100 %",
        lambda w: w.scale_text(-0.1),
        ("Ctrl+Alt+-",),
        group=3,
        repeats=True,
    ),
    Command(
        "animate",
        "View",
        "&Animate steps",
        "A token travels along the active edge",
        lambda w: w.toggle_animation(),
        checked=lambda w: w.scene.animated,
        group=3,
    ),
    Command(
        "more_digits",
        "Graph",
        "&More digits",
        "Show more digits",
        lambda w: w.session.set_digits(min(12, w.session.digits + 1)),
        ("Ctrl+.",),
        repeats=True,
    ),
    Command(
        "fewer_digits",
        "Graph",
        "&Fewer digits",
        "Show fewer digits",
        lambda w: w.session.set_digits(max(2, w.session.digits - 1)),
        ("Ctrl+,",),
        repeats=True,
    ),
    Command(
        "arrange",
        "Graph",
        "&Arrange",
        "Put moved nodes back in their places",
        lambda w: w.session.reset_places(),
        ("Ctrl+Shift+A",),
        icon="network",
        group=1,
    ),
    Command(
        "derivatives",
        "Graph",
        "&Derivatives panel",
        "Ways to differentiate side by side, closed forms, Jacobians",
        lambda w: w.derivatives_dock.toggle(),
        ("Ctrl+D",),
        icon="square-function",
        checked=lambda w: w.derivatives_dock.seen,
        group=2,
    ),
    Command(
        "differentiate",
        "Graph",
        "Differentiate this &node",
        "The backward pass starts at the selected node; once more, and it starts at the end again",
        lambda w: w.differentiate(),
        ("Ctrl+Shift+D",),
        checked=lambda w: w.session.selection == w.session.document.output != "",
        group=2,
    ),
    Command(
        "seed",
        "Graph",
        "&Seed…",
        "What the backward pass starts with: 1, another number, or one entry of the output",
        lambda w: w.derivatives_dock.open().edit_seed(),
        group=2,
    ),
    Command(
        "unfold",
        "Graph",
        "&Unfold",
        "Show what the selected operation is made of",
        lambda w: folding.unfold_selected(w),
        ("Ctrl+Down",),
        group=3,
    ),
    Command(
        "fold",
        "Graph",
        "F&old",
        "Put the frame around the selected node back into one operation",
        lambda w: folding.fold_selected(w),
        ("Ctrl+Up",),
        group=3,
    ),
    Command(
        "unfold_all",
        "Graph",
        "Unfold &everything",
        "Every function as the formula it stands for",
        lambda w: folding.unfold_all(w, "all"),
        group=3,
    ),
    Command(
        "unfold_numbers",
        "Graph",
        "Unfold &to numbers",
        "Vectors and matrices entry by entry as well, up to 64 entries each",
        lambda w: folding.unfold_all(w, "numbers"),
        group=3,
    ),
    Command(
        "fold_all",
        "Graph",
        "Fold e&verything",
        "The program as it was typed",
        lambda w: w.session.fold_all(),
        group=3,
    ),
    Command(
        "lab",
        "Train",
        "Training &panel",
        "Show or hide the training panel",
        lambda w: w.lab_dock.toggle(),
        ("Ctrl+T",),
        icon="graduation-cap",
        checked=lambda w: w.lab_dock.seen,
        toolbar=True,
    ),
    Command(
        "train",
        "Train",
        "&Train or pause",
        "Run the training",
        lambda w: _lab(w).toggle(),
        ("Ctrl+Return",),
        icon="play",
        group=1,
    ),
    Command(
        "train_step",
        "Train",
        "One &update",
        "One step of the optimizer",
        lambda w: _lab(w).step(),
        ("Ctrl+Right",),
        icon="step-forward",
        group=1,
        repeats=True,
    ),
    Command(
        "train_reset",
        "Train",
        "&Reset",
        "Reset to the initial weights (same seed)",
        lambda w: _lab(w).reset(),
        ("Ctrl+Home",),
        icon="rotate-ccw",
        group=1,
    ),
    Command(
        "to_canvas",
        "Train",
        "&Open on canvas",
        "The net at its present weights, on the chosen sample",
        lambda w: _lab(w).open_on_canvas(),
        ("Ctrl+Shift+O",),
        icon="external-link",
        group=2,
    ),
    Command(
        "palette",
        "Help",
        "&Commands…",
        "Find a command by its name",
        lambda w: w.show_palette(),
        ("Ctrl+K",),
        icon="search",
    ),
    Command(
        "keys",
        "Help",
        "&Keys",
        "All keys on one sheet",
        lambda w: w.show_keys(),
        (Keys.HelpContents, "Ctrl+?"),
        icon="keyboard",
    ),
    Command(
        "notation",
        "Help",
        "&Notation",
        "How formulas are written",
        lambda w: w.show_notation(),
        icon="circle-help",
    ),
    Command("about", "Help", "&About Chainlight", "Version and licences", lambda w: w.show_about(), group=1),
)
