"""The table of sub-commands; what is no sub-command is for the window."""

from __future__ import annotations

from collections.abc import Sequence

from app.cli.derive import DERIVE
from app.cli.export import EXPORT
from app.cli.figure import FIGURE
from app.cli.grad import GRAD
from app.cli.listing import LISTING
from app.cli.parser import Parser, with_true_minus
from app.cli.scenes import SCENES
from app.cli.train import TRAIN
from app.cli.window import run_window

SUBCOMMANDS = {
    subcommand.name: subcommand for subcommand in (GRAD, TRAIN, FIGURE, DERIVE, LISTING, EXPORT, SCENES)
}


def run_command(words: Sequence[str]) -> int:
    """Do what some words ask for; the exit status. Raises Problem or Refusal."""
    subcommand = SUBCOMMANDS.get(words[0])
    if subcommand is None:
        return run_window(words, SUBCOMMANDS)
    parser = Parser(f"chainlight {subcommand.name}", subcommand.says, subcommand.examples)
    subcommand.arguments(parser)
    return subcommand.run(parser.parse_intermixed_args(with_true_minus(words[1:])))
