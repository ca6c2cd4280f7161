"""Which way one may import: app may use core, core knows no windows, and nothing uses the tests."""

import ast
import subprocess
import sys
from pathlib import Path

import networkx as nx
import pytest

ROOT = Path(__file__).parents[1]
STANDARD = sys.stdlib_module_names
CORE_MAY = {"core", "msgspec", "numpy", "networkx", "onnx"} | STANDARD
APP_MAY_NOT = {"tests"}
LATE = ("PySide6", "pyqtgraph", "networkx", "onnx")
# the folders of core and of app, lowest first: each imports only from what stands on lower floors
APP_FLOORS = (
    ("system", "widgets", "formula"),
    ("painting",),
    ("state",),
    ("canvas", "panels", "derivatives", "training", "data", "figures"),
    ("shell",),
    ("cli",),
)
CORE_FLOORS = (
    ("base",),
    ("notation",),
    ("ops",),
    ("math",),
    ("graph",),
    ("passes",),
    ("layout",),
    ("figure", "compiled"),
    ("derivatives", "data"),
    ("training",),
    ("project",),
    ("lectures",),
    ("export",),
    ("service",),
)


def imported(source):
    """The top package of every import in a text, those inside functions and by name too, with its line."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                yield from ((alias.name.split(".")[0], node.lineno) for alias in names)
            case ast.ImportFrom(module=str(module), level=0):
                yield module.split(".")[0], node.lineno
            case ast.Call(
                func=ast.Name(id="__import__")
                | ast.Attribute(attr="import_module")
                | ast.Name(id="import_module"),
                args=[ast.Constant(value=str(module)), *_],
            ):
                yield module.split(".")[0], node.lineno


def violations(root):
    """The imports that go the wrong way, as `file:line package`."""
    found = []
    for folder in ("core", "app"):
        for path in sorted((root / folder).rglob("*.py")):
            for package, line in imported(path.read_text(encoding="utf-8")):
                allowed = package in CORE_MAY if folder == "core" else package not in APP_MAY_NOT
                if not allowed:
                    found.append(f"{path.relative_to(root).as_posix()}:{line} {package}")
    return found


FLOORS = {"core": CORE_FLOORS, "app": APP_FLOORS}


def climbs(root, house):
    """The imports that go to the same or to a higher floor of core or app, as `file:line folder`."""
    floor = {name: number for number, names in enumerate(FLOORS[house]) for name in names}
    found = []
    for path in sorted((root / house).rglob("*.py")):
        own = path.relative_to(root / house).parts[0]
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                own in floor
                and isinstance(node, ast.ImportFrom)
                and (node.module or "").startswith(f"{house}.")
            ):
                other = node.module.split(".")[1]
                if other != own and floor[other] >= floor[own]:
                    found.append(f"{path.relative_to(root).as_posix()}:{node.lineno} {other}")
    return found


@pytest.mark.parametrize(
    ("house", "loose"), [("core", {"__init__.py"}), ("app", {"__init__.py", "__main__.py"})]
)
def test_the_house_stands_in_floors(house, loose):
    assert climbs(ROOT, house) == []
    folders = {path.name for path in (ROOT / house).iterdir() if path.is_dir() and path.name[0] != "_"}
    assert folders == {name for names in FLOORS[house] for name in names}
    assert {path.name for path in (ROOT / house).glob("*.py")} == {"__init__.py", *loose}


def test_the_floors_are_drawn_as_they_are():
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    drawing = text[text.index("    app    cli") :].split("\n\n")[0].split("\n")
    floors = [tuple(line[11:].split()) for line in drawing]
    assert floors == [*reversed(APP_FLOORS), *reversed(CORE_FLOORS)]
    assert [line[:11].split() for line in drawing if line[:11].strip()] == [["app"], ["core"]]


@pytest.mark.parametrize(
    ("house", "floor", "above"),
    [("core", "graph", "figure"), ("app", "canvas", "panels"), ("app", "state", "shell")],
)
def test_an_import_from_no_lower_floor_is_found(tmp_path, house, floor, above):
    bad = tmp_path / house / floor / "bad.py"
    bad.parent.mkdir(parents=True)
    bad.write_text(
        f"from core.base.errors import Problem\nfrom {house}.{above} import name\n", encoding="utf-8"
    )
    assert climbs(tmp_path, house) == [f"{house}/{floor}/bad.py:2 {above}"]


def files(root):
    """The files of core and of app by the names of their modules."""
    paths = [path for house in FLOORS for path in sorted((root / house).rglob("*.py"))]
    return {
        ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__"): path
        for path in paths
    }


def drawn(root):
    """Who imports whom: files, and the folders they lie in. Imports for types alone count as all others."""
    places = files(root)
    of_files, of_folders = nx.DiGraph(), nx.DiGraph()
    for module, path in places.items():
        for name in named(path.read_text(encoding="utf-8")):
            other = name if name in places else name.rpartition(".")[0]
            if other in places and other != module:
                of_files.add_edge(module, other)
                here, there = path.parent, places[other].parent
                if here != there:
                    of_folders.add_edge(*(folder.relative_to(root).as_posix() for folder in (here, there)))
    return of_files, of_folders


def named(source):
    """All that a text imports, each with the module it is taken from."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module=str(module), names=names, level=0):
                yield from (f"{module}.{alias.name}" for alias in names)


def circles(graph):
    return [sorted(circle) for circle in nx.strongly_connected_components(graph) if len(circle) > 1]


def test_no_files_and_no_folders_import_each_other():
    of_files, of_folders = drawn(ROOT)
    assert circles(of_files) == circles(of_folders) == []
    assert len(of_files) > 250 and len(of_folders) > 20


CIRCLE = {
    "app/shell/window.py": "from app.shell.menus import add_menus\n",
    "app/shell/menus.py": "def late():\n    from app.shell import help\n",
    "app/shell/help.py": "if TYPE_CHECKING:\n    from app.shell.window import Window\n",
    "core/export/code.py": "import core.export.numpy.script\n",
    "core/export/numpy/script.py": "from core.export.shared import name\n",
    "core/export/shared.py": "",
}


def test_a_planted_circle_is_found(tmp_path):
    for name, source in CIRCLE.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source, encoding="utf-8")
    of_files, of_folders = drawn(tmp_path)
    assert circles(of_files) == [["app.shell.help", "app.shell.menus", "app.shell.window"]]
    assert circles(of_folders) == [["core/export", "core/export/numpy"]]


def modules(folder):
    return [
        name for name, path in files(ROOT).items() if name.startswith(folder) and path.name != "__main__.py"
    ]


def test_nothing_imports_the_wrong_way():
    assert violations(ROOT) == []


PLANTED = [
    ("core/bad.py", "import PySide6.QtCore\n", "core/bad.py:1 PySide6"),
    ("core/ops/bad.py", "def late():\n    from app.state.session import Session\n", "core/ops/bad.py:2 app"),
    ("core/bad.py", "if False:\n    import numpy, sympy\n", "core/bad.py:2 sympy"),
    ("core/bad.py", "from importlib import import_module\nimport_module('PIL.Image')\n", "core/bad.py:2 PIL"),
    ("core/bad.py", "__import__('pyqtgraph')\n", "core/bad.py:1 pyqtgraph"),
    ("app/bad.py", "from tests.core import test_reader\n", "app/bad.py:1 tests"),
]


@pytest.mark.parametrize(("path", "source", "found"), PLANTED)
def test_a_planted_import_is_found(tmp_path, path, source, found):
    for name in ("core/good.py", "app/good.py"):
        good = tmp_path / name
        good.parent.mkdir(parents=True)
        good.write_text("import core.graph.graph\nfrom . import other\nimport numpy\n", encoding="utf-8")
    assert violations(tmp_path) == []
    bad = tmp_path / path
    bad.parent.mkdir(exist_ok=True)
    bad.write_text(source, encoding="utf-8")
    assert violations(tmp_path) == [found]


IMPORT_EACH = """
import importlib, sys
for name in sys.argv[2:]:
    importlib.import_module(name)
    late = [package for package in sys.argv[1].split() if package in sys.modules]
    if late:
        sys.exit(f"{name} imports {late[0]}")
"""


def fresh(late, names):
    """What a fresh process says that imports modules one by one and watches for packages to be left alone."""
    command = [sys.executable, "-c", IMPORT_EACH, " ".join(late), *names]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False).stderr


def test_importing_the_core_opens_no_window_and_loads_nothing_late():
    names = modules("core")
    assert "core.graph.graph" in names
    assert fresh(LATE, names) == ""


def test_the_watch_over_fresh_imports_sees_what_it_watches_for():
    assert fresh(["ctypes"], ["core.base.errors", "ctypes"]) == "ctypes imports ctypes\n"


FIRST_PICTURE = """
import sys
from pathlib import Path
from PySide6.QtWidgets import QApplication
from app.state.session import Session
from app.state.settings import Settings
from app.shell.window import Window

app = QApplication([])
window = Window(Session(), Settings(Path(sys.argv[1])))
window.show()
while not window.windowHandle().isExposed():
    app.processEvents()
"""
ON_NUMBERS = """
from app.cli.main import main
main(["grad", "sigmoid((x + y) z)", "x=-2", "y=5", "z=-4"])
"""
ON_ARRAYS = ON_NUMBERS.replace("x=-2", "x=[1,2]").replace("y=5", "y=[3,4]").replace("z=-4", "z=[5,6]")
SAY_WHAT_IS_LOADED = "print(*[name for name in ('numpy', 'networkx', 'pyqtgraph') if name in sys.modules])"


@pytest.mark.parametrize(
    ("script", "loaded"),
    [(FIRST_PICTURE, ""), (ON_NUMBERS, ""), (ON_ARRAYS, "numpy")],
    ids=["first picture", "numbers", "arrays"],
)
def test_what_takes_long_to_load_is_loaded_when_it_is_needed(tmp_path, script, loaded):
    command = [sys.executable, "-c", f"{script}\nimport sys\n{SAY_WHAT_IS_LOADED}", str(tmp_path / "set.ini")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.splitlines()[-1] == loaded


def test_only_what_the_first_picture_loads_takes_numpy_late(tmp_path):
    """All other modules import NumPy as everyone does."""
    say = "print(*[sys.modules[name].__file__ for name in sys.modules if name.startswith(('core.', 'app.'))])"
    loaded = set()
    for script in (FIRST_PICTURE, ON_NUMBERS):
        command = [sys.executable, "-c", f"{script}\nimport sys\n{say}", str(tmp_path / "set.ini")]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
        loaded |= {Path(file).relative_to(ROOT) for file in done.stdout.splitlines()[-1].split()}
    paths = [path.relative_to(ROOT) for folder in ("core", "app") for path in (ROOT / folder).rglob("*.py")]
    late = {path for path in paths if "lazy_numpy import np\n" in (ROOT / path).read_text(encoding="utf-8")}
    assert late <= loaded
