"""How a graph is drawn so that its numbers are as large as they can be on a slide or in a column of print.

Reading order: Fit (what was found), fit, then the drawings that are tried, and what else would help.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from core.base.slicing import Work, at_once
from core.figure.drawing import Drawing, draw_in_pieces
from core.figure.nets import view_of
from core.figure.options import Options
from core.figure.rooms import rooms_of
from core.figure.sizes import Measure, extent
from core.figure.targets import Target
from core.graph.builder import build
from core.graph.plan import make_plan
from core.layout import Point
from core.passes.stepper import as_chosen, record
from core.passes.trace import Trace

FIT_MARGIN = 2.0  # around a figure, in the units of the drawing
BEYOND = 6.0  # how far halos, lines and letters reach beyond what is laid out, at most
LEAST_DIGITS = 3  # no fewer significant digits are taken to make room
MANY = 300  # nodes: a graph of more is drawn once, for no drawing makes its numbers large
GAIN = 1.15  # what makes a picture less like the one on the screen must make its numbers so much larger
TORN = 1.12  # as must every line that leads from a row to the next one
WORTH_SAYING = 1.05  # and what is proposed beside it


class Help(Struct, frozen=True):
    """What would make the numbers larger, and how large, in points."""

    says: str
    numbers: float


class Fit(Struct, frozen=True):
    """A drawing for a target, and by how much it is scaled to be as large as it may be.

    `wanted` is the size of the numbers that was asked for, in points, or None for as large as they can be.
    """

    target: Target
    drawing: Drawing
    scale: float
    wanted: float | None = None
    helps: tuple[Help, ...] = ()

    @property
    def options(self) -> Options:
        return self.drawing.options

    @property
    def numbers(self) -> float:
        """The size of the numbers, in points; entries of arrays may be smaller."""
        return self.options.sizes.label * self.scale

    @property
    def smallest(self) -> float:
        """The size of the smallest text, in points."""
        return _smallest(self.drawing) * self.scale

    @property
    def is_readable(self) -> bool:
        """Whether all text is as large as it is to be on the target."""
        return not self._short_of

    def on_page(self, width: float, height: float) -> Fit:
        """The same with the scale for a page of this size, margins included, in the units of the drawing."""
        return replace(self, scale=_scaled(self.target, width, height, self.wanted))

    @property
    def summary(self) -> str:
        """How large the numbers are, and how they are drawn, in a few words."""
        chosen = self.options
        said = [f"Numbers of {_points(self.numbers)}", f"{chosen.digits} digits"]
        said += ["data flow down"] if chosen.down else []
        said += [f"{chosen.rows} rows"] if chosen.rows > 1 else []
        return ", ".join(said)

    @property
    def remark(self) -> str:
        """A sentence on what is too small to be read, and what would help; "" where all can be read."""
        return self.remark_naming({})

    def remark_naming(self, named: Mapping[str, str]) -> str:
        """The remark with other names of what would help, such as the options of a command."""
        if not self._short_of:
            return ""
        what, reached, needed, why = self._short_of
        helps = [f"{named.get(one.says, one.says)} ({_points(one.numbers)})" for one in self.helps]
        better = f"larger with {' or '.join(helps)}" if helps else "show a smaller part of the program"
        return f"{what} {_points(reached)}, less than the {_points(needed)} {why}; {better}"

    @property
    def _short_of(self) -> tuple[str, float, float, str] | None:
        """What is too small, how large it is and should be, and why."""
        why = "asked for" if self.wanted else f"that can be read {self.target.where}"
        needed = self.wanted or self.target.readable(self.drawing)
        if self.numbers < needed - 0.05:
            return "The numbers are", self.numbers, needed, why
        if not self.wanted and self.smallest < self.target.least - 0.05:
            return "The smallest text is", self.smallest, self.target.least, why
        return None


def _points(size: float) -> str:
    return f"{size:.1f}".removesuffix(".0") + " pt"


def _smallest(drawing: Drawing) -> float:
    """The size of the smallest text before it is scaled."""
    look, nodes, outputs = drawing.options.sizes, drawing.view.nodes, drawing.view.outputs
    unnamed = any(not nodes[name].node.named for name in drawing.names if name not in outputs)
    arrays = any(nodes[name].shape for name in drawing.rooms.values)
    return look.small if arrays or unnamed or drawing.rooms.sums or drawing.frames else look.label


def _scaled(target: Target, width: float, height: float, wanted: float | None) -> float:
    largest = target.scale(width, height)
    return min(largest, wanted / target.sizes.label) if wanted else largest


def fitted_with(trace: Trace, count: int, highlight: bool) -> Sequence[int]:
    """The steps whose figures are fitted together with one, so that nothing moves from one to the next.

    Args:
        trace: the trace.
        count: after how many steps the graph is pictured.
        highlight: whether the last step is lit; at the end, a picture without is finished and stands alone.
    """
    return [count] if count == len(trace) and not highlight else range(len(trace) + 1)


def fit_in_pieces(
    trace: Trace,
    options: Options,
    target: Target,
    *,
    counts: Collection[int],
    wanted: float | None = None,
    kept: Collection[str] = (),
    moved: Mapping[str, Point] | None = None,
    measure: Measure = extent,
    helped: bool = True,
) -> Work[Fit]:
    """Find the drawing of a trace whose numbers are largest on a target.

    Tried are tight sizes, then fewer digits, data that flow down, and rows; of drawings with about the same
    size of the numbers the first is taken.

    Args:
        trace: the trace.
        options: what is shown; whether numbers stand at nodes or edges stays as it is.
        target: where the figure is to stand.
        counts: after how many steps the graph is pictured.
        wanted: the size of the numbers, in points, where they need not be as large as they can be.
        kept: those of `digits`, `down` and `rows` that stay as they are.
        moved: where the user has put nodes; a drawing with such nodes stays as it is, and is scaled.
        measure: how large names and symbols are.
        helped: whether to look for what would help.

    Returns:
        The drawing and its scale; where numbers are too small to be read, also what would help.
    """
    found = yield from _best(trace, options, target, counts, wanted, kept, moved, measure)
    if found.is_readable or not helped:
        return found
    better: dict[str, Fit] = {}
    for says, other in HELPS.items():
        changed = other(trace, options)
        if changed is not None:
            end = len(changed[0])
            pictured = range(end + 1) if len(counts) > 1 else [min(end, *counts)]
            better[says] = yield from _best(*changed, target, pictured, wanted, kept, moved, measure)
    if moved:
        better["nodes where the layout puts them"] = yield from _best(
            trace, options, target, counts, wanted, kept, None, measure
        )
    return replace(found, helps=_worth_saying(found, better))


fit = at_once(fit_in_pieces)


def _worth_saying(found: Fit, better: Mapping[str, Fit]) -> tuple[Help, ...]:
    """What makes numbers large enough, the largest first; else what makes them largest, if that is more."""
    helps = sorted(better.items(), key=lambda one: -one[1].numbers)
    able = [one for one in helps if one[1].is_readable]
    worth = able or [one for one in helps[:1] if one[1].numbers >= WORTH_SAYING * found.numbers]
    return tuple(Help(says, one.numbers) for says, one in worth)


def _best(
    trace: Trace,
    options: Options,
    target: Target,
    counts: Collection[int],
    wanted: float | None,
    kept: Collection[str],
    moved: Mapping[str, Point] | None,
    measure: Measure,
) -> Work[Fit]:
    def drawn(chosen: Options, counts: Collection[int] | None) -> Work[Fit]:
        view = view_of(trace.graph, chosen)
        rooms = rooms_of(trace, view, chosen, counts)
        drawing = yield from draw_in_pieces(view, rooms, chosen, moved, measure)
        width, height = (side + 2 * (FIT_MARGIN + BEYOND) for side in drawing.extent)
        return Fit(target, drawing, _scaled(target, width, height, wanted), wanted)

    def in_rows(chosen: Options) -> Work[Fit]:
        late = yield from drawn(chosen, counts)
        early = yield from drawn(replace(chosen, early=True), counts)
        return early if early.is_readable > late.is_readable or early.numbers > GAIN * late.numbers else late

    if moved:
        return (yield from drawn(options, None))
    if len(trace.graph.nodes) > MANY:
        return (yield from drawn(list(_in_one_row(options, target, {*kept, "down"}))[-1], counts))
    found = []
    for chosen in _in_one_row(options, target, kept):
        found.append((yield from drawn(chosen, counts)))
    if "rows" not in kept and not trace.graph.folded:
        for down in dict.fromkeys(one.options.down for one in found):
            fewest = next(one for one in reversed(found) if one.options.down == down)
            for rows in range(options.rows + 1, target.rows + 1):
                wrapped = yield from in_rows(replace(fewest.options, rows=rows))
                if wrapped.numbers <= fewest.numbers:
                    break
                fewest = wrapped
                found.append(wrapped)
    return _chosen(sorted(found, key=lambda one: one.options.rows), wanted)


def _in_one_row(options: Options, target: Target, kept: Collection[str]) -> Iterator[Options]:
    fewer = options.digits > LEAST_DIGITS and "digits" not in kept
    for down in [options.down] if options.down or "down" in kept else [False, True]:
        for digits in [options.digits, LEAST_DIGITS] if fewer else [options.digits]:
            yield replace(options, sizes=target.sizes, down=down, digits=digits)


def _chosen(found: list[Fit], wanted: float | None) -> Fit:
    """The first that can be read with numbers large enough, or about worth the largest; else the largest."""
    able = [one for one in found if one.is_readable]
    if wanted or not able:
        return max(able or found, key=lambda one: one.numbers)
    worth = [one.numbers / TORN**one.drawing.placement.returns for one in able]
    enough = max(worth) / GAIN - 1e-9
    return next(
        one for one, own in zip(able, worth, strict=True) if own >= enough or one.numbers >= one.target.plenty
    )


# -- what else would help


def _sums(trace: Trace, options: Options) -> tuple[Trace, Options] | None:
    return None if options.sums else (trace, replace(options, sums=True))


def _elsewhere(at_nodes: bool) -> Callable[[Trace, Options], tuple[Trace, Options] | None]:
    def moved(trace: Trace, options: Options) -> tuple[Trace, Options] | None:
        return None if options.at_nodes == at_nodes else (trace, replace(options, at_nodes=at_nodes))

    return moved


def _folded(trace: Trace, options: Options) -> tuple[Trace, Options] | None:
    graph = trace.graph
    if not graph.folded:
        return None
    chosen = "" if graph.output == graph.own_output else graph.output
    whole, seed, _ = as_chosen(build(graph.program, trace.inputs), chosen, trace.seed)
    return record(make_plan(whole), trace.inputs, seed), options


def _as(
    level: Literal["units", "layers", "statements"],
) -> Callable[[Trace, Options], tuple[Trace, Options] | None]:
    def drawn(trace: Trace, options: Options) -> tuple[Trace, Options] | None:
        shown, other = (view_of(trace.graph, o) for o in (options, replace(options, level=level)))
        return None if shown.nodes.keys() == other.nodes.keys() else (trace, replace(options, level=level))

    return drawn


HELPS: Mapping[str, Callable[[Trace, Options], tuple[Trace, Options] | None]] = {
    "sums as one node": _sums,
    "numbers at the nodes": _elsewhere(at_nodes=True),
    "numbers at the edges": _elsewhere(at_nodes=False),
    "the units of the net": _as("units"),
    "the layers of the net": _as("layers"),
    "one node a statement": _as("statements"),
    "everything folded": _folded,
}
"""What else may make numbers larger: the trace and options with it, or None where it is so already."""
