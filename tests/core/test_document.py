"""Project files: what is saved comes back, and nothing else is let in."""

import json
import math

import numpy as np
import pytest
from msgspec.structs import replace

from core.base.arrays import frozen, same
from core.base.errors import Problem
from core.graph.builder import graph_of
from core.project.document import EXAMPLE, PARTS, VERSION, Document, Drawn, dumps, loads
from core.project.retyping import Retyping
from core.training.settings import SETTINGS, USUAL, TrainingSettings, settings_from

FULL = Document(
    "z = w x; # a remark\nL = z^2",
    {"w": frozen([[1, 2.5], [-0.0, math.nan]]), "x": frozen([math.inf, -math.inf]), "b": 1e-300},
    {"w": (1.5, -2.0)},
    TrainingSettings(data="spiral", hidden=(3, 2, 1), rate=0.5),
    "z",
    frozen([2, -1.5]),
    {"L": "pow", "z.0": "mul"},
    drawing=Drawn(
        at_nodes=True,
        down=True,
        sums=False,
        notes={"w": "weights", "w x": "a\nb"},
        classes={"z": ("cat", "")},
    ),
)


@pytest.mark.parametrize("document", [EXAMPLE, FULL, Document()], ids=["example", "full", "empty"])
def test_what_is_saved_comes_back(document):
    found = loads(dumps(document))
    assert found.text == document.text
    assert found.training == document.training
    assert dict(found.moved) == dict(document.moved)
    assert found.output == document.output
    assert found.drawing == document.drawing
    assert (found.seed is None) == (document.seed is None)
    assert document.seed is None or same(found.seed, document.seed)
    assert dict(found.unfolded) == dict(document.unfolded)
    assert found.values.keys() == document.values.keys()
    for name, value in document.values.items():
        assert same(found.values[name], value)


def test_a_file_of_the_first_version_is_read():
    found = loads('{"format": "chainlight", "version": 1, "program": "x y", "values": {"x": 2}}')
    assert (found.text, found.output, found.seed) == ("x y", "", None)


def test_a_drawing_says_as_much_as_it_says():
    text = '{"format": "chainlight", "version": 6, "program": "x", "drawing": {"down": true, "later": 3}}'
    assert loads(text).drawing == Drawn(down=True)
    assert loads(text.replace('{"down": true, "later": 3}', "null")).drawing is None


def test_minus_zero_is_kept():
    found = loads(dumps(Document("x", {"x": -0.0})))
    assert math.copysign(1, found.values["x"]) == -1


BAD = {
    "not JSON": ("{", "not valid JSON"),
    "another format": ('{"format": "svg"}', "not a Chainlight project"),
    "a list": ("[]", "not a Chainlight project"),
    "no version": ('{"format": "chainlight"}', "no version"),
    "newer": ('{"format": "chainlight", "version": 99, "program": ""}', "newer"),
    "an output that is no name": (
        '{"format": "chainlight", "version": 2, "program": "x", "output": 3}',
        "A name is a text",
    ),
    "a seed that is no value": (
        '{"format": "chainlight", "version": 2, "program": "x", "seed": "one"}',
        "The value of the seed",
    ),
    "no program": ('{"format": "chainlight", "version": 1}', "must be a text"),
    "a long note": (
        '{"format": "chainlight", "version": 7, "program": "x", "drawing": {"notes": {"x": "'
        + "a" * 2001
        + '"}}}',
        "texts of up to 2,000 characters",
    ),
    "a note that is a number": (
        '{"format": "chainlight", "version": 7, "program": "x", "drawing": {"notes": {"x": 1}}}',
        "notes must be texts",
    ),
    "names that are numbers": (
        '{"format": "chainlight", "version": 7, "program": "x", "drawing": {"classes": {"x": [1]}}}',
        "must be lists of texts",
    ),
    "NaN": ('{"format": "chainlight", "version": 1, "program": "x", "values": {"x": NaN}}', "NaN"),
    "1e999": ('{"format": "chainlight", "version": 1, "program": "x", "values": {"x": 1e999}}', "1e999"),
    "a name twice": ('{"format": "chainlight", "format": "chainlight"}', "repeats a name"),
    "a text as value": (
        '{"format": "chainlight", "version": 1, "program": "x", "values": {"x": "abc"}}',
        "number",
    ),
    "true as value": (
        '{"format": "chainlight", "version": 1, "program": "x", "values": {"x": true}}',
        "number",
    ),
    "unfolded numbers": (
        '{"format": "chainlight", "version": 1, "program": "x", "unfolded": {"x": 1}}',
        "names and operations",
    ),
    "what is folded is no list": (
        '{"format": "chainlight", "version": 8, "program": "x", "drawing": {"folded": "z"}}',
        "What is folded in the project's listing must be a list of texts",
    ),
    "a drawing of words": (
        '{"format": "chainlight", "version": 5, "program": "x", "drawing": {"down": "yes"}}',
        "true and false",
    ),
    "a drawing that is a list": (
        '{"format": "chainlight", "version": 5, "program": "x", "drawing": [true]}',
        "table of names",
    ),
    "ragged": (
        '{"format": "chainlight", "version": 1, "program": "x", "values": {"x": [[1], [1, 2]]}}',
        "rows",
    ),
    "huge integer": (
        '{"format": "chainlight", "version": 1, "program": "x", "values": {"x": 1' + "0" * 400 + "}}",
        "not a finite number",
    ),
    "deep": ("[" * 50_000, "nested too deeply"),
    "deep tables": ('{"a":' * 50_000, "nested too deeply"),
    "more values than it could use": ("[" + "[1]," * 10**6 + "1]", "more than 2,000,000 values"),
    "an integer of too many digits": ('{"x": 1' + "0" * 5000 + "}", "too many digits"),
    "a place of words": (
        '{"format": "chainlight", "version": 1, "program": "x", "moved": {"x": ["a", 1]}}',
        "number",
    ),
    "a place far away": (
        '{"format": "chainlight", "version": 1, "program": "x", "moved": {"x": [1e9, 1]}}',
        "bounds",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_refused_is_told_in_a_sentence(case):
    text, fragment = BAD[case]
    with pytest.raises(Problem, match=fragment):
        loads(text)


@pytest.mark.parametrize("name", [n for n in SETTINGS if type(getattr(USUAL, n)) in (int, float)])
def test_the_lab_keeps_its_limits(name):
    low, high = SETTINGS[name].low, SETTINGS[name].high
    kind = type(getattr(USUAL, name))
    assert getattr(settings_from({name: kind(low)}), name) == low
    assert getattr(settings_from({name: kind(high)}), name) == high
    for outside in (low - 1, high + 1):
        with pytest.raises(Problem, match=name):
            settings_from({name: kind(outside)})


@pytest.mark.parametrize("name", ["trains", "data", "activation", "optimizer", "reduction"])
def test_the_lab_takes_what_there_is_to_choose_and_nothing_else(name):
    for known in SETTINGS[name].choices():
        assert getattr(settings_from({name: known}), name) == known
    for unknown in ("nonsense", "", "x" * 60):
        with pytest.raises(Problem, match=f"The training's {name} is '{unknown[:20]}") as caught:
            settings_from({name: unknown})
        assert f'"{name}" of "lab"' in caught.value.hint
        assert getattr(USUAL, name) in caught.value.hint


def plain(document=FULL):
    return json.loads(dumps(document))


def without(*parts, version=VERSION):
    return json.dumps({k: v for k, v in plain().items() if k not in parts} | {"version": version})


@pytest.mark.parametrize("part", PARTS)
def test_a_file_without_one_of_its_parts_says_which(part):
    assert loads(without(part)).remark == f"The file lacks {part}; defaults are used instead"
    assert loads(without()).remark == ""


def test_several_missing_parts_are_named_in_one_sentence():
    assert loads(without("values", "lab", "seed")).remark == (
        "The file lacks values, lab, seed; defaults are used instead"
    )


def test_a_part_that_an_older_version_did_not_have_is_not_missing():
    later = [part for part, since in PARTS.items() if since > 1]
    assert "lacks" not in loads(without(*later, version=1)).remark
    assert loads(without(*later, "lab", version=1)).remark.endswith(
        "The file lacks lab; defaults are used instead"
    )


@pytest.mark.parametrize("hidden", [[0], ["4"], "4", [4] * 7, [1000], [True]])
def test_hidden_layers_are_checked(hidden):
    with pytest.raises(Problem, match="Hidden layers"):
        settings_from({"hidden": hidden})


def test_documents_share_what_did_not_change():
    big = frozen(np.zeros(1000))
    first = Document("x", {"x": big, "y": 1.0})
    second = first.with_value("y", 2.0)
    assert second.values["x"] is big
    assert first.values["y"] == 1.0
    assert replace(second, text="y").values is second.values


def test_what_a_longer_name_means_while_typing_is_said_by_the_text_alone():
    values = {"x⁽²⁾": 3.0}
    document = replace(EXAMPLE, text="y = x^(2)", values=values)
    retyped = Retyping().retyped(document, "y = x^(2) + 1", graph_of(document.text, values))
    assert retyped.values.keys() == {"x"}
