"""The colours of every theme by what they mean, without Qt, so that the command line can tell of them."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace


class Colours(Struct, frozen=True):
    """The colours of a theme, and how bold its lines are.

    Colours of text keep a contrast of 4.5:1 against all that they can stand on, colours of lines 3:1.
    `ground` is what gradients stand on, so that they differ from values in grey print too; the fills of both
    passes, `lit` and `lit_back`, differ in lightness.
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
    ground: str
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
    lit_back="#f7c3bc",
    receiving="#fff3c9",
    ground="#fbe7e4",
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
    lit="#1a4026",
    lit_back="#8b4441",
    receiving="#453d1c",
    ground="#3a2527",
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
    lit_back="#efc092",
    ground="#f9e7d6",
)
PRINT = replace(
    LIGHT,
    name="print",
    panel="#f4f4f4",
    ink="#000000",
    faint="#595959",
    line="#404040",
    value="#000000",
    gradient="#4d4d4d",
    upstream="#333333",
    local="#595959",
    lit="#e6e6e6",
    lit_back="#c6c6c6",
    receiving="#ffffff",
    ground="#ebebeb",
    wrong="#000000",
    accent="#404040",
    negative="#8c8c8c",
    zero="#ffffff",
    positive="#404040",
    line_width=1.0,
)
HIGH_CONTRAST = replace(
    LIGHT,
    name="high-contrast",
    panel="#ffffff",
    ink="#000000",
    faint="#3a3a3a",
    line="#000000",
    value="#00501a",
    gradient="#8f0a06",
    upstream="#5f2700",
    local="#0b2f9b",
    lit="#c4f2d0",
    lit_back="#f5a79e",
    receiving="#ffe873",
    ground="#fbdfdb",
    wrong="#8f0a06",
    accent="#003d99",
    negative="#b35900",
    zero="#ffffff",
    positive="#004a99",
    line_width=2.2,
)
ALL_COLOURS = (
    LIGHT,
    DARK,
    PROJECTOR,
    COLOUR_BLIND,
    PRINT,
    HIGH_CONTRAST,
)  # the first are those of a new installation
# of three and more classes of data: none is near the colours of signed numbers, and each can be told from the
# paper of all themes, 3:1; beside its colour a class has a shape
CLASSES = (
    "#00946b",
    "#8d4fc4",
    "#9a8500",
    "#d0346f",
    "#1295a0",
    "#7d8590",
    "#5a8f1f",
    "#b55fb8",
    "#b0485e",
    "#66778f",
)
