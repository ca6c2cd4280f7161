"""`dataclass` as the standard library has it, made without compiling the methods of every class.

The standard one compiles six texts for each class, 0.6 ms; for the classes of this program that was a tenth
of the time in which the window opened. Here methods are closures over the names of the fields, 0.05 ms, and
only `__init__` is compiled, for a class that has many instances. `replace` is our own for the same reason:
the standard one wants every field described. `field`, `fields` and `asdict` are the standard library's, and
type checkers see its decorator and its `replace`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, Field, FrozenInstanceError, make_dataclass
from dataclasses import field as described
from operator import attrgetter
from typing import TYPE_CHECKING, Any, ClassVar, get_origin

Fields = Mapping[str, Field[Any] | None]  # a plain field without a default, as most are, needs no description
OF_EACH_CLASS = ("__dict__", "__weakref__")
FEW = 200  # instances of a class


def _decorated(
    cls: type | None = None, /, *, frozen: bool = False, slots: bool = False, eq: bool = True
) -> Any:
    def make(plain: type) -> Any:
        return _made(plain, frozen, slots, eq)

    return make if cls is None else make(cls)


def _replaced(value: Any, /, **changes: Any) -> Any:
    names = type(value).__match_args__
    fields = [changes.pop(name) if name in changes else getattr(value, name) for name in names]
    return type(value)(*fields, **changes)


if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
    from dataclasses import replace as replace
else:
    dataclass, replace = _decorated, _replaced


def _made(plain: type, frozen: bool, slots: bool, eq: bool) -> Any:
    """The class again, with methods for its fields; what it defines itself stays as it is."""
    kinds = {name: kind for name, kind in plain.__annotations__.items() if not _is_of_the_class(kind)}
    fields = {name: _described(vars(plain).get(name, MISSING)) for name in kinds}
    body = {name: one for name, one in vars(plain).items() if name not in kinds and name not in OF_EACH_CLASS}
    methods: dict[str, Any] = {
        "__match_args__": tuple(fields),
        "__dataclass_fields__": _Descriptions(kinds, fields),
        "__repr__": _repr([name for name, one in fields.items() if one is None or one.repr]),
    }
    if slots:
        methods["__slots__"] = tuple(fields)
    if eq:
        values_of = _getter([name for name, one in fields.items() if one is None or one.compare])
        methods |= {"__eq__": _eq(values_of), "__hash__": _hash(values_of) if frozen else None}
    if frozen:
        methods |= {"__setattr__": _refuse, "__delattr__": _refuse, "__reduce__": _reduce}
    made: Any = type(plain)(plain.__name__, plain.__bases__, methods | body)
    made.__qualname__ = plain.__qualname__
    if "__init__" not in body:
        made.__init__ = _init(made, fields, slots)
    return made


def _is_of_the_class(kind: Any) -> bool:
    return kind.startswith("ClassVar") if isinstance(kind, str) else get_origin(kind) is ClassVar


def _described(given: Any) -> Field[Any] | None:
    """What was written behind a field's name, as a description."""
    if given is MISSING or isinstance(given, Field):
        return None if given is MISSING else given
    return described(default=given)


class _Descriptions:
    """What the standard library's `fields` and `asdict` look for; made when they do."""

    def __init__(self, kinds: Mapping[str, Any], fields: Fields):
        self.kinds, self.fields = kinds, fields

    def __get__(self, instance: object, owner: type) -> Mapping[str, Field[Any]]:
        entries = [(name, self.kinds[name], one or described()) for name, one in self.fields.items()]
        said = {"__doc__": owner.__doc__ or owner.__name__}  # else it would be worked out
        bare = make_dataclass(owner.__name__, entries, namespace=said, init=False, repr=False, eq=False)
        found = vars(bare)["__dataclass_fields__"]
        type.__setattr__(owner, "__dataclass_fields__", found)
        return found


# -- the methods


def _init(made: Any, fields: Fields, slots: bool) -> Callable[..., None]:
    """Puts the values in their places one by one.

    The first of many calls, and one that does not fit, write a method for the class: it knows the fields by
    name and is twice as fast, but to compile it takes as long as 100 instances.
    """
    names, few = tuple(fields), iter(range(FEW))
    puts = [getattr(made, name).__set__ for name in names] if slots else []
    after = getattr(made, "__post_init__", None)

    def __init__(self: Any, *args: Any, **named: Any) -> None:
        values = args if len(args) == len(names) and not named else _all_values(fields, args, named)
        if values is None or next(few, None) is None:
            made.__init__ = _written_init(made, fields, slots)
            made.__init__(self, *args, **named)
            return
        if slots:
            for put, value in zip(puts, values, strict=True):
                put(self, value)
        else:
            self.__dict__.update(zip(names, values, strict=True))
        if after is not None:
            after(self)

    return __init__


def _all_values(fields: Fields, args: Sequence[Any], named: Mapping[str, Any]) -> Sequence[Any] | None:
    """One value for each field, those not given as usual; None where they do not fit."""
    left = list(fields)[len(args) :]
    values = [*args, *(named[name] if name in named else _usual(fields[name]) for name in left)]
    fits = len(values) == len(fields) and named.keys() <= set(left)
    return values if fits and not any(value is MISSING for value in values) else None


def _usual(one: Field[Any] | None) -> Any:
    """What a field holds that is not given, or MISSING."""
    if one is None or one.default_factory is MISSING:
        return MISSING if one is None else one.default
    return one.default_factory()


def _written_init(made: type, fields: Fields, slots: bool) -> Callable[..., None]:
    """The method as one would write it by hand, past the guard of a frozen class."""
    takes, lines = ["self"], []
    known: dict[str, Any] = {"MISSING": MISSING}
    for name, one in fields.items():
        takes.append(name)
        if one is not None and one.default_factory is not MISSING:
            takes[-1] = f"{name}=MISSING"
            lines.append(f"if {name} is MISSING: {name} = make_{name}()")
            known[f"make_{name}"] = one.default_factory
        elif one is not None and one.default is not MISSING:
            takes[-1] = f"{name}=usual_{name}"
            known[f"usual_{name}"] = one.default
        if slots:
            known[f"put_{name}"] = getattr(made, name).__set__
        lines.append(f"put_{name}(self, {name})" if slots else f"self.__dict__['{name}'] = {name}")
    if hasattr(made, "__post_init__"):
        lines.append("self.__post_init__()")
    exec(f"def __init__({', '.join(takes)}):\n " + "\n ".join(lines or ["pass"]), known)
    return known["__init__"]


def _getter(names: list[str]) -> Callable[[Any], tuple[Any, ...]]:
    """The values of some fields as a tuple, however many they are."""
    if not names:
        return lambda self: ()
    found = attrgetter(*names)
    return found if len(names) > 1 else lambda self: (found(self),)


def _eq(values_of: Callable[[Any], tuple[Any, ...]]) -> Callable[[Any, object], bool]:
    def __eq__(self: Any, other: object) -> bool:
        return values_of(self) == values_of(other) if type(other) is type(self) else NotImplemented

    return __eq__


def _hash(values_of: Callable[[Any], tuple[Any, ...]]) -> Callable[[Any], int]:
    def __hash__(self: Any) -> int:
        return hash(values_of(self))

    return __hash__


def _repr(names: list[str]) -> Callable[[Any], str]:
    def __repr__(self: Any) -> str:
        shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in names)
        return f"{type(self).__qualname__}({shown})"

    return __repr__


def _refuse(self: Any, name: str, value: Any = None) -> None:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _reduce(self: Any) -> tuple[Any, ...]:
    """How a frozen value is copied: it is made again."""
    return type(self), tuple(getattr(self, name) for name in self.__match_args__)
