"""The rectangle a figure's ink lies in, with a margin; for pages one rectangle, so that they do not jump."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from PySide6.QtCore import QRectF

from app.formula import formula
from app.painting.parts import GROUND, arrow_head, box_rect, frame_rect, label_rect, route_path
from app.widgets.theme import Theme
from core.figure import MARGIN, Box, Figure

# the widest line is drawn at this many line widths: an active arrow's
BOLDEST = 1.8
# what surrounds an input's name when it is lit
HALO = 3.0


def bounds(figures: Iterable[Figure], theme: Theme, margin: float = MARGIN) -> QRectF:
    """A rectangle of whole points around everything that is painted in any of the figures."""
    found = QRectF()
    for figure in figures:
        for part in _parts(figure, theme):
            found = found.united(part)
    left, top = math.floor(found.left() - margin), math.floor(found.top() - margin)
    right, bottom = math.ceil(found.right() + margin), math.ceil(found.bottom() + margin)
    return QRectF(left, top, right - left, bottom - top)


def _parts(figure: Figure, theme: Theme) -> Iterator[QRectF]:
    half = theme.line_width * BOLDEST / 2
    for frame in figure.frames:
        yield _grown(frame_rect(frame), half)
    for arrow in figure.arrows:
        yield _grown(route_path(arrow.route).boundingRect(), half)
        yield arrow_head(arrow.way).boundingRect()
    for box in figure.boxes:
        yield _grown(box_rect(box), HALO + half)
        yield _symbol_rect(box)
    for label in figure.labels:
        yield _grown(label_rect(label), max(half, GROUND))


def _symbol_rect(box: Box) -> QRectF:
    """Where a box's symbol is painted: an input's begins at the left, an operation's is in the middle."""
    laid = formula(box.symbol, box.size)
    rect = box_rect(box)
    left = rect.left() + HALO if box.kind == "input" else rect.center().x() - laid.width / 2
    return QRectF(left, rect.center().y() - laid.height / 2, laid.width, laid.height)


def _grown(rect: QRectF, by: float) -> QRectF:
    return rect.adjusted(-by, -by, by, by)
