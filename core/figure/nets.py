"""A net as it is usually drawn: units Σ│σ in columns with weights on their arrows, or a box a layer.

A layer is a sum of products of weights and data, a bias added, and a function of the sum. Its weights and its
bias are inputs that nothing else uses; a bias of several layers stays a node.
Reading order: view_of, Layer, layers_of, as_layers, as_units, symbol_of.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from core.base.arrays import Shape
from core.base.lazy_numpy import np
from core.figure.groups import around, as_statements, in_groups
from core.figure.options import Options
from core.figure.symbols import gist, symbol, written_out
from core.figure.view import Arc, Shown, View, Weight, operations_of
from core.graph.graph import Edge, Graph, Node
from core.math.mathtree import Math, Sign, Word, row
from core.math.typeset import number_math
from core.notation.tree import Index, Name, Number

MANY = 60  # drawn operations, beyond which a net is shown as units
Part = Literal["row", "column", "entry"]
MOST = 8  # units of a layer that are drawn; of more, the first ones and the last


class Product(Struct, frozen=True):
    """Weights times data, and the edge on which the data come in.

    A unit's weights are a `row` or a `column` of a matrix, or one `entry` of vectors that meet by entries.
    They may be `turned` by an operation before. Where they are `swapped`, the data are written first.
    """

    weights: str
    data: Edge
    unit_has: Part
    turned: str = ""
    swapped: bool = False

    def weight(self, unit: int | None, data: int | None) -> Weight:
        """The weight of an entry of the data in a unit; a number has no entries."""
        at = {"row": (unit, data), "column": (data, unit), "entry": (unit,)}[self.unit_has]
        return Weight(self.weights, tuple(place for place in at if place is not None))


class Layer(Struct, frozen=True):
    """A drawn node whose value is that of a layer, with all it is made of.

    It has a bias of its own, or one `shared` with other layers, which arrives like data without weights.
    """

    shown: Shown
    products: tuple[Product, ...]
    bias: str
    shared: tuple[Arc, ...]
    members: tuple[str, ...]

    @property
    def parameters(self) -> tuple[str, ...]:
        """The inputs that are not drawn, and transposes of them."""
        used = [name for product in self.products for name in (product.weights, product.turned)]
        return tuple(name for name in (*used, self.bias) if name)


def view_of(graph: Graph, options: Options) -> View:
    """Say what is drawn of a graph.

    Args:
        graph: the graph.
        options: whether operations are, or the units or layers of a net, sums of many terms, and groups.

    Returns:
        The drawn nodes, which hold all nodes of the graph but constants in circles and weights beside arrows.
    """
    operations = operations_of(graph, options.sums)
    level = options.level or ("units" if len(operations.nodes) > MANY else "operations")
    level = "operations" if options.near and level == "units" else level  # units are no parts of a program
    shown = LEVELS["operations" if graph.folded else level](operations)
    shown = in_groups(shown, options.groups) if options.groups and level != "units" else shown
    return around(shown, options.near, options.alone) if options.near else shown


def same(view: View) -> View:
    return view


def layers_of(view: View) -> Mapping[str, Layer]:
    """The layers of a view by the names of the nodes that have their values."""
    found: dict[str, Layer] = {}
    parts: set[str] = set()
    for shown in reversed(list(view.nodes.values())):
        layer = None if shown.name in parts else _layer(view, shown)
        if layer is not None:
            found[shown.name] = layer
            parts.update(layer.members)
    return {name: found[name] for name in view.nodes if name in found}


def _layer(view: View, shown: Shown) -> Layer | None:
    """The layer that ends in a node, if there is one: through a function of a sum, a sum, or a product."""
    function: tuple[str, ...] = ()
    inner = shown
    if not shown.node.is_leaf and shown.node.operation.is_function and len(shown.arcs) == 1:
        inner = view.nodes[shown.arcs[0].source]
        if not _serves_only(view, inner.name) or inner.node.shape != shown.node.shape:
            return None
        function = shown.members
    if inner.node.is_leaf or not _is_row(inner.node.shape):
        return None
    inner, ends = _before_turning(view, inner)
    if inner.node.is_leaf:
        return None
    if (single := _product(view, inner)) and not inner.node.operation.elementwise:
        return Layer(shown, (single,), "", (), (*ends, *function))
    if not inner.node.operation.look.chained:
        return None
    products: list[Product] = []
    biases: list[Arc] = []
    members: list[str] = []
    for arc in inner.arcs:
        source = view.nodes[arc.source]
        inside: tuple[str, ...] = ()
        if _serves_only(view, source.name) and not source.node.is_leaf:
            source, inside = _before_turning(view, source)
        if not _is_row(source.node.shape) or _count(source.node) != _count(inner.node):
            return None
        product = _product(view, source) if _serves_only(view, source.name) else None
        if product:
            products.append(product)
        elif source.node.is_input:
            biases.append(view.nodes[inside[0]].arcs[0] if inside else arc)
        elif _is_times_one(view, source):
            biases.append(source.arcs[0])
        members += inside
    if not products or len(biases) > 1 or len(products) + len(biases) < len(inner.arcs):
        return None
    own = [arc.source for arc in biases if _is_parameter(view, view.nodes[arc.source].node)]
    if biases and not own and any(product.swapped for product in products):
        return None  # as in w x₁ + b and w x₂ + b: one unit's weights for two examples
    members += [*ends, *function]
    return Layer(shown, tuple(products), "".join(own), () if own else tuple(biases), tuple(members))


def _before_turning(view: View, shown: Shown) -> tuple[Shown, tuple[str, ...]]:
    """What a drawn operation makes a row of, if it does that, or itself; and the operations in both."""
    if not shown.node.operation.look.turns:
        return shown, shown.members
    source = view.nodes[shown.arcs[0].source]
    if not _serves_only(view, source.name):
        return shown, shown.members
    return source, shown.members if source.node.is_leaf else (*source.members, *shown.members)


def _is_times_one(view: View, shown: Shown) -> bool:
    """Whether a drawn node is an input times the constant 1, as a bias may be written."""
    node = shown.node
    if node.is_leaf or not node.operation.elementwise or not node.operation.look.weighs or not shown.arcs:
        return False
    constants = [arg for arg in map(view.graph.nodes.__getitem__, node.args) if arg.is_constant]
    is_one = len(constants) == 1 and not constants[0].shape and constants[0].value == 1.0
    return is_one and view.nodes[shown.arcs[0].source].node.is_input


def _is_row(shape: Shape) -> bool:
    """Whether a shape is that of a number, of a vector, or of a matrix of one row."""
    return len(shape) < 2 or (len(shape) == 2 and shape[0] == 1)


def _count(node: Node) -> int | None:
    """How many entries a row has; none for a number."""
    return node.shape[-1] if node.shape else None


def _product(view: View, shown: Shown) -> Product | None:
    """Weights times data, if a node is that."""
    if shown.node.is_leaf or len(shown.arcs) != 2 or (look := shown.node.operation.look).weighs is None:
        return None
    weights, data = look.weighs
    by_entries = shown.node.operation.elementwise
    by_port = dict(zip(shown.node.ports, shown.arcs, strict=True))
    sources = {port: view.nodes[arc.source] for port, arc in by_port.items()}
    if sources[data].node.is_constant or not _is_row(sources[data].node.shape):
        return None
    if sources[weights].node.shape == sources[data].node.shape and len(sources[data].node.shape) < 2:
        for one, other in ((weights, data), (data, weights)):  # either may be the weights
            if _is_parameter(view, sources[one].node):
                part: Part = "entry" if by_entries else "row"
                return Product(sources[one].name, by_port[other].edge, part, swapped=one == data)
        return None
    given, turned, columns = sources[weights], "", look.by_columns
    if not given.node.is_leaf and given.node.operation.look.turns and _serves_only(view, given.name):
        given, turned, columns = view.nodes[given.arcs[0].source], given.name, not columns
    if not given.node.is_input or by_entries or len(given.node.shape) != 2:
        return None
    return Product(given.name, by_port[data].edge, "column" if columns else "row", turned)


def _is_parameter(view: View, node: Node) -> bool:
    return node.is_input and _serves_only(view, node.name)


def _serves_only(view: View, name: str) -> bool:
    """Whether a node is used once and nothing that was asked for."""
    outputs = (view.graph.output, view.graph.own_output)
    return len(view.leaving[name]) == 1 and not set(view.nodes[name].members).intersection(outputs)


def _inside(view: View, layers: Mapping[str, Layer]) -> set[str]:
    """The drawn nodes that are in layers, but for those that have their values."""
    members = {name for layer in layers.values() for name in layer.members}
    parameters = {name for layer in layers.values() for name in layer.parameters}
    within = members | parameters
    only = {name for name in parameters if all(arc.target in within for arc in view.leaving[name])}
    return (members | only) - layers.keys()


def as_layers(view: View) -> View:
    """The view with one node a layer; the weights and biases are in it."""
    layers = layers_of(view)
    inside = _inside(view, layers)
    nodes = {}
    for name, shown in view.nodes.items():
        if name in layers:
            layer = layers[name]
            edges = [*(product.data for product in layer.products), *(arc.edge for arc in layer.shared)]
            arcs = tuple(Arc(edge.source, name, edge, place) for place, edge in enumerate(edges))
            nodes[name] = replace(shown, members=(*layer.parameters, *layer.members), arcs=arcs, kind="group")
        elif name not in inside:
            nodes[name] = shown
    return View(view.graph, nodes)


def as_units(view: View) -> View:
    """The view with the units of its layers: what goes into a layer and comes out stands entry by entry."""
    graph, layers = view.graph, layers_of(view)
    inside = _inside(view, layers)
    sizes = _sizes(view, layers, inside)
    nodes: dict[str, Shown] = {}
    for name, shown in view.nodes.items():
        if name in inside:
            continue
        for unit, entry in _units(name, sizes):
            if name not in layers:
                arcs = [
                    arrow for arc in shown.arcs for arrow in _entry_by_entry(unit, entry, arc, view, sizes)
                ]
                nodes[unit] = replace(shown, name=unit, arcs=_numbered(arcs), entry=entry)
                continue
            layer = layers[name]
            bias = Weight(layer.bias, _place(graph.nodes[layer.bias], entry)) if layer.bias else None
            arcs = [arc for product in layer.products for arc in _into(unit, entry, product, sizes)]
            for arc in layer.shared:
                arcs += _entry_by_entry(unit, entry, arc, view, sizes)
            nodes[unit] = Shown(unit, shown.node, layer.members, _numbered(arcs), entry, bias, "unit")
    for unit, shown in nodes.items():
        if _is_rest(shown.entry):
            nodes[unit] = replace(shown, kind="rest", bias=None)
    return View(graph, nodes)


def _sizes(view: View, layers: Mapping[str, Layer], inside: Collection[str]) -> Mapping[str, int | None]:
    """How many units the layers have, what arrives at them, and what is computed of these entry by entry."""
    nodes = view.graph.nodes
    found: dict[str, int | None] = {}
    waiting = [*layers]
    for layer in layers.values():
        waiting += [product.data.source for product in layer.products]
        waiting += [arc.source for arc in layer.shared]
    while waiting:
        name = waiting.pop()
        count = _count(nodes[name])
        if name in found or name in inside or not _is_row(nodes[name].shape):
            continue
        found[name] = count
        arriving = view.nodes[name].arcs if name not in layers and _is_by_entries(nodes[name]) else ()
        meeting = [arc.source for arc in arriving]
        meeting += [arc.target for arc in view.leaving[name] if _is_by_entries(nodes[arc.target])]
        waiting += [other for other in meeting if count and _count(nodes[other]) == count]
    return found


def _is_by_entries(node: Node) -> bool:
    """Whether each entry of a node's value is computed of one entry of each argument."""
    if node.is_leaf:
        return False
    return node.operation.elementwise or (node.operation.look.turns and _is_row(node.shape))


def _units(name: str, sizes: Mapping[str, int | None]) -> Iterator[tuple[str, int | None]]:
    """The drawn nodes of a node, with the entry that each one shows; −1 stands for those left out."""
    size = sizes.get(name)
    if size is None:
        yield name, None
        return
    shown: Iterable[int] = range(size) if size <= MOST else (*range(MOST - 2), -1, size - 1)
    for entry in shown:
        yield f"{name}[{entry if entry >= 0 else '…'}]", entry


def _entry_by_entry(
    unit: str, entry: int | None, arc: Arc, view: View, sizes: Mapping[str, int | None]
) -> Iterator[Arc]:
    """The arrows for one of the view: from an entry to the same one where the operation goes by entries."""
    nodes = view.graph.nodes
    target, source = nodes[arc.target], nodes[arc.source]
    alike = entry is not None and _is_by_entries(target) and _count(source) == _count(target)
    for home, place in _units(arc.source, sizes):
        if not alike or place in (entry, None):
            yield Arc(home, unit, arc.edge, 0, hidden=_is_rest(entry) or _is_rest(place))


def _is_rest(entry: int | None) -> bool:
    return entry is not None and entry < 0


def _into(unit: str, entry: int | None, product: Product, sizes: Mapping[str, int | None]) -> Iterator[Arc]:
    """The arrows of a product into a unit, with their weights."""
    for source, place in _units(product.data.source, sizes):
        if product.unit_has == "entry" and place != entry:
            continue
        left_out = _is_rest(entry) or _is_rest(place)
        weight = None if left_out else product.weight(entry, place)
        yield Arc(source, unit, product.data, 0, weight, hidden=left_out)


def _numbered(arcs: Iterable[Arc]) -> tuple[Arc, ...]:
    return tuple(replace(arc, place=place) for place, arc in enumerate(arcs))


LEVELS: Mapping[str, Callable[[View], View]] = {
    "operations": same,
    "statements": as_statements,
    "units": as_units,
    "layers": as_layers,
}


def symbol_of(graph: Graph, shown: Shown, gathered: bool = False) -> Math:
    """What stands in a drawn node: of a unit, the sum and its function; of what is left out, dots.

    What is `gathered` because it is far away is written as far as it has room in a small box.
    """
    key = shown.node.name, shown.kind, shown.title, shown.members, shown.entry, gathered
    if key not in graph.symbols:
        graph.symbols[key] = _symbol_of(graph, shown, gathered)
    return graph.symbols[key]


def _symbol_of(graph: Graph, shown: Shown, gathered: bool) -> Math:
    node = shown.node
    if shown.kind == "rest":
        return Sign("⋮", "ord")
    if shown.title:
        return Word(shown.title, "ord")
    if shown.kind == "group":
        short = name_of(graph, shown) if node.named else symbol(graph, node, named=False)
        return (gist if gathered else written_out)(graph, shown.members) or short
    if shown.kind == "unit":
        if not node.operation.is_function:
            return Sign("∑", "ord")
        return row(Sign("∑", "ord"), Sign("|", "rel"), symbol(graph, node, named=False))
    if shown.entry is None or not node.is_leaf:
        return symbol(graph, node)
    if node.value is None:
        return name_of(graph, shown)
    return number_math(float(np.ravel(node.value)[shown.entry]))


def name_of(graph: Graph, shown: Shown) -> Math:
    """The name of what a drawn node shows: of a node, or of an entry of its value."""
    return entry_name(graph, shown.node.name, _place(shown.node, shown.entry))


def _place(node: Node, entry: int | None) -> tuple[int, ...]:
    """Where an entry stands in a row; a number has none."""
    return () if entry is None else (*(0,) * (len(node.shape) - 1), entry)


def entry_name(graph: Graph, name: str, entry: tuple[int, ...]) -> Math:
    """The name of an entry of a value, or that of a number."""
    tree = Index(Name(name), tuple(map(Number, entry))) if entry else Name(name)
    return graph.typesetter.tree(tree)
