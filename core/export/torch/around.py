"""What a PyTorch training script does around its optimizer: penalty, clipping, limits of norms, the schedule.

before_update   lines between the backward pass and the update
after_update    lines behind the update
at_epoch        lines at the start of each epoch
"""

from __future__ import annotations

from collections.abc import Mapping

from core.training.choices import COSINE, RECIPROCAL, STEPS
from core.training.hyperparameters import L1_RATE
from core.training.limits import limited
from core.training.schedules import Schedule
from core.training.trainer import Trainer

FORMS = {
    STEPS: "{factor!r} ** (epoch // {epochs})",
    COSINE: "((1 + math.cos(math.pi * epoch / {epochs})) / 2 if epoch < {epochs} else 0.0)",
    RECIPROCAL: "1 / (1 + {factor!r} * epoch)",
}


def before_update(trainer: Trainer, called: Mapping[str, str]) -> list[str]:
    """Add the penalty's gradient and clip the sum; `called` are the parameters' names in the script."""
    optimizer, hyper = trainer.optimizer, trainer.optimizer.hyper
    lines = []
    if (hyper["l1"] or hyper["l2"]) and L1_RATE not in optimizer.hyperparameters:
        reached = ", ".join(f"net.{called[name]}" for name in called if name not in trainer.spared)
        terms = {"l1": f"{hyper['l1']!r} * torch.sign(w)", "l2": f"{hyper['l2']!r} * w"}
        added = " + ".join(text for name, text in terms.items() if hyper[name])
        lines += [f"for w in [{reached}]:", f"    w.grad += ({added}).detach()  # that of the penalty"]
    if hyper["clip_value"]:
        lines.append(f"torch.nn.utils.clip_grad_value_(net.parameters(), {hyper['clip_value']!r})")
    if hyper["clip_norm"]:
        lines.append(f"torch.nn.utils.clip_grad_norm_(net.parameters(), {hyper['clip_norm']!r})")
    return lines


def after_update(trainer: Trainer, called: Mapping[str, str]) -> list[str]:
    """Hold the norms of the weights that come into each unit."""
    most = trainer.options.max_norm
    if not most:
        return []
    lines = ["with torch.no_grad():  # no unit's weights have a larger norm than that"]
    for name, axes in limited(trainer.graph, trainer.roles.parameters).items():
        w = f"net.{called[name]}"
        norms = f"torch.sum({w} ** 2, {axes}, keepdim=True).sqrt()" if axes else f"torch.abs({w})"
        lines.append(f"    {w}.mul_(torch.clamp({most!r} / {norms}, max=1.0))")
    return lines


def at_epoch(schedule: Schedule, rate: float) -> list[str]:
    """Set the rate of the epoch."""
    if schedule.kind not in FORMS:
        return []
    form = FORMS[schedule.kind].format(epochs=schedule.epochs, factor=schedule.factor)
    return ["for group in optimizer.param_groups:", f'    group["lr"] = {rate!r} * {form}  # the schedule']
