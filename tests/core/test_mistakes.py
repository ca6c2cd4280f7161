"""Mistakes: what is said of each, at which place, what to do, and whether the fix mends it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from core.base.arrays import frozen
from core.base.errors import Problem, place
from core.graph.builder import graph_of
from core.graph.programs import read_program
from core.notation.nearest import nearest
from core.ops import FUNCTIONS
from core.passes.stepper import run

# text, a part of the message, (line, column, end column), a part of the hint, the fix
PROBLEMS = [
    ("", "There is no formula yet", (1, 1, 2), "(x+y)z", None),
    ("# only a comment", "There is no formula yet", (1, 1, 17), "", None),
    # brackets
    ("sigmoid(w*x+b", "The '(' at column 8 is not closed", (1, 13, 14), "Add ')'", "b)"),
    ("a\ntanh(x]", "line 2, column 5 is not closed: expected ')' but found ']'", (2, 7, 8), "instead", ")"),
    ("[x > 0", "The '[' at column 1 is not closed", (1, 6, 7), "Add ']'", "0]"),
    ("|x", "The '|' at column 1 is not closed", (1, 2, 3), "Add '|'", "x|"),
    ("x + y)", "This ')' closes nothing", (1, 6, 7), "Delete", ""),
    (")", "This ')' closes nothing", (1, 1, 2), "Delete", ""),
    ("()", "nothing between these brackets", (1, 1, 3), "", None),
    ("[]", "A list needs at least one value", (1, 1, 3), "", None),
    # values that are missing
    ("w*x+", "A value is missing after '+'", (1, 4, 5), "", None),
    ("x=", "A value is missing after '='", (1, 2, 3), "", None),
    ("λ=", "A value is missing after '='", (1, 2, 3), "", None),
    ("x^", "A value is missing after '^'", (1, 2, 3), "", None),
    ("x(", "A value is missing after '('", (1, 2, 3), "", None),
    ("z = ; y", "A value is missing after '='", (1, 3, 4), "", None),
    ("a * / b", "A value is missing between '*' and '/'", (1, 3, 6), "", None),
    ("*x", "A formula cannot begin with '*'", (1, 1, 2), "Delete it", ""),
    ("= 3", "A name is missing before this '='", (1, 1, 2), "y = …", None),
    ("max(, x)", "A value is missing before this comma", (1, 5, 6), "Delete it", ""),
    ("exp()", "exp(…) needs a value between the brackets", (1, 4, 6), "", None),
    # functions
    ("sigmoid w x + b", "ends is not clear", (1, 1, 12), "Write sigmoid(w x) or", "sigmoid(w x)"),
    ("\\tanh W x", "ends is not clear", (1, 1, 10), "or \\tanh(W) x", "\\tanh(W x)"),
    ("sin^-1(x)", "has two meanings", (1, 1, 7), "1/sin(x)", None),
    ("exp", "'exp' is a function and needs brackets", (1, 1, 4), "exp(x)", "exp(x)"),
    ("relu(x, y)", "relu takes 1 value; here it has 2", (1, 1, 11), "", None),
    ("clip(x)", "clip takes 3 values; here it has 1", (1, 1, 8), "", None),
    ("leaky_relu(x, 1, 2)", "leaky_relu takes 1 to 2 values", (1, 1, 20), "", None),
    ("sigmod(x)", "'sigmod' is not a function", (1, 1, 7), "Did you mean sigmoid?", "sigmoid"),
    ("TANH(x)", "'TANH' is not a function", (1, 1, 5), "Did you mean tanh?", "tanh"),
    ("f(x, y)", "'f' is not a function, so it takes no list", (1, 1, 2), "", None),
    ("W' x", "'W'' has no value, and W is no function", (1, 1, 3), "Write W^T for a transpose", "W^T"),
    ("wx(a + b)", "'wx' is not a function", (1, 1, 3), "Write w x for a product", "w x"),
    ("σ_1(z)", "'σ_1' is not a function", (1, 1, 4), "Did you mean σ?", "σ"),
    ("max = 3", "'max' is a function and cannot be given a value", (1, 1, 4), "another name", None),
    ("log(x) = 3", "'log' is a known function already", (1, 1, 4), "another name", None),
    ("f(w·x, y) = w·x y; L = f(2, 3)", "a formula", (1, 1, 2), "f(x) = …", None),
    ("f(x, x) = x; f(1, 2)", "f repeats a name among its values", (1, 1, 2), "", None),
    ("f(x) = f(x) + 1; f(2)", "f uses itself", (1, 8, 12), "", None),
    # statements
    ("y == 2", "'==' compares", (1, 3, 5), "Write =", "="),
    ("x + y == 2", "'==' compares", (1, 7, 9), "", "="),
    ("a = 1 b = 2", "A statement can have one =", (1, 9, 10), "put ; between", None),
    ("x + 1 = y", "Only a single name can stand on the left of =", (1, 1, 10), "Write", "y = x + 1"),
    ("x > 0", "A comparison needs square brackets", (1, 3, 4), "[x > 0]", None),
    ("a != b", "A comparison needs square brackets", (1, 3, 5), "", None),
    # commas and numbers
    ("0,5", "A decimal comma is not understood", (1, 2, 3), "point", "."),
    ("(0,5 + x)", "A decimal comma is not understood", (1, 3, 4), "point", "."),
    ("a, b", "This comma is not between the values of a function", (1, 2, 3), "[a, b]", None),
    ("x 2", "A number cannot follow directly", (1, 3, 4), "·", "·2"),
    ("2 3", "A number cannot follow directly", (1, 3, 4), "_ for an index", "·3"),
    ("2e3x", "'2e3x' could be 2000·x or 2·e·3·x", (1, 1, 5), "Put ·", "2e3 x"),
    ("1e400", "This number is too large", (1, 1, 6), "", None),
    ("3[0]", "A number has no entries", (1, 2, 3), "", "·["),
    ("\\frac(a)(b)", "\\frac needs two parts in braces", (1, 1, 7), "\\frac{a}{b}", None),
    ("\\frac x12x", "\\frac needs two parts in braces", (1, 1, 11), "\\frac{a}{b}", None),
    # characters
    ("x: 2", "The character ':' has no meaning here", (1, 2, 3), "Write = to give a name a value", "="),
    ("[1:2]", "expected ']' but found ':'", (1, 3, 4), "", None),
    ("x[1:2:3]", "", (1, 6, 7), "", None),
    ("‖x‖₃", "There is no norm with the number 3", (1, 4, 5), "sizes of the entries", None),
    ("(x)_1", "This subscript belongs to nothing", (1, 4, 6), "behind a name", ""),
    ("x ? y", "The character '?' has no meaning here", (1, 3, 4), "Delete", ""),
    ("∂f", "(PARTIAL DIFFERENTIAL) has no meaning", (1, 1, 2), "the function alone", ""),
    ("np.fft(x)", "'fft' is not a function here", (1, 4, 7), "", None),
    ("__import__('os')", "The character '_' has no meaning here", (1, 1, 2), "begins with a letter", ""),
    ("x\u202ey", "RIGHT-TO-LEFT OVERRIDE has no meaning", (1, 2, 3), "Delete", ""),
    ("x\x00", "NUL has no meaning", (1, 2, 3), "Delete", ""),
    ("e\u0301", "COMBINING ACUTE ACCENT has no meaning", (1, 2, 3), "Delete", ""),
    ("2 + ª", "FEMININE ORDINAL INDICATOR", (1, 5, 6), "", ""),
    ("а + b", "'а' is the Cyrillic letter that looks like the Latin a", (1, 1, 2), "Type a", "a"),
    ("Α", "'Α' is the Greek letter that looks like the Latin A", (1, 1, 2), "Type A", "A"),
    ("x\ny = (1 +\n  2))", "This ')' closes nothing", (3, 5, 6), "", ""),
    # as students and other languages write
    ("softmx(z)", "'softmx' is not a function", (1, 1, 7), "Did you mean softmax?", "softmax"),
    ("x==y", "'==' compares", (1, 2, 4), "Write = to give a name to a value", "="),
    (
        "f(0,5)",
        "'f' is not a function, so it takes no list of values",
        (1, 1, 2),
        "Decimals use a point",
        None,
    ),
    (
        "g(1,2)",
        "'g' is not a function, so it takes no list of values",
        (1, 1, 2),
        "Decimals use a point",
        None,
    ),
    ("x+*y", "A value is missing between '+' and '*'", (1, 2, 4), "Delete one of the two", None),
    ("x^^2", "A value is missing between '^' and '^'", (1, 2, 4), "Delete one of the two", None),
    ("x//2", "A value is missing between '/' and '/'", (1, 2, 4), "Delete one of the two", None),
    ("2x = 4", "Only a single name can stand on the left of =", (1, 1, 3), "Equations are not solved", None),
    ("3x = y", "Only a single name can stand on the left of =", (1, 1, 7), "Write y = 3x", "y = 3x"),
    ("min x,y", "'min' is a function and needs brackets", (1, 1, 8), "Write min(x,y)", "min(x,y)"),
    ("[1 2]", "A number cannot follow directly", (1, 4, 5), "Put a comma between the entries of a", ", 2"),
    ("(x; y)", "The '(' at column 1 is not closed: expected ')' but found ';'", (1, 3, 4), "Add ')'", None),
    ("w.x", "The character '.' has no meaning here", (1, 2, 3), "A point belongs in a number", "·"),
    ("w • x", "The character '•' (BULLET) has no meaning here", (1, 3, 4), "Write · for a product", "·"),
    ("x <- 3", "'<-' gives no value", (1, 3, 5), "Write =", "="),
    ("y ← 2", "The character '←' (LEFTWARDS ARROW) has no meaning here", (1, 3, 4), "Write = to give a", "="),
    ("3°", "The character '°' (DEGREE SIGN) has no meaning here", (1, 2, 3), "Angles are in", "·π/180"),
    ("a ± b", "The character '±' (PLUS-MINUS SIGN) has no meaning here", (1, 3, 4), "Write + or -", None),
    ("1.2.3", "A number can have one point", (1, 4, 6), "Delete what is too much", ""),
    ("1..2", "A number can have one point", (1, 3, 5), "Delete what is too much", ""),
    ("d/dx x^2", "'d/dx' asks for a derivative", (1, 1, 5), "Type the function alone", ""),
    ("x_{1", "The '{' at column 3 is not closed", (1, 3, 4), "Add '}'", None),
    ("_x", "The character '_' has no meaning here", (1, 1, 2), "A name begins with a letter", ""),
    ("₁x", "This subscript belongs to nothing", (1, 1, 2), "Write it behind a name", ""),
    ("xᵢ + ᵢ", "This subscript belongs to nothing", (1, 6, 7), "Write it behind a name", ""),
    ("def f(x): x", "'def' is Python", (1, 1, 7), "Write f(x) = …", None),
    ("mse(x)", "mse takes 2 values; here it has 1", (1, 1, 7), "Write mse(y, t)", None),
    ("f(x) = x^2; f(1, 2)", "f takes 1 value; here it has 2", (1, 13, 20), "Write f(x)", None),
    ("x and y > 0", "'and' joins comparisons in brackets", (1, 3, 6), "Write [x > 0 and y > 0]", None),
    ("||x|", "A value is missing after '|'", (1, 4, 5), "Write one behind it", None),
    ('"x"', "The character '\"' has no meaning here", (1, 1, 2), "A formula has no text in quotation", ""),
    ("x & y", "The character '&' has no meaning here", (1, 3, 4), "Delete it", ""),
    ("ﷺ", "The character 'ﷺ' (ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM) has no", (1, 1, 2), "Delete", ""),
    ("𝚨 + 1", "'𝚨' is the Greek letter that looks like the Latin A", (1, 1, 2), "Type A instead", "A"),
]


@pytest.mark.parametrize(
    ("text", "message", "where", "hint", "fix"), PROBLEMS, ids=[row[0] for row in PROBLEMS]
)
def test_problems(text, message, where, hint, fix):
    with pytest.raises(Problem) as caught:
        read_program(text)
    problem = caught.value
    found = place(text, problem.span)
    assert message in problem.message
    assert (found.line, found.column, found.end_column) == where
    assert hint in problem.hint
    assert problem.fix == fix


MENDED = [row for row in PROBLEMS if row[4] is not None and row[0] != "__import__('os')"]


@pytest.mark.parametrize("text", [row[0] for row in MENDED])
def test_a_fix_mends_the_problem_it_belongs_to(text):
    with pytest.raises(Problem) as caught:
        read_program(text)
    before, span, fix = caught.value, caught.value.span, caught.value.fix
    mended = text[: span.start] + fix + text[span.end :]
    try:
        read_program(mended)
    except Problem as after:
        assert after.span.start > before.span.start or after.message != before.message


# -- remedies that are read and mean what was meant, or none

VALUES = {
    "x": 1.5,
    "y": 0.2,
    "a": 0.3,
    "b": 0.4,
    "v": frozen([0.5, 1.0, 2.0]),
    "w": frozen([0.1, 0.2, 0.3]),
    "A": frozen([[1.0, 2.0], [3.0, 5.0]]),
    "M": frozen([[1.0, 2.0], [3.0, 4.0]]),
}


def value_of(text, values=VALUES):
    return run(text, values).last.value(graph_of(text, values).output)


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("np.log(x,)", "log(x)"),
        ("np.maximum(x, 2,)", "max(x, 2)"),
        ("np.mean(A, )", "mean(A)"),
        ("log(x,)", "log(x)"),
        ("mae(v, w)", "mean(abs(v - w))"),
        ("a[x > 0]", "a ⊙ [x > 0]"),
        ("torch.tensor([1., 2.], dtype=torch.float32) · [x, a]", "[1, 2] · [x, a]"),
    ],
)
def test_python_that_is_read(text, same):
    assert value_of(text) == value_of(same)


@pytest.mark.parametrize(
    "text", ["np.log(x, 2", "np.log(x,", "np.clip(x, 0", "torch.sum(v, dim", "np.max(v, ", "x^[2", "x^[e"]
)
def test_a_call_or_a_layer_that_is_being_typed_is_refused_in_a_sentence(text):
    with pytest.raises(Problem):
        graph_of(text, VALUES)


# text, a part of the hint, the fix
REMEDIES = [
    # what was refused again
    ("v[v > 0]", "Write a ⊙ [x > 0]", None),
    ("‖w‖_∞", "max(|x|)", None),
    ("\\|w\\|_\\infty", "max(|x|)", None),
    ("v.to(torch.float32)", "The functions are listed in Help", None),
    ("x'", "Write the formula of the slope", None),
    ("nn.BCELoss()(v, w)", "Write mean(bce(p, t))", None),
    ("nn.MSELoss()(v, w)", "Write mse(y, t)", None),
    ("BCELoss(v, w)", "Write mean(bce(p, t))", None),
    ("np.rmse(v, w)", "The functions are listed in Help", None),
    ("\\sum_i v_{ii}", "Write v_i", None),
    ("x > 0 ? a : b", "Write a if x > 0 else b", None),
    ("||a|-|b||", "Write abs(…)", None),
    ("dL/dx = 2x", "Type the function alone", None),
    ("dL/dx", "Type the function alone", None),
    ("\\frac{dL}{dx} = 2x", "Type the function alone", None),
    ("\\frac{d}{dx} x^2", "Type the function alone", ""),
    ("∂L/∂x", "Type the function alone", None),
    ("x % 2", "A remainder is not computed", None),
    ("5%", "Write /100", "/100"),
    ("x^2 \\text{ for } x > 0", "Write cases", None),
    # what computed something else
    ("log(x, 2)", "Write log2(x)", "log2(x)"),
    ("math.log(x, 10)", "Write log10(x)", "log10(x)"),
    ("log(x, 3)", "Write (log(x)/log(3))", "(log(x)/log(3))"),
    ("F.softplus(x, 2)", "Write (softplus(2·(x))/2)", "(softplus(2·(x))/2)"),
    ("F.softplus(x, beta=2)", "Write (softplus(2·(x))/2)", "(softplus(2·(x))/2)"),
    *[
        (text, "of one row or column at a time", None)
        for text in ["A.max(1)", "A.min(0)", "A.prod(0)", "np.amax(A,1)", "np.max(A, 1)", "max(A, axis=1)"]
    ],
    ("np.concatenate([A, A], axis=1)", "concat(A^T, B^T)^T", None),
    ("np.linalg.norm(A, axis=1)", "sqrt(sum(A ⊙ A, 1))", None),
    ("np.linalg.norm(A, 1, axis=1)", "l1(A[0])", None),
    ("log_3(x)", "Write log(x)/log(3)", None),
    ("tf.reduce_mean(A, axis=1)", "Write mean(A, 1)", None),
    ("y_i = A_{ii}", "Write its entries out", None),
    ("\\prod_i A_{ii}", "Write its entries out", None),
    ("[a+b][x]", "Put · before the bracket", None),
    ("\\prod_{j\\neq k} v_j", "Write the product over all", None),
]


@pytest.mark.parametrize(("text", "hint", "fix"), REMEDIES, ids=[row[0] for row in REMEDIES])
def test_a_remedy_is_read(text, hint, fix):
    with pytest.raises(Problem) as caught:
        graph_of(text, VALUES)
    problem = caught.value
    assert hint in problem.hint and problem.fix == fix
    if fix is not None:
        graph_of(text[: problem.span.start] + fix + text[problem.span.end :], VALUES)


def test_remedies_compute_what_is_meant():
    rows = value_of("concat(A^T, M^T)^T")
    np.testing.assert_array_equal(rows, np.concatenate([VALUES["A"], VALUES["M"]], axis=1))
    np.testing.assert_allclose(value_of("sqrt(sum(A ⊙ A, 1))"), np.linalg.norm(VALUES["A"], axis=1))
    assert value_of("[max(A[0]), max(A[:, 1])]").tolist() == [2.0, 5.0]
    assert value_of("max(|w|)") == 0.3
    assert value_of("softplus(2·(x))/2") == pytest.approx(np.log1p(np.exp(3.0)) / 2)
    assert value_of("prod(v)/v[2]") == pytest.approx(0.5)


def test_a_sigma_with_a_value():
    values = VALUES | {"σ": 0.7}
    with pytest.raises(Problem, match="σ has a value and is the sigmoid too") as caught:
        graph_of("σ(x)", values)
    assert caught.value.fix is None
    assert value_of("σ·(x)", values) == value_of("0.7·x")
    assert value_of("1/√(2πσ)", values) == value_of("1/√(2π·0.7)")
    with pytest.raises(Problem, match="σ has no value"):
        graph_of("1/√(2πσ)", VALUES)


NOTES = [
    ("(M-A)^2", ["The power of M − A is taken entry by entry; the product of matrices is (M − A) (M − A)"]),
    ("(M^T M)^2", ["The power of M^T M is taken entry by entry; the product of matrices is M^T M (M^T M)"]),
    ("M^3", ["The power of M is taken entry by entry; the product of matrices is M M M"]),
    ("M^0", ["The power of M is taken entry by entry"]),
    ("M^{1/2}", ["The power of M is taken entry by entry"]),
    ("σx", ["σx is read as sigmoid(x)"]),
    ("\\log\\sum_i v_i", []),
    ("transpose(v)", []),
    ("L(w) = w^2; L", ["L is read as a name; write L(w) where it is meant as a function"]),
]


@pytest.mark.parametrize(("text", "notes"), NOTES, ids=[row[0] for row in NOTES])
def test_a_note_says_what_is_so(text, notes):
    assert [note.message for note in graph_of(text, VALUES).remarks] == notes


# -- names that are not what they look like

SEEMING = [
    ("wx", "wx is read as w · x"),
    ("W1x + b", "W1x is read as W1 · x"),
    ("w_ix_i", "w_ix_i is read as w_i · x_i"),
    ("w1x1", "w1x1 is read as w1 · x1"),
    ("wTx", "wTx is one name; a transpose is written w^T x"),
    ("Σx", "Σx is read as Σ · x; a sum is written sum(x)"),
    ("PI r^2", "PI is a name of its own; the number is written π"),
    ("lnx", "lnx is one name; the function is written ln(x)"),
]


@pytest.mark.parametrize(("text", "note"), SEEMING)
def test_a_name_that_may_not_be_meant_as_one_is_said(text, note):
    assert [note.message for note in read_program(text).remarks] == [note]


@pytest.mark.parametrize("text", ["wx = 1; 2 wx", "dx", "lr", "h_t", "y_hat", "x' = 1; x'", "net", "W1", "λ"])
def test_a_name_that_is_plainly_one_needs_no_word(text):
    assert not read_program(text).remarks


def test_a_name_with_a_value_needs_no_word():
    assert not read_program("wx", ["wx"]).remarks


NEAREST = [
    *["sigmod sigmoid", "softmx softmax", "Tanh tanh", "RELU relu", "sgimoid sigmoid", "arctg arctan"],
    *["leakyrelu leaky_relu", "crossentropy cross_entropy", "soft softmax", "tnah tanh", "sqr sqrt"],
]


@pytest.mark.parametrize("pair", NEAREST)
def test_the_nearest_function_is_offered(pair):
    name, meant = pair.split()
    assert nearest(name, list(FUNCTIONS)) == meant


@pytest.mark.parametrize("name", ["q", "foo", "ajb", "net", "x" * 65])
def test_nothing_is_offered_where_nothing_is_near(name):
    assert nearest(name, list(FUNCTIONS)) == ""


TOLD = """
import json, sys
from core.base.errors import Problem
from core.graph.programs import read_program
for text in json.load(sys.stdin):
    try:
        read_program(text)
    except Problem as problem:
        print(problem)
"""


def test_what_is_said_does_not_depend_on_the_hash_seed():
    texts = [
        *(text for text, *_ in PROBLEMS),
        r"\mathbv{x}",
        r"\begin{matrx} 1 \end{matrx}",
        r"\ov x",
        "lo(x)",
    ]

    def told(seed):
        return subprocess.run(
            [sys.executable, "-c", TOLD],
            input=json.dumps(texts),
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=Path(__file__).parents[2],
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    assert told("1") == told("3")
    assert "Did you mean \\mathbb?" in told("1")


# -- sentences


def test_sentences_end_once():
    assert str(Problem("What now?", hint="Wait")) == "What now? Wait"
    assert str(Problem("It is wrong", hint="Mend it")) == "It is wrong. Mend it"
    assert str(Problem("It is wrong")) == "It is wrong"


def test_a_problem_keeps_its_first_place():
    problem = Problem("It is wrong", read_program("x + y").statements[0].span)
    assert problem.at(read_program("z").statements[0].span) is problem
