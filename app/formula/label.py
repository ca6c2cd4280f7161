"""A formula as a label: as large as it is, without anything to click."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QWidget

from app.formula.boxes import Box
from app.formula.in_figures import formula
from app.formula.painter import paint
from core.math.mathtree import Math


class FormulaLabel(QWidget):
    """Shows a formula; an em of it is `size` times as large as the widget's text."""

    def __init__(self, size: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._times = size
        self._math: Math | None = None

    def set_math(self, math: Math | None) -> None:
        """Show another formula, or none."""
        self._math = math
        self.updateGeometry()
        self.update()

    def _laid(self) -> Box | None:
        return formula(self._math, self._times * self.fontInfo().pixelSize()) if self._math else None

    def sizeHint(self) -> QSize:
        laid = self._laid()
        return QSize(round(laid.width) + 2, round(laid.height) + 2) if laid else QSize(0, 0)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        if laid := self._laid():
            with QPainter(self) as painter:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                top = max(1.0, (self.height() - laid.height) / 2)
                paint(
                    painter,
                    laid,
                    1,
                    top + laid.ascent,
                    {},
                    self.palette().color(QPalette.ColorRole.WindowText),
                )
