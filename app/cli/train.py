"""The sub-command `train`: a program, or a project with its training settings, trained without a window."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.cli.interruption import Interruption
from app.cli.json_lines import answer_lines
from app.cli.outputs import check_outputs, force_argument
from app.cli.parser import Subcommand
from app.cli.programs import document_of
from app.cli.terminal import say, write, write_json
from app.cli.training_options import OPTIONS, settings_arguments, setup_from, typed, whole_setting
from app.system.exit_status import INTERRUPTED
from core.base.errors import Problem
from core.graph.json_values import plain_value
from core.project.document import SUFFIX, Document
from core.service.request import Refusal, typed_values

if TYPE_CHECKING:
    from core.service.training_curve import Curve
    from core.training.records import Record
    from core.training.trainer import Trainer

EPOCHS = 100
DIVERGED = 1  # the exit status


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "program",
        metavar="PROGRAM",
        nargs="?",
        help=f"a formula, a {SUFFIX} file, which says how to train, or - to read it from stdin",
    )
    parser.add_argument(
        "values", metavar="NAME=VALUE", nargs="*", help="initial values: w=[0, 0] b=1/2; the rest is chosen"
    )
    settings_arguments(parser)
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
    force_argument(parser)
    parser.add_argument(
        "--progress", action="store_true", help="show the progress even if stderr is no terminal"
    )


def _run(args: argparse.Namespace) -> int:
    if args.jsonl:
        _check_alone(args)
        return answer_lines(_answer)
    check_outputs([Path(path) for path in (args.curve, args.path) if path], args.force)
    return _train(args, document_of(args.program))


def _check_alone(args: argparse.Namespace) -> None:
    """Raise Problem where anything is asked for beside --jsonl."""
    options = (*OPTIONS.values(), "seed", "role", "epochs", "steps", "curve")
    given = [option for option in options if typed(args, option) is not None]
    if args.program or args.path or args.progress or given:
        said = "With --jsonl the programs, and how they are trained, are read from stdin"
        raise Problem(said, hint="Omit the program and the other options")


def _answer(line: str) -> dict[str, Any]:
    """The answer to one line of `train --jsonl`. Raises Problem or Refusal."""
    from core.service.training_report import TrainingReport
    from core.service.training_request import training_from

    training = TrainingReport(training_from(line))
    with Interruption() as interrupt:
        return training.answer(lambda: interrupt.noted)


def _train(args: argparse.Namespace, document: Document) -> int:
    """Train and write what is asked for; the exit status."""
    from core.service.training_curve import follow

    _check_files(args)
    network = document.training.trains_network
    typed = typed_values(args.values)
    try:
        made = setup_from(args, document, typed, network)
        trainer = made.trainer()
        updates = _updates(args, trainer)
    except Problem as problem:
        raise Refusal(problem, "" if network else document.text) from None
    with Interruption() as interrupt, _Progress(args.progress, updates) as progress:
        curve = follow(trainer, updates, lambda: interrupt.noted, progress)
    _write(args, curve, made.remarks)
    if curve.why_stopped or curve.why_paused:
        say(curve.why_stopped or curve.why_paused)
    if curve.interrupted:
        say(f"Interrupted after {trainer.updates:,} of {updates:,} updates.")
    return DIVERGED if curve.why_stopped else INTERRUPTED if curve.interrupted else 0


def _check_files(args: argparse.Namespace) -> None:
    for path, suffix, what in ((args.curve, ".csv", "curve"), (args.path, ".json", "weights")):
        if path and Path(path).suffix != suffix:
            raise Problem(f"The {what} {'is' if what == 'curve' else 'are'} a {suffix} file, not {path}")


def _updates(args: argparse.Namespace, trainer: Trainer) -> int:
    if args.steps is not None:
        return whole_setting(args.steps, "--steps")
    epochs = EPOCHS if args.epochs is None else whole_setting(args.epochs, "--epochs")
    return epochs * trainer.per_epoch


# -- what is written


class _Progress:
    """A line on stderr that shows how far a training is, updated at most a hundred times."""

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


def _write(args: argparse.Namespace, curve: Curve, notes: Sequence[str]) -> None:
    if args.json:
        write_json({**curve.answer(), "warnings": list(notes)})
    else:
        for note in notes:
            say(f"Note: {note}")
        write(curve.csv() if args.csv else f"{curve.text()}\n")
    files: Mapping[str | None, Callable[[], str]] = {
        args.curve: curve.csv,
        args.path: lambda: (
            json.dumps({name: plain_value(value) for name, value in curve.values.items()}) + "\n"
        ),
    }
    for path, text in files.items():
        if path:
            from app.system.disk import write_atomically

            write_atomically(Path(path), text().encode())


TRAIN = Subcommand(
    "train",
    "Train a program, or a project by its training settings.",
    """\
  chainlight train 'y = w·x + b; L = max(0, 1 - t y)' --data gauss --epochs 20 --rate 0.1
  chainlight train 'f = (1 - x)^2 + 10 (y - x^2)^2' x=0 y=0 --optimizer adam --rate 0.1 --steps 200
  chainlight train 's = w·x + b; y = step(s); L = 1/2 (t - y)^2' --data gauss --optimizer rosenblatt --json
  chainlight train lecture.chainlight --epochs 50 --curve losses.csv -o weights.json
  echo '{"program": "(w - 3)^2", "values": {"w": 1}, "steps": 10}' | chainlight train --jsonl""",
    _arguments,
    _run,
)
