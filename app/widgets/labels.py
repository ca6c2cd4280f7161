"""Labels that show sentences, always as plain text: a user or a file may have written a part of them."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QLabel, QPushButton, QStyle, QStyleOptionButton, QStylePainter, QWidget

from core.base.errors import Problem

NARROWEST = 80  # pixels: what a shortened button still needs


class PassingLabel(QLabel):
    """A label that wraps at the width it is given, for what changes at every step.

    It asks for no width: what Qt tries out for that takes longer than all else that a new text needs.
    """

    def sizeHint(self) -> QSize:
        return QSize(NARROWEST, self.fontMetrics().height())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()


def passing_label(*, bold: bool = False) -> QLabel:
    """A label that wraps, for text that changes at every step; nothing can be selected from it."""
    return _prepared(PassingLabel(), bold)


def plain_label(text: str = "", *, bold: bool = False) -> QLabel:
    """A label that wraps and can be selected from."""
    label = _prepared(QLabel(text), bold)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label


def _prepared(label: QLabel, bold: bool) -> QLabel:
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    if bold:
        font = label.font()
        font.setBold(True)
        label.setFont(font)
    return label


def tint(label: QWidget, colour: str) -> None:
    """Colour a label's text: a palette costs nothing, a style sheet would be parsed again for every label."""
    if label.palette().color(QPalette.ColorRole.WindowText) != QColor(colour):
        palette = QPalette()
        palette.setColor(QPalette.ColorRole.WindowText, QColor(colour))
        label.setPalette(palette)


def with_full_stop(sentence: str) -> str:
    """A sentence with its full stop."""
    return sentence if sentence.endswith((".", "?", ":", "…")) or not sentence else f"{sentence}."


def sentence_of(problem: Problem) -> str:
    """What is wrong and what to do, in whole sentences."""
    return with_full_stop(str(problem))


class ShortenedLabel(QLabel):
    """One line of plain text; where it is too long its end is cut off, and the tooltip says the whole."""

    def __init__(self) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)

    def minimumSizeHint(self) -> QSize:
        wanted = self.sizeHint()
        return QSize(min(60, wanted.width()), wanted.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        self.setToolTip("" if text == self.text() else self.text())
        with QPainter(self) as painter:
            painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
            painter.drawText(self.rect(), self.alignment() | Qt.AlignmentFlag.AlignVCenter, text)


class Button(QPushButton):
    """A button that is never wider than there is room: a long text is shortened as it is drawn."""

    def show_text(self, text: str, tip: str) -> None:
        """Show a text in which an & is an &, and the whole of it as the tooltip."""
        self.setText(text.replace("&", "&&"))
        self.setToolTip(f"<p>{escape(tip)}</p>")

    def minimumSizeHint(self) -> QSize:
        hint = super().minimumSizeHint()
        return QSize(min(hint.width(), NARROWEST), hint.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        option = QStyleOptionButton()
        self.initStyleOption(option)
        inside = self.style().subElementRect(QStyle.SubElement.SE_PushButtonContents, option, self)
        flags = Qt.TextFlag.TextShowMnemonic
        option.text = option.fontMetrics.elidedText(
            option.text, Qt.TextElideMode.ElideMiddle, inside.width(), flags.value
        )
        QStylePainter(self).drawControl(QStyle.ControlElement.CE_PushButton, option)
