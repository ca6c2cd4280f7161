"""Values for names that have none yet, so that a formula can be stepped as soon as it is typed.

The guess only has to be useful: several are tried, until one leaves no unit saturated and no layer shut,
meets no kink, and has an output that is neither 0 nor infinite.
Shapes come from core/graph/guessed_shapes.py.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from itertools import islice

from core.base.arrays import Value, frozen, is_finite, shape_of
from core.base.errors import Problem
from core.base.gc_paused import gc_paused
from core.base.lazy_numpy import np
from core.graph.axis_lengths import USUAL, Lengths
from core.graph.builder import build
from core.graph.graph import Node
from core.graph.guessed_shapes import ShapeGuess
from core.graph.plan import OUTPUT, Plan, make_plan
from core.graph.programs import free_names, renamed
from core.graph.targets import target_value, targets
from core.notation.program import Program
from core.notation.tree import walk
from core.ops.facts import Target
from core.ops.rules import Rule
from core.passes.stepper import forward_values

# for numbers, in order of appearance: pleasant ones first, then smaller ones, then possible probabilities
SCALARS = (
    (2.0, 3.0, 0.5, 1.5, 4.0, 2.5, 1.0, 3.5),
    (0.8, 1.5, -0.6, 1.2, 0.4, -0.9, 0.7, 1.1),
    (0.3, 0.7, 0.2, 0.6, 0.4, 0.9, 0.1, 0.5),
)
BY_CONVENTION = {
    "w0": 2.0,
    "x0": 1.0,
    "w1": -1.0,
    "w2": 0.5,
    "λ": 0.1,
    "λ1": 0.1,
    "λ2": 0.1,
    "τ": 1.0,
    "T": 1.0,
    "C": 1.0,
    "η": 0.1,
    "α": 0.1,
    "μ": 0.9,
    "t": 1.0,
    "b": 0.5,
    "ε": 0.01,
}
# where a rectifier is open, whose slope need not be 0 where it is shut
OPEN = Rule("[x > 0]")
MIXED = 3  # of so many entries and more, some should be shut
MOST_TRIES = 20
# so many nodes and numbers a graph may have whose values are tried, so that typing is not slowed down
MOST_NODES, MOST_NUMBERS = 120, 20_000


@gc_paused
def with_defaults(
    program: Program, values: Mapping[str, Value], tries: int = MOST_TRIES, lengths: Lengths = USUAL
) -> dict[str, Value]:
    """Find values for all free names of a program.

    Args:
        program: what was read.
        values: the values that are there, by name in any spelling; others are guessed.
        tries: how many guesses are compared; the one with the fewest saturations, kinks and zeros is taken.
        lengths: how long axes are that the program leaves open.

    Returns:
        A number or an array for each free name, in order of appearance; those given are among them.
    """
    values = renamed(program, values)
    wanted = free_names(program, values)
    missing = [name for name in wanted if name not in values]
    found = {name: values[name] for name in wanted if name in values}
    if missing:
        wishes, classes = _wishes(program, found, lengths)
        roles = targets(program, {name: shape for name, shape in wishes.items() if shape is not None})
        found = _calmest(program, found | classes, wishes, roles, wanted, tries)
    return {name: found[name] for name in wanted}


def _wishes(
    program: Program, given: Mapping[str, Value], lengths: Lengths
) -> tuple[dict[str, tuple[int, ...] | None], dict[str, Value]]:
    """The shapes of the names that have no value yet, None for an index, and the classes of rows.

    What only slides say, as by a bold letter, counts if the program can be built with it.
    """
    missing = [name for name in free_names(program, given) if name not in given]
    for slides in (True, False):
        guess = ShapeGuess(program, given, slides, lengths)
        shapes = guess.shapes()
        classes = guess.classes()
        wishes = {
            name: None if name in guess.indices else shapes.get(name, ())
            for name in missing
            if name not in classes
        }
        if not any(wishes.values()):
            break  # numbers alone can mean nothing else
        if slides:
            shaped = {name: frozen(np.zeros(shape or ())) for name, shape in wishes.items()}
            try:
                build(program, {**given, **classes, **shaped})
                break
            except Problem:
                continue
    return wishes, classes


def _calmest(
    program: Program,
    given: Mapping[str, Value],
    wishes: Mapping[str, tuple[int, ...] | None],
    roles: Mapping[str, Target],
    order: Sequence[str],
    tries: int,
) -> dict[str, Value]:
    """The given values and the first guess for the others about which there is least to complain."""
    first = {**given, **_guessed(wishes, roles, given, order, 0)}
    if tries == 1:
        return first
    try:
        plan = make_plan(build(program, first))
    except Problem:
        return first  # for the reader to be told
    best, least = first, _complaints(plan, first)
    for attempt in range(1, tries):
        if not least:
            break
        tried = {**given, **_guessed(wishes, roles, given, order, attempt)}
        count = _complaints(plan, tried)
        if count < least:
            best, least = tried, count
    return best


def _complaints(plan: Plan, values: Mapping[str, Value]) -> int:
    """How much is wrong with some values; 0 for graphs too large to be tried."""
    nodes = plan.graph.nodes
    if len(nodes) > MOST_NODES or sum(math.prod(node.shape) for node in nodes.values()) > MOST_NUMBERS:
        return 0
    try:
        known = forward_values(plan, values)
    except Problem:
        return 0  # an index that is not there: no other values mend it
    found = sum(_complaint(nodes, node, known) for node in nodes.values() if not node.is_leaf)
    return found + OUTPUT_IS_0 * (not np.any(known[plan.graph.output]))


NOT_FINITE, SATURATED, AT_KINK, SHUT, ALL_OPEN, OUTPUT_IS_0 = 1000, 10, 10, 5, 1, 1


def _complaint(nodes: Mapping[str, Node], node: Node, known: Mapping[str, Value]) -> int:
    """What is wrong at a node, by its value and those of its arguments."""
    op = node.operation
    if not is_finite(known[node.name]):
        return NOT_FINITE
    saturated = bool(np.max(np.abs(known[node.args[0]]), initial=0.0) > op.saturates)
    ports = {port: known[arg] for port, arg in {**node.by_port, OUTPUT: node.name}.items()}
    at_kink = op.kink and np.any(op.kink.at.value(ports))
    return SATURATED * saturated + AT_KINK * bool(at_kink) + _gate(nodes, node, ports)


def _gate(nodes: Mapping[str, Node], node: Node, ports: Mapping[str, Value]) -> int:
    """What is wrong with a gate, such as ReLU: it is shut, or does not show that it can be."""
    op = node.operation
    if not op.kink or not op.elementwise:
        return 0
    moving = [port for port, arg in node.by_port.items() if not nodes[arg].is_constant]
    rules = [OPEN if op.learning.gain else op.local[port] for port in moving if port in op.back]
    slopes = [rule.value(ports) for rule in rules if any(sign in rule.text for sign in "<>≤≥")]
    if slopes and not any(map(np.any, slopes)):
        return SHUT
    return ALL_OPEN * (math.prod(node.shape) >= MIXED and len(slopes) == 1 and bool(np.all(slopes[0])))


def is_edit(before: str, after: str) -> bool:
    """Whether a text is one that was edited at one place: added to, or at least half of it kept."""
    shorter = min(len(before), len(after))
    start = next((i for i in range(shorter) if before[i] != after[i]), shorter)
    end = next((i for i in range(shorter - start) if before[-1 - i] != after[-1 - i]), shorter - start)
    kept = start + end
    return 0 < len(before) == kept or 2 * kept >= max(len(before), len(after), 1)


def carried_over(program: Program, values: Mapping[str, Value], chosen: Collection[str]) -> dict[str, Value]:
    """Values for a program that has just been edited, or for another one with what was chosen alone.

    Args:
        program: the program as it is now.
        values: those of the program before.
        chosen: the names whose values the user chose: these stay, unless the program cannot be built with
            them. A guess stays if the edited program would have one of the same shape, and if a new one does
            not serve it better.

    Returns:
        A value for each free name of the program.
    """
    stays = {name: value for name, value in values.items() if name in chosen}
    fresh = with_defaults(program, stays, tries=1)
    if not stays and _is_large(program):
        return {
            n: values[n] if n in values and shape_of(values[n]) == shape_of(v) else v
            for n, v in fresh.items()
        }
    kept = {
        name: value
        for name, value in values.items()
        if name in chosen or (name in fresh and shape_of(value) == shape_of(fresh[name]))
    }
    best, least = None, 0
    for given in (kept, stays, {}):
        tried = with_defaults(program, given)
        try:
            count = _complaints(make_plan(build(program, tried)), tried)
        except Problem:
            continue  # chosen values that cannot go into this program belong to another one
        if best is None or count < least:
            best, least = tried, count
        if given is not kept or not least:
            break
    return fresh if best is None else best


def _is_large(program: Program) -> bool:
    """Whether a program has more parts than a graph may have whose values are tried."""
    parts = (part for statement in program.statements for part in walk(statement.tree))
    return sum(1 for _ in islice(parts, 2 * MOST_NODES + 1)) > 2 * MOST_NODES


def _guessed(
    wishes: Mapping[str, tuple[int, ...] | None],
    roles: Mapping[str, Target],
    given: Mapping[str, Value],
    order: Sequence[str],
    attempt: int,
) -> dict[str, Value]:
    """A guess for each name by its shape; None is an index."""
    taken = {value for value in given.values() if isinstance(value, float)}
    taken |= {BY_CONVENTION[name] for name, shape in wishes.items() if shape == () and name in BY_CONVENTION}
    taken |= {1.0 for name in roles if not wishes[name]}
    found: dict[str, Value] = {}
    for name, shape in wishes.items():
        if shape is None:
            found[name] = 0.0
        elif name in roles:
            found[name] = target_value(roles[name], shape, attempt // len(SCALARS))
        elif shape:
            found[name] = _array(shape, order.index(name) + 1, attempt)
        elif name in BY_CONVENTION:
            found[name] = BY_CONVENTION[name]
        else:
            found[name] = _number(order.index(name) + attempt // len(SCALARS), attempt, taken)
            taken.add(found[name])  # type: ignore[arg-type]
    return found


def _number(place: int, attempt: int, taken: Collection[float]) -> float:
    """The first number from a place of a list on that no other name has."""
    numbers = SCALARS[attempt % len(SCALARS)]
    turned = [numbers[(place + i) % len(numbers)] for i in range(len(numbers))]
    return next((number for number in turned if number not in taken), turned[0])


def _array(shape: tuple[int, ...], place: int, attempt: int) -> Value:
    """Numbers of one decimal, none of them 0, distinct where there are few; some tries are above 0."""
    count = math.prod(shape)
    tenths = np.arange(1, (18 if 18 < count <= 36 else 9) + 1) / 10
    numbers = tenths if attempt % len(SCALARS) == len(SCALARS) - 1 else np.concatenate([tenths, -tenths])
    rng = np.random.default_rng(place + 100 * attempt)
    blocks = [rng.permutation(numbers) for _ in range(math.ceil(count / len(numbers)))]
    return frozen(np.concatenate(blocks)[:count].reshape(shape))
