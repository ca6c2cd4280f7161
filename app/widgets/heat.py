"""A matrix as a picture, a pixel an entry; apart from the theme, since the first picture needs no QImage."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QImage

from app.widgets.theme import Theme, heat_colours
from core.base.arrays import Array


def heat_image(values: Array, theme: Theme, largest: float | None = None) -> QImage:
    """A matrix as an image, one pixel an entry."""
    rgb = np.ascontiguousarray(heat_colours(values, theme, largest))
    rows, columns = rgb.shape[:2]
    return QImage(rgb.data, columns, rows, columns * 3, QImage.Format.Format_RGB888).copy()
