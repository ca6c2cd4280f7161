"""Exported scripts: they run elsewhere and find Chainlight's numbers; nothing typed becomes code."""

import ast
import builtins
import json
import keyword
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from app.cli import main as cli
from core.base.arrays import frozen
from core.export.code import Identifiers, comments, filled, literal, name, printed
from core.export.numpy import script as numpy_script_file
from core.export.numpy.helpers import HELPERS, NEEDS
from core.export.numpy.rules import NUMPY
from core.export.numpy.script import numpy_script
from core.export.torch.script import pytorch_script
from core.notation.names import canonical
from core.notation.tree import Call, walk
from core.ops import OPS
from core.ops.image_kernels import conv2d, maxpool
from core.ops.kernels import KERNELS
from core.passes.stepper import run
from core.project.document import Document, dumps
from core.training.settings import TrainingSettings
from tests.exported import (
    HOSTILE,
    PROGRAMS,
    RNG,
    TRACES,
    VALUES,
    executed,
    titled,
    trace_of,
    unknown_names,
)

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


@pytest.mark.parametrize("seed", [-2.0, frozen([0, 1, 0]), frozen([1, 0.5, -1])], ids=str)
def test_a_chosen_seed_goes_into_the_scripts(seed):
    text, output = ("h = 2 x; p = softmax(h); h[0] x[1]", "f" if isinstance(seed, float) else "p")
    trace = run(text, {"x": frozen([0.5, -1, 2])}, output, seed)
    _, gradients, lines = executed(numpy_script(trace))
    np.testing.assert_allclose(gradients["x"], trace.last.gradient("x"), rtol=1e-12)
    assert lines[-1] == "the gradients of 1 inputs equal the centred differences"
    assert f"{output}.backward(torch.tensor(" in pytorch_script(trace)


@pytest.mark.parametrize(("program", "values"), TRACES, ids=titled)
def test_a_numpy_script_finds_the_steppers_numbers(program, values):
    trace = trace_of(program, values)
    text = numpy_script(trace)
    assert unknown_names(text) == set()
    found, gradients, lines = executed(text)
    nodes = trace.graph.nodes.values()
    named = [n for n in nodes if n.op != "constant" or (n.shape and not trace.graph.is_setting(n.name))]
    assert len(found) == len(named)
    for called, node in zip(found, named, strict=True):
        np.testing.assert_allclose(found[called], trace.last.value(node.name), rtol=1e-12, atol=1e-14)
        assert (called in gradients) == (trace.last.gradient(node.name) is not None)
        if called in gradients:
            expected = trace.last.gradient(node.name)
            assert np.shape(gradients[called]) == np.shape(expected)
            np.testing.assert_allclose(gradients[called], expected, rtol=1e-10, atol=1e-12)
    assert lines[0].split() == ["name", "value", "gradient"]


@pytest.mark.parametrize("program", PROGRAMS)
def test_gradients_of_inputs_are_asserted_where_the_function_is_smooth(program):
    text = numpy_script(trace_of(program))
    if "stop" in program:
        assert "# not compared, for there is a kink, a stop or too much to compute: c\n" in text
    else:
        assert "not compared" not in text


def test_a_numpy_script_runs_with_numpy_alone(tmp_path):
    trace = trace_of(PROGRAMS[5])
    out = in_python(numpy_script(trace), tmp_path, DUMP)
    table, dumped = out.split("DUMPED")
    assert "the gradients of 4 inputs equal the centred differences" in table
    found, gradients, modules = json.loads(dumped)
    assert not {"core", "app", "PySide6"} & set(modules)
    assert found["f"] == pytest.approx(trace.last.value("f"), rel=1e-12)
    for node in "VWxb":
        np.testing.assert_allclose(gradients[node], trace.last.gradient(node), rtol=1e-12)


def test_a_wrong_gradient_fails_the_scripts_own_assertion():
    text = numpy_script(trace_of("x^2 c", {"x": 3.0, "c": 2.0}))
    wrong = text.replace("dx += ", "dx += 0.001 + ", 1)
    wrong = wrong.replace("dv1 += ", "dv1 += 0.001 + ", 1)
    assert wrong != text
    with pytest.raises(AssertionError, match="the gradient of x is"):
        executed(wrong)


@pytest.mark.parametrize(("size", "most"), [(50, 50), (300, 27)])
def test_the_larger_the_arrays_the_fewer_entries_are_compared(size, most):
    text = numpy_script(trace_of("sum(tanh(W x))", {"W": np.eye(size), "x": np.ones(size)}))
    assert f'for name, most in [("W", {most}), ("x", {most})]:' in text


def test_too_much_to_compute_is_not_compared(monkeypatch):
    monkeypatch.setattr(numpy_script_file, "MOST_WORK", 100)
    text = numpy_script(trace_of("sum(x ⊙ x)", {"x": np.ones(1000)}))
    assert "# not compared, for there is a kink, a stop or too much to compute: x\n" in text


def test_the_lines_are_those_of_the_listing():
    text = numpy_script(trace_of("q = x + y; f = q z", {"x": -2, "y": 5, "z": -4}))
    lines = [line.strip() for line in text.splitlines()]
    for line in ("q = x + y", "f = q * z", "dq += df * z", "dz += df * q", "dx += dq", "dy += dq"):
        assert line in lines
    assert "dx += dout * (2.0 * x)" in numpy_script(trace_of("out = x^2", {"x": 3.0}))


def test_a_long_sum_is_no_deep_expression():
    terms = " + ".join(f"w{i} x" for i in range(1100))
    trace = trace_of(terms, {f"w{i}": 0.5 for i in range(1100)} | {"x": 2.0})
    assert max(map(len, pytorch_script(trace).splitlines())) < 200
    compile(pytorch_script(trace), "net.py", "exec")
    assert executed(numpy_script(trace))[1]["x"] == 550


def test_the_document_shows_the_lines_that_are_written():
    text = (Path(__file__).parents[2] / "docs" / "export.md").read_text(encoding="utf-8")
    trace = trace_of("y = σ(w·x + b)", {"w": [2, -3], "x": [-1, -2], "b": -3})
    written = (pytorch_script(trace) + numpy_script(trace)).splitlines()
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


# -- names and hostile text


@pytest.mark.parametrize("program", HOSTILE)
@pytest.mark.parametrize("write", [numpy_script, pytorch_script])
def test_a_comment_stays_a_comment(program, write):
    trace = trace_of(program, {"x": 2.0, "y": 3.0, "import": 1.0, "os": 1.0})
    text = write(trace)
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
    trace = trace_of(f"{wish} x + {wish}^2", {canonical(wish): 2.0, "x": 3.0})
    text = write(trace)
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
    settings = TrainingSettings(samples=20)
    Path("a.chainlight").write_text(dumps(Document("x^2", {"x": 3.0}, training=settings)), encoding="utf-8")
    assert "class Net(torch.nn.Module):" in export("a.chainlight")[1]
    assert "f = x ** 2\n" in export("a.chainlight", "--formula")[1]
    assert "f = x ** 2.0\n" in export("a.chainlight", "--numpy")[1]
    assert "x = np.float64(4.0)" in export("a.chainlight", "x=4", "--numpy")[1]


REFUSED = [
    (["x y", "x=2"], "y has no value"),
    (["x", "x=2", "-o", "net.pt"], "An export is a .py or .onnx file, not net.pt"),
    (["x", "x=2", "-o", "no/net.py"], "The folder no does not exist"),
    (["b.chainlight"], "No name of the program takes the data"),
    (["a.chainlight", "x=4"], "The training chooses the values to start from"),
    (["a.chainlight", "--output", "f"], "The training chooses the output"),
]


@pytest.mark.parametrize(("words", "said"), REFUSED)
def test_what_cannot_be_exported_is_said(export, words, said):
    Path("a.chainlight").write_text(dumps(Document("x^2", {"x": 3.0})), encoding="utf-8")
    program = Document("q^2 p", {"q": 3.0, "p": 1.0}, training=TrainingSettings("program"))
    Path("b.chainlight").write_text(dumps(program), encoding="utf-8")
    status, out, err = export(*words)
    assert (status, out) == (2, "")
    assert said in err
    assert words[0][-11:] != ".chainlight" or "--formula" in err
