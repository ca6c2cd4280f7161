"""The answer to a request: values and gradients of all nodes, as plain data for JSON or a table of text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from core.base.arrays import Value, describe
from core.base.errors import Problem, place
from core.base.gc_paused import gc_paused
from core.base.numbers import DIGITS, short, value_text
from core.derivatives.numerical import Checked, check_gradients
from core.graph.formulas import operation_text
from core.graph.graph import Graph, Node
from core.graph.json_values import plain_value
from core.math.derivative_names import Notation
from core.math.plain import plain
from core.notation.printers import reading
from core.notation.program import Remark
from core.passes.explain import OF_THE_SUM, caveat
from core.passes.gradient_names import gradient_math
from core.passes.not_finite import remarks_on_not_finite
from core.passes.seed import is_chosen, seeded_text
from core.passes.trace import Trace
from core.service.request import Request


class Report:
    """A request's trace, read for its answer; `wrt` are the nodes whose gradients were asked for."""

    def __init__(self, request: Request, trace: Trace):
        self.request, self.trace = request, trace
        aliases = trace.graph.program.aliases
        self.wrt = tuple(aliases.get(name, name) for name in request.wrt) or trace.graph.inputs
        self.checked: dict[str, Checked] = check_gradients(trace, self.wrt) if request.check else {}

    @property
    def warnings(self) -> list[Remark]:
        """What a reader should know: ambiguities, kinks, infinite values, missing gradients."""
        graph, trace = self.trace.graph, self.trace
        found = [*graph.remarks, *remarks_on_not_finite(trace), *_kinks(trace)]
        span = graph.nodes[graph.output].span
        if is_chosen(trace.seed):
            of = seeded_text(graph.output, trace.seed, graph.nodes)
            found.append(Remark(f"The gradients are those of {of}", span))
        elif graph.nodes[graph.output].shape:
            said = describe(graph.output, graph.nodes[graph.output].shape)
            found.append(Remark(f"{said}; {OF_THE_SUM}", span))
        for name in self.wrt:
            if trace.last.gradient(name) is None:
                found.append(Remark(f"{graph.output} has no gradient for {name}", graph.nodes[name].span))
            elif self.request.check and name not in self.checked:
                found.append(Remark(f"{name} is too large to be checked", graph.nodes[name].span))
        return [*found, *self.request.unused(graph)]

    def _typed(self, name: str) -> str:
        return self.request.spelled(self.trace.graph.program, name)

    @gc_paused
    def answer(self) -> dict[str, Any]:
        """The answer as plain data, with names as the program spells them; what is not known is None."""

        typed = self._typed

        graph, last = self.trace.graph, self.trace.last
        found: dict[str, Any] = {
            "ok": True,
            "output": typed(graph.output),
            "value": _plain(last.value(graph.output)),
            "grads": {typed(name): _plain(last.gradient(name)) for name in self.wrt},
            "nodes": [
                {
                    "name": typed(node.name),
                    "op": node.op,
                    "args": [typed(arg) for arg in node.args],
                    "value": _plain(last.value(node.name)),
                    "gradient": _plain(last.gradient(node.name)),
                }
                for node in graph.nodes.values()
            ],
            "reading": reading(graph.program),
            "warnings": [remark.message for remark in self.warnings],
        }
        if self.request.check:
            found["check"] = {
                typed(name): {
                    "numerical": plain_value(checked.numerical),
                    "error": plain_value(checked.error),
                    "verdict": checked.verdict,
                }
                for name, checked in self.checked.items()
            }
        return found

    def text(self, digits: int = DIGITS, notation: Notation | None = None) -> str:
        """The reading, the table of nodes and the warnings; with a notation gradients have their names."""
        graph = self.trace.graph
        shown = [node for node in graph.nodes.values() if not node.is_constant]
        columns = self._columns(shown, digits, notation)
        heads = [reading_line(graph), ""]
        remarks = [f"Note: {remark.message}" for remark in self.warnings]
        return "\n".join([*heads, *table(columns), *(["", *remarks] if remarks else [])])

    def _columns(self, nodes: Sequence[Node], digits: int, notation: Notation | None) -> dict[str, list[str]]:
        last = self.trace.shown.last
        columns = {
            "name": [node.name for node in nodes],
            "operation": [operation_text(self.trace.graph, node) for node in nodes],
            "value": [_text(last.value(node.name), digits) for node in nodes],
            **self._gradient_names(nodes, notation),
            "gradient": [_text(last.gradient(node.name), digits) for node in nodes],
        }
        if self.request.check:
            checks = [self.checked.get(node.name) for node in nodes]
            columns["numerical"] = [_text(check.numerical, digits) if check else "" for check in checks]
            columns["relative error"] = [short(check.error, 2) if check else "" for check in checks]
            columns["verdict"] = [check.verdict if check else "" for check in checks]
        return columns

    def _gradient_names(self, nodes: Sequence[Node], notation: Notation | None) -> dict[str, list[str]]:
        """What the gradients are called, a column of its own where a notation is asked for."""
        if notation is None:
            return {}
        trace = self.trace
        known = [node.name if trace.last.gradient(node.name) is not None else "" for node in nodes]
        return {"derivative": [plain(gradient_math(trace, name, notation)) if name else "" for name in known]}


def reading_line(graph: Graph) -> str:
    """The program as it was understood, the output's name in front."""
    found = reading(graph.program)
    return (
        found
        if graph.program.statements[-1].name
        else f"{graph.own_output} = {found}"
        if ";" not in found
        else found
    )


def _kinks(trace: Trace) -> list[Remark]:
    """A remark for each node that stands where its operation has no derivative."""
    nodes = (node for node in trace.graph.nodes.values() if not node.is_leaf)
    return [Remark(f"{node.name}: {said}", node.span) for node in nodes if (said := caveat(trace.last, node))]


def _plain(value: Value | None) -> Any:
    return None if value is None else plain_value(value)


def _text(value: Value | None, digits: int) -> str:
    return "" if value is None else value_text(value, digits)


# -- tables of text


NUMBERS = {"value", "gradient", "numerical"}


def table(columns: Mapping[str, Sequence[str]]) -> list[str]:
    """Columns of text as lines; numbers stand with their decimal points below each other."""
    padded = []
    for head, cells in columns.items():
        cells = _pointed(cells) if head in NUMBERS else list(cells)
        width = max(map(cells_wide, [head, *cells]))
        padded.append([cell + " " * (width - cells_wide(cell)) for cell in (head, *cells)])
    return ["  ".join(line).rstrip() for line in zip(*padded, strict=True)]


def _pointed(cells: Sequence[str]) -> list[str]:
    """Numbers moved so that their points, or ends, meet; lists and shapes keep to the left."""
    before = [len(re.split("[.·]", cell)[0]) if _is_number(cell) else 0 for cell in cells]
    most = max(before, default=0)
    return [" " * (most - n) + cell if n else cell for cell, n in zip(cells, before, strict=True)]


def _is_number(cell: str) -> bool:
    return re.match(r"−?(\d|∞)[^×\s]*$|NaN$", cell) is not None


def cells_wide(text: str) -> int:
    """How many columns of a terminal a text takes."""
    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in text)
    return len(text) + wide - sum(bool(unicodedata.combining(char)) for char in text)


# -- problems

WIDEST, BESIDE = 100, 40  # characters of a line that is quoted, and of those before its mark


def error_answer(problem: Problem, text: str = "") -> dict[str, Any]:
    """A problem as plain data; a place that is not known is None."""
    spot = place(text, problem.span) if problem.span else None
    return {
        "ok": False,
        "error": {
            "message": problem.message,
            "line": spot.line if spot else None,
            "column": spot.column if spot else None,
            "end_column": spot.end_column if spot else None,
            "hint": problem.hint,
        },
    }


def error_text(problem: Problem, text: str = "") -> str:
    """A problem as lines for a terminal: the sentence, the line it lies in with marks below, what to do."""
    lines = [_stopped(problem.message)]
    if problem.span:
        spot = place(text, problem.span)
        line = (text.split("\n")[spot.line - 1] if text else "").rstrip("\r")
        line, start, end = _around(_harmless(line), spot.column - 1, spot.end_column - 1)
        lines[0] = f"Line {spot.line}, column {spot.column}: {lines[0]}"
        lines.append(f"  {line}")
        lines.append(f"  {' ' * cells_wide(line[:start])}{'^' * max(1, cells_wide(line[start:end]))}")
    lines[0] = _harmless(lines[0])
    return "\n".join([*lines, *([_harmless(_stopped(problem.hint))] if problem.hint else [])])


def _around(line: str, start: int, end: int) -> tuple[str, int, int]:
    """A line, as much as a terminal shows around the stretch from start to end, and where that is then."""
    first = max(0, start - BESIDE) if len(line) > WIDEST else 0
    last = first + WIDEST
    before, behind = "…" * (first > 0), "…" * (len(line) > last)
    shift = first - len(before)
    return f"{before}{line[first:last]}{behind}", start - shift, min(end, last) - shift


def _stopped(sentence: str) -> str:
    return sentence if sentence.endswith(("?", ".")) else f"{sentence}."


def _harmless(text: str) -> str:
    """Text without characters that would act on a terminal; each keeps its one column."""
    return "".join(char if char.isprintable() else " " if char == "\t" else "�" for char in text)
