"""The worked examples of lectures and text books, number by number."""

import json
from pathlib import Path

import numpy as np
import pytest

from core.base.arrays import frozen
from core.graph.builder import graph_of
from core.passes.stepper import record, run

CASES = json.loads((Path(__file__).parents[1] / "cases" / "lectures.json").read_text(encoding="utf-8"))
WITH_JACOBIANS = [case for case in CASES if "jacobians" in case]


def trace_of(case):
    return run(case["program"], {name: frozen(value) for name, value in case["values"].items()})


def name_of(case):
    return case["id"]


def assert_close(found, expected, tolerance, what):
    assert np.shape(found) == np.shape(expected), what
    np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance, err_msg=what)


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_every_named_value_and_gradient(case):
    trace = trace_of(case)
    assert trace.graph.output == case["output"]
    for name, value in case["expected"].items():
        assert_close(trace.last.value(name), value, 1e-12, name)
    for name, gradient in case["gradients"].items():
        assert_close(trace.last.gradient(name), gradient, case["tolerance"], f"gradient of {name}")


@pytest.mark.parametrize("case", WITH_JACOBIANS, ids=name_of)
def test_rows_of_jacobians_are_gradients_seeded_at_one_entry(case):
    trace = trace_of(case)
    entries = len(case["expected"][case["output"]])
    for entry, seed in enumerate(np.eye(entries)):
        pictured = record(trace.plan, trace.inputs, frozen(seed)).last
        for name, jacobian in case["jacobians"].items():
            assert_close(
                pictured.gradient(name), jacobian[entry], case["tolerance"], f"row {entry} of {name}"
            )


# rows: side of the picture, side of the filter, padding, stride, side of the map; None where it is not whole
MAPS = [
    (227, 11, 0, 4, 55),
    (7, 3, 0, 1, 5),
    (7, 3, 0, 2, 3),
    (5, 3, 1, 1, 5),
    (5, 3, 1, 2, 3),
    (10, 3, 0, 2, None),
    (32, 5, 2, 1, 32),
]


@pytest.mark.parametrize(("side", "field", "padding", "stride", "places"), MAPS)
def test_how_large_a_map_is(side, field, padding, stride, places):
    values = {"x": frozen(np.ones((side, side))), "W": frozen(np.ones((field, field)))}
    graph = graph_of(f"conv2d(x, W, {stride}, {padding})", values)
    said = " ".join(note.message for note in graph.remarks)
    if places:
        assert (graph.nodes["f"].shape, said) == ((places, places), "")
    else:
        assert "(10 − 3 + 2·0)/2 + 1 = 4.5 is no whole number" in said


def test_the_file_names_each_case_once():
    names = [case["id"] for case in CASES]
    assert len(names) == len(set(names)) >= 60
