"""What a user does at random fails nowhere and leaves nothing behind; `make soak` does more of it."""

import pytest

from tests.soak import User

MOST_LEFT = 3  # of a kind: what is made once, when it is first needed


@pytest.mark.parametrize("seed", [1, 2])
def test_some_hundred_random_actions_fail_nowhere_and_leave_nothing_behind(window, tmp_path, seed):
    user = User(window, tmp_path, seed)
    user.look_at_all()
    before = user.in_use()
    user.act(300)
    after = user.in_use()
    assert user.failures == []
    assert after.windows <= before.windows + MOST_LEFT
    assert {name: n for name, n in (after.ours - before.ours).items() if n > MOST_LEFT} == {}
