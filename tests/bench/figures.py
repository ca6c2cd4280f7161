"""How large the numbers of the lectures' circuits are on a slide and in a column."""

import json
from collections.abc import Iterator
from pathlib import Path

from app.figures.bounds import fitted_page
from app.formula import measured
from app.widgets.theme import LIGHT
from core.figure import TARGETS, Figures, Fit, Options, Target, fit
from core.passes.trace import Trace
from core.service.request import json_hint, request_from
from tests.bench.report import Table
from tests.bench.timing import QUICK, Effort

CASES = Path(__file__).parents[1] / "cases"
S15 = {
    "program": "f = 1/(1+exp(-(w0 + w1 x1 + w2 x2)))",
    "values": {"w0": -3.0, "w1": 2.0, "x1": -1.0, "w2": -3.0, "x2": -2.0},
}


FINISHED = Options(highlight=False)


def circuits() -> dict[str, str]:
    """Programs and values as JSON, by the names of their lectures; parts of a scene are numbered."""
    found = {"S15 in operations": S15}
    for file in ("slides", "lectures"):
        for case in json.loads((CASES / f"{file}.json").read_text(encoding="utf-8")):
            name = case.get("scene") or case["id"]
            count = sum(known == name or known.startswith(f"{name}, ") for known in found)
            found[f"{name}, {count + 1}" if count else name] = case
    return {name: json.dumps({key: case[key] for key in S15}) for name, case in found.items()}


def trace_of(circuit: str) -> Trace:
    """Both passes of a circuit."""
    return request_from(circuit).trace(json_hint)


def fitted(trace: Trace, target: Target, options: Options = FINISHED) -> Fit:
    """The finished picture of a circuit as it is saved for a target; letters must be loaded."""
    end = len(trace)
    found = fit(trace, options, target, counts=[end], measure=measured)
    return fitted_page(found, [Figures(found.drawing, trace, highlight=False).at(end)], LIGHT)[1]


def rows(effort: Effort) -> Iterator[Table]:
    """A line for every circuit: its nodes, the sizes of numbers and smallest text, how it is drawn."""
    from app.figures.headless import drawing_program

    with drawing_program():
        every = list(circuits().items())
        shown = every if effort.rounds > QUICK.rounds else every[:: len(every) - 1]
        lines = [_line(name, trace_of(circuit)) for name, circuit in shown]
    yield Table("Points of numbers (and of the smallest text) on a slide and in a column; * is small", lines)


def _line(name: str, trace: Trace) -> str:
    found = [fitted(trace, TARGETS[target]) for target in ("slide", "column")]
    sizes = "  ".join(_size(one) for one in found)
    return f"{name:28}{len(found[0].drawing.view.nodes):3} nodes  {sizes}"


def _size(found: Fit) -> str:
    chosen = found.options
    how = f"{chosen.digits} digits, {'down' if chosen.down else 'right'}, rows: {chosen.rows}"
    mark = " " if found.is_readable else "*"
    return f"{found.numbers:5.1f} ({found.smallest:.1f}){mark} {how:24}"
