"""The bench runs, part by part, with hardly any effort; how long anything takes is no matter here."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench import trainer
from tests.bench.__main__ import PARTS as MEASURED
from tests.bench.report import report, worst_first
from tests.bench.timing import Row, middle, turns

ROOT = Path(__file__).parents[1]
# what each part reports first and last
PARTS = {
    "steps": ("step: 2-4-2-1, batch 10, float64 | NumPy by hand", "step: conv 1→8"),
    "trainer": ("an update of 2-4-2-1, batch 10, circle | NumPy by hand", "64-32-10, batch 64, digits"),
    "graphs": ("both passes of 1/(1+exp(", "growth: a step of 1,000 nodes"),
    "layout": ("layout: places and routes of", "Layout:"),
    "figures": ("S15 in operations            12 nodes", "maxpool_2x2"),
    "window": ("nodes, whole window | bare Qt scene", "views: a picture of 64-32-10, batch 64, digits"),
    "start": ("start: until the first picture of the window", "an empty Qt window with numpy"),
}


@pytest.mark.parametrize("part", PARTS)
def test_every_part_of_the_bench_runs(part):
    command = [sys.executable, "-m", "tests.bench", "--quick", "--only", part]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert [said for said in PARTS[part] if said not in done.stdout] == []
    assert "1 thread" in done.stdout or "threads: 1" in done.stdout


def test_no_part_is_left_out():
    assert list(MEASURED) == list(PARTS)


@pytest.mark.parametrize("title", trainer.TRAININGS)
def test_the_loop_by_hand_trains_as_the_trainer_does(title):
    trainer.check(trainer.TRAININGS[title])


def test_the_worst_comes_first():
    rows = [Row("a", f"{n} times", [n, n], "b", [1.0, 1.0]) for n in (2.0, 5.0, 0.5)]
    assert [row.what for row in worst_first(rows)] == ["5.0 times", "2.0 times", "0.5 times"]
    text = report(rows, ["A remark."])
    assert (
        text.index("5.0 times") < text.index("2.0 times") < text.index("0.5 times") < text.index("A remark.")
    )


def test_a_ratio_is_that_within_a_round():
    # a machine that is ten times as slow in the second round changes nothing
    row = Row("a", "b", [2.0, 20.0, 2.0], "c", [1.0, 10.0, 1.0])
    assert middle(row.ratios) == (2.0, 2.0, 2.0)


def test_turns_are_shuffled_and_each_contender_has_one_in_every_round():
    taken = []
    acts = {name: lambda name=name: taken.append(name) or 1.0 for name in "abc"}
    found = turns(acts, 20)
    assert {name: len(times) for name, times in found.items()} == {"a": 20, "b": 20, "c": 20}
    rounds = {tuple(taken[i : i + 3]) for i in range(0, 60, 3)}
    assert all(sorted(order) == ["a", "b", "c"] for order in rounds)
    assert len(rounds) > 3
