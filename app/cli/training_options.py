"""The options of `train` that say what is trained and how: read, checked, and made training settings."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from core.base.arrays import Value, same
from core.base.errors import Problem, cut, either
from core.graph.graph import MOST_LISTED
from core.graph.programs import free_names, read_program
from core.graph.typed_value import read_value
from core.notation.spellings import name_of
from core.project.document import Document
from core.training.choices import NO_DATA
from core.training.settings import SETTINGS, USUAL, TrainingSettings, offered

if TYPE_CHECKING:
    from core.training.setup import TrainingSetup

MOST = 1_000_000
# the options that are training settings, by the names of these
OPTIONS = {
    name: setting.option or name.replace("_", "-") for name, setting in SETTINGS.items() if setting.help
}
SEEDS = ("data_seed", "weights_seed")  # which --seed gives
METAVARS = {str: "NAME", int: "N", float: "X"}


def settings_arguments(parser: argparse.ArgumentParser) -> None:
    """The options for training settings, and the roles."""
    for name, option in OPTIONS.items():
        usual = getattr(USUAL, name)
        says = SETTINGS[name].help.format(usual)
        if isinstance(usual, bool):
            parser.add_argument(f"--{option}", action="store_const", const=True, help=says)
        else:
            parser.add_argument(f"--{option}", metavar=METAVARS[type(usual)], help=says)
    parser.add_argument("--seed", metavar="N", help="both seeds, that of the data and that of the weights")
    parser.add_argument(
        "--role",
        metavar="NAME=ROLE",
        action="append",
        help="what a name is for, such as c=constant or 't=target signs'; repeatable"
        " (default: found from the program)",
    )


def setup_from(
    args: argparse.Namespace, document: Document, typed: Mapping[str, Value], network: bool
) -> TrainingSetup:
    """What is trained by the options and the document. Raises Problem where they do not fit."""
    from core.training.setup import setup

    if network and typed:
        raise Problem("The training chooses the initial weights of a network", hint="Omit the values")
    if network and args.role:
        raise Problem("The names of a network have their roles", hint="Omit --role")
    given = _given(args)
    values = {**document.values, **typed}
    settings = replace(document.training, **given)
    roles = _typed_roles(args.role or [], document.text, values, settings.data != NO_DATA)
    settings = replace(settings, roles=_with_roles(settings.roles, roles))
    _check_given(settings, given, args.seed is not None)
    made = setup(settings, document.text, values, document.guessed - typed.keys())
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
            raise Problem(said, hint=f"These names can: {', '.join(known[:MOST_LISTED])}")
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


def _given(args: argparse.Namespace) -> dict[str, Any]:
    """The settings that were typed."""
    found: dict[str, Any] = {}
    if args.seed is not None:
        found = {name: _number_setting(args.seed, name, "--seed") for name in SEEDS}
    for name, option in OPTIONS.items():
        word = typed(args, option)
        if word is not None:
            is_number = type(getattr(USUAL, name)) in (int, float)
            found[name] = _number_setting(word, name, f"--{option}") if is_number else word
    return found


def typed(args: argparse.Namespace, option: str) -> Any:
    """What was typed for an option, or None."""
    return getattr(args, option.replace("-", "_"))


def _number_setting(word: str, name: str, option: str) -> int | float:
    """The number of a setting, within its limits."""
    whole = isinstance(getattr(USUAL, name), int)
    found = whole_setting(word, option) if whole else _number(word, option)
    low, high = SETTINGS[name].low, SETTINGS[name].high
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


def whole_setting(word: str, option: str) -> int:
    found = _number(word, option)
    if not isinstance(found, int) or found > MOST:
        raise Problem(f"{option}: '{cut(word)}' is not a whole number from 0 to {MOST:,}")
    return found


def _check_given(settings: TrainingSettings, given: Mapping[str, Any], typed_seed: bool) -> None:
    """Raise Problem where more is asked of a data set or a rule than it has."""
    from core.data.datasets import DATASETS
    from core.training.optimizers import OPTIMIZERS

    rule, source = OPTIMIZERS.get(settings.optimizer), DATASETS.get(settings.data)
    unused = [name for name in SETTINGS if name in given and not offered(settings, name)]
    for name in unused:
        setting, option = SETTINGS[name], OPTIONS[name]
        if setting.of_data and settings.data == NO_DATA:
            option = "seed" if name in SEEDS and typed_seed else option
            said = f"--{option} has no use without data"
            raise Problem(said, hint="Choose a data set with --data, or omit it")
        if setting.of_rule and rule:
            raise Problem(f"{rule.title} has no {setting.of_rule.replace('_', ' ')}")
        if setting.beside:
            beside, choices = setting.beside
            raise Problem(
                f"--{option} has no use with --{OPTIONS[beside]} {getattr(settings, beside)}",
                hint=f"Choose --{OPTIONS[beside]} {either(choices)}",
            )
    if "patience" in given and given["patience"] and not settings.test_percent:
        raise Problem("--patience needs examples that are kept for testing", hint="Give --test a percentage")
    if source is None:
        return
    if given.get("samples", 0) > source.n_high:
        raise Problem(f"{source.title} has {source.n_high:,} examples, not {given['samples']:,}")
    if given.get("noise", 0) > source.noise_high:
        raise Problem(f"The noise of {source.title} is at most {source.noise_high:g}")


def _check_typed(made: TrainingSetup, name: str, value: Value) -> None:
    """Raise Problem for a value that is not used as it was typed."""
    name = made.graph.program.aliases.get(name, name)
    if name in made.roles.data:
        raise Problem(f"{name} takes data", hint=f"Omit its value, or rename {name}")
    if name not in made.values:
        raise Problem(f"{name} is not in the program")
    if not same(made.values[name], value):
        raise Problem(f"The value of {name} does not fit the data", hint="Omit it to have one chosen")
