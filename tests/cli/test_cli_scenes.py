"""Scenes on the command line: listed, checked, and used by their ids in place of a program."""

import json

import pytest

from app.cli.window import _start
from core.lectures.catalogue import LECTURES, scene_file, scene_files
from core.project.document import dumps, loads


def test_scenes_are_listed_below_their_lectures(cli_main):
    status, out, err = cli_main("scenes")
    lines = out.splitlines()
    assert (status, err) == (0, "")
    assert len(lines) == len(scene_files()) + len({file.lecture for file in scene_files()})
    at = lines.index("  U6   Backpropagation through a neuron: σ(w·x + b)")
    assert LECTURES["cs4501"] in lines[:at]


def test_scenes_are_listed_as_json(cli_main):
    _, out, _ = cli_main("scenes", "--json")
    found = json.loads(out)["scenes"]
    assert [one["id"] for one in found] == [file.id for file in scene_files()]


def test_every_asserted_number_is_checked(cli_main):
    status, out, err = cli_main("scenes", "--check")
    count = len(scene_files())
    assert (status, out, err) == (0, f"{count} of {count} scenes hold.\n", "")


def test_a_scene_whose_numbers_do_not_hold_fails(cli_main, tmp_path):
    text = dumps(scene_file("P9").document()).replace('"f": -12.0', '"f": -13.0')
    (tmp_path / "own.chainlight").write_text(text, encoding="utf-8")
    assert loads(text).scene.asserted.values["f"] == -13
    status, out, err = cli_main("scenes", "--check", "own.chainlight")
    assert status == 1 and err == "" and out.endswith("0 of 1 scenes hold.\n")
    assert "own: as on the slide: the value of f is -12.0, asserted is -13.0" in out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["scenes", "U66"], "There is no scene U66.\nDid you mean U6?\n"),
        (["scenes", "zzzzz"], "There is no scene zzzzz.\nchainlight scenes lists those that there are"),
        (["scenes", "U6", "P9"], "One scene is opened at a time.\n"),
        (["scenes", "--check", "gone.chainlight"], "There is no file gone.chainlight"),
    ],
)
def test_what_cannot_be_opened_is_said(cli_main, words, said):
    status, out, err = cli_main(*words)
    assert status == 2 and out == "" and said in err


def test_a_scene_stands_for_its_program(cli_main):
    status, out, _ = cli_main("grad", "U6", "--json")
    answer = json.loads(out)
    assert status == 0 and answer["value"] == pytest.approx(0.7310585786300049)
    assert cli_main("figure", "U6", "--step", "backward:3", "-o", "u6.svg")[0] == 0
    assert json.loads(cli_main("grad", "U6", "b=0", "--json")[1])["value"] == pytest.approx(
        0.9820137900379085
    )


def test_the_window_opens_on_a_scene():
    assert _start("U6", [], []).scene.id == "U6"
    assert _start("U6", ["U6=2"], []).text == "U6", "with values it is the formula of that name"
