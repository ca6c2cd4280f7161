"""The paths of a node as mathematics: a row a path, the sum of all, and what the node received and passed on.

PathRow, rows_of        the factors of each path with their values, and the row as one equation
sum_math                the sum over the paths
ends_in_a_sum           whether there is one
count_sentence          how many paths there are
message_lines           what arrived, the sum, what was sent on
as_latex, as_markdown, as_text
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
from msgspec import Struct

from core.base.arrays import Shape, Value, shape_of, shape_text
from core.base.numbers import DIGITS, added_text, equation, short, value_text
from core.derivatives.paths import Derivation, Factor, Path, ways_from
from core.graph.graph import Node
from core.graph.plan import GRADIENT
from core.math.derivative_names import PARTIAL, Notation, local_name
from core.math.latex import latex
from core.math.mathtree import Digits, Letter, Math, Scripts, Sign, Tinted, Word, row
from core.math.parts import ATOM, DOT, POWER, SUM, Part, added, wrap
from core.math.plain import plain
from core.math.typeset import EQUALS, is_loose, number_math, value_math
from core.notation.names import in_text
from core.notation.tree import Tree, substituted
from core.passes.equations import Equations, total_of
from core.passes.gradient_names import gradient_math, local_math
from core.passes.rule_mathematics import ones
from core.passes.seed import is_chosen
from core.passes.sides import fits
from core.passes.trace import Trace

UPSTREAM = ("g", "u", "q", "r")  # letters for what comes along a path; the first that the program has not
MOST_FACTORS, SHOWN_LAST = 14, 4  # columns of a row, and how many of them stand behind those left out
LARGEST_IN_A_ROW = 4  # rows and columns of an array that is written entry by entry in a row of factors


class Column(Struct, frozen=True, eq=False):
    """A factor of a path: its name, and below it its value and the shape of that.

    In a chain of arrays it is an equation for what has come so far. Of an array that is too large to be
    written the shape stands in place of the value.
    """

    name: Math
    value: Math
    shape: Shape = ()
    is_written: bool = True

    @property
    def size(self) -> str:
        """The shape as it stands in a rule, where a vector is a column."""
        return "×".join(map(str, self.shape if len(self.shape) != 1 else (*self.shape, 1)))


class PathRow(Struct, frozen=True, eq=False):
    """A path as a row: its columns, their product, and the same as one equation or several.

    `is_product` says that the columns are factors; else each says what comes of the one before.
    """

    path: Path
    columns: tuple[Column, ...]
    product: Math
    equations: tuple[Math, ...]
    is_product: bool


def rows_of(found: Derivation, digits: int = DIGITS, notation: Notation = PARTIAL) -> tuple[PathRow, ...]:
    """Typeset the paths of a node.

    Args:
        found: the paths.
        digits: how many significant digits numbers have; factors have more where the product needs them.
        notation: how derivatives are written.
    """
    make = _Rows(found, digits, notation)
    return tuple(make.product(path) if path.is_scalar else make.chain(path) for path in found.paths)


class _Rows:
    def __init__(self, found: Derivation, digits: int, notation: Notation):
        self.is_alone = found.count == 1
        self.trace, self.digits, self.notation = found.trace, digits, notation
        self.graph, self.typesetter = self.trace.graph, self.trace.graph.typesetter
        taken = self.graph.typeset_names
        self._ways_from: dict[str, Mapping[str, int]] = {}
        self.count = 0  # of the names for what has come along a path
        self.letter = next((Letter(a) for a in UPSTREAM if Letter(a) not in taken), Letter("g", "bold"))

    # -- paths of numbers

    def product(self, path: Path) -> PathRow:
        """∂L/∂y · ∂y/∂z · ∂z/∂w, with the values below, or in one line with an equals sign between."""
        found = self._runs(path)
        values = [math.prod(factor.local or 0.0 for factor in run) for run in found]
        runs = [self._name_of(run) for run in found]
        if len(runs) > MOST_FACTORS:  # those in the middle are one number
            left, right = MOST_FACTORS - SHOWN_LAST - 1, len(runs) - SHOWN_LAST
            runs[left:right] = [Sign("⋯", "ord")]
            values[left:right] = [math.prod(values[left:right])]
        seed = self.trace.seed
        if is_chosen(seed) and isinstance(seed, float):
            runs.insert(0, Tinted("upstream", number_math(seed, self.digits), self.graph.output))
            values.insert(0, seed)
        digits, sign = equation(_product, values, path.product, self.digits)
        columns = tuple(
            Column(name, Tinted("local", number_math(value, digits)))
            for name, value in zip(runs, values, strict=True)
        )
        result = Tinted("gradient", value_math(path.product, self.digits), path.factors[-1].step.arg)
        names = _joined([(column.name, ATOM) for column in columns])
        shown = [(c.value, SUM if is_loose(v) else ATOM) for c, v in zip(columns, values, strict=True)]
        relation = Sign(sign, "rel")
        numbers = [] if len(values) == 1 else [EQUALS, _joined(shown)]
        return PathRow(path, columns, result, (row(names, *numbers, relation, result),), True)

    def _runs(self, path: Path) -> list[list[Factor]]:
        """The factors from one name of the program to the next, where there is no other way between them."""
        runs: list[list[Factor]] = [[path.factors[0]]]
        for factor in path.factors[1:]:
            start, end = runs[-1][0].step.node, factor.step.arg
            inside = not self.graph.nodes[factor.step.node].named
            if inside and self._ways(start)[end] == 1:
                runs[-1].append(factor)
            else:
                runs.append([factor])
        return runs

    def _ways(self, start: str) -> Mapping[str, int]:
        if start not in self._ways_from:
            self._ways_from[start] = ways_from(self.trace, start)
        return self._ways_from[start]

    def _name_of(self, run: Sequence[Factor]) -> Math:
        first, last = run[0].step, run[-1].step
        node = self.graph.nodes[first.node]
        if len(run) > 1:
            of, by = self.typesetter.name(first.node), self.typesetter.name(last.arg)
            name = local_name(of, by, None, self.notation)
        elif node.args.count(first.arg) > 1:  # ∂(a a)/∂a would be that of both places: it is written out
            name = _Along(self.trace, self.digits, self.notation, None).contribution(first)
        else:
            name = local_math(self.graph, node, first.arg, self.notation)
        return Tinted("local", name, first.node)

    # -- paths with arrays

    def chain(self, path: Path) -> PathRow:
        """g₁ = p − y, g₂ = Wᵀ g₁, … where each is what has come along the path so far.

        What only passes on is left out. Of one path alone the last is the gradient itself: ∂L/∂W = g₂ xᵀ.
        """
        columns, equations, came = list[Column](), list[Math](), None
        for factor in path.factors:
            along = _Along(self.trace, self.digits, self.notation, came)
            made, is_last = along.contribution(factor.step), factor is path.factors[-1]
            passes = np.all(np.asarray(factor.product) == 1) if came is None else made == came[0]
            if passes and not (is_last and (self.is_alone or not columns)):
                continue
            self.count += 1
            name = Tinted("upstream", Scripts(self.letter, sub=Digits(str(self.count))))
            if is_last and self.is_alone:
                arg = factor.step.arg
                name = Tinted("gradient", gradient_math(self.trace, arg, self.notation), arg)
            came, value = (name, POWER), factor.product
            equations.append(row(name, EQUALS, made))
            columns.append(Column(equations[-1], self._value(value), shape_of(value), _fits(value)))
        if len(columns) > MOST_FACTORS:
            columns[MOST_FACTORS - SHOWN_LAST - 1 : -SHOWN_LAST] = [Column(Sign("⋯", "ord"), row())]
        result = Tinted("gradient", self._value(path.product), path.factors[-1].step.arg)
        if _fits(path.product):
            equations[-1] = row(equations[-1], EQUALS, result)
        return PathRow(path, tuple(columns), result, tuple(equations), False)

    def _value(self, value: Value) -> Math:
        if _fits(value):
            return value_math(value, self.digits)
        return Word(shape_text(shape_of(value)), "ord")


class _Along(Equations):
    """The equations of a path: upstream is what has come along it, which need not be the whole gradient.

    Where nothing but 1 has come, as at the output, `came` is None and the local derivative stands alone.
    """

    def __init__(self, trace: Trace, digits: int, notation: Notation, came: Part | None):
        super().__init__(trace, trace.last, digits, notation)
        self.came = came

    def upstream(self, node: Node) -> Part:
        if self._at_chosen_seed(node):
            return super().upstream(node)
        return self.came or self.typesetter.part(ones(node.shape))

    def _at_output(self, tree: Tree, node: Node) -> Tree:
        if self.came is None and not self._at_chosen_seed(node):
            return substituted(tree, {GRADIENT: ones(node.shape)})
        return tree

    def _at_chosen_seed(self, node: Node) -> bool:
        return node.name == self.graph.output and is_chosen(self.trace.seed)


def _product(*values: float) -> float:
    return math.prod(values)


def _joined(parts: Sequence[Part]) -> Math:
    """Factors with dots between them; those behind the first in brackets where they have a sign."""
    found: list[Math] = []
    for part in parts:
        found += [DOT, wrap(part, ATOM)] if found else [part[0]]
    return row(*found)


def ends_in_a_sum(found: Derivation) -> bool:
    """Whether a sum stands below the paths: of one path of arrays the last equation is the gradient's."""
    return found.count > 1 or any(path.is_scalar for path in found.paths)


def _fits(value: Value) -> bool:
    return fits(value, LARGEST_IN_A_ROW)


# -- the sum


def sum_math(found: Derivation, digits: int = DIGITS, notation: Notation = PARTIAL) -> Math:
    """The gradient as the sum over the paths: ∂L/∂w = 0.1 − 0.105754 = −0.005754.

    Arrays that are too large to be written stand with their shape.
    """
    name = Tinted("gradient", gradient_math(found.trace, found.node, notation), found.node)
    terms = [path.product for path in found.paths]
    terms += [] if found.rest is None else [found.rest]
    if not _fits(found.gradient):  # arrays that are too large to be written
        size = Word(f" ({shape_text(shape_of(found.gradient))})", "ord")
        count = Digits(f"{found.count:,}")
        said = "path" if found.count == 1 else "paths"
        return row(name, size, Word(" is the sum over ", "ord"), count, Word(f" {said}", "ord"))
    result = Tinted("gradient", value_math(found.gradient, digits), found.node)
    if len(terms) < 2:
        return row(name, EQUALS, result)
    enough, sign = equation(total_of, terms, found.gradient, digits)
    shown = added([Tinted("gradient", value_math(value, enough)) for value in terms])
    return row(name, EQUALS, shown, Sign(sign, "rel"), result)


def count_sentence(found: Derivation) -> str:
    """How many paths there are, and which of them are shown; "" for one."""
    if found.count < 2:
        return ""
    said = f"{found.count:,} paths, one backward pass"
    if found.count == len(found.paths):
        return f"{said}."
    which = "the largest" if found.largest else "among the largest"
    left = found.count - len(found.paths)
    return f"{said}; {len(found.paths)} are shown, {which}, and the sum of the other {left:,}."


def message_lines(found: Derivation, digits: int = DIGITS, until: int | None = None) -> tuple[str, ...]:
    """What a node received, what that adds up to, and what it passed on, as sentences.

    Args:
        found: the derivation.
        digits: how many significant digits numbers have.
        until: after how many steps; None is after all.
    """
    trace, graph = found.trace, found.trace.graph
    snapshot = trace.snapshot(len(trace) if until is None else until)
    lines = []
    if found.node == graph.output:
        lines.append(f"Starts with the seed {_said(trace.seed, digits)}.")
    arrived = [step for step in found.received if snapshot.contribution(step.node, step.port) is not None]
    if arrived:
        parts = [f"{_said(step.contribution, digits)} from {in_text(step.node)}" for step in arrived]
        lines.append(f"Received {', '.join(parts)}.")
    if len(arrived) > 1:
        total = arrived[-1].total
        lines.append(f"Added up {_sum_text([step.contribution for step in arrived], total, digits)}.")
    sent = [step for step in found.passed if snapshot.contribution(step.node, step.port) is not None]
    if sent:
        parts = [f"{_said(step.contribution, digits)} to {in_text(step.arg)}" for step in sent]
        lines.append(f"Passed on {', '.join(parts)}.")
    return tuple(lines)


def _said(value: Value, digits: int) -> str:
    return value_text(value, digits) if _fits(value) else f"an array of {shape_text(shape_of(value))}"


def _sum_text(terms: Sequence[Value], total: Value, digits: int) -> str:
    numbers = [value for value in terms if isinstance(value, float)]
    if not isinstance(total, float) or len(numbers) < len(terms):
        return _said(total, digits)
    enough, sign = equation(total_of, numbers, total, digits)
    return f"{added_text(numbers, enough)} {sign} {short(total, digits)}"


# -- the whole, to be copied


def formulas(found: Derivation, digits: int, notation: Notation) -> Iterator[Math]:
    """Every equation: those of each path, then the sum; of the output, to which no path leads, its seed."""
    for one in rows_of(found, digits, notation):
        yield from one.equations
    if ends_in_a_sum(found) or (not found.count and _fits(found.gradient)):
        yield sum_math(found, digits, notation)


def _lines(found: Derivation, digits: int, notation: Notation, write: Callable[[Math], str]) -> Sequence[str]:
    """Every equation as it is written; one of a single factor, which is the product too, once."""
    return list(dict.fromkeys(map(write, formulas(found, digits, notation))))


def as_latex(found: Derivation, digits: int = DIGITS, notation: Notation = PARTIAL) -> str:
    """The derivation as LaTeX: a line for each equation, and the count as a comment."""
    said = count_sentence(found)
    lines = _lines(found, digits, notation, latex)
    return "\n".join([*([f"% {said}"] if said else []), *lines])


def as_markdown(found: Derivation, digits: int = DIGITS, notation: Notation = PARTIAL) -> str:
    """The derivation as Markdown: displayed formulas, then what the node received and passed on."""
    shown = [f"$$\n{line}\n$$" for line in _lines(found, digits, notation, latex)]
    said = " ".join([*filter(None, [count_sentence(found)]), *message_lines(found, digits)])
    return (
        "\n\n".join(
            [f"**How {in_text(found.trace.graph.output)} depends on {in_text(found.node)}**", *shown, said]
        )
        + "\n"
    )


def as_text(found: Derivation, digits: int = DIGITS, notation: Notation = PARTIAL) -> str:
    """The derivation as plain text."""
    lines = _lines(found, digits, notation, plain)
    return "\n".join([*lines, *filter(None, [count_sentence(found)]), *message_lines(found, digits)])
