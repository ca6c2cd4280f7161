"""Every bound at its edge: the last that passes, the first that is refused, with its sentence and place."""

import math

import numpy as np
import pytest

from core.base.arrays import MAX_ENTRIES, MAX_RANK, frozen
from core.base.errors import Problem
from core.graph.builder import MAX_CALL_DEPTH, MAX_PARTS, build, graph_of
from core.graph.json_values import MOST_NAMES, MOST_VALUES, parse_json, values_from
from core.graph.nodes import MAX_MEMORY, MAX_NODES
from core.graph.plan import make_plan
from core.graph.programs import read_program
from core.notation.cursor import MAX_DEPTH
from core.notation.lexer import MAX_CHARACTERS, MAX_NAME
from core.notation.signatures import MAX_VALUES
from core.passes.guessed_values import with_defaults
from core.passes.stepper import MAX_SECONDS, TimeLimit, record, recording, run
from core.project.document import MAX_BYTES as MAX_FILE
from core.project.document import Document, dumps, loads


def graph(text):
    """The graph of a program, values guessed."""
    program = read_program(text)
    return build(program, with_defaults(program, {}))


def refused(text, values=None):
    """The problem of a program, and what of its text is marked."""
    with pytest.raises(Problem) as caught:
        graph_of(text, values) if values else graph(text)
    span = caught.value.span
    assert caught.value.hint
    return caught.value.message, text[span.start : span.end]


def nested(depth, opening="(", closing=")"):
    """x within so many brackets or functions."""
    return opening * depth + "x" + closing * depth


# -- sums that are written out


@pytest.mark.parametrize("sums", [2, 4])
def test_parts_of_sums_that_are_written_out(sums):
    """Four sums of a hundred terms each would be a hundred million."""
    terms = "".join(f"∑_{{{index}=1}}^{{100}} " for index in "ijkl"[:sums]) + "i x"
    message, place = refused(f"y = {terms}")
    assert message == "The sums stand for more than 30,000 parts when each is written out"
    assert place.startswith("∑")


def test_sums_of_thousands_of_terms_are_written_out():
    assert len(graph("∑_{i=1}^{100} ∑_{j=1}^{40} i x").nodes) == 8100


# -- the text


def test_characters():
    assert graph("x" + " " * (MAX_CHARACTERS - 1)).output == "f"
    with pytest.raises(Problem) as caught:
        read_program("x" + " " * MAX_CHARACTERS)
    assert caught.value.message == "A program can have 10,000 characters; this one has 10,001"
    assert (caught.value.span.start, caught.value.span.end) == (MAX_CHARACTERS, MAX_CHARACTERS + 1)
    assert caught.value.hint


@pytest.mark.parametrize(
    "brackets",
    ["()", "{}", ("| ", " |"), ("sin(", ")"), ("√", ""), ("2^", ""), ("e^{", "}"), ("\\sin ", "")],
)
def test_nested_levels(brackets):
    opening, closing = brackets
    assert graph(nested(MAX_DEPTH, opening, closing)).output == "f"
    message, marked = refused(nested(MAX_DEPTH + 1, opening, closing))
    assert message == f"This is nested deeper than {MAX_DEPTH} levels"
    assert marked in opening + "x"


@pytest.mark.parametrize(
    ("opening", "closing"), [("1+1/(", ")"), ("1/(1+exp(-(", ")))"), ("x^{2+", "}"), ("|1 - ", "|")]
)
def test_every_level_is_counted_once(opening, closing):
    """What stands between brackets is no level of its own."""
    levels = opening.count("(") + opening.count("{") + opening.count("|")
    assert read_program(nested(MAX_DEPTH // levels, opening, closing))
    with pytest.raises(Problem, match="nested deeper than 100 levels"):
        read_program(nested(MAX_DEPTH // levels + 1, opening, closing))


def test_signs_in_front_of_a_factor_are_no_levels():
    assert graph("-" * 5000 + "x").output == "f"


def test_characters_of_a_name():
    assert "x" * MAX_NAME in graph("x" * MAX_NAME).nodes
    message, marked = refused("1 + " + "x" * (MAX_NAME + 1))
    assert message == "A name can have 64 characters; this one has 65"
    assert marked == "x" * (MAX_NAME + 1)


def test_values_in_brackets():
    most = ", ".join(["x"] * MAX_VALUES)
    assert graph(f"max({most})").output == "f"
    message, marked = refused(f"max({most}, x)")
    assert message == "max takes 1 to 99 values; here it has 100"
    assert marked == f"max({most}, x)"


@pytest.mark.parametrize(
    ("start", "last", "first"), [("2 + ", "1e308", "1e309"), ("x", "⁹" * 308, "⁹" * 309)]
)
def test_the_largest_number(start, last, first):
    assert read_program(start + last)
    assert refused(start + first) == ("This number is too large", first)


# -- the graph


def test_nodes():
    """A short program: x, a hundred times g with 99 sums, and h with 99."""
    text = f"g(t) = {'+'.join(['t'] * 100)}; h(t) = {'+'.join(['g(t)'] * 100)}; h(x)"
    assert len(graph(text).nodes) == 1 + 99 * 100 + 99 == MAX_NODES
    message, marked = refused(text + " + x")
    assert message == "The graph would have more than 10,000 nodes"
    assert marked == "h(x) + x"


def test_functions_within_functions():
    def deep(depth):
        lines = [f"f{i}(x) = f{i - 1}(x)" for i in range(1, depth)]
        return "\n".join(["f0(x) = x", *lines, f"f{depth - 1}(2)"])

    assert graph(deep(MAX_CALL_DEPTH))
    message, marked = refused(deep(MAX_CALL_DEPTH + 1))
    assert message == "Functions use each other more than 60 deep"
    assert marked == "f0(x)"


def test_functions_written_out():
    """Numbers make no nodes, and yet the work with them is bounded."""
    ones = "+".join(["1"] * 2495)  # 4,989 parts
    uses = MAX_PARTS // (4989 + 1)
    text = f"f() = {ones}".replace("()", "(t)") + "\n" + "\n".join(f"a{i} = f(0)" for i in range(uses))
    assert len(graph(text).nodes) == 1 + uses
    message, marked = refused(text + "\nb = f(0)")
    assert message == "The functions stand for more than 30,000 parts when each use is written out"
    assert marked


# -- arrays


def test_entries_of_an_array():
    rows = frozen(np.ones(1000))
    assert graph_of("v w^T", {"v": rows, "w": rows}).nodes["f"].shape == (1000, 1000)
    message, marked = refused("2 + v w^T", {"v": rows, "w": frozen(np.ones(1001))})
    assert message == "v w^T would have 1,001,000 entries; the limit is 1,000,000"
    assert marked == "v w^T"
    assert frozen(np.ones(MAX_ENTRIES)).size == MAX_ENTRIES
    with pytest.raises(Problem, match="A value can have 1,000,000 entries; this one has 1,000,001"):
        frozen(np.ones(MAX_ENTRIES + 1))


def test_numbers_written_out_are_counted_before_they_are_stretched():
    column, row = ", ".join(["[1]"] * 1001), ", ".join(["1"] * 1000)
    message, _ = refused(f"[{column}] + [{row}]")
    assert message.endswith("would have 1,001,000 entries; the limit is 1,000,000")


def test_axes_of_an_array():
    def listed(depth, inner):
        return "[" * depth + inner + "]" * depth

    for inner in ("1", "x"):
        assert len(graph(listed(MAX_RANK, inner)).nodes["f"].shape) == MAX_RANK
    assert refused("[[[[[1]]]]]") == ("A value can have 4 axes; this one has 5", "[[[[[1]]]]]")
    assert refused("[[[[[x]]]]]") == ("[[[[[x,]]]]] would have 5 axes; the limit is 4", "[[[[[x]]]]]")
    assert refused("reshape(x, [1, 1, 1, 2, 1])")[0].endswith("would have 5 axes; the limit is 4")
    assert graph("x[0][0][0][0]")
    message, _ = refused("x" + "[0]" * 2000)
    assert message.endswith("is a number and has no entries to choose from")


def test_bytes_of_all_arrays():
    """w has 8 MB; each sum has its value, what comes back to w twice, and w's totals."""
    large = frozen(np.ones((1000, 1000)))
    text = "; ".join(f"s{i} = w + w" for i in range(12))
    made = 8 + 12 * (8 + 4 * 8) - 8
    assert graph_of(text, {"w": large})
    assert made + 40 > MAX_MEMORY / 1e6 >= made
    message, marked = refused(f"{text}; w + w", {"w": large})
    assert message == f"w + w would bring the graph to {made + 40} MB; the limit is 512 MB"
    assert marked == "w + w"


IMAGES = [
    ("conv2d(x, w)", (250, 250), "94,510 MB"),  # a window of 250 × 250 at each of 251 × 251 places, thrice
    ("conv2d(x, w, 9999, 9999)", (3, 3), "3,366 MB"),  # a picture with wide margins
    ("maxpool(x, 250, 1)", (3, 3), "94,509 MB"),
]


@pytest.mark.parametrize(("text", "size", "said"), IMAGES, ids=[row[0] for row in IMAGES])
def test_what_is_needed_in_between_is_counted_before_it_is_made(text, size, said):
    message, marked = refused(text, {"x": frozen(np.ones((500, 500))), "w": frozen(np.ones(size))})
    assert said in message
    assert marked == text


def test_a_setting_cannot_be_larger_than_an_array():
    assert graph(f"onehot(0, {MAX_ENTRIES})")
    message, _ = refused(f"onehot(0, {MAX_ENTRIES + 1})")
    assert message == "The number of classes is at most 1,000,000; here it is 1000001"


# -- time


def heavy():
    values = {"x": frozen([1, 2])}
    return make_plan(graph_of("a = sin(x)\nb = exp(a)\nc = sum(b)", values)), values


def test_an_evaluation_is_stopped_when_its_time_is_over(monkeypatch):
    plan, values = heavy()
    limit, answers = TimeLimit(1.5), iter([False, False, True])
    monkeypatch.setattr(limit, "is_over", lambda: next(answers))
    with pytest.raises(Problem) as caught:
        record(plan, values, limit=limit)
    assert caught.value.message == "The passes take longer than 1.5 s; they were stopped at c"
    assert caught.value.span == plan.graph.nodes["c"].span
    assert caught.value.hint


def test_an_evaluation_in_time_is_whole():
    plan, values = heavy()
    assert len(record(plan, values, limit=TimeLimit(math.inf))) == len(plan.instructions)


def test_an_evaluation_may_be_left_at_every_step():
    plan, values = heavy()
    work = recording(plan, values)
    assert sum(1 for _ in work) == len(plan.instructions)


def test_time_is_over_when_so_much_work_is_done(monkeypatch):
    """On a busy machine more time goes by than is worked; a busy machine refuses nothing."""
    clock, worked = [10.0], [0.5]
    monkeypatch.setattr("core.passes.stepper.monotonic", lambda: clock[0])
    monkeypatch.setattr("core.passes.stepper.thread_time", lambda: worked[0])
    limit = TimeLimit(MAX_SECONDS)
    assert not limit.is_over()
    clock[0] += MAX_SECONDS + 0.001
    assert not limit.is_over()
    worked[0] += MAX_SECONDS
    assert not limit.is_over()
    worked[0] += 0.001
    assert limit.is_over()


def test_a_trace_is_told_until_the_limit(monkeypatch):
    monkeypatch.setattr(TimeLimit, "is_over", lambda limit: limit.seconds == MAX_SECONDS)
    with pytest.raises(Problem, match="longer than 2 s"):
        run("x + 1", {"x": 1.0})


# -- files and requests


def test_names_of_a_table():
    table = {f"x{i}": 1 for i in range(MOST_NAMES)}
    assert len(values_from(table)) == MOST_NAMES
    with pytest.raises(Problem, match="Values can be given for 10,000 names; here are 10,001"):
        values_from({**table, "y": 1})


def test_values_of_a_file():
    assert len(parse_json(f"[{'1,' * (MOST_VALUES - 2)}1]")) == MOST_VALUES - 1
    with pytest.raises(Problem, match="The file holds more than 2,000,000 values"):
        parse_json(f"[{'1,' * MOST_VALUES}1]")


def test_characters_of_a_file():
    with pytest.raises(Problem, match="This is not a Chainlight project"):
        loads(f'"{" " * (MAX_FILE - 2)}"')
    with pytest.raises(Problem, match="The file is larger than 64 MB"):
        loads(" " * (MAX_FILE + 1))


def test_axes_of_a_value_from_a_file():
    assert values_from({"x": [[[[1]]]]})["x"].ndim == MAX_RANK
    with pytest.raises(Problem, match="The value of x: Lists can be nested 4 deep"):
        values_from({"x": [[[[[1]]]]]})


def test_numbers_of_a_file():
    assert values_from({"x": 1.7976931348623157e308})["x"] < math.inf
    for number in ("1e309", "1" + "0" * 309):
        with pytest.raises(Problem, match="is not a finite number"):
            values_from(parse_json(f'{{"x": {number}}}'))


def test_a_moved_constant_has_a_name_as_long_as_its_text():
    name = f"[{', '.join(['0.125'] * 50)}]"
    graph = graph_of(f"sum({name})", {})
    assert name in graph.nodes
    assert loads(dumps(Document(f"sum({name})", {}, {name: (1.0, 2.0)}))).moved == {name: (1.0, 2.0)}
