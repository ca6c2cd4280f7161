"""What the tabs of the panel have in common: a question, its answer found in pieces, a sentence below."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Generator
from functools import cached_property

from msgspec import Struct
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.state import clock
from app.state.session import Session
from app.widgets.labels import plain_label, sentence_of
from app.widgets.theme import LIGHT, Theme
from core.base.errors import Problem
from core.math.derivative_names import PARTIAL, Notation
from core.notation.printers import expression_text
from core.passes.seed import Entry, chosen_entry, is_chosen, seeded, seeded_text
from core.passes.trace import Trace

MARGIN = 8  # at both sides of a tab
PATIENCE = 0.3  # seconds for which the answer to an earlier question may stay
Answer = Generator[None, None, None]


class Question(Struct, frozen=True, eq=False, dict=True):
    """The derivative of a trace's output by a node, in so many digits and in a notation."""

    trace: Trace
    by: str
    digits: int
    notation: Notation = PARTIAL

    def is_same(self, other: Question | None) -> bool:
        return other is not None and self._asked == other._asked

    @property
    def _asked(self) -> object:
        return self.trace, self.by, self.digits, self.notation

    def has_the_formula_of(self, other: Question | None) -> bool:
        """Whether the closed form is that of another question: values play no part in it."""
        return other is not None and self._formula == other._formula

    @cached_property
    def _formula(self) -> object:
        graph = self.trace.graph
        shapes = [(node.name, node.shape) for node in graph.nodes.values()]
        return graph.program.text, shapes, graph.output, self.by, self.entry, self.notation

    @property
    def of(self) -> str:
        return self.trace.graph.output

    @property
    def entry(self) -> Entry:
        """The one entry of the output that the seed has chosen, if it has."""
        return chosen_entry(self.trace.seed) or ()

    @property
    def of_short(self) -> str:
        """The same in a table's head: `p[1]`, `(u · p)`."""
        text = expression_text(seeded(self.of, self.trace.seed, self.trace.graph.nodes))
        return f"({text})" if is_chosen(self.trace.seed) and not self.entry else text

    @property
    def of_text(self) -> str:
        """What the gradient is of: the output, or what the seed makes of it."""
        return seeded_text(self.of, self.trace.seed, self.trace.graph.nodes, self.digits)


class Patience:
    """How long an answer may be in the making: while a number is dragged, the last one stays meanwhile."""

    def __init__(self) -> None:
        self._until = clock.now() + PATIENCE

    @property
    def over(self) -> bool:
        return clock.now() > self._until


class View(QWidget):
    """A tab: `answer` finds what it shows, yielding so often that the window stays alive.

    `asks` tells that a setting of the view's own has changed and the answer is wanted anew.
    """

    title = ""
    tip = ""
    asks = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None):
        super().__init__(parent)
        self.session = session
        self.theme: Theme = LIGHT
        self.question: Question | None = None
        self.answered: Question | None = None
        self.message = plain_label()
        self.message.setAccessibleName(f"{self.title}: what is to be said")
        self.box = QVBoxLayout(self)
        self.box.setContentsMargins(MARGIN, 8, MARGIN, 6)

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme

    def pause(self) -> None:
        """Stop what the view itself has at work."""

    @abstractmethod
    def answer(self, question: Question) -> Answer:
        """Find and show the answer in pieces. Raises Problem where there is none."""

    def refuse(self, problem: Problem) -> None:
        """Show why there is no answer."""
        self.message.setText(sentence_of(problem))
        self.message.show()
