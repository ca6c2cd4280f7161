"""Every button and every command of the window does what it says: each has a row for what must change."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QDialog,
    QFileDialog,
    QInputDialog,
    QLabel,
    QMenu,
    QTableView,
    QWidget,
)

from app.canvas.net_hand import WhoseButton
from app.panels.transport import STRIDE_NAMES
from app.shell.figure_dialog import FigureDialog
from app.shell.lectures import offers
from app.shell.panels import PANELS
from app.shell.running import Running
from app.shell.view_commands import scale_text
from app.shell.workspaces import TITLES, WORKSPACES
from app.widgets.labels import Button
from app.widgets.theme import LIGHT, THEMES
from core.base.arrays import frozen
from core.base.numbers import DIGITS
from core.math.derivative_names import NOTATIONS
from core.project.document import EXAMPLE, Document, Drawn, dumps
from core.service.listing import FORMS
from core.training.shown import SWITCHES, Shown
from core.training.views import VIEWS
from tests.app.seen.pixels import named

OTHER = "other.chainlight"  # the project that is opened
TURNS = 3000  # of the event loop, a millisecond each, until a change must be there


class Does(NamedTuple):
    """What is looked at, what it becomes (a value, or whether before and after fit), what comes first."""

    look: Callable[[Any], object]
    becomes: Any
    first: Callable[[Any], object] = lambda window: None


# -- what is looked at


def cursor(window):
    return window.session.cursor


def text(window):
    return window.session.document.text


def x(window):
    return window.session.document.values["x"]


def files(window):
    """The files in the home folder: a dialog that asks for one is answered with what it suggests."""
    return sorted(path.name for path in Path.home().iterdir() if path.is_file())


def copied(window):
    return QGuiApplication.clipboard().text()


def dialogs(window):
    return [shown.windowTitle() for shown in window.findChildren(QDialog) if shown.isVisible()]


def theme_name(window):
    return window.theme.name


def other_theme(name):
    """Makes another theme than this the present one."""
    other = next(theme for theme in THEMES.values() if theme.name != name)
    return lambda window: window.set_theme(other)


def notation(window):
    return window.session.notation


def other_notation(chosen):
    """Writes derivatives in another notation than this."""
    other = next(name for name in NOTATIONS if name != chosen)
    return lambda window: window.session.set_notation(other)


def form(window):
    return window.algorithm.form


def listed_as(form):
    return lambda window: window.algorithm.choose_form(form)


def listing(window):
    window.panes["algorithm"].open()


def menu_below(button):
    """Whether the menu below a button of the listing is open, which is closed again."""

    def look(window):
        menus = [menu for menu in getattr(window.algorithm, button).findChildren(QMenu) if menu.isVisible()]
        for menu in menus:
            menu.close()
        return bool(menus)

    return look


def menu_open(window):
    """Whether any menu is open, which is closed again."""
    menu = QApplication.activePopupWidget()
    if menu:
        menu.close()
    return menu is not None


def seeds(window):
    """The random seeds of the weights and of the data."""
    return window.training.settings.weights_seed, window.training.settings.data_seed


def menu_of_views(window):
    """Whether the menu of views is open, which is closed again."""
    menu = QApplication.activePopupWidget()
    titles = [action.text() for action in menu.actions()] if isinstance(menu, QMenu) else []
    if menu:
        menu.close()
    return "Side by side" in titles


def other_stride(stride):
    """Lets a step go as far as another stride than this."""
    other = next(name for name in STRIDE_NAMES if name != stride)
    return lambda window: window.session.set_stride(other)


def workspace_of(window):
    return window.arrangement.workspace.name


def other_workspace(chosen):
    """Shows another workspace than this."""
    other = next(name for name in WORKSPACES if name != chosen)
    return lambda window: window.show_workspace(other)


def magnified(window):
    return window.view.transform().m11()


def focus(window):
    return getattr(QApplication.focusWidget(), "accessibleName", str)()


def torn_off(place):
    return lambda window: window.arrangement.windows.window_of(place) is not None


def visible(name):
    return lambda window: window.panes[name].seen


def unfolded(window):
    return len(window.session.document.unfolded)


def updates(window):
    """How many updates the training panel says there were."""
    said = named(window, "Progress", QLabel).text().replace("\N{NO-BREAK SPACE}", " ")
    return int(said.split("update ")[1].split()[0].replace(",", ""))


def rows(window):
    """How many rows of the gradient by hand have their slope."""
    model = named(window, "Gradient by hand", QTableView).model()
    return sum(bool(model.data(model.index(row, 3))) for row in range(model.rowCount()))


def tab(window):
    return window.panes["derivatives"].make().view.title


def font(window):
    return QApplication.font().pointSize()


# -- what comes first


def at(count):
    return lambda window: window.session.seek(count)


def program(text, **values):
    values = {name: frozen(value) for name, value in values.items()}
    return lambda window: window.session.open_program(text, values, "open")


def changed(window):
    window.session.set_value("x", 7.0)


def undone(window):
    changed(window)
    window.session.undo_stack.undo()


def selected(name, text="(x+y)z"):
    def select(window):
        window.session.set_text(text)
        window.session.select(name)

    return select


def training(window):
    window.panes["training"].open()


def training_settings(window):
    window.show_workspace("train")
    window.panes["training"].made.show_page("settings")


def viewed(name, data="circle"):
    """A view of a training on some data, in front of the others."""

    def look(window):
        window.resize(1440, 900)
        window.panes["training"].open()
        window.training.change("set data", trains="network", data=data, samples=100)
        assert window.training.run is not None
        panel = window.panes["training"].made
        panel.show_view(name)
        assert settled(panel.views[name].isVisible)

    return look


def trained(window):
    window.panes["training"].open()
    window.training.step(5)


def derivatives(number=0, text="sum(tanh(x))", by="x", **values):
    """The panel of derivatives at one of its tabs, its answer found."""

    def look(window):
        window.resize(1400, 900)
        program(text, **(values or {"x": [0.1, 0.2, 0.3]}))(window)
        window.session.select(by)
        window.panes["derivatives"].open()
        window.panes["derivatives"].make().tabs.choose(number)
        assert settled(lambda: answered_now(window.panes["derivatives"].make().view, window.session.trace))

    return look


def answered_now(view, trace):
    return view.answered is not None and view.answered.trace is trace


def settled(holds):
    """Whether something holds, if need be after some turns of the event loop."""
    for _ in range(TURNS):
        if holds():
            return True
        QTest.qWait(1)
    return False


def both_selected(window):
    program("exp(sin(x))", x=1.0)(window)
    window.session.select("v1")
    window.session.select_also("f")


def grouped(window):
    window.session.group_selected("a")
    window.session.select("f")


def all_of(*steps):
    return lambda window: [step(window) for step in steps]


def cell_selected(name):
    def select(window):
        table = named(window, name, QTableView)
        table.setFocus()
        table.selectRow(0)

    return select


def more(before, after):
    return after > before


def fewer(before, after):
    return after < before


def another(before, after):
    return after != before


def holding(part):
    return lambda before, after: part in after and part not in before


def saved(window):
    window.session.set_value("x", 7.0)
    window.session.saved_as(window.session.path)


TYPED = program("y = σ(w·x + b); L = bce(y, t)", w=[1, 1], b=0, x=[1, 2], t=1)
DIFFERS = all_of(
    training,
    TYPED,
    lambda window: window.training.change("train", trains="program", data="gauss"),
    lambda window: window.training.run.trainer.step(3),
    lambda window: window.training.progressed.emit(),
)

COMMANDS = {
    "New": Does(x, -2, saved),
    "Open": Does(text, "p q"),
    "Save": Does(files, holding("Untitled.chainlight"), changed),
    "Save as": Does(files, holding("Untitled.chainlight")),
    "Save figure": Does(files, holding("figure.svg")),
    "Save figures of all steps": Does(files, holding("steps.pdf")),
    "Save view of the training": Does(files, holding("boundary.svg"), training),
    "Save graph as GraphML": Does(files, holding("graph.graphml")),
    "Export": Does(files, holding("program.py")),
    "Undo": Does(x, -2, changed),
    "Redo": Does(x, 7, undone),
    "Copy figure": Does(lambda window: QGuiApplication.clipboard().image().isNull(), False),
    "Copy step as LaTeX": Does(copied, holding(r"\frac{\partial f}"), at(4)),
    "Copy value": Does(copied, "5", selected("y")),
    "Copy sentence": Does(copied, holding("v₁ is computed from"), at(1)),
    "Copy paths as LaTeX": Does(copied, holding(r"\frac{\partial f}"), selected("y")),
    "Copy paths as Markdown": Does(copied, holding("Received"), selected("y")),
    "Copy operation as PyTorch": Does(copied, holding("torch.autograd.Function"), selected("f")),
    "Copy operation as NumPy": Does(copied, holding("def backward"), selected("f")),
    "Copy listing as text": Does(copied, holding("∂f/∂x = ")),
    "Copy listing as LaTeX": Does(copied, holding(r"\begin{align}")),
    "Copy listing as NumPy": Does(copied, holding("import numpy")),
    "Copy listing as PyTorch": Does(copied, holding("import torch")),
    "Edit program": Does(focus, "Program"),
    "Next step": Does(cursor, 4, at(3)),
    "Previous step": Does(cursor, 2, at(3)),
    "To the start": Does(cursor, 0, at(3)),
    "To the end": Does(cursor, 7, at(3)),
    "Play or pause": Does(lambda window: (cursor(window), window.transport.playing), (4, True), at(3)),
    "Present from the start": Does(
        lambda window: (window.presentation.active, cursor(window), window.menuBar().isVisible()),
        (True, 0, False),
        at(3),
    ),
    "Present from here": Does(
        lambda window: (window.presentation.active, cursor(window), window.menuBar().isVisible()),
        (True, 3, False),
        at(3),
    ),
    "Presenter here": Does(
        lambda window: (
            window.presentation.active,
            cursor(window),
            window.presentation.presenter is not None,
        ),
        (True, 3, True),
        at(3),
    ),
    **{
        f"Workspace {workspace.title}": Does(workspace_of, workspace.name, other_workspace(workspace.name))
        for workspace in WORKSPACES.values()
    },
    "Results column": Does(visible("training"), True),
    "Guided steps": Does(visible("guide"), True),
    "Search the lectures": Does(workspace_of, "lectures"),
    "Left column": Does(visible("program"), False),
    "Program in the left column": Does(lambda window: window.arrangement.program_in_sheet, True),
    **{
        f"{title} in its own window": Does(
            torn_off(place), True, lambda window: window.panes["training"].open()
        )
        for place, title in TITLES.items()
    },
    "Reset layout": Does(visible("program"), True, lambda window: window.arrangement.toggle_place("left")),
    **{
        switch.text: Does(
            lambda window, name=name: getattr(window.training.viewing.shown, name),
            not getattr(Shown(), name),
        )
        for name, switch in SWITCHES.items()
    },
    "Derivatives in a column": Does(lambda window: window.panes["derivatives"].place, "right"),
    "Full screen": Does(lambda window: window.isFullScreen(), True),
    "Zoom in": Does(magnified, more),
    "Zoom out": Does(magnified, fewer),
    "Fit": Does(magnified, fewer, lambda window: window.view.camera.zoom(5)),
    "Zoom to the step": Does(magnified, more, lambda window: window.view.camera.zoom(0.2)),
    "Next theme": Does(theme_name, "dark"),
    "Names of gradients": Does(lambda window: window.session.options.gradient_names, True),
    **{
        f"Derivatives as {names.title}": Does(notation, name, other_notation(name))
        for name, names in NOTATIONS.items()
    },
    **{f"{name.capitalize()} theme": Does(theme_name, name, other_theme(name)) for name in THEMES},
    "Larger text": Does(font, more),
    "Smaller text": Does(font, fewer, lambda window: scale_text(window, 0.5)),
    **{
        f"{name} as steps": Does(lambda window: window.session.stride, stride, other_stride(stride))
        for stride, (name, _) in STRIDE_NAMES.items()
    },
    "In three beats": Does(lambda window: window.session.in_beats, True),
    "Weights at the arrows of nets": Does(lambda window: window.session.options.weights, "bare"),
    "Notes beside the nodes": Does(lambda window: window.session.options.note_texts, False),
    "Names of all nodes": Does(lambda window: window.session.options.captions, False),
    "Shapes of arrays": Does(lambda window: window.session.options.shapes, True),
    "Operations": Does(lambda window: window.session.drawn.level, "operations"),
    "Statements": Does(lambda window: window.session.drawn.level, "statements"),
    "Units of nets": Does(lambda window: window.session.drawn.level, "units"),
    "Layers of nets": Does(lambda window: window.session.drawn.level, "layers"),
    "Numbers at the nodes": Does(lambda window: window.session.document.drawing, Drawn(at_nodes=True)),
    "Data flow down": Does(lambda window: window.session.document.drawing, Drawn(down=True)),
    "Each + on its own": Does(lambda window: not window.session.options.sums, True),
    "Highlight the last step": Does(lambda window: window.session.options.highlight, False),
    "Animate steps": Does(lambda window: window.scene.animated, another),
    "More digits": Does(lambda window: window.session.digits, more),
    "Fewer digits": Does(lambda window: window.session.digits, fewer),
    "Arrange": Does(
        lambda window: len(window.session.document.moved),
        0,
        lambda window: window.session.move_node("x", (9.0, 9.0), 1),
    ),
    "Paths of this node": Does(visible("derivation"), False),
    "Derivatives panel": Does(visible("derivatives"), True),
    "Differentiate this node": Does(lambda window: window.session.trace.graph.output, "v1", selected("v1")),
    "Seed": Does(focus, "Seed"),
    "Note": Does(lambda window: window.session.note_of("v1"), "answered", selected("v1")),
    "Names of entries": Does(
        lambda window: window.session.drawn.classes,
        {"x": ("first", "second")},
        all_of(program("w·x", w=[1, 2], x=[3, 4]), lambda window: window.session.select("x")),
    ),
    "Unfold": Does(unfolded, 1, selected("f", "σ(x)")),
    "Fold": Does(unfolded, 0, all_of(selected("f", "σ(x)"), lambda window: window.session.unfold("f"))),
    "Unfold everything": Does(unfolded, 2, selected("f", "σ(σ(x))")),
    "Unfold to numbers": Does(
        lambda window: len(window.session.drawing.sizes), more, program("w·x", w=[1, 2], x=[3, 4])
    ),
    "Group the selected nodes": Does(
        lambda window: [*window.session.drawn.groups], ["group 1"], both_selected
    ),
    "Ungroup": Does(lambda window: [*window.session.drawn.groups], [], all_of(both_selected, grouped)),
    "Fold everything": Does(
        unfolded, 0, all_of(selected("f", "σ(σ(x))"), lambda window: window.session.unfold_all("all"))
    ),
    "Fold all lines": Does(lambda window: window.session.drawn.folded, another, selected("f", "f = x y + z")),
    "Show all lines": Does(
        lambda window: window.session.drawn.folded,
        (),
        all_of(selected("f", "f = x y + z"), lambda window: window.algorithm.fold_all(True)),
    ),
    "Lines back to inputs and targets": Does(lambda window: window.algorithm.data_gradients, another),
    "Train or pause": Does(updates, more, training),
    "One update": Does(updates, 1, training),
    "One epoch": Does(updates, more, training),
    "One sample": Does(lambda window: window.training.presented, 1, training),
    **{
        name: Does(seeds, expected, training)
        for name, expected in {
            "New weights": (2, 1),
            "New data": (1, 2),
            "New weights and data": (2, 2),
        }.items()
    },
    "Reset": Does(updates, 0, trained),
    "Open on canvas": Does(text, holding("W1"), training),
    "Commands": Does(dialogs, ["Commands"]),
    "Keys": Does(dialogs, ["Keys"]),
    "Notation": Does(dialogs, ["Notation"]),
    "About Chainlight": Does(dialogs, ["About Chainlight"]),
}

HUGE = {"W": np.ones((60, 300)), "x": np.ones(300)}
EXAMPLES = ["(x+y)z", "sigmoid(w·x + b)", "softmax(W x + b)"]
WRITE = "Write … instead"

BUTTONS = {
    **{
        ("header", workspace.title): COMMANDS[f"Workspace {workspace.title}"]
        for workspace in WORKSPACES.values()
    },
    **{
        ("header", name): COMMANDS[name] for name in ("Save figure", "Undo", "Redo", "Present from the start")
    },
    ("bar", "Back to the start"): COMMANDS["To the start"],
    ("bar", "Previous step"): COMMANDS["Previous step"],
    ("bar", "Play and pause"): COMMANDS["Play or pause"],
    ("bar", "Next step"): COMMANDS["Next step"],
    ("bar", "To the end"): COMMANDS["To the end"],
    ("bar", "Results column"): COMMANDS["Results column"],
    ("bar", "Views ▾"): Does(menu_of_views, True),
    ("canvas", "Open this sample in Step ›"): Does(
        text, holding("W1"), lambda window: window.show_workspace("train")
    ),
    ("bar", "New weights"): Does(
        seeds, (2, 1), lambda window: (window.resize(1500, 800), window.show_workspace("train"))
    ),
    ("bar", "More ▾"): Does(menu_open, True, lambda window: window.resize(800, 800)),
    **{
        ("lectures", offer.title): Does(
            text, offer.document().text, lambda window: window.show_workspace("lectures")
        )
        for offer in offers()
    },
    ("canvas", "Whose gradients"): Does(menu_open, True, lambda window: window.show_workspace("train")),
    ("canvas", "Open on canvas"): Does(
        lambda window: float(window.session.document.values["w"][0]), another, DIFFERS
    ),
    **{
        ("program", example): Does(text, example, lambda window: window.session.set_text(""))
        for example in EXAMPLES
    },
    ("program", WRITE): Does(
        text, "(a+b)", all_of(selected("", "(a+b"), lambda window: window.program._show_problem())
    ),
    **{
        ("program", f"Role of {name}"): Does(menu_open, True, lambda window: window.program.roles.show_now())
        for name in "xyz"
    },
    ("training", "Open on canvas"): COMMANDS["Open on canvas"],
    **{
        ("training", f"Save this view: {view.title}"): Does(
            files,
            holding(f"{name}.svg"),
            viewed(name, {"templates": "digits", "fit": "sine", "parts": "sine"}.get(name, "circle")),
        )
        for name, view in VIEWS.items()
    },
    ("training", "Nesterov"): Does(
        lambda window: window.training.settings.nesterov,
        True,
        all_of(training_settings, lambda window: window.training.change("set momentum", momentum=0.5)),
    ),
    ("header", "Pause the training"): Does(
        lambda window: window.training.is_training, False, lambda window: window.training.toggle()
    ),
    **{
        ("derivatives", title): Does(tab, title, derivatives(1 if number == 0 else 0))
        for number, title in enumerate(["Formula", "Side by side", "By hand", "Step size", "Jacobian"])
    },
    ("derivatives", "Copy LaTeX"): Does(copied, holding(r"\frac{\partial f}{\partial x}"), derivatives(0)),
    ("derivatives", "Copy steps"): Does(copied, holding(r"\frac{\partial"), derivatives(0)),
    ("derivatives", "Fill the next row"): Does(rows, 1, derivatives(2)),
    ("derivatives", "Fill all rows, or pause"): Does(rows, 3, derivatives(2)),
    ("derivatives", "Empty the table"): Does(
        rows, 0, all_of(derivatives(2), lambda window: window.panes["derivatives"].make().view.step())
    ),
    ("explanation", "In three beats"): COMMANDS["In three beats"],
    ("algorithm", "Mathematics ▾"): Does(menu_below("form_button"), True, listing),
    ("algorithm", "∂L/∂w ▾"): Does(menu_below("notation_button"), True, listing),
    ("derivatives", "Compute it anyway"): Does(
        lambda window: window.panes["derivatives"].make().ticker.running,
        True,
        derivatives(4, "W x", "W", **HUGE),
    ),
}

ACTIONS = {
    **{("window", name): does for name, does in COMMANDS.items()},
    **{
        ("algorithm", f"{names.title}   {names.says}"): Does(notation, name, other_notation(name))
        for name, names in NOTATIONS.items()
    },
    **{
        ("algorithm", FORMS[name].title): Does(form, name, listed_as(first))
        for name, first in (("math", "numpy"), ("numpy", "math"), ("torch", "math"))
    },
    ("explanation", "Copy as LaTeX"): COMMANDS["Copy step as LaTeX"],
    **{
        ("training", switch.text): Does(
            lambda window, name=name: getattr(window.training.viewing.shown, name),
            not getattr(Shown(), name),
            training,
        )
        for name, switch in SWITCHES.items()
    },
    ("derivatives", "Copy as LaTeX"): BUTTONS["derivatives", "Copy LaTeX"],
    ("Ways to differentiate", "Copy"): Does(
        copied, holding("reverse"), all_of(derivatives(1), cell_selected("Ways to differentiate"))
    ),
    ("Gradient by hand", "Copy"): Does(
        copied, holding("[0]"), all_of(derivatives(2), cell_selected("Gradient by hand"))
    ),
    ("Jacobian", "Copy"): Does(
        copied, holding("\t"), all_of(derivatives(4, "tanh(x)"), cell_selected("Jacobian"))
    ),
}
QTS_OWN = {
    *("qt_tableview_cornerbutton", "qt_menubar_ext_button", "qt_toolbar_ext_button"),
    *("ScrollLeftButton", "ScrollRightButton"),
}
PLACES = {"header", "bar", "builder", "lectures", *(panel.name for panel in PANELS)}


def place(part):
    """The panel or the bar that a part of the window stands in, or else the canvas."""
    while part is not None and part.objectName() not in PLACES:
        part = part.parent()
    return part.objectName() if part is not None else "canvas"


def words_of(text):
    """What stands on a button or in a menu: undo and redo say in addition what they take back."""
    words = text.split("\t")[0].replace("&", "").removesuffix("…")
    return words.split(" ")[0] if words.startswith(("Undo ", "Redo ")) else words


def buttons(window):
    """Every button there is, by its place and its name; those that offer another text have one name."""
    found = {}
    for button in window.findChildren(QAbstractButton):
        if button.objectName() not in QTS_OWN:
            said = button.accessibleName() if isinstance(button, Running | WhoseButton) else button.text()
            name = WRITE if isinstance(button, Button) else words_of(said or button.accessibleName())
            found.setdefault((place(button), name), []).append(button)
    return found


def actions(window):
    """Every command there is, by its place and its words."""
    found = {}
    for action in window.findChildren(QAction):
        owner = action.parent()
        if action.menu() or action.isSeparator() or not action.text() or not isinstance(owner, QWidget):
            continue
        table = isinstance(owner, QTableView)
        where = "window" if owner is window else owner.accessibleName() if table else place(owner)
        found.setdefault((where, words_of(action.text())), []).append(action)
    return found


@pytest.fixture
def answered(monkeypatch, window):
    """The window, whose questions for files are answered: with what is suggested, or with another project."""
    monkeypatch.setattr(
        QFileDialog, "getSaveFileName", lambda parent, title, suggested, kinds: (suggested, "")
    )
    monkeypatch.setattr(FigureDialog, "exec", lambda dialog: dialog.accept() or dialog.result())
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *args: (str(Path.home() / OTHER), ""))
    monkeypatch.setattr(QInputDialog, "getText", lambda *args, text: (text or "first, second", True))
    monkeypatch.setattr(QInputDialog, "getMultiLineText", lambda *args: ("answered", True))
    monkeypatch.setenv("XDG_DOCUMENTS_DIR", str(Path.home()))
    return window


def put_back(window):
    """The window as it was at first, but for panels that take long to make."""
    for shown in window.findChildren(QDialog):
        shown.close()
    window.presentation.stop()
    if window.isFullScreen():
        window.showNormal()
    window.transport.pause()
    for late in (window.panes["training"], window.panes["derivatives"]):
        late.pause()
    if window.panes["training"].made:
        window.training.reset()
    if window.panes["derivatives"].made:
        window.panes["derivatives"].make().views[2].reset()
    for name in files(window):
        (Path.home() / name).unlink()
    (Path.home() / OTHER).write_text(dumps(Document("p q")), encoding="utf-8")
    if window.theme is not LIGHT:
        window.set_theme(LIGHT)
    if font(window) > 10:
        scale_text(window, -1.0)
    window.resize(1200, 800)
    window.show_workspace("step")
    for pane in window.panes.values():
        if pane.panel.on_demand and not pane.panel.at_first:
            pane.close()
    window.arrangement.reset_layout()
    window.session.replace_document(EXAMPLE, None)
    window.session.set_digits(DIGITS)
    window.view.camera.fit()
    window.view.setFocus()
    QGuiApplication.clipboard().clear()


def trouble(window, does, press):
    """What is wrong with a row: nothing, or what was seen in place of what it says."""
    put_back(window)
    does.first(window)
    QApplication.processEvents()
    before = does.look(window)
    right = does.becomes if callable(does.becomes) else lambda before, after: after == does.becomes != before
    press()
    if not settled(lambda: right(before, does.look(window))):
        return f"{before} became {does.look(window)}"
    return ""


def places(table):
    return list(dict.fromkeys(where for where, _ in table))


@pytest.mark.parametrize("where", places(BUTTONS))
def test_every_button_does_what_it_says(answered, where):
    wrong = {}
    for key in (key for key in BUTTONS if key[0] == where):

        def press(key=key):
            (button,) = (found for found in buttons(answered)[key] if found.isVisible())
            assert button.isEnabled(), key
            QTest.mouseClick(button, Qt.MouseButton.LeftButton)

        wrong[key] = trouble(answered, BUTTONS[key], press)
    assert not any(wrong.values()), {key: said for key, said in wrong.items() if said}


@pytest.mark.parametrize("where", places(ACTIONS))
def test_every_command_does_what_it_says(answered, where):
    wrong = {}
    for key in (key for key in ACTIONS if key[0] == where):

        def press(key=key):
            (action,) = actions(answered)[key]
            assert action.isEnabled(), key
            action.trigger()

        wrong[key] = trouble(answered, ACTIONS[key], press)
    assert not any(wrong.values()), {key: said for key, said in wrong.items() if said}


def test_quitting_closes_the_window(window):
    actions(window)["window", "Quit"][0].trigger()
    assert not window.isVisible()


def test_every_button_and_every_command_has_its_row(window):
    for name in ("train", "lectures", "step"):
        window.show_workspace(name)
    training(window)
    derivatives()(window)
    elsewhere = {
        key for key in buttons(window) if key[0] in ("data", "builder")
    }  # tested in files of their own
    assert set(buttons(window)) - elsewhere == set(BUTTONS)
    found = actions(window)
    assert set(found) == {*ACTIONS, ("window", "Quit")}
    assert all(len(commands) == 1 for commands in found.values())


def test_another_reading_is_a_press_away(window):
    """The button below a note, which stands in a row of its own."""
    window.session.set_text("1/2x")
    (button,) = (found for found in buttons(window)["program", WRITE] if found.isVisible())
    offered = button.accessibleName().removeprefix("Write ").removesuffix(" instead")
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert window.session.document.text == offered != "1/2x"
