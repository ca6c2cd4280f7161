"""TikZ: brackets that close, names that exist, colours defined once; compiled where there is a TeX."""

import random
import re
import shutil
import subprocess

import numpy as np
import pytest
from msgspec.structs import replace

from core.base.arrays import frozen
from core.export.tikz import node_names, tikz
from core.figure import Options, OverPlane, draw, figure, weight_width
from core.graph.builder import build, graph_of
from core.graph.plan import make_plan
from core.math.latex import latex
from core.math.typeset import PLAIN
from core.notation.program import Program, Statement
from core.notation.tree import Binary, Call, Name, Transposed
from core.ops import OPS
from core.passes.stepper import record, run
from core.passes.unfold import anything, unfolded
from tests.graphs import random_graph

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


def trained_figure(shares, bias=-0.5, weight=-0.25):
    """A unit that is seen with what it computes, and an edge that is seen with its weight."""
    shown = figure_at(NEURON, "end")
    box = replace(shown.boxes[-1], over=OverPlane(frozen(shares), 1.0), bias=bias)
    arrows = [replace(arrow, weight=weight) if arrow.target == box.node else arrow for arrow in shown.arrows]
    return replace(shown, boxes=(*shown.boxes[:-1], box), arrows=tuple(arrows)), box


def test_a_map_over_the_plane_is_drawn_in_its_cells_with_its_bias():
    shown, box = trained_figure([[1.0, 1.0, -1.0], [0.0, np.nan, 0.5]])
    text = tikz(shown, COLOURS)
    left, top = box.centre[0] - box.width / 2, box.centre[1] - box.height / 2
    cells = re.findall(r"\\fill\[(\S+)\] \((.+?), (.+?)\) rectangle \((.+?), (.+?)\);", text)
    colours = [cell[0] for cell in cells]
    assert colours == [
        "clpositive!100!clzero",
        "clnegative!100!clzero",
        "clpositive!0!clzero",
        "gray",
        "clpositive!50!clzero",
    ]
    x, y, end, below = map(float, cells[0][1:])
    assert (x, y) == pytest.approx((left, top), abs=0.01), "the first row is on top"
    assert (end - x, below - y) == pytest.approx((box.width * 2 / 3, box.height / 2), abs=0.02)
    assert text.count("draw[bias, fill=clnegative!50!clzero]") == 1
    assert len(re.findall(rf"node\[map, [^]]*\] \({node_names(shown)[box.node]}\)", text)) == 1


def test_an_edge_is_as_wide_as_its_weight_in_the_colour_of_its_sign():
    shown, _ = trained_figure([[1.0]], weight=-0.25)
    (width,) = set(re.findall(r"draw=clnegative!72!clpaper, line width=(\S+)pt\]", tikz(shown, COLOURS)))
    assert float(width) == pytest.approx(weight_width(0.25))
    (width,) = set(
        re.findall(r"draw=clnegative!72!clpaper, line width=(\S+)pt\]", tikz(shown, COLOURS, scale=2))
    )
    assert float(width) == pytest.approx(2 * weight_width(0.25))


def test_a_large_map_is_drawn_in_cells_that_tex_has_memory_for():
    shown, _ = trained_figure(np.random.default_rng(0).uniform(-1, 1, (150, 150)))
    assert 500 < tikz(shown, COLOURS).count("\\fill") <= 1024


def test_a_chosen_output_has_a_double_ring():
    trace = run("(x+y)z", {"x": -2.0, "y": 5.0, "z": -4.0}, "v1")
    text = tikz(figure(draw(trace), trace.last), COLOURS)
    assert re.findall(r"\\node\[operation.*chosen.*\] \((\w+)\)", text) == ["v1"]
    assert "chosen," not in tikz(figure_at(NET, "end"), COLOURS)


def test_every_colour_is_defined_once_and_every_colour_used_is_defined():
    text = tikz(figure_at(NET, "backward:3"), COLOURS)
    defined = re.findall(r"\\definecolor\{(\w+)\}", text)
    assert len(defined) == len(set(defined)) == len(COLOURS)
    assert set(re.findall(r"(?<!\\)\bcl[a-z]+", text)) <= set(defined)


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


# -- what LaTeX knows

# the commands that may occur, by what defines them; letters of T1 are those of its encoding
KERNEL = r"""
    documentclass usepackage usetikzlibrary begin end DeclareFontFamily DeclareFontShape newcommand
    fontsize selectfont left right frac sqrt mathrm mathbf mathcal mathbin hat widehat tilde widetilde bar
    overline dot ddot vec overrightarrow grave acute breve mathring check imath jmath hbar partial nabla
    infty sum prod surd cdot bullet div times pm ast star circ odot otimes ge le ne approx in top to leftarrow
    downarrow uparrow vdots cdots ldots langle rangle backslash exp ln log max min sin cos tan tanh sinh cosh
    arctan textbackslash textasciicircum textasciitilde textcommabelow textordfeminine textordmasculine
    u r H v d c k b ss o O ae AE oe OE l L i j
    alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi chi
    psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega varepsilon vartheta varpi varrho
    varsigma varphi
""".split()
T1 = "dj DJ dh DH th TH ng NG".split()
AMSMATH = "text operatorname tfrac boldsymbol".split()
AMSSYMB = ["circlearrowright"]
TIKZ = "definecolor useasboundingbox node draw fill".split()
KNOWN = {*KERNEL, *T1, *AMSMATH, *AMSSYMB, *TIKZ}
ENVIRONMENTS = {"document", "tikzpicture", "bmatrix", "aligned", "cases"}


def mistakes(text):
    """What a strict reader of LaTeX finds in a document: unknown commands, and groups that do not close."""
    found = []
    code = re.sub(r"(?m)(?<!\\)%.*$", "", text)
    own = set(re.findall(r"\\newcommand\{\\([a-zA-Z]+)\}", code))
    found += [f"unknown \\{name}" for name in set(re.findall(r"\\([a-zA-Z]+)", code)) - KNOWN - own]
    found += [f"environment {name}" for name in set(re.findall(r"\\begin\{(\w+)", code)) - ENVIRONMENTS]
    groups, in_math, fences, before = [], False, 0, ""
    for token in re.findall(r"\\[a-zA-Z]+|\\.|[{}$^_]", code, re.DOTALL):
        if token == "{":
            outside, in_math = in_math, in_math and before != r"\text"
            groups.append((outside, in_math))
        elif token == "}":
            outside, inside = groups.pop() if groups else (False, None)
            if in_math != inside:
                return [*found, "a group and a formula are not inside each other"]
            in_math = outside
        elif token == "$":
            in_math = not in_math
        elif token in ("^", "_") and not in_math:
            found.append(f"{token} outside of a formula")
        fences += (token == r"\left") - (token == r"\right")
        before = token
    if groups or in_math or fences:
        found.append("something is not closed")
    return found


def test_a_strict_reader_finds_mistakes():
    wrong = (r"\node {$x^{2$};", r"\draw (a); \nonsense", r"$\left( x$", "{x_1}", r"\begin{array}")
    assert all(map(mistakes, wrong))
    assert not mistakes(r"\text{50\% of $x_{1}$} % \nonsense")


def figure_of(op):
    graph, values = random_graph(random.Random(1), 3, first=op)
    trace = record(make_plan(graph), values)
    return figure(draw(trace, options=Options(captions=True, shapes=True, formula=True)), trace.last)


@pytest.mark.parametrize("op", OPS.values(), ids=lambda op: op.name)
def test_pdflatex_knows_all_that_a_function_is_drawn_with(op):
    text = tikz(figure_of(op), COLOURS)
    assert text.isascii() and not mistakes(text)


# what Latin-1, Latin Extended-A and Greek hold, but for some letters that LaTeX's own fonts lack
LETTERS = [
    letter
    for first, last in (("À", "ž"), ("Α", "Ω"), ("ά", "ώ"))
    for letter in map(chr, range(ord(first), ord(last) + 1))
    if letter.isalpha() and letter not in "ĦĸĿŀŉŦŧ"
]


@pytest.mark.parametrize("form", ["{}", "a{}b", "{}₁", "x_{}"])
def test_pdflatex_knows_latin_greek_and_accented_letters(form):
    for letter in LETTERS:
        text = latex(PLAIN.name(form.format(letter)))
        assert text.isascii() and not mistakes(f"${text}$"), (letter, text)


def test_other_scripts_need_lualatex_and_the_document_says_so():
    trace = run("L = ж + 日", {"ж": 1.0, "日": 2.0})
    text = tikz(figure(draw(trace), trace.last), COLOURS)
    assert "% Compile it with lualatex: pdflatex lacks ж日." in text.split(r"\documentclass")[0]
    assert "fontspec" in text and "fontenc" not in text
    text = tikz(figure_at(NEURON, "end"), COLOURS, title="ж 日")
    assert "lualatex" not in text and "fontspec" not in text


def test_styles_have_names_that_mean_nothing_else_to_tikz():
    """A style called as a key of TikZ that asks for a value stops LaTeX."""
    text = tikz(figure_at(NET, "end"), COLOURS)
    styles = set(re.findall(r"^  ([\w ]+)/\.style=", text, re.MULTILINE))
    assert {"tile", "bar", "value"} <= styles and not styles & {"cells", "matrix", "label", "name", "scale"}


def test_each_font_is_named_and_defined_once():
    text = tikz(figure_at(NET, "end"), COLOURS, scale=0.5)
    defined = dict(re.findall(r"\\newcommand\{\\(\w+)\}\{\\fontsize\{([\d.]+)\}", text))
    sizes = figure_at(NET, "end").sizes
    assert {name: float(size) for name, size in defined.items()} == {
        "clnumbers": sizes.label / 2,
        "clsymbols": sizes.symbol / 2,
        "clnames": sizes.name / 2,
        "clsmall": sizes.small / 2,
    }
    assert set(re.findall(r"font=\\(\w+)", text)) == defined.keys()
    assert text.count(r"\fontsize") == len(defined)


# -- compiled

WITH_TEX = pytest.mark.skipif(
    not (shutil.which("pdflatex") and shutil.which("kpsewhich")),
    reason="LaTeX is not installed here: pdflatex with TikZ, lmodern and standalone compiles these figures",
)


def compiled(text, folder, program="pdflatex"):
    """The end of what LaTeX says of a document that it cannot compile."""
    (folder / "f.tex").write_text(text, encoding="utf-8")
    command = [program, "-interaction=nonstopmode", "-halt-on-error", "f.tex"]
    done = subprocess.run(command, cwd=folder, capture_output=True, timeout=300)
    return done.stdout.decode(errors="replace")[-600:] if done.returncode else ""


def together(texts):
    """Documents with the same head as one, each picture on a page of its own."""
    begin, end = r"\begin{document}", r"\end{document}"
    pictures = [text.split(begin)[1].split(end)[0] for text in texts]
    return "".join((texts[0].split(begin)[0], begin, *pictures, end))


@WITH_TEX
def test_figures_compile(tmp_path):
    shown = (figure_at(NEURON, "backward:3"), unfolded_figure(), named_figure(), figure_of_signs())
    for one in shown:
        assert not compiled(tikz(one, COLOURS), tmp_path)


@WITH_TEX
def test_every_function_compiles(tmp_path):
    assert not compiled(together([tikz(figure_of(op), COLOURS) for op in OPS.values()]), tmp_path)


@WITH_TEX
def test_letters_compile(tmp_path):
    names = [name for letter in LETTERS for name in (letter, f"{letter}x")]
    shown = "\n\n".join(f"${latex(PLAIN.name(name))}$" for name in names)
    head = tikz(figure_at(NEURON, "end"), COLOURS).split(r"\begin{tikzpicture}")[0]
    head = head.replace("[tikz]{standalone}", "{article}\n\\usepackage{tikz}")
    assert not compiled(f"{head}{shown}\\end{{document}}", tmp_path)


@WITH_TEX
@pytest.mark.skipif(not shutil.which("lualatex"), reason="LuaLaTeX is not installed here")
def test_other_scripts_compile(tmp_path):
    trace = run("L = ж + 日", {"ж": 1.0, "日": 2.0})
    assert not compiled(tikz(figure(draw(trace), trace.last), COLOURS), tmp_path, "lualatex")
