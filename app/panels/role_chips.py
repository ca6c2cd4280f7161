"""What each name of the program is for in training, beside the editor: a click chooses another role."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from math import ceil

from PySide6.QtCore import QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QEnterEvent, QFontInfo, QPainter, QPaintEvent, QPen, QShowEvent
from PySide6.QtWidgets import QMenu, QToolButton, QVBoxLayout, QWidget

from app.formula import formula, paint
from app.formula.widget import BESIDE_TEXT
from app.state.training_session import TrainingSession
from app.widgets.flow_layout import FlowLayout
from app.widgets.labels import plain_label, tint
from app.widgets.theme import LIGHT, Theme, mixed
from core.base.lazy_numpy import numpy_is_loaded
from core.math.mathtree import Math
from core.notation.names import in_text

WAIT = 20  # ms, after a change and for what roles are found with
MOST = 24  # chips
PAD, APART, ROUND = 8, 6, 11  # pixels
HEADING = "Roles in training"
AUTOMATIC = ""  # the choice of a name that is left to the program


class Chip(QToolButton):
    """A name, typeset, and its role; its menu has the others."""

    def __init__(self, choose: Callable[[str], object]):
        super().__init__()
        self.theme: Theme = LIGHT
        self._name: Math | None = None
        self._role, self._is_chosen = "", False
        self._choices: tuple[tuple[str, str], ...] = ()
        self._chosen = AUTOMATIC
        self._choose = choose
        self.clicked.connect(self.open_menu)

    def show_role(
        self, name: str, typeset: Math, role: str, choices: tuple[tuple[str, str], ...], chosen: str
    ) -> None:
        """Show a name with its role in words, and offer roles with their words; `chosen` is one of them."""
        self._name, self._role, self._choices, self._chosen = typeset, role, choices, chosen
        self.setAccessibleName(f"Role of {in_text(name)}")
        found = "chosen by you" if chosen else "found from how the program uses it"
        self.setAccessibleDescription(f"{role}, {found}" if role else "")
        self.setToolTip(
            f"What {in_text(name)} is for in training: {role or 'not known'}, {found}. Click to choose"
        )
        self.updateGeometry()
        self.update()

    @property
    def words(self) -> str:
        """What stands behind the name."""
        return f"{self._role} ▾".strip()

    def open_menu(self) -> None:
        """Offer the roles; the first leaves the name to the program."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for role, words in self._choices:
            action = menu.addAction(words, partial(self._choose, role))
            action.setCheckable(True)
            action.setChecked(role == self._chosen)
        menu.popup(self.mapToGlobal(self.rect().bottomLeft()))

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        name = formula(self._name, self._size) if self._name else None
        wide = metrics.horizontalAdvance(self.words) + (name.width if name else 0.0)
        high = max(metrics.height(), name.height if name else 0.0)
        return QSize(ceil(wide + APART + 2 * PAD), ceil(high + APART))

    def minimumSizeHint(self) -> QSize:
        hint = self.sizeHint()
        return QSize(min(hint.width(), 8 * self.fontMetrics().height()), hint.height())

    @property
    def _size(self) -> float:
        return BESIDE_TEXT * QFontInfo(self.font()).pixelSize()

    def enterEvent(self, event: QEnterEvent) -> None:
        self.update()
        super().enterEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, metrics = self.theme, self.fontMetrics()
        lively = self.isEnabled() and (self.underMouse() or self.hasFocus() or self.isDown())
        edge = theme.colour("accent") if lively else mixed(theme.colour("line"), theme.colour("panel"), 0.4)
        around = 1.0 if self.hasFocus() else 0.5
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(edge, 2 * around))
            painter.setBrush(theme.colour("field"))
            painter.drawRoundedRect(
                QRectF(self.rect()).adjusted(around, around, -around, -around), ROUND, ROUND
            )
            left, ink = float(PAD), theme.colour("ink" if self.isEnabled() else "faint")
            if self._name is not None:
                box = formula(self._name, self._size)
                paint(painter, box, left, (self.height() - box.height) / 2 + box.ascent, {}, ink)
                left += box.width + APART
            painter.setPen(ink if self._chosen else theme.colour("faint"))
            room = QRectF(left, 0, self.width() - PAD - left, self.height())
            text = metrics.elidedText(self.words, Qt.TextElideMode.ElideRight, round(room.width()) + 1)
            painter.drawText(room, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), text)


class RoleChips(QWidget):
    """A chip for each name of the program that gets its value from outside, as the training has their roles.

    While the program cannot be read they are those of the last one that could be, and cannot be pressed.
    """

    def __init__(self, training: TrainingSession, parent: QWidget | None = None):
        super().__init__(parent)
        self.training = training
        self.theme: Theme = LIGHT
        self.chips: dict[str, Chip] = {}
        self.heading = plain_label()
        self.heading.setText(HEADING)
        self._flow_box = QWidget()
        self._flow = FlowLayout(self._flow_box)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 4, 0, 0)
        box.setSpacing(4)
        box.addWidget(self.heading)
        box.addWidget(self._flow_box)
        self.heading.hide()
        self._later = QTimer(self, singleShot=True, interval=WAIT)
        self._later.timeout.connect(self.show_now)
        for signal in (training.session.traceChanged, training.runChanged):
            signal.connect(self._later.start)

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme
        tint(self.heading, theme.faint)
        for chip in self.chips.values():
            chip.theme = theme
            chip.updateGeometry()
            chip.update()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._later.start()

    def show_now(self) -> None:
        """Bring all chips in line; nothing is found out before the first picture, or for nobody to see."""
        if not self.isVisible():
            return
        if not numpy_is_loaded():
            self._later.start()
            return
        self._later.stop()
        session = self.training.session
        is_read = session.problem is None
        self.setEnabled(is_read)
        if not is_read:
            return
        from core.training.roles import choices, title

        names, roles, dataset = self.training.likely_roles()
        chosen, typesetter = self.training.settings.roles, session.trace.graph.typesetter
        self._lay_out(tuple(names[:MOST]))
        for name, chip in self.chips.items():
            role, own = roles.role(name) if roles else "", chosen.get(name, AUTOMATIC)
            words = title(role, dataset) if role else ""
            chip.show_role(name, typesetter.name(name), words, choices(role, own, dataset), own)
        self.heading.setVisible(bool(self.chips))

    def _lay_out(self, names: tuple[str, ...]) -> None:
        """Have a chip for each name, in their order."""
        if tuple(self.chips) == names:
            return
        while item := self._flow.takeAt(0):
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        self.chips = {name: Chip(partial(self.training.choose_role, name)) for name in names}
        for chip in self.chips.values():
            chip.theme = self.theme
            self._flow.addWidget(chip)
            chip.show()
