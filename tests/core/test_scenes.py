"""The scenes of lectures: each holds what it says, and what is no scene is refused with a sentence."""

import json

import pytest
from msgspec.structs import replace

from core.base.errors import Problem
from core.lectures.acts import acted, with_variant
from core.lectures.catalogue import LECTURES, scene_file, scene_files
from core.lectures.check import faults, programs
from core.passes.stepper import run
from core.project.document import dumps, loads
from core.project.scene import Act, Guided, Question, Scene, Variant

FILES = scene_files()
U6 = scene_file("U6").document()
each = pytest.mark.parametrize("file", FILES, ids=[file.id for file in FILES])


@each
def test_what_a_scene_asserts_and_asks_holds(file):
    assert faults(file.document()) == []


@each
def test_a_scene_is_saved_as_it_was_read(file):
    document = file.document()
    assert dumps(loads(dumps(document))) == dumps(document) and document.remark == ""


@each
def test_a_scene_is_whole(file):
    scene = file.scene
    assert scene.id == file.id and scene.lecture == file.lecture in LECTURES
    assert 3 <= len(scene.guide) <= 8 and len(scene.questions) >= 3
    assert scene.title and scene.goal.endswith(".")
    assert all(step.says.endswith((".", "?")) and not step.title.endswith(".") for step in scene.guide)
    assert all(step.look for step in scene.guide), "each says what to look at"
    assert all(step.act != Act() for step in scene.guide), "and does something"
    assert scene.asserted.values and scene.asserted.gradients


@each
def test_every_program_of_a_scene_is_stepped_to_its_end(file):
    for _, document, _ in programs(file.document()):
        trace = run(document.text, document.values)
        known = trace.last
        assert all(known.value(name) is not None for name in trace.graph.nodes)


def test_the_scenes_stand_in_the_order_of_the_lectures_and_of_their_numbers():
    keys = [(list(LECTURES).index(file.lecture), int(file.id[1:])) for file in FILES]
    assert keys == sorted(keys) and len({file.id for file in FILES}) == len(FILES)
    assert scene_file("nothing") is None


def test_a_variant_changes_places_with_the_program():
    other = with_variant(U6, "as vectors")
    assert "w·x" in other.text and other.scene.named == "as vectors"
    assert [variant.name for variant in other.scene.variants] == ["as on the slide", "as small gates"]
    assert with_variant(other, "as vectors") is other
    assert with_variant(other, "as on the slide") == replace(U6, guessed=frozenset())
    with pytest.raises(Problem, match="no variant nothing"):
        with_variant(U6, "nothing")


def test_an_act_changes_the_document():
    after = acted(U6, Act(values={"b": 2}, settings={"rate": 0.5}, seed=3))
    assert after.values["b"] == 2 and after.training.rate == 0.5 and after.seed == 3
    assert U6.values["b"] == -3, "the document it was given stays"
    with pytest.raises(Problem, match="no setting speed"):
        acted(U6, Act(settings={"speed": 1}))
    with pytest.raises(Problem, match="rate"):
        acted(U6, Act(settings={"rate": "fast"}))


BROKEN = {
    "an asserted value": (
        {"asserted": replace(U6.scene.asserted, values={"f": 0.7})},
        "the value of f is 0.731",
    ),
    "an asserted node": ({"asserted": replace(U6.scene.asserted, values={"q": 1})}, "there is no q"),
    "a gradient": (
        {"asserted": replace(U6.scene.asserted, gradients={"b": 1})},
        "the gradient of b is 0.196",
    ),
    "an answer": ({"questions": (Question("value", 2, "g"),)}, "question 1: the value of g is 1"),
    "an entry": ({"questions": (Question("value", 2, "g", (1,)),)}, "question 1: g has no entry"),
    "a step": (
        {"guide": (Guided("t", "s.", (), Act(step="forward:9")),)},
        "guided step 1: There is no step",
    ),
    "a node to look at": ({"guide": (Guided("t", "s.", ("q",)),)}, "guided step 1: there is no q"),
    "a selected node": (
        {"guide": (Guided("t", "s.", (), Act(select="q")),)},
        "guided step 1: there is no q",
    ),
    "the step it opens at": ({"step": "middle"}, "'middle' is not a step"),
    "a program": ({"variants": (Variant("bad", "f = (x"),)}, "bad: "),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_does_not_hold_is_said(case):
    changed, said = BROKEN[case]
    found = faults(replace(U6, scene=replace(U6.scene, **changed)))
    assert any(said in sentence for sentence in found), found


def plain(**changed):
    found = json.loads(dumps(U6))
    found["scene"].update(changed)
    return json.dumps(found)


REFUSED = {
    "no table": (json.dumps({**json.loads(dumps(U6)), "scene": 3}), "scene cannot be read"),
    "a number for a text": (plain(title=3), "title: expected text, got a whole number"),
    "an unknown part": (plain(colour="red"), "colour"),
    "a workspace": (plain(workspace="kitchen"), "workspace: invalid enum value 'kitchen'"),
    "a guided step": (plain(guide=[{"title": "t"}]), "guide"),
    "an unknown variant": (
        plain(guide=[{"title": "t", "says": "s", "act": {"variant": "v"}}]),
        "asks for the variant v",
    ),
    "backwards": (plain(guide=[{"title": "t", "says": "s", "act": {"updates": -1}}]), "trains backwards"),
    "no options": (
        plain(questions=[{"ask": "choice", "answer": 0, "text": "?"}]),
        "Question 1 needs options",
    ),
    "no node": (plain(questions=[{"ask": "value", "answer": 0}]), "Question 1 does not say what it asks for"),
    "a name twice": (plain(named="as vectors"), "Two variants of the scene are called as vectors"),
    "too long": (plain(goal="x" * 3000), "at most 2,000 characters"),
    "too many": (plain(guide=[{"title": "t", "says": "s"}] * 41), "at most 40 guided steps"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_scene_is_refused_with_a_sentence(case):
    text, said = REFUSED[case]
    with pytest.raises(Problem) as raised:
        loads(text)
    assert said in str(raised.value)


def test_a_scene_of_an_older_version_is_one_too():
    """Files had no scenes before; the version alone does not take one away."""
    found = json.loads(dumps(U6))
    assert found["version"] == 9 and isinstance(loads(json.dumps(found)).scene, Scene)
