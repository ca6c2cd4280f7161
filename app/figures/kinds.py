"""The kinds of figure files: one table, read by dialogs, the command line, the menus and the documents.

What writes them is loaded when a figure is written: the command line tells of them where Qt cannot be loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from core.base.errors import Problem, either

if TYPE_CHECKING:
    from app.figures.style import FigureStyle
    from app.painting.shown import Shown


class FigureKind(Struct, frozen=True):
    """A kind of file. `write` gives the bytes of a figure, or of several where the file has `pages`.

    A file of `pixels` has a number of dots per inch; the text of one of `texts` is outlines or in fonts.
    """

    suffix: str
    name: str
    noun: str
    write: Callable[[Iterable[Shown], FigureStyle], bytes]
    pages: bool = False
    pixels: bool = False
    texts: bool = False

    @property
    def title(self) -> str:
        """What a dialog calls a file with one figure."""
        return f"{self.name} {self.noun}"

    @property
    def title_of_all(self) -> str:
        """What a dialog calls a file, or several, with the figures of all steps."""
        return f"{self.name}, {f'one {self.noun} a step' if self.pages else 'numbered'}"


def kind_of(path: Path) -> FigureKind:
    """The kind that a file's suffix says. Raises Problem where there is none."""
    for kind in FIGURE_KINDS:
        if kind.suffix == path.suffix.lower():
            return kind
    known = either(kind.suffix for kind in FIGURE_KINDS)
    raise Problem(f"{path.name} does not say what kind of figure it is", hint=f"End it with {known}")


def paths_of(path: Path, count: int) -> list[Path]:
    """The files that so many figures may be written to: one with pages, or numbered ones."""
    if kind_of(path).pages:
        return [path]
    digits = max(2, len(str(count - 1)))
    return [path.with_name(f"{path.stem}-{number:0{digits}}{path.suffix}") for number in range(count)]


def _svg(figures: Iterable[Shown], style: FigureStyle) -> bytes:
    from app.figures.svg import svg

    return svg(next(iter(figures)), style)


def _pdf(figures: Iterable[Shown], style: FigureStyle) -> bytes:
    from app.figures.pdf import pdf

    return pdf(figures, style)


def _png(figures: Iterable[Shown], style: FigureStyle) -> bytes:
    from app.figures.pixels import png

    return png(next(iter(figures)), style)


def _webp(figures: Iterable[Shown], style: FigureStyle) -> bytes:
    from app.figures.pixels import webp

    return webp(next(iter(figures)), style)


def _tikz(figures: Iterable[Shown], style: FigureStyle) -> bytes:
    from app.figures.tikz import document

    return document(next(iter(figures)), style)


FIGURE_KINDS = (
    FigureKind(".svg", "SVG", "picture", _svg, texts=True),
    FigureKind(".pdf", "PDF", "page", _pdf, pages=True),
    FigureKind(".png", "PNG", "picture", _png, pixels=True),
    FigureKind(".webp", "WebP", "picture", _webp, pixels=True),
    FigureKind(".tex", "TikZ", "source", _tikz),
)
