"""The command line: tables, JSON, figures, and what is said when something cannot be done."""

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from app.cli import grad, window
from app.cli import main as cli
from app.cli.commands import SUBCOMMANDS
from app.cli.figure import HELPFUL
from app.figures.kinds import FIGURE_KINDS
from core.base.arrays import frozen
from core.base.errors import Problem
from core.figure.fit import HELPS
from core.passes.stepper import run
from core.project.document import EXAMPLE, Document, Drawn, dumps
from core.training.settings import TrainingSettings

HOUSE = Path(__file__).parents[2]
XYZ = ["(x+y)z", "x=-2", "y=5", "z=-4"]
NEURON = ["σ(w·x + b)", "w=[2, -3]", "x=[-1, -2]", "b=-3"]


def answer_of(cli_main, *words):
    status, out, err = cli_main("grad", "--json", *words)
    assert (status, err) == (0, "")
    return json.loads(out)


def refusal_of(cli_main, *words):
    """The lines on stderr of a command that is refused."""
    status, out, err = cli_main(*words)
    assert (status, out) == (2, "")
    assert "Traceback" not in err and "Internal error" not in err
    return err.splitlines()


# -- grad


def test_the_table_of_the_lectures_example(cli_main):
    status, out, err = cli_main("grad", *XYZ)
    assert (status, err) == (0, "")
    assert out.splitlines() == [
        "f = (x + y) · z",
        "",
        "name  operation  value  gradient",
        "x                 −2    −4",
        "y                  5    −4",
        "v1    x + y        3    −4",
        "z                 −4     3",
        "f     v1 · z     −12     1",
    ]


def test_decimal_points_stand_below_each_other(cli_main):
    _, out, _ = cli_main("grad", "σ(w0 x0 + w1 x1 + w2)", "w0=2", "x0=-1", "w1=-3", "x1=-2", "w2=-3")
    rows = [line for line in out.splitlines() if line.startswith(("w", "x", "v"))]
    assert len({line.rindex("0.") for line in rows}) == 1


def test_the_check_agrees_with_the_gradients(cli_main):
    _, out, _ = cli_main("grad", *NEURON, "--check")
    assert [line.split()[-1] for line in out.splitlines() if line[:2] in ("w ", "x ", "b ")] == [
        "correct"
    ] * 3


def test_the_check_finds_the_kink(cli_main):
    found = answer_of(cli_main, "relu(x)", "x=0", "--check")
    assert found["check"]["x"]["verdict"] == "probably wrong"
    assert found["check"]["x"]["numerical"] == pytest.approx(0.5)
    assert any("Not differentiable here" in warning for warning in found["warnings"])


def test_digits(cli_main):
    assert "0.3333 " in cli_main("grad", "x y", "x=1/3", "y=1")[1]
    assert "0.33 " in cli_main("grad", "x y", "x=1/3", "y=1", "--digits", "2")[1]


@pytest.mark.parametrize(
    "words, program",
    [(["-x^2"], "−x²"), (["-x"], "−x"), (["--", "-x^2"], "−x²"), (["--check", "-x", "--digits", "3"], "−x")],
)
def test_a_program_may_begin_with_a_minus(cli_main, words, program):
    status, out, _ = cli_main("grad", *words, "x=3")
    assert status == 0
    assert out.startswith(f"f = {program}\n")


# -- seed and output


def test_the_name_of_the_program_stays_when_another_node_is_asked_for(cli_main):
    _, out, _ = cli_main("grad", *XYZ, "--output", "v1")
    assert out.startswith("f = (x + y) · z\n")
    assert "v1 has no gradient for z" in out


@pytest.mark.parametrize("words", [["--entry", "1"], ["--seed", "[0, 1, 0]"]])
def test_one_entry_of_a_vector_is_differentiated(cli_main, words):
    found = answer_of(cli_main, "W x", "W=[[1, 2], [3, 4], [5, 6]]", "x=[1, -1]", *words)
    assert found["grads"]["x"] == [3, 4]


def test_a_seed_may_be_negative(cli_main):
    assert answer_of(cli_main, *XYZ, "--seed", "-2")["grads"] == {"x": 8, "y": 8, "z": -6}


SEEDS = [
    (["--seed", "[1, 0]"], "The seed has 2 entries; f is a number."),
    (["--seed", "abc"], "Line 1, column 1: The seed must be a number or a list of numbers."),
    (["--entry", "0"], "f is a number and has no entries to choose from."),
    (["--entry", "x"], "'x' is not an entry."),
    (["--seed", "2", "--entry", "0"], "--entry: not allowed with argument --seed."),
]


@pytest.mark.parametrize(("words", "message"), SEEDS, ids=[" ".join(words) for words, _ in SEEDS])
def test_a_seed_that_cannot_be_is_refused(cli_main, words, message):
    assert refusal_of(cli_main, "grad", *XYZ, *words)[0] == message


def test_a_file_says_its_output_and_its_seed_and_what_is_typed_wins(cli_main, tmp_path):
    document = Document("a = x y; a^2", {"x": 2.0, "y": 3.0}, output="a", seed=10.0)
    (tmp_path / "p.chainlight").write_text(dumps(document))
    found = answer_of(cli_main, "p.chainlight")
    assert (found["output"], found["grads"]) == ("a", {"x": 30, "y": 20})
    assert answer_of(cli_main, "p.chainlight", "--seed", "1")["grads"] == {"x": 3, "y": 2}
    assert answer_of(cli_main, "p.chainlight", "--output", "f")["grads"] == {"x": 36, "y": 24}


# -- JSON


def test_the_json_of_the_lectures_example(cli_main):
    assert answer_of(cli_main, *XYZ) == {
        "ok": True,
        "output": "f",
        "value": -12,
        "grads": {"x": -4, "y": -4, "z": 3},
        "nodes": [
            {"name": "x", "op": "input", "args": [], "value": -2, "gradient": -4},
            {"name": "y", "op": "input", "args": [], "value": 5, "gradient": -4},
            {"name": "v1", "op": "add", "args": ["x", "y"], "value": 3, "gradient": -4},
            {"name": "z", "op": "input", "args": [], "value": -4, "gradient": 3},
            {"name": "f", "op": "mul", "args": ["v1", "z"], "value": -12, "gradient": 1},
        ],
        "reading": "(x + y) · z",
        "warnings": [],
    }


def test_gradients_are_those_of_a_run(cli_main):
    found = answer_of(cli_main, "W x", "W=[[1, 2], [3, 4]]", "x=[5, 1/4]")
    last = run("W x", {"W": frozen([[1, 2], [3, 4]]), "x": frozen([5, 0.25])}).last
    assert found["grads"] == {name: last.gradient(name).tolist() for name in ("W", "x")}
    assert found["value"] == [5.5, 16]
    assert "sum of its entries" in found["warnings"][0]


def test_wrt_and_output(cli_main):
    found = answer_of(cli_main, "q = x + y; f = q z", "x=1", "y=2", "z=3", "--wrt", "x, q", "--output", "q")
    assert (found["output"], found["value"], found["grads"]) == ("q", 3, {"x": 1, "q": 1})


def test_infinite_values_travel_as_words(cli_main):
    found = answer_of(cli_main, "1/x - ln(y)", "x=0", "y=-1")
    assert found["value"] == "nan"
    assert found["grads"]["x"] == "-inf"
    assert "infinite" in found["warnings"][0]


def test_values_may_be_infinite(cli_main):
    assert answer_of(cli_main, "x + y", "x=inf", "y=-1")["value"] == "inf"


def test_a_node_without_a_gradient_is_null(cli_main):
    found = answer_of(cli_main, "cross_entropy(s, k)", "s=[1, 2, 3]", "k=0")
    assert found["grads"]["k"] is None
    assert "f has no gradient for k" in found["warnings"]


def test_one_name_has_many_spellings(cli_main):
    assert answer_of(cli_main, "lambda x_1", "λ=2", "x1=3", "--wrt", r"lambda")["grads"] == {"lambda": 3}


def test_defaults_are_chosen_on_demand(cli_main):
    found = answer_of(cli_main, "W x", "x=[1, 2, 3]", "--defaults")
    assert [len(row) for row in found["grads"]["W"]] == [3] * len(found["value"])


# -- JSON lines


def test_every_line_is_answered(cli_main):
    requests = [
        b'{"program": "x y", "values": {"x": 2, "y": [3, "inf"]}, "wrt": ["y"], "output": "f"}',
        b"",
        b"{",
        b"\xff",
        b"[1]",
        b'{"program": "x y", "values": {"x": 2}}',
        b'{"program": "x +", "values": {}}',
        b'{"program": "x", "valeus": {}}',
        b'{"program": "x", "values": {"x": true}}',
        b'{"program": "x", "values": {"x": 1}, "check": true}',
    ]
    status, out, err = cli_main("grad", "--jsonl", stdin=b"\n".join(requests))
    assert (status, err) == (0, "")
    answers = [json.loads(line) for line in out.splitlines()]
    assert [found["ok"] for found in answers] == [True, *[False] * 8, True]
    assert answers[0]["grads"] == {"y": [2, 2]}
    assert answers[5]["error"] == {
        "message": "y has no value",
        "line": 1,
        "column": 3,
        "end_column": 4,
        "hint": 'Add "y": 3 to "values"',
    }
    assert answers[7]["error"]["hint"] == 'Did you mean "values"?'
    assert answers[9]["check"]["x"]["verdict"] == "correct"


def test_trainings_are_answered_line_by_line(cli_main):
    good = {"program": "(w - 3)^2", "values": {"w": 1}, "steps": 2, "optimizer": {"lr": 0.25}}
    bad = [b"{", json.dumps({**good, "program": "(w -"}).encode(), json.dumps({**good, "steps": -1}).encode()]
    lines = [json.dumps(good).encode(), *bad, json.dumps({**good, "steps": 0}).encode()]
    status, out, err = cli_main("train", "--jsonl", stdin=b"\n".join(lines))
    assert (status, err) == (0, "")
    answers = [json.loads(line) for line in out.splitlines()]
    assert answers[0] == {
        "ok": True,
        "losses": [4, 1, 0.25],
        "values": {"w": 2.5},
        "diverged": None,
        "nodes": {"f": [0.25]},
        "interrupted": False,
        "warnings": [],
    }
    assert [found["ok"] for found in answers] == [True, False, False, False, True]
    assert answers[2]["error"]["line"] == 1 and answers[2]["error"]["column"] == 4
    assert answers[3]["error"]["message"].startswith('"steps" must be a whole number')


def test_a_training_that_is_interrupted_keeps_what_is_there(cli_main, interrupted_at_3):
    line = json.dumps({"program": "w^2", "values": {"w": 1}, "steps": 10, "optimizer": {"lr": 0.25}}).encode()
    before = signal.getsignal(signal.SIGINT)
    status, out, err = cli_main("train", "--jsonl", stdin=line + b"\n" + line)
    assert (status, err) == (130, "")
    answer = json.loads(out)
    assert (answer["interrupted"], answer["losses"]) == (True, [1, 0.25, 0.0625, 0.015625])
    assert answer["values"] == {"w": 0.125}
    assert signal.getsignal(signal.SIGINT) is before


def test_a_mistake_of_our_own_is_said_on_its_line(cli_main, monkeypatch):
    monkeypatch.setattr(grad.Report, "answer", lambda self: 1 / 0)
    monkeypatch.setattr("app.cli.json_lines.unexpected", lambda error: Problem(f"mistake: {error}"))
    line = b'{"program": "x", "values": {"x": 1}}\n'
    status, out, _ = cli_main("grad", "--jsonl", stdin=line * 2)
    assert status == 0
    assert [json.loads(line)["error"]["message"] for line in out.splitlines()] == [
        "mistake: division by zero"
    ] * 2


# -- what is refused


def test_missing_values_are_named_with_what_to_type(cli_main):
    assert refusal_of(cli_main, "grad", "(x+y)z", "y=5") == [
        "Line 1, column 2: x and z have no value.",
        "  (x+y)z",
        "   ^",
        "Add x=2 z=0.5 or other values, or --defaults for these.",
    ]


def test_what_is_proposed_for_missing_values_works(cli_main):
    *_, hint = refusal_of(cli_main, "grad", "w·x + b")
    proposed = [word for word in hint.split() if "=" in word]
    assert len(proposed) == 3
    assert cli_main("grad", "w·x + b", *proposed)[0] == 0


def test_marks_stand_below_the_place_in_its_own_line(cli_main):
    status, _, err = cli_main("grad", "-", "y=1", stdin=b"\xef\xbb\xbfa = 2 y\r\nbb = 3 + (a\r\n")
    assert status == 2
    first, line, marks, _ = err.splitlines()
    assert first.startswith("Line 2, column ")
    assert line == "  bb = 3 + (a"
    assert marks.strip() == "^" * len(marks.strip())
    assert int(first.split("column ")[1].split(":")[0]) == len(marks) - len(marks.lstrip()) - 1


@pytest.mark.parametrize("before, columns", [("x + ", 4), ("漢 + ", 5), ("\tx + ", 5)])
def test_marks_count_the_columns_of_the_terminal(cli_main, before, columns):
    lines = refusal_of(cli_main, "grad", f"{before}y ?", "x=1", "漢=1", "y=1")
    assert lines[2] == "  " + " " * (columns + 2) + "^"


def test_a_program_cannot_act_on_the_terminal(cli_main):
    lines = refusal_of(cli_main, "grad", "x + \x1b[31m", "x=1")
    assert "\x1b" not in "".join(lines)
    assert "ESCAPE" in lines[0]


def test_a_refusal_as_json(cli_main):
    status, out, err = cli_main("grad", "x +\ny )", "x=1", "--json")
    assert (status, err) == (2, "")
    found = json.loads(out)
    assert found["ok"] is False
    assert set(found["error"]) == {"message", "line", "column", "end_column", "hint"}
    assert found["error"]["end_column"] > found["error"]["column"]


@pytest.mark.parametrize(
    "words, said",
    [
        (["grad"], "There is no program"),
        (["grad", "x", "+", "y"], "'+' is not a value"),
        (["grad", "x", "x"], "'x' is not a value"),
        (["grad", "x", "x=1; y=2"], "The value of x must be"),
        (["grad", "x", "x=y"], "The value of x must be"),
        (["grad", "x", "x="], "The value of x must be"),
        (["grad", "x", "x=[1, [2]]"], "The value of x must be"),
        (["grad", "x", "x=1", "x=2"], "x is given twice"),
        (["grad", "x", "x=1", "--wrt", "y"], "There is no node y"),
        (["grad", "x", "x=1", "--output", "y"], "There is no node y"),
        (["grad", "x = 2; x y", "x=3", "y=1"], "x has its value in the program already"),
        (["grad", "x", "x=1", "--digits", "0"], "--digits: '0' is not a whole number from 1 to 17"),
        (["grad", "x", "x=1", "--digits", "٣"], "--digits: '٣' is not a whole number"),
        (["grad", "x", "x=1", "--nonsense"], "Unrecognized arguments: --nonsense"),
        (["grad", "none.chainlight"], "There is no file none.chainlight"),
        (["grad", "folder.chainlight"], "folder.chainlight is a folder"),
        (["grad", "bytes.chainlight"], "bytes.chainlight is not UTF-8 text: byte 1 cannot be read"),
        (["grad", "other.chainlight"], "This is not a Chainlight project"),
        (["grad", "\0.chainlight"], "Cannot read"),
        (["gard"], "There is no command or file gard"),
        (["lecture"], "There is no command or file lecture"),
        (["lecture.chainlight"], "There is no file lecture.chainlight"),
        (["Lecture.CHAINLIGHT"], "There is no file Lecture.CHAINLIGHT"),
        (["./x+y"], "There is no file ./x+y"),
        (["/tmp/none/x"], "There is no file /tmp/none/x"),
        (["..\\x"], "There is no file ..\\x"),
        (["C:/x"], "There is no file C:/x"),
        (["other.chainlight", "x=1"], "A project has its own values"),
        (["(x+y)z", "x"], "'x' is not a value"),
        (["(x+y)z", "--nonsense"], "Unrecognized arguments: --nonsense"),
        (["figure", "x", "x=1"], "A figure needs a file"),
        (["figure", "x", "x=1", "-o", "x.doc"], "x.doc does not say what kind"),
        (["figure", "x", "x=1", "-o", "none/x.svg"], "The folder none does not exist"),
        (["figure", "x", "x=1", "-o", "x.svg", "--step", "backward:9"], "There is no step backward:9"),
        (["figure", "x", "x=1", "-o", "x.svg", "--step", "sideways"], "'sideways' is not a step"),
        (["figure", "x", "x=1", "-o", "x.svg", "--theme", "pink"], "There is no theme pink"),
        (["figure", "x", "x=1", "-o", "x.svg", "--all", "--step", "end"], "not allowed with argument"),
        (["figure", "x", "x=1", "-o", "x.png", "--dpi", "5"], "--dpi: '5' is not a whole number"),
        (["figure", "x", "x=1", "-o", "x.svg", "--fit", "wall"], "'wall' is not a size for a figure"),
        (["figure", "x", "x=1", "-o", "x.svg", "--fit", "8x6"], "'8x6' is not a size for a figure"),
        (["figure", "x", "x=1", "-o", "x.svg", "--fit", "0.1x6cm"], "A figure of 0.1x6cm cannot be made"),
        (["figure", "x", "x=1", "-o", "x.svg", "--font-size", "1"], "--font-size: '1' is not a size from 2"),
        (["figure", "x", "x=1", "-o", "x.svg", "--font-size", "nan"], "--font-size: 'nan' is not a size"),
        (
            ["figure", "x", "x=1", "-o", "x.svg", "--show", "all"],
            "--show: 'all' cannot be shown; what can is",
        ),
        (["figure", "x", "x=1", "-o", "x.svg", "--numbers", "off"], "--numbers: 'off' is not edges or nodes"),
        (["figure", "x", "x=1", "-o", "x.svg", "--weights", ""], "--weights: '' is not values, bare or off"),
        (["derive", "x", "--layout", "up"], "--layout: 'up' is not "),
        (["figure", "x", "x=1", "-o", "x.svg", "--rows", "0"], "--rows: '0' is not a whole number"),
    ],
)
def test_what_is_refused_is_said_in_a_sentence(cli_main, tmp_path, words, said):
    (tmp_path / "folder.chainlight").mkdir()
    (tmp_path / "bytes.chainlight").write_bytes(b"\xff\xfe")
    (tmp_path / "other.chainlight").write_text("{}")
    lines = refusal_of(cli_main, *words)
    assert said in lines[0]
    assert not [path for path in tmp_path.iterdir() if path.suffix in (".svg", ".png")]


def test_values_of_unknown_names_are_noted(cli_main):
    status, out, _ = cli_main("grad", "x^2", "x=3", "q=1")
    assert status == 0
    assert out.endswith("Note: q is not in the program; its value is not used\n")


# -- files, help, the window


def test_a_project_brings_its_values(cli_main, tmp_path):
    (tmp_path / "p.chainlight").write_text(dumps(EXAMPLE), encoding="utf-8")
    assert answer_of(cli_main, "p.chainlight")["value"] == -12
    assert answer_of(cli_main, "p.chainlight", "z=2")["value"] == 6


def test_what_a_project_lacks_is_noted(cli_main, tmp_path):
    plain = json.loads(dumps(Document("x y", {"x": 9.0, "y": 3.0})))
    (tmp_path / "p.chainlight").write_text(json.dumps({k: v for k, v in plain.items() if k != "lab"}))
    status, out, err = cli_main("grad", "p.chainlight", "--json")
    assert (status, json.loads(out)["value"]) == (0, 27)
    assert err == "Note: The file lacks lab; defaults are used instead.\n"


def test_a_projects_values_may_outlive_their_names(cli_main, tmp_path):
    (tmp_path / "p.chainlight").write_text(dumps(Document("x = 2; x y", {"x": 9.0, "y": 3.0, "old": 1.0})))
    found = answer_of(cli_main, "p.chainlight")
    assert (found["value"], found["warnings"]) == (6, [])


def examples():
    texts = [window.EXAMPLES, *(subcommand.examples for subcommand in SUBCOMMANDS.values())]
    return [line.strip() for text in texts for line in text.splitlines() if "lecture.chainlight" not in line]


@pytest.mark.parametrize("line", [line for line in examples() if {*line.split()} & {*SUBCOMMANDS}])
def test_the_examples_of_the_help_run(cli_main, tmp_path, line):
    stdin = b""
    if "|" in line:
        left, line = line.split(" | ")
        stdin = shlex.split(left)[1].encode()
    status, out, err = cli_main(*shlex.split(line)[1:], stdin=stdin)
    assert (status, err) == (0, "")
    assert out or list(tmp_path.glob("*.*"))


@pytest.mark.parametrize("words", [[], ["grad"], ["figure"]])
def test_help_shows_examples(cli_main, words):
    status, out, _ = cli_main(*words, "--help")
    assert status == 0
    assert f"examples:\n  {' '.join(['chainlight', *words])}" in out


@pytest.mark.parametrize(
    ("asked", "nodes"),
    [
        ((), 11),
        (("--level", "units"), 9),
        (("--level", "layers"), 6),
        (("--level", "statements"), 8),
        (("--level", "units", "--weights", "bare"), 9),
    ],
)
def test_a_figure_of_a_net_may_show_its_units_layers_or_statements(cli_main, tmp_path, asked, nodes):
    path = tmp_path / "net.tex"
    program = "h = tanh(W x + b); y = v·h; L = (y - t)^2"
    status, _, err = cli_main("figure", program, "--defaults", *asked, "-o", str(path))
    assert (status, err) == (0, "")
    text = path.read_text(encoding="utf-8")
    drawn = [line for line in text.splitlines() if re.match(r" *\\node\[(input|operation)", line)]
    assert len(drawn) == nodes, drawn


@pytest.mark.parametrize("target", ["slide", "column"])
@pytest.mark.parametrize("program", ["(x+y)z", "a = x y; f = a^2 + a + x"])
def test_nothing_moves_between_single_steps_that_are_fitted_one_by_one(cli_main, tmp_path, program, target):
    pages, circles = set(), set()
    for step in ("start", "forward:1", "seed", "backward:1", "backward:2"):
        words = ("--step", step, "--fit", target, "--force", "-o", "f.tex")
        assert cli_main("figure", program, "--defaults", *words)[0] == 0
        text = (tmp_path / "f.tex").read_text(encoding="utf-8")
        pages.update(re.findall(r"\\useasboundingbox.*", text))
        circles.add(tuple(re.findall(r"\\node\[operation.*?at (\(.*?\))", text)))
    assert len(pages) == len(circles) == 1 and all(circles)


NO_NET = "(x+y)z"
IN_UNITS = "h = tanh(W x + b); L = sum(h)"
NOTHING = [
    (NO_NET, ("--level", "layers"), "--level layers changes nothing, for the program has no layer of a net"),
    (NO_NET, ("--level", "units"), "--level units changes nothing, for the program has no layer of a net"),
    ("x y", ("--level", "statements"), "the program has no statement of several operations"),
    (IN_UNITS, ("--level", "units", "--unfold", "all"), "--level units changes nothing where --unfold"),
    (IN_UNITS, ("--weights", "bare"), "--weights bare changes nothing, for no units of a net are drawn"),
    (NO_NET, ("--each-plus",), "--each-plus changes nothing, for no sum of more than two terms is drawn"),
    (NO_NET, ("--level", "operations"), ""),
    (NO_NET, ("--level", "statements"), ""),
    (IN_UNITS, ("--level", "units", "--weights", "bare"), ""),
    ("a + b + c", ("--each-plus",), ""),
]


@pytest.mark.parametrize(("program", "words", "said"), NOTHING)
def test_an_option_that_changes_nothing_says_so(cli_main, tmp_path, program, words, said):
    path = str(tmp_path / "f.tex")
    status, _, err = cli_main("figure", program, "--defaults", *words, "-o", path)
    assert status == 0 and said in err and bool(err) == bool(said)


def test_what_would_make_numbers_larger_is_named_as_it_is_typed(cli_main, tmp_path):
    program, path = "h = tanh(W x + b); y = v·h; L = (y - t)^2; M = L + L x_1 + sin(L) cos(y)", "f.tex"
    words = ("figure", program, "--defaults", "--fit", "column", "-o", path)
    _, _, err = cli_main(*words)
    found = re.search(r"larger with (--level \w+) \(([\d.]+ pt)\)", err)
    assert found, err
    _, _, err = cli_main(*words, *found[1].split())
    assert f"The numbers are {found[2]}," in err or "numbers" not in err
    assert set(HELPFUL) == set(HELPS)


def test_help_names_every_theme_kind_and_command(cli_main, monkeypatch):
    from app.widgets.theme import THEMES

    monkeypatch.setenv("COLUMNS", "200")  # no name is cut at its hyphen

    _, out, _ = cli_main("figure", "--help")
    assert all(name in out for name in [*THEMES, *(kind.suffix for kind in FIGURE_KINDS)])
    _, out, _ = cli_main("--help")
    assert all(name in out for name in SUBCOMMANDS)


def test_version(cli_main):
    status, out, _ = cli_main("--version")
    assert status == 0
    assert out.startswith("Chainlight 0.")


# -- as a process


def process(*words, stdin=b"", environment=None, **options):
    found = {"PYTHONPATH": str(HOUSE), **(environment or {})}
    command = [sys.executable, "-m", "app", *words]
    return subprocess.run(command, input=stdin, env=found, capture_output=True, timeout=60, **options)


def test_grad_needs_no_qt_no_home_and_no_screen():
    code = (
        "import sys; from app.cli.main import main; status = main(sys.argv[1:]);"
        "heavy = {'PySide6', 'networkx', 'pyqtgraph', 'PIL'} & {name.split('.')[0] for name in sys.modules};"
        "assert not heavy, heavy; sys.exit(status)"
    )
    environment = {"PYTHONPATH": str(HOUSE)}
    done = subprocess.run([sys.executable, "-c", code, "grad", *XYZ], env=environment, capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")
    assert "v1 · z" in done.stdout.decode()


def test_a_figure_needs_no_home_and_no_screen(tmp_path):
    done = process("figure", *XYZ, "--step", "backward:3", "-o", str(tmp_path / "f.svg"))
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert (tmp_path / "f.svg").read_bytes().startswith(b"<?xml")


def test_a_screen_that_is_not_there_does_no_harm(tmp_path):
    done = process("figure", *XYZ, "-o", str(tmp_path / "f.png"), environment={"DISPLAY": ":987"})
    assert done.returncode == 0


@pytest.mark.skipif(sys.platform != "linux", reason="other systems always have a screen")
def test_the_window_says_that_it_needs_a_screen():
    done = process()
    assert done.returncode == 2
    assert done.stderr.startswith(b"There is no screen")


def test_a_terminal_of_few_characters():
    done = process("grad", "σ(λ x)", "λ=-1e-9", "x=2", environment={"PYTHONIOENCODING": "ascii"})
    assert done.returncode == 0
    assert b"sigmoid(lambda * x)" in done.stdout
    assert b"-10^-9" in done.stdout


def test_json_on_a_terminal_of_few_characters():
    done = process("grad", "λ ²", "--json", environment={"PYTHONIOENCODING": "ascii"})
    assert json.loads(done.stdout)["error"]["message"] == "λ has no value"


def test_a_reader_that_leaves_is_said():
    command = [sys.executable, "-m", "app", "grad", "--jsonl"]
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    with subprocess.Popen(command, env={"PYTHONPATH": str(HOUSE)}, **pipes) as running:
        running.stdin.write(b'{"program": "x", "values": {"x": 1}}\n')
        running.stdin.flush()
        assert json.loads(running.stdout.readline())["ok"]
        running.stdout.close()
        running.stdin.write(b'{"program": "x", "values": {"x": 1}}\n')
        running.stdin.close()
        said = b"chainlight: the output was closed before the whole answer was written"
        assert running.stderr.read().splitlines() == [said]
        assert running.wait(30) == 141


@pytest.mark.parametrize("words", [["grad", *XYZ], ["grad", *XYZ, "--json"], ["derive", *XYZ], ["--version"]])
def test_a_closed_output_is_said(words):
    command = ["sh", "-c", 'exec "$@" >&-', "sh", sys.executable, "-m", "app", *words]
    done = subprocess.run(command, env={"PYTHONPATH": str(HOUSE)}, capture_output=True)
    said = b"chainlight: standard output is closed, the answer has no place to go"
    assert (done.returncode, done.stderr.splitlines()) == (2, [said])


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no full device")
@pytest.mark.parametrize("words", [["grad", "x", "x=1"], ["grad", "x", "--json"], ["--help"], ["--version"]])
def test_a_full_disk_is_said(words):
    with Path("/dev/full").open("wb") as full:
        command = [sys.executable, "-m", "app", *words]
        done = subprocess.run(command, env={"PYTHONPATH": str(HOUSE)}, stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 2
    said = b"chainlight: the disk is full, the answer is not written; free some space"
    assert done.stderr.splitlines() == [said]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no full device")
def test_an_answer_is_given_though_nothing_can_be_said_beside_it():
    with Path("/dev/full").open("wb") as full:
        command = [sys.executable, "-m", "app", "grad", "x +"]
        done = subprocess.run(command, env={"PYTHONPATH": str(HOUSE)}, stdout=subprocess.PIPE, stderr=full)
    assert (done.returncode, done.stdout) == (2, b"")


HUGE = "q" * 100_000
LONG_WORDS = [
    [HUGE],
    ["grad", HUGE],
    ["grad", "x", HUGE],
    ["grad", "x", f"x={HUGE}"],
    ["grad", "x", f"{HUGE}=1"],
    *(
        ["grad", "x", "x=1", option, HUGE]
        for option in ("--wrt", "--output", "--digits", "--seed", "--entry")
    ),
    ["grad", f"--{HUGE}"],
    ["grad", f"{HUGE}.chainlight"],
    ["derive", "x", "x=1", "--jacobian", f"{HUGE},x"],
    ["figure", "x", "x=1", "-o", f"{HUGE}.svg"],
    ["figure", "x", "x=1", "-o", f"f.{HUGE}"],
    *(["figure", "x", "x=1", "-o", "f.svg", option, HUGE] for option in ("--step", "--theme", "--unfold")),
    ["export", "x", "x=1", "-o", f"{HUGE}.py"],
    ["export", "x", "x=1", "-o", f"f.{HUGE}"],
]


@pytest.mark.parametrize("words", LONG_WORDS, ids=lambda words: " ".join(words)[:40])
def test_what_is_said_of_words_without_end_can_be_read(cli_main, words):
    for options in ([], ["--json"] if words[0] == "grad" else []):
        status, out, err = cli_main(*words, *options)
        assert status == 2 and 0 < len(out + err) < 1500
        assert "Internal" not in out + err and "cannot write" not in err


# -- a file of the program that is missing

INSTALLATION = """
import sys
from pathlib import Path
from core.base import resources
resources._FOLDERS = (Path(sys.argv[1]),)
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMessageBox

def look():
    box = QApplication.activeModalWidget()
    if isinstance(box, QMessageBox):
        print(box.text())
        box.close()
    elif window := QApplication.activeWindow():
        (window.actions_by_id["about"] if "about" in sys.argv else window).close()

def wait():
    timer = QTimer(QApplication.instance(), interval=20)
    timer.timeout.connect(look)
    timer.start()

made = QApplication.__init__
QApplication.__init__ = lambda app, *words: (made(app, *words), wait())[0]
from app.cli.main import main
sys.exit(main(sys.argv[2:]))
"""


@pytest.fixture
def installation(tmp_path):
    """A copy of the files that belong to the program."""
    return shutil.copytree(HOUSE / "resources", tmp_path / "resources")


def installed(folder, *words):
    environment = {**os.environ, "PYTHONPATH": str(HOUSE), "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-c", INSTALLATION, str(folder), *map(str, words)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    # the offscreen platform says so for every dialog
    done.stderr = re.sub(".*propagateSizeHints.*\n", "", done.stderr)
    return done


MISSING = ["fonts/DejaVuSans.ttf", "fonts/STIXTwoMath-Regular.ttf", "icons/undo-2.svg"]


@pytest.mark.parametrize("name", MISSING)
def test_the_window_names_a_file_that_is_missing(installation, name):
    (installation / name).unlink()
    said, mend = f"The file {name} of Chainlight is missing.", "Install Chainlight again"
    done = installed(installation)
    assert (done.returncode, done.stdout, done.stderr) == (2, f"{said} {mend}\n", f"{said}\n{mend}.\n")


@pytest.mark.parametrize("name", MISSING[:2])
@pytest.mark.parametrize("damage", ["missing", "damaged"])
def test_a_command_names_a_file_that_is_of_no_use(installation, tmp_path, name, damage):
    (installation / name).unlink() if damage == "missing" else (installation / name).write_bytes(b"")
    done = installed(installation, "figure", *XYZ, "-o", tmp_path / "f.svg")
    said = f"The file {name} of Chainlight is {damage}.\nInstall Chainlight again.\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", said)
    assert not (tmp_path / "f.svg").exists()


@pytest.mark.parametrize("own", [None, "4"])
def test_products_run_on_one_thread_unless_another_number_is_asked_for(cli_main, monkeypatch, own):
    for variable in cli.ONE_THREAD:
        monkeypatch.setenv(variable, own) if own else monkeypatch.delenv(variable, raising=False)
    cli_main("grad", "x", "x=1")
    assert [os.environ[variable] for variable in cli.ONE_THREAD] == [own or "1"] * 2


# -- unfolding


def test_a_neuron_is_unfolded_in_the_table(cli_main):
    status, out, err = cli_main("grad", *NEURON, "--unfold", "f,v1")
    assert (status, err) == (0, "")
    names = [line.split()[0] for line in out.splitlines()[3:]]
    assert names == "w x v1.1 v1.2 v1.3 v1.4 v1.5 v1.6 v1 b v2 f.1 f.2 f.3 f".split()
    _, plain, _ = cli_main("grad", *NEURON)
    for line in plain.splitlines()[3:]:
        name, *_, gradient = line.split()
        assert any(row.split()[0] == name and row.split()[-1] == gradient for row in out.splitlines()[3:])


def test_what_cannot_be_unfolded_is_refused(cli_main):
    assert refusal_of(cli_main, "grad", *NEURON, "--unfold", "b")[0].endswith(
        "b is an input; there is nothing to unfold."
    )
    assert refusal_of(cli_main, "grad", *NEURON, "--unfold", "q") == [
        "There is no node q.",
        "What is computed is v1, v2, f.",
    ]


@pytest.mark.parametrize("suffix", [kind.suffix for kind in FIGURE_KINDS])
def test_frames_are_in_every_kind_of_figure(cli_main, tmp_path, suffix):
    for name, words in (("folded", []), ("unfolded", ["--unfold", "numbers"])):
        assert cli_main("figure", *NEURON, *words, "-o", f"{name}{suffix}") == (0, "", "")
    sizes = [(tmp_path / f"{name}{suffix}").stat().st_size for name in ("folded", "unfolded")]
    assert sizes[1] > sizes[0]
    if suffix == ".tex":
        assert (tmp_path / "unfolded.tex").read_text(encoding="utf-8").count(r"\draw[frame]") == 2


def test_the_end_is_a_finished_picture_and_every_step_can_be_one(cli_main, tmp_path):
    """What is asked for as the end has no highlight, any other step has one, unless the opposite is said."""
    steps = {"end": [], "backward:3": [], "none": ["--highlight", "none"], "step": ["--highlight", "step"]}
    lit = set()
    for name, words in steps.items():
        step = name if name in ("end", "backward:3") else {"none": "backward:3", "step": "end"}[name]
        assert cli_main("figure", *NEURON, "--step", step, *words, "--force", "-o", "f.tex") == (0, "", "")
        picture = (tmp_path / "f.tex").read_text(encoding="utf-8").split(r"\begin{tikzpicture}")[1]
        if any(f", {look}" in picture.split("]\n", 1)[1] for look in ("active", "moving", "receiving")):
            lit.add(name)
    assert lit == {"backward:3", "step"}


def tikz_of(cli_main, tmp_path, *words):
    """The TikZ source of a figure that nothing is said of."""
    assert cli_main("figure", *words, "--force", "-o", "f.tex") == (0, "", "")
    return (tmp_path / "f.tex").read_text(encoding="utf-8")


def nodes_of(text):
    """Where the nodes stand, by their names."""
    found = re.findall(r"\\node\[[^\n]*\] \(([^)]+)\) at \(([-.\d]+), ([-.\d]+)\)", text)
    return {name: (float(x), float(y)) for name, x, y in found}


def test_what_a_figure_shows_is_chosen_with_show(cli_main, tmp_path):
    words = ["y = x x + W[0, 0]; z = y^2 + 1", "x=3", "W=[[1, 2], [3, 4]]"]
    seen = {}
    for shown in ("values", "gradients", "values,gradients", "names", "shapes,values", "formula"):
        text = tikz_of(cli_main, tmp_path, *words, "--show", shown)
        parts = {
            "value": r"\node[value",
            "gradient": r"\node[gradient",
            "all names": "$v_{1}$",
            "shape": r"2$\times$2",
            "formula": r"\node[formula",
        }
        seen[shown] = {name for name, part in parts.items() if part in text}
    assert seen == {
        "values": {"value"},
        "gradients": {"gradient"},
        "values,gradients": {"value", "gradient"},
        "names": {"all names"},
        "shapes,values": {"value", "shape"},
        "formula": {"formula"},
    }
    assert tikz_of(cli_main, tmp_path, *words) == tikz_of(
        cli_main, tmp_path, *words, "--show", "values, gradients"
    )


def test_the_rule_of_a_step_stands_below_its_graph(cli_main, tmp_path):
    plain_, ruled_ = (
        tikz_of(cli_main, tmp_path, *XYZ, "--step", "backward:2", *words)
        for words in ([], ["--with", "rule"])
    )
    assert "begin{aligned}" not in plain_
    added = ruled_.split("\\begin{tikzpicture}")[1]
    rule, numbers, counter = re.findall(r"\\node\[(?:rule|counter).*at \(.*, ([\d.]+)\) \{\$(.*)\$\};", added)
    assert rule[1].endswith(r"=z \end{aligned}")
    assert r"=1\cdot\left( -4 \right)=-4" in numbers[1]
    assert "5 / 7" in counter[1]
    lowest = max(y for _, y in nodes_of(added).values())
    assert lowest < float(rule[0]) < float(numbers[0]) < float(counter[0])


@pytest.mark.parametrize("suffix", [".svg", ".pdf", ".png", ".webp"])
def test_a_figure_with_its_rule_is_higher_in_every_kind_of_file(cli_main, tmp_path, suffix):
    size = {}
    for with_rule in ((), ("--with", "rule")):
        words = ("figure", *XYZ, "--step", "backward:2", "--dpi", "72", *with_rule, "--force")
        assert cli_main(*words, "-o", f"f{suffix}")[0] == 0
        size[bool(with_rule)] = (tmp_path / f"f{suffix}").stat().st_size
    assert size[True] > 1.1 * size[False]


def test_the_end_with_its_rule_is_that_of_the_last_step(cli_main, tmp_path):
    end, last = (
        tikz_of(cli_main, tmp_path, *XYZ, "--with", "rule", *words)
        for words in ([], ["--step", "backward:4"])
    )
    assert "7 / 7" in end and end == last


def test_how_a_figure_is_laid_out_is_chosen(cli_main, tmp_path):
    words = ["f = tanh(exp(a + b + c))", "a=1", "b=2", "c=-4"]
    usual = nodes_of(tikz_of(cli_main, tmp_path, *words))
    assert usual["f"][0] > usual["a"][0] + 200
    down = nodes_of(tikz_of(cli_main, tmp_path, *words, "--down"))
    assert down["f"][1] > down["a"][1] + 150
    assert len(nodes_of(tikz_of(cli_main, tmp_path, *words, "--each-plus"))) == len(usual) + 1
    rows = nodes_of(tikz_of(cli_main, tmp_path, *words, "--rows", "2"))
    assert max(x for x, _ in rows.values()) < max(x for x, _ in usual.values())
    at_nodes = nodes_of(tikz_of(cli_main, tmp_path, *words, "--numbers", "nodes"))
    assert at_nodes["f"][0] < usual["f"][0]


def test_a_project_is_drawn_as_was_chosen_for_it(cli_main, tmp_path):
    words = ["f = tanh(exp(a + b + c))", "a=1", "b=2", "c=-4"]
    document = Document(words[0], {"a": 1.0, "b": 2.0, "c": -4.0}, drawing=Drawn(True, True, False))
    (tmp_path / "p.chainlight").write_text(dumps(document), encoding="utf-8")
    as_typed = ["--numbers", "nodes", "--down", "--each-plus"]
    assert tikz_of(cli_main, tmp_path, "p.chainlight") == tikz_of(cli_main, tmp_path, *words, *as_typed)
    assert tikz_of(cli_main, tmp_path, "p.chainlight", "--numbers", "edges") == tikz_of(
        cli_main, tmp_path, *words, *as_typed[2:]
    )


@pytest.mark.parametrize(("suffix", "slack"), [(".svg", 0.001), (".pdf", 0.01)])
def test_a_figure_is_as_large_as_was_asked(cli_main, tmp_path, suffix, slack):

    def width(*words):
        assert cli_main("figure", *XYZ, *words, "--force", "-o", f"f{suffix}") == (0, "", "")
        data = (tmp_path / f"f{suffix}").read_bytes()
        return float(
            (re.search(rb'width="([\d.]+)pt"', data) or re.search(rb"MediaBox \[0 0 ([\d.]+)", data))[1]
        )

    assert width("--fit", "slide") == pytest.approx(888, abs=slack)
    assert width("--fit", "8.5x6cm") == pytest.approx(8.5 / 2.54 * 72, abs=slack)
    assert width("--font-size", "8.5") == pytest.approx(width() / 2, abs=slack)
    assert width("--fit", "slide", "--font-size", "10") == pytest.approx(
        width("--fit", "slide", "--font-size", "20") / 2, abs=slack
    )
    assert width("--fit", "slide", "--digits", "6") == pytest.approx(888, abs=slack)


def test_numbers_too_small_to_be_read_are_said_with_what_helps(cli_main):
    status, out, said = cli_main(
        *("figure", "w·x", "w=[1,2,3,4,5,6,7,8]", "x=[1,2,3,4,5,6,7,8]", "--unfold", "numbers"),
        *("--fit", "column", "-o", "f.svg"),
    )
    assert (status, out) == (0, "")
    assert re.fullmatch(
        r"Note: The numbers are [\d.]+ pt, less than the 7 pt that can be read in a column; "
        r"larger with no --unfold \([\d.]+ pt\)( or [a-z -]+ \([\d.]+ pt\))*\.\n",
        said,
    ), said


def test_text_in_fonts_is_for_svg(cli_main, tmp_path):
    assert cli_main("figure", *XYZ, "--text", "fonts", "-o", "f.svg") == (0, "", "")
    assert b"@font-face" in (tmp_path / "f.svg").read_bytes()
    said = "Note: --text fonts changes nothing; only a .svg has a choice.\n"
    assert cli_main("figure", *XYZ, "--text", "fonts", "-o", "f.pdf") == (0, "", said)


@pytest.mark.parametrize(
    ("words", "path"),
    [
        (("figure", "x", "x=1"), "f.svg"),
        (("figure", "x", "x=1", "--all"), "f.pdf"),
        (("export", "x", "x=1"), "f.py"),
        (("train", "L = (w - 1)^2", "w=0", "--steps", "2"), "f.json"),
    ],
)
def test_a_file_that_exists_is_replaced_only_with_force(cli_main, tmp_path, words, path):
    (tmp_path / path).write_bytes(b"before")
    status, out, said = cli_main(*words, "-o", path)
    assert (status, out) == (2, "")
    assert said == f"{path} exists already.\nAdd --force to replace it, or choose another name.\n"
    assert (tmp_path / path).read_bytes() == b"before"
    assert cli_main(*words, "-o", path, "--force")[0] == 0
    assert (tmp_path / path).read_bytes() != b"before"


def test_numbered_files_are_looked_at_before_the_first_is_written(cli_main, tmp_path):
    words = ("figure", *XYZ, "--all", "-o", "f.svg")
    for name in ("f-02.svg", "f-03.svg", "f.svg"):
        (tmp_path / name).write_bytes(b"before")
    said = cli_main(*words)
    assert said == (
        *(2, ""),
        "f-02.svg and 1 more exist already.\nAdd --force to replace them, or choose another name.\n",
    )
    assert sorted(path.name for path in tmp_path.glob("f*")) == ["f-02.svg", "f-03.svg", "f.svg"]
    (tmp_path / "f-03.svg").unlink()
    (tmp_path / "f-03.svg").mkdir()
    assert cli_main(*words, "--force")[::2] == (2, "f-03.svg is a folder.\nChoose the name of a file.\n")
    assert (tmp_path / "f-02.svg").read_bytes() == b"before" and not (tmp_path / "f-00.svg").exists()
    (tmp_path / "f-03.svg").rmdir()
    assert cli_main(*words, "--force")[0] == 0
    assert (tmp_path / "f-02.svg").read_bytes().startswith(b"<?xml")
    assert (tmp_path / "f.svg").read_bytes() == b"before"


@pytest.mark.parametrize(
    ("stride", "pages"), [("", 8), ("message", 8), ("node", 6), ("layer", 4), ("phase", 4)]
)
def test_all_steps_are_written_by_strides(cli_main, tmp_path, stride, pages):
    words = ("--stride", stride) if stride else ()
    assert cli_main("figure", "a a + a", "a=3", "--all", *words, "-o", "f.pdf")[0] == 0
    assert len(re.findall(rb"/MediaBox", (tmp_path / "f.pdf").read_bytes())) == pages


TWICE = ("z = w x; L = z^2 + w^2", "w=1", "x=2")


def test_a_node_is_derived_along_its_paths(cli_main):
    status, out, _ = cli_main("derive", *TWICE, "--node", "w")
    assert status == 0 and out.splitlines()[2:4] == ["∂L/∂w = 8 + 2 = 10", "2 paths, one backward pass."]
    latex, markdown = (
        cli_main("derive", *TWICE, "--node", "w", form)[1] for form in ("--latex", "--markdown")
    )
    assert latex.splitlines()[-1] == r"\frac{\partial L}{\partial w}=8+2=10"
    assert f"$$\n{latex.splitlines()[-1]}\n$$" in markdown
    code = cli_main("derive", *TWICE, "--node", "z", "--code", "torch")[1]
    assert "class Mul(torch.autograd.Function):" in code and "return g * y, g * x" in code


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--node", "q"), "There is no node q"),
        (("--node", "2"), "2 is a constant"),
        (("--node", "w", "--code", "torch"), "w is not computed"),
        (("--latex",), "--latex, --markdown and --code are for one node"),
        (("--node", "w", "--latex", "--markdown"), "not allowed with"),
    ],
)
def test_a_node_that_cannot_be_derived_is_said(cli_main, words, said):
    status, out, complaint = cli_main("derive", *TWICE, *words)
    assert (status, out) == (2, "") and said in complaint


def test_pages_for_a_slide_have_one_size(cli_main, tmp_path):
    assert cli_main("figure", *NEURON, "--fit", "slide", "--all", "-o", "f.pdf")[0] == 0
    boxes = set(re.findall(rb"/MediaBox \[[^]]*\]", (tmp_path / "f.pdf").read_bytes()))
    assert len(boxes) == 1 and b"[0 0 888 " in boxes.pop()


def test_a_project_is_drawn_as_it_is_unfolded_in_the_window(cli_main, tmp_path):
    document = Document("y = σ(x)", {"x": 1.0}, unfolded={"y": "sigmoid"})
    (tmp_path / "p.chainlight").write_text(dumps(document), encoding="utf-8")
    assert cli_main("figure", "p.chainlight", "-o", "a.tex")[0] == 0
    assert r"\draw[frame]" in (tmp_path / "a.tex").read_text(encoding="utf-8")
    assert "y.2" in cli_main("grad", "p.chainlight")[1]
    assert "y = 1 / (1 + torch.exp(-x))" in cli_main("export", "p.chainlight", "--formula")[1]


def test_an_exported_training_starts_where_the_training_does(cli_main, tmp_path):
    """The weights nobody gave are drawn from the seed, not those the canvas shows for want of others."""
    values = {"w": frozen([1.0, 1.0]), "x": frozen([0.0, 0.0]), "b": 0.5, "t": 0.0}
    settings = TrainingSettings(trains="program", data="gauss", data_seed=3, weights_seed=3)
    document = Document("y = σ(w·x + b); L = bce(y, t)", values, training=settings, guessed=frozenset("wxt"))
    (tmp_path / "p.chainlight").write_text(dumps(document), encoding="utf-8")
    started = json.loads(cli_main("train", "p.chainlight", "--steps", "0", "--json")[1])["values"]
    script = cli_main("export", "p.chainlight")[1]
    assert started["b"] == 0.5 and started["w"] != [1.0, 1.0]
    assert all(str(number) in script for number in (*started["w"], started["b"]))


LOGISTIC = ("z = w x + b; y = σ(z); L = 1/2 (y - t)^2", "w=1", "x=2", "b=-1", "t=1")


def test_a_listing_shows_what_is_known_at_a_step_and_marks_its_line(cli_main):
    status, out, _ = cli_main("listing", *LOGISTIC, "--step", "forward:3", "--notation", "delta")
    lines = out.splitlines()
    marked = [line for line in lines if line.startswith("▶")]
    assert status == 0 and len(marked) == 1 and "y = σ(z)" in marked[0] and marked[0].endswith("0.7311")
    behind = lines[lines.index(marked[0]) + 1 :]
    assert not any(line.rstrip()[-1:].isdigit() and "0." in line.split()[-1] for line in behind)
    assert any("δ_z = δ_y" in line for line in behind)


def test_a_listing_is_written_in_every_form(cli_main):
    latex, numpy, torch = (
        cli_main("listing", *LOGISTIC, "--as", form)[1] for form in ("latex", "numpy", "torch")
    )
    assert (
        latex.startswith(r"\begin{align}") and r"\tag{1}" in latex and latex.count("&=") == latex.count("tag")
    )
    assert "dw = dv1 * x" in numpy and "L.backward()" in torch
    assert "--step changes nothing" in cli_main("listing", *LOGISTIC, "--as", "latex", "--step", "seed")[2]
    assert cli_main("listing", *LOGISTIC, "--as", "latex")[2] == ""
    space = {}
    exec(numpy, space)
    assert space["dw"] == pytest.approx(-0.10575418556853343)


def test_derivatives_are_named_as_chosen_on_the_command_line(cli_main, tmp_path):
    grad = cli_main("grad", *LOGISTIC, "--notation", "bar")[1]
    assert "w̄" in grad and "derivative" not in cli_main("grad", *LOGISTIC)[1]
    assert cli_main("derive", "x^2", "x=3", "--notation", "lagrange")[1].startswith("f′(x) = 2 x")
    assert r"\delta_{w}" in cli_main("derive", *TWICE, "--node", "w", "--latex", "--notation", "delta")[1]
    (tmp_path / "p.chainlight").write_text(
        dumps(Document("x y", {"x": 2.0, "y": 3.0}, drawing=Drawn(notation="bar")))
    )
    assert "x̄ = " in cli_main("listing", "p.chainlight")[1]
    assert "x̄ = " in cli_main("derive", "p.chainlight", "--node", "x")[1]
    assert "∂f/∂x = " in cli_main("derive", "p.chainlight", "--node", "x", "--notation", "partial")[1]
    assert "is not partial, delta, bar or lagrange" in cli_main("listing", *LOGISTIC, "--notation", "dots")[2]


@pytest.mark.parametrize("name", SUBCOMMANDS)
def test_help_is_in_plain_words(cli_main, name):
    status, out, _ = cli_main(name, "--help")
    assert status == 0 and {"stand", "stands", "told", "tells"}.isdisjoint(out.lower().split())
