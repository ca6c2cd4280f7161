"""The rules of operations as PyTorch expressions.

expression   a rule's tree whose names stand for operands
is_known     whether a function of rules can be written
spelled      an operation that says itself how it is spelled in PyTorch
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np

from core.base.arrays import Shape
from core.export.code import filled, name, printed
from core.export.torch.kernels import TORCH, Operand, from_the_end, plain
from core.notation.tree import Tree
from core.ops.base import Op
from core.ops.interpreter import interpreted
from core.ops.kernels import KERNELS

LETTERS = "abcdefgh"
CLAMPED = {"max": "a.clamp(min=b)", "min": "a.clamp(max=b)"}


def expression(
    tree: Tree, binding: Mapping[str, Operand], more: Mapping[str, str] = MappingProxyType({})
) -> Operand:
    """A rule's tree whose names stand for operands; all its functions must be known, or be among `more`."""
    return interpreted(tree, _AsTensors(binding, more))


def is_known(function: str) -> bool:
    """Whether a function of rules can be written: those that work entry by entry can, others have a row."""
    return function in TORCH or KERNELS[function].number is not None


class _AsTensors:
    def __init__(self, binding: Mapping[str, Operand], more: Mapping[str, str]):
        self.name, self.number, self.more = binding.__getitem__, plain, more

    def call(self, function: str, args: Sequence[Operand]) -> Operand:
        if all(arg.plain for arg in args):
            return _of_numbers(function, args)
        if KERNELS[function].number:
            return _entry_by_entry(function, aligned(args))
        row = self.more.get(function) or TORCH[function]
        found = row if isinstance(row, str) else row(*args)
        if isinstance(found, Operand):
            return found
        unread = KERNELS[function].shape_only
        batched = any(arg.batched for place, arg in enumerate(args) if place not in unread)
        return Operand(_filled(found, args), _shape(function, args), batched)


def _filled(template: str, args: Sequence[Operand]) -> ast.expr:
    return filled(template, {letter: arg.text for letter, arg in zip(LETTERS, args, strict=False)})


def _of_numbers(function: str, args: Sequence[Operand]) -> Operand:
    """Of plain numbers the number; of those that only have a name, what Python makes of them."""
    if all(arg.value is not None for arg in args):
        with np.errstate(all="ignore"):
            return plain(float(KERNELS[function].array(*(arg.value for arg in args))))
    called = f"math.{function}({', '.join(LETTERS[: len(args)])})"
    return Operand(_filled(_by_signs(function) or called, args), plain=True)


def _by_signs(function: str) -> str:
    """A function that is written by a sign, of a and b; else ""."""
    return "a ** b" if function == "power" else KERNELS[function].python.format(*LETTERS)


def _entry_by_entry(function: str, args: Sequence[Operand]) -> Operand:
    shape: Shape = tuple(np.broadcast_shapes(*(arg.shape for arg in args)))
    return Operand(_of_entries(function, args), shape, any(arg.batched for arg in args))


def _of_entries(function: str, args: Sequence[Operand]) -> ast.expr:
    match function, args:
        case "gate", [Operand(ast.BinOp(_, _, ast.Compare() as holds)), part]:
            return filled("torch.where(holds, part, 0.0)", {"holds": holds, "part": part.text})
        case "gate", [Operand(ast.Call(ast.Attribute(attr="where"), [holds, first, _])), part]:
            product = filled("a * b", {"a": first, "b": part.text})
            return filled("torch.where(holds, product, 0.0)", {"holds": holds, "product": product})
        case "gate", [Operand(plain=True), _]:
            return _filled("a * b", args)
        case "gate", _:
            return _filled("torch.where(a == 0, 0.0, a * b)", args)
        case (("max" | "min"), [Operand(plain=True) as bound, tensor]):
            return _of_entries(function, [tensor, bound])
        case "max", [_, Operand(value=0)]:
            return _filled("torch.relu(a)", args)
        case (("max" | "min"), [_, Operand(plain=True)]):
            return _filled(CLAMPED[function], args)
    if signs := _by_signs(function):
        return _filled(signs, args)
    return ast.Call(name(f"torch.{KERNELS[function].ufunc or function}"), [arg.tensor for arg in args], [])


def aligned(args: Sequence[Operand]) -> list[Operand]:
    """The operands, batches of smaller arrays with axes of length 1 to meet the largest."""
    rank = max(len(arg.shape) for arg in args)
    return [_raised(arg, rank - len(arg.shape)) if arg.batched else arg for arg in args]


def _raised(arg: Operand, missing: int) -> Operand:
    if not missing:
        return arg
    text = filled(f"tensor[:{', None' * missing}]", {"tensor": arg.text})
    return arg._replace(text=text, shape=(1,) * missing + arg.shape)


def _shape(function: str, args: Sequence[Operand]) -> Shape:
    """The shape of a function's value for one example, found by calling it on zeros and the settings."""
    known = [np.asarray(arg.value) if arg.plain else np.zeros(arg.shape) for arg in args]
    with np.errstate(all="ignore"):
        return np.shape(KERNELS[function].array(*known))


def spelled(op: Op, operands: Mapping[str, Operand]) -> ast.expr | None:
    """An operation as its declaration says that it is spelled in PyTorch; None where that does not hold.

    An input that has a usual value must be a plain number there; any other stays one only as a keyword.
    """
    if not all(operands[port].plain for port in op.defaults):
        return None
    tensors = {port: one for port, one in operands.items() if port not in (*op.defaults, *op.settings)}
    text = op.torch
    if not isinstance(text, str):
        batched = " ".join(port for port, one in tensors.items() if one.batched)
        has_rows = all(tensors[port].shape for port in op.rows)
        text = text.get(batched, "") if has_rows and not any(one.plain for one in tensors.values()) else ""
    if not text:
        return None
    if len({one[1:] for one in tensors.values()}) == 1:
        text = re.sub(r"\*torch\.broadcast_tensors\((.*?)\)", r"\1", text)
    if op.elementwise:
        tensors = dict(zip(tensors, aligned(list(tensors.values())), strict=True))
    keywords = {printed(part.value) for part in ast.walk(ast.parse(text)) if isinstance(part, ast.keyword)}
    parts = {port: one.text for port, one in operands.items()}
    parts |= {port: one.text if port in keywords else one.tensor for port, one in tensors.items()}
    if "axis" in op.settings:
        parts["axis"] = plain(float(from_the_end(operands["axis"], len(operands[op.inputs[0]].shape)))).text
    return filled(text, parts)
