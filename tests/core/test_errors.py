"""Sentences for a user, however long what they quote is."""

import json

import pytest

from core.base.errors import LONGEST, Problem, Span, legible
from core.notation.program import Remark
from core.project.document import Document, dumps, loads
from core.service.report import BESIDE, WIDEST, error_answer, error_text
from core.service.request import Refusal, request_from, typed_hint, typed_values

HUGE = "q" * 2_000_000


@pytest.mark.parametrize("length", [0, 1, LONGEST, LONGEST + 1, 100_000])
def test_a_sentence_keeps_its_beginning_and_its_end(length):
    sentence = "".join(map(str, range(length)))[:length]
    found = legible(sentence)
    assert len(found) <= LONGEST
    assert found == sentence if length <= LONGEST else " … " in found
    assert found[:200] == sentence[:200] and found[-200:] == sentence[-200:]


def test_problems_and_notes_cannot_be_longer_but_what_is_put_into_the_program_is_whole():
    problem = Problem(HUGE, Span(0, 1), HUGE, HUGE)
    assert max(map(len, (problem.message, problem.hint, *problem.args))) <= LONGEST
    assert problem.fix == HUGE
    assert len(Remark(HUGE, Span(0, 1)).message) <= LONGEST
    assert len(json.dumps(error_answer(problem))) < 3 * LONGEST


METHODS = {
    "a part of a request": lambda: request_from(json.dumps({HUGE: 1})),
    "a name": lambda: request_from(json.dumps({"program": "x", "wrt": [HUGE]})),
    "an output": lambda: request_from(json.dumps({"program": "x", "output": HUGE})),
    "a name with a value": lambda: request_from(json.dumps({"program": "x", "values": {HUGE: 1}})),
    "a seed": lambda: request_from(json.dumps({"program": "x", "seed": HUGE})),
    "a program": lambda: request_from(json.dumps({"program": HUGE})).trace(typed_hint),
    "a number": lambda: request_from('{"program": "x", "seed": 1e' + "9" * 2_000_000 + "}"),
    "no JSON": lambda: request_from("{" + HUGE),
    "a word": lambda: typed_values([HUGE]),
    "a value": lambda: typed_values([f"x={HUGE}"]),
    "a name of a word": lambda: typed_values([f"{HUGE}=1"]),
    "a project": lambda: loads(HUGE),
    "a format": lambda: loads(json.dumps({"format": HUGE})),
    "a version": lambda: loads('{"format": "chainlight", "version": ' + "9" * 4000 + "}"),
    **{
        part: lambda part=part: loads(json.dumps({**json.loads(dumps(Document("x"))), part: {HUGE: HUGE}}))
        for part in ("values", "moved", "unfolded")
    },
    **{
        part: lambda part=part: loads(json.dumps({**json.loads(dumps(Document("x"))), "lab": {part: HUGE}}))
        for part in ("trains", "data", "activation", "optimizer")
    },
}


@pytest.mark.parametrize("way", METHODS)
def test_what_is_huge_is_not_quoted_whole(way):
    with pytest.raises((Problem, Refusal)) as caught:
        METHODS[way]()
    error = caught.value
    problem, text = (error.problem, error.text) if isinstance(error, Refusal) else (error, "")
    assert len(error_text(problem, text)) < 3 * LONGEST
    assert len(json.dumps(error_answer(problem, text))) < 3 * LONGEST


def test_the_remark_of_a_file_is_cut():
    names = {f"v{number}": 1 for number in range(5_000)}
    old = {"format": "chainlight", "version": 1, "program": " + ".join(f"w{n}" for n in range(1_000))}
    assert len(Remark(loads(json.dumps(old | {"values": names})).remark, Span(0, 0)).message) <= LONGEST


@pytest.mark.parametrize("column", [0, 5, 60, 500, 995])
def test_a_long_line_is_quoted_around_its_mark(column):
    line = "".join(chr(ord("a") + number % 26) for number in range(1000))
    message, quoted, marks = error_text(Problem("No", Span(column, column + 3)), line).splitlines()
    at = marks.index("^")
    assert quoted[at : at + 3] == line[column : column + 3] and marks.count("^") == 3
    assert len(quoted) <= WIDEST + 4 and at <= BESIDE + 3
    assert quoted.startswith("  …") == (column > BESIDE)
    assert message == f"Line 1, column {column + 1}: No."


def test_a_short_line_is_quoted_whole():
    quoted = error_text(Problem("No", Span(98, 99)), "x" * 100).splitlines()[1]
    assert quoted == "  " + "x" * 100
