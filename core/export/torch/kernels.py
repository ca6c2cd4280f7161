"""How the functions of rules that do not work entry by entry are written in PyTorch: the one table.

Operand   what a function works on, for one example or for a batch whose first axis counts the examples
TORCH     an expression of the operands a, b, c, or a function that makes one for the operands at hand
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from core.base.arrays import Shape
from core.export.code import filled, name, number, printed
from core.ops.image_kernels import is_stack
from core.ops.kernels import place_of_axis


class Operand(NamedTuple):
    """An expression for a tensor of one example's shape, in `batched` with the batch's axis before it.

    With `plain` it is a number of Python's own, or a tuple of them: `value`, where that is known.
    """

    text: ast.expr
    shape: Shape = ()
    batched: bool = False
    plain: bool = False
    value: Any = None

    @property
    def tensor(self) -> ast.expr:
        """The same as a tensor."""
        if not self.plain:
            return self.text
        return filled("torch.tensor(value)", {"value": number(self.value, "torch")})


def plain(value: float) -> Operand:
    """A number of Python's own."""
    return Operand(number(value, "torch", whole=True), plain=True, value=value)


Row = str | Callable[..., str | Operand]


# -- products: the vectors of a batch are the rows of a matrix


def _dot(x: Operand, y: Operand) -> str:
    if x.batched and y.batched:
        return "torch.sum(a * b, dim=-1)"
    return "b @ a" if y.batched else "a @ b"


def _matvec(w: Operand, x: Operand) -> str:
    if w.batched and x.batched:
        return "(a @ b.unsqueeze(-1)).squeeze(-1)"
    return "b @ a.T" if x.batched else "a @ b"


def _vecmat(x: Operand, w: Operand) -> str:
    return "(a.unsqueeze(-2) @ b).squeeze(-2)" if x.batched and w.batched else "a @ b"


def _outer(x: Operand, y: Operand) -> str:
    batched = x.batched or y.batched
    return "a.unsqueeze(-1) * b.unsqueeze(-2)" if batched else "torch.outer(a, b)"


# -- over all axes of an example, or along one


def _over_all(function: str, of_number: str = "a") -> Row:
    def written(x: Operand) -> str:
        if not x.batched:
            return f"{function}(a)"
        axes = tuple(range(-len(x.shape), 0))
        return f"{function}(a, dim={axes[0] if len(axes) == 1 else axes})" if axes else of_number

    return written


def _prod(x: Operand) -> str:
    if not x.batched:
        return "torch.prod(a)"
    return "torch.prod(a.flatten(1), dim=-1)" if x.shape else "a"


def from_the_end(axis: Operand, rank: int) -> int:
    """An axis counted from the end, so that a batch makes no difference."""
    return place_of_axis(axis.value, rank) - rank


def _sum_along(x: Operand, axis: Operand) -> str:
    return f"torch.sum(a, dim={from_the_end(axis, len(x.shape))})"


def _size_along(x: Operand, axis: Operand) -> Operand:
    return plain(float(x.shape[place_of_axis(axis.value, len(x.shape))]))


def _spread_along(g: Operand, x: Operand, axis: Operand) -> Operand:
    """With an axis of length 1, which is stretched where it meets x."""
    place = place_of_axis(axis.value, len(x.shape))
    text = filled(f"a.unsqueeze({place - len(x.shape)})", {"a": g.text})
    match text:
        case ast.Call(ast.Attribute(ast.Call(ast.Attribute(whole, "squeeze"), [at])), [to]) if printed(
            at
        ) == printed(to):
            text = whole
    return Operand(text, (*g.shape[:place], 1, *g.shape[place:]), g.batched)


# -- entries by their numbers


def _pick(x: Operand, k: Operand) -> str:
    if k.plain:
        return "a[:, b]" if x.batched else "a[b]"
    if x.batched:
        return "a[torch.arange(len(a)), b.long()]" if k.batched else "a[:, b.long()]"
    return "a[b.long()]"


def _choose(x: Operand, k: Operand) -> str:
    if k.plain:
        return "a[..., b]"
    if k.shape:
        both = x.batched and k.batched
        each = "torch.take_along_dim(a, b.long().unsqueeze(-1), -1).squeeze(-1)"
        return (
            each if both or not (x.batched or k.batched) else f"a[..., torch.arange({x.shape[0]}), b.long()]"
        )
    if x.batched:
        return "a[torch.arange(len(a)), :, b.long()]" if k.batched else "a[..., b.long()]"
    return "a.T[b.long()]"


def _onehot(k: Operand, x: Operand) -> str:
    whole = "torch.tensor(a)" if k.plain else "a.long()"
    return f"F.one_hot({whole}, {x.shape[0]}) * 1.0"


# -- laid out otherwise, put together, taken apart


def _reshape(x: Operand, shape: Operand) -> str:
    return "a.reshape(-1, *b)" if x.batched else "a.reshape(*b)"


def _flatten(x: Operand) -> str:
    if not x.batched:
        return "a.flatten()"
    return "a.flatten(1)" if x.shape else "a.unsqueeze(-1)"


def _flip(x: Operand) -> str:
    return f"torch.flip(a, dims={(-1,) if len(x.shape) == 1 else (-2, -1)})"


def _cut(x: Operand, start: Operand, stop: Operand, axis: Operand) -> str:
    before = [":"] * (axis.value + x.batched)
    return f"a[{', '.join([*before, f'{start.value}:{stop.value}'])}]"


def _like(parts: Sequence[Operand]) -> Operand:
    """The tensor that the others follow."""
    return max(parts, key=lambda part: (not part.plain, part.batched))


def _stack(*parts: Operand) -> Operand:
    like, tensors = _like(parts), [part for part in parts if not part.plain]
    entries = [
        filled("torch.full_like(like, value)", {"like": like.text, "value": number(part.value, "torch")})
        if part.plain
        else part.text
        for part in parts
    ]
    together: ast.expr = ast.List(entries)
    if len({part.batched for part in tensors}) > 1:
        together = ast.Call(name("torch.broadcast_tensors"), entries, [])
    shape = (len(parts), *like.shape)
    return Operand(_joined("torch.stack", together, like, len(shape)), shape, like.batched)


def _concat(x: Operand, y: Operand) -> Operand:
    like = _like((x, y))
    parts = [part for each in (x, y) for part in _parts(_stretched(each, like))]
    shape = (sum(part.shape[0] if part.shape else 1 for part in (x, y)), *like.shape[1:])
    return Operand(_joined("torch.cat", ast.List(parts), like, len(shape)), shape, like.batched)


def _joined(function: str, parts: ast.expr, like: Operand, rank: int) -> ast.expr:
    axis = number(float(-rank if like.batched else 0), "torch", whole=True)
    return filled(f"{function}(parts, dim=axis)", {"parts": parts, "axis": axis})


def _parts(text: ast.expr) -> list[ast.expr]:
    """The parts of what is put together already."""
    match text:
        case ast.Call(ast.Attribute(ast.Name("torch"), "cat"), [ast.List(parts)]):
            return parts
    return [text]


def _stretched(part: Operand, like: Operand) -> ast.expr:
    """A part with its axis, and with the batch's where it is needed."""
    texts = {"part": part.text, "like": like.text}
    if part.plain:
        value = number(part.value, "torch")
        shape = "(len(like), 1)" if like.batched else "(1,)"
        return filled(f"like.new_full({shape}, value)", {**texts, "value": value})
    if part.batched == like.batched:
        return part.text if part.shape else filled("part.unsqueeze(-1)", texts)
    return filled(f"part.expand(len(like), {', '.join(['-1'] * len(part.shape)) or '1'})", texts)


# -- pictures, with channels or without


def _conv2d(x: Operand, w: Operand, stride: Operand, padding: Operand) -> str:
    several = is_stack(x.shape, w.shape)
    picture = "a" if len(x.shape) == 3 else "a.unsqueeze(-3)"
    axes = ", ".join(["None"] * (4 - len(w.shape)))
    stack = "b" if len(w.shape) == 4 else "b.unsqueeze(-3)"
    end = "" if several else ".squeeze(-3)"
    if not w.batched:
        filters = stack if several else f"b[{axes}]"
        return f"F.conv2d({picture}, {filters}, stride=c, padding=d){end}"
    filters = stack if several else f"b[:, {axes}]"
    mapped = f"torch.vmap(F.conv2d, ({0 if x.batched else None}, 0, None, None, None))"
    return f"{mapped}({picture}, {filters}, None, c, d){end}"


def _avgpool(x: Operand, *settings: Operand) -> str:
    """The batch of pictures without channels is as good as channels."""
    if len(x.shape) == 2 and not x.batched:
        return "F.avg_pool2d(a.unsqueeze(0), b, c).squeeze(0)"
    return "F.avg_pool2d(a, b, c)"


def _positional_encoding(x: Operand, octaves: Operand) -> str:
    return "positional_encoding(a, b)" if x.shape else "positional_encoding(a.unsqueeze(-1), b)"


TORCH: Mapping[str, Row] = {
    "dot": _dot,
    "matvec": _matvec,
    "vecmat": _vecmat,
    "matmul": "a @ b",
    "outer": _outer,
    "transpose": lambda x: "a.mT" if x.batched else "a.T",
    "row": "a.unsqueeze(-2)",
    "sum": _over_all("torch.sum"),
    "mean": _over_all("torch.mean"),
    "largest": _over_all("torch.amax"),
    "smallest": _over_all("torch.amin"),
    "norm": _over_all("torch.linalg.vector_norm", "torch.abs(a)"),
    "prod": _prod,
    "sum_along": _sum_along,
    "size_along": _size_along,
    "spread_along": _spread_along,
    **dict.fromkeys(("softmax", "softmax_rows"), "torch.softmax(a, dim=-1)"),
    **dict.fromkeys(("log_softmax", "log_softmax_rows"), "torch.log_softmax(a, dim=-1)"),
    **dict.fromkeys(("logsumexp", "logsumexp_rows"), "torch.logsumexp(a, dim=-1)"),
    **dict.fromkeys(("argmax", "argmax_rows"), "torch.argmax(a, dim=-1) * 1.0"),
    "pick": _pick,
    "choose": _choose,
    "onehot": _onehot,
    "choice": "F.one_hot(a.long(), b) * 1.0",
    "reshape": _reshape,
    "flatten": _flatten,
    "flip": _flip,
    "cut": _cut,
    "stack": _stack,
    "concat": _concat,
    "conv2d": _conv2d,
    "maxpool": "maxpool(a, b, c)",
    "avgpool": _avgpool,
    "positional_encoding": _positional_encoding,
}
