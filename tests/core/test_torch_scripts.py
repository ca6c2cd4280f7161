"""Exported PyTorch scripts: as text, and run under PyTorch where it is installed (`make test-torch`)."""

import ast
import builtins
import inspect

import numpy as np
import pytest
from msgspec.structs import replace

from core.base.errors import Problem
from core.export.code import name, printed
from core.export.torch.kernels import TORCH, Operand, plain
from core.export.torch.loop import OF_MODULES, TAKEN
from core.export.torch.module import torch_module
from core.export.torch.rules import expression
from core.export.torch.script import pytorch_script
from core.notation.tree import Call, walk
from core.ops import OPS
from core.ops.kernels import KERNELS
from core.ops.rules import Rule
from core.training.optimizers import OPTIMIZERS
from core.training.settings import TrainingSettings
from core.training.setup import setup
from tests.core.test_update_rules import Warm
from tests.exported import (
    IRIS,
    NEEDS_TORCH,
    PROGRAMS,
    RNG,
    SOFTMAX,
    TRACES,
    TRAININGS,
    titled,
    trace_of,
    under_torch,
    unknown_names,
    values_of,
)

# -- PyTorch, as text


def test_every_kernel_of_a_value_can_be_written_and_the_programs_use_nearly_all_operations():
    rules = [op.value_rule(len(op.inputs)) for op in OPS.values()]
    called = {part.function for rule in rules for part in walk(rule.computed) if isinstance(part, Call)}
    assert {name for name in called if not KERNELS[name].number} == TORCH.keys() | {"kept"}
    used = {node.op for program in PROGRAMS for node in trace_of(program).graph.nodes.values()}
    assert len(set(OPS) - used) <= len(OPS) / 20


def test_an_operation_that_cannot_be_written_is_named(monkeypatch):
    monkeypatch.delitem(TORCH, "softmax")
    with pytest.raises(Problem, match="softmax cannot be written in PyTorch yet"):
        pytorch_script(trace_of("softmax(x)[0]", {"x": [1.0, 2.0]}))


KNOWN = """
F.linear F.cross_entropy F.binary_cross_entropy F.binary_cross_entropy_with_logits F.huber_loss
F.leaky_relu F.elu F.silu F.gelu F.selu F.softplus F.softsign F.hardsigmoid F.one_hot F.conv2d
F.avg_pool2d torch.relu torch.sigmoid torch.tanh torch.softmax torch.log_softmax torch.logsumexp
torch.mean torch.outer torch.where
""".split()


def test_what_pytorch_has_is_written_as_one_knows_it():
    text = "".join(pytorch_script(trace_of(program)) for program in PROGRAMS)
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


@pytest.mark.parametrize(("program", "values"), TRACES, ids=titled)
def test_a_pytorch_script_compiles_and_all_its_names_are_known(program, values):
    text = pytorch_script(trace_of(program, values))
    assert unknown_names(text) == set()
    assert ("F." in text) == ("import torch.nn.functional as F" in text)


def test_statements_are_those_of_the_program():
    text = pytorch_script(trace_of("z = w·x + b\ny = σ(z)", {"w": [2, -3], "x": [-1, -2], "b": -3}))
    assert "w = torch.tensor([2.0, -3.0], requires_grad=True)" in text
    assert "\n".join(["z = w @ x + b", "y = torch.sigmoid(z)", "", "# backward pass", "y.backward()"]) in text
    assert 'check("dy/db", b.grad, 0.1966119332414818' in text


def test_a_name_that_is_not_imported_is_noticed():
    text = "import torch\ndef f(x):\n    return [torch.exp(x) * math.power(x, 2) for i in x]\nprint(f(y))"
    assert unknown_names(text) == {"math", "math.power", "y"}


def forward_of(settings, program="", values=()):
    text = torch_module(setup(settings, program, values_of(dict(values))))
    assert unknown_names(text) == set()
    body = text[text.index("    def forward(") : text.index("def deal(") if "def deal(" in text else None]
    return [line.strip() for line in body.splitlines()], text


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
    lines, text = forward_of(
        TrainingSettings(
            hidden=(3,), activation="sigmoid", regularisation="l2", l2_rate=0.02, samples=20, momentum=0.9
        )
    )
    assert "a1 = torch.sigmoid(x @ self.W1.T + self.b1)" in lines
    assert "y = torch.tanh(a1 @ self.w2 + self.b2)" in lines
    assert "torch.optim.SGD(net.parameters(), lr=0.03, momentum=0.9)" in text
    loop = [
        "for rows in deal(epoch, len(x)):",
        "prediction, loss = net(x[rows], t[rows])  # the forward pass",
        "optimizer.zero_grad()",
        "loss.backward()  # the backward pass: the gradients",
        "for w in [net.W1, net.w2]:",
        "w.grad += (0.02 * w).detach()  # that of the penalty",
        "optimizer.step()  # the update",
    ]
    places = [text.index(line) for line in loop]
    assert places == sorted(places)
    assert "# net = torch.nn.parallel.DistributedDataParallel(net)" in text


def test_the_distributed_lines_are_code_when_their_mark_is_taken_off():
    _, text = forward_of(TrainingSettings(samples=20))
    marks = ("# torch.dist", "# rank, world", "# device = ", "# net = ", "# rows = ")
    lines = text.splitlines()
    assert sum(line.strip().startswith(marks) for line in lines) == len(marks)
    freed = [line.replace("# ", "", 1) if line.strip().startswith(marks) else line for line in lines]
    compile("\n".join(freed), "net.py", "exec")


def test_a_script_of_too_many_numbers_is_refused():
    settings = TrainingSettings(data="digits", samples=1797, hidden=(512, 512, 512), batch=10)
    with pytest.raises(Problem, match="numbers; the limit is 1,000,000"):
        torch_module(setup(settings, "", {}))


def test_names_of_modules_are_avoided_in_a_net():
    values = {"W": np.zeros((3, 4)), "training": np.zeros(3)}
    lines, _ = forward_of(IRIS, "s = W x + training\nL = cross_entropy(s, k)", values)
    assert "s = x @ self.W.T + self.training_" in lines
    assert "training" in OF_MODULES


# -- PyTorch, executed


def test_a_training_script_keeps_its_own_names_for_itself():
    _, text = forward_of(TrainingSettings(samples=20))
    tree = ast.parse(text)
    used = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
    used |= {n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.ClassDef)}
    program = {"x", "t", "a1", "a2", "y", "L"}
    assert {n for n in used if n[:2] != "__"} - program <= {*TAKEN, *OF_MODULES, *dir(builtins)}


@pytest.mark.torch
@NEEDS_TORCH
@pytest.mark.parametrize("old, new", [("f, 6.0", "f, 6.00001"), ("x.grad, 3.0", "x.grad, 3.00001")])
def test_a_wrong_number_fails_the_scripts_own_assertion(old, new):
    text = pytorch_script(trace_of("x y", {"x": 2.0, "y": 3.0}))
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
@pytest.mark.parametrize(("program", "values"), TRACES, ids=titled)
def test_pytorch_finds_the_steppers_numbers(program, values):
    assert under_torch(pytorch_script(trace_of(program, values)))


@pytest.mark.parametrize("settings", TRAININGS)
def test_a_training_script_compiles(settings):
    forward_of(*TRAININGS[settings])


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
@pytest.mark.parametrize("settings", TRAININGS)
def test_pytorch_trains_as_chainlight_does(settings):
    settings, program, values = TRAININGS[settings]
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
    made = setup(TrainingSettings(samples=40, hidden=(3,), activation="tanh"), "", {})
    return replace(made, options=replace(made.options, optimizer=name, hyper={"lr": 0.05, **hyper}))


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
    made = setup(TrainingSettings(samples=40, hidden=(3,), activation="tanh"), "", {})
    return replace(made, options=replace(made.options, optimizer="warm", hyper={}))


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
        TrainingSettings("program", "iris", 40, batch=8),
        "s = U dropout(tanh(W x), 0.4, 3); L = cross_entropy(s, k) + l2(dropout([1, c]))",
        {"W": np.ones((5, 4)) / 3, "U": RNG.normal(size=(3, 5)), "c": 0.5},
    ),
    "no data": (TrainingSettings("program", "none"), "sum((dropout(w, 0.4) - 1)^2)", {"w": np.zeros(20)}),
    "a constant": (TrainingSettings("program", "none"), "w dropout(1, 0.5) + w^2", {"w": 2.0}),
}


@pytest.mark.parametrize("settings", DROPPING)
def test_a_training_script_drops_as_one_does_in_pytorch(settings):
    lines, text = forward_of(*DROPPING[settings])
    assert any("F.dropout(" in line and ", self.training)" in line for line in lines)
    assert "    # F.dropout draws other masks than Chainlight, so the losses are not the same\n" in text
    check = text[text.index("def check(") : text.index("# -- numbers")]
    assert "    net = Net()\n    net.eval()  # nothing is dropped\n" in check
    looked = (
        text[text.index("def whole_loss(") : text.index("def check(")] if "def whole_loss(" in text else ""
    )
    assert (looked.count("net.eval()"), looked.count("net.train()")) == (bool(looked),) * 2


def test_only_a_script_that_drops_says_so():
    _, text = forward_of(*TRAININGS["signs"])
    assert "dropout" not in text and "net.eval()" not in text


@pytest.mark.torch
@NEEDS_TORCH
@pytest.mark.parametrize("settings", DROPPING)
def test_a_script_that_drops_is_checked_with_nothing_dropped(settings):
    _, text = forward_of(*DROPPING[settings])
    lines = under_torch(text.replace("epochs = 100", "epochs = 20"))
    assert lines[0].endswith("and its gradients are those of Chainlight")
    losses = [float(line.split()[-1]) for line in lines[1:]]
    assert len(losses) == 2 + ("test_data" in text)
    assert np.all(np.isfinite(losses))
    with pytest.raises(AssertionError, match=r"the loss is|^d\w+ is"):
        under_torch(text.replace("    net.eval()  # nothing is dropped\n    ", "    ", 99))
