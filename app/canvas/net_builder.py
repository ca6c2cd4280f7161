"""The handles with which a net is built: above each column of the canvas its layer, below it the features."""

from __future__ import annotations

from functools import partial
from itertools import pairwise

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QGraphicsView,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QToolButton,
    QWidget,
)

from app.formula import formula, paint
from app.painting.parts import box_rect
from app.state.net_building import NetBuilding
from app.widgets.captioned import SMALL
from app.widgets.fields import WrongFrame, say_below
from app.widgets.flow_layout import FlowLayout
from app.widgets.labels import tint
from app.widgets.theme import LIGHT, Theme, mixed
from core.base.errors import Problem
from core.math.mathtree import Math
from core.training.choices import MAX_UNITS, activations

LINE = 1.3  # heights of a line of text that a row of handles is high
WIDE = 1.5  # and that a button is wide at most
APART = 4  # pixels between two handles
LOW = 20  # heights of a line of text of a canvas that is low
INSERTED = 0.36  # of the room of a column that what puts in a layer is wide, where it stands below
ENDS, OUTPUT = {0: ("Inputs", "In")}, ("Output", "Out")
TILE = 30  # pixels of a feature's map at text of 100 %
SIDE = 15  # points of that map along an edge
FAINT = 0.45  # of the colours of a feature that is not taken


class Handle(QToolButton):
    """A small button with a sign; one that puts something in is dashed."""

    def __init__(self, sign: str, dashed: bool = False):
        super().__init__()
        self.theme, self._dashed = LIGHT, dashed
        self.setText(sign)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, able = self.theme, self.isEnabled()
        rect = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        if self._dashed:  # a circle
            side = min(rect.width(), rect.height())
            rect = QRectF(
                rect.center() - QPointF(side / 2, side / 2), rect.center() + QPointF(side / 2, side / 2)
            )
        ink = theme.colour("ink") if able else mixed(theme.colour("faint"), theme.colour("paper"), 0.35)
        line = QPen(theme.colour("faint") if able else ink, 1)
        if self._dashed:
            line.setStyle(Qt.PenStyle.DashLine)
        if self.hasFocus():
            line = QPen(theme.colour("accent"), 2)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(line)
            hot = able and (self.underMouse() or self.isDown())
            painter.setBrush(mixed(theme.colour("paper"), theme.colour("accent"), 0.15 if hot else 0.0))
            round_ = rect.width() / 2 if self._dashed else 4
            painter.drawRoundedRect(rect, round_, round_)
            painter.setPen(ink)
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())


class LayerHandles(QObject):
    """What stands above a column: how many units there are, one less, one more, and what they compute."""

    def __init__(self, parent: QWidget):
        super().__init__(parent)
        self.does = ""  # what stands on the activation's button where there is room
        self.less, self.more, self.activation = Handle("−"), Handle("+"), QToolButton()
        self.insert = Handle("+", dashed=True)  # before the column
        self.title, self.count = QLabel(), QLabel()
        self.all = QToolButton()  # in the place of the others where the canvas is low
        for button in (self.activation, self.all):
            button.setAutoRaise(True)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        for label in (self.title, self.count):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            label.setTextFormat(Qt.TextFormat.PlainText)
        for part in self.parts:
            part.setParent(parent)

    @property
    def parts(self) -> tuple[QWidget, ...]:
        """All of it, in the order of Tab."""
        return self.insert, self.less, self.title, self.more, self.activation, self.count, self.all


class NetBuilder(QWidget):
    """The handles above the columns of a net, where these are; they stay above when the net is moved.

    In a low canvas each column has one button with a menu. `typing` asks for a feature of one's own.
    """

    typing = Signal()
    lowChanged = Signal()  # the canvas has become low, or is so no longer

    def __init__(self, building: NetBuilding, view: QGraphicsView):
        super().__init__()
        self.building, self._view, self.theme = building, view, LIGHT
        self._handles: list[LayerHandles] = []
        self._was_low = False
        self.setObjectName("builder")
        self.setAccessibleName("Layers of the net")
        self.setAutoFillBackground(True)
        self.setBackgroundRole(self.backgroundRole().Base)
        self.setMinimumWidth(1)
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme
        for handles in self._handles:
            self._dress(handles)
        self.place()

    @property
    def is_low(self) -> bool:
        """Whether there is no room for more than a button above each column."""
        return is_low(self)

    def _dress(self, handles: LayerHandles) -> None:
        bold = QFont(self.font())
        bold.setBold(True)
        handles.title.setFont(bold)
        for handle in (handles.less, handles.more, handles.insert):
            handle.theme = self.theme
            handle.update()
        tint(handles.count, self.theme.faint)

    def show_now(self, wanted: bool) -> None:
        """Show the layers of the net that is drawn, if it is wanted; nothing where there are none."""
        columns = self.building.columns if wanted else ()
        self.setVisible(bool(columns))
        while len(self._handles) < len(columns):
            made = LayerHandles(self)
            self._handles.append(made)
            self._dress(made)
            place = len(self._handles) - 1  # of the column
            made.less.clicked.connect(partial(self._change, place, -1))
            made.more.clicked.connect(partial(self._change, place, 1))
            made.insert.clicked.connect(partial(self.building.insert, place - 1))
            made.activation.clicked.connect(partial(self._offer_activations, place))
            made.all.clicked.connect(partial(self._offer_all, place))
        for place, handles in enumerate(self._handles):
            self._fill(place, handles)
        self.place()

    def _change(self, place: int, by: int) -> None:
        self.building.set_units(place - 1, self.building.columns[place].units + by)

    def _fill(self, place: int, handles: LayerHandles) -> None:
        """Say what a column is, and what its handles do."""
        columns, building = self.building.columns, self.building
        there = self.isVisible() and place < len(columns)
        is_input, is_output = place == 0, place == len(columns) - 1
        for part in handles.parts:
            part.setVisible(there)
        if not there:
            return
        column, layer = columns[place], f"Layer {place}"
        hidden, low = not is_input and not is_output, self.is_low
        for part in (handles.less, handles.more, handles.activation):
            part.setVisible(hidden and not low)
        handles.insert.setVisible(not is_input and not low)
        handles.count.setVisible(not hidden and not low)
        handles.title.setVisible(not low)
        handles.all.setVisible(low)
        handles.all.setText(f"{column.units} ▾")
        what = "Inputs" if is_input else "Output" if is_output else layer
        handles.all.setAccessibleName(f"{what}: {column.units}, change")
        handles.all.setToolTip(f"{what}: {column.units}")
        units = f"{column.units} unit{'s' if column.units != 1 else ''}"
        name = building.activation_title(column.activation)
        handles.title.setText("" if is_input or is_output else str(column.units))
        handles.count.setText(_features_text(building, column.units) if is_input else name)
        handles.does = f"{name} ▾"
        handles.activation.setText(handles.does)
        fixed = building.why_fixed
        says = {
            handles.less: (
                f"{layer}: {units}, one fewer" if column.units > 1 else f"{layer}: {units}, remove the layer",
                fixed,
            ),
            handles.more: (
                f"{layer}: {units}, one more",
                fixed or (f"A layer has up to {MAX_UNITS} units" if column.units >= MAX_UNITS else ""),
            ),
            handles.activation: (f"{layer}: {name}, choose another activation", fixed),
            handles.insert: (
                f"Insert a layer before {'the output' if is_output else layer.lower()}",
                building.why_no_layer,
            ),
        }
        for part, (said, why_not) in says.items():
            part.setEnabled(not why_not)
            part.setToolTip(why_not or f"{said}; the training starts anew, undo brings it back")
            part.setAccessibleName(said)
            part.setAccessibleDescription(why_not)

    def _offer_activations(self, place: int) -> None:
        """Let the activation of a layer be chosen."""
        menu, button = QMenu(self), self._handles[place].activation
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._add_activations(menu, place)
        menu.popup(button.mapToGlobal(button.rect().bottomLeft()))

    def _offer_all(self, place: int) -> None:
        """What the handles of a column do, as a menu."""
        one, menu = self._handles[place], QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        is_hidden = 0 < place < len(self.building.columns) - 1
        for handle in (one.more, one.less, one.insert):
            if place and (is_hidden or handle is one.insert):
                menu.addAction(handle.accessibleName(), handle.click).setEnabled(handle.isEnabled())
        if is_hidden:
            inner = menu.addMenu("Activation")
            inner.setEnabled(one.activation.isEnabled())
            self._add_activations(inner, place)
        for text, taken in self.building.features.items() if not place else ():
            action = menu.addAction(text, partial(self.building.toggle_feature, text))
            action.setCheckable(True)
            action.setChecked(taken)
            action.setEnabled(not taken or sum(self.building.features.values()) > 1)
        if not place and self.building.features:
            menu.addAction("A feature of one's own…", self.typing.emit)
        menu.popup(one.all.mapToGlobal(one.all.rect().bottomLeft()))

    def _add_activations(self, menu: QMenu, place: int) -> None:
        now = self.building.columns[place].activation
        for name, title in activations().items():
            action = menu.addAction(title, partial(self.building.set_activation, place - 1, name))
            action.setCheckable(True)
            action.setChecked(name == now)

    def place(self) -> None:
        """Stand above the columns as they are seen now."""
        if not self.isVisible() or not self.building.columns:
            return
        xs, line = self._xs(), self.fontMetrics().height()
        low = self.is_low
        if low != self._was_low:
            self._was_low = low
            self.lowChanged.emit()
            return
        self.setFixedHeight(round((1 if low else 2) * LINE * line) + 2 * APART)
        high, wide = round(LINE * line), round(WIDE * line)
        room = int(
            min([b - a for a, b in pairwise(xs)], default=self.width())
        )  # for a column and what is beside
        handles = self._handles[: len(xs)]
        longest = max(one.title.sizeHint().width() for one in handles[1:-1]) if len(xs) > 2 else 0
        roomy = room >= longest + 3 * wide + 5 * APART  # for all of a column in one row
        gap = APART if roomy else 1
        side = wide if roomy else min(wide, round(INSERTED * room))
        for place, (one, x) in enumerate(zip(handles, xs, strict=True)):
            if low:
                one.all.setGeometry(self._inside(x, APART, min(one.all.sizeHint().width(), room), high))
                continue
            own = room - 2 if 0 < place < len(xs) - 1 else room - side - 4
            self._shorten(one, place, len(xs), own)
            text = min(one.title.sizeHint().width(), own)
            one.title.setGeometry(self._inside(x, APART, text, high))
            button = min(wide, (own - text) // 2 - gap)
            left, right = one.title.geometry().left(), one.title.geometry().right() + 1
            one.less.setGeometry(left - gap - button, APART, button, high)
            one.more.setGeometry(right + gap, APART, button, high)
            below = room - 2 if roomy else room - side - 4
            metrics = one.activation.fontMetrics()
            room_of_text = below - metrics.averageCharWidth()
            one.activation.setText(metrics.elidedText(one.does, Qt.TextElideMode.ElideRight, room_of_text))
            for part in (one.activation, one.count):
                part.setGeometry(self._inside(x, APART + high, min(part.sizeHint().width(), below), high))
            if place:
                middle, top = round((x + xs[place - 1]) / 2), APART if roomy else APART + high
                one.insert.setGeometry(middle - side // 2, top, side, high)

    def _shorten(self, one: LayerHandles, place: int, count: int, room: int) -> None:
        """Write less above inputs and output where there is no room."""
        if place in ENDS or place == count - 1:
            whole, short = ENDS.get(place, OUTPUT)
            fits = one.title.fontMetrics().horizontalAdvance(whole) <= room
            one.title.setText(whole if fits else short)
            one.title.setToolTip("" if fits else whole)

    def _inside(self, x: float, top: int, width: int, height: int) -> QRect:
        """A place around a middle, moved into the strip."""
        left = max(0, min(round(x - width / 2), self.width() - width))
        return QRect(left, top, width, height)

    def _xs(self) -> list[float]:
        """Where the middles of the columns are seen, in pixels of this strip."""
        net = self.building.net
        columns = [column.node for column in self.building.columns]
        middles: dict[str, list[float]] = {name: [] for name in columns}
        for box in net.figure.boxes:
            name = net.view.shown_by(box.node)
            middles.get(name if name in middles else columns[0] if name in self._inputs() else "", []).append(
                box_rect(box).center().x()
            )
        shift = self._view.viewport().mapToGlobal(QPoint(0, 0)).x() - self.mapToGlobal(QPoint(0, 0)).x()
        found = []
        for xs in middles.values():
            x = sum(xs) / len(xs) if xs else 0.0
            found.append(float(self._view.mapFromScene(QPointF(x, 0)).x() + shift))
        return found

    def _inputs(self) -> tuple[str, ...]:
        run = self.building.training.made
        return run.trainer.roles.features if run else ()

    def resizeEvent(self, event: QEvent) -> None:
        self.place()


def is_low(part: QWidget) -> bool:
    """Whether a canvas has no room for handles besides the net; it does not depend on what they need."""
    canvas = part.parentWidget()
    return canvas is not None and canvas.height() < LOW * part.fontMetrics().height()


def _features_text(building: NetBuilding, count: int) -> str:
    features = building.features
    return f"{sum(features.values())} of {len(features)}" if features else f"{count}"


class Tile(QAbstractButton):
    """A feature as a map over the plane, with its formula below; down while the first layer takes it."""

    def __init__(self, text: str, inputs: int, size: float):
        super().__init__()
        self.theme: Theme = LIGHT
        self._formula, self._inputs, self._size = text, inputs, size
        self._math = _typeset(text)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def sizeHint(self) -> QSize:
        laid = formula(self._math, SMALL * self.fontInfo().pixelSize())
        side = round(TILE * self._size)
        return QSize(max(side, round(laid.width)) + 4, side + round(laid.height) + 4)

    def paintEvent(self, event: QPaintEvent) -> None:
        from app.widgets.heat import share_image
        from core.training.features import maps

        theme, on = self.theme, self.isChecked()
        side = round(TILE * self._size)
        square = QRect((self.width() - side) // 2, 2, side, side)
        (values,) = maps((self._formula,), self._inputs, SIDE)
        largest = float(abs(values).max()) or 1.0
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setOpacity(1.0 if on else FAINT)
            painter.drawImage(square.adjusted(2, 2, -2, -2), share_image(values / largest, theme))
            painter.setOpacity(1.0)
            pen = QPen(theme.colour("ink" if on else "faint"), 1.5 if on else 1)
            pen.setStyle(Qt.PenStyle.SolidLine if on else Qt.PenStyle.DashLine)
            if self.hasFocus():
                pen = QPen(theme.colour("accent"), 2)
            painter.setPen(pen)
            painter.drawRoundedRect(QRectF(square).adjusted(1, 1, -1, -1), 3, 3)
            laid = formula(self._math, SMALL * self.fontInfo().pixelSize())
            left = (self.width() - laid.width) / 2
            paint(
                painter,
                laid,
                left,
                square.bottom() + 2 + laid.ascent,
                {},
                theme.colour("ink" if on else "faint"),
            )


class FeatureField(QLineEdit):
    """A formula of one's own: Enter takes it, Escape leaves it."""

    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.frame_ = WrongFrame(self)
        self.setPlaceholderText("x1 + x2")
        self.setAccessibleName("Feature of one's own")
        self.setToolTip("A formula in the inputs, such as x1^2 + x2^2; Enter takes it in")
        self.textEdited.connect(lambda: self.frame_.show_around(False))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)


class FeatureTiles(QWidget):
    """The features that the first layer takes, and others: a click takes one in, or leaves it out.

    `entered` tells that one of one's own was typed.
    """

    entered = Signal()

    def __init__(self, building: NetBuilding):
        super().__init__()
        self.building, self.theme = building, LIGHT
        self._size = 1.0
        self.tiles: dict[str, Tile] = {}
        self._made_for: object = None
        self.own = Handle("ƒ+", dashed=False)
        self.own.setToolTip("A feature of one's own: type a formula in the inputs")
        self.own.setAccessibleName("Type a feature of one's own")
        self.own.clicked.connect(self.type_own)
        self.field = FeatureField()
        self.field.returnPressed.connect(self._take)
        self.field.left.connect(self._leave)
        self.field.hide()
        self.setObjectName("builder")
        self.setAccessibleName("Features")
        self.setAutoFillBackground(True)
        self.setBackgroundRole(self.backgroundRole().Base)
        self.setMinimumWidth(1)
        self._box = QHBoxLayout(self)
        self._box.setContentsMargins(8, 2, 8, 4)
        self._flow = QWidget()
        self._row = FlowLayout(self._flow)
        self._box.addWidget(self._flow, 1)
        self._row.addWidget(self.own)
        self._row.addWidget(self.field)
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        self.theme, self.own.theme = theme, theme
        self._size = self.fontInfo().pixelSize() / 13
        self.own.setFixedSize(round(TILE * self._size), round(TILE * self._size))
        self._made_for = None
        self.show_now(self.isVisible())

    def show_now(self, wanted: bool) -> None:
        """Show the features of the net that is drawn, if that is wanted."""
        building = self.building
        features = building.features if wanted and building.columns else {}
        low = is_low(self)
        if self.field.isHidden():
            self.own.setHidden(low)
        self.setVisible(bool(features) and not (low and self.field.isHidden()))
        made_for = (*features, building.inputs, self._size)
        if features and made_for != self._made_for:
            self._made_for = made_for
            self._make(list(features))
        for text, taken in features.items():
            tile = self.tiles[text]
            tile.setHidden(low)
            tile.setChecked(taken)
            said = f"Leave out the feature {text}" if taken else f"Take in the feature {text}"
            tile.setToolTip(f"{said}; the training starts anew, undo brings it back")
            tile.setAccessibleName(f"Feature {text}")

    def _make(self, features: list[str]) -> None:
        focused = next((text for text, tile in self.tiles.items() if tile.hasFocus()), "")
        for tile in self.tiles.values():
            self._row.removeWidget(tile)
            tile.hide()
            tile.deleteLater()
        for part in (self.own, self.field):
            self._row.removeWidget(part)
        self.tiles = {text: Tile(text, self.building.inputs, self._size) for text in features}
        for text, tile in self.tiles.items():
            tile.theme = self.theme
            tile.clicked.connect(partial(self._toggle, text))
            self._row.addWidget(tile)
        for part in (self.own, self.field):
            self._row.addWidget(part)
        if focused in self.tiles:
            self.tiles[focused].setFocus()

    def _toggle(self, text: str) -> None:
        tile = self.tiles[text]
        try:
            self.building.toggle_feature(text)
        except Problem as problem:
            tile.setChecked(True)
            say_below(tile, str(problem))

    def type_own(self) -> None:
        """Let a feature of one's own be typed."""
        self.own.hide()
        self.field.show()
        self.show_now(True)
        self.field.setFocus()

    def _take(self) -> None:
        try:
            self.building.add_feature(self.field.text())
        except Problem as problem:
            self.field.frame_.show_around(True)
            say_below(self.field, str(problem))
        else:
            self.field.clear()
            self._leave()
            self.entered.emit()

    def _leave(self) -> None:
        self.field.hide()
        self.field.frame_.show_around(False)
        self.own.show()
        self.own.setFocus()
        self.show_now(True)


def _typeset(text: str) -> Math:
    from core.graph.programs import read_program
    from core.math.typeset import Typesetter

    return Typesetter().tree(read_program(text).statements[-1].tree)
