"""How far one goes at a time: a message, a node, a layer, or a whole pass.

Reading order: Stride, stops_of, since.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Hashable, Sequence
from itertools import pairwise
from typing import Literal, get_args

from msgspec.structs import replace

from core.figure.nets import view_of
from core.figure.options import Options
from core.figure.view import View
from core.passes.steps import Computed, Flowed, Seeded, Step
from core.passes.trace import Trace

Stride = Literal["message", "node", "layer", "phase"]
STRIDES: tuple[Stride, ...] = get_args(Stride)


def stops_of(trace: Trace, view: View, stride: Stride, options: Options) -> tuple[int, ...]:
    """Say after how many steps one stops who goes in strides.

    A `message` is one step: a value, the seed, or a gradient that comes back on one edge. A `node` is what
    slides count: a value, or all messages to a node, so that after it the gradient of that node is complete
    and no other is half there. The plan brings the messages to a node together; those inside of a node that
    is drawn for several, such as a long sum, change nothing that is seen and go with the next. A `layer` is
    all that is computed in a layer of a net, in a group that the user has made, or outside of these in a
    statement; backward, all that these send. A `phase` is the forward pass, the seed, or the
    backward pass.

    Args:
        trace: the trace.
        view: the drawn nodes.
        stride: how far one goes at a time.
        options: what figures show; the user's groups are among it.

    Returns:
        Numbers of steps that rise from 0 to all of them.
    """
    steps = trace.steps
    if stride == "message":
        return tuple(range(len(steps) + 1))
    ends_with = {"node": _nodes, "layer": _layers, "phase": _phases}[stride](trace, view, options)
    ends = [number for number, pair in enumerate(pairwise(steps), start=1) if ends_with(*pair)]
    return tuple(dict.fromkeys((0, *ends, len(steps))))


def since(stops: Sequence[int], count: int) -> int:
    """The stop from which one came to be where `count` steps are done; without stops every step is one."""
    if not stops or not count:
        return max(count - 1, 0)
    return stops[max(bisect_left(stops, count) - 1, 0)]


Ends = Callable[[Step, Step], bool]
"""Whether a stride ends between a step and the next one."""


def _nodes(trace: Trace, view: View, options: Options) -> Ends:
    shows_gradient = {shown.node.name for shown in view.nodes.values()} | view.beside.keys()

    def is_seen(step: Step) -> bool:
        if isinstance(step, Computed):
            return any(view.nodes[home].shows(step.node) for home in view.homes.get(step.node, ()))
        return isinstance(step, Seeded) or step.arg in shows_gradient

    def ends(step: Step, following: Step) -> bool:
        return not _meet(step, following) and is_seen(step)

    return ends


def _meet(step: Step, following: Step) -> bool:
    """Whether two steps bring gradients to the same node, where they are added."""
    return isinstance(step, Flowed) and isinstance(following, Flowed) and step.arg == following.arg


def _layers(trace: Trace, view: View, options: Options) -> Ends:
    layers, statements = (
        view_of(trace.graph, replace(options, level=level)) for level in ("layers", "statements")
    )

    def place(step: Step) -> Hashable:
        home = layers.home(step.node)
        in_layer = home and layers.nodes[home].kind == "group"
        return type(step), home if in_layer else statements.home(step.node)

    return lambda step, following: not _meet(step, following) and place(step) != place(following)


def _phases(trace: Trace, view: View, options: Options) -> Ends:
    return lambda step, following: type(step) is not type(following)
