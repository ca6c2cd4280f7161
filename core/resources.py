"""Find the files that travel with the program: data, fonts, icons, scenes."""

from __future__ import annotations

from pathlib import Path

_HOUSE = Path(__file__).resolve().parent.parent
# an installed wheel carries the files inside app, a checkout keeps them in their own folder
_FOLDERS = (_HOUSE / "app" / "_resources", _HOUSE / "resources")


def resource(*parts: str) -> Path:
    """The path of one bundled file or folder, as in `resource("data", "digits.npz")`.

    Raises FileNotFoundError with a sentence when the installation lacks it.
    """
    for folder in _FOLDERS:
        path = folder.joinpath(*parts)
        if path.exists():
            return path
    raise FileNotFoundError(
        f"The file {'/'.join(parts)} belongs to Chainlight and is missing; please install it again."
    )
