"""Exported scripts: they run elsewhere and find Chainlight's numbers; nothing typed becomes code."""

import ast
import builtins
import inspect
import json
import keyword
import math
import subprocess
import symtable
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from app.cli import main as cli
from core.base.arrays import frozen
from core.base.errors import Problem
from core.export.code import Identifiers, comments, filled, literal, name, printed
from core.export.numpy import script as numpy_script_file
from core.export.numpy.helpers import HELPERS, NEEDS
from core.export.numpy.rules import NUMPY
from core.export.numpy.script import numpy_script
from core.export.torch.kernels import TORCH, Operand, plain
from core.export.torch.loop import OF_MODULES, TAKEN
from core.export.torch.module import torch_module
from core.export.torch.rules import expression
from core.export.torch.script import pytorch_script
from core.notation.names import canonical
from core.notation.tree import Call, walk
from core.ops import OPS
from core.ops.image_kernels import conv2d, maxpool
from core.ops.kernels import KERNELS
from core.ops.rules import Rule
from core.passes.stepper import run
from core.project.document import Document, dumps
from core.training.lab import Lab
from core.training.optimizers import OPTIMIZERS
from core.training.setup import setup
from tests.core.test_update_rules import Warm

CASES = json.loads((Path(__file__).parents[1] / "cases" / "lectures.json").read_text(encoding="utf-8"))
NEEDS_TORCH = pytest.mark.skipif(not find_spec("torch"), reason="PyTorch is not installed")
RNG = np.random.default_rng(3)
VALUES = {
    "x": RNG.normal(size=3),
    "y": RNG.normal(size=3),
    "b": RNG.normal(size=2),
    "W": RNG.normal(size=(2, 3)),
    "V": RNG.normal(size=(4, 2)),
    "U": RNG.normal(size=(3, 2)),
    "P": RNG.normal(size=(5, 6)),
    "Q": RNG.normal(size=(2, 5, 6)),
    "K": RNG.normal(size=(2, 3)),
    "M": RNG.normal(size=(2, 2, 3)),
    "N": RNG.normal(size=(3, 2, 2, 3)),
    "c": 0.7,
    "p": 0.3,
    "q": 0.6,
    "k": 1.0,
    "α": 0.3,
}
# every operation is in one of these, for numbers or arrays
PROGRAMS = [
    "(x·y) c / p - q",
    "sum(x ⊙ y / (1 + x^2)) + c^p + p^c + 2^c",
    "s = V tanh(W x + b); sum(s ⊙ s)",
    "x^T U b + sum((V W) x) + sum(U^T x ⊙ b) + sum(x b^T ⊙ U)",
    "‖W x + b‖^2 + c sum(W^2) + ‖c‖",
    "cross_entropy(V relu(W x + b), k) + cross_entropy(V b, 2)",
    "r = softmax(V b); -ln(r[1]) + c r·r + r[k]",
    "mean((x - y)^2) + max(x) + min(y) + |c| + mse(x, y) + mse(x, c)",
    "sum([x[0], c, 1, y[2]] ⊙ [1, 2, 3, 4])",
    "sum(W + b[0] + W[1]) + sum([x, y] ⊙ W)",
    "f(u) = u^2 + c; sum(f(x + y)) f(c) + f(2)",
    "bce(p, q) + bce_logits(c, p) + sum(bce_logits(x, p)) + bce(σ(c), 1) + hinge(c, q) + hinge(c, 1)",
    "leaky_relu(-c) + leaky_relu(-c, α) + elu(-c) + elu(-c, α) + silu(c) + softplus(c) + softsign(c)",
    "sum(clip(x, -0.5, p)) + max(c, p) + min(x[0], 0) + max(0, c)",
    "log2(c) + log10(c) + sqrt(c) + exp(-c) + sin(c) cos(c) tan(c) + arctan(c) + sinh(c) cosh(c)",
    "logsumexp(x) + sum(log_softmax(y)) + x[0] stop_gradient(c)",
    "c [c > p] + q [c < p] + [c ≥ p] p + [c ≤ 1] c + [c = p] + step(c) c + sign(c) c + sqrt(2)",
    "W x + b",
    "sum(affine(W, x, b)) + sum(affine(V, b, affine(V, b, [1, 2, 3, 4])))",
    "exp(2)",
    "sum(c x^T) + sum(c (x + y)^T W^T) + sum((x^T)^T)",
    "h = c; a′ = 2h; a′ α",
    "gelu(c) + selu(c) + selu(-p) + erf(p) + gelu(x)·selu(y) + hard_sigmoid(c) + hard_sigmoid(x)·erf(y)",
    "sum_except(y, 1) sum_except(softmax(V b), k)",
    "prod(x) prod(U) + l1(y) + l2(W) + elastic(x, c) + elastic(y) + l1(c) + argmax(x) c + prod(c)",
    "nll(softmax(V b), k) + nll(softmax(y), 2) + multiclass_hinge(V b, k) + multiclass_hinge(y, 1, c)",
    "squared_error(x, y) + squared_error(x, c) + hinge(c, q, p) + hinge(-c, 1, 2) + perceptron(-c, q)",
    "huber(c, p) + sum(huber(x, 2 y, 0.5)) + huber(c, -2, α) + sum(huber(x, c))",
    "z = concat(x, c, 2, y); sum(z^2) + z[1:3]·z[3:5] + sum(concat(U, V)^2) + sum(concat([1, 2], b^2))",
    "sum(W[:, 1:3]^2) + sum(W[1:]) + c W[0, 1:]·x[:2] + ([1, 2, 3][1:] · b) + sum(Q[1:, 2:4]^2)",
    "sum(reshape(W, [3, 2]) ⊙ U) + flatten(U)·flatten(W) + sum(reshape(x, 3) ⊙ y) + flatten(c)·flatten(p)",
    "onehot(k, 4)·(V b) + sum(positional_encoding(x, 2)) c + positional_encoding(c, 3)[1]",
    "sum(dropout(x, 0.5, 3) ⊙ y) + dropout(c, 0.2, 1) + dropout(p, 0.9, 2) + c sum(dropout([1, 2]))",
    "S = U W; cross_entropy(S, [0, 2, 1])·x + cross_entropy(S, 1)·y + nll(softmax(S), k)·x + argmax(S)·x",
    "S = U W; svm(S, [2, 0, 1], c)·x + svm(S, k)·y + svm(S, [0, 1, 1], 0.5)·y + logsumexp(S)·x",
    "S = U W + y; sum(log_softmax(S), 0)·x + mean(sum(S ⊙ x, 1)) + mean(Q, -1)[1]·mean(Q, 2)[0]",
    "sum(conv2d(P, flip(K))^2) + flip(x)·y + sum(conv2d(Q, flip(N))^2) + sum(flip(flip(U)) ⊙ U)",
    "sum(conv2d(P, K)^2) + sum(conv2d(P, M, 2, 1)^2) + sum(conv2d(Q, M, 1, 1)^2) + sum(conv2d(Q, N, 2)^2)",
    "sum(conv2d(P, reshape(M, [2, 1, 2, 3]))^2) + sum(conv2d(reshape(P, [1, 5, 6]), K, 2)^2)",
    "sum(maxpool(P)^2) + sum(maxpool(Q, 3, 1)^2) + sum(avgpool(P, 3)^2) + sum(avgpool(Q, 2, 1)^2)",
]
EDGES = [
    ("1/x", {"x": 0.0}),
    ("sqrt(x) y", {"x": 0.0, "y": 0.0}),
    ("relu(x) + |x| + max(x, 0)", {"x": 0.0}),
    ("clip(x, 0, 2) + clip(y, a, b) + 2 clip(z, a, b)", {"x": 0.0, "y": 1.0, "z": 3.0, "a": 1.0, "b": 3.0}),
    ("elu(x, α) + leaky_relu(x, α) + max(x, y) - 2 min(x, y)", {"x": 0.0, "y": 0.0, "α": 0.5}),
    ("f(u) = 1/u; x f(0)", {"x": 1.0}),
    ("x^y", {"x": -8.0, "y": 1 / 3}),
    ("stop_gradient(x)", {"x": 2.0}),
    ("step(x)", {"x": 2.0}),
    ("x", {"x": np.inf}),
    ("selu(x) + hard_sigmoid(3 - y) + perceptron(x, 1)", {"x": 0.0, "y": 0.0}),
    ("l1(x) + elastic(x, c) + prod(x)", {"x": [0.0, 2.0], "c": 1.5}),
    ("prod(x)", {"x": [0.0, 0.0, 3.0]}),
    ("multiclass_hinge(s, k) + hinge(t, 1)", {"s": [1.0, 2.0, 0.5], "k": 1.0, "t": 1.0}),
    ("huber(y, t, δ)", {"y": 2.0, "t": 1.0, "δ": 1.0}),
    ("sum(maxpool(x)^2)", {"x": [[1.0, 1.0, 0.0], [1.0, 0.5, 2.0]]}),
    ("sum(maxpool(conv2d(x, w), 2, 1)^2)", {"x": np.zeros((4, 4)), "w": np.ones((2, 2))}),
]


def values_of(values):
    return {key: frozen(value) for key, value in values.items()}


def story_of(program, values=VALUES):
    return run(program, values_of(values))


STORIES = [(program, VALUES) for program in PROGRAMS] + EDGES
STORIES += [(case["program"], case["values"]) for case in CASES]


def titled(part):
    return part.replace("\n", "; ")[:60] if isinstance(part, str) else ""


# -- NumPy

X, P, Q = VALUES["x"], VALUES["P"], VALUES["Q"]
FILTERED = [(P, VALUES["K"]), (P, VALUES["M"]), (Q, VALUES["M"]), (Q, VALUES["N"])]
ARGUMENTS = {
    "gate": [(np.array([0.0, 0.5, 1.0]), np.array([np.inf, 3.0, -2.0])), (0.0, np.inf)],
    "share": [(X, X.max())],
    "unit": [(X, 2.0), (np.zeros(2), 0.0)],
    "others": [(X,), (P,), (np.array([0.0, 2.0, 0.0]),), (2.0,)],
    "put": [(1.5, X, 2.0)],
    "onehot": [(2.0, X)],
    "softmax_rows": [(P,)],
    "logsumexp_rows": [(P,)],
    "log_softmax_rows": [(P,)],
    "choose": [(P, np.arange(5.0)), (P, 2.0)],
    "put_rows": [(np.arange(5.0), P, np.arange(5.0)), (np.arange(5.0), P, 2.0)],
    "onehot_rows": [(np.arange(5.0), P), (2.0, P)],
    "flip": [(X,), (P,), (Q,)],
    "stack": [(X, X)],
    "erf": [(X,), (0.3,)],
    "concat": [(X, X), (1.0, X), (X, 1.0), (P, P)],
    "front": [(X, X[:2]), (X, 1.0), (P, P[:2])],
    "rear": [(X, X[:2]), (X, 1.0), (P, P[:2])],
    "paste": [(X, np.zeros(6), 1, 4, 0), (P, np.zeros((5, 9)), 2, 8, 1)],
    "positional_encoding": [(X, 2), (0.3, 3)],
    "positional_slope": [(X, np.arange(12.0), 2), (0.3, np.arange(6.0), 3)],
    "kept": [(X, 0.5, 3), (2.0, 0.5, 3), (P, 0.2, 1)],
    "conv2d": [(x, w, 2, 1) for x, w in FILTERED],
    "conv2d_x": [(conv2d(x, w, 2, 1), w, x, 2, 1) for x, w in FILTERED],
    "conv2d_W": [(conv2d(x, w, 2, 1), x, w, 2, 1) for x, w in FILTERED],
    "maxpool": [(P, 2, 1), (Q, 3, 2)],
    "maxpool_x": [(maxpool(x, 2, 1) + 1, x, maxpool(x, 2, 1), 2, 1) for x in (P, Q, np.zeros((4, 3)))],
    "avgpool": [(P, 2, 1), (Q, 3, 2)],
    "avgpool_x": [(maxpool(x, 2, 1), x, 2, 1) for x in (P, Q)],
}
DUMP = """
import json, runpy, sys
space = runpy.run_path(sys.argv[1])
plain = [{name: v.tolist() for name, v in space[part].items()} for part in ("values", "gradients")]
print("DUMPED" + json.dumps([*plain, sorted({name.split(".")[0] for name in sys.modules})]))
"""


def in_python(text, tmp_path, program):
    """What a script run in a process of its own has printed."""
    path = tmp_path / "script.py"
    path.write_text(text, encoding="utf-8")
    command = [sys.executable, "-X", "utf8", "-c", program, str(path)]
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:] + text
    return done.stdout


def executed(text):
    """A NumPy script's values and gradients and what it printed; run here, to be quick."""
    printed_lines = []
    space = {"print": lambda *words: printed_lines.append(" ".join(map(str, words))), "__name__": "script"}
    with np.errstate(all="ignore"):
        exec(compile(text, "script", "exec"), space)
    return space["values"], space["gradients"], printed_lines


@pytest.mark.parametrize("seed", [-2.0, frozen([0, 1, 0]), frozen([1, 0.5, -1])], ids=str)
def test_a_chosen_seed_goes_into_the_scripts(seed):
    text, output = ("h = 2 x; p = softmax(h); h[0] x[1]", "f" if isinstance(seed, float) else "p")
    story = run(text, {"x": frozen([0.5, -1, 2])}, output, seed)
    _, gradients, lines = executed(numpy_script(story))
    np.testing.assert_allclose(gradients["x"], story.last.gradient("x"), rtol=1e-12)
    assert lines[-1] == "the gradients of 1 inputs equal the centred differences"
    assert f"{output}.backward(torch.tensor(" in pytorch_script(story)


@pytest.mark.parametrize(("program", "values"), STORIES, ids=titled)
def test_a_numpy_script_finds_the_steppers_numbers(program, values):
    story = story_of(program, values)
    text = numpy_script(story)
    assert unknown_names(text) == set()
    found, gradients, lines = executed(text)
    nodes = story.graph.nodes.values()
    named = [n for n in nodes if n.op != "constant" or (n.shape and not story.graph.is_setting(n.name))]
    assert len(found) == len(named)
    for called, node in zip(found, named, strict=True):
        np.testing.assert_allclose(found[called], story.last.value(node.name), rtol=1e-12, atol=1e-14)
        assert (called in gradients) == (story.last.gradient(node.name) is not None)
        if called in gradients:
            expected = story.last.gradient(node.name)
            assert np.shape(gradients[called]) == np.shape(expected)
            np.testing.assert_allclose(gradients[called], expected, rtol=1e-10, atol=1e-12)
    assert lines[0].split() == ["name", "value", "gradient"]


@pytest.mark.parametrize("program", PROGRAMS)
def test_gradients_of_inputs_are_asserted_where_the_function_is_smooth(program):
    text = numpy_script(story_of(program))
    if "stop" in program:
        assert "# not compared, for there is a kink, a stop or too much to compute: c\n" in text
    else:
        assert "not compared" not in text


def test_a_numpy_script_runs_with_numpy_alone(tmp_path):
    story = story_of(PROGRAMS[5])
    out = in_python(numpy_script(story), tmp_path, DUMP)
    table, dumped = out.split("DUMPED")
    assert "the gradients of 4 inputs equal the centred differences" in table
    found, gradients, modules = json.loads(dumped)
    assert not {"core", "app", "PySide6"} & set(modules)
    assert found["f"] == pytest.approx(story.last.value("f"), rel=1e-12)
    for node in "VWxb":
        np.testing.assert_allclose(gradients[node], story.last.gradient(node), rtol=1e-12)


def test_a_wrong_gradient_fails_the_scripts_own_assertion():
    text = numpy_script(story_of("x^2 c", {"x": 3.0, "c": 2.0}))
    wrong = text.replace("dx += ", "dx += 0.001 + ", 1)
    wrong = wrong.replace("dv1 += ", "dv1 += 0.001 + ", 1)
    assert wrong != text
    with pytest.raises(AssertionError, match="the gradient of x is"):
        executed(wrong)


@pytest.mark.parametrize(("size", "most"), [(50, 50), (300, 27)])
def test_the_larger_the_arrays_the_fewer_entries_are_compared(size, most):
    text = numpy_script(story_of("sum(tanh(W x))", {"W": np.eye(size), "x": np.ones(size)}))
    assert f'for name, most in [("W", {most}), ("x", {most})]:' in text


def test_too_much_to_compute_is_not_compared(monkeypatch):
    monkeypatch.setattr(numpy_script_file, "MOST_WORK", 100)
    text = numpy_script(story_of("sum(x ⊙ x)", {"x": np.ones(1000)}))
    assert "# not compared, for there is a kink, a stop or too much to compute: x\n" in text


def test_the_lines_are_those_of_the_listing():
    text = numpy_script(story_of("q = x + y; f = q z", {"x": -2, "y": 5, "z": -4}))
    lines = [line.strip() for line in text.splitlines()]
    for line in ("q = x + y", "f = q * z", "dq += df * z", "dz += df * q", "dx += dq", "dy += dq"):
        assert line in lines
    assert "dx += dout * (2.0 * x)" in numpy_script(story_of("out = x^2", {"x": 3.0}))


def test_a_long_sum_is_no_deep_expression():
    terms = " + ".join(f"w{i} x" for i in range(1100))
    story = story_of(terms, {f"w{i}": 0.5 for i in range(1100)} | {"x": 2.0})
    assert max(map(len, pytorch_script(story).splitlines())) < 200
    compile(pytorch_script(story), "net.py", "exec")
    assert executed(numpy_script(story))[1]["x"] == 550


def test_the_document_shows_the_lines_that_are_written():
    text = (Path(__file__).parents[2] / "docs" / "export.md").read_text(encoding="utf-8")
    story = story_of("y = σ(w·x + b)", {"w": [2, -3], "x": [-1, -2], "b": -3})
    written = (pytorch_script(story) + numpy_script(story)).splitlines()
    shown = [line.strip() for line in text.splitlines() if line.startswith("    ")]
    assert len(shown) == 10
    assert set(shown) <= {line.strip() for line in written}


def in_helpers(call):
    space = {"np": np, "math": math}
    exec("\n".join(HELPERS.values()), space)
    return space[call]


@pytest.mark.parametrize("kernel", sorted(KERNELS.keys() & HELPERS.keys()))
def test_a_scripts_helper_computes_what_the_kernel_does(kernel):
    for inputs in ARGUMENTS.get(kernel, [(RNG.normal(size=4),)]):
        with np.errstate(invalid="ignore"):
            expected = KERNELS[kernel].array(*map(np.asarray, inputs))
            found = in_helpers(kernel)(*inputs)
        assert np.shape(found) == np.shape(expected)
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-14)


def test_every_kernel_that_a_rule_calls_can_be_written_and_no_other():
    rules = [op.value_rule(len(op.inputs)) for op in OPS.values()]
    rules += [rule for op in OPS.values() for rule in op.back.values()]
    called = {part.function for rule in rules for part in walk(rule.computed) if isinstance(part, Call)}
    functions = {name for name in called if not KERNELS[name].ufunc}
    inner = {helper for needed in NEEDS.values() for helper in needed}
    assert functions - {"cut"} <= NUMPY.keys() | HELPERS.keys()
    assert HELPERS.keys() <= called | inner
    assert NUMPY.keys() <= called


# -- PyTorch, as text


def test_every_kernel_of_a_value_can_be_written_and_the_programs_use_every_operation():
    rules = [op.value_rule(len(op.inputs)) for op in OPS.values()]
    called = {part.function for rule in rules for part in walk(rule.computed) if isinstance(part, Call)}
    assert {name for name in called if not KERNELS[name].number} == TORCH.keys() | {"kept"}
    used = {node.op for program in PROGRAMS for node in story_of(program).graph.nodes.values()}
    assert used >= set(OPS)


def test_an_operation_that_cannot_be_written_is_named(monkeypatch):
    monkeypatch.delitem(TORCH, "softmax")
    with pytest.raises(Problem, match="softmax cannot be written in PyTorch yet"):
        pytorch_script(story_of("softmax(x)[0]", {"x": [1.0, 2.0]}))


KNOWN = """
F.linear F.cross_entropy F.binary_cross_entropy F.binary_cross_entropy_with_logits F.huber_loss
F.leaky_relu F.elu F.silu F.gelu F.selu F.softplus F.softsign F.hardsigmoid F.one_hot F.conv2d
F.avg_pool2d torch.relu torch.sigmoid torch.tanh torch.softmax torch.log_softmax torch.logsumexp
torch.mean torch.outer torch.where
""".split()


def test_what_pytorch_has_is_written_as_one_knows_it():
    text = "".join(pytorch_script(story_of(program)) for program in PROGRAMS)
    assert [called for called in KNOWN if f"{called}(" not in text] == []
    assert all(part in text for part in (" @ ", ".T", ".detach()", ".clamp(min=-0.5).clamp(max=p)"))


VECTOR, BATCH = Operand(name("x"), (3,)), Operand(name("t"), (3,), batched=True)
LOSSES, NUMBER = Operand(name("l"), (), batched=True), plain(2.0)


@pytest.mark.parametrize(
    ("rule", "operands", "written"),
    [
        ("dot(x, y)", (VECTOR, VECTOR), "x @ x"),
        ("dot(x, y)", (VECTOR, BATCH), "t @ x"),
        ("dot(x, y)", (BATCH, BATCH), "torch.sum(t * t, dim=-1)"),
        ("x + y", (LOSSES, BATCH), "l[:, None] + t"),
        ("x + y", (LOSSES, VECTOR), "l[:, None] + x"),
        ("x + y", (LOSSES, NUMBER), "l + 2"),
        ("logaddexp(x, y)", (VECTOR, NUMBER), "torch.logaddexp(x, torch.tensor(2.0))"),
        ("max(x, y)", (VECTOR, NUMBER), "x.clamp(min=2)"),
        ("max(0, x) + min(x, y)", (VECTOR, BATCH), "torch.relu(x) + torch.minimum(x, t)"),
        ("sum([x > 0] * power(y, 2))", (BATCH, BATCH), "torch.sum(torch.where(t > 0, t ** 2, 0.0), dim=-1)"),
        (
            "([x > 0] + [x < y]) * y",
            (VECTOR, NUMBER),
            "torch.where(1.0 * (x > 0) + 1.0 * (x < 2) == 0, 0.0, (1.0 * (x > 0) + 1.0 * (x < 2)) * 2)",
        ),
        ("x * (sqrt(y) + π)", (VECTOR, plain(4.0)), "x * 5.141592653589793"),
    ],
)
def test_a_rule_is_written_for_what_it_works_on(rule, operands, written):
    found = expression(Rule(rule).computed, dict(zip("xy", operands, strict=True)))
    assert printed(found.text) == written
    assert found.batched == any(one.batched for one in operands)


@pytest.mark.parametrize(("program", "values"), STORIES, ids=titled)
def test_a_pytorch_script_compiles_and_all_its_names_are_known(program, values):
    text = pytorch_script(story_of(program, values))
    assert unknown_names(text) == set()
    assert ("F." in text) == ("import torch.nn.functional as F" in text)


def test_statements_are_those_of_the_program():
    text = pytorch_script(story_of("z = w·x + b\ny = σ(z)", {"w": [2, -3], "x": [-1, -2], "b": -3}))
    assert "w = torch.tensor([2.0, -3.0], requires_grad=True)" in text
    assert "\n".join(["z = w @ x + b", "y = torch.sigmoid(z)", "", "# backward pass", "y.backward()"]) in text
    assert 'check("dy/db", b.grad, 0.1966119332414818' in text


def unknown_names(text):
    """The names that a script uses and nowhere defines or imports, and those that math or NumPy lack."""
    module = symtable.symtable(text, "script.py", "exec")
    waiting, known, used = [module], {*dir(builtins), "__name__"}, set()
    while waiting:
        table = waiting.pop()
        waiting += table.get_children()
        for symbol in table.get_symbols():
            if table is module and (symbol.is_assigned() or symbol.is_imported()):
                known.add(symbol.get_name())
            if symbol.is_global() or (table is module and symbol.is_referenced()):
                used.add(symbol.get_name())
    modules = {"math": math, "np": np}
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Attribute(ast.Name("math" | "np" as called), attribute):
                if not hasattr(modules[called], attribute):
                    used.add(f"{called}.{attribute}")
    return used - known


def test_a_name_that_is_not_imported_is_noticed():
    text = "import torch\ndef f(x):\n    return [torch.exp(x) * math.power(x, 2) for i in x]\nprint(f(y))"
    assert unknown_names(text) == {"math", "math.power", "y"}


def forward_of(lab, program="", values=()):
    text = torch_module(setup(lab, program, values_of(dict(values))))
    assert unknown_names(text) == set()
    body = text[text.index("    def forward(") : text.index("def deal(") if "def deal(" in text else None]
    return [line.strip() for line in body.splitlines()], text


SOFTMAX = "s = W x + b\nL = cross_entropy(s, k)"
IRIS = Lab("program", "iris", samples=30, optimizer="adam", rate=0.01, batch=8)


def test_a_linear_softmax_as_one_writes_it_in_pytorch():
    lines, text = forward_of(IRIS, SOFTMAX, {"W": np.zeros((3, 4)), "b": np.zeros(3)})
    assert lines[:4] == [
        "def forward(self, x, k):",
        "s = x @ self.W.T + self.b",
        "L = F.cross_entropy(s, k.long(), reduction='none')",
        "return s, torch.mean(L)",
    ]
    assert "torch.optim.Adam(net.parameters(), lr=0.01)" in text
    assert "batch_size = 8" in text


def test_a_two_layer_network_with_a_penalty():
    lines, text = forward_of(Lab(hidden=(3,), activation="sigmoid", decay=0.01, samples=20, momentum=0.9))
    assert "a1 = torch.sigmoid(x @ self.W1.T + self.b1)" in lines
    assert "y = torch.tanh(a1 @ self.w2 + self.b2)" in lines
    assert 'self.register_buffer("lambda_", start["lambda_"])' in text
    assert "torch.optim.SGD(net.parameters(), lr=0.03, momentum=0.9)" in text
    loop = [
        "for rows in deal(epoch, len(x)):",
        "prediction, loss = net(x[rows], t[rows])  # the forward pass",
        "optimizer.zero_grad()",
        "loss.backward()  # the backward pass: the gradients",
        "optimizer.step()  # the update",
    ]
    places = [text.index(line) for line in loop]
    assert places == sorted(places)
    assert "# net = torch.nn.parallel.DistributedDataParallel(net)" in text


def test_the_distributed_lines_are_code_when_their_mark_is_taken_off():
    _, text = forward_of(Lab(samples=20))
    marks = ("# torch.dist", "# rank, world", "# device = ", "# net = ", "# rows = ")
    lines = text.splitlines()
    assert sum(line.strip().startswith(marks) for line in lines) == len(marks)
    freed = [line.replace("# ", "", 1) if line.strip().startswith(marks) else line for line in lines]
    compile("\n".join(freed), "net.py", "exec")


def test_a_script_of_too_many_numbers_is_refused():
    lab = Lab(data="digits", samples=1797, hidden=(512, 512, 512), batch=10)
    with pytest.raises(Problem, match="numbers; the limit is 1,000,000"):
        torch_module(setup(lab, "", {}))


# -- names and hostile text

HOSTILE = [
    'x y # """\nimport os',
    "x y # '''\u2028import os; os.system('false')",
    "x y # \\\x0cimport os\r\x85import os",
    "x y # {x} %s \\N{DIGIT ONE} \u202e",
]


@pytest.mark.parametrize("program", HOSTILE)
@pytest.mark.parametrize("write", [numpy_script, pytorch_script])
def test_a_comment_stays_a_comment(program, write):
    story = story_of(program, {"x": 2.0, "y": 3.0, "import": 1.0, "os": 1.0})
    text = write(story)
    imports = [n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Import | ast.ImportFrom)]
    assert {alias.name for node in imports for alias in node.names} <= {
        "numpy",
        "torch",
        "torch.nn.functional",
    }
    assert "\u2028" not in text and "\x0c" not in text and "\x85" not in text and "\r" not in text


@pytest.mark.parametrize(
    "text", ["a\nb", "a\rb", "a\x0bb\x0cc", "a\x85b\u2028c\u2029d", 'x """ \\', "\u202ex"]
)
def test_comment_lines_hold_any_text(text):
    lines = comments(text)
    assert all(line.startswith("#") and line.isprintable() for line in lines)
    assert ast.parse("\n".join(lines)).body == []


NAMES = ["print", "np", "torch", "lambda", "is", "self", "values", "F", "Net", "len", "passes", "dx", "None"]
NAMES += ["x′", "α", "λ", "training", "eval", "h", "check", "ß", "ﬁ", "type", "float", "loss", "net", "rows"]


@pytest.mark.parametrize("wish", NAMES)
@pytest.mark.parametrize("write", [numpy_script, pytorch_script])
def test_names_of_any_kind_end_as_identifiers(wish, write):
    story = story_of(f"{wish} x + {wish}^2", {canonical(wish): 2.0, "x": 3.0})
    text = write(story)
    compile(text, "script", "exec")
    if write is numpy_script:
        assert executed(text)[0]["f"] == 10
    tree = ast.parse(text)
    stored = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    assert not stored & {*dir(builtins), *(["np"] if write is numpy_script else ["torch", "F"])}


def test_identifiers_are_unique_and_never_taken():
    names = Identifiers(["np"])
    found = [
        names.new(wish) for wish in ["x", "x", "np", "λ", "lambda", "1/2", "__x", "if", "print", "x′", "·"]
    ]
    assert len(set(found)) == len(found)
    assert all(text.isidentifier() and not keyword.iskeyword(text) for text in found)
    assert not {*found} & {"np", "print"}
    assert not any(text.startswith("__") for text in found)


def test_names_of_modules_are_avoided_in_a_net():
    values = {"W": np.zeros((3, 4)), "training": np.zeros(3)}
    lines, _ = forward_of(IRIS, "s = W x + training\nL = cross_entropy(s, k)", values)
    assert "s = x @ self.W.T + self.training_" in lines
    assert "training" in OF_MODULES


def test_templates_keep_their_brackets():
    parts = {"x": filled("a + b", {}), "y": filled("-c", {})}
    assert printed(filled("x * y ** x", parts)) == "(a + b) * (-c) ** (a + b)"
    assert printed(name("self.W")) == "self.W"


def test_literals_read_back():
    for value in (
        1e-300,
        -0.0,
        np.inf,
        -np.inf,
        [1.5, np.nan],
        RNG.normal(size=(3, 40)),
        np.zeros((2, 2, 2)),
    ):
        text = literal(frozen(value), "np")
        np.testing.assert_array_equal(np.array(eval(text, {"np": np})), value)
        assert all(len(line) <= 102 for line in text.splitlines())


# -- PyTorch, executed


def under_torch(text):
    """The lines a script prints."""
    import torch

    usual, lines = torch.get_default_dtype(), []
    space = {"print": lambda *words: lines.append(" ".join(map(str, words))), "__name__": "__main__"}
    try:
        exec(compile(text, "net.py", "exec"), space)
    finally:
        torch.set_default_dtype(usual)
    return lines


def test_a_training_script_keeps_its_own_names_for_itself():
    _, text = forward_of(Lab(samples=20))
    tree = ast.parse(text)
    used = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
    used |= {n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.ClassDef)}
    program = {"x", "t", "a1", "a2", "y", "L"}
    assert {n for n in used if n[:2] != "__"} - program <= {*TAKEN, *OF_MODULES, *dir(builtins)}


@pytest.mark.torch
@NEEDS_TORCH
@pytest.mark.parametrize("old, new", [("f, 6.0", "f, 6.00001"), ("x.grad, 3.0", "x.grad, 3.00001")])
def test_a_wrong_number_fails_the_scripts_own_assertion(old, new):
    text = pytorch_script(story_of("x y", {"x": 2.0, "y": 3.0}))
    assert old in text
    with pytest.raises(AssertionError, match="is not"):
        under_torch(text.replace(old, new))


@pytest.mark.torch
@NEEDS_TORCH
def test_the_reserved_names_are_those_of_pytorch():
    import torch

    assert {n for n in dir(torch.nn.Module()) if not n.startswith("_")} <= {*OF_MODULES, *dir(builtins)}


@pytest.mark.torch
@NEEDS_TORCH
@pytest.mark.parametrize(("program", "values"), STORIES, ids=titled)
def test_pytorch_finds_the_steppers_numbers(program, values):
    assert under_torch(pytorch_script(story_of(program, values)))


LABS = {
    "signs": (Lab(samples=40, hidden=(4, 2)), "", {}),
    "classes": (Lab(data="spiral3", samples=60, activation="leaky_relu", optimizer="rmsprop"), "", {}),
    "digits": (Lab(data="digits", samples=50, hidden=(12,), activation="relu", optimizer="adam"), "", {}),
    "regression": (Lab(data="plane", samples=40, activation="elu", decay=0.1, optimizer="adamw"), "", {}),
    "one feature": (Lab(data="sine", samples=40, activation="silu", optimizer="adagrad"), "", {}),
    "momentum": (Lab(samples=40, activation="softplus", momentum=0.9, test_percent=0, batch=7), "", {}),
    "playground": (Lab(samples=40, activation="linear", optimizer="playground"), "", {}),
    "numbers": (Lab("program", "gauss", 40), "y = σ(w1 x1 + w2 x2 + b); L = bce(y, t)", {}),
    "scores": (Lab("program", "gauss", 40), "s = w·x + b; L = bce_logits(s, t) + λ ‖w‖^2", {}),
    "hinge": (Lab("program", "gauss", 40), "s = w·[x1, x2, 1]; L = hinge(s, t)", {"w": np.ones(3)}),
    "one-hot": (
        Lab("program", "iris", 40),
        "p = softmax(W x + b); L = -sum(t ⊙ ln(p)) + mse(p, t) + max(p) c - norm(p)",
        {"W": np.ones((3, 4)) / 9, "b": np.zeros(3), "t": np.zeros(3), "c": 0.1},
    ),
    "softmax": (IRIS, "p = softmax(W x + b); L = -ln(p[k])", {"W": np.ones((3, 4)) / 9, "b": np.zeros(3)}),
    "image": (
        Lab("program", "digits", 40),
        "h = sum(tanh(A x + B) ⊙ C) + (u x)·v + mean(x); s = h w; L = cross_entropy(s, k)",
        {
            "x": np.zeros((8, 8)),
            "A": RNG.normal(size=(8, 8)) / 9,
            "B": np.zeros((8, 8)),
            "C": RNG.normal(size=(8, 8)) / 9,
            "u": RNG.normal(size=8),
            "v": RNG.normal(size=8),
            "w": RNG.normal(size=10),
        },
    ),
    "batches of all": (
        Lab("program", "gauss", 40, rate=1e-7),
        "a = W x; B = a x^T; d = x·x + a·a; e = B x + x B + (B^T B) x;"
        "L = (d + sum(e) + c - t)^2 + sum(B ⊙ [x, a]) + sum([a[0], 1, c] ⊙ [1, 2, 3]) + W[0]·x + x·W[1]"
        "+ outer(x, x)[0, 1] + logsumexp(a) sum(log_softmax(a)) + sum(d) + max(a) + min(a) + x[k]"
        "+ mean(d) W[1, 0] + max(d) c + min(d) c + sum(affine(W, x, [c, 1])) + sum(affine(B, x, a))"
        "+ ‖d‖ c + mse(x, a) + mse(d, c) + bce(σ(d), σ(c)) + sum(clip(a, -1, c)) + min(B)"
        "+ x[[t > 0]] + [1, 2][[t > 0]] c + cross_entropy(x, 1) + cross_entropy(x, k)"
        "+ cross_entropy([c, 1], [t > 0])",
        {"W": RNG.normal(size=(2, 2)) / 3, "c": 0.1, "k": 1.0},
    ),
    "convolution": (
        Lab("program", "digits", 40, rate=0.01),
        "h = maxpool(relu(conv2d(x, W, 1, 1) + b)); a = dropout(flatten(h), 0, 3);"
        "s = U a + c a[1:11]; L = cross_entropy(s, k) + λ l2(U) + c mean(W[0, 0] ⊙ x[2:5, 1:4])",
        {
            "x": np.zeros((8, 8)),
            "W": RNG.normal(size=(3, 3, 3)) / 9,
            "b": np.zeros((3, 1, 1)),
            "U": RNG.normal(size=(10, 48)) / 9,
            "c": 0.1,
        },
    ),
    "sum": (Lab("program", "gauss", 40, rate=0.001, reduction="sum"), "y = w·x + b; L = (y - t)^2", {}),
    "perceptron": (Lab("program", "gauss", 40, optimizer="rosenblatt"), "y = step(w·x + b)", {}),
    "adaline": (Lab("program", "gauss", 40, optimizer="delta"), "s = w·x + b; y = step(s); L = |t - y|", {}),
    "no data": (Lab("program", "none"), "(w1 - 3)^2 + (w2 + 1)^2 w1^2", {"w1": 1.0, "w2": 1.0}),
}


@pytest.mark.parametrize("lab", LABS)
def test_a_training_script_compiles(lab):
    forward_of(*LABS[lab])


def trained_alike(made):
    """A setup's script trains under PyTorch as the trainer does here."""
    text = torch_module(made).replace("epochs = 100", "epochs = 10")
    trainer = made.trainer()
    lines = under_torch(text)
    while trainer.epoch < 10:
        before = trainer.record().train_loss
        trainer.step()
    expected = trainer.record().train_loss if made.dataset else before
    assert lines[0].endswith("and its gradients are those of Chainlight")
    assert float(lines[1].split()[-1]) == pytest.approx(expected, rel=1e-6, abs=1e-9)
    if trainer.test_data:
        assert float(lines[2].split()[-1]) == pytest.approx(trainer.record().test_loss, rel=1e-6, abs=1e-9)


@pytest.mark.torch
@NEEDS_TORCH
@pytest.mark.parametrize("lab", LABS)
def test_pytorch_trains_as_chainlight_does(lab):
    settings, program, values = LABS[lab]
    trained_alike(setup(settings, program, values_of(values)))


RULES = {
    "sgd": ("sgd", {"momentum": 0.9, "nesterov": True, "weight_decay": 0.1}),
    "sgd without momentum": ("sgd", {"weight_decay": 0.1}),
    "adam": ("adam", {"beta1": 0.5, "beta2": 0.9, "eps": 0.1, "weight_decay": 0.1}),
    "adamw": ("adamw", {"weight_decay": 0.3}),
    "rmsprop": ("rmsprop", {"alpha": 0.5, "momentum": 0.9, "weight_decay": 0.1}),
    "adagrad": ("adagrad", {"eps": 0.1, "weight_decay": 0.1}),
    "playground l1": ("playground", {"l1": 0.02}),
    "playground l2": ("playground", {"l2": 0.02}),
}


def ruled(rule):
    """A setup with an update rule whose numbers are not the usual ones."""
    name, hyper = RULES[rule]
    made = setup(Lab(samples=40, hidden=(3,), activation="tanh"), "", {})
    return replace(made, settings=replace(made.settings, optimizer=name, hyper={"lr": 0.05, **hyper}))


def without_twin(monkeypatch, rule):
    monkeypatch.setattr(OPTIMIZERS[RULES[rule][0]], "torch", "")


def test_an_optimizer_of_torch_gets_the_numbers_that_are_not_its_own():
    assert (
        "torch.optim.Adam(net.parameters(), lr=0.05, betas=(0.5, 0.9), eps=0.1, weight_decay=0.1)"
        in torch_module(ruled("adam"))
    )


def test_a_rule_that_torch_does_not_have_goes_into_the_script():
    text = torch_module(ruled("playground l1"))
    assert unknown_names(text) == set()
    assert "class Playground(torch.optim.Optimizer):" in text
    groups = '[{"params": [net.W1, net.w2]}, {"params": [net.b1, net.b2], "l1": 0.0}]'
    assert f'    optimizer = Playground({groups}, {{"lr": 0.05, "l1": 0.02}})\n' in text
    step = [
        "lr, l1 = group['lr'], group['l1']".replace("'", '"'),
        "u = w - lr * g",
        "v = u - lr * (l1 * (1 - 2 * (1.0 * (w < 0))))",
        "w.copy_((1 - dead) * v)",
        "state.update(dead=dead)",
    ]
    places = [text.index(f"{line}\n") for line in step]
    assert places == sorted(places)


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_can_be_written_out(rule, monkeypatch):
    without_twin(monkeypatch, rule)
    text = torch_module(ruled(rule))
    assert unknown_names(text) == set()
    assert "torch.optim.Optimizer" in text and text.count("torch.optim.") == 1


def with_warm(monkeypatch):
    """A setup with an optimizer that was not there before."""
    monkeypatch.setitem(OPTIMIZERS, "warm", Warm)
    made = setup(Lab(samples=40, hidden=(3,), activation="tanh"), "", {})
    return replace(made, settings=replace(made.settings, optimizer="warm", hyper={}))


def test_a_new_optimizer_is_written_with_all_that_it_needs(monkeypatch):
    text = torch_module(with_warm(monkeypatch))
    assert unknown_names(text) == set()
    assert "w -= lr * math.sqrt(1 - eps ** t) * g / (torch.sqrt(s) + eps)\n" in text
    assert "import math\n" in text and 't = state.get("t", 0) + 1\n' in text


@pytest.mark.torch
@NEEDS_TORCH
def test_pytorch_trains_by_a_new_optimizer(monkeypatch):
    trained_alike(with_warm(monkeypatch))


@pytest.mark.torch
@NEEDS_TORCH
@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("twin", [True, False])
def test_pytorch_updates_by_the_same_rule(rule, twin, monkeypatch):
    if not twin:
        without_twin(monkeypatch, rule)
    trained_alike(ruled(rule))


@pytest.mark.torch
@NEEDS_TORCH
@pytest.mark.parametrize("rule", OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_numbers_that_are_left_out_are_the_usual_ones_in_torch(rule):
    import torch

    usual = {one.name: one.default for one in rule.hyperparameters}
    call = ast.parse(rule.torch, mode="eval").body
    there = inspect.signature(getattr(torch.optim, call.func.attr)).parameters
    for word in call.keywords:
        if word.arg != "lr":
            here = eval(ast.unparse(word.value), dict(usual))
            assert there[word.arg].default == here


DROPPING = {
    "data": (
        Lab("program", "iris", 40, batch=8),
        "s = U dropout(tanh(W x), 0.4, 3); L = cross_entropy(s, k) + l2(dropout([1, c]))",
        {"W": np.ones((5, 4)) / 3, "U": RNG.normal(size=(3, 5)), "c": 0.5},
    ),
    "no data": (Lab("program", "none"), "sum((dropout(w, 0.4) - 1)^2)", {"w": np.zeros(20)}),
    "a constant": (Lab("program", "none"), "w dropout(1, 0.5) + w^2", {"w": 2.0}),
}


@pytest.mark.parametrize("lab", DROPPING)
def test_a_training_script_drops_as_one_does_in_pytorch(lab):
    lines, text = forward_of(*DROPPING[lab])
    assert any("F.dropout(" in line and ", self.training)" in line for line in lines)
    assert "    # F.dropout draws other masks than Chainlight, so the losses are not the same\n" in text
    check = text[text.index("def check(") : text.index("# -- numbers")]
    assert "    net = Net()\n    net.eval()  # nothing is dropped\n" in check
    looked = (
        text[text.index("def whole_loss(") : text.index("def check(")] if "def whole_loss(" in text else ""
    )
    assert (looked.count("net.eval()"), looked.count("net.train()")) == (bool(looked),) * 2


def test_only_a_script_that_drops_says_so():
    _, text = forward_of(*LABS["signs"])
    assert "dropout" not in text and "net.eval()" not in text


@pytest.mark.torch
@NEEDS_TORCH
@pytest.mark.parametrize("lab", DROPPING)
def test_a_script_that_drops_is_checked_with_nothing_dropped(lab):
    _, text = forward_of(*DROPPING[lab])
    lines = under_torch(text.replace("epochs = 100", "epochs = 20"))
    assert lines[0].endswith("and its gradients are those of Chainlight")
    losses = [float(line.split()[-1]) for line in lines[1:]]
    assert len(losses) == 2 + ("test_data" in text)
    assert np.all(np.isfinite(losses))
    with pytest.raises(AssertionError, match=r"the loss is|^d\w+ is"):
        under_torch(text.replace("    net.eval()  # nothing is dropped\n    ", "    ", 99))


# -- the command


@pytest.fixture
def export(capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)

    def run_command(*words):
        status = cli.main(["export", *words])
        return status, *capsys.readouterr()

    return run_command


def test_a_formula_goes_to_stdout_or_to_a_file(export):
    status, out, err = export("(x+y)z", "x=-2", "y=5", "z=-4", "-o", "-")
    assert (status, err) == (0, "")
    assert "f = (x + y) * z" in out and "import torch" in out
    assert export("(x+y)z", "x=-2", "y=5", "z=-4", "--numpy", "-o", "net.py") == (0, "", "")
    assert "import numpy as np" in Path("net.py").read_text(encoding="utf-8")


def test_a_project_goes_with_its_training(export):
    lab = Lab(samples=20)
    Path("a.chainlight").write_text(dumps(Document("x^2", {"x": 3.0}, lab=lab)), encoding="utf-8")
    assert "class Net(torch.nn.Module):" in export("a.chainlight")[1]
    assert "f = x ** 2\n" in export("a.chainlight", "--formula")[1]
    assert "f = x ** 2.0\n" in export("a.chainlight", "--numpy")[1]
    assert "x = np.float64(4.0)" in export("a.chainlight", "x=4", "--numpy")[1]


REFUSED = [
    (["x y", "x=2"], "y has no value"),
    (["x", "x=2", "-o", "net.pt"], "An export is a .py or .onnx file, not net.pt"),
    (["x", "x=2", "-o", "no/net.py"], "The folder no does not exist"),
    (["b.chainlight"], "No name of the program takes the data"),
    (["a.chainlight", "x=4"], "The lab chooses the values to start from"),
    (["a.chainlight", "--output", "f"], "The lab chooses the output"),
]


@pytest.mark.parametrize(("words", "said"), REFUSED)
def test_what_cannot_be_exported_is_said(export, words, said):
    Path("a.chainlight").write_text(dumps(Document("x^2", {"x": 3.0})), encoding="utf-8")
    program = Document("q^2 p", {"q": 3.0, "p": 1.0}, lab=Lab("program"))
    Path("b.chainlight").write_text(dumps(program), encoding="utf-8")
    status, out, err = export(*words)
    assert (status, out) == (2, "")
    assert said in err
    assert words[0][-11:] != ".chainlight" or "--formula" in err
