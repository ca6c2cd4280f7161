"""From a document to what its views show: the trace of its program, the drawing of its graph, the remarks."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from core.base.errors import Span
from core.base.slicing import Work, finished
from core.figure import Drawing, Measure, Options, draw_in_pieces, rooms_of, view_of
from core.graph.builder import build
from core.graph.graph import Graph
from core.graph.plan import make_plan
from core.graph.programs import read_program
from core.math.derivative_names import PARTIAL
from core.notation.nearest import seeming
from core.notation.program import Remark
from core.ops import FUNCTIONS
from core.passes.guessed_values import with_defaults
from core.passes.not_finite import remarks_on_not_finite
from core.passes.stepper import as_chosen, recording
from core.passes.trace import Trace
from core.passes.unfold import still_unfolded, unfolded
from core.project.document import Document

COMPUTED = ("text", "values", "output", "seed", "unfolded", "guessed")
"""The fields of a document on which its trace depends."""


class Result(Struct, frozen=True):
    """What a document has been computed to, and what is `said` of its program and values.

    `layout_of` is what the places in its drawing depend on.
    """

    document: Document
    trace: Trace
    drawing: Drawing
    said: tuple[Remark, ...]
    layout_of: object

    @property
    def remarks(self) -> tuple[Remark, ...]:
        """What is to be said of the document."""
        remark = self.document.remark
        return (Remark(remark, Span(0, 0)), *self.said) if remark else self.said


def compute(document: Document, options: Options, measure: Measure, before: Result | None) -> Work[Result]:
    """Read, build, run and lay out a document.

    Args:
        document: the program, its values, and what was chosen, unfolded and moved.
        options: what is drawn of its graph, and how large.
        measure: how large names and symbols are.
        before: the last result, whose drawing stays where nothing changes that moves it.

    Returns:
        A work, which may be left whenever it yields.

    Raises:
        Problem: what is wrong with the program or its values, with its place in the text where it has one.
    """
    if before and _computes_the_same(document, before.document):
        trace, said = before.trace, before.said
    else:
        trace, said = yield from traced(document)
    drawing, layout_of = yield from _drawn(trace, document, options, measure, before)
    return Result(document, trace, drawing, said, layout_of)


def _computes_the_same(one: Document, other: Document) -> bool:
    """Whether documents differ in how they are drawn or trained alone."""
    return all(getattr(one, name) is getattr(other, name) for name in COMPUTED)


def traced(document: Document) -> Work[tuple[Trace, tuple[Remark, ...]]]:
    """The trace of a document's program, and what is to be said of it."""
    program = read_program(document.text, document.values)
    yield
    values = with_defaults(program, document.values)
    complete = unfolded(build(program, values), still_unfolded(document.unfolded))
    yield
    graph, seed, left_out = as_chosen(complete, document.output, document.seed)
    trace = yield from recording(make_plan(graph), values, seed)
    return trace, (
        *graph.remarks,
        *left_out,
        *_of_guessed_names(graph, document),
        *remarks_on_not_finite(trace),
    )


def _drawn(
    trace: Trace, document: Document, options: Options, measure: Measure, before: Result | None
) -> Work[tuple[Drawing, object]]:
    """A trace's drawing, and what it depends on.

    The graph is laid out again only if something changed that moves it: dragging a number must not. A
    node that is dragged is drawn at once, or the next move would come before the picture.
    """
    graph = trace.graph
    view = view_of(graph, options)
    rooms = rooms_of(trace, view, options)
    nodes = [(node.name, node.op, node.args, node.shape) for node in graph.nodes.values()]
    placed_by = replace(options, highlight=True)  # which moves nothing
    if not options.gradient_names:
        placed_by = replace(placed_by, notation=PARTIAL)  # nor does this
    drawn = nodes, graph.program.faces, graph.output, rooms, placed_by
    is_same = before is not None and before.layout_of == drawn
    if before and is_same and before.document.moved == document.moved:
        return before.drawing.at_other_values(view), drawn
    moved = {} if options.near else document.moved  # which hold where the whole graph is drawn
    work = draw_in_pieces(view, rooms, options, moved, measure)
    return (finished(work) if is_same else (yield from work)), drawn


def _of_guessed_names(graph: Graph, document: Document) -> list[Remark]:
    """What to say of names that may not be meant as such; of those without any value the reader told."""
    guessed = [name for name in graph.free if name in document.guessed]
    remarks = [Remark(seeming(name, FUNCTIONS), graph.nodes[name].span) for name in guessed]
    return [remark for remark in remarks if remark.message]
