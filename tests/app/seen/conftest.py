"""What the tests of this folder look at: real widgets and files, in the light and in the dark theme."""

import pytest

from app.widgets.theme import DARK, LIGHT
from tests.app.seen.pixels import Canvas


@pytest.fixture(params=[LIGHT, DARK], ids=lambda theme: theme.name)
def theme(request):
    return request.param


@pytest.fixture
def canvas(session, fonts, theme, tmp_path):
    """A canvas of its own, without a window, in either theme."""
    return Canvas(session, theme, tmp_path)


@pytest.fixture
def light_canvas(session, fonts, tmp_path):
    """The same in the light theme, for what is not a matter of colour."""
    return Canvas(session, LIGHT, tmp_path)


@pytest.fixture(params=["canvas", "svg"])
def medium(request):
    """Where a figure is seen: on the canvas, or in a file that was saved."""
    return request.param
