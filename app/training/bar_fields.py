"""The settings that are changed most while a training runs, for the bar of the workspace."""

from __future__ import annotations

from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QComboBox, QLabel, QToolButton

from app.formula import FormulaLabel
from app.state.training_session import TrainingSession
from app.training.fields import SettingFields
from app.widgets.captioned import Captioned
from app.widgets.fields import say_below
from app.widgets.icons import icon
from app.widgets.theme import Theme
from core.math.plain import plain

IN_BAR = (
    *("rate", "schedule", "optimizer", "batch", "regularisation", "l1_rate", "l2_rate", "max_norm"),
    *("loss", "weights_seed"),
)
# what leaves a narrow bar first stands first
LEAVING = (
    *("weights_seed", "loss", "max_norm", "l2_rate", "l1_rate", "schedule"),
    *("regularisation", "batch", "optimizer", "rate"),
)
SIZE = 0.95  # of the loss, next to other text: then a fraction is as high as a field
LONGEST = 8  # heights of a line of text that the loss is wide at most
WIDE, WIDEST = 7, {"optimizer": 12}  # letters of a choice that are seen in the bar


class BarFields(QObject):
    """Fields of the training settings, each below its name.

    `changed` tells that others make a difference now.
    """

    changed = Signal()

    def __init__(self, training: TrainingSession, new_weights: QAction, parent: QObject | None = None):
        super().__init__(parent)
        self.training = training
        names = [name for name in IN_BAR if name != "loss"]
        self._made = SettingFields(training, names, self)
        self._made.refused.connect(lambda sentence, field: say_below(field, sentence))
        self.loss = FormulaLabel(SIZE)
        self.dice = QToolButton()
        self.dice.setDefaultAction(new_weights)
        self.dice.setAutoRaise(True)
        self.dice.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.dice.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        beside = {"weights_seed": (self.dice,)}
        self.parts = {
            name: Captioned(QLabel("Loss"), self.loss)
            if name == "loss"
            else Captioned(self._made.labels[name], self._made.fields[name], *beside.get(name, ()))
            for name in IN_BAR
        }
        for name, field in self._made.fields.items():
            if isinstance(field, QComboBox) and not field.isEditable():
                field.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click must not take the keys that train
                longest = max(len(field.itemText(k)) for k in range(field.count()))
                field.setMinimumContentsLength(min(longest, WIDEST.get(name, WIDE)))
        training.session.documentChanged.connect(self._show)
        training.runChanged.connect(self._show)
        self._show()

    @property
    def leaving(self) -> list[Captioned]:
        """The parts in the order in which they leave a narrow bar."""
        return [self.parts[name] for name in LEAVING]

    @property
    def left_out(self) -> list[Captioned]:
        """The parts that make no difference beside the other settings."""
        widest = LONGEST * self.loss.fontMetrics().height()
        fits = 0 < self.loss.sizeHint().width() <= widest
        shown = {*self._made.shown()} | ({"loss"} if fits else set())
        return [part for name, part in self.parts.items() if name not in shown]

    def set_theme(self, theme: Theme) -> None:
        for part in self.parts.values():
            part.set_theme(theme)
        side = round(self.loss.fontMetrics().height())
        self.dice.setIconSize(QSize(side, side))
        self.dice.defaultAction().setIcon(icon("dices"))

    def _show(self) -> None:
        self._made.show_now()
        loss = self.training.run.loss if self.training.run else None
        self.loss.set_math(loss)
        said = plain(loss) if loss else ""
        self.loss.setAccessibleName(f"Loss of one sample: {said}")
        self.loss.setToolTip(f"The loss of one sample, as the program states it: {said}")
        self.changed.emit()
