"""Colours, pens and fonts by what they mean; light, dark, projector and colour-blind palettes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication

from core.base.arrays import Array
from core.base.lazy_numpy import np
from core.base.resources import BrokenInstallation, resource

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Theme(Struct, frozen=True):
    """One look. Text colours keep a contrast of 4.5:1 against `paper`, lines of 3:1."""

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

    def colour(self, part: str) -> QColor:
        return QColor(getattr(self, part))

    @property
    def roles(self) -> Mapping[str, QColor]:
        """The colours of a formula's tinted parts."""
        return _roles(self)

    @property
    def dark(self) -> bool:
        return QColor(self.paper).lightness() < 128


@lru_cache(16)
def _roles(theme: Theme) -> Mapping[str, QColor]:
    parts = ("value", "gradient", "upstream", "local")
    return {part: theme.colour(part) for part in parts} | {"contribution": theme.colour("gradient")}


LIGHT = Theme(
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
THEMES: dict[str, Theme] = {theme.name: theme for theme in (LIGHT, DARK, PROJECTOR, COLOUR_BLIND)}
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


# for QApplication: to call its setStyle(), PySide would make a class of 600 constants of what that returns
STYLE = ("-style", "Fusion")


def load_fonts() -> None:
    """Make the bundled fonts the program's own, so that a machine without fonts shows letters."""
    for name in ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "STIXTwoMath-Regular.ttf"):
        if QFontDatabase.addApplicationFont(str(resource("fonts", name))) < 0:
            raise BrokenInstallation(f"fonts/{name}", "is damaged")


def apply_theme(app: QApplication, theme: Theme, scale: float = 1.0) -> None:
    """Give the whole program a look; `scale` enlarges its text."""
    app.setFont(QFont("DejaVu Sans", round(10 * scale)))
    palette = QPalette()
    group = QPalette.ColorRole
    for role, part in {
        group.Window: "panel",
        group.Base: "field",
        group.AlternateBase: "panel",
        group.ToolTipBase: "field",
        group.Button: "panel",
        group.WindowText: "ink",
        group.Text: "ink",
        group.ButtonText: "ink",
        group.ToolTipText: "ink",
        group.PlaceholderText: "faint",
        group.Highlight: "accent",
        group.Link: "accent",
    }.items():
        palette.setColor(role, theme.colour(part))
    palette.setColor(group.HighlightedText, QColor("#ffffff" if not theme.dark else "#10131a"))
    for role in (group.WindowText, group.Text, group.ButtonText):
        palette.setColor(
            QPalette.ColorGroup.Disabled, role, mixed(theme.colour("faint"), theme.colour("panel"), 0.35)
        )
    app.setPalette(palette)


def mixed(a: QColor, b: QColor, share: float) -> QColor:
    """The colour a `share` of the way from a to b."""
    return QColor(*(round(x * (1 - share) + y * share) for x, y in zip(_rgb(a), _rgb(b), strict=True)))


def heat_colours(values: Array, theme: Theme, largest: float | None = None) -> NDArray[np.uint8]:
    """Signed values as RGB bytes, (…, 3): orange below 0, blue above, pale at 0; NaN is grey."""
    top = largest if largest else float(np.nanmax(np.abs(values), initial=0.0)) or 1.0
    share = np.clip(np.nan_to_num(values / top, nan=0.0, posinf=1.0, neginf=-1.0), -1, 1)[..., None]
    zero, negative, positive = (
        np.array(_rgb(theme.colour(part)), float) for part in ("zero", "negative", "positive")
    )
    found = zero + np.abs(share) * (np.where(share < 0, negative, positive) - zero)
    found[np.isnan(values)] = 128
    return np.asarray(found.round(), dtype=np.uint8)


def _rgb(colour: QColor) -> tuple[int, int, int]:
    return colour.red(), colour.green(), colour.blue()


def icon_colour() -> QColor:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    return app.palette().color(QPalette.ColorRole.ButtonText)
