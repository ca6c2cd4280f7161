"""Compiling a plan: its listing is written, run once to prepare the arrays, and its functions are kept."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from core.base.arrays import Array
from core.base.errors import Problem
from core.compiled.bound import bound
from core.compiled.layout import Slot, affine_sums, slots
from core.compiled.lowering import Lowering
from core.compiled.names import literal
from core.compiled.ready import Compiled, Flat, nothing
from core.compiled.scalars import compile_numbers
from core.compiled.terms import BUFFER, NUMBER, SETTING, Term, Terms
from core.compiled.writer import Writer
from core.graph.plan import Plan


def compile_plan(
    plan: Plan,
    batched: Collection[str] = (),
    size: int = 1,
    dtype: npt.DTypeLike = np.float64,
    parameters: Sequence[str] = (),
    *,
    watch: Collection[str] = (),
    backward: bool = True,
    summed: bool = False,
    flat: Flat | None = None,
) -> Compiled:
    """Compile a plan to one function that works on batches.

    One example of plain numbers at a time, in double precision, is computed on Python floats; everything else
    by NumPy statements on arrays whose last axis is the batch.

    Args:
        plan: the instructions of both passes.
        batched: the inputs that differ from example to example.
        size: how many examples a batch has.
        dtype: float64 or float32.
        parameters: the inputs that are learned; their gradients are laid end to end.
        watch: further nodes whose values are wanted beside the output's.
        backward: whether gradients are wanted.
        summed: whether the loss of a batch is the sum of its examples' losses, and not their mean.
        flat: the storage of an engine compiled for the same graph, inputs and parameters, to be shared.

    Returns:
        The arrays to fill, the functions to call, and the arrays to read afterwards.

    Raises:
        Problem: there are parameters to learn and the output is not a number.
    """
    graph = plan.graph
    if parameters and backward and graph.nodes[graph.output].shape:
        said = f"Training needs one number to make small; {graph.output} has several entries"
        raise Problem(said, hint=f"Write sum({graph.output}) or mean({graph.output})")
    sums = affine_sums(graph, graph.downstream_of(batched), parameters)
    places = slots(graph, parameters, sums)
    count = max((slot.stop for slot in places.values()), default=0)
    flat = flat or Flat.of(count, dtype)
    if size == 1 and np.dtype(dtype) == np.float64:
        numbers = compile_numbers(plan, batched, places, watch, backward, flat)
        if numbers:
            return numbers
    terms = Terms(size, drops=backward)
    lowering = Lowering(plan, batched, places, sums, watch, terms, summed)
    if parameters and backward:
        lowering.differentiate()
    script = _Script(lowering, flat, count, np.dtype(dtype))
    return script.compiled(places)


class _Script:
    """The listing of a lowered plan and what it makes when it is run."""

    def __init__(self, lowering: Lowering, flat: Flat, count: int, dtype: np.dtype[Any]):
        self.lowering, self.flat, self.count, self.dtype = lowering, flat, count, dtype
        self.graph = lowering.graph
        everything = [*lowering.forward, *lowering.backward]
        smallest = float(np.finfo(dtype).smallest_normal)
        self.writer = Writer(lowering.terms, lowering.names, everything, smallest)
        self.parameters = self._parameters()
        self.inputs = self._inputs()
        self.forward = self.writer.write(lowering.forward)
        self.backward = self.writer.write(lowering.backward)

    def _take(self) -> list[str]:
        """The lines declared since the last time."""
        lines, self.writer.arrays = self.writer.arrays, []
        return lines

    def _parameters(self) -> list[str]:
        low, writer = self.lowering, self.writer
        wholes: dict[str, tuple[str, str]] = {}
        for pair, (block, gradient) in low.blocks.items():
            slot = low.places[pair.weights]
            names = (
                writer.declare(block, slot.whole("parameters")),
                writer.declare(gradient, slot.whole("gradient")),
            )
            wholes |= {pair.weights: names, pair.bias: names}
        for name, slot in low.places.items():
            whole = wholes.get(name, (slot.whole("parameters"), slot.whole("gradient")))
            for term, text in zip((low.values.get(name), low.gradients.get(name)), whole, strict=True):
                if term:
                    writer.declare(term, f"{text}{slot.part}")
        return self._take()

    def _inputs(self) -> list[str]:
        low, writer = self.lowering, self.writer
        for data, extended in low.extended.items():
            writer.declare(extended, f"np.ones({low.terms.full(extended)}, dtype)")
            writer.declare(data, f"{extended.detail}[:-1]")
        for name in self.graph.inputs:
            if name in low.values and name not in low.places:
                writer.name(low.values[name])
        for node in self.graph.nodes.values():
            if (
                isinstance(node.value, np.ndarray)
                and node.name in low.values
                and not self.graph.is_setting(node.name)
            ):
                writer.declare(low.values[node.name], f"np.array({literal(node.value.tolist())}, dtype)")
        return self._take()

    @property
    def head(self) -> list[str]:
        kernels = self.writer.kernels
        imports = ["from core.ops.kernels import KERNELS"] if kernels else []
        return [
            "import numpy as np",
            *imports,
            "",
            f"dtype = np.{self.dtype}",
            f"size = {self.lowering.terms.size}  # examples at a time",
            *(f'{name} = KERNELS["{kernel}"].array' for kernel, name in kernels.items()),
        ]

    @property
    def storage(self) -> list[str]:
        vectors = [f"{name} = np.zeros({self.count}, dtype)" for name in ("parameters", "gradient")]
        return ["# all parameters end to end, and their gradients", *vectors]

    @property
    def body(self) -> list[str]:
        parts = {
            "parts of these; a bias lies beside its weights": self.parameters,
            "inputs; a row of ones below the data meets the bias": self.inputs,
            "room for what is computed": self.writer.arrays,
            "the same arrays seen otherwise, and constants": self.writer.views,
        }
        lines = [line for title, part in parts.items() if part for line in ["", f"# {title}", *part]]
        lines += _function("forward", self.forward)
        lines += _function("backward", self.backward)
        if self.writer.generators:
            back = [f"{g}.bit_generator.state = {g}_start" for g in self.writer.generators]
            ahead = [f"{g}.bit_generator.advance(update << 40)" for g in self.writer.generators]
            lines += _function("rewind", [*back, *ahead], "update=0")
        return [*lines, *_function("step", ["forward()", "backward()"])]

    def compiled(self, places: Mapping[str, Slot]) -> Compiled:
        low = self.lowering
        body = self.body
        source = "\n".join([*self.head, "", *self.storage, *body, ""])
        space: dict[str, Any] = {"parameters": self.flat.parameters, "gradient": self.flat.gradient}
        # the listing names nothing a user wrote that `names` has not made an identifier of
        module = bound("\n".join([*self.head, *body]), low.names.new)
        exec(compile(module, "<listing>", "exec"), space)
        values = {n: self._array(term, space) for n, term in low.values.items() if term.op != SETTING}
        output = values[self.graph.output]
        inputs = {n: values[n] for n in self.graph.inputs if n in values and n not in places}
        for name, value in self.graph.stated.items():
            if name in inputs:
                array = inputs[name]
                array[...] = value if array.ndim == np.ndim(value) else np.asarray(value)[..., None]
        return Compiled(
            size=low.terms.size,
            flat=self.flat,
            inputs=inputs,
            views={name: slot.of(self.flat.parameters) for name, slot in places.items()},
            values=values,
            forward=space["forward"],
            step=space["step"],
            rewind=space.get("rewind", nothing),
            drops="rewind" in space,
            source=source,
            _output=output,
            _share=np.full(output.shape, low.share(bool(output.ndim)), self.dtype),
            _places=places,
        )

    def _array(self, term: Term, space: Mapping[str, Any]) -> Array:
        """The array a term stands for."""
        found: Array
        if term.op == BUFFER:
            found = space[str(term.detail)]
        elif term.op == NUMBER:
            found = np.full(self.lowering.terms.full(term), term.value, self.dtype)
        else:
            base = self._array(term.args[0], space)
            found = eval(str(term.detail).format("array"), {"np": np, "array": base})
        return found


def _function(name: str, lines: list[str], takes: str = "") -> list[str]:
    idle = all(line.startswith("#") for line in lines)
    return ["", "", f"def {name}({takes}):", *(f"    {line}" for line in [*lines, *["pass"] * idle])]
