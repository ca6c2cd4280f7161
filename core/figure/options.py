"""What figures show, and how large."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from core.base.numbers import DIGITS
from core.math.derivative_names import PARTIAL, Notation

MARGIN = 14.0  # around a figure on a screen
Level = Literal["", "operations", "statements", "units", "layers"]


class Sizes(Struct, frozen=True):
    """How large things are drawn, in points at the scale of the drawing.

    radius       of a circle
    name         the text of inputs and outputs
    symbol       the text in circles
    label        the text of numbers and of names above circles
    small        the text of small vectors, sums and names that the program does not give
    gap          between what stands one above the other
    arrow        the least length of an arrow behind the number on it
    map          the side of a map that stands in a node
    """

    radius: float = 24.0
    name: float = 26.0
    symbol: float = 22.0
    label: float = 17.0
    small: float = 15.0
    gap: float = 12.0
    arrow: float = 22.0
    map: float = 84.0


TIGHT = Sizes(radius=19.0, name=20.0, symbol=19.0, gap=8.0, arrow=14.0)
"""Text that is large beside what surrounds it, for a figure that has little room."""


class Options(Struct, frozen=True):
    """What figures show.

    values       the values of nodes
    gradients    their gradients, with contributions and sums
    formula      the program, typeset above the graph
    digits       how many significant digits numbers have
    notation     how derivatives are written
    gradient_names  what gradients are called, before their numbers
    captions     the names of all nodes, also of those that the program gives none, such as v₁
    shapes       the shapes of arrays
    level        operations, statements, or a net's units or layers; of many operations the units
    near         where it names nodes these are drawn, and all others gathered in few boxes
    alone        what these are computed from is gathered in them
    until        numbers have just the room that they need in so many steps; without it there is more room,
                 so that dragging a value moves nothing
    groups       nodes that are drawn as one, by the title it has
    notes        what the user has noted at nodes and terms, by their keys (core/figure/notes.py)
    note_texts   the notes stand beside their nodes
    classes      what the entries of vectors are called, by the same keys
    weights      in a net of units: their values on the arrows, bare arrows, or no arrows between units
    sums         a sum of many terms as one node; else each `+` on its own
    at_nodes     numbers stand at the nodes; else at the edges on which they leave
    down         data flow down; else to the right
    rows         how many rows there may be, one after the other in the direction across that of the data
    early        inputs may stand in a row before that of their first use, which may take less room
    maps         nodes that are drawn as maps of what they compute over a plane, entry by entry
    highlight    what the last step lights up; without it a figure is a finished picture
    sizes        how large all is drawn
    """

    values: bool = True
    gradients: bool = True
    formula: bool = False
    digits: int = DIGITS
    notation: Notation = PARTIAL
    gradient_names: bool = False
    captions: bool = False
    shapes: bool = False
    level: Level = ""
    near: frozenset[str] = frozenset()
    alone: bool = False
    until: int | None = None
    groups: Mapping[str, tuple[str, ...]] = {}
    notes: Mapping[str, str] = {}
    note_texts: bool = False
    classes: Mapping[str, tuple[str, ...]] = {}
    weights: Literal["values", "bare", "off"] = "values"
    sums: bool = True
    at_nodes: bool = False
    down: bool = False
    rows: int = 1
    early: bool = False
    maps: frozenset[str] = frozenset()
    highlight: bool = True
    sizes: Sizes = Sizes()
