"""Saving what is on the canvas by the menu: the file that is asked for is written whole."""

import xml.etree.ElementTree as ElementTree

import pytest

from app import dialogs


@pytest.fixture
def asked(monkeypatch, tmp_path):
    """Answers the question for a file; the dialog itself is the system's."""

    def answer(name):
        monkeypatch.setattr(dialogs, "ask_for_file", lambda *args: tmp_path / name)
        return tmp_path / name

    return answer


@pytest.mark.parametrize("suffix", ["svg", "pdf", "png", "tex"])
def test_a_figure_of_the_present_step_is_saved(window, asked, suffix):
    path = asked(f"step.{suffix}")
    window.actions_by_id["figure"].trigger()
    assert path.stat().st_size > 500


def test_all_steps_are_saved_as_pages(window, asked):
    path = asked("steps.pdf")
    window.actions_by_id["figures"].trigger()
    assert path.read_bytes().startswith(b"%PDF")


def test_the_graph_is_saved_for_other_programs(window, asked):
    path = asked("graph.graphml")
    window.actions_by_id["graphml"].trigger()
    nodes = [e.get("id") for e in ElementTree.parse(path).iter() if e.tag.endswith("}node")]
    assert set(nodes) == set(window.session.story.graph.nodes)


def test_the_figure_goes_to_the_clipboard(window):
    from PySide6.QtGui import QGuiApplication

    window.actions_by_id["copy_figure"].trigger()
    data = QGuiApplication.clipboard().mimeData()
    assert data.hasImage() and "image/svg+xml" in data.formats()
