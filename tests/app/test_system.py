"""A Linux system without what Qt needs: one sentence with the package to install, status 2, and no abort."""

import ctypes
import subprocess
import sys
from pathlib import Path

import pytest

from app.system.qt import (
    ARCH,
    DEBIAN,
    FEDORA,
    PACKAGES,
    QT,
    WAYLAND,
    X11,
    LibrariesMissing,
    packages_of,
    system_of,
)

HOUSE = Path(__file__).parents[2]
PRODUCT = ["x y", "x=2", "y=3"]
linux = pytest.mark.skipif(sys.platform != "linux", reason="libraries and screens of Linux")


@pytest.fixture
def run(tmp_path):
    """Runs a module in a process that has only what it is given; `damaged` libraries are empty files."""

    def run(*words, module="app", damaged=(), **environment):
        for name in damaged:
            (tmp_path / name).touch()
        found = {"PYTHONPATH": str(HOUSE), "XDG_RUNTIME_DIR": str(tmp_path), "LD_LIBRARY_PATH": str(tmp_path)}
        command = [sys.executable, "-m", module, *words]
        return subprocess.run(
            command,
            env=found | environment,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


def need(libraries):
    """Skip the test where the system lacks a library itself: the sentence would name that one too."""
    for name in libraries:
        try:
            ctypes.CDLL(name)
        except OSError:
            pytest.skip(f"the system has no {name}")


def of_screens(environment):
    """The libraries that a window loads for the screens of an environment."""
    x11 = environment.get("DISPLAY") or environment.get("QT_QPA_PLATFORM") == "xcb"
    return (X11 if x11 else {}) | (WAYLAND if "WAYLAND_DISPLAY" in environment else {})


def install(*libraries):
    """The end of the sentence: what to do on this machine about some libraries."""
    packages = " ".join(packages_of(libraries))
    return f'install {packages}".\n' if packages else "Install the packages that hold what is missing.\n"


# -- libraries

SCREEN = {"DISPLAY": ":987"}
OF_SCREENS = set(PACKAGES) - set(QT) - {"libxcb.so.1"}  # of which libX11 needs the last
LACKING = [
    ([], SCREEN, ["libGL.so.1"]),
    ([], SCREEN, ["libxcb-cursor.so.0"]),
    ([], SCREEN, ["libEGL.so.1", "libxcb-cursor.so.0", "libxcb-icccm.so.4"]),
    ([], {"WAYLAND_DISPLAY": "nonsense"}, ["libwayland-cursor.so.0"]),
    (["figure", *PRODUCT, "-o", "f.svg"], {}, ["libGL.so.1"]),
    (["figure", *PRODUCT, "-o", "f.tex"], {}, ["libEGL.so.1", "libfontconfig.so.1"]),
]


@linux
@pytest.mark.parametrize(("words", "screen", "damaged"), LACKING)
def test_libraries_that_cannot_be_loaded_are_named_with_their_packages(run, words, screen, damaged):
    need(set(of_screens(screen)) - set(damaged))
    done = run(*words, damaged=damaged, **screen)
    assert done.returncode == 2
    said, hint = done.stderr.splitlines(keepends=True)
    assert said.startswith("Qt needs ")
    assert said.endswith(f"cannot be loaded here: {', '.join(damaged)}.\n")
    assert hint.endswith(install(*damaged))
    assert done.stdout == ""


@linux
def test_of_many_libraries_a_few_are_named_where_the_packages_are_known(run):
    done = run("figure", *PRODUCT, "-o", "f.svg", damaged=QT)
    assert done.returncode == 2
    said, _ = done.stderr.splitlines()
    assert ("and 6 more." in said) == bool(packages_of(QT))


@linux
@pytest.mark.parametrize("system", [DEBIAN, FEDORA, ARCH])
def test_the_command_that_installs_everything_is_not_cut(monkeypatch, system):
    monkeypatch.setattr("app.system.qt.system_here", lambda: system)
    hint = LibrariesMissing(PACKAGES).hint
    assert all(f" {held[system.column]}" in hint for held in PACKAGES.values())


@linux
@pytest.mark.parametrize(
    "words",
    [["grad", *PRODUCT], ["derive", *PRODUCT], ["export", *PRODUCT], ["export", *PRODUCT, "-o", "f.py"]],
    ids=["grad", "derive", "export", "export to a file"],
)
def test_commands_without_pictures_need_none_of_them(run, tmp_path, words):
    done = run(*words, damaged=PACKAGES)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout or "import torch" in (tmp_path / "f.py").read_text(encoding="utf-8")


@linux
def test_a_figure_needs_no_library_of_a_screen(run, tmp_path):
    done = run("figure", *PRODUCT, "-o", "f.svg", damaged=OF_SCREENS)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "f.svg").read_bytes().startswith(b"<?xml")


# -- screens

SCREENS = [
    ({}, "There is no screen to open a window on.\n"),
    ({"DISPLAY": ""}, "There is no screen to open a window on.\n"),
    ({"DISPLAY": ":987"}, "no X server answers at DISPLAY=:987.\n"),
    ({"WAYLAND_DISPLAY": "nonsense"}, "no Wayland compositor answers at WAYLAND_DISPLAY=nonsense.\n"),
    ({"WAYLAND_DISPLAY": "nonsense", "DISPLAY": ":987"}, "nonsense; no X server answers at DISPLAY=:987.\n"),
    ({"QT_QPA_PLATFORM": "xcb"}, "DISPLAY is not set.\n"),
    ({"QT_QPA_PLATFORM": "nonsense"}, "no plugin for the platform nonsense.\n"),
]


@linux
@pytest.mark.parametrize(("environment", "said"), SCREENS)
def test_a_window_without_a_screen_is_refused_with_the_reason(run, environment, said):
    need(of_screens(environment))
    done = run(**environment)
    assert done.returncode == 2
    first, hint = done.stderr.splitlines(keepends=True)
    assert first.endswith(said)
    assert hint.endswith("chainlight grad and figure work without a screen.\n")


# -- systems

RELEASES = [
    ({"ID": "debian"}, DEBIAN),
    ({"ID": "ubuntu", "ID_LIKE": "debian"}, DEBIAN),
    ({"ID": "linuxmint", "ID_LIKE": "ubuntu debian"}, DEBIAN),
    ({"ID": "fedora"}, FEDORA),
    ({"ID": "rocky", "ID_LIKE": "rhel centos fedora"}, FEDORA),
    ({"ID": "arch"}, ARCH),
    ({"ID": "manjaro", "ID_LIKE": "arch"}, ARCH),
    ({"ID": "opensuse-leap", "ID_LIKE": "suse opensuse"}, None),
    ({}, None),
]


@pytest.mark.parametrize(("release", "system"), RELEASES)
def test_systems_are_known_by_their_family(release, system):
    assert system_of(release) == system


@linux
def test_the_makefile_is_given_the_packages(run):
    damaged = ["libGL.so.1", "libxcb-cursor.so.0"]
    need(X11)
    done = run("window", module="app.system.qt", damaged=damaged)
    assert (done.returncode, done.stdout) == (2, " ".join(packages_of(damaged)) + "\n")
    assert damaged[0] in done.stderr


@linux
def test_the_makefile_is_given_nothing_where_nothing_lacks(run):
    done = run("drawing", module="app.system.qt", damaged=OF_SCREENS)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
