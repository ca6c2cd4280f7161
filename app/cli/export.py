"""The command `export`: a program, or a project with its training, as a script or as a model."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.terminal import write
from core.base.errors import Problem
from core.project.document import Document
from core.service.request import Refusal, Request, typed_hint

if TYPE_CHECKING:
    from core.export.onnx.model import Options

SCREEN = "-"
ALONE = "With --formula the program is exported without its training"
SCRIPT, MODEL = ".py", ".onnx"
OF_MODELS = ("gradients", "float32", "float64")


def export_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "-o",
        dest="path",
        metavar="FILE",
        default=SCREEN,
        help="a .py or .onnx file to write to, or - for a script on stdout (-)",
    )
    parser.add_argument(
        "--numpy", action="store_true", help="both passes as a NumPy script, a line for each step"
    )
    parser.add_argument(
        "--formula", action="store_true", help="of a project, the program alone without its training"
    )
    parser.add_argument("--gradients", action="store_true", help="an ONNX model of both passes")
    precision = parser.add_mutually_exclusive_group()
    for name, said in (("float32", "single precision (of a training)"), ("float64", "double (of a formula)")):
        precision.add_argument(f"--{name}", action="store_true", help=f"an ONNX model in {said}")


def write_export(words: argparse.Namespace, request: Request, document: Document) -> int:
    """Write what is asked for. Raises Problem or Refusal."""
    _check(words)
    trained = words.program.endswith(".chainlight") and not (words.numpy or words.formula)
    made = _trained(words, request, document) if trained else _formula(words, request)
    if isinstance(made, str) and words.path == SCREEN:
        write(made)
        return 0
    from app.state.disk import write_atomically

    write_atomically(Path(words.path), made.encode() if isinstance(made, str) else made)
    return 0


def _check(words: argparse.Namespace) -> None:
    """Raise Problem where file and options do not fit."""
    if words.path != SCREEN and Path(words.path).suffix not in (SCRIPT, MODEL):
        raise Problem(f"A script is a {SCRIPT} file and an ONNX model an {MODEL} file, not {words.path}")
    if words.numpy and _is_model(words):
        raise Problem(f"--numpy writes a script, a {SCRIPT} file, not {words.path}")
    for option in OF_MODELS:
        if getattr(words, option) and not _is_model(words):
            raise Problem(f"--{option} is for ONNX models", hint="Add -o and a name such as net.onnx")


def _is_model(words: argparse.Namespace) -> bool:
    return Path(words.path).suffix == MODEL


def _options(words: argparse.Namespace) -> Options:
    from app.state.version import program_version
    from core.export.onnx.model import Options
    from core.export.onnx.tensors import DOUBLE, FLOAT

    element = FLOAT if words.float32 else DOUBLE if words.float64 else None
    return Options(program_version(), element, words.gradients)


def _formula(words: argparse.Namespace, request: Request) -> str | bytes:
    story = request.story(typed_hint)
    if _is_model(words):
        from core.export.onnx.model import formula_model

        return formula_model(story.graph, story.inputs, _options(words))
    from core.export.numpy.script import numpy_script
    from core.export.torch.script import pytorch_script

    return (numpy_script if words.numpy else pytorch_script)(story)


def _trained(words: argparse.Namespace, request: Request, document: Document) -> str | bytes:
    """The project's program or network with the lab's data and optimizer. Raises Problem or Refusal."""
    from core.training.setup import setup

    network = document.lab.trains == "network"
    if request.output or (request.values and network):
        what = "values to start from" if request.values else "output"
        raise Problem(f"The lab chooses the {what} of what it trains", hint=ALONE)
    try:
        made = setup(document.lab, document.text, {**document.values, **request.values})
        if _is_model(words):
            from core.export.onnx.model import trained_model

            return trained_model(made, _options(words))
        from core.export.torch.module import torch_module

        return torch_module(made)
    except Problem as problem:
        told = Problem(problem.message, problem.span, f"{problem.hint}. {ALONE}" if problem.hint else ALONE)
        raise Refusal(told, "" if network else document.text) from None
