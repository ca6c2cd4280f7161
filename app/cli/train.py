"""The command `train`: a program, or a project with its lab, trained without a window."""

from __future__ import annotations

import argparse
import json
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from app.cli.terminal import say, write, write_json
from core.base.arrays import Value, same
from core.base.dataclass import replace
from core.base.errors import Problem, cut
from core.graph.builder import free_names, read_program
from core.graph.json_values import plain_value
from core.graph.typed_value import read_value
from core.notation.spellings import name_of
from core.project.document import Document
from core.service.request import LISTED, Refusal, typed_values
from core.training.lab import LIMITS, NO_DATA, Lab

if TYPE_CHECKING:
    from core.service.training_curve import Curve
    from core.training.setup import Setup
    from core.training.trainer import Record, Trainer

EPOCHS, MOST = 100, 1_000_000
DIVERGED, INTERRUPTED = 1, 130
# the options that are settings of the lab: each setting's name there, and what it is
SETTINGS: Mapping[str, tuple[str, str, str]] = {
    "data": (
        "data",
        "NAME",
        "the data set: circle, xor, iris, digits, …, or none (default: none; for a project, the project's)",
    ),
    "samples": ("samples", "N", "how many examples are drawn"),
    "noise": ("noise", "X", "the noise added to them, 0 to 0.5"),
    "seed": ("seed", "N", "the random seed of examples, weights and mini-batches"),
    "test": ("test_percent", "N", "the percentage of examples kept for testing"),
    "optimizer": ("optimizer", "NAME", "the update rule: sgd, adam, rosenblatt, …"),
    "rate": ("rate", "X", "the learning rate"),
    "momentum": ("momentum", "X", "the momentum, where the rule has one"),
    "batch": ("batch", "N", "how many examples a mini-batch has"),
    "reduction": ("reduction", "NAME", "mean or sum of the losses of a mini-batch's examples"),
}
TEXTS = ("data", "optimizer", "reduction")
OF_EXAMPLES = ("samples", "noise", "seed", "test", "batch", "reduction")  # options that need data


def train_arguments(parser: argparse.ArgumentParser) -> None:
    usual = asdict(Lab())
    parser.add_argument(
        "program",
        metavar="PROGRAM",
        nargs="?",
        help="a formula, a .chainlight file whose lab says how to train, or - to read it from stdin",
    )
    parser.add_argument(
        "values", metavar="NAME=VALUE", nargs="*", help="initial values: w=[0, 0] b=1/2; the rest is chosen"
    )
    for option, (name, metavar, says) in SETTINGS.items():
        given = "" if name == "data" else f" ({usual[name]})"
        parser.add_argument(f"--{option}", metavar=metavar, help=f"{says}{given}")
    parser.add_argument(
        "--role",
        metavar="NAME=ROLE",
        action="append",
        help="what a name is for, such as c=constant or 't=target signs'; repeatable"
        " (default: found from the program)",
    )
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--epochs", metavar="N", help=f"how often all examples are used ({EPOCHS})")
    length.add_argument("--steps", metavar="N", help="the number of updates instead")
    shape = parser.add_mutually_exclusive_group()
    shape.add_argument("--json", action="store_true", help="losses, accuracies and final weights as JSON")
    shape.add_argument(
        "--csv", action="store_true", help="a row for each epoch, with the weights if these are few"
    )
    shape.add_argument(
        "--jsonl", action="store_true", help="read a JSON request from each line, write one answer per line"
    )
    parser.add_argument("--curve", metavar="FILE", help="write the rows of --csv to a .csv file as well")
    parser.add_argument("-o", dest="path", metavar="FILE", help="write the final weights to a .json file")
    parser.add_argument(
        "--progress", action="store_true", help="show the progress even if stderr is no terminal"
    )


class Interrupt:
    """While it is entered, the first Ctrl+C is only noted, so that a training ends in good order."""

    def __init__(self) -> None:
        self.noted = False

    def __enter__(self) -> Interrupt:
        self._before = signal.signal(signal.SIGINT, self._note)
        return self

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.noted = True
        signal.signal(signal.SIGINT, self._before)  # a second one ends at once

    def __exit__(self, *raised: object) -> None:
        signal.signal(signal.SIGINT, self._before)


def check_alone(words: argparse.Namespace) -> None:
    """Raise Problem where anything is asked for beside --jsonl."""
    options = (*SETTINGS, "role", "epochs", "steps", "curve")
    given = [option for option in options if getattr(words, option) is not None]
    if words.program or words.path or words.progress or given:
        said = "With --jsonl the programs, and how they are trained, are read from stdin"
        raise Problem(said, hint="Omit the program and the other options")


def training_answer(line: str) -> dict[str, Any]:
    """The answer to one line of `train --jsonl`. Raises Problem or Refusal."""
    from core.service.training_request import Training, training_from

    training = Training(training_from(line))
    with Interrupt() as interrupt:
        return training.answer(lambda: interrupt.noted)


def write_training(words: argparse.Namespace, document: Document) -> int:
    """Train and write what is asked for; the exit status. Raises Problem or Refusal."""
    from core.service.training_curve import follow

    _check_files(words)
    network = words.program.endswith(".chainlight") and document.lab.trains == "network"
    typed = typed_values(words.values)
    try:
        made = _made(words, document, typed, network)
        trainer = made.trainer()
        updates = _updates(words, trainer)
    except Problem as problem:
        raise Refusal(problem, "" if network else document.text) from None
    with Interrupt() as interrupt, _Progress(words.progress, updates) as progress:
        curve = follow(trainer, updates, lambda: interrupt.noted, progress)
    _write(words, curve, made.notes)
    if curve.trouble:
        say(curve.trouble)
    if curve.interrupted:
        say(f"Interrupted after {trainer.updates:,} of {updates:,} updates.")
    return DIVERGED if curve.trouble else INTERRUPTED if curve.interrupted else 0


def _check_files(words: argparse.Namespace) -> None:
    for path, suffix, what in ((words.curve, ".csv", "curve"), (words.path, ".json", "weights")):
        if path and Path(path).suffix != suffix:
            raise Problem(f"The {what} {'is' if what == 'curve' else 'are'} a {suffix} file, not {path}")


# -- what is trained


def _made(words: argparse.Namespace, document: Document, typed: Mapping[str, Value], network: bool) -> Setup:
    """What the lab makes of the words. Raises Problem where they do not fit."""
    from core.training.setup import setup

    if network and typed:
        raise Problem("The lab chooses the initial weights of a network", hint="Omit the values")
    if network and words.role:
        raise Problem("The names of a network have their roles", hint="Omit --role")
    lab = document.lab if words.program.endswith(".chainlight") else Lab(trains="program", data="none")
    given = _given(words)
    values = {**document.values, **typed}
    lab = replace(lab, **given)
    roles = _typed_roles(words.role or [], document.text, values, lab.data != NO_DATA)
    lab = replace(lab, roles=_with_roles(lab.roles, roles))
    _check_given(words, lab, given)
    made = setup(lab, document.text, values, document.guessed - typed.keys())
    for name, value in typed.items():
        _check_typed(made, name, value)
    return made


def _typed_roles(
    words: Sequence[str], text: str, values: Mapping[str, Value], with_data: bool
) -> dict[str, str]:
    """The roles of words such as `c=constant`. Raises Problem where a name or a role does not exist."""
    from core.training.roles import CHOICES, offered

    if not words:
        return {}
    program = read_program(text, values)
    known = free_names(program, values)
    found: dict[str, str] = {}
    for word in words:
        spelled, _, role = map(str.strip, word.partition("="))
        name = spelled
        with suppress(Problem):
            name = program.aliases.get(name_of(spelled), name_of(spelled))
        if role not in CHOICES:
            said = f"--role: '{cut(word)}' does not end in a role, as in c=constant"
            raise Problem(said, hint=f"The roles are {', '.join(CHOICES)}")
        if name not in known:
            said = f"--role: '{cut(spelled)}' is not a name that can have a role"
            raise Problem(said, hint=f"These names can: {', '.join(known[:LISTED])}")
        if name in found:
            raise Problem(f"--role: {name} is given twice")
        if not with_data and role not in offered(None):
            raise Problem(f"Without data {name} cannot be {role}", hint="Choose a data set with --data")
        found[name] = role
    return found


def _with_roles(chosen: Mapping[str, str], typed: Mapping[str, str]) -> dict[str, str]:
    """The roles of a project with those that were typed; a typed target takes the place of its target."""
    from core.training.roles import AS_TARGET

    has_target = any(role.startswith(AS_TARGET) for role in typed.values())
    kept = {name: role for name, role in chosen.items() if not (has_target and role.startswith(AS_TARGET))}
    return {**kept, **typed}


def _given(words: argparse.Namespace) -> dict[str, Any]:
    """The settings that were typed."""
    found: dict[str, Any] = {}
    for option, (name, *_) in SETTINGS.items():
        word = getattr(words, option)
        if word is not None:
            found[name] = word if name in TEXTS else _setting(word, name, f"--{option}")
    return found


def _setting(word: str, name: str, option: str) -> int | float:
    """A number of the lab, within its limits."""
    whole = isinstance(getattr(Lab(), name), int)
    found = _whole(word, option) if whole else _number(word, option)
    low, high = LIMITS[name]
    if not low <= found <= high:
        raise Problem(f"{option} must lie between {low:g} and {high:g}")
    return found if whole else float(found)


def _number(word: str, option: str) -> int | float:
    """A number as it is typed, a fraction too."""
    found: Value | None = None
    with suppress(Problem):
        found = read_value(word.lstrip("−"), "x")
    if not isinstance(found, float) or word.startswith(("−", "-")):
        raise Problem(f"{option}: '{cut(word)}' is not a number from 0 on")
    return int(found) if word.isdecimal() and found <= MOST else found


def _whole(word: str, option: str) -> int:
    found = _number(word, option)
    if not isinstance(found, int) or found > MOST:
        raise Problem(f"{option}: '{cut(word)}' is not a whole number from 0 to {MOST:,}")
    return found


def _check_given(words: argparse.Namespace, lab: Lab, given: Mapping[str, Any]) -> None:
    """Raise Problem where more is asked of a data set or a rule than it has."""
    from core.data.datasets import DATASETS
    from core.training.optimizers import MOMENTUM, OPTIMIZERS

    rule, source = OPTIMIZERS.get(lab.optimizer), DATASETS.get(lab.data)
    if "momentum" in given and rule and MOMENTUM not in rule.hyperparameters:
        raise Problem(f"{rule.title} has no momentum")
    unused = [option for option in OF_EXAMPLES if getattr(words, option) is not None]
    if lab.data == NO_DATA and unused:
        raise Problem(
            f"--{unused[0]} has no use without data", hint="Choose a data set with --data, or omit it"
        )
    if source is None:
        return
    if given.get("samples", 0) > source.n_high:
        raise Problem(f"{source.title} has {source.n_high:,} examples, not {given['samples']:,}")
    if given.get("noise", 0) > source.noise_high:
        raise Problem(f"The noise of {source.title} is at most {source.noise_high:g}")


def _check_typed(made: Setup, name: str, value: Value) -> None:
    """Raise Problem for a value that is not used as it was typed."""
    name = made.graph.program.aliases.get(name, name)
    if name in made.roles.data:
        raise Problem(f"{name} takes data", hint=f"Omit its value, or rename {name}")
    if name not in made.values:
        raise Problem(f"{name} is not in the program")
    if not same(made.values[name], value):
        raise Problem(f"The value of {name} does not fit the data", hint="Omit it to have one chosen")


def _updates(words: argparse.Namespace, trainer: Trainer) -> int:
    if words.steps is not None:
        return _whole(words.steps, "--steps")
    epochs = EPOCHS if words.epochs is None else _whole(words.epochs, "--epochs")
    return epochs * trainer.per_epoch


# -- what is written


class _Progress:
    """A line on stderr that tells how far a training is, at most a hundred times."""

    def __init__(self, asked: bool, updates: int):
        self._shown = asked or (sys.stderr is not None and sys.stderr.isatty())
        self._updates, self._percent = updates, -1

    def __enter__(self) -> Callable[[Record], None]:
        return self._tell

    def _tell(self, record: Record) -> None:
        percent = 100 * record.step // max(1, self._updates)
        if self._shown and percent > self._percent:
            self._percent = percent
            said = f"{percent} %: epoch {record.epoch:,}, training loss {record.train_loss:.4g}"
            say(f"\r{said:<60}", end="")

    def __exit__(self, *raised: object) -> None:
        if self._shown:
            say("")


def _write(words: argparse.Namespace, curve: Curve, notes: Sequence[str]) -> None:
    if words.json:
        write_json({**curve.answer(), "warnings": list(notes)})
    else:
        for note in notes:
            say(f"Note: {note}")
        write(curve.csv() if words.csv else f"{curve.text()}\n")
    files = {
        words.curve: curve.csv,
        words.path: lambda: (
            json.dumps({name: plain_value(value) for name, value in curve.values.items()}) + "\n"
        ),
    }
    for path, text in files.items():
        if path:
            from app.state.disk import write_atomically

            write_atomically(Path(path), text().encode())
