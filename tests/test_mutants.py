"""The bugs that `python -m tests.mutants` plants can still be planted."""

import pytest

from tests.mutants import outdated
from tests.planted import BUGS


@pytest.mark.parametrize("name", BUGS)
def test_a_bug_can_still_be_planted(name):
    assert outdated(name, BUGS[name]) == ""


def test_what_cannot_be_planted_is_said(tmp_path):
    bug = next(iter(BUGS.values()))._replace(file="a.py", tests=("b.py",))
    assert outdated("a bug", bug, tmp_path) == "a bug: there is no a.py or b.py"
    for name, text in (("a.py", 2 * bug.old), ("b.py", "")):
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert "is in a.py 2 times, not once" in outdated("a bug", bug, tmp_path)
    (tmp_path / "a.py").write_text(bug.old, encoding="utf-8")
    assert outdated("a bug", bug, tmp_path) == ""
    assert "the new text is the old one" in outdated("a bug", bug._replace(new=bug.old), tmp_path)
    for new in ("self.gone", "arrow.gone"):
        assert ".gone, which is not there" in outdated("a bug", bug._replace(new=new), tmp_path)


def test_there_are_bugs_enough():
    assert len(BUGS) >= 40
    assert len({(bug.file, bug.old, bug.new) for bug in BUGS.values()}) == len(BUGS)
