"""Every theme can be read, also in grey and by the colour-blind: contrasts, and what tells roles apart."""

import numpy as np
import pytest
from PySide6.QtGui import QColor

from app.widgets.theme import THEMES, mixed, rgb
from core.base.shades import shades, takes_black
from core.figure import IDLE

# Machado, Oliveira and Fernandes, "A physiologically-based model for simulation of color vision deficiency"
# (2009), severity 1: what linear red, green and blue become
DEFICIENCIES = {
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
    "grey": [[0.2126, 0.7152, 0.0722]] * 3,
}
SEEN = {"all colours": np.eye(3), **{name: np.array(matrix) for name, matrix in DEFICIENCIES.items()}}
# linear sRGB to CIE XYZ, white D65
XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def linear(colour):
    """Linear red, green and blue of a colour in sRGB (IEC 61966-2-1)."""
    parts = np.array(QColor(colour).getRgbF()[:3])
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def contrast(one, other):
    """WCAG's contrast of two colours."""
    low, high = sorted(0.05 + linear(colour) @ XYZ[1] for colour in (one, other))
    return high / low


def lab(colour, seen):
    """A colour's place in CIELAB as somebody sees it: lightness from 0 to 100, and two of hue."""
    x, y, z = XYZ @ np.clip(seen @ linear(colour), 0, 1) / (XYZ @ np.ones(3))
    fx, fy, fz = (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in (x, y, z))
    return np.array([116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)])


def lighter(one, other, seen):
    """How much lighter a colour is seen than another."""
    return abs(lab(one, seen)[0] - lab(other, seen)[0])


@pytest.fixture(params=THEMES.values(), ids=THEMES)
def theme(request):
    return request.param


def grounds(theme):
    """What text and lines of a figure stand on: paper, and the ground of a frame."""
    return theme.colour("paper"), mixed(theme.colour("line"), theme.colour("paper"), 0.94)


def test_all_text_of_a_figure_stands_out_4_5_to_1(theme):
    """Each colour of text from each ground it can stand on, in figures and in panels."""
    least = 7 if theme.name == "high-contrast" else 4.5
    pairs = [(part, ground) for part in ("ink", "faint", "value", "gradient") for ground in grounds(theme)]
    pairs += [("ink", theme.colour(fill)) for fill in ("lit", "lit_back", "receiving")]
    pairs += [("gradient", theme.colour("ground"))]
    for part in ("ink", "faint", "value", "gradient", "upstream", "local", "wrong"):
        pairs += [(part, theme.colour(ground)) for ground in ("paper", "panel", "field")]
    low = {(part, ground.name()): contrast(theme.colour(part), ground) for part, ground in pairs}
    assert {pair: found for pair, found in low.items() if found < least} == {}


def test_all_lines_of_a_figure_stand_out_3_to_1(theme):
    """Arrows, also those on which nothing has come yet, outlines from what they enclose, and frames."""
    waiting = mixed(theme.colour("paper"), theme.colour("line"), IDLE)
    lines = [waiting, *(theme.colour(part) for part in ("line", "value", "gradient", "accent"))]
    pairs = [(line, ground) for line in lines for ground in grounds(theme)]
    fills = {"value": ["lit"], "gradient": ["lit_back", "receiving"]}
    pairs += [(theme.colour(line), theme.colour(fill)) for line in fills for fill in fills[line]]
    low = {(line.name(), ground.name()): contrast(line, ground) for line, ground in pairs}
    assert {pair: found for pair, found in low.items() if found < 3} == {}


def test_numbers_stand_out_4_5_to_1_in_cells_of_every_colour(theme):
    """Black or white, whichever is chosen, on every colour from sign to sign, and on those of pictures."""
    shares = np.linspace(-1, 1, 401)
    signed = [rgb(theme.colour(part)) for part in ("negative", "zero", "positive")]
    paper, ink = rgb(theme.colour("paper")), rgb(theme.colour("ink"))
    for ends in (signed, (paper, paper, ink)):
        colours = shades(shares, *ends)
        for colour, black in zip(colours, takes_black(colours), strict=True):
            ground = QColor(*map(int, colour))
            assert contrast(QColor("black" if black else "white"), ground) >= 4.5, ground.name()


@pytest.mark.parametrize("seen", SEEN.values(), ids=SEEN)
def test_fills_of_both_passes_differ_in_lightness(theme, seen):
    """A node that is computed from one that sends a gradient; one that receives has a broken outline too."""
    assert lighter(theme.lit, theme.lit_back, seen) >= 7
    assert lighter(theme.receiving, theme.lit_back, seen) >= 7
    assert lighter(theme.lit_back, theme.paper, seen) >= 7


@pytest.mark.parametrize("seen", SEEN.values(), ids=SEEN)
def test_the_ground_of_gradients_is_seen(theme, seen):
    assert lighter(theme.ground, theme.paper, seen) >= 5


@pytest.mark.parametrize("seen", [seen for name, seen in SEEN.items() if name != "grey"])
def test_colours_of_both_signs_differ(theme, seen):
    """Also to the colour-blind; in grey a bar in each cell tells what is negative."""
    if theme.name != "print":
        assert np.linalg.norm(lab(theme.negative, seen) - lab(theme.positive, seen)) >= 20


def test_the_print_theme_is_grey_and_thin_on_white_paper():
    theme = THEMES["print"]
    colours = [getattr(theme, part) for part in theme.__struct_fields__ if part not in ("name", "line_width")]
    assert {QColor(colour).saturation() for colour in colours} == {0}
    assert theme.paper == "#ffffff" and theme.line_width < min(
        other.line_width for name, other in THEMES.items() if name != "print"
    )
