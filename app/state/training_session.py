"""What a training session trains: the one place that has the run. Views, exports and commands ask it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from weakref import ref

from msgspec import Struct
from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal

from app.state import clock
from app.state.data_session import DataSession
from app.state.session import Session
from app.state.ticker import Ticker
from app.state.training_pace import TrainingPace
from app.state.viewing import Viewing
from core.base.arrays import Value, same
from core.base.errors import Problem
from core.base.slicing import Work, finished
from core.figure import Level
from core.graph.programs import free_names
from core.notation.names import in_text
from core.training.choices import NO_DATA
from core.training.settings import SETTINGS, USUAL, TrainingSettings

# what trains loads NumPy, so it is imported with the first run
if TYPE_CHECKING:
    from core.data.examples import Dataset
    from core.project.document import Document
    from core.training.reached import Reached
    from core.training.records import Record
    from core.training.roles import Roles
    from core.training.run import TrainingRun
    from core.training.setup import TrainingSetup


class _Wanted(Struct, frozen=True):
    """What a run is made from: the settings, and of a typed program its text and the values given to it."""

    settings: TrainingSettings
    text: str = ""
    given: Mapping[str, Value] = {}

    def leads_to(self, other: _Wanted, run: TrainingRun) -> bool:
        """Whether a run goes on, with other values at most, where another takes this one's place."""
        from core.training.run import changed_names

        alike = (self.settings, self.text) == (other.settings, other.text)
        return alike and run.can_take(changed_names(self.given, other.given), other.given)


class TrainingSession(QObject):
    """The run that the session's document asks for: made, trained in slices, put on the canvas.

    Nothing is made before somebody asks for it, or a document comes with a run. From then on the run follows
    the document: it goes on with settings that may change while it runs, and with values that are edited on
    the canvas; any other change that matters to it makes a new one. Undo brings back how far it had come.
    """

    runChanged = Signal()  # there is another run, or none
    progressed = Signal()  # the weights have changed, or whether it is training
    readable = Signal()  # the same for numbers and curves, which nobody can read as often as maps are seen
    sampleChanged = Signal()
    unitShown = Signal()  # the plane is to show another unit, or the prediction
    arrived = Signal()  # the user has trained on or paused, or has chosen another sample
    opened = Signal()  # what is trained has been put on the canvas

    def __init__(self, session: Session, parent: QObject | None = None):
        super().__init__(parent)
        self.session = session
        self.data = DataSession(session, self)
        self.viewing = Viewing(self, self)
        self._looked: object = None  # the run, over which plane, through which sample
        self.sample = 0  # the number of the example that goes to the canvas
        self.unit_shown: tuple[str, int] | None = None  # the node and entry that the plane shows
        self._run: TrainingRun | None = None
        self._problem: Problem | None = None
        self._made_from: _Wanted | None = None  # None while the run is still to be made
        self._asked = False
        self._back: Reached | None = None  # where the run is to go on that is made next
        self._goes_on_training = False  # once it is made
        self._saved = 0  # how many updates there had been when the document was opened or saved
        self._goes = False  # whether it trains, or has done so until now
        self._agreed = False  # whether the canvas had the weights of the training before these changed
        self._showing = session.gesture()  # of what is shown on the canvas, as one entry of undo
        self.presented = 0  # how many samples of the next mini-batch have been presented
        self._maker, self._pace = Ticker(self), TrainingPace(self)
        self._pace.progressed.connect(self._go_on)
        self._pictures = 0
        self.progressed.connect(self._let_read)
        session.documentChanged.connect(self._note)
        session.traceChanged.connect(self._follow)
        session.fileChanged.connect(self._note_saved)
        session.trains = ref(self)
        self._note()

    # -- settings

    @property
    def settings(self) -> TrainingSettings:
        """The training settings, as the document has them."""
        return self.session.document.training

    def change(self, label: str, **changed: Any) -> None:
        """Change some settings, as one entry of undo."""
        self.change_to(label, replace(self.settings, **changed))

    def change_to(self, label: str, settings: TrainingSettings) -> None:
        """Take other settings, as one entry of undo."""
        if settings != self.settings:
            self.session.edit(label, replace(self.session.document, training=settings))

    def choose_data(self, name: str) -> None:
        """Take another data set: as many samples as it usually has, and no more noise than it can have."""
        from core.data.datasets import DATASETS

        settings: dict[str, Any] = {"data": name}
        if source := DATASETS.get(name):
            before = DATASETS.get(self.settings.data)
            noise = self.settings.noise if before is None or before.noise_high else USUAL.noise
            settings |= {"samples": source.n, "noise": min(noise, source.noise_high), "formula": ""}
            if before is None or before.feature_names != source.feature_names:
                settings["features"] = ()  # which are formulas in others
        self.change("set data", **settings)

    def draw_anew(self, *seeds: str) -> None:
        """Take the next random seed of the weights, of the data, or both, as one entry of undo.

        Args:
            seeds: the settings "weights_seed" and "data_seed", or one of them; what the other draws stays.
        """
        new = " and ".join(seed.removesuffix("_seed") for seed in seeds)
        following = {
            seed: (getattr(self.settings, seed) + 1) % (int(SETTINGS[seed].high) + 1) for seed in seeds
        }
        self.change(f"draw new {new}", **following)

    def choose_role(self, name: str, role: str) -> None:
        """Say what a name of the typed program is for; "" leaves it to how the program uses it."""
        others = {other: kept for other, kept in self.settings.roles.items() if other != name}
        self.change(f"set role of {in_text(name)}", roles=others | ({name: role} if role else {}))

    def choose_sample(self, number: int) -> None:
        """Choose the example that goes to the canvas."""
        if number != self.sample:
            self._agreed = not self.differs
            self.sample = number
            self.sampleChanged.emit()
            self.arrived.emit()

    def show_unit(self, unit: tuple[str, int] | None) -> None:
        """Let the plane show what a unit computes, by its node and entry; None is the prediction."""
        if unit != self.unit_shown:
            self.unit_shown = unit
            self.unitShown.emit()

    # -- what is trained

    @property
    def run(self) -> TrainingRun | None:
        """What is trained, made by now; None where nothing can be, which `problem` explains."""
        self._asked = True
        if self._made_from is None:
            self._maker.finish()
        if self._made_from is None:
            finished(self._making())
        self._look()
        return self._run

    def _look(self) -> None:
        """Let the run be seen over the chosen plane, through the chosen sample."""
        if self._run is None or not self.data.has_axes:
            return
        looked = self._run, self.data.axes, self.sample
        if looked != self._looked:
            self._looked = looked
            self._run.look_over(self.data.chart(self.sample))

    @property
    def made(self) -> TrainingRun | None:
        """What is trained, if somebody has asked for it and it is made."""
        return self._run

    @property
    def problem(self) -> Problem | None:
        """Why there is nothing to train, or None."""
        return self._problem if self.run is None else None

    @property
    def why_stopped(self) -> str:
        """The sentence that says why the training cannot go on, as after an infinite loss; or ""."""
        return self.run.trainer.why_stopped if self.run else ""

    def roles(self) -> tuple[Sequence[str], Roles | None, Dataset | None]:
        """The names of the typed program, what each is for, and the data, as far as these are known."""
        if self.run:
            return _roles_in(self.run)
        return self.likely_roles()

    def likely_roles(self) -> tuple[Sequence[str], Roles | None, Dataset | None]:
        """The same without making a run: what the names would be for if the typed program were trained."""
        from core.training.setup import roles_and_data

        if self._run and self._made_from and not self.settings.trains_network:
            return _roles_in(self._run)
        document = self.session.document
        found = roles_and_data(document.training, document.text, document.values, document.guessed)
        return self.session.trace.graph.free, *found

    def present(self) -> TrainingSetup:
        """What is trained, at the weights it has reached. Raises Problem where there is nothing to train."""
        if self.run is None:
            assert self._problem is not None
            raise self._problem
        return self.run.present()

    @property
    def record(self) -> Record | None:
        """Losses and accuracies: those of the present weights, while it is training those last recorded."""
        if self.run is None:
            return None
        return self.run.trainer.records[-1] if self.is_training else self.run.trainer.record()

    @property
    def differs(self) -> bool:
        """Whether the canvas shows what is trained here with other weights; no run is made to find out."""
        run, trace = self._run, self.session.trace
        return run is not None and trace.graph.program.text == run.setup.text and run.differs(trace.inputs)

    # -- training

    @property
    def is_training(self) -> bool:
        return self._pace.running

    def toggle(self) -> None:
        """Train, or pause."""
        if self.is_training:
            self.pause()
        elif self.run is not None and not self.why_stopped:
            self.presented = 0
            self._agreed, self._goes = not self.differs, True
            self._pace.start(self.run.trainer)

    def pause(self) -> None:
        self._pace.stop()
        self._end()

    def _go_on(self) -> None:
        self.progressed.emit()
        if not self.is_training:
            self._end()

    def _let_read(self) -> None:
        """Have numbers written anew with every second picture, and with the last."""
        self._pictures += 1
        if not self.is_training or self._pictures % 2:
            self.readable.emit()

    def _end(self) -> None:
        """It no longer trains: it was paused, or a limit has stopped it."""
        if self._goes:
            self._goes = False
            self.arrived.emit()

    @property
    def speed(self) -> int:
        """How many updates are made a second; 0 is as many as can be."""
        return self._pace.speed

    def set_speed(self, updates: int) -> None:
        """Train with so many updates a second; 0 is as fast as it can."""
        runs = self.is_training
        self.pause()
        self._pace.speed = updates
        if runs:
            self.toggle()

    @property
    def why_paused(self) -> str:
        """The sentence that says why the training has paused as the settings ask; or ""."""
        return self.run.trainer.why_paused if self.run else ""

    def step(self, updates: int = 1) -> None:
        """One update of the weights, or several."""
        self.pause()
        self.presented = 0
        if self.run is not None and not self.why_stopped:
            self._agreed = not self.differs
            self.run.trainer.step(updates)
            self.progressed.emit()
            self.arrived.emit()

    def step_epoch(self) -> None:
        """Updates until all training data have been used."""
        if self.run is not None:
            self.step(self.run.trainer.left_in_epoch)

    def step_sample(self) -> None:
        """Present the next sample of the mini-batch; the last one makes the update."""
        self.pause()
        if self.run is None or self.why_stopped:
            return
        trainer = self.run.trainer
        if trainer.train_data:
            row = int(trainer.coming[self.presented])
            rows = trainer.train_data.rows
            self.choose_sample(row if rows is None else int(rows[row]))
        self.presented += 1
        if self.presented == len(trainer.coming):
            self.step()
        else:
            self.progressed.emit()

    def reset(self) -> None:
        """Back to the first weights, which can be undone; the same seed draws the same run."""
        self.pause()
        self.presented = 0
        if self.run is not None and self.run.trainer.updates:
            self.session.edit_run("reset the training", self.run.at_start())
        elif self.run is not None:
            self.run.reset()
            self.progressed.emit()

    def stop(self) -> None:
        """End all work; a run that was being made is made when it is asked for."""
        self.pause()
        self._maker.stop()
        self.viewing.stop()

    def open_on_canvas(self) -> None:
        """Put the trained program on the canvas, at its present weights, on the chosen sample."""
        if self.run is None:
            return
        self.pause()
        guessed = () if self.settings.trains_network else self.session.document.guessed
        inputs = self.run.inputs(self.sample)
        level: Level | None = "units" if self.settings.trains_network else None
        self.session.open_program(self.run.setup.text, inputs, "open net on canvas", guessed, level)
        self.opened.emit()

    @property
    def is_on_canvas(self) -> bool:
        """Whether the canvas shows what is trained, on data; no run is made to find out."""
        run, document = self._run, self.session.document
        if run is not None:
            return run.setup.dataset is not None and document.text == run.setup.text
        return not self.settings.trains_network and self.settings.data != NO_DATA

    def show_on_canvas(self) -> None:
        """Give the canvas the chosen sample and the present weights, where it shows what is trained.

        Weights that were changed on the canvas alone stay there. What is shown so until something else is
        edited is one entry of undo.
        """
        run, document = self._run, self.session.document
        if run is None or self.is_training or not self.is_on_canvas:
            return
        given = run.inputs(self.sample)
        network = self.settings.trains_network  # what is given to a typed program is its training's, too
        kept = run.trainer.learned() if network and not self._agreed else ()
        changed = {
            name: value
            for name, value in given.items()
            if name not in kept and not (name in document.values and same(document.values[name], value))
        }
        if changed:
            values = {**document.values, **changed}
            guessed = document.guessed - changed.keys() if network else document.guessed
            after = replace(document, values=values, guessed=guessed)
            self.session.edit("show the training on the canvas", after, self._showing)

    # -- following the document

    def _wanted(self) -> _Wanted:
        return self._wanted_of(self.session.document)

    def _wanted_of(self, document: Document) -> _Wanted:
        settings = document.training
        if settings.trains_network:
            return _Wanted(settings)
        unknown = document.guessed if settings.data != NO_DATA else ()
        given = {name: value for name, value in document.values.items() if name not in unknown}
        return _Wanted(settings, document.text, given)

    def _note(self) -> None:
        """Take where the training is to go on, if the document has come with that."""
        if self.session.reached is not None:
            self._back, self._asked = self.session.reached, True
            self._goes_on_training = False

    def _note_saved(self) -> None:
        """The document has been opened or saved."""
        self._saved = self._run.trainer.updates if self._run else 0
        if self._back is not None:
            self._saved = self._back.updates

    def keep(self, before: Document, after: Document) -> Reached | None:
        """How far the run has come, if it is not the same for both documents, or both are one.

        Where only values differ that the run can take it is the same: it goes on with them.
        """
        one, other = self._wanted_of(before), self._wanted_of(after)
        if before is not after and self._run is not None and one.leads_to(other, self._run):
            return None
        if self._back is not None or self._run is None:
            return self._back
        return self._run.reached()

    def is_unsaved(self) -> bool:
        """Whether it has gone on since the document was opened or saved."""
        return self._run is not None and self._back is None and self._run.trainer.updates != self._saved

    def _follow(self) -> None:
        """Go on with the run if it can go on, else make another."""
        if self._asked and not self._goes_on(self._wanted()):
            self.pause()
            self._made_from = None
            self._maker.begin(self._making_anew(), clock.now())

    def _goes_on(self, wanted: _Wanted) -> bool:
        """Take over what is new; return whether that was all that is to be done."""
        from core.training.run import changed_names, lives_through

        before, run = self._made_from, self._run
        if before is None or before.text != wanted.text:
            return False
        changed, settings = changed_names(before.given, wanted.given), (before.settings, wanted.settings)
        if not lives_through(*settings):
            return False
        if run is None:
            return not changed and settings[0] == settings[1]
        if not run.can_take(changed, wanted.given):
            return False
        if self._back is None and settings[0] != settings[1] and not self._changes(run, *settings):
            return False
        if self._back is not None and not self._goes_back(run, *settings):
            return False
        self._made_from = wanted
        if self._back is not None:
            self._back = None
            self.progressed.emit()
        elif run.take(changed, wanted.given, lambda: finished(self._setting_up()).values):
            self.progressed.emit()
        return True

    def _changes(self, run: TrainingRun, before: TrainingSettings, after: TrainingSettings) -> bool:
        """Let the run go on with other settings; else what is made next goes on from where it is."""
        from core.training.run import with_changes

        if _can_change(run, before, after):
            run.change(before, after)
            self.progressed.emit()
            return True
        reached = run.reached()
        self._back = replace(reached, changes=with_changes(reached.changes, reached.updates, before, after))
        self._goes_on_training = self.is_training
        return False

    def _goes_back(self, run: TrainingRun, before: TrainingSettings, after: TrainingSettings) -> bool:
        """Let the run go on from where it is to, if it can."""
        assert self._back is not None
        if not (run.fits(self._back) and (before == after or _can_change(run, before, after))):
            return False
        self._goes = False  # it goes where the document says, which who hears of a pause must not edit
        self.pause()
        if before != after:
            run.change(before, after)
        run.go_on_from(self._back)
        return True

    def set_weights(self, label: str, values: Mapping[str, Value]) -> None:
        """Go on with other weights, as one entry of undo."""
        if self.run is not None:
            reached = self.run.reached()
            self.session.edit_run(label, replace(reached, values={**reached.values, **values}))

    def _making_anew(self) -> Work[None]:
        yield from self._making()
        self.runChanged.emit()
        if self._goes_on_training and not self.is_training:
            self.toggle()
        self._goes_on_training = False

    def _making(self) -> Work[None]:
        from core.training.run import TrainingRun

        wanted, made, problem = self._wanted(), None, None
        try:
            made = TrainingRun((yield from self._setting_up()))
        except Problem as found:
            problem = found.with_traceback(None)  # its frames would hold this session
        if made and self._back is not None:  # kept where nothing can be made of the settings as they are
            if made.fits(self._back):
                made.go_on_from(self._back)
            self._back = None
        self._run, self._problem, self._made_from, self.unit_shown = made, problem, wanted, None
        count = len(made.setup.dataset) if made and made.setup.dataset else 0
        self.sample = min(self.sample, max(0, count - 1))

    def _setting_up(self) -> Work[TrainingSetup]:
        from core.training.setup import setting_up

        document = self.session.document
        return setting_up(document.training, document.text, document.values, document.guessed)


def _can_change(run: TrainingRun, before: TrainingSettings, after: TrainingSettings) -> bool:
    """Whether the trainer at work can take the settings over; a net of other layers is another program."""
    with suppress(Problem):
        return before.dropout == after.dropout and run.can_change_to(after)
    return False


def _roles_in(run: TrainingRun) -> tuple[Sequence[str], Roles | None, Dataset | None]:
    setup = run.setup
    return free_names(setup.graph.program, setup.values), setup.roles, setup.dataset
