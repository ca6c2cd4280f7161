"""The commands: tables of gradients, figures for slides made by a script, and the window with its options."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, NoReturn

from app.cli.derive import derive_arguments, write_derivatives
from app.cli.export import export_arguments, write_export
from app.cli.terminal import decoded, say, stdin_lines, write, write_json
from app.cli.train import check_alone, train_arguments, training_answer, write_training
from app.shell.opening import open_window
from app.state.system import not_loaded
from core.base.dataclass import dataclass, replace
from core.base.errors import Problem, legible
from core.base.numbers import DIGITS
from core.notation.lexer import MAX_CHARACTERS
from core.notation.nearest import nearest
from core.notation.spellings import node_name
from core.passes.seed import read_entry
from core.project.document import MAX_BYTES, Document, loads
from core.service.report import Report, error_answer, error_text
from core.service.request import (
    Refusal,
    Request,
    json_hint,
    request_from,
    typed_hint,
    typed_seed,
    typed_values,
)


def run_command(words: Sequence[str]) -> int:
    """Do what some words ask for; the exit status."""
    command = COMMANDS.get(words[0])
    if command is None:
        return _window(words)
    parser = _Parser(f"chainlight {words[0]}", command.says, command.examples)
    command.arguments(parser)
    return command.run(parser.parse_intermixed_args(_with_true_minus(words[1:])))


def say_why(error: Exception, words: Sequence[str]) -> None:
    """Why some words were refused, as lines on stderr, or as JSON where that was asked for."""
    problem, text = _problem(error)
    if words[:1] in (["grad"], ["train"]) and not {"--json", "--jsonl"}.isdisjoint(words):
        write_json(error_answer(problem, text))
    else:
        say(error_text(problem, text))


def _problem(error: Exception) -> tuple[Problem, str]:
    """What went wrong as a sentence, and the program it speaks of."""
    if isinstance(error, Refusal):
        return error.problem, error.text
    return (error if isinstance(error, Problem) else _unexpected(error)), ""


def _unexpected(error: Exception) -> Problem:
    """The sentence for what should not happen; `python -X dev` shows where it did."""
    if sys.flags.dev_mode:
        raise error
    if isinstance(error, ImportError):
        return not_loaded(error)
    if isinstance(error, RecursionError | MemoryError):
        return Problem("This is too large to be computed here")
    said = f"Internal error ({type(error).__name__}: {error})"
    return Problem(said, hint="Please report it together with the program")


# -- words


class _Parser(argparse.ArgumentParser):
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


def _with_true_minus(words: Sequence[str]) -> list[str]:
    """Programs such as -x^2 begin with a true minus, so that they are not taken for options."""
    return [word if word[:2] in ("-", "--", "-h", "-o") else re.sub("^-", "−", word) for word in words]


def _whole(least: int, most: int) -> Callable[[str], int]:
    """The reader of a whole number between two bounds."""

    def read(word: str) -> int:
        if not (word.isascii() and word.isdigit() and least <= int(word[:9]) <= most):
            raise argparse.ArgumentTypeError(f"'{word}' is not a whole number from {least} to {most}")
        return int(word)

    return read


def _names(word: str) -> tuple[str, ...]:
    return tuple(node_name(name.strip()) for name in word.split(",") if name.strip())


def _unfold_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--unfold",
        metavar="y,z",
        type=_names,
        default=(),
        help="show what these nodes are made of; all: every function, numbers: arrays as well",
    )


def _program_arguments(parser: argparse.ArgumentParser, *, shown: bool = True) -> None:
    """A program, its values and its output; where its passes are `shown`, their seed and the digits too."""
    parser.add_argument(
        "program",
        metavar="PROGRAM",
        nargs="?",
        help="a formula, a .chainlight file, or - to read it from stdin",
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
            "--digits", metavar="N", type=_whole(1, 17), default=DIGITS, help=f"significant digits ({DIGITS})"
        )
        seed = parser.add_mutually_exclusive_group()
        seed.add_argument(
            "--seed",
            metavar="VALUE",
            help="what the backward pass starts with (1): -1, [1, 0]",
        )
        seed.add_argument("--entry", metavar="0,2", help="a seed that is 1 at this entry of the output")


# -- the window


def _window(words: Sequence[str]) -> int:
    table = "\n".join(f"  {name:<8}{command.says}" for name, command in COMMANDS.items())
    says = "See backpropagation: from the formula you type, through both passes, to training."
    parser = _Parser("chainlight", f"{says}\n\ncommands:\n{table}", WINDOW_EXAMPLES)
    parser.add_argument(
        "start",
        metavar="FORMULA|FILE",
        nargs="?",
        help="what to open: a formula, or a project, which ends in .chainlight, begins with /, ./ or ../, "
        "or is a file that exists",
    )
    parser.add_argument("values", metavar="NAME=VALUE", nargs="*", help="x=-2, w=[1, 2], for a formula")
    parser.add_argument("--version", action=_Version, nargs=0, help="show the version and exit")
    parser.add_argument("--reset", action="store_true", help="forget all settings, then open the window")
    options = parser.parse_intermixed_args(_with_true_minus(words))
    return open_window(_start(options.start, options.values), reset=options.reset)


PATH = re.compile(r"~?/|\.\.?[/\\]|[A-Za-z]:[/\\]|.*\.chainlight$", re.IGNORECASE | re.DOTALL)
ONE_WORD = re.compile(r"[^\W\d_]{3,}")  # of three letters or more: as a formula it would be a name alone


def _start(word: str | None, values: Sequence[str]) -> Path | Document | None:
    """What the window opens on: a project or a formula. Raises Problem."""
    if word is None:
        return None
    is_file = os.path.isfile(word)  # noqa: PTH113 - False where the system cannot even ask
    if not is_file and not PATH.match(word):
        if ONE_WORD.fullmatch(word) and not values:
            meant = nearest(word, list(COMMANDS))
            hint = f"Did you mean chainlight {meant}?" if meant else "A project ends in .chainlight"
            raise Problem(f"There is no command or file {word}", hint=hint)
        return Document(word, typed_values(values))
    if values:
        raise Problem("A project has its own values", hint="Omit them, or give a formula")
    if not is_file:
        raise Problem(f"There is no file {word}", hint="Check its name and its folder")
    return Path(word)


class _Version(argparse.Action):
    """Says the version and ends."""

    def __call__(self, parser: argparse.ArgumentParser, *args: Any, **kwargs: Any) -> None:
        from app.state.version import program_version

        write(f"Chainlight {program_version()}\n")
        parser.exit()


# -- grad


def _grad_arguments(parser: argparse.ArgumentParser) -> None:
    _program_arguments(parser)
    parser.add_argument("--wrt", metavar="x,y", type=_names, default=(), help="gradients for these only")
    parser.add_argument("--check", action="store_true", help="compare with numerical gradients")
    _unfold_argument(parser)
    shape = parser.add_mutually_exclusive_group()
    shape.add_argument("--json", action="store_true", help="answer as JSON")
    shape.add_argument("--jsonl", action="store_true", help="read a JSON request a line, answer a line each")


def _grad(words: argparse.Namespace) -> int:
    if words.jsonl:
        if words.program:
            raise Problem("With --jsonl the programs are read from stdin", hint="Omit the program")
        return _answer_lines(_answer_of_report)
    request, _ = _requested(words)
    request = replace(request, wrt=words.wrt, check=words.check)
    report = Report(request, request.story(typed_hint))
    if words.json:
        write_json(report.answer())
    else:
        write(report.text(words.digits) + "\n")
    return 0


def _answer_of_report(line: str) -> dict[str, Any]:
    request = request_from(line)
    return Report(request, request.story(json_hint)).answer()


def _answer_lines(answer_to: Callable[[str], dict[str, Any]]) -> int:
    """Answer every line of stdin; a line that cannot be answered says why, and the next is read."""
    for line in stdin_lines():
        try:
            answer = answer_to(decoded(line, "The request"))
        except Refusal as refused:
            answer = error_answer(refused.problem, refused.text)
        except Problem as problem:
            answer = error_answer(problem)
        except Exception as error:
            answer = error_answer(_unexpected(error))
        write_json(answer)
        if "interrupted" in answer:
            raise KeyboardInterrupt
    return 0


# -- train


def _train_arguments(parser: argparse.ArgumentParser) -> None:
    train_arguments(parser)


def _train(words: argparse.Namespace) -> int:
    if words.jsonl:
        check_alone(words)
        return _answer_lines(training_answer)
    return write_training(words, _document(words.program))


# -- figure


def _figure_arguments(parser: argparse.ArgumentParser) -> None:
    _program_arguments(parser)
    parser.add_argument("-o", dest="path", metavar="FILE", help="where to write: .svg, .pdf, .png or .tex")
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--step",
        metavar="STEP",
        help="start, forward:2, seed, backward:3, end or a number (end)",
    )
    which.add_argument("--all", action="store_true", help="every step: pages of a .pdf, else numbered files")
    parser.add_argument(
        "--theme", metavar="NAME", default="light", help="light, dark, projector or colour-blind (light)"
    )
    parser.add_argument(
        "--dpi", metavar="N", type=_whole(10, 2400), default=300, help="dots per inch of a .png (300)"
    )
    parser.add_argument("--transparent", action="store_true", help="leave the background out")
    _unfold_argument(parser)


def _figure(words: argparse.Namespace) -> int:
    if not words.path:
        raise Problem(
            "A figure needs a file to be written to", hint="Add -o and its name, such as -o fig.svg"
        )
    request, document = _requested(words)
    story = request.story(typed_hint)
    try:
        count = story.position(words.step or "end")
    except ValueError as error:
        raise Problem(str(error)) from None
    os.environ["QT_QPA_PLATFORM"] = "offscreen"  # a picture needs no screen, not even one that is there
    from app.figures import drawing_program, save_figure, save_pages
    from app.widgets.theme import THEMES
    from core.figure import draw, figure, label_width

    theme = THEMES.get(words.theme)
    if theme is None:
        raise Problem(f"There is no theme {words.theme}", hint=f"The themes are {', '.join(THEMES)}")
    with drawing_program():
        drawing = draw(story.graph, document.moved, label_width(story, words.digits))
        options: dict[str, Any] = {
            "dpi": words.dpi,
            "title": request.program,
            "transparent": words.transparent,
        }
        if words.all:
            figures = [figure(drawing, story.snapshot(i), words.digits) for i in range(len(story) + 1)]
            save_pages(figures, Path(words.path), theme, **options)
        else:
            save_figure(
                figure(drawing, story.snapshot(count), words.digits), Path(words.path), theme, **options
            )
    return 0


# -- derive and export


def _derive_arguments(parser: argparse.ArgumentParser) -> None:
    _program_arguments(parser)
    parser.add_argument(
        "--wrt", metavar="x,y", type=_names, default=(), help="derivatives with respect to these only"
    )
    derive_arguments(parser)


def _derive(words: argparse.Namespace) -> int:
    return write_derivatives(words, _requested(words)[0])


def _export_arguments(parser: argparse.ArgumentParser) -> None:
    _program_arguments(parser, shown=False)
    export_arguments(parser)


def _export(words: argparse.Namespace) -> int:
    return write_export(words, *_requested(words))


# -- programs and files


def _requested(words: argparse.Namespace) -> tuple[Request, Document]:
    """What was asked for, and the document it came from; what is typed wins over what a file says."""
    document = _document(words.program)
    request = Request(
        document.text,
        typed_values(words.values),
        document.values,
        output=words.output or document.output,
        **_seed(words, document),
        defaults=words.defaults,
        unfold=getattr(words, "unfold", ()),
        unfolded=document.unfolded,
    )
    return request, document


def _seed(words: argparse.Namespace, document: Document) -> dict[str, Any]:
    """The seed or the entry that was typed; else the file's seed, unless another output was typed."""
    typed, entry = getattr(words, "seed", None), getattr(words, "entry", None)
    if typed is not None:
        return {"seed": typed_seed(typed)}
    if entry is not None:
        return {"entry": read_entry(entry)}
    return {} if words.output else {"seed": document.seed}


def _document(word: str | None) -> Document:
    if not word:
        raise Problem("There is no program", hint="Write one in quotation marks, such as '(x+y)z'")
    if word == "-":
        found = b"".join(islice(stdin_lines(), MAX_CHARACTERS))
        return Document(decoded(found, "Standard input").rstrip("\n"))
    if word.endswith(".chainlight"):
        document = loads(decoded(_contents(Path(word)), str(word)))
        if document.remark:
            say(f"Note: {legible(document.remark)}.")
        return document
    return Document(word)


def _contents(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise Problem(f"{path} is a folder")
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise Problem(f"There is no file {path}") from None
    except Problem:
        raise
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "this is not a file's name"
        raise Problem(f"Cannot read {path}: {str(reason).lower()}") from None


# -- the table of commands


@dataclass(frozen=True)
class Command:
    """A sub-command: one sentence, examples, its arguments, and what it does."""

    says: str
    examples: str
    arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


WINDOW_EXAMPLES = """\
  chainlight
  chainlight lecture.chainlight
  chainlight '(x+y)z' x=-2 y=5 z=-4
  chainlight grad '(x+y)z' x=-2 y=5 z=-4
  chainlight figure '(x+y)z' x=-2 y=5 z=-4 --step backward:3 -o fig.svg"""

COMMANDS = {
    "grad": Command(
        "Compute values and gradients.",
        """\
  chainlight grad '(x+y)z' x=-2 y=5 z=-4
  chainlight grad 'σ(w·x + b)' 'w=[2, -3]' 'x=[-1, -2]' b=-3 --check
  chainlight grad 'x y + y^2' x=1/3 y=2 --wrt y --json
  chainlight grad 'softmax(s)' 's=[1, -2, 0]' --entry 0
  echo '{"program": "x y", "values": {"x": 2, "y": 3}}' | chainlight grad --jsonl""",
        _grad_arguments,
        _grad,
    ),
    "train": Command(
        "Train a program, or a project as its lab says.",
        """\
  chainlight train 'y = w·x + b; L = max(0, 1 - t y)' --data gauss --epochs 20 --rate 0.1
  chainlight train 'f = (1 - x)^2 + 10 (y - x^2)^2' x=0 y=0 --optimizer adam --rate 0.1 --steps 200
  chainlight train 's = w·x + b; y = step(s); L = 1/2 (t - y)^2' --data gauss --optimizer rosenblatt --json
  chainlight train lecture.chainlight --epochs 50 --curve losses.csv -o weights.json
  echo '{"program": "(w - 3)^2", "values": {"w": 1}, "steps": 10}' | chainlight train --jsonl""",
        _train_arguments,
        _train,
    ),
    "figure": Command(
        "Draw the graph at a step.",
        """\
  chainlight figure '(x+y)z' x=-2 y=5 z=-4 --step backward:3 -o fig.svg
  chainlight figure '(x+y)z' x=-2 y=5 z=-4 --all -o pass.pdf
  chainlight figure 'σ(w x + b)' --defaults --theme dark --dpi 150 -o neuron.png""",
        _figure_arguments,
        _figure,
    ),
    "derive": Command(
        "Differentiate in four ways, side by side.",
        """\
  chainlight derive 'ln(x^2)' x=3
  chainlight derive 'z = w x + b; y = σ(z); L = 1/2 (y - t)^2' w=1 x=2 b=0 t=1 --wrt w,b
  chainlight derive 'softmax(s)' 's=[1, -2, 0]' --jacobian f,s""",
        _derive_arguments,
        _derive,
    ),
    "export": Command(
        "Write the program as a PyTorch or NumPy script, or as an ONNX model.",
        """\
  chainlight export '(x+y)z' x=-2 y=5 z=-4
  chainlight export 'σ(w·x + b)' --defaults --numpy -o neuron.py
  chainlight export lecture.chainlight -o net.py
  chainlight export lecture.chainlight -o net.onnx""",
        _export_arguments,
        _export,
    ),
}
