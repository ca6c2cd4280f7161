"""The training settings: one table, read by the panel, the command line, the documents and project files.

TrainingSettings   what is chosen; each field has its Setting beside its kind and its default
SETTINGS           what is known of each, by name
settings_from      the settings of a file, each checked
"""

# ruff: noqa: I002 - no annotations from __future__: SETTINGS is made of what they hold

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated, Any

from msgspec import Struct

from core.base.errors import Problem, cut
from core.graph.json_values import MOST_NAMES, name_from
from core.notation.lexer import MAX_NAME

if TYPE_CHECKING:
    from core.data.table import Table

NETWORK, PROGRAM = "network", "program"  # what is trained
NO_DATA = "none"  # chosen in the place of a data set
REDUCTIONS = ("mean", "sum")
MAX_LAYERS, MAX_UNITS = 6, 512


class Setting(Struct, frozen=True):
    """What is known of a training setting beside its name, its kind and its default.

    low, high   the least and the most of a number
    choices     what a text may be, each with its title
    label, tip  of its field in the training panel; without a label it has none there
    decimals    how many of these the field of a number shows, and the `step` of its arrows
    offers      the usual values, where the field is a list that takes others too
    help        the sentence on its option of `chainlight train`, with {} for the default; "" if there is none
    option      the name of that, where it is another than the setting's
    of_network  it makes a difference only to a network that is built
    of_data     it makes a difference only with data
    read        makes it of what is found in a file, where that is not one number or text
    """

    low: float = 0
    high: float = MAX_NAME
    choices: Callable[[], Mapping[str, str]] | None = None
    label: str = ""
    tip: str = ""
    decimals: int = 0
    step: float = 1
    offers: tuple[str, ...] = ()
    help: str = ""
    option: str = ""
    of_network: bool = False
    of_data: bool = False
    read: Callable[[Any], Any] | None = None


def _trained() -> Mapping[str, str]:
    return {NETWORK: "a network", PROGRAM: "the typed program"}


def _reductions() -> Mapping[str, str]:
    return {name: name for name in REDUCTIONS}


# what loads NumPy is loaded when it is asked for: a file with the usual settings is opened without it


def _data_sets() -> Mapping[str, str]:
    from core.data.datasets import DATASETS
    from core.data.table import OWN

    named = {name: source.title for name, source in DATASETS.items()}
    return named | {OWN: "own data", NO_DATA: "none"}


def _activations() -> Mapping[str, str]:
    from core.training.activations import ACTIVATIONS

    return {name: activation.title for name, activation in ACTIVATIONS.items()}


def _optimizers() -> Mapping[str, str]:
    from core.training.optimizers import OPTIMIZERS

    return {name: rule.title for name, rule in OPTIMIZERS.items()}


def _hidden(value: Any) -> tuple[int, ...]:
    sizes = value if isinstance(value, list) else None
    if (
        sizes is None
        or len(sizes) > MAX_LAYERS
        or any(type(n) is not int or not 1 <= n <= MAX_UNITS for n in sizes)
    ):
        raise Problem(f"Hidden layers: up to {MAX_LAYERS} whole numbers from 1 to {MAX_UNITS}")
    return tuple(sizes)


def _table(value: Any) -> Any:
    from core.data.table import table_from

    return table_from(value)


def _roles(value: Any) -> dict[str, str]:
    from core.training.roles import CHOICES

    if not isinstance(value, dict) or len(value) > MOST_NAMES:
        raise Problem("The training's roles must be a table of names")
    found = {name_from(name): role for name, role in value.items()}
    for name, role in found.items():
        if role not in CHOICES:
            raise Problem(
                f"The role of {cut(name)} is {_quoted(role)}, which does not exist",
                hint=f"In the file, set it to one of: {', '.join(CHOICES)}",
            )
    return found


class TrainingSettings(Struct, frozen=True):
    """What is trained, on which data and how; `trains` is NETWORK for a built net, PROGRAM for the typed one.

    `own` are the data of one's own, chosen or not;
    `reduction` makes one loss of those of a batch; `roles` are those chosen for names of the typed program
    (core/training/roles.py). The order of the fields is that of files and of the command line.
    """

    trains: Annotated[
        str,
        Setting(
            choices=_trained,
            label="Train",
            tip="A net built here, or the typed program itself",
        ),
    ] = NETWORK
    data: Annotated[
        str,
        Setting(
            choices=_data_sets,
            label="Data",
            tip="Training data",
            help="the data set: circle, xor, iris, digits, …, or none"
            " (default: none; for a project, the project's)",
        ),
    ] = "circle"
    samples: Annotated[
        int,
        Setting(
            low=2,
            high=5000,
            label="Samples",
            tip="How many samples are drawn",
            help="how many examples are drawn ({})",
            of_data=True,
        ),
    ] = 200
    noise: Annotated[
        float,
        Setting(
            high=0.5,
            label="Noise",
            tip="Noise added to sample positions",
            decimals=2,
            step=0.05,
            help="the noise added to them, 0 to 0.5 ({})",
            of_data=True,
        ),
    ] = 0.1
    seed: Annotated[
        int,
        Setting(
            high=999_999,
            label="Seed",
            tip="The same seed draws the same data and weights",
            help="the random seed of examples, weights and mini-batches ({})",
            of_data=True,
        ),
    ] = 1
    test_percent: Annotated[
        int,
        Setting(
            high=90,
            label="Test %",
            tip="Share of the samples kept for testing",
            option="test",
            help="the percentage of examples kept for testing ({})",
            of_data=True,
        ),
    ] = 20
    stratified: Annotated[
        bool,
        Setting(
            label="Same share of each class",
            tip="Each class has the same share of the samples kept for testing",
            of_data=True,
        ),
    ] = True
    standardise: Annotated[
        bool,
        Setting(
            label="Standardise",
            tip="Shift and scale each input to mean 0 and deviation 1 over the training part",
            help="shift and scale each input to mean 0 and deviation 1 over the training part",
            of_data=True,
        ),
    ] = False
    formula: Annotated[
        str,
        Setting(
            high=200,
            label="Formula",
            tip="The formula by which the data are drawn",
            help="the formula of the data sets function and sides, as 'y = x sin(x)' (default: their own)",
            of_data=True,
        ),
    ] = ""
    own: Annotated["Table | None", Setting(read=_table)] = None
    hidden: Annotated[
        tuple[int, ...],
        Setting(
            label="Hidden",
            tip="Units of each hidden layer, such as 4 2; empty for none",
            of_network=True,
            read=_hidden,
        ),
    ] = (4, 2)
    activation: Annotated[
        str,
        Setting(
            choices=_activations,
            label="Activation",
            tip="The hidden units' function",
            of_network=True,
        ),
    ] = "tanh"
    optimizer: Annotated[
        str,
        Setting(
            choices=_optimizers,
            label="Optimizer",
            tip="The rule that updates the weights",
            help="the update rule: sgd, adam, rosenblatt, … ({})",
        ),
    ] = "sgd"
    rate: Annotated[
        float,
        Setting(
            low=1e-6,
            high=100.0,
            label="Rate",
            tip="The learning rate: how far each update goes",
            offers=("0.0001", "0.0003", "0.001", "0.003", "0.01", "0.03", "0.1", "0.3", "1", "3", "10"),
            help="the learning rate ({})",
        ),
    ] = 0.03
    momentum: Annotated[
        float,
        Setting(high=0.999, help="the momentum, where the rule has one ({})"),
    ] = 0.0
    batch: Annotated[
        int,
        Setting(
            low=1,
            high=5000,
            label="Batch",
            tip="Samples per update",
            help="how many examples a mini-batch has ({})",
            of_data=True,
        ),
    ] = 10
    decay: Annotated[
        float,
        Setting(
            high=10.0,
            label="L2 (λ)",
            tip="Penalty on large weights",
            decimals=4,
            step=0.001,
            of_network=True,
        ),
    ] = 0.0
    reduction: Annotated[
        str,
        Setting(
            choices=_reductions,
            label="Batch loss",
            tip="The loss of a mini-batch: the mean or the sum of its samples' losses",
            help="mean or sum of the losses of a mini-batch's examples ({})",
            of_data=True,
        ),
    ] = "mean"
    roles: Annotated[Mapping[str, str], Setting(read=_roles)] = {}

    @property
    def trains_network(self) -> bool:
        """Whether a net built from these settings is trained, and not the typed program."""
        return self.trains == NETWORK


USUAL = TrainingSettings()
SETTINGS: Mapping[str, Setting] = {
    name: kind.__metadata__[0] for name, kind in TrainingSettings.__annotations__.items()
}


def settings_from(found: Mapping[str, Any]) -> TrainingSettings:
    """Read the training settings of a file, each checked against its limits. Raises Problem."""
    read = {name: _read(name, found[name]) for name in SETTINGS if name in found}
    return TrainingSettings(**read)


def _read(name: str, value: Any) -> Any:
    setting, usual = SETTINGS[name], getattr(USUAL, name)
    if setting.read:
        return setting.read(value)
    if type(value) is not type(usual) and (type(usual), type(value)) != (float, int):
        wanted = "a text" if isinstance(usual, str) else "a number"
        raise Problem(f"The training's {name} must be {wanted}")
    if not setting.low <= (len(value) if isinstance(value, str) else value) <= setting.high:
        between = f"between {setting.low:g} and {setting.high:g}"
        said = f"have {between} characters" if isinstance(usual, str) else f"lie {between}"
        raise Problem(f"The training's {name} must {said}")
    if setting.choices and value != usual and value not in (known := setting.choices()):
        told = f"The training's {name} is {_quoted(value)}, which does not exist"
        raise Problem(told, hint=f'In the file, set "{name}" of "lab" to one of: {", ".join(known)}')
    return type(usual)(value)


def _quoted(value: Any) -> str:
    """A word of a file in quotation marks; of one that cannot be printed only that it is there."""
    return f"'{cut(value)}'" if isinstance(value, str) and value.isprintable() else "something else"
