"""One training step of a net on a batch that is there already: this engine, NumPy by hand, and others."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from core.base.arrays import frozen
from core.compiled import compile_plan
from core.graph.builder import graph_of
from core.graph.plan import make_plan
from core.training.optimizers import make_optimizer
from tests.bench import byhand, convolution
from tests.bench.timing import OURS, Effort, Row, Step, against, installed, interleaved

RATE = 0.03


@dataclass(frozen=True)
class Net:
    """A net to be timed: layer sizes, examples at a time, tanh with squared error or ReLU with softmax."""

    sizes: tuple[int, ...]
    batch: int
    dtype: type
    classes: bool = False

    @property
    def title(self) -> str:
        kind = np.dtype(self.dtype).name
        return f"{'-'.join(map(str, self.sizes))}, batch {self.batch}, {kind}"

    def numbers(self) -> tuple[list[Any], list[Any], Any, Any]:
        """Weights and biases of every layer, inputs (features first) and targets; always the same."""
        rng = np.random.default_rng(0)
        weights = [rng.normal(size=(m, n)) / np.sqrt(n) for n, m in pairwise(self.sizes)]
        biases = [rng.normal(size=n) / 10 for n in self.sizes[1:]]
        x = rng.normal(size=(self.sizes[0], self.batch))
        target = (
            rng.integers(0, self.sizes[-1], self.batch) if self.classes else rng.choice([-1, 1], self.batch)
        )
        cast = self.dtype
        return [w.astype(cast) for w in weights], [b.astype(cast) for b in biases], x.astype(cast), target


NETS = [
    Net((2, 4, 2, 1), 10, np.float64),
    Net((2, 8, 8, 8, 1), 32, np.float64),
    Net((64, 32, 10), 64, np.float64, classes=True),
    Net((64, 32, 10), 64, np.float32, classes=True),
    Net((784, 100, 10), 128, np.float32, classes=True),
]


# -- the contenders: each returns a function that makes one step and returns the loss before it


def engine(net: Net) -> Step:
    """This engine, its own optimizer included."""
    weights, biases, x, target = net.numbers()
    values: dict[str, Any] = {"x": frozen(x[:, 0]), ("k" if net.classes else "t"): float(target[0])}
    lines, before, last = [], "x", len(weights)
    for layer, (w, b) in enumerate(zip(weights, biases, strict=True), start=1):
        single = len(b) == 1
        values |= {f"W{layer}": frozen(w[0] if single else w), f"b{layer}": frozen(b[0] if single else b)}
        function = ("" if layer == last else "relu") if net.classes else "tanh"
        name = f"a{layer}" if layer < last else "y"
        lines.append(f"{name} = {function}(W{layer}{'·' if single else ' '}{before} + b{layer})")
        before = name
    lines.append("L = cross_entropy(y, k)" if net.classes else "L = 1/2 (y - t)^2")
    data = ["x", "k" if net.classes else "t"]
    parameters = [name for name in values if name not in data]
    plan = make_plan(graph_of("\n".join(lines), values))
    compiled = compile_plan(plan, data, net.batch, net.dtype, parameters)
    compiled.set({name: values[name] for name in parameters})
    compiled.inputs["x"][...] = x
    compiled.inputs[data[1]][...] = target
    optimizer = make_optimizer("sgd", lr=RATE)
    step, update, w, g = compiled.step, optimizer.update, compiled.parameters, compiled.gradient

    def run() -> float:
        step()
        update(w, g)
        return compiled.loss

    return run


def by_hand(net: Net) -> Step:
    """The fastest found: see `byhand`."""
    weights, biases, x, target = net.numbers()
    maker = byhand.of_classes if net.classes else byhand.OF_SIGNS[len(weights)]
    return maker(weights, biases, byhand.above_ones(x), target, RATE).step


def autograd(net: Net) -> Step:
    """HIPS autograd on the same net."""
    import autograd.numpy as anp
    from autograd import value_and_grad

    weights, biases, x, target = net.numbers()
    columns = np.arange(net.batch)

    def loss(parameters: list[Any]) -> Any:
        a, last = x, len(weights)
        for layer in range(last):
            a = anp.dot(parameters[2 * layer], a) + parameters[2 * layer + 1][:, None]
            if not net.classes:
                a = anp.tanh(a)
            elif layer + 1 < last:
                a = anp.maximum(a, 0)
        if not net.classes:
            return anp.mean((a[0] - target) ** 2) / 2
        top = anp.max(a, axis=0)
        return anp.mean(top + anp.log(anp.sum(anp.exp(a - top), axis=0)) - a[target, columns])

    derivative = value_and_grad(loss)
    parameters = [array for pair in zip(weights, biases, strict=True) for array in pair]

    def run() -> float:
        value, gradients = derivative(parameters)
        for parameter, g in zip(parameters, gradients, strict=True):
            parameter -= RATE * g
        return float(value)

    return run


def pytorch(net: Net) -> Step:
    """PyTorch, eager, on the same net."""
    import torch

    torch.set_num_threads(1)
    weights, biases, x, target = net.numbers()
    layers: list[Any] = []
    for w, b in zip(weights, biases, strict=True):
        linear = torch.nn.Linear(w.shape[1], w.shape[0], dtype=getattr(torch, np.dtype(net.dtype).name))
        linear.weight.data[...] = torch.from_numpy(w)
        linear.bias.data[...] = torch.from_numpy(b)
        layers += [linear, torch.nn.ReLU() if net.classes else torch.nn.Tanh()]
    model = torch.nn.Sequential(*(layers[:-1] if net.classes else layers))
    data, truth = torch.from_numpy(np.ascontiguousarray(x.T)), torch.from_numpy(target)
    optimizer = torch.optim.SGD(model.parameters(), lr=RATE)

    def run() -> float:
        optimizer.zero_grad()
        out = model(data)
        loss = (
            torch.nn.functional.cross_entropy(out, truth)
            if net.classes
            else ((out[:, 0] - truth) ** 2).mean() / 2
        )
        loss.backward()
        optimizer.step()
        return float(loss.detach())

    return run


CONTENDERS: dict[str, Callable[[Net], Step]] = {
    OURS: engine,
    "NumPy by hand": by_hand,
    "autograd": autograd,
    "pytorch": pytorch,
}


def rows(effort: Effort) -> Iterator[Row]:
    """One training step of each net, on a batch that is there already."""
    for net in NETS:
        runs = {name: CONTENDERS[name](net) for name in installed(CONTENDERS)}
        yield from raced(net.title, runs, effort)
    makers = convolution.CONTENDERS
    yield from raced(convolution.TITLE, {name: makers[name]() for name in installed(makers)}, effort)


def raced(title: str, runs: Mapping[str, Step], effort: Effort) -> Iterator[Row]:
    """The rows of contenders that come to the same losses."""
    losses = {name: [run() for _ in range(3)] for name, run in runs.items()}
    for name, found in losses.items():
        np.testing.assert_allclose(found, losses[OURS], rtol=1e-4, err_msg=name)
    times = interleaved(runs, effort.rounds, effort.turn)
    return against("step", title, times)
