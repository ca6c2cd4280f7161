"""The table of panels: docks, menus, the palette and the settings of the window follow it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from msgspec import Struct
from PySide6.QtCore import Qt

from app.panels.algorithm import AlgorithmPanel
from app.panels.explanation import ExplanationPanel
from app.panels.program import ProgramPanel
from app.state.session import Session
from app.state.training_session import TrainingSession
from app.widgets.theme import Theme

if TYPE_CHECKING:
    from app.derivatives.panel import DerivativesPanel
    from app.panels.derivation import DerivationPanel
    from app.training.panel import TrainingPanel

LEFT, RIGHT = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea
BOTTOM = Qt.DockWidgetArea.BottomDockWidgetArea


class PanelWidget(Protocol):
    """What a panel's widget can do."""

    def set_theme(self, theme: Theme) -> None: ...


class Panel(Struct, frozen=True):
    """A panel: its name, title, place and first size of its dock, and what makes its widget.

    One with a `menu` has a command there, which shows and hides it. It takes long to load, so its widget is
    made when it is first asked for. It has a `pause()` for when it is hidden, and hears by `when_seen` when
    it comes to the front or is covered.
    """

    name: str
    title: str
    area: Qt.DockWidgetArea
    make: Callable[[Session, TrainingSession], PanelWidget]
    width: int = 0
    height: int = 0
    menu: str = ""
    text: str = ""
    tip: str = ""
    keys: tuple[str, ...] = ()
    icon: str = ""
    group: int = 0
    toolbar: bool = False
    when_seen: Callable[[Any, bool], object] = lambda widget, seen: None

    @property
    def on_demand(self) -> bool:
        """Whether it is made when it is first asked for."""
        return bool(self.menu)


def _training(session: Session, training: TrainingSession) -> TrainingPanel:
    from app.training.panel import TrainingPanel

    return TrainingPanel(training)


def _derivatives(session: Session, training: TrainingSession) -> DerivativesPanel:
    from app.derivatives.panel import DerivativesPanel

    return DerivativesPanel(session)


def _derivation(session: Session, training: TrainingSession) -> DerivationPanel:
    from app.panels.derivation import DerivationPanel

    return DerivationPanel(session)


PANELS = (
    Panel("program", "Program", LEFT, lambda session, training: ProgramPanel(session), width=290, height=190),
    Panel(
        "algorithm",
        "Algorithm",
        LEFT,
        lambda session, training: AlgorithmPanel(session, training),
        height=330,
    ),
    Panel(
        "explanation", "Explanation", BOTTOM, lambda session, training: ExplanationPanel(session), height=262
    ),
    Panel(
        "derivation",
        "This node",
        BOTTOM,
        _derivation,
        width=1150,
        menu="Graph",
        text="&Paths of this node",
        tip="How the output depends on the selected node: the product along each path, and their sum",
        group=2,
        when_seen=lambda panel, seen: panel.set_seen(seen),
    ),
    Panel(
        "training",
        "Training",
        RIGHT,
        _training,
        width=620,
        menu="Train",
        text="Training &panel",
        tip="Show or hide the training panel",
        keys=("Ctrl+T",),
        icon="graduation-cap",
        toolbar=True,
    ),
    Panel(
        "derivatives",
        "Derivatives",
        RIGHT,
        _derivatives,
        width=620,
        menu="Graph",
        text="&Derivatives panel",
        tip="Ways to differentiate side by side, closed forms, Jacobians",
        keys=("Ctrl+D",),
        icon="square-function",
        group=2,
        when_seen=lambda panel, seen: panel.set_seen(seen),
    ),
)
