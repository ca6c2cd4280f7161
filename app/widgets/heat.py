"""A matrix as a picture, a pixel an entry; apart from the theme, since the first picture needs no QImage."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QImage

from app.widgets.theme import Theme, heat_colours, rgb
from core.base.arrays import Array
from core.base.shades import shades

STRONGEST = 127  # steps from the weakest to the strongest colour of a sign


def heat_image(values: Array, theme: Theme, largest: float | None = None) -> QImage:
    """A matrix of signed numbers as an image."""
    return rgb_image(heat_colours(values, theme, largest))


def share_image(shares: Array, theme: Theme) -> QImage:
    """Shares (rows, columns), from −1 to 1, as an image in one of 255 colours each; grey for NaN."""
    places = STRONGEST * shares + (STRONGEST + 0.5)
    if not math.isfinite(places.sum()):
        places = np.nan_to_num(places, nan=2.0 * STRONGEST + 1.5)
    found = _table(theme).take(places.astype(np.uint8))
    rows, columns = found.shape
    return QImage(found.data, columns, rows, columns * 4, QImage.Format.Format_RGB32).copy()


def share_colour(share: float, theme: Theme) -> QColor:
    """The colour of one share."""
    return QColor.fromRgb(int(_table(theme)[int(STRONGEST * share + (STRONGEST + 0.5))]))


@lru_cache(8)
def _table(theme: Theme) -> NDArray[np.uint32]:
    """The colours of shares from −1 to 1, then that of none, as Qt packs them."""
    shares = np.append(np.linspace(-1, 1, 2 * STRONGEST + 1), np.nan)
    red, green, blue = heat_colours(shares, theme, 1.0).T.astype(np.uint32)
    return np.asarray((255 << 24) | (red << 16) | (green << 8) | blue, np.uint32)


def ink_image(values: Array, theme: Theme) -> QImage:
    """Shares of ink (rows, columns), from 0 to 1, as an image."""
    paper, ink = (rgb(theme.colour(part)) for part in ("paper", "ink"))
    return rgb_image(shades(np.clip(values, 0, 1), paper, paper, ink))


def covered_image(covered: Array, colour: QColor) -> QImage:
    """One colour, so much of it as shares (rows, columns) from 0 to 1 say; the rest is clear."""
    alphas = np.arange(256, dtype=np.uint32)
    red, green, blue = ((part * alphas + 127) // 255 for part in rgb(colour))
    found = ((alphas << 24) | (red << 16) | (green << 8) | blue)[(255 * covered + 0.5).astype(np.uint8)]
    rows, columns = found.shape
    kind = QImage.Format.Format_ARGB32_Premultiplied
    return QImage(found.astype(np.uint32).data, columns, rows, columns * 4, kind).copy()


def rgb_image(colours: NDArray[np.uint8]) -> QImage:
    """Bytes of red, green and blue (rows, columns, 3) as an image."""
    rows, columns = colours.shape[:2]
    together = np.full((rows, columns, 4), 255, np.uint8)  # as Qt paints fastest: blue, green, red, opaque
    together[..., :3] = colours[..., ::-1]
    return QImage(together.data, columns, rows, columns * 4, QImage.Format.Format_RGB32).copy()
