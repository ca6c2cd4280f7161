"""What the backward pass starts with: 1, or a seed that chooses an entry, a direction or another number.

With a seed u the gradients are those of u · f; a seed that is 1 at one entry makes them those of that entry.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.base.arrays import Shape, Value, describe, frozen, shape_of
from core.base.errors import Problem
from core.base.lazy_numpy import np
from core.base.numbers import DIGITS, short, value_text
from core.notation.printers import expression_text
from core.notation.tree import Binary, Call, Index, Name, Negative, Number, Tree

Entry = tuple[int, ...]
PLACES = "Entries are counted from 0: write 1, or 0,2 for row 0 and column 2"


def usual_seed(output: Value) -> Value:
    """Make the gradient of an output with respect to itself: 1 in every entry, of the output's shape."""
    return 1.0 if isinstance(output, float) else frozen(np.ones_like(output))


def check_seed(output: str, shape: Shape, seed: Value) -> Value:
    """Check a seed.

    Args:
        output: the output's name, for the error.
        shape: the output's shape.
        seed: the seed.

    Returns:
        The seed.

    Raises:
        Problem: it has another shape.
    """
    if shape_of(seed) != shape:
        said = f"{describe('The seed', shape_of(seed))}; {describe(output, shape)}"
        raise Problem(said, hint="A seed has the shape of the output")
    return seed


def entry_seed(output: str, shape: Shape, entry: Entry) -> Value:
    """Make a seed that is 1 at one entry and 0 at all others.

    Args:
        output: the output's name, for the error.
        shape: the output's shape.
        entry: one index for each axis, counted from 0.

    Raises:
        Problem: the output has no such entry.
    """
    if not shape:
        raise Problem(f"{output} is a number and has no entries to choose from")
    if len(entry) != len(shape):
        places = "1 place" if len(shape) == 1 else f"{len(shape)} places"
        raise Problem(
            f"{describe(output, shape)}; an entry of it has {places}, not {len(entry)}", hint=PLACES
        )
    if any(not 0 <= at < length for at, length in zip(entry, shape, strict=True)):
        said = f"{describe(output, shape)}; there is no entry {entry_text(entry)}"
        raise Problem(said, hint=PLACES)
    seed = np.zeros(shape)
    seed[entry] = 1.0
    return frozen(seed)


def read_entry(text: str) -> Entry:
    """Read an entry such as `1` or `0,2`; raises Problem for any other text."""
    places = [part.strip() for part in text.split(",")]
    if not all(place.isascii() and place.isdigit() and len(place) < 10 for place in places):
        raise Problem(f"'{text}' is not an entry", hint=PLACES)
    return tuple(int(place) for place in places)


def entry_text(entry: Entry) -> str:
    """Write an entry as in `[0, 2]`; "" for the one entry of a number."""
    return f"[{', '.join(map(str, entry))}]" if entry else ""


def entry_at(number: int, shape: Shape) -> Entry:
    """Find the entry with a number, counted row by row from 0, in an array of a shape."""
    return tuple(int(at) for at in np.unravel_index(number, shape)) if shape else ()


# -- what the gradients are the derivatives of


def is_chosen(seed: Value) -> bool:
    """Whether a seed is anything but 1 in every entry."""
    return seed != 1 if isinstance(seed, float) else bool(np.any(seed != 1))


def chosen_entry(seed: Value) -> Entry | None:
    """Find the entry at which a seed is 1 if it is 0 at all others; None for any other seed."""
    array = np.asarray(seed)
    places = np.argwhere(array)
    if not array.ndim or array.size == 1 or len(places) != 1 or array[tuple(places[0])] != 1:
        return None
    return tuple(int(at) for at in places[0])


def seeded(output: str, seed: Value, taken: Mapping[str, Any]) -> Tree:
    """Write what the gradients are the derivatives of as a tree: `f`, `f[1]`, `−2 f`, `u · f`, `sum(u ⊙ f)`.

    Args:
        output: the output's name.
        seed: of the output's shape.
        taken: the program's names, which the name of the seed must not be.
    """
    if not is_chosen(seed):
        return Name(output)
    entry = chosen_entry(seed)
    if entry is not None:
        return Index(Name(output), tuple(Number(float(at)) for at in entry))
    if isinstance(seed, float):
        return Negative(Name(output)) if seed == -1 else Binary(" ", Number(seed), Name(output))
    both = Name(seed_name(taken)), Name(output)
    return Binary("·", *both) if seed.ndim == 1 else Call("sum", (Binary("⊙", *both),))


def seed_name(taken: Mapping[str, Any]) -> str:
    """Choose a name for a seed of several entries, one that the program does not use."""
    name = "u"
    while name in taken:
        name += "′"
    return name


def seeded_text(output: str, seed: Value, taken: Mapping[str, Any], digits: int = DIGITS) -> str:
    """Write what the gradients are derivatives of, in words: `p[1]`, `u · p with the seed u = [1, 0.5]`."""
    text = expression_text(seeded(output, seed, taken))
    named = is_chosen(seed) and not isinstance(seed, float) and chosen_entry(seed) is None
    return f"{text} with the seed {seed_words(output, seed, taken, digits)}" if named else text


def seed_words(output: str, seed: Value, taken: Mapping[str, Any], digits: int = DIGITS) -> str:
    """Write a seed that is not 1 for a sentence: `−2`, `1 at p[1] and 0 elsewhere`, `u = [1, 0.5]`."""
    entry = chosen_entry(seed)
    if entry is not None:
        return f"1 at {output}{entry_text(entry)} and 0 elsewhere"
    if isinstance(seed, float):
        return short(seed, digits)
    return f"{seed_name(taken)} = {value_text(seed, digits)}"
