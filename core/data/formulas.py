"""Data sets from a formula in the program's own notation: a function of x, or the two sides of a condition.

function_of   `y = x sin(x)` -> how its points are drawn
sides_of      `x2 > sin(x1)` -> how points are drawn on both of its sides
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from core.base.arrays import Array, Value
from core.base.errors import Problem, cut
from core.base.numbers import short
from core.compiled import compile_plan
from core.data.drawn import RADIUS, Draw, Drawn, nudged, on_a_line
from core.graph.builder import build
from core.graph.plan import make_plan
from core.graph.programs import MATH_CONSTANTS, free_names, read_program
from core.notation.names import in_text

LOW, HIGH = -6.0, 6.0  # of what is drawn
LONGEST = 200  # characters of a formula


def function_of(text: str) -> Draw:
    """Draws x from −6 to 6 with the formula's value as the target, which noise moves up and down.

    Raises Problem, at once, where the text is no function of x alone.
    """
    evaluated(text, ("x",), np.zeros((1, 1)))
    return on_a_line(lambda x: _finite(text, ("x",), x[:, None]))


def sides_of(text: str) -> Draw:
    """Draws points of the plane, as many where the condition holds (class 1) as where it does not (class 0).

    Noise blurs where the border is. Raises Problem where the text is no condition on x1 and x2.
    """
    text = text.strip()
    condition = text if text.startswith("[") else f"[{text}]"
    names = ("x1", "x2")
    if not _is_condition(condition):
        raise Problem(
            f"{cut(text)} is no condition on x1 and x2",
            hint="Write one with <, >, ≤ or ≥, as in x2 > sin(x1)",
        )

    def draw(rng: np.random.Generator, n: int, noise: float) -> Drawn:
        wanted = np.array([n - n // 2, n // 2])
        found = [np.empty((0, 2)), np.empty((0, 2))]
        for _ in range(20):
            points = rng.uniform(-RADIUS, RADIUS, (4 * n, 2))
            holds = _finite(condition, names, nudged(rng, points, RADIUS * noise)) > 0.5
            found = [
                np.concatenate([part, points[holds == bool(k)]])[: wanted[k]] for k, part in enumerate(found)
            ]
            if all(len(part) == count for part, count in zip(found, wanted, strict=True)):
                break
        for part, says in zip(found, ("holds nearly everywhere", "holds nearly nowhere"), strict=True):
            if not len(part):
                raise Problem(
                    f"{cut(text)} {says} from −5 to 5, so there is only one class",
                    hint="Change the condition so that its border crosses the plane",
                )
        labels = np.repeat([0, 1], [len(part) for part in found])
        return np.concatenate(found), labels

    return draw


def _is_condition(text: str) -> bool:
    """Whether the formula is 1 or 0 wherever it is tried."""
    tried = np.random.default_rng(0).uniform(LOW, HIGH, (64, 2))
    values = evaluated(text, ("x1", "x2"), tried)
    return any(sign in text for sign in "<>≤≥=≠") and bool(np.isin(values, (0, 1)).all())


def _finite(text: str, names: Sequence[str], points: Array) -> Array:
    """The formula's values, all finite; Problem names the first place where one is not."""
    values = evaluated(text, names, points)
    if not np.isfinite(values).all():
        at = points[int(np.argmin(np.isfinite(values)))]
        place = ", ".join(f"{in_text(name)} = {short(float(x))}" for name, x in zip(names, at, strict=True))
        raise Problem(
            f"{cut(text)} has no finite value at {place}",
            hint="Data are drawn from −6 to 6: write it so that it is finite there",
        )
    return values


def evaluated(text: str, names: Sequence[str], points: Array, what: str = "The formula of the data") -> Array:
    """Compute a formula at points.

    Args:
        text: the formula.
        names: what the coordinates of the points are called.
        points: (n, d).
        what: the formula, as a sentence calls it.

    Returns:
        Its values, (n,).

    Raises:
        Problem: it cannot be read, uses other names or none of these, or is no number.
    """
    if len(text) > LONGEST:
        raise Problem(f"{what} has {len(text)} characters; the limit is {LONGEST}")
    numbers: dict[str, Value] = dict.fromkeys(names, 0.5)
    program = read_program(text, numbers)
    free = [name for name in free_names(program, numbers) if name not in MATH_CONSTANTS]
    if others := [name for name in free if name not in names]:
        raise Problem(f"{what} uses {_listed(others)}; it may use {_listed(names)} only")
    graph = build(program, numbers)
    if graph.nodes[graph.output].shape:
        raise Problem(f"{cut(text)} is no number", hint="Write a formula whose value is one number")
    used = [name for name in names if name in graph.free]
    if not used:
        raise Problem(f"{cut(text)} does not depend on {_listed(names)}")
    engine = compile_plan(make_plan(graph), used, len(points), np.float64, (), backward=False)
    for name in used:
        engine.inputs[name][...] = points[:, list(names).index(name)]
    with np.errstate(all="ignore"):
        engine.forward()
    return np.array(engine.values[graph.output], dtype=float).reshape(len(points))


def _listed(names: Collection[str]) -> str:
    return " and ".join(map(in_text, names))
