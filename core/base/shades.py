"""Entries as colours: shares between three of them, and the ink that can be read on each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.base.arrays import Array
from core.base.lazy_numpy import np

if TYPE_CHECKING:
    from numpy.typing import NDArray

RGB = tuple[int, int, int]
GREY = (128, 128, 128)  # of what is not a number
# the luminance at which black and white stand out alike: (1 + 0.05) / (L + 0.05) = (L + 0.05) / 0.05
MIDDLE = 0.179


def shades(shares: Array, negative: RGB, zero: RGB, positive: RGB) -> NDArray[np.uint8]:
    """Shares from −1 to 1 as bytes of red, green and blue, (…, 3); grey for what is not a number."""
    ends = np.subtract((negative, positive), zero).astype(float)
    with np.errstate(invalid="ignore"):
        found = zero + np.stack([np.maximum(-shares, 0), np.maximum(shares, 0)], axis=-1) @ ends
    found[np.isnan(shares)] = GREY
    return np.asarray(found.round(), dtype=np.uint8)


def takes_black(colours: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Whether black can be read on colours, (…, 3), better than white: always 4.5 to 1 or more.

    The luminance is that of WCAG 2.
    """
    parts = colours / 255
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return np.asarray(linear @ np.array([0.2126, 0.7152, 0.0722]) > MIDDLE)
