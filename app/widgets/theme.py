"""The looks of the program, and giving it one: colours as Qt has them, fonts, heat maps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec.structs import asdict
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication

from app.widgets.colours import ALL_COLOURS, Colours
from core.base.arrays import Array
from core.base.lazy_numpy import np
from core.base.resources import BrokenInstallation, resource
from core.base.shades import shades

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Theme(Colours, frozen=True):
    """One look of the program: its colours as those of Qt."""

    def colour(self, part: str) -> QColor:
        return QColor(getattr(self, part))

    @property
    def roles(self) -> Mapping[str, QColor]:
        """The colours of a formula's tinted parts."""
        return _roles(self)

    @property
    def paths(self) -> Sequence[QColor]:
        """The colours of the paths of a node, the first for the largest."""
        return tuple(map(QColor, DARK_PATHS if self.dark else LIGHT_PATHS))

    @property
    def dark(self) -> bool:
        return QColor(self.paper).lightness() < 128


# apart from the roles of numbers; each at least 4.5 : 1 on the panel
LIGHT_PATHS = ("#7a3db8", "#00796b", "#b5179e", "#5c6300", "#49566a", "#9c4a1a")
DARK_PATHS = ("#c9a0f5", "#5fd3c4", "#f28adf", "#cdd35a", "#b3c0d4", "#f0a878")


@lru_cache(16)
def _roles(theme: Theme) -> Mapping[str, QColor]:
    parts = ("value", "gradient", "upstream", "local")
    return {part: theme.colour(part) for part in parts} | {
        "contribution": theme.colour("gradient"),
        "shape": theme.colour("faint"),
    }


THEMES = {colours.name: Theme(**asdict(colours)) for colours in ALL_COLOURS}
SIGNED = ("negative", "zero", "positive")  # the colours of entries by their sign
LIGHT, DARK = THEMES["light"], THEMES["dark"]


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
    app.setPalette(palette_of(theme))


def palette_of(theme: Theme) -> QPalette:
    """The colours of widgets in a theme."""
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
        group.BrightText: "wrong",  # the frame of a field whose text is not taken
    }.items():
        palette.setColor(role, theme.colour(part))
    palette.setColor(group.HighlightedText, QColor("#ffffff" if not theme.dark else "#10131a"))
    for role in (group.WindowText, group.Text, group.ButtonText):
        palette.setColor(
            QPalette.ColorGroup.Disabled, role, mixed(theme.colour("faint"), theme.colour("panel"), 0.35)
        )
    return palette


def mixed(a: QColor, b: QColor, share: float) -> QColor:
    """The colour a `share` of the way from a to b."""
    return QColor(*(round(x * (1 - share) + y * share) for x, y in zip(rgb(a), rgb(b), strict=True)))


def heat_colours(values: Array, theme: Theme, largest: float | None = None) -> NDArray[np.uint8]:
    """Signed values as RGB bytes, (…, 3): orange below 0, blue above, pale at 0; NaN is grey."""
    top = largest or float(np.max(np.abs(values), where=np.isfinite(values), initial=0.0)) or 1.0
    return shades(np.clip(values / top, -1, 1), *(rgb(theme.colour(part)) for part in SIGNED))


def rgb(colour: QColor) -> tuple[int, int, int]:
    """A colour's red, green and blue."""
    return colour.red(), colour.green(), colour.blue()


def icon_colour() -> QColor:
    """The colour of icons in the present theme."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    return app.palette().color(QPalette.ColorRole.ButtonText)
