"""How the user has arranged the window, as it is kept in the settings."""

from __future__ import annotations

from typing import Literal

import msgspec

WorkspaceName = Literal["step", "train", "lectures"]
Place = Literal["left", "band", "beside", "right"]
"""Where a panel stands: left of the canvas, below it, below it on the right, or right of it."""
FARTHEST = 100_000  # pixels that a window may be away from the first screen


class Arrangement(msgspec.Struct):
    """What differs from the first start; the window keeps it up to date.

    `open` says which places beside the canvas are open or closed otherwise than at first, `sizes` how many
    pixels they have; both by workspace and place. `pinned` says whether the program is edited in the left
    column, `panels` which panels are shown or not, otherwise than at first, by their names. `torn` are the
    places that have a window of their own: where that is, its width and height.
    """

    workspace: WorkspaceName = "step"
    open: dict[str, bool] = {}
    sizes: dict[str, int] = {}
    pinned: bool = True
    torn: dict[Place, tuple[int, int, int, int]] = {}
    panels: dict[str, bool] = {}


def read_arrangement(text: str) -> Arrangement:
    """Read an arrangement from a line of the settings. Raises ValueError for what is none."""
    try:
        found = msgspec.json.decode(text.encode(), type=Arrangement)
    except (msgspec.DecodeError, UnicodeEncodeError) as error:
        raise ValueError(str(error)) from None
    if not all(0 < size < 10_000 for size in found.sizes.values()):
        raise ValueError("sizes are numbers of pixels")
    for x, y, width, height in found.torn.values():
        if not (max(abs(x), abs(y)) < FARTHEST and min(width, height) > 0 and max(width, height) < FARTHEST):
            raise ValueError("the places of windows are numbers of pixels")
    return found


def arrangement_text(arrangement: Arrangement) -> str:
    """An arrangement as a line of the settings."""
    return msgspec.json.encode(arrangement).decode()
