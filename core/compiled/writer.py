"""Assignments become NumPy statements that write into arrays prepared beforehand.

Only statements are run again and again; arrays, views of them and constants are made once, in the set-up.
"""

from collections import Counter
from collections.abc import Callable, Sequence

from core.arrays import Shape
from core.compiled.lowering import Assignment
from core.compiled.names import Names
from core.compiled.products import Contraction, Operand
from core.compiled.terms import BUFFER, NUMBER, VIEW, Term, Terms, uses

NAMED_NUMBERS = {0.0: "zero", 0.5: "half", 1.0: "one", 2.0: "two"}
HINTS = {"{}.T": "{}_T", "{}[:, None]": "{}_column", "{}[None]": "{}_row"}


class Writer:
    """Writes the statements of one function after another.

    arrays, views   the lines of the set-up: views refer to arrays, arrays to nothing
    lines           the statements of the function being written
    """

    def __init__(self, terms: Terms, names: Names, assignments: Sequence[Assignment], smallest: float):
        self.terms, self.names, self.smallest = terms, names, smallest
        self.uses: Counter[Term] = uses(a.term for a in assignments if a.term)
        self.arrays: list[str] = []
        self.views: list[str] = []
        self.lines: list[str] = []
        self.kernels: set[str] = set()
        self._ready: dict[Term, str] = {}
        self._prepared: dict[str, str] = {}
        self._free: dict[Shape, list[str]] = {}
        self._borrowed: dict[str, Shape] = {}

    def write(self, assignments: Sequence[Assignment]) -> list[str]:
        """The statements of some assignments, each under its comments."""
        self.lines = []
        for assignment in assignments:
            self.lines += [f"# {' '.join(comment.split())}" for comment in assignment.comments]
            if assignment.target and assignment.term:
                self._assign(assignment.target, assignment.term, assignment.adds)
        return self.lines

    def _assign(self, target: Term, term: Term, adds: bool) -> None:
        name = self.name(target)
        if adds:
            found = self._operand(term)
            self._emit(f"np.add({name}, {found}, out={name})", found)
        elif term in self._ready or not target.solid:
            found = self._operand(term)
            self._emit(f"np.copyto({name}, {found})", found)
        else:
            self._compute(term, name)
            self._ready[term] = name

    # -- names for what is at hand

    def declare(self, term: Term, text: str) -> None:
        """Make a buffer by the given expression."""
        self.arrays.append(f"{term.detail} = {text}")
        self._ready[term] = str(term.detail)

    def name(self, term: Term) -> str:
        """The name of a term that needs no computing, or is computed already."""
        if term not in self._ready:
            if term.op == BUFFER:
                self.declare(term, f"np.zeros({self.terms.full(term)}, dtype)")
            elif term.op == NUMBER:
                self._ready[term] = self._number(term.value)
            else:
                self._ready[term] = self.view(self.name(term.args[0]), str(term.detail))
        return self._ready[term]

    def _number(self, value: float) -> str:
        """A constant, prepared as an array; one too small for the kind of number used is the smallest there is."""
        if 0 < abs(value) < self.smallest:
            value = self.smallest if value > 0 else -self.smallest
        text = repr(value) if value - value == 0 else f"np.{value}".replace("np.-", "-np.")
        return self.prepared(f"np.array({text}, dtype)", NAMED_NUMBERS.get(value, "c"))

    def view(self, name: str, text: str) -> str:
        """A view of a named array, prepared; the array itself may be left out of the text."""
        return self.prepared(text.format(name), HINTS.get(text, "view").format(name))

    def prepared(self, text: str, wish: str) -> str:
        """The name of what an expression makes in the set-up; made once."""
        if text not in self._prepared:
            plain = wish in ("view", "c")
            name = self._prepared[text] = (
                wish
                if wish in NAMED_NUMBERS.values()
                else self.names.numbered(wish)
                if plain
                else self.names.new(wish)
            )
            self.views.append(f"{name} = {text}")
        return self._prepared[text]
