"""How words are read: the parser of a sub-command, and the arguments that several of them share."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from msgspec import Struct

from app.cli.terminal import write
from core.base.errors import Problem, cut, either
from core.base.numbers import DIGITS
from core.math.derivative_names import NOTATIONS
from core.notation.spellings import node_name
from core.project.document import SUFFIX


class Subcommand(Struct, frozen=True):
    """A sub-command: its name, one sentence, examples, its arguments, and what it does."""

    name: str
    says: str
    examples: str
    arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


class Parser(argparse.ArgumentParser):
    """Options whose mistakes are sentences."""

    def __init__(self, prog: str, says: str, examples: str):
        super().__init__(
            prog=prog,
            description=says,
            epilog=examples and f"examples:\n{examples}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )

    def _print_message(self, message: str, file: Any = None) -> None:
        write(message)

    def error(self, message: str) -> NoReturn:
        message = re.sub(r"^argument (\S+?)(/\S+)?: ", r"\1: ", message)
        raise Problem(message[:1].upper() + message[1:], hint=f"See {self.prog} --help")


def with_true_minus(words: Sequence[str]) -> list[str]:
    """Programs such as -x^2 begin with a true minus, so that they are not taken for options."""
    return [word if word[:2] in ("-", "--", "-h", "-o") else re.sub("^-", "−", word) for word in words]


def whole_number(least: int, most: int) -> Callable[[str], int]:
    """The reader of a whole number between two bounds."""

    def read(word: str) -> int:
        if not (word.isascii() and word.isdigit() and least <= int(word[:9]) <= most):
            raise argparse.ArgumentTypeError(f"'{word}' is not a whole number from {least} to {most}")
        return int(word)

    return read


def choice(words: Sequence[str]) -> dict[str, Any]:
    """What an option with one of these words is added with."""

    def read(word: str) -> str:
        if word not in words:
            raise argparse.ArgumentTypeError(f"'{cut(word)}' is not {either(words)}")
        return word

    return {"type": read, "choices": words}


def node_names(word: str) -> tuple[str, ...]:
    """Read the names of nodes, separated by commas."""
    return tuple(node_name(name.strip()) for name in word.split(",") if name.strip())


def unfold_argument(parser: argparse.ArgumentParser) -> None:
    """Add the option that unfolds nodes."""
    parser.add_argument(
        "--unfold",
        metavar="y,z",
        type=node_names,
        default=(),
        help="show what these nodes are made of; all: every function, numbers: arrays as well",
    )


def notation_argument(
    parser: argparse.ArgumentParser, what: str = "how derivatives are written", usual: str = ""
) -> None:
    """Add the option that chooses how derivatives are written, with `what` it does and is `usual`."""
    titles = ", ".join(f"{name} {names.title}" for name, names in NOTATIONS.items())
    parser.add_argument(
        "--notation",
        **choice(tuple(NOTATIONS)),
        help=f"{what}: {titles} ({usual or 'partial, or as in the project'})",
    )


def program_arguments(parser: argparse.ArgumentParser, *, shown: bool = True) -> None:
    """Add a program, its values and output; where its passes are `shown`, their seed and the digits too."""
    parser.add_argument(
        "program",
        metavar="PROGRAM",
        nargs="?",
        help=f"a formula, a scene such as U6, a {SUFFIX} file, or - to read it from stdin",
    )
    parser.add_argument(
        "values", metavar="NAME=VALUE", nargs="*", help="x=-2, x=1/3, w=[1, 2], W=[[1, 2], [3, 4]]"
    )
    parser.add_argument(
        "--output", metavar="NODE", type=node_name, default="", help="the node to differentiate"
    )
    parser.add_argument("--defaults", action="store_true", help="choose values for names that have none")
    if shown:
        parser.add_argument(
            "--digits",
            metavar="N",
            type=whole_number(1, 17),
            default=DIGITS,
            help=f"significant digits ({DIGITS})",
        )
        seed = parser.add_mutually_exclusive_group()
        seed.add_argument(
            "--seed",
            metavar="VALUE",
            help="what the backward pass starts with (1): -1, [1, 0]",
        )
        seed.add_argument("--entry", metavar="0,2", help="a seed that is 1 at this entry of the output")
