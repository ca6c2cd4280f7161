"""A matrix as a picture, a pixel an entry; apart from the theme, since the first picture needs no QImage."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from app.widgets.theme import Theme, heat_colours, rgb
from core.base.arrays import Array
from core.base.shades import shades


def heat_image(values: Array, theme: Theme, largest: float | None = None) -> QImage:
    """A matrix of signed numbers as an image."""
    return rgb_image(heat_colours(values, theme, largest))


def ink_image(values: Array, theme: Theme) -> QImage:
    """Shares of ink (rows, columns), from 0 to 1, as an image."""
    paper, ink = (rgb(theme.colour(part)) for part in ("paper", "ink"))
    return rgb_image(shades(np.clip(values, 0, 1), paper, paper, ink))


def rgb_image(colours: NDArray[np.uint8]) -> QImage:
    """Bytes of red, green and blue (rows, columns, 3) as an image."""
    rows, columns = colours.shape[:2]
    together = np.full((rows, columns, 4), 255, np.uint8)  # as Qt paints fastest: blue, green, red, opaque
    together[..., :3] = colours[..., ::-1]
    return QImage(together.data, columns, rows, columns * 4, QImage.Format.Format_RGB32).copy()
