"""Our `dataclass` beside the standard library's: the same source through both, and the same to be seen."""

import copy
import dataclasses
import pickle
from dataclasses import FrozenInstanceError, asdict, field, fields
from functools import cached_property
from typing import ClassVar

import pytest

from core.base.dataclass import dataclass, replace

BOTH = pytest.mark.parametrize("dataclass", [dataclasses.dataclass, dataclass], ids=["standard", "own"])


def places(dataclass):
    """A class with a field of every kind."""

    @dataclass(frozen=True, slots=True)
    class Place:
        """A place."""

        x: float
        y: float = 0.0
        names: dict[str, int] = field(default_factory=dict)
        seen: tuple[int, int] = field(default=(0, 0), compare=False, repr=False)
        children = ()

        @property
        def distance(self) -> float:
            return abs(self.x) + abs(self.y)

    Place.__qualname__ = "Place"
    return Place


Place = places(dataclass)
KINDS = pytest.mark.parametrize("kind", [places(dataclasses.dataclass), Place], ids=["standard", "own"])


@KINDS
def test_fields_are_given_in_order_or_by_name_and_have_defaults(kind):
    assert kind(1.0, 2.0, {"a": 1}, (3, 4)) == kind(names={"a": 1}, y=2.0, x=1.0)
    assert (kind(1.0).y, kind(1.0).names, kind(1.0).seen) == (0.0, {}, (0, 0))
    assert kind(1.0).names is not kind(1.0).names
    assert repr(kind(1.0, seen=(5, 6))) == "Place(x=1.0, y=0.0, names={})"


@KINDS
@pytest.mark.parametrize(
    ("args", "named"),
    [((), {}), ((1, 2, {}, (0, 0), 5), {}), ((1,), {"x": 2}), ((1,), {"z": 2})],
    ids=["lacking", "too many", "twice", "unknown"],
)
def test_what_does_not_fit_is_refused(kind, args, named):
    for _ in range(2):  # the first instance and those after it
        with pytest.raises(TypeError, match="__init__"):
            kind(*args, **named)


@BOTH
def test_values_are_equal_and_hashed_by_what_is_compared(dataclass):
    @dataclass(frozen=True, slots=True)
    class Pair:
        left: object
        right: object
        place: object = field(default=None, compare=False)

    @dataclass(frozen=True)
    class One:
        value: object

    @dataclass(frozen=True)
    class Nothing:
        pass

    assert Pair(1, 2, "here") == Pair(1, 2, "there") != Pair(2, 1)
    assert hash(Pair(1, 2, "here")) == hash(Pair(1, 2)) == hash((1, 2))
    assert One(1) == One(1) != Pair(1, 2) and hash(One(1)) == hash((1,))
    assert Nothing() == Nothing() and hash(Nothing()) == hash(())
    assert One(1) != 1 and One(1).__eq__(1) is NotImplemented


def test_what_is_no_number_equals_itself_as_in_a_tuple():
    """The standard library has compared field by field since Python 3.13."""
    nan = float("nan")
    assert Place(nan) == Place(nan) != Place(float("nan"))


@BOTH
def test_without_eq_a_value_is_equal_to_itself_alone(dataclass):
    @dataclass(frozen=True, slots=True, eq=False)
    class Array:
        entries: list[int]

    one = Array([1])
    assert one == one != Array([1])
    assert len({one, Array([1])}) == 2


@BOTH
@pytest.mark.parametrize("slots", [True, False])
def test_a_frozen_value_cannot_be_changed(dataclass, slots):
    @dataclass(frozen=True, slots=slots)
    class Fact:
        node: str

    fact = Fact("x")
    for change in (lambda: setattr(fact, "node", "y"), lambda: delattr(fact, "node")):
        with pytest.raises(FrozenInstanceError, match="'node'"):
            change()
    assert fact.node == "x"
    assert hasattr(fact, "__dict__") is not slots


@BOTH
def test_without_frozen_it_can_and_has_no_hash(dataclass):
    @dataclass(slots=True)
    class Tally:
        count: int = 0
        names: list[str] = field(default_factory=list)

    tally = Tally()
    tally.count += 1
    tally.names.append("x")
    assert tally == Tally(1, ["x"]) and Tally().names == []
    with pytest.raises(TypeError, match="unhashable"):
        hash(tally)


@KINDS
def test_patterns_bind_the_fields(kind):
    match kind(1.0, 2.0):
        case kind(x, y):  # a pattern of any class, with its fields by place
            assert (x, y) == (1.0, 2.0)
    assert kind.__match_args__ == ("x", "y", "names", "seen")


@KINDS
def test_the_standard_tools_know_it(kind):
    place = kind(1.0, names={"a": 1})
    assert dataclasses.is_dataclass(place)
    for again in (replace, dataclasses.replace):
        assert again(place, y=5.0) == kind(1.0, 5.0, {"a": 1})
    assert asdict(place) == {"x": 1.0, "y": 0.0, "names": {"a": 1}, "seen": (0, 0)}
    assert [(one.name, one.default) for one in fields(place)][:2] == [("x", dataclasses.MISSING), ("y", 0.0)]
    assert [one.compare for one in fields(kind)] == [True, True, True, False]
    with pytest.raises(TypeError):
        replace(place, z=1)


def test_a_frozen_value_can_be_copied():
    place = Place(1.0, 2.0, {"a": 1}, (3, 4))
    for again in (copy.copy(place), copy.deepcopy(place), pickle.loads(pickle.dumps(place))):
        assert again == place and again.seen == (3, 4)
    assert copy.deepcopy(place).names is not place.names


@BOTH
def test_what_the_class_says_itself_stays(dataclass):
    @dataclass(frozen=True)
    class Squared:
        """The square of a number."""

        side: float
        made: ClassVar[int] = 0
        of_text: "ClassVar[int]" = 1

        def __post_init__(self) -> None:
            if self.side < 0:
                raise ValueError("negative")

        def __repr__(self) -> str:
            return f"{self.side}²"

        @cached_property
        def area(self) -> float:
            return self.side**2

    assert (Squared(3).area, repr(Squared(3)), Squared.made, Squared.of_text) == (9, "3²", 0, 1)
    assert Squared.__doc__ == "The square of a number." and Squared.__name__ == "Squared"
    assert Squared.__qualname__.endswith("<locals>.Squared") and Squared.__module__ == __name__
    assert [one.name for one in fields(Squared)] == ["side"]
    with pytest.raises(ValueError, match="negative"):
        Squared(-1)


@KINDS
def test_properties_and_plain_attributes_of_the_class_stay(kind):
    assert kind(3.0, -4.0).distance == 7.0 and kind(0.0).children == () and kind.__doc__ == "A place."


@BOTH
def test_a_default_may_be_anything_even_what_compares_strangely(dataclass):
    class Strange:
        __hash__ = object.__hash__

        def __eq__(self, other):
            raise AssertionError("compared")

    usual = Strange()

    @dataclass(frozen=True, slots=True)
    class Holder:
        first: object = usual
        second: object = field(default=usual)

    assert Holder().first is Holder(usual).second is usual
