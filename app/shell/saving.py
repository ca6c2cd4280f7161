"""Saving figures, graphs and exports: asks for a place, writes, says what went wrong."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontInfo, QGuiApplication
from PySide6.QtWidgets import QProgressDialog

from app.figures.kinds import FIGURE_KINDS, paths_of
from app.shell.figure_dialog import FigureDialog
from app.shell.file_dialogs import ask_for_file, ask_for_kind
from app.shell.fitted import OfGraph, OfNet, OfView, figures_of, page_of, present
from app.shell.host import Host
from app.shell.message_boxes import complain, may_overwrite
from app.system.disk import shown_name, write_atomically
from core.base.errors import Problem
from core.figure import Figure, Figures

PATIENCE = 1000  # milliseconds that saving may take before it says how far it is


def ask_and_save_figure(host: Host) -> None:
    """Ask what for and for a file, and write the present step to it, or the net that is trained."""
    from app.figures.files import write_figure

    if host.shows_net:
        _ask_and_save_net(host, host.net.figure)
        return
    counts = present(host)
    dialog = FigureDialog(host, "Save figure", OfGraph(host, counts))
    kinds = {kind.title: kind.suffix for kind in FIGURE_KINDS}
    path = dialog.exec() and ask_for_file(host.frame, "Save figure", _suggested(host, "figure.svg"), kinds)
    if path:
        figures = figures_of(host, dialog.found)
        page = page_of(host, dialog.found, map(figures.at, counts))
        shown = figures.at(host.session.cursor)
        _write(host, path, lambda: write_figure(shown, path, host.theme, page=page, text=dialog.text))
    dialog.deleteLater()


def _ask_and_save_net(host: Host, figure: Figure) -> None:
    """The same of a net, as it was when this was asked for; it may go on training."""
    from app.figures.files import write_figure

    subject = OfNet(figure, host.theme)
    dialog = FigureDialog(host, "Save figure of the net", subject)
    kinds = {kind.title: kind.suffix for kind in FIGURE_KINDS}
    path = dialog.exec() and ask_for_file(host.frame, "Save figure", _suggested(host, "net.svg"), kinds)
    if path:
        page, text = dialog.found, dialog.text
        title = f"The net {host.training.present().text}"
        _write(host, path, lambda: write_figure(figure, path, host.theme, page=page, text=text, title=title))
    dialog.deleteLater()


def ask_and_save_view(host: Host) -> None:
    """Ask what for and for a file, and write the view of the training that was used last."""
    from app.figures.bounds import view_page
    from app.figures.files import write_figure
    from core.training.views import VIEWS

    name = host.training.viewing.present
    view = host.training.viewing.made(name) if name else None
    if view is None:
        host.show_message("There is no training to be seen yet")
        return
    shown = host.panes["training"].make().views[name]
    subject = OfView(view, shown.width(), shown.height(), QFontInfo(shown.font()).pixelSize())
    title = f"Save view: {VIEWS[name].title.lower()}"
    dialog = FigureDialog(host, title, subject)
    kinds = {kind.title: kind.suffix for kind in FIGURE_KINDS}
    path = dialog.exec() and ask_for_file(host.frame, title, _suggested(host, f"{name}.svg"), kinds)
    if path:
        found, text = dialog.found or subject.on_screen, dialog.text
        heading = f"{VIEWS[name].title} of {host.training.present().text}"
        page = view_page(found)
        _write(
            host,
            path,
            lambda: write_figure(found.sheet, path, host.theme, page=page, text=text, title=heading),
        )
    dialog.deleteLater()


def ask_and_save_all_figures(host: Host) -> None:
    """Ask what for and for a file, and write every step to it, or to numbered files beside it."""
    from app.figures.files import write_pages

    title, stops = "Save figures of all steps", host.session.stops
    count = len(stops)
    dialog = FigureDialog(host, title, OfGraph(host, stops))
    pages_first = sorted(FIGURE_KINDS, key=lambda kind: not kind.pages)
    kinds = {kind.title_of_all: kind.suffix for kind in pages_first}
    path = dialog.exec() and ask_for_file(host.frame, title, _suggested(host, "steps.pdf"), kinds)
    # the dialog asked about what was typed, not about numbered files beside it
    numbered = [place for place in paths_of(path, count) if place != path] if path else []
    if path and may_overwrite(host.frame, *numbered):
        progress = QProgressDialog("Saving figures of all steps", "Cancel", 0, 2 * count, host.frame)
        progress.setMinimumDuration(PATIENCE)
        progress.setWindowModality(Qt.WindowModality.WindowModal)
        pages = Pages(figures_of(host, dialog.found), stops, progress)

        def write() -> None:
            write_pages(pages, path, host.theme, page=page_of(host, dialog.found, pages), text=dialog.text)

        try:
            _write(host, path, write)
        finally:
            progress.close()
            progress.deleteLater()
    dialog.deleteLater()


class Pages(Sequence[Figure]):
    """The figures of all strides, made when asked for; files look at each twice: to measure, to paint.

    The window stays alive in between, and a press on Cancel ends it with a Problem.
    """

    def __init__(self, figures: Figures, stops: Sequence[int], progress: QProgressDialog):
        self._figures, self._stops, self._progress = figures, stops, progress
        self._looks = 0

    def __len__(self) -> int:
        return len(self._stops)

    def __getitem__(self, place: Any) -> Any:
        if not 0 <= place < len(self._stops):
            raise IndexError(place)
        self._looks += 1
        self._progress.setValue(min(self._looks, self._progress.maximum() - 1))
        if self._progress.wasCanceled():
            raise Problem("Saving was cancelled")
        return self._figures.at(self._stops[place])


def ask_and_save_graphml(host: Host) -> None:
    """Ask for a file and write the graph for other programs."""
    import networkx as nx

    path = ask_for_file(host.frame, "Save graph", _suggested(host, "graph.graphml"), {"GraphML": ".graphml"})
    if path:
        text = "\n".join(nx.generate_graphml(host.session.trace.graph.digraph()))
        _write(host, path, lambda: write_atomically(path, text.encode()))


def ask_and_export(host: Host) -> None:
    """Ask for a file and write the program, or what is trained, for other libraries."""
    from app.shell.exports import EXPORTS

    host.take_typing()
    kinds = {title: export.kind.suffix for title, export in EXPORTS.items()}
    chosen = ask_for_kind(host.frame, "Export", _suggested(host, "program.py"), kinds)
    if chosen:
        path, title = chosen
        _write(host, path, lambda: write_atomically(path, EXPORTS[title].contents(host.training)))


def _suggested(host: Host, name: str) -> Path:
    project = host.session.path
    return (project.parent if project else Path.home()) / name


def _write(host: Host, path: Path, write: Callable[[], object]) -> None:
    failure = ""
    QGuiApplication.setOverrideCursor(Qt.CursorShape.WaitCursor)  # many steps or nodes may take seconds
    try:
        write()
    except Problem as problem:
        failure = str(problem)
    finally:
        QGuiApplication.restoreOverrideCursor()
    if failure:
        complain(host.frame, failure)
    else:
        host.show_message(f"Saved {shown_name(path)}")
