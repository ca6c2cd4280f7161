"""Small pictures of programs, painted by the program itself: in slices, and kept in the cache folder."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QRectF, QSize, QStandardPaths, Qt, Signal
from PySide6.QtGui import QImage, QPainter

from app.figures.bounds import bounds
from app.figures.style import FigureStyle, paint
from app.formula import measured
from app.state import clock
from app.state.ticker import Ticker
from app.system.version import program_version
from app.widgets.theme import Theme
from core.base.errors import Problem
from core.base.slicing import Work
from core.figure import Figures, Options, Target, fit_in_pieces
from core.project.computing import traced
from core.project.document import Document, Drawn, dumps

EDGE = 8  # pixels around what is painted
ROWS, PLENTY = 3, 11.0  # rows that a long graph may stand in; pixels that are enough for numbers
LARGEST = 1.2  # pixels for a unit of the drawing, at text of 100 %


class ScenePictures(QObject):
    """Paints pictures that are asked for, one after the other; `made` tells whose there is one."""

    made = Signal(str)

    def __init__(self, parent: QObject | None = None):
        super().__init__(parent)
        self._waiting: deque[tuple[str, Callable[[], Document], QSize, float, Theme]] = deque()
        self._images: dict[str, QImage] = {}
        self._ticker = Ticker(self)
        self._folder = (
            Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.CacheLocation)) / "scenes"
        )

    def of(self, name: str) -> QImage | None:
        """The picture that was made last under a name."""
        return self._images.get(name)

    def ask(
        self, name: str, document: Callable[[], Document], size: QSize, ratio: float, theme: Theme
    ) -> None:
        """Paint a picture of so many pixels, `ratio` of the screen's to one of them, when there is time."""
        self._waiting = deque(one for one in self._waiting if one[0] != name)
        self._waiting.append((name, document, size, ratio, theme))
        if not self._ticker.running:
            self._ticker.begin(self._painting_all(), clock.now())

    def finish(self) -> None:
        """Paint all that was asked for at once."""
        self._ticker.finish()

    def _painting_all(self) -> Work[None]:
        while self._waiting:
            yield from self._painting(*self._waiting.popleft())

    def _painting(
        self, name: str, document: Callable[[], Document], size: QSize, ratio: float, theme: Theme
    ) -> Work[None]:
        yield
        try:
            made = document()
            key = hashlib.sha256(
                f"{program_version()} {size} {ratio} {theme} {dumps(made)}".encode()
            ).hexdigest()
            image = QImage(str(self._folder / f"{key}.png"))
            if image.isNull():
                image = yield from _painted(made, size, ratio, theme)
                self._keep(key, image)
        except Problem:  # a damaged file has no picture; opening it says why
            return
        image.setDevicePixelRatio(ratio)
        self._images[name] = image
        self.made.emit(name)

    def _keep(self, key: str, image: QImage) -> None:
        """Keep a picture for the next time; where the folder cannot be written it is painted again."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            return
        image.save(str(self._folder / f"{key}.png"))


def _painted(document: Document, size: QSize, ratio: float, theme: Theme) -> Work[QImage]:
    """Both passes of a program as one finished picture."""
    options = (document.drawing or Drawn()).among(Options(digits=3, highlight=False))
    trace, _ = yield from traced(document)
    room = size - QSize(2 * EDGE, 2 * EDGE)
    target = Target("picture", "in a small picture", room.width(), room.height(), ROWS, PLENTY, least=0.0)
    fit = yield from fit_in_pieces(
        trace, options, target, counts=[len(trace)], moved=document.moved, measure=measured, helped=False
    )
    figure = Figures(fit.drawing, trace, False, ()).at(len(trace))
    area = bounds([figure], theme)
    scale = min(room.width() / area.width(), room.height() / area.height(), LARGEST)
    image = QImage(size * ratio, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    with QPainter(image) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(ratio, ratio)
        wide, high = scale * area.width(), scale * area.height()
        painter.translate((size.width() - wide) / 2, (size.height() - high) / 2)
        painter.scale(scale, scale)
        paint(painter, figure, FigureStyle(theme, QRectF(area), transparent=True))
    return image
