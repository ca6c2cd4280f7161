"""The colours of every theme by what they mean, without Qt, so that the command line can tell of them."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace


class Colours(Struct, frozen=True):
    """The colours of a theme, and how bold its lines are.

    Against `paper` colours of text keep a contrast of 4.5:1, colours of lines 3:1.
    """

    name: str
    paper: str
    panel: str
    field: str
    ink: str
    faint: str
    line: str
    value: str
    gradient: str
    upstream: str
    local: str
    lit: str
    lit_back: str
    receiving: str
    wrong: str
    accent: str
    negative: str
    zero: str
    positive: str
    line_width: float = 1.6


LIGHT = Colours(
    "light",
    paper="#ffffff",
    panel="#f4f5f7",
    field="#ffffff",
    ink="#1b1f27",
    faint="#646c7a",
    line="#5b6472",
    value="#12742f",
    gradient="#b3201c",
    upstream="#8a3b00",
    local="#1d4ed8",
    lit="#d9f2df",
    lit_back="#fde4e1",
    receiving="#fff3c9",
    wrong="#b3201c",
    accent="#1d5fbf",
    negative="#d9740d",
    zero="#f3f3f3",
    positive="#1f6fc4",
)
DARK = replace(
    LIGHT,
    name="dark",
    paper="#16191f",
    panel="#1d2128",
    field="#242932",
    ink="#e8eaee",
    faint="#9aa3b2",
    line="#8e98a8",
    value="#6fd58c",
    gradient="#ff8f86",
    upstream="#f5b35c",
    local="#8db8ff",
    lit="#1f4a2c",
    lit_back="#56292a",
    receiving="#4d4420",
    wrong="#ff8f86",
    accent="#6ea8f5",
    negative="#ef9440",
    zero="#2b3038",
    positive="#5aa2ee",
)
PROJECTOR = replace(
    LIGHT,
    name="projector",
    ink="#000000",
    faint="#3f4650",
    line="#2b313b",
    value="#00601f",
    gradient="#a10f0b",
    line_width=2.4,
)
COLOUR_BLIND = replace(
    LIGHT,
    name="colour-blind",
    value="#0a5ca8",
    gradient="#a64b00",
    upstream="#6b4a00",
    local="#6a2c91",
    lit="#d8e9f9",
    lit_back="#fbe3cd",
)
ALL_COLOURS = (LIGHT, DARK, PROJECTOR, COLOUR_BLIND)  # the first are those of a new installation
# Okabe and Ito's colours, which colour-blind people can distinguish, for the classes of data
CLASSES = (
    "#0072b2",
    "#e69f00",
    "#009e73",
    "#cc79a7",
    "#56b4e9",
    "#d55e00",
    "#f0e442",
    "#999999",
    "#000000",
    "#8c564b",
)
