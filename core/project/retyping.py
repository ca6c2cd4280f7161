"""What of a document stays while its program is typed: values, what was unfolded, the output and seed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from core.base.arrays import Value, same
from core.base.errors import Problem
from core.graph.builder import build
from core.graph.graph import Graph
from core.graph.programs import read_program
from core.notation.printers import expression_text
from core.notation.program import Program
from core.passes.guessed_values import carried_over, is_edit, with_defaults
from core.passes.stepper import as_chosen
from core.project.document import Document


class Retyping:
    """Remembers, from one text to the next, which values the user gave and those of names that are gone."""

    def __init__(self) -> None:
        # names whose values the user gave, so that no guess replaces them; some may come back to the program
        self.given: set[str] = set()
        self._remembered: dict[str, Value] = {}

    def forget(self) -> None:
        """Start anew, as when another document is opened."""
        self.given, self._remembered = set(), {}

    def note(self, document: Document) -> None:
        """Take from a document that is shown which of its values were given and which were guessed."""
        self.given = self.given - document.values.keys() | document.values.keys() - document.guessed

    def retyped(self, document: Document, text: str, understood: Graph) -> Document:
        """Put another text into a document.

        Args:
            document: the document as it is.
            text: the program as it is typed now.
            understood: the graph of the last text that could be read.

        Returns:
            The document with that text, values for its names, and as much of what was unfolded and chosen as
            the program still has; a text that cannot be read leaves all this as it was.

        Of the names with values the reader gets those of one letter, for such as σ or e may also be a
        function or a constant. What longer names mean is said by the text alone: `x^(2)` does not stay a
        layer because it was one in the text before.
        """
        values = document.values
        try:
            program = read_program(text, [name for name in values if len(name) == 1])
            self.given &= values.keys()
            known = {**self._remembered, **values}
            is_another = not is_edit(understood.program.text, text)
            if is_another:
                known = {name: value for name, value in values.items() if name in self.given}
                self._remembered = {}
            found = carried_over(program, known, self.given)
            self.given = {n for n in self.given if n not in found or same(found[n], values[n])}
            kept = _another(document) if is_another else _still_there(document, program, found, understood)
        except Problem:
            return replace(document, text=text)
        self._remembered |= {name: value for name, value in values.items() if name in known}
        return replace(
            document, text=text, values=found, guessed=frozenset(found.keys() - self.given), **kept
        )


def _another(document: Document) -> dict[str, Any]:
    """Another program begins with nothing moved, unfolded or chosen."""
    training = replace(document.training, roles={})
    drawing = document.drawing and document.drawing.for_another_program
    chosen = {"output": "", "seed": None, "training": training, "drawing": drawing}
    return {"moved": {}, "unfolded": {}, **chosen}


def _still_there(
    document: Document, program: Program, values: Mapping[str, Value], before: Graph
) -> dict[str, Any]:
    """What was unfolded, and the chosen output and seed, as far as the edited program has them."""
    if not (document.output or document.unfolded) and document.seed is None:
        return {}
    graph = build(program, with_defaults(program, values))
    roots = {key: key.partition(".")[0] for key in document.unfolded}
    kept = {key: op for key, op in document.unfolded.items() if _is_still(before, graph, roots[key])}
    asked, seed, _ = as_chosen(graph, document.output, document.seed)
    if document.output and not _is_still(before, asked, asked.output):
        return {"output": "", "seed": None, "unfolded": kept}
    output = "" if asked.output == graph.output else asked.output
    return {"output": output, "seed": seed, "unfolded": kept}


def _is_still(before: Graph, after: Graph, name: str) -> bool:
    """Whether a node is what it was: the program named it, or it computes the same under its number."""
    node, old = after.nodes.get(name), before.folded.get(name) or before.nodes.get(name)
    if node is None:
        return False
    return node.named or (old is not None and expression_text(old.tree) == expression_text(node.tree))
