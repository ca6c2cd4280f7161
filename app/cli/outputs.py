"""The files that commands write: looked at before the work begins."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path

from app.system.disk import check_place, is_there, shown_names
from core.base.errors import Problem


def force_argument(parser: argparse.ArgumentParser) -> None:
    """Add the option that replaces files."""
    parser.add_argument("--force", action="store_true", help="replace files that exist")


def check_outputs(paths: Iterable[Path], force: bool) -> None:
    """Raise Problem where one of the files cannot be written, or exists and is not to be replaced."""
    existing = []
    for path in paths:
        check_place(path)
        if is_there(path):
            existing.append(path)
    if force or not existing:
        return
    exist, them = ("exist", "them") if existing[1:] else ("exists", "it")
    raise Problem(
        f"{shown_names(existing)} {exist} already",
        hint=f"Add --force to replace {them}, or choose another name",
    )
