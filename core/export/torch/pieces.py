"""Tensors that are put together, as the entries of a list or end to end; who lacks the batch's axis gets it.

JOINED   for each operation that puts tensors together what its form needs: `parts`, and `dims`, the axis
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct

from core.export.code import filled, name, number

Parts = dict[str, ast.expr]


class Piece(Struct, frozen=True):
    """A tensor, of some rank for one example, or a plain number."""

    content: ast.expr | float
    rank: int
    batched: bool


def _like(pieces: Sequence[Piece]) -> ast.expr:
    """The tensor that the others follow."""
    tensors = sorted(pieces, key=lambda piece: (isinstance(piece.content, float), not piece.batched))
    found = tensors[0].content
    assert not isinstance(found, float)
    return found


def _axis(pieces: Sequence[Piece], rank: int) -> ast.expr:
    in_batch = any(piece.batched for piece in pieces)
    return number(float(-rank if in_batch else 0), "torch", whole=True)


def _stacked(pieces: Sequence[Piece], rank: int) -> Parts:
    like = _like(pieces)
    entries = [
        filled("torch.full_like(like, value)", {"like": like, "value": number(piece.content, "torch")})
        if isinstance(piece.content, float)
        else piece.content
        for piece in pieces
    ]
    found: ast.expr = ast.List(entries)
    if len({piece.batched for piece in pieces if not isinstance(piece.content, float)}) > 1:
        found = ast.Call(name("torch.broadcast_tensors"), entries, [])
    return {"parts": found, "dims": _axis(pieces, rank)}


def _concatenated(pieces: Sequence[Piece], rank: int) -> Parts:
    like, in_batch = _like(pieces), any(piece.batched for piece in pieces)
    entries = [part for piece in pieces for part in _opened(_stretched(piece, like, in_batch))]
    return {"parts": ast.List(entries), "dims": _axis(pieces, rank)}


def _opened(entry: ast.expr) -> list[ast.expr]:
    """The parts of what is put together already."""
    match entry:
        case ast.Call(ast.Attribute(ast.Name("torch"), "cat"), [ast.List(parts)]):
            return parts
    return [entry]


def _stretched(piece: Piece, like: ast.expr, in_batch: bool) -> ast.expr:
    """A piece with its axis, and with the batch's where it is needed."""
    if isinstance(piece.content, float):
        shape = "(len(like), 1)" if in_batch else "(1,)"
        value = number(piece.content, "torch")
        return filled(f"like.new_full({shape}, value)", {"like": like, "value": value})
    parts = {"tensor": piece.content, "like": like}
    if piece.batched == in_batch:
        return piece.content if piece.rank else filled("tensor.unsqueeze(-1)", parts)
    sizes = ", ".join(["-1"] * piece.rank) or "1"
    return filled(f"tensor.expand(len(like), {sizes})", parts)


JOINED: Mapping[str, Callable[[Sequence[Piece], int], Parts]] = {"stack": _stacked, "concat": _concatenated}
