"""The documents are true: their commands run, their programs are read, their conventions hold."""

import json
import re
import shlex
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from app.cli.figure import SHOWN
from app.cli.main import main
from app.figures.kinds import FIGURE_KINDS
from app.shell.commands import MENUS
from core.base.arrays import MAX_ENTRIES, MAX_RANK, frozen, same
from core.base.errors import Problem, either
from core.export.torch.script import pytorch_script
from core.graph.builder import MAX_CALL_DEPTH, MAX_PARTS, graph_of
from core.graph.nodes import MAX_MEMORY, MAX_NODES
from core.graph.plan import make_plan
from core.graph.programs import read_program
from core.notation.cursor import MAX_DEPTH
from core.notation.lexer import MAX_CHARACTERS, MAX_NAME
from core.notation.printers import reading
from core.notation.signatures import MAX_VALUES
from core.ops import OPS
from core.passes.explain import caveat
from core.passes.not_finite import remarks_on_not_finite
from core.passes.stepper import MAX_SECONDS, record, run
from core.passes.unfold import composite, unfolded
from core.project.document import VERSION
from core.service.export_kinds import EXPORT_KINDS
from core.service.report import Report
from core.service.request import Request, typed_hint, typed_values
from core.service.training_report import MOST_NUMBERS, TrainingReport
from core.service.training_report import MOST_SECONDS as MOST_TRAINING_SECONDS
from core.service.training_request import MOST_STEPS, PARTS, training_from
from core.training.inferred_roles import CONSTANTS
from core.training.settings import SETTINGS
from docs.tables import TABLES, renewed
from tests.exported import NEEDS_TORCH, under_torch

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])


def text_of(name):
    return (ROOT / name).read_text(encoding="utf-8")


def rows(name):
    """The cells of a document's tables, heads left out; `\\|` in a cell is a bar."""
    lines = [line for line in text_of(name).splitlines() if line.startswith("|")]
    bodies = [line for line, before in zip(lines, ["", *lines], strict=False) if before and "---" not in line]
    cells = [re.split(r"(?<!\\)\|", line)[1:-1] for line in bodies]
    return [[cell.strip().replace("\\|", "|") for cell in row] for row in cells]


def quoted(cell):
    return re.findall("`([^`]+)`", cell)


# -- commands

COMMANDS = [
    line.removeprefix("$ ")
    for path in DOCUMENTS
    for line in path.read_text(encoding="utf-8").splitlines()
    if line.startswith("$ ")
]


def test_there_are_commands():
    assert len(COMMANDS) >= 5
    assert all(command.startswith("chainlight ") for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_runs(command, qapp, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    words = shlex.split(command)[1:]
    if command.endswith(".onnx"):
        pytest.importorskip("onnx", reason="the package onnx is not installed")
    assert main(words) == 0
    out, err = capsys.readouterr()
    assert err == ""
    written = [word for flag, word in pairwise(words) if flag == "-o"]
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == written
    assert out or written


CODE = re.findall(r"```python\n(.*?)```", text_of("docs/export.md"), re.DOTALL)


@pytest.mark.parametrize("code", CODE)
def test_code_runs_on_what_the_commands_write(code, qapp, tmp_path, monkeypatch):
    pytest.importorskip("onnx", reason="the package onnx is not installed")
    monkeypatch.chdir(tmp_path)
    for command in COMMANDS:
        if command.split()[-1] in code:
            assert main(shlex.split(command)[1:]) == 0
    exec(code, {})


# -- notation

NOTATION = [row for row in rows("docs/notation.md") if len(row) == 3 and quoted(row[0])]
READ = [row for row in NOTATION if quoted(row[1])]
REFUSED = [row for row in NOTATION if not quoted(row[1])]
SPELLINGS = [(program, *row[1:]) for row in READ for program in quoted(row[0])]


def given(remark):
    """The names of a row that have values."""
    found = re.match("with a value for `([^`]+)`", remark)
    return found[1].split() if found else []


def test_the_table_of_notation_is_read():
    assert len(SPELLINGS) > 200
    assert len(REFUSED) > 20
    assert {"||x||", "x_{1}", "\\|x\\|", "W^{(2)\\top} d"} <= {program for program, *_ in SPELLINGS}


@pytest.mark.parametrize(("program", "said", "remark"), SPELLINGS)
def test_every_spelling_is_read_as_the_notation_says(program, said, remark):
    expected = quoted(said)[0]
    assert reading(read_program(program, given(remark))) == expected
    assert reading(read_program(expected, given(remark))) == expected


@pytest.mark.parametrize(("program", "remark"), [(program, remark) for program, _, remark in SPELLINGS])
def test_every_program_of_the_notation_runs(program, remark):
    values = dict.fromkeys(given(remark), 2.0)
    request = Request(program, values, defaults=True)
    assert Report(request, request.trace(typed_hint)).answer()["ok"]


@pytest.mark.parametrize(("program", "message"), [(quoted(row[0])[0], row[1]) for row in REFUSED])
def test_what_the_notation_refuses_is_refused_with_its_words(program, message):
    with pytest.raises(Problem) as caught:
        read_program(program)
    assert caught.value.message == message
    assert caught.value.hint


def test_the_bounds_are_those_of_the_program():
    said = " ".join(text_of("docs/notation.md").split())
    for bound in (
        f"{MAX_CHARACTERS:,} characters",
        f"{MAX_DEPTH} nested levels",
        f"{MAX_NODES:,} nodes",
        f"{MAX_ENTRIES:,} entries",
        f"{MAX_NAME} characters in a name",
        f"{MAX_VALUES} values in the brackets",
        f"use each other {MAX_CALL_DEPTH} deep",
        f"{MAX_PARTS:,} parts",
        f"{MAX_RANK} axes in one array",
        f"{MAX_MEMORY // 10**6} MB for all values",
        f"{MAX_SECONDS:g} seconds of work",
    ):
        assert bound in said


# -- conventions

CONVENTIONS = [[quoted(cell)[0] for cell in row[1:]] for row in rows("docs/conventions.md") if quoted(row[1])]


@pytest.mark.parametrize(("program", "at", "gradients"), CONVENTIONS, ids=[row[0] for row in CONVENTIONS])
def test_conventions_hold(program, at, gradients):
    last = run(program, typed_values(at.split())).last
    for name, gradient in typed_values(gradients.split()).items():
        assert same(last.gradient(name), gradient)


@pytest.mark.torch
@NEEDS_TORCH
@pytest.mark.parametrize(("program", "at", "gradients"), CONVENTIONS, ids=[row[0] for row in CONVENTIONS])
def test_conventions_are_those_of_pytorch(program, at, gradients):
    assert under_torch(pytorch_script(run(program, typed_values(at.split()))))


@pytest.mark.torch
@NEEDS_TORCH
def test_the_largest_entries_of_a_window_share_otherwise_in_pytorch():
    import torch

    program, at, _ = next(row for row in CONVENTIONS if row[0] == "maxpool(x)")
    value = typed_values(at.split())["x"]
    x = torch.tensor([value.tolist()], requires_grad=True)
    torch.nn.functional.max_pool2d(x, 2).sum().backward()
    assert x.grad.tolist() == [[[1, 0], [0, 0]]]
    assert run(program, {"x": value}).last.gradient("x").tolist() == [[0.5, 0], [0.5, 0]]


def test_every_kink_is_among_the_conventions():
    seen = set()
    for program, at, _ in CONVENTIONS:
        last = run(program, typed_values(at.split())).last
        nodes = [node for node in last.trace.graph.nodes.values() if not node.is_leaf]
        seen |= {node.op for node in nodes if caveat(last, node)}
    assert seen == {op.name for op in OPS.values() if op.kink}


# -- unfolding


def test_where_a_formula_is_not_the_operation_is_told_truly():
    def at(program, value, wanted):
        graph = graph_of(program, value)
        return record(make_plan(unfolded(graph, wanted)), value)

    for program, value in (("softmax(x)", {"x": frozen([800, 0])}), ("bce(x, 0)", {"x": 0.0})):
        whole, written = (at(program, value, wanted) for wanted in (lambda key, node: False, composite))
        assert not remarks_on_not_finite(whole) and np.any(np.isnan(written.last.value("f")))
    whole, written = (at("relu(x)", {"x": 0.0}, wanted) for wanted in (lambda key, node: False, composite))
    assert (whole.last.gradient("x"), written.last.gradient("x")) == (0, 0.5)
    assert caveat(written.last, written.graph.nodes["f"]) != caveat(whole.last, whole.graph.nodes["f"])


# -- places

PLACE = re.compile(r"(?:app|core|docs|resources|tests)/[\w/.]*")


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_place_that_is_named_is_there(path):
    text = path.read_text(encoding="utf-8")
    named = {place for word in quoted(text) for place in PLACE.findall(word)}
    named |= set(re.findall(r"(?<!!)\[[^]]*\]\(([^):]+)\)", text))
    missing = [place for place in named if not (ROOT / place).exists() and not (path.parent / place).exists()]
    assert missing == []


FOLDERS = [row for row in rows("ARCHITECTURE.md") if row[0].endswith("/`")]


def not_there(places, said):
    """The names in a sentence that are neither files of some folders nor defined in one of these."""
    files = [path for place in quoted(places) for path in (ROOT / place).rglob("*.py")]
    defined = {
        name
        for path in files
        for name in re.findall(r"^ *(?:class|def) (\w+)", path.read_text("utf-8"), re.M)
    }
    known = defined | {path.stem for path in files} | {path.parent.name for path in files}
    return [name for name in re.findall(r"`(\w+)/?`", said) if name not in known]


@pytest.mark.parametrize(("places", "said"), FOLDERS)
def test_a_folder_has_the_files_and_names_that_its_row_tells_of(places, said):
    assert not_there(places, said) == []


def test_a_name_that_a_folder_does_not_have_is_found():
    said = "`arrays` and `arrows`: what a `Problem` and a `Mistake` are; `numpy/`"
    assert not_there("`core/base/`", said) == ["arrows", "Mistake", "numpy"]


@pytest.mark.parametrize("house", ["core", "app"])
def test_every_folder_has_its_row(house):
    told = {Path(place) for row in FOLDERS for place in quoted(row[0])}
    folders = {path.parent.relative_to(ROOT) for path in (ROOT / house).glob("*/__init__.py")}
    assert folders - told == set()


# -- menus

# *Graph > Unfold* (Ctrl+Down)
IN_MENU = re.compile(r"\*(\w+) > ([^*]+)\*(?:\s\(([^)]+)\))?")
TOLD_COMMANDS = [found for path in DOCUMENTS for found in IN_MENU.findall(path.read_text(encoding="utf-8"))]


def test_documents_tell_of_commands():
    assert len(TOLD_COMMANDS) >= 6


@pytest.mark.parametrize(("menu", "name", "keys"), TOLD_COMMANDS)
def test_a_command_is_in_its_menu_and_has_its_keys(menu, name, keys):
    found = {command.plain_text: command for command in MENUS[menu]}
    assert name in found
    assert not keys or keys in [key.toString() for key in found[name].shortcuts]


# -- functions


def test_every_function_is_listed_with_its_sentence():
    told = {(usage, row[1]) for row in rows("docs/functions.md") for usage in quoted(row[0])}
    assert told == {(op.usage, op.says) for op in OPS.values() if op.call}


# -- figures and exports


def test_the_readme_names_every_kind_of_figure_and_of_export():
    said = " ".join(text_of("README.md").split())
    assert f"as {either(kind.name for kind in FIGURE_KINDS)}" in said
    assert all(kind.name.split()[0] in said for kind in EXPORT_KINDS)


def test_what_can_be_exported_is_what_the_document_lists():
    cells = [row for row in rows("docs/export.md") if len(row) == 3]
    told = [(row[0].split()[1], row[1]) for row in cells if "--formula" not in row[1]]
    first = {kind.suffix: kind for kind in reversed(EXPORT_KINDS)}
    expected = []
    for subject, kinds in (
        ("formula", EXPORT_KINDS),
        ("project", [kind for kind in EXPORT_KINDS if kind.training]),
    ):
        for kind in kinds:
            flag = f" (`--{kind.flag}`)" if kind is not first[kind.suffix] else ""
            expected.append((subject, f"{kind.name.split()[0]}{flag}"))
    assert told == expected


# -- training

REQUEST = json.loads(
    " ".join(re.findall(r"```json\n(.*?)```", text_of("docs/training.md"), re.DOTALL)[0].split("\n"))
)


def test_the_request_of_the_document_is_run():
    answer = TrainingReport(training_from(json.dumps(REQUEST))).answer()
    assert answer["ok"] and answer["losses"][-1] < answer["losses"][0]


def test_the_parts_of_requests_and_answers_are_those_of_the_document():
    cells = [row for row in rows("docs/training.md") if len(row) == 2 and quoted(row[0])]
    told = [quoted(row[0])[0] for row in cells]
    assert told[: len(PARTS)] == list(PARTS)
    answer = TrainingReport(training_from(json.dumps(REQUEST))).answer(iter([False, True]).__next__)
    assert told[len(PARTS) :] == [part for part in answer if part != "ok"]
    limits = f"{MOST_STEPS:,}", f"{MOST_TRAINING_SECONDS:g} s of work", f"{MOST_NUMBERS * 8 / 1e9:.1f} GB"
    assert all(limit in text_of("docs/training.md") for limit in limits)
    assert all(name in cells[2][1] for name in CONSTANTS)


def test_which_settings_have_no_field_in_the_training_panel_is_said():
    without = [name for name, setting in SETTINGS.items() if setting.help and not setting.label]
    told = " ".join(text_of("docs/training.md").split())
    assert not without and "the training panel has a field for each:" in told


@pytest.mark.parametrize(("document", "section"), TABLES, ids=str)
def test_a_table_is_the_one_that_is_made_of_what_it_lists(document, section):
    text = text_of(document)
    assert renewed(text, section, TABLES[document, section]()) == text


def test_a_table_that_has_drifted_is_written_anew():
    text = "# A\n\n| a |\n|---|\n| b |\n| c |\n\n## B\n\nSo:\n\n| d |\n|---|\n"
    assert renewed(text, "A", [["b"], ["|x|"]]) == text.replace("| c |", r"| \|x\| |")
    assert renewed(text, "B", [["e"]]) == text + "| e |\n"


def test_the_citation_names_the_version_that_is_built():
    version = re.search(r'^version = "(.+)"$', text_of("pyproject.toml"), re.MULTILINE)[1]
    assert f"\nversion: {version}\n" in text_of("CITATION.cff")
    assert f"\n## {version}" in text_of("CHANGELOG.md")


def test_the_changes_say_what_every_version_of_files_came_with():
    versions = [int(first) for first, *_ in rows("CHANGELOG.md") if first.isdigit()]
    assert versions == list(range(1, VERSION + 1))


def test_figures_say_all_that_show_takes():
    (said,) = re.findall(
        r"`--show` lists what a figure shows of (.*?);", text_of("docs/figures.md"), re.DOTALL
    )
    assert set(SHOWN) <= set(re.findall(r"\w+", said))
