"""Every equation that the window prints of the lectures' programs is read and evaluated.

The steps, what meets at a node, the lines of the listing and the paths of each node, with ∂ and with δ.
"""

import json
from functools import lru_cache
from pathlib import Path

import pytest

from core.base.arrays import shape_of
from core.derivatives.path_rows import fits, message_lines, rows_of, sum_math
from core.derivatives.paths import count_paths, derivation
from core.figure import Options
from core.figure.nets import view_of
from core.figure.strides import since, stops_of
from core.graph.json_values import value_from, values_from
from core.math.latex import latex
from core.math.mathtree import Row
from core.passes.explain import explain
from core.passes.listing import Typeset, listing_of
from core.passes.seed import is_chosen
from core.passes.stepper import run
from core.passes.steps import Flowed
from tests.core.test_equations import (
    check_equal,
    check_numbers,
    check_sentence,
    check_trace,
    reader,
    speaks_of_a_slope,
)
from tests.core.test_paths import check_chain, holds
from tests.mathematics import relations

SCENES = json.loads((Path(__file__).parents[1] / "cases" / "scenes.json").read_text(encoding="utf-8"))


@lru_cache(4)
def run_anew(program, values, seed):
    start = None if seed == "null" else value_from(json.loads(seed), "seed")
    return run(program, values_from(json.loads(values)), seed=start)


def trace_of(scene):
    """Of the scene that was looked at last the same one, so that its Jacobians are known."""
    return run_anew(scene["program"], json.dumps(scene["values"]), json.dumps(scene.get("seed")))


# with ∂ all of them, with δ, where only names differ, one for each scene
CASES = [(scene, "partial") for scene in SCENES]
CASES += [(scene, "delta") for scene in SCENES if "," not in scene["scene"]]
every_scene = pytest.mark.parametrize(
    ("scene", "notation"), CASES, ids=lambda one: one["scene"] if isinstance(one, dict) else one
)


@every_scene
def test_what_a_step_says(scene, notation):
    trace = trace_of(scene)
    check_trace(trace, notation)
    for count in range(1, len(trace) + 1) if notation == "partial" else ():
        check_sentence(explain(trace, count).sentence)


@every_scene
def test_what_meets_at_a_node(scene, notation):
    trace = trace_of(scene)
    stops = stops_of(trace, view_of(trace.graph, Options()), "node", Options())
    for stop in stops[1:]:
        step, start = trace.shown.steps[stop - 1], since(stops, stop)
        if isinstance(step, Flowed) and getattr(trace.steps[stop - 2], "arg", "") == step.arg:
            found = explain(trace, stop, notation=notation, since=start)
            check_sentence(found.sentence)
            if isinstance(found.rule, Row):  # of many only the last stand there, below one another
                check_meeting(trace.shown, stop, found, notation)


def check_meeting(trace, stop, found, notation):
    step = trace.steps[stop - 1]
    read = reader(trace, stop, shape_of(step.total), notation)
    sides, _ = relations(found.rule)
    for side in sides:
        if not (found.caveat and speaks_of_a_slope(side, trace)):
            check_equal(read(side), step.total, latex(found.rule))
    check_numbers(read, found.numbers, step.total, None)


@every_scene
def test_lines_of_the_listing(scene, notation):
    trace = trace_of(scene)
    typeset = Typeset(trace, notation)
    for line in listing_of(trace).lines:
        if not line.steps:
            continue
        step = trace.shown.steps[line.steps[0] - 1]
        read = reader(trace.shown, line.steps[0], shape_of(trace.last.value(line.node)), notation)
        sides, _ = relations(typeset.line(line))
        made = step.contribution if isinstance(step, Flowed) else None
        for side in sides[1:]:
            check_equal(read(side), read(sides[0]) if made is None else made, latex(typeset.line(line)))


@every_scene
def test_paths_to_every_node(scene, notation):
    trace = trace_of(scene)
    for name in (name for name in trace.graph.nodes if count_paths(trace, name)):
        found = derivation(trace, name)
        for one in rows_of(found, notation=notation):
            if not one.is_product:
                check_chain(trace, one)
            elif not is_chosen(trace.seed):
                holds(trace, one.equations[0], named=notation == "partial")
        for sentence in message_lines(found):
            check_sentence(sentence)
        if fits(found.gradient):
            read = reader(trace.shown, len(trace), shape_of(found.gradient), notation)
            check_numbers(read, sum_math(found, notation=notation), found.gradient, found.gradient)
