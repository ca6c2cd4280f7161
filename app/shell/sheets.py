"""The sheets of help: keys, notation, about."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.panels.transport import KEY_NAMES
from app.shell.command import Command
from app.system.version import program_version
from core.base.resources import resource
from core.ops import FUNCTION_LIST

CANVAS_KEYS = (
    (KEY_NAMES["next"], "Next step"),
    (KEY_NAMES["previous"], "Previous step"),
    (f"{KEY_NAMES['first']} / {KEY_NAMES['last']}", "To the start / to the end"),
    ("Alt+arrows", "Walk the graph along its edges"),
    ("Ctrl+wheel", "Zoom; drag the paper to pan; Ctrl+0 shows all, Ctrl+J the present step"),
    ("Click a value or F2", "Type an input's value in its place"),
    ("Drag a number", "Change an input's value"),
    (
        "Drag a node",
        "Move it; near the level of another node it snaps to that level. Arrange brings all back",
    ),
    ("Double-click", "An operation unfolds; the title of its frame folds it; an input's value is typed"),
    ("B or .", "While presenting: a black screen"),
    ("F, Z", "While presenting: hide the program's line; show the step large"),
    ("S, L", "While presenting: a spotlight on the step; a laser pointer in place of the mouse pointer"),
    ("X, T", "While presenting with the presenter's view: swap the screens; its clock to 0"),
    ("Up, Down", "While presenting where a program is trained: another view of the training"),
    ("Digits, then Enter", "While presenting: go to the step of that number"),
    ("Space, Right, Shift+Right in Train", "Train or pause; one update; one epoch"),
    ("Esc", "Leave presenting or a text field; stop a computation that takes long"),
)
NOTATION = (
    ("(x+y)z,  2x,  wx", "a product needs no sign; two letters are a product, three and more a name"),
    ("1/2 (y - t)^2,  \\frac12 (y - t)^2", "products and quotients are read from left to right"),
    ("w·x,  W x,  W @ x,  \\langle w, x\\rangle", "dot product, matrix times vector, by the shapes"),
    ("x ⊙ y,  x * y", "entry by entry"),
    ("x^2,  x²,  W^T,  W^\\top,  W.T", "power, transpose"),
    ("x1,  x_1,  x₁,  \\mathbf{x}_1", "one and the same name"),
    ("\\hat{y},  ŷ,  y_hat;  W^{(2)},  W⁽²⁾,  W^[2]", "names with an accent or a layer"),
    ("λ,  lambda,  \\lambda", "Greek by letter or by name"),
    ("e^x,  π", "Euler's number and π, unless the program gives them a value"),
    ("z = w x + b; y = σ(z)", "statements, separated by ; or on lines of their own"),
    ("log p,  \\sin^2 x,  \\tanh(x),  x.tanh()", "a function without brackets takes the next factor"),
    ("\\sum_i w_i x_i,  Σ_{j≠y} …", "sums over an index; w_i is entry i of w"),
    ("z_k = \\sum_j w_{kj} x_j", "an index on the left: the whole vector"),
    ("[1, 2],  [[1, 2], [3, 4]],  [1 2; 3 4]", "vector, matrix; pmatrix and bmatrix as well"),
    ("[w; b]", "vectors or numbers in one column"),
    ("p[k],  W[0, 1]", "entries, counted from 0"),
    ("x[1:3],  x[2:],  W[:, 1]", "ranges: from the first up to, not including, the last; a column"),
    ("[x > 0],  𝟙(x > 0),  \\begin{cases} …", "1 where it holds, else 0; cases; a if x > 0 else b"),
    ("|x|,  ‖x‖,  ‖x‖₁,  √x", "absolute value, length, sum of sizes, root"),
    ("f(x) = x^2; f(3);  σ'(z)", "a function of your own; the slope of a function"),
    ("np.exp(x),  torch.relu(x),  F.softmax(s, dim=-1)", "NumPy and PyTorch text"),
    ("# a remark", "from # to the end of the line"),
)


class Sheet(QDialog):
    """A sheet of rows of two columns."""

    def __init__(self, parent: QWidget, title: str, heads: tuple[str, str], rows: list[tuple[str, str]]):
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.resize(760, 600)
        table = QTableWidget(len(rows), 2)
        table.setHorizontalHeaderLabels(list(heads))
        table.verticalHeader().hide()
        table.setShowGrid(False)
        table.setAlternatingRowColors(True)
        table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        table.setAccessibleName(title)
        for row, cells in enumerate(rows):
            for column, text in enumerate(cells):
                table.setItem(row, column, QTableWidgetItem(text))
        header = table.horizontalHeader()
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        # long sentences go on below, and none is cut off
        lines = table.verticalHeader()
        lines.setMinimumSectionSize(lines.defaultSectionSize())
        lines.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        box = QVBoxLayout(self)
        box.addWidget(table)
        box.addWidget(buttons)


class KeySheet(Sheet):
    """All keys on one sheet."""

    def __init__(self, parent: QWidget, commands: Iterable[Command]):
        rows = list(CANVAS_KEYS)
        rows += [(command.keys_text, command.plain_text) for command in commands if command.keys]
        super().__init__(parent, "Keys", ("Keys", "What they do"), rows)


class NotationSheet(Sheet):
    """How formulas are written, and every operation there is."""

    def __init__(self, parent: QWidget):
        rows = list(NOTATION)
        rows += FUNCTION_LIST
        super().__init__(parent, "Notation", ("Written", "Meaning"), rows)


class About(QDialog):
    """What this is, and the licences of what it carries."""

    def __init__(self, parent: QWidget):
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("About Chainlight")
        self.resize(760, 560)
        head = QLabel(
            f"Chainlight {program_version()}\nBackpropagation made visible, from formula to training."
        )
        head.setTextFormat(Qt.TextFormat.PlainText)
        licences = QLabel(resource("LICENSES.md").read_text(encoding="utf-8"))
        licences.setTextFormat(Qt.TextFormat.MarkdownText)
        licences.setWordWrap(True)
        licences.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
        from PySide6.QtWidgets import QScrollArea

        area = QScrollArea()
        area.setWidget(licences)
        area.setWidgetResizable(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        box = QVBoxLayout(self)
        box.addWidget(head)
        box.addWidget(area)
        box.addWidget(buttons)
