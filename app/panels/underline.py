"""Marking a place in the program's text: a wave below it and a wash behind."""

from __future__ import annotations

from PySide6.QtGui import QColor, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit

from core.base.errors import Span


def underlined(editor: QPlainTextEdit, span: Span, colour: QColor) -> QTextEdit.ExtraSelection:
    """The mark; an empty place gets the character behind it, or the last one."""
    length = len(editor.toPlainText())
    selection = QTextEdit.ExtraSelection()
    cursor = editor.textCursor()
    start = min(span.start, max(0, length - 1))
    cursor.setPosition(start)
    cursor.setPosition(min(max(span.end, start + 1), length), QTextCursor.MoveMode.KeepAnchor)
    style = QTextCharFormat()
    style.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
    style.setUnderlineColor(colour)
    wash = QColor(colour)
    wash.setAlphaF(0.16)
    style.setBackground(wash)
    selection.cursor, selection.format = cursor, style
    return selection
