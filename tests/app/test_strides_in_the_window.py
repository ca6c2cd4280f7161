"""Steps of the length that was chosen: keys and buttons, the bar, the explanation, files and settings."""

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.panels.transport import KEY_NAMES, STRIDE_NAMES
from app.shell.window import STEP_KEYS, Window
from app.state.session import Session
from app.state.settings import TABLE, Settings
from core.math.latex import latex
from core.math.plain import plain

TWICE = "z = w x + b; y = σ(z); L = 1/2 (y - t)^2; R = 1/2 w^2; Lreg = L + λ R"


def test_the_window_goes_by_nodes_and_files_and_scripts_by_messages(window):
    assert window.session.stride == TABLE["stride"].usual == "node"
    assert Session().stride == "message"


def test_keys_and_buttons_go_by_the_stride(window):
    session = window.session
    session.set_text(TWICE)
    for stride in STRIDE_NAMES:
        session.set_stride(stride)
        session.seek(0)
        places = [session.cursor]
        while session.cursor < len(session.trace):
            QTest.keyClick(window.view, Qt.Key.Key_Space)
            places.append(session.cursor)
        assert tuple(places) == session.stops
        window.transport.buttons["previous"].click()
        assert session.cursor == session.stops[-2]
        QTest.keyClick(window.view, Qt.Key.Key_PageUp)
        assert session.cursor == session.stops[max(len(session.stops) - 3, 0)]


@pytest.mark.parametrize(("name", "by"), [("next", 1), ("previous", -1)])
def test_every_key_that_a_tooltip_names_steps_and_no_other(window, name, by):
    session, button = window.session, window.transport.buttons[name]
    session.seek(session.stops[2])
    named = set()
    for word in KEY_NAMES[name].split(", "):
        assert word in button.toolTip()
        combined = QKeySequence(word.replace("Page", "Pg"))[0]
        QTest.keyClick(window.view, combined.key(), combined.keyboardModifiers())
        assert session.place == 2 + by, word
        session.seek(session.stops[2])
        named.add(combined.key())
    keys = {key for key, each in STEP_KEYS.items() if each == by} | {Qt.Key.Key_Space}
    assert named == keys - {Qt.Key.Key_Return}  # which is called Enter, as that of a keypad is


@pytest.mark.parametrize("level", ["operations", "units", "layers"])
@pytest.mark.parametrize("stride", STRIDE_NAMES)
def test_strides_are_the_same_however_a_stage_draws_the_graph(stride, level):
    session = Session()
    session.set_text("[x > 0] x + |y|")
    session.draw_as("choose a level", level=level)
    session.set_stride(stride)
    stops = session.stops
    for near in ({"y", "f", "v3"}, {"0", "v1", "v2", "x"}):
        session.set_stage(replace(session.chosen, digits=3, captions=True, near=frozenset(near), until=4))
        assert session.stops == stops


def test_from_within_a_stride_a_step_goes_to_its_ends():
    session = Session()
    session.set_text(TWICE)
    session.set_stride("phase")
    for by, place in ((1, 1), (-1, 0)):
        session.seek(session.stops[0] + 2)
        session.step(by)
        assert session.cursor == session.stops[place]


def test_the_bar_counts_strides_and_says_what_met(window):
    session, bar = window.session, window.transport
    session.set_text(TWICE)
    session.seek(len(session.trace))
    strides = len(session.stops) - 1
    assert bar.where.text() == f"{strides} of {strides} · Backward: v₄, v₁ → w"
    QTest.mouseClick(bar.scrubber, Qt.MouseButton.LeftButton, pos=QPoint(9, bar.scrubber.height() // 2))
    assert session.cursor == 0
    for stop in session.stops[:4]:
        session.seek(stop)
        assert bar.where.text().startswith(f"{session.stops.index(stop)} of {strides}")


def test_a_click_on_the_bar_goes_to_the_end_of_a_stride(window):
    session, scrubber = window.session, window.transport.scrubber
    session.set_text(TWICE)
    session.set_stride("layer")
    for x in range(9, scrubber.width() - 9, 7):
        QTest.mouseClick(scrubber, Qt.MouseButton.LeftButton, pos=QPoint(x, scrubber.height() // 2))
        assert session.cursor in session.stops


def test_the_chooser_and_the_menu_say_the_same_and_it_is_kept(window):
    bar = window.transport
    bar.stride.setCurrentIndex(bar.stride.findData("layer"))
    bar.stride.activated.emit(bar.stride.currentIndex())
    assert window.session.stride == window.settings.get("stride") == "layer"
    assert window.actions_by_id["stride_layer"].isChecked()
    assert not window.actions_by_id["stride_node"].isChecked()
    window.actions_by_id["stride_message"].trigger()
    assert bar.stride.currentData() == window.settings.get("stride") == "message"
    assert not window.session.undo_stack.count()


def test_what_meets_is_explained_together(window):
    session = window.session
    session.set_text(TWICE)
    session.seek(len(session.trace))
    found = window.explanation.explanation
    assert latex(found.rule).endswith(r"\cdot2\cdot w+\frac{\partial\mathrm{Lreg}}{\partial v_{1}}\cdot x")
    assert found.sentence.startswith("w is used more than once, so its 2 gradients add up: ")
    session.set_stride("message")
    assert latex(window.explanation.explanation.rule).count("+=") == 1


def test_after_an_edit_the_cursor_is_at_the_end_of_a_stride(window):
    session = window.session
    session.set_text("(a + a) a + a")
    session.set_stride("message")
    for count in range(len(session.trace) + 1):
        session.set_stride("message")
        session.seek(count)
        session.set_stride("node")
        session.set_value("a", float(count) + 0.5)
        assert session.cursor in session.stops


@pytest.mark.parametrize("stride", STRIDE_NAMES)
def test_numbers_travel_in_every_stride_and_arrive(window, qtbot, stride):
    session, scene = window.session, window.scene
    session.set_text(TWICE)
    session.set_stride(stride)
    scene.animated, scene.speed = True, 30.0
    for _ in session.stops[1:]:
        session.step(1)
        qtbot.waitUntil(lambda: not scene._tokens)
        shown = {label for node in scene._nodes.values() for label in (item.label for item in node.labels)}
        assert {repr(label) for label in shown} == {
            repr(label) for label in session.figure.labels if label.role != "formula"
        }


# -- in three beats


def seen(window):
    """Where the canvas is, and what the explanation shows: names, numbers, a sentence."""
    panel = window.explanation
    numbers = panel.numbers.formula()
    return (
        window.session.cursor,
        window.scene._count,
        panel.rule.formula() is not None,
        "" if numbers is None else plain(numbers),
        bool(panel.sentence.text()),
    )


def test_in_three_beats_a_step_shows_its_rule_its_factors_and_then_its_result(window):
    session = window.session
    session.open_program("(x+y)z", {"x": -2.0, "y": 5.0, "z": -4.0}, "open")
    session.set_stride("message")
    session.seek(4)
    window.explanation.in_beats.click()
    assert session.in_beats and window.settings.get("in_beats")
    before = seen(window)
    shown = []
    for _ in range(3):
        QTest.keyClick(window.view, Qt.Key.Key_Space)
        shown.append(seen(window))
    assert [one[:3] for one in shown] == [(4, 4, True), (4, 4, True), (5, 5, True)]
    assert [one[3] for one in shown] == ["", "=1 ⋅ (−4) =", "=1 ⋅ (−4) = −4"]
    assert [one[4] for one in shown] == [False, False, True]
    back = []
    for _ in range(3):
        QTest.keyClick(window.view, Qt.Key.Key_PageUp)
        back.append(seen(window))
    assert back == [shown[1], shown[0], before]


def test_what_goes_elsewhere_shows_whole_steps(window):
    session = window.session
    session.open_program("(x+y)z", {"x": -2.0, "y": 5.0, "z": -4.0}, "open")
    session.set_in_beats(True)
    session.step(1)
    assert session.part == 1
    for act in (
        lambda: session.seek(len(session.trace)),
        lambda: session.set_in_beats(False),
        lambda: session.set_stride("layer"),
        lambda: session.set_text("x y z"),
    ):
        session.set_in_beats(True)
        session.seek(0)
        session.step(1)
        assert session.part == 1
        act()
        assert session.part == 0 and session.explanation.sentence


def test_in_three_beats_every_step_is_reached_and_left_again():
    session = Session()
    session.set_text(TWICE)
    session.set_in_beats(True)
    for stride in STRIDE_NAMES:
        session.set_stride(stride)
        session.seek(0)
        states = [(0, 0)]
        while session.cursor < len(session.trace):
            session.step(1)
            states.append((session.cursor, session.part))
        assert tuple(dict.fromkeys(cursor for cursor, _ in states)) == session.stops
        assert len(states) == len(set(states)) > len(session.stops)
        for state in reversed(states[:-1]):
            session.step(-1)
            assert (session.cursor, session.part) == state


def test_a_window_opens_as_its_steps_and_its_listing_were_chosen(qtbot, fonts, session):
    chosen = {
        "stride": "layer",
        "in_beats": True,
        "step_speed": 2.0,
        "listing": "numpy",
        "data_gradients": False,
    }
    settings = Settings()
    for name, value in chosen.items():
        settings.set(name, value)
    made = Window(session, settings)
    qtbot.addWidget(made)
    assert (session.stride, session.in_beats) == ("layer", True)
    assert (made.transport.factor, made.scene.speed) == (2.0, 2.0)
    assert (made.algorithm.form, made.algorithm.data_gradients) == ("numpy", False)
    assert {name: settings.get(name) for name in chosen} == chosen


def test_how_fast_steps_go_and_what_is_listed_is_remembered(window):
    window.transport.speed.setCurrentText("4×")
    window.algorithm.show_data_gradients(False)
    assert (window.settings.get("step_speed"), window.settings.get("data_gradients")) == (4.0, False)


def test_in_a_low_band_matrices_stand_behind_their_rule(window):
    session, panel = window.session, window.explanation
    session.set_text("z = W x + b; L = z·z")
    session.seek(len(session.trace))
    both = session.explanation
    window.resize(1200, 1400)
    QApplication.processEvents()
    assert (panel.rule.formula(), panel.numbers.formula()) == (both.rule, both.numbers)
    window.resize(1000, 700)
    QApplication.processEvents()
    assert panel.rule.formula() == both.line and panel.numbers.isHidden()
    assert panel.rule.geometry().bottom() <= panel.viewport().height()
    session.seek(0)
    assert panel.rule.formula() == session.explanation.rule
