"""The sub-command `figure`: pictures of one step or of all, for slides made by a script."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

from app.cli.parser import Subcommand, program_arguments, unfold_argument, whole_number
from app.cli.programs import requested
from app.figures.kinds import FIGURE_KINDS
from app.widgets.colours import ALL_COLOURS
from core.base.errors import Problem, either
from core.service.request import typed_hint

THEME_NAMES = [colours.name for colours in ALL_COLOURS]


def _arguments(parser: argparse.ArgumentParser) -> None:
    program_arguments(parser)
    parser.add_argument("-o", dest="path", metavar="FILE", help=f"where to write: {_suffixes()}")
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--step",
        metavar="STEP",
        help="start, forward:2, seed, backward:3, end or a number (end)",
    )
    which.add_argument(
        "--all",
        action="store_true",
        help=f"every step: pages of a {_suffixes('pages')}, else numbered files",
    )
    parser.add_argument(
        "--highlight",
        choices=("step", "none"),
        help="what the last step lights up, or nothing (step; none at the end)",
    )
    usual = THEME_NAMES[0]
    parser.add_argument("--theme", metavar="NAME", default=usual, help=f"{either(THEME_NAMES)} ({usual})")
    parser.add_argument(
        "--dpi",
        metavar="N",
        type=whole_number(10, 2400),
        default=300,
        help=f"dots per inch of a {_suffixes('pixels')} (300)",
    )
    parser.add_argument("--transparent", action="store_true", help="leave the background out")
    unfold_argument(parser)


def _suffixes(*facts: str) -> str:
    """The suffixes of figures, of all kinds or of those that have pages, or pixels."""
    return either(kind.suffix for kind in FIGURE_KINDS if all(getattr(kind, fact) for fact in facts))


def _run(args: argparse.Namespace) -> int:
    if not args.path:
        raise Problem(
            "A figure needs a file to be written to", hint="Add -o and its name, such as -o fig.svg"
        )
    request, document = requested(args)
    trace = request.trace(typed_hint)
    step = "" if args.all else args.step or "end"
    count = trace.position(step or "end")
    os.environ["QT_QPA_PLATFORM"] = "offscreen"  # a picture needs no screen, not even one that is there
    from app.figures.files import write_figure, write_pages
    from app.figures.headless import drawing_program
    from app.formula import measured
    from app.widgets.theme import THEMES
    from core.figure import Figures, Options, draw

    if args.theme not in THEME_NAMES:
        raise Problem(f"There is no theme {args.theme}", hint=f"The themes are {', '.join(THEME_NAMES)}")
    with drawing_program():
        drawing = draw(trace, document.moved, Options(digits=args.digits), measured)
        lit = (args.highlight or ("none" if step == "end" else "step")) != "none"
        figures = Figures(drawing, trace, lit)
        options: dict[str, Any] = {
            "dpi": args.dpi,
            "title": request.program,
            "transparent": args.transparent,
        }
        path, theme = Path(args.path), THEMES[args.theme]
        if args.all:
            write_pages([figures.at(i) for i in range(len(trace) + 1)], path, theme, **options)
        else:
            write_figure(figures.at(count), path, theme, **options)
    return 0


FIGURE = Subcommand(
    "figure",
    "Draw the graph at a step.",
    """\
  chainlight figure '(x+y)z' x=-2 y=5 z=-4 --step backward:3 -o fig.svg
  chainlight figure '(x+y)z' x=-2 y=5 z=-4 --all -o pass.pdf
  chainlight figure 'σ(w x + b)' --defaults --theme dark --dpi 150 -o neuron.png""",
    _arguments,
    _run,
)
