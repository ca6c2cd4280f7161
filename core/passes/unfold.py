"""Folding and unfolding: nodes of a graph replaced by the nodes of what they stand for.

A node that is unfolded keeps its name and becomes the last operation of its expansion; the operations inside
are named after it: `y.1`, `y.2` inside `y`, `y.2.1` inside `y.2`. That last operation may stand for something
itself: its key is `y.0`, and inside it are `y.0.1`, `y.0.2`. So a name or key says where it belongs, no
program can hold it, and it does not depend on what else is unfolded.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from msgspec.structs import replace

from core.base.errors import Problem
from core.graph.builder import Builder
from core.graph.graph import Graph, Node
from core.graph.nodes import Nodes, Operand
from core.graph.programs import MATH_CONSTANTS
from core.notation.program import Program, Statement
from core.notation.tree import Name, Number, Tree, substituted
from core.passes.expansions import expansion
from core.passes.steps import Computed, Flowed, Seeded, Step
from core.passes.trace import Trace

Wanted = Callable[[str, Node], bool]


def composite(key: str, node: Node) -> bool:
    """Whether a node's operation is declared as a formula of simpler ones: σ, softmax, losses."""
    return bool(node.operation.stands_for or node.operation.rows)


def anything(key: str, node: Node) -> bool:
    """Whether a node stands for simpler operations at all, operations on arrays included."""
    return True


LEVELS: Mapping[str, Wanted] = {"all": composite, "numbers": anything}


def still_unfolded(operations: Mapping[str, str]) -> Wanted:
    """Choose what was unfolded before, where the node still has the operation it had.

    Args:
        operations: for each key the operation that was unfolded.

    Returns:
        A condition on keys and nodes, for `unfolded`.
    """
    return lambda key, node: operations.get(key) == node.op


def unfolded_as_asked(graph: Graph, names: Sequence[str]) -> Graph:
    """Unfold the named nodes, and whatever unfolded node they stand inside.

    Args:
        graph: the graph.
        names: nodes, or one of LEVELS alone for the whole graph.

    Returns:
        The graph with these nodes replaced by the operations they stand for.

    Raises:
        Problem: a name that is no node, a node that is made of nothing simpler, or too many nodes.
    """
    if len(names) == 1 and names[0] in LEVELS and names[0] not in graph.nodes:
        return unfolded(graph, LEVELS[names[0]])
    found = unfolded(graph, lambda key, node: any(f"{name}.".startswith(f"{key}.") for name in names))
    for name in names:
        if name not in found.folded:
            at = nearest_in(found.nodes, name) if name.endswith(".0") else name
            if at not in found.nodes:
                raise Problem(f"There is no node {name}", hint=_some_names(found))
            expansion(found, found.nodes[at])
    return found


def _some_names(graph: Graph) -> str:
    names = [node.name for node in graph.nodes.values() if not node.is_leaf]
    return f"What is computed is {', '.join(names[:8])}" if names else "Nothing is computed here"


def unfolded(graph: Graph, wanted: Wanted) -> Graph:
    """Replace every node that is wanted by the operations it stands for.

    Args:
        graph: the graph.
        wanted: says of a key and its node whether to unfold it; asked again of the nodes inside.

    Returns:
        A graph in which values and gradients of all other nodes are what they were.

    Raises:
        Problem: there would be more nodes than the engine allows.
    """
    room, folded = Nodes(set()), dict(graph.folded)
    found = replace(graph, nodes=room.nodes, folded=folded)
    waiting = [(key_of(graph, name), node) for name, node in graph.nodes.items()][::-1]
    while waiting:
        key, node = waiting.pop()
        inside = _inside(found, key, node) if not node.is_leaf and wanted(key, node) else []
        if inside:
            folded[key] = node
            waiting.extend(reversed(inside))
        elif not node.is_constant or node.name not in room.nodes:
            room.keep(node)
    return found if folded else graph


def _inside(graph: Graph, key: str, node: Node) -> list[tuple[str, Node]]:
    """The nodes of what a node stands for, by their keys, the node itself last; none if it is an atom."""
    try:
        tree = expansion(graph, node)
    except Problem:
        return []
    builder = _Inside(graph, key, node)
    name = builder.row_as_matrix(builder.expression(_without_names_of(graph, tree, node), builder.scope)).node
    if name not in builder.made.values():
        return []
    last = replace(node, op=builder.nodes[name].op, args=builder.nodes[name].args)
    inner = [(made.name, made) for made in builder.nodes.values() if made.name not in (*node.args, name)]
    return [*inner, (f"{key}.0", last)]


def _without_names_of(graph: Graph, tree: Tree, node: Node) -> Tree:
    """The tree with e and π as numbers where the program means something else by these names."""
    taken = {name for name in MATH_CONSTANTS if name in graph.nodes and not graph.nodes[name].is_constant}
    return substituted(tree, {name: Number(MATH_CONSTANTS[name]) for name in taken - set(node.args)})


class _Inside(Builder):
    """Builds what a node stands for; an operation that is there already is used a second time."""

    def __init__(self, graph: Graph, key: str, node: Node):
        super().__init__(Program("", (Statement(node.tree),)), {})
        self.key, self.span = key, node.span
        self.nodes = {arg: graph.nodes[arg] for arg in node.args}
        self.scope = {
            arg: Operand(Name(arg), inner.shape, arg, inner.value) for arg, inner in self.nodes.items()
        }
        self.made: dict[tuple[str, tuple[str, ...]], str] = {}

    def new_name(self) -> str:
        self.count += 1
        return f"{self.key}.{self.count}"

    def add(self, op: str, operands: Sequence[Operand], part: Tree) -> str:
        known = op, tuple(self.node_of(operand) for operand in operands)
        if known not in self.made:
            self.made[known] = super().add(op, operands, replace(part, span=self.span))
        return self.made[known]


# -- what is unfolded and what can be


def operations_of(graph: Graph) -> dict[str, str]:
    """List what is unfolded in a graph: each key with the operation that was unfolded."""
    return {key: node.op for key, node in graph.folded.items()}


def without(operations: Mapping[str, str], key: str) -> dict[str, str]:
    """List what stays unfolded when the node under a key is folded: all but it and what is inside it."""
    return {name: op for name, op in operations.items() if name != key and not name.startswith(f"{key}.")}


# -- where a node belongs


def key_of(graph: Graph, name: str) -> str:
    """Name what would be unfolded at a node: its own name, or within its own expansion `name.0`."""
    while name in graph.folded:
        name += ".0"
    return name


def frame_of(graph: Graph, name: str) -> str:
    """Find the key of the innermost unfolded node that a node stands inside; "" where there is none."""
    return parent(graph, key_of(graph, name))


def parent(graph: Graph, key: str) -> str:
    """Find the key of the unfolded node directly around a node or another unfolded one; "" without one."""
    around = key.rpartition(".")[0]
    return around if around in graph.folded else ""


# -- the same place in a trace of the program folded otherwise


def place_in(trace: Trace, count: int, other: Trace) -> int:
    """Find the step of another trace of the same program that corresponds to a step of this one.

    A step inside a node that is folded in the other trace corresponds to the step of the whole node.

    Args:
        trace: the trace of one graph of the program.
        count: how many of its steps are done.
        other: the trace of another graph of the program, folded or unfolded differently.

    Returns:
        The number of steps of the other trace after which the same is known.
    """
    if count in (0, len(trace)):
        return len(other) if count else 0
    step = trace.steps[count - 1]
    places = {fact: number for number, fact in enumerate(map(_bare, other.steps), start=1)}
    if _bare(step) in places:
        return places[_bare(step)]
    shared = trace.graph.nodes.keys() & other.graph.nodes.keys()
    wanted = _outer(step, shared)
    facts = [(number, _outer(fact, shared)) for number, fact in enumerate(other.steps, start=1)]
    if isinstance(step, Flowed) and wanted[1] == wanted[2]:  # inside: where the whole begins to pass it on
        alike = [number for number, fact in facts if fact[:2] == wanted[:2]][:1]
    else:
        alike = [number for number, fact in facts if fact == wanted]
    return alike[-1] if alike else place_in(trace, count - 1, other)


def _bare(step: Step) -> tuple[type | str | int, ...]:
    """A fact without its numbers."""
    match step:
        case Flowed(node, port, arg):
            return Flowed, node, port, arg
        case Computed(name) | Seeded(name):
            return type(step), name


def _outer(step: Step, shared: Collection[str]) -> tuple[type | str, ...]:
    """A fact without its numbers, told of nodes that both traces have."""
    names = (step.node, step.arg) if isinstance(step, Flowed) else (_bare(step)[1],)
    return type(step), *(nearest_in(shared, str(name)) for name in names)


def nearest_in(nodes: Collection[str], name: str) -> str:
    """Find a node among those given, or else the unfolded node around it that is; "" where there is none."""
    while name and name not in nodes:
        name = name.rpartition(".")[0]
    return name
