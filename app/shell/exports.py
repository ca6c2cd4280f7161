"""What the program and its training can be exported as, by the titles in the dialog."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec import Struct

from app.system.version import program_version
from core.export.options import Options
from core.service.export_kinds import EXPORT_KINDS

if TYPE_CHECKING:
    from app.state.lab_session import LabSession
    from core.service.export_kinds import ProgramWriter, TrainingWriter, Written


class Export(Struct, frozen=True):
    """A kind of file and its contents; `made` raises Problem where there can be none."""

    suffix: str
    made: Callable[[LabSession], bytes]


def _of_program(suffix: str, write: ProgramWriter) -> Export:
    return Export(suffix, lambda lab: _bytes(write(lab.session.trace, _options())))


def _of_training(suffix: str, write: TrainingWriter) -> Export:
    return Export(suffix, lambda lab: _bytes(write(lab.present(), _options())))


def _options() -> Options:
    return Options(program_version())


def _bytes(made: Written) -> bytes:
    return made.encode() if isinstance(made, str) else made


EXPORTS = {f"Program as {kind.name}": _of_program(kind.suffix, kind.program) for kind in EXPORT_KINDS} | {
    f"{kind.trained} as {kind.name}": _of_training(kind.suffix, kind.training)
    for kind in EXPORT_KINDS
    if kind.training
}
