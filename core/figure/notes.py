"""Notes on nodes and terms of the formula, and names of the entries of vectors: how they are kept and found.

note_key    the key of a node: its name, or where the program gives it none, the term that it computes
note_of, class_names   what is noted at a node, and what its entries are called
"""

from __future__ import annotations

from core.base.arrays import Shape
from core.figure.options import Options
from core.graph.graph import Node
from core.math.mathtree import Math, Word
from core.notation.printers import expression_text

LONGEST_SHOWN = 32  # characters of a note that stand beside a node; all of it is in the tooltip
MOST_CLASSES = 12  # entries of a vector that are written with their names


def note_key(node: Node) -> str:
    """The key of a node, which stays the same while the program around it is edited."""
    return node.name if node.named or node.is_input else expression_text(node.tree)


def note_of(node: Node, options: Options) -> str:
    """What is noted at a node; "" if nothing is."""
    return options.notes.get(note_key(node), "") if options.notes else ""


def note_math(text: str) -> Math:
    """A note as it stands beside a node: in one line, a long one shortened."""
    line = " ".join(text.split())
    return Word(line if len(line) <= LONGEST_SHOWN else f"{line[: LONGEST_SHOWN - 1]}…", "ord")


def class_names(node: Node, shape: Shape, options: Options) -> tuple[str, ...]:
    """What the entries of a node's value are called; nothing if they have no names, or not as many."""
    names = options.classes.get(note_key(node), ()) if options.classes else ()
    return names if len(shape) == 1 and len(names) == shape[0] <= MOST_CLASSES else ()
