"""The scenes that travel with the program, lecture by lecture, and how one is found by its id.

LECTURES   the lectures in their order, each with its title
SceneFile  one scene: its file, and what a list shows of it
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from msgspec import Struct

from core.base.errors import Problem
from core.base.resources import resource
from core.project.document import SUFFIX, Document, loads
from core.project.scene import Scene

LECTURES: Mapping[str, str] = {
    "cs4501": "CS 4501 Computer vision: neural networks",
    "ee367": "EE 367 Computational imaging: neural networks",
    "cs4782": "CS 4782 Deep learning: perceptrons and backpropagation",
    "shanghaitech": "ShanghaiTech: artificial neurons and multilayer perceptrons",
    "cos429": "COS 429 Computer vision: deep learning",
}
FOLDER = "scenes"


class SceneFile(Struct, frozen=True, dict=True):
    """A bundled scene: the key of its lecture, its id and its file."""

    lecture: str
    id: str
    path: Path

    def document(self) -> Document:
        """Read it. Raises Problem where the file is damaged."""
        return _read(self.path)

    @property
    def scene(self) -> Scene:
        """What it says beside its program. Raises Problem where the file is damaged or has no scene."""
        found = self.document().scene
        if found is None:
            raise Problem(f"{self.path} has no scene")
        return found


@cache
def _read(path: Path) -> Document:
    return loads(path.read_text(encoding="utf-8"))


@cache
def scene_files() -> Sequence[SceneFile]:
    """All bundled scenes, in the order of the lectures and of their ids; raises BrokenInstallation."""
    folder = resource(FOLDER)
    found = (
        SceneFile(lecture, path.stem, path)
        for lecture in LECTURES
        for path in (folder / lecture).glob(f"*{SUFFIX}")
    )
    order = list(LECTURES)
    return sorted(found, key=lambda one: (order.index(one.lecture), _place(one.id)))


def _place(id: str) -> tuple[str, int]:
    letters = id.rstrip("0123456789")
    return letters, int(id[len(letters) :] or 0)


def scene_file(id: str) -> SceneFile | None:
    """The bundled scene with an id, such as U6; None where there is none."""
    return next((found for found in scene_files() if found.id == id), None)
