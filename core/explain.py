"""A step explained: the rule with names, the same with the present numbers, the shapes, one sentence."""

from __future__ import annotations

from collections.abc import Mapping

from core.arrays import Value, describe, shape_of, shape_text
from core.dataclass import dataclass
from core.graph import CONSTANT, Graph, Node
from core.late import np
from core.notation.mathtree import Math, Row, Sign, Table, Tinted, row
from core.notation.printers import expression_text
from core.notation.tree import (
    Binary,
    Call,
    Index,
    Listing,
    Name,
    Negative,
    Number,
    Range,
    Tree,
    substituted,
)
from core.notation.typeset import (
    ATOM,
    EQUALS,
    PLUS,
    POWER,
    SIGNED,
    SUM,
    Part,
    bracketed,
    is_loose,
    name_math,
    partial,
    product,
    typeset,
    typeset_part,
    value_math,
)
from core.numbers import DIGITS, short, value_text
from core.ops.base import entry_at
from core.plan import GRADIENT, OUTPUT
from core.seed import is_chosen, seed_words, seeded
from core.steps import Computed, Flowed, Picture, Seeded, Story, Updated

# an array of up to this many rows and columns is shown entry by entry in a formula, a larger one by its name
LARGEST_SHOWN = 6

OF_THE_SUM = "the gradients are those of the sum of its entries"
ALWAYS_1 = (
    "The entries of a softmax always sum to 1, so every other gradient is 0: "
    "choose one entry as the seed, or add a loss"
)


@dataclass(frozen=True, slots=True)
class Explanation:
    """One step explained. `rule` and `numbers` are formulas; `shapes` is empty where all are numbers.

    `badge` says, at a kink, that there is no derivative and what is used instead.
    """

    title: str
    rule: Math | None
    numbers: Math | None
    sentence: str
    shapes: str = ""
    badge: str = ""


def explain(story: Story, count: int, digits: int = DIGITS) -> Explanation:
    """The explanation of step number `count` (from 1); 0 explains the start."""
    if not count:
        return _start(story)
    return _Explainer(story, story.picture(count), digits).explanation()


def step_title(story: Story, count: int) -> str:
    """What step number `count` is, in a few words; 0 is the start."""
    match story.steps[count - 1] if count else None:
        case Computed(node):
            return f"Forward: {node}"
        case Seeded(node):
            return f"Seed: {node}"
        case Flowed(node, _, arg):
            return f"Backward: {node} → {arg}"
        case Updated(parameter):
            return f"Update: {parameter}"
    return "Start"


def _start(story: Story) -> Explanation:
    graph = story.graph
    free = list(graph.inputs)
    rule = typeset_program(graph)
    some = ", ".join(free[:4]) + (" …" if len(free) > 4 else "")
    sentence = f"The inputs {some} have their values. Step forward to compute the rest." if free else ""
    return Explanation(step_title(story, 0), rule, None, sentence)


def typeset_program(graph: Graph) -> Math:
    """All statements of the program, aligned at their equals signs."""
    lines = []
    for statement in graph.program.statements:
        name: Math = name_math(statement.name or graph.own_output)
        if statement.parameters:
            name = row(name, bracketed(_listed(statement.parameters)))
        lines.append((name, row(EQUALS, typeset(statement.tree))))
    return Table(tuple(lines), "aligned")


def _listed(names: tuple[str, ...]) -> Math:
    parts: list[Math] = []
    for name in names:
        parts.extend([Sign(",", "punct"), name_math(name)] if parts else [name_math(name)])
    return row(*parts)


def derivative(story: Story, node: str) -> Math:
    """∂output/∂node, or with a chosen seed the derivative of what that makes of the output."""
    math, strength = typeset_part(seeded(story.graph.output, story.seed, story.graph.nodes))
    return partial(bracketed(math) if strength < POWER else math, name_math(node))


def formula(graph: Graph, node: Node) -> Tree:
    """What a node computes, over its operation's inputs, as it is written rather than computed."""
    op = node.operation
    ports = op.ports(len(node.args))
    if op.name == "mul":
        both = all(graph.nodes[arg].shape for arg in node.args)
        return Binary("⊙" if both else "·", Name("x"), Name("y"))
    if op.name == "cut":
        return _range(graph, node)
    if op.call:
        values = {port: graph.nodes[arg].value for port, arg in zip(ports, node.args, strict=True)}
        usual = [port for port in op.defaults if values[port] == op.defaults[port]]
        return Call(op.call, tuple(Name(port) for port in ports if port not in usual))
    if op.variadic:
        return Listing(tuple(Name(port) for port in ports))
    return op.written.tree if op.written else op.value.tree


def _range(graph: Graph, node: Node) -> Tree:
    """`x[1:3]`, or `x[:, 1:3]` for a range of columns."""
    start, stop, axis = (graph.nodes[arg].value for arg in node.args[1:])
    assert isinstance(start, float) and isinstance(stop, float) and isinstance(axis, float)
    whole = (Range(Number(0.0)),) * int(axis)
    return Index(Name("x"), (*whole, Range(Number(start), Number(stop))))


def badge(picture: Picture, node: Node) -> str:
    """What to say of a node that stands where its operation has no derivative; else the empty string."""
    kink = node.operation.kink
    if not kink:
        return ""
    known = dict(zip(node.operation.inputs, map(picture.value, node.args), strict=True))
    known[OUTPUT] = picture.value(node.name)
    values = {port: value for port, value in known.items() if value is not None}
    here = np.asarray(kink.at.value(values))
    if not np.any(here):
        return ""
    if kink.jumps:
        return f"Not differentiable here: the value jumps. Slope used: {kink.used}."
    local = next(iter(node.operation.local.values()), None)
    used = short(entry_at(local.value(values), here)) if local and OUTPUT in values else kink.used
    sides = kink.slopes(values, here)
    if not sides:
        return f"Not differentiable here, at the edge of where it is defined. Used: {used}."
    left, right = map(short, sorted(sides))
    if left == right:
        return ""
    return f"Not differentiable here: slope between {left} and {right}. Used: {used}."


class _Explainer:
    def __init__(self, story: Story, picture: Picture, digits: int):
        self.story, self.picture, self.digits = story.shown, picture.shown, digits
        self.exact, self.graph = picture, story.graph

    def explanation(self) -> Explanation:
        match self.picture.step:
            case Computed(node):
                return self.computed(self.graph.nodes[node])
            case Seeded(node, gradient):
                return self.seeded(node, gradient)
            case Flowed() as step:
                return self.flowed(step)
            case Updated(parameter, before, after):
                return self.updated(parameter, before, after)
        raise ValueError("There is no step to explain")

    def title(self) -> str:
        return step_title(self.story, self.picture.count)

    # -- names and numbers in formulas

    def name(self, node: str, role: str = "") -> Part:
        """A node's name; a constant stands as itself."""
        found = self.graph.nodes[node]
        if found.op == CONSTANT:
            return typeset_part(found.tree)
        math = name_math(node)
        return (Tinted(role, math, node) if role else Tinted("name", math, node)), ATOM

    def number(self, value: Value, role: str, node: str = "") -> Part:
        return Tinted(role, value_math(value, self.digits, LARGEST_SHOWN), node), SUM if is_loose(
            value
        ) else ATOM

    def shown(self, node: str, role: str = "value") -> Part:
        """A node's value, or its name where the value is too large to be set."""
        value = self.picture.value(node)
        if value is None or max(shape_of(value), default=0) > LARGEST_SHOWN or len(shape_of(value)) > 2:
            return self.name(node)
        return self.number(value, role, node)

    def filled(self, tree: Tree, parts: Mapping[str, Part]) -> Math:
        return typeset(tree, parts)

    # -- forward

    def computed(self, node: Node) -> Explanation:
        op = node.operation
        ports = dict(zip(op.ports(len(node.args)), node.args, strict=True))
        call = formula(self.graph, node)
        named = {port: self.name(arg) for port, arg in ports.items()}
        numbers = {port: self.shown(arg) for port, arg in ports.items()}
        value = self.picture.value(node.name)
        assert value is not None
        result, _ = self.number(value, "value", node.name)
        left, _ = self.name(node.name)
        rule = row(left, EQUALS, self.filled(call, named))
        with_numbers = row(left, EQUALS, self.filled(call, numbers), EQUALS, result)
        said = " and ".join(self.said(arg) for arg in dict.fromkeys(node.args))
        sentence = f"{node.name} is computed from {said}: {value_text(value, self.digits)}."
        if not op.back:  # there is no step back to say it at
            sentence = f"{sentence} {op.says}"
        return Explanation(
            self.title(), rule, with_numbers, sentence, self.shapes(node), badge(self.exact, node)
        )

    def said(self, node: str) -> str:
        value = self.picture.value(node)
        if self.graph.nodes[node].op == CONSTANT or value is None:
            return node
        return f"{node} = {value_text(value, self.digits)}"

    def shapes(self, node: Node) -> str:
        if not node.shape and not any(self.graph.nodes[arg].shape for arg in node.args):
            return ""
        parts = [describe(arg, self.graph.nodes[arg].shape) for arg in dict.fromkeys(node.args)]
        return "; ".join([*parts, describe(node.name, node.shape)])

    # -- backward

    def seeded(self, node: str, gradient: Value) -> Explanation:
        left = Tinted("gradient", derivative(self.story, node), node)
        number, _ = self.number(gradient, "gradient", node)
        if is_chosen(gradient):
            of = expression_text(seeded(node, gradient, self.graph.nodes))
            chosen = seed_words(node, gradient, self.graph.nodes, self.digits)
            sentence = f"Seed chosen at {node}: {chosen}. The gradients are those of {of}."
        elif isinstance(gradient, float):
            sentence = f"The backward pass starts at {node}: its derivative with respect to itself is 1."
        else:
            sentence = f"The backward pass starts at {node} with 1 in every entry: {OF_THE_SUM}."
            if self.graph.nodes[node].op == "softmax":
                sentence += f" {ALWAYS_1}."
        shapes = "" if isinstance(gradient, float) else describe("The seed", shape_of(gradient))
        return Explanation(self.title(), row(left, EQUALS, number), None, sentence, shapes)

    def flowed(self, step: Flowed) -> Explanation:
        node = self.graph.nodes[step.node]
        rule, numbers, local = self.chain(step, node)
        before = self._before(step)
        sentence = self.flow_sentence(step, node, local, before)
        shapes = self.flow_shapes(step, node)
        return Explanation(self.title(), rule, numbers, sentence, shapes, badge(self.exact, node))

    def chain(self, step: Flowed, node: Node) -> tuple[Math, Math, Value | None]:
        """The chain rule on one edge: with names, with numbers, and the local derivative's value."""
        op = node.operation
        ports = op.ports(len(node.args))
        port = ports[step.port]
        upstream = self.picture.gradient(step.node)
        assert upstream is not None
        target = derivative(self.story, step.arg)
        up = Tinted("upstream", derivative(self.story, step.node), step.node)
        names = {p: self.name(arg) for p, arg in zip(ports, node.args, strict=True)}
        values = {p: self.shown(arg) for p, arg in zip(ports, node.args, strict=True)}
        names[OUTPUT], values[OUTPUT] = self.name(step.node), self.shown(step.node)
        names[GRADIENT] = (up, POWER)
        values[GRADIENT] = self._gradient_part(step.node, upstream)
        contribution, _ = self.number(step.contribution, "gradient", step.arg)
        constants = self._constants(node)
        sign = EQUALS if self._alone(step) else Sign("+=", "rel")
        local_rule = op.local.get(port)
        if local_rule is None:
            back = op.back_rule(step.port)
            assert back is not None
            rule = row(target, sign, typeset(back.tree, names))
            numbers = row(Sign("=", "rel"), typeset(back.tree, values), EQUALS, contribution)
            return rule, self._with_total(numbers, step), None
        from core.notation.simplify import (
            simplified,  # exact fractions, not needed before the first step back
        )

        shown = simplified(substituted(op.shows.get(port, local_rule).tree, constants))
        local = local_rule.value(self._known(node))
        middle = Tinted("local", partial(name_math(step.node), name_math(step.arg)), step.node)
        name_part = Tinted("local", typeset(shown, names), step.node)
        rule = row(
            target,
            sign,
            product((up, ATOM), (middle, ATOM)),
            EQUALS,
            product((up, ATOM), self._factor(name_part, shown)),
        )
        up_part = values[GRADIENT]
        local_part: Part = (
            self.number(local, "local", step.node) if self._fits(local) else (name_part, SIGNED)
        )
        numbers = row(EQUALS, product(up_part, _bracketed_if_loose(local_part)), EQUALS, contribution)
        if not isinstance(shown, Number | Name) and self._fits(local):
            worked = Tinted("local", typeset(shown, values), step.node)
            numbers = row(EQUALS, product(up_part, self._factor(worked, shown)), *numbers.parts)
        return rule, self._with_total(numbers, step), local

    def _factor(self, math: Math, tree: Tree) -> Part:
        """A local derivative as a factor: sums get brackets."""
        loose = isinstance(tree, Negative) or (isinstance(tree, Binary) and tree.op in "+-")
        return (
            (bracketed(math), ATOM)
            if loose or (isinstance(tree, Number) and tree.value < 0)
            else (math, ATOM)
        )

    def _fits(self, value: Value) -> bool:
        return max(shape_of(value), default=0) <= LARGEST_SHOWN

    def _gradient_part(self, node: str, gradient: Value) -> Part:
        if not self._fits(gradient):
            return Tinted("upstream", derivative(self.story, node), node), ATOM
        return self.number(gradient, "upstream", node)

    def _constants(self, node: Node) -> dict[str, Tree]:
        """Inputs that are plain numbers are written as such, so that 2·x^(2−1) can become 2x."""
        found: dict[str, Tree] = {}
        for port, arg in zip(node.operation.ports(len(node.args)), node.args, strict=True):
            value = self.graph.nodes[arg].value
            if isinstance(value, float):
                found[port] = Number(value)
        return found

    def _known(self, node: Node) -> dict[str, Value]:
        known = dict(zip(node.operation.ports(len(node.args)), node.args, strict=True)) | {OUTPUT: node.name}
        return {port: value for port, arg in known.items() if (value := self.picture.value(arg)) is not None}

    def _alone(self, step: Flowed) -> bool:
        return len(self.picture.arrived(step.arg)) == 1 and len(self._senders(step.arg)) == 1

    def _senders(self, arg: str) -> list[Flowed]:
        return [s for s in self.story.steps if isinstance(s, Flowed) and s.arg == arg]

    def _before(self, step: Flowed) -> Value | None:
        """What had arrived at the receiving node before this step."""
        return self.story.picture(self.picture.count - 1).gradient(step.arg)

    def _with_total(self, numbers: Row, step: Flowed) -> Math:
        """The formula, and below it the sum with what had arrived before."""
        before = self._before(step)
        if before is None or not self._fits(before):
            return numbers
        target = Tinted("gradient", derivative(self.story, step.arg), step.arg)
        parts = [self.number(value, "gradient")[0] for value in (before, step.contribution, step.total)]
        second = _bracketed_if_loose((parts[1], SUM if is_loose(step.contribution) else ATOM))[0]
        return Table(
            (
                (row(), numbers),
                (target, row(EQUALS, parts[0], PLUS, second, EQUALS, parts[2])),
            ),
            "aligned",
        )

    def flow_sentence(self, step: Flowed, node: Node, local: Value | None, before: Value | None) -> str:
        upstream = self.picture.gradient(step.node)
        parts = []
        if isinstance(upstream, float) and isinstance(local, float) and isinstance(step.contribution, float):
            numbers = (short(v, self.digits) for v in (upstream, local, step.contribution))
            parts.append("upstream {} × local {} = {}.".format(*numbers))
        parts.append(node.operation.says)
        if before is not None and isinstance(before, float) and isinstance(step.total, float):
            contribution = value_text(step.contribution, self.digits)
            if is_loose(step.contribution):
                contribution = f"({contribution})"
            parts.append(
                f"{step.arg} is used more than once, so its gradients add up: "
                f"{short(before, self.digits)} + {contribution} = {short(step.total, self.digits)}."
            )
        elif before is not None:
            parts.append(f"{step.arg} is used more than once, so what arrives is added to what was there.")
        if node.operation.elementwise and node.shape != self.graph.nodes[step.arg].shape:
            parts.append(
                f"{step.arg} was stretched to {shape_text(node.shape)}, so its gradient is summed over it."
            )
        return " ".join(parts)

    def flow_shapes(self, step: Flowed, node: Node) -> str:
        shape = self.graph.nodes[step.arg].shape
        if not shape and not node.shape:
            return ""
        return (
            f"The gradient of {step.arg} has the shape of {step.arg}: {shape_text(shape)}; "
            f"upstream: {shape_text(node.shape)}"
        )

    # -- updates

    def updated(self, parameter: str, before: Value, after: Value) -> Explanation:
        old, _ = self.number(before, "value", parameter)
        new, _ = self.number(after, "value", parameter)
        rule = row(name_math(parameter), Sign("←", "rel"), new)
        sentence = f"{parameter} takes a step downhill: {value_text(before)} becomes {value_text(after)}."
        return Explanation(self.title(), rule, row(old, Sign("→", "rel"), new), sentence)


def _bracketed_if_loose(part: Part) -> Part:
    math, strength = part
    return (bracketed(math), ATOM) if strength < ATOM else part
