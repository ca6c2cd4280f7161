"""What functions of NumPy, PyTorch and other languages mean, each as a tree of the program's own notation."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from core.base.errors import Problem
from core.notation.tree import Binary, Call, Indicator, Listing, Negative, Number, Tree

ONE, ZERO, TWO = Number(1.0), Number(0.0), Number(2.0)


class Foreign(Struct, frozen=True):
    """A function of another language: how many values it takes, what it stands for, its keywords in order.

    `qualified` says that it is meant only behind the name of a library, as in F.cross_entropy. A keyword
    stands for the value at its place. `along_first` says that it works along the first axis.
    """

    least: int
    most: int
    tree: Callable[..., Tree]
    keywords: tuple[str, ...] = ()
    qualified: bool = False
    along_first: bool = False


def _call(function: str) -> Callable[..., Tree]:
    return lambda *args: Call(function, args)


def _mean_of(function: str) -> Callable[..., Tree]:
    return lambda *args: Call("mean", (Call(function, args),))


def _binary(op: str) -> Callable[..., Tree]:
    return lambda x, y: Binary(op, x, y)


def chosen(condition: Tree, then: Tree, otherwise: Tree) -> Tree:
    """c·a + (1 − c)·b: a where the condition c is 1, b where it is 0; factors 1 and terms 0 are left out."""
    first = _weighed(condition, then)
    second = _weighed(Binary("-", ONE, condition), otherwise)
    if first is None or second is None:
        return first or second or Binary("⊙", ZERO, condition)
    return Binary("+", first, second)


def _weighed(weight: Tree, value: Tree) -> Tree | None:
    if isinstance(value, Number) and value.value in (0.0, 1.0):
        return weight if value.value else None
    return Binary("*", weight, value)


def _clamp(x: Tree, least: Tree | None = None, most: Tree | None = None) -> Tree:
    if least is not None and most is not None:
        return Call("clip", (x, least, most))
    if least is not None:
        return Call("max", (x, least))
    return Call("min", (x, most)) if most is not None else x


def _joined(*parts: Tree) -> Tree:
    listed = parts[0]
    return Call("concat", listed.items) if isinstance(listed, Listing) else Call("concat", parts)


def _same(x: Tree, *_: Tree) -> Tree:
    return x


def _heaviside(x: Tree, at_zero: Tree | None = None) -> Tree:
    if at_zero is None or at_zero == ZERO:
        return Call("step", (x,))
    if at_zero == ONE:
        return Indicator("≥", x, ZERO)
    raise Problem("heaviside takes 0 or 1 as its value at 0 here")


def _norm(x: Tree, p: Tree | None = None, ord: Tree | None = None) -> Tree:
    which = p or ord
    if which is None or which == TWO:
        return Call("norm", (x,))
    if which == ONE:
        return Call("l1", (x,))
    raise Problem(
        "There is no norm with this number", hint="1 adds up the sizes of the entries, 2 is the length"
    )


def _power(x: Tree, y: Tree) -> Tree:
    return Binary("^", x, y)


def _squared(x: Tree) -> Tree:
    return Binary("^", x, TWO)


# functions as titles of layers and figures write them, with the most values they take
TITLES = {
    "Tanh": ("tanh", 1),
    "LeakyReLU": ("leaky_relu", 2),
    "ELU": ("elu", 2),
    "SELU": ("selu", 1),
    "GELU": ("gelu", 1),
    "SiLU": ("silu", 1),
    "Softplus": ("softplus", 1),
    "Softsign": ("softsign", 1),
    "Softmax": ("softmax", 1),
    "LogSoftmax": ("log_softmax", 1),
    "LogSumExp": ("logsumexp", 1),
}

# losses that PyTorch makes as layers, and how their formulas are written
LOSSES = {
    "MSELoss": "mse(y, t)",
    "L1Loss": "mean(abs(y - t))",
    "HuberLoss": "mean(huber(y, t))",
    "SmoothL1Loss": "mean(huber(y, t))",
    "BCELoss": "mean(bce(p, t))",
    "BCEWithLogitsLoss": "mean(bce_logits(z, t))",
    "CrossEntropyLoss": "mean(cross_entropy(s, k))",
    "NLLLoss": "mean(nll(exp(s), k))",
}

FOREIGN: dict[str, Foreign] = {
    **{title: Foreign(1, most, _call(name)) for title, (name, most) in TITLES.items()},
    **dict.fromkeys(["dot", "matmul", "mm", "mv", "inner", "vdot"], Foreign(2, 2, _binary("@"))),
    **dict.fromkeys(["multiply", "mul"], Foreign(2, 2, _binary("⊙"))),
    "add": Foreign(2, 2, _binary("+")),
    **dict.fromkeys(["subtract", "sub"], Foreign(2, 2, _binary("-"))),
    **dict.fromkeys(["divide", "true_divide", "div"], Foreign(2, 2, _binary("/"))),
    **dict.fromkeys(["negative", "neg"], Foreign(1, 1, Negative)),
    **dict.fromkeys(["pow", "power", "float_power"], Foreign(2, 2, _power)),
    "square": Foreign(1, 1, _squared),
    "reciprocal": Foreign(1, 1, lambda x: Binary("/", ONE, x)),
    "rsqrt": Foreign(1, 1, lambda x: Binary("/", ONE, Call("sqrt", (x,)))),
    **dict.fromkeys(["transpose", "t"], Foreign(1, 1, _call("transpose"))),
    **dict.fromkeys(["absolute", "fabs"], Foreign(1, 1, _call("abs"))),
    **dict.fromkeys(["expit", "Sigmoid"], Foreign(1, 1, _call("sigmoid"))),
    **dict.fromkeys(["amax"], Foreign(1, 1, _call("max"))),
    **dict.fromkeys(["amin"], Foreign(1, 1, _call("min"))),
    **dict.fromkeys(["fmax"], Foreign(2, 2, _call("max"))),
    **dict.fromkeys(["fmin"], Foreign(2, 2, _call("min"))),
    "log1p": Foreign(1, 1, lambda x: Call("log", (Binary("+", ONE, x),))),
    "expm1": Foreign(1, 1, lambda x: Binary("-", Call("exp", (x,)), ONE)),
    "clamp": Foreign(1, 3, _clamp, ("", "min", "max")),
    "relu6": Foreign(1, 1, lambda x: Call("clip", (x, ZERO, Number(6.0)))),
    "heaviside": Foreign(1, 2, _heaviside),
    "where": Foreign(3, 3, chosen),
    **dict.fromkeys(["concatenate", "cat"], Foreign(1, 99, _joined, along_first=True)),
    **dict.fromkeys(
        ["array", "asarray", "tensor", "item", "float", "float32", "float64", "numpy"], Foreign(1, 1, _same)
    ),
    **dict.fromkeys(["MSE", "mse_loss", "MSELoss"], Foreign(2, 2, _call("mse"))),
    **dict.fromkeys(
        ["l1_loss", "mae", "MAE"],
        Foreign(2, 2, lambda y, t: Call("mean", (Call("abs", (Binary("-", y, t),)),))),
    ),
    **dict.fromkeys(["huber_loss", "smooth_l1_loss"], Foreign(2, 3, _mean_of("huber"), ("", "", "delta"))),
    "binary_cross_entropy": Foreign(2, 2, _mean_of("bce")),
    "binary_cross_entropy_with_logits": Foreign(2, 2, _mean_of("bce_logits")),
    "nll_loss": Foreign(2, 2, lambda logs, k: Call("mean", (Call("nll", (Call("exp", (logs,)), k)),))),
    "cross_entropy": Foreign(2, 2, _mean_of("cross_entropy"), qualified=True),
    "linear": Foreign(2, 3, lambda x, W, b=None: _linear(x, W, b), qualified=True),
    "norm": Foreign(1, 2, _norm, ("", "p", "ord"), qualified=True),
    "logsigmoid": Foreign(1, 1, lambda x: Call("log", (Call("sigmoid", (x,)),))),
    "reduce_sum": Foreign(1, 1, _call("sum")),
    "reduce_mean": Foreign(1, 1, _call("mean")),
    "sgn": Foreign(1, 1, _call("sign")),
}
# functions that work along the last axis here, and so with dim=-1; for a vector dim=0 is the same
ALONG_LAST = {"softmax", "log_softmax", "logsumexp", "argmax"}
ALONG_ANY = {"sum", "mean"}
# keywords of the program's own functions by their names elsewhere
KEYWORDS = {
    "negative_slope": "α",
    "alpha": "α",
    "delta": "δ",
    "beta": "β",
    "min": "a",
    "max": "b",
    "a_min": "a",
    "a_max": "b",
}
IGNORED = {"keepdims", "keepdim", "inplace", "dtype", "requires_grad"}


def _linear(x: Tree, W: Tree, b: Tree | None) -> Tree:
    """PyTorch's order: the input, the weights, the bias."""
    return Call("affine", (W, x, b)) if b is not None else Binary(" ", W, x)
