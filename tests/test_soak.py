"""What a user does at random fails nowhere and leaves nothing behind; `make soak` does more of it."""

import pytest

from app.widgets.theme import LIGHT
from tests.soak import User

MOST_WINDOWS = 10  # that are made once, when they are first needed: tooltips, choices, columns of their own
MOST_OF_A_KIND = 8  # each of the five tabs of derivatives keeps the last trace it was asked about


@pytest.fixture(autouse=True)
def light_again(window):
    """The look of the program is one for all windows, and a user at random changes it."""
    yield
    window.settings.set("text_scale", 1.0)
    window.set_theme(LIGHT)


@pytest.mark.parametrize(("seed", "count", "training"), [(1, 300, False), (4, 120, True)])
def test_some_hundred_random_actions_fail_nowhere_and_leave_nothing_behind(
    window, tmp_path, seed, count, training
):
    user = User(window, tmp_path, seed)
    user.look_at_all()
    before = user.in_use()
    user.act(count, training)
    after = user.in_use()
    assert user.failures == []
    assert after.windows <= before.windows + MOST_WINDOWS
    assert {name: n for name, n in (after.ours - before.ours).items() if n > MOST_OF_A_KIND} == {}
