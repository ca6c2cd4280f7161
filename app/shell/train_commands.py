"""The menu Train."""

from __future__ import annotations

from app.shell.command import Command
from app.shell.host import Host
from app.state.training_session import TrainingSession


def _training(host: Host) -> TrainingSession:
    """The training session, seen: in the workspace for training, or beside the steps."""
    if not host.panes["training"].seen:
        host.show_workspace("train")
    return host.training


TRAIN = (
    Command(
        "train",
        "&Train or pause",
        "Run the training",
        lambda host: _training(host).toggle(),
        ("Ctrl+Return",),
        icon="play",
        group=1,
    ),
    Command(
        "train_step",
        "One &update",
        "One step of the optimizer",
        lambda host: _training(host).step(),
        ("Ctrl+Right",),
        icon="step-forward",
        group=1,
        repeats=True,
    ),
    Command(
        "train_sample",
        "One &sample",
        "The next sample of the mini-batch; its last one makes the update",
        lambda host: _training(host).step_sample(),
        group=1,
    ),
    Command(
        "train_epoch",
        "One e&poch",
        "Updates until all training data have been used",
        lambda host: _training(host).step_epoch(),
        group=1,
    ),
    Command(
        "train_reset",
        "&Reset",
        "Reset to the initial weights (same seed)",
        lambda host: _training(host).reset(),
        ("Ctrl+Home",),
        icon="rotate-ccw",
        group=2,
    ),
    Command(
        "new_weights",
        "New &weights",
        "Draw other initial weights with the next random seed, and keep the data",
        lambda host: _training(host).draw_anew("weights_seed"),
        icon="dices",
        group=2,
    ),
    Command(
        "new_data",
        "New &data",
        "Draw other data with the next random seed, and begin with the same weights",
        lambda host: _training(host).draw_anew("data_seed"),
        group=2,
    ),
    Command(
        "new_weights_and_data",
        "New weights a&nd data",
        "Draw other initial weights and other data, each with the next random seed",
        lambda host: _training(host).draw_anew("weights_seed", "data_seed"),
        group=2,
    ),
    Command(
        "to_canvas",
        "&Open on canvas",
        "The net at its present weights, on the chosen sample",
        lambda host: _training(host).open_on_canvas(),
        ("Ctrl+Shift+O",),
        icon="external-link",
        group=3,
    ),
)
