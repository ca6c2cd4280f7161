"""A convolutional net: 28×28 pictures, eight 5×5 filters, a pool, ten classes; 32 at a time."""

from collections.abc import Callable
from typing import Any

import numpy as np

from core.base.arrays import frozen
from core.compiled import compile_plan
from core.graph.builder import graph_of
from core.graph.plan import make_plan
from core.training.optimizers import make_optimizer
from tests.bench.timing import OURS, Step

TITLE = "conv 1→8 5×5, pool, 10; batch 32, float32"
PROGRAM = """\
a = relu(conv2d(x, W1) + b1)
p = maxpool(a)
s = W2 flatten(p) + b2
L = cross_entropy(s, k)"""
BATCH, SIDE, FILTERS, FIELD, CLASSES, RATE = 32, 28, 8, 5, 10, 0.03
MAP = SIDE - FIELD + 1
POOLED = FILTERS * (MAP // 2) ** 2
TYPE = np.float32


def numbers() -> tuple[dict[str, Any], Any, Any]:
    """The parameters, the pictures (the batch along the last axis) and their classes; always the same."""
    rng = np.random.default_rng(0)
    parameters = {
        "W1": rng.normal(size=(FILTERS, FIELD, FIELD)) / FIELD,
        "b1": rng.normal(size=(FILTERS, 1, 1)) / 10,
        "W2": rng.normal(size=(CLASSES, POOLED)) / np.sqrt(POOLED),
        "b2": rng.normal(size=CLASSES) / 10,
    }
    pictures = rng.normal(size=(SIDE, SIDE, BATCH)).astype(TYPE)
    classes = rng.integers(0, CLASSES, BATCH)
    return {name: array.astype(TYPE) for name, array in parameters.items()}, pictures, classes


def engine() -> Step:
    """This engine, its own optimizer included."""
    parameters, x, k = numbers()
    values = {name: frozen(array) for name, array in parameters.items()}
    plan = make_plan(graph_of(PROGRAM, {**values, "x": frozen(x[..., 0]), "k": float(k[0])}))
    compiled = compile_plan(plan, ["x", "k"], BATCH, TYPE, list(values))
    compiled.set(values)
    compiled.inputs["x"][...], compiled.inputs["k"][...] = x, k
    step, update = compiled.step, make_optimizer("sgd", lr=RATE).update
    w, g = compiled.parameters, compiled.gradient

    def run() -> float:
        step()
        update(w, g)
        return compiled.loss

    return run


def by_hand() -> Step:
    """The best known by hand: windows side by side, biases beside their weights, nothing allocated.

    ReLU and what its flat side drops are computed on the pooled map, a quarter of the size.
    """
    parameters, x, k = numbers()
    sizes = [(FILTERS, FIELD**2 + 1), (CLASSES, POOLED + 1)]
    flat, gradient = np.zeros((2, sum(m * n for m, n in sizes)), TYPE)
    cut = sizes[0][0] * sizes[0][1]
    # the filters lie as columns: the product that makes their gradient is faster so
    w1, w2 = flat[:cut].reshape(sizes[0][::-1]).T, flat[cut:].reshape(sizes[1])
    g1, g2 = gradient[:cut].reshape(sizes[0][::-1]), gradient[cut:].reshape(sizes[1])
    w1[:, :-1], w1[:, -1] = parameters["W1"].reshape(FILTERS, -1), parameters["b1"].ravel()
    w2[:, :-1], w2[:, -1] = parameters["W2"], parameters["b2"]
    windows = np.lib.stride_tricks.sliding_window_view(x, (FIELD, FIELD), (0, 1)).transpose(3, 4, 0, 1, 2)
    # the four places that a pool looks at lie one after the other, so that it meets whole stretches
    halves = windows.reshape(FIELD, FIELD, MAP // 2, 2, MAP // 2, 2, BATCH).transpose(0, 1, 3, 5, 2, 4, 6)
    columns = np.ones((FIELD**2 + 1, MAP**2 * BATCH), TYPE)
    filled = columns[:-1].reshape(halves.shape)
    a, da = np.zeros((2, FILTERS, 4, POOLED // FILTERS * BATCH), TYPE)
    a_matrix, da_matrix = a.reshape(FILTERS, -1), da.reshape(FILTERS, -1)
    (a1, a2, a3, a4), pairs = a.swapaxes(0, 1), list(zip(a.swapaxes(0, 1), da.swapaxes(0, 1), strict=True))
    p_1, dp = np.ones((POOLED + 1, BATCH), TYPE), np.zeros((POOLED, BATCH), TYPE)
    p, dp_map = p_1[:-1].reshape(FILTERS, -1), dp.reshape(FILTERS, -1)
    hit = np.zeros_like(p, bool)
    s, e, onehot = np.zeros((3, CLASSES, BATCH), TYPE)
    np.equal(np.arange(CLASSES)[:, None], k, out=onehot)
    top, total, true = np.zeros((3, BATCH), TYPE)
    ones, zero, share = np.ones(CLASSES, TYPE), TYPE(0), TYPE(RATE / BATCH)
    places = k * BATCH + np.arange(BATCH)

    def run() -> float:
        np.copyto(filled, halves)
        w1.dot(columns, a_matrix)
        np.maximum(a1, a2, out=p)
        np.maximum(p, a3, out=p)
        np.maximum(p, a4, out=p)
        np.maximum(p, zero, out=p)
        w2.dot(p_1, s)
        np.maximum.reduce(s, 0, None, top)
        np.subtract(s, top, e)
        np.exp(e, e)
        ones.dot(e, total)
        np.divide(e, total, e)
        e.reshape(-1).take(places, out=true, mode="clip")
        np.subtract(e, onehot, e)
        np.multiply(e, share, e)
        e.dot(p_1.T, g2)
        w2[:, :-1].T.dot(e, dp)
        np.greater(p, zero, out=hit)
        np.multiply(dp_map, hit, dp_map)
        for here, back in pairs:
            np.equal(here, p, out=hit)
            np.multiply(hit, dp_map, back)
        columns.dot(da_matrix.T, g1)
        np.subtract(flat, gradient, out=flat)
        return -float(np.log(true).mean())

    return run


def pytorch() -> Step:
    """PyTorch, eager, on the same net."""
    import torch

    torch.set_num_threads(1)
    parameters, x, k = numbers()
    layers = [torch.nn.Conv2d(1, FILTERS, FIELD), torch.nn.ReLU(), torch.nn.MaxPool2d(2), torch.nn.Flatten()]
    model = torch.nn.Sequential(*layers, torch.nn.Linear(POOLED, CLASSES))
    for own, name in zip(model.parameters(), parameters, strict=True):
        own.data[...] = torch.from_numpy(parameters[name].reshape(own.shape))
    data, truth = torch.from_numpy(np.ascontiguousarray(np.moveaxis(x, -1, 0)[:, None])), torch.from_numpy(k)
    optimizer = torch.optim.SGD(model.parameters(), lr=RATE)

    def run() -> float:
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(data), truth)
        loss.backward()
        optimizer.step()
        return float(loss.detach())

    return run


CONTENDERS: dict[str, Callable[[], Step]] = {"NumPy by hand": by_hand, OURS: engine, "pytorch": pytorch}
