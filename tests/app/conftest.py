"""What the tests of the window share."""

import pytest
from PySide6.QtWidgets import QApplication


@pytest.fixture
def train(window):
    """The window in Train, as wide as on most desks."""
    window.resize(1440, 900)
    window.show_workspace("train")
    settle()
    return window


def settle():
    """Let the window do what follows from what was done to it."""
    for _ in range(4):
        QApplication.processEvents()
