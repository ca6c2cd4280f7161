"""The optimizer of a PyTorch script: that of torch.optim, or where there is none the rule as a class.

optimizer_made    the call that makes it
optimizer_class   the lines of the class; none where torch.optim has the rule
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Sequence

from core.export.code import filled, name, printed
from core.export.torch.kernels import Operand
from core.export.torch.rules import expression
from core.notation.tree import Binary, Name, names
from core.training.optimizers import Optimizer
from core.training.update_rules import COUNT, GRADIENT, PARAMETERS, Statement, remembered, settled

RATE = "lr"
CLASS = '''\
class {name}(torch.optim.Optimizer):
    """{rule}"""

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            {numbers} = {read}
            for w in group["params"]:
                g = torch.zeros_like(w) if w.grad is None else w.grad
'''


def optimizer_made(optimizer: Optimizer, parameters: Sequence[str], spared: Collection[str]) -> str:
    """The call that makes the optimizer of a net's parameters; decay does not reach those that are spared."""
    tensors, twin = _groups(optimizer, parameters, spared), _twin(optimizer)
    if twin is None:
        numbers = ", ".join(f'"{each}": {optimizer.hyper[each]!r}' for each in _letters(optimizer).values())
        return f"{type(optimizer).__name__}({tensors}, {{{numbers}}})"
    usual = {one.name: one.default for one in optimizer.hyperparameters}
    changed = {each for each in usual if optimizer.hyper[each] != usual[each] or each == RATE}
    values: dict[str, ast.expr] = {each: ast.Constant(value) for each, value in optimizer.hyper.items()}
    words = [
        f"{word.arg}={printed(filled(printed(word.value), values))}"
        for word in twin.keywords
        if changed & _mentioned(word)
    ]
    return f"{printed(twin.func)}({', '.join([tensors, *words])})"


def optimizer_class(optimizer: Optimizer) -> list[str]:
    """The rule as a class of its own, which changes each tensor of parameters in turn."""
    if _twin(optimizer):
        return []
    letters, own = _letters(optimizer), _own(optimizer)
    kept = remembered(own)
    counts = any(COUNT in names(statement.tree) for statement in own)
    binding = {letter: Operand(name(each), plain=True) for letter, each in {**letters, COUNT: COUNT}.items()}
    binding |= {letter: Operand(name(letter)) for letter in (PARAMETERS, GRADIENT, *kept)}
    lines = ["state = self.state[w]  # what is remembered, at first 0"] * bool(kept or counts)
    lines += [f'{COUNT} = state.get("{COUNT}", 0) + 1'] * counts
    lines += [f'{letter} = state.get("{letter}", torch.zeros_like(w))' for letter in kept]
    for statement in own:
        lines.append(_assigned(statement, binding))
        binding[statement.target] = Operand(name(statement.target))
    renewed = [f"{letter}={letter}" for letter in [COUNT] * counts + kept]
    lines += [f"state.update({', '.join(renewed)})"] * bool(renewed)
    head = CLASS.format(
        name=type(optimizer).__name__,
        rule=optimizer.own,
        numbers=", ".join(letters.values()),
        read=", ".join(f'group["{each}"]' for each in letters.values()),
    )
    return [*head.splitlines(), *(f"{' ' * 16}{line}" for line in lines), "", ""]


def _twin(optimizer: Optimizer) -> ast.Call | None:
    """The call in torch.optim, unless the rule has none or one of its numbers is there always 0."""
    if not optimizer.torch:
        return None
    call = ast.parse(optimizer.torch, mode="eval").body
    assert isinstance(call, ast.Call)
    known = {each for word in call.keywords for each in _mentioned(word)}
    own = {one.name for one in optimizer.hyperparameters}
    return None if any(optimizer.hyper[each] for each in own - known) else call


def _own(optimizer: Optimizer) -> Sequence[Statement]:
    """The rule's own statements at its numbers; `before_update` writes those of penalty and clipping."""
    numbers = {one.symbol: optimizer.hyper[one.name] for one in optimizer.hyperparameters}
    return settled(optimizer.own, numbers)


def _mentioned(word: ast.keyword) -> set[str]:
    return {part.id for part in ast.walk(word.value) if isinstance(part, ast.Name)}


def _letters(optimizer: Optimizer) -> dict[str, str]:
    """The hyperparameters that the rule needs as it is, by their letters."""
    needed = {letter for statement in _own(optimizer) for letter in names(statement.tree)}
    return {one.symbol: one.name for one in optimizer.hyperparameters if one.symbol in needed}


def _groups(optimizer: Optimizer, parameters: Sequence[str], spared: Collection[str]) -> str:
    """The parameters, in two groups where decay does not reach some of them."""
    decays = [one.name for one in optimizer.hyperparameters if one.decays and optimizer.hyper[one.name]]
    if not (decays and spared):
        return "net.parameters()"
    reached, rest = (
        ", ".join(f"net.{each}" for each in parameters if (each in spared) == wanted)
        for wanted in (False, True)
    )
    zeros = ", ".join(f'"{each}": 0.0' for each in decays)
    return f'[{{"params": [{reached}]}}, {{"params": [{rest}], {zeros}}}]'


def _assigned(statement: Statement, binding: dict[str, Operand]) -> str:
    """A statement of the rule; the parameters are changed in place."""
    target, tree = statement
    match tree:
        case Binary("+" | "-" as sign, Name(first), change) if first == target == PARAMETERS:
            return f"{target} {sign}= {printed(expression(change, binding).text)}"
    found = printed(expression(tree, binding).text)
    if target == PARAMETERS:
        return f"{target}.copy_({found})"
    return f"{target} = {found}{'.clone()' * isinstance(tree, Name)}"
