"""Texts made by chance: each is a program that reads back as itself, or is refused in plain words."""

import re

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.base.errors import Problem, place
from core.graph.builder import build
from core.graph.plan import make_plan
from core.graph.programs import read_program
from core.graph.typed_value import read_value
from core.notation.printers import expression_text, reading
from core.notation.reader import read
from core.notation.signatures import Signature
from core.notation.tree import names
from core.ops import FUNCTIONS
from core.passes.guessed_values import with_defaults
from core.passes.stepper import record, run
from tests.core.test_passes import EXAMPLES
from tests.core.test_reader import READINGS

# the alphabet of the notation, in pieces that a mistake may leave behind
SCRAPS = [
    *"()[]{}|‖^_=;,:+-−*/·⊙@√²³⁻ᵀ⊤<>≤≥≠∑∂½₁ᵢ \n\t#$\\'.!%",
    *"|| == := ** >= 1 2e3 .5 0,5 x y λ T W w0x0 π e^ k ln max( softmax( conv2d( reshape( [1:2] d/dx".split(),
    *"\\frac{ }{ ^T [k] [0] ^{- _1 _{12} \\sigma \\cdot ^\\top [x>0] [1,2] np.exp f( g(x,y)= f(x)=".split(),
    *["ﷺ", "ª", "ﬁ", "ß", "𝐱", "ｘ", "Å", "ͺ", "о", "\u202e", "\x00", "\u0301", "9^9^9"],
]
PROGRAMS = [*[text for text, _ in READINGS], *EXAMPLES]
PLACES = st.integers(0, 60)


def changed(text, edits):
    """A program with scraps put into it, parts left out, parts of others in their place."""
    for start, length, piece, other, end in edits:
        at = start % (len(text) + 1)
        piece = piece if other is None else other[end % (len(other) + 1) :]
        text = text[:at] + piece + text[at + length :]
    return text


EDITS = st.tuples(
    PLACES, st.integers(0, 5), st.sampled_from(["", *SCRAPS]), st.none() | st.sampled_from(PROGRAMS), PLACES
)
TEXTS = (
    st.builds(changed, st.sampled_from(PROGRAMS), st.lists(EDITS, min_size=1, max_size=4))
    | st.lists(st.sampled_from(SCRAPS), max_size=20).map("".join)
    | st.text(max_size=30)
)
# what no sentence for a user has, but where it repeats the user's own words
PYTHON = re.compile(r"Traceback|Error\b|Exception|object at|<class|None|Span\(|core\.|\\[xuU][0-9a-f]{2}")


def assert_plain(problem, text):
    """A sentence without anything of Python's, and its place inside the text."""
    said = str(problem)
    assert all(word in text for word in PYTHON.findall(said)), said
    assert len(said) < 400 and "\n" not in problem.hint
    assert 0 <= problem.span.start < problem.span.end <= max(1, len(text) + 1)
    found = place(text, problem.span)
    assert found.line >= 1 and 1 <= found.column < found.end_column


def assert_reads_back(program):
    """Every tree as text is the same tree, and the reading has itself as its reading."""
    own = {s.name: len(s.parameters) for s in program.statements if s.parameters}
    functions = FUNCTIONS | {name: Signature(name, count, count) for name, count in own.items()}
    used = {name for statement in program.statements for name in names(statement.tree)}
    for statement in program.statements:
        printed = expression_text(statement.tree)
        assert read(printed, functions, used).statements[0].tree == statement.tree, printed
    assert reading(read_program(reading(program), used)) == reading(program)


@given(TEXTS)
@settings(max_examples=600)
@example("x = x")
@example("ln^")
@example("sin²(x")
@example("1/0 + [1, 2]")
@example("e^x; e = 3")
@example("ͺ")
@example("x_1_2 + x_{1}_2")
@example("x_²")
@example("x[0][0][0][0][0][0]")
@example("[[[[[x]]]]]")
@example("f(x) = x^2; f(3) f(y)")
@example("T = 2; x^(T1)")
@example("xy = 2; 3xy")
@example("1/2x - -x^-1")
@example("Tx^Tx")
@example("q(W x + b, t) = softmax(W x + b); L = -ln(p[k])")
def test_any_text_is_refused_in_its_place_or_means_what_its_reading_says(text):
    try:
        program = read_program(text)
    except Problem as problem:
        assert_plain(problem, text)
        return
    assert_reads_back(program)
    values = with_defaults(program, {})
    try:
        found = record(make_plan(build(program, values)), values)
    except Problem as problem:
        assert_plain(problem, text)
        return
    again = run(reading(program), values)
    output = found.graph.output
    made, made_again = ([node.op for node in graph.nodes.values()] for graph in (found.graph, again.graph))
    assert made == made_again and output == again.graph.output
    np.testing.assert_allclose(again.last.value(output), found.last.value(output), rtol=1e-9)


NUMBERS = st.sampled_from([*"[],.-+*/^()e12 π½√x=;", *"1e5 1/3 [1,2] [[1,2],[3,4]] inf nan".split()])


@given(st.lists(NUMBERS, max_size=10).map("".join) | st.text(max_size=12))
@settings(max_examples=300)
def test_any_text_is_a_value_or_refused_at_its_place(text):
    try:
        value = read_value(text, "w")
    except Problem as problem:
        assert_plain(problem, text)
    else:
        assert isinstance(value, float) or not value.flags.writeable
