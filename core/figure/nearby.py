"""What is drawn of a graph at each of its steps where all of it is to be read from far away.

The whole graph, if it can be read so; else what is near the step, and the rest gathered in few boxes.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from core.base.slicing import Work
from core.figure.drawing import draw_in_pieces
from core.figure.fit import LEAST_DIGITS, Fit
from core.figure.nets import view_of
from core.figure.options import MARGIN, Options
from core.figure.rooms import rooms_of
from core.figure.sizes import Measure, extent
from core.figure.targets import Target
from core.layout import Point
from core.passes.steps import Computed
from core.passes.trace import Trace

MOST = 120  # drawn nodes: more cannot be read from far away
LONGEST = 24  # stops in a part: going far does not take looking at all before


class Part(Struct, frozen=True):
    """The first and the last of the stops that have one drawing, and whether what it is about is `alone`."""

    low: int
    high: int
    alone: bool


class Nearby:
    """Finds the options with which the graph of a trace is drawn for a target, at each of its steps.

    A drawing serves as many steps as it can: all that they touch is to be read in it, with as much around it
    as can be read as well. So a step has one drawing, whichever way one comes to it, and from most steps to
    the next one nothing moves.
    """

    def __init__(
        self,
        trace: Trace,
        options: Options,
        target: Target,
        stops: Sequence[int],
        moved: Mapping[str, Point] | None = None,
        measure: Measure = extent,
    ):
        """Begin with nothing known.

        Args:
            trace: the trace.
            options: what is shown of the whole graph.
            target: where it is to be read.
            stops: the numbers of steps after which it is seen.
            moved: where the user has put nodes, which holds as long as the whole graph is drawn.
            measure: how large names and symbols are.
        """
        self._trace, self._target, self._stops = trace, target, stops
        self._moved, self._measure = moved or {}, measure
        exact = replace(options, until=len(trace), near=frozenset())
        self._options = exact if self._moved else replace(exact, sizes=target.sizes)
        few = replace(exact, sizes=target.sizes, digits=min(options.digits, LEAST_DIGITS))
        self._few, self._named = few, replace(few, captions=True)  # a rule below calls nodes by their names
        self._order = {name: place for place, name in enumerate(trace.graph.nodes)}.__getitem__
        self._whole: Options | None = None
        self._begun = False
        self._parts: dict[int, Part] = {}  # by their first places
        self._found: dict[Part, Options] = {}

    def at(self, count: int) -> Work[Options]:
        """The options with which the graph is drawn after so many steps."""
        if not self._begun:
            self._whole = yield from self._found_whole()
            self._begun = True
        if self._whole:
            return self._whole
        part = yield from self._part_with(min(bisect_left(self._stops, count), len(self._stops) - 1))
        if part not in self._found:
            self._found[part] = yield from self._widest(part)
        return self._found[part]

    def _found_whole(self) -> Work[Options | None]:
        for options in (replace(self._options, captions=True), self._named, self._few):
            if (yield from self._is_readable(options)):
                return options
        return None

    def _part_with(self, place: int) -> Work[Part]:
        """The part with a place: from the start of a pass, each goes as far as it can."""
        turn = bisect_left(self._stops, sum(isinstance(step, Computed) for step in self._trace.steps))
        start, end = (0, turn) if place <= turn else (turn + 1, len(self._stops) - 1)
        low = place - (place - start) % LONGEST  # where a part begins whatever is before
        end = min(end, low + LONGEST - 1)
        while True:
            if low not in self._parts:
                self._parts[low] = yield from self._part_from(low, end)
            if place <= self._parts[low].high:
                return self._parts[low]
            low = self._parts[low].high + 1

    def _part_from(self, low: int, end: int) -> Work[Part]:
        """The longest part from a place to an end at most that can be read, or one place.

        Only where one place alone cannot be, what it touches is drawn without what that is computed from.
        """
        for alone in (False, True):
            high, beyond = low - 1, end + 1
            tried = end
            while beyond - high > 1:
                if (yield from self._is_readable(self._around(Part(low, tried, alone)))):
                    high = tried
                else:
                    beyond = tried
                tried = (high + beyond) // 2
            if high >= low:
                return Part(low, high, alone)
        return Part(low, low, alone=True)

    def _around(self, part: Part) -> Options:
        """The options with which all is drawn that the steps of a part touch."""
        stops, low, high = self._stops, max(part.low, 1), max(part.high, min(1, len(self._stops) - 1))
        near = self._trace.touched(stops[low - 1] + 1, stops[high])
        return replace(self._named, near=near, alone=part.alone, until=stops[part.high])

    def _widest(self, part: Part) -> Work[Options]:
        """As much around what the steps of a part touch as can be read; of a long step, where it arrives."""
        found = self._around(part)
        readable = yield from self._is_readable(found)
        last = max(self._stops[part.high], 1)
        for near in (self._trace.touched(last, last), frozenset({self._trace.steps[last - 1].node})):
            if not readable:  # the second for a seed that makes the gradients of many nodes 0
                found = replace(found, near=near)
                readable = yield from self._is_readable(found)
        while readable:
            beside = sorted(self._beside(found.near), key=self._order)
            wider = yield from self._widened(found, beside)
            readable = len(wider.near) == len(found.near) + len(beside) > len(found.near)
            found = wider
        return found

    def _beside(self, near: Collection[str]) -> set[str]:
        """What nodes are computed from, and what uses them."""
        graph = self._trace.graph
        found = {arg for name in near for arg in graph.nodes[name].args}
        found |= {edge.target for name in near for edge in graph.users[name]}
        return found.difference(near)

    def _widened(self, options: Options, more: Sequence[str]) -> Work[Options]:
        """The options with as many more nodes near as can be read: all, or what of each half can be."""
        wider = replace(options, near=options.near.union(more))
        if not more or (yield from self._is_readable(wider)):
            return wider
        if len(more) > 1:
            for half in (more[: len(more) // 2], more[len(more) // 2 :]):
                options = yield from self._widened(options, half)
        return options

    def _is_readable(self, options: Options) -> Work[bool]:
        """Whether all that is written in a drawing with these options is large enough."""
        view, target = view_of(self._trace.graph, options), self._target
        if not self._moved and len(view.nodes) > MOST:
            return False
        rooms = rooms_of(self._trace, view, options)
        moved = {} if options.near else self._moved
        drawing = yield from draw_in_pieces(view, rooms, options, moved, self._measure)
        width, height = (side + 2 * MARGIN for side in drawing.extent)
        return Fit(target, drawing, target.scale(width, height)).is_readable
