"""What views of a run show besides: one table of switches, for menus, views and commands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct


class Shown(Struct, frozen=True):
    """What is switched on; each is explained in SWITCHES."""

    test_points: bool = True
    this_batch: bool = True
    two_colours: bool = False
    contours: bool = False
    margins: bool = False
    unit_lines: bool = False
    regions: bool = False
    log: bool = False
    of_training: bool = False
    gradients: bool = False


Whose = Literal["sample", "batch"]
"""Whose gradients are shown: of the chosen sample, or of the next mini-batch."""


class Cell(Struct, frozen=True):
    """The examples of a class for which a class is predicted, by the numbers of the classes."""

    true: int
    predicted: int


Picked = Literal["all", "test", "wrong"] | Cell
"""Which examples are picked: all, those kept for testing, those whose class is not predicted, a cell's."""


class Switch(Struct, frozen=True):
    """A switch: what it is called, what it shows, and the names of the views that have it."""

    text: str
    tip: str
    views: tuple[str, ...]


def option(name: str) -> str:
    """The option of a command that turns a switch to what it usually is not, such as --log."""
    return f"--{'no-' * getattr(Shown(), name)}{name.replace('_', '-')}"


PLANE, CLASSES = ("boundary",), ("confusion", "errors")

SWITCHES: Mapping[str, Switch] = {
    "test_points": Switch("Test points", "Examples kept for testing", PLANE),
    "this_batch": Switch("This batch", "A ring around the examples of the next update", PLANE),
    "two_colours": Switch("Classes only", "The predicted class alone, without how sure it is", PLANE),
    "contours": Switch("Contours", "Lines along which the prediction is the same", PLANE),
    "margins": Switch(
        "Margins",
        "Where the prediction is halfway to sure, or a score reaches its margin",
        PLANE,
    ),
    "unit_lines": Switch(
        "Units' lines",
        "Where each hidden unit of the first layer is 0, with an arrow to where it is above 0",
        PLANE,
    ),
    "regions": Switch(
        "Regions", "The regions that the units of the first layer cut, each with its mean prediction", PLANE
    ),
    "log": Switch("Logarithmic axis", "The loss on a logarithmic axis", ("loss",)),
    "gradients": Switch("Gradients", "The gradient of each template below it", ("templates",)),
    "of_training": Switch(
        "Training examples", "Those that are trained on, not those kept for testing", CLASSES
    ),
}
