"""What is differentiated by what: the output, the node it is differentiated by, and the seed."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QComboBox, QSizePolicy, QVBoxLayout, QWidget

from app.state.session import Session
from app.widgets.flow_layout import FlowLayout, labelled
from app.widgets.labels import plain_label, sentence_of, tint
from app.widgets.theme import LIGHT, Theme
from core.base.arrays import Shape, Value, shape_of, shape_text
from core.base.errors import Problem
from core.base.numbers import typed_text
from core.graph.graph import Graph
from core.graph.plan import receivers
from core.graph.typed_value import read_value
from core.notation.names import in_text
from core.passes.seed import chosen_entry, entry_at, entry_seed, is_chosen, read_entry

ENTRY = "entry"
OFFERED = 12  # entries in the list of seeds; any other can be typed
MOST_TYPED = 64  # entries of a seed that is written out


class Choice(QComboBox):
    """A list that is filled anew only when it changes."""

    def __init__(self, name: str, tip: str):
        super().__init__()
        self._names: list[str] = []
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(5)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(name)
        self.setToolTip(tip)

    def offer(self, names: list[str], chosen: str) -> None:
        with QSignalBlocker(self):
            if names != self._names:
                self._names = names
                self.clear()
                self.addItems(names)
            if self.isEditable():
                self.setCurrentText(chosen)
            else:
                self.setCurrentIndex(names.index(chosen) if chosen in names else -1)


class Head(QWidget):
    """Changes go to the session: the output and its seed to the document, the other node to the selection."""

    def __init__(self, session: Session, parent: QWidget | None = None):
        super().__init__(parent)
        self.session = session
        self.theme: Theme = LIGHT
        self.of = Choice("Derivative of", "The output: what is differentiated, on the canvas too")
        self.by = Choice(
            "With respect to",
            "The node in the denominator; follows the selection on the canvas",
        )
        self.seed = Choice(
            "Seed",
            "What the backward pass starts with: 1, another number, a list in the output's shape, "
            "or an entry of the output, such as entry 0 or entry 0,2",
        )
        self.seed.setEditable(True)
        self.seed.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.message = plain_label()
        flow = FlowLayout()
        for text, field in (("of", self.of), ("with respect to", self.by), ("seed", self.seed)):
            flow.addWidget(labelled(text, field))
        box = QVBoxLayout(self)
        box.setContentsMargins(8, 6, 8, 0)
        box.addLayout(flow)
        box.addWidget(self.message)
        self.of.activated.connect(lambda: self.session.differentiate(self.of.currentText()))
        self.by.activated.connect(lambda: self.session.select(self.by.currentText()))
        self.seed.activated.connect(self._take_seed)
        edit = self.seed.lineEdit()
        assert edit is not None
        edit.setAccessibleName("Seed")
        edit.editingFinished.connect(self._take_seed)

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme
        self._show_message("", wrong=False)

    def show_choice(self, by: str) -> None:
        """Bring the fields in line with the session."""
        trace = self.session.trace
        graph, output = trace.graph, trace.graph.output
        self.of.offer([name for name, node in graph.nodes.items() if not node.is_constant], output)
        self.by.offer(choices(graph), by)
        self._show_seeds(graph.nodes[output].shape, trace.seed)
        self._show_message(self._missing(by), wrong=False)

    def _missing(self, by: str) -> str:
        """Why there is nothing to be found, if there is not."""
        graph = self.session.trace.graph
        if by not in graph.upstream_of([graph.output]):
            return f"{in_text(graph.output)} does not depend on {in_text(by)}: the derivative is 0."
        if by not in receivers(graph) and by != graph.output:
            ends = f"from {in_text(graph.output)} to {in_text(by)}"
            return f"No gradient goes {ends}, which only chooses or is stopped: it is 0."
        return ""

    # -- the seed

    def _show_seeds(self, shape: Shape, seed: Value) -> None:
        entries = [entry_at(number, shape) for number in range(min(OFFERED, math.prod(shape)))]
        self.seed.offer(["1", *map(_entry_words, entries)] if shape else ["1", "-1"], seed_text(seed))

    def _take_seed(self) -> None:
        """Take the seed as typed; what cannot be one is answered below, and the field shows what holds."""
        trace = self.session.trace
        output = trace.graph.nodes[trace.graph.output]
        text = self.seed.currentText().strip()
        if text == seed_text(trace.seed):
            return
        try:
            self.session.set_seed(read_seed(text, output.name, output.shape))
        except Problem as problem:
            self._show_seeds(output.shape, trace.seed)
            self._show_message(sentence_of(problem), wrong=True)

    def _show_message(self, sentence: str, wrong: bool) -> None:
        self.message.setText(sentence)
        tint(self.message, self.theme.wrong if wrong else self.theme.faint)
        self.message.setVisible(bool(sentence))


def choices(graph: Graph) -> list[str]:
    """What the output can be differentiated by: every node but constants and itself."""
    return [name for name, node in graph.nodes.items() if not node.is_constant and name != graph.output]


def read_seed(text: str, output: str, shape: Shape) -> Value | None:
    """The seed that is typed; None is the usual one. Raises Problem."""
    if text in ("", "1"):
        return None
    if text.startswith(ENTRY):
        return entry_seed(output, shape, read_entry(text.removeprefix(ENTRY)))
    try:
        return read_value(text, "the seed")
    except Problem:
        hint = "Write 1, another number, a list such as [1, 0], or entry 0"
        raise Problem(f"'{text[:30]}' is no seed", hint=hint) from None


def seed_text(seed: Value) -> str:
    """A seed as it is typed in the field."""
    if not is_chosen(seed):
        return "1"
    entry = chosen_entry(seed)
    if entry is not None:
        return _entry_words(entry)
    return typed_text(seed) if np.size(seed) <= MOST_TYPED else shape_text(shape_of(seed))


def _entry_words(entry: tuple[int, ...]) -> str:
    return f"{ENTRY} {','.join(map(str, entry))}"
