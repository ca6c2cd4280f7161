"""What the window's program and its training can be exported as, by the names in the dialog."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from app.state.version import program_version
from core.base.dataclass import dataclass
from core.export.numpy.script import numpy_script
from core.export.onnx.model import Options, formula_model, trained_model
from core.export.torch.module import torch_module
from core.export.torch.script import pytorch_script
from core.passes.steps import Story
from core.training.setup import Setup, setup

if TYPE_CHECKING:
    from app.shell.window import Window


@dataclass(frozen=True)
class Export:
    """A kind of file and its contents; `made` raises Problem where there can be none."""

    suffix: str
    made: Callable[[Window], bytes]


def _of_program(suffix: str, write: Callable[[Story], str | bytes]) -> Export:
    return Export(suffix, lambda window: _bytes(write(window.session.story)))


def _of_training(suffix: str, write: Callable[[Setup], str | bytes]) -> Export:
    return Export(suffix, lambda window: _bytes(write(_training(window))))


def _training(window: Window) -> Setup:
    """What the training panel trains, at the weights it has reached. Raises Problem."""
    lab, document = window.lab_dock.made, window.session.document
    found = lab.at_present() if lab else None
    return found or setup(document.lab, document.text, document.values)


def _bytes(made: str | bytes) -> bytes:
    return made.encode() if isinstance(made, str) else made


def _program_in_onnx(story: Story) -> bytes:
    return formula_model(story.graph, story.inputs, Options(program_version()))


def _training_in_onnx(setup: Setup) -> bytes:
    return trained_model(setup, Options(program_version()))


EXPORTS = {
    "Program as PyTorch script": _of_program("py", pytorch_script),
    "Program as NumPy script": _of_program("py", numpy_script),
    "Program as ONNX model": _of_program("onnx", _program_in_onnx),
    "Training as PyTorch script": _of_training("py", torch_module),
    "Trained program as ONNX model": _of_training("onnx", _training_in_onnx),
}
