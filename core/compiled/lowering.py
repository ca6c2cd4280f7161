"""A plan becomes assignments: the terms of all values, then of all gradients that lead to a parameter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from msgspec import Struct

from core.compiled.kernels import lowered
from core.compiled.layout import Affine, Slot
from core.compiled.names import Names
from core.compiled.terms import BATCH, BUFFER, SETTING, Term, Terms
from core.graph.graph import Node
from core.graph.plan import GRADIENT, OUTPUT, Instruction, Plan


class Assignment(Struct, frozen=True):
    """Compute a term into a buffer, or add it to what is there; without a term there is nothing to do."""

    comments: tuple[str, ...]
    target: Term | None = None
    term: Term | None = None
    adds: bool = False


class Lowering:
    """One plan for one batch size; `differentiate` adds the backward pass.

    values, gradients   where each node's are found: a buffer, part of one, or a number
    forward, backward   the assignments of both passes
    extended            for each buffer that needs a row of ones below it, the buffer with that row
    blocks              for each pair of weights and bias, the buffers of both together and of their gradients
    """

    def __init__(
        self,
        plan: Plan,
        batched: Collection[str],
        places: Mapping[str, Slot],
        sums: Sequence[Affine],
        watch: Collection[str],
        terms: Terms,
        summed: bool = False,
    ):
        self.plan, self.graph, self.places, self.terms = plan, plan.graph, places, terms
        self.summed = summed
        self.names = Names()
        self.forward: list[Assignment] = []
        self.backward: list[Assignment] = []
        self.values: dict[str, Term] = {}
        self.gradients: dict[str, Term] = {}
        self.extended: dict[Term, Term] = {}
        self.blocks: dict[Affine, tuple[Term, Term]] = {}
        self._depends = self.graph.downstream_of(batched)
        self._needed = self.graph.upstream_of([self.graph.output, *watch])
        shown = {self.graph.output, *watch}
        self._sums = {p.sum: p for p in sums if p.sum in self._needed and p.product not in shown}
        self._products = {pair.product: pair for pair in self._sums.values()}
        self._assigned: dict[Term, Term] = {}
        for name, node in self.graph.nodes.items():
            if node.is_leaf and name in self._needed:
                self.values[name] = self._leaf(node)
        for instruction in plan.instructions:
            if instruction.phase == "forward" and instruction.node in self._needed:
                self._compute(instruction)

    def _leaf(self, node: Node) -> Term:
        """An input's buffer, or a constant."""
        if isinstance(node.value, float):
            return self.terms.number(node.value)
        if node.value is not None and self.graph.is_setting(node.name):
            return self.terms.make(SETTING, (), tuple(node.value.tolist()), node.shape)
        return self._buffer(node.name, node.name)

    def _buffer(self, name: str, wish: str) -> Term:
        """A new buffer for a node's value or gradient."""
        return self.terms.buffer(
            self.names.new(wish),
            self.graph.nodes[name].shape,
            name in self._depends,
            solid=name not in self.places or self.places[name].solid,
        )

    def _place(self, term: Term, name: str, wish: str, comments: tuple[str, ...]) -> tuple[Term, Assignment]:
        """Where a term is found: where it already is, or in a new buffer; and the assignment to that end."""
        found = term if term.is_atom else self._assigned.get(term)
        if found:
            return found, Assignment(comments)
        target = self._assigned[term] = self._buffer(name, wish)
        return target, Assignment(comments, target, term)

    # -- forward

    def _compute(self, instruction: Instruction) -> None:
        name, comments = instruction.node, (instruction.text,)
        if name in self._products and self._join(self._products[name]):
            self.forward.append(Assignment(comments))
            return
        term = self._affine(self._sums[name]) if name in self._sums else self._term(instruction)
        self.values[name], assignment = self._place(term, name, name, comments)
        self.forward.append(assignment)

    def _term(self, instruction: Instruction, known: Mapping[str, Term] | None = None) -> Term:
        """The rule of an instruction with the nodes' values in it."""
        assert instruction.rule and instruction.binding is not None
        binding = {port: self.values[arg] for port, arg in instruction.binding.items() if arg in self.values}
        return lowered(self.terms, instruction.rule, {**binding, **(known or {})})

    def _join(self, pair: Affine) -> bool:
        """Make ready for a product that takes its bias in; not where the data are part of another array."""
        data = self.values[pair.data]
        if data.op != BUFFER:
            del self._sums[pair.sum], self._products[pair.product]
            return False
        if data not in self.extended:
            name = self.names.new(f"{data.detail}_1")
            self.extended[data] = self.terms.buffer(name, (data.shape[0] + 1,), True)
        wish = f"{self.values[pair.weights].detail}_{self.values[pair.bias].detail}"
        block = self.places[pair.weights].block
        both = self.terms.buffer(self.names.new(wish), block, False)
        self.blocks[pair] = (both, self.terms.buffer(self.names.new(f"d{wish}"), block, False))
        return True

    def _affine(self, pair: Affine) -> Term:
        letters = [pair.kind.weights, "j" + BATCH]
        args = [self.blocks[pair][0], self.extended[self.values[pair.data]]]
        return self.terms.einsum(letters, pair.kind.result + BATCH, args)

    # -- backward

    def differentiate(self) -> None:
        """Send gradients back wherever they lead to a parameter."""
        name = self.graph.output
        output = self.values[name]
        share = self.share(output.batched)
        seed = self.gradients[name] = self.terms.number(share, output.shape, output.batched)
        if name in self.places:  # a parameter, whose gradient lies with the others
            self.gradients[name] = self._buffer(name, f"d{name}")
            self.backward.append(Assignment((), self.gradients[name], seed))
        leading = self.graph.downstream_of(self.places)
        flows = [i for i in self.plan.instructions if i.phase == "backward" and i.arg in leading]
        self._missing = Counter(instruction.arg for instruction in flows)
        self._arrived: dict[str, list[Term]] = {name: [] for name in self._missing}
        self._comments: dict[str, list[str]] = {name: [] for name in self._missing}
        for instruction in flows:
            self._flow(instruction)

    def share(self, batched: bool) -> float:
        """How much an example counts in the loss of its batch; a loss that no data enter counts whole."""
        whole = self.terms.size if self.summed else 1.0
        return whole / self.terms.size if batched else whole

    def _flow(self, instruction: Instruction) -> None:
        name, arg = instruction.node, instruction.arg
        self._comments[arg].append(instruction.text)
        if name in self._sums and arg == self._sums[name].bias:
            return  # its gradient comes with that of the weights
        if name in self._products and arg == self._products[name].weights:
            self._flow_into_block(self._products[name], self.gradients[name])
            return
        known = {GRADIENT: self.gradients[name]}
        if name in self.values:
            known[OUTPUT] = self.values[name]
        term = self._term(instruction, known)
        self._arrived[arg].append(self.terms.sum_to(term, self.graph.nodes[arg].shape, arg in self._depends))
        self._receive(arg)

    def _flow_into_block(self, pair: Affine, g: Term) -> None:
        letters = [pair.kind.result + BATCH, "j" + BATCH]
        args = [g, self.extended[self.values[pair.data]]]
        term = self.terms.einsum(letters, pair.kind.weights, args)
        comments = (*self._comments.pop(pair.weights), *self._comments.pop(pair.bias))
        self._comments |= {pair.weights: [], pair.bias: []}
        self.backward.append(Assignment(comments, self.blocks[pair][1], term))
        for name in (pair.weights, pair.bias):
            self.gradients[name] = self._buffer(name, f"d{name}")
            self._receive(name)

    def _receive(self, name: str) -> None:
        """One contribution has arrived; with the last one the gradient is settled."""
        self._missing[name] -= 1
        if self._missing[name]:
            return
        comments, arrived = tuple(self._comments[name]), self._arrived[name]
        joined = name in self.gradients
        if name in self.places:
            target = self.gradients[name] if joined else self._buffer(name, f"d{name}")
            assignment = Assignment(comments, target, self.terms.sum_of(arrived), joined) if arrived else None
        else:
            target, assignment = self._place(self.terms.sum_of(arrived), name, f"d{name}", comments)
        self.gradients[name] = target
        if assignment:
            self.backward.append(assignment)
