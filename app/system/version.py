"""Which version this is."""

from __future__ import annotations

from pathlib import Path


def program_version() -> str:
    """The installed version; a checkout that is run without being installed says its own."""
    # these imports cost a tenth of what an empty window does
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("chainlight")
    except PackageNotFoundError:
        import tomllib

        project = Path(__file__).resolve().parents[2] / "pyproject.toml"
        return str(tomllib.loads(project.read_text(encoding="utf-8"))["project"]["version"])
