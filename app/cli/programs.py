"""The program that a sub-command is given: a formula, a project or standard input, with its values."""

from __future__ import annotations

import argparse
from itertools import islice
from pathlib import Path
from typing import Any

from app.cli.terminal import decoded, say, stdin_lines
from core.base.errors import Problem, legible
from core.lectures.catalogue import scene_file
from core.math.derivative_names import PARTIAL, Notation
from core.notation.lexer import MAX_CHARACTERS
from core.passes.seed import read_entry
from core.project.document import MAX_BYTES, SUFFIX, Document, loads
from core.service.request import Request, typed_seed, typed_values
from core.training.choices import NO_DATA, PROGRAM
from core.training.settings import TrainingSettings


def requested(args: argparse.Namespace) -> tuple[Request, Document]:
    """What was asked for, and the document it came from; what is typed wins over what a file says."""
    document = document_of(args.program)
    request = Request(
        document.text,
        typed_values(args.values),
        document.values,
        output=args.output or document.output,
        **_seed(args, document),
        defaults=args.defaults,
        unfold=getattr(args, "unfold", ()),
        unfolded=document.unfolded,
    )
    return request, document


def notation_of(args: argparse.Namespace, document: Document) -> Notation:
    """How derivatives are written: as was typed, else as the project says, else as quotients."""
    return args.notation or (document.drawing and document.drawing.notation) or PARTIAL


def _seed(args: argparse.Namespace, document: Document) -> dict[str, Any]:
    """The seed or the entry that was typed; else the file's seed, unless another output was typed."""
    typed, entry = getattr(args, "seed", None), getattr(args, "entry", None)
    if typed is not None:
        return {"seed": typed_seed(typed)}
    if entry is not None:
        return {"entry": read_entry(entry)}
    return {} if args.output else {"seed": document.seed}


def document_of(word: str | None) -> Document:
    """The document that a command's first word stands for.

    Args:
        word: a formula, the id of a scene, the path of a project, or - for standard input.

    Raises:
        Problem: there is no word, or what it stands for cannot be read.
    """
    if not word:
        raise Problem("There is no program", hint="Write one in quotation marks, such as '(x+y)z'")
    if word == "-":
        found = b"".join(islice(stdin_lines(), MAX_CHARACTERS))
        return _formula(decoded(found, "Standard input").rstrip("\n"))
    if word.endswith(SUFFIX):
        document = loads(decoded(_contents(Path(word)), str(word)))
        if document.remark:
            say(f"Note: {legible(document.remark)}.")
        return document
    if scene := scene_file(word):
        return scene.document()
    return _formula(word)


def _formula(text: str) -> Document:
    """The document of a formula, which trains itself and takes no data."""
    return Document(text, training=TrainingSettings(trains=PROGRAM, data=NO_DATA))


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
