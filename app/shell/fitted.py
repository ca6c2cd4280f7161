"""Figures of what is on the canvas, as they are there or for what figures were last made for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from app.figures.bounds import Page, fitted_page
from app.shell.host import Host
from core.base.slicing import Work
from core.figure import Figure, Figures, Fit, Target, fit_in_pieces, fitted_with, read_target


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
