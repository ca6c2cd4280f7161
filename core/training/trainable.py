"""What cannot be trained: a program and data that do not fit, or from which nothing can be learned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.base.arrays import Shape, describe, shape_text
from core.base.errors import Problem
from core.data.examples import Dataset
from core.graph.graph import Graph
from core.graph.plan import receivers
from core.graph.targets import targets
from core.ops import squashing
from core.ops.facts import SIGNS, ZERO_OR_ONE
from core.training.coding import CODINGS, Loss, codings_for
from core.training.roles import AS_TARGET, Roles, offered, target_shape, title
from core.training.usage import Usage

LOSS_NAMES = ("L", "E", "J", "C", "l", "loss", "cost")
TARGET_NAMES, CLASS_NAMES = ("t", "d", "y"), ("k", "c", "j")


def check_choices(chosen: Mapping[str, str], dataset: Dataset | None) -> None:
    """Raise Problem where chosen roles make no sense with each other or with the data."""
    told = [name for name, role in chosen.items() if role.startswith(AS_TARGET)]
    if len(told) > 1:
        raise Problem(f"{' and '.join(told)} are all targets", hint="Choose another role for all but one")
    for name, role in chosen.items():
        if dataset is not None and role not in offered(dataset):
            raise Problem(
                f"{name} cannot be a {title(role, dataset)}: the data do not fit", hint="Choose another role"
            )


def check_parameters(roles: Roles, graph: Graph) -> None:
    """Raise Problem where no name is learned."""
    if roles.parameters:
        return
    name = next(iter(graph.stated), "")
    if name:
        hint = f"Take out the line {name} = … and give {name} its value in the values table"
        raise Problem("There is nothing to learn: the program states its values itself", hint=hint)
    raise Problem("There is nothing to learn", hint="Use a parameter such as w")


def check(roles: Roles, graph: Graph, dataset: Dataset, chosen: Mapping[str, str]) -> None:
    """Raise Problem where a program and a data set do not fit."""
    if not roles.features:
        naming = "Call the inputs x, a vector, or x1, x2 and so on"
        hint = "Choose the role input for the name that does" if chosen else naming
        raise Problem("No name of the program takes the data", hint=hint)
    check_parameters(roles, graph)
    width = dataset.inputs.shape[1]
    for name, column in zip(roles.features, roles.columns, strict=False):
        if column >= width:
            raise Problem(f"The data have {_count(width, 'feature')}; there is none for {name}")
    if not roles.columns:
        _check_whole(roles.features, graph, dataset)
    if roles.target in graph.nodes:
        _check_target(roles, graph, dataset, chosen.get(roles.target, "").partition(" ")[2])
    elif roles.target and not codings_for(dataset, target_shape(graph, roles)):
        raise Problem(
            f"{describe(roles.prediction, target_shape(graph, roles))}, which no target of the data fits",
            hint="Make the output one number, or one for each class",
        )


def whole_shapes(dataset: Dataset) -> list[Shape]:
    """The shapes that one name can take an example's inputs in, the usual one first."""
    width = dataset.inputs.shape[1]
    found: list[Shape] = [(width,)] if width > 1 else [(), (1,)]
    return [*found, dataset.image_shape] if dataset.image_shape else found


def _check_whole(features: Sequence[str], graph: Graph, dataset: Dataset) -> None:
    width = dataset.inputs.shape[1]
    for name in features:
        shape = graph.nodes[name].shape
        if shape and len(features) > 1:
            raise Problem(f"{describe(name, shape)} and takes one feature, a number")
        if shape not in whole_shapes(dataset):
            raise Problem(f"{describe(name, shape)} and the data have {_count(width, 'feature')}")


def _check_target(roles: Roles, graph: Graph, dataset: Dataset, choice: str) -> None:
    name, classes = roles.target, dataset.classes
    shape = graph.nodes[name].shape
    if choice and not CODINGS[choice].fits(dataset, shape):
        raise Problem(
            f"{describe(name, shape)}, which does not fit the coding “{CODINGS[choice].title(dataset)}”",
            hint=f"Choose another role for {name}",
        )
    if not choice and not codings_for(dataset, shape):
        has = _count(classes, "class", "classes") if classes else "one number as the target"
        raise Problem(f"{describe(name, shape)} and the data have {has}")
    pointed = [(edge, into) for edge in graph.users[name] if (into := graph.pointed(edge))]
    if not choice and not shape and classes != 2 and not pointed:
        _check_numbers(roles, graph, dataset)
    for edge, into in pointed:
        if not classes:
            raise Problem(f"{name} is the number of a class, and these data have no classes")
        user = graph.nodes[edge.target].operation
        entries = user.entries_pointed(into.shape) if into.shape else into.value
        if isinstance(entries, int | float) and entries < classes:
            said = describe(into.name, into.shape) if into.shape else f"onehot makes {into.name} entries"
            raise Problem(f"{said} and the data have {_count(classes, 'class', 'classes')}")


def _check_numbers(roles: Roles, graph: Graph, dataset: Dataset) -> None:
    """Raise Problem where the loss is one for two classes, by how it is written or by what it does with 2."""
    name, kind = roles.target, targets(graph.program, {roles.target: ()}).get(roles.target)
    loss = Loss(graph, name, roles.prediction) if roles.prediction else None
    if loss and loss.is_known and not graph.nodes[roles.prediction].shape:
        if loss.is_blind_at_0:
            kind = SIGNS
        elif not loss.takes_numbers:
            kind = ZERO_OR_ONE
    if kind not in (ZERO_OR_ONE, SIGNS):
        return
    wanted = "−1 or 1" if kind == SIGNS else "0 or 1"
    classes = dataset.classes
    has = _count(classes, "class", "classes") if classes else "numbers as targets"
    hint = "Use softmax and the loss -log(f[k])" if classes else "Use the loss (y - t)^2"
    raise Problem(f"{name} is {wanted} in this loss, and the data have {has}", hint=hint)


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"


# -- what could learn nothing


def check_trainable(graph: Graph, roles: Roles, dataset: Dataset | None) -> None:
    """Raise Problem, with what to do, where descent on the output could learn nothing."""
    output = graph.nodes[graph.output]
    if output.shape:
        raise Problem(
            f"{output.name} has {shape_text(output.shape)}, and a loss must be one number",
            hint=_one_number(graph, roles, dataset),
        )
    if not receivers(graph) & set(roles.parameters):
        raise _without_gradient(graph, roles, dataset)
    if dataset is None:
        return
    if not roles.target and not _has_own_target(graph, roles):
        what = "labels" if dataset.classes else "targets"
        hint = _loss_line(graph, roles, dataset)
        raise Problem(f"The program ignores the {what} of the data: nothing is compared with them", hint=hint)
    _check_sizes(graph, roles)


def _without_gradient(graph: Graph, roles: Roles, dataset: Dataset | None) -> Problem:
    names = " and ".join(roles.parameters[:3]) + " …" * (len(roles.parameters) > 3)
    if better := _loss_before(graph, roles):
        return Problem(
            f"The output is {graph.output}, and no gradient reaches {names} from it",
            hint=f"Put the line {better} = … last: the output is the loss",
        )
    if flat := _flat_on_the_way(graph, roles):
        rules = "" if dataset is None else ", or choose Rosenblatt's rule, which needs no gradient"
        return Problem(
            f"{flat} has slope 0 everywhere, so no gradient reaches {names}",
            hint=f"Use a smooth function such as σ or tanh instead{rules}",
        )
    return Problem(f"{graph.output} does not depend on {names}: there is nothing to learn")


def _check_sizes(graph: Graph, roles: Roles) -> None:
    """Raise Problem where a target that is one number is compared with several."""
    target, prediction = graph.nodes.get(roles.target), graph.nodes.get(roles.prediction)
    if target is None or prediction is None or target.shape or not prediction.shape:
        return
    if any(graph.pointed(edge) for edge in graph.users[target.name]):
        return
    raise Problem(
        f"{target.name} is one number for each example, and {describe(prediction.name, prediction.shape)}",
        hint=f"Make {prediction.name} one number, or write {target.name} ⊙ … or {target.name}·… for a vector",
    )


def _has_own_target(graph: Graph, roles: Roles) -> bool:
    return Usage(graph, roles.features, roles.parameters, roles.fixed).reconstructs()


def _one_number(graph: Graph, roles: Roles, dataset: Dataset | None) -> str:
    output = graph.nodes[graph.output]
    if dataset is not None and not roles.target:
        return _loss_line(graph, roles, dataset)
    arrays = [node for node in graph.nodes.values() if node.shape and not node.is_leaf]
    for node in arrays:
        args = set(node.args)
        is_product = "⊙" in node.operation.signs
        if is_product and args & set(roles.parameters) and args & set(roles.features):
            return f"Write {'·'.join(node.args)} for the sum of the products"
    return f"Add them up, as in sum({output.name})"


def _loss_line(graph: Graph, roles: Roles, dataset: Dataset) -> str:
    """The line to add so that a program's answer is compared with the targets."""
    is_loss = graph.output in LOSS_NAMES and roles.prediction
    node = graph.nodes[roles.prediction if is_loss else graph.output]
    name = node.name if node.named else "f"
    called, t, k = (
        next((n for n in names if n not in graph.nodes), names[0])
        for names in (LOSS_NAMES, TARGET_NAMES, CLASS_NAMES)
    )
    if node.shape and dataset.classes:
        shares = node.op in squashing("probabilities")
        loss = f"-log({name}[{k}])" if shares else f"cross_entropy({name}, {k})"
    elif node.op in squashing("probability"):
        loss = f"bce({name}, {t})"
    else:
        loss = f"({name} - {t})^2"
    start = "Add" if node.named else f"Name the output, {name} = …, and add"
    return f"{start} the line {called} = {loss}"


def _loss_before(graph: Graph, roles: Roles) -> str:
    """The last named number before the output that knows the target and lets gradients pass, or ""."""
    knowing = graph.downstream_of([roles.target]) if roles.target in graph.nodes else frozenset()
    found = [n.name for n in graph.nodes.values() if n.named and not n.is_leaf and not n.shape]
    reaching = (
        name
        for name in reversed(found)
        if name in knowing
        and name != graph.output
        and receivers(graph.with_output(name)) & {*roles.parameters}
    )
    return next(reaching, "")


def _flat_on_the_way(graph: Graph, roles: Roles) -> str:
    """The call of the first operation after the parameters that no gradient passes."""
    moving = graph.downstream_of(roles.parameters)
    for node in graph.nodes.values():
        if node.name in moving and not node.is_leaf:
            ways = [node.operation.back_rule(port) for port, arg in enumerate(node.args) if arg in moving]
            if not any(ways):
                return node.operation.call or "a comparison"
    return ""


def unreached(graph: Graph, roles: Roles) -> list[str]:
    """What to say of parameters that no gradient reaches while it reaches others."""
    reached = receivers(graph)
    idle = [name for name in roles.parameters if name not in reached]
    if not 0 < len(idle) < len(roles.parameters):
        return []
    keeps = "it keeps the value it starts" if len(idle) == 1 else "they keep the values they start"
    return [f"No gradient reaches {' and '.join(idle)}: {keeps} from"]
