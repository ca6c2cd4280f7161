"""Names as they are printed: what a name's parts become in a formula, in LaTeX and in scripts."""

import re

import pytest

from core.export.code import identifier
from core.export.numpy.script import numpy_script
from core.figure.sizes import extent
from core.graph.builder import build, graph_of
from core.graph.plan import make_plan
from core.graph.programs import read_program
from core.math.latex import latex
from core.math.marks import HOLE, marked
from core.math.mathtree import Digits, Fenced, Letter, Root, Scripts, Sign, Tinted, Word, row
from core.math.typeset import PLAIN
from core.notation.names import canonical, in_text
from core.notation.program import Program, Statement
from core.notation.tree import Binary, Call, Name, Number, Transposed
from core.ops import OPS
from core.passes.explain import typeset_line
from core.passes.stepper import record

PRINTED = {
    "ŷ": r"\hat{y}",
    "W̃": r"\tilde{W}",
    "x̄1": r"\bar{x}_{1}",
    "ẋ": r"\dot{x}",
    "ẍ": r"\ddot{x}",
    "î": r"\hat{\imath}",
    "θ̂": r"\hat{\theta}",
    "loss_hat": r"\widehat{\mathrm{loss}}",
    "loss_bar": r"\overline{\mathrm{loss}}",
    "h_{t-1}": "h_{t-1}",
    "W_{k,l}": "W_{k,l}",
    "w_ij": "w_{ij}",
    "w_{c1}": "w_{c1}",
    "s_y_i": "s_{y_{i}}",
    "s_{y_{i}}": "s_{y_{i}}",
    "L_θ": r"L_{\theta}",
    "L_reg": r"L_{\text{reg}}",
    "W_in": r"W_{\text{in}}",
    "L_CE": r"L_{\text{CE}}",
    "x_batch_mean": r"x_{\text{batch mean}}",
    "W⁽²⁾": "W^{(2)}",
    "x1⁽ⁱ⁾": "x_{1}^{(i)}",
    "W^{(q)}": "W^{(q)}",
    "W^[1]": "W^{[1]}",
    "w_[1]": "w_{[1]}",
    "ŷ_i⁽²⁾": r"\hat{y}_{i}^{(2)}",
    "x′": "x'",
    "h1⁽²⁾′": "h_{1}'^{(2)}",
    "x1.2": "x_{1}.2",
    "h_{t-1}.2": "h_{t-1}.2",
    "1/2": "1/2",
    "x1": "x_{1}",
    "Lreg": r"\mathrm{Lreg}",
    "measured_temperature": r"\mathrm{measured\_temperature}",
    "loss_total": r"\mathrm{loss\_total}",
    "learning_rate_i": r"\mathrm{learning\_rate}_{i}",
    "loss_CE": r"\mathrm{loss}_{\text{CE}}",
    "err_i": r"\mathrm{err}_{i}",
    "w_ik": "w_{ik}",
    "x1w1": "x_{1}w_{1}",
    "x1w1x2w2": "x_{1}w_{1}x_{2}w_{2}",
    "w12x_i": "w_{12}x_{i}",
    "W1x": "W_{1}x",
    "x1w1′": "x_{1}w_{1}'",
    "x1w1⁽²⁾": "x_{1}w_{1}^{(2)}",
    "x1ŷ": r"x_{1}\hat{y}",
    "conv2d": r"\mathrm{conv2d}",
    "conv2": r"\mathrm{conv}_{2}",
    "dx1": r"\mathrm{dx}_{1}",
    "l2loss": r"\mathrm{l2loss}",
    "relu6": r"\mathrm{relu}_{6}",
}


@pytest.mark.parametrize("name", PRINTED)
def test_a_name_is_printed_as_in_a_book(name):
    assert latex(PLAIN.name(name)) == PRINTED[name]


def test_a_name_that_reads_as_a_product_has_brackets_where_a_product_has_them():
    name = Name("x1w1")
    assert latex(PLAIN.tree(Binary("^", name, Number(2.0)))) == r"\left( x_{1}w_{1} \right)^{2}"
    assert latex(PLAIN.tree(Binary("+", name, Name("b")))) == "x_{1}w_{1}+b"
    assert latex(PLAIN.tree(Call("tanh", (name,)))) == r"\tanh\left( x_{1}w_{1} \right)"


def test_letters_that_mathematics_lacks_are_text():
    assert latex(PLAIN.name("é")) == r"\acute{e}"
    assert latex(PLAIN.name("größe")) == r"\text{gr\"{o}{\ss}e}"
    assert latex(PLAIN.name("naïve")) == r"\text{na\"{\i}ve}"


def test_a_transpose_stands_behind_a_layer_and_a_power_outside_of_it():
    assert latex(PLAIN.tree(Transposed(Name("W⁽²⁾")))) == r"W^{(2)\top}"
    assert latex(PLAIN.tree(Transposed(Name("x′")))) == r"x'^{\top}"
    assert latex(PLAIN.tree(Binary("^", Name("a⁽²⁾"), Number(2.0)))) == r"\left( a^{(2)} \right)^{2}"
    assert latex(PLAIN.tree(Binary("^", Name("x′"), Number(2.0)))) == "x'^{2}"
    assert latex(PLAIN.tree(Binary("^", Name("ŷ1"), Number(2.0)))) == r"\hat{y}_{1}^{2}"


def test_a_second_script_on_a_letter_is_kept_apart():
    assert latex(Scripts(PLAIN.name("W⁽²⁾"), sup=Sign("⊤", "ord"))) == r"{W^{(2)}}^{\top}"
    assert latex(Scripts(Tinted("value", PLAIN.name("W⁽²⁾")), sub=Sign("+", "ord"))) == "W^{(2)}_{+}"


@pytest.mark.parametrize("op", OPS)
def test_every_sign_of_an_operation_is_a_command(op):
    inputs, symbol, look = OPS[op].inputs, OPS[op].symbol, OPS[op].look
    letters = {port: PLAIN.name(port) for port in inputs} | {"formula": HOLE}
    shown = [Word(symbol), Word(symbol, "ord"), Sign(symbol, "ord"), Word(look.word)]
    shown += [
        marked(text, letters)
        for text in (look.circle, look.of_arrays, look.form, *look.with_constant.values())
    ]
    shown.append(PLAIN.tree(Call(op, tuple(Name(port) for port in inputs))))
    for text in map(latex, shown):
        assert text.isascii(), text
        assert text.count("{") == text.count("}")
        assert "$$" not in text


X, T = Letter("x"), Sign("⊤", "ord")
MARKED = {
    "": row(),
    "σ": Letter("σ"),
    "CE": Word("CE", "ord"),
    "ln softmax": Word("ln softmax", "ord"),
    "ln ∑ exp": row(Word("ln", "ord"), Sign("∑", "ord"), Word("exp", "ord")),
    "xᵀ W": row(Scripts(X, sup=T), Letter("W")),
    "log₁₀": Scripts(Word("log", "ord"), sub=Digits("10")),
    "x^y z": row(Scripts(X, sup=Letter("y")), Letter("z")),
    "√x": Root(X),
    "‖x‖²": Scripts(Fenced("‖", X, "‖"), sup=Digits("2")),
    "max(x,y)": row(Word("max", "ord"), Fenced("(", row(X, Sign(",", "punct"), Letter("y")), ")")),
    "x≥{k}": row(X, Sign("≥", "rel"), Digits("3")),
    "⋆_↓{k}": Scripts(Sign("⋆", "ord"), sub=row(Sign("↓", "ord"), Digits("3"))),
    "[⋯]": Fenced("[", Sign("⋯", "ord"), "]"),
}


@pytest.mark.parametrize("text", MARKED)
def test_mathematics_is_stated_as_text(text):
    assert marked(text, {"k": Digits("3")}) == MARKED[text]


def test_a_hole_has_brackets_where_no_fence_is_around_it():
    dotted = Fenced("(", HOLE, ")")
    assert marked("1/{x}", {"x": HOLE}) == row(Digits("1"), Sign("/", "ord"), dotted)
    assert marked("|{x}|{y}", {"x": HOLE, "y": HOLE}) == row(Fenced("|", HOLE, "|"), dotted)


def test_words_are_functions_where_they_are_called():
    assert marked("log₂({x})", {"x": X}, words="op") == row(
        Scripts(Word("log", "op"), sub=Digits("2")), Fenced("(", row(X), ")")
    )


CALLED = {
    "relu": r"\operatorname{ReLU}\left( x \right)",
    "hard_sigmoid": r"\operatorname{hard\ sigmoid}\left( x \right)",
    "log": r"\ln\left( x \right)",
    "cross_entropy": r"\operatorname{CE}\left( x \right)",
    "logsumexp_rows": r"\operatorname{logsumexp}\left( x \right)",
    "exp": "e^{x}",
    "sigmoid": r"\sigma\left( x \right)",
    "l1": r"\left\| x \right\|_{1}",
    "others": r"\operatorname{\prod\ others}\left( x \right)",
    "my_own": r"\operatorname{my\ own}\left( x \right)",
}


@pytest.mark.parametrize("function", CALLED)
def test_what_a_formula_calls_a_function(function):
    assert latex(PLAIN.tree(Call(function, (Name("x"),)))) == CALLED[function]


def test_signs_within_text_are_mathematics():
    assert latex(Word("∑(y−t)²", "ord")) == r"\text{$\sum$(y$-$t)$^{2}$}"
    assert latex(Word("‖x‖₁", "ord")) == r"\text{$\|$x$\|_{1}$}"
    assert latex(Word("10⁻¹²")) == r"\operatorname{10^{-12}}"
    assert latex(Word("max pool")) == r"\operatorname{max\ pool}"
    assert latex(Fenced("‖", PLAIN.name("ŷ"), "‖")) == r"\left\| \hat{y} \right\|"


IDENTIFIERS = {
    "ŷ": "y_hat",
    "W̃": "W_tilde",
    "x̄1": "x_bar1",
    "loss_hat": "loss_hat",
    "W⁽²⁾": "W2",
    "W^[1]": "W1",
    "W^{(q)}": "W_q",
    "w_[1]": "w1",
    "x1⁽ⁱ⁾": "x1_i",
    "h_{t-1}": "h_t_minus_1",
    "h_{t+1}": "h_t_plus_1",
    "W_{k,l}": "W_k_l",
    "s_{y_{i}}": "s_y_i",
    "L_θ": "L_theta",
    "x′": "x_prime",
}


@pytest.mark.parametrize("name", IDENTIFIERS)
def test_a_name_in_a_script_is_what_one_would_type(name):
    assert identifier(name) == IDENTIFIERS[name]


def program(*statements):
    """A program of trees: (name, tree) each."""
    made = tuple(Statement(tree, name) for name, tree in statements)
    return Program("\n".join(f"{name} = …" for name, _ in statements), made)


def trace_of(names):
    """All names, multiplied and added in turn; the output is called ŷ."""
    tree = Name(names[0])
    for number, name in enumerate(names[1:]):
        tree = Binary("+" if number % 2 else "*", tree, Name(name))
    values = {name: 0.5 + number / 4 for number, name in enumerate(names)}
    graph = build(program(("ŷ", tree)), values)
    return record(make_plan(graph), values)


def test_a_script_keeps_names_apart_and_tells_what_they_were(capsys):
    text = numpy_script(trace_of(["W⁽²⁾", "W2", "w_[1]", "w1", "x′", "h_{t-1}"]))
    told = " ".join(line.removeprefix("# ") for line in text.splitlines() if line.startswith("# "))
    assert all(said in told for said in ("W⁽²⁾ is W2", "W2 is W2_", "ŷ is y_hat", "h_{t-1} is h_t_minus_1"))
    compile(text, "script", "exec")
    exec(text, {})
    expected = (((0.5 * 0.75) + 1.0) * 1.25 + 1.5) * 1.75
    assert re.search(rf"^y_hat +{expected} ", capsys.readouterr().out, re.MULTILINE)


def test_the_room_for_a_name_grows_with_its_parts():
    names = ["h", "h_t", "h_{t-1}", "h_{t-1}⁽²⁾"]
    widths = [extent(PLAIN.name(canonical(name)), 26.0)[0] for name in names]
    assert widths[0] < widths[1] < widths[2] <= widths[3]
    assert extent(PLAIN.name("ŷ"), 26.0)[0] == extent(PLAIN.name("y"), 26.0)[0]
    assert extent(PLAIN.name("ŷ"), 26.0)[1] > extent(PLAIN.name("y"), 26.0)[1]


LONG_FACTORS = [
    ("foo x + hat y", r"\mathrm{foo}\text{ }x+\mathrm{hat}\text{ }y"),
    ("2 wx y", r"2\text{ }\mathrm{wx}\text{ }y"),
    ("sum(z) lr", r"\operatorname{sum}\left( z \right)\text{ }\mathrm{lr}"),
    ("wx^2 y", r"\mathrm{wx}^{2}\text{ }y"),
    ("2 x y", "2xy"),
]


@pytest.mark.parametrize(("text", "source"), LONG_FACTORS)
def test_a_name_of_several_letters_stands_apart_from_other_factors(text, source):
    tree = read_program(text, ("foo", "hat", "wx", "lr", "x", "y", "z")).statements[0].tree
    assert latex(PLAIN.tree(tree)) == source


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("x1", "x₁"),
        ("v12", "v₁₂"),
        ("W⁽²⁾", "W⁽²⁾"),
        ("v1.2", "v₁.2"),
        ("layer3", "layer₃"),
        ("conv2d", "conv2d"),
        ("x_max", "x_max"),
        ("x1 · w1 + 2", "x₁ · w₁ + 2"),
        ("log2(x1)", "log2(x₁)"),
        ("1.5e10 x", "1.5e10 x"),
        ("ŷ", "ŷ"),
    ],
)
def test_in_sentences_the_number_of_a_name_stands_below(name, said):
    assert in_text(name) == said


def test_a_function_of_the_program_is_set_as_where_it_is_defined():
    graph = graph_of("f(v, w) = v w; v(u) = u^2; z = f(v(u), 3u)", {"u": 2.0})
    assert latex(typeset_line(graph)).endswith(r"z=f\left( v\left( u \right),3u \right)")
