"""Find the files that travel with the program: data, fonts and icons."""

from __future__ import annotations

import os
from pathlib import Path

from core.base.errors import Problem

_HOUSE = Path(__file__).resolve().parents[2]
# an installed wheel carries the files inside app, a checkout keeps them in their own folder
_FOLDERS = (_HOUSE / "app" / "_resources", _HOUSE / "resources")


class BrokenInstallation(Problem):
    """Says which file of the program is missing or of no use."""

    def __init__(self, name: str, trouble: str):
        super().__init__(f"The file {name} of Chainlight {trouble}", hint="Install Chainlight again")


def resource(*parts: str) -> Path:
    """The path of one bundled file or folder, as in `resource("data", "digits.npz")`.

    Raises BrokenInstallation when the installation lacks it.
    """
    for folder in _FOLDERS:
        path = folder.joinpath(*parts)
        if path.exists():
            if not os.access(path, os.R_OK):
                raise BrokenInstallation(str(path), "cannot be read")
            return path
    raise BrokenInstallation("/".join(parts), "is missing")
