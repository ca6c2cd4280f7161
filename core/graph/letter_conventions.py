"""What letters usually stand for in machine learning: capitals for matrices, X for examples, t for steps."""

from __future__ import annotations

import re

from core.notation.tree import Name, Tree

# how names of a state end that it has at one step and at the next one
STEP = re.compile(r"_?(t|\{t[+-]1\}|prev|next)$|⁽ᵗ([⁺⁻]¹)?⁾$")
MATRICES = "WUVAMQ"
EXAMPLES = "XH"  # matrices before a matrix of weights, with an example or its hidden units in each row


def begins_with(tree: Tree, letters: str) -> bool:
    """Whether a tree is a name that begins with one of some letters."""
    return isinstance(tree, Name) and tree.name[0] in letters


def is_small_letter(tree: Tree) -> bool:
    """Whether a tree is a small Latin letter: a small Greek one often is a number."""
    return isinstance(tree, Name) and tree.name[0].isascii() and tree.name[0].islower()


def state_of(name: str) -> str:
    """The state that a name is the value of at some step, such as h of `h_t` and `h_{t-1}`; else ""."""
    stem = STEP.sub("", name)
    return "" if stem == name else stem


def rank_by_face(name: str, face: str | None) -> int:
    """How many axes a name has by its face: a bold capital is a matrix, else bold or an arrow a vector."""
    return 2 if face == "bold" and name[0].isupper() else int(face in ("bold", "arrow"))
