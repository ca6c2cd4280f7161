"""At the edges of a paused net stands what the next update does; nothing of it covers anything."""

import pytest
from PySide6.QtCore import QRectF

from app.canvas.edge_numbers import MOST, spread
from app.painting.learned import bias_rect
from app.painting.parts import box_rect, label_rect
from core.training.next_update import Ahead
from tests.app.conftest import settle
from tests.app.seen.pixels import widget


def number(text):
    mantissa, _, power = text.lstrip("=≈ +").replace("−", "-").partition("·10")
    signs = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
    return float(mantissa) * 10.0 ** int(power.translate(signs) or 0)


def cards(window):
    return window.hand.numbers.cards


@pytest.mark.parametrize(
    ("size", "hidden", "count"),
    [((1440, 900), (4, 2), 18), ((1920, 1080), (4, 2), 18), ((1440, 900), (3, 3), 18), ((1920, 1080), (), 2)],
)
def test_numbers_cover_no_unit_and_no_other_number(train, size, hidden, count):
    train.resize(*size)
    train.training.change("layers", hidden=hidden)
    settle()
    placed = [card.rect for card in cards(train)]
    assert len(placed) == count
    assert not [(a, b) for k, a in enumerate(placed) for b in placed[:k] if a.intersects(b)]
    figure, view = train.net.figure, train.view
    there = [box_rect(box) for box in figure.boxes] + [label_rect(label) for label in figure.labels]
    seen = [QRectF(view.mapFromScene(rect).boundingRect()).adjusted(2, 2, -2, -2) for rect in there]
    assert not [(a, b) for a in placed for b in seen if a.intersects(b)]
    room = QRectF(view.viewport().rect())
    assert all(room.contains(rect) for rect in placed)


def test_they_are_those_of_the_update_that_comes(train):
    train.training.step(3)
    settle()
    said = [card.lines for card in cards(train)]
    before = [number(lines[0]) for lines in said]
    train.training.step()
    settle()
    now = [number(card.lines[0]) for card in cards(train)]
    assert [number(lines[2]) for lines in said] == now != before


def test_each_stands_beside_the_end_of_its_edge_in_their_order(train):
    ends = {}
    for card in cards(train):
        ends.setdefault(round(card.rect.right()), []).append((card.at.y(), card.rect.top()))
    assert len(ends) == 3
    for pairs in ends.values():
        tops = [top for _, top in sorted(pairs)]
        assert tops == sorted(tops)


def test_there_are_none_while_it_trains_and_none_once_they_are_switched_off(train):
    shown = len(cards(train))
    train.training.toggle()
    train.net.traceChanged.emit()
    settle()
    assert shown and not cards(train) and not train.hand.legend.text()
    train.training.pause()
    settle()
    assert len(cards(train)) == shown
    train.hand._switch_numbers(False)
    assert not cards(train) and not train.hand.numbers.isVisible()


def test_of_many_edges_those_of_the_unit_that_is_pointed_at_have_numbers(train):
    train.training.change("layers", hidden=(6, 4))
    train.resize(1920, 1080)
    settle()
    assert len([arrow for arrow in train.net.figure.arrows if arrow.weight is not None]) > MOST
    assert not cards(train)
    train.net.point_at("a2[1]")
    settle()
    assert len(cards(train)) == 7  # six that arrive, one that leaves


def test_units_without_room_beside_them_have_their_numbers_on_their_maps(train):
    assert not train.hand.numbers.units
    train.training.change("layers", hidden=(8, 6))
    settle()
    boxes = {box.node: box for box in train.net.figure.boxes if box.over is not None}
    numbers, view = train.hand.numbers.units, train.view
    assert len(numbers) == 2 * len(boxes)
    maps = [QRectF(view.mapFromScene(box_rect(box)).boundingRect()) for box in boxes.values()]
    assert all(any(one.adjusted(-1, -1, 1, 1).contains(number.rect) for one in maps) for number in numbers)
    assert not [1 for k, a in enumerate(numbers) for b in numbers[:k] if a.rect.intersects(b.rect)]
    squares = [bias_rect(box_rect(box)) for box in boxes.values() if box.bias is not None]
    covered = [QRectF(view.mapFromScene(square).boundingRect()).adjusted(1, 1, -1, -1) for square in squares]
    assert covered and not [1 for one in covered for number in numbers if one.intersects(number.rect)]
    (value, *_) = (number for number in numbers if number.role == "value")
    assert widget(view.viewport(), train.theme).amount("value", within=value.rect) > 0
    train.training.toggle()
    train.net.traceChanged.emit()
    assert not train.hand.numbers.units
    train.training.pause()


def test_they_are_as_large_as_there_is_room(train):
    heights = {}
    for size in ((1440, 900), (1920, 1080)):
        train.resize(*size)
        settle()
        heights[size] = {card.rect.height() for card in cards(train)}
    (small,), (large,) = heights.values()
    assert large > small


def test_there_are_none_on_a_stage(train):
    train.actions_by_id["present"].trigger()
    settle()
    assert not cards(train)
    train.presentation.stop()
    settle()
    assert cards(train)


def test_the_legend_says_what_the_second_number_is(train):
    assert train.hand.legend.text() == "Edges: w, −η·g, new w"
    train.training.change("momentum", momentum=0.9)
    train.training.step(2)
    settle()
    assert train.hand.legend.text() == "Edges: w, change, new w"


def test_what_is_not_shown_is_not_computed(train, monkeypatch):
    made, before = [], Ahead.next_update
    monkeypatch.setattr(Ahead, "next_update", lambda ahead: made.append(1) or before(ahead))
    train.hand._switch_numbers(False)
    train.training.step(3)
    settle()
    assert not made
    train.hand._switch_numbers(True)
    train.hand.show_numbers()
    train.net.point_at("a2[1]")
    assert len(made) == 1  # once a picture


def test_the_card_of_an_edge_says_it_too(train):
    train.training.step(2)
    settle()
    weight = next(arc.weight for arc in train.net.view.arcs if arc.weight)
    train.hand._show("", weight)
    said = train.hand.card.accessibleDescription()
    before, change, after = train.net.update_numbers(weight)
    assert "next −η·g" in said and "then" in said and before + change == pytest.approx(after)


def test_numbers_are_painted_in_the_colours_of_their_roles(train):
    seen = widget(train.view.viewport(), train.theme)
    for card in cards(train)[:3]:
        rect = card.rect
        assert seen.amount("value", within=QRectF(rect.left(), rect.top(), rect.width(), 14)) > 0


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ([10, 50], [10, 50]),
        ([10, 12], [6, 16]),
        ([12, 10], [16, 6]),
        ([0, 1, 2], [0, 10, 20]),
        ([95, 99], [90, 100]),
        ([50, 50, 50, 50], [35, 45, 55, 65]),
        (list(range(12)), []),
        ([], []),
    ],
)
def test_places_are_moved_as_little_as_can_be(wanted, expected):
    assert spread(wanted, 10, 0, 100) == expected
