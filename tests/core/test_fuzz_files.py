"""Files and requests made by chance: each is what it should be, or is refused in plain words."""

import copy
import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.base.arrays import same
from core.base.errors import Problem
from core.project.document import EXAMPLE, Document, dumps, loads
from core.service.report import Report, error_answer
from core.service.request import Refusal, json_hint, request_from, typed_values
from tests.core.test_document import FULL
from tests.core.test_fuzz_programs import PYTHON

PROJECTS = [json.loads(dumps(document)) for document in (FULL, EXAMPLE)]
REQUESTS = [
    {"program": "x y", "values": {"x": 2, "y": [1, "inf"]}, "wrt": ["x"], "output": "f"},
    {"program": "y = softmax(W x); y[k]", "defaults": True, "check": True, "unfold": "all"},
    {"program": "x y; x + y", "values": {"x": 1, "y": 2}, "seed": 2, "unfold": ["f"]},
]
# numbers, texts and tables that something was not made for
WORDS = st.sampled_from([*"x x_1 f 1/2 inf -inf nan all ﷺ а".split(), "", "x y", "\0", "a" * 65])
NUMBERS = st.sampled_from([0, 1, -1, 1.5, 99, 2**70, 10**400, 1e308, -0.0, 5e-324, True, False, None])


def nested(parts):
    return st.lists(parts, max_size=3) | st.dictionaries(WORDS | st.text(max_size=4), parts, max_size=3)


PLAIN = st.recursive(WORDS | NUMBERS | st.floats() | st.text(max_size=4), nested, max_leaves=6)
# what a text editor or a bad disk may put into JSON
SCRAPS = st.sampled_from([*'NaN 1e999 - { } [ ] , " : \\u0000 \\ud800 Infinity \\'.split(), "9" * 400, " "])
PIECES = st.lists(st.tuples(st.integers(0, 400), st.integers(0, 4), SCRAPS), max_size=2)
TYPED = st.lists(WORDS | st.sampled_from([*"=-[],.12 λ", "1/3", "\\lambda"]), max_size=6).map("".join)


@st.composite
def changed(draw, originals):
    """A table with a part of it left out, replaced, or put beside."""
    found = copy.deepcopy(draw(st.sampled_from(originals)))
    for _ in range(draw(st.integers(0, 3))):
        at = found
        while True:
            keys = list(at) if isinstance(at, dict) else range(len(at))
            if not keys:
                break
            key = draw(st.sampled_from(keys))
            if isinstance(at[key], dict | list) and at[key] and draw(st.booleans()):
                at = at[key]
                continue
            if draw(st.booleans()):
                at[key] = draw(PLAIN)
            elif draw(st.booleans()) and isinstance(at, dict):
                at[draw(WORDS | st.sampled_from(["values", "lab", "moved"]))] = draw(PLAIN)
            else:
                del at[key]
            break
    return found


@st.composite
def written(draw, originals):
    """Such a table as JSON, perhaps with scraps in it."""
    text = json.dumps(draw(changed(originals)), ensure_ascii=draw(st.booleans()))
    for at, length, scrap in draw(PIECES):
        at %= len(text) + 1
        text = text[:at] + scrap + text[at + length :]
    return text


def assert_plain(problem, text):
    said = str(problem)
    assert all(word in text for word in PYTHON.findall(said)), said
    assert len(said) < 400


def project(**parts):
    return json.dumps({"format": "chainlight", "version": 2, "program": "x", **parts})


@given(written(PROJECTS) | st.text(max_size=40))
@settings(max_examples=300)
@example(project(version=4, training={"trains": "\x00network"}))
@example(project(version=True))
@example(project(version=10**400))
@example(project(training={"rate": 10**400}))
@example(project(program="\ud800"))
@example(project(training={"data": "\ud800"}))
@example(project(values={"x_1": 1, "x1": 2}))
@example(project(values={"x y": 1}))
@example(project(moved={"[1, 2, 3]": [1, 2]}))
@example(project(version=7, drawing={"notation": ["delta"]}))
@example(project(version=7, drawing={"notation": 0}))
@example(project(version=7, drawing={"level": ["units"], "notes": [], "classes": {"x": [[1]]}}))
@example("[" * 5000)
@example('{"a":' * 5000)
def test_any_file_is_a_document_that_can_be_saved_or_is_refused(text):
    try:
        document = loads(text)
    except Problem as problem:
        assert_plain(problem, text)
        return
    assert isinstance(document, Document)
    again = loads(dumps(document).encode().decode())
    assert (again.text, again.training, again.moved) == (document.text, document.training, document.moved)
    assert (again.output, dict(again.unfolded)) == (document.output, dict(document.unfolded))
    assert again.drawing == document.drawing
    assert all(same(again.values[name], value) for name, value in document.values.items())


@given(written(REQUESTS))
@settings(max_examples=300)
@example('{"program": "x y", "values": {"x": 2, "y": ["-inf", "inf"]}}')
@example(json.dumps({"program": "x", "y" * 500: 1}))
def test_any_request_is_answered_or_refused(text):
    try:
        request = request_from(text)
        answer = Report(request, request.trace(json_hint)).answer()
    except Refusal as refused:
        assert_plain(refused.problem, text + refused.text)
        answer = error_answer(refused.problem, refused.text)
    except Problem as problem:
        assert_plain(problem, text)
        answer = error_answer(problem)
    json.dumps(answer, allow_nan=False)


@given(TYPED)
@settings(max_examples=300)
def test_any_word_is_a_value_or_refused(word):
    try:
        values = typed_values([word])
    except Refusal as refused:
        assert_plain(refused.problem, word)
        span = refused.problem.span
        assert span is None or 0 <= span.start < span.end <= max(1, len(word) + 1)
    else:
        assert len(values) == 1


@pytest.mark.parametrize("name", ["\\lambda", "lambda", "λ"])
def test_a_value_is_given_under_any_spelling_of_its_name(name):
    assert typed_values([f"{name}=2"]) == {"λ": 2.0}
