"""Where an operation is used in a PyTorch script, and what each way to write it there asks for."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from msgspec import Struct

from core.base.arrays import Shape


class Case(Struct, frozen=True):
    """Where an operation is used: for each port the shape of one example's value, settings left out.

    batched   the ports whose values come in batches
    numbers   the ports whose values are plain numbers
    """

    shapes: Mapping[str, Shape]
    batched: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()

    @property
    def ranks(self) -> tuple[int, ...]:
        return tuple(map(len, self.shapes.values()))

    @property
    def uniform(self) -> bool:
        """Whether all are tensors and all come in batches, or none."""
        return not self.numbers and self.batched in (frozenset(), self.shapes.keys())

    def alike(self, ports: Collection[str]) -> bool:
        """Whether these ports have tensors of one shape."""
        kinds = {(self.shapes[port], port in self.batched) for port in ports}
        return len(kinds) == 1 and self.numbers.isdisjoint(ports)


class Form(Struct, frozen=True):
    """A PyTorch expression of an operation's inputs.

    Beside these it may name `dims`, the axes of one example; `along`, one of them; `place`, a range in an
    index; and `parts`, the tensors to be put together along `dims`.

    plain     the inputs that may be plain numbers; elsewhere a number becomes a tensor
    numbers   the inputs that must be plain numbers for this form
    batched   the inputs that must come in batches, and no others; None if it makes no difference
    free      the inputs for which it makes no difference all the same
    ranks     the number of axes that the first inputs of an example must have
    alike     the inputs that must be tensors of one shape
    """

    text: str
    plain: str = ""
    numbers: str = ""
    batched: str | None = None
    free: str = ""
    ranks: tuple[int, ...] = ()
    alike: str = ""

    def fits(self, case: Case) -> bool:
        return (
            set(self.numbers.split()) <= case.numbers
            and (self.batched is None or set(self.batched.split()) == case.batched - set(self.free.split()))
            and self.ranks == case.ranks[: len(self.ranks)]
            and (not self.alike or case.alike(self.alike.split()))
        )
