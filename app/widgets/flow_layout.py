"""A layout like a paragraph: what does not fit into a line goes into the next, so that nothing is cut off."""

from __future__ import annotations

from PySide6.QtCore import QMargins, QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLayout, QLayoutItem, QWidget

GAP = 6


class FlowLayout(QLayout):
    """Items from left to right in as many lines as they need; those that can grow share what is left over."""

    def __init__(self, parent: QWidget | None = None, margins: QMargins | None = None):
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self.setContentsMargins(margins or QMargins())
        self.setSpacing(GAP)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation.Horizontal

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        margins = self.contentsMargins()
        lines = self._lines(width - margins.left() - margins.right())
        rows = sum(max(item.sizeHint().height() for item in line) for line in lines)
        return rows + self.spacing() * max(0, len(lines) - 1) + margins.top() + margins.bottom()

    def sizeHint(self) -> QSize:
        hints = [item.sizeHint() for item in self._shown()]
        width = sum(hint.width() + self.spacing() for hint in hints)
        return self._with_margins(QSize(width, max((hint.height() for hint in hints), default=0)))

    def minimumSize(self) -> QSize:
        """Room for the widest item alone."""
        sizes = [item.minimumSize() for item in self._shown()]
        width, height = (
            max((part(size) for size in sizes), default=0) for part in (QSize.width, QSize.height)
        )
        return self._with_margins(QSize(width, height))

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        area = rect.marginsRemoved(self.contentsMargins())
        top = area.top()
        for line in self._lines(area.width()):
            height = max(item.sizeHint().height() for item in line)
            left = area.left()
            for item, width in zip(line, self._widths(line, area.width()), strict=True):
                down = (height - item.sizeHint().height()) // 2
                item.setGeometry(QRect(QPoint(left, top + down), QSize(width, item.sizeHint().height())))
                left += width + self.spacing()
            top += height + self.spacing()

    # -- lines

    def _shown(self) -> list[QLayoutItem]:
        return [item for item in self._items if not item.isEmpty()]

    def _lines(self, width: int) -> list[list[QLayoutItem]]:
        lines: list[list[QLayoutItem]] = []
        left = 0
        for item in self._shown():
            needed = item.sizeHint().width()
            if lines and left + needed <= width:
                lines[-1].append(item)
            else:
                lines.append([item])
                left = 0
            left += needed + self.spacing()
        return lines

    def _widths(self, line: list[QLayoutItem], width: int) -> list[int]:
        """What each item of a line gets: the first of those that grow takes what does not divide."""
        spare = width - sum(item.sizeHint().width() for item in line) - self.spacing() * (len(line) - 1)
        grow = [bool(item.expandingDirections() & Qt.Orientation.Horizontal) for item in line]
        share, rest = divmod(max(spare, 0), max(1, sum(grow)))
        found = []
        for item, grows in zip(line, grow, strict=True):
            extra = (share + rest) if grows else 0
            rest = 0 if grows else rest
            found.append(min(item.sizeHint().width() + extra, max(width, item.minimumSize().width())))
        return found

    def _with_margins(self, size: QSize) -> QSize:
        return size.grownBy(self.contentsMargins())


def labelled(text: str, field: QWidget) -> QWidget:
    """A field with its label in front, which stay together."""
    both = QWidget()
    box = QHBoxLayout(both)
    box.setContentsMargins(0, 0, 0, 0)
    box.setSpacing(GAP)
    label = QLabel(text)
    label.setBuddy(field)
    box.addWidget(label)
    box.addWidget(field, 1)
    both.setSizePolicy(field.sizePolicy())
    return both
