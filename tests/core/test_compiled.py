"""The compiled plan computes what the stepper tells: the same values and the same mean gradients."""

import ast
import importlib.util
import keyword
from itertools import product

import numpy as np
import pytest

from core.base.arrays import frozen, shape_of
from core.base.errors import Problem
from core.compiled import compile_plan
from core.compiled.joined import joined
from core.compiled.kernels import EXPANSIONS
from core.compiled.names import Names, identifier, literal
from core.graph.builder import graph_of
from core.graph.graph import CONSTANT, INPUT, Graph, Node
from core.graph.plan import make_plan
from core.notation.program import Program
from core.notation.tree import Name
from core.passes.stepper import record
from core.passes.steps import Flowed
from tests.core.test_ops import PAIRS, SHUT, drawn, name_of

NUMBERS = {"w": (), "b": (), "v": (), "x": (), "t": ()}
NET = {"W1": (4, 2), "b1": (4,), "w2": (4,), "b2": (), "x": (2,), "t": ()}
CLASSES = {"W1": (4, 2), "b1": (4,), "W2": (3, 4), "b2": (3,), "x": (2,), "k": ()}

# a program, the shapes of its inputs; those called x…, t… or k… are data, the others parameters
PROGRAMS = {
    "neuron": ("y = tanh(w x + b); L = 1/2 (y - t)^2", NUMBERS),
    "neuron of two scalars": (
        "z = w1 x1 + w2 x2 + b; y = 1 / (1 + exp(-z)); L = -(t log(y) + (1 - t) log(1 - y))",
        {"w1": (), "w2": (), "b": (), "x1": (), "x2": (), "t": ()},
    ),
    "fan-out": ("a = w x; c = a + a; d = c a + c; L = (d - t)^2 + a", NUMBERS),
    "the same twice": ("L = tanh(w x) + tanh(w x) v", NUMBERS),
    "no data reaches a part": ("R = w^2 + |b|; L = (w x - t)^2 + 0.1 R", NUMBERS),
    "the data alone reach a part": ("q = exp(x) t; L = q sin(w x)", NUMBERS),
    "constant gradient": ("L = w x + b", NUMBERS),
    "copies": ("u = w; z = u x; y = z; L = (y - t)^2", NUMBERS),
    "net": ("a = tanh(W1 x + b1); y = tanh(w2·a + b2); L = 1/2 (y - t)^2", NET),
    "net without biases": ("a = σ(W1 x); y = a·w2; L = (y - t)^2", NET),
    "bias on the left": ("a = relu(b1 + W1 x); y = b2 + w2ᵀ a; L = bce_logits(y, [t > 0])", NET),
    "named product": ("s = W1 x; a = tanh(s + b1); L = (w2·a - t)^2 + sum(s)", NET),
    "shared weights": ("a = tanh(W1 x + b1); c = tanh(W1 (2 x) + b1); L = (w2·(a + c) - t)^2", NET),
    "bias used again": ("a = tanh(W1 x + b1); L = (w2·a + b2 - t)^2 + 0.1 ‖b1‖^2 + b2^2", NET),
    "residual": (
        "h = tanh(V x + b); g = h + x; L = mse(U g + c, t)",
        {"V": (3, 3), "b": (3,), "U": (2, 3), "c": (2,), "x": (3,), "t": (2,)},
    ),
    "user's max": ("a = max(0, W1 x + b1); y = w2·a + b2; L = |y - t|", NET),
    "softmax": ("a = relu(W1 x + b1); s = W2 a + b2; p = softmax(s); L = cross_entropy(s, k)", CLASSES),
    "softmax by hand": ("s = W2 tanh(W1 x + b1) + b2; p = softmax(s); L = -log(p[k])", CLASSES),
    "log softmax": ("s = W2 tanh(W1 x + b1) + b2; L = -log_softmax(s)[k]", CLASSES),
    "logsumexp": ("s = W2 tanh(W1 x + b1) + b2; L = logsumexp(s) - s[k]", CLASSES),
    "hinge over classes": ("s = W2 (W1 x + b1) + b2; L = sum(max(0, s - s[k] + 1)) - 1", CLASSES),
    "one-hot target": (
        "s = W2 tanh(W1 x + b1) + b2; p = softmax(s); L = -sum(t ⊙ log(p))",
        CLASSES | {"t": (3,)},
    ),
    "regularised": (
        "s = W2 tanh(W1 x + b1) + b2; L = cross_entropy(s, k); Lreg = L + 0.01 (‖W1‖^2 + sum(W2 ⊙ W2))",
        CLASSES,
    ),
    "L1": ("y = w·x + b; L = (y - t)^2 + 0.1 sum(|w|)", {"w": (3,), "b": (), "x": (3,), "t": ()}),
    "row vector": ("s = x W + b; L = mse(tanh(s), t)", {"W": (3, 2), "b": (2,), "x": (3,), "t": (2,)}),
    "matrices": (
        "H = tanh(V x + U); L = sum(H ⊙ H) + sum(x)",
        {"V": (2, 3), "U": (2, 4), "x": (3, 4)},
    ),
    "matrix of data on the left": ("H = x V; L = sum(H ⊙ H)", {"V": (3, 2), "x": (4, 3)}),
    "matrix of data and a vector": ("h = x w; L = h·h", {"w": (3,), "x": (4, 3)}),
    "transposes": ("H = Wᵀ x; G = (Vᵀ V) H; L = G·G", {"W": (3, 2), "V": (4, 2), "x": (3,)}),
    "weights made of data": (
        "A = outer(V x, x); y = A w; L = y·y",
        {"V": (2, 2), "w": (2,), "x": (2,)},
    ),
    "weights made of parameters": ("A = outer(v, w); L = sum((A x)^2)", {"v": (2,), "w": (3,), "x": (3,)}),
    "rows": ("A = [w, v, w + v]; L = sum(tanh(A x))", {"w": (2,), "v": (2,), "x": (2,)}),
    "features": (
        "f = [x1, x2, x1^2, x1 x2]; y = w·f + b; L = (y - t)^2",
        {"w": (4,), "b": (), "x1": (), "x2": (), "t": ()},
    ),
    "absorbed bias": ("y = w·[x1, x2, 1]; L = hinge(y, t)", {"w": (3,), "x1": (), "x2": (), "t": ()}),
    "pick a row of a table": ("r = W[k]; L = (r·x - t)^2", {"W": (3, 2), "x": (2,), "k": (), "t": ()}),
    "pick a row of data": ("r = x[k]; L = sum(tanh(r ⊙ w))", {"w": (2,), "x": (3, 2), "k": ()}),
    "pick a fixed entry": ("L = W[1]·x + x[0] w[2]", {"W": (3, 2), "w": (3,), "x": (2,)}),
    "pick by a parameter's place": ("L = x·W[j]", {"W": (3, 2), "j": (), "x": (2,)}),
    "pick an entry of a parameter": ("L = (w[k] x - t)^2", {"w": (3,), "k": (), "x": (), "t": ()}),
    "norms": ("L = ‖W x - t‖ + ‖x‖ ‖W‖", {"W": (2, 3), "x": (3,), "t": (2,)}),
    "stretched": ("z = W ⊙ x + b; L = sum(tanh(z)) / mean(x)", {"W": (2, 3), "b": (), "x": (3,)}),
    "stretched column": ("z = W ⊙ x; L = sum(z ⊙ z)", {"W": (2, 1), "x": (2, 3)}),
    "largest": ("s = W x; L = max(s) - min(s) + mean(s)", {"W": (3, 2), "x": (2,)}),
    "indicator": ("z = w·x + b; L = [z > t] z^2 + [z ≤ t] z", {"w": (3,), "b": (), "x": (3,), "t": ()}),
    "kinks": ("z = w x; L = relu(z) + leaky_relu(z) + elu(z) + clip(z, -1, 1) + |z|", NUMBERS),
    "powers": ("z = x^2 + 1; L = z^w + z^-1 + z^0.5 b + z^3", NUMBERS),
    "no parameter": ("L = x t", NUMBERS),
    "convolution": (
        "c = relu(conv2d(x, W1) + b1); p = maxpool(c); s = W2 flatten(p) + b2; L = cross_entropy(s, k)",
        {"W1": (2, 3, 3), "b1": (2, 1, 1), "W2": (3, 8), "b2": (3,), "x": (6, 6), "k": ()},
    ),
    "two convolutions": (
        "c = tanh(conv2d(x, W1, 1, 1)); d = conv2d(c, W2, 2, 1); L = sum(avgpool(d, 2) ⊙ t)",
        {"W1": (2, 3, 3, 3), "W2": (2, 2, 3, 3), "x": (3, 5, 6), "t": (2, 1, 1)},
    ),
    "one filter": ("L = sum(tanh(conv2d(x, W, 2)))", {"W": (3, 3, 3), "x": (3, 7, 7)}),
    "one filter on a flat picture": ("L = sum(conv2d(x, W, 1, 2) ^ 2)", {"W": (3, 2), "x": (4, 4)}),
    "filters made of data": (
        "V = reshape(W x, [2, 2]); L = sum(maxpool(conv2d(y, V), 2, 1) ⊙ t)",
        {"W": (4, 3), "x": (3,), "y": (4, 4), "t": (2, 2)},
    ),
    "pools that overlap": (
        "c = conv2d(x, W); L = sum(maxpool(c, 3, 2)) + mean(avgpool(c, 2, 1))",
        {"W": (2, 2), "x": (6, 6)},
    ),
    "pools that leave a rest": ("L = sum(maxpool(conv2d(x, W), 2) ^ 2)", {"W": (2, 2), "x": (6, 6)}),
    "together and apart": (
        "h = concat(tanh(W1 x + b1), x, 1); L = (w2·h - t)^2 + sum(W1[0:2, 1:3]) + h[1:4]·w3",
        {"W1": (3, 4), "b1": (3,), "w2": (8,), "w3": (3,), "x": (4,), "t": ()},
    ),
    "laid out otherwise": (
        "H = reshape(W x, [2, 3]); L = sum(H U) + flatten(H^T)·w",
        {"W": (6, 2), "U": (3, 2), "w": (6,), "x": (2,)},
    ),
    "positions": (
        "h = tanh(W1 positional_encoding(x, 3) + b1); L = squared_error(W2 h, t)",
        {"W1": (4, 12), "b1": (4,), "W2": (2, 4), "x": (2,), "t": (2,)},
    ),
    "margins": (
        "s = W x + b; L = multiclass_hinge(s, k, 0.5) + svm(2 s, k) + 0.1 elastic(W, 2) + l1(b) + l2(b)",
        {"W": (3, 4), "b": (3,), "x": (4,), "k": ()},
    ),
    "robust": (
        "e = huber(w·x + b, t, 0.8); L = e + nll(softmax(U x), k) + prod(U x) / 10 + perceptron(w·x, t)",
        {"w": (3,), "b": (), "U": (3, 3), "x": (3,), "t": (), "k": ()},
    ),
    "classes as vectors": (
        "s = W x; L = mse(softmax(s), onehot(k, 3)) + s[argmax(s)]",
        {"W": (3, 4), "x": (4,), "k": ()},
    ),
    "smooth gates": (
        "z = W x + b; L = sum(gelu(z) + selu(z) + hard_sigmoid(z) + erf(z)) + maxout(w·x, v·x)",
        {"W": (2, 3), "b": (2,), "w": (3,), "v": (3,), "x": (3,)},
    ),
}
PROGRAMS |= {
    "a mini-batch in a matrix": (
        "S = x W^T + b; P = softmax(S); L = mean(cross_entropy(S, [0, 2, 1, 1])) + mean(sum(P ⊙ S, 1))",
        {"W": (3, 2), "b": (3,), "x": (4, 2)},
    ),
    "rows of data and one class": (
        "S = x W^T + b; L = mean(nll(softmax(S), k) + svm(S, k) + logsumexp(S)) + sum(log_softmax(S), 0)·b",
        {"W": (3, 2), "b": (3,), "x": (4, 2), "k": ()},
    ),
    "a turned filter": (
        "c = conv2d(x, flip(W)); L = mean(c, 0)·mean(c, -1) + flip(v)·v",
        {"W": (3, 3), "v": (2,), "x": (5, 5)},
    ),
}
DATA = ("x", "y", "t", "k")


def draw(shapes, seed):
    """Values for a program's inputs; indices are 0, 1 or 2."""
    rng = np.random.default_rng(seed)
    return {
        name: frozen(rng.integers(0, 3)) if name in "kj" else frozen(rng.normal(size=shape))
        for name, shape in shapes.items()
    }


def close(found, expected):
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)


def stepped(plan, values):
    """The values and the gradients of the inputs, told by the stepper."""
    last = record(plan, values).last
    nodes = plan.graph.nodes
    found = {name: last.value(name) for name in nodes}
    gradients = {name: last.gradient(name) for name in nodes if nodes[name].op == INPUT}
    return found, {name: gradient for name, gradient in gradients.items() if gradient is not None}


def compiled_example(name, size, **options):
    """A program compiled, its arrays filled, and the values of each example of the batch."""
    text, shapes = PROGRAMS[name]
    plan = make_plan(graph_of(text, draw(shapes, 0)))
    used = plan.graph.inputs
    data = [n for n in used if n[0] in DATA]
    parameters = [n for n in used if n not in data and n != "j"]
    compiled = compile_plan(plan, data, size, parameters=parameters, **options)
    fixed = draw(shapes, 1)
    examples = [fixed | {n: v for n, v in draw(shapes, 2 + i).items() if n in data} for i in range(size)]
    compiled.set({n: v for n, v in fixed.items() if n not in data})
    for n in data:
        compiled.inputs[n][...] = np.stack([example[n] for example in examples], axis=-1)
    return plan, compiled, examples, parameters


@pytest.mark.parametrize("size", [1, 3, 10])
@pytest.mark.parametrize("name", PROGRAMS)
def test_equal_to_the_stepper_on_each_example(name, size):
    plan, compiled, examples, parameters = compiled_example(name, size)
    compiled.step()
    told = [stepped(plan, example) for example in examples]
    for node, array in compiled.values.items():
        per_example = np.stack([values[node] for values, _ in told], axis=-1)
        close(array, per_example if array.ndim > len(plan.graph.nodes[node].shape) else told[0][0][node])
    close(compiled.loss, np.mean([values[plan.graph.output] for values, _ in told]))
    for parameter in parameters:
        shape = compiled.views[parameter].shape
        expected = np.mean([gradients.get(parameter, np.zeros(shape)) for _, gradients in told], axis=0)
        close(compiled.part(compiled.gradient, parameter), expected)


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_second_step_gives_the_same(name):
    _, compiled, _, _ = compiled_example(name, 3)
    compiled.step()
    first = compiled.gradient.copy()
    compiled.step()
    assert np.array_equal(compiled.gradient, first)


@pytest.mark.parametrize("name", PROGRAMS)
def test_without_a_batch_equal_to_the_stepper(name):
    text, shapes = PROGRAMS[name]
    values = draw(shapes, 3)
    plan = make_plan(graph_of(text, values))
    parameters = [n for n in plan.graph.inputs if n not in "kj"]
    compiled = compile_plan(plan, parameters=parameters)
    compiled.set(values)
    compiled.step()
    expected, gradients = stepped(plan, values)
    close(compiled.loss, expected[plan.graph.output])
    for parameter, gradient in gradients.items():
        if parameter in parameters:
            close(compiled.part(compiled.gradient, parameter), gradient)


@pytest.mark.parametrize("name", PROGRAMS)
def test_float32_agrees_roughly(name):
    _, wide, _, _ = compiled_example(name, 3)
    _, narrow, _, _ = compiled_example(name, 3, dtype=np.float32)
    narrow.parameters[...] = wide.parameters
    wide.step()
    narrow.step()
    assert {array.dtype for array in narrow.values.values()} <= {np.dtype(np.float32)}
    np.testing.assert_allclose(narrow.gradient, wide.gradient, rtol=1e-2, atol=1e-3)


@pytest.mark.parametrize(("op", "shapes"), PAIRS, ids=name_of)
def test_every_operation_compiles_for_every_choice_of_batches(op, shapes):
    """Each operation on its own test shapes and domain, against the stepper."""
    graph, examples = summed(op, shapes), [drawn(op, shapes, seed) for seed in range(4)]
    plan = make_plan(graph)
    for chosen in product([False, True], repeat=len(graph.inputs)):
        own = [port for port, is_batched in zip(graph.inputs, chosen, strict=True) if is_batched]
        if op.name == "dropout" and own:
            continue  # each example of a batch has a mask of its own
        shared = {port: examples[0][port] for port in graph.inputs if port not in own}
        parameters = [port for port in shared if op.back_rule(op.ports(len(shapes)).index(port))]
        compiled = compile_plan(plan, own, 4, parameters=parameters)
        compiled.set(shared)
        for port in own:
            compiled.inputs[port][...] = np.stack([example[port] for example in examples], axis=-1)
        with np.errstate(all="ignore"):
            compiled.step()
        told = [stepped(plan, {**example, **shared}) for example in examples]
        close(compiled.loss, np.mean([values[graph.output] for values, _ in told]))
        for port in parameters:
            expected = np.mean([gradients[port] for _, gradients in told], axis=0)
            close(compiled.part(compiled.gradient, port), expected)


def summed(op, shapes):
    """A graph of one operation, and of the weighted sum of its entries where it has several."""
    ports, settings = op.ports(len(shapes)), {port: frozen(value) for port, value in op.settings.items()}
    nodes = {
        port: Node(port, CONSTANT, (), shape_of(settings[port]), Name(port), value=settings[port])
        if port in settings
        else Node(port, INPUT, (), shape, Name(port), named=True)
        for port, shape in zip(ports, shapes, strict=True)
    }
    shape = op.shape_of(ports, shapes, [settings.get(port) for port in ports])
    nodes["f"] = Node("f", op.name, ports, shape, Name("f"), named=True)
    if not shape:
        return Graph(Program("", ()), nodes, "f", {})
    weights = frozen(np.random.default_rng(5).uniform(0.5, 2, shape))
    nodes["weights"] = Node("weights", CONSTANT, (), shape, Name("weights"), value=weights)
    nodes["weighted"] = Node("weighted", "mul", ("f", "weights"), shape, Name("weighted"), named=True)
    nodes["total"] = Node("total", "sum", ("weighted",), (), Name("total"), named=True)
    return Graph(Program("", ()), nodes, "total", {})


@pytest.mark.parametrize(("text", "x"), SHUT, ids=[text for text, _ in SHUT])
@pytest.mark.parametrize("size", [1, 3])
def test_a_shut_gate_lets_nothing_pass_in_training(text, x, size):
    plan = make_plan(graph_of(f"L = {text} + w", {"x": x, "w": 1.0}))
    compiled = compile_plan(plan, [], size, parameters=["x", "w"])
    compiled.set({"x": x, "w": 1.0})
    with np.errstate(all="ignore"):
        compiled.step()
    assert compiled.gradient.tolist() == [0, 1]


@pytest.mark.parametrize("gate", ["relu(u)", "max(u, 0)", "max(0, u)", "clip(u, 0, 9)", "relu(u + 1 - 1)"])
def test_a_shut_gate_lets_nothing_pass_in_batches_of_vectors(gate):
    u = [[-1.0, 4.0, -2.0], [9.0, -1.0, 1.0]]
    values = {"x": frozen([0, 0, 0]), "b": frozen([0, 0, 0])}
    plan = make_plan(graph_of(f"u = x + b; L = sum(√({gate}))", values))
    compiled = compile_plan(plan, ["x"], 2, parameters=["b"])
    compiled.inputs["x"][...] = np.transpose(u)
    with np.errstate(all="ignore"):
        compiled.step()
    told = [record(plan, {**values, "x": frozen(row)}).last.gradient("b") for row in u]
    close(compiled.gradient, np.mean(told, axis=0))
    assert np.all(np.isfinite(compiled.gradient))


@pytest.mark.parametrize("call", ["log_softmax(S)", "logsumexp(S)", "softmax(S)"])
def test_rows_of_large_scores_train_as_they_are_stepped(call):
    values = {"S": frozen([[1e300, 1e300, 0], [1e17, 1, 1e17], [800, 0, -800]]), "c": 1.0}
    plan = make_plan(graph_of(f"f = {call}; L = c sum(f ⊙ f)", values))
    compiled = compile_plan(plan, parameters=["S"], watch=["f"])
    compiled.set(values)
    with np.errstate(all="ignore"):
        compiled.step()
        told = record(plan, values).last
    np.testing.assert_allclose(np.squeeze(compiled.values["f"]), told.value("f"), rtol=1e-12)
    if call != "logsumexp(S)":  # whose square overflows
        np.testing.assert_allclose(compiled.gradient.reshape(3, 3), told.gradient("S"), atol=1e-12)


def test_a_hinge_loss_of_0_lets_nothing_pass_in_training():
    values = {"S": frozen([[5, 1, 2], [1, 9, 0]]), "k": frozen([0, 1])}
    plan = make_plan(graph_of("L = sum(√(multiclass_hinge(S, k)))", values))
    compiled = compile_plan(plan, parameters=["S"])
    compiled.set(values)
    with np.errstate(all="ignore"):
        compiled.step()
    assert compiled.gradient.tolist() == [0] * 6


def test_a_last_batch_shares_the_parameters_of_the_first():
    plan, compiled, examples, parameters = compiled_example("net", 10)
    rest = compile_plan(plan, ["x", "t"], 3, parameters=parameters, flat=compiled.flat)
    for name in ("x", "t"):
        rest.inputs[name][...] = np.stack([e[name] for e in examples[:3]], axis=-1)
    rest.step()
    compiled.parameters[...] -= 0.1 * rest.gradient
    assert np.array_equal(rest.views["W1"], compiled.views["W1"])
    assert rest.values["W1"].base is not None


def test_predictions_alone_need_no_target():
    plan, compiled, examples, parameters = compiled_example("net", 10)
    prediction = make_plan(plan.graph.with_output("y"))
    small = compile_plan(prediction, ["x", "t"], 2, parameters=parameters, backward=False, flat=compiled.flat)
    assert list(small.inputs) == ["x"]
    small.inputs["x"][...] = np.stack([e["x"] for e in examples[:2]], axis=-1)
    small.forward()
    compiled.step()
    close(small.values["y"], compiled.values["y"][:2])
    small.step()


def test_watched_nodes_are_computed_beside_the_output():
    text, shapes = PROGRAMS["softmax"]
    plan = make_plan(graph_of(text, draw(shapes, 0)))
    data, parameters = ["x", "k"], ["W1", "b1", "W2", "b2"]
    assert "p" not in compile_plan(plan, data, 2, parameters=parameters).values
    compiled = compile_plan(plan, data, 2, parameters=parameters, watch=["p"])
    compiled.forward()
    close(compiled.values["p"], np.full((3, 2), 1 / 3))


def test_a_product_that_is_watched_keeps_its_own_value():
    plan, compiled, _, parameters = compiled_example("net", 3)
    assert "v1" not in compiled.values
    watched = compile_plan(plan, ["x", "t"], 3, parameters=parameters, watch=["v1"], flat=compiled.flat)
    for name in ("x", "t"):
        watched.inputs[name][...] = compiled.inputs[name]
    compiled.step()
    expected = compiled.gradient.copy()
    watched.step()
    close(watched.gradient, expected)
    close(watched.values["v1"], watched.views["W1"] @ watched.inputs["x"])


def test_values_given_in_the_program_are_there():
    plan = make_plan(graph_of("c = 3; v = [1, 2]; L = (w x - c)^2 + v·[w, x]", {"w": 1.0, "x": 2.0}))
    compiled = compile_plan(plan, ["x"], 2, parameters=["w"])
    compiled.inputs["x"][...] = [1.0, 2.0]
    compiled.set({"w": 2.0})
    compiled.step()
    close(compiled.values["L"], [(2 - 3) ** 2 + 4, (4 - 3) ** 2 + 6])


def test_dropout_drops_what_the_stepper_drops_then_draws_for_every_example():
    text, values = "L = sum(dropout(w ⊙ x, 0.5, 4))", {"w": frozen(np.ones(40)), "x": frozen(np.ones(40))}
    plan = make_plan(graph_of(text, values))
    alone = compile_plan(plan, parameters=["w"])
    alone.set(values)
    alone.step()
    close(alone.gradient, stepped(plan, values)[1]["w"])
    first = alone.gradient.copy()
    alone.step()
    assert not np.array_equal(alone.gradient, first)
    alone.rewind()
    alone.step()
    assert np.array_equal(alone.gradient, first)
    batch = compile_plan(plan, ["x"], 30, parameters=["w"])
    batch.set(values)
    batch.step()
    assert len(set(batch.values["L"])) > 5
    assert 0.8 < batch.gradient.mean() < 1.2
    looking = compile_plan(plan, ["x"], 30, parameters=["w"], backward=False)
    looking.set(values)
    looking.forward()
    close(looking.values["L"], np.full(30, 40.0))


def test_training_needs_one_number():
    plan = make_plan(graph_of("y = W x", {"W": frozen(np.eye(2)), "x": frozen([1, 2])}))
    with pytest.raises(Problem, match="one number"):
        compile_plan(plan, ["x"], 2, parameters=["W"])


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_source_is_a_script_that_runs_on_its_own(name, tmp_path):
    _, compiled, _, _ = compiled_example(name, 3)
    compiled.step()
    path = tmp_path / "listing.py"
    path.write_text(compiled.source, encoding="utf-8")
    spec = importlib.util.spec_from_file_location("listing", path)
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    script.parameters[...] = compiled.parameters
    for node, array in compiled.inputs.items():
        getattr(script, identifier(node))[...] = array
    script.step()
    assert np.array_equal(script.gradient, compiled.gradient)


def calls_of(lines):
    return [ast.unparse(line) for line in lines]


def test_the_slopes_of_all_layers_are_found_at_once():
    tree = ast.parse(
        "a_1 = np.ones((3, 5), dtype)\na = a_1[:-1]\nb = np.zeros((4, 5), dtype)\n"
        "da = np.zeros((2, 5), dtype)\ndb = np.zeros((4, 5), dtype)\none = np.array(1.0, dtype)"
    )
    step = ast.parse(
        "np.tanh(x, out=a)\nW.dot(a_1, out=b)\nnp.multiply(b, b, out=db)\nnp.subtract(one, db, out=db)\n"
        "np.multiply(g, db, out=db)\nnp.multiply(a, a, out=da)\nnp.subtract(one, da, out=da)"
    )
    before, after = joined(tree.body, step.body, str)
    assert calls_of(before)[:2] == ["values = np.ones(35, dtype)", "slopes = np.ones(35, dtype)"]
    assert "b = values[0:20].reshape((4, 5))" in calls_of(before)
    assert "a_1 = values[20:35].reshape((3, 5))" in calls_of(before)
    assert calls_of(after) == [
        "np.tanh(x, out=a)",
        "W.dot(a_1, out=b)",
        "np.multiply(values, values, out=slopes)",
        "np.subtract(one, slopes, out=slopes)",
        "np.multiply(g, db, out=db)",
    ]


@pytest.mark.parametrize(
    "between", ["np.tanh(x, out=a)", "np.copyto(a_1, x)", "np.add(da, one, out=g)", "np.add(g, g, out=da)"]
)
def test_what_changes_in_between_is_not_found_sooner(between):
    tree = ast.parse(
        "a_1 = np.zeros((3, 5), dtype)\na = a_1[:-1]\nb = np.zeros((2, 5), dtype)\n"
        "da = np.zeros((2, 5), dtype)\ndb = np.zeros((2, 5), dtype)"
    )
    step = ast.parse(f"np.multiply(b, b, out=db)\n{between}\nnp.multiply(a, a, out=da)")
    assert calls_of(joined(tree.body, step.body, str)[1]) == calls_of(step.body)


def test_the_source_tells_every_instruction():
    plan, compiled, _, _ = compiled_example("net", 3)
    leading = [i.text for i in plan.instructions if i.phase != "seed" and i.arg not in ("x", "t")]
    for text in leading:
        assert f"# {text}" in compiled.source
    assert "W1_b1.dot(x_1, out=" in compiled.source


def test_names_of_a_program_become_safe_names():
    values = {"np": 1.0, "size": 2.0, "class": 3.0, "dL": 4.0, "forward": 5.0, "λ": 6.0, "x": 2.0, "t1": 1.0}
    plan = make_plan(graph_of("L = np size class dL forward λ (x - t1)^2", values))
    compiled = compile_plan(plan, ["x"], 2, parameters=["np", "class", "dL"])
    compiled.set(values)
    compiled.step()
    close(compiled.loss, 720.0)
    assigned = {
        target.id
        for statement in ast.parse(compiled.source).body
        if isinstance(statement, ast.Assign)
        for target in statement.targets
    }
    assert not any(map(keyword.iskeyword, assigned))
    assert {"np_", "size_", "_class", "forward_", "λ"} <= assigned


@pytest.mark.parametrize("text", ["a b", "1x", "", "x\n", "if", "a;b", "x'", "é", "ﬁ"])
def test_an_identifier_is_always_valid(text):
    name = Names().new(text)
    assert name.isidentifier() and not keyword.iskeyword(name)


def test_numbers_too_small_for_float32_do_not_become_zero():
    plan = make_plan(graph_of("L = log(max(w x, 1e-300))", {"w": 1.0, "x": 1.0}))
    compiled = compile_plan(plan, ["x"], 1, np.float32, ["w"])
    compiled.set({"w": 0.0, "x": 1.0})
    compiled.forward()
    assert compiled.loss == pytest.approx(np.log(np.finfo(np.float32).smallest_normal))


def test_a_parameter_can_be_the_output():
    plan = make_plan(graph_of("y = w x", {"w": 1.0, "x": 2.0}).with_output("w"))
    compiled = compile_plan(plan, parameters=["w", "x"])
    compiled.set({"w": 3.0, "x": 2.0})
    compiled.step()
    assert compiled.loss == 3.0
    assert list(compiled.gradient) == [1.0, 0.0]


def test_a_long_sum_compiles():
    terms = " + ".join(f"w x^{i}" for i in range(1, 400))
    plan = make_plan(graph_of(f"L = {terms}", {"w": 1.0, "x": 0.5}))
    compiled = compile_plan(plan, ["x"], 2, parameters=["w"])
    compiled.set({"w": 1.0, "x": 0.5})
    compiled.step()
    close(compiled.loss, 1.0)
    assert sum(isinstance(step, Flowed) for step in record(plan, {"w": 1.0, "x": 0.5}).steps) > 400


def test_a_function_without_an_expansion_is_called_as_it_is(monkeypatch):
    _, expected, _, _ = compiled_example("softmax", 3)
    expected.step()
    for kernel in ("softmax", "logsumexp", "pick", "onehot"):
        monkeypatch.delitem(EXPANSIONS, kernel)
    _, compiled, _, _ = compiled_example("softmax", 3)
    compiled.step()
    close(compiled.gradient, expected.gradient)
    assert 'softmax = KERNELS["softmax"].array' in compiled.source


def test_infinite_constants_are_written_so_that_they_can_be_read():
    plan = make_plan(graph_of("v = [1/0, 2]; L = max(w x, -1/0) + min(v[1], x)", {"w": 1.0, "x": 2.0}))
    compiled = compile_plan(plan, ["x"], 2, parameters=["w"])
    compiled.set({"w": 2.0, "x": 1.0})
    compiled.step()
    close(compiled.loss, 3.0)
    assert literal([np.inf, [-np.inf, np.nan]]) == "[np.inf, [-np.inf, np.nan]]"
