"""The command without a sub-command: it opens the window, on a project or on a formula."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from app.cli.parser import Parser, Subcommand, with_true_minus
from app.cli.terminal import write
from app.shell.opening import open_window
from core.base.errors import Problem
from core.lectures.catalogue import scene_file
from core.notation.nearest import nearest
from core.project.document import SUFFIX, Document
from core.service.request import typed_values

EXAMPLES = """\
  chainlight
  chainlight lecture.chainlight
  chainlight U6
  chainlight '(x+y)z' x=-2 y=5 z=-4
  chainlight grad '(x+y)z' x=-2 y=5 z=-4
  chainlight figure '(x+y)z' x=-2 y=5 z=-4 --step backward:3 -o fig.svg"""
PATH = re.compile(rf"~?/|\.\.?[/\\]|[A-Za-z]:[/\\]|.*{re.escape(SUFFIX)}$", re.IGNORECASE | re.DOTALL)
ONE_WORD = re.compile(r"[^\W\d_]{3,}")  # of three letters or more: as a formula it would be a name alone


def run_window(words: Sequence[str], subcommands: Mapping[str, Subcommand]) -> int:
    """Open the window on what the words say; the exit status. Raises Problem.

    The help lists the sub-commands, and a mistyped one is recognised.
    """
    table = "\n".join(f"  {name:<8}{subcommand.says}" for name, subcommand in subcommands.items())
    says = "See backpropagation: from the formula you type, through both passes, to training."
    parser = Parser("chainlight", f"{says}\n\ncommands:\n{table}", EXAMPLES)
    parser.add_argument(
        "start",
        metavar="FORMULA|FILE",
        nargs="?",
        help=f"what to open: a formula, a scene such as U6, or a project, which ends in {SUFFIX}, "
        "begins with /, ./ or ../, or is a file that exists",
    )
    parser.add_argument("values", metavar="NAME=VALUE", nargs="*", help="x=-2, w=[1, 2], for a formula")
    parser.add_argument("--version", action=_Version, nargs=0, help="show the version and exit")
    parser.add_argument("--reset", action="store_true", help="forget all settings, then open the window")
    options = parser.parse_intermixed_args(with_true_minus(words))
    return open_window(_start(options.start, options.values, subcommands), reset=options.reset)


def _start(word: str | None, values: Sequence[str], known: Iterable[str]) -> Path | Document | None:
    """What the window opens on: a project or a formula. Raises Problem."""
    if word is None:
        return None
    if (scene := scene_file(word)) and not values:
        return scene.document()
    is_file = os.path.isfile(word)  # noqa: PTH113 - False where the system cannot even ask
    if not is_file and not PATH.match(word):
        if ONE_WORD.fullmatch(word) and not values:
            meant = nearest(word, list(known))
            hint = f"Did you mean chainlight {meant}?" if meant else f"A project ends in {SUFFIX}"
            raise Problem(f"There is no command or file {word}", hint=hint)
        return Document(word, typed_values(values))
    if values:
        raise Problem("A project has its own values", hint="Omit them, or give a formula")
    if not is_file:
        raise Problem(f"There is no file {word}", hint="Check its name and its folder")
    return Path(word)


class _Version(argparse.Action):
    """Says the version and ends."""

    def __call__(self, parser: argparse.ArgumentParser, *args: Any, **kwargs: Any) -> None:
        from app.system.version import program_version

        write(f"Chainlight {program_version()}\n")
        parser.exit()
