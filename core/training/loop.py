"""What a training does around the two passes, line by line, as mathematics or as code."""

from __future__ import annotations

from core.training.optimizers import OPTIMIZERS
from core.training.setup import TrainingSetup

Lines = tuple[str, ...]


def loop_lines(setup: TrainingSetup, form: str) -> tuple[Lines, Lines, Lines]:
    """Write the loop of a training.

    Args:
        setup: what is trained.
        form: `math`, `numpy` or `torch`.

    Returns:
        What stands before the given values, before the forward pass, and after the backward pass.
    """
    options = setup.options
    size = min(options.batch_size, len(setup.dataset)) if setup.dataset else 0
    data, rule = ", ".join(setup.roles.data), OPTIMIZERS[options.optimizer]
    update = f"update every parameter w with its gradient g: {rule.formula}"
    if form == "torch":
        each = f"for {data} in batches:  # of {size}" if size else "for step in range(steps):"
        return (each,), ("optimizer.zero_grad()",), ("optimizer.step()",)
    if form == "numpy":
        each = f"for {data} in batches:  # of {size}" if size else "for step in range(steps):"
        return (each,), (), (f"# {update}",)
    each = f"for every mini-batch of {size} examples" if size else "for every step"
    return (each,), ("set all gradients to 0",), (update,)
