"""Statements that do the same to several arrays become one: the slopes of all layers are found at once.

A call of NumPy takes as long as a thousand entries, and a layer of a small net has fewer.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

MOST_ENTRIES = 20_000  # of all arrays that are joined; more would leave the processor's nearest memory
VALUE, FOUND = "value", "found"  # what a chain reads, and the array it works in


class Call(NamedTuple):
    """A function of NumPy that works entry by entry, its operands and where its result goes, all by name."""

    ufunc: str
    operands: tuple[str, ...]
    out: str


class Chain(NamedTuple):
    """Neighbouring lines that make `found` of `value` and constants alone, in the way that `key` says."""

    first: int
    lines: int
    value: str
    found: str
    key: tuple[tuple[str, ...], ...]


class Made(NamedTuple):
    """The set-up: how each array was made, what is its first rows, its other names, and the constants."""

    lines: dict[str, ast.Assign]
    shapes: dict[str, tuple[int, ...]]
    whole: dict[str, str]
    roots: dict[str, frozenset[str]]
    constants: set[str]


def joined(
    set_up: Sequence[ast.stmt], step: Sequence[ast.stmt], new: Callable[[str], str]
) -> tuple[list[ast.stmt], list[ast.stmt]]:
    """Do in one statement what a step does alike to several arrays, which come to lie end to end.

    Args:
        set_up: the lines that make the arrays.
        step: the lines that work on them.
        new: makes a name that is not taken of one that is wished for.

    Returns:
        Both with what was joined in the place of the single statements; every entry is computed as before.
    """
    made, before, after = _made(set_up), list(set_up), list(step)
    alike: dict[object, list[Chain]] = {}
    for chain in _chains(step, made):
        alike.setdefault(chain.key, []).append(chain)
    dropped: set[int] = set()
    added: dict[int, list[ast.stmt]] = {}
    laid: set[str] = set()
    for chains in alike.values():
        arrays = {name for chain in chains for name in (made.whole[chain.value], chain.found)}
        place = None if arrays & laid else _place(chains, step, made)
        if place is None:
            continue
        laid |= arrays
        rooms = {VALUE: new("values"), FOUND: new("slopes")}
        before = _laid_end_to_end(before, chains, rooms, made)
        added[place] = [_written(call, rooms) for call in chains[0].key]
        dropped |= {chain.first + k for chain in chains for k in range(chain.lines)}
    merged = [
        line
        for at, old in enumerate([None, *after])
        for line in (*([old] if old and at - 1 not in dropped else []), *added.get(at, []))
    ]
    return before, merged


def _made(set_up: Sequence[ast.stmt]) -> Made:
    made = Made({}, {}, {}, {}, set())
    for line in set_up:
        if not (isinstance(line, ast.Assign) and isinstance(line.targets[0], ast.Name)):
            continue
        name, read = line.targets[0].id, _names(line.value)
        made.roots[name] = frozenset().union(*(made.roots.get(other, frozenset()) for other in read))
        match line.value:
            case ast.Call(ast.Attribute(ast.Name("np"), "zeros" | "ones"), [shape, ast.Name("dtype")], []):
                made.lines[name], made.roots[name] = line, frozenset([name])
                found = ast.literal_eval(shape)
                made.shapes[name] = found if isinstance(found, tuple) else (found,)
                made.whole[name] = name
            case ast.Subscript(
                ast.Name(base), ast.Slice(None, ast.UnaryOp(ast.USub(), ast.Constant(1)), None)
            ):
                if base in made.lines:
                    first, *others = made.shapes[base]
                    made.shapes[name] = (first - 1, *others)
                    made.whole[name] = base
            case ast.Call(ast.Attribute(ast.Name("np"), "array"), [value, ast.Name("dtype")], []):
                if not isinstance(value, ast.List):
                    made.constants.add(name)
    return made


def _names(tree: ast.AST) -> set[str]:
    return {part.id for part in ast.walk(tree) if isinstance(part, ast.Name)}


def _call(line: ast.stmt) -> Call | None:
    match line:
        case ast.Expr(
            ast.Call(ast.Attribute(ast.Name("np"), name), args, [ast.keyword("out", ast.Name(out))])
        ):
            if isinstance(getattr(np, name, None), np.ufunc) and all(isinstance(a, ast.Name) for a in args):
                return Call(name, tuple(a.id for a in args if isinstance(a, ast.Name)), out)
    return None


def _chains(step: Sequence[ast.stmt], made: Made) -> list[Chain]:
    """All chains, in order."""
    chains: list[Chain] = []
    calls = [_call(line) for line in step]
    at = 0
    while at < len(calls):
        first, value, key = at, "", list[tuple[str, ...]]()
        found = call.out if (call := calls[at]) else ""
        while at < len(calls) and (call := calls[at]) and call.out == found and found in made.lines:
            read = {name for name in call.operands if name not in made.constants}
            if not key and found in read:
                break
            others = read - {found} | ({value} if value else set())
            if len(others) != 1:
                break
            (value,) = others
            roles = {value: VALUE, found: FOUND}
            key.append((call.ufunc, *(roles.get(name, name) for name in call.operands)))
            at += 1
        if key and made.shapes.get(value) == made.shapes[found] and value in made.whole:
            chains.append(Chain(first, len(key), value, found, tuple(key)))
        at = max(at, first + 1)
    return chains


def _place(chains: Sequence[Chain], step: Sequence[ast.stmt], made: Made) -> int | None:
    """Before which line all can be done at once; None where there is only one, or none such line."""
    bases = [made.whole[chain.value] for chain in chains]
    rooms = {*bases, *(chain.found for chain in chains)}
    entries = sum(math.prod(made.shapes[base]) for base in bases)
    if len(chains) < 2 or len(rooms) < 2 * len(chains) or entries > MOST_ENTRIES:
        return None
    roots = frozenset().union(*(made.roots[base] for base in bases))
    place = 1 + max((at for at, line in enumerate(step) if _written_by(line, made) & roots), default=-1)
    for chain in chains:
        between = step[place : chain.first]
        touched = any(made.roots[chain.found] & _touched(line, made) for line in between)
        if place > chain.first or touched:
            return None
    return place


def _touched(line: ast.stmt, made: Made) -> frozenset[str]:
    """The arrays a line reads or writes."""
    return frozenset().union(*(made.roots.get(name, frozenset()) for name in _names(line)))


def _written_by(line: ast.stmt, made: Made) -> frozenset[str]:
    """The arrays a line writes, or may write."""
    match line:
        case ast.Expr(ast.Call(_, _, [ast.keyword("out", ast.Name(out))])):
            return made.roots.get(out, frozenset())
    return _touched(line, made)


def _laid_end_to_end(
    set_up: Sequence[ast.stmt], chains: Sequence[Chain], rooms: Mapping[str, str], made: Made
) -> list[ast.stmt]:
    """The set-up with two long arrays, of which those of the chains are parts."""
    parts: dict[str, ast.stmt] = {}
    start = 0
    for chain in chains:
        base = made.whole[chain.value]
        for role, name in ((VALUE, base), (FOUND, chain.found)):
            shape = made.shapes[name]
            part = f"{rooms[role]}[{start}:{start + math.prod(shape)}].reshape({shape})"
            parts[name] = ast.parse(f"{name} = {part}").body[0]
        start += math.prod(made.shapes[base])
    # rows of ones below the values are there from the start; nothing else is read before it is written
    made_first = [ast.parse(f"{name} = np.ones({start}, dtype)").body[0] for name in rooms.values()]
    lines = [
        parts.get(line.targets[0].id, line)
        if isinstance(line, ast.Assign) and isinstance(line.targets[0], ast.Name)
        else line
        for line in set_up
    ]
    first = min(at for at, line in enumerate(lines) if line in parts.values())
    return [*lines[:first], *made_first, *lines[first:]]


def _written(call: Sequence[str], rooms: Mapping[str, str]) -> ast.stmt:
    ufunc, *operands = call
    names = ", ".join(rooms.get(name, name) for name in operands)
    return ast.parse(f"np.{ufunc}({names}, out={rooms[FOUND]})").body[0]
