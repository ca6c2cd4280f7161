"""What the program and its training can be exported as, by the titles in the dialog."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from app.system.version import program_version
from core.export.options import Options
from core.service.export_kinds import EXPORT_KINDS, ExportKind

if TYPE_CHECKING:
    from app.state.training_session import TrainingSession


class Export(Struct, frozen=True):
    """A file of a kind: of the program, or of its training."""

    kind: ExportKind
    of_training: bool

    def contents(self, training: TrainingSession) -> bytes:
        """What stands in the file. Raises Problem where there can be none."""
        options = Options(program_version())
        if self.of_training and self.kind.training:
            made = self.kind.training(training.present(), options)
        else:
            made = self.kind.program(training.session.trace, options)
        return made.encode() if isinstance(made, str) else made


EXPORTS = {f"Program as {kind.name}": Export(kind, of_training=False) for kind in EXPORT_KINDS} | {
    f"{kind.trained} as {kind.name}": Export(kind, of_training=True) for kind in EXPORT_KINDS if kind.training
}
