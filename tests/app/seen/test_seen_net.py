"""What is trained, on the canvas: units as maps of what they compute, edges as weights, whose gradients."""

import re

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.painting.learned import bias_rect
from app.painting.parts import box_rect, paint_part
from app.widgets.theme import LIGHT
from core.base.numbers import exact
from core.figure import THICKEST, Arrow
from core.figure.view import Weight
from core.graph.graph import Edge
from core.layout import straight
from core.training.choices import PROGRAM
from core.training.shares import shares
from core.training.update_told import told
from tests.app.seen.pixels import around, of_theme, painted, widget

UNITS = ["x[0]", "x[1]", *(f"a1[{k}]" for k in range(4)), "a2[0]", "a2[1]", "y"]


@pytest.fixture
def train(window):
    """The window while it trains the usual network, some updates after the start."""
    window.show_workspace("train")
    window.training.step(60)
    return window


def box_of(window, drawn):
    """The rectangle of a unit in the drawing."""
    return box_rect(window.net.figures.parts(window.net.cursor, [drawn])[drawn].box)


def on_view(window, x, y):
    return window.view.mapFromScene(QPointF(x, y))


def point_at(window, x, y):
    QTest.mouseMove(window.view.viewport(), QPoint(1, 1))
    QTest.mouseMove(window.view.viewport(), on_view(window, x, y))


def middle_of(window, weight):
    arrow = window.hand._arrow_of(weight)
    from app.painting.parts import route_path

    return route_path(arrow.route).pointAtPercent(0.5)


def net_painted(window, theme=LIGHT):
    figure, place = window.net.figure, window.net.drawing.placement
    area = QRectF(place.left, place.top, place.width, place.height).adjusted(-20, -20, 20, 20)

    def paint(painter):
        for part in (*figure.arrows, *figure.boxes):
            paint_part(painter, part, theme)

    return painted(area, theme, paint)


def test_the_canvas_shows_the_network_while_it_is_trained_and_the_program_elsewhere(window):
    canvas, program = window.view, list(window.session.drawing.sizes)
    window.show_workspace("train")
    QApplication.processEvents()
    assert window.view is canvas and canvas.isVisible()
    assert list(window.scene._nodes) == UNITS, "the loss is no unit"
    assert window.view.camera.seen.contains(window.scene.bounds().adjusted(15, 15, -15, -15))
    window.show_workspace("step")
    assert list(window.scene._nodes) == program


def test_a_unit_shows_what_it_computes_over_the_plane(train, theme):
    seen, values = net_painted(train, theme), train.training.run.trainer.learned()
    inputs = {"x[0]": lambda x: x[0], "x[1]": lambda x: x[1]}
    units = {f"a1[{k}]": lambda x, k=k: np.tanh(values["W1"][k] @ x + values["b1"][k]) for k in range(4)}
    names = list(of_theme(theme))
    for drawn, computed in (inputs | units).items():
        box = box_of(train, drawn)
        largest = max(abs(computed(np.array([x, y]))) for x in (-6, 6) for y in (-6, 6))
        for across, up in ((-4, -4), (-4, 4), (4, -4), (4, 4), (0.5, -3)):
            share = computed(np.array([across, up])) / largest
            if abs(share) < 0.85:
                continue
            place = box.center() + QPointF(across / 12 * box.width(), -up / 12 * box.height())
            wanted, other = ("positive", "negative") if share > 0 else ("negative", "positive")
            rgb = np.array(seen.mean(around(place.x(), place.y(), 3, 3)))
            away = [np.abs(rgb - np.array(getattr_rgb(theme, part))).sum() for part in (wanted, other)]
            assert away[0] < away[1], (drawn, across, up, share, names)


def getattr_rgb(theme, part):
    return theme.colour(part).getRgb()[:3]


def test_maps_stand_in_their_units_in_the_window(train):
    seen, view = widget(train, LIGHT), train.view
    places = {"x[0]": ("negative", "positive", 1, 0), "x[1]": ("negative", "positive", 0, -1)}
    for drawn, (low, high, across, down) in places.items():
        rect = QRectF(view.mapFromScene(box_of(train, drawn)).boundingRect())
        rect.moveTopLeft(QPointF(view.viewport().mapTo(train, rect.topLeft().toPoint())))
        step = QPointF(across * rect.width(), down * rect.height()) * 0.47
        ends = [rect.center() - step, rect.center() + step]
        for end, part in zip(ends, (low, high), strict=True):
            assert seen.at(end.x(), end.y(), 3) == part, (drawn, part)


def test_a_bias_is_a_square_of_its_sign_and_weights_are_lines_of_theirs(train):
    seen, values = net_painted(train), train.training.run.trainer.learned()
    signs = {True: "positive", False: "negative"}
    largest = max(abs(values[f"b{k}"]).max() if k < 3 else abs(values["b3"]) for k in (1, 2, 3))
    told = 0
    for k, bias in enumerate(values["b1"]):
        part = train.net.figures.parts(train.net.cursor, [f"a1[{k}]"])[f"a1[{k}]"]
        square = bias_rect(box_rect(part.box)).adjusted(2, 2, -2, -2)
        assert bias_rect(box_rect(part.box)).width() == 12
        assert part.box.bias == pytest.approx(bias / largest)
        if abs(bias / largest) > 0.7:
            rgb = np.array(seen.mean(square))
            mine, other = (np.array(getattr_rgb(LIGHT, signs[is_it])) for is_it in (bias > 0, bias <= 0))
            assert np.abs(rgb - mine).sum() < np.abs(rgb - other).sum()
            told += 1
    assert told or abs(values["b2"]).max() == largest or abs(values["b3"]) == largest
    every = [w for name in ("W1", "W2", "w3") for w in np.ravel(values[name])]
    strongest = max(map(abs, every))
    for arrow in train.net.figure.arrows:
        weight = train.net.arc_of(arrow).weight
        assert arrow.weight == pytest.approx(float(values[weight.name][weight.entry]) / strongest)


@pytest.mark.parametrize(("share", "width", "part"), [(1.0, 9, "positive"), (-0.5, 5, "negative")])
def test_an_edge_is_as_wide_as_its_weight_is_large(theme, share, width, part):
    arrow = Arrow(Edge("a", "b", 0), straight((0.0, 0.0), (100.0, 0.0)), "b", "done", weight=share)
    seen = painted(QRectF(0, -20, 100, 40), theme, lambda painter: paint_part(painter, arrow, theme))
    paper = np.array(getattr_rgb(theme, "paper"))
    column = np.abs(seen.rgb[:, seen.rgb.shape[1] // 2].astype(int) - paper).sum(axis=1)
    assert (column > 60).sum() / 2 == pytest.approx(width, abs=0.6)
    strongest = seen.rgb[column.argmax(), seen.rgb.shape[1] // 2].astype(int)
    colour = 0.72 * np.array(getattr_rgb(theme, part)) + 0.28 * paper
    assert strongest == pytest.approx(colour, abs=3)
    assert THICKEST == 9.0


def test_an_edge_tells_its_exact_weight_and_gradient_and_takes_another(train):
    weight = Weight("W1", (2, 1))
    trainer, middle = train.training.run.trainer, middle_of(train, Weight("W1", (2, 1)))
    point_at(train, middle.x(), middle.y())
    card = train.hand.card
    assert card.isVisible() and train.hand.edge == weight
    value = float(trainer.learned()["W1"][2, 1])
    gradient = float(train.net.trace.last.gradient("W1")[2, 1])
    assert [label.text() for label in card.numbers] == [exact(value), exact(gradient)]
    train.net.set_whose("batch")
    mean = float(shares(trainer, "W1").whole[2, 1])
    assert card.numbers[1].text() == exact(mean) != exact(gradient)
    QTest.mouseClick(
        train.view.viewport(), Qt.MouseButton.LeftButton, pos=on_view(train, middle.x(), middle.y())
    )
    assert card.is_typed
    card.field.setText("-2.5")
    QTest.keyClick(card.field, Qt.Key.Key_Return)
    assert train.training.run.trainer.learned()["W1"][2, 1] == -2.5 and not card.is_typed
    assert train.session.undo_stack.undoText() == "set W1[2, 1]"
    train.session.undo_stack.undo()
    assert train.training.run.trainer.learned()["W1"][2, 1] == value


def test_a_mistyped_weight_is_refused_and_the_run_goes_on(train):
    middle = middle_of(train, Weight("w3", (1,)))
    before = train.training.run.trainer.learned()["w3"]
    point_at(train, middle.x(), middle.y())
    train.hand.type_edge()
    train.hand.card.field.setText("two")
    QTest.keyClick(train.hand.card.field, Qt.Key.Key_Return)
    assert train.hand.card.is_typed
    QTest.keyClick(train.hand.card.field, Qt.Key.Key_Escape)
    assert not train.hand.card.is_typed
    assert (train.training.run.trainer.learned()["w3"] == before).all()


def test_a_unit_under_the_pointer_fills_the_plane_until_it_is_left(train):
    plane = train.panes["training"].made.views["boundary"]
    assert plane.made().title == "Decision boundary"
    middle = box_of(train, "a1[2]").center()
    point_at(train, middle.x(), middle.y())
    shown = plane.made()
    assert shown.title == "a₁[2] over the plane"
    values = train.training.run.trainer.learned()
    field = next(layer for layer in shown.layers if type(layer).__name__ == "Field")
    corner = np.tanh(values["W1"][2] @ np.array([6, 6]) + values["b1"][2])
    assert field.shares[-1, -1] == pytest.approx(corner / shown.scale.span, abs=1e-4)
    card = QRectF(train.hand.card.geometry())
    assert not card.intersects(QRectF(train.view.mapFromScene(box_of(train, "a1[2]")).boundingRect()))
    point_at(train, *(0.0, box_of(train, "a1[0]").top() - 5))
    assert plane.made().title == "Decision boundary" and not train.hand.card.isVisible()


def test_a_press_beside_a_unit_moves_the_paper(train):
    """An item can be taken within some pixels around it; units stay where they are."""
    rect, held = box_of(train, "a1[2]"), train.view.camera.seen
    at = on_view(train, rect.left() + 8, rect.top() - 2)
    QTest.mousePress(train.view.viewport(), Qt.MouseButton.LeftButton, pos=at)
    for step in (10, 20, 30):
        QTest.mouseMove(train.view.viewport(), at + QPoint(step, 0))
    QTest.mouseRelease(train.view.viewport(), Qt.MouseButton.LeftButton, pos=at + QPoint(30, 0))
    assert train.session.document.moved == {} and box_of(train, "a1[2]") == rect
    assert train.view.camera.seen.left() < held.left()


def test_a_click_on_a_unit_opens_its_sum_in_steps(train):
    middle = box_of(train, "a2[1]").center()
    at = on_view(train, middle.x(), middle.y())
    QTest.mouseClick(train.view.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert train.arrangement.workspace.name == "step"
    step = train.session.trace.steps[train.session.cursor - 1]
    total = train.session.trace.graph.nodes["a2"].args[0]
    assert step.node == total == train.session.selection


def test_values_are_those_of_the_sample_and_gradients_come_when_it_pauses(train):
    labels = {(label.node, label.role): label for label in train.net.figure.labels}
    assert {("a1[0]", "value"), ("a1[0]", "gradient"), ("y", "gradient")} <= labels.keys()
    train.training.toggle()
    roles = {label.role for label in train.net.figure.labels}
    assert roles == {"name", "value"}, "what is shown while it runs is not yet sent back"
    train.training.toggle()
    before = train.net.trace.last.value("y")
    train.training.choose_sample(3)
    assert train.net.trace.last.value("y") != before
    assert train.net.trace.inputs["x"] == pytest.approx(train.training.run.setup.dataset.inputs[3])


def test_whose_gradient_is_said_and_is_the_one_of_the_shares(train):
    trainer = train.training.run.trainer
    row = int(trainer.train_data.rows[trainer.coming[2]])
    train.training.choose_sample(row)
    assert train.net.whose_text == "this sample (3 of 10)"
    told = shares(trainer, "a1")
    mine = train.net.trace.last.gradient("a1")
    assert (mine == told.each[2]).all()
    assert train.net.known("a1[1]")[1] == ("gradient", float(mine[1]))
    train.net.set_whose("batch")
    assert train.net.whose_text == "mean of the next mini-batch (10 samples)"
    assert train.net.known("a1[1]")[1] == ("gradient", float(told.whole[1]))
    outside = next(n for n in range(200) if n not in trainer.train_data.rows)
    train.net.set_whose("sample")
    train.training.choose_sample(outside)
    assert train.net.whose_text == f"sample {outside}, not in the next mini-batch"


def test_a_typed_program_that_is_no_stack_of_layers_shows_its_graph_with_maps(window):
    text = "r = x1^2 + x2^2; s = w r + b; y = tanh(s); L = (y - t)^2"
    window.session.open_program(text, {}, "open", ("w", "b", "x1", "x2", "t"))
    window.training.change("settings", trains=PROGRAM)
    window.show_workspace("train")
    assert window.net.is_there, window.training.problem
    maps = window.net.figures.learned.maps
    assert {"x1", "x2", "r", "y"} <= maps.keys()
    assert "L" in window.scene._nodes and "L" not in maps
    over = maps["r"]
    assert over.largest == pytest.approx(72) and over.shares[0, 0] == pytest.approx(1)


def test_the_keyboard_reaches_units_and_edges_and_a_screen_reader_hears_them(train):
    train.view.setFocus()
    QTest.keyClick(train.view, Qt.Key.Key_Tab)
    assert train.net.pointed == "x[0]"
    for _ in range(3):
        QTest.keyClick(train.view, Qt.Key.Key_Tab)
    assert train.hand.edge == Weight("W1", (0, 0))
    assert train.hand.card.accessibleName() == "W₁[0, 0]"
    assert "gradient" in train.hand.card.accessibleDescription()
    QTest.keyClick(train.view, Qt.Key.Key_Return)
    assert train.hand.card.is_typed
    QTest.keyClick(train.hand.card.field, Qt.Key.Key_Escape)
    QTest.keyClick(train.view, Qt.Key.Key_Escape)
    assert train.hand.edge is None
    graph = train.view.readable()
    assert graph.childCount() == len(UNITS)
    from PySide6.QtGui import QAccessible

    node = graph.child(2)
    assert node.text(QAccessible.Text.Name) == "a₁[0]"
    assert node.text(QAccessible.Text.Description).startswith("value ")


def test_the_sentence_below_is_true_with_its_printed_numbers(train):
    said = train.updates.sentence.accessibleName()
    trainer = train.training.run.trainer
    assert said.startswith("Update 60  The mean loss of its 10 samples went from ")
    product = r"by −([\d.]+) × (−?[\d.]+) \(mean of the batch\) ([=≈]) (−?[\d.]+), to (−?[\d.]+)\."
    found = re.search(product, said)
    assert found, said
    rate, gradient, sign, change, after = (text.replace("−", "-") for text in found.groups())
    assert sign == "=" and float(f"{-float(rate) * float(gradient):.4g}") == float(change)
    update = trainer.last_update
    most = int(np.abs(update.change).argmax())
    assert float(after) == pytest.approx(trainer.parameters[most], rel=1e-3)
    assert update.before + update.change == pytest.approx(trainer.parameters)
    for at, number in zip(("before", "after"), re.findall(r"(?:from|to) (\d+\.\d+)", said), strict=False):
        assert float(number) == pytest.approx(getattr(update, f"loss_{at}"), rel=1e-3)


def test_asking_for_the_last_update_disturbs_no_training(train):
    trainer = train.training.run.trainer
    other = train.training.run.setup.trainer()
    other.step(60)
    for _ in range(3):
        assert trainer.last_update
        trainer.step(7)
        other.step(7)
    assert (trainer.parameters == other.parameters).all()


def test_above_a_net_stands_its_program_and_editing_it_opens_it_in_step(train):
    line, net = train.header.line, train.training.run.setup.graph.program.text
    own = train.session.document.text
    assert line.accessibleDescription() == net and line.toolTip().startswith(net)
    wide = line.box.width
    train.training.change("set hidden", hidden=(3,))
    assert "W3" not in line.accessibleDescription() and "W2" not in line.accessibleDescription()
    train.show_workspace("step")
    assert line.accessibleDescription() == own and line.box.width < wide / 3
    train.show_workspace("train")
    train.edit_program()
    assert train.arrangement.workspace.name == "step" and train.program.editor.hasFocus()
    assert train.program.editor.toPlainText() == train.training.run.setup.text
    train.session.undo_stack.undo()
    assert train.session.document.text == own


def test_the_present_update_is_said_beside_a_mark_at_the_end(train):
    train.training.change("choose data", data="spiral3")
    train.training.step(300)
    band = train.updates.track
    (best,) = band.shown.marks
    assert best.at > 0.95, "the lowest loss is one of the last"
    assert not band.update_rect().intersects(band.mark_rect(best))
    seen, said = widget(band, LIGHT), band.update_rect()
    assert seen.amount("ink", within=said) > 30 and seen.amount("upstream", within=said) == 0
    assert seen.amount("upstream", within=band.mark_rect(best)) > 10


def test_the_track_has_its_marks_where_things_happened(train):
    train.training.change("set rate", rate=0.3)
    train.training.step(60)
    band = train.updates.track
    (changed,) = (mark for mark in band.shown.marks if mark.changed)
    assert changed.text == "Rate 0.03 → 0.3" and changed.at == pytest.approx(0.5)
    (best,) = (mark for mark in band.shown.marks if not mark.changed)
    losses = {record.step: record.test_loss for record in train.training.run.trainer.records}
    assert best.at * 120 == pytest.approx(min(losses, key=losses.get))
    rects = [rect for _, rect in band.placed_marks() if not rect.isEmpty()]
    rects += [band.update_rect(), *map(band.mark_rect, band.shown.marks)]
    assert all(not a.intersects(b) for k, a in enumerate(rects) for b in rects[:k])
    points = band.shown.points
    assert points[:, 1].max() == 1 and points[0, 1] == 1
    seen, middle = widget(band, LIGHT), (band.place(0, 0.5).y())
    under, beside = band.place(float(points[0, 0])).x() + 1, band.place(0).x() - 4
    assert seen.mean(around(under, middle, 2, 4)) != seen.mean(around(beside, middle, 2, 4))


def test_the_link_opens_the_sample_in_steps(train):
    train.training.choose_sample(5)
    train.updates.link.click()
    assert train.arrangement.workspace.name == "step" and train.scene.source is train.session
    assert train.session.trace.inputs["x"] == pytest.approx(train.training.run.setup.dataset.inputs[5])
    assert not train.updates.isVisible()


def test_two_losses_that_differ_are_not_printed_alike(train):
    train.training.change("set rate", rate=1e-7)
    train.training.step()
    before, after = (piece.text for piece in told(train.training.run.trainer).brief if piece.role == "value")
    update = train.training.run.trainer.last_update
    assert update.loss_before > update.loss_after and before != after and len(before) > 7
    assert float(before) == pytest.approx(update.loss_before, rel=1e-6)


def test_whose_numbers_stand_there_is_said_in_a_narrow_canvas_too(train):
    train.training.choose_sample(0)
    button = train.hand.whose
    assert button.text().startswith("Values and gradients: sample 0")
    assert train.minimumWidth() < 1024
    train.resize(1024, 700)
    QApplication.processEvents()
    assert button.text().startswith(("sample 0", "this sample"))
    assert button.parentWidget().rect().contains(button.geometry()) and not button.visibleRegion().isEmpty()
    assert button.width() >= button.sizeHint().width() and button.y() == 0
    assert button.accessibleDescription().startswith("Values and gradients")


def test_the_rate_in_the_sentence_is_that_of_the_epoch_of_the_update(train):
    train.training.change("schedule", schedule="step", schedule_epochs=1, schedule_factor=0.5)
    train.training.step_epoch()
    run = train.training.run
    assert run.trainer.last_update.rate == pytest.approx(0.03 * 0.5 ** (run.trainer.epoch - 1))


@pytest.mark.parametrize(
    ("width", "height", "plane", "unit"), [(1024, 700, 285, 52), (1440, 900, 405, 78), (1920, 1080, 585, 96)]
)
def test_net_and_plane_are_large_at_every_size(train, width, height, plane, unit):
    train.resize(width, height)
    for _ in range(8):
        QApplication.processEvents()
    view = train.panes["training"].made.views["boundary"]
    view._lay_out()
    assert min(view.sheet.frame.width, view.sheet.frame.height) >= plane
    assert train.view.transform().m11() * train.net.options.sizes.map >= unit
    room, net = QRectF(train.view.viewport().rect()), train.view.mapFromScene(train.scene.bounds())
    assert room.contains(QRectF(net.boundingRect()).adjusted(9, 9, -9, -9))
    assert train.view.transform().m11() * train.net.options.sizes.label >= 11
    assert not train.hand.foot.geometry().intersects(train.view.geometry())
