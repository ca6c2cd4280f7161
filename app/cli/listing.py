"""The sub-command `listing`: both passes line by line, as mathematics or as code that runs."""

from __future__ import annotations

import argparse

from app.cli.parser import Subcommand, choice, notation_argument, program_arguments, unfold_argument
from app.cli.programs import notation_of, requested
from app.cli.terminal import say, write
from core.service.listing import TEXTS, listing_text
from core.service.request import typed_hint


def _arguments(parser: argparse.ArgumentParser) -> None:
    program_arguments(parser)
    parser.add_argument(
        "--as",
        dest="form",
        **choice(tuple(TEXTS)),
        default="math",
        help="a table of mathematics with values and gradients, LaTeX, or a script that runs (math)",
    )
    notation_argument(parser)
    parser.add_argument(
        "--step",
        metavar="STEP",
        help="of math: what is known at start, forward:2, seed, backward:3, end or a number (end)",
    )
    unfold_argument(parser)


def _run(args: argparse.Namespace) -> int:
    request, document = requested(args)
    trace = request.trace(typed_hint)
    count = None if args.step in (None, "end") else trace.position(args.step)
    write(listing_text(args.form, trace, notation_of(args, document), args.digits, count))
    if args.step is not None and args.form != "math":
        say("Note: --step changes nothing; only the table (--as math) has values and gradients.")
    return 0


LISTING = Subcommand(
    "listing",
    "List both passes line by line, as mathematics or as code.",
    """\
  chainlight listing '(x+y)z' x=-2 y=5 z=-4
  chainlight listing 'y = σ(w x + b); L = 1/2 (y - t)^2' w=1 x=2 b=-1 t=1 --notation delta --step backward:3
  chainlight listing '(x+y)z' x=-2 y=5 z=-4 --as latex --notation bar
  chainlight listing 'softmax(W x + b)' --defaults --as numpy""",
    _arguments,
    _run,
)
