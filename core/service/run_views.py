"""Views of a run without a window: of a project's training as far as it has come, or after some updates."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec.structs import replace

from core.base.arrays import Value
from core.base.errors import Problem, cut
from core.base.slicing import finished
from core.figure.plot import View
from core.project.document import Document
from core.service.training_curve import follow
from core.training.boundary import NodeMaps
from core.training.chart import chart_of
from core.training.run import TrainingRun
from core.training.setup import setup
from core.training.views import VIEWS, Asked, RunView

FINE = 200  # points a side of a grid over the plane


def read_view(name: str) -> RunView:
    """The view of a name. Raises Problem where there is none."""
    if name not in VIEWS:
        raise Problem(f"There is no view '{cut(name)}'", hint=f"The views are {', '.join(VIEWS)}")
    return VIEWS[name]


def run_of(
    document: Document,
    typed: Mapping[str, Value],
    updates: int | None,
    stopped: Callable[[], bool] = lambda: False,
) -> TrainingRun:
    """The run of a document.

    Args:
        document: what is trained, and how far it had come when it was saved.
        typed: values given to the program beside those of the document.
        updates: how many updates to make from the first weights; None is as far as it had come.
        stopped: whether to make no more.

    Raises:
        Problem: it cannot be trained, or had not been trained where no updates are asked for.
    """
    if document.training.trains_network and typed:
        raise Problem("The training chooses the initial weights of a network", hint="Omit the values")
    if updates is None and document.run is None:
        said = "The project has not been trained yet"
        raise Problem(said, hint="Add --updates and how many to make first, such as --updates 500")
    values = {**document.values, **typed}
    run = TrainingRun(setup(document.training, document.text, values, document.guessed - typed.keys()))
    _look(run)
    if updates is not None:
        follow(run.trainer, updates, stopped)
        return run
    assert document.run is not None
    if not run.fits(document.run):
        said = "The project's training does not fit its program any longer"
        raise Problem(said, hint="Add --updates to train anew")
    run.go_on_from(document.run)
    return run


def _look(run: TrainingRun) -> None:
    """Look over the first two of more features, through the first example."""
    data = run.setup.dataset
    if data is not None and data.inputs.shape[1] > 2 and not data.image_shape:
        run.look_over(chart_of(data))


def check_example(run: TrainingRun, number: int) -> None:
    """Raise Problem where a run has no example of a number."""
    count = len(run.setup.dataset) if run.setup.dataset else 0
    if number >= count:
        said = f"The last example is {count - 1}" if count else "It is trained without data"
        raise Problem(f"The training has no example {number}", hint=said)


def made(view: RunView, run: TrainingRun, asked: Asked) -> View:
    """What a view shows of a run. Raises Problem where the run has nothing of the kind."""
    found = None
    if view.is_there(run):
        nodes = view.nodes(run, asked)
        if nodes and run.plane:
            asked = replace(asked, maps=finished(NodeMaps(run.trainer, run.plane, FINE).now(nodes)))
        found = view.make(run, asked)
    if found is None:
        there = [name for name, other in VIEWS.items() if other.is_there(run)]
        raise Problem(
            f"The training has no view {view.name}, which needs {view.needs}",
            hint=f"It has {', '.join(there)}",
        )
    return found
