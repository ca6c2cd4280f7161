"""What is painted, as a person sees it: pixels by the theme's nearest colour, places as in the figure."""

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QWidget

from app.canvas.scene import Scene
from app.figures.bounds import bounds
from app.figures.files import write_figure
from app.widgets.colours import CLASSES

# of colours that are the same in a theme, such as those of a gradient and of what is wrong, the first counts
PARTS = (
    *("ink", "faint", "line", "paper", "value", "gradient", "upstream", "local"),
    *(
        "lit",
        "lit_back",
        "receiving",
        "ground",
        "negative",
        "zero",
        "positive",
        "accent",
        "wrong",
        "panel",
        "field",
    ),
)
NEAR = 40  # how far apart, in a cube of 256 along each side, two colours still count as the same
SCALE = 2  # pixels for each length of a figure


def of_theme(theme):
    """The colours of a theme by what they mean."""
    return {part: QColor(getattr(theme, part)) for part in PARTS}


def of_classes(count):
    return {f"class {k}": QColor(CLASSES[k]) for k in range(count)}


class Seen:
    """A picture: an image of a rectangle, and the colours it is looked at with.

    Places are (x, y) in the coordinates of that rectangle, y growing downwards.
    """

    def __init__(self, image, area, colours):
        self.area = QRectF(area)
        self.rgb = pixels(image)
        self._names = list(colours)
        self._palette = np.array([colour.getRgb()[:3] for colour in colours.values()], np.int32)
        rows, columns = self.rgb.shape[:2]
        self._across, self._down = self.area.width() / columns, self.area.height() / rows

    def places(self, *parts, within=None):
        """Where pixels have the colour of one of these parts, inside a rectangle: an array of (x, y)."""
        rows, columns = self._window(within)
        return self._points(self._has(parts, rows, columns), rows, columns)

    def amount(self, *parts, within=None):
        """How many pixels have the colour of one of these parts."""
        return int(self._has(parts, *self._window(within)).sum())

    def middle(self, *parts, within=None):
        """The middle of the pixels of these parts."""
        found = self.places(*parts, within=within)
        assert len(found), f"no {' or '.join(parts)} is to be seen there"
        return found.mean(axis=0)

    def most(self, within, among=None):
        """Which of some colours is seen most in a rectangle."""
        rows, columns = self._window(within)
        nearest = self._nearest(self.rgb[rows, columns].astype(np.int32))
        return max(among or self._names, key=lambda part: np.sum(nearest == self._names.index(part)))

    def contrasting(self, within):
        """The columns in which something black or white stands out from the ground of a rectangle."""
        rows, columns = self._window(within)
        rgb = self.rgb[rows, columns].astype(np.int32)
        ground = np.median(rgb.reshape(-1, 3), axis=0)
        apart = np.abs(rgb - ground).sum(axis=2) > 120
        return np.unique(self._points(apart, rows, columns)[:, 0])

    def mean(self, within):
        """The mean red, green and blue of a rectangle."""
        rows, columns = self._window(within)
        return tuple(int(part) for part in self.rgb[rows, columns].reshape(-1, 3).mean(axis=0).round())

    def at(self, x, y, size=1.0):
        """The part whose colour is seen most around a place."""
        return self.most(around(x, y, size, size))

    def changed(self, other, within=None):
        """The middle of what differs from another picture of the same place."""
        rows, columns = self._window(within)
        apart = np.abs(self.rgb[rows, columns].astype(np.int32) - other.rgb[rows, columns]).sum(axis=2) > 60
        assert apart.any(), "nothing has changed there"
        return self._points(apart, rows, columns).mean(axis=0)

    def _has(self, parts, rows, columns):
        """Which pixels of a part of the image have one of these colours, and no other that is nearer."""
        wanted = [self._names.index(part) for part in parts]
        rgb = self.rgb[rows, columns].astype(np.int32)
        found = np.any([_apart(rgb, self._palette[number]) < NEAR**2 for number in wanted], axis=0)
        found[found] = np.isin(self._nearest(rgb[found]), wanted)
        return found

    def _nearest(self, rgb):
        """For each pixel the number of its colour, or −1 where none is near."""
        apart = np.stack([_apart(rgb, colour) for colour in self._palette])
        return np.where(apart.min(axis=0) < NEAR**2, apart.argmin(axis=0), -1)

    def _window(self, within):
        """The rows and columns of the pixels whose middles lie in a rectangle."""
        rect = self.area if within is None else self.area.intersected(within)
        left, top = rect.left() - self.area.left(), rect.top() - self.area.top()
        across = [round(x / self._across) for x in (left, left + rect.width())]
        down = [round(y / self._down) for y in (top, top + rect.height())]
        return slice(*down), slice(*across)

    def _points(self, mask, rows, columns):
        down, across = np.nonzero(mask)
        return np.stack(
            [
                self.area.left() + (columns.start + across + 0.5) * self._across,
                self.area.top() + (rows.start + down + 0.5) * self._down,
            ],
            axis=1,
        )


def _apart(rgb, colour):
    return np.square(rgb - colour).sum(axis=-1)


def around(x, y, across, down):
    """A rectangle around a point."""
    return QRectF(x - across / 2, y - down / 2, across, down)


def pixels(image):
    """An image's red, green and blue: (rows, columns, 3) bytes."""
    image = image.convertToFormat(QImage.Format.Format_RGBA8888)
    found = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine() // 4, 4)
    return found[:, : image.width(), :3].copy()


# -- what is looked at


def widget(shown: QWidget, theme, **more):
    """A widget as it is on the screen, in its own coordinates."""
    return Seen(shown.grab().toImage(), shown.rect(), of_theme(theme) | more)


def painted(area, theme, paint):
    """What `paint` paints of a rectangle."""
    image = QImage(round(SCALE * area.width()), round(SCALE * area.height()), QImage.Format.Format_RGB32)
    image.fill(QColor(theme.paper))
    with QPainter(image) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(SCALE, SCALE)
        painter.translate(-area.topLeft())
        paint(painter)
    return Seen(image, area, of_theme(theme))


class Canvas:
    """A session's figure on the canvas and in files."""

    def __init__(self, session, theme, folder):
        self.session, self.theme, self.folder = session, theme, folder
        self.scene = Scene(session)
        self.scene.animated = False
        self.scene.set_theme(theme)

    def open(self, text, step="start", **values):
        """A program at a step of its trace."""
        self.session.open_program(text, values, "open")
        assert self.session.problem is None, self.session.problem
        self.go(step)
        return self

    def go(self, step):
        self.session.seek(self.session.trace.position(step))
        return self

    def look(self, medium="canvas"):
        """The present figure on the canvas, or in a file that was saved."""
        return getattr(self, f"_{medium}")()

    def _canvas(self):
        area = QRectF(self.scene.bounds().toAlignedRect())
        size = (area.size() * SCALE).toSize()
        image = QImage(size, QImage.Format.Format_RGB32)
        with QPainter(image) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self.scene.render(painter, QRectF(0, 0, size.width(), size.height()), area)
        return Seen(image, area, of_theme(self.theme))

    def _svg(self):
        path, area = self.folder / "figure.svg", bounds([self.session.figure], self.theme)
        write_figure(self.session.figure, path, self.theme)
        image = QImage((area.size() * SCALE).toSize(), QImage.Format.Format_RGB32)
        with QPainter(image) as painter:
            QSvgRenderer(str(path)).render(painter)
        return Seen(image, area, of_theme(self.theme))

    def tex(self):
        """The present figure as TikZ."""
        path = self.folder / "figure.tex"
        write_figure(self.session.figure, path, self.theme)
        return path.read_text(encoding="utf-8")

    # -- where things stand

    def box(self, name):
        """The rectangle of a node."""
        width, height = self.session.drawing.sizes[name]
        return around(*self.session.drawing.placement.centres[name], width, height)

    def gap(self, source, target, above=45.0, below=45.0):
        """The room between two boxes that stand side by side, around the middle of the first."""
        left, right = self.box(source), self.box(target)
        middle = left.center().y()
        return QRectF(QPointF(left.right(), middle - above), QPointF(right.left(), middle + below))

    def symbol(self, name):
        """The inside of a node's circle."""
        return self.box(name).adjusted(5, 5, -5, -5)

    # -- the token

    def step_with_token(self, by=1):
        """One step with its movement, held at the beginning."""
        self.scene.animated = True
        self.session.step(by)
        assert self.scene._token.isVisible(), "nothing travels"
        self.scene._travel.hold(float(by < 0))
        return self.scene._travel

    def travelled(self, travel, share):
        """The canvas after a share of the way."""
        travel.hold(share)
        return self.look()

    def token(self, travel, share, within=None):
        """Where what travels is after a share of its way."""
        seen = self.travelled(travel, share)
        self.scene._token.setVisible(False)
        without = self.look()
        self.scene._token.setVisible(True)
        return seen.changed(without, within)


def shapes(seen, within, ink="ink"):
    """The separate signs of a line of text from left to right, each as (x, width, height)."""
    found = seen.places(ink, within=within)
    assert len(found), "nothing is written there"
    xs = np.unique(found[:, 0])
    signs = np.split(xs, np.nonzero(np.diff(xs) > 1.5 / SCALE)[0] + 1)
    heights = [np.ptp(found[np.isin(found[:, 0], sign), 1]) for sign in signs]
    found = [(sign.mean(), np.ptp(sign), height) for sign, height in zip(signs, heights, strict=True)]
    return [sign for sign in found if max(sign[1:]) > 1]  # the end of a serif is no sign


def named(window, name, kind=QWidget):
    """The one widget that a screen reader calls so."""
    (found,) = (shown for shown in window.findChildren(kind) if shown.accessibleName() == name)
    return found
