"""Where parameters lie: end to end in one vector, a bias beside the weights it is added to.

With a bias as the last column of its matrix, and a row of ones under the data, one product computes
`W x + b`, and one more both gradients.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from typing import Any

from msgspec import Struct

from core.base.arrays import Array, Shape
from core.graph.graph import Graph


class Slot(Struct, frozen=True):
    """A parameter's place: a stretch of the vector laid out as `block`, and of that the `part`."""

    start: int
    block: Shape
    part: str = ""

    @property
    def stop(self) -> int:
        return self.start + math.prod(self.block)

    @property
    def solid(self) -> bool:
        """Whether its entries lie one after the other."""
        return not self.part.startswith("[:, ")

    def whole(self, vector: str) -> str:
        """The block as a NumPy expression."""
        return f"{vector}[{self.start}:{self.stop}].reshape({self.block})"

    def of(self, vector: Array) -> Array:
        """The place in a vector, as a view."""
        part: Array = vector[self.start : self.stop].reshape(self.block)[PARTS[self.part]]
        return part


PARTS: dict[str, Any] = {
    "": (...,),
    "[:, :-1]": (slice(None), slice(None, -1)),
    "[:, -1]": (slice(None), -1),
    "[:-1]": (slice(None, -1),),
    "[-1]": (-1,),
    "[-1, ...]": (-1, ...),
}


class Product(Struct, frozen=True):
    """How a product takes a bias in: the letters of weights, data and result, and the parts of the block."""

    weights: str
    result: str
    weights_part: str
    bias_part: str

    def block(self, shape: Shape) -> Shape:
        """The weights' shape with room for the bias along the axis that meets the data."""
        return tuple(n + (letter == "j") for n, letter in zip(shape, self.weights, strict=True))


PRODUCTS = {
    "matvec": Product("ij", "i", "[:, :-1]", "[:, -1]"),
    "vecmat": Product("ji", "i", "[:-1]", "[-1]"),
    "dot": Product("j", "", "[:-1]", "[-1, ...]"),
}


class Affine(Struct, frozen=True):
    """A product of weights and data and the sum that adds a bias to it."""

    product: str
    sum: str
    weights: str
    bias: str
    data: str
    kind: Product


def affine_sums(graph: Graph, batched: Collection[str], parameters: Sequence[str]) -> list[Affine]:
    """The places where a product and its bias can be one; every parameter takes part in one at most."""
    free = set(parameters)
    found = []
    for node in graph.nodes.values():
        for product_name, bias in [node.args, node.args[::-1]] if node.op == "add" else []:
            product = graph.nodes[product_name]
            kind = PRODUCTS.get(product.op)
            if not kind or product.named or len(graph.users[product_name]) > 1 or bias not in free:
                continue
            weights = [
                arg
                for arg in product.args
                if arg in free and len(graph.nodes[arg].shape) == len(kind.weights)
            ]
            data = [arg for arg in product.args if arg in batched]
            if len(weights) == len(data) == 1 and graph.nodes[bias].shape == node.shape:
                free -= {weights[0], bias}
                found.append(Affine(product_name, node.name, weights[0], bias, data[0], kind))
    return found


def slots(graph: Graph, parameters: Sequence[str], sums: Sequence[Affine]) -> dict[str, Slot]:
    """The place of every parameter."""
    found: dict[str, Slot] = {}
    by_name = {name: pair for pair in sums for name in (pair.weights, pair.bias)}
    start = 0
    for name in parameters:
        if name in found:
            continue
        pair = by_name.get(name)
        if pair:
            block = pair.kind.block(graph.nodes[pair.weights].shape)
            found[pair.weights] = Slot(start, block, pair.kind.weights_part)
            found[pair.bias] = slot = Slot(start, block, pair.kind.bias_part)
        else:
            found[name] = slot = Slot(start, graph.nodes[name].shape)
        start = slot.stop
    return found
