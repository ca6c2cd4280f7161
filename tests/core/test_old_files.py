"""Projects of earlier versions open with the numbers, marks and settings they had."""

import json

import pytest
from msgspec.structs import asdict

from core.project.document import Drawn, dumps, loads
from core.service.request import Request, json_hint
from core.training.setup import setup
from tests.old_files import (
    FOLDER,
    PROJECTS,
    assert_same_document,
    assert_same_numbers,
    assert_same_value,
    facts_of,
    key,
    moved_then,
    path_of,
)

TRAINED = [name for name in PROJECTS if "training" in facts_of(name)]


def fits(facts):
    """Whether the program can be read and has what was chosen in it, which the command line insists on."""
    names = {key(node["name"]) for node in facts.get("nodes", [])}
    return (
        "problem" not in facts
        and key(facts["chosen_output"]) in {*names, ""}
        and facts["chosen_seed"] in (None, facts["seed"])
    )


# a file without values got guessed ones, which are chosen otherwise today
GUESSED = ["values_guessed"]
COMPUTED = [name for name in PROJECTS if fits(facts_of(name)) and name not in GUESSED]


def opened(name):
    return loads(path_of(name).read_text(encoding="utf-8"))


def trace_of(document):
    """Both passes as the command line runs them for a project's file."""
    request = Request(
        document.text,
        stored=document.values,
        output=document.output,
        seed=document.seed,
        defaults=True,
        unfolded=document.unfolded,
    )
    return request.trace(json_hint)


@pytest.mark.parametrize("name", PROJECTS)
def test_values_marks_and_settings_are_kept(name):
    assert_same_document(opened(name), facts_of(name))


@pytest.mark.parametrize("name", COMPUTED)
def test_the_numbers_are_those_it_had(name):
    assert_same_numbers(trace_of(opened(name)), facts_of(name))


@pytest.mark.parametrize("name", COMPUTED)
def test_saved_and_opened_again_they_are_still_those(name):
    again = loads(dumps(opened(name)))
    assert_same_document(again, facts_of(name))
    assert_same_numbers(trace_of(again), facts_of(name))


@pytest.mark.parametrize("name", GUESSED)
def test_new_values_for_names_without_any_are_said(name):
    document = opened(name)
    assert document.remark == "The file has no values for W, x, b; new ones were chosen"
    assert opened(COMPUTED[0]).remark == ""
    assert loads(dumps(document)).remark == ""


def test_a_program_in_the_notation_of_then_is_rewritten_with_a_word():
    document = opened("one_entry_lists")
    assert "it means the same" in document.remark
    assert document.text != facts_of("one_entry_lists")["program"]


MOVED_ANEW = "Nodes that had been moved stand where the layout puts them, which is another one now"


@pytest.mark.parametrize("name", PROJECTS)
def test_places_in_another_layout_are_left_out_with_a_word(name):
    document, facts = opened(name), facts_of(name)
    assert (MOVED_ANEW in document.remark) == (moved_then(facts) != facts["moved"])
    assert MOVED_ANEW not in loads(dumps(document)).remark


@pytest.mark.parametrize("name", TRAINED)
def test_it_trains_as_it_did(name):
    document, training = opened(name), facts_of(name)["training"]
    trainer = setup(document.training, document.text, document.values, document.guessed).trainer()
    for when in ("losses_at_first", "losses_after_three_updates"):
        record = trainer.record()
        # with the penalty, which was part of them
        losses = [loss and loss + record.penalty for loss in (record.train_loss, record.test_loss)]
        for found, expected in zip(losses, training[when], strict=True):
            assert_same_value(found, expected, when)
        trainer.step(3)


def test_what_cannot_be_read_keeps_its_text():
    for name in PROJECTS:
        if "problem" in (facts := facts_of(name)):
            assert opened(name).text == facts["program"]


def test_there_is_a_sample_of_every_version_and_every_training():
    saved = [json.loads(path_of(name).read_text(encoding="utf-8")) for name in PROJECTS]
    assert {project["version"] for project in saved} == {1, 2, 3, 4, 5, 6, 7}
    trainings = [project["lab"] for project in saved]
    assert {settings["trains"] for settings in trainings} == {"network", "program"}
    assert len({settings["data"] for settings in trainings}) >= 11
    assert len({settings["optimizer"] for settings in trainings}) >= 8
    assert len({settings["activation"] for settings in trainings}) >= 8
    assert any(project.get("seed") for project in saved)
    assert any(project.get("unfolded") for project in saved)
    drawings = [project["drawing"] for project in saved if "drawing" in project]
    assert None in drawings
    new = {"folded"}  # which only the present version has
    for name in asdict(Drawn()).keys() - new:
        usual = getattr(Drawn(), name)
        assert any(drawing and drawing.get(name, usual) != usual for drawing in drawings), name
    assert len(PROJECTS) >= 60
    assert all((FOLDER / f"{name}.json").is_file() for name in PROJECTS)
