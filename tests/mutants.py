"""Plant bugs one by one and see that the tests notice: `python -m tests.mutants [--only NAME]`.

Nothing is planted in the working tree: a copy in a temporary folder takes one bug after the other, and runs
the test files that the bug names. NAME is a bug, or a part of the names of several. It ends with status 1
where a bug was not noticed, and with 2 where the list, `tests/planted.py`, has to be brought up to date.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from functools import cache
from itertools import count
from pathlib import Path

from tests.planted import BUGS, Bug

ROOT = Path(__file__).parents[1]
COPIED = ("app", "core", "resources", "tests", "pyproject.toml")
PATIENCE = 900  # seconds for the tests of one bug
FAILED = 1  # pytest's status where tests fail
TIMES = count(1)


def outdated(name: str, bug: Bug, root: Path = ROOT) -> str:
    """Why a bug cannot be planted, or an empty string."""
    missing = [path for path in (bug.file, *bug.tests) if not (root / path).is_file()]
    if missing:
        return f"{name}: there is no {' or '.join(missing)}"
    text = (root / bug.file).read_text(encoding="utf-8")
    if (found := text.count(bug.old)) != 1:
        return f"{name}: the text to be replaced is in {bug.file} {found} times, not once: {bug.old!r}"
    for owner, attribute in re.findall(r"(\bself)?\.([A-Za-z_]\w*)", bug.new):
        if attribute not in words(text) and (owner or attribute not in words_of_the_program(root)):
            return f"{name}: the new text uses {owner}.{attribute}, which is not there"
    return f"{name}: the new text is the old one" if bug.new == bug.old else ""


def words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text))


@cache
def words_of_the_program(root: Path) -> set[str]:
    files = [path for part in ("app", "core") for path in (root / part).rglob("*.py")]
    return set().union(*(words(path.read_text(encoding="utf-8")) for path in files))


def copy_of_the_tree(folder: str) -> Path:
    """The parts that the tests need, in a folder of their own."""
    tree = Path(folder)
    for part in COPIED:
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, tree / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / part, tree / part)
    return tree


def run(tree: Path, tests: tuple[str, ...]) -> tuple[int, str]:
    """Run test files in a tree: pytest's status, and the end of what it says."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "--tb=line", *tests]
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    try:
        done = subprocess.run(
            command, cwd=tree, env=environment, capture_output=True, text=True, timeout=PATIENCE
        )
    except subprocess.TimeoutExpired:
        return FAILED, "the tests did not end"
    return done.returncode, "\n".join((done.stdout + done.stderr).strip().splitlines()[-8:])


def write(path: Path, text: str) -> None:
    """Write a file at a time of its own, by which Python sees that what it has compiled is out of date."""
    path.write_text(text, encoding="utf-8")
    moment = next(TIMES)
    os.utime(path, (moment, moment))


def is_noticed(tree: Path, bug: Bug) -> bool:
    """Whether a test file that the bug names fails with it. Raises SystemExit where none could run."""
    path = tree / bug.file
    sound = path.read_text(encoding="utf-8")
    write(path, sound.replace(bug.old, bug.new))
    try:
        for tests in bug.tests:
            status, said = run(tree, (tests,))
            if status == FAILED:
                return True
            if status:
                raise SystemExit(f"{tests} could not run:\n{said}")
        return False
    finally:
        write(path, sound)


def check_sound(tree: Path, bugs: dict[str, Bug]) -> None:
    """Raises SystemExit unless all tests pass without a bug, and load the copy's files."""
    code = "import core; print(core.__file__)"
    loaded = subprocess.run([sys.executable, "-c", code], cwd=tree, capture_output=True, text=True).stdout
    if not Path(loaded.strip()).is_relative_to(tree):
        raise SystemExit(f"The tests would load {loaded.strip()} in the place of the copy in {tree}")
    status, said = run(tree, tuple(sorted({tests for bug in bugs.values() for tests in bug.tests})))
    if status:
        raise SystemExit(f"The tests fail before any bug is planted:\n{said}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("--only", metavar="NAME", default="", help="the bugs whose names contain this")
    only = parser.parse_args().only
    bugs = {only: BUGS[only]} if only in BUGS else {name: bug for name, bug in BUGS.items() if only in name}
    if not bugs:
        parser.error(f"no bug is called {only}; there are {', '.join(BUGS)}")
    if old := [sentence for name, bug in bugs.items() if (sentence := outdated(name, bug))]:
        print(*old, sep="\n", file=sys.stderr)
        raise SystemExit(2)
    with tempfile.TemporaryDirectory() as folder:
        tree = copy_of_the_tree(folder)
        check_sound(tree, bugs)
        missed = []
        for name, bug in bugs.items():
            begun = time.perf_counter()
            noticed = is_noticed(tree, bug)
            missed += [] if noticed else [name]
            said = "noticed    " if noticed else "NOT NOTICED"
            print(f"{said}  {name}: {bug.breaks} ({time.perf_counter() - begun:.0f} s)", flush=True)
    print(f"\n{len(bugs)} planted, {len(bugs) - len(missed)} noticed")
    raise SystemExit(bool(missed))


if __name__ == "__main__":
    main()
