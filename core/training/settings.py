"""The training settings: one table, read by the panel, the command line, the documents and project files.

TrainingSettings   what is chosen; each field has its Setting beside its kind and its default
SETTINGS           what is known of each, by name
offered            whether a setting makes a difference beside the others
settings_from      the settings of a file, each checked
"""

# ruff: noqa: I002 - no annotations from __future__: SETTINGS is made of what they hold

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated, Any

from msgspec import Struct

from core.base.errors import Problem
from core.notation.lexer import MAX_NAME
from core.training import choices
from core.training.choices import (
    BY_NORM,
    BY_VALUE,
    CONSTANT,
    COSINE,
    ELASTIC,
    L1,
    L2,
    MAX_NORM,
    NETWORK,
    NO_DATA,
    NONE,
    RECIPROCAL,
    STEPS,
)

if TYPE_CHECKING:
    from core.data.table import Table


class Setting(Struct, frozen=True):
    """What is known of a training setting beside its name, its kind and its default.

    low, high   the least and the most of a number
    choices     what a text may be, each with its title
    label, tip  of its field in the training panel; without a label it has none there
    decimals    how many of these the field of a number shows, and the `step` of its arrows
    offers      the usual values, where the field is a list that takes others too
    help        the sentence on its option of `chainlight train`, with {} for the default; "" if there is none
    option      the name of that, where it is not that of the setting with hyphens
    of_network  it makes a difference only to a network that is built
    of_data     it makes a difference only with data
    of_rule     it is this number of the update rule, which makes a difference only to rules that have it
    beside      another setting and the choices of it with which this one makes a difference
    restarts    a change of it begins the training anew; other settings change while it runs
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
    of_rule: str = ""
    beside: tuple[str, tuple[str, ...]] | None = None
    restarts: bool = False
    read: Callable[[Any], Any] | None = None


class TrainingSettings(Struct, frozen=True):
    """What is trained, on which data and how; `trains` is NETWORK for a built net, PROGRAM for the typed one.

    `activation` is one name, or one for each hidden layer, with blanks between; `features` are
    formulas that the first layer takes in the place of the inputs (core/training/features.py);
    `own` are the data of one's own, chosen or not;
    `reduction` makes one loss of those of a batch; `roles` are those chosen for names of the typed program
    (core/training/roles.py). The order of the fields is that of files and of the command line.
    """

    trains: Annotated[
        str,
        Setting(
            restarts=True,
            choices=choices.trained,
            label="Train",
            tip="A net built here, or the typed program itself",
        ),
    ] = NETWORK
    data: Annotated[
        str,
        Setting(
            restarts=True,
            choices=choices.data_sets,
            label="Data",
            tip="Training data",
            help="the data set: circle, xor, iris, digits, …, or none"
            " (default: none; for a project, the project's)",
        ),
    ] = "circle"
    samples: Annotated[
        int,
        Setting(
            restarts=True,
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
            restarts=True,
            high=0.5,
            label="Noise",
            tip="Noise added to sample positions",
            decimals=2,
            step=0.05,
            help="the noise added to them, 0 to 0.5 ({})",
            of_data=True,
        ),
    ] = 0.1
    data_seed: Annotated[
        int,
        Setting(
            restarts=True,
            high=999_999,
            label="Data seed",
            tip="The same seed draws the same data, the same part for testing and the same batches",
            help="the random seed of examples, of those kept for testing and of mini-batches ({})",
            of_data=True,
        ),
    ] = 1
    weights_seed: Annotated[
        int,
        Setting(
            restarts=True,
            high=999_999,
            label="Weights seed",
            tip="The same seed draws the same first weights",
            help="the random seed of the first weights ({})",
            of_data=True,
        ),
    ] = 1
    test_percent: Annotated[
        int,
        Setting(
            restarts=True,
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
            restarts=True,
            label="Same share of each class",
            tip="Each class has the same share of the samples kept for testing",
            of_data=True,
        ),
    ] = True
    standardise: Annotated[
        bool,
        Setting(
            restarts=True,
            label="Standardise",
            tip="Shift and scale each input to mean 0 and deviation 1 over the training part",
            help="shift and scale each input to mean 0 and deviation 1 over the training part",
            of_data=True,
        ),
    ] = False
    formula: Annotated[
        str,
        Setting(
            restarts=True,
            high=200,
            label="Formula",
            tip="The formula by which the data are drawn",
            help="the formula of the data sets function and sides, as 'y = x sin(x)' (default: their own)",
            beside=("data", ("function", "sides")),
            of_data=True,
        ),
    ] = ""
    own: Annotated["Table | None", Setting(restarts=True, read=choices.table)] = None
    hidden: Annotated[
        tuple[int, ...],
        Setting(
            restarts=True,
            label="Hidden",
            tip="Units of each hidden layer, such as 4 2; empty for none",
            of_network=True,
            read=choices.hidden,
        ),
    ] = (4, 2)
    activation: Annotated[
        str,
        Setting(
            restarts=True,
            choices=choices.activations,
            label="Activation",
            tip="The hidden units' function",
            of_network=True,
            read=choices.activation,
        ),
    ] = "tanh"
    features: Annotated[tuple[str, ...], Setting(restarts=True, of_network=True, read=choices.features)] = ()
    dropout: Annotated[
        float,
        Setting(
            high=0.95,
            label="Dropout",
            tip="Share of the hidden units that each update leaves out",
            decimals=2,
            step=0.1,
            of_network=True,
        ),
    ] = 0.0
    initial: Annotated[
        str,
        Setting(
            restarts=True,
            choices=choices.first_weights,
            label="First weights",
            tip="How the first weights are drawn",
            help="how the first weights are drawn: usual, zero, uniform, xavier, he, … ({})",
            of_data=True,
        ),
    ] = "usual"
    initial_size: Annotated[
        float,
        Setting(
            restarts=True,
            high=100.0,
            label="Their size",
            tip="The constant, or the largest magnitude of uniform numbers",
            decimals=3,
            step=0.1,
            help="the constant of --initial constant, or the largest magnitude of uniform ones ({})",
            beside=("initial", ("constant", "uniform")),
            of_data=True,
        ),
    ] = 0.5
    optimizer: Annotated[
        str,
        Setting(
            choices=choices.optimizers,
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
        Setting(
            high=0.999,
            label="Momentum",
            tip="The share of the last change that goes on",
            decimals=3,
            step=0.1,
            help="the momentum, where the rule has one ({})",
            of_rule="momentum",
        ),
    ] = 0.0
    nesterov: Annotated[
        bool,
        Setting(
            label="Nesterov",
            tip="The gradient looks ahead to where the momentum leads",
            help="Nesterov's momentum, where the rule has it",
            of_rule="nesterov",
        ),
    ] = False
    beta1: Annotated[
        float,
        Setting(
            high=0.9999,
            label="β₁",
            tip="How slowly the mean of the gradients forgets",
            decimals=4,
            step=0.01,
            help="how slowly the mean of the gradients forgets, where the rule has one ({})",
            of_rule="beta1",
        ),
    ] = 0.9
    beta2: Annotated[
        float,
        Setting(
            high=0.9999,
            label="β₂",
            tip="How slowly the mean of their squares forgets",
            decimals=4,
            step=0.001,
            help="how slowly the mean of their squares forgets, where the rule has one ({})",
            of_rule="beta2",
        ),
    ] = 0.999
    alpha: Annotated[
        float,
        Setting(
            high=0.9999,
            label="α",
            tip="How slowly the mean of the squared gradients forgets",
            decimals=4,
            step=0.01,
            help="the same of RMSprop ({})",
            of_rule="alpha",
        ),
    ] = 0.99
    eps: Annotated[
        float,
        Setting(
            high=1.0,
            label="ε",
            tip="What is added to the root that is divided by",
            offers=("1e-10", "1e-08", "1e-06", "0.001"),
            help="what is added to the root that is divided by, where the rule has one ({})",
            of_rule="eps",
        ),
    ] = 1e-8
    weight_decay: Annotated[
        float,
        Setting(
            high=10.0,
            label="Weight decay",
            tip="How much of each weight an update takes away, beside the gradient",
            decimals=4,
            step=0.01,
            help="how much of each weight AdamW takes away, times the rate ({})",
            of_rule="weight_decay",
        ),
    ] = 0.01
    schedule: Annotated[
        str,
        Setting(
            choices=choices.schedules,
            label="Schedule",
            tip="How the learning rate changes from epoch to epoch",
            help="how the rate changes: constant, step, cosine or 1/t ({})",
        ),
    ] = CONSTANT
    schedule_epochs: Annotated[
        int,
        Setting(
            low=1,
            high=1_000_000,
            label="Epochs",
            tip="After how many epochs the rate is multiplied; with cosine, after how many it is 0",
            help="after how many epochs --schedule step multiplies the rate, and cosine ends at 0 ({})",
            beside=("schedule", (STEPS, COSINE)),
        ),
    ] = 10
    schedule_factor: Annotated[
        float,
        Setting(
            high=1.0,
            label="Factor",
            tip="What the rate is multiplied by; with 1/t, k of η / (1 + k t) after t epochs",
            decimals=4,
            step=0.05,
            help="what --schedule step multiplies the rate by; with 1/t, what it grows by: k of 1 + k t ({})",
            beside=("schedule", (STEPS, RECIPROCAL)),
        ),
    ] = 0.5
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
    reduction: Annotated[
        str,
        Setting(
            choices=choices.reductions,
            label="Batch loss",
            tip="The loss of a mini-batch: the mean or the sum of its samples' losses",
            help="mean or sum of the losses of a mini-batch's examples ({})",
            of_data=True,
        ),
    ] = "mean"
    regularisation: Annotated[
        str,
        Setting(
            choices=choices.penalties,
            label="Regularisation",
            tip="A penalty on large weights, biases spared, or a limit to them",
            help="a penalty on weights, or a limit: none, l1, l2, elastic, max_norm ({})",
        ),
    ] = NONE
    l1_rate: Annotated[
        float,
        Setting(
            high=10.0,
            label="L1 rate",
            tip="λ₁ of the penalty λ₁ Σ|w|",
            decimals=4,
            step=0.001,
            option="l1",
            help="λ₁ of the penalty λ₁ Σ|w| ({})",
            beside=("regularisation", (L1, ELASTIC)),
        ),
    ] = 0.001
    l2_rate: Annotated[
        float,
        Setting(
            high=100_000.0,
            label="L2 rate",
            tip="λ₂ of the penalty λ₂/2 Σw²",
            decimals=4,
            step=0.001,
            option="l2",
            help="λ₂ of the penalty λ₂/2 Σw² ({})",
            beside=("regularisation", (L2, ELASTIC)),
        ),
    ] = 0.001
    max_norm: Annotated[
        float,
        Setting(
            low=1e-6,
            high=1000.0,
            label="Largest norm",
            tip="The largest norm of a unit's incoming weights",
            decimals=3,
            step=0.5,
            help="the largest norm of a unit's incoming weights ({})",
            beside=("regularisation", (MAX_NORM,)),
        ),
    ] = 3.0
    clipping: Annotated[
        str,
        Setting(
            choices=choices.clippings,
            label="Clip gradients",
            tip="Limit each entry of the gradient, or its norm",
            help="limit each entry of the gradient, value, or its norm: none, value or norm ({})",
        ),
    ] = NONE
    clip_at: Annotated[
        float,
        Setting(
            low=1e-6,
            high=1_000_000.0,
            label="Clip at",
            tip="The largest magnitude",
            decimals=3,
            step=0.1,
            option="clip",
            help="the limit of --clipping ({})",
            beside=("clipping", (BY_VALUE, BY_NORM)),
        ),
    ] = 1.0
    stop_epoch: Annotated[
        int,
        Setting(
            high=1_000_000,
            label="Stop at epoch",
            tip="Pause after so many epochs; 0 for never",
        ),
    ] = 0
    stop_loss: Annotated[
        float,
        Setting(
            high=1_000_000.0,
            label="Stop at loss",
            tip="Pause when the training loss is that small; 0 for never",
            decimals=4,
            step=0.01,
            help="stop when the training loss is that small; 0 for never ({})",
        ),
    ] = 0.0
    patience: Annotated[
        int,
        Setting(
            high=1_000_000,
            label="Patience",
            tip="Pause when the test loss has not been smaller for so many epochs; 0 for never",
            help="stop when the test loss has not been smaller for so many epochs; 0 for never ({})",
            of_data=True,
        ),
    ] = 0
    roles: Annotated[Mapping[str, str], Setting(restarts=True, read=choices.roles)] = {}

    @property
    def trains_network(self) -> bool:
        """Whether a net built from these settings is trained, and not the typed program."""
        return self.trains == NETWORK


USUAL = TrainingSettings()
SETTINGS: Mapping[str, Setting] = {
    name: kind.__metadata__[0] for name, kind in TrainingSettings.__annotations__.items()
}


def offered(settings: TrainingSettings, name: str) -> bool:
    """Whether a setting makes a difference beside the others."""
    from core.training.optimizers import OPTIMIZERS

    setting, rule = SETTINGS[name], OPTIMIZERS.get(settings.optimizer)
    if setting.of_network and not settings.trains_network:
        return False
    if setting.of_data and settings.data == NO_DATA:
        return False
    if setting.of_rule and not (rule and rule.offers(setting.of_rule)):
        return False
    if setting.beside:
        beside, choices = setting.beside
        return getattr(settings, beside) in choices
    return True


def settings_from(found: Mapping[str, Any]) -> TrainingSettings:
    """Read the training settings of a file, each checked against its limits. Raises Problem."""
    read = {name: _read(name, found[name]) for name in SETTINGS if name in found}
    return TrainingSettings(**read)


def _read(name: str, value: Any) -> Any:
    setting, usual = SETTINGS[name], getattr(USUAL, name)
    if setting.read:
        return setting.read(value)
    if type(value) is not type(usual) and (type(usual), type(value)) != (float, int):
        wanted = {str: "a text", bool: "true or false"}.get(type(usual), "a number")
        raise Problem(f"The training's {name} must be {wanted}")
    if not setting.low <= (len(value) if isinstance(value, str) else value) <= setting.high:
        between = f"between {setting.low:g} and {setting.high:g}"
        said = f"have {between} characters" if isinstance(usual, str) else f"lie {between}"
        raise Problem(f"The training's {name} must {said}")
    if setting.choices and value != usual and value not in (known := setting.choices()):
        raise choices.unknown(name, value, known)
    return type(usual)(value)
