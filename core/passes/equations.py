"""The equations of a step: a node's value, and what comes back over an edge, with names and with numbers.

They hold as mathematics. Products are written by the shapes of their factors, what was stretched comes back
as a sum over the stretched axes, and numbers have digits enough to give the printed result.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, reduce
from math import isclose, isnan
from operator import add

from msgspec import Struct

from core.base.arrays import Shape, Value, shape_of, sum_to
from core.base.lazy_numpy import np
from core.base.numbers import equation, typed_text
from core.graph.formulas import formula
from core.graph.graph import Node
from core.graph.plan import GRADIENT, OUTPUT
from core.math.axes import index_letters, stretched, summed
from core.math.derivative_names import PARTIAL, Notation
from core.math.mathtree import Math, Row, Shaped, Sign, Table, Tinted, row, shaped, without_shapes
from core.math.parts import ATOM, DIVIDED, POWER, SUM, Part, added, product, turned
from core.math.typeset import EQUALS, is_loose, named_column, value_math
from core.notation.tree import (
    Binary,
    Call,
    Name,
    Negative,
    Number,
    Transposed,
    Tree,
    substituted,
    walk,
)
from core.ops import OPS
from core.passes.gradient_names import gradient_math, local_math
from core.passes.rule_mathematics import INDEX, ONE, ROW, NoNotation, as_mathematics, ones
from core.passes.seed import is_chosen
from core.passes.sides import LARGEST_SHOWN, Side, can_be_set, equated, fits, side_of
from core.passes.steps import Flowed
from core.passes.trace import Snapshot, Trace

# a constant of more characters keeps its name in a derivative
LONGEST_NUMBER = 6
ADDED = Sign("+=", "rel")
# the name of the local derivative in the tree of what comes back
LOCAL = "local"
# what comes back where the local derivative is 1 or −1, which is no factor but at most a sign
SIGNS: Mapping[Tree, Tree] = {
    ONE: Name(GRADIENT),
    Number(-1.0): Negative(Name(GRADIENT)),
    Negative(ONE): Negative(Name(GRADIENT)),
}


class Lines(Struct, frozen=True):
    """The rule with names, with numbers where they can be set, and the local derivative if there is one."""

    rule: Math
    numbers: Math | None
    local: Value | None = None


class Equations:
    """The equations of the step that a snapshot came by, numbers in `digits` digits or a few more.

    `keeps_seed` writes the gradient of the output by its name where it is a factor, also where it is 1;
    where they are `annotated` the shape of an array stands below it, and terms are marked by their roles.
    `entries` are what the entries of vectors are called, which stands beside them in results.
    """

    def __init__(
        self,
        trace: Trace,
        snapshot: Snapshot,
        digits: int,
        notation: Notation = PARTIAL,
        keeps_seed: bool = False,
        annotated: bool = False,
        entries: Mapping[str, Sequence[str]] | None = None,
    ):
        self.trace, self.snapshot, self.digits, self.notation = trace, snapshot, digits, notation
        self.keeps_seed, self.annotated, self.entries = keeps_seed, annotated, entries or {}
        self.graph, self.typesetter = trace.graph, trace.graph.typesetter
        self._named: dict[str, dict[str, Part]] = {}

    # -- names and numbers in formulas

    def _shaped(self, math: Math, shape: Shape) -> Math:
        return shaped(math, shape) if self.annotated else math

    def _tinted(self, role: str, math: Math, node: str) -> Math:
        return Tinted(role, math, node, self.annotated)

    def name(self, node: str) -> Part:
        """A node's name; a constant stands as itself."""
        found = self.graph.nodes[node]
        if found.is_constant:
            return self.typesetter.part(found.tree)
        math, strength = self.typesetter.named(node)
        return self._shaped(self._tinted("name", math, node), found.shape), strength

    def number(self, value: Value, role: str, node: str = "", digits: int = 0) -> Part:
        math = value_math(value, digits or self.digits, LARGEST_SHOWN)
        tinted = self._tinted(role, math, node)
        below = shape_of(value) if can_be_set(value) else ()  # others stand there by their shape
        return self._shaped(tinted, below), SUM if is_loose(value) else ATOM

    def result(self, value: Value, role: str, node: str) -> Math:
        """A node's value or gradient as it is found, its entries with their names."""
        called, math = self.entries.get(node, ()), self.number(value, role, node)[0]
        if shape_of(value) != (len(called),) or not fits(value):
            return math
        return self._shaped(
            self._tinted(role, named_column(value, self.digits, called), node), shape_of(value)
        )

    def target(self, node: str) -> Math:
        """The gradient of a node as the left side of an equation."""
        name = self._tinted("gradient", gradient_math(self.trace, node, self.notation), node)
        return self._shaped(name, self.graph.nodes[node].shape)

    def upstream(self, node: Node) -> Part:
        """The gradient of a node as a factor; of the output it is the seed."""
        math, strength = gradient_math(self.trace, node.name, self.notation), POWER
        if node.name == self.graph.output and not self.keeps_seed:
            if not is_chosen(self.trace.seed):
                math, strength = self.typesetter.part(ones(node.shape))
                return self._tinted("upstream", math, node.name), strength
            if fits(self.trace.seed):
                return self.number(self.trace.seed, "upstream", node.name)
        return self._shaped(self._tinted("upstream", math, node.name), node.shape), strength

    def _names(self, node: Node) -> Mapping[str, Part]:
        """By its names in a rule: each input of a node, the node itself and its gradient, by their names."""
        if node.name not in self._named:
            self._named[node.name] = self._names_of(node)
        return self._named[node.name]

    def _names_of(self, node: Node) -> dict[str, Part]:
        found = {port: self.name(arg) for port, arg in node.by_port.items()}
        shapes = {port: self.graph.nodes[arg].shape for port, arg in node.by_port.items()}
        letters = zip((ROW.name, INDEX.name), index_letters(self.graph.nodes), strict=False)
        return (
            dict(letters)
            | self._fitted(node, found, shapes)
            | {OUTPUT: self.name(node.name), GRADIENT: self.upstream(node)}
        )

    def in_numbers(self, node: Node, operands: Mapping[str, Value], digits: int) -> dict[str, Part]:
        """The same with numbers in place of the operands."""
        roles = {GRADIENT: "upstream", LOCAL: "local"}
        tags = dict.fromkeys((OUTPUT, GRADIENT, LOCAL), node.name) | node.by_port
        shown = {
            name: self.number(value, roles.get(name, "value"), tags[name], digits)
            for name, value in operands.items()
        }
        return {
            **self._names(node),
            **self._fitted(node, shown, {p: shape_of(v) for p, v in operands.items()}),
        }

    def _fitted(self, node: Node, parts: Mapping[str, Part], shapes: Mapping[str, Shape]) -> dict[str, Part]:
        """The inputs of a node, or its local derivative, stretched to take part in it where they need it."""
        to = self.graph.stretched_shape(node)
        if to is None:
            return dict(parts)
        return {port: stretched(part, shapes[port], to) for port, part in parts.items()}

    def _known(self, node: Node) -> dict[str, Value]:
        """The values of a node's inputs and of the node itself, by their names in a rule.

        The one entry of an array that is stretched takes part as a number.
        """
        joint = self.graph.stretched_shape(node)
        found: dict[str, Value] = {}
        for port, arg in {**node.by_port, OUTPUT: node.name}.items():
            value = self.snapshot.value(arg)
            if value is not None:
                alone = joint not in (None, shape_of(value)) and np.size(value) == 1
                found[port] = float(np.ravel(value)[0]) if alone else value
        return found

    def _equated(
        self, node: Node, sides: Sequence[Side], said: Math, result: Part, value: Value
    ) -> list[Math]:
        """The sides with numbers of a node and their result, with = or ≈ between them."""

        def numbers(operands: Mapping[str, Value], digits: int) -> dict[str, Part]:
            return self.in_numbers(node, operands, digits)

        return equated(sides, numbers, said, result, value, self.digits)

    # -- forward

    def forward(self, node: Node) -> Lines:
        """The value of a node."""
        value, rule, known = self.snapshot.value(node.name), node.value_rule, self._known(node)
        assert value is not None
        call = self._call(node, known)
        side = side_of(call, known, lambda parts: self.typesetter.tree(call, parts), rule.value)
        left, said = self._named_sides(node, call)
        result, found = self.number(value, "value", node.name), self.result(value, "value", node.name)
        if _lies_in_a_row(call, node):
            result = turned(result)
            found = result[0]
        numbers = row(left, EQUALS, *self._equated(node, [side], said, result, value)[:-1], found)
        return Lines(row(left, EQUALS, said), numbers if can_be_set(value) else None)

    def assignment(self, node: Node) -> Math:
        """The value of a node with names alone."""
        left, said = self._named_sides(node, self._call(node, self._known(node)))
        return row(left, EQUALS, said)

    def _call(self, node: Node, known: Mapping[str, Value]) -> Tree:
        """What a node computes, over the inputs of its operation."""
        call = formula(self.graph, node)
        if isinstance(call, Binary) and call.op == "⊙":
            call, _ = as_mathematics(call, dict(zip("xy", known.values(), strict=False)))
        return call

    def _named_sides(self, node: Node, call: Tree) -> tuple[Math, Math]:
        """A node's name and what it computes."""
        left, said = self.name(node.name)[0], self.typesetter.tree(call, self._names(node))
        return turned((left, ATOM))[0] if _lies_in_a_row(call, node) else left, said

    # -- backward

    def seed(self, node: Node, gradient: Value) -> Lines:
        """What the backward pass starts with."""
        math = (
            self.number(gradient, "gradient", node.name)[0]
            if can_be_set(gradient)
            else self.upstream(node)[0]
        )
        return Lines(row(self.target(node.name), EQUALS, math), None)

    def contribution(self, step: Flowed) -> Math:
        """What comes back over an edge, with names alone."""
        return self.back(step, self.graph.nodes[step.node])[0]

    def backward(self, step: Flowed) -> Lines:
        """The chain rule on one edge."""
        node = self.graph.nodes[step.node]
        named, sides, local = self.back(step, node)
        factors = self.factors(step, node) if local is not None else None
        rights = [factors, EQUALS, named] if factors else [named]
        rule = row(self.target(step.arg), EQUALS if self.trace.arrivals(step.arg) == 1 else ADDED, *rights)
        if not can_be_set(step.contribution):
            return Lines(rule, None, local)
        result = self.number(step.contribution, "gradient", step.arg)
        numbers = row(
            EQUALS,
            *self._equated(node, sides, named, result, step.contribution)[:-1],
            self.result(step.contribution, "gradient", step.arg),
        )
        return Lines(rule, self._with_total(numbers, step), local)

    def back(self, step: Flowed, node: Node) -> tuple[Math, list[Side], Value | None]:
        """What comes back over an edge: with names, with numbers, the local derivative if there is one."""
        op, port = node.operation, node.ports[step.port]
        rule, upstream = op.back_rule(step.port), self.snapshot.gradient(step.node)
        assert rule is not None and upstream is not None
        known: dict[str, Value] = self._known(node) | {GRADIENT: upstream}
        shape = self.graph.nodes[step.arg].shape
        joint = self.graph.stretched_shape(node) or shape

        def total(tree: Tree, parts: Mapping[str, Part]) -> Math:
            return summed(self.typesetter.part(tree, parts), joint, shape, self.graph.nodes)[0]

        if port in op.local:
            return self._local_back(step, node, port, known, total)
        try:
            named, _ = as_mathematics(self._at_output(rule.tree, node), known)
            tree, _ = as_mathematics(rule.tree, known)
        except NoNotation:
            return self._pulled_back(step, node, known)

        def value(at: Mapping[str, Value]) -> Value:
            return sum_to(rule.value(at), shape)

        classes = [port for port in (op.points or ())[:1] if np.ndim(known[port])]
        side = side_of(tree, known, lambda parts: total(tree, parts), value, classes)
        return total(named, self._names(node)), [side], None

    def _pulled_back(
        self, step: Flowed, node: Node, known: Mapping[str, Value]
    ) -> tuple[Math, list[Side], Value | None]:
        """The transposed Jacobian times the upstream gradient, for a rule that has no shorter notation."""
        rule = node.operation.back_rule(step.port)
        assert rule is not None
        shape = self.graph.nodes[step.arg].shape
        name: Math = self._tinted("local", local_math(self.graph, node, step.arg, self.notation), node.name)
        if self.annotated and max(len(shape), len(node.shape)) == 1:
            name = Shaped(name, (*(node.shape or (1,)), *(shape or (1,))))
        jacobian = turned((name, DIVIDED))
        tree = Call("matvec", (Name(LOCAL), Name(GRADIENT)))

        def set_as(parts: Mapping[str, Part]) -> Math:
            return self.typesetter.tree(tree, {**parts, LOCAL: jacobian})

        return set_as(self._names(node)), [side_of(tree, known, set_as, rule.value)], None

    def _local_back(
        self,
        step: Flowed,
        node: Node,
        port: str,
        known: dict[str, Value],
        total: Callable[[Tree, Mapping[str, Part]], Math],
    ) -> tuple[Math, list[Side], Value | None]:
        """The upstream gradient times the local derivative, entry by entry."""
        shape = self.graph.nodes[step.arg].shape
        local = known[LOCAL] = node.operation.local[port].value(known)
        shown = self._local_derivative(node, port, known)
        tree, _ = as_mathematics(Binary("*", Name(GRADIENT), Name(LOCAL)), known)
        if node.shape and shown in SIGNS:
            tree = SIGNS[shown]

        def value(at: Mapping[str, Value]) -> Value:
            return sum_to(as_mathematics(tree, at)[1], shape)

        def worked_value(at: Mapping[str, Value]) -> Value:
            return value({**at, LOCAL: as_mathematics(shown, at)[1]})

        def worked_out(parts: Mapping[str, Part]) -> Math:
            return total(tree, {**parts, LOCAL: self._as_factor(shown, parts, node, known)})

        told = tree if self._starts_with_1(node) and shown != ONE else SIGNS.get(shown, tree)
        named, _ = as_mathematics(self._at_output(told, node), known)
        names_ = self._names(node)
        sides = [side_of(substituted(tree, {LOCAL: shown}), known, worked_out, worked_value)]
        if fits(local):
            sides.append(side_of(tree, known, lambda parts: total(tree, parts), value))
        factor = self._as_factor(shown, names_, node, known)
        if named == Name(LOCAL):
            factor = factor[0], self.typesetter.part(shown, names_)[1]
        return total(named, {**names_, LOCAL: factor}), sides, local

    def _local_derivative(self, node: Node, port: str, known: Mapping[str, Value]) -> Tree:
        """The local derivative as it is written: in the usual form, where that holds at these values."""
        tree, value = as_mathematics(_usual_form(node.op, port, self._constants(node)), known)
        if _same(value, known[LOCAL]):
            return tree
        return as_mathematics(node.operation.local[port].tree, known)[0]

    def _at_output(self, tree: Tree, node: Node) -> Tree:
        """The tree itself, and at the output, where the upstream gradient is 1, with that in its place."""
        return substituted(tree, {GRADIENT: ones(node.shape)}) if self._starts_with_1(node) else tree

    def _starts_with_1(self, node: Node) -> bool:
        """Whether the upstream gradient of a node is the seed, 1, and is written as such."""
        is_output = node.name == self.graph.output and not self.keeps_seed
        return is_output and not is_chosen(self.trace.seed)

    def factors(self, step: Flowed, node: Node) -> Math | None:
        """∂L/∂y · ∂y/∂x, where both are numbers and x is one argument alone; not where ∂L/∂y is 1."""
        if node.shape or self.graph.nodes[step.arg].shape or node.args.count(step.arg) > 1:
            return None
        if node.name == self.graph.output and not is_chosen(self.trace.seed):
            return None
        middle = self._tinted("local", local_math(self.graph, node, step.arg, self.notation), step.node)
        return product(self.upstream(node), (middle, ATOM))

    def _as_factor(
        self, tree: Tree, parts: Mapping[str, Part], node: Node, known: Mapping[str, Value]
    ) -> Part:
        """A local derivative as a factor: a product goes on with its sign, what is looser gets brackets.

        Below it stands the shape of the whole.
        """
        math, strength = self.typesetter.part(tree, parts)
        first = tree
        while isinstance(first, Binary) and first.op in "*⊙":
            first = first.left
        signs = {part.op for part in walk(tree) if isinstance(part, Binary)} & set("*⊙")
        goes_on = first is not tree and signs <= ({"⊙"} if node.shape else {"*"})
        if goes_on and self.typesetter.part(first, parts)[1] >= POWER:
            strength = ATOM
        shape, to = shape_of(as_mathematics(tree, known)[1]), self.graph.stretched_shape(node)
        if shape and to and len(to) == 2:
            shape = to
        return self._shaped(self._tinted("local", without_shapes(math), node.name), shape), strength

    def _constants(self, node: Node) -> tuple[tuple[str, float], ...]:
        """Inputs that are short numbers, by their names: they are written as such."""
        values = ((port, self.graph.nodes[arg].value) for port, arg in node.by_port.items())
        return tuple(
            (port, value)
            for port, value in values
            if isinstance(value, float) and len(typed_text(value)) <= LONGEST_NUMBER
        )

    # -- gradients that meet

    def before(self, step: Flowed) -> Value | None:
        """What had arrived at the receiving node before this step."""
        return self.trace.snapshot(self.snapshot.count - 1).gradient(step.arg)

    def _with_total(self, numbers: Row, step: Flowed) -> Math:
        """The formula, and below it the sum with what had arrived before."""
        before = self.before(step)
        if before is None or not fits(before):
            return numbers
        digits, sign = equation(total_of, (before, step.contribution), step.total, self.digits)
        terms = [self.number(v, "gradient", step.arg, digits)[0] for v in (before, step.contribution)]
        total = self.result(step.total, "gradient", step.arg)
        right = row(EQUALS, added(terms), Sign(sign, "rel"), total)
        return Table(((row(), numbers), (self.target(step.arg), right)), "aligned")


def total_of(*values: Value) -> Value:
    """The sum of gradients."""
    with np.errstate(all="ignore"):
        return reduce(add, values)


@lru_cache(maxsize=1024)
def _usual_form(op: str, port: str, constants: tuple[tuple[str, float], ...]) -> Tree:
    """A local derivative in its usual form, with numbers for some inputs: 2·x^(2−1) becomes 2x."""
    from core.notation.simplify import simplified  # exact fractions, not needed before the first step back

    rule = OPS[op].shows.get(port, OPS[op].local[port])
    return simplified(substituted(rule.tree, {port: Number(value) for port, value in constants}))


def _same(value: Value, other: Value) -> bool:
    """Whether two values are the same but for rounding."""
    if isinstance(value, float) and isinstance(other, float):
        return isclose(value, other, rel_tol=1e-9, abs_tol=1e-12) or (isnan(value) and isnan(other))
    return np.allclose(value, other, rtol=1e-9, atol=1e-12, equal_nan=True)


def _lies_in_a_row(tree: Tree, node: Node) -> bool:
    """Whether a formula gives a row: xᵀW, which the program keeps as a vector."""
    return isinstance(tree, Binary) and isinstance(tree.left, Transposed) and len(node.shape) == 1
