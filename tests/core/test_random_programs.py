"""Programs made at random, with shapes that fit: stepper and compiled engine must agree."""

import random

import numpy as np
import pytest

from core.base.arrays import frozen
from core.compiled import compile_plan
from core.graph.builder import graph_of
from core.graph.plan import make_plan
from core.passes.stepper import record

SHAPES = {"p": (), "q": (), "u": (2,), "v": (2,), "w": (3,), "A": (2, 3), "B": (3, 2), "S": (2, 2)}
DATA = {"x": (2,), "y": (3,), "t": (), "X": (2, 3)}
NAMES = {shape: [n for n, s in (SHAPES | DATA).items() if s == shape] for shape in SHAPES.values()}
VECTORS, ARRAYS = [(2,), (3,)], [(2,), (3,), (2, 3), (3, 2), (2, 2)]
CURVES = (
    "sin({}) tanh({}) σ({}) softplus({}) relu({}) elu({},0.5) leaky_relu({}) silu({}) softsign({}) exp({}/4) "
    "({})^2 ({})^3 2^({}) -({}) |{}| sqrt(1+({})^2) ln(2+({})^2) 1/(1+({})^2) clip({},-1,1) step({}) "
    "max({},p)"
).split()
PAIRS = (
    "({})+({}) ({})-({}) ({})⊙({}) ({})/(2+({})^2) max({},{}) min({},{}) [{}>{}] bce_logits({},{})".split()
)
TO_NUMBER = "sum({}) mean({}) ‖{}‖ max({}) min({})".split()
OF_VECTOR = "logsumexp({}) cross_entropy({},1) ({})[0] ({})[k]".split()


class Writer:
    """Writes expressions of a shape, no deeper than asked for."""

    def __init__(self, chance):
        self.chance = chance

    def __call__(self, shape, depth):
        pick = self.chance.choice
        if depth <= 0:
            return pick([*NAMES[shape], "2", "π", "1/3"] if not shape else NAMES[shape])
        kind = self.chance.random()
        if kind < 0.3:
            return pick(CURVES).format(self(shape, depth - 1))
        if kind < 0.55:
            other = pick([shape, (), shape[1:]] if shape[1:] in NAMES else [shape])
            sides = [self(shape, depth - 1), self(other, depth - 1)]
            self.chance.shuffle(sides)
            return pick(PAIRS).format(*sides)
        return (self.number, self.vector, self.matrix)[len(shape)](shape, depth - 1)

    def number(self, shape, depth):
        pick = self.chance.choice
        vector = pick(VECTORS)
        return pick(
            [
                pick(TO_NUMBER).format(self(pick(ARRAYS), depth)),
                pick(OF_VECTOR).format(self(vector, depth)),
                f"({self(vector, depth)})·({self(vector, depth)})",
                f"mse({self(vector, depth)}, {self(vector, depth)})",
            ]
        )

    def vector(self, shape, depth):
        (n,), m = shape, 5 - shape[0]
        return self.chance.choice(
            [
                f"({self((n, m), depth)}) ({self((m,), depth)})",
                f"({self((m,), depth)}) ({self((m, n), depth)})",
                f"({self((m, n), depth)})^T ({self((m,), depth)})",
                f"softmax({self(shape, depth)})",
                f"log_softmax({self(shape, depth)})",
                f"[{', '.join(self((), depth) for _ in range(n))}]",
                f"({self((2, n), depth)})[k]",
            ]
        )

    def matrix(self, shape, depth):
        n, m = shape
        ways = [
            f"({self((n, 2), depth)}) ({self((2, m), depth)})",
            f"outer({self((n,), depth)}, {self((m,), depth)})",
            f"({self((n,), depth)}) ({self((m,), depth)})^T",
            f"[{', '.join(self((m,), depth) for _ in range(n))}]",
            f"({self((m, n), depth)})^T",
        ]
        return self.chance.choice(ways)


def values(seed):
    rng = np.random.default_rng(seed)
    found = {name: frozen(rng.normal(size=shape)) for name, shape in (SHAPES | DATA).items()}
    return found | {"k": float(rng.integers(2))}


def program(seed):
    """A program that ends in one number, its plan, and values."""
    write = Writer(random.Random(seed))
    text = f"h = {write((3,), 2)}\nL = {write((), 4)} + sum(h)"
    return text, make_plan(graph_of(text, values(seed))), values(seed)


@pytest.mark.parametrize("seed", range(60))
def test_the_compiled_engine_agrees_with_the_stepper(seed):
    text, plan, at = program(seed)
    data = [name for name in plan.graph.inputs if name in (*DATA, "k")]
    parameters = [name for name in plan.graph.inputs if name in SHAPES]
    examples = [at | {name: values(1000 + 3 * seed + i)[name] for name in data} for i in range(3)]
    compiled = compile_plan(plan, data, len(examples), parameters=parameters)
    compiled.set({name: at[name] for name in parameters})
    for name in set(data) & set(compiled.inputs):
        compiled.inputs[name][...] = np.stack([example[name] for example in examples], axis=-1)
    with np.errstate(all="ignore"):
        compiled.step()
    told = [record(plan, example).last for example in examples]
    np.testing.assert_allclose(
        compiled.loss, np.mean([last.value("L") for last in told]), rtol=1e-9, err_msg=text
    )
    for name in parameters:
        gradients = [last.gradient(name) for last in told if last.gradient(name) is not None]
        expected = np.sum(gradients, axis=0) / len(told)
        found = compiled.part(compiled.gradient, name)
        np.testing.assert_allclose(
            found, expected, rtol=1e-8, atol=1e-8 * (1 + np.max(np.abs(expected))), err_msg=text
        )
