"""The head of the window: which workspace, the program in one line, and the commands used most."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QFont, QFontMetrics, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QHBoxLayout, QToolButton, QWidget

from app.canvas.camera import LINES
from app.panels.program_line import ProgramLine
from app.shell.running import Running
from app.shell.workspaces import WORKSPACES, Workspace
from app.state.session import Session
from app.state.training_session import TrainingSession
from app.widgets.theme import LIGHT, Theme, mixed

PRESENTED = 30  # pixels: an em of the line while presenting, on a screen of LINES


class Choice(QAbstractButton):
    """One of the workspaces: down while it is the one shown."""

    def __init__(self, workspace: Workspace):
        super().__init__()
        self.theme: Theme = LIGHT
        self.setText(workspace.title)
        self.setToolTip(f"{workspace.tip} ({workspace.key})")
        self.setAccessibleName(f"Workspace {workspace.title}")
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click must not take the stepping keys

    def _bold(self) -> QFont:
        font = QFont(self.font())
        font.setBold(True)
        return font

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self._bold())
        return QSize(metrics.horizontalAdvance(self.text()) + 2 * metrics.height(), 2 * metrics.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, rect = self.theme, QRectF(self.rect())
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(mixed(theme.colour("panel"), theme.colour("line"), 0.15))
            painter.drawRect(rect)
            if self.isChecked() or self.underMouse():
                painter.setBrush(theme.colour("field") if self.isChecked() else theme.colour("panel"))
                painter.drawRoundedRect(rect.adjusted(3, 3, -3, -3), 4, 4)
            if self.hasFocus():
                painter.setPen(QPen(theme.colour("accent"), 2))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRoundedRect(rect.adjusted(2, 2, -2, -2), 4, 4)
            painter.setPen(theme.colour("ink"))
            painter.setFont(self._bold() if self.isChecked() else self.font())
            painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, self.text())


class Switch(QWidget):
    """A button for each workspace, one of them down."""

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Workspace")
        box = QHBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        self.buttons = {workspace.name: Choice(workspace) for workspace in WORKSPACES.values()}
        group = QButtonGroup(self)
        for name, button in self.buttons.items():
            button.clicked.connect(lambda checked=False, name=name: self.chosen.emit(name))
            group.addButton(button)
            box.addWidget(button)

    def set_theme(self, theme: Theme) -> None:
        for button in self.buttons.values():
            button.theme = theme
            button.updateGeometry()
            button.update()


class Header(QWidget):
    """The switch, the program's line, what says that a training runs, and buttons."""

    def __init__(self, session: Session, training: TrainingSession):
        super().__init__()
        self.switch, self.line, self.running = Switch(), ProgramLine(session), Running(training)
        self.buttons: list[QToolButton] = []
        self._presenting = False
        self._box = QHBoxLayout(self)
        self.setAutoFillBackground(True)
        self.setObjectName("header")
        self._box.setContentsMargins(12, 3, 8, 3)
        self._box.setSpacing(4)
        self._box.addWidget(self.switch)
        self._box.addSpacing(8)
        self._box.addWidget(self.line, 1)
        self._box.addWidget(self.running)

    def add_actions(self, actions: Iterable[QAction]) -> None:
        """Put a button for each of these commands at the right."""
        for action in actions:
            button = QToolButton()
            button.setDefaultAction(action)
            button.setAutoRaise(True)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self.buttons.append(button)
            self._box.addWidget(button)

    def set_presenting(self, on: bool) -> None:
        """Leave the program's line alone, large and in the middle, or show all again."""
        for part in (self.switch, *self.buttons):
            part.setVisible(not on)
        self.running.set_presenting(on)
        self.line.show()
        self.line.set_size(PRESENTED * self.screen().size().height() / LINES if on else 0.0)
        self._presenting = on
        self._show_ground(self.line.theme)

    def set_theme(self, theme: Theme) -> None:
        self.switch.set_theme(theme)
        self.line.set_theme(theme)
        self.running.set_theme(theme)
        self._show_ground(theme)
        side = round(1.55 * self.fontMetrics().height())
        for button in self.buttons:
            button.setIconSize(QSize(side, side))
            button.setAccessibleName(button.defaultAction().text().replace("&", ""))

    def _show_ground(self, theme: Theme) -> None:
        palette = QPalette(self.palette())
        palette.setColor(QPalette.ColorRole.Window, theme.colour("paper" if self._presenting else "panel"))
        self.setPalette(palette)
