"""TikZ: brackets that close, names that exist, colours defined once; compiled where there is a TeX."""

import re
import shutil
import subprocess

import numpy as np
import pytest

from core.base.arrays import frozen
from core.export.tikz import node_names, tikz
from core.figure import draw, figure
from core.graph.builder import build, graph_of
from core.graph.plan import make_plan
from core.notation.program import Program, Statement
from core.notation.tree import Binary, Call, Name, Transposed
from core.passes.stepper import record, run
from core.passes.unfold import anything, unfolded

PARTS = "ink faint line paper value gradient lit lit_back receiving ground negative zero positive".split()
COLOURS = {part: f"#{number * 11111:06x}" for number, part in enumerate(PARTS)}
NEURON = ("σ(w0 x0 + w1 x1 + w2)", {"w0": 2.0, "x0": -1.0, "w1": -3.0, "x1": -2.0, "w2": -3.0})
MATRIX = frozen(np.arange(20.0).reshape(5, 4) / 9 - 1)
NET = (
    "h = tanh(W x + b); α_1 = sum(h^2); L = α_1 + h[0]",
    {
        "W": frozen(np.arange(20.0).reshape(5, 4) / 9 - 1),
        "x": frozen([1, 2, -1, 0.5]),
        "b": frozen([np.nan] * 5),
    },
)


def figure_at(example, step):
    trace = run(*example)
    drawing = draw(trace)
    return figure(drawing, trace.snapshot(trace.position(step)))


@pytest.mark.parametrize("example", [NEURON, NET], ids=lambda example: example[0])
@pytest.mark.parametrize("step", ["start", "forward:2", "seed", "backward:3", "end"])
def test_brackets_close_and_names_exist(example, step):
    text = tikz(figure_at(example, step), COLOURS, title="50% of $x_1$\n\\input{x}")
    assert all(text.count(a) == text.count(b) for a, b in ("()", "{}", "[]"))
    assert text.splitlines()[0] == r"% 50% of $x_1$ \input{x}"
    nodes = re.findall(r"\\node\[[^]]*\] \(([^)]*)\) at", text)
    assert len(nodes) == len(set(nodes)) == len(figure_at(example, step).boxes)
    used = set(re.findall(r"\(([A-Za-z][A-Za-z0-9-]*)\)", text))
    assert used == set(nodes)


def test_a_chosen_output_has_a_double_ring():
    trace = run("(x+y)z", {"x": -2.0, "y": 5.0, "z": -4.0}, "v1")
    text = tikz(figure(draw(trace), trace.last), COLOURS)
    assert re.findall(r"\\node\[operation.*chosen.*\] \((\w+)\)", text) == ["v1"]
    assert "chosen," not in tikz(figure_at(NET, "end"), COLOURS)


def test_every_colour_is_defined_once_and_every_colour_used_is_defined():
    text = tikz(figure_at(NET, "backward:3"), COLOURS)
    defined = re.findall(r"\\definecolor\{(\w+)\}", text)
    assert len(defined) == len(set(defined)) == len(COLOURS)
    assert set(re.findall(r"\bcl[a-z]+", text)) <= set(defined)


def test_nodes_keep_their_names_where_tikz_takes_them():
    shown = figure_at(NET, "end")
    names = node_names(shown)
    assert names["W"] == "W"
    assert re.fullmatch(r"node-\d+", names["α1"])


def unfolded_figure():
    """The sigmoid of a neuron, and its dot product, written out."""
    program, values = "y = σ(w·x)", {"w": frozen([2, -3]), "x": frozen([-1, -2])}
    graph = unfolded(graph_of(program, values), anything)
    trace = record(make_plan(graph), values)
    return figure(draw(trace), trace.snapshot(trace.position("backward:3")))


def test_frames_stand_below_everything_with_their_titles():
    text = tikz(unfolded_figure(), COLOURS)
    parts = re.findall(r"^  (\\(?:node|draw)\[[a-z]+)", text, re.MULTILINE)
    frames = [r"\draw[frame", r"\node[title"]
    assert parts[:4] == frames * 2 and not set(parts[4:]) & set(frames)
    assert r"{$y=\sigma\left( \cdot \right)$};" in text and r"{$w\cdot x$};" in text
    assert all(text.count(a) == text.count(b) for a, b in ("()", "{}", "[]"))


NAMES = "W̃ x̄1 w_[1] W⁽²⁾ W^[1] loss_hat y′ L_θ W_{k,l} x1⁽ⁱ⁾ s_y_i é größe".split()


def named_figure():
    """A figure with names of every kind."""
    sum_ = Name(NAMES[0])
    for name in NAMES[1:]:
        sum_ = Binary("+", sum_, Transposed(Name(name)))
    values = dict.fromkeys(NAMES, 0.5)
    program = Program("", (Statement(sum_, "h_{t-1}"), Statement(Call("exp", (Name("h_{t-1}"),)), "ŷ")))
    trace = record(make_plan(build(program, values)), values)
    return figure(draw(trace), trace.last)


def figure_of_signs():
    """A figure whose operations are written with signs of mathematics."""
    program = "squared_error(x, y) + nll(q, k) + l1(x) + sum(abs(x)) + logsumexp(x) + sum(conv2d(A, K))"
    values = {"x": frozen([0.5, 1.5]), "y": frozen([1, 0]), "q": frozen([0.2, 0.8]), "k": 1.0}
    values |= {"A": frozen(np.ones((4, 4))), "K": frozen(np.ones((2, 2)))}
    trace = run(f"z = {program}; f = z + l2(x)", values)
    return figure(draw(trace), trace.last)


@pytest.mark.parametrize("make", [named_figure, figure_of_signs])
def test_all_signs_are_written_as_commands(make):
    text = tikz(make(), COLOURS)
    assert text.isascii(), sorted({char for char in text if not char.isascii()})
    assert all(text.count(a) == text.count(b) for a, b in ("()", "{}"))


@pytest.mark.skipif(not (shutil.which("pdflatex") and shutil.which("kpsewhich")), reason="there is no TeX")
def test_it_compiles(tmp_path):
    found = subprocess.run(["kpsewhich", "standalone.cls"], capture_output=True).stdout
    if not found:
        pytest.skip("this TeX has no standalone class")
    shown_here = (figure_at(NEURON, "backward:3"), unfolded_figure(), named_figure(), figure_of_signs())
    for shown in shown_here:
        (tmp_path / "f.tex").write_text(tikz(shown, COLOURS), encoding="utf-8")
        command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "f.tex"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=60)
        assert done.returncode == 0, done.stdout.decode(errors="replace")[-600:]
