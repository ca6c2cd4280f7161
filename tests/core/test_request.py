"""What is asked for by a script, and answered: hostile requests too, in bounded time."""

import json

import pytest

from core.base.errors import Problem
from core.graph.json_values import MOST_NAMES, MOST_VALUES
from core.service.report import Report
from core.service.request import Refusal, Request, json_hint, request_from, typed_hint, typed_values


def answer(text):
    request = request_from(text)
    return Report(request, request.trace(json_hint)).answer()


def test_a_request_is_answered():
    found = answer('{"program": "x y", "values": {"x": 2, "y": [1, "inf"]}, "wrt": ["x"], "output": "f"}')
    assert (found["value"], found["grads"]) == ([2, "inf"], {"x": "inf"})
    assert found["reading"] == "x · y"


def test_a_seed_chooses_what_the_gradients_are_of():
    text = '{"program": "W x", "values": {"W": [[1, 2], [3, 4]], "x": [1, 1]}, "wrt": ["x"], "seed": [0, 1]}'
    found = answer(text)
    assert found["grads"] == {"x": [3, 4]}
    assert found["warnings"] == ["The gradients are those of f[1]"]
    assert answer('{"program": "x^2", "values": {"x": 3}, "seed": "-inf"}')["grads"] == {"x": "-inf"}


@pytest.mark.parametrize("seed", [1, [1, 2, 3], [[0, 1]]])
def test_a_seed_in_another_shape_is_refused(seed):
    text = {"program": "W x", "values": {"W": [[1, 2], [3, 4]], "x": [1, 1]}, "seed": seed}
    with pytest.raises(Refusal, match="f has 2 entries"):
        answer(json.dumps(text))


def test_the_operations_of_the_table_are_in_the_notation_of_the_program():
    request = Request(
        "s = W x + b; p = relu(s)^T W x ⊙ b[0]; [p, leaky_relu(s[1]), max(1, b[1])]", defaults=True
    )
    lines = Report(request, request.trace(typed_hint)).text().splitlines()
    for text in ("W x", "v1 + b", "relu(s)", "b[0]", "leaky_relu(v", "max(1, v", "[p, v"):
        assert any(text in line for line in lines[3:]), text


LONG = "z" * 100_000
REFUSED = [
    ('{"program": "x"', "The request is not valid JSON"),
    ('{"program": "x", "program": "y"}', "The request repeats a name"),
    ("[" * 10_000, "The request is nested too deeply"),
    ("[" + "1," * MOST_VALUES + "1]", "The request holds more than 2,000,000 values"),
    ("[]", "A request is a table"),
    ('{"prgram": "x"}', '"prgram" is no part of a request'),
    ('{"program": 1}', '"program" must be a text'),
    ("{}", 'The request has no "program"'),
    (json.dumps({"program": "x", "wrt": [LONG]}), "A name can have 64 characters; this one has 100,000"),
    (json.dumps({"program": "x", "output": LONG}), "A name can have 64 characters; this one has 100,000"),
    (
        json.dumps({"program": "x", "values": {LONG: 1}}),
        "A name can have 64 characters; this one has 100,000",
    ),
    ('{"program": "x", "seed": null}', '"seed" must be a number or a list of numbers'),
    ('{"program": "x", "seed": true}', '"seed" must be a number or a list of numbers'),
    ('{"program": "x", "seed": "one"}', "The value of the seed"),
    ('{"program": "x", "wrt": [1]}', "A name is a text"),
    (
        json.dumps({"program": "x", "wrt": ["x"] * (MOST_NAMES + 1)}),
        '"wrt" can have 10,000 names; here are 10,001',
    ),
    ('{"program": "x", "values": {"x y": 1}}', "'x y' is not a name"),
    ('{"program": "x", "values": {"\\u0430": 1}}', "is the Cyrillic letter that looks like the Latin a"),
    ('{"program": "\\ud800"}', "The request contains an invalid character"),
    ('{"program": "x", "' + "y" * 100 + '": 1}', f'"{"y" * 37}…" is no part of a request'),
    ('{"program": "x", "values": {"x_1": 1, "x1": 2}}', "x1 is given twice"),
    ('{"program": "x", "values": {"x": 1e999}}', "1e999 is not a finite number"),
]


@pytest.mark.parametrize(("text", "message"), REFUSED, ids=range(len(REFUSED)))
def test_what_is_no_request_is_refused(text, message):
    with pytest.raises(Problem, match=message):
        request_from(text)


def test_few_names_are_listed_of_many():
    with pytest.raises(Refusal, match="a, b, c, d, f, g, h, i and 2 more have no value"):
        Request("+".join("abcdfghijk")).trace(typed_hint)


def test_a_typed_value_is_marked_where_it_is_wrong():
    with pytest.raises(Refusal) as caught:
        typed_values(["w=[1, 2"])
    assert (caught.value.problem.span.start, caught.value.problem.span.end) == (6, 7)


NEURON = {"program": "y = σ(w·x + b)", "values": {"w": [2, -3], "x": [-1, -2], "b": -3}}
UNFOLDS = [
    (["y"], ["v1", "v2", "y.1", "y.2", "y.3", "y"]),
    ("all", ["v1", "v2", "y.1", "y.2", "y.3", "y"]),
    (["all"], ["v1", "v2", "y.1", "y.2", "y.3", "y"]),
    (["v1"], ["v1.1", "v1.2", "v1.3", "v1.4", "v1.5", "v1.6", "v1", "v2", "y"]),
    ("numbers", ["v1.1", "v1.2", "v1.3", "v1.4", "v1.5", "v1.6", "v1", "v2", "y.1", "y.2", "y.3", "y"]),
    ([], ["v1", "v2", "y"]),
]


@pytest.mark.parametrize(("unfold", "computed"), UNFOLDS)
def test_a_request_says_what_is_unfolded(unfold, computed):
    plain, found = (answer(json.dumps(request)) for request in (NEURON, NEURON | {"unfold": unfold}))
    names = [node["name"] for node in found["nodes"] if node["op"] not in ("input", "constant")]
    assert names == computed
    assert found["value"] == pytest.approx(plain["value"]) and found["grads"].keys() == plain["grads"].keys()
    for name, gradient in plain["grads"].items():
        assert found["grads"][name] == pytest.approx(gradient)


NOT_UNFOLDED = [
    (["z"], "There is no node z"),
    (["b"], "b is an input; there is nothing to unfold"),
    (["v2"], "v1 + b is not made of anything simpler"),
    (["y.2"], "exp(y.1) is not made of anything simpler"),
    (["y.9"], "There is no node y.9"),
    (["y", "all"], "There is no node all"),
    ([1], "A name is a text"),
    (1, '"unfold" must be a list of names, "all" or "numbers"'),
]


@pytest.mark.parametrize(("unfold", "said"), NOT_UNFOLDED)
def test_what_cannot_be_unfolded_is_said(unfold, said):
    with pytest.raises((Problem, Refusal)) as refused:
        answer(json.dumps(NEURON | {"unfold": unfold}))
    assert said in str(refused.value)


def test_a_node_inside_may_be_asked_for_and_all_may_be_a_name():
    request = NEURON | {"unfold": ["y"], "wrt": ["y.2"], "output": "y.3"}
    assert answer(json.dumps(request))["grads"] == {"y.2": 1}
    found = answer('{"program": "all = σ(x); y = tanh(all)", "values": {"x": 1}, "unfold": "all"}')
    assert [node["name"] for node in found["nodes"] if node["op"] == "tanh"] == ["y"]
