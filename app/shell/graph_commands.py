"""The menu Graph: digits, what is differentiated, unfolding. What cannot be done is said."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

from PySide6.QtWidgets import QInputDialog

from app.shell.command import Command
from app.shell.host import Host
from core.base.errors import Problem
from core.notation.names import in_text
from core.passes.unfold import frame_of


def differentiate(host: Host) -> None:
    """Start the backward pass at the selected node, or at the program's output again."""
    graph, name = host.session.trace.graph, host.session.selection
    if not name or graph.nodes[name].is_leaf:
        host.show_message(
            "Select a computed node first: derivatives are taken of computed nodes, with respect to inputs"
        )
    elif name == graph.own_output == graph.output:
        host.show_message(f"{in_text(name)} is the output already")
    else:
        host.session.differentiate(graph.own_output if name == graph.output else name)
        host.show_message(f"{in_text(host.session.trace.graph.output)} is differentiated now")


def arrange(host: Host) -> None:
    """Put moved nodes back in their places, all of them in view."""
    host.session.reset_places()
    host.view.camera.fit()


def unfold(host: Host) -> None:
    """Show what the selected operation is made of."""
    _try(host, lambda: host.session.unfold(_selected(host)))


def fold(host: Host) -> None:
    """Put the frame around the selected node back into one node."""
    _try(host, lambda: host.session.fold(_frame_around(host)))


def group_selected(host: Host) -> None:
    """Ask for a name, and draw the selected nodes as one of that name."""
    session = host.session
    number = next(n for n in count(1) if f"group {n}" not in session.drawn.groups)
    name, answered = QInputDialog.getText(host.frame, "Group", "Name of the group", text=f"group {number}")
    if answered:
        _try(host, lambda: session.group_selected(name))


def ungroup(host: Host) -> None:
    """Draw the nodes of the selected group again."""
    group = host.session.group_of(host.session.selection)
    if group:
        host.session.ungroup(group)
    else:
        host.show_message("Select a group first: nodes that are drawn as one")


def write_note(host: Host) -> None:
    """Ask for a note on the selected node, or on the term that it computes; an empty one takes it away."""
    _try(host, lambda: _ask_for_note(host, _selected(host, "a node")))


def _ask_for_note(host: Host, name: str) -> None:
    before = host.session.note_of(name)
    text, answered = QInputDialog.getMultiLineText(host.frame, "Note", f"Note on {in_text(name)}", before)
    if answered:
        host.session.set_note(name, text)


def name_entries(host: Host) -> None:
    """Ask what the entries of the selected vector are called, such as the classes of scores."""
    _try(host, lambda: _ask_for_names(host, _selected(host, "a vector")))


def _ask_for_names(host: Host, name: str) -> None:
    before = ", ".join(host.session.class_names_of(name))
    said = f"Names of the entries of {in_text(name)}, with commas between them"
    text, answered = QInputDialog.getText(host.frame, "Names of entries", said, text=before)
    if answered:
        host.session.set_class_names(name, text.split(",") if text.strip() else [])


def unfold_all(host: Host, level: str) -> None:
    """Unfold `all` functions, or arrays to `numbers` as well."""
    _try(host, lambda: host.session.unfold_all(level))


def _try(host: Host, change: Callable[[], None]) -> None:
    try:
        change()
    except Problem as problem:
        host.show_message(str(problem))


def _selected(host: Host, what: str = "an operation") -> str:
    if not host.session.selection:
        hint = "Click on it, or walk to it with Alt and the arrow keys"
        raise Problem(f"Select {what} first", hint=hint)
    return host.session.selection


def _frame_around(host: Host) -> str:
    key = frame_of(host.session.trace.graph, _selected(host))
    if not key:
        raise Problem(f"{in_text(host.session.selection)} is not inside anything unfolded")
    return key


def move_derivatives(host: Host) -> None:
    """Show the ways to differentiate in a column of their own, or below the canvas."""
    pane = host.panes["derivatives"]
    pane.move_to("beside" if pane.place == "right" else "right")


GRAPH = (
    Command(
        "more_digits",
        "&More digits",
        "Show more digits",
        lambda host: host.session.set_digits(min(12, host.session.digits + 1)),
        ("Ctrl+.",),
        repeats=True,
    ),
    Command(
        "fewer_digits",
        "&Fewer digits",
        "Show fewer digits",
        lambda host: host.session.set_digits(max(2, host.session.digits - 1)),
        ("Ctrl+,",),
        repeats=True,
    ),
    Command(
        "arrange",
        "&Arrange",
        "Put moved nodes back in their places",
        arrange,
        ("Ctrl+Shift+A",),
        icon="network",
        group=1,
        needs="graph",
    ),
    Command(
        "differentiate",
        "Differentiate this &node",
        "The backward pass starts at the selected node; once more, and it starts at the end again",
        differentiate,
        ("Ctrl+Shift+D",),
        checked=lambda host: host.session.selection == host.session.document.output != "",
        group=2,
        needs="graph",
    ),
    Command(
        "derivatives_column",
        "Derivatives in a &column",
        "Show the ways to differentiate in a column instead of below the canvas",
        move_derivatives,
        checked=lambda host: host.panes["derivatives"].place == "right",
        group=2,
    ),
    Command(
        "seed",
        "&Seed…",
        "What the backward pass starts with: 1, another number, or one entry of the output",
        lambda host: host.panes["derivatives"].open().edit_seed(),
        group=2,
    ),
    Command(
        "note",
        "Note…",
        "A note on the selected node, or on the term of the formula that it computes",
        write_note,
        ("Ctrl+M",),
        group=2,
        needs="graph",
    ),
    Command(
        "class_names",
        "Names of entries…",
        "What the entries of the selected vector are called, such as the classes of scores",
        name_entries,
        group=2,
        needs="graph",
    ),
    Command(
        "unfold",
        "&Unfold",
        "Show what the selected operation is made of",
        unfold,
        ("Ctrl+Down",),
        group=3,
        needs="graph",
    ),
    Command(
        "fold",
        "F&old",
        "Put the frame around the selected node back into one operation",
        fold,
        ("Ctrl+Up",),
        group=3,
        needs="graph",
    ),
    Command(
        "unfold_all",
        "Unfold &everything",
        "Show every function as its formula",
        lambda host: unfold_all(host, "all"),
        group=3,
        needs="graph",
    ),
    Command(
        "unfold_numbers",
        "Unfold &to numbers",
        "Vectors and matrices entry by entry as well, up to 64 entries each",
        lambda host: unfold_all(host, "numbers"),
        group=3,
        needs="graph",
    ),
    Command(
        "group",
        "&Group the selected nodes",
        "Draw them as one node with a name; select several with Ctrl and a click",
        group_selected,
        ("Ctrl+G",),
        group=3,
        needs="graph",
    ),
    Command(
        "ungroup",
        "Ung&roup",
        "Draw the nodes of the selected group again",
        ungroup,
        ("Ctrl+Shift+G",),
        group=3,
        needs="graph",
    ),
    Command(
        "fold_all",
        "Fold e&verything",
        "The program as it was typed",
        lambda host: host.session.fold_all(),
        group=3,
        needs="graph",
    ),
    Command(
        "fold_lines",
        "Fold all lines",
        "One line of the listing for each statement or group in each pass",
        lambda host: host.algorithm.fold_all(True),
        group=3,
        submenu="&Listing",
        needs="algorithm",
    ),
    Command(
        "show_lines",
        "Show all lines",
        "A line of the listing for each operation",
        lambda host: host.algorithm.fold_all(False),
        group=3,
        submenu="&Listing",
        needs="algorithm",
    ),
    Command(
        "data_gradients",
        "Lines back to inputs and targets",
        "List the gradients of what a training does not learn; a plain formula has them always",
        lambda host: host.algorithm.show_data_gradients(not host.algorithm.data_gradients),
        checked=lambda host: host.algorithm.data_gradients,
        group=3,
        submenu="&Listing",
        needs="algorithm",
    ),
)
