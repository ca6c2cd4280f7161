"""NumPy, loaded at its first use: a program of numbers needs none, and the window opens sooner.

The modules that are loaded before the first picture write `from core.base.lazy_numpy import np`, all others
`import numpy as np`. Type checkers see NumPy itself.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any


class _Late:
    """Stands for a module; what was asked for once is kept and costs no more than the module's own."""

    def __init__(self, name: str):
        self.__name = name

    def __getattr__(self, attribute: str) -> Any:
        found = getattr(import_module(self.__name), attribute)
        setattr(self, attribute, found)
        return found


if TYPE_CHECKING:
    import numpy as np
else:
    np = _Late("numpy")


def numpy_is_loaded() -> bool:
    """Whether NumPy is there already, so that using it takes no time."""
    return "numpy" in sys.modules


__all__ = ["np", "numpy_is_loaded"]
