"""Which names of a program are targets that only certain numbers make sense for, by what is done with them.

What is multiplied by a logarithm, as 1 minus it is too, is 0 or 1; a vector multiplied by logarithms under a
minus sign has a 1 for the true class; what a margin of 1 is compared with is a score times 1 or −1.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from core.base.arrays import Value, frozen
from core.base.lazy_numpy import np
from core.notation.program import Program
from core.notation.tree import PRODUCTS, Binary, Call, Name, Negative, Number, Transposed, Tree, names, walk
from core.ops import CALLS, OPS
from core.ops.facts import NUMBER, ONE_HOT, SIGNS, ZERO_OR_ONE, Target

Role = tuple[str, Target]
LOGARITHMS = frozenset(op.name for op in OPS.values() if op.learning.logarithm)
# functions that are a maximum with 0, or can be one
GATES = {"max", *(op.call for op in OPS.values() if op.stands_for == "max(0, x)")}


def targets(program: Program, shapes: Mapping[str, tuple[int, ...]]) -> dict[str, Target]:
    """The targets among a program's names that have no value yet, given by their shapes, and their kinds."""
    found: dict[str, Target] = {}
    computed = {statement.name: statement.tree for statement in program.statements if statement.name}
    for statement in program.statements:
        parts = list(walk(statement.tree))
        inner = {id(child) for part in parts if _is_product(part) for child in part.children}
        signed = any(isinstance(part, Negative) for part in parts)
        for part in parts:
            role: Role | None = None
            if _is_product(part) and id(part) not in inner:
                role = _by_logarithm(list(_factors(part)), signed)
            elif isinstance(part, Call):
                role = _by_call(part, computed, shapes)
            if (
                role
                and role[0] in shapes
                and (role[1] != ONE_HOT or (shapes[role[0]] and role[0] not in found))
            ):
                found[role[0]] = role[1]
    return found


def target_value(kind: Target, shape: tuple[int, ...], turn: int) -> Value:
    """A target of a kind: by turns what it may be; for a class a 1 in each row, each at its own place."""
    if kind == ONE_HOT:
        rows, classes = (1, *shape)[-2:]
        return frozen(np.resize(np.eye(classes)[np.arange(rows) % classes], shape))
    if not shape:
        return -1.0 if kind == SIGNS and turn % 2 else 1.0
    turns = (np.indices(shape).sum(axis=0) + turn) % 2
    return frozen(np.where(turns, 0.0 if kind == ZERO_OR_ONE else -1.0, 1.0))


def _is_product(part: Tree) -> bool:
    return isinstance(part, Binary) and part.op in PRODUCTS


def _factors(tree: Tree) -> Iterator[Tree]:
    """What is multiplied, left to right, whatever its sign and however it is turned."""
    waiting = [tree]
    while waiting:
        part = waiting.pop()
        if _is_product(part):
            waiting.extend(reversed(part.children))
        elif isinstance(part, Negative | Transposed):
            waiting.append(part.body)
        else:
            yield part


def _by_logarithm(factors: list[Tree], signed: bool) -> Role | None:
    """The target a logarithm is multiplied by: the nearest name that it is no logarithm of."""
    logarithms = [isinstance(factor, Call) and factor.function in LOGARITHMS for factor in factors]
    if sum(logarithms) == 1:
        place = logarithms.index(True)
        inside = names(factors[place])
        for factor in (*factors[:place][::-1], *factors[place + 1 :]):
            match factor:
                case Binary("-", Number(1.0), Name(name)) if name not in inside:
                    return name, ZERO_OR_ONE
                case Name(name) if signed and name not in inside:
                    return name, ONE_HOT
    return None


def _by_call(part: Call, computed: Mapping[str, Tree], shapes: Mapping[str, tuple[int, ...]]) -> Role | None:
    """The target of a loss with a name, or of `max(0, 1 - y s)` and `max(0, -y s)`."""
    op = CALLS.get((part.function, len(part.args)))
    for port, kind in op.learning.targets.items() if op else ():
        target = part.args[op.inputs.index(port)] if op else None
        if kind != NUMBER and isinstance(target, Name):
            return target.name, kind
    for arg in part.args if part.function in GATES else ():
        score, least = _score(_meant(arg, computed))
        score = _meant(score, computed)
        factors = list(_factors(score))
        others = len([factor for factor in factors if not isinstance(factor, Name)])
        free = [factor.name for factor in factors if isinstance(factor, Name) and factor.name in shapes]
        # a row of weights times a vector is no target times a score
        entrywise = isinstance(score, Binary) and (score.op == "⊙" or (free and not shapes[free[0]]))
        if free and entrywise and (others if part.function != "max" else len(factors) - len(free) >= least):
            return free[0], SIGNS
    return None


def _meant(tree: Tree, computed: Mapping[str, Tree]) -> Tree:
    return computed.get(tree.name, tree) if isinstance(tree, Name) else tree


def _score(tree: Tree) -> tuple[Tree, int]:
    """What a margin is compared with, and how many of its factors must have been computed to be sure."""
    match tree:
        case Binary("-", Number(1.0), score):
            return score, 0
        case Negative(score):
            return score, 1
        case Binary(_, Negative(), _) if _is_product(tree):
            return tree, 1
    return Number(0.0), 0
