"""The table of panels: places, menus and the palette follow it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from msgspec import Struct

from app.panels.algorithm import AlgorithmPanel
from app.panels.explanation import ExplanationPanel
from app.panels.program import ProgramPanel
from app.state.arrangement import Place
from app.state.session import Session
from app.state.training_session import TrainingSession
from app.widgets.theme import Theme

if TYPE_CHECKING:
    from app.data.panel import DataPanel
    from app.derivatives.panel import DerivativesPanel
    from app.panels.derivation import DerivationPanel
    from app.panels.guide import GuidePanel
    from app.training.panel import TrainingPanel


class PanelWidget(Protocol):
    """What a panel's widget can do."""

    def set_theme(self, theme: Theme) -> None: ...


class Panel(Struct, frozen=True):
    """A panel: its name, title and place, and what makes its widget.

    One with a `menu` has a command there, which shows it and puts it away. It takes long to load, as one does
    that is `late`, so its widget is made when it is first asked for. It has a `pause()` for when it is put
    away, and hears by `when_seen` when it comes to the front or is covered. One `at_first` is there as soon
    as the window is. A place has no room of its own while none of its panels is `wanted`.
    """

    name: str
    title: str
    place: Place
    make: Callable[[Session, TrainingSession], PanelWidget]
    menu: str = ""
    text: str = ""
    tip: str = ""
    keys: tuple[str, ...] = ()
    icon: str = ""
    group: int = 0
    at_first: bool = False
    late: bool = False
    when_seen: Callable[[Any, bool], object] = lambda widget, seen: None
    wanted: Callable[[Session], bool] = lambda session: True

    @property
    def shown_at_first(self) -> bool:
        """Whether it stands in its place at the first start."""
        return self.at_first or not self.on_demand

    @property
    def on_demand(self) -> bool:
        """Whether it is made when it is first asked for."""
        return bool(self.menu) or self.late


def _training(session: Session, training: TrainingSession) -> TrainingPanel:
    from app.training.panel import TrainingPanel

    return TrainingPanel(training)


def _data(session: Session, training: TrainingSession) -> DataPanel:
    from app.data.panel import DataPanel

    return DataPanel(training)


def _derivatives(session: Session, training: TrainingSession) -> DerivativesPanel:
    from app.derivatives.panel import DerivativesPanel

    return DerivativesPanel(session)


def _derivation(session: Session, training: TrainingSession) -> DerivationPanel:
    from app.panels.derivation import DerivationPanel

    return DerivationPanel(session)


def _guide(session: Session, training: TrainingSession) -> GuidePanel:
    from app.panels.guide import GuidePanel
    from app.state.guide import Guide

    return GuidePanel(Guide(session, training))


PANELS = (
    Panel("program", "Program", "left", ProgramPanel),
    Panel("algorithm", "Algorithm", "left", lambda session, training: AlgorithmPanel(session, training)),
    Panel("data", "Data", "left", _data, late=True),
    Panel("explanation", "This step", "band", lambda session, training: ExplanationPanel(session)),
    Panel(
        "derivation",
        "This node",
        "beside",
        _derivation,
        at_first=True,
        menu="Graph",
        text="&Paths of this node",
        tip="How the output depends on the selected node: the product along each path, and their sum",
        group=2,
        when_seen=lambda panel, seen: panel.set_seen(seen),
        wanted=lambda session: bool(session.selection),
    ),
    Panel(
        "training",
        "Results",
        "right",
        _training,
        menu="View",
        text="Results column",
        tip="What is learned, beside the canvas: plane, curves and weights",
        keys=("Ctrl+R",),
        icon="graduation-cap",
        group=1,
    ),
    Panel(
        "guide",
        "Guide",
        "right",
        _guide,
        menu="View",
        text="Guided steps",
        tip="The steps of the scene of a lecture, beside the canvas",
        group=1,
        when_seen=lambda panel, seen: panel.set_seen(seen),
        wanted=lambda session: session.document.scene is not None,
    ),
    Panel(
        "derivatives",
        "Derivatives",
        "beside",
        _derivatives,
        menu="Graph",
        text="&Derivatives panel",
        tip="Ways to differentiate side by side, closed forms, Jacobians",
        keys=("Ctrl+D",),
        icon="square-function",
        group=2,
        when_seen=lambda panel, seen: panel.set_seen(seen),
    ),
)
