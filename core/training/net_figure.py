"""What is trained as a figure: each unit a map of what it computes over the plane, each edge a weight.

net_view      what is drawn of a program that is trained
columns_of    the layers of that, where it is a stack of them
net_options   how, of the options of all figures
learned       maps and weights as they are seen
traced        both passes at one example, at the weights reached
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from core.base.arrays import Array, Value
from core.figure.drawing import is_mapped
from core.figure.nets import view_of
from core.figure.options import Options, Sizes
from core.figure.parts import OverPlane
from core.figure.pictured import Learned
from core.figure.view import View, Weight
from core.graph.graph import Node
from core.graph.plan import make_plan
from core.passes.stepper import record
from core.passes.trace import Trace
from core.training.activations import LINEAR
from core.training.run import TrainingRun

SIZES = Sizes(name=20.0, symbol=20.0, label=14.0, small=13.0, gap=14.0, arrow=76.0, map=84.0)
NARROW = replace(  # of a net that is seen small
    SIZES, name=22.0, label=19.0, small=18.0, gap=5.0, arrow=86.0, map=90.0
)
DENSE = Sizes(name=22.0, symbol=22.0, label=19.0, small=17.0, gap=8.0, arrow=90.0, map=84.0)
MOST_NUMBERED = 5  # units of a layer that have their numbers beside them


def mapped_nodes(run: TrainingRun) -> frozenset[str]:
    """The nodes whose values differ over the plane and lead to the prediction; none without a plane."""
    if run.plane is None:
        return frozenset()
    graph, roles = run.trainer.graph, run.trainer.roles
    between = graph.downstream_of(roles.features) & graph.upstream_of([roles.prediction])
    return frozenset(between)


def net_options(run: TrainingRun, options: Options, narrow: bool = False) -> Options:
    """How a net is drawn that is trained: in units, their numbers at them where they are few.

    Args:
        run: what is trained.
        options: those of all figures.
        narrow: whether there is so little room that numbers must be larger next to the maps.
    """
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
        sizes=(NARROW if narrow else SIZES) if few else DENSE,
    )


def net_view(run: TrainingRun, options: Options) -> View:
    """The units of a stack of layers up to the prediction; the whole graph of any other program."""
    graph, prediction = run.trainer.graph, run.trainer.roles.prediction
    whole = view_of(run.setup.graph, options)
    if not prediction:
        return whole
    leading = graph.upstream_of([prediction])
    made = _made_features(run, whole)
    before = graph.upstream_of(made) - made
    nodes = {
        name: replace(shown, arcs=()) if shown.node.name in made else shown
        for name, shown in whole.nodes.items()
        if shown.node.name in leading - before
    }
    ends = {*run.trainer.roles.features, *made}
    is_stack = all(
        (shown.kind in ("unit", "rest") or shown.node.name in ends)
        and all(arc.source in nodes for arc in shown.arcs)
        for shown in nodes.values()
    )
    return View(whole.graph, nodes) if is_stack else whole


class Column(Struct, frozen=True):
    """A layer as it is drawn: the node of its values, how many units it has, and its activation's name."""

    node: str
    units: int
    activation: str


def columns_of(run: TrainingRun, view: View) -> list[Column]:
    """The layers of a net that is drawn as a stack, the inputs first; none of any other graph."""
    nodes = view.graph.nodes
    kinds = {shown.node.name: shown.kind for shown in view.nodes.values()}
    ends = {*run.trainer.roles.features, *_made_features(run, view)}
    inputs = [name for name in kinds if name in ends]
    layers = [name for name, kind in kinds.items() if kind in ("unit", "rest")]
    if not inputs or not layers or (len(inputs) + len(layers) < len(kinds) and not run.setup.is_network):
        return []
    count = sum(math.prod(nodes[name].shape) for name in inputs)
    found = [Column(name, math.prod(nodes[name].shape), _activation(nodes[name])) for name in layers]
    return [Column(inputs[0], count, ""), *found]


def _made_features(run: TrainingRun, view: View) -> frozenset[str]:
    """What is computed of the inputs alone and taken entry by entry: features, as if they were given."""
    graph, roles = view.graph, run.trainer.roles
    leading = graph.upstream_of([roles.prediction] * bool(roles.prediction))
    of_inputs = leading - graph.downstream_of(roles.parameters)
    return frozenset(
        shown.node.name
        for shown in view.nodes.values()
        if shown.node.name in of_inputs and not shown.node.is_leaf and shown.entry is not None
    )


def _activation(node: Node) -> str:
    """The name of a unit's function; linear where it is a sum alone."""
    return node.operation.name if node.operation.is_function else LINEAR


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
    """Make what is seen of a training.

    The maps of a layer share their colours, each input has its own; edges and biases each share theirs.

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
            values = of_layer[shown.entry or 0]
            if shown.kind == "node" and shown.entry is not None:  # inputs are of different kinds
                own = float(np.max(np.abs(values), where=np.isfinite(values), initial=0.0)) or 1.0
                values, largest = values / own, own * largest
            found[name] = OverPlane(values, largest)
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
