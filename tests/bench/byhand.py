"""Training steps as fast as they could be written by hand in NumPy.

A bias is the last column of its layer's weights and meets a row of ones below the layer's input. All
parameters lie in one vector and all activations in one array: so one call finds the slopes of all layers, one
makes the update, and the learning rate is put into the error, the smallest array there is. All arrays are
there before the first step, functions and methods are looked up before it, arrays that meet entry by entry
are seen as vectors, nothing is a loop, and inputs lie in memory both ways, as either product likes.
Other ways that were tried and took longer: examples along the first axis, rows of weights filled up to whole
cache lines, one product for the gradients of all layers.

Hand           a step, and what it works on
of_two_layers, of_three_layers   tanh with squared error, targets −1 and 1
of_classes     one hidden layer of ReLU, softmax with cross-entropy
adam           the update of Kingma and Ba, instead of subtracting
look_at_signs, look_at_classes   loss and accuracy over whole data sets
"""

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

Array = Any
Layers = Sequence[Array]  # an array for each layer
Look = Callable[[], tuple[float, float]]
Update = Callable[[Array, Array, Array], object]


class Hand(NamedTuple):
    """A step by hand: it makes an update and returns the loss before it.

    step         takes no arguments for the batch it was made with, or the parts of another batch
    parameters   all of them end to end
    blocks       each layer's weights, with its biases in the last column
    """

    step: Callable[..., float]
    parameters: Array
    blocks: list[Array]


def _prepared(weights: Layers, biases: Layers) -> tuple[Array, Array, list[Array], list[Array]]:
    """All parameters in one vector, their gradients in another, and both as blocks, one for each layer."""
    sizes = [(m, n + 1) for m, n in (w.shape for w in weights)]
    flat, gradient = np.zeros((2, sum(m * n for m, n in sizes)), weights[0].dtype)
    cuts = np.cumsum([m * n for m, n in sizes])[:-1]
    blocks, gradients = (
        [part.reshape(size) for part, size in zip(np.split(vector, cuts), sizes, strict=True)]
        for vector in (flat, gradient)
    )
    for block, w, b in zip(blocks, weights, biases, strict=True):
        block[:, :-1], block[:, -1] = w, b
    return flat, gradient, blocks, gradients


def above_ones(x: Array) -> Array:
    """The inputs with a row of ones below them."""
    return np.vstack([x, np.ones_like(x[:1])])


def of_two_layers(
    weights: Layers, biases: Layers, x: Array, t: Array, rate: float, update: Update = np.subtract
) -> Hand:
    """Two hidden layers and one output; `x` has a row of ones.

    `update` takes the parameters, `rate` times their gradient, and the parameters again to put its result in.
    """
    flat, gradient, blocks, (dW1, dW2, dw3) = _prepared(weights, biases)
    W1, W2, w3 = blocks
    n, h1, h2 = len(t), len(W1), len(W2)
    a, slope = np.ones((h1 + h2 + 3, n)), np.zeros((h1 + h2 + 3, n))
    a1_1, a2_1, y = a[: h1 + 1], a[h1 + 1 : -1], a[-1]
    a1, a2, s1, s2, sy = a1_1[:-1], a2_1[:-1], slope[:h1], slope[h1 + 1 : -2], slope[-1]
    d1, d2, d3, error = np.zeros((h1, n)), np.zeros((h2, n)), np.zeros((1, n)), np.zeros(n)
    every_a, every_slope, dw3 = a.reshape(-1), slope.reshape(-1), dw3[0]
    a1_flat, a2_flat, s1, s2, d1_flat, d2_flat, dy = (v.reshape(-1) for v in (a1, a2, s1, s2, d1, d2, d3))
    one, share, half = np.array(1.0), np.array(rate / n), 1 / (2 * n)
    x_T, a1_T = np.ascontiguousarray(x.T), a1_1.T
    forward1, forward2, forward3 = W1.dot, W2.dot, w3[0].dot
    back3, back2 = w3[:, :-1].T.dot, W2[:, :-1].T.dot
    gradient1, gradient2, gradient3, squares = d1.dot, d2.dot, a2_1.dot, error.dot
    tanh, multiply, subtract = np.tanh, np.multiply, np.subtract

    def step(x: Array = x, x_T: Array = x_T, t: Array = t) -> float:
        forward1(x, a1)
        tanh(a1_flat, a1_flat)
        forward2(a1_1, a2)
        tanh(a2_flat, a2_flat)
        forward3(a2_1, y)
        tanh(y, y)
        subtract(y, t, error)
        multiply(every_a, every_a, every_slope)
        subtract(one, every_slope, every_slope)
        multiply(error, sy, dy)
        multiply(dy, share, dy)
        gradient3(dy, dw3)
        back3(d3, d2)
        multiply(d2_flat, s2, d2_flat)
        gradient2(a1_T, dW2)
        back2(d2, d1)
        multiply(d1_flat, s1, d1_flat)
        gradient1(x_T, dW1)
        update(flat, gradient, flat)
        return float(squares(error)) * half

    return Hand(step, flat, blocks)


def of_three_layers(weights: Layers, biases: Layers, x: Array, t: Array, rate: float) -> Hand:
    """Three hidden layers of one size and one output; `x` has a row of ones."""
    flat, gradient, blocks, (dW1, dW2, dW3, dw4) = _prepared(weights, biases)
    W1, W2, W3, w4 = blocks
    n, h = len(t), len(W1)
    a, slope = np.ones((3 * (h + 1) + 1, n)), np.zeros((3 * (h + 1) + 1, n))
    a1_1, a2_1, a3_1 = a[:-1].reshape(3, h + 1, n)
    s1, s2, s3 = slope[:-1].reshape(3, h + 1, n)[:, :-1]
    a1, a2, a3, y, sy = a1_1[:-1], a2_1[:-1], a3_1[:-1], a[-1], slope[-1]
    d1, d2, d3 = np.zeros((3, h, n))
    d4, error = np.zeros((1, n)), np.zeros(n)
    every_a, every_slope, dw4, dy = a.reshape(-1), slope.reshape(-1), dw4[0], d4[0]
    a1_flat, a2_flat, a3_flat = (v.reshape(-1) for v in (a1, a2, a3))
    d1_flat, d2_flat, d3_flat = (v.reshape(-1) for v in (d1, d2, d3))
    s1, s2, s3 = (v.reshape(-1) for v in (s1, s2, s3))
    one, share, half = np.array(1.0), np.array(rate / n), 1 / (2 * n)
    x_T, a1_T, a2_T = np.ascontiguousarray(x.T), a1_1.T, a2_1.T
    forward1, forward2, forward3, forward4 = W1.dot, W2.dot, W3.dot, w4[0].dot
    back4, back3, back2 = w4[:, :-1].T.dot, W3[:, :-1].T.dot, W2[:, :-1].T.dot
    gradient1, gradient2, gradient3, gradient4, squares = d1.dot, d2.dot, d3.dot, a3_1.dot, error.dot
    tanh, multiply, subtract = np.tanh, np.multiply, np.subtract

    def step(x: Array = x, x_T: Array = x_T, t: Array = t) -> float:
        forward1(x, a1)
        tanh(a1_flat, a1_flat)
        forward2(a1_1, a2)
        tanh(a2_flat, a2_flat)
        forward3(a2_1, a3)
        tanh(a3_flat, a3_flat)
        forward4(a3_1, y)
        tanh(y, y)
        subtract(y, t, error)
        multiply(every_a, every_a, every_slope)
        subtract(one, every_slope, every_slope)
        multiply(error, sy, dy)
        multiply(dy, share, dy)
        gradient4(dy, dw4)
        back4(d4, d3)
        multiply(d3_flat, s3, d3_flat)
        gradient3(a2_T, dW3)
        back3(d3, d2)
        multiply(d2_flat, s2, d2_flat)
        gradient2(a1_T, dW2)
        back2(d2, d1)
        multiply(d1_flat, s1, d1_flat)
        gradient1(x_T, dW1)
        subtract(flat, gradient, flat)
        return float(squares(error)) * half

    return Hand(step, flat, blocks)


def of_classes(weights: Layers, biases: Layers, x: Array, k: Array, rate: float) -> Hand:
    """One hidden layer; `x` has a row of ones, `k` are the classes as whole numbers."""
    flat, gradient, blocks, (dW1, dW2) = _prepared(weights, biases)
    W1, W2 = blocks
    n, h, classes, dtype = len(k), len(W1), len(W2), flat.dtype
    a_1 = np.ones((h + 1, n), dtype)
    a, da, e, ds = a_1[:-1], np.zeros((h, n), dtype), *np.zeros((2, classes, n), dtype)
    opened, (top, total, true) = np.zeros(h * n, bool), np.zeros((3, n), dtype)
    a_flat, da_flat, e_flat = a.reshape(-1), da.reshape(-1), e.reshape(-1)
    ones, zero, share, each = np.ones(classes, dtype), np.array(0, dtype), np.array(rate / n, dtype), 1 / n
    onehot, places, x_T, a_T = one_hot(k, classes, dtype), places_of(k, n), np.ascontiguousarray(x.T), a_1.T
    forward1, forward2, back, gradient1, gradient2 = W1.dot, W2.dot, W2[:, :-1].T.dot, da.dot, ds.dot
    maximum, greatest, add_up, total_of = np.maximum, np.maximum.reduce, np.add.reduce, ones.dot
    take, (subtract, multiply, divide) = e_flat.take, (np.subtract, np.multiply, np.divide)
    exp, log, greater = np.exp, np.log, np.greater

    def step(x: Array = x, x_T: Array = x_T, onehot: Array = onehot, places: Array = places) -> float:
        forward1(x, a)
        maximum(a_flat, zero, out=a_flat)
        forward2(a_1, e)
        greatest(e, 0, None, top)
        subtract(e, top, e)
        take(places, None, true, "clip")
        exp(e_flat, e_flat)
        total_of(e, total)
        divide(e, total, e)
        subtract(e, onehot, ds)
        multiply(ds, share, ds)
        gradient2(a_T, dW2)
        back(ds, da)
        greater(a_flat, zero, opened)
        multiply(da_flat, opened, da_flat)
        gradient1(x_T, dW1)
        subtract(flat, gradient, flat)
        log(total, total)
        subtract(total, true, total)
        return float(add_up(total)) * each

    return Hand(step, flat, blocks)


def adam(count: int, rate: float, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8) -> Update:
    """Kingma and Ba's update; both means are kept without the factors that are the same for all entries."""
    mean, square, spare = np.zeros((3, count))
    keep1, keep2, size, least = (np.array(v) for v in (beta1, beta2, 0.0, 0.0))
    add, multiply, divide, root, subtract = np.add, np.multiply, np.divide, np.sqrt, np.subtract
    power1 = power2 = 1.0
    factor1, factor2 = 1 - beta1, 1 - beta2

    def update(w: Array, g: Array, out: Array) -> None:
        nonlocal power1, power2
        power1, power2 = power1 * beta1, power2 * beta2
        scale = math.sqrt((1 - power2) / factor2)
        size[...], least[...] = rate * scale * factor1 / (1 - power1), eps * scale
        multiply(mean, keep1, mean)
        add(mean, g, mean)
        multiply(g, g, spare)
        multiply(square, keep2, square)
        add(square, spare, square)
        root(square, spare)
        add(spare, least, spare)
        divide(mean, spare, spare)
        multiply(spare, size, spare)
        subtract(w, spare, out)

    return update


# by how many layers have weights
OF_SIGNS = {3: of_two_layers, 4: of_three_layers}


def one_hot(k: Array, classes: int, dtype: Any) -> Array:
    """A column for each example, 1 in the row of its class."""
    return np.equal(np.arange(classes)[:, None], k).astype(dtype)


def places_of(k: Array, n: int) -> Array:
    """Where the entries of the true classes lie in batches of n that are laid out class by class."""
    return k.astype(np.intp) * n + np.arange(len(k)) % n


def look_at_signs(blocks: Layers, x: Array, t: Array) -> Look:
    """The loss and the part whose sign is right; `x` has a row of ones."""
    rooms = [np.ones((len(block) + 1, len(t))) for block in blocks]
    layers = [
        (block.dot, before, room[:-1])
        for block, before, room in zip(blocks, [x, *rooms], rooms, strict=False)
    ]
    y, error, positive = rooms[-1][0], np.zeros(len(t)), t > 0

    def look() -> tuple[float, float]:
        for dot, before, room in layers:
            dot(before, room)
            np.tanh(room, room)
        np.subtract(y, t, error)
        return float(error.dot(error)) / (2 * len(t)), np.count_nonzero((y > 0) == positive) / len(t)

    return look


def look_at_classes(blocks: Layers, x: Array, k: Array) -> Look:
    """The loss and the part whose class is found; `x` has a row of ones."""
    n = len(k)
    room, s = np.ones((len(blocks[0]) + 1, n), x.dtype), np.zeros((len(blocks[1]), n), x.dtype)
    e, places, a = np.zeros_like(s), places_of(k, n), room[:-1]

    def look() -> tuple[float, float]:
        blocks[0].dot(x, a)
        np.maximum(a, 0, out=a)
        blocks[1].dot(room, s)
        top = s.max(axis=0)
        np.exp(np.subtract(s, top, e), e)
        loss = np.log(e.sum(axis=0)) + top - s.reshape(-1)[places]
        return float(loss.mean()), np.count_nonzero(s.argmax(axis=0) == k) / n

    return look
