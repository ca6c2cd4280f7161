"""Figures of what is on the screen, as they are there or for what figures were last made for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Protocol

from msgspec.structs import replace

from app.figures.bounds import Page, bounds, fitted_page
from app.formula import measured
from app.shell.host import Host
from app.widgets.theme import Theme
from core.base.slicing import Work
from core.figure import Figure, Figures, Fit, Target, fit_in_pieces, fitted_with, read_target
from core.figure.plot import FittedView, View, fitted_view
from core.figure.plot.fitting import USUAL

PIXEL = 0.75  # points of a page for a pixel of the screen


class Subject(Protocol):
    """What a figure is asked for: what is said of it as it is on the screen, and how it is fitted elsewhere.

    `fitting` finds it as it is for a target, and what is said of that.
    """

    usual: str
    tip: str

    def fitting(self, target: Target) -> Work[tuple[Any, str]]:
        """The work of laying it out for a target."""


class OfGraph:
    """The graph after so many steps."""

    tip = "Numbers become as large as they can be there; digits, direction and rows may change"

    def __init__(self, host: Host, counts: Collection[int]):
        self._host, self._counts = host, counts
        self.usual = f"Numbers of {host.session.options.sizes.label:g} pt."

    def fitting(self, target: Target) -> Work[tuple[Fit, str]]:
        found = yield from fitting(self._host, target, self._counts)
        return found, f"{found.remark or found.summary}."


class OfView:
    """A view of the training, which has a size and text of some size on the screen, in pixels."""

    tip = "The view is laid out for that size, its text as large as suits it"

    def __init__(self, view: View, width: float, height: float, text: float):
        self._view = view
        screen = replace(USUAL, width=PIXEL * width, height=PIXEL * height)
        self.on_screen = fitted_view(view, screen, PIXEL * text, measured)
        self.usual = f"Text of {self.on_screen.size:.3g} pt."

    def fitting(self, target: Target) -> Work[tuple[FittedView, str]]:
        yield
        found = fitted_view(self._view, target, measure=measured)
        return found, f"{found.remark or f'Text of {found.size:.3g} pt'}."


class OfNet:
    """A net that is trained, drawn as on the screen, as large as it may be elsewhere."""

    tip = "The net is drawn as it is here, as large as there is room for it"

    def __init__(self, figure: Figure, theme: Theme):
        self._area, self._size = bounds([figure], theme), figure.sizes.label
        self.usual = f"Names of {self._size:g} pt."

    def fitting(self, target: Target) -> Work[tuple[Page, str]]:
        yield
        scale = target.scale(self._area.width(), self._area.height())
        found, needed = scale * self._size, target.least
        small = f", which is small: {needed:g} pt can be read {target.where}" if found < needed else ""
        return Page(self._area, scale), f"Names of {found:.3g} pt{small}."


def chosen_target(host: Host) -> Target | None:
    """What figures were last made for; None is as they are on the screen."""
    text = host.settings.get("fit")
    return read_target(text) if text else None


def present(host: Host) -> Sequence[int]:
    """The steps that are fitted together with the one on the canvas."""
    session = host.session
    return fitted_with(session.trace, session.cursor, session.options.highlight)


def fitting(host: Host, target: Target, counts: Collection[int], helped: bool = True) -> Work[Fit]:
    """The work of drawing what is on the canvas for a target, after so many steps.

    Where numbers are too small it finds what would help, if it is to be `helped`.
    """
    session = host.session
    return fit_in_pieces(
        session.trace,
        session.options,
        target,
        counts=counts,
        moved=session.document.moved,
        measure=session.measure,
        helped=helped,
    )


def figures_of(host: Host, found: Fit | None) -> Figures:
    """What is to be seen at every step, drawn as was found, or as on the screen."""
    session = host.session
    drawing = found.drawing if found else session.drawing
    return Figures(drawing, session.trace, session.options.highlight, session.stops)


def page_of(host: Host, found: Fit | None, figures: Iterable[Figure]) -> Page | None:
    """The page on which figures are as large as was found; None is as large as they are."""
    return fitted_page(found, figures, host.theme)[0] if found else None
