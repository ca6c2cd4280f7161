"""What core does needs no clock, no window and no folder: there are thousands of short tests of it."""

import pytest

from tests.user_folders import put_into


@pytest.fixture(autouse=True, scope="session")
def own_folders(tmp_path_factory):
    """All tests of core have the same folders."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        put_into(tmp_path_factory.mktemp("user"), monkeypatch)
        yield


@pytest.fixture(autouse=True, scope="session")
def clock():
    """There is none."""


@pytest.fixture(autouse=True, scope="session")
def nothing_left_running():
    """Nothing of core runs by itself."""
