"""The gallery of scenes: found by words, formulas and numbers, walked by keys, each with its picture."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.widgets.theme import LIGHT
from core.lectures.catalogue import scene_files
from tests.app.seen.pixels import widget

KEYS = Qt.Key


@pytest.fixture
def lectures(window):
    window.resize(1440, 900)
    window.show_workspace("lectures")
    QApplication.processEvents()
    window.activateWindow()
    return window.lectures


def greens_and_reds(seen, rect):
    """How many pixels of a rectangle are clearly greenish, and how many reddish: digits are thin there."""
    part = seen.rgb[rect.top() + 3 : rect.bottom() - 3, rect.left() + 3 : rect.right() - 3].astype(int)
    red, green, blue = part[..., 0], part[..., 1], part[..., 2]
    greenish, reddish = green > np.maximum(red, blue) + 25, red > np.maximum(green, blue) + 40
    return int(greenish.sum()), int(reddish.sum())


def painted(seen, rect):
    """How many pixels of a rectangle are clearly darker than its paper."""
    part = seen.rgb[rect.top() + 3 : rect.bottom() - 3, rect.left() + 3 : rect.right() - 3]
    return int((part.min(axis=-1) < 200).sum())


def ids(lectures):
    return [card.offer.id for card in lectures.shown if card.offer.id]


def test_every_scene_has_a_card_below_its_lecture_in_the_order_of_the_lectures(lectures):
    assert ids(lectures) == [file.id for file in scene_files()]
    tops = [lectures.sections[title].y() for title in lectures.sections]
    assert tops == sorted(tops) and len({*tops}) == len(tops)
    assert lectures.search.hasFocus() and f"{len(scene_files())} scenes" in lectures.search.placeholderText()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("0.1966", {"U6", "S15"}),
        ("−0.1966", {"U6", "S15"}),
        ("multiply swaps", {"H21"}),
        ("LAGRANGE", {"C12"}),
        ("q = x + y", {"P9"}),
        ("q=x+y", {"P9"}),
        ("s10", {"S10"}),
    ],
)
def test_scenes_are_found_by_words_formulas_and_numbers(lectures, query, found):
    lectures.search.setText(query)
    assert found <= {*ids(lectures)}
    assert {*ids(lectures)} < {file.id for file in scene_files()}
    assert all(card.isVisible() == (card in lectures.shown) for card in lectures.cards)


def test_nothing_found_is_said_with_what_to_try(lectures):
    lectures.search.setText("foo")
    assert lectures.nothing.isVisible()
    assert lectures.nothing.text() == "No scene has 'foo'. Try softmax, chain rule or 0.73."
    QTest.keyClick(lectures.search, KEYS.Key_Escape)
    assert not lectures.nothing.isVisible() and lectures.shown == lectures.cards


def test_cards_have_the_picture_of_their_program_and_nothing_is_cut(lectures):
    lectures.pictures.finish()
    for card in lectures.cards:
        seen = widget(card, LIGHT)
        found = greens_and_reds(seen, card.picture)
        assert painted(seen, card.picture) > 150, card.text()
        assert min(found) > 20 or card.key != "S12", "of a small program both passes can be seen"
        metrics = card.fontMetrics()
        room = metrics.boundingRect(card.title_rect(), int(Qt.TextFlag.TextWordWrap), card.text())
        assert room.height() <= card.title_rect().height() and card.rect().contains(
            card.title_rect().topLeft()
        )


def test_a_picture_is_read_from_the_cache_the_next_time(lectures, monkeypatch):
    lectures.pictures.finish()
    first = lectures.pictures.of("U6")
    monkeypatch.setattr("app.shell.scene_pictures._painted", None)
    again = type(lectures.pictures)()
    card = next(card for card in lectures.cards if card.key == "U6")
    again.ask("U6", card.offer.document, card.picture.size(), card.devicePixelRatioF(), LIGHT)
    again.finish()
    assert again.of("U6").convertToFormat(first.format()) == first


def test_keys_walk_the_cards_and_return_opens_one(window, lectures):
    QTest.keyClick(lectures.search, KEYS.Key_Down)
    assert lectures.cards[0].hasFocus()
    QTest.keyClick(lectures.cards[0], KEYS.Key_Right)
    assert lectures.cards[1].hasFocus()
    here = lectures.cards[1]
    QTest.keyClick(here, KEYS.Key_Down)
    below = next(card for card in lectures.cards if card.hasFocus())
    assert below.mapToGlobal(below.rect().center()).y() > here.mapToGlobal(here.rect().center()).y()
    QTest.keyClick(below, KEYS.Key_Up)
    assert next(card for card in lectures.cards if card.hasFocus()).offer.section == here.offer.section
    QTest.keyClick(lectures.cards[1], KEYS.Key_Return)
    assert window.session.document.scene.id == lectures.cards[1].offer.id


def test_return_opens_the_first_scene_that_was_found_at_its_first_step(window, lectures):
    QTest.keyClicks(lectures.search, "0.1966")
    QTest.keyClick(lectures.search, KEYS.Key_Return)
    session = window.session
    assert session.document.scene.id == "U6" and session.cursor == session.trace.position("forward:5")


def test_the_search_is_one_key_from_everywhere(window):
    window.actions_by_id["search_scenes"].trigger()
    assert window.arrangement.workspace.name == "lectures" and window.lectures.search.hasFocus()
