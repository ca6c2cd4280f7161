"""The guided steps of a document's scene: which one is shown, and what it does on the canvas."""

from __future__ import annotations

from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal

from app.state.session import Session
from app.state.training_session import TrainingSession
from core.lectures.acts import acted, with_variant
from core.project.document import Document, dumps
from core.project.scene import Act, Guided, Scene


class Guide(QObject):
    """Leads through the scene of the session's document; the user may do anything beside it.

    Every step has a state that it needs: the scene as it was opened, after what the steps before it do.
    `go` brings that back, and then does what the step does if it only moves to a place in the passes; what
    changes something waits for `show_me`, and is undone by `put_back`.
    """

    changed = Signal()  # another step, another scene, or none

    def __init__(self, session: Session, training: TrainingSession, parent: QObject | None = None):
        super().__init__(parent)
        self.session, self._training = session, training
        self.place = 0
        self.reached: frozenset[int] = frozenset()  # the steps that have been shown
        self._opened: Document | None = None  # the document as it came with its scene
        self._next_act: Act | None = None  # what is to be done once the present document is computed
        session.documentChanged.connect(self._follow)
        session.traceChanged.connect(self._go_on)
        self._follow()

    @property
    def scene(self) -> Scene | None:
        """The scene as it was opened; None where there is none."""
        return self._opened.scene if self._opened else None

    @property
    def steps(self) -> tuple[Guided, ...]:
        return self.scene.guide if self.scene else ()

    @property
    def step(self) -> Guided | None:
        return self.steps[self.place] if self.steps else None

    @property
    def variant(self) -> str:
        """What the program is called that is shown."""
        scene = self.session.document.scene
        return scene.named if scene else ""

    # -- moving

    def go(self, place: int) -> None:
        """Show a step: bring back what it needs, and move to where it is, if it changes nothing else."""
        if not 0 <= place < len(self.steps):
            return
        self.place = place
        self.reached |= {place}
        step = self.steps[place]
        needed = self._needed(place)
        moves_only = step.act == Act(step=step.act.step, select=step.act.select)
        self._put(
            needed, f"guided step {place + 1}", _after(self._motion(place), step.act) if moves_only else None
        )
        self.changed.emit()

    def show_me(self) -> None:
        """Do what the step does, from where it begins."""
        if self.step is None:
            return
        act = self.step.act
        after = acted(self._needed(self.place), act)
        self._put(after, f"guided step {self.place + 1}", _after(self._motion(self.place), act))

    def put_back(self) -> None:
        """Undo what the step does: all is as it was when the step began."""
        if self.step is not None:
            self._put(self._needed(self.place), "put it back", None)

    def choose_variant(self, name: str) -> None:
        """Show another program of the scene."""
        if name != self.variant and self.session.document.scene:
            after = with_variant(self.session.document, name)
            self.session.edit(f"show {name}", after)

    # -- what a step needs

    def _needed(self, place: int) -> Document:
        """The document that a step begins with."""
        assert self._opened
        found = self._opened
        for step in self.steps[:place]:
            found = acted(found, step.act)
        return found

    def _motion(self, place: int) -> Act:
        """Where in the passes a step begins, and what is selected there."""
        assert self.scene
        found = Act(step=self.scene.step)
        for step in self.steps[:place]:
            found = _after(found, step.act)
        return found

    def _put(self, document: Document, label: str, act: Act | None) -> None:
        """Take over a document, as one entry of undo if it is another one, and then move."""
        present = self.session.document
        after = replace(
            present,
            **{name: getattr(document, name) for name in OF_THE_SCENE},
        )
        self._next_act = act or self._motion(self.place)
        if dumps(after) != dumps(present):
            self.session.edit(label, after)
        self._go_on()

    def _go_on(self) -> None:
        """Move, once the document is computed."""
        act = self._next_act
        if act is None or self.session.computing or self.session.problem:
            return
        self._next_act = None
        session = self.session
        session.seek(session.trace.position(act.step or "start"))
        session.select(act.select)
        session.look_at(self.step.look if self.step else ())
        if act.updates or act.epochs:
            self._train(act)

    def _train(self, act: Act) -> None:
        self._training.reset()
        self._training.step(act.updates)
        for _ in range(act.epochs):
            self._training.step_epoch()

    def _follow(self) -> None:
        """Begin with a scene that has come with the document, or leave one that has gone."""
        scene = self.session.document.scene
        known = self.scene
        if (scene and known and scene.id == known.id and scene.title == known.title) or (
            not scene and not known
        ):
            return
        self._opened = self.session.document if scene else None
        self.place, self.reached = 0, frozenset()
        self.session.look_at(())
        self.changed.emit()


OF_THE_SCENE = ("text", "values", "output", "seed", "guessed", "unfolded", "training", "scene")
"""The fields of a document that the steps of its scene decide; the others are the user's."""


def _after(before: Act, act: Act) -> Act:
    """Where one is after an act, and how much is trained then."""
    return Act(
        step=act.step or before.step,
        select=act.select,
        updates=before.updates + act.updates,
        epochs=before.epochs + act.epochs,
    )
