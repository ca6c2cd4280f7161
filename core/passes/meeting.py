"""Gradients that meet at a node: the chain rule as one sum over all that arrives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from core.base.arrays import Value
from core.math.mathtree import Row, row
from core.math.parts import Part, added
from core.math.typeset import EQUALS
from core.passes.equations import Equations, Lines, total_of
from core.passes.sides import Side, can_be_set, equated, fits
from core.passes.steps import Flowed

ARRIVED = "arrived"  # the name of what a step brings, among the operands of a side
Each = TypeVar("Each")


def all_that_arrives(equations: Equations, steps: Sequence[Flowed]) -> Lines:
    """The gradient of a node as a sum: ∂z/∂u = ∂z/∂v ∂v/∂u + ∂z/∂w ∂w/∂u = 4·3 + 6·4 = 12 + 24 = 36.

    Args:
        equations: of the snapshot after the last of the steps.
        steps: all steps that bring a gradient to the node, in their order.
    """
    last, nodes = steps[-1], [equations.graph.nodes[step.node] for step in steps]
    found = [(step, node, *equations.back(step, node)) for step, node in zip(steps, nodes, strict=True)]
    named = added([named for _, _, named, _, _ in found])
    products = [equations.factors(step, node) for step, node, _, _, local in found if local is not None]
    factors = [each for each in products if each is not None]
    chain = [EQUALS, added(factors)] if len(factors) == len(steps) else []
    rule = row(equations.target(last.arg), *chain, EQUALS, named)
    if not can_be_set(last.total):
        return Lines(rule, None)

    def numbers(operands: Mapping[str, Value], digits: int) -> dict[str, Part]:
        parts_of_all: dict[str, Part] = {}
        for place, node in enumerate(nodes):
            own = _of_term(place, operands)
            if ARRIVED in own:
                parts = {ARRIVED: equations.number(own[ARRIVED], "gradient", last.arg, digits)}
            else:
                parts = equations.in_numbers(node, own, digits)
            parts_of_all |= _as_term(place, parts)
        return parts_of_all

    sides = [_sum_of([sides[0] for _, _, _, sides, _ in found])]
    if all(fits(step.contribution) for step in steps):
        sides.append(_sum_of([_arrived(step) for step in steps]))
    result = equations.number(last.total, "gradient", last.arg)
    *shown, _ = equated(sides, numbers, named, result, last.total, equations.digits)
    # what the terms come to is found together with their sum
    found_last = Row((*shown[2:], equations.result(last.total, "gradient", last.arg)))
    return Lines(rule, Row((EQUALS, *shown[:2], found_last)))


def _arrived(step: Flowed) -> Side:
    """What one step brings, as a number."""
    return Side({ARRIVED: step.contribution}, lambda parts: parts[ARRIVED][0], lambda at: at[ARRIVED])


def _sum_of(terms: Sequence[Side]) -> Side:
    """A side that is a sum of others."""
    operands: dict[str, Value] = {}
    for place, one in enumerate(terms):
        operands |= _as_term(place, one.operands)
    return Side(
        operands,
        lambda parts: added([one.set_as(_of_term(place, parts)) for place, one in enumerate(terms)]),
        lambda at: total_of(*(one.value(_of_term(place, at)) for place, one in enumerate(terms))),
    )


def _as_term(place: int, found: Mapping[str, Each]) -> dict[str, Each]:
    """The names of a term among those of a sum."""
    return {f"{place} {name}": each for name, each in found.items()}


def _of_term(place: int, found: Mapping[str, Each]) -> dict[str, Each]:
    start = f"{place} "
    return {name.removeprefix(start): each for name, each in found.items() if name.startswith(start)}
