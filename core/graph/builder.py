"""A program's tree and the shapes of its values make a graph: here products learn what they are."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import partial, reduce
from itertools import chain, count

from msgspec.structs import replace

from core.base.arrays import Value, describe, frozen, shape_of
from core.base.errors import Problem, Span
from core.base.gc_paused import gc_paused
from core.graph.graph import INPUT, Graph, Node
from core.graph.nodes import Nodes, Operand, check_index
from core.graph.programs import MATH_CONSTANTS, free_names, read_program, renamed
from core.graph.shape_conditions import ShapeConditions
from core.notation.nearest import nearest
from core.notation.printers import expression_text
from core.notation.program import Program, Remark, Statement
from core.notation.tree import (
    Binary,
    Call,
    Index,
    Indicator,
    Listing,
    Name,
    Negative,
    Number,
    Range,
    Reduction,
    Transposed,
    Tree,
    fold,
    is_constant,
    left_over,
    names,
    with_names,
)
from core.ops import CALLS, NUMEL, OPS, operation_of_call

MAX_CALL_DEPTH = 60
MAX_PARTS = 30_000  # that functions may stand for, each use written out
OPERATIONS_BY_SIGN = {
    sign: op.name for op in OPS.values() for sign in op.signs
}  # of operations and of relations


def graph_of(text: str, values: Mapping[str, Value]) -> Graph:
    """Read a program and build its graph.

    Args:
        text: the program.
        values: a number or an array for each name that the program does not define; only their shapes, and
            the numbers that shapes depend on, go into the graph.

    Returns:
        The graph, whose output is the last statement.

    Raises:
        Problem: what cannot be read, or shapes that do not fit, with the place in the text.
    """
    program = read_program(text, values)
    return build(program, renamed(program, values))


@gc_paused
def build(program: Program, values: Mapping[str, Value]) -> Graph:
    """Build the graph of a program that was read.

    Args:
        program: what was read.
        values: a number or an array for each free name, for the shapes of the inputs.

    Returns:
        The graph: a node for each operation, input and constant, with the shape of its value; its output is
        the last statement.

    Raises:
        Problem: a name without a value, shapes that do not fit, or more nodes than the engine allows, with
            the place in the text.
    """
    builder = Builder(program, values)
    for statement in program.statements:
        builder.statement(statement)
    return builder.graph()


class Builder(Nodes):
    """Builds the statements of a program one after the other; the functions above are how to use it."""

    def __init__(self, program: Program, values: Mapping[str, Value]):
        named = {statement.name for statement in program.statements if statement.name}
        super().__init__(named.union(free_names(program, values)))
        self.program, self.values = program, values
        self.last = program.statements[-1]
        self.remarks.extend(program.remarks)
        self.stated: dict[str, Value] = {}
        self.functions: dict[str, Statement] = {}
        self.conditions = ShapeConditions(program.conditions, self.stated, values)
        self.output = ""
        self.depth = 0
        self.parts = 0

    def graph(self) -> Graph:
        if not self.output:
            name = self.last.name or ""
            values = ", ".join(str(number) for number, _ in enumerate(self.last.parameters or (), start=2))
            head = Span(self.last.name_span.start, self.last.tree.span.start)
            hint = f"Write {name} = …, or add a line that uses it, such as {name}({values})"
            raise Problem("The program only defines functions", head, hint, f"{name} = ")
        return Graph(self.program, self.nodes, self.output, self.stated, tuple(self.remarks))

    # -- statements

    def statement(self, statement: Statement) -> None:
        name = statement.name
        self._refuse_second_meaning(statement)
        if statement.parameters is not None:
            self.functions[name or ""] = statement
            return
        if name and (value := self._in_numbers(statement.tree)):
            self.output = self.leaf(name, value)
            return
        wanted = name or (self._output_name() if statement is self.last else "")
        built = self.row_as_matrix(self.expression(statement.tree, {}))
        self._refuse_second_meaning(statement)  # as `w = w - 1` gives it
        self.output = self._named(built, wanted, statement) if wanted else self.node_of(built)

    def _refuse_second_meaning(self, statement: Statement) -> None:
        name = statement.name
        if name and (name in self.nodes or name in self.functions):
            message = f"{name} already has a meaning; a name is given a value once, before it is used"
            raise Problem(message, statement.name_span, "Choose another name, such as " + self._fresh(name))

    def _in_numbers(self, tree: Tree) -> Tree | None:
        """The tree in numbers alone, e and π put in, or None if it uses any other name or a function."""
        constants = {
            name: value
            for name, value in MATH_CONSTANTS.items()
            if name not in self.values and name not in self.nodes
        }
        if not constants.keys() >= set(names(tree)):
            return None
        value = with_names(tree, constants)
        return value if is_constant(value) else None

    def leaf(self, name: str, tree: Tree) -> str:
        operand = self.expression(tree, {})
        assert operand.constant is not None
        self.stated[name] = operand.constant
        self.keep(Node(name, INPUT, (), operand.shape, tree, named=True))
        return name

    def _named(self, built: Operand, name: str, statement: Statement) -> str:
        """Give the node just built its name; a name or number that was there before becomes a copy of it."""
        newest = next(reversed(self.nodes), "")
        if not newest or built.node != newest or self.nodes[newest].named:
            newest = self.add("copy", [built], statement.tree)
        node = self.nodes.pop(newest)
        self.count -= 1
        self.nodes[name] = Node(
            name, node.op, node.args, node.shape, node.tree, named=statement.name is not None
        )
        return name

    def _output_name(self) -> str:
        names = chain(["f", "out"], (f"out{i}" for i in count(1)))
        return next(name for name in names if name not in self.reserved)

    def _fresh(self, name: str) -> str:
        stem = name.rstrip("0123456789")
        return next(f"{stem}{i}" for i in count(1) if f"{stem}{i}" not in self.reserved)

    # -- expressions

    def expression(self, tree: Tree, scope: Mapping[str, Operand]) -> Operand:
        return fold(tree, lambda part, found: self.combine(part, found, scope))

    def combine(self, part: Tree, found: list[Operand], scope: Mapping[str, Operand]) -> Operand:
        self.parts += 1
        if self.parts > MAX_PARTS:
            said = f"The functions stand for more than {MAX_PARTS:,} parts when each use is written out"
            raise Problem(said, part.span, "Use them less often")
        try:
            built = self._combine(part, found, scope)
            self.conditions.check(part, built.shape, partial(self.display_name, built))
            return built
        except Problem as problem:
            raise problem.at(part.span) from None

    def _combine(self, part: Tree, found: list[Operand], scope: Mapping[str, Operand]) -> Operand:
        match part:
            case Number(value):
                return Operand(part, (), constant=value, literal=True)
            case Name(name):
                return scope[name] if name in scope else self.name(part)
            case Negative():
                return self.apply("neg", found, part)
            case Binary("^", Name("e")) if "e" not in self.nodes and "e" not in scope:
                return self.apply("exp", found[1:], part)
            case Binary("·" | " " | "@" as sign):
                return self.product(sign, found[0], found[1], part)
            case Binary("^", _, Negative(Number()) | Binary("/", Negative(Number()))) if (
                len(found[0].shape) == 2
            ):
                name = self.display_name(found[0])
                said = f"{describe(name, found[0].shape)}, and the inverse of a matrix is not computed"
                raise Problem(said, part.span, f"Write 1/{name} for one divided by each entry", f"1/{name}")
            case Binary("^") if len(found[0].shape) == 2:
                self._remark_on_power(part, *found)
                return self.apply("pow", found, part)
            case Binary(sign):
                return self.apply(OPERATIONS_BY_SIGN[sign], found, part)
            case Call():
                return self.call(part, found)
            case Transposed():
                return self.transposed(found[0], part)
            case Listing():
                return self.listing(found, part)
            case Indicator(relation):
                return self.apply(OPERATIONS_BY_SIGN[relation], found, part)
            case Index():
                return self.index(found, part)
            case Reduction():
                raise left_over(part)

    def name(self, part: Name) -> Operand:
        name = part.name
        if name not in self.nodes:
            if name in self.functions:
                raise Problem(f"'{name}' is a function and needs brackets", part.span, f"Write {name}(…)")
            if name in self.values:
                self.keep(Node(name, INPUT, (), shape_of(self.values[name]), part, named=True))
            elif any(name == s.name for s in self.program.statements):
                raise Problem(f"{name} is used before it is given a value", part.span, "Move its line up")
            elif name in MATH_CONSTANTS:
                return Operand(part, (), constant=MATH_CONSTANTS[name])
            else:
                meant = nearest(name, [*self.nodes, *self.values])
                hint = f"Did you mean {meant}?" if meant else f"Give it one, such as {name} = 1"
                raise Problem(f"{name} has no value", part.span, hint, meant or None)
        return Operand(part, self.nodes[name].shape, node=name)

    def call(self, part: Call, found: list[Operand]) -> Operand:
        if part.function == "transpose":  # as in NumPy, where a vector stays as it is
            if len(found[0].shape) == 2:
                return self.apply("transpose", found, part)
            return replace(found[0], tree=part, turned=True)
        if part.function == NUMEL.name:
            return self.counted(found)
        if part.function in self.functions:
            return self.inlined(self.functions[part.function], found)
        op = operation_of_call(part.function, [(1, *o.shape) if o.row else o.shape for o in found])
        if op:
            defaults = list(op.defaults.values())[len(found) - len(op.inputs) + len(op.defaults) :]
            extra = [self.number(value) for value in defaults]
            return self.apply(op.name, [*found, *extra], part)
        pair = CALLS.get((part.function, 2))
        if pair and pair.repeats and len(found) > 2:
            joined = found[0]
            for operand in found[1:]:
                joined = self.apply(pair.name, [joined, operand], part)
            return joined
        raise Problem(f"{part.function} does not take {len(found)} values")

    def _remark_on_power(self, part: Binary, base: Operand, exponent: Operand) -> None:
        """Say of the power of a matrix that it is taken entry by entry, unless it is written as in Python.

        Of W_{k,l}^2, an entry by its indices, nothing else can be meant.
        """
        between = self.program.text[part.left.span.end : part.right.span.start]
        written = self.program.text[part.left.span.start : part.right.span.start]
        is_entry = isinstance(part.left, Name) and "_" in written and part.left.name.isalpha()
        if "**" not in between and not is_entry:
            said = f"The power of {self.display_name(base)} is taken entry by entry"
            if not exponent.shape and exponent.constant in (2.0, 3.0):
                factors: list[Tree] = [base.tree] * int(exponent.constant)
                product = reduce(lambda a, b: Binary(" ", a, b), factors)
                said += f"; the product of matrices is {expression_text(product)}"
            self.remarks.append(Remark(said, part.span))

    def counted(self, found: list[Operand]) -> Operand:
        """How many entries an array has, or along an axis: a constant."""
        shape = found[0].shape
        if len(found) == 1:
            return self.number(float(math.prod(shape)))
        axis = found[1].constant
        if not isinstance(axis, float) or axis not in range(len(shape)):
            raise Problem(
                f"{describe(self.display_name(found[0]), shape)} and has no such axis",
                hint="Axes are 0, 1, …",
            )
        return self.number(float(shape[int(axis)]))

    def inlined(self, function: Statement, found: list[Operand]) -> Operand:
        self.depth += 1
        if self.depth > MAX_CALL_DEPTH:
            said = f"Functions use each other more than {MAX_CALL_DEPTH} deep"
            raise Problem(said, hint="Write one of them out")
        values = (replace(operand, literal=False) for operand in found)
        scope = dict(zip(function.parameters or (), values, strict=True))
        built = self.expression(function.tree, scope)
        self.depth -= 1
        return built

    def product(self, sign: str, left: Operand, right: Operand, part: Binary) -> Operand:
        """What a product is, by the shapes of its factors."""
        if not left.shape or not right.shape:
            return self.apply("mul", [left, right], part, row=left.row or right.row)
        kinds = (len(left.shape), len(right.shape))
        if left.row and right.row:
            raise Problem("Two transposed vectors cannot be multiplied", hint="Transpose one of them only")
        if kinds == (1, 1):
            if right.row:
                return self.apply("outer", [left, right], part)
            if sign == " " and right.turned:
                return self.apply("outer", [left, right], part)
            chained = left.turned or (left.node and self.nodes[left.node].op == "vecmat")  # x·A x is (x·A)·x
            if sign == " " and not left.row and not chained:
                dot, each = (expression_text(replace(part, op=sign)) for sign in "·⊙")
                hint = f"Write {dot} for the dot product or {each} for entry by entry"
                raise Problem("Two vectors stand side by side: which product is meant?", hint=hint, fix=dot)
            return self.apply("dot", [left, right], part)
        if kinds == (2, 1) and not right.row:
            return self.apply("matvec", [left, right], part)
        if kinds == (1, 2):
            return self.apply("vecmat", [left, right], part, row=left.row)
        if kinds == (2, 2):
            return self.apply("matmul", [left, right], part)
        names = [self.display_name(left), self.display_name(right)]
        raise Problem(
            f"{describe(names[0], left.shape)} and {describe(names[1], right.shape)} and have no product",
            hint="⊙ multiplies entry by entry",
        )

    def transposed(self, body: Operand, part: Tree) -> Operand:
        if len(body.shape) == 2:
            return self.apply("transpose", [body], part)
        if not body.shape:
            if "T" in self.values:
                hint = "Call the exponent t; ^T is the transpose"
                raise Problem(f"{self.display_name(body)} is a number and has no transpose", part.span, hint)
            return body
        return Operand(part, body.shape, self.node_of(body), row=len(body.shape) == 1 and not body.row)

    def listing(self, found: list[Operand], part: Tree) -> Operand:
        """Numbers make one constant; anything else is put together by a node."""
        if not all(operand.literal for operand in found):
            return self.apply("stack", found, part)
        value = frozen([operand.constant for operand in found])
        return Operand(part, shape_of(value), constant=value, literal=True)

    def index(self, found: list[Operand], part: Index) -> Operand:
        """Entries and ranges, one axis after the other; an index behind a range chooses a column."""
        body, axis = self.row_as_matrix(found[0]), 0
        for place, ends in part.grouped(found):
            if isinstance(place, Range):
                body = self.range(body, ends, axis, part)
                axis += 1
                continue
            if axis:
                if len(body.shape) != 2:
                    hint = "Take the entry first, then the range, each in brackets of its own"
                    raise Problem("An index behind a range is for the columns of a matrix", hint=hint)
                body, axis = self.apply("transpose", [body], part), 0
            if ends[0].constant is not None and body.shape:
                check_index(ends[0].constant, body.shape[0], partial(self.display_name, body))
            body = self.apply("pick", [body, ends[0]], part)
        return body

    def range(self, body: Operand, ends: Sequence[Operand], axis: int, part: Tree) -> Operand:
        """The entries from the first end up to the second along an axis; all of them need no node."""
        if axis >= len(body.shape):
            raise Problem(
                f"{describe(self.display_name(body), body.shape)} and has no entries to take a range of"
            )
        start, stop = (*ends, self.number(float(body.shape[axis])))[:2]
        if start.constant == 0 and stop.constant == body.shape[axis]:
            return body
        return self.apply("cut", [body, start, stop, self.number(float(axis))], part)

    def number(self, value: float) -> Operand:
        return Operand(Number(value), (), constant=value)
