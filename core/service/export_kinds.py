"""What a program and its training can be exported as: one table for the window, commands and documents.

What writes an export is loaded when it is written.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from core.export.options import Options
    from core.passes.trace import Trace
    from core.training.setup import TrainingSetup

    Written = str | bytes
    ProgramWriter = Callable[[Trace, Options], Written]
    TrainingWriter = Callable[[TrainingSetup, Options], Written]


class ExportKind(Struct, frozen=True):
    """A kind of file: what writes one of a program, and of a training where there is such a file.

    `flag` is the option of the command line that chooses it in the place of the first kind with its suffix,
    with the help `says`; `options` are those of Options that it heeds. A file of a training holds `trained`.
    """

    name: str
    suffix: str
    program: ProgramWriter
    training: TrainingWriter | None = None
    trained: str = "Training"
    flag: str = ""
    says: str = ""
    options: tuple[str, ...] = ()

    @property
    def described(self) -> str:
        """The name with its article."""
        return f"{'an' if self.name[0] in 'AEIOU' else 'a'} {self.name}"


def _pytorch_program(trace: Trace, options: Options) -> str:
    from core.export.torch.script import pytorch_script

    return pytorch_script(trace)


def _pytorch_training(setup: TrainingSetup, options: Options) -> str:
    from core.export.torch.module import torch_module

    return torch_module(setup)


def _numpy_program(trace: Trace, options: Options) -> str:
    from core.export.numpy.script import numpy_script

    return numpy_script(trace)


def _onnx_program(trace: Trace, options: Options) -> bytes:
    from core.export.onnx.model import formula_model

    return formula_model(trace.graph, trace.inputs, options)


def _onnx_training(setup: TrainingSetup, options: Options) -> bytes:
    from core.export.onnx.model import trained_model

    return trained_model(setup, options)


EXPORT_KINDS = (
    ExportKind("PyTorch script", ".py", _pytorch_program, _pytorch_training),
    ExportKind(
        "NumPy script",
        ".py",
        _numpy_program,
        flag="numpy",
        says="both passes as a NumPy script, a line for each step",
    ),
    ExportKind(
        "ONNX model",
        ".onnx",
        _onnx_program,
        _onnx_training,
        trained="Trained program",
        options=("gradients", "float32", "float64"),
    ),
)
