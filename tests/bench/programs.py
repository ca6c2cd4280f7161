"""Programs of about so many nodes, to be laid out and drawn."""

from collections.abc import Mapping
from itertools import count

from core.base.arrays import Value
from core.graph.programs import read_program
from core.passes.guessed_values import with_defaults

WIDTH = 3  # units of each layer
PER_LAYER = WIDTH * (3 * WIDTH + 2)  # nodes: weights, products, sums, a bias, tanh


def net(nodes: int, more: str = "") -> tuple[str, Mapping[str, Value]]:
    """A net written out in numbers, each weight a name of its own, and values; `more` is put at its end.

    What lacks to the number of nodes after the last layer are products added to the output.
    """
    weights, names = count(1), (f"h{i}" for i in count(1))
    layers, rest = divmod(nodes - 2 * WIDTH + 1, PER_LAYER)  # without the inputs and the last sum
    lines, before = [], [f"x{i}" for i in range(1, WIDTH + 1)]
    for layer in range(1, layers + 1):
        units = [next(names) for _ in before]
        for i, unit in enumerate(units):
            total = " + ".join(f"w{next(weights)} {name}" for name in before)
            lines.append(f"{unit} = tanh({total} + b{WIDTH * layer + i})")
        before = units
    products = [f"u{i} v{i}" for i in range(1, rest // 4 + 1)]
    text = "\n".join([*lines, f"y = {' + '.join([*before, *products])}{more}"])
    return text, with_defaults(read_program(text, ()), {})
