"""The rectangle a figure's ink lies in, with a margin; for pages one rectangle, so that they do not jump.

A page may be as large as its rectangle, or be scaled to fill a slide or a column.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from msgspec import Struct
from PySide6.QtCore import QRectF

from app.painting.parts import arrow_head, box_rect, frame_rect, label_rect, route_path, symbol_rect
from app.painting.shown import Shown
from app.widgets.theme import Theme
from core.figure import FIT_MARGIN, GROUND, MARGIN, Figure, Fit
from core.figure.plot import FittedView, Sheet

# the widest line is drawn at this many line widths: an active arrow's
BOLDEST = 1.8
# what surrounds an input's name when it is lit
HALO = 3.0


class Page(Struct, frozen=True):
    """The part of a drawing that is on a page, and by how much the page is larger, in points."""

    area: QRectF
    scale: float = 1.0


def fitted_page(fit: Fit, figures: Iterable[Figure], theme: Theme) -> tuple[Page, Fit]:
    """The page that figures fill on their target, and what was found with the scale of that page."""
    area = bounds(figures, theme, FIT_MARGIN)
    found = fit.on_page(area.width(), area.height())
    return Page(area, found.scale), found


def view_page(fitted: FittedView) -> Page:
    """The page of a view that was laid out for a place."""
    edge = fitted.edge
    return Page(QRectF(-edge, -edge, *fitted.page))


def bounds(figures: Iterable[Shown], theme: Theme, margin: float = MARGIN) -> QRectF:
    """A rectangle of whole points around everything that is painted in any of the figures."""
    found = QRectF()
    for figure in figures:
        for part in _parts(figure, theme):
            found = found.united(part)
    left, top = math.floor(found.left() - margin), math.floor(found.top() - margin)
    right, bottom = math.ceil(found.right() + margin), math.ceil(found.bottom() + margin)
    return QRectF(left, top, right - left, bottom - top)


def _parts(figure: Shown, theme: Theme) -> Iterator[QRectF]:
    if isinstance(figure, Sheet):
        yield QRectF(0, 0, figure.width, figure.height)
        return
    half = theme.line_width * BOLDEST / 2
    for frame in figure.frames:
        yield _grown(frame_rect(frame), half)
    for arrow in figure.arrows:
        yield _grown(route_path(arrow.route).boundingRect(), half)
        yield arrow_head(arrow.way).boundingRect()
    for box in figure.boxes:
        yield _grown(box_rect(box), HALO + half)
        yield symbol_rect(box)
    for label in figure.labels:
        yield _grown(label_rect(label), max(half, GROUND))


def _grown(rect: QRectF, by: float) -> QRectF:
    return rect.adjusted(-by, -by, by, by)
