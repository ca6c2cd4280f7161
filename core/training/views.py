"""The views of a run: one table, read by the window and by the command line."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import Struct

from core.base.arrays import Array
from core.base.numbers import short
from core.figure.plot import Cells, View
from core.training.classified import has_classes
from core.training.confusion_plot import confusion_plot, errors_plot
from core.training.curve_plot import accuracy_plot, has_accuracy, loss_plot, record_at
from core.training.fit_plot import fit_plot, has_fit, has_parts, parts_plot
from core.training.plane_plot import nodes_shown, plane_plot
from core.training.run import TrainingRun
from core.training.shown import Cell, Shown, Whose
from core.training.weights_plot import has_templates, has_units, templates_plot, units_plot, weights_plot


class Asked(Struct, frozen=True):
    """What is asked of a view: the chosen example (−1 is none), what is shown, the picked cell.

    A `unit`, a node and its entry, is shown over the plane in the place of the prediction, and with `before`
    what was predicted before the last update. Gradients are of the sample or of the mini-batch, and a
    `template` is framed. `maps` of nodes over the plane, (entries, rows, columns), are finer ones than usual.
    """

    sample: int = -1
    shown: Shown = Shown()
    unit: tuple[str, int] | None = None
    before: bool = False
    cell: Cell | None = None
    whose: Whose = "batch"
    template: int = -1
    maps: Mapping[str, Array] | None = None


Place = tuple[int, int]


class RunView(Struct, frozen=True):
    """A view of a run.

    says      what is to be seen in it, in a sentence
    make      what it shows of a run; None where the run has nothing of the kind
    needs     what a run must have to have the view; empty where all have it
    is_there  whether it has
    read      what is to be read at a place of its axes
    told      what is to be read at an entry of its matrices
    picks     whether the examples of an entry may be picked out
    shrinks   whether all of it can be read where it is a little smaller
    nodes     those of which it takes maps over the plane, which may be finer than usual
    written   whether it is numbers and curves, which are read, and not maps, in which one sees movement
    """

    name: str
    title: str
    says: str
    make: Callable[[TrainingRun, Asked], View | None]
    needs: str = ""
    is_there: Callable[[TrainingRun], bool] = lambda run: True
    read: Callable[[TrainingRun, float, float], str] = lambda run, x, y: ""
    told: Callable[[TrainingRun, Cells, Place], str] = lambda run, cells, place: _entry(cells, place)
    picks: bool = False
    shrinks: bool = False
    nodes: Callable[[TrainingRun, Asked], tuple[str, ...]] = lambda run, asked: ()
    written: bool = False

    @property
    def short(self) -> str:
        """Its title as a tab has it."""
        words = self.title.split()
        return (words[0] if "of" in words else words[-1]).capitalize()


def _entry(cells: Cells, place: Place) -> str:
    """An entry of a matrix with its number."""
    return f"{cells.key}[{place[0]}, {place[1]}] = {short(float(cells.values[place]))}"


def _in_cell(run: TrainingRun, cells: Cells, place: Place) -> str:
    """How often a class is taken for another."""
    data, count = run.setup.dataset, int(cells.values[place])
    if data is None:
        return ""
    true, predicted = (data.class_names[k] for k in place)
    said = f"{count:,} of class {true}"
    return f"{said} found" if true == predicted else f"{said} taken for {predicted}"


def _wrong(run: TrainingRun, cells: Cells, place: Place) -> str:
    """An example that is not told right."""
    return f"sample {cells.example(place[0])}: click to see it on the canvas"


def _has_plane(run: TrainingRun) -> bool:
    return run.plane is not None and run.setup.dataset is not None


def _on_plane(run: TrainingRun, x: float, y: float) -> str:
    """A place with what is predicted there."""
    plane, data = run.plane, run.setup.dataset
    if plane is None or data is None:
        return ""
    titles = plane.chart.titles if plane.chart else data.feature_names
    place = [f"{name} = {short(at, 3)}" for name, at in zip(titles, (x, y), strict=True)]
    answer = plane.at(x, y)
    if answer.ndim:
        found = [
            f"P({name}) = {short(float(p), 3)}" for name, p in zip(data.class_names, answer, strict=False)
        ]
        return "   ".join([*place, *found[:4]])
    return "   ".join([*place, f"{run.setup.roles.prediction} = {short(float(answer))}"])


def _on_line(run: TrainingRun, x: float, y: float) -> str:
    """A place of the feature with what is predicted there."""
    line, data = run.line, run.setup.dataset
    if line is None or data is None:
        return ""
    return f"{data.feature_names[0]} = {short(x, 3)}   {run.setup.roles.prediction} = {short(line.at(x))}"


def _at_update(run: TrainingRun, x: float, y: float) -> str:
    """The losses recorded nearest to an update."""
    record = record_at(run.trainer.records, x)
    found = [f"update {record.step:,}", f"training {short(record.train_loss)}"]
    if record.test_loss is not None:
        found.append(f"test {short(record.test_loss)}")
    if record.penalty:
        found.append(f"penalty {short(record.penalty)}")
    return "   ".join(found)


def _accuracy_at_update(run: TrainingRun, x: float, y: float) -> str:
    record = record_at(run.trainer.records, x)
    pairs = (("training", record.train_accuracy), ("test", record.test_accuracy))
    found = [f"{name} {accuracy:.1%}" for name, accuracy in pairs if accuracy is not None]
    return "   ".join([f"update {record.step:,}", *found])


VIEWS: Mapping[str, RunView] = {
    view.name: view
    for view in (
        RunView(
            "boundary",
            "Decision boundary",
            "The prediction over the plane, where the class changes, and the examples.",
            lambda run, asked: plane_plot(
                run, asked.sample, asked.shown, asked.unit, asked.before, asked.maps
            ),
            "two features or more, and a prediction",
            _has_plane,
            _on_plane,
            nodes=lambda run, asked: nodes_shown(run, asked.unit),
        ),
        RunView(
            "fit",
            "Fitted function",
            "The function over the examples, and the parts of which it is the sum.",
            lambda run, asked: fit_plot(run, asked.sample),
            "one feature, and numbers to predict",
            has_fit,
            _on_line,
        ),
        RunView(
            "parts",
            "Parts of the function",
            "Each part of the function in a plot of its own, with the weight of its unit, all on one scale.",
            lambda run, asked: parts_plot(run),
            "one feature, and a sum of parts to predict",
            has_parts,
            shrinks=True,
        ),
        RunView(
            "loss",
            "Loss",
            "The losses of the training and of the test examples after each epoch, with changed settings.",
            lambda run, asked: loss_plot(run, asked.shown.log),
            read=_at_update,
            written=True,
        ),
        RunView(
            "accuracy",
            "Accuracy",
            "The shares of examples whose class is predicted.",
            lambda run, asked: accuracy_plot(run),
            "data with classes",
            has_accuracy,
            _accuracy_at_update,
            written=True,
        ),
        RunView(
            "confusion",
            "Confusion",
            "How many examples of each class are taken for each class, with the share of each that is found.",
            lambda run, asked: confusion_plot(run, asked.shown.of_training, asked.cell),
            "data with classes",
            has_classes,
            told=_in_cell,
            picks=True,
            shrinks=True,
            written=True,
        ),
        RunView(
            "errors",
            "Worst errors",
            "The examples whose class is not predicted, those first whose true class seems the least likely.",
            lambda run, asked: errors_plot(run, asked.shown.of_training, asked.sample),
            "data with classes",
            has_classes,
            told=_wrong,
            shrinks=True,
            written=True,
        ),
        RunView(
            "weights",
            "Weights",
            "All parameters as matrices, with their numbers where there is room.",
            lambda run, asked: weights_plot(run),
            written=True,
        ),
        RunView(
            "templates",
            "Templates",
            "The weights of each unit over the pixels of the pictures, on one scale.",
            lambda run, asked: templates_plot(
                run, asked.shown.gradients, asked.whose, asked.sample, asked.template
            ),
            "pictures, and a matrix with a column for each pixel",
            has_templates,
        ),
        RunView(
            "units",
            "Hidden units",
            "What each hidden unit computes over the plane.",
            lambda run, asked: units_plot(run),
            "hidden units, and two features",
            has_units,
        ),
    )
}
