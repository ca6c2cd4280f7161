"""What stands below the graph while presenting: the rule with names and with numbers, and a counter."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from PySide6.QtCore import QSize, QSizeF, Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from app.canvas.camera import LINES
from app.formula import FormulaView, measure
from app.state.session import Session
from app.widgets.labels import tint
from app.widgets.theme import LIGHT, Theme
from core.figure.rule import BAND, COUNTER, RULE
from core.math.mathtree import Math

EDGE = 24  # pixels that stay free around the rule, on a screen of LINES


def shrunk(lines: Sequence[Math], em: float, room: QSizeF) -> float:
    """By how much lines below one another are made smaller to fit in a room; 1 where they do."""
    sizes = [measure(line, em) for line in lines]
    wide, high = max((size.width() for size in sizes), default=0.0), sum(size.height() for size in sizes)
    return min(1.0, room.width() / max(1.0, wide), room.height() / max(1.0, high))


class StageBand(QWidget):
    """The rule of the session's present step, in the middle, on paper."""

    def __init__(self, session: Session):
        super().__init__()
        self.session = session
        self.theme: Theme = LIGHT
        self._typed = ""
        self.rule, self.numbers = FormulaView(), FormulaView()
        self.rule.setAccessibleName("Rule on the stage")
        self.numbers.setAccessibleName("Rule with numbers on the stage")
        self.counter = QLabel()
        self.counter.setAccessibleName("Step")
        self.setAutoFillBackground(True)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._box = box = QVBoxLayout(self)
        box.setSpacing(0)
        for part in (self.rule, self.numbers):
            part.tagHovered.connect(session.point_at)
            part.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
            part.set_fitted()
            box.addWidget(part, 1)
        box.addWidget(self.counter, 0, Qt.AlignmentFlag.AlignRight)
        self.hide()
        session.traceChanged.connect(self._show)
        session.cursorMoved.connect(self._show)
        session.numbersArrived.connect(self._show)

    @property
    def scale(self) -> float:
        """How much smaller the screen is than the one for which sizes are given."""
        return self.window().height() / LINES

    def sizeHint(self) -> QSize:
        return QSize(600, round(BAND * self.window().height()))

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme
        palette = QPalette(self.palette())
        palette.setColor(QPalette.ColorRole.Window, theme.colour("paper"))
        self.setPalette(palette)
        for view in (self.rule, self.numbers):
            view.set_colours(theme.roles, theme.colour("ink"))
        tint(self.counter, theme.faint)

    def show_typed(self, digits: str) -> None:
        """Show the number of a step that is being typed."""
        self._typed = digits
        self._show_counter()

    def _show_counter(self) -> None:
        place, last = self.session.place, len(self.session.stops) - 1
        self.counter.setText(f"go to {self._typed} ↵" if self._typed else f"{place} / {last}")

    def _show(self) -> None:
        if self.isHidden():
            return
        found = self.session.explanation_so_far
        em, edge = RULE * self.scale, round(EDGE * self.scale)
        room = QSizeF(self.width() - 4 * edge, self.height() - 2 * edge - COUNTER * self.scale)
        lines = [formula for formula in (found.rule, found.numbers) if formula is not None]
        if found.line is not None and shrunk([found.line], em, room) > shrunk(lines, em, room):
            lines = [found.line]
        for view, formula in zip_longest((self.rule, self.numbers), lines):
            view.set_size(em)
            view.set_formula(formula)
            view.setVisible(formula is not None)
            self._box.setStretchFactor(view, view.sizeHint().height())  # both shrink alike
        font = self.counter.font()
        font.setPixelSize(max(10, round(COUNTER * self.scale)))
        self.counter.setFont(font)
        self._box.setContentsMargins(2 * edge, edge, 2 * edge, edge)
        self._show_counter()

    def setVisible(self, visible: bool) -> None:
        super().setVisible(visible)
        self.updateGeometry()
        self._show()

    def resizeEvent(self, event: object) -> None:
        self._show()
