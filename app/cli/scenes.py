"""The sub-command `scenes`: what scenes there are, whether their numbers hold; one of them in the window."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

from app.cli.parser import Subcommand
from app.cli.programs import document_of
from app.cli.terminal import write, write_json
from app.system.exit_status import FAILED
from core.base.errors import Problem
from core.lectures.catalogue import LECTURES, SceneFile, scene_file, scene_files
from core.notation.nearest import nearest
from core.project.document import SUFFIX, Document


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "scenes",
        metavar="SCENE",
        nargs="*",
        help=f"the id of a scene, or a {SUFFIX} file with one; alone, it is opened in the window",
    )
    parser.add_argument(
        "--check", action="store_true", help="compare every number that the scenes assert (all scenes)"
    )
    parser.add_argument("--json", action="store_true", help="list as JSON")


def _run(args: argparse.Namespace) -> int:
    if args.check:
        return _check([(word, _document(word)) for word in args.scenes or [one.id for one in scene_files()]])
    if not args.scenes:
        _list(scene_files(), args.json)
        return 0
    if len(args.scenes) > 1:
        raise Problem(
            "One scene is opened at a time", hint="Give one id, or --check to compare the numbers of several"
        )
    from app.shell.opening import open_window

    return open_window(_document(args.scenes[0]), reset=False)


def _document(word: str) -> Document:
    """The document of a scene's id or file. Raises Problem where there is no such scene."""
    if word.endswith(SUFFIX):
        return document_of(word)
    if found := scene_file(word):
        return found.document()
    meant = nearest(word, [one.id for one in scene_files()])
    hint = f"Did you mean {meant}?" if meant else "chainlight scenes lists those that there are"
    raise Problem(f"There is no scene {word}", hint=hint)


def _check(found: Sequence[tuple[str, Document]]) -> int:
    """Say which scenes hold; the exit status."""
    from core.lectures.check import faults  # loads NumPy

    wrong = 0
    for name, document in found:
        said = faults(document)
        wrong += bool(said)
        for sentence in said:
            write(f"{Path(name).stem}: {sentence}\n")
    write(f"{len(found) - wrong} of {len(found)} scenes hold.\n")
    return FAILED if wrong else 0


def _list(files: Sequence[SceneFile], as_json: bool) -> None:
    if as_json:
        listed = [{"id": one.id, "title": one.scene.title, "lecture": LECTURES[one.lecture]} for one in files]
        write_json({"scenes": listed})
        return
    write("".join(_lines(files)))


def _lines(files: Sequence[SceneFile]) -> Iterator[str]:
    for lecture, title in LECTURES.items():
        own = [one for one in files if one.lecture == lecture]
        if own:
            yield f"{title}\n"
            yield from (f"  {one.id:<5}{one.scene.title}\n" for one in own)


SCENES = Subcommand(
    "scenes",
    "List the scenes of lectures, check their numbers, open one.",
    """\
  chainlight scenes
  chainlight scenes --check
  chainlight figure U6 --step backward:3 -o u6.svg""",
    _arguments,
    _run,
)
