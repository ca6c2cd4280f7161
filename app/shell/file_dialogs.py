"""Dialogs that ask for a file; each can be left with Esc."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from app.shell.message_boxes import may_overwrite


def ask_for_open(window: QWidget, folder: Path, kinds: str) -> Path | None:
    found, _ = QFileDialog.getOpenFileName(window, "Open project", str(folder), kinds)
    return Path(found) if found else None


def ask_for_save(window: QWidget, suggested: Path, kinds: str) -> Path | None:
    """What was chosen or typed; the dialog has asked about overwriting it."""
    found, _ = QFileDialog.getSaveFileName(window, "Save project", str(suggested), kinds)
    return Path(found) if found else None


def ask_for_file(parent: QWidget, title: str, suggested: Path, kinds: dict[str, str]) -> Path | None:
    """A path to write to, with the chosen kind's suffix if none was typed; None if the user cancelled."""
    chosen = ask_for_kind(parent, title, suggested, kinds)
    return chosen[0] if chosen else None


def ask_for_kind(
    parent: QWidget, title: str, suggested: Path, kinds: dict[str, str]
) -> tuple[Path, str] | None:
    """A path to write to and the kind that was chosen, or else the first that the typed suffix fits."""
    filters = ";;".join(f"{name} (*{suffix})" for name, suffix in kinds.items())
    typed, chosen = QFileDialog.getSaveFileName(parent, title, str(suggested), filters)
    if not typed:
        return None
    path = Path(typed)
    kind = next((name for name in kinds if chosen.startswith(name)), next(iter(kinds)))
    suffix = path.suffix.lower()
    if suffix in kinds.values():
        fitting = [name for name in kinds if kinds[name] == suffix]
        return path, kind if kind in fitting else fitting[0]
    path = Path(f"{path}{kinds[kind]}")  # the dialog asked about overwriting what was typed, not this
    return (path, kind) if may_overwrite(parent, path) else None
