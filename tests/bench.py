"""How fast this program is: training steps of nets, a neuron of plain numbers, graphs of up to 10,000 nodes.

`python -m tests.bench`. Beside this engine stand the same by hand, HIPS autograd and PyTorch. All contenders
take turns within one run, so that a busy machine is as unfair to one as to the other; the numbers are
medians. One thread for BLAS: two are slower on nets as small as these.
"""

# ruff: noqa: E402 (the number of threads must be set before NumPy is imported)
import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import argparse
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from core.arrays import frozen
from core.builder import graph_of
from core.compiled import compile_plan
from core.plan import make_plan
from core.training.optimizers import make_optimizer
from tests import bench_pictures
from tests.bench_graphs import growth, long_graph, neuron
from tests.timing import Step, installed, interleaved

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
    """The best known by hand: all prepared, biases beside the weights, one vector, nothing allocated."""
    weights, biases, x, target = net.numbers()
    count = sum(w.size + b.size for w, b in zip(weights, biases, strict=True))
    flat, gradient, move = (np.zeros(count, net.dtype) for _ in range(3))
    start, layers = 0, []
    data = np.ones((len(x) + 1, net.batch), net.dtype)
    data[:-1] = x
    for w, b in zip(weights, biases, strict=True):
        shape = (w.shape[0], w.shape[1] + 1) if len(b) > 1 else (w.shape[1] + 1,)
        size = int(np.prod(shape))
        block, its_gradient = (v[start : start + size].reshape(shape) for v in (flat, gradient))
        block[..., :-1], block[..., -1] = (w, b) if len(b) > 1 else (w[0], b[0])
        room = np.ones((len(b) + 1, net.batch), net.dtype) if len(b) > 1 else np.ones(net.batch, net.dtype)
        out = room[:-1] if len(b) > 1 else room
        layers.append((block, data, out, its_gradient))
        data, start = room, start + size
    passes = _softmax_by_hand(net, layers, target) if net.classes else _tanh_by_hand(net, layers, target)
    rate = np.array(RATE, net.dtype)

    def run() -> float:
        loss = passes()
        np.multiply(gradient, rate, out=move)
        np.subtract(flat, move, out=flat)
        return loss

    return run


def _tanh_by_hand(net: Net, layers: Sequence[Any], target: Any) -> Callable[[], float]:
    one, share, t = np.array(1.0), np.array(1 / net.batch), target.astype(net.dtype)
    forward = [(block.dot, data, out) for block, data, out, _ in layers]
    block, data, y, dlast = layers[-1]
    error, dy = np.zeros_like(y), np.zeros_like(y)
    column = block[:-1, None]
    rooms = [np.zeros_like(out) for _, _, out, _ in layers[:-1]]
    slopes = [np.zeros_like(out) for _, _, out, _ in layers[:-1]]
    back = []
    for i in reversed(range(len(layers) - 1)):
        block, before, out, its_gradient = layers[i]
        down = block[:, :-1].T.dot if i else None
        back.append((out, slopes[i], rooms[i], before.T, its_gradient, down, rooms[i - 1]))
    first, last_data = rooms[-1], data.dot

    def passes() -> float:
        for dot, data, out in forward:
            dot(data, out)
            np.tanh(out, out)
        np.subtract(y, t, error)
        np.multiply(y, y, dy)
        np.subtract(one, dy, dy)
        np.multiply(dy, error, dy)
        np.multiply(dy, share, dy)
        last_data(dy, dlast)
        np.multiply(dy, column, first)
        for out, slope, da, before, its_gradient, down, below in back:
            np.multiply(out, out, slope)
            np.subtract(one, slope, slope)
            np.multiply(slope, da, da)
            da.dot(before, its_gradient)
            if down:
                down(da, below)
        return float(error.dot(error)) / (2 * net.batch)

    return passes


def _softmax_by_hand(net: Net, layers: Sequence[Any], target: Any) -> Callable[[], float]:
    (block1, x, a, gradient1), (block2, a_1, s, gradient2) = layers
    zero, share = np.array(0, net.dtype), np.array(1 / net.batch, net.dtype)
    top, total, true = (np.zeros(net.batch, net.dtype) for _ in range(3))
    e, ds, da, gate = np.zeros_like(s), np.zeros_like(s), np.zeros_like(a), np.zeros_like(a)
    columns, ones = np.arange(net.batch), np.ones(len(s), net.dtype)
    flat, places, k = e.reshape(-1), np.zeros(net.batch, np.intp), target.astype(np.intp)
    classes = np.arange(len(s))[:, None]
    onehot = np.zeros_like(s)
    x_t, a_t, down = x.T, a_1.T, block2[:, :-1].T

    def passes() -> float:
        block1.dot(x, a)
        np.maximum(a, zero, out=a)
        block2.dot(a_1, s)
        np.maximum.reduce(s, 0, None, top)
        np.subtract(s, top, e)
        np.exp(e, e)
        ones.dot(e, total)
        np.divide(e, total, e)
        np.multiply(k, net.batch, places)
        np.add(places, columns, places)
        flat.take(places, out=true, mode="clip")
        np.equal(classes, k, out=onehot)
        np.subtract(e, onehot, ds)
        np.multiply(ds, share, ds)
        ds.dot(a_t, gradient2)
        down.dot(ds, da)
        np.greater(a, zero, out=gate)
        np.multiply(da, gate, da)
        da.dot(x_t, gradient1)
        np.log(true, true)
        return -float(np.add.reduce(true)) / net.batch

    return passes


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
        return float(loss)

    return run


CONTENDERS: dict[str, Callable[[Net], Step]] = {
    "by hand": by_hand,
    "this engine": engine,
    "autograd": autograd,
    "pytorch": pytorch,
}


def nets(rounds: int, seconds: float) -> None:
    names = installed(CONTENDERS)
    print("One training step: µs, and in brackets how many times NumPy by hand (1.00)\n")
    print(f"{'net':30}" + "".join(f"{name:>19}" for name in names))
    for net in NETS:
        runs = {name: CONTENDERS[name](net) for name in names}
        losses = {name: [float(run()) for _ in range(3)] for name, run in runs.items()}  # type: ignore[arg-type]
        for name in names:
            np.testing.assert_allclose(losses[name], losses["by hand"], rtol=1e-4, err_msg=name)
        times = interleaved(runs, rounds, seconds)
        print(f"{net.title:30}" + "".join(f"{_cell(times[name], times['by hand']):>19}" for name in names))


def pictures(rounds: int, seconds: float) -> None:
    """The convolutional net; HIPS autograd has no convolution."""
    makers = bench_pictures.CONTENDERS
    runs = {name: makers[name]() for name in installed(makers)}
    losses = {name: [run() for _ in range(3)] for name, run in runs.items()}
    for name in runs:
        np.testing.assert_allclose(losses[name], losses["by hand"], rtol=1e-4, err_msg=name)
    times = interleaved(runs, rounds, seconds)
    cells = [f"{name} {_cell(taken, times['by hand'])}" for name, taken in times.items()]
    print(f"\n{bench_pictures.TITLE}:  " + ",  ".join(cells))


def _cell(times: Sequence[float], others: Sequence[float]) -> str:
    """The median time in µs, and the median of the ratios within a round."""
    ratio = statistics.median(mine / other for mine, other in zip(times, others, strict=True))
    return f"{statistics.median(times) * 1e6:,.0f} ({ratio:5.2f})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=101, help="turns of each contender (default 101)")
    parser.add_argument("--turn", type=float, default=3, help="length of a turn in ms (default 3)")
    args = parser.parse_args()
    nets(args.rounds, args.turn / 1000)
    pictures(args.rounds, args.turn / 1000)
    neuron(args.rounds, args.turn / 1000)
    long_graph()
    growth()


if __name__ == "__main__":
    main()
