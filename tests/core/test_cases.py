"""The worked examples of lectures and text books, number by number."""

import json
from pathlib import Path

import numpy as np
import pytest

from core.arrays import frozen
from core.passes import run, tell

CASES = json.loads((Path(__file__).parents[1] / "cases" / "lectures.json").read_text(encoding="utf-8"))
WITH_JACOBIANS = [case for case in CASES if "jacobians" in case]


def story_of(case):
    return run(case["program"], {name: frozen(value) for name, value in case["values"].items()})


def name_of(case):
    return case["id"]


def assert_close(found, expected, tolerance, what):
    assert np.shape(found) == np.shape(expected), what
    np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance, err_msg=what)


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_every_named_value_and_gradient(case):
    story = story_of(case)
    assert story.graph.output == case["output"]
    for name, value in case["expected"].items():
        assert_close(story.last.value(name), value, 1e-12, name)
    for name, gradient in case["gradients"].items():
        assert_close(story.last.gradient(name), gradient, case["tolerance"], f"gradient of {name}")


@pytest.mark.parametrize("case", WITH_JACOBIANS, ids=name_of)
def test_rows_of_jacobians_are_gradients_seeded_at_one_entry(case):
    story = story_of(case)
    entries = len(case["expected"][case["output"]])
    for entry, seed in enumerate(np.eye(entries)):
        pictured = tell(story.plan, story.inputs, frozen(seed)).last
        for name, jacobian in case["jacobians"].items():
            assert_close(
                pictured.gradient(name), jacobian[entry], case["tolerance"], f"row {entry} of {name}"
            )


def test_the_file_names_each_case_once():
    names = [case["id"] for case in CASES]
    assert len(names) == len(set(names)) >= 60
