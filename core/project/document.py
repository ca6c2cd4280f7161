"""What is saved and what undo goes back to: the program, its values, moved nodes, the training settings.

A document is frozen and shares what did not change with the one before, so keeping all of them costs little.
Files are JSON with a version; reading one checks everything and runs nothing. A part that an older program
would lose without a word gets a new version: 2 came with output and seed, 3 with the notation of slides,
4 with roles and with which values were guessed, 5 with how the graph is drawn and with
another layout: places to which nodes were moved in older files are left out, 6 with how derivatives are
written, 7 with notes and names of entries, 8 with data of one's own, with the same share of each class in
what is kept for testing, with two seeds, with settings that change while it trains, with its run and with
what is folded in the listing, 9 with the scene of a lecture, and with an activation for each layer and
features of the inputs of a net.
Older files lack what came later and are read; their programs are put into today's notation by
core/project/older.py.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, get_args

from msgspec import Struct, field, to_builtins
from msgspec.structs import asdict, replace

from core.base.arrays import Value
from core.base.errors import Problem, cut, either
from core.figure import Level, Options
from core.graph.json_values import MOST_NAMES, name_from, parse_json, plain_value, value_from, values_from
from core.math.derivative_names import NOTATIONS, PARTIAL, Notation
from core.notation.lexer import MAX_CHARACTERS
from core.project.older import as_today, upgraded
from core.project.scene import Scene, plain_scene, scene_from
from core.training.settings import TrainingSettings, settings_from

if TYPE_CHECKING:
    from core.training.reached import Reached

FORMAT, VERSION = "chainlight", 9
SUFFIX = ".chainlight"  # of the names of project files
# the first versions with today's notation, today's layout, a choice how derivatives are written, and the same
# share of each class in what is kept for testing
NOTATION, LAYOUT, DERIVATIVES, STRATIFIED = 3, 5, 6, 8
LONGEST_NOTE = 2_000  # characters of a note
MAX_BYTES = 64_000_000
Point = tuple[float, float]

# the parts of a file beside its program, with the first version that has them
PARTS = MappingProxyType(
    {"values": 1, "moved": 1, "lab": 1, "output": 2, "seed": 2, "unfolded": 3, "guessed": 4, "drawing": 5}
)


class Drawn(Struct, frozen=True):
    """How the graph of a program is drawn, as it was chosen for the program.

    at_nodes   numbers stand at the nodes; else at the edges
    down       data flow down; else to the right
    sums       a sum of many terms as one node; else each `+` on its own
    level      operations, statements, or a net's units or layers; empty for what suits the program
    groups     nodes that are drawn as one, by the title it has
    notation   how derivatives are written; empty for what was chosen last in any program
    notes      what is noted at nodes and at terms of the formula, by their keys (core/figure/notes.py)
    classes    what the entries of vectors are called, by the same keys
    folded     the groups of lines that the listing shows as one
    """

    at_nodes: bool = False
    down: bool = False
    sums: bool = True
    level: Level = ""
    groups: Mapping[str, tuple[str, ...]] = {}
    notation: Notation | Literal[""] = ""
    notes: Mapping[str, str] = {}
    classes: Mapping[str, tuple[str, ...]] = {}
    folded: tuple[str, ...] = ()

    def among(self, options: Options) -> Options:
        """These choices among all that figures show."""
        chosen = {name: getattr(self, name) for name in self.__struct_fields__ if name != "folded"}
        return replace(options, **{**chosen, "notation": self.notation or options.notation})

    @property
    def for_another_program(self) -> Drawn:
        """The same without what is said of nodes."""
        return replace(self, notes={}, classes={}, folded=()) if self.is_of_one_program else self

    @property
    def is_of_one_program(self) -> bool:
        """Whether something is said of nodes."""
        return bool(self.notes or self.classes or self.folded)


class Document(Struct, frozen=True):
    """`output` is the node to differentiate, empty for the program's own; a `seed` of None is 1.

    `run` is how far its training had come when it was saved, None where there had been none. A `scene` is
    what a lecture shows with it.
    A `drawing` of None is drawn as programs usually are.
    """

    text: str = ""
    values: Mapping[str, Value] = {}
    moved: Mapping[str, Point] = {}
    training: TrainingSettings = field(default_factory=TrainingSettings)
    output: str = ""
    seed: Value | None = None
    unfolded: Mapping[str, str] = {}  # keys of nodes with the operation they had
    guessed: frozenset[str] = frozenset()  # names whose values nobody gave
    drawing: Drawn | None = None
    run: Reached | None = None
    scene: Scene | None = None
    remark: str = ""  # what to say of it once, such as that it was upgraded

    def with_value(self, name: str, value: Value) -> Document:
        return replace(self, values={**self.values, name: value}, guessed=self.guessed - {name})

    def with_moved(self, name: str, point: Point) -> Document:
        return replace(self, moved={**self.moved, name: point})


EXAMPLE = Document("(x+y)z", {"x": -2.0, "y": 5.0, "z": -4.0}, guessed=frozenset("xyz"))


def dumps(document: Document) -> str:
    """The document as the text of a project file."""
    found = {
        "format": FORMAT,
        "version": VERSION,
        "program": document.text,
        "values": {name: plain_value(value) for name, value in document.values.items()},
        "moved": {name: list(point) for name, point in document.moved.items()},
        "lab": to_builtins(document.training),
        "output": document.output,
        "seed": None if document.seed is None else plain_value(document.seed),
        "unfolded": dict(document.unfolded),
        "guessed": sorted(document.guessed),
        "drawing": document.drawing and asdict(document.drawing),
    }
    if document.run:
        from core.project.kept_run import plain_run

        found["run"] = plain_run(document.run)
    if document.scene:
        found["scene"] = plain_scene(document.scene)
    return json.dumps(found, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def loads(text: str) -> Document:
    """The document of a project file. Raises Problem with a sentence for anything that is not one."""
    if len(text) > MAX_BYTES:
        raise Problem(f"The file is larger than {MAX_BYTES // 1_000_000} MB")
    found = parse_json(text)
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise Problem("This is not a Chainlight project")
    version = found.get("version")
    if type(version) is not int or version < 1:
        raise Problem("The project says no version")
    if version > VERSION:
        told = f"file version {cut(str(version))}, known: {VERSION}"
        raise Problem(f"The project was saved by a newer Chainlight ({told})", hint="Open it with that one")
    program = found.get("program")
    if not isinstance(program, str) or len(program) > MAX_CHARACTERS:
        raise Problem(f"The project's program must be a text of up to {MAX_CHARACTERS:,} characters")
    document = _older(found, program) if version < NOTATION else _present(found, program)
    said = [document.remark] if document.remark else []
    if version < LAYOUT and document.moved:
        document = replace(document, moved={})
        said.append("Nodes that had been moved stand where the layout puts them, which is another one now")
    if version < DERIVATIVES:
        document = replace(document, drawing=replace(document.drawing or Drawn(), notation=PARTIAL))
    if version < STRATIFIED:
        document = replace(document, training=replace(document.training, stratified=False))
    if missing := [part for part, since in PARTS.items() if since <= version and part not in found]:
        said.append(f"The file lacks {', '.join(missing)}; defaults are used instead")
    return replace(document, remark=". ".join(said))


def _present(found: Mapping[str, Any], program: str) -> Document:
    """Read the parts of a file whose program is in today's notation. Raises Problem for what is wrong."""
    values = values_from(_mapping(found, "values"))
    moved = {name: _point(plain, cut(name)) for name, plain in _mapping(found, "moved").items()}
    output = name_from(found["output"]) if found.get("output") else ""
    seed = None if found.get("seed") is None else value_from(found["seed"], "the seed")
    training = settings_from(as_today(_mapping(found, "lab")))
    return Document(
        *(program, values, moved, training, output, seed),
        unfolded=_unfolded(found),
        guessed=_guessed(found, values),
        drawing=_drawn(found),
        run=_run(found),
        scene=None if found.get("scene") is None else scene_from(found["scene"]),
    )


def _older(found: Mapping[str, Any], program: str) -> Document:
    """The document of an older file, its program and names as they are written today."""
    table, moved = _mapping(found, "values"), _mapping(found, "moved")
    matrices = [
        name
        for name, plain in table.items()
        if isinstance(plain, list) and plain and isinstance(plain[0], list)
    ]
    today = upgraded(program, [*table, *moved], matrices)
    present = {
        **found,
        "version": VERSION,
        "program": today.text,
        "values": {today.names.get(name, name): plain for name, plain in table.items()},
        "moved": {today.names.get(name, name): point for name, point in moved.items()},
    }
    return replace(loads(json.dumps(present)), remark=today.said)


def _mapping(found: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    part = found.get(key, {})
    if not isinstance(part, dict):
        raise Problem(f"The project's {key} must be a table of names")
    if len(part) > MOST_NAMES:
        raise Problem(f"The project's {key} name {len(part):,} things; the limit is {MOST_NAMES:,}")
    return part


def _unfolded(found: Mapping[str, Any]) -> Mapping[str, str]:
    part = {name_from(key): op for key, op in _mapping(found, "unfolded").items()}
    if not all(isinstance(op, str) for op in part.values()):
        raise Problem("What is unfolded must be a table of names and operations")
    return part


def _guessed(found: Mapping[str, Any], values: Collection[str]) -> frozenset[str]:
    names = found.get("guessed", [])
    if not isinstance(names, list) or len(names) > MOST_NAMES:
        raise Problem("What was guessed must be a list of names")
    return frozenset(map(name_from, names)) & frozenset(values)


def _drawn(found: Mapping[str, Any]) -> Drawn | None:
    if found.get("drawing") is None:
        return None
    part = _mapping(found, "drawing")
    chosen = {name: part[name] for name in ("at_nodes", "down", "sums") if name in part}
    if not all(isinstance(choice, bool) for choice in chosen.values()):
        raise Problem("How the project is drawn must be said by true and false")
    level, groups = part.get("level", ""), _mapping(part, "groups")
    if level not in get_args(Level):
        raise Problem(f"The project's level must be {either(filter(None, get_args(Level)))}")
    if not all(
        isinstance(names, list) and all(isinstance(n, str) for n in names) for names in groups.values()
    ):
        raise Problem("The project's groups must be lists of names")
    notation = part.get("notation", "")
    if notation not in ("", *NOTATIONS):  # it may be a list as well
        raise Problem(f"The project's notation must be {either(NOTATIONS)}")
    titled = {title: tuple(names) for title, names in groups.items()}
    notes, classes = _mapping(part, "notes"), _mapping(part, "classes")
    if not all(isinstance(text, str) and len(text) <= LONGEST_NOTE for text in notes.values()):
        raise Problem(f"The project's notes must be texts of up to {LONGEST_NOTE:,} characters")
    if not all(_is_list_of_names(names) for names in classes.values()):
        raise Problem("The project's names of entries must be lists of texts")
    called = {key: tuple(names) for key, names in classes.items()}
    folded = part.get("folded", [])
    if not _is_list_of_names(folded):
        raise Problem("What is folded in the project's listing must be a list of texts")
    return Drawn(
        **chosen,
        level=level,
        groups=titled,
        notation=notation,
        notes=notes,
        classes=called,
        folded=tuple(folded),
    )


def _is_list_of_names(found: Any) -> bool:
    return (
        isinstance(found, list)
        and len(found) <= MOST_NAMES
        and all(isinstance(name, str) and len(name) <= LONGEST_NOTE for name in found)
    )


def _run(found: Mapping[str, Any]) -> Reached | None:
    if found.get("run") is None:
        return None
    from core.project.kept_run import run_from  # which loads NumPy

    return run_from(found["run"])


def _point(plain: Any, name: str) -> Point:
    if not isinstance(plain, list) or len(plain) != 2:
        raise Problem(f"The place of {name} must be two numbers")
    x, y = (value_from(part, name) for part in plain)
    if not (isinstance(x, float) and isinstance(y, float) and abs(x) < 1e6 and abs(y) < 1e6):
        raise Problem(f"The place of {name} is out of bounds")
    return x, y
