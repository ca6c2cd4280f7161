"""Nodes that the user has put together are drawn as one."""

import json

import pytest

from core.base.errors import Problem
from core.figure import Figures, Options, draw, exit_of, figure
from core.math.latex import latex
from core.passes.stepper import run
from core.project.document import Document, Drawn, dumps, loads
from tests.core.test_labels import faults, lit_arrows

TEXT = "s = w x + b; y = σ(s); L = 1/2 (y - t)^2"
AT = {"w": 0.8, "x": 1.5, "b": 0.5, "t": 1.0}
NEURON = {"neuron": ("v1", "s", "y", "w", "b")}


def trace():
    return run(TEXT, AT)


def test_a_group_is_one_node_with_its_title_and_its_one_value():
    found = trace()
    drawing = draw(found, options=Options(groups=NEURON))
    shown = figure(drawing, found.last, highlight=False)
    assert [box.node for box in shown.boxes] == ["x", "y", "t", "v2", "v3", "L"]
    box = next(box for box in shown.boxes if box.node == "y")
    assert latex(box.symbol) == r"\text{neuron}"
    assert [arrow.edge.source for arrow in shown.arrows if arrow.target == "y"] == ["x"]
    value = next(label for label in shown.labels if (label.node, label.role) == ("y", "value"))
    assert float(latex(value.math)) == pytest.approx(found.last.value("y"), rel=1e-3)
    assert faults(found, Options(groups=NEURON)) == []


def test_steps_inside_a_group_light_it_and_the_number_appears_at_its_end():
    found = trace()
    figures = Figures(draw(found, options=Options(groups=NEURON)), found)
    for count in (1, 2, 3):
        (box,) = (box for box in figures.at(count).boxes if box.mood == "active")
        assert box.node == "y"
    backward = [
        {arrow.edge.source for arrow in lit_arrows(figures.at(count))}
        for count in range(found.position("seed") + 1, len(found) + 1)
    ]
    assert {"x"} in backward and {"y"} in backward


def test_a_group_has_one_value_that_leaves_it():
    graph = trace().graph
    assert exit_of(graph, {"v1", "s", "y"}) == "y"
    with pytest.raises(Problem, match="this one has those of s and t"):
        exit_of(graph, {"s", "t"})
    with pytest.raises(Problem, match="at least two nodes"):
        exit_of(graph, {"s"})


def test_a_group_of_another_program_is_left_out():
    found = run("x y", {"x": 2.0, "y": 3.0})
    assert draw(found, options=Options(groups=NEURON)).sizes.keys() == draw(found).sizes.keys()
    both = {"a": ("v1", "s", "y"), "b": ("s", "y", "v2")}
    kept = {shown.title for shown in draw(trace(), options=Options(groups=both)).view.nodes.values()}
    assert kept == {"a", ""}, "what is in one group is in no other"


def test_groups_and_the_level_are_kept_in_the_document():
    document = Document(TEXT, AT, drawing=Drawn(down=True, level="statements", groups=NEURON))
    assert loads(dumps(document)) == document
    written = json.loads(dumps(document))
    for part, wrong, said in (
        ("level", "floors", "level must be operations, statements, units or layers"),
        ("groups", {"a": "v1"}, "groups must be lists of names"),
        ("groups", [], "groups must be a table of names"),
        ("down", 1, "true and false"),
    ):
        with pytest.raises(Problem, match=said):
            loads(json.dumps(written | {"drawing": written["drawing"] | {part: wrong}}))


def test_an_older_file_with_an_empty_list_is_told_of_in_a_sentence():
    plain = json.loads(dumps(Document("2 x", {"x": 1.0}))) | {"version": 1, "values": {"x": []}}
    with pytest.raises(Problem):
        loads(json.dumps(plain))
