"""The command `export`: a program, or a project with its training, as a script of another library."""

import argparse
from pathlib import Path

from core.document import Document
from core.errors import Problem
from core.request import Refusal, Request, typed_hint

SCREEN = "-"
ALONE = "With --formula the program is exported without its training"


def export_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "-o",
        dest="path",
        metavar="FILE",
        default=SCREEN,
        help="a .py file to write to, or - for stdout (-)",
    )
    parser.add_argument(
        "--numpy", action="store_true", help="both passes as a NumPy script, a line for each step"
    )
    parser.add_argument(
        "--formula", action="store_true", help="of a project, the program alone without its training"
    )


def write_script(words: argparse.Namespace, request: Request, document: Document) -> int:
    """Write the script that is asked for. Raises Problem or Refusal."""
    if words.path != SCREEN and Path(words.path).suffix != ".py":
        raise Problem(f"A script is a .py file, not {words.path}")
    trained = words.program.endswith(".chainlight") and not (words.numpy or words.formula)
    text = _trained(request, document) if trained else _formula(request, words.numpy)
    if words.path == SCREEN:
        print(text, end="")
        return 0
    try:
        Path(words.path).write_text(text, encoding="utf-8", newline="\n")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "this is not a file's name"
        raise Problem(f"Cannot write {words.path}: {str(reason).lower()}") from None
    return 0


def _formula(request: Request, numpy: bool) -> str:
    from core.export.numpy_script import numpy_script
    from core.export.pytorch import pytorch_script

    return (numpy_script if numpy else pytorch_script)(request.story(typed_hint))


def _trained(request: Request, document: Document) -> str:
    """The project's program or network with the lab's data and optimiser. Raises Problem or Refusal."""
    from core.export.torch_module import torch_module
    from core.training.setup import setup

    network = document.lab.trains == "network"
    if request.output or (request.values and network):
        what = "values to start from" if request.values else "output"
        raise Problem(f"The lab chooses the {what} of what it trains", hint=ALONE)
    try:
        return torch_module(setup(document.lab, document.text, {**document.values, **request.values}))
    except Problem as problem:
        told = Problem(problem.message, problem.span, f"{problem.hint}. {ALONE}" if problem.hint else ALONE)
        raise Refusal(told, "" if network else document.text) from None
