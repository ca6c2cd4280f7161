"""How each operation is written in PyTorch: the one table.

FORMS    the forms of every operation, the first that fits is taken
chosen   the form for a case; Problem where there is none
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product

from core.base.errors import Problem
from core.export.cases import Case, Form
from core.ops import OPS

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
    "gelu": "F.gelu(x)",
    "selu": "F.selu(x)",
    "softplus": "F.softplus(x)",
    "softsign": "F.softsign(x)",
    "hard_sigmoid": "F.hardsigmoid(x)",
    "sin": "torch.sin(x)",
    "cos": "torch.cos(x)",
    "tan": "torch.tan(x)",
    "arctan": "torch.atan(x)",
    "sinh": "torch.sinh(x)",
    "cosh": "torch.cosh(x)",
    "erf": "torch.erf(x)",
    "stop_gradient": "x.detach()",
    "row": "x.unsqueeze(-2)",
    "softmax": "torch.softmax(x, dim=-1)",
    "log_softmax": "torch.log_softmax(x, dim=-1)",
    "logsumexp": "torch.logsumexp(x, dim=-1)",
    "argmax": "torch.argmax(x, dim=-1) * 1.0",
    "maxpool": "maxpool(x, window, stride)",
    "softmax_rows": "torch.softmax(X, dim=-1)",
    "log_softmax_rows": "torch.log_softmax(X, dim=-1)",
    "logsumexp_rows": "torch.logsumexp(X, dim=-1)",
    "argmax_rows": "torch.argmax(X, dim=-1) * 1.0",
}


def _reduction(function: str, what: str = "x", of_number: str = "") -> list[Form]:
    """Over all axes of an example; a batch of numbers has none."""
    return [
        Form(f"{function}({what})", batched=""),
        Form(of_number or what, batched="x", ranks=(0,)),
        Form(f"{function}({what}, dim=dims)", batched="x"),
    ]


def _errors(function: str) -> list[Form]:
    """Over all axes of the squared errors."""
    return [
        Form(f"{function}((y - t) ** 2)", plain="y t", batched=""),
        Form("(y - t) ** 2", plain="y t", ranks=(0, 0)),
        Form(f"{function}((y - t) ** 2, dim=dims)", plain="y t"),
    ]


def _loss(function: str, ports: str, more: str = "", numbers: str = "") -> list[Form]:
    """A loss that PyTorch knows entry by entry."""
    end = f"reduction='none'{more}"
    x, t = ports.split()
    return [
        Form(f"{function}({x}, {t}, {end})", numbers, numbers, alike=ports),
        Form(f"{function}(*torch.broadcast_tensors({x}, {t}), {end})", numbers, numbers),
    ]


def _of_entry(
    text: str, vector: str, *, axis: str = "", numbers: str = "", free: str = "", known: str = ""
) -> list[Form]:
    """A formula with entry k of a vector at `{}`; `axis` gives the entry an axis of length 1.

    `known` is PyTorch's own function of the vector and k, for one example or where both come in batches.
    """
    both = f"{vector} k"
    entries = [
        (f"{vector}[:, k{axis}]", vector, "k"),
        (f"{vector}[k{axis}]", "", "k"),
        (f"{vector}[torch.arange(len({vector})), k.long(){axis}]", both, ""),
        (f"{vector}[:, k.long(){axis}]", vector, ""),
        (f"{vector}[k.long(){axis}]", None, ""),
    ]
    forms = [
        Form(text.format(entry), f"{k} {numbers}", f"{k} {numbers}", batched, free)
        for entry, batched, k in entries
    ]
    if known:
        of_batch = Form(f"{known}({vector}, k.long(), reduction='none')", batched=both)
        forms[2:3] = [of_batch, Form(f"{known}({vector}, k.long())", batched="")]
    return forms


def _of_rows(
    text: str, matrix: str, *, kept: bool = False, numbers: str = "", free: str = "", known: str = ""
) -> list[Form]:
    """A formula with the entry of each row that k tells at `{}`; `kept` gives the entry an axis of length 1.

    `known` is PyTorch's own function of the matrix and k, without a batch of either.
    """
    taken = "torch.take_along_dim({}, {}, -1)" + ("" if kept else ".squeeze(-1)")
    in_batch = f"{matrix}.expand(len(k), -1, -1)"
    of_each, of_all = "k.long().unsqueeze(-1)", "k.long()[:, None, None]"
    cases = [
        ("", (2, 1), matrix, of_each),
        (matrix, (2, 1), matrix, "k.long()[None, :, None]"),
        ("k", (2, 1), in_batch, of_each),
        (f"{matrix} k", (2, 1), matrix, of_each),
        ("", (2, 0), matrix, "k.long()[None, None]"),
        (matrix, (2, 0), matrix, "k.long()[None, None, None]"),
        ("k", (2, 0), in_batch, of_all),
        (f"{matrix} k", (2, 0), matrix, of_all),
    ]
    constant = f"{matrix}[..., k, None]" if kept else f"{matrix}[..., k]"
    forms = [
        Form(text.format(taken.format(x, k)), numbers, numbers, batched, free, ranks)
        for batched, ranks, x, k in cases
    ]
    if known:
        forms[0] = Form(f"{known}({matrix}, k.long(), reduction='none')", batched="", ranks=(2, 1))
    return [Form(text.format(constant), f"k {numbers}", f"k {numbers}"), *forms]


def _convolutions() -> list[Form]:
    """For pictures with channels or without, and for one filter, with channels or without, or several."""
    found = []
    for x, w in product((2, 3), (2, 3, 4)):
        picture = "x" if x == 3 else "x.unsqueeze(-3)"
        several = w > x or w == 4
        axes = ", ".join(["None"] * (4 - w))
        filters = "W" if w == 4 else "W.unsqueeze(-3)" if several else f"W[{axes}]"
        of_each = filters if several else f"W[:, {axes}]"
        end = "" if several else ".squeeze(-3)"
        shared = f"F.conv2d({picture}, {filters}, stride=stride, padding=padding){end}"
        found.append(Form(shared, batched="", free="x", ranks=(x, w)))
        for batched, axis in (("x W", "0"), ("W", "None")):
            mapped = f"torch.vmap(F.conv2d, ({axis}, 0, None, None, None))"
            text = f"{mapped}({picture}, {of_each}, None, stride, padding){end}"
            found.append(Form(text, batched=batched, ranks=(x, w)))
    return found


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
    # -- products
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
    "affine": [
        Form("F.linear(x, W, b)", batched=""),
        Form("F.linear(x, W, b)", batched="x"),
        Form("(W @ x.unsqueeze(-1)).squeeze(-1) + b"),
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
    # -- arrays
    "pick": _of_entry("{}", "x"),
    "stack": [Form("torch.stack(parts, dim=dims)")],
    "concat": [Form("torch.cat(parts, dim=dims)")],
    "cut": [Form("x[place]")],
    "reshape": [Form("x.reshape(*shape)", batched=""), Form("x.reshape(-1, *shape)")],
    "flip": [
        Form("torch.flip(x, dims=(-1,))", ranks=(1,)),
        Form("torch.flip(x, dims=(-2, -1))"),
    ],
    "flatten": [
        Form("x.flatten()", batched=""),
        Form("x.unsqueeze(-1)", ranks=(0,)),
        Form("x.flatten(1)"),
    ],
    "onehot": [Form("F.one_hot(k.long(), n) * 1.0")],
    "positional_encoding": [
        Form("positional_encoding(x.unsqueeze(-1), L)", ranks=(0,)),
        Form("positional_encoding(x, L)"),
    ],
    "dropout": [Form("F.dropout(x, p, self.training)")],
    "conv2d": _convolutions(),
    "avgpool": [
        # the batch of pictures without channels is as good as channels
        Form("F.avg_pool2d(x.unsqueeze(0), window, stride).squeeze(0)", batched="", ranks=(2,)),
        Form("F.avg_pool2d(x, window, stride)"),
    ],
    # -- reductions
    "sum": _reduction("torch.sum"),
    "mean": _reduction("torch.mean"),
    "largest": _reduction("torch.amax"),
    "smallest": _reduction("torch.amin"),
    "sum_along": [Form("torch.sum(x, dim=along)")],
    "mean_along": [Form("torch.mean(x, dim=along)")],
    "norm": _reduction("torch.linalg.vector_norm", of_number="torch.abs(x)"),
    "l1": _reduction("torch.sum", "torch.abs(x)"),
    "l2": _reduction("torch.sum", "x ** 2"),
    "elastic": [
        Form("β * x ** 2 + torch.abs(x)", plain="β", ranks=(0,)),
        Form("β * torch.sum(x ** 2) + torch.sum(torch.abs(x))", plain="β", batched=""),
        Form("β * torch.sum(x ** 2, dim=dims) + torch.sum(torch.abs(x), dim=dims)", plain="β"),
    ],
    "prod": [
        Form("torch.prod(x)", batched=""),
        Form("x", ranks=(0,)),
        Form("torch.prod(x.flatten(1), dim=-1)"),
    ],
    # -- losses
    "cross_entropy": _of_entry("torch.logsumexp(s, dim=-1) - {}", "s", known="F.cross_entropy"),
    "sum_except": _of_entry("torch.sum(x, dim=-1) - {}", "x"),
    "nll": _of_entry("-torch.log({})", "p"),
    "multiclass_hinge": [
        *_of_entry(
            "torch.sum(torch.relu(s - {} + margin), dim=-1) - max(margin, 0)",
            "s",
            axis=", None",
            numbers="margin",
        ),
        *_of_entry(
            "torch.sum(torch.relu(s - {} + margin.unsqueeze(-1)), dim=-1) - torch.relu(margin)",
            "s",
            axis=", None",
            free="margin",
        ),
    ],
    "cross_entropy_rows": _of_rows("torch.logsumexp(S, dim=-1) - {}", "S", known="F.cross_entropy"),
    "nll_rows": _of_rows("-torch.log({})", "P"),
    "multiclass_hinge_rows": [
        *_of_rows(
            "torch.sum(torch.relu(S - {} + margin), dim=-1) - max(margin, 0)",
            "S",
            kept=True,
            numbers="margin",
        ),
        *_of_rows(
            "torch.sum(torch.relu(S - {} + margin[..., None, None]), dim=-1) - torch.relu(margin)[..., None]",
            "S",
            kept=True,
            free="margin",
        ),
    ],
    "mse": _errors("torch.mean"),
    "squared_error": _errors("torch.sum"),
    "bce": _loss("F.binary_cross_entropy", "p t"),
    "bce_logits": _loss("F.binary_cross_entropy_with_logits", "z t"),
    "hinge": [Form("torch.relu(margin - t * y)", plain="y t margin")],
    "perceptron": [Form("torch.relu(-t * y)", plain="y t")],
    "huber": [
        *_loss("F.huber_loss", "y t", ", delta=δ", "δ"),
        Form("torch.where(torch.abs(y - t) <= δ, (y - t) ** 2 / 2, δ * (torch.abs(y - t) - δ / 2))"),
    ],
}


def chosen(op: str, case: Case) -> Form:
    """The form of an operation that fits. Raises Problem if PyTorch has none for it."""
    for form in FORMS.get(op, ()):
        if form.fits(case):
            return form
    called = OPS[op].call or OPS[op].symbol
    raise Problem(f"{called} cannot be written in PyTorch yet", hint="Export the NumPy script instead")
