"""What a command or a script asks for: a program at values. Both passes are run for it, or it is refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from core.base.arrays import Value
from core.base.errors import Problem, Span, cut
from core.base.numbers import typed_text
from core.graph.builder import build
from core.graph.graph import MOST_LISTED, Graph, check_node
from core.graph.json_values import (
    MOST_NAMES,
    NOT_FINITE,
    name_from,
    parse_json,
    plain_value,
    value_from,
    values_from,
)
from core.graph.plan import make_plan
from core.graph.programs import free_names, read_program, renamed
from core.graph.typed_value import read_value
from core.notation.lexer import MAX_CHARACTERS
from core.notation.nearest import nearest
from core.notation.program import Program, Remark
from core.notation.spellings import name_of
from core.notation.tree import Name, walk
from core.passes.guessed_values import with_defaults
from core.passes.seed import Entry, entry_seed
from core.passes.stepper import record
from core.passes.trace import Trace
from core.passes.unfold import still_unfolded, unfolded, unfolded_as_asked


class Refusal(Exception):
    """A problem together with the text it lies in, so that its place can be shown."""

    def __init__(self, problem: Problem, text: str):
        super().__init__(str(problem))
        self.problem, self.text = problem, text


class Request(Struct, frozen=True):
    """A program, its values, the node asked for, and the nodes whose gradients are wanted (none: all inputs).

    `typed` is how the names of the values were written. The backward pass starts with `seed`, or with 1 at an
    `entry` of the output, or with 1. `unfold` are nodes to be replaced by what they stand for, or `all`, or
    `numbers`. Of a project's file are `stored`, which may have values for names the program no longer has,
    and `unfolded`, keys of nodes with the operations they had.
    """

    program: str
    values: Mapping[str, Value] = {}
    stored: Mapping[str, Value] = {}
    wrt: tuple[str, ...] = ()
    output: str = ""
    seed: Value | None = None
    entry: Entry | None = None
    defaults: bool = False
    check: bool = False
    unfold: tuple[str, ...] = ()
    unfolded: Mapping[str, str] = {}
    typed: Mapping[str, str] = {}

    def trace(self, hint: Callable[[Mapping[str, Value]], str]) -> Trace:
        """Both passes. Raises Refusal; `hint` says how to give the values that are missing."""
        try:
            graph, values = self.built(hint)
            aliases = graph.program.aliases
            asked = graph.with_output(aliases.get(self.output, self.output)) if self.output else graph
            return record(make_plan(asked), values, self._seed(asked))
        except Problem as problem:
            raise Refusal(problem, self.program) from None

    def built(self, hint: Callable[[Mapping[str, Value]], str]) -> tuple[Graph, dict[str, Value]]:
        """The program's graph and a value for every name. Raises Problem where something does not fit."""
        program = read_program(self.program, {**self.stored, **self.values})
        values = self._complete(program, hint)
        as_stored = unfolded(build(program, values), still_unfolded(self.unfolded))
        graph = unfolded_as_asked(as_stored, self.unfold)
        asked_for = [program.aliases.get(name, name) for name in (*self.wrt, self.output) if name]
        for name in asked_for:
            check_node(graph, name)
        for name in self.values:
            if name in graph.stated:
                span = graph.nodes[name].span
                raise Problem(f"{name} has its value in the program already", span, "Give it in one place")
        return graph, values

    def _seed(self, graph: Graph) -> Value | None:
        if self.entry is None:
            return self.seed
        return entry_seed(graph.output, graph.nodes[graph.output].shape, self.entry)

    def _complete(self, program: Program, hint: Callable[[Mapping[str, Value]], str]) -> dict[str, Value]:
        """A value for every name the program needs one for."""
        known = renamed(program, {**self.stored, **self.values})
        wanted = free_names(program, known)
        given = {name: known[name] for name in wanted if name in known} | renamed(program, self.values)
        missing = [name for name in wanted if name not in known]
        if not missing:
            return given
        guessed = with_defaults(program, given)
        values = {**given, **guessed}
        if self.defaults:
            return values
        build(program, values)  # what else is wrong is said first
        raise Problem(
            f"{_listed(missing)} {'has' if len(missing) == 1 else 'have'} no value",
            _first_use(program, missing[0]),
            hint({name: guessed[name] for name in missing}),
        )

    def spelled(self, program: Program, name: str) -> str:
        """A name as the program spells it; one that it writes in LaTeX as its value was given."""
        spelled = program.spelled.get(name, name)
        if "\\" not in spelled:
            return spelled
        given = {program.aliases.get(own, own): typed for own, typed in self.typed.items()}
        return given.get(name, spelled)

    def unused(self, graph: Graph) -> list[Remark]:
        """A remark for each value given to a name the program does not have."""
        return [
            Remark(f"{name} is not in the program; its value is not used", Span(0, 0))
            for name in self.values
            if graph.program.aliases.get(name, name) not in graph.nodes
        ]


def _listed(names: Sequence[str]) -> str:
    """Names as a sentence lists them, many of them cut short."""
    first, rest = names[:-1], names[-1]
    if len(names) > MOST_LISTED:
        first, rest = names[:MOST_LISTED], f"{len(names) - MOST_LISTED:,} more"
    return f"{', '.join(first)} and {rest}" if first else rest


def _first_use(program: Program, name: str) -> Span | None:
    parts = (part for statement in program.statements for part in walk(statement.tree))
    return next((part.span for part in parts if isinstance(part, Name) and part.name == name), None)


# -- values typed as words: x=-2, w=[1, 2], λ=1/3


def typed_values(words: Sequence[str]) -> dict[str, Value]:
    """The values of words such as `x=-2` or `W=[[1, 2], [3, 4]]`. Raises Refusal with the word."""
    found: dict[str, Value] = {}
    for word in words:
        try:
            name, value = _typed_value(word)
            if name in found:
                raise Problem(f"{name} is given twice")
        except Problem as problem:
            raise Refusal(problem, word) from None
        found[name] = value
    return found


def _typed_value(word: str) -> tuple[str, Value]:
    name, sign, text = word.partition("=")
    try:
        name = name_of(name) if sign else ""
    except Problem:
        name = ""
    if not name:
        hint = "A value is name=value, such as x=-2; a program with spaces needs quotation marks around it"
        raise Problem(f"'{cut(word)}' is not a value", Span(0, max(1, len(word))), hint)
    try:
        return name, _read_typed(text, name)
    except Problem as problem:
        if problem.span is None:
            raise
        start, found = word.index("=") + 1, problem.span
        place = Span(start + found.start, max(start + found.end, start + 1))
        known = problem.message.startswith("The value of")
        hint = f"Write numbers, such as {name}=-2 or {name}=[1, 2]" if known else problem.hint
        message = problem.message if known else f"The value of {name}: {problem.message}"
        raise Problem(message, place, hint) from None


def _read_typed(text: str, name: str) -> Value:
    """A value as it is typed; a text too long for the reader is taken for JSON."""
    if text.strip() in NOT_FINITE:
        return NOT_FINITE[text.strip()]
    if len(text) >= MAX_CHARACTERS:
        return value_from(parse_json(text, f"value of {name}"), name)
    return read_value(text, name)


def typed_seed(text: str) -> Value:
    """The seed that is typed as -1 or [1, 0]. Raises Refusal with the text."""
    try:
        return _read_typed(text, "the seed")
    except Problem as problem:
        said = "The seed must be a number or a list of numbers"
        raise Refusal(Problem(said, problem.span, "Write one, such as -1 or [1, 0]"), text) from None


def typed_hint(missing: Mapping[str, Value]) -> str:
    """What to add to a command for missing values."""
    words = [f"{name}={typed_text(value)}".replace(" ", "") for name, value in missing.items()]
    if any(len(word) > 60 for word in words):
        return "Give their values, or add --defaults"
    return f"Add {' '.join(words)} or other values, or --defaults for these"


# -- requests as JSON: {"program": "...", "values": {...}, "wrt": ["x"], "output": "f", "seed": 1}

Parts = Mapping[str, tuple[type | tuple[type, ...], str]]
PARTS: Parts = {
    "program": (str, "a text"),
    "values": (dict, "a table of names and values"),
    "wrt": (list, "a list of names"),
    "output": (str, "a name"),
    "seed": ((int, float, str, list), "a number or a list of numbers"),
    "defaults": (bool, "true or false"),
    "check": (bool, "true or false"),
    "unfold": ((list, str), 'a list of names, "all" or "numbers"'),
}


def request_from(text: str) -> Request:
    """The request on a line of JSON. Raises Problem."""
    found = parts_from(text, PARTS, '{"program": "x y", "values": {"x": 2, "y": 3}}')
    values = values_from(found.get("values", {}))
    return Request(
        found["program"],
        values,
        typed=dict(zip(values, found.get("values", {}), strict=True)),
        wrt=tuple(name_from(name) for name in found.get("wrt", [])),
        output=name_from(found["output"]) if found.get("output") else "",
        seed=value_from(found["seed"], "the seed") if "seed" in found else None,
        defaults=found.get("defaults", False),
        check=found.get("check", False),
        unfold=_names_from(found.get("unfold", [])),
    )


def parts_from(text: str, parts: Parts, example: str) -> dict[str, Any]:
    """The parts of a request on a line of JSON, each of its kind. Raises Problem."""
    found = parse_json(text, "request")
    if not isinstance(found, dict):
        raise Problem("A request is a table", hint=f"Write {example}")
    for name, plain in found.items():
        if name not in parts:
            meant = nearest(name, list(parts))
            hint = f'Did you mean "{meant}"?' if meant else f"Its parts are {', '.join(parts)}"
            raise Problem(f'"{cut(name)}" is no part of a request', hint=hint)
        kind, said = parts[name]
        if not isinstance(plain, kind) or (isinstance(plain, bool) and kind is not bool):
            raise Problem(f'"{name}" must be {said}')
        if kind is list and "names" in said and len(found[name]) > MOST_NAMES:
            raise Problem(f'"{name}" can have {MOST_NAMES:,} names; here are {len(found[name]):,}')
    if "program" not in found:
        raise Problem('The request has no "program"')
    return found


def _names_from(plain: str | list[Any]) -> tuple[str, ...]:
    return tuple(name_from(name) for name in ([plain] if isinstance(plain, str) else plain))


def json_hint(missing: Mapping[str, Value]) -> str:
    """What to add to a request for missing values."""
    parts = ", ".join(f'"{name}": {plain_value(value)}' for name, value in missing.items())
    return "Give their values" if len(parts) > 120 else f'Add {parts} to "values"'
