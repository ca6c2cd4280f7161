"""What the tests of the command line share."""

import io
import signal
import sys

import pytest

from app.cli import main as cli
from core.training.trainer import Trainer


@pytest.fixture
def cli_main(capsys, monkeypatch, tmp_path, qapp):
    """Run a command in an empty folder; the answer is (status, stdout, stderr)."""
    monkeypatch.chdir(tmp_path)

    def run_command(*words, stdin=b""):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        status = cli.main(list(words))
        out, err = capsys.readouterr()
        return status, out, err

    return run_command


@pytest.fixture
def interrupted_at_3(monkeypatch):
    """Ctrl+C while the third update is made."""
    step = Trainer.step

    def interrupted(trainer, updates=1):
        if trainer.updates == 2:
            signal.raise_signal(signal.SIGINT)
        return step(trainer, updates)

    monkeypatch.setattr(Trainer, "step", interrupted)
