"""The table of workspaces, and how large their columns are: arrangements of the same parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from msgspec import Struct

from app.state.arrangement import Place, WorkspaceName

TITLES: Mapping[Place, str] = {
    "left": "Left column",
    "band": "Below the canvas",
    "beside": "Below the canvas, right",
    "right": "Right column",
}
# what a command may need of a workspace, as a sentence says it: a place, a panel of the left column, more
PARTS: Mapping[str, str] = {
    "canvas": "canvas",
    "graph": "graph to step through",
    "steps": "row of steps",
    "algorithm": "listing",
    "program": "program in the left column",
    "left": "left column",
    "band": "column below the canvas",
    "beside": "column below the canvas",
    "right": "right column",
}
WIDTHS = (1024, 1440, 1920)  # pixels of the windows for which sizes are given
NARROW = 1200  # pixels; a narrower window has one panel below the canvas


class Workspace(Struct, frozen=True):
    """An arrangement of the parts around the canvas.

    `open` are the places that are open at first, in a wide window; `places` all that there are. `panels` are
    always there, and `left` are the only ones that may stand in the left column. That is open at first in a
    window of `left_needs` pixels, of `left_beside_right` where the right column is open, too. `has_steps`
    says whether all steps stand below, `trains` whether the last update and the losses do. `sizes` are those
    of the columns at each of WIDTHS, in pixels at text of 100 %; a column leaves the canvas its `least` share
    of the window's width.
    """

    name: WorkspaceName
    title: str
    tip: str
    key: str
    places: Sequence[Place] = ()
    open: Sequence[Place] = ()
    sizes: Mapping[Place, Sequence[int]] = {}
    least: Mapping[Place, float] = {}
    panels: Sequence[str] = ()
    left: Sequence[str] = ()
    left_needs: int = NARROW
    left_beside_right: int = 1700
    has_steps: bool = False
    trains: bool = False

    def takes(self, panel: str, place: Place) -> bool:
        """Whether a panel may stand in a place."""
        return place in self.places and (place != "left" or panel in self.left)

    def lacks(self, part: str, shows_net: bool = False) -> str:
        """Say that a part of PARTS is not in it; empty where it is, or where none is asked for.

        Args:
            part: what is asked for.
            shows_net: whether its canvas shows a net that is trained.
        """
        own = {
            "canvas": bool(self.places),
            "graph": bool(self.places) and not shows_net,
            "steps": self.has_steps,
        }
        there = not part or own.get(part) or part in self.places or part in self.left
        return "" if there else f"Not in {self.title}, where there is no {PARTS[part]}"


WORKSPACES: Mapping[WorkspaceName, Workspace] = {
    workspace.name: workspace
    for workspace in (
        Workspace(
            "step",
            "Step",
            "Go through both passes step by step, with the reason for each number",
            "Ctrl+1",
            ("left", "band", "beside", "right"),
            ("left", "band", "beside"),
            {"left": (256, 300, 340), "right": (400, 400, 400)},
            least={"left": 0.75, "right": 0.6},
            left=("program", "algorithm"),
            has_steps=True,
        ),
        Workspace(
            "train",
            "Train",
            "Train the program or a network, beside the canvas",
            "Ctrl+2",
            ("left", "right"),
            ("left", "right"),
            {"left": (132, 208, 232), "right": (490, 600, 800)},
            least={"left": 0.75, "right": 0.44},
            panels=("data", "training"),
            left=("data",),
            left_needs=1000,
            left_beside_right=1000,
            trains=True,
        ),
        Workspace("lectures", "Lectures", "Scenes of lectures, with their steps and numbers", "Ctrl+3"),
    )
}

BAND = 0.365  # of the height between the bars
LEAST_ABOVE = 0.47  # of that height for the canvas
LEAST_BAND = 150  # pixels


def column_width(workspace: Workspace, place: Place, window: int, scale: float, own: int = 0) -> int:
    """How wide a column is.

    Args:
        workspace: the workspace.
        place: the column.
        window: the width of the window, in pixels.
        scale: the size of text; 1 is 100 %.
        own: the width that the user gave it, in pixels; 0 is none.

    Returns:
        The width in pixels, at most what leaves the canvas its share.
    """
    usual = _between(window, WIDTHS, workspace.sizes[place]) * scale
    return round(min(own or usual, window * (1 - workspace.least[place])))


def band_height(middle: int, scale: float, own: int = 0) -> int:
    """How high the band below the canvas is.

    Args:
        middle: the height between the bars, in pixels.
        scale: the size of text; 1 is 100 %.
        own: the height that the user gave it, in pixels; 0 is none.

    Returns:
        The height in pixels, at most what leaves the canvas its share.
    """
    usual = max(BAND * middle, LEAST_BAND * scale)
    return round(min(own or usual, middle * (1 - LEAST_ABOVE)))


def _between(x: float, places: Sequence[float], values: Sequence[float]) -> float:
    """The value at a place on the lines between given ones; beyond these that of the nearest."""
    x = min(max(x, places[0]), places[-1])
    for (left, right), (low, high) in zip(pairwise(places), pairwise(values), strict=True):
        if x <= right:
            return low + (high - low) * (x - left) / (right - left)
    return values[-1]
