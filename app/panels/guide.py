"""The guided steps of a scene, beside the canvas: what to look at, and buttons that do it and undo it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.state.guide import Guide
from app.widgets.flow_layout import FlowLayout
from app.widgets.labels import plain_label, tint
from app.widgets.theme import LIGHT, Theme, mixed
from core.project.scene import Erratum, Scene

GAP = 4  # pixels between two bars of the progress
EDGE = 12  # pixels left of the text of a button
KINDS = {"error": "An error", "inconsistency": "An inconsistency", "convention": "A convention"}


class Progress(QWidget):
    """A bar for each step: shown before, the present one, still to come."""

    def __init__(self, guide: Guide):
        super().__init__()
        self._guide, self.theme = guide, LIGHT
        self.setFixedHeight(6)

    def paintEvent(self, event: QPaintEvent) -> None:
        count = len(self._guide.steps)
        if not count:
            return
        width = (self.width() - (count - 1) * GAP) / count
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            for place in range(count):
                painter.setBrush(
                    self.theme.colour(self.colour(place)) if self.colour(place) else self._to_come()
                )
                painter.drawRoundedRect(QRectF(place * (width + GAP), 1, width, 4), 2, 2)

    def colour(self, place: int) -> str:
        """The colour of a step's bar; none for one that is still to come."""
        if place == self._guide.place:
            return "accent"
        return "value" if place in self._guide.reached else ""

    def _to_come(self) -> QColor:
        return mixed(self.theme.colour("panel"), self.theme.colour("line"), 0.3)


class StepButton(QAbstractButton):
    """A step that is not the present one: its number or a tick, and its title; a click goes there."""

    def __init__(self, number: int, title: str, reached: bool):
        super().__init__()
        self.theme, self._reached = LIGHT, reached
        self.mark = "✓" if reached else str(number)
        self.setText(title)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(f"Step {number}: {title}" + (", seen" if reached else ""))

    def sizeHint(self) -> QSize:
        return QSize(200, round(1.9 * self.fontMetrics().height()))

    def paintEvent(self, event: QPaintEvent) -> None:
        rect, theme = self.rect(), self.theme
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if self.hasFocus() or self.underMouse():
                painter.setPen(QPen(theme.colour("accent"), 2) if self.hasFocus() else Qt.PenStyle.NoPen)
                painter.setBrush(mixed(theme.colour("panel"), theme.colour("line"), 0.12))
                painter.drawRoundedRect(QRectF(rect).adjusted(1, 1, -1, -1), 4, 4)
            middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
            painter.setPen(theme.colour("value" if self._reached else "faint"))
            painter.drawText(rect.adjusted(EDGE, 0, 0, 0), middle, self.mark)
            painter.setPen(theme.colour("ink" if self._reached else "faint"))
            left = EDGE + round(1.6 * self.fontMetrics().height())
            text = self.fontMetrics().elidedText(
                self.text(), Qt.TextElideMode.ElideRight, rect.width() - left
            )
            painter.drawText(rect.adjusted(left, 0, 0, 0), middle, text)


class NextButton(QAbstractButton):
    """Goes on to the next step, and names it."""

    def __init__(self) -> None:
        super().__init__()
        self.theme: Theme = LIGHT
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def sizeHint(self) -> QSize:
        return QSize(200, round(2.4 * self.fontMetrics().height()))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, rect, font = self.theme, QRectF(self.rect()), QFont(self.font())
        font.setBold(True)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            lit = self.isEnabled()
            painter.setPen(QPen(theme.colour("ink"), 2) if self.hasFocus() else Qt.PenStyle.NoPen)
            painter.setBrush(
                theme.colour("accent") if lit else mixed(theme.colour("panel"), theme.colour("line"), 0.15)
            )
            painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), 4, 4)
            painter.setPen(theme.colour("paper" if lit else "faint"))
            painter.setFont(font)
            room = round(rect.width()) - 2 * EDGE
            text = QFontMetrics(font).elidedText(self.text(), Qt.TextElideMode.ElideRight, room)
            painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)


class Card(QFrame):
    """The present step: its title, what it says, and what it does."""

    def __init__(self, number: int, title: str, says: str, guide: Guide):
        super().__init__()
        self.setAutoFillBackground(True)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self.title, self.says = plain_label(bold=True), plain_label()
        self.title.setText(f"{number}   {title}")
        self.says.setText(says)
        self.show_me, self.put_back = QPushButton("Show me"), QPushButton("Put it back")
        self.show_me.setToolTip("Do on the canvas what this step says")
        self.put_back.setToolTip("Let all be as it was when this step began")
        self.show_me.clicked.connect(guide.show_me)
        self.put_back.clicked.connect(guide.put_back)
        buttons = QHBoxLayout()
        for button in (self.show_me, self.put_back):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            buttons.addWidget(button)
        buttons.addStretch(1)
        box = QVBoxLayout(self)
        box.setContentsMargins(12, 10, 12, 10)
        box.setSpacing(8)
        box.addWidget(self.title)
        box.addWidget(self.says)
        box.addLayout(buttons)


class GuidePanel(QWidget):
    """Shows the scene of the session's document and leads through its steps."""

    left = Signal()  # the list of lectures is asked for

    def __init__(self, guide: Guide, parent: QWidget | None = None):
        super().__init__(parent)
        self.guide, self.theme = guide, LIGHT
        self.setAccessibleName("Guided steps")
        self.home = QToolButton()
        self.home.setAutoRaise(True)
        self.home.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.home.setToolTip("To the lectures (Ctrl+3)")
        self.home.clicked.connect(self.left)
        self.title, self.goal = plain_label(bold=True), plain_label()
        self.progress = Progress(guide)
        self.variants = QWidget()
        self._variants_box = FlowLayout(self.variants)
        self._group = QButtonGroup(self)
        self.steps = QWidget()
        self._steps_box = QVBoxLayout(self.steps)
        self._steps_box.setContentsMargins(0, 0, 0, 0)
        self._steps_box.setSpacing(2)
        self.card: Card | None = None
        self.empty = plain_label()
        self.empty.setText("Open a scene from Lectures (Ctrl+3): its steps appear here.")
        self.errata = plain_label()
        self.back, self.next = QPushButton("‹ Back"), NextButton()
        self.back.clicked.connect(lambda: guide.go(guide.place - 1))
        self.next.clicked.connect(lambda: guide.go(guide.place + 1))
        for button in (self.back, self.next):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        feet = QHBoxLayout()
        feet.addWidget(self.back)
        feet.addWidget(self.next, 1)
        inside = QWidget()
        box = QVBoxLayout(inside)
        box.setContentsMargins(12, 8, 12, 0)
        box.setSpacing(8)
        self._of_scene = (self.title, self.goal, self.variants, self.progress, self.steps, self.errata)
        for part in (self.home, self.empty, *self._of_scene):
            box.addWidget(part)
        box.addStretch(1)
        self.area = QScrollArea()  # the way on stays in view below it
        self.area.setAccessibleName("Steps of the scene")
        self.area.setWidget(inside)
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        feet.setContentsMargins(12, 0, 12, 12)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.area, 1)
        outer.addLayout(feet)
        guide.changed.connect(self._show)
        guide.session.documentChanged.connect(self._show_variant)
        self._show()

    def set_theme(self, theme: Theme) -> None:
        self.theme = self.progress.theme = theme
        for label in (self.goal, self.errata):
            tint(label, theme.faint)
        font = self.title.font()
        font.setPointSizeF(1.35 * self.font().pointSizeF())
        self.title.setFont(font)
        self.back.setMinimumHeight(self.next.sizeHint().height())
        self.next.theme = theme
        self._show()
        self.progress.update()

    def pause(self) -> None:
        """Nothing goes on while it is hidden."""

    def set_seen(self, seen: bool) -> None:
        """Mark what the present step speaks of while it is seen."""
        step = self.guide.step
        self.guide.session.look_at(step.look if seen and step else ())

    def _show(self) -> None:
        """Show the scene, and its present step open."""
        guide, scene = self.guide, self.guide.scene
        self.empty.setVisible(scene is None)
        for part in (*self._of_scene, self.back, self.next):
            part.setVisible(scene is not None)
        if scene is None:
            self.home.setText("‹ Lectures")
            return
        self.home.setText(f"‹ Lectures   {scene.id}")
        self.title.setText(scene.title)
        self.goal.setText(scene.goal)
        self._show_steps()
        self._make_variants(scene)
        self.errata.setText("\n".join(map(_said, scene.errata)))
        self.errata.setVisible(bool(scene.errata))
        self.back.setEnabled(guide.place > 0)
        last = guide.place + 1 >= len(guide.steps)
        self.next.setEnabled(not last)
        self.next.setText(
            "That was the last step" if last else f"Next: {_lower(guide.steps[guide.place + 1].title)}"
        )
        self.progress.update()
        self.progress.setAccessibleName(f"Step {guide.place + 1} of {len(guide.steps)}")

    def _show_steps(self) -> None:
        had_focus = self.steps.isAncestorOf(self.focusWidget() or self)
        while self._steps_box.count():
            item = self._steps_box.takeAt(0)
            if item is not None and (gone := item.widget()):
                gone.hide()
                gone.deleteLater()
        guide = self.guide
        for place, step in enumerate(guide.steps):
            part: StepButton | Card
            if place == guide.place:
                part = self.card = Card(place + 1, step.title, step.says, guide)
            else:
                part = StepButton(place + 1, step.title, place in guide.reached)
                part.theme = self.theme
                part.clicked.connect(_going(guide, place))
            self._steps_box.addWidget(part)
        if self.card:
            QTimer.singleShot(0, self.card, self._show_card)  # once it has its place
        if had_focus and self.card:
            self.card.show_me.setFocus()

    def _show_card(self) -> None:
        """Bring the present step into view."""
        if self.card:
            self.area.ensureWidgetVisible(self.card)

    def _make_variants(self, scene: Scene) -> None:
        present = self.guide.session.document.scene or scene
        names = [scene.named, *(variant.name for variant in scene.variants)]
        if [button.text() for button in self._group.buttons()] != names:
            for button in self._group.buttons():
                self._group.removeButton(button)
                button.deleteLater()
            for name in names:
                button = QToolButton()
                button.setText(name)
                button.setCheckable(True)
                button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
                button.clicked.connect(partial(self.guide.choose_variant, name))
                self._group.addButton(button)
                self._variants_box.addWidget(button)
        self.variants.setVisible(len(names) > 1)
        for button in self._group.buttons():
            button.setChecked(button.text() == present.named)

    def _show_variant(self) -> None:
        for button in self._group.buttons():
            button.setChecked(button.text() == self.guide.variant)

    def sizeHint(self) -> QSize:
        return QSize(364, 500)


def _going(guide: Guide, place: int) -> Callable[[], None]:
    return lambda: guide.go(place)


def _lower(title: str) -> str:
    """A title as it goes on after a colon; names of the program stay as they are."""
    first = title.split(" ")[0]
    return (
        title[0].lower() + title[1:] if first in ("A", "I") or (len(first) > 1 and first.isalpha()) else title
    )


def _said(erratum: Erratum) -> str:
    return f"{KINDS[erratum.kind]} of the lecture: {erratum.text[0].lower()}{erratum.text[1:]}"
