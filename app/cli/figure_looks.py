"""The options of `figure` that say how a file looks, whatever is shown in it."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from app.cli.parser import choice, whole_number
from app.figures.kinds import FIGURE_KINDS, FigureKind
from app.widgets.colours import ALL_COLOURS
from core.base.errors import Problem, either

THEME_NAMES = [colours.name for colours in ALL_COLOURS]


def suffixes(*facts: str) -> str:
    """The suffixes of figures, of all kinds or of those that have pages, or pixels."""
    return either(kind.suffix for kind in FIGURE_KINDS if all(getattr(kind, fact) for fact in facts))


def looks_arguments(parser: argparse.ArgumentParser) -> None:
    """Add colours, resolution, what text is, and paper or none."""
    usual = THEME_NAMES[0]
    parser.add_argument("--theme", metavar="NAME", default=usual, help=f"{either(THEME_NAMES)} ({usual})")
    parser.add_argument(
        "--dpi",
        metavar="N",
        type=whole_number(10, 2400),
        default=300,
        help=f"dots per inch of a {suffixes('pixels')} (300)",
    )
    parser.add_argument(
        "--text",
        **choice(("outlines", "fonts")),
        help=f"of a {suffixes('texts')}: outlines, the same everywhere, or text in fonts within (outlines)",
    )
    parser.add_argument("--transparent", action="store_true", help="leave the background out")


def check_theme(name: str) -> None:
    """Raise Problem where there is no theme of a name."""
    if name not in THEME_NAMES:
        raise Problem(f"There is no theme {name}", hint=f"The themes are {', '.join(THEME_NAMES)}")


def looks_remarks(args: argparse.Namespace, kind: FigureKind) -> Iterator[str]:
    """What to say of options that change nothing in a kind of file."""
    if args.text and not kind.texts:
        yield f"--text {args.text} changes nothing; only a {suffixes('texts')} has a choice"
