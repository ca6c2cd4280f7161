"""Long work in slices: at once as far as time allows, the rest between two pictures."""

import pytest

from app.state import clock
from app.state.ticker import Ticker


@pytest.fixture
def ticker(qapp):
    return Ticker()


def counting(done, count):
    """Work of so many pieces."""
    for number in range(count):
        done.append(number)
        yield


def test_what_is_short_is_done_at_once(ticker):
    done = []
    ticker.begin(counting(done, 3), clock.now())
    assert done == [0, 1, 2] and not ticker.running


def test_what_takes_longer_is_done_in_slices(ticker, slow, qtbot):
    done = []
    ticker.begin(counting(done, 3), clock.now())
    assert done == [] and ticker.running
    qtbot.waitUntil(lambda: not ticker.running)
    assert done == [0, 1, 2]


def test_work_that_began_long_ago_is_done_in_slices(ticker):
    ticker.begin(counting([], 3), clock.now() - 1)
    assert ticker.running


def test_what_is_left_can_be_finished_at_once(ticker, slow):
    done = []
    ticker.begin(counting(done, 3), clock.now())
    ticker.finish()
    assert done == [0, 1, 2] and not ticker.running


def test_new_work_ends_the_old_even_if_it_is_done_at_once(ticker):
    done = []
    ticker.start(counting(done, 3))
    ticker.begin(counting([], 1), clock.now())
    assert not ticker.running
    ticker.finish()
    assert done == []


def test_work_that_begins_other_work_at_its_end_does_not_end_that(ticker, qtbot):
    done = []

    def first():
        yield
        ticker.start(counting(done, 3))

    ticker.start(first())
    qtbot.waitUntil(lambda: not ticker.running)
    assert done == [0, 1, 2]
