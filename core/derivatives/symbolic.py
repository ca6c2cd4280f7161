"""The derivative as a formula: the chain rule on closed forms, simplified to what a lecturer writes.

Values and gradients are kept as sums of products of powers over the program's inputs. What the program gives
a name is written by that name, and a part that is too long to read is given one.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from core.base.arrays import describe
from core.base.errors import Problem
from core.base.slicing import Work, finished
from core.derivatives.array_forms import (
    BACK,
    CALLS,
    KNOWN,
    LOCAL,
    PRODUCTS_OF_ARRAYS,
    Unknown,
    each,
    onehot,
    ones,
    total,
)
from core.derivatives.chain import (
    ChainStep,
    ChainTerm,
    Symbolic,
    derivative_math,
    gradient_parts,
    in_every_entry,
)
from core.graph.formulas import formula
from core.graph.graph import Graph, Node
from core.graph.plan import GRADIENT, OUTPUT
from core.graph.programs import read_program
from core.math.derivative_names import PARTIAL, Notation
from core.math.mathtree import row
from core.math.typeset import EQUALS
from core.notation.nearest import nearest
from core.notation.printers import expression_text
from core.notation.program import Remark
from core.notation.simplify.forms import Algebra, Sum
from core.notation.simplify.reading import form
from core.notation.simplify.writing import Writer, on_one_line
from core.notation.tree import Call, Indicator, Tree, names, walk
from core.ops import FUNCTIONS
from core.passes.seed import Entry

# the most numbers and names in a formula before a part of it gets a name of its own
MAX_SIZE = 60
# a condition with more characters is left out of a remark
LONGEST_CONDITION = 40
SUPPORTED = (
    "A program of numbers has one; vectors have one in products, sums, norms, losses and functions that "
    "work entry by entry"
)


# a node, the local derivative if there is one, and what comes or goes over the edge
Arrived = tuple[str, Sum | None, Sum]


def derivative(graph: Graph, by: str, of: str | None = None, entry: Entry = ()) -> Symbolic:
    """Derive the closed form of ∂of/∂by.

    Args:
        graph: the graph.
        by: the node with respect to which to differentiate.
        of: the node that is differentiated; None is the output.
        entry: which entry of it, where it is a vector.

    Returns:
        The derivative with the rules that led to it.

    Raises:
        Problem: a name that is no node, or an operation on arrays that has no closed form here.
    """
    return finished(derivation(graph, by, of, entry))


def derivation(
    graph: Graph, by: str, of: str | None = None, entry: Entry = (), notation: Notation = PARTIAL
) -> Work[Symbolic]:
    """Derive a closed form node by node; see `derivative` for arguments, result and errors."""
    of = of or graph.output
    for name in (by, of):
        if name not in graph.nodes or graph.nodes[name].is_constant:
            meant = nearest(name, [node.name for node in graph.nodes.values() if node.named])
            hint = f"Did you mean {meant}?" if meant else "Choose a name of the program"
            raise Problem(f"There is nothing called {name} to differentiate", None, hint, meant or None)
    return (yield from _Derivation(graph, by, of, entry, notation).found())


@cache
def _written(text: str, ports: tuple[str, ...]) -> Tree:
    return read_program(text, ports).statements[0].tree


class _Derivation:
    """The closed forms of one derivative; `forms` are values, `arriving` the gradients on their way back."""

    def __init__(self, graph: Graph, by: str, of: str, entry: Entry, notation: Notation) -> None:
        self.graph, self.by, self.of, self.notation = graph, by, of, notation
        self.entry = entry if len(graph.nodes[of].shape) == 1 else ()
        self.algebra = Algebra()
        self.writer = Writer(self.algebra, " ", FUNCTIONS)
        self.forms: dict[str, Sum] = {}
        self.definitions: dict[str, Sum] = {}
        self.gradients: dict[str, str] = {}
        self.shortened: list[str] = []
        self.remarks: dict[str, Remark] = {}
        self.upstream = graph.upstream_of([of])
        self.path = self.upstream & graph.downstream_of([by])

    def found(self) -> Work[Symbolic]:
        for node in self.graph.nodes.values():
            if node.name in self.upstream:
                self.forms[node.name] = self.value(node)
                yield
        result, steps = yield from self.backward()
        tree = self.writer.tree(result)
        typesetter, how = self.graph.typesetter, (self.entry, self.notation, self.graph.typeset_names)
        part = typesetter.part(tree, gradient_parts(typesetter, self.of, self.gradients, *how))
        math = part[0]
        if self.graph.nodes[self.by].shape and not result.shape:
            math = in_every_entry(part, tree)
            self.remark(f"Every entry of {self.by} has this derivative", self.by)
        where = self.where(tree)
        parts = [name for name, _ in where if name in self.shortened]
        if parts:
            few = ", ".join(parts[:3]) + (f" and {len(parts) - 3} more" if len(parts) > 3 else "")
            stand = "stands for a part" if len(parts) == 1 else "stand for parts"
            self.remark(f"{few} {stand} of the formula, which would be too long to read in full", self.of)
        equation = row(derivative_math(typesetter, self.of, self.by, *how), EQUALS, math)
        remarks = tuple(self.remarks.values())
        return Symbolic(self.of, self.by, tree, where, steps, remarks, equation, typesetter, *how)

    def remark(self, message: str, node: str) -> None:
        self.remarks[message] = Remark(message, self.graph.nodes[node].span)

    # -- values

    def value(self, node: Node) -> Sum:
        """A node's value over the inputs, or its name where that would be too long."""
        name = self.algebra.atom("Name", node.name, (), node.shape)
        if node.is_input:
            return name
        found = self.computed(node)
        if node.name == self.by or (found.size > MAX_SIZE and not node.is_constant):
            if node.name != self.by:
                self.shortened.append(node.name)
            self.definitions[node.name] = found
            return name
        plain = found.number is not None or self.algebra.atom_of(found).kind == "Name"
        named = bool(self.entry) if node.name == self.of else node.named
        if named and not plain and found not in self.algebra.aliases:
            self.definitions[node.name] = found
            self.algebra.call(found, node.name)
        return found

    def computed(self, node: Node) -> Sum:
        if node.is_constant:
            return form(self.algebra, node.tree)
        op = node.operation
        parts = {port: self.forms[arg] for port, arg in node.by_port.items()}
        if op.elementwise or op.variadic:
            return form(self.algebra, formula(self.graph, node), parts, CALLS)
        if isinstance(op.value.tree, Call) and op.value.tree.function in CALLS:
            return form(self.algebra, op.value.tree, parts, CALLS)
        if not op.call:
            raise self.missing(node)
        return self.algebra.atom("Call", op.call, tuple(parts.values()), node.shape)

    def missing(self, node: Node) -> Problem:
        """The sentence for an operation that has no closed form."""
        source = node.args[0]
        shown = source if self.graph.nodes[source].named else expression_text(self.graph.nodes[source].tree)
        what = describe(shown, self.graph.nodes[source].shape)
        said = f"There is no closed form here yet for {node.operation.call or node.op}: {what}"
        return Problem(said, node.span, SUPPORTED)

    def matrix(self, node: Node) -> Problem:
        """The sentence for an array whose entries depend on each other's inputs."""
        sentence = f"{describe(self.of, self.graph.nodes[self.of].shape)}; its derivative is a matrix"
        return Problem(sentence, node.span, "Choose one entry of it, or make a number of it with a loss")

    # -- the chain rule

    def backward(self) -> Work[tuple[Sum, tuple[ChainStep, ...]]]:
        """The gradient of `by`, and a step for each node on the way to it."""
        steps = []
        arriving: dict[str, list[Arrived]] = {name: [] for name in self.path}
        totals = {self.of: self.start()}
        for name in reversed([name for name in self.graph.nodes if name in self.path]):
            if name != self.of:
                arriving[name].reverse()  # in the order of the program
                totals[name] = self.gathered(name, arriving[name], totals)
                steps.append(self.step(name, arriving[name], totals))
            if name == self.by:
                break
            if totals[name].size > MAX_SIZE:
                totals[name] = self.named(name, totals[name])
            for arg, local, part in self.contributions(self.graph.nodes[name], totals[name]):
                arriving[arg].append((name, local, part))
            yield
        return totals.get(self.by, self.algebra.zero), tuple(steps)

    def start(self) -> Sum:
        """The gradient of the output: 1, or the one-hot vector of the entry that is differentiated."""
        if not self.entry:
            return self.algebra.one
        return onehot(self.algebra, self.algebra.number(float(self.entry[0])), self.forms[self.of])

    def gathered(self, name: str, arriving: list[Arrived], totals: dict[str, Sum]) -> Sum:
        """The sum of what arrives at a node; too long a sum is written in the names of its gradients."""
        found = self.algebra.add(*(part for _, _, part in arriving))
        if found.size <= MAX_SIZE or len(arriving) == 1:
            return found
        for i, (node, local, part) in enumerate(arriving):
            if part.size > MAX_SIZE / len(arriving) and totals[node].size > 1:
                totals[node] = self.named(node, totals[node])
                again = self.contributions(self.graph.nodes[node], totals[node])
                arriving[i] = node, local, next(new for arg, _, new in again if arg == name)
        return self.algebra.add(*(part for _, _, part in arriving))

    def named(self, node: str, gradient: Sum) -> Sum:
        """A name for a gradient that is too long: d and the node's name, as in a listing."""
        name = f"d{node}"
        while name in self.graph.nodes or name in FUNCTIONS:
            name += "′"
        self.definitions[name], self.gradients[name] = gradient, node
        self.shortened.append(name)
        return self.algebra.atom("Name", name, (), gradient.shape)

    def contributions(self, node: Node, gradient: Sum) -> Iterator[Arrived]:
        """For each argument on the path: its name, the local derivative if there is one, what goes back."""
        known = {port: self.forms[arg] for port, arg in node.by_port.items()}
        known |= {OUTPUT: self.forms[node.name], GRADIENT: gradient}
        if node.operation.kink:
            self.kink(node, known)
        locals_: dict[str, list[Sum]] = {}
        wholes: dict[str, list[Sum]] = {}
        for port, (label, arg) in enumerate(node.by_port.items()):
            if arg not in self.path:
                continue
            rule = node.operation.back_rule(port)
            if rule and node.operation.elementwise:
                locals_.setdefault(arg, []).append(self.local(node, label, known))
            elif rule:
                wholes.setdefault(arg, []).append(self.structural(node, rule.tree, known))
        for arg, found in locals_.items():
            local = self.algebra.add(*found)
            yield arg, local, self.summed(node, arg, each(self.algebra, gradient, local))
        for arg, found in wholes.items():
            yield arg, None, self.algebra.add(*found)

    def local(self, node: Node, port: str, known: dict[str, Sum]) -> Sum:
        """An elementwise operation's local derivative as it is written; ties of a maximum are left out."""
        op = node.operation
        if port in op.closed_forms:
            return form(self.algebra, _written(op.closed_forms[port], op.inputs), known)
        rule = op.shows.get(port) or op.local[port]
        return form(self.algebra, rule.tree, known, LOCAL)

    def summed(self, node: Node, arg: str, part: Sum) -> Sum:
        """What goes back to an argument that was stretched is summed over the stretched axis."""
        shape = self.graph.nodes[arg].shape
        if shape == node.shape:
            return part
        if self.of_array():
            raise self.matrix(node)
        if shape:
            raise self.missing(node)
        if part.shape:
            return total(self.algebra, part)
        count = CALLS["size"](self.algebra, [self.forms[node.name]])
        return self.algebra.multiply(count, part)

    def of_array(self) -> bool:
        return bool(self.graph.nodes[self.of].shape) and not self.entry

    def structural(self, node: Node, rule: Tree, known: dict[str, Sum]) -> Sum:
        """How the gradient comes back through an operation on whole arrays."""
        calls = {part.function for part in walk(rule) if isinstance(part, Call)}
        if not calls <= KNOWN:
            raise self.missing(node)
        if self.of_array():
            raise self.matrix(node)
        try:
            if calls & {*PRODUCTS_OF_ARRAYS, "sum", "transpose"}:
                known = known | {GRADIENT: ones(self.algebra, known[GRADIENT], node.shape)}
            return form(self.algebra, rule, known, BACK)
        except Unknown:
            raise self.missing(node) from None

    def kink(self, node: Node, known: dict[str, Sum]) -> None:
        """Say where an operation on the path has no derivative, and what the passes use there."""
        kink = node.operation.kink
        assert kink
        where = ""
        if not node.operation.rows:  # whose kernels have other shapes than closed forms know
            at = on_one_line(self.writer.tree(form(self.algebra, kink.at.tree, known, CALLS)))
            simple = isinstance(at, Indicator) and sum(isinstance(part, Indicator) for part in walk(at)) == 1
            where = expression_text(at)[1:-1] if simple else ""
        place = f"where {where}" if 0 < len(where) <= LONGEST_CONDITION else "at its corner"
        message = (
            f"{node.operation.symbol} has no derivative {place}; the backward pass uses {kink.used} there"
        )
        self.remark(message, node.name)

    # -- writing

    def step(self, by: str, arriving: list[Arrived], totals: dict[str, Sum]) -> ChainStep:
        tree = self.writer.tree
        terms = tuple(
            ChainTerm(
                node,
                by,
                tree(totals[node]),
                None if local is None else tree(local),
                tree(part),
                bool(self.graph.nodes[node].shape),
                local is not None and bool(totals[node].shape and local.shape),
            )
            for node, local, part in arriving
        )
        everywhere = bool(self.graph.nodes[by].shape) and not totals[by].shape
        typesetter, product = self.graph.typesetter, tree(totals[by])
        return ChainStep(
            *(self.of, by, terms, product, self.gradients, typesetter),
            entry=self.entry,
            everywhere=everywhere,
            notation=self.notation,
            taken=self.graph.typeset_names,
        )

    def where(self, tree: Tree) -> tuple[tuple[str, Tree], ...]:
        """The definitions of the names that a tree uses, and of those that these use, in order."""
        trees: dict[str, Tree] = {}
        done: dict[str, Tree] = {}
        waiting = [name for name in reversed(names(tree)) if name in self.definitions]
        while waiting:
            name = waiting[-1]
            if name not in trees:
                trees[name] = self.writer.tree(self.definitions[name], but=name)
            needed = [used for used in names(trees[name]) if used in self.definitions and used not in done]
            waiting.extend(needed)
            if not needed:
                done[waiting.pop()] = trees[name]
        return tuple(done.items())
