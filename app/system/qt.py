"""What Qt needs of a Linux system, and one sentence, with the package to install, where that is missing.

Reading order: the tables (libraries and their packages, systems, screens), loading Qt, starting Qt, the
command that the Makefile asks. What is missing is looked for after Qt has refused: while all is well it costs
no time.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from app.system.exit_status import REFUSED
from core.base.errors import Problem, cut


class Packages(NamedTuple):
    """The package that holds a library in each family of systems."""

    debian: str
    fedora: str
    arch: str


GLIB = Packages("libglib2.0-0", "glib2", "glib2")
QT = {
    "libglib-2.0.so.0": GLIB,
    "libgthread-2.0.so.0": GLIB,
    "libGL.so.1": Packages("libgl1", "libglvnd-glx", "libglvnd"),
    "libEGL.so.1": Packages("libegl1", "libglvnd-egl", "libglvnd"),
    "libX11.so.6": Packages("libx11-6", "libX11", "libx11"),
    "libdbus-1.so.3": Packages("libdbus-1-3", "dbus-libs", "dbus"),
    "libfontconfig.so.1": Packages("libfontconfig1", "fontconfig", "fontconfig"),
    "libfreetype.so.6": Packages("libfreetype6", "freetype", "freetype2"),
    "libxkbcommon.so.0": Packages("libxkbcommon0", "libxkbcommon", "libxkbcommon"),
}
WAYLAND = {
    "libwayland-client.so.0": Packages("libwayland-client0", "libwayland-client", "wayland"),
    "libwayland-cursor.so.0": Packages("libwayland-cursor0", "libwayland-cursor", "wayland"),
}
X11 = {
    "libX11-xcb.so.1": Packages("libx11-xcb1", "libX11-xcb", "libx11"),
    "libxkbcommon-x11.so.0": Packages("libxkbcommon-x11-0", "libxkbcommon-x11", "libxkbcommon-x11"),
    "libxcb-cursor.so.0": Packages("libxcb-cursor0", "xcb-util-cursor", "xcb-util-cursor"),
    "libxcb-icccm.so.4": Packages("libxcb-icccm4", "xcb-util-wm", "xcb-util-wm"),
    "libxcb-image.so.0": Packages("libxcb-image0", "xcb-util-image", "xcb-util-image"),
    "libxcb-keysyms.so.1": Packages("libxcb-keysyms1", "xcb-util-keysyms", "xcb-util-keysyms"),
    "libxcb-render-util.so.0": Packages("libxcb-render-util0", "xcb-util-renderutil", "xcb-util-renderutil"),
    "libxcb-util.so.1": Packages("libxcb-util1", "xcb-util", "xcb-util"),
    "libxcb.so.1": Packages("libxcb1", "libxcb", "libxcb"),
    "libxcb-randr.so.0": Packages("libxcb-randr0", "libxcb", "libxcb"),
    "libxcb-render.so.0": Packages("libxcb-render0", "libxcb", "libxcb"),
    "libxcb-shape.so.0": Packages("libxcb-shape0", "libxcb", "libxcb"),
    "libxcb-shm.so.0": Packages("libxcb-shm0", "libxcb", "libxcb"),
    "libxcb-sync.so.1": Packages("libxcb-sync1", "libxcb", "libxcb"),
    "libxcb-xfixes.so.0": Packages("libxcb-xfixes0", "libxcb", "libxcb"),
    "libxcb-xkb.so.1": Packages("libxcb-xkb1", "libxcb", "libxcb"),
}
PACKAGES = QT | WAYLAND | X11


class System(NamedTuple):
    """A family of Linux systems: its column of `Packages`, and the command that installs them."""

    column: int
    install: str


DEBIAN, FEDORA, ARCH = System(0, "apt-get install"), System(1, "dnf install"), System(2, "pacman -S")
# by a word of ID or ID_LIKE in /etc/os-release; Ubuntu is like Debian, and Red Hat like Fedora
SYSTEMS = {"debian": DEBIAN, "fedora": FEDORA, "arch": ARCH}


class Screen(NamedTuple):
    """A platform of Qt that shows windows: who answers, the variable that says where, the libraries."""

    server: str
    variable: str
    libraries: Mapping[str, Packages]


SCREENS = {
    "wayland": Screen("Wayland compositor", "WAYLAND_DISPLAY", WAYLAND),
    "xcb": Screen("X server", "DISPLAY", X11),
}
MOST_NAMED = 4  # libraries in a sentence, where the packages that hold them all are known
CHOICE = "QT_QPA_PLATFORM"
ANYWHERE = "chainlight grad and figure work without a screen"


def no_screen() -> bool:
    """Whether nothing says where a window could be shown."""
    names = [CHOICE, *(screen.variable for screen in SCREENS.values())]
    return sys.platform == "linux" and not any(os.environ.get(name) for name in names)


# -- loading Qt


class LibrariesMissing(Problem):
    """Says which libraries of the system cannot be loaded, and which packages hold them."""

    def __init__(self, libraries: Iterable[str]):
        self.libraries = list(libraries)
        which = "a system library" if len(self.libraries) == 1 else "system libraries"
        said = f"Qt needs {which} that cannot be loaded here: "
        system, packages = system_here(), packages_of(self.libraries)
        if system is None or not packages:
            hint = "Install the packages that hold what is missing"
            super().__init__(said + ", ".join(self.libraries), hint=hint)
            return
        named = self.libraries if len(self.libraries) <= MOST_NAMED else self.libraries[: MOST_NAMED - 1]
        rest = len(self.libraries) - len(named)
        said += ", ".join(named) + (f" and {rest} more" if rest else "")
        sudo = "sudo " if os.geteuid() else ""
        command = f"{sudo}{system.install} {' '.join(packages)}"
        super().__init__(said, hint=f'Install what is missing with "{command}"')


def not_loaded(error: ImportError, libraries: Iterable[str] = QT) -> Problem:
    """Why something could not be imported; all of some libraries that cannot be loaded are named at once."""
    lacking = dict.fromkeys(_culprit(str(error)))
    if lacking:
        return LibrariesMissing(lacking | _lacking(libraries))
    hint = "Install Chainlight again, in a new environment"
    return Problem(f"Something that Chainlight needs cannot be loaded: {error}", hint=hint)


def libraries_of_window() -> list[str]:
    """What a window loads on the screens that the environment names."""
    return [*QT, *(name for platform in _asked() for name in _libraries(platform))]


def packages_of(libraries: Iterable[str]) -> list[str]:
    """The packages of this system that hold some libraries, as far as they are known."""
    system = system_here()
    held = [PACKAGES[name][system.column] for name in libraries if name in PACKAGES] if system else []
    return list(dict.fromkeys(held))


def system_here() -> System | None:
    """The family of this system, or None where it is none of those known."""
    import platform

    try:
        return system_of(platform.freedesktop_os_release())
    except OSError:
        return None


def system_of(release: Mapping[str, str]) -> System | None:
    """The family of the system that an os-release file describes."""
    words = [release.get("ID", ""), *release.get("ID_LIKE", "").split()]
    return next((SYSTEMS[word] for word in words if word in SYSTEMS), None)


def _lacking(wanted: Iterable[str]) -> dict[str, None]:
    """The libraries for which some others cannot be loaded, in their order."""
    import ctypes

    lacking: dict[str, None] = {}
    for name in wanted:
        try:
            ctypes.CDLL(name)
        except OSError as error:
            lacking |= dict.fromkeys(_culprit(str(error)))
    return lacking


def _culprit(said: str) -> list[str]:
    """The library that the dynamic linker complains of; none where it is there and too old."""
    found = re.match(r"(?:\S*/)?([^\s/:]+\.so[^\s/:]*): (?!version )", said)
    return [found[1]] if found else []


def _asked() -> list[str]:
    """The platforms that Qt tries, by the environment."""
    if chosen := os.environ.get(CHOICE):
        return [re.split("[:-]", name)[0] for name in chosen.split(";")]
    return [name for name, screen in SCREENS.items() if os.environ.get(screen.variable)] or ["xcb"]


def _libraries(platform: str) -> list[str]:
    """What a platform loads: the libraries known, and its plugin, which may need others."""
    known = SCREENS[platform].libraries if platform in SCREENS else {}
    return [*known, *map(str, _plugins(platform))]


def _plugins(platform: str) -> list[Path]:
    """The files of a platform's plugin; none where Qt cannot be asked."""
    try:
        from PySide6.QtCore import QLibraryInfo
    except ImportError:
        return []
    folder = Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.PluginsPath), "platforms")
    # before Qt 6.10 that of Wayland was two, qwayland-egl and qwayland-generic
    name = re.compile(rf"libq{re.escape(platform)}(-\w+)?\.so")
    return [path for path in folder.glob("*.so") if name.fullmatch(path.name)]


# -- starting Qt


@contextmanager
def starting_qt() -> Iterator[None]:
    """Where the application made within finds no screen, say so in one sentence and end with REFUSED.

    Qt itself would print a page and abort. It tries several platforms: what it says about one is passed on
    where another starts.
    """
    from PySide6.QtCore import QtMsgType, qInstallMessageHandler

    said: list[str] = []

    def hear(kind: QtMsgType, context: Any, text: str) -> None:
        if kind == QtMsgType.QtFatalMsg:
            _end(text)
        said.append(text)

    before = qInstallMessageHandler(hear)
    try:
        yield
    finally:
        qInstallMessageHandler(before)
    for text in said:
        print(f"Qt: {text}", file=sys.stderr)


def _end(said: str) -> None:
    """End the process: after this message Qt aborts."""
    try:
        from core.service.report import error_text

        print(error_text(why_no_screen(said)), file=sys.stderr, flush=True)
    finally:
        os._exit(REFUSED)


def why_no_screen(said: str) -> Problem:
    """Why Qt, which gave up and `said` so, found no screen."""
    if sys.platform != "linux":
        return Problem(f"Qt cannot start: {said.strip()}")
    asked = _asked()
    lacking = _lacking(name for platform in asked for name in _libraries(platform))
    if lacking:
        return LibrariesMissing(lacking)
    variables = [CHOICE] if os.environ.get(CHOICE) else [SCREENS[name].variable for name in asked]
    why = "; ".join(map(_why_not_started, asked))
    return Problem(f"Qt found no screen: {why}", hint=f"Check {' and '.join(variables)}; {ANYWHERE}")


def _why_not_started(platform: str) -> str:
    """Why a platform whose libraries are there did not start."""
    if not _plugins(platform):
        return f"it has no plugin for the platform {cut(platform)}"
    screen = SCREENS.get(platform)
    if screen is None:
        return f"its platform {platform} does not start"
    where = os.environ.get(screen.variable)
    if not where:
        return f"{screen.variable} is not set"
    return f"no {screen.server} answers at {screen.variable}={cut(where)}"


# -- the command


def main() -> int:
    """Say what Qt lacks for a `window` or for `drawing`, and on stdout the packages; the exit status."""
    window = sys.argv[1] == "window"
    try:
        try:
            import PySide6.QtWidgets  # noqa: F401
        except ImportError as error:
            raise not_loaded(error, libraries_of_window() if window else QT) from None
        lacking = [_lacking(_libraries(platform)) for platform in _asked()] if window else []
        if lacking and all(lacking):
            raise LibrariesMissing(lacking[0])
    except Problem as problem:
        print(problem, file=sys.stderr)
        if isinstance(problem, LibrariesMissing):
            print(*packages_of(problem.libraries))
        return REFUSED
    return 0


if __name__ == "__main__":
    sys.exit(main())
