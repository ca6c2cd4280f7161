"""The training settings, and reading them from a file with everything checked."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict, fields

from core.base.errors import Problem, cut
from core.graph.json_values import MOST_NAMES, name_from
from core.notation.lexer import MAX_NAME

NETWORK, PROGRAM = "network", "program"  # what is trained


class TrainingSettings(Struct, frozen=True):
    """What the training panel says; `trains` is NETWORK for a built net, PROGRAM for the typed program.

    `reduction` makes one loss of those of a batch, `mean` or `sum`; `roles` are those chosen for names of the
    typed program (core/training/roles.py).
    """

    trains: str = NETWORK
    data: str = "circle"
    samples: int = 200
    noise: float = 0.1
    seed: int = 1
    test_percent: int = 20
    hidden: tuple[int, ...] = (4, 2)
    activation: str = "tanh"
    optimizer: str = "sgd"
    rate: float = 0.03
    momentum: float = 0.0
    batch: int = 10
    decay: float = 0.0
    reduction: str = "mean"
    roles: Mapping[str, str] = {}

    @property
    def trains_network(self) -> bool:
        """Whether a net built from these settings is trained, and not the typed program."""
        return self.trains == NETWORK


# the least and the most of each number, for its control and for files
LIMITS: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "samples": (10, 5000),
        "noise": (0.0, 0.5),
        "seed": (0, 999_999),
        "test_percent": (0, 90),
        "rate": (1e-6, 100.0),
        "momentum": (0.0, 0.999),
        "batch": (1, 5000),
        "decay": (0.0, 10.0),
    }
)
MAX_LAYERS, MAX_UNITS = 6, 512
REDUCTIONS = ("mean", "sum")
NO_DATA = "none"  # chosen in the place of a data set


def settings_from(found: Mapping[str, Any]) -> TrainingSettings:
    """Read the training settings of a file, each checked against its limits. Raises Problem."""
    settings: dict[str, Any] = {}
    usual_settings = asdict(TrainingSettings())
    for entry in fields(TrainingSettings):
        if entry.name not in found:
            continue
        value, usual = found[entry.name], usual_settings[entry.name]
        if entry.name in READ:
            settings[entry.name] = READ[entry.name](value)
            continue
        if type(value) is not type(usual) and (type(usual), type(value)) != (float, int):
            wanted = "a text" if isinstance(usual, str) else "a number"
            raise Problem(f"The lab's {entry.name} must be {wanted}")
        low, high = LIMITS.get(entry.name, (0, MAX_NAME))
        if not low <= (len(value) if isinstance(value, str) else value) <= high:
            between = f"between {low:g} and {high:g}"
            said = f"have {between} characters" if isinstance(usual, str) else f"lie {between}"
            raise Problem(f"The lab's {entry.name} must {said}")
        if isinstance(value, str) and value != usual and value not in (known := choices()[entry.name]):
            told = f"The lab's {entry.name} is {_quoted(value)}, which does not exist"
            mend = f'In the file, set "{entry.name}" of "lab" to one of: {", ".join(known)}'
            raise Problem(told, hint=mend)
        settings[entry.name] = type(usual)(value)
    return TrainingSettings(**settings)


def _quoted(value: Any) -> str:
    """A word of a file in quotation marks; of one that cannot be printed only that it is there."""
    return f"'{cut(value)}'" if isinstance(value, str) and value.isprintable() else "something else"


def choices() -> Mapping[str, Collection[str]]:
    """What each setting that is a text may be."""
    # they load NumPy, and a file with the usual settings is opened without them
    from core.data.datasets import DATASETS
    from core.training.activations import ACTIVATIONS
    from core.training.optimizers import OPTIMIZERS

    return {
        "reduction": REDUCTIONS,
        "trains": (NETWORK, PROGRAM),
        "data": (*DATASETS, NO_DATA),
        "activation": ACTIVATIONS,
        "optimizer": OPTIMIZERS,
    }


def _hidden(value: Any) -> tuple[int, ...]:
    sizes = value if isinstance(value, list) else None
    if (
        sizes is None
        or len(sizes) > MAX_LAYERS
        or any(type(n) is not int or not 1 <= n <= MAX_UNITS for n in sizes)
    ):
        raise Problem(f"Hidden layers: up to {MAX_LAYERS} whole numbers from 1 to {MAX_UNITS}")
    return tuple(sizes)


def _roles(value: Any) -> dict[str, str]:
    from core.training.roles import CHOICES

    if not isinstance(value, dict) or len(value) > MOST_NAMES:
        raise Problem("The lab's roles must be a table of names")
    found = {name_from(name): role for name, role in value.items()}
    for name, role in found.items():
        if role not in CHOICES:
            raise Problem(
                f"The role of {cut(name)} is {_quoted(role)}, which does not exist",
                hint=f"In the file, set it to one of: {', '.join(CHOICES)}",
            )
    return found


# the settings that are not one number or text
READ: Mapping[str, Callable[[Any], Any]] = {"hidden": _hidden, "roles": _roles}
