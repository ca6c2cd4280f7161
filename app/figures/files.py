"""Figures into files, the kind chosen by the name's ending; a file is written whole or not at all."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QIODevice, QSaveFile

from app.figures.bounds import bounds
from app.figures.kinds import KINDS, PAGED, Look
from app.theme import Theme
from core.errors import Problem
from core.figure import Figure


def save_figure(
    figure: Figure,
    path: Path,
    theme: Theme,
    *,
    dpi: int = 300,
    title: str = "",
    transparent: bool = False,
) -> None:
    """Write one figure. Raises Problem with a sentence."""
    kind = suffix_of(path)
    check_place(path)
    write_whole(path, KINDS[kind](figure, Look(theme, bounds([figure], theme), dpi, title, transparent)))


def save_pages(
    figures: Sequence[Figure],
    path: Path,
    theme: Theme,
    *,
    dpi: int = 300,
    title: str = "",
    transparent: bool = False,
) -> list[Path]:
    """Write figures as pages of one file, or as files `name-01.svg`, `name-02.svg` …, all of the same size.

    The answer is the paths written. Raises Problem with a sentence.
    """
    kind = suffix_of(path)
    check_place(path)
    look = Look(theme, bounds(figures, theme), dpi, title, transparent)
    if kind in PAGED:
        write_whole(path, PAGED[kind](figures, look))
        return [path]
    places = max(2, len(str(len(figures) - 1)))
    paths = [path.with_name(f"{path.stem}-{number:0{places}}{path.suffix}") for number in range(len(figures))]
    for place, figure in zip(paths, figures, strict=True):
        write_whole(place, KINDS[kind](figure, look))
    return paths


def suffix_of(path: Path) -> str:
    """The ending that says the kind of file. Raises Problem where there is no such kind."""
    kind = path.suffix.lower()
    if kind not in KINDS:
        raise Problem(
            f"{path.name} does not say what kind of figure it is", hint=f"End it with {', '.join(KINDS)}"
        )
    return kind


def check_place(path: Path) -> None:
    """Raise a Problem where no file can be written, before the work of drawing one."""
    try:
        folder = path.parent.is_dir()
    except (OSError, ValueError):
        folder = False
    if not folder:
        raise _refused(path, "the folder does not exist")
    if path.is_dir():
        raise _refused(path, "it is a folder")


def write_whole(path: Path, data: bytes) -> None:
    """Write a file beside its place and move it there, so that never half of it is seen. Raises Problem."""
    file = QSaveFile(str(path))
    if not file.open(QIODevice.OpenModeFlag.WriteOnly):
        raise _refused(path, file.errorString())
    # commit alone is not enough: on a full disk it moved half a file into place
    if file.write(data) != len(data):
        reason = file.errorString()
        file.cancelWriting()
        raise _refused(path, reason)
    if not file.commit():
        raise _refused(path, file.errorString())


def _refused(path: Path, reason: str) -> Problem:
    return Problem(f"Cannot write {path.name}: {reason[:1].lower()}{reason[1:]}")
