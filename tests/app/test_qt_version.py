"""The PySide6 in use survives the calls of a long session; the one known not to is refused by name."""

import subprocess
import sys

import pytest

from app.shell.crash_report import check_versions

MANY_CALLS = """
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QLabel
app = QApplication([])
thing, label = QObject(), QLabel()
for _ in range(10_000):
    thing.setObjectName("x")
    label.setText("y")
"""


def test_twenty_thousand_calls_that_return_none():
    done = subprocess.run(
        [sys.executable, "-c", MANY_CALLS], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("pyside", "python", "refused"),
    [
        ("6.12.0", (3, 11), True),
        ("6.12.0", (3, 10), True),
        ("6.12.0", (3, 12), False),
        ("6.12.1", (3, 11), False),
        ("6.11.3", (3, 11), False),
        ("6.8.0", (3, 11), False),
    ],
)
def test_the_pair_that_aborts_is_refused_with_the_way_out(pyside, python, refused):
    sentence = check_versions(pyside, python)
    assert bool(sentence) == refused
    if refused:
        assert 'pip install "PySide6-Essentials!=6.12.0"' in sentence
        assert f"Python {python[0]}.{python[1]}" in sentence


def test_this_machine_may_start():
    assert check_versions() == ""
