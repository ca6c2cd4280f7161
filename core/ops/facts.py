"""What can be said of an operation besides what it computes, each a small record of its declaration."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Literal

from msgspec import Struct

from core.base.arrays import Array, Shape, Value
from core.base.lazy_numpy import np
from core.ops.rules import Rule

Domain = tuple[float, float]
REAL: Domain = (-3.0, 3.0)
POSITIVE: Domain = (0.1, 3.0)
PROBABILITY: Domain = (0.1, 0.9)
SATURATED = 3.0  # from here on a sigmoid or a tanh lets less than a twentieth of the gradient pass
FLAT = "0"  # the local derivative of an input that no gradient passes
# lengths of axes in the shapes that are guessed: any, and the number of classes
ANY, CLASSES = 0, -1
A_VECTOR, A_SCORE_EACH, A_PICTURE = ((ANY,),), ((CLASSES,),), ((6, 6),)
Guesses = tuple[Shape, ...]
# what a target may be: any number, 0 or 1, −1 or 1, or for several classes a 1 at the true one
Target = Literal["number", "0 or 1", "signs", "one-hot"]
NUMBER: Target = "number"
ZERO_OR_ONE: Target = "0 or 1"
SIGNS: Target = "signs"
ONE_HOT: Target = "one-hot"

Numbers = float | tuple[float, ...] | tuple[tuple[float, ...], ...]


_rule = lru_cache(maxsize=256)(Rule)  # which is read once


class Kink(Struct, frozen=True):
    """Where an operation has no derivative: the condition, the slopes on both sides, what is used there.

    The slopes are rules, or "" at the edge of where the operation is defined; `used` is shown as it is. In a
    tie it says in words what goes to each. `says` is that convention for the documents, and `example` has
    inputs at which the condition holds, as far as they are not 0.
    """

    at: Rule
    left: str
    right: str
    used: str
    says: str
    example: Mapping[str, Numbers]

    @property
    def is_tie(self) -> bool:
        """Whether several are equal and share what comes back."""
        return self.used.endswith(" each")

    @property
    def jumps(self) -> bool:
        """Whether the value jumps, with slope 0 on both sides."""
        return self.left == self.right == FLAT

    def slopes(self, known: Mapping[str, Value], here: Array) -> tuple[float, ...]:
        """The slopes on both sides at the first entry that is marked `here`; none at an edge."""
        if not self.left:
            return ()
        return tuple(entry_at(_rule(text).value(known), here) for text in (self.left, self.right))


def kinked(at: str, left: str, right: str, used: str, *, says: str, **example: Numbers) -> Kink:
    """State where an operation has no derivative; the condition is one that stands in brackets."""
    return Kink(Rule(f"[{at}]"), left, right, used, says, example)


class Cause(Struct, frozen=True):
    """Why a value, or what comes back, is infinite or not a number: a condition, and the words for it."""

    at: Rule
    why: str


AS_WRITTEN = "{formula}"  # in a circle: what a formula writes for the operation and its operands


class Look(Struct, frozen=True):
    """How an operation is drawn and typeset where its symbol does not say it, in marks (see core/math/marks).

    circle          what stands in its circle, with the names of its inputs in braces where operands are shown
    of_arrays       the same where all inputs are arrays
    with_constant   the same where an input is a constant number, which is then not drawn as a node
    word            what a formula calls it
    form            how a formula writes a call of it, with its inputs' names in braces
    chained         a chain of it is drawn as one node with many inputs
    weighs          the inputs that are the weights and the data of a layer of a net, where it is drawn as one
    by_columns      each unit's weights are a column of the matrix, else a row
    turns           it makes rows columns, or of a vector a row
    """

    circle: str = ""
    of_arrays: str = ""
    with_constant: Mapping[str, str] = {}
    word: str = ""
    form: str = ""
    chained: bool = False
    weighs: tuple[str, str] | None = None
    by_columns: bool = False
    turns: bool = False


BY_SYMBOL = Look()


class Learning(Struct, frozen=True):
    """What training, and the guesses for a program, need to know of an operation.

    gain          the variance times the number of inputs that weights in front of it need to keep a signal's
                  size (He), or 0; `gain_beside_constant` is the gain where an input is a constant
    passes_on     the gain of what comes behind it counts
    rearranges    weights in front of it are those of what comes behind it, laid out otherwise
    fan           of filters, which are used at many places: from the shapes of picture and filters, how many
                  inputs a sum has, and how many outputs use an input
    positive      an input that has to stay above 0, so that parameters there start at 1
    multiplies    it multiplies two values entry by entry, as a target and logarithms of probabilities
    targets       the inputs that take a target, and what that is made of
    squashes_to   what it makes of scores: a probability, probabilities that add up to 1, or a number from −1
                  to 1
    logarithm     it is one
    activation    its title among the functions of the hidden units of networks, or ""
    """

    gain: float = 0.0
    gain_beside_constant: float = 0.0
    passes_on: bool = False
    rearranges: bool = False
    fan: Callable[[Shape, Shape], tuple[int, int]] | None = None
    positive: str = ""
    multiplies: bool = False
    targets: Mapping[str, Target] = {}
    squashes_to: Literal["", "probability", "probabilities", "sign"] = ""
    logarithm: bool = False
    activation: str = ""


NEUTRAL = Learning()


def entry_at(value: Value, here: Array) -> float:
    """The entry of a value, stretched to the shape of some marks, at the first that is set."""
    marks = np.asarray(here)
    stretched = np.broadcast_to(value, np.broadcast_shapes(np.shape(value), marks.shape))
    place = np.argmax(np.broadcast_to(marks, stretched.shape) != 0)
    return float(stretched.flat[int(place)])
