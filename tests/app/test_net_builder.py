"""The handles above the columns of a net build it; the tiles below it are the features that it takes."""

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip

from app.painting.parts import box_rect
from tests.app.conftest import settle
from tests.app.seen.pixels import widget


def click(part):
    QTest.mouseClick(part, Qt.MouseButton.LeftButton)
    settle()


def handles(window):
    return [one for one in window.builder._handles if one.title.isVisible() or one.all.isVisible()]


def seen(window):
    """All handles that are seen, each with its rectangle in the strip."""
    parts = [part for one in handles(window) for part in one.parts if part.isVisible()]
    return {part: part.geometry() for part in parts}


def middles(window, node):
    """Where the units of a layer are seen, in pixels of the window."""
    boxes = [box_rect(box) for box in window.net.figure.boxes if window.net.view.shown_by(box.node) == node]
    view = window.view
    return {view.viewport().mapTo(window, view.mapFromScene(box.center())).x() for box in boxes}


def test_buttons_change_units_and_undo_brings_back_run_and_weights(train):
    training = train.training
    training.step(7)
    weights = training.run.trainer.values()["W1"].copy()
    click(handles(train)[1].more)
    assert training.settings.hidden == (5, 2) and training.run.trainer.updates == 0
    assert handles(train)[1].title.text() == "5"
    click(handles(train)[2].less)
    click(handles(train)[2].less)  # of the only unit: the layer is gone
    assert training.settings.hidden == (5,) and len(handles(train)) == 3
    for _ in range(3):
        train.session.undo_stack.undo()
    settle()
    assert training.settings.hidden == (4, 2) and training.run.trainer.updates == 7
    assert (training.run.trainer.values()["W1"] == weights).all()


def test_a_layer_is_put_in_where_its_plus_stands(train):
    click(handles(train)[3].insert)
    assert train.training.settings.hidden == (4, 2, 2)
    click(handles(train)[1].insert)
    assert train.training.settings.hidden == (2, 4, 2, 2)
    for _ in range(2):
        click(handles(train)[1].insert)
    assert not handles(train)[1].insert.isEnabled()
    assert "up to 6 hidden layers" in handles(train)[1].insert.toolTip()


def test_each_layer_has_its_activation(train):
    click(handles(train)[1].activation)
    menu = QApplication.activePopupWidget()
    next(action for action in menu.actions() if action.text() == "ReLU").trigger()
    menu.close()
    settle()
    assert train.training.settings.activation == "relu tanh"
    assert [one.activation.text() for one in handles(train)[1:3]] == ["ReLU ▾", "Tanh ▾"]


def test_a_tile_takes_a_feature_in_and_leaves_it_out(train):
    tiles = train.tiles.tiles
    assert [text for text, tile in tiles.items() if tile.isChecked()] == ["x1", "x2"]
    click(tiles["x1^2"])
    assert train.training.settings.features == ("x1", "x2", "x1^2")
    assert train.training.run.setup.text.startswith("x = [x1, x2, x1^2]")
    assert handles(train)[0].count.text() == "3 of 7"
    click(train.tiles.tiles["x1"])
    click(train.tiles.tiles["x2"])
    click(train.tiles.tiles["x1^2"])  # the last one stays
    assert train.training.settings.features == ("x1^2",) and train.tiles.tiles["x1^2"].isChecked()
    assert "at least one input" in QToolTip.text()


def test_a_feature_of_ones_own_is_typed(train):
    click(train.tiles.own)
    field = train.tiles.field
    QTest.keyClicks(field, "x1 + z")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert (
        "uses z" in QToolTip.text() and widget(field, train.theme).amount("wrong", "gradient") > field.width()
    )
    field.clear()
    QTest.keyClicks(field, "x1 + x2")
    QTest.keyClick(field, Qt.Key.Key_Return)
    settle()
    assert train.training.settings.features == ("x1", "x2", "x1 + x2") and not field.isVisible()
    assert "x1 + x2" in train.tiles.tiles and train.view.hasFocus()


def test_a_tile_that_is_taken_is_drawn_in_full_colour(train):
    def colour(text):
        image = train.tiles.tiles[text].grab().toImage()
        return image.pixelColor(image.width() // 2 - 10, 17)

    before = colour("x1^2")
    click(train.tiles.tiles["x1^2"])
    assert colour("x1^2").saturation() > before.saturation() + 40


@pytest.mark.parametrize(
    ("size", "hidden", "scale"),
    [
        ((1024, 700), (4, 2), 1.0),
        ((1024, 700), (8, 8, 8), 1.0),
        ((1024, 700), (2, 2, 2, 2, 2, 2), 1.0),
        ((1440, 900), (4, 2), 1.0),
        ((1920, 1080), (8, 128, 3), 1.0),
        ((1280, 760), (4, 2), 2.0),
    ],
)
def test_handles_stand_above_their_columns_and_cover_nothing(train, size, hidden, scale):
    train.settings.set("text_scale", scale)
    train.set_theme(train.theme)
    train.resize(*size)
    train.training.change("layers", hidden=hidden)
    settle()
    placed = seen(train)
    strip = QRect(QPoint(0, 0), train.builder.size())
    count = len(hidden) + 2 if scale == 2 else 5 * len(hidden) + 5  # one button above each in a low canvas
    assert len(placed) == count and all(strip.contains(rect) for rect in placed.values())
    parts = list(placed.values())
    assert not [(one, other) for k, one in enumerate(parts) for other in parts[:k] if one.intersects(other)]
    assert all(rect.width() >= 10 for rect in parts)
    for column, one in zip(train.building.columns, handles(train), strict=True):
        (x,) = middles(train, column.node) or {None}
        shown = one.title if one.title.isVisible() else one.all
        assert abs(shown.mapTo(train, shown.rect().center()).x() - x) <= 2
    tiles = [*train.tiles.tiles.values(), train.tiles.own]
    tiles = [tile for tile in tiles if tile.isVisible()]
    assert bool(tiles) == (scale == 1)
    shown = [QRect(tile.mapTo(train.tiles, QPoint(0, 0)), tile.size()) for tile in tiles]
    assert all(train.tiles.rect().contains(rect) for rect in shown)
    train.settings.set("text_scale", 1.0)
    train.set_theme(train.theme)


def test_in_a_low_canvas_a_menu_does_what_the_handles_do(train, qtbot):
    train.settings.set("text_scale", 2.0)
    train.set_theme(train.theme)
    train.resize(1280, 760)
    settle()

    def choose(place, text):
        click(handles(train)[place].all)
        menu = QApplication.activePopupWidget()
        next(action for action in menu.actions() if text in action.text()).trigger()
        menu.close()
        settle()

    choose(1, "one more")
    choose(2, "one fewer")
    choose(3, "Insert")
    choose(0, "x1^2")
    settings = train.training.settings
    assert (settings.hidden, settings.features) == ((5, 1, 2), ("x1", "x2", "x1^2"))
    choose(0, "own")
    QTest.keyClicks(train.tiles.field, "x1 + x2")
    QTest.keyClick(train.tiles.field, Qt.Key.Key_Return)
    settle()
    assert train.training.settings.features[-1] == "x1 + x2" and not train.tiles.isVisible()
    train.settings.set("text_scale", 1.0)
    train.set_theme(train.theme)


def test_handles_follow_the_net(train):
    before = handles(train)[1].title.x()
    train.view.camera.zoom(1.4)
    settle()
    one, (x,) = handles(train)[1].title, middles(train, "a1")
    assert one.x() != before and abs(one.mapTo(train, one.rect().center()).x() - x) <= 2


def test_what_cannot_be_built_says_why(train):
    train.session.set_text("a = tanh(W x + b); y = tanh(v·a + c); L = 1/2 (y - t)^2")
    train.training.change("train the program", trains="program")
    settle()
    (layer,) = handles(train)[1:-1]
    for part in (layer.less, layer.more, layer.activation, layer.insert):
        assert not part.isEnabled() and "typed program" in part.toolTip()
        assert "typed program" in part.accessibleDescription()
    assert not train.tiles.isVisible()


def test_handles_are_named_and_reached_with_tab(train):
    layer = handles(train)[1]
    assert layer.more.accessibleName() == "Layer 1: 4 units, one more"
    assert layer.insert.accessibleName() == "Insert a layer before layer 1"
    order = []
    for part in (layer.insert, layer.less, layer.more, layer.activation):
        part.setFocus()
        order.append(QApplication.focusWidget())
        part.focusNextChild()
    assert order == [layer.insert, layer.less, layer.more, layer.activation]
    layer.less.setFocus()
    layer.less.focusNextChild()
    assert layer.more.hasFocus()
    QTest.keyClick(layer.more, Qt.Key.Key_Space)
    settle()
    assert train.training.settings.hidden == (5, 2) and layer.more.hasFocus()


def test_on_a_stage_and_beside_steps_there_are_none(train):
    train.actions_by_id["present"].trigger()
    settle()
    assert not train.builder.isVisible() and not train.tiles.isVisible()
    train.presentation.stop()
    assert train.builder.isVisible()
    train.show_workspace("step")
    assert not train.builder.isVisible() and not train.tiles.isVisible()
