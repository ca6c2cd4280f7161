"""Whatever the settings' file holds, the program starts, and says once what it could not read."""

import pytest
from hypothesis import HealthCheck, example, given, settings, strategies
from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QMainWindow

from app.state.arrangement import Arrangement
from app.state.settings import TABLE, Settings, visible_geometry
from app.widgets.theme import THEMES

OTHER = {
    "theme": "dark",
    "text_scale": 1.3,
    "digits": 7,
    "notation": "bar",
    "animate": False,
    "captions": True,
    "note_texts": False,
    "shapes": True,
    "gradient_names": True,
    "fit": "8.5x6cm",
    "figure_text": "fonts",
    "note_size": 27,
    "stride": "layer",
    "listing": "torch",
    "data_gradients": False,
    "in_beats": True,
    "step_speed": 2.0,
    "recent": ("/a, b;c/é\n.chainlight", "@x", '"', "\udcff"),
    "geometry": bytes(range(256)),
    "arrangement": Arrangement(
        "train", {"step.left": False}, {"train.right": 500}, pinned=False, panels={"training": True}
    ),
}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "settings.ini"


def as_at_first(found: Settings) -> bool:
    return all(found.get(name) == setting.usual for name, setting in TABLE.items())


def test_every_setting_comes_back(path):
    before = Settings(path)
    assert as_at_first(before)
    assert set(OTHER) == set(TABLE)
    for name, value in OTHER.items():
        before.set(name, value)
    before.flush()
    after = Settings(path)
    assert {name: after.get(name) for name in TABLE} == OTHER
    assert after.warning == ""
    after.reset()
    assert as_at_first(after)
    assert as_at_first(Settings(path))


def test_settings_that_were_called_otherwise_are_read_and_kept_by_their_names(path):
    path.write_text("[General]\nby_parts=True\nspeed=2.0\n", encoding="utf-8")
    found = Settings(path)
    assert (found.get("in_beats"), found.get("step_speed"), found.warning) == (True, 2.0, "")
    found.set("in_beats", False)
    found.flush()
    again = Settings(path)
    assert (again.get("in_beats"), again.get("step_speed")) == (False, 2.0)


def test_they_stand_in_the_users_own_folder(tmp_path):
    found = Settings()
    found.set("digits", 5)
    found.flush()
    assert found.path == tmp_path / "xdg_config_home" / "chainlight" / "settings.ini"
    assert found.path.is_file()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("theme", "pink"),
        ("fit", "wall"),
        ("text_scale", 2.5),
        ("digits", 0),
        ("step_speed", float("nan")),
        ("recent", [""]),
    ],
)
def test_what_is_not_allowed_is_not_taken(path, name, value):
    found = Settings(path)
    with pytest.raises(ValueError, match="not allowed"):
        found.set(name, value)
    assert as_at_first(found)


@pytest.mark.parametrize(
    "noise",
    [
        b"noise\n",
        bytes(range(256)) * 8,
        b"\0" * 5_000,
        b"[General\ntheme=dark\n",
        b'{"theme": "dark"}',
        b"theme=@Variant(\\0\\0\\0\\x7f\\0\\0\\0\\x6)\n",
        b"theme=dark\n" * 200_000,
    ],
    ids=range(7),
)
def test_noise_is_kept_aside_and_said_once(path, noise):
    path.write_bytes(noise)
    first = Settings(path)
    assert as_at_first(first)
    assert "start afresh" in first.warning
    assert path.with_suffix(".bad").read_bytes() == noise
    first.set("digits", 6)
    first.flush()
    second = Settings(path)
    assert (second.warning, second.get("digits")) == ("", 6)


def test_one_bad_value_does_not_cost_the_others(path):
    bad = "digits=٣\ntext_scale=1e1\nrecent=[1]\narrangement=[]\nspeed=1, 2\n"
    text = f"[General]\ntheme=dark\n{bad}newer=x\n"
    path.write_text(text, encoding="utf-8")
    found = Settings(path)
    assert found.get("theme") == "dark"
    assert all(found.get(name) == TABLE[name].usual for name in TABLE if name != "theme")
    for name in ("digits", "text_scale", "recent", "arrangement", "speed"):
        assert name in found.warning
    assert path.with_suffix(".bad").read_text(encoding="utf-8") == text
    found.flush()
    assert Settings(path).warning == ""
    assert "newer=x" in path.read_text()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(strategies.binary(max_size=200) | strategies.text(max_size=200).map(lambda text: text.encode()))
@example(b"digits=\n[x]\ndigits==\n;\n#\n")
@example(b'theme="dark\n')
@example(b"%=1\n%u12=2\n\\x=3")
def test_no_file_at_all_stops_the_program(tmp_path, data):
    path = tmp_path / "any.ini"
    path.write_bytes(data)
    found = Settings(path)
    for name, setting in TABLE.items():
        assert setting.read(setting.write(found.get(name))) == found.get(name)


def test_without_a_home_they_live_in_memory(monkeypatch):
    monkeypatch.delenv("XDG_CONFIG_HOME")
    monkeypatch.delenv("HOME")
    found = Settings()
    found.set("theme", "dark")
    found.flush()
    assert found.get("theme") == "dark"
    assert found.warning == ""
    assert found.path is None
    assert as_at_first(Settings())


def test_where_nothing_can_be_written_they_live_in_memory(tmp_path):
    (tmp_path / "file").touch()
    found = Settings(tmp_path / "file" / "settings.ini")
    found.set("theme", "dark")
    found.flush()
    assert found.get("theme") == "dark"
    assert found.warning == ""


def test_a_folder_in_the_place_of_the_file_does_no_harm(path):
    path.mkdir()
    found = Settings(path)
    found.set("theme", "dark")
    found.flush()
    assert found.get("theme") == "dark"


# -- the window's place

LEFT, RIGHT = QRect(0, 0, 1920, 1080), QRect(1920, 0, 1280, 1024)


@pytest.mark.parametrize("theme", THEMES)
def test_every_theme_can_be_remembered(path, theme):
    Settings(path).set("theme", theme)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (QRect(100, 100, 800, 600), QRect(100, 100, 800, 600)),
        (QRect(2000, 100, 800, 600), QRect(1120, 100, 800, 600)),
        (QRect(-3000, -500, 800, 600), QRect(0, 0, 800, 600)),
        (QRect(100, 1070, 800, 600), QRect(100, 480, 800, 600)),
        (QRect(5000, 5000, 4000, 4000), QRect(0, 0, 1920, 1080)),
        (QRect(1850, 100, 800, 600), QRect(1120, 100, 800, 600)),
    ],
)
def test_a_window_from_another_screen_comes_back(wanted, found):
    assert visible_geometry(wanted, [LEFT]) == found
    assert visible_geometry(found, [LEFT]) == found


def test_a_window_on_the_second_screen_stays_there():
    wanted = QRect(2000, 100, 800, 600)
    assert visible_geometry(wanted, [LEFT, RIGHT]) == wanted
    assert visible_geometry(QRect(2500, 5000, 800, 600), [LEFT, RIGHT]).top() <= 1080 - 600
    assert visible_geometry(wanted, []) == wanted


def plain_window(qtbot) -> QMainWindow:
    window = QMainWindow()
    qtbot.addWidget(window)
    return window


def test_the_window_comes_back_as_it_was(qtbot, path):
    before, after = plain_window(qtbot), plain_window(qtbot)
    before.setGeometry(40, 60, 500, 400)
    Settings(path).save_window(before)
    Settings(path).restore_window(after)
    assert after.geometry() == before.geometry()


def test_a_window_saved_beyond_the_screen_is_seen(qtbot, path):
    before, after = plain_window(qtbot), plain_window(qtbot)
    before.setGeometry(9_000, 9_000, 500, 400)
    Settings(path).save_window(before)
    Settings(path).restore_window(after)
    assert after.screen().availableGeometry().contains(after.geometry().topLeft() + QPoint(120, 30))
