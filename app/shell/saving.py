"""Saving figures, graphs and exports: asks for a place, writes, says what went wrong."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QProgressDialog

from app.figures.kinds import FIGURE_KINDS
from app.shell.file_dialogs import ask_for_file, ask_for_kind
from app.shell.message_boxes import complain
from app.state.disk import shown_name, write_atomically
from core.base.errors import Problem
from core.figure import Figure, Figures

if TYPE_CHECKING:
    from app.shell.window import Window


def save_figure(window: Window) -> None:
    """Ask for a file and save the present step to it."""
    from app.figures.files import save_figure as write

    kinds = {kind.title: kind.suffix for kind in FIGURE_KINDS}
    path = ask_for_file(window, "Save figure", _suggested(window, "figure.svg"), kinds)
    if path:
        _write(window, path, lambda: write(window.session.figure, path, window.theme))


def save_all_figures(window: Window) -> None:
    """Ask for a file and save every step to it, or to numbered files beside it."""
    from app.figures.files import save_pages

    pages_first = sorted(FIGURE_KINDS, key=lambda kind: not kind.pages)
    kinds = {kind.title_of_all: kind.suffix for kind in pages_first}
    path = ask_for_file(window, "Save figures of all steps", _suggested(window, "steps.pdf"), kinds)
    if path:
        session = window.session
        count = len(session.story) + 1
        progress = QProgressDialog("Saving figures of all steps", "Cancel", 0, 2 * count, window)
        progress.setWindowModality(Qt.WindowModality.WindowModal)
        pages = Pages(Figures(session.drawing, session.story, session.digits), count, progress)
        try:
            _write(window, path, lambda: save_pages(pages, path, window.theme))
        finally:
            progress.close()
            progress.deleteLater()


class Pages(Sequence[Figure]):
    """The figures of all steps, made when they are asked for; files look at each twice: to measure, to paint.

    The window stays alive in between, and a press on Cancel ends it with a Problem.
    """

    def __init__(self, figures: Figures, count: int, progress: QProgressDialog):
        self._figures, self._count, self._progress = figures, count, progress
        self._looks = 0

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, place: Any) -> Any:
        if not 0 <= place < self._count:
            raise IndexError(place)
        self._looks += 1
        self._progress.setValue(min(self._looks, self._progress.maximum() - 1))
        if self._progress.wasCanceled():
            raise Problem("Saving was cancelled")
        return self._figures.at(place)


def save_graphml(window: Window) -> None:
    """Ask for a file and save the graph for other programs."""
    import networkx as nx

    path = ask_for_file(window, "Save graph", _suggested(window, "graph.graphml"), {"GraphML": ".graphml"})
    if path:
        text = "\n".join(nx.generate_graphml(window.session.story.graph.digraph()))
        _write(window, path, lambda: write_atomically(path, text.encode()))


def save_export(window: Window) -> None:
    """Ask for a file and write the program, or what is trained, for other libraries."""
    from app.shell.exports import EXPORTS

    window.program.take_now()
    kinds = {title: export.suffix for title, export in EXPORTS.items()}
    chosen = ask_for_kind(window, "Export", _suggested(window, "program.py"), kinds)
    if chosen:
        path, title = chosen
        _write(window, path, lambda: write_atomically(path, EXPORTS[title].made(window)))


def _suggested(window: Window, name: str) -> Path:
    project = window.session.path
    return (project.parent if project else Path.home()) / name


def _write(window: Window, path: Path, write: Callable[[], object]) -> None:
    trouble = ""
    QGuiApplication.setOverrideCursor(Qt.CursorShape.WaitCursor)  # many steps or nodes may take seconds
    try:
        write()
    except Problem as problem:
        trouble = str(problem)
    finally:
        QGuiApplication.restoreOverrideCursor()
    if trouble:
        complain(window, trouble)
    else:
        window.tell(f"Saved {shown_name(path)}")
