"""Plans of numbers, compiled to Python on floats: bit by bit what the stepper tells, infinities included."""

import importlib.util
import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.base.arrays import frozen
from core.compiled import compile_plan
from core.compiled.scalars import Floats
from core.data.examples import Dataset
from core.graph.builder import graph_of
from core.graph.graph import INPUT, Graph, Node
from core.graph.plan import make_plan
from core.notation.program import Program
from core.notation.tree import Name
from core.passes.stepper import record
from core.training.inferred_roles import roles_of
from core.training.trainer import Trainer
from core.training.trainer_options import TrainerOptions
from tests.bench.graphs import NEURON, NEURON_VALUES, nested
from tests.core.test_compiled import PROGRAMS, draw
from tests.core.test_ops import ELEMENTWISE, drawn, name_of
from tests.core.test_passes import FACTORS, combined

# where operations have corners, where they overflow, and where they are not defined
EDGES = [-math.inf, -800.0, -1.5, -1.0, -0.0, 0.0, 5e-324, 0.5, 1.0, 2.0, 800.0, 1e300, math.inf, math.nan]
OF_NUMBERS = [name for name, (_, shapes) in PROGRAMS.items() if not any(shapes.values())]


@pytest.fixture
def asked(monkeypatch):
    """How often the stepper was asked for what Python could not compute."""
    calls, told = [], Floats._told
    monkeypatch.setattr(Floats, "_told", lambda self: calls.append(self) or told(self))
    return calls


def is_of_numbers(compiled):
    return "def forward(parameters, inputs):" in compiled.source


def compiled_at(plan, values, **options):
    parameters = list(plan.graph.inputs)
    compiled = compile_plan(plan, parameters=parameters, **options)
    assert is_of_numbers(compiled)
    compiled.set(values)
    compiled.step()
    return compiled


def same_bits(one, other):
    """Equal numbers with equal signs, 0 and −0 told apart; one NaN is as good as another."""
    if math.isnan(other):
        return math.isnan(one)
    return one == other and math.copysign(1, one) == math.copysign(1, other)


def assert_as_told(compiled, plan, values):
    last = record(plan, values).last
    for node, array in compiled.values.items():
        assert same_bits(float(array), last.value(node)), (node, values)
    for name in compiled.views:
        gradient = last.gradient(name)
        found = float(compiled.part(compiled.gradient, name))
        assert same_bits(found, 0.0 if gradient is None else gradient), (name, values)


def plan_of(op):
    """A plan of one operation on numbers."""
    nodes = {port: Node(port, INPUT, (), (), Name(port), named=True) for port in op.inputs}
    nodes["f"] = Node("f", op.name, op.inputs, (), Name("f"), named=True)
    return make_plan(Graph(Program("", ()), nodes, "f", {}))


# -- the same numbers


@pytest.mark.parametrize("name", OF_NUMBERS)
def test_every_program_of_numbers(name, asked):
    text, shapes = PROGRAMS[name]
    for seed in range(5):
        values = draw(shapes, seed)
        plan = make_plan(graph_of(text, values))
        assert_as_told(compiled_at(plan, values), plan, values)


@pytest.mark.parametrize("op", ELEMENTWISE, ids=name_of)
def test_every_operation_on_its_domain_without_the_stepper(op, asked):
    plan = plan_of(op)
    for seed in range(20):
        values = drawn(op, [()] * len(op.inputs), seed)
        assert_as_told(compiled_at(plan, values), plan, values)
    assert not asked


@pytest.mark.parametrize("op", ELEMENTWISE, ids=name_of)
def test_every_operation_at_kinks_and_edges(op):
    plan = plan_of(op)
    compiled = compiled_at(plan, {})
    for at in itertools.product(EDGES, repeat=len(op.inputs)):
        values = dict(zip(op.inputs, at, strict=True))
        compiled.set(values)
        compiled.step()
        assert_as_told(compiled, plan, values)


@given(st.recursive(FACTORS, combined, max_leaves=12), st.tuples(*[st.floats()] * 3))
@settings(max_examples=100, deadline=None)
def test_any_program_at_any_numbers(formula, at):
    values = dict(zip("xyz", at, strict=True))
    plan = make_plan(graph_of(f"x + 0 y + 0 z + {formula}", values))
    assert_as_told(compiled_at(plan, values), plan, values)


def test_a_long_graph_with_one_name_everywhere():
    text = "\n".join(
        [
            "f(x) = x + sin(w x)",
            "g(x) = f(f(f(f(f(f(f(f(x))))))))",
            "h(x) = g(g(g(g(g(g(g(g(x))))))))",
            "y = h(h(x))",
        ]
    )
    values = {"x": 0.5, "w": 0.1}
    plan = make_plan(graph_of(text, values))
    assert len(plan.graph.users["w"]) == 128
    assert_as_told(compiled_at(plan, values), plan, values)


def test_ten_thousand_nodes():
    plan = make_plan(graph_of(nested(10_000), {"x": 0.5}))
    assert_as_told(compiled_at(plan, {"x": 0.5}), plan, {"x": 0.5})


# -- where Python raises


def test_infinities_come_from_the_stepper(asked):
    plan = make_plan(graph_of("y = 1/x; z = ln(y) + exp(w)", {"x": 1.0, "w": 0.0}))
    compiled = compiled_at(plan, {"x": 1.0, "w": 0.0})
    assert not asked
    for at in ({"x": 0.0, "w": 0.0}, {"x": 1.0, "w": 800.0}, {"x": -1.0, "w": 0.0}):
        compiled.set(at)
        compiled.step()
        assert_as_told(compiled, plan, at)
    assert len(asked) == 3
    compiled.set({"x": 1.0, "w": 0.0})
    compiled.step()
    assert len(asked) == 3


def test_looking_leaves_the_gradient_alone():
    plan = make_plan(graph_of("y = 1/x", {"x": 2.0}))
    compiled = compiled_at(plan, {"x": 2.0})
    looking = compile_plan(plan, parameters=["x"], backward=False, flat=compiled.flat)
    for look in (compiled.forward, looking.forward, looking.step):
        for x, y in ((4.0, 0.25), (0.0, math.inf)):
            compiled.set({"x": x})
            look()
            assert float((compiled if look == compiled.forward else looking).values["y"]) == y
            assert compiled.gradient == [-0.25]


# -- when numbers are compiled so


CHOICES = [
    ("L = (w x - t)^2", {}, True),
    ("L = (w x - t)^2", {"size": 2}, False),
    ("L = (w x - t)^2", {"dtype": np.float32}, False),
    ("s = sum(u); L = (w x - t)^2 + 0 s", {}, False),
    ("s = sum(u); L = (w x - t)^2", {}, True),
    ("s = sum(u); L = (w x - t)^2", {"watch": ["s"]}, False),
    ("s = sum(u); L = (w x - t)^2", {"parameters": ["w", "u"]}, False),
    ("L = sum(w x - t)", {}, False),
    ("L = dropout(w x - t)", {}, False),
]


@pytest.mark.parametrize(("text", "options", "chosen"), CHOICES)
def test_numbers_alone_in_double_precision_one_at_a_time(text, options, chosen):
    plan = make_plan(graph_of(text, {"w": 1.0, "x": 2.0, "t": 3.0, "u": frozen([1, 2])}))
    assert is_of_numbers(compile_plan(plan, ["x", "t"], **{"parameters": ["w"], **options})) == chosen


def test_batches_of_one_keep_their_axis():
    plan = make_plan(graph_of("R = w^2; L = w x + R", {"w": 1.0, "x": 2.0}))
    compiled = compile_plan(plan, ["x"], parameters=["w"])
    shapes = {name: array.shape for name, array in compiled.values.items()}
    assert shapes == {"w": (), "R": (), "x": (1,), "v1": (1,), "L": (1,), "2": ()}


def test_names_of_a_program_become_safe_names():
    names = ["inf", "nan", "values", "inputs", "class", "parameters", "forward", "dL", "exp1", "λ", "x′"]
    values = {name: 1.0 + i for i, name in enumerate(names)}
    plan = make_plan(graph_of(f"L = {' '.join(names)} + exp(inf - inf) + 1/0", values))
    assert_as_told(compiled_at(plan, values), plan, values)


def test_the_source_is_a_script_that_runs_on_its_own(tmp_path):
    plan = make_plan(graph_of(NEURON, NEURON_VALUES))
    compiled = compiled_at(plan, NEURON_VALUES)
    path = tmp_path / "listing.py"
    path.write_text(compiled.source, encoding="utf-8")
    spec = importlib.util.spec_from_file_location("listing", path)
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    parameters = list(NEURON_VALUES.values())
    values = script.forward(parameters, [])
    assert values[-1] == compiled.loss
    assert script.backward(parameters, [], values) == compiled.gradient.tolist()
    assert "dv5 = (dv6 * v6)" in compiled.source


# -- training


def test_descent_on_a_formula_goes_where_the_stepper_says():
    values = {"x": 1.0, "y": -0.5}
    graph = graph_of("f = (1 - x)^2 + 5 (y - x^2)^2", values)
    trainer = Trainer(graph, values, roles_of(graph, None), None, TrainerOptions(hyper={"lr": 0.01}))
    assert is_of_numbers(trainer.engines.of(1))
    plan = make_plan(graph)
    for _ in range(20):
        at = {name: float(value) for name, value in trainer.values().items()}
        last = record(plan, at).last
        assert trainer.step().batch_loss == last.value("f")
        assert trainer.values() == {name: at[name] - 0.01 * last.gradient(name) for name in at}


def test_examples_of_numbers_one_at_a_time_are_learned():
    x = np.linspace(-1, 1, 7)
    data = Dataset("line", "Line", x[:, None], 2 * x - 1, 0, ("x1",), None, "here")
    values = {"w": 0.0, "b": 0.0, "x": 0.0, "t": 0.0}
    graph = graph_of("y = w x + b; L = 1/2 (y - t)^2", values)
    settings = TrainerOptions(hyper={"lr": 0.3}, batch_size=1, test_fraction=0.15)
    roles = roles_of(graph, data)
    trainer = Trainer(graph, values, roles, roles.examples(data, graph), settings)
    assert is_of_numbers(trainer.engines.of(1))
    trainer.step(300)
    assert trainer.values() == pytest.approx({"w": 2.0, "b": -1.0})
    record = trainer.record()
    assert (record.train_loss, record.test_loss) == pytest.approx((0.0, 0.0), abs=1e-9)
