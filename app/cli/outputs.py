"""The files that commands write: looked at before the work begins."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path

from app.system.disk import check_place, is_there, shown_name
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
    first, more = shown_name(existing[0]), len(existing) - 1
    which = f"{first} and {more} more" if more else first
    exist, them = ("exist", "them") if more else ("exists", "it")
    raise Problem(f"{which} {exist} already", hint=f"Add --force to replace {them}, or choose another name")
