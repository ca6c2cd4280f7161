"""Positions for a graph's boxes and routes for its edges, data flowing from left to right.

    place         sizes and edges -> Placement: where every box stands and how every edge runs; as work that
                  may be left in between, place_in_pieces
    Frame         nodes that stand together in a rectangle of their own
    Edge, Route   an arrow into one input of a node; a chain of cubic Bézier pieces
    point_at      a point on a route by its length, for what moves along an edge
    Space         what is kept free around a box; its Stretch where a value leaves, an Edge's where it arrives

Between two columns edges run as they like; beside boxes they are level, and room is kept above and below them
for what is written there: no label ever meets a box, an edge or another label.

Reading order: layers (which column) by network_simplex (the shortest links), ordering (which order in it),
arrivals (where edges meet their nodes), placing (which coordinates), routing (which way), parts (what hangs
together through all of these), frames (what stands in a rectangle of its own), detours (edges of nodes the
user has moved), placement (all of it); curves and boxes are the nouns. Lengths are in the units of the sizes,
y grows downwards. Equal input gives equal output.
"""

from __future__ import annotations

from core.layout.boxes import Space, Span, Stretch
from core.layout.curves import Cubic, Point, Route, point_at, straight
from core.layout.frames import Frame
from core.layout.layers import Edge
from core.layout.parts import Placement
from core.layout.placement import place, place_in_pieces

__all__ = [
    "Cubic",
    "Edge",
    "Frame",
    "Placement",
    "Point",
    "Route",
    "Space",
    "Span",
    "Stretch",
    "place",
    "place_in_pieces",
    "point_at",
    "straight",
]
