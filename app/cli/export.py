"""The sub-command `export`: a program, or a project with its training, as a script or as a model."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.outputs import check_outputs, force_argument
from app.cli.parser import Subcommand, program_arguments
from app.cli.programs import requested
from app.cli.terminal import write
from core.base.errors import Problem, either
from core.export.options import Options
from core.project.document import SUFFIX, Document
from core.service.export_kinds import EXPORT_KINDS, ExportKind
from core.service.request import Refusal, Request, typed_hint

if TYPE_CHECKING:
    from core.service.export_kinds import TrainingWriter, Written

SCREEN = "-"
ALONE = "With --formula the program is exported without its training"
SUFFIXES = either(dict.fromkeys(kind.suffix for kind in EXPORT_KINDS))


def _arguments(parser: argparse.ArgumentParser) -> None:
    program_arguments(parser, shown=False)
    parser.add_argument(
        "-o",
        dest="path",
        metavar="FILE",
        default=SCREEN,
        help=f"a {SUFFIXES} file to write to, or - for a script on stdout (-)",
    )
    force_argument(parser)
    flags = parser.add_mutually_exclusive_group()
    for kind in EXPORT_KINDS:
        if kind.flag:
            flags.add_argument(f"--{kind.flag}", action="store_true", help=kind.says)
    parser.add_argument(
        "--formula", action="store_true", help="of a project, the program alone without its training"
    )
    parser.add_argument("--gradients", action="store_true", help="an ONNX model of both passes")
    precision = parser.add_mutually_exclusive_group()
    for name, said in (("float32", "single precision (of a training)"), ("float64", "double (of a formula)")):
        precision.add_argument(f"--{name}", action="store_true", help=f"an ONNX model in {said}")


def _run(args: argparse.Namespace) -> int:
    request, document = requested(args)
    kind, options = _kind(args), _options(args)
    check_outputs([Path(args.path)] if args.path != SCREEN else [], args.force)
    if kind.training and args.program.endswith(SUFFIX) and not args.formula:
        made = _of_training(kind.training, request, document, options)
    else:
        made = kind.program(request.trace(typed_hint), options)
    if isinstance(made, str) and args.path == SCREEN:
        write(made)
        return 0
    from app.system.disk import write_atomically

    write_atomically(Path(args.path), made.encode() if isinstance(made, str) else made)
    return 0


def _kind(args: argparse.Namespace) -> ExportKind:
    """The kind that file and options ask for. Raises Problem where they do not fit."""
    suffix = EXPORT_KINDS[0].suffix if args.path == SCREEN else Path(args.path).suffix
    fitting = [kind for kind in EXPORT_KINDS if kind.suffix == suffix]
    if not fitting:
        raise Problem(f"An export is a {SUFFIXES} file, not {args.path}")
    flagged = next((kind for kind in EXPORT_KINDS if kind.flag and getattr(args, kind.flag)), None)
    if flagged and flagged not in fitting:
        said = f"--{flagged.flag} writes {flagged.described}, a {flagged.suffix} file, not {args.path}"
        raise Problem(said)
    found = flagged or fitting[0]
    for kind in EXPORT_KINDS:
        for option in kind.options:
            if getattr(args, option) and option not in found.options:
                hint = f"Add -o and a name such as net{kind.suffix}"
                raise Problem(f"--{option} is for {kind.name}s", hint=hint)
    return found


def _options(args: argparse.Namespace) -> Options:
    from app.system.version import program_version

    return Options(
        program_version(), "float32" if args.float32 else "float64" if args.float64 else "", args.gradients
    )


def _of_training(training: TrainingWriter, request: Request, document: Document, options: Options) -> Written:
    """The project's program or network with the training's data and optimizer. Raises Problem or Refusal."""
    from core.training.setup import setup

    network = document.training.trains_network
    if request.output or (request.values and network):
        what = "values to start from" if request.values else "output"
        raise Problem(f"The training chooses the {what} of what it trains", hint=ALONE)
    try:
        values, unknown = {**document.values, **request.values}, document.guessed - request.values.keys()
        made = setup(document.training, document.text, values, unknown)
        return training(made, options)
    except Problem as problem:
        said = Problem(problem.message, problem.span, f"{problem.hint}. {ALONE}" if problem.hint else ALONE)
        raise Refusal(said, "" if network else document.text) from None


EXPORT = Subcommand(
    "export",
    f"Write the program as {either(kind.described for kind in EXPORT_KINDS)}.",
    """\
  chainlight export '(x+y)z' x=-2 y=5 z=-4
  chainlight export 'σ(w·x + b)' --defaults --numpy -o neuron.py
  chainlight export lecture.chainlight -o net.py
  chainlight export lecture.chainlight -o net.onnx""",
    _arguments,
    _run,
)
