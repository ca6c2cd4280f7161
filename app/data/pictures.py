"""Data that are pictures: a sheet of them to choose from, and what is answered to one drawn on the pad."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import (
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from app.data.pad import PAD, Averaged, Pad
from app.data.sample_filter import SampleFilter
from app.state.training_session import TrainingSession
from app.widgets.flow_layout import FlowLayout
from app.widgets.heat import ink_image
from app.widgets.labels import plain_label, tint
from app.widgets.theme import LIGHT, Theme
from core.base.arrays import Array
from core.base.errors import Problem
from core.training.answers import Answers

ACROSS, DOWN, TILE, GAP = 5, 8, 33, 3  # tiles, and pixels at text of 100 %
PAGE = ACROSS * DOWN
MOVES = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -ACROSS, Qt.Key.Key_Down: ACROSS}


class Sheet(QWidget):
    """Forty examples at a time; the chosen one is framed, and a click or an arrow key chooses another."""

    def __init__(self, training: TrainingSession, parent: QWidget | None = None):
        super().__init__(parent)
        self.training, self.theme = training, LIGHT
        self.numbers: Sequence[int] = ()
        self.first = 0  # of the page, among the numbers
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Sheet of samples")
        self.setToolTip("Click to choose a sample; the wheel, Page Up and Page Down turn the page")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        training.sampleChanged.connect(self._show_present)

    def show_numbers(self, numbers: Sequence[int]) -> None:
        """Show these examples, the page with the chosen one first."""
        self.numbers = numbers
        self.first = min(self.first, max(0, (len(numbers) - 1) // PAGE * PAGE))
        self._show_present()
        self.updateGeometry()

    @property
    def side(self) -> float:
        """The side of a tile in pixels: as large as there is room for, at most the usual one."""
        usual = TILE * self.fontMetrics().height() / 16
        return max(8.0, min(usual, (self.width() - (ACROSS - 1) * GAP) / ACROSS))

    def sizeHint(self) -> QSize:
        return QSize(ACROSS * (TILE + GAP), round(DOWN * (self.side + GAP)))

    def minimumSizeHint(self) -> QSize:
        return QSize(60, self.sizeHint().height())

    def tile(self, place: int) -> QRectF:
        """Where a tile of the page stands."""
        step = self.side + GAP
        return QRectF(place % ACROSS * step, place // ACROSS * step, self.side, self.side)

    def page(self) -> Sequence[int]:
        """The numbers of the examples that are in view."""
        return self.numbers[self.first : self.first + PAGE]

    def turn(self, pages: int) -> None:
        """Go some pages on, or back."""
        last = max(0, (len(self.numbers) - 1) // PAGE * PAGE)
        self.first = min(max(0, self.first + pages * PAGE), last)
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.updateGeometry()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        for place, number in enumerate(self.page()):
            if self.tile(place).contains(event.position()):
                self.training.choose_sample(number)

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.turn(-1 if event.angleDelta().y() > 0 else 1)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, numbers = event.key(), list(self.numbers)
        if key in MOVES and numbers:
            chosen = self.training.sample
            place = numbers.index(chosen) + MOVES[Qt.Key(key)] if chosen in numbers else 0
            self.training.choose_sample(numbers[min(max(place, 0), len(numbers) - 1)])
        elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self.turn(1 if key == Qt.Key.Key_PageDown else -1)
        else:
            super().keyPressEvent(event)

    def _show_present(self) -> None:
        chosen = self.training.sample
        if chosen in self.numbers:
            self.first = self.numbers.index(chosen) // PAGE * PAGE
        data = self.training.data.dataset
        of_class = (
            data.class_names[data.targets[chosen]] if data and data.classes and chosen < len(data) else ""
        )
        self.setAccessibleDescription(f"{len(self.numbers)} samples; sample {chosen} is chosen, a {of_class}")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        data = self.training.data.dataset
        if data is None or not data.image_shape:
            return
        with QPainter(self) as painter:
            for place, number in enumerate(self.page()):
                rect = self.tile(place)
                painter.drawImage(
                    rect, ink_image(data.as_given[number].reshape(data.image_shape), self.theme)
                )
                painter.setPen(QPen(self.theme.colour("line"), 0.6))
                if number == self.training.sample:
                    painter.setPen(QPen(self.theme.colour("accent"), 2.5))
                painter.drawRect(rect.adjusted(1, 1, -1, -1))


class Pictures(QWidget):
    """The sheet with its filter, and below it the pad with what the program answers to the drawing."""

    def __init__(self, training: TrainingSession, parent: QWidget | None = None):
        super().__init__(parent)
        self.training, self.theme = training, LIGHT
        self._asked: object = None  # the run that the answers are of
        self._answers: Answers | None = None
        self.filter = SampleFilter(training)
        self.sheet, self.pad = Sheet(training), Pad()
        self.averaged = Averaged(self.pad)
        self.told, self.answer = plain_label(), plain_label()
        head, drawing, beside = QWidget(), QWidget(), QWidget()
        line = FlowLayout(head)
        line.addWidget(plain_label("Samples", bold=True))
        line.addWidget(self.filter)
        told = QVBoxLayout(beside)
        told.setContentsMargins(0, 0, 0, 0)
        told.addWidget(self.averaged)
        told.addWidget(self.answer)
        told.addStretch(1)
        line = FlowLayout(drawing)
        line.addWidget(self.pad)
        line.addWidget(beside)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(5)
        for part in (head, self.sheet, self.told, plain_label("Draw your own", bold=True), drawing):
            if part in (head, drawing):
                policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
                policy.setHeightForWidth(True)
                part.setSizePolicy(policy)
            box.addWidget(part)
        self.pad.changed.connect(self._show_answer)
        training.viewing.changed.connect(self.renew)
        training.data.dataChanged.connect(self.renew)
        training.runChanged.connect(self._follow)
        training.progressed.connect(self._follow)
        self.renew()

    def set_theme(self, theme: Theme) -> None:
        self.theme = self.sheet.theme = self.pad.theme = theme
        tint(self.told, theme.faint)
        for part in (self.sheet, self.pad, self.averaged):
            part.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.pad.set_side(min(PAD, self.width()))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._follow()  # what was trained meanwhile

    def renew(self) -> None:
        """Show the samples of the filter."""
        data = self.training.data.dataset
        if data is None or not data.image_shape:
            return
        self.pad.set_shape(data.image_shape)
        numbers = self.training.viewing.picked_rows()
        self.sheet.show_numbers(numbers)
        is_all = self.training.viewing.picked == "all"
        self.told.setText(f"{len(numbers):,} {'samples' if is_all else f'of {len(data):,} samples'}")
        self._show_answer()

    def _asking(self, inputs: Array) -> Answers | None:
        """What is answered to inputs (1, d); None where the program cannot, or tells no classes."""
        run, data = self.training.run, self.training.data.dataset
        if run is None or data is None or not data.classes or not data.image_shape:
            return None
        trained = run.setup.dataset
        if trained is None or trained.image_shape != data.image_shape:
            return None
        if self._asked is not run:
            self._asked, self._answers = run, None
            with suppress(Problem):
                self._answers = Answers(run.trainer, inputs.T, np.float64)
        if self._answers:
            self._answers.move(inputs.T)
        return self._answers

    def _follow(self) -> None:
        """What is wrong changes with the weights, and so does the answer to a drawing."""
        if not self.isVisible():
            return
        if self.training.viewing.picked not in ("all", "test"):
            self.renew()
        else:
            self._show_answer()

    def _show_answer(self) -> None:
        self.averaged.update()
        data, run = self.training.data.dataset, self.training.run
        if data is None or run is None or not self.pad.strokes.any():
            self.answer.setText("")
            return
        inputs = self.pad.picture.reshape(1, -1)
        answers = self._asking(data.scaling.done(inputs) if data.scaling else inputs)
        if answers is None:
            self.answer.setText("")
            return
        shares = answers.now()
        best = int(run.setup.roles.classes(shares)[0])
        share = f"\n{shares[best, 0]:.0%}" if shares.ndim > 1 else ""
        self.answer.setText(f"{data.class_names[best]}{share}")
