"""Graphs made at random of all operations there are, by their own declarations."""

import numpy as np

from core.base.arrays import frozen, shape_of
from core.graph.graph import CONSTANT, INPUT, Graph, Node
from core.graph.nodes import Nodes
from core.graph.programs import read_program
from core.notation.tree import Name
from core.ops import OPS
from core.ops.facts import REAL
from tests.core.test_ops import PAIRS

PROGRAM = read_program("x")
TRIED = 6  # operations at random, of which the one is taken that finds most of its arguments there


def ways(op):
    """The shapes an operation is tested with, several ways."""
    return [shapes for tested, shapes in PAIRS if tested.name == op.name]


def domain(op, port):
    """Where an operation's input may lie: between two numbers, which are one for a setting or an index."""
    return None if port in op.settings else op.domain.get(port, REAL)


class Growing(Nodes):
    """A graph as it grows, with the value of every node, each in the domain of what uses it."""

    def __init__(self, chance):
        super().__init__(set())
        self.chance = chance
        self.values = {}

    def grow(self, op):
        """One more operation, away from its kinks, on nodes of the right shapes or on new inputs."""
        shapes = self.chance.choice(ways(op))
        ports = op.ports(len(shapes))
        args = [self.argument(op, *pair) for pair in zip(ports, shapes, strict=True)]
        known = {port: self.values[arg] for port, arg in zip(ports, args, strict=True)}
        if op.kink and np.any(op.kink.at.value(known)):
            self.grow(op)
        else:
            self.made(op.name, args)

    def argument(self, op, port, shape):
        """A node of this shape whose value lies where the operation has one."""
        low, high = domain(op, port) or (0.0, 0.0)
        if low == high:
            return self.constant(frozen(op.settings.get(port, low)))
        there = [name for name in self.nodes if shape_of(self.values[name]) == shape]
        if not there or self.chance.random() < 0.1:
            return self.input(low, high, shape)
        # what was made last is used first, so that the graph holds together
        name = there[-1 - min(int(self.chance.expovariate(0.5)), len(there) - 1)]
        value = np.asarray(self.values[name])
        return name if np.all((low < value) & (value < high)) else self.squashed(name, low, high)

    def squashed(self, name, low, high):
        half, middle = self.constant(0.45 * (high - low)), self.constant((high + low) / 2)
        return self.made("add", [self.made("mul", [self.made("tanh", [name]), half]), middle])

    def made(self, op, args):
        rule = OPS[op]
        ports = rule.ports(len(args))
        known = {port: self.values[arg] for port, arg in zip(ports, args, strict=True)}
        return self.put(op, tuple(args), rule.value_rule(len(args)).value(known))

    def input(self, low, high, shape):
        draw = np.random.default_rng(self.chance.randrange(2**32))
        return self.put(INPUT, (), frozen(draw.uniform(low, high, shape)))

    def constant(self, value):
        return self.put(CONSTANT, (), frozen(value))

    def put(self, op, args, value):
        name = self.new_name()
        given = value if op == CONSTANT else None
        self.keep(Node(name, op, args, shape_of(value), Name(name), named=True, value=given))
        self.values[name] = value
        return name

    def missing(self, op):
        """How many arguments an operation would not find."""
        there = {shape_of(value) for value in self.values.values()}
        return min(sum(shape not in there for shape in shapes) for shapes in ways(op))


def random_graph(chance, size, first=None):
    """A graph of about `size` nodes, asked for the one that most others lead to, and its inputs' values."""
    growing = Growing(chance)
    growing.grow(first or chance.choice(list(OPS.values())))
    while len(growing.nodes) < size:
        growing.grow(min(chance.choices(list(OPS.values()), k=TRIED), key=growing.missing))
    graph = Graph(PROGRAM, growing.nodes, "", {})
    output = max(growing.nodes, key=lambda name: len(graph.upstream_of([name])))
    return graph.with_output(output), {name: growing.values[name] for name in graph.inputs}
