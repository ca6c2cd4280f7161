"""What is trained as a figure: each unit a map of what it computes over the plane, each edge a weight.

net_view      what is drawn of a program that is trained
net_options   how, of the options of all figures
learned       maps and weights as they are seen
traced        both passes at one example, at the weights reached
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import numpy as np
from msgspec.structs import replace

from core.base.arrays import Array, Value
from core.figure.drawing import is_mapped
from core.figure.nets import view_of
from core.figure.options import Options, Sizes
from core.figure.parts import OverPlane
from core.figure.pictured import Learned
from core.figure.view import View, Weight
from core.graph.plan import make_plan
from core.passes.stepper import record
from core.passes.trace import Trace
from core.training.run import TrainingRun

SIZES = Sizes(name=20.0, symbol=20.0, label=14.0, small=13.0, gap=14.0, arrow=76.0, map=84.0)
DENSE = Sizes(name=22.0, symbol=22.0, label=19.0, small=17.0, gap=8.0, arrow=90.0, map=84.0)
MOST_NUMBERED = 5  # units of a layer that have their numbers beside them


def mapped_nodes(run: TrainingRun) -> frozenset[str]:
    """The nodes whose values differ over the plane and lead to the prediction; none without a plane."""
    if run.plane is None:
        return frozenset()
    graph, roles = run.trainer.graph, run.trainer.roles
    between = graph.downstream_of(roles.features) & graph.upstream_of([roles.prediction])
    return frozenset(between)


def net_options(run: TrainingRun, options: Options) -> Options:
    """How a net is drawn that is trained: in units, their numbers at them where they are few."""
    graph, roles = run.trainer.graph, run.trainer.roles
    leading = graph.upstream_of([roles.prediction] * bool(roles.prediction)) - {*roles.parameters}
    few = all(math.prod(graph.nodes[name].shape) <= MOST_NUMBERED for name in leading)
    return replace(
        options,
        values=few,
        gradients=few,
        maps=mapped_nodes(run),
        level="units",
        near=frozenset(),
        groups={},
        weights="bare",
        at_nodes=True,
        down=False,
        rows=1,
        highlight=False,
        formula=False,
        captions=False,
        note_texts=False,
        sizes=SIZES if few else DENSE,
    )


def net_view(run: TrainingRun, options: Options) -> View:
    """The units of a stack of layers up to the prediction; the whole graph of any other program."""
    graph, prediction = run.trainer.graph, run.trainer.roles.prediction
    whole = view_of(run.setup.graph, options)
    if not prediction:
        return whole
    leading = graph.upstream_of([prediction])
    nodes = {name: shown for name, shown in whole.nodes.items() if shown.node.name in leading}
    is_stack = all(
        shown.kind in ("unit", "rest") or shown.node.name in run.trainer.roles.features
        for shown in nodes.values()
    )
    return View(whole.graph, nodes) if is_stack else whole


def traced(run: TrainingRun, number: int) -> Trace:
    """Both passes at one of all examples, at the weights reached."""
    return record(make_plan(run.setup.graph), run.inputs(number))


def learned(
    view: View,
    options: Options,
    maps: Mapping[str, Array],
    values: Mapping[str, Value],
    gradients: Mapping[str, Value] | None = None,
) -> Learned:
    """Make what is seen of a training: maps share the colours of their layer, edges and biases each theirs.

    Args:
        view: what is drawn.
        options: how.
        maps: for each node that is drawn as maps, (entries, rows, columns), the least second feature first.
        values: those of the parameters.
        gradients: those of a mini-batch, in the place of those of the sample.
    """
    shares = {**_shares(edges_of(view), values), **_shares(_biases(view), values)}
    return Learned(_maps(view, options, maps), shares, gradients or {})


def _maps(view: View, options: Options, maps: Mapping[str, Array]) -> dict[str, OverPlane]:
    shares = {}
    for name, values in maps.items():
        finite = np.isfinite(values)
        largest = float(np.max(np.abs(values), where=finite, initial=0.0))
        cleared = np.where(finite, values, np.nan)
        shares[name] = (cleared / (largest or 1.0))[:, ::-1], largest
    found = {}
    for name, shown in view.nodes.items():
        if shown.node.name in shares and is_mapped(shown, options):
            of_layer, largest = shares[shown.node.name]
            found[name] = OverPlane(of_layer[shown.entry or 0], largest)
    return found


def edges_of(view: View) -> list[Weight]:
    """The weights of the arrows that are drawn."""
    return [arc.weight for arc in view.arcs if arc.weight and not arc.hidden]


def _biases(view: View) -> list[Weight]:
    return [shown.bias for shown in view.nodes.values() if shown.bias]


def _shares(weights: Iterable[Weight], values: Mapping[str, Value]) -> dict[Weight, float]:
    """Weights as shares of the largest among them, from −1 to 1."""
    found = {
        weight: float(np.asarray(weight.of(values[weight.name])))
        for weight in weights
        if weight.name in values
    }
    largest = max(map(abs, found.values()), default=0.0) or 1.0
    return {weight: value / largest for weight, value in found.items()}
