"""Write figures as files of the kind that the suffix says; a file is written whole or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from app.figures.bounds import Page, bounds
from app.figures.kinds import kind_of
from app.figures.style import FigureStyle
from app.system.disk import check_place, write_atomically
from app.widgets.theme import Theme
from core.figure import Figure


def write_figure(
    figure: Figure,
    path: Path,
    theme: Theme,
    *,
    dpi: int = 300,
    title: str = "",
    transparent: bool = False,
    page: Page | None = None,
) -> None:
    """Write one figure, on a page as large as itself where none is given. Raises Problem with a sentence."""
    kind = kind_of(path)
    check_place(path)
    page = page or Page(bounds([figure], theme))
    style = FigureStyle(theme, page.area, dpi, title, transparent, page.scale)
    write_atomically(path, kind.write([figure], style))


def write_pages(
    figures: Sequence[Figure],
    path: Path,
    theme: Theme,
    *,
    dpi: int = 300,
    title: str = "",
    transparent: bool = False,
    page: Page | None = None,
) -> list[Path]:
    """Write figures as pages of one file, or as files `name-01.svg`, `name-02.svg` …, all of the same size.

    The answer is the paths written. Raises Problem with a sentence.
    """
    kind = kind_of(path)
    check_place(path)
    page = page or Page(bounds(figures, theme))
    style = FigureStyle(theme, page.area, dpi, title, transparent, page.scale)
    if kind.pages:
        write_atomically(path, kind.write(figures, style))
        return [path]
    places = max(2, len(str(len(figures) - 1)))
    paths = [path.with_name(f"{path.stem}-{number:0{places}}{path.suffix}") for number in range(len(figures))]
    for place, figure in zip(paths, figures, strict=True):
        write_atomically(place, kind.write([figure], style))
    return paths
