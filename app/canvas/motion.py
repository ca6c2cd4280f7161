"""A movement on the canvas: a share from 0 to 1 that grows with time, and what is done when it ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

if TYPE_CHECKING:
    from PySide6.QtCore import QVariantAnimation


class Motion(QObject):
    """One movement at a time; the next one takes the place of the one before."""

    def __init__(self, parent: QObject):
        super().__init__(parent)
        self._animation: QVariantAnimation | None = None
        self._moved: Callable[[float], None] | None = None
        self._ended: Callable[[], None] | None = None

    def begin(
        self,
        milliseconds: float,
        moved: Callable[[float], None],
        ended: Callable[[], None] = lambda: None,
        backwards: bool = False,
    ) -> None:
        """Call `moved` with shares from 0 to 1, or from 1 to 0 when going `backwards`, and then `ended`."""
        self.cancel()
        self._animation = self._animation or self._made()
        self._moved, self._ended = moved, ended
        self._animation.setDirection(
            self._animation.Direction.Backward if backwards else self._animation.Direction.Forward
        )
        self._animation.setDuration(max(1, round(milliseconds)))
        self._animation.start()

    def cancel(self) -> None:
        """Stop where everything is."""
        self._moved = self._ended = None
        if self._animation is not None:
            self._animation.stop()

    def finish(self) -> None:
        """End the movement at once: all is where it goes."""
        ended = self._ended
        self.cancel()
        if ended:
            ended()

    def hold(self, share: float) -> None:
        """Stop where a share of the way is done, as long as nothing else is asked for."""
        if self._animation is not None and self._moved is not None:
            self._animation.pause()
            self._animation.setCurrentTime(round(share * self._animation.duration()))

    def _end(self) -> None:
        ended, self._moved, self._ended = self._ended, None, None
        if ended:
            ended()

    @property
    def milliseconds(self) -> int:
        """How long it takes."""
        return self._animation.duration() if self._animation is not None else 0

    def _made(self) -> QVariantAnimation:
        from PySide6.QtCore import QEasingCurve, QVariantAnimation

        animation = QVariantAnimation(self, startValue=0.0, endValue=1.0)
        animation.setEasingCurve(QEasingCurve.Type.InOutSine)
        animation.valueChanged.connect(self._move)
        animation.finished.connect(self._end)
        return animation

    def _move(self, share: float) -> None:
        if self._moved:
            self._moved(share)
