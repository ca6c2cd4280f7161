"""Which names of a program are inputs, target, parameters and constants, found from how they are used.

roles_of  the roles for a data set; Problem where program and data do not fit
inferred  the same before anything is checked or the target's coding is known
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain, count

from msgspec.structs import replace

from core.data.examples import Dataset
from core.graph.graph import Graph
from core.graph.targets import targets
from core.ops import squashing
from core.ops.facts import SIGNS
from core.training.coding import Loss, coding, of_prediction
from core.training.optimizers import SGD, Optimizer
from core.training.prediction import candidates, readable
from core.training.roles import AS_CONSTANT, AS_INPUT, AS_PARAMETER, AS_TARGET, Roles
from core.training.trainable import check, check_choices, check_parameters
from core.training.usage import Usage

# numbers by these names are constants; vectors are learned
CONSTANTS = ("λ", "η", "α", "β", "μ", "ε", "δ", "Δ", "τ", "N", "T", "C", "margin")
PENALTY = re.compile(r"λ_?\w+$")
TARGETS = ("t", "k", "target", "y", "d", "label", "labels")
VECTOR, ONE = "x", "x0"
LEARNED = re.compile(r"[wWbθUuVv](_?\w*)$")
NUMBERED = re.compile(r"x(\d+)$")
MASK = re.compile(r"[mM](ask)?$")


def roles_of(
    graph: Graph,
    dataset: Dataset | None = None,
    chosen: Mapping[str, str] | None = None,
    rule: type[Optimizer] = SGD,
) -> Roles:
    """The roles of a graph's inputs. Raises Problem where graph and data do not fit.

    `chosen` are the roles given to names, of CHOICES. Without data, or beside names like w, W and b, other
    names keep the values they have. A `rule` with an objective of its own gets a target even if the
    program uses none.
    """
    chosen = {name: role for name, role in (chosen or {}).items() if name in graph.free}
    check_choices(chosen, dataset)
    found = inferred(graph, dataset, chosen)
    if rule.objective and dataset is not None and not found.target:
        unused = next(n for n in chain(["t"], (f"t{number}" for number in count(1))) if n not in graph.nodes)
        found = replace(found, target=unused, prediction=graph.output)
    if dataset is None:
        check_parameters(found, graph)
        return found
    check(found, graph, dataset, chosen)
    return _with_coding(found, graph, dataset, chosen, rule)


def _with_coding(
    roles: Roles, graph: Graph, dataset: Dataset, chosen: Mapping[str, str], rule: type[Optimizer]
) -> Roles:
    """The roles with the coding of the target, and where and how the prediction tells two classes apart."""
    target, prediction = roles.target, roles.prediction
    if not target:
        return roles
    if target not in graph.nodes:
        means = of_prediction(graph, dataset, prediction)
        is_score = rule.thresholds and not graph.nodes[prediction].operation.flat
        return replace(roles, coding=means, threshold=0.0 if is_score or means == SIGNS else 0.5)
    usage = _usage(roles, graph)
    found = [name for name in candidates(usage, target) if not graph.nodes[name].shape] or [prediction]
    choice = chosen.get(target, "").partition(" ")[2]
    means = choice or coding(graph, dataset, target, found[0])
    pointed = any(graph.pointed(edge) for edge in graph.users[target])
    numbers = bool(found[0]) and not (pointed or graph.nodes[found[0]].shape or graph.nodes[target].shape)
    if dataset.classes != 2 or not numbers:
        return replace(roles, coding=means)
    both = (-1.0, 1.0) if means == SIGNS else (0.0, 1.0)
    seen = [loss for name in found if (loss := Loss(graph, target, name)).is_known]
    ways = {loss.prediction: loss.direction(both) for loss in seen}
    best = next((n for n in ways if ways[n] > 0), next((n for n in ways if ways[n]), found[0]))
    cut = next((loss.threshold(both) for loss in seen if loss.prediction == best), both[0] / 2 + both[1] / 2)
    if rule.thresholds and not graph.nodes[best].operation.flat:
        cut = 0.0
    shown = readable(graph, best)
    if shown != best and cut == 0 and graph.nodes[shown].op in squashing("probability"):
        cut = 0.5  # of σ(score)
    return replace(
        roles, coding=means, threshold=cut, prediction=shown, higher_is_second=ways.get(best, 1) >= 0
    )


def inferred(graph: Graph, dataset: Dataset | None, chosen: Mapping[str, str]) -> Roles:
    """Return which names are what; the target's coding is not known yet, nor is anything checked."""
    if dataset is None:
        chosen = {name: role for name, role in chosen.items() if role in (AS_PARAMETER, AS_CONSTANT)}
        features, target = list[str](), ""
    else:
        features, target = _data_names(graph, dataset, chosen)
    parameters = _parameters(graph, dataset, chosen, features, target)
    fixed = tuple(name for name in graph.free if name not in (*parameters, *features, target))
    columns = _columns(graph, features, dataset) if dataset is not None else ()
    found = Roles(parameters, tuple(features), columns, target, fixed=fixed)
    names = candidates(_usage(found, graph), target) if features else []
    return replace(found, prediction=readable(graph, names[0]) if names else "")


def _usage(roles: Roles, graph: Graph) -> Usage:
    return Usage(graph, roles.features, roles.parameters, roles.fixed)


def _data_names(graph: Graph, dataset: Dataset, chosen: Mapping[str, str]) -> tuple[list[str], str]:
    """The names that take the inputs, and the one that takes the target, or ""."""
    free = [name for name in graph.free if name not in chosen and not is_constant(graph, name)]
    learned = [name for name in free if LEARNED.match(name)] + _with_role(chosen, AS_PARAMETER)
    features = [*_features(free, dataset), *_with_role(chosen, AS_INPUT)]
    usage = Usage(graph, features, learned, [name for name in graph.free if is_constant(graph, name)])
    target = next(iter(_with_role(chosen, AS_TARGET)), "")
    target = target or _target(usage, [name for name in free if name not in features])
    rest = [name for name in free if name not in (*features, target, *learned)]
    features = features or _only(graph, rest, dataset)
    return [name for name in graph.free if name in features], target


def _parameters(
    graph: Graph, dataset: Dataset | None, chosen: Mapping[str, str], features: Sequence[str], target: str
) -> tuple[str, ...]:
    """The names that are learned: with data those that the prediction depends on."""
    made = _with_role(chosen, AS_PARAMETER)
    assigned = (*features, target, *([ONE] if _numbers(features) else []), *chosen)
    free = [name for name in graph.free if name not in assigned]
    rest = [n for n in free if not is_constant(graph, n) and not _is_mask(graph, n)]
    learned = [name for name in rest if LEARNED.match(name)]
    if dataset is None:
        rest = learned or rest
    elif features:
        names = candidates(Usage(graph, features, learned, ()), target)
        needed = graph.upstream_of(names[:1] if target and names else [graph.output])
        # α + β x learns the letters that are constants elsewhere
        inside = [n for n in rest if n in needed or n in learned or _is_shift(graph, n, target)]
        rest = inside or [n for n in free if n in needed]
    return tuple(name for name in graph.free if name in rest or name in made)


def _is_shift(graph: Graph, name: str, target: str) -> bool:
    """Return whether a name only shifts the error, as d in (y - k x - d)^2; m in m - t s is a margin."""
    users = [graph.nodes[edge.target] for edge in graph.users[name]]
    knowing = graph.downstream_of([target]) if target in graph.nodes else frozenset()
    shifts = all(user.operation.signs in ("+", "-") and not knowing.isdisjoint(user.args) for user in users)
    return shifts and not MASK.match(name)


def _with_role(chosen: Mapping[str, str], role: str) -> list[str]:
    return [name for name, choice in chosen.items() if choice.partition(" ")[0] == role]


def is_constant(graph: Graph, name: str) -> bool:
    """Return whether a name is a number that stays as it is unless it is chosen."""
    return bool(name in CONSTANTS or PENALTY.match(name)) and not graph.nodes[name].shape


def _features(names: Collection[str], dataset: Dataset) -> list[str]:
    """The names that take an example's inputs by what they are called."""
    if VECTOR in names:
        return [VECTOR]
    numbers = _numbers(names)
    if ONE in numbers and len(numbers) > dataset.inputs.shape[1]:
        del numbers[ONE]  # beside all features there is x0 = 1, whose weight is the bias
    return [*dict.fromkeys([*numbers, *[name for name in names if name in dataset.feature_names]])]


def _numbers(names: Iterable[str]) -> dict[str, int]:
    return {name: int(match[1]) for name in names if (match := NUMBERED.match(name))}


def _columns(graph: Graph, features: Sequence[str], dataset: Dataset) -> tuple[int, ...]:
    """The columns of features that are numbers, by their names or in their order; none for whole examples."""
    if any(graph.nodes[name].shape for name in features) or VECTOR in features:
        return ()
    numbers, named = _numbers(features), dataset.feature_names
    if ONE in numbers:
        found = dict(numbers)
    else:
        found = {name: number - 1 for name, number in numbers.items()}
        found |= {name: named.index(name) for name in features if name in named}
    for name in features:
        found.setdefault(name, next(i for i in count() if i not in found.values()))
    return tuple(found[name] for name in features)


def _target(usage: Usage, names: Sequence[str]) -> str:
    """The target among some names: what chooses a class, what is used as one, what is called so."""
    graph = usage.graph
    pointing = [name for name in names if any(map(usage.is_scored, graph.users[name]))]
    open_names = [name for name in names if not LEARNED.match(name)]
    by_pattern = targets(graph.program, {name: graph.nodes[name].shape for name in open_names})
    used = [name for name in open_names if name in by_pattern or usage.is_used_as_target(name)]
    called = [name for name in TARGETS if name in used]
    compared = [name for name in TARGETS if name in names and usage.is_compared(name)]
    return next(iter([*_ranked(pointing), *called, *compared, *used[::-1]]), "")


def _ranked(names: Sequence[str]) -> list[str]:
    return sorted(names, key=lambda name: TARGETS.index(name) if name in TARGETS else len(TARGETS))


def _only(graph: Graph, names: Sequence[str], dataset: Dataset) -> list[str]:
    """The one name that is left for the data, masks aside."""
    left = [name for name in names if not MASK.match(name)]
    fits = len(left) == 1 and (graph.nodes[left[0]].shape or dataset.inputs.shape[1] == 1)
    return left if fits else []


def _is_mask(graph: Graph, name: str) -> bool:
    """Return whether a name only hides parts of something."""
    signs = [graph.nodes[edge.target].operation.signs for edge in graph.users[name]]
    return bool(MASK.match(name) and graph.nodes[name].shape and signs) and all("⊙" in s for s in signs)
