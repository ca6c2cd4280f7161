"""A plan as one fast function: the stepper's rules, vectorised over a batch, as straight-line NumPy.

Where all are plain numbers and there is one example at a time, it is straight-line Python on floats instead.

compile_plan   a plan for batches of a certain size -> Compiled
Compiled       arrays to fill, `forward` and `step` to call, arrays to read; `source` is the listing that runs

Modules in reading order: `ready` (what comes out), `terms` (arrays to be computed, simplified), `kernels`,
`arranging` and `images` (rules become terms), `layout` (parameters in one vector), `lowering` (a plan becomes
assignments), `products` and `writer` (assignments become statements), `bound` (how the
listing is run), `scalars` (plans of numbers), `engine` (which of the two).
"""

from __future__ import annotations

from core.compiled.engine import compile_plan
from core.compiled.ready import Compiled, Flat

__all__ = ["Compiled", "Flat", "compile_plan"]
