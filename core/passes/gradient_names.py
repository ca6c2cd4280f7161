"""What gradients and local derivatives of a program are called, in each notation.

gradient_math   the gradient of a node: ∂L/∂w, δ_w, w̄, L′(w)
local_math      the derivative of a node with respect to one of its arguments: ∂y/∂z, σ′(z), y′(z)
meaning_math    what a name without a numerator stands for: w̄ = ∂L/∂w
"""

from __future__ import annotations

from core.graph.formulas import formula
from core.graph.graph import Graph, Node
from core.math.derivative_names import NOTATIONS, PARTIAL, Notation, gradient_name, local_name
from core.math.mathtree import Big, Math, row
from core.math.parts import POWER
from core.math.typeset import EQUALS
from core.passes.seed import is_chosen, seeded
from core.passes.trace import Trace


def gradient_math(trace: Trace, node: str, notation: Notation = PARTIAL) -> Math:
    """Typeset the gradient of a node: the derivative of the output, or of what a chosen seed makes of it.

    Without one the gradients of an array are those of the sum of its entries. Where the program itself has a
    name that is printed as the gradient would be, such as δ_y beside y, it is written as a quotient.

    Args:
        trace: the trace, for its output, its seed and its names.
        node: the node.
        notation: how it is written.
    """
    graph = trace.graph
    math, strength = graph.typesetter.part(seeded(graph.output, trace.seed, graph.nodes))
    if graph.nodes[graph.output].shape and not is_chosen(trace.seed):
        math, strength = row(Big("∑"), math), POWER
    return gradient_name((math, strength), graph.typesetter.name(node), notation, graph.typeset_names)


def local_math(graph: Graph, node: Node, arg: str, notation: Notation = PARTIAL) -> Math:
    """Typeset the derivative of a node with respect to one of its arguments."""
    typesetter = graph.typesetter
    call = None
    if node.operation.is_function and len(node.args) == 1:
        call = typesetter.tree(formula(graph, node), {node.ports[0]: typesetter.named(arg)})
    return local_name(typesetter.name(node.name), typesetter.name(arg), call, notation)


def meaning_math(trace: Trace, node: str, notation: Notation) -> Math | None:
    """Typeset what the gradient's name stands for; None where the name says it itself."""
    if not NOTATIONS[notation].defined:
        return None
    name, meant = gradient_math(trace, node, notation), gradient_math(trace, node, PARTIAL)
    return None if name == meant else row(name, EQUALS, meant)
