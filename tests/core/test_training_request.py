"""Trainings asked for as JSON against a trainer written here in plain NumPy, gradients by complex steps."""

import json
from itertools import cycle, islice

import numpy as np
import pytest

from core.base.errors import Problem
from core.graph.json_values import plain_value
from core.passes.stepper import TimeLimit
from core.service.request import Refusal
from core.service.training_report import TrainingReport
from core.service.training_request import training_from

STEP = 1e-30  # of the complex steps: no digits are lost, so the gradients are exact to the last


def relu(z):
    return np.where(z.real > 0, z, 0)


def absolute(z):
    return np.where(z.real < 0, -z, z)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def cross_entropy(s, k):
    shifted = s - s.real.max()
    return np.log(np.sum(np.exp(shifted))) - shifted[int(k)]


def conv(picture, kernel):
    rows, columns = (n - m + 1 for n, m in zip(picture.shape, kernel.shape, strict=True))
    h, w = kernel.shape
    places = [[np.sum(picture[i : i + h, j : j + w] * kernel) for j in range(columns)] for i in range(rows)]
    return np.array(places)


def pooled(picture):
    blocks = [
        picture[i : i + 2, j : j + 2].ravel()
        for i in range(0, picture.shape[0] - 1, 2)
        for j in range(0, picture.shape[1] - 1, 2)
    ]
    return np.array([block[np.argmax(block.real)] for block in blocks])


def small_net(p, x, t):
    return (p["w2"] @ relu(p["W1"] @ x + p["b1"]) + p["b2"] - t) ** 2 / 2


def bce(p, x, t):
    y = sigmoid(p["w"] @ x + p["b"])
    return -t * np.log(y) - (1 - t) * np.log(1 - y)


def convolution(p, x, k):
    return cross_entropy(p["W"] @ pooled(relu(conv(x, p["K"]) + p["c"])) + p["b"], k)


LINEAR, LAYER = {"w": (3,), "b": ()}, {"W": (3, 2), "b": (3,)}
POINTS, PLANE, CLASS = ("normal", (3,)), ("normal", (2,)), ("class", 3)
NUMBER, BIT, SIDE = ("normal", ()), ("class", 2), ("side", ())
# what is typed, the shapes of the parameters, the data, and the loss of one example by hand
PROGRAMS = {
    "softmax": (
        "s = W x + b; L = cross_entropy(s, k)",
        LAYER,
        {"x": PLANE, "k": CLASS},
        lambda p, x, k: cross_entropy(p["W"] @ x + p["b"], k),
    ),
    "picked": (
        "p = softmax(W x + b); L = -log(p[k])",
        LAYER,
        {"x": PLANE, "k": CLASS},
        lambda p, x, k: cross_entropy(p["W"] @ x + p["b"], k),
    ),
    "one-hot": (
        "p = softmax(W x + b); L = -sum(t ⊙ log(p))",
        LAYER,
        {"x": PLANE, "t": ("one-hot", 3)},
        lambda p, x, t: sum(t[k] * cross_entropy(p["W"] @ x + p["b"], k) for k in range(3)),
    ),
    "relu": (
        "h = relu(W1 x + b1); y = w2·h + b2; L = 1/2 (y - t)^2",
        {"W1": (4, 3), "b1": (4,), "w2": (4,), "b2": ()},
        {"x": POINTS, "t": NUMBER},
        small_net,
    ),
    "bce": ("y = σ(w·x + b); L = bce(y, t)", LINEAR, {"x": POINTS, "t": BIT}, bce),
    "logits": ("s = w·x + b; L = bce_logits(s, t)", LINEAR, {"x": POINTS, "t": BIT}, bce),
    "hinge": (
        "s = w·x + b; L = hinge(s, t)",
        LINEAR,
        {"x": POINTS, "t": SIDE},
        lambda p, x, t: relu(1 - t * (p["w"] @ x + p["b"])),
    ),
    "decay": (
        "y = w·x + b; L = (y - t)^2 + 0.1 ‖w‖^2",
        LINEAR,
        {"x": POINTS, "t": NUMBER},
        lambda p, x, t: (p["w"] @ x + p["b"] - t) ** 2 + 0.1 * np.sum(p["w"] ** 2),
    ),
    "conv": (
        "h = relu(conv2d(x, K) + c); s = W flatten(maxpool(h)) + b; L = cross_entropy(s, k)",
        {"K": (3, 3), "c": (), "W": (3, 4), "b": (3,)},
        {"x": ("normal", (6, 6)), "k": CLASS},
        convolution,
    ),
    "vectors": (
        "y = tanh(W x + b); L = mean((y - t)^2)",
        LAYER,
        {"x": PLANE, "t": POINTS},
        lambda p, x, t: np.mean((np.tanh(p["W"] @ x + p["b"]) - t) ** 2),
    ),
    "numbers": (
        "y = w1 x1 + w2 x2 + b; L = |y - t|",
        {"w1": (), "w2": (), "b": ()},
        {"x1": NUMBER, "x2": NUMBER, "t": NUMBER},
        lambda p, x1, x2, t: absolute(p["w1"] * x1 + p["w2"] * x2 + p["b"] - t),
    ),
    "embedding": (
        "y = v·E[k]; L = (y - t)^2",
        {"v": (2,), "E": (3, 2)},
        {"k": CLASS, "t": NUMBER},
        lambda p, k, t: (p["v"] @ p["E"][int(k)] - t) ** 2,
    ),
    "matrices": (
        "y = u·(X v); L = softplus(-t y)",
        {"u": (2,), "v": (3,)},
        {"X": ("normal", (2, 3)), "t": SIDE},
        lambda p, X, t: np.log(1 + np.exp(-t * (p["u"] @ X @ p["v"]))),
    ),
    "bowl": (
        "f = (1 - x)^2 + 3 (y - x^2)^2 + sin(x y)",
        {"x": (), "y": ()},
        {},
        lambda p: (1 - p["x"]) ** 2 + 3 * (p["y"] - p["x"] ** 2) ** 2 + np.sin(p["x"] * p["y"]),
    ),
    "vector": (
        "f = logsumexp(w) + ‖w - 1‖^2",
        {"w": (4,)},
        {},
        lambda p: np.log(np.sum(np.exp(p["w"]))) + np.sum((p["w"] - 1) ** 2),
    ),
}
RULES = [
    ("sgd", {"lr": 0.05}),
    ("sgd", {"lr": 0.02, "momentum": 0.9}),
    ("sgd", {"lr": 0.02, "momentum": 0.8, "nesterov": True, "weight_decay": 0.1}),
    ("adam", {"lr": 0.02, "beta1": 0.8, "eps": 1e-6}),
    ("adam", {"lr": 0.02, "weight_decay": 0.05}),
    ("adamw", {"lr": 0.02, "beta2": 0.9}),
    ("rmsprop", {"lr": 0.01, "alpha": 0.9, "momentum": 0.5}),
    ("adagrad", {"lr": 0.1, "weight_decay": 0.01}),
    ("playground", {"lr": 0.03, "l2": 0.1}),
]


def drawn(kind, size, count, rng):
    if kind == "normal":
        return rng.normal(size=(count, *size))
    if kind == "side":
        return 2.0 * rng.integers(0, 2, count) - 1
    classes = rng.integers(0, size, count)
    return np.eye(size)[classes] if kind == "one-hot" else classes


def dealt(batches, count):
    """The rows of one mini-batch after the other."""
    if isinstance(batches, list):
        yield from cycle(batches)
    rng = np.random.default_rng(batches["seed"]) if batches else None
    while True:
        order = rng.permutation(count) if rng else np.arange(count)
        size = batches["size"] if batches else count
        yield from (order[start : start + size] for start in range(0, count, size))


def gradient(loss, parameters, rows):
    """The gradients of the losses of some examples, collected by `loss`."""
    found = {}
    for name, value in parameters.items():
        found[name] = np.zeros(value.shape)
        for place in np.ndindex(value.shape):
            moved = np.array(value, complex)
            moved[place] += 1j * STEP
            found[name][place] = loss({**parameters, name: moved}, rows).imag / STEP
    return found


def updated(rule, hyper, state, step, w, g, decays):
    """One parameter after one update, as torch.optim and TensorFlow Playground document it."""
    lr, decay, mu = hyper["lr"], hyper.get("weight_decay", 0.01 * (rule == "adamw")), hyper.get("momentum", 0)
    m, s, v = (state.setdefault(letter, np.zeros(w.shape)) for letter in "msv")
    if rule == "playground":
        return w - lr * g - lr * hyper["l2"] * w * decays
    if rule == "adamw":
        w = w - lr * decay * w
    else:
        g = g + decay * w
    if rule == "sgd":
        state["v"] = v = mu * v + g
        return w - lr * (g + mu * v if hyper.get("nesterov") else v)
    if rule == "adagrad":
        state["s"] = s = s + g**2
        return w - lr * g / (np.sqrt(s) + 1e-10)
    if rule == "rmsprop":
        state["s"] = s = hyper["alpha"] * s + (1 - hyper["alpha"]) * g**2
        state["v"] = v = mu * v + g / (np.sqrt(s) + 1e-8)
        return w - lr * v
    beta1, beta2 = hyper.get("beta1", 0.9), hyper.get("beta2", 0.999)
    state["m"] = m = beta1 * m + (1 - beta1) * g
    state["s"] = s = beta2 * s + (1 - beta2) * g**2
    m, s = m / (1 - beta1**step), s / (1 - beta2**step)
    return w - lr * m / (np.sqrt(s) + hyper.get("eps", 1e-8))


def trained(request, loss_of, parameters, data):
    """The losses and the final parameters of a request."""
    count = len(next(iter(data.values()))) if data else 1
    collect = {"mean": np.mean, "sum": np.sum}[request.get("reduction", "mean")]
    hyper = dict(request["optimizer"])
    rule, states = hyper.pop("name"), {name: {} for name in parameters}

    def loss(p, rows):
        return collect(np.array([loss_of(p, *(array[row] for array in data.values())) for row in rows]))

    losses = [loss(parameters, range(count))]
    for step, rows in enumerate(islice(dealt(request.get("batches"), count), request["steps"]), start=1):
        g = gradient(loss, parameters, rows)
        parameters = {
            name: updated(rule, hyper, states[name], step, w, g[name], not name.startswith("b"))
            for name, w in parameters.items()
        }
        losses.append(loss(parameters, range(count)))
    return np.array(losses), parameters


def answer_to(**request):
    return TrainingReport(training_from(json.dumps(request))).answer()


@pytest.mark.parametrize("seed", range(48))
def test_a_training_is_repeated_to_the_last_digits(seed):
    rng = np.random.default_rng(seed)
    program, shapes, kinds, loss_of = list(PROGRAMS.values())[seed % len(PROGRAMS)]
    rule, hyper = RULES[rng.integers(len(RULES))]
    count = int(rng.integers(1, 9))
    parameters = {name: rng.normal(size=shape) * 0.5 for name, shape in shapes.items()}
    data = {name: drawn(*kind, count, rng) for name, kind in kinds.items()}
    given = [rng.integers(0, count, rng.integers(1, 6)).tolist() for _ in range(3)]
    batches = [None, given, {"size": int(rng.integers(1, 5)), "seed": int(rng.integers(100))}][seed % 3]
    request = {
        "program": program,
        "values": {name: plain_value(np.asarray(value)) for name, value in parameters.items()},
        "data": {name: array.tolist() for name, array in data.items()},
        "steps": 12,
        "optimizer": {"name": rule, **hyper},
        "reduction": ["mean", "sum"][int(rng.integers(2))],
        **({"batches": batches} if batches and data else {}),
    }
    answer = answer_to(**request)
    losses, final = trained(request, loss_of, parameters, data)
    assert answer["ok"] and answer["diverged"] is None and set(answer["values"]) == set(parameters)
    np.testing.assert_allclose(answer["losses"], losses, rtol=1e-9, atol=1e-12)
    for name, value in final.items():
        np.testing.assert_allclose(answer["values"][name], value, rtol=1e-9, atol=1e-12)
    output = program.split(";")[-1].split("=")[0].strip()
    each = [loss_of(final, *(array[row] for array in data.values())) for row in range(count if data else 1)]
    np.testing.assert_allclose(answer["nodes"][output], each, rtol=1e-9, atol=1e-12)


# -- what a request may leave out, and what it may ask for

LINE = {
    "program": "y = w x + b\nL = (y - t)^2",
    "values": {"w": 1, "b": 0},
    "data": {"x": [1, 2, 3], "t": [1, 2, 4]},
    "steps": 2,
    "optimizer": {"name": "sgd", "lr": 0.1},
}


def test_without_parameters_all_is_learned_but_data_and_constants():
    line = {**LINE, "program": "y = w x + b\nL = (y - t)^2 + λ w^2", "values": {"w": 1, "b": 0, "λ": 0.1}}
    assert list(answer_to(**line)["values"]) == ["w", "b"]
    assert list(answer_to(**line, parameters=["b", "λ"])["values"]) == ["b", "λ"]
    line = {**LINE, "program": "y = α + β x\nL = (y - t)^2", "values": {"α": 0, "β": 1}}
    assert list(answer_to(**line)["values"]) == ["α", "β"]


def test_names_are_those_of_the_program():
    line = {
        "program": "y = w_1 x₁\nL = (y - t)^2",
        "values": {"w1": 1},
        "parameters": ["w₁"],
        "data": {"x_1": [1, 2], "t": [0, 0]},
        "steps": 0,
        "nodes": ["x_{1}", "y", "L"],
    }
    answer = answer_to(**line)
    assert (answer["losses"], answer["values"]) == ([2.5], {"w_1": 1})
    assert answer["nodes"] == {"x₁": [1, 2], "y": [1, 2], "L": [1, 4]}


def test_nodes_are_those_that_are_computed_and_named_or_those_asked_for():
    assert list(answer_to(**LINE)["nodes"]) == ["y", "L"]
    assert answer_to(**LINE, nodes=[])["nodes"] == {}
    assert answer_to(**LINE, nodes=["t", "w"])["nodes"]["t"] == [1, 2, 4]
    assert answer_to(program="w^2 + 1", values={"w": 2}, steps=0)["nodes"] == {"f": [5]}


def test_a_value_for_a_name_that_is_not_there_is_said_and_a_target_is_used():
    values = {"w": 1, "b": 0, "q": 3}
    assert answer_to(**{**LINE, "values": values})["warnings"] == [
        "q is not in the program; its value is not used"
    ]
    line = {**LINE, "program": "y = w x + b", "optimizer": {"name": "delta"}}
    assert answer_to(**line)["warnings"] == []


@pytest.mark.parametrize("batches, epochs", [([[0], [1], [2], [3]], 6), ({"size": 1, "seed": 0}, None)])
def test_a_perceptron_learns_and(batches, epochs):
    answer = answer_to(
        program="y = step(w·x + b)",
        values={"w": [0, 0], "b": 0},
        data={"x": [[0, 0], [0, 1], [1, 0], [1, 1]], "d": [0, 0, 0, 1]},
        steps=4 * (epochs or 20),
        optimizer={"name": "rosenblatt"},
        batches=batches,
    )
    assert answer["nodes"] == {"y": [0, 0, 0, 1]} and answer["losses"][-1] == 0.25
    if epochs:
        assert answer["values"] == {"w": [2, 1], "b": -2}


# -- what goes wrong while it runs


def test_divergence_keeps_the_weights_before_and_tells_the_losses_up_to_there():
    line = {"program": "w^4", "values": {"w": 3.0}, "optimizer": {"name": "sgd", "lr": 1.0}}
    answer = answer_to(**line, steps=100)
    made = answer["diverged"]
    assert answer["losses"][-1] == "inf" and len(answer["losses"]) == made + 1
    before = answer_to(**line, steps=made - 1)
    assert before["diverged"] is None
    assert (before["values"], before["losses"]) == (answer["values"], answer["losses"][:-1])


@pytest.mark.parametrize(
    "program, w, rate, told",
    [
        ("log(w)", -1.0, 0.1, (0, ["nan"], {"w": -1})),
        ("w^3", -1e100, 1e200, (1, [plain_value((-1e100) ** 3), "-inf"], {"w": -1e100})),
        ("√w", 0.0, 1.0, (1, [0, "nan"], {"w": 0})),
    ],
)
def test_where_it_diverges(program, w, rate, told):
    answer = answer_to(program=program, values={"w": w}, steps=5, optimizer={"lr": rate})
    assert (answer["diverged"], answer["losses"], answer["values"]) == told


def test_what_takes_too_long_is_refused_and_what_is_stopped_keeps_what_is_there(monkeypatch):
    training, limit = TrainingReport(training_from(json.dumps({**LINE, "steps": 1000}))), TimeLimit(1.5)
    monkeypatch.setattr(limit, "is_over", lambda: True)
    with pytest.raises(Refusal, match=r"takes longer than 1.5 s; it was stopped at step 1 of 1,000"):
        training.answer(limit=limit)
    turns = iter([False, False, True])
    answer = TrainingReport(training_from(json.dumps({**LINE, "steps": 1000}))).answer(lambda: next(turns))
    assert answer["interrupted"] and len(answer["losses"]) == 3
    assert {**answer_to(**LINE), "interrupted": True} == answer


# -- what is refused

STEPS = '"steps" must be a whole number from 0 to 1,000,000'
ROWS = "A mini-batch is a list of examples' numbers, 0 to 2"
SHUFFLED = "Shuffled mini-batches are"
HUNDRED = [[1.0] * 100] * 2000
MALFORMED = [
    ({"steps": -1}, STEPS),
    ({"steps": 1.5}, STEPS),
    ({"steps": True}, STEPS),
    ({"steps": 10**9}, STEPS),
    ({"step": 1}, '"step" is no part of a request'),
    ({"program": None}, '"program" must be a text'),
    ({"data": {"x": [1], "t": [1, 2]}}, "same number of examples; x has 1 and t has 2"),
    ({"data": {"x": [], "t": []}}, "The data of x are a list"),
    ({"data": {"x": 1, "t": 1}}, "The data of x are a list"),
    ({"data": {"x": [[1], [1, 2], [3]], "t": [1, 2, 3]}}, "The value of x: The rows"),
    ({"data": {"x": [1, 2, "a"], "t": [1, 2, 3]}}, "The value of x: A value is a number"),
    ({"data": {"x": [1, 2, 3]}}, "t has no value"),
    ({"data": {"x": [1], "x_": [1]}}, "'x_' is not a name"),
    ({"data": {"y": [1], "x": [1], "t": [1]}}, "y is computed by the program and takes no data"),
    ({"values": {"w": 1}}, "b has no value"),
    ({"values": {"w": [1, 2], "b": [0, 0, 0]}}, "has 2 entries and b has 3 entries"),
    ({"parameters": ["q"]}, "There is no node q"),
    ({"parameters": ["x"]}, "x takes data and cannot be learned"),
    ({"parameters": ["y"]}, "y is computed by the program and cannot be learned"),
    ({"parameters": []}, "names nothing to learn"),
    ({"program": "L = x^2"}, "There is nothing to learn"),
    ({"program": "y = w [x, b]"}, "one number to make small; y has several entries"),
    ({"optimizer": {"name": "magic"}}, "no optimizer called magic"),
    ({"optimizer": {"name": 1}}, "The name of an optimizer is a text"),
    ({"optimizer": {"name": "adam", "momentum": 0.9}}, "Adam has no momentum"),
    ({"optimizer": {"lr": "fast"}}, "is a number, not 'fast'"),
    ({"optimizer": {"lr": 10**400}}, "is not a finite number"),
    ({"optimizer": {"name": "rosenblatt"}, "data": {"x": [1]}, "program": "y = w x + b"}, "needs a target"),
    (
        {"optimizer": {"name": "rosenblatt"}, "program": "y = step(w x + b)"},
        "Rosenblatt's rule needs targets that a unit can answer, 0 or 1; t has 3 different values",
    ),
    ({"batches": []}, '"batches" has no mini-batch'),
    ({"batches": [[]]}, ROWS),
    ({"batches": [[3]]}, ROWS),
    ({"batches": [[True]]}, ROWS),
    ({"batches": [0]}, ROWS),
    ({"batches": {"size": 0}}, SHUFFLED),
    ({"batches": {"seed": 0}}, SHUFFLED),
    ({"batches": {"size": 1, "seed": -1}}, SHUFFLED),
    ({"reduction": "max"}, "The reduction is mean or sum, not max"),
    ({"nodes": ["q"]}, "There is no node q"),
    ({"program": "s = [w, b]; L = cross_entropy(s, t) + x"}, "t of example 1: s has entries 0 to 1"),
    ({"program": "s = [w, b]; L = s[t - 1/2] + x"}, "of example 0: An index is a whole number"),
    ({"program": "L = w sum(outer(x, x)) t b", "data": {"x": HUNDRED, "t": [1] * 2000}}, "limit is 0.5 GB"),
    (
        {"program": "W = outer(x, x) w; L = sum(W) t b", "data": {"x": HUNDRED[:300], "t": [1] * 300}},
        "The nodes would be 3,000,300 numbers",
    ),
]


@pytest.mark.parametrize("changed, sentence", MALFORMED, ids=range(len(MALFORMED)))
def test_what_is_no_training_is_refused(changed, sentence):
    with pytest.raises((Problem, Refusal)) as raised:
        answer_to(**{**LINE, **changed})
    assert sentence in str(raised.value)


def test_a_request_must_say_program_and_steps():
    for missing in ("program", "steps"):
        with pytest.raises(Problem, match=f'The request has no "{missing}"'):
            answer_to(**{name: part for name, part in LINE.items() if name != missing})
