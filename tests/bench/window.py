"""The real window on a display of its own: steps, zoom, typing and training with views."""

import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from itertools import chain, count, cycle, product
from typing import Any

import numpy as np
from PySide6.QtCore import QPoint
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from app.canvas.scene import Scene
from app.canvas.view import View
from app.formula import measured
from app.shell.window import Window
from app.state.session import Session
from app.state.settings import Settings
from app.state.training_session import TrainingSession
from core.base.arrays import Value
from core.layout.parts import orders_found
from core.project.document import EXAMPLE, Document, Drawn
from core.training.run import TrainingRun
from core.training.setup import setup
from tests.bench.programs import net
from tests.bench.rivals import BareEditor, BareScene, BareTraining, GraphItems
from tests.bench.screen import Eye, rest, screen
from tests.bench.timing import OURS, Effort, Row, Timed, against, taken, turns
from tests.bench.trainer import TRAININGS

SETTLED = 200  # milliseconds
TYPED = 50  # nodes of the program that is typed into
TRAINED = ("2-4-2-1, batch 10, circle", "2-8-8-8-1, batch 32, spiral", "64-32-10, batch 64, digits")
SIZE = 1440, 900  # of the window in which it trains
REMARKS = (
    "Canvas: steps are those of the backward pass, without the travelling token; all that is seen is drawn. "
    "pyqtgraph's GraphItem has straight edges and no numbers beside them.",
    "Typing: the pause of 120 ms before a program is read takes the user's time and none of the processor's. "
    "No other program reads and lays out formulas; the rival only draws what is known.",
    "Views: 1 by the ratio is the part of the time that goes into training; the clock cuts training into "
    "slices, so on a busy machine that part is smaller.",
    "Views: the rival of a picture computes nothing, it only shows numbers.",
)
PATIENCE = 6.0  # seconds of the processor for all rounds of one table, once there are three


def opened(text: str, values: Mapping[str, Value]) -> Session:
    """A session on a program, far into the backward pass, where there is most to see."""
    session = Session(measure=measured)
    # in operations every step changes what is seen
    session.replace_document(Document(text, values, drawing=Drawn(level="operations")), None)
    while session.computing:
        rest(1)
    session.seek(5 * len(session.trace) // 8)
    return session


def shown(widget: QWidget, left: int = 0, top: int = 0) -> Any:
    widget.move(QPoint(left, top))
    widget.show()
    QTest.qWaitForWindowExposed(widget)
    return widget


def window_on(session: Session) -> Window:
    window = Window(session, Settings())
    window.scene.animated = False
    shown(window)
    rest(SETTLED)
    return window


def closed(*widgets: QWidget) -> None:
    """Without a question about unsaved work."""
    for widget in widgets:
        if isinstance(widget, Window):
            widget.session.saved_as(widget.session.path)
        widget.close()
        widget.deleteLater()
    rest(1)


# -- the canvas


def rows(effort: Effort) -> Iterator[Row | str]:
    with screen() as said:
        yield f"Window: shown by {said}."
        yield from REMARKS
        for nodes in effort.nodes:
            yield from canvas(nodes, effort)
        yield from typing(effort)
        yield from training(effort)


def canvas(nodes: int, effort: Effort) -> Iterator[Row]:
    """Steps and zoom of the canvas, alone and in the whole window."""
    window = window_on(opened(*net(nodes)))
    size = window.view.viewport().size()
    session = opened(*net(nodes))
    scene = Scene(session)
    scene.animated = False
    alone = View(session, scene)
    alone.resize(size)
    shown(alone, 1300)
    rest(SETTLED)  # until it fits
    figure, drawn = session.figure, f"at {len(session.trace.graph.nodes):,} nodes"
    bare = shown(BareScene(figure, size), 1300, 850)
    scale = alone.transform().m11()
    bare.scale(scale, scale)
    graph = shown(GraphItems(figure, size, scale), 0, 850)
    rest(SETTLED)
    steps: dict[str, tuple[QWidget, Callable[[], object]]] = {
        "whole window": (window.view.viewport(), lambda: window.session.step(1)),
        "canvas alone": (alone.viewport(), lambda: session.step(1)),
        "bare Qt scene": (bare.viewport(), bare.step),
        "pyqtgraph GraphItem": (graph.viewport(), graph.step),
    }
    eyes = {name: Eye(viewport) for name, (viewport, _) in steps.items()}
    acts: dict[str, Timed] = {name: _seen(eyes[name], act) for name, (_, act) in steps.items()}
    times = turns(acts, effort.rounds // 2, PATIENCE)
    for part in ("whole window", "canvas alone"):
        others = {name: found for name, found in times.items() if name in (part, *list(steps)[2:])}
        yield from against("canvas", f"a step {drawn}, {part}", others, part)
    closed(window)
    for view in (alone.camera, bare, graph):
        view.fit()
    rest(SETTLED)
    zooms: dict[str, Timed] = {}
    for name, view in zip(list(steps)[1:], (alone.camera, bare, graph), strict=True):
        zooms[name] = _seen(eyes[name], _zoom(view))
    times = turns(zooms, effort.rounds // 2, PATIENCE)
    yield from against("canvas", f"zoom {drawn}, canvas alone", times, "canvas alone")
    closed(alone, bare, graph)


def _seen(eye: Eye, act: Callable[[], object]) -> Timed:
    return lambda: eye.drawn(act)


def _zoom(view: Any) -> Callable[[], object]:
    factors = cycle((1.1, 1 / 1.1))
    return lambda: view.zoom(next(factors))


# -- typing


def typing(effort: Effort) -> Iterator[Row]:
    """A digit behind a name, which makes another name, and a name behind a number, which makes a product.

    All is read, laid out and drawn anew; with another name the order of the nodes is known.
    """
    window = window_on(opened(*net(TYPED)))
    editor, session = window.program.editor, window.session
    bare = shown(BareEditor(editor.toPlainText(), session.figure, window.view.viewport().size()), 1300)
    names = (f" + {letter}" for letter in cycle("cdefgmnpqr"))
    digits = ("".join(pair) for pair in chain.from_iterable(product("123456789", repeat=n) for n in count(1)))
    seen, bare_seen = Eye(window.view.viewport()), Eye(bare.view.viewport())

    def typed_anew(before: str, key: str) -> float:
        orders_found.clear()
        return typed(before, key)

    def typed(before: str, key: str) -> float:
        text, values = net(TYPED, before)
        session.replace_document(Document(text, values, drawing=Drawn(level="operations")), None)
        rest(SETTLED)
        editor.moveCursor(editor.textCursor().MoveOperation.End)
        spent = seen.drawn(lambda: QTest.keyClicks(editor, key))
        while session.computing or session.is_outdated or session.document.text != editor.toPlainText():
            spent += seen.drawn(lambda: None)
        assert session.problem is None
        return spent

    for what, act in (
        ("a digit of a name", lambda: typed(next(names) + next(digits), "7")),
        ("a factor", lambda: typed_anew(" + " + next(digits), "k")),
    ):
        acts: dict[str, Timed] = {
            OURS: act,
            "bare editor and scene": lambda: bare_seen.drawn(lambda: bare.type("7")),
        }
        what = f"{what} typed into {len(session.trace.graph.nodes)} nodes"
        yield from against("typing", what, turns(acts, effort.rounds // 3, PATIENCE))
    closed(window, bare)


# -- training with views


def training(effort: Effort) -> Iterator[Row | str]:
    """What an update costs in the workspace for training, beside training alone; and what a picture costs."""
    for title in TRAINED:
        training = TRAININGS[title]
        window = window_on(opened(EXAMPLE.text, EXAMPLE.values))
        session = window.training
        session.change("settings", **{name: getattr(training, name) for name in training.__struct_fields__})
        window.resize(*SIZE)
        window.show_workspace("train")
        panel = window.panes["training"].open()
        rest(SETTLED)
        alone = setup(training, "", {}).trainer()
        run = alone.train(alone.at_once)
        pictures: list[float] = []
        session.progressed.connect(lambda pictures=pictures: pictures.append(time.perf_counter()))
        rates: list[float] = []

        def live(
            session: TrainingSession = session, pictures: list[float] = pictures, rates: list[float] = rates
        ) -> float:
            before, begun = session.run.trainer.updates, time.process_time()
            session.toggle()
            pictures.clear()
            rest(round(1000 * effort.trains))
            rates.append((len(pictures) - 1) / (pictures[-1] - pictures[0]) if len(pictures) > 1 else 0.0)
            session.toggle()
            spent = time.process_time() - begun
            return spent / max(1, session.run.trainer.updates - before)

        calls = max(1, round(effort.trains / 4 / taken(lambda run=run: next(run), 100)))
        acts: dict[str, Timed] = {
            OURS: live,
            "training alone": lambda run=run, alone=alone, calls=calls: (
                taken(lambda: next(run), calls) / alone.at_once
            ),
        }
        what = f"an update of {title}, views live"
        yield from against("views", what, turns(acts, min(7, effort.rounds), PATIENCE))
        yield f"Views: {title}: {statistics.median(rates):.1f} pictures a second, by the clock."
        yield from picture(title, session, panel, effort)
        closed(window)


def picture(title: str, session: TrainingSession, panel: QWidget, effort: Effort) -> Iterator[Row]:
    """All views shown once, beside maps and a curve of the same sizes."""
    bare = BareTraining(_maps(session.run), len(session.run.trainer.records), panel.size())
    shown(bare, 1300)
    seen, bare_seen = Eye(panel, *panel.findChildren(QWidget)), Eye(bare.viewport())
    acts: dict[str, Timed] = {
        OURS: lambda: seen.drawn(session.step),
        "pyqtgraph alone": lambda: bare_seen.drawn(bare.show_numbers),
    }
    what = f"a picture of {title}, with one update"
    yield from against("views", what, turns(acts, effort.rounds // 3, PATIENCE))
    closed(bare)


def _maps(run: TrainingRun) -> list[Any]:
    """What the training draws as maps: the plane with the hidden units, or templates; and the weights."""
    plane = run.plane
    weights = [np.atleast_2d(value) for value in run.trainer.values().values() if np.ndim(value)]
    if plane is None:
        side = round(weights[0].shape[1] ** 0.5)
        return [*weights[0].reshape(-1, side, side), *weights]
    return [plane.prediction(), *chain.from_iterable(plane.unit_maps().values()), *weights]
