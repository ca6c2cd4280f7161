"""Assignments become NumPy statements that write into arrays prepared beforehand.

Only statements are run again and again; arrays, views of them and constants are made once, in the set-up.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence

from core.base.arrays import Shape
from core.compiled.lowering import Assignment
from core.compiled.names import Names, literal
from core.compiled.products import Contraction, Operand
from core.compiled.terms import BUFFER, NUMBER, VIEW, Term, Terms, uses
from core.ops.entry_kernels import RELATIONS

NUMBERS = {"0.0": "zero", "0.5": "half", "1.0": "one", "2.0": "two"}
HINTS = {"{}.T": "{}_T", "{}[:, None]": "{}_column", "{}[None]": "{}_row"}
PLACES = "places"
WHOLE = "f'i{dtype().itemsize}'"  # whole numbers as long as the others
VIEWED = f"{{}}.view({WHOLE.replace('{', '{{').replace('}', '}}')})"


class Writer:
    """Writes the statements of one function after another; later ones may use what earlier ones computed.

    arrays, views   the lines of the set-up: views refer to arrays and other views
    kernels         the engine's own functions that are called, and what they are called here
    generators      the random generators that masks are drawn from
    smallest        the smallest number above 0 that the arrays can hold
    """

    def __init__(self, terms: Terms, names: Names, assignments: Sequence[Assignment], smallest: float):
        self.terms, self.names, self.smallest = terms, names, smallest
        self.arrays: list[str] = []
        self.views: list[str] = []
        self.kernels: dict[str, str] = {}
        self.generators: list[str] = []
        self._uses: Counter[Term] = uses(a.term for a in assignments if a.term)
        self._lines: list[str] = []
        self._ready: dict[Term, str] = {}
        self._prepared: dict[str, str] = {}
        self._spare: dict[Shape, list[str]] = {}
        self._lent: dict[str, Shape] = {}
        self._flat: dict[str, str] = {}

    def write(self, assignments: Sequence[Assignment]) -> list[str]:
        """The statements of some assignments, each under its comments."""
        self._lines = []
        for assignment in assignments:
            self._lines += [f"# {' '.join(comment.split())}" for comment in assignment.comments]
            if assignment.target and assignment.term:
                self._assign(assignment.target, assignment.term, assignment.adds)
        return self._lines

    def _assign(self, target: Term, term: Term, adds: bool) -> None:
        name = self.name(target)
        if adds:
            found = self._operand(term)
            self._emit(f"np.add({name}, {found}, out={name})", found)
        elif target.solid and term not in self._ready:
            self._compute(term, name)
            self._ready[term] = name
        else:
            found = self._operand(term)
            self._emit(f"np.copyto({name}, {found})", found)

    def _emit(self, line: str, *used: str) -> None:
        """Write a statement; temporary arrays it has used up are free again."""
        self._lines.append(line)
        for name in used:
            shape = self._lent.pop(name, None)
            if shape is not None:
                self._spare.setdefault(shape, []).append(name)

    # -- names for what is at hand

    def declare(self, term: Term, text: str) -> str:
        """Make a buffer by the given expression."""
        name = self._ready[term] = str(term.detail)
        self.arrays.append(f"{name} = {text}")
        return name

    def name(self, term: Term) -> str:
        """The name of a buffer, a number, or part of what has a name."""
        if term not in self._ready:
            if term.op == BUFFER:
                return self.declare(term, f"np.zeros({self.terms.full(term)}, dtype)")
            if term.op == VIEW:
                base = self.name(term.args[0]) if term.is_atom else self._kept(term.args[0])
                self._ready[term] = self.view(base, str(term.detail))
            elif term.op == PLACES:
                self._ready[term] = self.view(PLACES, f"np.arange({term.detail}, dtype=dtype)")
            else:
                self._ready[term] = self._number(term.value)
        return self._ready[term]

    def _number(self, value: float) -> str:
        """A constant; one too small for the arrays becomes the smallest they can hold."""
        if 0 < abs(value) < self.smallest:
            value = math.copysign(self.smallest, value)
        text = literal(value)
        return self._prepare(f"np.array({text}, dtype)", NUMBERS.get(text) or self.names.numbered, "c")

    def view(self, name: str, text: str) -> str:
        """The name of a prepared view; a `text` without braces for the array is a constant of that name."""
        if "{}" not in text:
            return self._prepare(text, self.names.new, name)
        if text in HINTS:
            return self._prepare(text.format(name), self.names.new, HINTS[text].format(name))
        return self._prepare(text.format(name), self.names.numbered, "part")

    def _prepare(self, text: str, named: str | Callable[[str], str], wish: str) -> str:
        if text not in self._prepared:
            name = self._prepared[text] = named if isinstance(named, str) else named(wish)
            self.views.append(f"{name} = {text}")
        return self._prepared[text]

    # -- operands

    def _operand(self, term: Term) -> str:
        """The name of a term's value, computed now if need be, into an array lent out if used only once."""
        if term.op in (BUFFER, NUMBER, VIEW, PLACES) or term in self._ready:
            return self.name(term)
        if self._uses[term] > 1 or term.op == "index":
            return self._kept(term)
        name = self._borrow(self.terms.full(term))
        self._compute(term, name)
        return name

    def _kept(self, term: Term) -> str:
        """The same in an array of its own."""
        if term not in self._ready:
            kind = "np.intp" if term.op == "index" else "dtype"
            name = self.names.numbered("k" if term.op == "index" else "t")
            self.arrays.append(f"{name} = np.zeros({self.terms.full(term)}, {kind})")
            self._compute(term, name)
            self._ready[term] = name
        return self._ready[term]

    def _borrow(self, shape: Shape) -> str:
        spare = self._spare.get(shape)
        if spare:
            name = spare.pop()
        else:
            name = self.names.numbered("t")
            self.arrays.append(f"{name} = np.zeros({shape}, dtype)")
        self._lent[name] = shape
        return name

    def _aligned(self, name: str, term: Term, batched: bool) -> str:
        """The view of an operand that meets batched arrays entry by entry."""
        if term.op == NUMBER or not batched or term.batched or not term.shape:
            return name
        return self.view(name, "{}[:, None]" if len(term.shape) == 1 else "{}[..., None]")

    def _fits(self, term: Term, target: Term) -> bool:
        """Whether a term can be computed right where the target will be."""
        at_hand = term.op in (BUFFER, NUMBER, VIEW, PLACES, "index") or term in self._ready
        return not at_hand and self._uses[term] == 1 and self.terms.full(term) == self.terms.full(target)

    # -- statements

    def _compute(self, term: Term, target: str) -> None:
        STATEMENTS.get(term.op, Writer._ufunc)(self, term, target)

    def _copy(self, term: Term, target: str) -> None:
        self._emit(f"np.copyto({target}, {self._operand(term)})")

    def _ufunc(self, term: Term, target: str) -> None:
        names: list[str] = []
        for arg in term.args:
            if target not in names and self._fits(arg, term):
                self._compute(arg, target)
                names.append(target)
            else:
                names.append(self._operand(arg))
        aligned = [self._aligned(n, arg, term.batched) for n, arg in zip(names, term.args, strict=True)]
        used = [name for name in names if name != target]
        self._emit(f"np.{term.op}({', '.join(aligned)}, out={target})", *used)

    def _gate(self, term: Term, target: str) -> None:
        """A product, and 0 where its first factor is 0."""
        gate, x = term.args
        if gate.op in RELATIONS and gate not in self._ready:
            self._passed(term, target)
            return
        names = [self._operand(gate), self._operand(x)]
        first, factor = (self._aligned(n, arg, term.batched) for n, arg in zip(names, term.args, strict=True))
        shut, zero = self._mask(gate), self._number(0.0)
        self._emit(f"np.equal({names[0]}, {zero}, out={shut})")
        self._emit(f"np.multiply({first}, {factor}, out={target})", *names)
        self._emit(f"np.copyto({target}, {zero}, where={self._aligned(shut, gate, term.batched)})")

    def _passed(self, term: Term, target: str) -> None:
        """What passes where a relation holds: its bits times 1, as whole numbers, which know no infinity."""
        gate, x = term.args
        names = [self._operand(part) for part in (*gate.args, x)]
        left, right = (self._aligned(n, arg, gate.batched) for n, arg in zip(names, gate.args, strict=False))
        opened, bits = self._mask(gate), self.names.numbered("bits")
        self.arrays.append(f"{bits} = np.zeros({self.terms.full(gate)}, {WHOLE})")
        self._emit(f"np.{gate.op}({left}, {right}, out={opened})")
        self._emit(f"np.copyto({bits}, {opened})")
        passing = self.view(self._aligned(names[-1], x, term.batched), VIEWED)
        factor, found = self._aligned(bits, gate, term.batched), self.view(target, VIEWED)
        self._emit(f"np.multiply({passing}, {factor}, out={found})", *names)

    def _mask(self, term: Term) -> str:
        name = self.names.numbered("mask")
        self.arrays.append(f"{name} = np.zeros({self.terms.full(term)}, bool)")
        return name

    def _sum(self, term: Term, target: str) -> None:
        first, *others = term.args
        if self._fits(first, term):
            self._compute(first, target)
            before = target
        else:
            before = self._operand(first)
        for other in others:
            name = self._operand(other)
            left = self._aligned(before, first, term.batched) if before != target else target
            right = self._aligned(name, other, term.batched)
            used = [operand for operand in (before, name) if operand != target]
            self._emit(f"np.add({left}, {right}, out={target})", *used)
            before = target

    def _einsum(self, term: Term, target: str) -> None:
        inputs, output = term.detail
        operands: list[Operand] = []
        sizes: dict[str, int] = {}
        for letters, arg in zip(inputs, term.args, strict=True):
            sizes |= dict(zip(letters, self.terms.full(arg), strict=True))
            operands.append(Operand(self._array(arg), letters, arg.solid))
        contraction = Contraction(tuple(operands), Operand(target, output, True), sizes, self.view)
        self._emit(contraction.statement(), *(operand.name for operand in operands))

    def _array(self, term: Term) -> str:
        """An operand that must be an array of its full shape, even if it is one number."""
        if term.op == NUMBER:
            return self.view("same", f"np.full({self.terms.full(term)}, {literal(term.value)}, dtype)")
        return self._operand(term)

    def _extreme(self, term: Term, target: str) -> None:
        name, axes = term.detail
        found = self._operand(term.args[0])
        self._emit(f"np.{name}.reduce({found}, axis={axes}, out={target})", found)

    def _index(self, term: Term, target: str) -> None:
        found = self._operand(term.args[0])
        self._emit(f"np.copyto({target}, {found}, casting='unsafe')", found)

    def _pick(self, term: Term, target: str) -> None:
        x, index = term.args
        name, k = self._operand(x), self._operand(index)
        if not index.batched:
            text = f"np.copyto({target}, {name}[{k}])"
        elif not x.batched:
            text = f"np.copyto({target}, np.moveaxis({name}.take({k}, 0, mode='clip'), 0, -1))"
        elif x.solid and len(x.shape) == 1:
            flat = self.view(name, "{}.reshape(-1)")
            text = f"{flat}.take({self._positions(k)}, out={target}, mode='clip')"
        else:
            text = f"np.copyto({target}, np.moveaxis({name}[{k}, ..., {self._columns()}], 0, -1))"
        self._emit(text, name)

    def _columns(self) -> str:
        return self.view("columns", "np.arange(size)")

    def _positions(self, k: str) -> str:
        """Where entry k of each example lies when the batch is laid out flat."""
        if k not in self._flat:
            name = self._flat[k] = self.names.new(f"{k}_flat")
            self.arrays.append(f"{name} = np.zeros(size, np.intp)")
            self._emit(f"np.multiply({k}, size, out={name})")
            self._emit(f"np.add({name}, {self._columns()}, out={name})")
        return self._flat[k]

    def _put(self, term: Term, target: str) -> None:
        g, index = term.args
        name = self._operand(g)
        entries = f"np.moveaxis({name}, -1, 0)" if g.batched and g.op != NUMBER and g.shape else name
        if index.op == NUMBER:
            place, entries = str(int(index.value)), name
        elif not index.batched:
            place, entries = self._operand(index), name
        else:
            place = f"{self._operand(index)}, ..., {self._columns()}"
        self._emit(f"{target}.fill(0)")
        self._emit(f"{target}[{place}] = {entries}", name)

    def _scatter(self, term: Term, target: str) -> None:
        g, index = term.args
        name, k = self._operand(g), self._operand(index)
        entries = f"np.moveaxis({name}, -1, 0)" if g.op != NUMBER and g.shape else name
        self._emit(f"{target}.fill(0)")
        self._emit(f"np.add.at({target}, {k}, {entries})", name)

    def _stack(self, term: Term, target: str) -> None:
        for position, part in enumerate(term.args):
            entry = self.view(target, f"{{}}[{position}, ...]")
            name = self._operand(part)
            self._emit(f"np.copyto({entry}, {self._aligned(name, part, term.batched)})", name)

    def _concat(self, term: Term, target: str) -> None:
        start = 0
        for part in term.args:
            length = part.shape[0] if part.shape else 1
            place = f"[{start}:{start + length}]" if part.shape else f"[{start}, ...]"
            name = self._operand(part)
            stretch = self.view(target, f"{{}}{place}")
            self._emit(f"np.copyto({stretch}, {self._aligned(name, part, term.batched)})", name)
            start += length

    def _solid(self, term: Term, target: str) -> None:
        found = self._operand(term.args[0])
        self._emit(f"np.copyto({target}, {found})", found)

    def _padded(self, term: Term, target: str) -> None:
        p, name = term.detail, self._operand(term.args[0])
        self._emit(f"{target}.fill(0)")
        self._emit(f"np.copyto({self.view(target, f'{{}}[:, {p}:-{p}, {p}:-{p}]')}, {name})", name)

    def _spread(self, term: Term, target: str) -> None:
        places, p, apart = term.detail
        room = target
        if p:
            channels, rows, columns = term.shape
            whole = (channels, rows + 2 * p, columns + 2 * p)
            room = self._borrow((*whole, self.terms.size) if term.batched else whole)
        if not apart or sum(math.prod(part.shape) for part in term.args) < math.prod(term.shape):
            self._emit(f"{room}.fill(0)")
        for part, place in zip(term.args, places, strict=True):
            reached = self.view(room, f"{{}}{place}")
            if apart and self._fits(part, part):
                self._compute(part, reached)
                continue
            name = self._operand(part)
            text = f"np.copyto({reached}, {name})" if apart else f"np.add({reached}, {name}, out={reached})"
            self._emit(text, name)
        if p:
            self._emit(f"np.copyto({target}, {self.view(room, f'{{}}[:, {p}:-{p}, {p}:-{p}]')})", room)

    def _drawn(self, term: Term, target: str) -> None:
        seed, p = term.detail
        chance = self.names.numbered("chance")
        self.generators.append(chance)
        self.arrays.append(f"{chance} = np.random.default_rng({seed})")
        self.arrays.append(f"{chance}_start = {chance}.bit_generator.state")
        self._emit(f"{chance}.random(out={target}, dtype=dtype)")
        self._emit(f"np.greater_equal({target}, {self._number(p)}, out={target})")
        self._emit(f"np.multiply({target}, {self._number(1 / (1 - p))}, out={target})")

    def _call(self, term: Term, target: str) -> None:
        kernel, rank = term.detail
        if kernel not in self.kernels:
            self.kernels[kernel] = self.names.new(kernel)
        names = [self._array(arg) for arg in term.args]
        args = names if rank is None else [*names, f"rank={rank}"]
        self._emit(f"np.copyto({target}, {self.kernels[kernel]}({', '.join(args)}))", *names)


STATEMENTS: dict[str, Callable[[Writer, Term, str], None]] = {
    BUFFER: Writer._copy,
    NUMBER: Writer._copy,
    VIEW: Writer._copy,
    PLACES: Writer._copy,
    "gate": Writer._gate,
    "sum": Writer._sum,
    "einsum": Writer._einsum,
    "extreme": Writer._extreme,
    "index": Writer._index,
    "pick": Writer._pick,
    "put": Writer._put,
    "scatter": Writer._scatter,
    "stack": Writer._stack,
    "concat": Writer._concat,
    "solid": Writer._solid,
    "padded": Writer._padded,
    "spread": Writer._spread,
    "drawn": Writer._drawn,
    "call": Writer._call,
}
