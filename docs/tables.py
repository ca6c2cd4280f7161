"""Writes the documents' tables anew from what they list: `python docs/tables.py`. A test compares them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import ModuleType

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from app.cli.training_options import OPTIONS
from core.base.arrays import Value
from core.base.numbers import typed_text
from core.data.datasets import DATASETS
from core.figure import TARGETS
from core.ops import OPS, Op, activations, arrays, elementwise, images, linear, losses, reductions
from core.passes.stepper import run
from core.training import shown as besides
from core.training.optimizers import OPTIMIZERS
from core.training.settings import SETTINGS, USUAL
from core.training.views import VIEWS

ROOT = Path(__file__).resolve().parent.parent
Rows = Iterable[Sequence[str]]


def functions(family: ModuleType) -> Rows:
    """The functions of a family, each with how its gradient comes back; those of one name stand together."""
    declared = [op for op in OPS.values() if op.call and op in vars(family).values()]
    calls = [op.call for op in declared]
    return [(_code(op.usage), op.says) for op in sorted(declared, key=lambda op: calls.index(op.call))]


def composites() -> Rows:
    """What functions stand for."""
    found = [op for op in OPS.values() if op.stands_for]
    return [(_code(f"{op.call}({', '.join(op.inputs)})"), _code(op.stands_for)) for op in found]


def kinks() -> Rows:
    """What is used where an operation has no derivative, with a program that stands at such a place."""
    for op in OPS.values():
        if op.kink:
            program, values = _at_kink(op)
            last = run(program, values).last
            found = {name: last.gradient(name) for name in values}
            gradients = {name: gradient for name, gradient in found.items() if gradient is not None}
            yield op.kink.says, _code(program), _code(_typed(values)), _code(_typed(gradients))


def _at_kink(op: Op) -> tuple[str, dict[str, Value]]:
    """A program at an operation's kink, and its values: targets are numbers, usual values left out.

    What sends no gradient back stands beside what does.
    """
    values: dict[str, Value] = {}
    args = []
    for port, value in op.at_kink().items():
        is_target = port in op.learning.targets
        if port in op.kink.example or port not in op.defaults:
            args.append(typed_text(value) if is_target else port)
            values |= {} if is_target else {port: value}
    called = f"{op.call}({', '.join(args)})" if op.call else op.value.text
    return called if op.local or op.back else f"sum({called}) + sum({args[0]})", values


def data_sets() -> Rows:
    """The data sets that trainings can take."""
    return [(_code(name), one.sentence, f"{one.n:,}", one.source) for name, one in DATASETS.items()]


def training_settings() -> Rows:
    """The options for training settings: what they say, their defaults, and what is taken."""
    for name, option in OPTIONS.items():
        usual, setting = getattr(USUAL, name), SETTINGS[name]
        if isinstance(usual, bool):
            yield _code(f"--{option}"), setting.help, "off", "no value"
            continue
        is_text = isinstance(usual, str)
        if setting.choices:
            taken = ", ".join(setting.choices())
        else:
            taken = "a formula" if is_text else f"{setting.low:,g} to {setting.high:,g}"
        says, _, default = setting.help.format(usual if is_text else f"{usual:g}").partition(" (")
        yield _code(f"--{option}"), says, default.removeprefix("default: ").removesuffix(")"), taken


def update_rules() -> Rows:
    """The update rules and their numbers."""
    for name, rule in OPTIMIZERS.items():
        yield _code(name), rule.formula, ", ".join(_code(one.name) for one in rule.hyperparameters)


def targets() -> Rows:
    """Where figures may stand, how large they are there, and how large their numbers are to be."""
    for target in TARGETS.values():
        numbers = [f"{points:g} points up to {nodes} nodes" for nodes, points in target.numbers]
        least = f"{'else ' if numbers else ''}{target.least:g} points"
        size = f"{target.width:g} × {target.height:g} points"
        yield _code(target.name), size, str(target.rows), ", ".join([*numbers, least])


def views() -> Rows:
    """The views of a training: what is to be seen in each, and which trainings have it."""
    for name, view in VIEWS.items():
        yield _code(name), view.says, view.needs or "nothing more"


def switches() -> Rows:
    """What views show besides: the option of a command, what it does, and the views that have it."""
    for name, switch in besides.SWITCHES.items():
        what = f"without: {switch.tip}" if getattr(besides.Shown(), name) else switch.tip
        yield _code(besides.option(name)), what, ", ".join(map(_code, switch.views))


def _code(text: str) -> str:
    return f"`{text}`"


def _typed(values: Mapping[str, Value]) -> str:
    return " ".join(f"{name}={typed_text(value).replace(' ', '')}" for name, value in values.items())


# the first table in a section of a document
TABLES: Mapping[tuple[str, str], Callable[[], Rows]] = {
    ("docs/functions.md", "Arithmetic and the functions of calculus"): partial(functions, elementwise),
    ("docs/functions.md", "Activations"): partial(functions, activations),
    ("docs/functions.md", "Numbers and distributions made of arrays"): partial(functions, reductions),
    ("docs/functions.md", "Products"): partial(functions, linear),
    ("docs/functions.md", "Arrays put together, taken apart, laid out otherwise"): partial(functions, arrays),
    ("docs/functions.md", "Losses"): partial(functions, losses),
    ("docs/functions.md", "Pictures"): partial(functions, images),
    ("docs/unfolding.md", "What functions stand for"): composites,
    ("docs/conventions.md", "Where there is no derivative"): kinks,
    ("docs/figures.md", "For a slide or a column of print"): targets,
    ("docs/figures.md", "Views of a training"): views,
    ("docs/figures.md", "What views show besides"): switches,
    ("docs/training.md", "Settings"): training_settings,
    ("docs/training.md", "Data sets"): data_sets,
    ("docs/training.md", "Update rules"): update_rules,
}


def renewed(text: str, section: str, rows: Rows) -> str:
    """A document with other rows in the first table of a section."""
    before, found, rest = text.partition(f"# {section}\n")
    assert found, f"there is no section {section}"
    above, head, after = rest.partition("|")
    head, rule, below = f"{head}{after}".split("\n", 2)
    while below.startswith("|"):
        below = below.partition("\n")[2]
    lines = ["| " + " | ".join(cell.replace("|", r"\|") for cell in row) + " |" for row in rows]
    return before + found + above + "\n".join([head, rule, *lines, below])


def main() -> None:
    for (document, section), rows in TABLES.items():
        path = ROOT / document
        path.write_text(renewed(path.read_text(encoding="utf-8"), section, rows()), encoding="utf-8")


if __name__ == "__main__":
    main()
