"""What the program remembers between two starts: one table of names, defaults and what is allowed."""

from __future__ import annotations

import base64
import contextlib
import json
import re
import zlib
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, NoReturn

from msgspec import Struct
from PySide6.QtCore import QRect, QSettings, QStandardPaths
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMainWindow

from app.state.arrangement import Arrangement, arrangement_text, read_arrangement
from app.system.disk import program_folder, read_text, shown_path
from app.widgets.theme import THEMES
from core.base.errors import Problem
from core.base.numbers import DIGITS
from core.figure import STRIDES, read_target
from core.graph.json_values import parse_json
from core.math.derivative_names import NOTATIONS, PARTIAL
from core.service.listing import FORMS

MAX_FILE, MAX_RECENT, MAX_PATH = 1_000_000, 12, 4096
SET_ASIDE = "The settings could not be read and start afresh; the old ones are kept in {}"
SOME_ASIDE = "These settings could not be read and are as at first: {}; the old ones are kept in {}"
NOT_MOVED = "The settings could not be read; those of this session are not kept"
PLAIN_LINE = re.compile(r"\s*(?:[;#].*|\[[^\[\]]+\]\s*|[^=]+=(?!\s*\"?@(?!@)).*)?")
NUMBER = re.compile(r"[0-9]{1,6}(?:\.[0-9]{1,20})?")


class Setting(Struct, frozen=True):
    """A default, how a value is read from text (raising ValueError where it is not allowed) and written.

    One that `was` called otherwise is read by that name from older files.
    """

    usual: Any
    read: Callable[[str], Any]
    write: Callable[[Any], str] = str
    was: str = ""


def _one_of(words: Collection[str]) -> Callable[[str], str]:
    return lambda text: text if text in words else _refused(text)


def _number(low: float, high: float, kind: type = float) -> Callable[[str], Any]:
    def read(text: str) -> Any:
        return kind(text) if NUMBER.fullmatch(text) and low <= float(text) <= high else _refused(text)

    return read


def _read_paths(text: str) -> tuple[str, ...]:
    found = parse_json(text, lone_surrogates=True)  # a file's name may be any bytes
    if not isinstance(found, list) or not all(isinstance(p, str) and 0 < len(p) <= MAX_PATH for p in found):
        _refused(text)
    return tuple(found[:MAX_RECENT])


def _read_bytes(text: str) -> bytes:
    """Bytes with their checksum: Qt crashes on a window state that was damaged."""
    checksum, _, rest = text.partition(":")
    data = base64.b64decode(rest, validate=True)
    return data if checksum == f"{zlib.crc32(data):08x}" else _refused(text)


def _write_bytes(data: bytes) -> str:
    return f"{zlib.crc32(data):08x}:{base64.b64encode(data).decode()}"


def _refused(text: str) -> NoReturn:
    raise ValueError(f"'{text[:40]}' is not allowed")


def _switch(text: str) -> bool:
    return _one_of(("True", "False"))(text) == "True"


def _target(text: str) -> str:
    """What figures are made for: a slide, a column, a size; nothing is as they are on the screen."""
    try:
        return read_target(text).name if text else ""
    except Problem:
        return _refused(text)


TABLE: Mapping[str, Setting] = MappingProxyType(
    {
        "theme": Setting(next(iter(THEMES)), _one_of(THEMES)),
        "text_scale": Setting(1.0, _number(1, 2)),
        "digits": Setting(DIGITS, _number(1, 17, int)),
        "notation": Setting(PARTIAL, _one_of(NOTATIONS)),
        "animate": Setting(True, _switch),
        "note_texts": Setting(True, _switch),
        "captions": Setting(True, _switch),
        "shapes": Setting(False, _switch),
        "gradient_names": Setting(False, _switch),
        "fit": Setting("", _target),
        "note_size": Setting(21, _number(13, 60, int)),
        "figure_text": Setting("outlines", _one_of(("outlines", "fonts"))),
        "stride": Setting("node", _one_of(STRIDES)),
        "listing": Setting("math", _one_of(FORMS)),
        "data_gradients": Setting(True, _switch),
        "in_beats": Setting(False, _switch, was="by_parts"),
        "step_speed": Setting(1.0, _number(0.25, 8), was="speed"),
        "recent": Setting((), _read_paths, lambda paths: json.dumps(list(paths))),
        "geometry": Setting(b"", _read_bytes, _write_bytes),
        "arrangement": Setting(Arrangement(), read_arrangement, arrangement_text),
    }
)


class Settings:
    """The settings of the table, kept in a file where there is a place for one, in memory else.

    `warning` is a sentence to say once when the file was damaged; the program then starts with defaults.
    """

    def __init__(self, path: Path | None = None):
        place = program_folder(QStandardPaths.StandardLocation.GenericConfigLocation)
        self.path = path or (place / "settings.ini" if place else None)
        self.warning = ""
        self._values: dict[str, Any] = {}
        self._set_noise_aside()
        self._store = QSettings(str(self.path), QSettings.Format.IniFormat) if self.path else None
        self._load()

    def get(self, name: str) -> Any:
        return self._values.get(name, TABLE[name].usual)

    def set(self, name: str, value: Any) -> None:
        """Remember a value. Raises ValueError for one that the table does not allow."""
        text = TABLE[name].write(value)
        value = TABLE[name].read(text)
        if value != self.get(name):
            self._values[name] = value
            if self._store is not None:
                self._store.setValue(name, text)

    def reset(self) -> None:
        """Back to the defaults, in the file too."""
        self._values.clear()
        if self._store is not None:
            self._store.clear()
            self._store.sync()

    def flush(self) -> None:
        """Write to the file now; where that is not possible the settings live on in memory."""
        if self._store is not None:
            self._store.sync()

    # -- the window's place

    def save_window(self, window: QMainWindow) -> None:
        if not window.isFullScreen():
            self.set("geometry", bytes(window.saveGeometry().data()))
        self.flush()

    def restore_window(self, window: QMainWindow) -> None:
        """Put a window where it was, or to where a screen is now."""
        if self.get("geometry") and window.restoreGeometry(self.get("geometry")) and not window.isMaximized():
            screens = [screen.availableGeometry() for screen in QGuiApplication.screens()]
            window.setGeometry(visible_geometry(window.geometry(), screens))

    # -- the file

    def _set_noise_aside(self) -> None:
        """A file that is no settings file at all is moved out of the way before Qt reads it."""
        if self.path is None or not self.path.is_file():
            return
        try:
            lines = read_text(self.path, MAX_FILE).splitlines()
            if "\0" not in "".join(lines) and all(PLAIN_LINE.fullmatch(line) for line in lines):
                return
        except Problem:
            pass
        self.warning = SET_ASIDE.format(shown_path(self._kept_as()))
        try:
            self.path.replace(self._kept_as())
        except OSError:
            self.warning, self.path = NOT_MOVED, None

    def _load(self) -> None:
        wrong = []
        for name, setting in TABLE.items():
            name_in_file = next((key for key in (name, setting.was) if self._holds(key)), "")
            if self._store is None or not name_in_file:
                continue
            text = self._store.value(name_in_file)
            try:
                self._values[name] = setting.read(text if isinstance(text, str) else _refused(str(text)))
            except ValueError:
                wrong.append(name_in_file)
        if wrong and self._store is not None and self.path is not None:
            with contextlib.suppress(OSError):
                self._kept_as().write_bytes(self.path.read_bytes())
            self.warning = SOME_ASIDE.format(", ".join(wrong), shown_path(self._kept_as()))
            for name in wrong:
                self._store.remove(name)

    def _holds(self, key: str) -> bool:
        return self._store is not None and bool(key) and self._store.contains(key)

    def _kept_as(self) -> Path:
        assert self.path is not None
        return self.path.with_suffix(".bad")


def visible_geometry(wanted: QRect, screens: Sequence[QRect]) -> QRect:
    """The rectangle itself where its title can be grasped on a screen, else as near as a screen allows."""
    title = QRect(wanted.left(), wanted.top(), wanted.width(), 40)
    overlaps = [title.intersected(screen) for screen in screens]
    if not screens or any(part.width() >= 120 and part.height() >= 30 for part in overlaps):
        return wanted
    areas = [wanted.intersected(screen) for screen in screens]
    screen = max(zip(screens, areas, strict=True), key=lambda pair: pair[1].width() * pair[1].height())[0]
    width, height = min(wanted.width(), screen.width()), min(wanted.height(), screen.height())
    left = max(screen.left(), min(wanted.left(), screen.right() + 1 - width))
    top = max(screen.top(), min(wanted.top(), screen.bottom() + 1 - height))
    return QRect(left, top, width, height)
