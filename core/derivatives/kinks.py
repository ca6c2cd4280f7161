"""Kinks between two points: which operations have a corner on the way, so that differences mean nothing.

An operation says where its kink is by a rule such as [x = 0]. Between two points an equality is met when its
two sides change places. A side that only touches the other, as the norm touches 0, is looked at in between.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from core.base.arrays import Array, Value, frozen
from core.base.lazy_numpy import np
from core.base.numbers import short
from core.graph.graph import Node
from core.graph.plan import Plan
from core.ops.entry_kernels import RELATIONS
from core.ops.interpreter import interpreted
from core.ops.kernels import KERNELS
from core.ops.rules import Rule

# how close to 0, compared with how far it moves, an entry counts as 0 where it changes its sign
ROUNDING = 1e-6

# the values of one thing at several points on the way, and whether a bracket has a part in them
Points = tuple[Sequence[Any], bool]


class Straddled(Struct, frozen=True):
    """A node's kink lies between two points; its slope is `left` on one side and `right` on the other."""

    node: str
    symbol: str
    left: str
    right: str
    between: str = "x − h and x + h"

    @property
    def sentence(self) -> str:
        sides = f"slope {self.left} on one side, {self.right} on the other"
        return f"{self.node} ({self.symbol}) has a kink between {self.between}: {sides}"


def straddled(forward: Plan, low: Mapping[str, Value], high: Mapping[str, Value]) -> tuple[Straddled, ...]:
    """The nodes of a forward pass that meet a kink on the way from one set of values to another."""
    nodes = (forward.graph.nodes[instruction.node] for instruction in forward.instructions)
    return tuple(found for node in nodes if (found := _met(node, low, high)))


def _met(node: Node, low: Mapping[str, Value], high: Mapping[str, Value]) -> Straddled | None:
    op = node.operation
    if op.kink is None:
        return None
    ends = [(np.asarray(low[arg]), np.asarray(high[arg])) for arg in node.args]
    with np.errstate(all="ignore"):
        between = _between(ends)
        points = {
            port: (*end, middle) for port, end, middle in zip(op.ports(len(ends)), ends, between, strict=True)
        }
        met, stood = (_holds(op.kink.at, points, somewhere) for somewhere in (True, False))
    here = met > stood
    if not np.any(here):
        return None
    # on the way between the two points the slopes are about those in the middle
    known = {port: frozen(values[-1]) for port, values in points.items()}
    sides = op.kink.slopes(known, np.asarray(here, np.float64)) if op.kink.left else ()
    return Straddled(node.name, op.symbol, *(map(short, sides) if sides else ("none", "∞")))


def _between(ends: Sequence[tuple[Array, Array]]) -> list[Array]:
    """The point of the way at which an entry passes 0, of those that do the fastest; else the middle."""
    part, fastest = 0.5, 0.0
    for low, high in ends:
        speed = np.where(low * high < 0, np.abs(high - low), 0.0)
        if np.max(speed, initial=0.0) > fastest:
            fastest, i = float(np.max(speed)), np.unravel_index(int(np.argmax(speed)), speed.shape)
            part = float(low[i] / (low[i] - high[i]))
    found = [low + part * (high - low) for low, high in ends]
    pairs = zip(found, ends, strict=True)
    return [np.where(np.abs(at) <= ROUNDING * np.abs(high - low), 0.0, at) for at, (low, high) in pairs]


def _holds(rule: Rule, points: Mapping[str, Sequence[Any]], somewhere: bool) -> Array:
    """Where a kink's rule holds, if numbers must be equal only somewhere on the way, or else all along."""
    values, _ = interpreted(rule.computed, _OnTheWay(points, somewhere))
    return np.asarray(np.max(values, axis=0))


class _OnTheWay:
    """A rule at each of several points; an equality of numbers is met between them as well."""

    def __init__(self, points: Mapping[str, Sequence[Any]], somewhere: bool):
        self.points, self.somewhere = points, somewhere

    def number(self, value: float) -> Points:
        return (value,) * 3, False

    def name(self, name: str) -> Points:
        return self.points[name], False

    def call(self, function: str, args: Sequence[Points]) -> Points:
        compared = any(one for _, one in args)
        each = list(zip(*(values for values, _ in args), strict=True))
        if function == "equal" and not compared:
            apart = np.stack([np.subtract(*at) for at in each])
            least, most = apart.min(axis=0), apart.max(axis=0)
            met = (least <= 0) & (most >= 0) if self.somewhere else (least == 0) & (most == 0)
            return (1.0 * met,) * 3, True
        return [KERNELS[function].array(*at) for at in each], compared or function in RELATIONS
