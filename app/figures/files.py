"""Write figures as files of the kind that the suffix says; a file is written whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from app.figures.bounds import Page, bounds
from app.figures.kinds import kind_of, paths_of
from app.figures.style import FigureStyle, Text
from app.painting.shown import Shown
from app.system.disk import check_place, write_atomically
from app.widgets.theme import Theme


def write_figure(
    figure: Shown,
    path: Path,
    theme: Theme,
    *,
    dpi: int = 300,
    title: str = "",
    transparent: bool = False,
    page: Page | None = None,
    text: Text = "outlines",
) -> None:
    """Write one figure, on a page as large as itself where none is given. Raises Problem with a sentence."""
    kind = kind_of(path)
    check_place(path)
    page = page or Page(bounds([figure], theme))
    style = FigureStyle(theme, page.area, dpi, title, transparent, page.scale, text)
    write_atomically(path, kind.write([figure], style))


def write_pages(
    figures: Sequence[Shown],
    path: Path,
    theme: Theme,
    *,
    dpi: int = 300,
    title: str = "",
    transparent: bool = False,
    page: Page | None = None,
    text: Text = "outlines",
) -> list[Path]:
    """Write figures as pages of one file, or as files `name-00.svg`, `name-01.svg` …, all of the same size.

    A figure like the one before it, as of a step inside a folded node, is left out. The answer is the paths
    written. Raises Problem with a sentence.
    """
    kind, paths = kind_of(path), paths_of(path, len(figures))
    for place in paths:
        check_place(place)
    page = page or Page(bounds(figures, theme))
    style = FigureStyle(theme, page.area, dpi, title, transparent, page.scale, text)
    if kind.pages:
        write_atomically(path, kind.write(_without_repeats(figures), style))
        return [path]
    written = []
    for place, figure in zip(paths, _without_repeats(figures), strict=False):
        write_atomically(place, kind.write([figure], style))
        written.append(place)
    return written


def _without_repeats(figures: Iterable[Shown]) -> Iterator[Shown]:
    last = None
    for figure in figures:
        if figure != last:
            yield figure
        last = figure
