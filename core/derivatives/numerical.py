"""Derivatives by differences: how much the output changes when one entry moves a little.

    one-sided   (f(x + h) − f(x)) / h            its error falls with h
    centred     (f(x + h) − f(x − h)) / 2h       its error falls with h²

Below some h both get worse again, as rounding then outweighs the change: `sweep` shows it. Where x − h and
x + h lie on both sides of a kink, no h small enough was chosen, and the kink is named.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from core.base.arrays import Array, Value, frozen, shape_of
from core.base.errors import Problem
from core.base.lazy_numpy import np
from core.base.numbers import short
from core.derivatives.kinks import Straddled, straddled
from core.graph.graph import check_node
from core.graph.plan import Instruction, Plan
from core.ops import Op
from core.passes.stepper import steps
from core.passes.steps import Computed
from core.passes.trace import Trace

# of an entry's size, or of 1 if it is smaller: where rounding and the curve's bend cost equally much,
# which is at the square root of a double's precision or at its cube root
STEPS: Mapping[str, float] = {"one-sided": 1.5e-8, "centred": 6e-6}
SWEPT = tuple(10.0**-power for power in range(1, 16))
# how many operations on numbers a check may take in all, about half a second
MOST_WORK = 50_000
ENTRIES_AS_ONE, NODES_AS_ONE = 1000, 10
TINY = 1e-300
# a gradient below this counts as 0 where two are compared, as in CS231n's own gradient check
LEAST = 1e-8
# what passes while its gradient is stopped rests while others move: the node of such an operation, and an
# argument no gradient goes to, such as an index, which is read under a name of its own
AT_REST = "resting "

Entry = tuple[int, ...]


class Verdict(Struct, frozen=True):
    """What to think of a relative error above a bound: in the lecture's words, and short for a table."""

    above: float
    words: str
    short: str


# the bounds and words of Stanford's CS231n, "Gradient checks", the first that fits
VERDICTS = (
    Verdict(1e-2, "probably wrong", "probably wrong"),
    Verdict(1e-4, "uncomfortable", "suspicious"),
    Verdict(1e-7, "okay with kinks, too high without", "fine if there is a kink near"),
    Verdict(-1.0, "good", "correct"),
)
NOT_FINITE = Verdict(math.nan, "not finite", "not finite")


def verdict(error: float) -> Verdict:
    """What to think of a relative error."""
    return next((row for row in VERDICTS if error > row.above), NOT_FINITE)


def relative_error(one: Value, other: Value, least: float = TINY) -> float:
    """The largest |a − n| / max(|a|, |n|) of two entries; 0 where both are 0, or equally infinite.

    What is smaller than `least` is compared with that, so that rounding around 0 does not count.
    """
    return float(np.max(relative_errors(one, other, least), initial=0.0))


def relative_errors(one: Value, other: Value, least: float = TINY) -> Array:
    """The same for each entry."""
    a, b = np.asarray(one), np.asarray(other)
    with np.errstate(all="ignore"):
        errors = np.abs(a - b) / np.maximum(np.maximum(np.abs(a), np.abs(b)), least)
    return np.where(a == b, 0.0, errors)


# -- differences, entry by entry


class Differenced(Struct, frozen=True):
    """One entry was moved: the output before, at x + h and, if centred, at x − h, and the slope found."""

    entry: Entry
    h: float
    here: float
    ahead: float
    behind: float | None
    slope: float


def differences(
    trace: Trace, name: str, method: str = "centred", h: float | None = None
) -> Iterator[Differenced]:
    """The rows of a table, one for each entry of a node, as they are found.

    Args:
        trace: the trace; an output of several entries is weighted with its seed.
        name: the node whose entries are moved.
        method: centred or one-sided.
        h: the step; without one each entry has the step that suits its size.

    Yields:
        The two values of the output and the slope between them, for each entry.

    Raises:
        Problem: an unknown node or method, or an `h` that is no positive number.
    """
    if method not in STEPS:
        raise Problem(f"'{method}' is no kind of difference", hint=f"Write {' or '.join(STEPS)}")
    if h is not None and not 0 < h < math.inf:
        raise Problem(f"The step h must be a positive number; it is {short(h)}")
    probe = Probe(trace, name)
    return (probe.difference(entry, method, h) for entry in np.ndindex(shape_of(probe.value)))


def numerical_gradient(trace: Trace, name: str) -> Value:
    """The centred difference of the output for each entry of a node."""
    slopes = [row.slope for row in differences(trace, name)]
    return frozen(np.reshape(slopes, trace.graph.nodes[name].shape))


class Probe:
    """A trace's output as a function of one node; what does not depend on that node stays as it is."""

    def __init__(self, trace: Trace, name: str):
        check_node(trace.graph, name)
        self.name, self.output = name, trace.graph.output
        values = {node: trace.last.value(node) for node in trace.graph.nodes}
        self.known = {node: value for node, value in values.items() if value is not None}
        self.known |= {AT_REST + node: value for node, value in self.known.items()}
        self.value = self.known[name]
        self.seed = trace.last.gradient(self.output)
        self.forward = onward(trace.plan, name)

    def moved(self, entry: Entry, by: float) -> dict[str, Value]:
        """All values when one entry has moved."""
        value = np.array(self.value, dtype=np.float64)
        value[entry] += by
        found = {**self.known, self.name: frozen(value)}
        found.update((s.node, s.value) for s in steps(self.forward, found) if isinstance(s, Computed))
        return found

    def at(self, entry: Entry, by: float) -> float:
        """The output, weighted with its seed and summed, when one entry has moved."""
        found = self.moved(entry, by)[self.output] if by else self.known[self.output]
        with np.errstate(all="ignore"):
            return float(np.sum(np.multiply(found, 1.0 if self.seed is None else self.seed)))

    def difference(self, entry: Entry, method: str, h: float | None = None) -> Differenced:
        """One row: an entry moved by h, or by the step that suits its size."""
        h = h or self.step(entry, method)
        here, ahead = self.at(entry, 0.0), self.at(entry, h)
        if method == "one-sided":
            return Differenced(entry, h, here, ahead, None, (ahead - here) / h)
        behind = self.at(entry, -h)
        return Differenced(entry, h, here, ahead, behind, (ahead - behind) / (2 * h))

    def step(self, entry: Entry, method: str) -> float:
        return STEPS[method] * max(1.0, abs(float(np.asarray(self.value)[entry])))

    @property
    def work(self) -> float:
        """How long one evaluation takes, counted in operations on numbers."""
        nodes, instructions = self.forward.graph.nodes, self.forward.instructions
        touched = (name for i in instructions for name in (i.node, *nodes[i.node].args))
        return 1 + len(instructions) + sum(math.prod(nodes[n].shape) for n in touched) / ENTRIES_AS_ONE


def onward(plan: Plan, name: str) -> Plan:
    """The part of the forward pass that a node's value has a bearing on."""
    after = plan.graph.downstream_of([name]) - {name}
    forward = (i for i in plan.forward.instructions if i.node in after)
    moving = (i for i in forward if not plan.graph.nodes[i.node].operation.stops)
    return Plan(plan.graph, tuple(_resting(plan.graph.nodes[i.node].operation, i) for i in moving))


def moves(op: Op, port: int) -> bool:
    """Whether an argument is a number that a value depends on; what is flat in it jumps somewhere."""
    return op.back_rule(port) is not None or op.ports(port + 1)[port] in op.flat


def _resting(op: Op, instruction: Instruction) -> Instruction:
    """The instruction with the arguments that only choose, such as an index, taken as they were."""
    args = enumerate((instruction.binding or {}).items())
    binding = {name: arg if moves(op, port) else AT_REST + arg for port, (name, arg) in args}
    return replace(instruction, binding=binding)


def kinks_between(
    trace: Trace, name: str, entry: Entry = (), h: float | None = None, method: str = "centred"
) -> tuple[Straddled, ...]:
    """The nodes whose kink lies between the two points of a difference, made as by `differences`."""
    probe = Probe(trace, name)
    h = h or probe.step(entry, method)
    if method == "one-sided":
        found = straddled(probe.forward, probe.known, probe.moved(entry, h))
        return tuple(replace(kink, between="x and x + h") for kink in found)
    return straddled(probe.forward, probe.moved(entry, -h), probe.moved(entry, h))


# -- the gradient check


class Checked(Struct, frozen=True):
    """A node's numerical gradient, the largest relative error of an entry, and what to think of it.

    `kinks` are those that the differences of that entry straddle, looked for where the error is not small.
    """

    numerical: Value
    error: float
    verdict: str
    kinks: tuple[Straddled, ...] = ()


def check_gradients(trace: Trace, names: Iterable[str]) -> dict[str, Checked]:
    """Check the gradients of these nodes; left out are those without one, and what would take too long."""
    found: dict[str, Checked] = {}
    left: float = MOST_WORK
    for name in names:
        gradient = trace.last.gradient(name)
        left -= len(trace.graph.nodes) / NODES_AS_ONE  # to look at the graph takes its time too
        if gradient is None or left < 0:
            continue
        probe = Probe(trace, name)
        work = 2 * np.size(probe.value) * probe.work
        if work > left:
            continue
        left -= work
        numerical = numerical_gradient(trace, name)
        errors = relative_errors(gradient, numerical)
        error = float(np.max(errors, initial=0.0))
        thought = verdict(error)
        kinks: tuple[Straddled, ...] = ()
        if thought is not VERDICTS[-1]:
            worst = np.unravel_index(int(np.argmax(errors)), errors.shape)
            kinks = kinks_between(trace, name, tuple(int(i) for i in worst))
        found[name] = Checked(numerical, error, thought.short, kinks)
    return found


# -- which h is best


class Swept(Struct, frozen=True):
    """Both differences for one h, and their relative errors."""

    h: float
    one_sided: float
    centred: float
    one_sided_error: float
    centred_error: float


class Sweep(Struct, frozen=True):
    """The errors of one entry's differences over many h: two curves in the shape of a V."""

    name: str
    entry: Entry
    exact: float
    rows: tuple[Swept, ...]

    @property
    def best_one_sided(self) -> Swept:
        return min(self.rows, key=lambda row: (not row.one_sided_error >= 0, row.one_sided_error))

    @property
    def best_centred(self) -> Swept:
        return min(self.rows, key=lambda row: (not row.centred_error >= 0, row.centred_error))

    @property
    def sentence(self) -> str:
        one, two = self.best_one_sided, self.best_centred
        return (
            f"One-sided differences are best at h = {short(one.h)} (error {short(one.one_sided_error, 2)}), "
            f"centred ones at h = {short(two.h)} (error {short(two.centred_error, 2)}): "
            "a larger h sees the curve's bend, a smaller one its rounding"
        )


def sweep(trace: Trace, name: str, entry: Entry = (), steps: Sequence[float] = SWEPT) -> Sweep:
    """Compare both differences of one entry with the gradient, for each of several steps h.

    Args:
        trace: the trace.
        name: a node with a gradient.
        entry: which entry of it is moved.
        steps: the steps h.

    Returns:
        The differences and their errors, a row for each step.

    Raises:
        Problem: the node has no gradient.
    """
    return list(sweeping(trace, name, entry, steps))[-1]


def sweeping(trace: Trace, name: str, entry: Entry = (), steps: Sequence[float] = SWEPT) -> Iterator[Sweep]:
    """Compare differences for one step h more each time; see `sweep` for arguments, result and errors."""
    probe = Probe(trace, name)
    gradient = trace.last.gradient(name)
    if gradient is None:
        raise Problem(f"{probe.output} has no gradient for {name}", trace.graph.nodes[name].span)
    exact = float(np.asarray(gradient)[entry])
    rows: list[Swept] = []
    for h in steps:
        one, two = (probe.difference(entry, method, h).slope for method in STEPS)
        errors = (relative_error(exact, slope, LEAST) for slope in (one, two))
        rows.append(Swept(h, one, two, *errors))
        yield Sweep(name, entry, exact, tuple(rows))
