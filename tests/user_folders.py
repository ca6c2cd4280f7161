"""The folders of the user, put elsewhere for a while."""

from pathlib import Path

NAMES = ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR", "HOME")


def put_into(place: Path, monkeypatch) -> None:
    """Let settings, recovery files and caches go to new folders in `place`."""
    for name in NAMES:
        folder = place / name.lower()
        folder.mkdir(mode=0o700)
        monkeypatch.setenv(name, str(folder))
