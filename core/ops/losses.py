"""Losses: a prediction and a target make one number."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from core.base.arrays import Shape, describe
from core.base.errors import Problem
from core.ops.base import ShapeRule, number_of_pairs
from core.ops.declarations import elementwise, structural
from core.ops.facts import A_SCORE_EACH, A_VECTOR, AS_WRITTEN, PROBABILITY, SATURATED, Learning, Look, kinked


def _scores(names: Sequence[str], shapes: Sequence[Shape]) -> Shape:
    if len(shapes[0]) != 1 or shapes[1]:
        raise Problem(
            f"This loss takes a vector with an entry for each class and the number of the true class, "
            f"or a matrix with such a vector in each row; "
            f"{describe(names[0], shapes[0])} and {describe(names[1], shapes[1])}"
        )
    _check_margin(names, shapes)
    return ()


def _check_margin(names: Sequence[str], shapes: Sequence[Shape]) -> None:
    if len(shapes) > 2 and shapes[2]:
        raise Problem(f"A margin is one number; {describe(names[2], shapes[2])}")


def _batch(names: Sequence[str], shapes: Sequence[Shape]) -> Shape:
    """One loss for each row of scores."""
    scores, classes = shapes[:2]
    if classes not in ((), scores[:1]):
        raise Problem(
            f"{describe(names[0], scores)} and {describe(names[1], classes)}; "
            f"the true classes are one number for each row, or one number for all"
        )
    _check_margin(names, shapes)
    return scores[:1]


def _of_classes(shape: ShapeRule, otherwise: str) -> ShapeRule:
    """A shape rule that says how a target with a probability for each class is written."""

    def found(names: Sequence[str], shapes: Sequence[Shape]) -> Shape:
        try:
            return shape(names, shapes)
        except Problem as problem:
            if not shapes[0] or shapes[1] != shapes[0]:
                raise
            hint = f"With a probability for each class write {otherwise.format(*names)}"
            raise Problem(problem.message, hint=hint) from None

    return found


def _mean_of(call: str) -> Callable[..., str]:
    def remark(names: Sequence[str], shapes: Sequence[Shape]) -> str:
        called = f"{call}({names[0]}, {names[1]})"
        return f"{called} is one loss for each row; their mean is mean({called})"

    return remark


NLL = Look(circle="NLL", with_constant={"k": AS_WRITTEN}, word="NLL")
CE = Look(circle="CE", with_constant={"k": AS_WRITTEN}, word="CE")
cross_entropy = structural(
    "cross_entropy",
    "−ln softmax",
    "logsumexp(s) - pick(s, k)",
    inputs="s k",
    shape=_of_classes(_scores, "-sum({1} ⊙ log_softmax({0}))"),
    test_shapes=[(4,), ()],
    domain={"k": (2.0, 2.0)},
    stands_for="-log(softmax(s)[k])",
    points=("k", "s"),
    s="g * (softmax(s) - onehot(k, s))",
    saturates=SATURATED,
    says="The probabilities, with 1 taken off that of the true class, times the upstream gradient.",
    look=CE,
    guesses=A_SCORE_EACH,
    torch={"": "F.cross_entropy(s, k.long())", "s k": "F.cross_entropy(s, k.long(), reduction='none')"},
)
nll = structural(
    "nll",
    "−ln p",
    "-log(pick(p, k))",
    inputs="p k",
    shape=_scores,
    test_shapes=[(4,), ()],
    domain={"p": PROBABILITY, "k": (2.0, 2.0)},
    stands_for="-log(p[k])",
    points=("k", "p"),
    p="put(-g / pick(p, k), p, k)",
    causes=[("pick(p, k) ≤ 0", "the logarithm needs a value above 0")],
    back_causes=[("pick(p, k) = 0", "the slope of the logarithm at 0 is infinite")],
    says="Only the true class receives a gradient: minus the upstream gradient divided by its probability.",
    look=NLL,
    guesses=A_SCORE_EACH,
)
multiclass_hinge = structural(
    "multiclass_hinge",
    "hinge",
    "sum(max(s - pick(s, k) + margin, 0)) - max(margin, 0)",
    inputs="s k margin",
    shape=_scores,
    test_shapes=[(4,), (), ()],
    domain={"k": (2.0, 2.0), "margin": (0.5, 2.0)},
    defaults={"margin": 1.0},
    also="svm",
    stands_for="sum(max(0, s - s[k] + margin)) - max(0, margin)",
    points=("k", "s"),
    s="g * ([s - pick(s, k) + margin > 0] - put(sum([s - pick(s, k) + margin > 0]), s, k))",
    margin="g * (sum([s - pick(s, k) + margin > 0]) - [margin > 0])",
    kink=kinked(
        "s - pick(s, k) + margin = 0",
        "0",
        "1",
        "0",
        says="hinge of several classes at the margin: 0",
        s=(1, 2, 0),
        k=1,
    ),
    says="Each class within the margin receives the upstream gradient; the true class, minus their sum.",
    look=Look(with_constant={"k": "hinge({s},{k})"}, word="multiclass hinge"),
    guesses=A_SCORE_EACH,
)
# -- of a mini-batch, whose examples are the rows of a matrix

CLOSE = "[S - spread_along(choose(S, k), S, 1) + margin > 0]"
cross_entropy_rows = structural(
    "cross_entropy_rows",
    "−ln softmax",
    "logsumexp_rows(S) - choose(S, k)",
    inputs="S k",
    call="cross_entropy",
    rows="S k",
    saturates=SATURATED,
    shape=_of_classes(_batch, "-sum({1} ⊙ log_softmax({0}), 1)"),
    test_shapes=[(3, 4), (3,)],
    more_test_shapes=[[(3, 4), ()], [(1, 3), (1,)]],
    domain={"k": (2.0, 2.0)},
    points=("k", "S"),
    remark=_mean_of("cross_entropy"),
    S="spread_along(g, S, 1) ⊙ (softmax_rows(S) - onehot_rows(k, S))",
    says="Row by row: the probabilities, with 1 taken off that of the true class, times the upstream "
    "gradient.",
    look=CE,
    torch={"": "F.cross_entropy(S, k.long(), reduction='none')"},
)
nll_rows = structural(
    "nll_rows",
    "−ln p",
    "-log(choose(P, k))",
    inputs="P k",
    call="nll",
    rows="P k",
    causes=[("choose(P, k) ≤ 0", "the logarithm needs a value above 0")],
    back_causes=[("choose(P, k) = 0", "the slope of the logarithm at 0 is infinite")],
    shape=_batch,
    test_shapes=[(3, 4), (3,)],
    more_test_shapes=[[(3, 4), ()]],
    domain={"P": PROBABILITY, "k": (2.0, 2.0)},
    points=("k", "P"),
    remark=_mean_of("nll"),
    P="put_rows(-g / choose(P, k), P, k)",
    says="Row by row: only the true class receives a gradient: minus the upstream gradient divided by its "
    "probability.",
    look=NLL,
)
multiclass_hinge_rows = structural(
    "multiclass_hinge_rows",
    "hinge",
    "sum_along(max(S - spread_along(choose(S, k), S, 1) + margin, 0), 1) - max(margin, 0)",
    inputs="S k margin",
    call="multiclass_hinge",
    also="svm",
    rows="S k",
    shape=_batch,
    test_shapes=[(3, 4), (3,), ()],
    more_test_shapes=[[(3, 4), (), ()]],
    domain={"k": (2.0, 2.0), "margin": (0.5, 2.0)},
    defaults={"margin": 1.0},
    points=("k", "S"),
    remark=_mean_of("multiclass_hinge"),
    S=f"spread_along(g, S, 1) ⊙ ({CLOSE} - put_rows(sum_along({CLOSE}, 1), S, k))",
    margin=f"sum(g ⊙ (sum_along({CLOSE}, 1) - [margin > 0]))",
    kink=kinked(
        "S - spread_along(choose(S, k), S, 1) + margin = 0",
        "0",
        "1",
        "0",
        says="the same for each row of a mini-batch",
        S=((1, 2, 0), (2, 2, 0)),
        k=(1, 0),
    ),
    says="Row by row: each class within the margin receives the upstream gradient; the true class, minus "
    "their sum.",
    look=Look(with_constant={"k": "hinge({S},{k})"}, word="multiclass hinge"),
)
squared_error = structural(
    "squared_error",
    "∑(y−t)²",
    "sum(power(y - t, 2))",
    inputs="y t",
    shape=number_of_pairs,
    test_shapes=[(3,), (3,)],
    stands_for="sum((y - t)^2)",
    y="2 * g * (y - t)",
    t="2 * g * (t - y)",
    says="A prediction receives twice its error times the upstream gradient; its target, the negative.",
    guesses=A_VECTOR,
    learning=Learning(targets={"t": "number"}),
    look=Look(circle="∑({y}−{t})²"),
)
mse = structural(
    "mse",
    "MSE",
    "mean(power(y - t, 2))",
    inputs="y t",
    shape=number_of_pairs,
    test_shapes=[(3,), (3,)],
    stands_for="mean((y - t)^2)",
    y="(2 * g / size(y - t)) * (y - t)",
    t="(2 * g / size(y - t)) * (t - y)",
    says="As for the squared error, divided by the number of entries; a target receives the negative.",
    guesses=A_VECTOR,
    learning=Learning(targets={"t": "number"}),
)
bce = elementwise(
    "bce",
    "BCE",
    "-(t * max(log(p), -100) + (1 - t) * max(log1p(-p), -100))",
    p="(p - t) / max(p * (1 - p), 1e-12)",
    shows={"p": "(p - t) / (p * (1 - p))", "t": "log((1 - p) / p)"},
    t="max(log1p(-p), -100) - max(log(p), -100)",
    domain={"p": PROBABILITY, "t": PROBABILITY},
    stands_for="-(t log(p) + (1 - t) log(1 - p))",
    says="The slope for the prediction is its error divided by its variance.",
    says_of={"t": "The slope for the target is the logarithm of 1 − p over p, p being the prediction."},
    kink=kinked(
        "p * (1 - p) = 0",
        "",
        "",
        "(p − t)/10⁻¹²",
        says="binary cross-entropy where p is 0 or 1: ln p stops at −100, p(1 − p) at 10⁻¹²",
        t=1,
    ),
    causes=[("p * (1 - p) < 0", "a probability is from 0 to 1")],
    back_causes=[("p * (1 - p) < 0", "a probability is from 0 to 1")],
    learning=Learning(targets={"t": "0 or 1"}),
    torch="F.binary_cross_entropy(*torch.broadcast_tensors(p, t), reduction='none')",
)
bce_logits = elementwise(
    "bce_logits",
    "BCE",
    "max(z, 0) - z * t + logaddexp(0, -abs(z))",
    z="1 / (1 + exp(-z)) - t",
    t="-z",
    stands_for="-(t log(sigmoid(z)) + (1 - t) log(1 - sigmoid(z)))",
    saturates=SATURATED,
    says="The slope for the logit is its sigmoid minus the target.",
    says_of={"t": "The slope for the target is minus the logit."},
    look=Look(word="BCE logits"),
    closed_forms={"z": "sigmoid(z) - t"},
    learning=Learning(targets={"t": "0 or 1"}),
    torch="F.binary_cross_entropy_with_logits(*torch.broadcast_tensors(z, t), reduction='none')",
)
hinge = elementwise(
    "hinge",
    "hinge",
    "max(margin - t * y, 0)",
    y="-(t * [t * y < margin])",
    t="-(y * [t * y < margin])",
    margin="[t * y < margin]",
    domain={"t": (0.5, 1.0), "margin": (0.5, 2.0)},
    defaults={"margin": 1.0},
    stands_for="max(0, margin - t y)",
    says="Within the margin the slope for the prediction is minus the target; beyond it nothing passes.",
    # the slope in y, and where y has no part in it, in t or in the margin
    kink=kinked(
        "t * y = margin", "-(t + [t = 0] * (y - [y = 0]))", "0", "0", says="hinge at the margin: 0", y=1, t=1
    ),
    learning=Learning(targets={"t": "signs"}),
)
perceptron = elementwise(
    "perceptron",
    "perceptron",
    "max(-(t * y), 0)",
    y="-(t * [t * y < 0])",
    t="-(y * [t * y < 0])",
    domain={"t": (0.5, 1.0)},
    stands_for="max(0, -t y)",
    says="On the wrong side the slope for the prediction is minus the target; elsewhere nothing passes.",
    kink=kinked(
        "t * y = 0", "-(t + [t = 0] * y)", "0", "0", says="perceptron loss at 0: 0", t=1
    ),  # in t where t is 0
    learning=Learning(targets={"t": "signs"}),
)
huber = elementwise(
    "huber",
    "Huber",
    "[abs(y - t) ≤ δ] * power(y - t, 2) / 2 + [abs(y - t) > δ] * δ * (abs(y - t) - δ / 2)",
    y="min(max(y - t, -δ), δ)",
    t="-min(max(y - t, -δ), δ)",
    δ="[abs(y - t) > δ] * (abs(y - t) - δ)",
    domain={"δ": (0.5, 1.5)},
    defaults={"δ": 1.0},
    stands_for="[|y - t| ≤ δ] (y - t)^2 / 2 + [|y - t| > δ] δ (|y - t| - δ / 2)",
    says="The slope for the prediction is its error, held within the threshold on both sides.",
    look=Look(word="huber"),
    learning=Learning(targets={"t": "number"}),
    torch="F.huber_loss(*torch.broadcast_tensors(y, t), reduction='none', delta=δ)",
)
