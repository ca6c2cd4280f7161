"""The one place where the document changes. Views ask the session to change it and hear that it has."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from weakref import proxy

from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoStack

from app.state import clock
from app.state.selecting import Selecting
from app.state.ticker import Ticker
from app.state.undo import Edit, going_on, hold_runs
from core.base.arrays import Value, describe, same
from core.base.errors import Problem, Span
from core.base.numbers import typed_text
from core.figure import (
    Level,
    Measure,
    Options,
    exit_of,
    extent,
)
from core.figure.notes import MOST_CLASSES, note_key
from core.graph.programs import read_program
from core.math.derivative_names import Notation
from core.notation.names import in_text
from core.notation.printers import reading
from core.notation.program import Remark
from core.passes.expansions import expansion, menu_name
from core.passes.guessed_values import is_edit, with_defaults
from core.passes.seed import check_seed, is_chosen
from core.passes.trace import Trace
from core.passes.unfold import LEVELS, key_of, nearest_in, operations_of, place_in, unfolded, without
from core.project.computing import Result, compute
from core.project.document import LONGEST_NOTE, Document, Point
from core.project.retyping import Retyping

if TYPE_CHECKING:
    from core.training.reached import Reached

MOST_AT_ONCE = 2_000  # nodes on the canvas when all is unfolded
MOST_KEPT = 64_000_000  # bytes of the runs that undo goes back to
BUSY_AFTER = 0.4  # seconds: what takes longer to compute is said to do so
BUSY = Problem("The program is being computed and drawn", hint="Esc stops it")
STOPPED = Problem("Computing was stopped", hint="Change the program to compute it again")


class Runs(Protocol):
    """Who trains the document."""

    def keep(self, before: Document, after: Document) -> Reached | None:
        """How far the training has come, if it is not the same for both documents, or both are one."""

    def is_unsaved(self) -> bool:
        """Whether it has gone on since the document was opened or saved."""


class Session(Selecting):
    """The open document, the trace of its program, the cursor in it and the selected node.

    While the program cannot be read, or takes long to be computed, `problem` says so and `trace` stays the
    last good one.
    """

    documentChanged = Signal()  # the document is another one; its trace may still be to come
    traceChanged = Signal()  # there is another trace, or another problem that kept it from coming
    fileChanged = Signal()  # the document was opened or saved

    def __init__(self, parent: QObject | None = None, measure: Measure = extent):
        super().__init__(parent)
        self.measure = measure  # of names and symbols in figures: by the font where there is one
        self.problem: Problem | None = None
        self.remarks: tuple[Remark, ...] = ()  # how the program was read
        self.undo_stack = QUndoStack(self)
        self.path: Path | None = None
        self.reached: Reached | None = None  # where the training is to go on that has come with a document
        self.trains: Callable[[], Runs | None] = lambda: None  # who trains the document
        self._typing = Retyping()
        self._gestures = 0
        self._ticker = Ticker(self)
        self._ticker.progressed.connect(self._say_if_busy)
        self._begun = 0.0
        self._asked: float | None = None  # since when a typed text is being taken, which counts as well
        self.computing = False  # whether the document's trace is still to come
        for _ in self._computing(None):
            pass  # at once, however slow the machine: there is always a trace

    # -- changing the document

    def set_text(self, text: str, gesture: int = -1) -> None:
        """Take a program as it is typed.

        What can be read is computed at once, or in pieces if it is long, and new names get values; what
        cannot leaves the trace as it was and says what is wrong in `problem`.

        Args:
            text: the whole program.
            gesture: as for `edit`.
        """
        if text == self.document.text:
            return
        self._asked = clock.now()
        self.edit("edit program", self._typing.retyped(self.document, text, self.trace.graph), gesture)
        self._asked = None

    def set_value(self, name: str, value: Value, gesture: int = -1) -> None:
        """Give an input another value; where the program itself states the value, the program's text changes.

        Args:
            name: the input.
            value: a number, or an array of any shape the program can work on.
            gesture: as for `edit`.
        """
        self._typing.given.add(name)
        if name in self.trace.graph.stated:
            self._set_stated(name, value, gesture)
        elif name not in self.document.values or not same(self.document.values[name], value):
            self.edit(f"set {in_text(name)}", self.document.with_value(name, value), gesture)

    def typed_value(self, name: str) -> Value | None:
        """Look up the value that the document has for an input; None where the program states it itself."""
        return None if self.is_outdated or name in self.trace.graph.stated else self.document.values.get(name)

    def _set_stated(self, name: str, value: Value, gesture: int) -> None:
        if self.trace.graph.program.text != self.document.text:
            return  # the value stands somewhere else by now
        for statement in self.trace.graph.program.statements:
            if statement.name == name:
                text, span = self.document.text, statement.tree.span
                after = text[: span.start] + typed_text(value) + text[span.end :]
                self.edit(f"set {in_text(name)}", replace(self.document, text=after), gesture)

    def move_node(self, name: str, point: Point, gesture: int) -> None:
        """Put a node where the user drags it.

        Args:
            name: the node.
            point: its centre, in the figure's points.
            gesture: as for `edit`.
        """
        self.edit(f"move {in_text(name)}", self.document.with_moved(name, point), gesture)

    def reset_places(self) -> None:
        """Let the layout place every node again."""
        if self.document.moved:
            self.edit("arrange graph", replace(self.document, moved={}))

    def differentiate(self, name: str) -> None:
        """Make a node the output, where the backward pass starts; nothing happens at a constant.

        Args:
            name: the node; the program's own output takes the choice back.
        """
        graph = self.trace.graph
        output = "" if name == graph.own_output else name
        known = name in graph.nodes and not graph.nodes[name].is_constant
        if known and output != self.document.output:
            self.edit(f"differentiate {in_text(name)}", replace(self.document, output=output, seed=None))

    def set_seed(self, seed: Value | None) -> None:
        """Choose the gradient of the output that the backward pass starts from.

        Args:
            seed: of the output's shape; None is 1 in every entry.

        Raises:
            Problem: the seed has another shape.
        """
        output = self.trace.graph.nodes[self.trace.graph.output]
        if seed is not None and not is_chosen(check_seed(output.name, output.shape, seed)):
            seed = None
        before = self.document.seed
        if before is seed or (before is not None and seed is not None and same(before, seed)):
            return
        self.edit("set seed", replace(self.document, seed=seed))

    # -- folding and unfolding

    def unfold(self, name: str) -> None:
        """Show the simpler operations a node is made of.

        Args:
            name: the node.

        Raises:
            Problem: there are none.
        """
        graph, node = self.trace.graph, self.trace.graph.nodes[name]
        expansion(graph, node)
        operations = {**self.document.unfolded, key_of(graph, name): node.op}
        self._refold(f"unfold {menu_name(graph, node)}", operations)

    def fold(self, key: str) -> None:
        """Put what was unfolded back into one node.

        Args:
            key: a key of `trace.graph.folded`, such as that of a frame.
        """
        graph = self.trace.graph
        label = f"fold {menu_name(graph, graph.folded[key])}"
        self._refold(label, without(self.document.unfolded, key))

    def unfold_all(self, level: str) -> None:
        """Unfold every node.

        Args:
            level: `all` unfolds composites, `numbers` arrays as well.

        Raises:
            Problem: there would be more than MOST_AT_ONCE nodes.
        """
        found = unfolded(self.trace.graph, LEVELS[level])
        if len(found.nodes) > MOST_AT_ONCE:
            said = f"That would draw {len(found.nodes):,} nodes; up to {MOST_AT_ONCE:,} are unfolded at once"
            raise Problem(said, hint="Unfold one after the other")
        self._refold("unfold everything" if level == "all" else "unfold to numbers", operations_of(found))

    def group_selected(self, title: str) -> None:
        """Draw the selected nodes as one.

        Raises:
            Problem: they are too few, have more than one value, or the title is empty or taken.
        """
        names = self.selected
        exit_of(self.trace.graph, names)
        if not title.strip() or title in self.drawn.groups:
            raise Problem(f"There is a group {title} already" if title.strip() else "A group needs a name")
        self.draw_as(f"group {title}", groups={**self.drawn.groups, title.strip(): names})

    def ungroup(self, title: str) -> None:
        """Draw the nodes of a group again."""
        groups = {other: names for other, names in self.drawn.groups.items() if other != title}
        self.draw_as(f"ungroup {title}", groups=groups)

    def group_of(self, name: str) -> str:
        """The title of the group that a node is drawn in; empty if it is in none."""
        view = self.drawing.view
        home = view.home(name)
        return view.nodes[home].title if home else ""

    @property
    def notes_on_nodes(self) -> Mapping[str, str]:
        """What is noted at nodes, by their names."""
        return {name: self.note_of(name) for name in self.annotations.noted}

    def set_note(self, name: str, text: str) -> None:
        """Note something at a node; an empty text takes the note away.

        Raises:
            Problem: the text is too long.
        """
        text = text.strip()
        if len(text) > LONGEST_NOTE:
            raise Problem(f"A note has up to {LONGEST_NOTE:,} characters")
        self._say_of("note", name, "notes", text)

    def fold_lines(self, groups: Collection[str]) -> None:
        """Show these groups of lines of the listing as one line each, all others whole."""
        folded = tuple(sorted(groups))
        if folded != self.drawn.folded:
            label = "fold lines" if len(folded) > len(self.drawn.folded) else "show lines"
            self.edit(label, replace(self.document, drawing=replace(self.drawn, folded=folded)))

    def set_class_names(self, name: str, names: Sequence[str]) -> None:
        """Say what the entries of a vector are called; no names take them away.

        Raises:
            Problem: the node is no vector of so many entries, or has too many of them.
        """
        shape, names = self.trace.graph.nodes[name].shape, tuple(part.strip() for part in names)
        if len(shape) != 1 or shape[0] > MOST_CLASSES:
            most = f"vectors of up to {MOST_CLASSES} entries have names at them"
            raise Problem(f"{describe(name, shape)}; {most}")
        if names and len(names) != shape[0]:
            raise Problem(f"{describe(name, shape)} and needs as many names; these are {len(names)}")
        self._say_of("name the entries of", name, "classes", names)

    def _say_of(self, label: str, name: str, field: str, said: object) -> None:
        """Keep what is said of a node, as a change that can be undone."""
        key, before = note_key(self.trace.graph.nodes[name]), getattr(self.drawn, field)
        after = {other: what for other, what in before.items() if other != key}
        after |= {key: said} if said else {}
        if after != before:
            drawing = replace(self.drawn, **{field: after})
            self.edit(f"{label} {in_text(name)}", replace(self.document, drawing=drawing))

    def fold_all(self) -> None:
        """Show the program as it was typed."""
        self._refold("fold everything", {})

    def _refold(self, label: str, operations: Mapping[str, str]) -> None:
        if operations != self.document.unfolded:
            self.edit(label, replace(self.document, unfolded=operations))

    def open_program(
        self,
        text: str,
        values: Mapping[str, Value],
        label: str,
        guessed: Collection[str] = (),
        level: Level | None = None,
    ) -> None:
        """Put another program on the canvas, as one step that can be undone.

        Args:
            text: the program.
            values: a number or an array by name.
            label: what the Edit menu calls the step.
            guessed: names in `values` whose values nobody gave; training draws these from the seed.
            level: what is drawn as one node; None leaves it as it is.

        Raises:
            Problem: the program cannot be read, or its values do not fit; nothing changes.
        """
        found = with_defaults(read_program(text, values), values)
        unknown = frozenset(guessed) | found.keys() - values.keys()
        is_open = text == self.document.text
        before = (
            self.document
            if is_open
            else Document(
                text,
                training=replace(self.document.training, roles={}),
                drawing=self.document.drawing and self.document.drawing.for_another_program,
            )
        )
        drawing = before.drawing if level is None else replace(self.drawn, level=level)
        self.edit(label, replace(before, values=found, guessed=unknown, drawing=drawing))
        self.seek(0)

    def replace_document(self, document: Document, path: Path | None) -> None:
        """Open a document: there is nothing to undo and nothing unsaved.

        Args:
            document: what was read from a file, or an empty one.
            path: the file, or None.
        """
        self._typing.forget()
        self.undo_stack.clear()
        self._options = replace(self._options, notation=self.notation)  # goes on in one that chooses none
        self.seek(0)  # before it: a scene moves on as soon as it is there
        self._set_document(replace(document, run=None), document.run)
        self.path = path
        self.undo_stack.setClean()
        self.fileChanged.emit()

    def saved_as(self, path: Path) -> None:
        """Take a file that has just been written for the document's own."""
        self.path = path
        self.undo_stack.setClean()
        self.fileChanged.emit()

    @property
    def whole(self) -> Document:
        """The document with how far its training has come, as it is saved."""
        return replace(self.document, run=self._keep(self.document, self.document))

    @property
    def is_saved(self) -> bool:
        """Whether nothing has changed since it was opened or saved, the training included."""
        runs = self.trains()
        return self.undo_stack.isClean() and not (runs and runs.is_unsaved())

    # -- how the program was read

    @property
    def reading(self) -> str:
        """The program as it was understood, with all brackets."""
        return reading(self.trace.graph.program)

    @property
    def is_outdated(self) -> bool:
        """Whether the trace is that of an earlier text: the present one is not read, or not computed yet."""
        return self.document.text != self._result.document.text

    # -- how the graph is drawn

    def set_digits(self, digits: int) -> None:
        """Show numbers with so many significant digits."""
        self.set_options(digits=digits)

    def set_options(self, **changed: object) -> None:
        """What all figures show, by the fields of `Options`; what takes room is laid out anew."""
        before, self._options = self._options, replace(self._options, **changed)
        if replace(before, highlight=self._options.highlight) != self._options:
            self._compute()
        elif before != self._options:
            self.cursorMoved.emit()

    def set_stage(self, options: Options | None) -> None:
        """Draw the graph otherwise for a while, such as for a large room; the document stays as it is."""
        if options != self._stage:
            self._stage = options
            self._compute()

    def draw_as(self, label: str, **changed: object) -> None:
        """Draw this program otherwise, by the fields of `Drawn`; nodes stand where that layout puts them."""
        drawing = replace(self.drawn, **changed)
        if drawing != self.drawn:
            self.edit(label, replace(self.document, drawing=drawing, moved={}))

    def set_notation(self, notation: Notation) -> None:
        """Write derivatives of this program in a notation."""
        if self.notation != notation:
            drawing = replace(self.drawn, notation=notation)
            self.edit("change notation", replace(self.document, drawing=drawing))

    # -- from an edit to the views

    def edit(self, label: str, after: Document, gesture: int = -1) -> None:
        """Change the document, as one step that can be undone.

        Args:
            label: what the Edit menu calls the step.
            after: the document as it is to be.
            gesture: a number from `gesture()`; edits with the same one, such as those of a drag, are undone
                as one.
        """
        if after is self.document:
            return
        if after.remark and after.remark == self.document.remark:  # which has been said
            after = replace(after, remark="")
        last = going_on(self.undo_stack, gesture)
        if last is None:  # pushing an edit does it: the stack calls redo, which shows the document
            reached, after = after.run, replace(after, run=None)
            edit = Edit(label, self._set_document, self._keep, self.document, after, gesture)
            edit.run_after = reached
            self._push(edit)
        else:  # not by QUndoCommand.mergeWith: PySide never lets go of a command that was merged
            last.after = after
            self._set_document(after)

    def edit_to_untitled(self, label: str, after: Document) -> None:
        """Show another document, which is of no file yet; undo brings the present one back, with its file."""
        reached, after = after.run, replace(after, run=None)
        edit = Edit(label, self._set_document, self._keep, self.document, after)
        edit.run_after = reached
        edit.between_files(self._name_file, self.path, None)
        self._push(edit)

    def _name_file(self, path: Path | None) -> None:
        self.path = path
        self.fileChanged.emit()

    def edit_run(self, label: str, reached: Reached) -> None:
        """Let the training of this document go on from elsewhere, as one step that can be undone."""
        edit = Edit(label, self._set_document, self._keep, self.document, self.document)
        edit.run_after = reached
        self._push(edit)

    def _push(self, edit: Edit) -> None:
        self.undo_stack.push(edit)
        hold_runs(self.undo_stack, MOST_KEPT)

    def _keep(self, before: Document, after: Document) -> Reached | None:
        runs = self.trains()
        return runs.keep(before, after) if runs else None

    def gesture(self) -> int:
        """Begin a gesture, such as a drag: its number, for the edits that belong to it."""
        self._gestures += 1
        return self._gestures

    def _set_document(self, document: Document, reached: Reached | None = None) -> None:
        """Show a document: its trace comes at once, or in slices if that takes longer.

        The slices go on until it is there, `stop` is called, or another document is shown. Where `reached`
        says how far its training had come, that goes on from there.
        """
        self.document, self.reached = document, reached
        self._typing.note(document)
        self.documentChanged.emit()
        self._compute()

    def _compute(self) -> None:
        """Compute the document, at once or in slices."""
        self._begun, self.computing = clock.now() if self._asked is None else self._asked, True
        # the work does not own the session: thrown away together by Python, in any order, they crash
        self._ticker.begin(Session._computing(proxy(self), self._result), self._begun)

    def _computing(self, before: Result | None) -> Iterator[None]:
        """The work of computing the document; on a problem the last good trace stays."""
        document = self.document
        try:
            result = yield from compute(document, self.options, self.measure, before)
        except Problem as problem:
            self.computing = False
            self._refuse(problem if problem.span else problem.at(Span(0, len(document.text))))
            return
        self.computing, self.problem, self.remarks = False, None, result.remarks
        before = before or result
        same_program = is_edit(before.document.text, document.text)
        self.cursor = self._cursor_in(result.trace) if self.cursor and same_program else 0
        self.selection = nearest_in(result.trace.graph.nodes, self.selection) if same_program else ""
        if result.trace is not before.trace:
            self.also_selected, self.pointed, self.part = (), "", 0
            self.looked_at = tuple(name for name in self.looked_at if name in result.trace.graph.nodes)
        self._result = result
        self.cursor = self.stops[self.place]
        self.traceChanged.emit()

    def _cursor_in(self, trace: Trace) -> int:
        """The place in a new trace: at the same fact if only folding changed; at the end it stays there."""
        graph, before = trace.graph, self.trace.graph
        if before.program.text == graph.program.text and before.folded.keys() != graph.folded.keys():
            return place_in(self.trace, self.cursor, trace)
        return len(trace) if self.cursor == len(self.trace) else min(self.cursor, len(trace))

    def stop(self) -> None:
        """Give up what is being computed; the last trace stays."""
        if self.computing:
            self._ticker.stop()
            self.computing = False
            self._refuse(STOPPED)

    def _say_if_busy(self) -> None:
        if self.computing and self.problem is not BUSY and clock.now() > self._begun + BUSY_AFTER:
            self._refuse(BUSY)

    def _refuse(self, problem: Problem) -> None:
        self.problem, self.remarks = problem, ()
        self.traceChanged.emit()
