"""Formulas as lecturers, books and programs spell them: each is read to its value, or refused by its name."""

import json
import re
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from core.base.errors import Problem
from core.service.report import Report
from core.service.request import Refusal, json_hint, request_from

TOLERANCE = 1e-9
CASES = json.loads((Path(__file__).parents[1] / "cases" / "spellings.json").read_text(encoding="utf-8"))
READ = [case for case in CASES if "value" in case and "may be refused" not in case]
OPEN = [case for case in CASES if "may be refused" in case]
REFUSED = [case for case in CASES if "refused" in case]
QUOTED = re.compile(r"`([^`]+)`|‘([^’]+)’|“([^”]+)”|'([^']+)'|\"([^\"]+)\"")
ADVICE_ENDS = re.compile(r"\.(?:\s|$)|[,;:]\s| (?:instead|for|to|if|with|or|and|where|when|as|in|such)\b|$")
SIGN_OF_A_FORMULA = re.compile(r"[\^_=+*/·⊙√(\[|‖−@]")


def name_of(case):
    return f"{case['group']}: {case['program']}"[:120]


def request_of(program, values, **parts):
    line = {"program": program, "values": values, **parts}
    return request_from(json.dumps(line, ensure_ascii=False))


def problem_of(program, values):
    """What is said against a program; None where it is read. Values that are missing are guessed."""
    return _problem_of(json.dumps({"program": program, "values": values, "defaults": True}))


@cache
def _problem_of(line):
    try:
        Report(request := request_from(line), request.trace(json_hint)).answer()
    except Refusal as refusal:
        return refusal.problem
    except Problem as problem:
        return problem
    return None


def assert_close(found, expected, what):
    assert np.shape(found) == np.shape(expected), what
    np.testing.assert_allclose(found, expected, rtol=TOLERANCE, atol=TOLERANCE, err_msg=what)


def advice_of(problem):
    """Formulas the hint says to write: what is quoted after "Write", else what looks like a formula there.

    What has "…" in it is a pattern, not a formula.
    """
    found = []
    for start in re.finditer(r"\bWrite ", problem.hint):
        sentence = problem.hint[start.end() :]
        quoted = [next(filter(None, match.groups())) for match in QUOTED.finditer(sentence)]
        plain = first_clause(sentence)
        found += quoted or ([plain] if SIGN_OF_A_FORMULA.search(plain) else [])
    return [formula for formula in found if "…" not in formula and re.search(r"\w", formula)]


def first_clause(sentence):
    """A sentence up to the first word or mark, outside of brackets, that ends a formula."""
    ends = (match.start() for match in ADVICE_ENDS.finditer(sentence))
    return next(
        sentence[:end]
        for end in ends
        if end == len(sentence)
        or sum(map(sentence[:end].count, "([{")) == sum(map(sentence[:end].count, ")]}"))
    )


@pytest.mark.parametrize("case", READ, ids=name_of)
def test_it_is_read_to_its_value_and_gradients(case):
    gradients = case.get("grads", {})
    request = request_of(case["program"], case["values"], wrt=list(gradients))
    answer = Report(request, request.trace(json_hint)).answer()
    assert_close(answer["value"], case["value"], f"value of {answer['reading']}")
    if gradients:
        assert len(answer["grads"]) == len(gradients)
        for (name, expected), found in zip(gradients.items(), answer["grads"].values(), strict=True):
            assert_close(found, expected, f"gradient with respect to {name} of {answer['reading']}")


@pytest.mark.parametrize("case", OPEN, ids=name_of)
def test_what_need_not_be_read_is_not_read_as_something_else(case):
    try:
        request = request_of(case["program"], case["values"])
        answer = Report(request, request.trace(json_hint)).answer()
    except (Refusal, Problem):
        return
    assert_close(answer["value"], case["value"], f"value of {answer['reading']}")


@pytest.mark.parametrize("case", REFUSED, ids=name_of)
def test_it_is_refused_by_name_at_its_place(case):
    problem = problem_of(case["program"], case["values"])
    assert problem is not None, "read as if it could be computed"
    said = f"{problem.message} {problem.hint}"
    assert re.search(case["refused"], said, re.IGNORECASE), said
    assert problem.span is not None, said
    # what is missing at the end lies behind the last character
    assert 0 <= problem.span.start <= problem.span.end <= len(case["program"]) + 1, said
    assert problem.span.start <= len(case["program"]), said


@pytest.mark.parametrize("case", REFUSED, ids=name_of)
def test_the_fix_does_not_meet_the_same_problem_again(case):
    program, problem = case["program"], problem_of(case["program"], case["values"])
    if problem is None or problem.fix is None or problem.span is None:
        return
    mended = program[: problem.span.start] + problem.fix + program[problem.span.end :]
    assert mended != program
    after = problem_of(mended, case["values"])
    if after is None:
        return
    assert after.span is not None, mended
    end = problem.span.start + len(problem.fix)
    assert after.message != problem.message or after.span.start >= end, f"{mended}: {after}"
    written = problem.span.start <= after.span.start and after.span.end <= end and problem.fix
    assert not written, f"{mended}: {after}"


@pytest.mark.parametrize("case", REFUSED, ids=name_of)
def test_what_the_hint_says_to_write_can_be_read(case):
    problem = problem_of(case["program"], case["values"])
    for formula in advice_of(problem) if problem else []:
        if formula == problem.fix:
            continue  # read in its place by the test above
        after = problem_of(formula, {})
        assert after is None, f"{problem}\n{formula}: {after}"


def test_the_file_has_enough_of_each_and_nothing_twice():
    spelled = [(case["program"], json.dumps(case["values"], sort_keys=True)) for case in CASES]
    assert len(spelled) == len(set(spelled)) == len(READ) + len(OPEN) + len(REFUSED)
    assert len(READ) >= 2000
    assert len(REFUSED) >= 210
    assert len({case["group"] for case in READ}) >= 250
