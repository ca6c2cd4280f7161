"""The menu Train."""

from __future__ import annotations

from app.shell.command import Command
from app.shell.host import Host
from app.state.lab_session import LabSession


def _lab(host: Host) -> LabSession:
    """The lab session, with its panel docked: who trains wants to see it."""
    host.docks["lab"].make()
    return host.lab


TRAIN = (
    Command(
        "train",
        "&Train or pause",
        "Run the training",
        lambda host: _lab(host).toggle(),
        ("Ctrl+Return",),
        icon="play",
        group=1,
    ),
    Command(
        "train_step",
        "One &update",
        "One step of the optimizer",
        lambda host: _lab(host).step(),
        ("Ctrl+Right",),
        icon="step-forward",
        group=1,
        repeats=True,
    ),
    Command(
        "train_reset",
        "&Reset",
        "Reset to the initial weights (same seed)",
        lambda host: _lab(host).reset(),
        ("Ctrl+Home",),
        icon="rotate-ccw",
        group=1,
    ),
    Command(
        "to_canvas",
        "&Open on canvas",
        "The net at its present weights, on the chosen sample",
        lambda host: _lab(host).open_on_canvas(),
        ("Ctrl+Shift+O",),
        icon="external-link",
        group=2,
    ),
)
