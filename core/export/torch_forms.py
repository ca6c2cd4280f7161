"""How each operation is written in PyTorch: the one table, and which of an operation's forms fits.

FORMS       the forms of every operation, the first that fits is taken
chosen      the form for a case; Problem where there is none
"""

from collections.abc import Mapping, Sequence

from core.dataclass import dataclass
from core.errors import Problem
from core.ops import OPS


@dataclass(frozen=True, slots=True)
class Case:
    """Where an operation is used: its ports whose values come in batches, and those that are plain numbers.

    `rank` is the number of axes of one example's result before a reduction; `alike` says that all operands
    are tensors of one shape.
    """

    batched: frozenset[str]
    numbers: frozenset[str]
    rank: int
    alike: bool


@dataclass(frozen=True, slots=True)
class Form:
    """A PyTorch expression of an operation's inputs; `dims` are the axes of one example.

    plain     the inputs that may be plain numbers; elsewhere a number becomes a tensor
    numbers   the inputs that must be plain numbers for this form
    batched   the inputs that must come in batches, and no others; None if it makes no difference
    rank      the rank an example must have; None if it makes no difference
    alike     whether the operands must have one shape
    """

    text: str
    plain: str = ""
    numbers: str = ""
    batched: str | None = None
    rank: int | None = None
    alike: bool = False

    def fits(self, case: Case) -> bool:
        return (
            set(self.numbers.split()) <= case.numbers
            and (self.batched is None or set(self.batched.split()) == case.batched)
            and (self.rank is None or self.rank == case.rank)
            and (case.alike or not self.alike)
        )


def _reduction(text: str, of_number: str) -> list[Form]:
    """Over all axes of an example; a batch of numbers has none."""
    return [
        Form(f"{text}(x)", batched=""),
        Form(of_number, batched="x", rank=0),
        Form(f"{text}(x, dim=dims)", batched="x"),
    ]


def _loss(text: str, ports: str) -> list[Form]:
    x, t = ports.split()
    return [
        Form(f"{text}({x}, {t}, reduction='none')", alike=True),
        Form(f"{text}(*torch.broadcast_tensors({x}, {t}), reduction='none')"),
    ]


ARITHMETIC = {
    "add": "x + y",
    "sub": "x - y",
    "mul": "x * y",
    "div": "x / y",
    "pow": "x ** y",
    "greater": "(x > y) * 1.0",
    "less": "(x < y) * 1.0",
    "at_least": "(x >= y) * 1.0",
    "at_most": "(x <= y) * 1.0",
    "equal": "(x == y) * 1.0",
}
OF_ONE = {
    "neg": "-x",
    "copy": "x",
    "exp": "torch.exp(x)",
    "log": "torch.log(x)",
    "log2": "torch.log2(x)",
    "log10": "torch.log10(x)",
    "sqrt": "torch.sqrt(x)",
    "abs": "torch.abs(x)",
    "sign": "torch.sign(x)",
    "step": "(x > 0) * 1.0",
    "sigmoid": "torch.sigmoid(x)",
    "tanh": "torch.tanh(x)",
    "relu": "torch.relu(x)",
    "silu": "F.silu(x)",
    "softplus": "F.softplus(x)",
    "softsign": "F.softsign(x)",
    "sin": "torch.sin(x)",
    "cos": "torch.cos(x)",
    "tan": "torch.tan(x)",
    "arctan": "torch.atan(x)",
    "sinh": "torch.sinh(x)",
    "cosh": "torch.cosh(x)",
    "stop_gradient": "x.detach()",
    "row": "x.unsqueeze(-2)",
    "softmax": "torch.softmax(x, dim=-1)",
    "log_softmax": "torch.log_softmax(x, dim=-1)",
    "logsumexp": "torch.logsumexp(x, dim=-1)",
}
FORMS: Mapping[str, Sequence[Form]] = {
    **{op: [Form(text, plain="x y")] for op, text in ARITHMETIC.items()},
    **{op: [Form(text)] for op, text in OF_ONE.items()},
    # ties share the gradient evenly, which clamp does not
    "maximum": [Form("torch.maximum(x, y)")],
    "minimum": [Form("torch.minimum(x, y)")],
    "clip": [Form("x.clamp(min=a).clamp(max=b)", plain="a b")],
    "leaky_relu": [
        Form("F.leaky_relu(x, α)", plain="α", numbers="α"),
        Form("torch.where(x > 0, x, α * x)"),
    ],
    "elu": [
        Form("F.elu(x, α)", plain="α", numbers="α"),
        Form("torch.relu(x) + α * (torch.exp(x.clamp(max=0)) - 1)"),
    ],
    "dot": [
        Form("torch.sum(x * y, dim=-1)", batched="x y"),
        Form("y @ x", batched="y"),
        Form("x @ y"),
    ],
    "matvec": [
        Form("(W @ x.unsqueeze(-1)).squeeze(-1)", batched="W x"),
        Form("x @ W.T", batched="x"),
        Form("W @ x"),
    ],
    "vecmat": [
        Form("(x.unsqueeze(-2) @ W).squeeze(-2)", batched="x W"),
        Form("x @ W"),
    ],
    "matmul": [Form("X @ Y")],
    "outer": [
        Form("torch.outer(x, y)", batched=""),
        Form("x.unsqueeze(-1) * y.unsqueeze(-2)"),
    ],
    "transpose": [Form("X.T", batched=""), Form("X.mT")],
    "pick": [
        Form("x[:, k]", plain="k", numbers="k", batched="x"),
        Form("x[k]", plain="k", numbers="k"),
        Form("x[torch.arange(len(x)), k.long()]", batched="x k"),
        Form("x[:, k.long()]", batched="x"),
        Form("x[k.long()]"),
    ],
    "stack": [Form("torch.stack(parts, dim=dims)")],
    "cross_entropy": [
        Form("torch.logsumexp(s, dim=-1) - s[:, k]", plain="k", numbers="k", batched="s"),
        Form("torch.logsumexp(s, dim=-1) - s[k]", plain="k", numbers="k"),
        Form("F.cross_entropy(s, k.long(), reduction='none')", batched="s k"),
        Form("torch.logsumexp(s, dim=-1) - s[:, k.long()]", batched="s"),
        Form("torch.logsumexp(s, dim=-1) - s[k.long()]", batched="k"),
        Form("F.cross_entropy(s, k.long())"),
    ],
    "mse": [
        Form("torch.mean((y - t) ** 2)", plain="y t", batched=""),
        Form("(y - t) ** 2", plain="y t", rank=0),
        Form("torch.mean((y - t) ** 2, dim=dims)", plain="y t"),
    ],
    "bce": _loss("F.binary_cross_entropy", "p t"),
    "bce_logits": _loss("F.binary_cross_entropy_with_logits", "z t"),
    "hinge": [Form("torch.relu(1 - t * y)", plain="y t")],
    "sum": _reduction("torch.sum", "x"),
    "mean": _reduction("torch.mean", "x"),
    "largest": _reduction("torch.amax", "x"),
    "smallest": _reduction("torch.amin", "x"),
    "norm": _reduction("torch.linalg.vector_norm", "torch.abs(x)"),
}


def chosen(op: str, case: Case) -> Form:
    """The form of an operation that fits. Raises Problem if PyTorch has none for it."""
    for form in FORMS.get(op, ()):
        if form.fits(case):
            return form
    called = OPS[op].call or OPS[op].symbol
    raise Problem(f"{called} cannot be written in PyTorch yet", hint="Export the NumPy script instead")


def is_flat(op: str) -> bool:
    """Whether no gradient passes an operation at all, so that PyTorch does not follow it."""
    return OPS[op].elementwise and all(rule.text == "0" for rule in OPS[op].local.values())
