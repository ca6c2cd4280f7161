"""A plot on a sheet of a size: title, scale, axes with their numbers, layers and legend."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache

import numpy as np
from msgspec import Struct

from core.base.arrays import Array
from core.figure.plot.facts import Arrows, Axis, Curve, Entry, Field, Matrices, Multiples, Plot, Points, View
from core.figure.plot.matrices import placed_matrices
from core.figure.plot.multiples import placed_multiples
from core.figure.plot.scales import DESCENT, GAP, LINE, scale_parts, scale_width, words
from core.figure.plot.sheet import Frame, Line, Placed, Raster, Sheet, Symbol, Text, Tile
from core.figure.plot.thinning import thinned
from core.figure.plot.ticks import places_on, ticks
from core.figure.sizes import Measure, extent
from core.math.mathtree import Digits, Math

# in sizes of text
TICK, MARGIN, SAMPLE, LEAST_ROOM = 0.3, 0.25, 1.6, 1.0
POINT, RING = 0.62, 1.35
LEAST_ARROW, MOST_ARROW, HEAD = 1.0, 3.2, 0.55  # lengths of arrows, and of their heads
MOST_LEFT = 4.0  # of the numbers at the left, and of what is free at the right
APART_ACROSS, APART_UP = 4.5, 2.4  # at least, from one number of an axis to the next


def placed(
    view: View,
    width: float,
    height: float,
    size: float,
    measure: Measure = extent,
    corner: float = 0.0,
    whole: bool = False,
) -> Sheet:
    """Lay a plot out.

    Args:
        view: what is shown.
        width, height: the sheet, in points.
        size: of its text, in points.
        measure: how large formulas are.
        corner: what stays free at the right end of the title's line, in points.
        whole: whether matrices must have room in the height, if need be without their numbers.

    Returns:
        The sheet with its parts.
    """
    most = height if whole else np.inf
    if isinstance(view, Multiples):
        return placed_multiples(view, width, most, size, measure, corner)
    if isinstance(view, Matrices):
        return placed_matrices(view, width, most, size, measure, corner)
    return _Placing(view, width, height, size, measure, corner).sheet()


class _Item(Struct, frozen=True):
    """An entry of the legend with its place."""

    entry: Entry
    x: float
    y: float


class _Placing:
    def __init__(self, plot: Plot, width: float, height: float, size: float, measure: Measure, corner: float):
        self.plot, self.width, self.height, self.size, self.measure = plot, width, height, size, measure
        self.corner = corner

    def sheet(self) -> Sheet:
        size, plot = self.size, self.plot
        across = LINE * size
        above = LINE * size * (1 + self._lines_below) + (1.2 * size if plot.up.name else 0.0)
        room = max(self.height - above - across - MARGIN * size, LEAST_ROOM * size)
        stands_beside = plot.square and self.width - room >= self._widest + MOST_LEFT * size
        items = [] if stands_beside else [*self._legend()]
        lines = round(max((item.y for item in items), default=-LINE * size) / (LINE * size)) + 1
        room = max(room - lines * LINE * size, LEAST_ROOM * size)
        most = max(2, int(room / (APART_UP * size)))
        marks = ticks(plot.up, most)
        left = max([self._wide(Digits(text)) for _, text in marks], default=0.0) + (GAP + TICK) * size
        inside = max(self.width - left - size, 2 * size)
        if plot.square:
            side = min(inside, room)
            inside, room = side, side
        frame = Frame(left, above, inside, room, plot.across, plot.up)
        bottom = above + room + across
        if stands_beside:
            items = [*self._legend_beside(left + inside + size, above, bottom)]
        parts = [
            *self._title(frame),
            *_axes(frame, size, self.measure, most),
            *self._layers(frame),
            *self._notes(frame),
            *self._entries(items, bottom),
        ]
        if plot.empty:
            middle = Text(
                "empty", left + inside / 2, above + room / 2, words(plot.empty), size, "faint", "middle"
            )
            parts.append(middle)
        height = bottom + (lines * LINE + MARGIN) * size
        return Sheet(self.width, height, tuple(parts), frame)

    def _wide(self, math: Math) -> float:
        return self.measure(math, self.size)[0]

    # -- title and scale

    def _title(self, frame: Frame) -> Iterator[Placed]:
        size, plot, baseline = self.size, self.plot, (LINE - DESCENT - 0.2) * self.size
        yield Text("title", frame.x, baseline, words(plot.title), size)
        end, line = frame.x + frame.width, self._lines_below
        last = self.width - self.corner * (not line)
        right = min(end, last)
        if plot.scale and not plot.said:  # a small plot is narrower than its title and the scale
            needed = self._wide(words(plot.title)) + 2 * size + scale_width(plot.scale, size, self.measure)
            right = min(max(right, frame.x + needed), last)
        has_lines = sum(self._said_widths) <= right  # else the colours of what is said must do
        for said in reversed(plot.said):
            math, baseline = words(said.text), (LINE * (1 + line) - DESCENT - 0.2) * size
            yield Text("said", right, baseline, math, size, said.role, "right")
            right -= self._wide(math) + GAP * size
            if said.line and has_lines:
                ends = np.array([[right - SAMPLE * size, baseline], [right, baseline]]) - (0, 0.3 * size)
                yield Line("said", ends, said.role, 2.0, said.line == "dashed")
                right -= SAMPLE * size
            right -= size
            if self._is_stacked:
                line -= 1
                right = min(end, self.width - self.corner * (not line))
        if plot.scale:
            yield from scale_parts(plot.scale, right, baseline, size, self.measure, plot.pale)

    @cached_property
    def _lines_below(self) -> int:
        """How many lines of what is said stand below the title: none where it has room beside that."""
        said, title = self.plot.said, self._wide(words(self.plot.title)) + 4 * self.size
        if not said or sum(self._said_widths) + title <= self.width - self.corner:
            return 0
        if not self._is_stacked:
            return 1
        return len(said) - (title + self._wide(words(said[0].text)) <= self.width - self.corner)

    @cached_property
    def _is_stacked(self) -> bool:
        """Whether each piece of what is said has a line of its own, since one line has no room for them."""
        said = self.plot.said
        return sum(self._wide(words(one.text)) + (1 + GAP) * self.size for one in said) > self.width

    @cached_property
    def _said_widths(self) -> list[float]:
        """How wide each piece of what is said is, with its line and the gap before it."""
        return [
            self._wide(words(one.text)) + (1 + GAP + SAMPLE * bool(one.line)) * self.size
            for one in self.plot.said
        ]

    # -- layers

    def _layers(self, frame: Frame) -> Iterator[Placed]:
        outline = Tile("frame", frame.x, frame.y, frame.width, frame.height, None, "line")
        fields = [layer for layer in self.plot.layers if isinstance(layer, Field)]
        for field in fields:
            yield self._raster(field, frame)
        yield outline
        for layer in self.plot.layers:
            if isinstance(layer, Curve):
                points = layer.points if layer.pairs else thinned(layer.points, max(2, int(frame.width)))
                yield Line(
                    layer.key,
                    _at(points, frame),
                    layer.role,
                    layer.width,
                    layer.dashed,
                    layer.pairs,
                )
            elif isinstance(layer, Points):
                yield from _symbols(layer, frame, self.size)
            elif isinstance(layer, Arrows):
                yield from self._arrows(layer, frame)

    def _raster(self, field: Field, frame: Frame) -> Raster:
        bottom, right = frame.y + frame.height, frame.x + frame.width
        left, end = (_place(frame.across, at, frame.x, right) for at in field.across)
        low, high = (_place(frame.up, at, bottom, frame.y) for at in field.up)
        # a number at each corner; what is painted are the cells between
        shares = field.shares[::-1]
        cells = (shares[:-1, :-1] + shares[1:, :-1] + shares[:-1, 1:] + shares[1:, 1:]) / 4
        return Raster("field", left, high, end - left, low - high, cells, pale=self.plot.pale)

    def _arrows(self, arrows: Arrows, frame: Frame) -> Iterator[Line]:
        """Each as a line with a head, at right angles to where the thing is the same."""
        ranges = (frame.across.high - frame.across.low, frame.up.high - frame.up.low)
        steps = np.array(ranges) / (
            frame.width,
            -frame.height,
        )  # units of the axes for each point of the sheet
        ways, starts = arrows.slopes * steps, _at(arrows.at, frame)
        steep = np.hypot(*ways.T)
        for start, way, length in zip(starts, ways, steep / max(steep.max(initial=0.0), 1e-300), strict=True):
            if not np.hypot(*way) > 0:
                continue
            ahead = way / np.hypot(*way)
            aside = np.array([-ahead[1], ahead[0]])
            tip = start + ahead * (LEAST_ARROW + length * (MOST_ARROW - LEAST_ARROW)) * self.size
            back = tip - HEAD * self.size * ahead
            head = [back + HEAD / 2 * self.size * aside, tip, back - HEAD / 2 * self.size * aside]
            yield Line(arrows.key, np.array([start, tip]), arrows.role, arrows.width)
            yield Line(f"{arrows.key} head", np.array(head), arrows.role, arrows.width)

    def _notes(self, frame: Frame) -> Iterator[Placed]:
        size, bottom, right = self.size, frame.y + frame.height, frame.x + frame.width
        last = -np.inf
        for note in self.plot.notes:
            x = _place(frame.across, note.at, frame.x, right)
            yield Line("note", np.array([[x, frame.y], [x, bottom]]), "faint", 1.0, dashed=True)
            wide = self._wide(words(note.text))
            if x - last > 0.5 * size and x + wide + GAP * size <= right:
                yield Text("note", x + 0.3 * size, frame.y + size, words(note.text), size, "faint")
                last = x + wide

    # -- legend

    @property
    def _widest(self) -> float:
        """How wide the widest entry of the legend is."""
        return self._widest_of(self.plot.legend)

    def _widest_of(self, entries: Sequence[Entry]) -> float:
        found = [self._wide(words(entry.text)) for entry in entries]
        return max(found, default=0.0) + (1.6 + GAP) * self.size

    def _legend_beside(self, x: float, above: float, bottom: float) -> Iterator[_Item]:
        """The legend in columns beside the axes, as many entries below each other as there is room for."""
        line, legend = LINE * self.size, self.plot.legend
        most = max(1, int((self.height - above) / line))
        for start in range(0, len(legend), most):
            column = legend[start : start + most]
            yield from (_Item(entry, x, above - bottom + row * line) for row, entry in enumerate(column))
            x += self._widest_of(column) + self.size

    def _legend(self) -> Iterator[_Item]:
        x, y, size = 0.0, 0.0, self.size
        for entry in self.plot.legend:
            wide = (1.6 + GAP) * size + self._wide(words(entry.text)) + size
            if x and x + wide > self.width:
                x, y = 0.0, y + LINE * size
            yield _Item(entry, x, y)
            x += wide

    def _entries(self, items: Sequence[_Item], top: float) -> Iterator[Placed]:
        size = self.size
        for item in items:
            entry, x, baseline = item.entry, item.x + 0.3 * size, top + item.y + 1.2 * size
            middle = baseline - 0.3 * size
            if entry.shape:
                width = (RING if entry.ring else POINT) * size
                yield Symbol(
                    "legend",
                    x + 0.7 * size,
                    middle,
                    width,
                    entry.shape,
                    entry.filled,
                    entry.role,
                    0.0,
                    entry.ring,
                )
            else:
                ends = np.array([[x, middle], [x + 1.4 * size, middle]])
                yield Line("legend", ends, entry.role, 2.0, entry.dashed)
            yield Text("legend", x + (1.4 + GAP) * size, baseline, words(entry.text), size)


@lru_cache(16)  # axes stay the same while it trains, but for those of updates
def _axes(frame: Frame, size: float, measure: Measure, most: int) -> tuple[Placed, ...]:
    """The marks of both axes with their numbers, `most` of them at most upwards, and their names."""
    return tuple(_axes_parts(frame, size, measure, most))


def _axes_parts(frame: Frame, size: float, measure: Measure, most: int) -> Iterator[Placed]:
    bottom, right = frame.y + frame.height, frame.x + frame.width
    across, up = frame.across, frame.up
    name = measure(across.name, size)[0] + GAP * size if across.name else 0.0
    for at, text in ticks(up, most):
        y = _place(up, at, bottom, frame.y)
        yield Line("up tick", np.array([[frame.x - TICK * size, y], [frame.x, y]]), "line", 1.0)
        x, math = frame.x - (TICK + 0.2) * size, Digits(text)
        yield Text("up number", x, y + 0.34 * size, math, size, "faint", "right")
    free = right - name
    below = bottom + (TICK + 0.95) * size
    for at, text in ticks(across, max(2, int(frame.width / (APART_ACROSS * size)))):
        x = _place(across, at, frame.x, right)
        yield Line("across tick", np.array([[x, bottom], [x, bottom + TICK * size]]), "line", 1.0)
        math = Digits(text)
        if x + measure(math, size)[0] / 2 <= free:
            yield Text("across number", x, below, math, size, "faint", "middle")
    if across.name:
        yield Text("across name", right, below, across.name, size, "ink", "right")
    if up.name:
        yield Text("up name", frame.x, frame.y - 0.35 * size, up.name, size)


@lru_cache(16)  # points stay the same while it trains
def _symbols(points: Points, frame: Frame, size: float) -> tuple[Symbol, ...]:
    """Points as they stand in a frame, those that are inside it."""
    low, high = (frame.across.low, frame.up.low), (frame.across.high, frame.up.high)
    inside = (points.at >= low) & (points.at <= high)
    places = _at(points.at, frame)
    width = (RING if points.ring else POINT) * size * points.size
    return tuple(
        Symbol(
            points.key,
            float(places[k, 0]),
            float(places[k, 1]),
            width,
            points.shape,
            points.filled,
            points.role,
            float(points.shares[k]) if len(points.shares) else 0.0,
            points.ring,
            int(points.rows[k]) if len(points.rows) else -1,
        )
        for k in np.nonzero(inside.all(axis=1))[0]
    )


def _at(points: Array, frame: Frame) -> Array:
    x = places_on(frame.across, points[:, 0], frame.x, frame.x + frame.width)
    y = places_on(frame.up, points[:, 1], frame.y + frame.height, frame.y)
    return np.stack([x, y], axis=1)


def _place(axis: Axis, at: float, start: float, end: float) -> float:
    return float(places_on(axis, np.array([at]), start, end)[0])
