"""The program from its start to its end, in a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.project.document import Document, dumps

ROOT = Path(__file__).parents[2]
LOOK = """
import gc, json, sys
from app.shell.opening import plain_imports
with plain_imports():
    from app.shell.main import Window
from app.widgets.fields import NumberField
from PySide6.QtCore import QCoreApplication, QLocale, QTimer

FAILS, *PATHS = sys.argv[1:]


def show(window, show=Window.show):
    show(window)
    first = window.session.document.text

    def look():
        if "numpy" not in sys.modules:  # what comes after the first picture has not been done yet
            QTimer.singleShot(5, look)
        elif FAILS == "fails":
            window.session.set_text("a b")
            QTimer.singleShot(50, lambda: QCoreApplication.exit(130))
            raise RuntimeError("of the test")
        else:
            noise = NumberField(0, 1, decimals=2)
            document = window.session.document
            print(json.dumps([first, document.text, dict(document.values), gc.isenabled(), noise.text()]))
            window.close()

    QTimer.singleShot(0, look)


Window.show = show
QLocale.setDefault(QLocale("de_DE"))  # where 0.5 is written 0,5
from app.cli.main import main
raise SystemExit(main(PATHS))
"""


def start(*words, folder=ROOT):
    command = [sys.executable, "-c", LOOK, *map(str, words)]
    return subprocess.run(
        command,
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


STARTS = {
    "alone": ([], "(x+y)z", {"x": -2.0, "y": 5.0, "z": -4.0}),
    "a file": (["a.chainlight"], "u v", {"u": 2.0, "v": 3.0}),
    "a formula": (["(a+b)/c"], "(a+b)/c", {}),
    "a formula with values": (["-a b", "a=2", "b=-3"], "−a b", {"a": 2.0, "b": -3.0}),
    "a formula that cannot be read": (["(a+b"], "(a+b", {}),
}


@pytest.mark.parametrize("how", STARTS)
def test_it_starts_with_what_was_asked_for_and_ends_well(tmp_path, how):
    words, text, values = STARTS[how]
    project = tmp_path / "a.chainlight"
    project.write_text(dumps(Document("u v", {"u": 2.0, "v": 3.0}, {})), encoding="utf-8")
    done = start("works", *words, folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == ["(x+y)z", text, values, True, "0.00"]
    assert not list(tmp_path.rglob("recovery/*.json"))


def test_work_is_kept_when_the_program_fails(tmp_path):
    done = start("fails")
    assert done.returncode == 130
    assert "RuntimeError: of the test" in done.stderr
    (kept,) = tmp_path.rglob("recovery/*.json")
    assert json.loads(kept.read_text(encoding="utf-8"))["program"] == "a b"
