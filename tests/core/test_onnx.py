"""Exported ONNX models: other engines find Chainlight's numbers, for one example and for batches."""

import re
import sys
from importlib.util import find_spec
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from app.cli import main as cli
from core.base.arrays import frozen, shape_of
from core.base.errors import Problem
from core.export.code import identifier
from core.export.onnx import forms as onnx_forms
from core.export.onnx.forms import FORMS
from core.export.onnx.model import ELEMENTS, encoded, formula_model, trained_model
from core.export.onnx.operators import DRAWN
from core.export.onnx.passes import KEYWORDS, Passes
from core.export.onnx.tensors import DOUBLE, FLOAT
from core.export.options import Options
from core.graph.builder import graph_of
from core.graph.graph import CONSTANT, INPUT, Graph, Node
from core.graph.plan import make_plan
from core.notation.names import canonical
from core.notation.program import Program
from core.notation.tree import Call, Name, walk
from core.ops import OPS
from core.ops.declarations import elementwise
from core.ops.kernels import KERNELS
from core.passes.stepper import record
from core.project.document import Document, dumps
from core.service.request import typed_values
from core.training.engines import Feed
from core.training.settings import TrainingSettings
from core.training.setup import setup
from tests.core.test_compiled import DATA, PROGRAMS, draw
from tests.core.test_ops import PAIRS, drawn, name_of
from tests.exported import HOSTILE, IRIS, SOFTMAX, TRACES, TRAININGS, titled, trace_of, values_of
from tests.test_documents import CONVENTIONS

onnx = pytest.importorskip("onnx", reason="the package onnx is not installed")
ENGINES = [
    "reference",
    pytest.param(
        "onnxruntime",
        marks=pytest.mark.skipif(not find_spec("onnxruntime"), reason="onnxruntime is not installed"),
    ),
]
BY = pytest.mark.parametrize("engine", ENGINES)
# what onnxruntime computes in single precision only
SINGLE_ONLY = {"tan", "arctan", "sinh", "cosh", "erf", "gelu", "conv2d", "maxpool", "avgpool"}
# the reference takes an approximation
APPROXIMATE = {"erf", "gelu"}
PLAIN, EXACT = Options("1.2.3"), Options("1.2.3", "float64")
BOTH = Options("1.2.3", "float64", gradients=True)
PRECISIONS = {element: precision for precision, element in ELEMENTS.items()}


def read(data):
    """The model in a file's bytes, which is a good one."""
    model = onnx.load_from_string(data)
    onnx.checker.check_model(model, full_check=True)
    return model


def names(parts):
    return [part.name for part in parts]


def found_by(engine, data, feed=()):
    """The outputs of a model by their names."""
    outputs = names(read(data).graph.output)
    if engine == "reference":
        from onnx.reference import ReferenceEvaluator

        with np.errstate(all="ignore"):
            found = ReferenceEvaluator(data).run(None, dict(feed))
    else:
        import onnxruntime

        onnxruntime.set_default_logger_severity(3)
        session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
        found = session.run(None, dict(feed))
    return dict(zip(outputs, found, strict=True))


def assert_same(found, expected, element=DOUBLE, exact=True):
    """Equal to 1e-12; in single precision as far as that goes."""
    tolerance = (1e-12, 1e-13) if element == DOUBLE and exact else (1e-4, 1e-5)
    assert found.dtype == (np.float64 if element == DOUBLE else np.float32)
    assert np.shape(found) == np.shape(expected)
    np.testing.assert_allclose(found, expected, *tolerance)


def element_for(engine, graph):
    single = any(node.op in SINGLE_ONLY for node in graph.nodes.values())
    return FLOAT if engine == "onnxruntime" and single else DOUBLE


# -- every operation by itself, with every choice of inputs that come in batches

EXAMPLES = 3
STRETCHED = [[(), (3,)], [(3,), (2, 1)]]
# how operands are stretched is the same for all operations by entries
ALONE = [
    (op, shapes) for op, shapes in PAIRS if op.name == "mul" or not op.elementwise or shapes in STRETCHED
]
ALONE += [(OPS["prod"], [()]), (OPS["prod"], [(1,)]), (OPS["prod"], [(5,)]), (OPS["concat"], [(), (2,)])]
ALONE += [(op, [()] * len(op.inputs)) for op in OPS.values() if op.elementwise and len(op.inputs) != 2]


def alone(op, shapes):
    """A graph of one operation, with its settings as they are tested."""
    ports = op.ports(len(shapes))
    settings = {port: frozen(value) for port, value in op.settings.items()}
    nodes = {
        port: Node(
            port, CONSTANT if port in settings else INPUT, (), shape, Name(port), value=settings.get(port)
        )
        for port, shape in zip(ports, shapes, strict=True)
    }
    shape = op.shape_of(ports, shapes, [settings.get(port) for port in ports])
    nodes["output"] = Node("output", op.name, ports, shape, Name("output"))
    return Graph(Program(op.name, ()), nodes, "output", {})


def some_examples(op, shapes):
    """Inputs for each example; places differ from one to the next."""
    found = [drawn(op, shapes, seed) for seed in range(EXAMPLES)]
    for number, values in enumerate(found):
        places = (port for port, (low, high) in op.domain.items() if low == high)
        values |= {port: float(number) for port in places if not shape_of(values[port])}
    return found


def model_of(graph, values, element, batched):
    passes = Passes(graph, values, element, batched)
    outputs = [passes.output(), *passes.backward(graph.inputs)]
    return encoded(passes.model(batched, outputs, {}), graph.program.text, PLAIN)


def assert_batches(engine, graph, examples, batched, exact=True):
    """Output and gradients of a model are those of the stepper, told for each example."""
    element = element_for(engine, graph)
    dtype = np.float64 if element == DOUBLE else np.float32
    own = [{**examples[0], **{name: values[name] for name in batched}} for values in examples]
    own = own if batched else own[:1]
    feed = {identifier(name): np.array([values[name] for values in own], dtype) for name in batched}
    found = found_by(engine, model_of(graph, examples[0], element, batched), feed)
    told = [record(make_plan(graph), values).last for values in own]
    outputs = np.array([last.value(graph.output) for last in told])
    assert_same(found.pop(graph.output), outputs if batched else outputs[0], element, exact)
    for name in graph.inputs:
        each = [last.gradient(name) for last in told]
        if each[0] is not None:
            # a seed of 1 is each example's share in the mean
            expected = np.array(each) / len(own) if name in batched else np.mean(each, axis=0)
            assert_same(found.pop(f"d{identifier(name)}"), expected, element, exact)
    assert not found


@BY
@pytest.mark.parametrize(("op", "shapes"), ALONE, ids=name_of)
def test_an_operation_and_its_gradients_for_every_choice_of_batches(engine, op, shapes):
    graph, examples = alone(op, shapes), some_examples(op, shapes)
    for chosen in product([False, True], repeat=len(graph.inputs)):
        batched = [port for port, is_batched in zip(graph.inputs, chosen, strict=True) if is_batched]
        if op.name != "conv2d" or "W" not in batched:  # which is refused, see below
            assert_batches(engine, graph, examples, batched, op.name not in APPROXIMATE)


@BY
@pytest.mark.parametrize("name", [name for name in PROGRAMS if name != "filters made of data"])
def test_programs_and_their_gradients_in_batches(engine, name):
    text, shapes = PROGRAMS[name]
    examples = [draw(shapes, seed) for seed in range(EXAMPLES)]
    graph = graph_of(text, examples[0])
    batched = [name for name in graph.inputs if name[0] in DATA]
    exact = all(node.op not in APPROXIMATE for node in graph.nodes.values())
    assert_batches(engine, graph, examples, batched, exact)


def test_every_function_of_a_rule_has_a_form():
    rules = [op.value_rule(len(op.inputs)) for op in OPS.values()]
    rules += [op.back_rule(port) for op in OPS.values() for port in range(len(op.inputs))]
    used = {part.function for rule in rules if rule for part in walk(rule.computed) if isinstance(part, Call)}
    made = {k.name for k in KERNELS.values() if k.name in FORMS or k.einsum or k.onnx}
    assert used - made == set()
    assert set(FORMS) <= used


@BY
def test_a_new_operation_by_entries_needs_no_form(engine, monkeypatch):
    monkeypatch.delitem(OPS, "bump", raising=False)
    bump = elementwise("bump", "bump", "exp(-x^2) * [x < 1]", x="-2 * x * out", says="Steep, then flat.")
    try:
        graph, values = alone(bump, [(3,)]), {"x": frozen([0.3, -0.4, 2.0])}
        found = found_by(engine, model_of(graph, values, DOUBLE, []))
        told = record(make_plan(graph), values).last
        assert_same(found["output"], told.value("output"))
        assert_same(found["dx"], told.gradient("x"))
    finally:
        del OPS["bump"]


def test_what_has_no_form_is_named(monkeypatch):
    monkeypatch.setattr(onnx_forms, "FORMS", {name: FORMS[name] for name in FORMS if name != "softmax"})
    trace = trace_of("softmax(s)", {"s": [1.0, 2.0]})
    with pytest.raises(Problem, match=r"^softmax cannot be written in ONNX yet\. Export the NumPy script"):
        formula_model(trace.graph, trace.inputs, PLAIN)
    trace = trace_of("logsumexp(s)", {"s": [1.0, 2.0]})
    formula_model(trace.graph, trace.inputs, PLAIN)
    with pytest.raises(Problem, match=r"^The gradient of logsumexp cannot be written in ONNX yet\. Leave"):
        formula_model(trace.graph, trace.inputs, BOTH)


def test_filters_that_differ_from_example_to_example_are_refused():
    op = OPS["conv2d"]
    graph, values = alone(op, op.test_shapes), drawn(op, op.test_shapes)
    with pytest.raises(Problem, match="conv2d of filters that differ from example to example cannot be"):
        model_of(graph, values, DOUBLE, ["x", "W"])


# -- formulas


@BY
@pytest.mark.parametrize(("program", "values"), TRACES, ids=titled)
def test_a_model_finds_the_steppers_numbers_and_gradients(engine, program, values):
    trace = trace_of(program, values)
    graph, last = trace.graph, trace.last
    element = element_for(engine, graph)
    exact = engine != "reference" or not any(node.op in APPROXIMATE for node in graph.nodes.values())
    found = found_by(
        engine, formula_model(graph, trace.inputs, Options("", PRECISIONS[element], gradients=True))
    )
    expected = [last.value(graph.output), *(last.gradient(name) for name in graph.inputs)]
    expected = [value for value in expected if value is not None]
    assert len(found) == len(expected)
    for called, value in zip(found, expected, strict=True):
        assert_same(found[called], value, element, exact)


@BY
def test_inputs_that_are_not_fed_have_their_values(engine):
    trace = trace_of("b = 3\nz = w·x + b\ny = σ(z)", {"w": [2, -3], "x": [-1, -2]})
    data = formula_model(trace.graph, trace.inputs, PLAIN)
    model = read(data)
    assert names(model.graph.input) == ["w", "x"]
    assert sorted(names(model.graph.initializer)) == ["b", "w", "x"]
    assert_same(found_by(engine, data)["y"], trace.last.value("y"))
    moved = trace_of("b = 3\nz = w·x + b\ny = σ(z)", {"w": [2, -3], "x": [-1, 0.5]})
    assert_same(found_by(engine, data, {"x": np.array([-1, 0.5])})["y"], moved.last.value("y"))


@BY
@pytest.mark.parametrize(
    ("program", "values"),
    [
        ("softmax(s)", {"s": [1000.0, 0.0, -1000.0]}),
        ("logsumexp(s) + cross_entropy(s, 1)", {"s": [1000.0, -1000.0]}),
        ("softplus(a) + softplus(b) + bce_logits(a, 1)", {"a": 800.0, "b": -800.0}),
        ("σ(a) σ(b)", {"a": 800.0, "b": -800.0}),
    ],
)
def test_what_is_safe_from_overflow_stays_so(engine, program, values):
    trace = trace_of(program, values)
    found = found_by(engine, formula_model(trace.graph, trace.inputs, BOTH))
    assert np.all(np.isfinite(np.concatenate([np.ravel(value) for value in found.values()])))
    assert_same(found[trace.graph.output], trace.last.value(trace.graph.output))


@BY
@pytest.mark.parametrize(("program", "at", "gradients"), CONVENTIONS, ids=[row[0] for row in CONVENTIONS])
def test_conventions_hold_where_there_is_no_derivative(engine, program, at, gradients):
    trace = trace_of(program, typed_values(at.split()))
    found = found_by(engine, formula_model(trace.graph, trace.inputs, BOTH))
    for name, gradient in typed_values(gradients.split()).items():
        np.testing.assert_array_equal(found[f"d{identifier(name)}"], gradient)


@BY
def test_an_infinite_gradient_reaches_the_chosen_entry_alone(engine):
    trace = trace_of("1 / x[1]", {"x": [1.0, 0.0, 2.0]})
    found = found_by(engine, formula_model(trace.graph, trace.inputs, BOTH))
    assert found["dx"].tolist() == [0, -np.inf, 0] == trace.last.gradient("x").tolist()


def test_a_matrix_is_not_transposed_twice():
    trace = trace_of("W^T x", {"W": np.ones((2, 3)), "x": [1.0, 2.0]})
    graph = read(formula_model(trace.graph, trace.inputs, PLAIN)).graph
    assert [(node.op_type, *node.input) for node in graph.node] == [("MatMul", "x", "W")]
    trace = trace_of("sum(V W^T)", {"V": np.ones((2, 3)), "W": np.ones((2, 3))})
    graph = read(formula_model(trace.graph, trace.inputs, BOTH)).graph
    turned = [(*node.input, *node.output) for node in graph.node if node.op_type == "Transpose"]
    assert not {name for name, _ in turned} & {name for _, name in turned}


@BY
@pytest.mark.parametrize(("program", "output"), [("a = 2", "a_"), ("q = x + y; f = q y", "x_")])
def test_an_output_that_is_an_input_is_told_too(engine, program, output):
    trace = trace_of(program, {"x": 3.0, "y": 1.0})
    data = formula_model(trace.graph.with_output(output[0]), trace.inputs, BOTH)
    assert found_by(engine, data) == {output: trace.last.value(output[0]), f"d{output[0]}": 1}


def test_a_model_says_what_it_is_of():
    trace = trace_of("z = w·x + b\ny = σ(z)  # a neuron", {"w": [2, -3], "x": [-1, -2], "b": -3})
    model = read(formula_model(trace.graph, trace.inputs, PLAIN))
    assert (model.producer_name, model.producer_version, model.ir_version) == ("Chainlight", "1.2.3", 8)
    assert [(opset.domain, opset.version) for opset in model.opset_import] == [("", 18)]
    assert model.doc_string.endswith("\n\nz = w·x + b\ny = σ(z)  # a neuron")
    assert {prop.key: prop.value for prop in model.metadata_props}["program"] == trace.graph.program.text
    said = [(n.op_type, n.name, n.doc_string) for n in model.graph.node]
    assert said == [
        ("MatMul", "v1", "v1 = dot(w, x)"),
        ("Add", "z", "z = v1 + b"),
        ("Sigmoid", "y", "y = 1/(1 + exp(−z))"),
    ]


def behind_a_transposed_matrix(data):
    """The vectors that are multiplied by one from behind."""
    graph = onnx.shape_inference.infer_shapes(read(data)).graph
    made_by = {node.output[0]: node for node in graph.node}
    shapes = {v.name: v.type.tensor_type.shape.dim for v in [*graph.input, *graph.output, *graph.value_info]}
    shapes |= {v.name: v.dims for v in graph.initializer}

    def kind(name):
        while name in made_by and made_by[name].op_type == "Identity":
            name = made_by[name].input[0]
        return made_by[name].op_type if name in made_by else ""

    pairs = [node.input for node in graph.node if node.op_type == "MatMul"]
    return [last for first, last in pairs if kind(first) == "Transpose" and len(shapes[last]) == 1]


def test_no_vector_stands_behind_a_transposed_matrix():
    """There onnxruntime takes the matrix as it was before, and its numbers are wrong."""
    named = ("A = W^T; B = A; sum(A x) + sum(B x)", {"W": np.ones((2, 3)), "x": [1.0, 2.0]})
    for program, values in [*TRACES, named]:
        trace = trace_of(program, values)
        assert behind_a_transposed_matrix(formula_model(trace.graph, trace.inputs, BOTH)) == []


# -- names

NAMES = ["λ", "alpha", "α", "x′", "ß", "float", "default", "loss", "input", "print", "dx", "c1", "x_1", "f_1"]


@BY
@pytest.mark.parametrize("wish", NAMES)
def test_names_of_any_kind_are_those_of_c(engine, wish):
    trace = trace_of(f"{wish} x + softplus({wish})", {canonical(wish): 2.0, "x": 3.0})
    data = formula_model(trace.graph, trace.inputs, BOTH)
    graph = read(data).graph
    every = {*names(graph.node), *names(graph.initializer), *names(graph.input)}
    every |= {name for node in graph.node for name in [*node.input, *node.output]}
    assert all(re.fullmatch("[A-Za-z_][A-Za-z0-9_]*", name) and name not in KEYWORDS for name in every)
    assert_same(next(iter(found_by(engine, data).values())), trace.last.value(trace.graph.output))
    first = graph.input[0]
    assert canonical(wish) in (first.name, first.doc_string)


def test_names_stay_what_they_are():
    trace = trace_of("input x + id y_1", {"input": 2.0, "x": 3.0, "y1": 1.0, "id": 2.0})
    graph = read(formula_model(trace.graph, trace.inputs, PLAIN)).graph
    assert names(graph.input) == ["input", "x", "id", "y1"]


@pytest.mark.parametrize("program", HOSTILE)
def test_a_comment_of_any_kind_is_kept_as_text(program):
    trace = trace_of(program, {"x": 2.0, "y": 3.0, "import": 1.0, "os": 1.0})
    model = read(formula_model(trace.graph, trace.inputs, PLAIN))
    assert model.doc_string.replace("\n", "").isprintable()
    assert "import os" in model.doc_string or "%s" in model.doc_string


# -- what is trained


def trained(settings):
    settings, program, values = TRAININGS[settings]
    return setup(settings, program, values_of(values))


WITH_DATA = [settings for settings in TRAININGS if trained(settings).dataset]


def feed_of(data, made, count, dtype=np.float64):
    arrays = made.examples.arrays
    return {
        name: np.asarray(arrays[name][:count], dtype)
        for name in names(read(data).graph.input)
        if name in arrays
    }


@BY
@pytest.mark.parametrize("settings", WITH_DATA)
def test_a_batch_is_predicted_as_a_loop_over_single_examples(engine, settings):
    made = trained(settings)
    data, prediction = trained_model(made, EXACT), made.roles.prediction
    graph = read(data).graph
    assert names(graph.input) == list(made.roles.features) and names(graph.output) == [prediction]
    assert {part.type.tensor_type.shape.dim[0].dim_param for part in graph.input} == {"batch"}
    found = found_by(engine, data, feed_of(data, made, 7))[prediction]
    plan = make_plan(made.graph.with_output(prediction))
    for number in range(7):
        example = made.examples.example(number)
        assert_same(found[number], record(plan, {**made.values, **example}).last.value(prediction))


@BY
@pytest.mark.parametrize("settings", WITH_DATA)
def test_loss_and_gradients_of_a_batch_are_the_trainers(engine, settings):
    made = trained(settings)
    data, count = trained_model(made, BOTH), 7
    graph = read(data).graph
    assert names(graph.output)[:2] == [made.roles.prediction, "loss"]
    found = found_by(engine, data, feed_of(data, made, count))
    compiled = Feed(made.trainer().engines, made.examples).loaded(np.arange(count))
    with np.errstate(all="ignore"):
        compiled.step()
    np.testing.assert_allclose(found["loss"], compiled.loss, 1e-12)
    for name in made.roles.parameters:
        gradient = compiled.part(compiled.gradient, name)
        np.testing.assert_allclose(found.get(f"d{name}", 0), gradient, 1e-10, 1e-12)


@BY
def test_a_model_with_gradients_can_be_trained(engine):
    made = trained("signs")
    trainer, data = made.trainer(), trained_model(made, BOTH)
    weights = {name: np.asarray(made.values[name]) for name in made.roles.parameters}
    arrays = trainer.train_data.arrays
    arrays = {name: array.astype(float) for name, array in arrays.items()}
    rate, options = made.options.hyper["lr"], made.options
    for rows in trainer.train_data.batches(options.batch_size, options.seed, 0):
        found = found_by(engine, data, {**weights, **{name: arrays[name][rows] for name in arrays}})
        weights = {name: np.asarray(weights[name] - rate * found[f"d{name}"]) for name in weights}
        trainer.step()
    for name, value in trainer.values().items():
        np.testing.assert_allclose(weights[name], value, 1e-9)


DROPPING = "h = dropout(tanh(W1 x + b1), 0.4, 3); y = w2·h + b2; L = (y - t)^2"


@BY
def test_nothing_is_dropped_by_a_net_that_only_predicts(engine):
    values = {"W1": np.ones((5, 2)) / 3, "b1": np.zeros(5), "w2": np.ones(5), "b2": 0.1}
    made, plain = (
        setup(TrainingSettings("program", "gauss", 40), text, values_of(values))
        for text in (DROPPING, DROPPING.replace("dropout(", "(").replace(", 0.4, 3", ""))
    )
    feed = feed_of(trained_model(made, EXACT), made, 7)
    found, expected = (found_by(engine, trained_model(one, EXACT), feed)["y"] for one in (made, plain))
    assert_same(found, expected)
    kinds = [node.op_type for node in read(trained_model(made, BOTH)).graph.node]
    assert kinds.count("RandomUniformLike") == 1


@BY
def test_a_mask_is_drawn_for_each_example_and_is_the_same_on_the_way_back(engine):
    values, count = values_of({"w": np.ones(40), "x": np.ones(40)}), 50
    graph = graph_of("L = sum(dropout(w ⊙ x, 1/2, 4)) + 3 sum(dropout(w ⊙ x, 1/2, 5))", values)
    passes = Passes(graph, values, DOUBLE, ["x"], DRAWN)
    outputs = [passes.output(), *passes.backward(["w", "x"])]
    data = encoded(passes.model(["x"], outputs, {}), graph.program.text, PLAIN)
    found = found_by(engine, data, {"x": np.ones((count, 40))})
    masks = found["dx"] * count  # 0, 2, 6 or 8, as the entry is kept by none, one, the other or both
    assert {round(entry) for entry in masks.ravel()} == {0, 2, 6, 8}
    assert len({row.tobytes() for row in masks}) == count
    np.testing.assert_allclose(masks.sum(axis=1), found["L"])
    np.testing.assert_allclose(masks.mean(axis=0), found["dw"])
    assert abs(masks.mean() - 4) < 0.3


@BY
def test_without_data_it_is_a_formula(engine):
    made = trained("no data")
    found = found_by(engine, trained_model(made, BOTH))
    assert_same(found["f"], record(make_plan(made.graph), made.values).last.value("f"))
    assert list(found) == ["f", "dw1", "dw2"]


@BY
def test_without_a_prediction_there_is_the_loss(engine):
    made = setup(
        TrainingSettings("program", "gauss", 40, test_percent=0),
        "‖W x - x‖^2",
        values_of({"W": [[1, 2], [3, 5]]}),
    )
    data = trained_model(made, EXACT)
    assert names(read(data).graph.input) == ["x"]
    found = found_by(engine, data, feed_of(data, made, 40))
    np.testing.assert_allclose(found["loss"], made.trainer().record().train_loss, 1e-12)


@BY
def test_a_net_is_in_single_precision_and_holds_what_it_needs_alone(engine):
    made = trained("digits")
    data = trained_model(made, PLAIN)
    graph = read(data).graph
    assert {part.type.tensor_type.elem_type for part in [*graph.input, *graph.output]} == {FLOAT}
    assert set(names(graph.initializer)) >= {"W1", "b1", "W2", "b2"}
    assert not {"k", "λ", "lambda", "L"} & {
        name for node in graph.node for name in [*node.input, *node.output]
    }
    found = found_by(engine, data, feed_of(data, made, 20, np.float32))["s"]
    exact = trained_model(made, EXACT)
    assert_same(found, found_by("reference", exact, feed_of(exact, made, 20))["s"], FLOAT)


def test_a_net_says_what_its_data_and_classes_were():
    made = setup(IRIS, SOFTMAX, values_of({"W": np.zeros((3, 4)), "b": np.zeros(3)}))
    facts = {prop.key: prop.value for prop in read(trained_model(made, PLAIN)).metadata_props}
    assert facts["program"] == SOFTMAX
    assert facts["classes"] == "setosa, versicolor, virginica"
    assert len(facts["features"].split(", ")) == 4 and "threshold" not in facts
    facts = {prop.key: prop.value for prop in read(trained_model(trained("signs"), PLAIN)).metadata_props}
    assert facts["threshold"] == "0"


def test_the_loss_keeps_its_name_from_the_programs():
    made = setup(IRIS, "loss = ‖W x - x‖^2", values_of({"W": np.zeros((4, 4))}))
    graph = read(trained_model(made, PLAIN)).graph
    assert names(graph.output) == ["loss"]
    assert "loss_" in names(graph.node)


def test_a_long_program_is_written_soon_and_short():
    trace = trace_of(
        " + ".join(f"w{i} x" for i in range(1000)), {f"w{i}": 0.5 for i in range(1000)} | {"x": 2.0}
    )
    data = formula_model(trace.graph, trace.inputs, BOTH)
    assert len(data) < 2_000_000
    assert found_by("reference", data)["dx"] == 500


# -- the command


@pytest.fixture
def export(capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)

    def run_command(*words):
        status = cli.main(["export", *words])
        return status, *capsys.readouterr()

    return run_command


def test_a_formula_is_written_to_a_file(export):
    words = ["(x+y)z", "x=-2", "y=5", "z=-4", "--gradients", "-o", "f.onnx"]
    assert export(*words) == (0, "", "")
    assert found_by("reference", Path("f.onnx").read_bytes()) == {"f": -12, "dx": -4, "dy": -4, "dz": 3}
    assert export(*words, "--float32", "--force") == (0, "", "")
    graph = onnx.load("f.onnx").graph
    assert {part.type.tensor_type.elem_type for part in [*graph.input, *graph.output]} == {FLOAT}


def test_a_project_is_written_with_its_training_or_alone(export):
    Path("a.chainlight").write_text(
        dumps(Document("x^2", {"x": 3.0}, training=TrainingSettings(samples=20))), encoding="utf-8"
    )
    assert export("a.chainlight", "-o", "net.onnx") == (0, "", "")
    graph = onnx.load("net.onnx").graph
    assert (names(graph.input), names(graph.output)) == (["x"], ["y"])
    assert graph.input[0].type.tensor_type.elem_type == FLOAT
    assert export("a.chainlight", "--float64", "--force", "-o", "net.onnx") == (0, "", "")
    assert onnx.load("net.onnx").graph.input[0].type.tensor_type.elem_type == DOUBLE
    assert export("a.chainlight", "--formula", "--force", "-o", "net.onnx") == (0, "", "")
    assert found_by("reference", Path("net.onnx").read_bytes()) == {"f": 9}


REFUSED = [
    (["x", "x=2", "--gradients"], "--gradients is for ONNX models"),
    (["x", "x=2", "--float32", "-o", "net.py"], "--float32 is for ONNX models"),
    (
        ["x", "x=2", "--float32", "--float64", "-o", "a.onnx"],
        "--float64: not allowed with argument --float32",
    ),
    (["x", "x=2", "--numpy", "-o", "a.onnx"], "--numpy writes a NumPy script, a .py file, not a.onnx"),
    (["x", "x=2", "-o", "no/net.onnx"], "The folder no does not exist"),
]


@pytest.mark.parametrize(("words", "said"), REFUSED)
def test_what_cannot_be_exported_is_said(export, words, said):
    status, out, err = export(*words)
    assert (status, out) == (2, "")
    assert said in err
    assert not list(Path().glob("*.onnx"))


def test_without_the_package_it_is_said_how_to_get_it(export, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnx", None)
    status, out, err = export("x", "x=2", "-o", "a.onnx")
    assert (status, out) == (2, "")
    assert err.split("\n")[:2] == [
        "ONNX models are written with the package onnx, which is missing.",
        "Install it with pip install onnx, or pipx inject chainlight onnx.",
    ]
    assert not Path("a.onnx").exists()
