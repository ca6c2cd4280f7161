"""How points of data are coloured: the class, or the target as a number."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QColor

from app.widgets.colours import CLASSES
from app.widgets.theme import Theme, heat_colours
from core.base.arrays import Array


def colours(targets: Array, classes: int, theme: Theme) -> Sequence[QColor]:
    """A colour for each target: of two classes those of the signs, of more their own, of numbers heat."""
    if classes:
        of_class = class_colours(classes, theme)
        return [of_class[int(target) % len(of_class)] for target in targets]
    middle = float(targets.min() + targets.max()) / 2 if len(targets) else 0.0
    return [QColor(*map(int, one)) for one in heat_colours(targets - middle, theme)]


def class_colours(classes: int, theme: Theme) -> Sequence[QColor]:
    """The colours of all classes."""
    if classes == 2:
        return theme.colour("negative"), theme.colour("positive")
    return tuple(map(QColor, CLASSES))
