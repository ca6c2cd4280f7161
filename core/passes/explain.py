"""A step explained: the rule with names, the same with the present numbers, one sentence."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from operator import add, mul

from msgspec import Struct
from msgspec.structs import replace

from core.base.arrays import Value, shape_of, shape_text
from core.base.lazy_numpy import np
from core.base.numbers import DIGITS, added_text, equation, short, value_text
from core.graph.graph import Graph, Node
from core.graph.plan import OUTPUT
from core.math.derivative_names import PARTIAL, Notation
from core.math.mathtree import Math, Phantom, Row, Sign, Table, Tinted, Word, parts_of, row
from core.math.parts import ATOM, SPACE, Part, bracketed, listed
from core.math.typeset import EQUALS
from core.notation.names import in_text
from core.notation.printers import expression_text
from core.notation.tree import Tree
from core.ops import squashing
from core.ops.facts import entry_at
from core.passes.equations import Equations, Lines
from core.passes.meeting import all_that_arrives
from core.passes.not_finite import why_not_finite
from core.passes.seed import chosen_entry, is_chosen, seed_name, seed_words, seeded
from core.passes.steps import Computed, Flowed, Seeded
from core.passes.trace import Snapshot, Trace

OF_THE_SUM = "the gradients are those of the sum of its entries"
ALWAYS_1 = (
    "The entries of a softmax always sum to 1, so every other gradient is 0: "
    "choose one entry as the seed, or add a loss"
)
MOST_RULES = 4  # of a stride that are shown below one another
MOST_ADDED = 4  # numbers that a sentence adds up
MOST_NAMED = 4  # nodes in a title
# what signs mean that no program has
SIGN_MEANINGS = {
    "𝐞": "A bold e is 1 at the entry below it and 0 elsewhere.",
    "𝟏": "A bold 1 is an array of ones, its shape below.",
    "𝟎": "A bold 0 is an array of zeros, its shape below.",
    "𝐄": "Row i of a bold E has its 1 at class k[i], and 0 elsewhere; k is below it, one class for each row "
    "or one for all.",
    "diag": "diag makes a diagonal matrix of a vector.",
    "mask": "The mask is 0 where an entry was dropped and scales up the others.",
    "⊗": "⊗ puts what follows in the place that is 1.",
    "⋆": "⋆ slides the right array over the left one.",
    "∗": "∗ lays the right array down at every place of the left one.",
}


class Annotations(Struct, frozen=True):
    """What is said of a graph's nodes beside its program: `noted` are those that have a note.

    `entries` are what the entries of vectors are called, by their nodes.
    """

    noted: frozenset[str] = frozenset()
    entries: Mapping[str, Sequence[str]] = {}


NOTHING_SAID = Annotations()


class Explanation(Struct, frozen=True):
    """One step explained. `rule` and `numbers` are formulas, arrays with their shapes below.

    `signs` says what signs in them mean that no program has. `caveat` says, at a kink, that there is no
    derivative and what is used instead, and why something is infinite or not a number.
    """

    title: str
    rule: Math | None
    numbers: Math | None
    sentence: str
    signs: str = ""
    caveat: str = ""

    @property
    def parts(self) -> tuple[Explanation, ...]:
        """The explanation as it comes about: the rule, the numbers of its factors, all with the result."""
        if self.rule is None or self.numbers is None:
            return (self,)
        rule = Explanation(self.title, self.rule, None, "", self.signs)
        factors = [self.coming] if _has_factors(self.numbers) else []
        return (rule, *factors, self)

    @property
    def coming(self) -> Explanation:
        """The explanation while the result is on its way: its place is empty, and no sentence tells it."""
        numbers = self.numbers and _without_result(self.numbers)
        return Explanation(self.title, self.rule, numbers, "", self.signs)

    @property
    def line(self) -> Math | None:
        """The rule with names and with numbers in one row; None where these are not two equations."""
        match self.rule, self.numbers:
            case Row((left, *named)), Row((first, *numbers)) if first in (left, EQUALS):
                return row(left, *named, *([EQUALS] if first == EQUALS else []), *numbers)
        return None


def explain(
    trace: Trace,
    count: int,
    digits: int = DIGITS,
    notation: Notation = PARTIAL,
    since: int | None = None,
    annotations: Annotations = NOTHING_SAID,
) -> Explanation:
    """Explain a step: its rule, the rule with the program's names, with the numbers, and one sentence.

    Args:
        trace: the trace.
        count: the step's number, from 1; 0 explains the start.
        digits: how many significant digits numbers are shown with; more where fewer would make an equation
            false.
        notation: how derivatives are written.
        since: after how many steps the stride began that ends here; None is the step before. Of a stride
            the last step is explained, with all that it brings together at a node.
        annotations: what is said of nodes: results have the names of their entries beside these.

    Returns:
        Lines of typeset mathematics and the sentence.
    """
    if not count:
        return _start(trace, annotations)
    start = count - 1 if since is None else min(since, count - 1)
    explained = [
        _Explainer(trace, trace.snapshot(number), digits, notation, annotations)
        for number in _met(trace, start, count)
    ]
    found = [explainer.explanation() for explainer in explained]
    title, caveats = step_title(trace, count, start), " ".join(dict.fromkeys(one.caveat for one in found))
    if len(found) == 1:
        return replace(found[0], title=title)
    if (whole := explained[-1].meeting(explained)) is not None:
        return replace(whole, title=title, caveat=caveats.strip())
    return replace(
        found[-1],
        title=title,
        rule=_below_one_another([one.rule for one in found]),
        numbers=_below_one_another([one.numbers for one in found]),
        sentence=explained[-1].sum_sentence(),
        caveat=caveats.strip(),
    )


def _relations(math: Math) -> list[int]:
    """Where the signs stand between the sides of an equation."""
    parts = math.parts if isinstance(math, Row) else ()
    return [at for at, part in enumerate(parts) if isinstance(part, Sign) and part.kind == "rel"]


def _has_factors(numbers: Math) -> bool:
    """Whether equations have a side before their result."""
    lines = (
        [right for left, right in numbers.rows if left == row()] if isinstance(numbers, Table) else [numbers]
    )
    return any(len(_relations(line)) > 1 for line in lines)


def _without_result(numbers: Math) -> Math:
    """Equations with the room of their last side, empty; of a sum with what was there nothing is seen."""
    match numbers:
        case Table(rows, "aligned" as style):
            return Table(
                tuple(
                    (left, _without_result(right)) if left == row() else (Phantom(left), Phantom(right))
                    for left, right in rows
                ),
                style,
            )
        case Row(parts) if signs := _relations(numbers):
            return Row((*parts[: signs[-1] + 1], Phantom(Row(parts[signs[-1] + 1 :]))))
    return Phantom(numbers)


def _met(trace: Trace, since: int, count: int) -> Sequence[int]:
    """The numbers of the last steps of a stride that bring a gradient to one node; at least the last."""
    last, first = trace.steps[count - 1], count
    while (
        isinstance(last, Flowed)
        and first - 1 > since
        and count - first < MOST_RULES - 1
        and isinstance(before := trace.steps[first - 2], Flowed)
        and before.arg == last.arg
    ):
        first -= 1
    return range(first, count + 1)


def _below_one_another(formulas: Sequence[Math | None]) -> Math | None:
    """Formulas as the lines of one; None if there are none."""
    lines: list[tuple[Math, ...]] = []
    for formula in formulas:
        if isinstance(formula, Table) and formula.style == "aligned":
            lines += formula.rows
        elif formula is not None:
            lines.append((row(), formula))
    return Table(tuple(lines), "aligned") if lines else None


def step_title(trace: Trace, count: int, since: int | None = None) -> str:
    """Name a step, or a stride of several, in a few words.

    Args:
        trace: the trace.
        count: the number of the last step, from 1; 0 is the start.
        since: after how many steps the stride began; None is the step before.

    Returns:
        `Start`, or the pass and its nodes, such as `Backward: y → x`. Of a stride they are what it computes
        for later, or where it comes from and leads to.
    """
    if not count:
        return "Start"
    steps = trace.steps[count - 1 if since is None else min(since, count - 1) : count]
    match steps[-1]:
        case Seeded(node):
            return f"Seed: {in_text(node)}"
        case Computed():
            computed = [step.node for step in steps]
            used = {arg for name in computed for arg in trace.graph.nodes[name].args}
            return f"Forward: {_listed([name for name in computed if name not in used] or computed[-1:])}"
    flows = [step for step in steps if isinstance(step, Flowed)]
    senders, receivers = (
        dict.fromkeys(names) for names in zip(*((f.node, f.arg) for f in flows), strict=True)
    )
    first = [name for name in senders if name not in receivers]
    last = [name for name in receivers if name not in senders]
    return f"Backward: {_listed(first)} → {_listed(last)}"


def _listed(names: Sequence[str]) -> str:
    """A few names with commas, of many the first and the last."""
    shown = names if len(names) <= MOST_NAMED else (*names[: MOST_NAMED - 2], "…", names[-1])
    return ", ".join(map(in_text, shown))


def _start(trace: Trace, annotations: Annotations) -> Explanation:
    graph = trace.graph
    free = list(graph.inputs)
    rule = typeset_program(graph, annotations.noted)
    some = ", ".join(map(in_text, free[:4])) + (" …" if len(free) > 4 else "")
    sentence = f"The inputs {some} have their values. Step forward to compute the rest." if free else ""
    return Explanation(step_title(trace, 0), rule, None, sentence)


def typeset_program(graph: Graph, noted: Collection[str] = ()) -> Math:
    """Typeset all statements of a graph's program, aligned at their equals signs.

    Args:
        graph: the graph.
        noted: the nodes whose names and terms are to be tagged with them.
    """
    return Table(tuple(_statements(graph, noted)), "aligned")


def typeset_line(graph: Graph, noted: Collection[str] = ()) -> Math:
    """Typeset all statements of a graph's program one behind the other, in one line; `noted` as there."""
    parts: list[Math] = []
    for name, rest in _statements(graph, noted):
        if parts:
            parts += [Sign(";", "punct"), SPACE, SPACE]
        parts += [name, rest]
    return row(*parts)


def _statements(graph: Graph, noted: Collection[str]) -> Iterator[tuple[Math, Math]]:
    """The name that each statement of a program gives, and its equals sign with what stands behind it."""
    typesetter = graph.typesetter
    names = {name: _tagged(name, typesetter.named(name)) for name in noted}
    terms = {graph.nodes[name].span: name for name in noted if not _has_name(graph.nodes[name])}

    def with_tag(part: Tree, found: Part) -> Part:
        return _tagged(terms[part.span], found) if part.span in terms else found

    for statement in graph.program.statements:
        own = statement.name or graph.own_output
        name = names[own][0] if own in names else typesetter.name(own)
        if statement.parameters:
            parameters = [(typesetter.name(parameter), ATOM) for parameter in statement.parameters]
            name = row(name, bracketed(listed(parameters)))
        yield name, row(EQUALS, typesetter.part(statement.tree, names, with_tag)[0])


def _has_name(node: Node) -> bool:
    """Whether a node stands in the program by its name, and not as a term."""
    return node.named or node.is_input


def _tagged(node: str, part: Part) -> Part:
    """What stands for a node, tagged with it."""
    return Tinted("name", part[0], node), part[1]


def caveat(snapshot: Snapshot, node: Node) -> str:
    """Say where a node stands at a point without a derivative, and which slope is used; "" anywhere else."""
    kink = node.operation.kink
    if not kink:
        return ""
    known = {port: snapshot.value(arg) for port, arg in node.by_port.items()}
    known[OUTPUT] = snapshot.value(node.name)
    values = {port: value for port, value in known.items() if value is not None}
    here = np.asarray(kink.at.value(values))
    if not np.any(here):
        return ""
    if kink.jumps:
        return f"Not differentiable here: the value jumps. Slope used: {kink.used}."
    local, used = next(iter(node.operation.local.values()), None), kink.used
    if local and OUTPUT in values and not kink.is_tie:
        used = short(entry_at(local.value(values), here))
    flows = node.name in snapshot.trace.senders
    end = f". Used: {used}." if flows else "."  # where no gradient comes, nothing is used
    sides = kink.slopes(values, here)
    if not sides:
        return f"Not differentiable here, at the edge of where it is defined{end}"
    left, right = map(short, sorted(sides))
    if left == right:
        return ""
    sides_said = f"slope between {left} and {right}"
    what = f"a tie, {sides_said}" if kink.is_tie else sides_said
    return f"Not differentiable here: {what}{end}"


class _Explainer:
    def __init__(
        self, trace: Trace, snapshot: Snapshot, digits: int, notation: Notation, annotations: Annotations
    ):
        self.trace, self.snapshot, self.digits = trace.shown, snapshot.shown, digits
        self.exact, self.graph = snapshot, trace.graph
        self.equations = Equations(
            trace.shown, snapshot.shown, digits, notation, annotated=True, entries=annotations.entries
        )

    def explanation(self) -> Explanation:
        match self.snapshot.step:
            case Computed(node):
                return self.computed(self.graph.nodes[node])
            case Seeded(node, gradient):
                return self.seeded(self.graph.nodes[node], gradient)
            case Flowed() as step:
                return self.flowed(step)
        raise ValueError("There is no step to explain")

    def explained(self, lines: Lines, sentence: str, caveat: str = "") -> Explanation:
        used = {
            part.text
            for part in (*parts_of(lines.rule), *parts_of(lines.numbers or row()))
            if isinstance(part, Word | Sign)
        }
        said = [meaning for sign, meaning in SIGN_MEANINGS.items() if sign in used]
        if self._names_seed and isinstance(self.snapshot.step, Flowed):
            said.insert(0, f"{seed_name(self.graph.nodes)} is the seed.")
        title = step_title(self.trace, self.snapshot.count)
        if why := why_not_finite(self.exact.trace, self.exact.count):
            caveat = f"{caveat} {why}.".strip()
        return Explanation(title, lines.rule, lines.numbers, sentence, " ".join(said), caveat)

    # -- forward

    def computed(self, node: Node) -> Explanation:
        value = self.snapshot.value(node.name)
        assert value is not None
        name, said = in_text(node.name), " and ".join(self.said(arg) for arg in dict.fromkeys(node.args))
        text = value_text(value, self.digits)
        sentence = f"{name} is computed from {said}: {text}."
        if text == shape_text(shape_of(value)):
            sentence = f"{name} ({text}) is computed from {said}."
        if not node.operation.back:  # there is no step back to say it at
            sentence = f"{sentence} {node.operation.says}"
        return self.explained(self.equations.forward(node), sentence, caveat(self.exact, node))

    def said(self, node: str) -> str:
        value = self.snapshot.value(node)
        if self.graph.nodes[node].is_constant or value is None:
            return in_text(node)
        text = value_text(value, self.digits)
        written = text != shape_text(shape_of(value))
        return f"{in_text(node)} = {text}" if written else f"{in_text(node)} ({text})"

    # -- backward

    def seeded(self, node: Node, gradient: Value) -> Explanation:
        name = in_text(node.name)
        if is_chosen(gradient):
            of = in_text(expression_text(seeded(node.name, gradient, self.graph.nodes)))
            chosen = seed_words(name, gradient, self.graph.nodes, self.digits)
            sentence = f"Seed chosen at {name}: {chosen}. The gradients are those of {of}."
        elif isinstance(gradient, float):
            sentence = f"The backward pass starts at {name}: its derivative with respect to itself is 1."
        else:
            sentence = f"The backward pass starts at {name} with 1 in every entry: {OF_THE_SUM}."
            if node.op in squashing("probabilities"):
                sentence += f" {ALWAYS_1}."
        return self.explained(self.equations.seed(node, gradient), sentence)

    def flowed(self, step: Flowed) -> Explanation:
        node = self.graph.nodes[step.node]
        lines = self.equations.backward(step)
        sentence = self.flow_sentence(step, node, lines.local)
        return self.explained(lines, sentence, caveat(self.exact, node))

    def flow_sentence(self, step: Flowed, node: Node, local: Value | None) -> str:
        upstream, before = self.snapshot.gradient(step.node), self.equations.before(step)
        parts = []
        if isinstance(upstream, float) and isinstance(local, float) and isinstance(step.contribution, float):
            digits, sign = equation(mul, (upstream, local), step.contribution, self.digits)
            up, slope, total = (
                short(upstream, digits),
                short(local, digits),
                short(step.contribution, self.digits),
            )
            parts.append(f"Upstream {up} × local {slope} {sign} {total}.")
        op = node.operation
        parts.append(op.says_of.get(node.ports[step.port], op.says))
        if (
            isinstance(before, float)
            and isinstance(step.contribution, float)
            and isinstance(step.total, float)
        ):
            digits, sign = equation(add, (before, step.contribution), step.total, self.digits)
            parts.append(
                f"{in_text(step.arg)} is used more than once, so its gradients add up: "
                f"{added_text((before, step.contribution), digits)} {sign} {short(step.total, self.digits)}."
            )
        elif before is not None:
            parts.append(
                f"{in_text(step.arg)} is used more than once, so what arrives is added to what was there."
            )
        if node.operation.elementwise and node.shape != self.graph.nodes[step.arg].shape:
            parts.append(
                f"{in_text(step.arg)} was stretched to {shape_text(node.shape)}, "
                "so its gradient is summed over it."
            )
        return " ".join(parts)

    def meeting(self, met: Sequence[_Explainer]) -> Explanation | None:
        """All that arrives at a node as one sum; None if these are not all the steps that bring something."""
        flows = [step for one in met if isinstance(step := one.snapshot.step, Flowed)]
        if len(flows) < len(self.snapshot.arrived(flows[-1].arg)):
            return None
        return self.explained(all_that_arrives(self.equations, flows), self.sum_sentence())

    def sum_sentence(self) -> str:
        """What arrives at the node of the last step, added up."""
        step = self.snapshot.step
        assert isinstance(step, Flowed)
        arrived = self.snapshot.arrived(step.arg)
        terms = [value for value in arrived if isinstance(value, float)]
        said = f"{in_text(step.arg)} is used more than once, so its {len(arrived)} gradients add up"
        if len(terms) < len(arrived) or not isinstance(step.total, float) or len(terms) > MOST_ADDED:
            return f"{said}."
        digits, sign = equation(lambda *found: float(sum(found)), terms, step.total, self.digits)
        return f"{said}: {added_text(terms, digits)} {sign} {short(step.total, self.digits)}."

    @property
    def _names_seed(self) -> bool:
        """Whether formulas have a name for the seed."""
        seed = self.trace.seed
        return not isinstance(seed, float) and is_chosen(seed) and chosen_entry(seed) is None
