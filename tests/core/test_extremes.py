"""What every declaration must keep: at extremes, at kinks, and where numbers end."""

import math
from itertools import product

import mpmath
import numpy as np
import pytest

from core.base.arrays import frozen, is_finite
from core.notation.tree import Binary, Call, Indicator, Name, Negative, Number, fold
from core.ops import OPS
from core.ops.rules import PI
from core.passes.explain import caveat
from core.passes.not_finite import IN_BETWEEN, OVERFLOWS, remarks_on_not_finite
from core.passes.stepper import run
from tests.core.test_ops import name_of, written

ELEMENTWISE = [op for op in OPS.values() if op.elementwise]
# beside 1 and the places where exponentials of doubles end
SIZES = [0.0, 1e-300, 1e-155, 1e-60, 1e-17, 1e-8, 0.3, 1.0, 2.0, 20.0, 40.0, 700.0, 1e3, 1e8, 1e155, 1e300]
NUMBERS = sorted({sign * size for size in SIZES for sign in (1, -1)})
PROBABILITIES = [0.0, 1e-300, 1e-60, 1e-17, 1e-5, 0.3, 0.5, 1 - 1e-12, 1.0]
FEW = [-1e155, -1.0, 0.0, 1e-60, 0.5, 3.0, 1e155]
GRIDS = {"bce": {"p": PROBABILITIES, "t": [0.0, 0.5, 1.0]}, "huber": {"δ": [1e-155, 1.0, 1e155]}}
# of numbers below 0 only the whole powers are real, and far out a double does not tell which are odd
GRIDS |= {"pow": {"x": [0.0, 1e-155, 1e-60, 0.5, 3.0, 1e155]}}
GRIDS |= {"clip": {"a": [-1e155, -1.0], "b": [0.5, 1e155]}}


def grid(op):
    """Values for the inputs of an operation that works entry by entry."""
    few = len(op.inputs) > 1
    choices = [GRIDS.get(op.name, {}).get(port, FEW if few else NUMBERS) for port in op.inputs]
    return [dict(zip(op.inputs, values, strict=True)) for values in product(*choices)]


# -- against arithmetic of hundreds of digits

EXACT = {
    "max": max,
    "min": min,
    "abs": abs,
    "sign": mpmath.sign,
    "power": lambda x, y: mpmath.mpf(1) if y == 0 else x**y,
    "logaddexp": lambda x, y: max(x, y) + mpmath.log1p(mpmath.exp(-abs(x - y))),
    "log2": lambda x: mpmath.log(x, 2),
    "gate": lambda gate, x: gate * x,
}
HOLDS = {
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    "≤": lambda a, b: a <= b,
    "≥": lambda a, b: a >= b,
    "=": lambda a, b: a == b,
}


def exactly(rule, known):
    """A rule in arithmetic of many digits and without limits of size."""

    def combine(part, found):
        match part:
            case Number(value):
                return mpmath.mpf(value)
            case Name(name):
                return mpmath.pi if name in PI else known[name]
            case Negative():
                return -found[0]
            case Indicator(relation):
                return mpmath.mpf(HOLDS[relation](*found))
            case Call(function):
                return (EXACT.get(function) or getattr(mpmath, function.replace("arc", "a")))(*found)
            case Binary("+"):
                return found[0] + found[1]
            case Binary("-"):
                return found[0] - found[1]
            case Binary("/"):
                return found[0] / found[1]
            case Binary("^"):
                return found[0] ** found[1]
        return found[0] * found[1]

    return fold(rule.tree, combine)


def close(found, exact):
    """Equal as far as a double can tell, 0 for what is small beside 1 and ∞ for what is too large."""
    if not isinstance(exact, mpmath.mpf) or mpmath.isnan(exact):
        return True
    if abs(exact) > 1.7e308:
        return math.isinf(found) and (found > 0) == (exact > 0)
    return abs(found - exact) <= 1e-9 * abs(exact) + mpmath.mpf(1e-15)


def exact_or_none(rule, known):
    try:
        return exactly(rule, known)
    except (ZeroDivisionError, ValueError, TypeError):  # the last, where a complex number is compared
        return None


@pytest.mark.parametrize("op", ELEMENTWISE, ids=name_of)
def test_values_and_slopes_hold_at_extremes(op):
    """Numbers and arrays; where the exact arithmetic has an answer, so has the program."""
    with mpmath.workdps(700):
        for values in grid(op):
            precise = {port: mpmath.mpf(value) for port, value in values.items()}
            exact = exact_or_none(op.value, precise)
            if exact is None or isinstance(exact, mpmath.mpc):
                continue
            out = op.value.value(values)
            assert close(out, exact), (values, out, exact)
            on_array = op.value.value({port: frozen([value]) for port, value in values.items()})
            assert close(float(on_array[0]), exact), (values, on_array, exact)
            if not math.isfinite(out):
                continue
            for port, rule in op.local.items():
                slope = exact_or_none(rule, {**precise, "out": exact})
                if slope is None:
                    continue
                found = rule.value({**values, "out": out})
                assert close(found, slope), (port, values, found, slope)


@pytest.mark.parametrize("op", [op for op in ELEMENTWISE if op.flat != set(op.local)], ids=name_of)
def test_slopes_are_those_of_the_value_at_extremes(op):
    """The declared slope against a difference of exact values, where the value is a smooth one."""
    with mpmath.workdps(700):
        for values in grid(op):
            precise = {port: mpmath.mpf(value) for port, value in values.items()}
            exact = exact_or_none(op.value, precise)
            if exact is None or isinstance(exact, mpmath.mpc) or abs(exact) > 1e300:
                continue
            for port, rule in op.local.items():
                if rule.text == "0":
                    continue
                h = mpmath.mpf(10) ** -330
                ends = [exact_or_none(op.value, {**precise, port: precise[port] + by}) for by in (-h, h)]
                if any(end is None or isinstance(end, mpmath.mpc) for end in ends):
                    continue
                left, right = (exact - ends[0]) / h, (ends[1] - exact) / h
                if abs(left - right) > 1e-9 * abs(left) + 1e-12:
                    continue  # a kink
                if op.name == "bce" and port == "p":
                    continue  # the slope goes on where the logarithm is stopped, as in PyTorch
                if op.name == "pow" and values == {"x": 0.0, "y": 0.0}:
                    continue  # taken as flat
                found = rule.value({**values, "out": float(op.value.value(values))})
                assert close(found, left), (port, values, found, left)


SCORES = [[0, 0, 0], [800, 0, -800], [1e155, 1, 0], [-1e300, -1e300, 0], [1e300, 1e300, -1e300], [1e-300] * 3]


@pytest.mark.parametrize("scores", SCORES)
def test_softmax_and_its_kin_hold_at_extremes(scores):
    x = frozen(scores)
    with mpmath.workdps(700):
        top = max(scores)
        e = [mpmath.exp(mpmath.mpf(score) - top) for score in scores]
        p = [float(part / sum(e)) for part in e]
        lse = top + mpmath.log(sum(e))
        for text, value, slope in (
            ("softmax(x)[0]", p[0], [p[0] * (1 - p[0]), -p[0] * p[1], -p[0] * p[2]]),
            ("logsumexp(x)", lse, p),
            ("log_softmax(x)[0]", scores[0] - lse, [1 - p[0], -p[1], -p[2]]),
            ("cross_entropy(x, 0)", lse - scores[0], [p[0] - 1, p[1], p[2]]),
        ):
            last = run(text, {"x": x}).last
            rounding = 1e-15 * max(map(abs, scores))  # of the scores themselves
            np.testing.assert_allclose(last.value("f"), float(value), rtol=1e-12, atol=1e-12 + rounding)
            np.testing.assert_allclose(last.gradient("x"), slope, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("call", ["softmax", "logsumexp", "log_softmax", "cross_entropy"])
def test_each_row_is_at_extremes_what_it_is_alone(call):
    """Value and gradient, also beside a row of which nothing can be told; and with a class left out."""
    rows = [*SCORES, [-math.inf, 0, 1], [-math.inf] * 3, [1, 2, 3]]
    classes = "" if call != "cross_entropy" else ", 1"
    text = f"{call}(x{classes})"
    batch = run(text, {"x": frozen(rows)}).last
    value, gradient = batch.value("f"), batch.gradient("x")
    for number, scores in enumerate(rows):
        alone = run(text, {"x": frozen(scores)}).last
        np.testing.assert_array_equal(value[number], alone.value("f"))
        np.testing.assert_allclose(gradient[number], alone.gradient("x"), rtol=1e-15, atol=1e-300)


def test_the_log_softmax_of_a_row_of_large_scores_keeps_its_logarithm():
    found = run("log_softmax(x)", {"x": frozen([[1e300, 1e300], [1e17, 1e17]])}).last.value("f")
    np.testing.assert_allclose(found, np.full((2, 2), -math.log(2)))


HUGE = [[1e300, 1.0, 2.0], [-math.inf, 0.5, -1e300]]


def test_sums_along_an_axis_and_a_turned_filter_hold_at_extremes():
    """What is infinite or huge in one place does not reach what is not made of it, nor does its gradient."""
    x = {"x": frozen(HUGE)}
    np.testing.assert_array_equal(run("sum(x, 1)", x).last.value("f"), [1e300, -math.inf])
    np.testing.assert_array_equal(run("sum(x, 0)", x).last.value("f")[1:], [1.5, -1e300])
    np.testing.assert_array_equal(run("mean(x, 0)", x).last.value("f")[1:], [0.75, -5e299])
    np.testing.assert_array_equal(run("flip(x)", x).last.value("f"), np.array(HUGE)[::-1, ::-1])
    last = run("L = sum(sqrt(sum(x, 1)))", {"x": frozen([[0, 0], [1, 3]])}).last
    np.testing.assert_array_equal(last.gradient("x"), [[math.inf, math.inf], [0.25, 0.25]])


@pytest.mark.parametrize("left_out", [1e300, math.inf, -math.inf])
def test_an_entry_left_out_of_a_sum_has_no_part_in_it(left_out):
    """Neither in its value nor, where the slope of what follows is infinite, in its gradient."""
    last = run("y = sum_except(x, 0); L = y^2", {"x": frozen([left_out, 1, 2])}).last
    assert last.value("y") == 3
    np.testing.assert_array_equal(last.gradient("x"), [0, 6, 6])
    steep = run("y = sum_except(x, 0); L = sqrt(y)", {"x": frozen([left_out, 1, -1])}).last
    np.testing.assert_array_equal(steep.gradient("x"), [0, math.inf, math.inf])


@pytest.mark.parametrize(
    ("scores", "classes"), [([5, 1, 2], 0.0), ([[5, 1, 2], [1, 9, 0]], frozen([0, 1]))], ids=["one", "rows"]
)
def test_a_hinge_loss_of_0_passes_nothing_even_where_the_slope_behind_it_is_infinite(scores, classes):
    trace = run(
        "y = multiclass_hinge(s, k, m); L = sum(sqrt(y))", {"s": frozen(scores), "k": classes, "m": 1.0}
    )
    assert np.all(np.isinf(trace.last.gradient("y")))
    np.testing.assert_array_equal(trace.last.gradient("s"), np.zeros(np.shape(scores)))
    assert trace.last.gradient("m") == 0


# -- where numbers end, the cause is told


@pytest.mark.parametrize("op", ELEMENTWISE, ids=name_of)
def test_whatever_is_not_finite_has_its_cause_told(op):
    """Of finite inputs by the declaration, or because a number is too large."""
    for values in grid(op):
        trace = run(written(op, values), values)
        for note in remarks_on_not_finite(trace):
            said = note.message.partition(": ")[2]
            causes = {cause.why for cause in (*op.causes, *op.back_causes)}
            declared = any(said.startswith(why) for why in causes)
            assert declared or said in (OVERFLOWS, IN_BETWEEN), (values, note.message)
            if said == IN_BETWEEN:
                assert max(map(abs, values.values())) >= 1e155, (values, note.message)
            if said == OVERFLOWS:
                assert max(map(abs, values.values())) >= 1e60 or min(map(abs, values.values())) <= 1e-60


CAUSES = [(op, cause) for op in OPS.values() for cause in (*op.causes, *op.back_causes)]


@pytest.mark.parametrize(("op", "cause"), CAUSES, ids=lambda part: getattr(part, "name", ""))
def test_every_cause_is_told_somewhere(op, cause):
    told = set()
    outside = {
        "bce": [{"p": -0.5, "t": 1.0}, {"p": 2.0, "t": 0.0}],
        "pow": [{"x": -2.0, "y": 0.5}, {"x": -2.0, "y": 2.0}],
    }
    if op.elementwise:
        tried = [*grid(op), *outside.get(op.name, ())]
    elif op.rows:
        tried = [{"P": frozen([[1, 1, 1], [0, 1, 1]]), "k": frozen([1, 0])}]
    else:
        tried = [{"p": frozen([0, 1, 1, 1]), "k": 0.0}]
    for values in tried:
        # the value is finite where the gradient alone is at fault
        told |= {
            note.message
            for note in remarks_on_not_finite(run(f"v = {written(op, values)}; L = sum(v)", values))
        }
    if op.name in ("div", "nll", "nll_rows", "log", "log2", "log10", "bce") and cause in op.back_causes:
        assert any(said.startswith("v is ") for said in told)  # the value itself comes first
    else:
        assert any(cause.why in said for said in told), told


def test_what_follows_from_an_infinite_value_is_told_as_such():
    trace = run("y = 1/x; z = y - y", {"x": 0.0})
    assert [note.message for note in remarks_on_not_finite(trace)] == ["y is infinite: the divisor is 0"]
    assert not is_finite(trace.last.value("z"))
    note = remarks_on_not_finite(run("softmax(x)", {"x": frozen([math.inf, 0])}))[0]
    assert "it is computed from x, which is not finite" in note.message


# -- kinks are found by differences, and told

POINTS = [-3.0, -2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 3.0]
H = 1e-7


def sides(op, values, port):
    """The slopes on the left and on the right, by differences."""
    here = op.value.value(values)
    ends = [op.value.value({**values, port: values[port] + by}) for by in (-H, H)]
    return (here - ends[0]) / H, (ends[1] - here) / H


def differ(left, right):
    """Whether there is a corner or a jump between two slopes."""
    return abs(left - right) > 1e-3 or max(abs(left), abs(right)) > 0.5 / H


@pytest.mark.parametrize("op", ELEMENTWISE, ids=name_of)
def test_every_kink_that_differences_find_is_told_with_its_slopes(op):
    """And nothing is told where the slopes agree."""
    found = 0
    examples = op.kink.example if op.kink else {}
    choices = ({*POINTS, float(examples.get(port, 0))} for port in op.inputs)
    for point in product(*choices):
        values = dict(zip(op.inputs, point, strict=True))
        if op.name == "clip" and not values["a"] < values["b"]:
            continue
        if op.name == "huber" and values["δ"] <= 0:
            continue
        with np.errstate(all="ignore"):
            slopes = {port: sides(op, values, port) for port in op.inputs}
        if not all(math.isfinite(slope) for pair in slopes.values() for slope in pair):
            continue  # at an edge of what it is defined for
        kinks = {port: pair for port, pair in slopes.items() if differ(*pair)}
        trace = run(written(op, values), values)
        said = caveat(trace.last, trace.graph.nodes["f"])
        assert bool(said) == bool(kinks), (values, said, kinks)
        if not kinks:
            continue
        found += 1
        if op.kink.jumps:
            assert max(map(abs, next(iter(kinks.values())))) > 0.5 / H
            continue
        told = sorted(float(word.strip(".").replace("−", "-")) for word in told_slopes(said))
        assert any(np.allclose(told, sorted(pair), atol=1e-3) for pair in kinks.values()), (values, said)
    assert bool(found) == bool(op.kink and op.kink.left)


def told_slopes(said):
    low, high = said.split("slope between ")[1].split(". Used")[0].split(" and ")
    return low, high


VECTORS = {
    "largest": ([3, 3, 1], [3, 2, 1]),
    "smallest": ([1, 3, 1], [3, 2, 1]),
    "norm": ([0, 0, 0], [0, 1, 0]),
    "l1": ([0, 1, 2], [3, 1, 2]),
    "elastic": ([0, 1, 2], [3, 1, 2]),
    "argmax": ([3, 3, 1], [3, 2, 1]),
}


@pytest.mark.parametrize("name", VECTORS)
def test_the_kinks_of_what_takes_vectors_are_told(name):
    op = OPS[name]
    for x, kinked in zip(VECTORS[name], (True, False), strict=True):
        text = f"{op.call}(x)"
        trace = run(text, {"x": frozen(x)})
        assert bool(caveat(trace.last, trace.graph.nodes["f"])) == kinked
        if not kinked or op.kink.jumps:
            continue
        ends = [run(text, {"x": frozen([x[0] + by, *x[1:]])}).last.value("f") for by in (-H, H)]
        here = trace.last.value("f")
        slopes = sorted([(here - ends[0]) / H, (ends[1] - here) / H])
        told = sorted(
            float(word.replace("−", "-")) for word in told_slopes(caveat(trace.last, trace.graph.nodes["f"]))
        )
        np.testing.assert_allclose(told, slopes, atol=1e-3)


def test_the_kinks_of_losses_and_windows_are_told():
    for text, values in (
        ("multiclass_hinge(s, k)", {"s": frozen([1, 2, 0]), "k": 1.0}),
        ("sum(maxpool(s))", {"s": frozen([[1, 3], [3, 2]])}),
        ("multiclass_hinge(s, k)", {"s": frozen([[1, 9, 0], [1, 2, 0]]), "k": frozen([1, 1])}),
    ):
        trace = run(text, values)
        said = [caveat(trace.last, node) for node in trace.graph.nodes.values() if not node.is_leaf]
        assert any("slope between 0 and 1" in sentence for sentence in said)


@pytest.mark.parametrize(("second", "kinked"), [([1, 4, 4], True), ([1, 4, 3], False)])
def test_a_tie_in_one_row_is_a_jump_of_the_numbers_of_the_largest(second, kinked):
    trace = run("argmax(S)", {"S": frozen([[3, 2, 1], second])})
    jumps = "Not differentiable here: the value jumps. Slope used: 0."
    assert caveat(trace.last, trace.graph.nodes["f"]) == (jumps if kinked else "")


def test_a_kink_is_told_with_the_real_slopes_and_the_slope_that_is_used():
    for text, values, said in (
        ("max(x, y)", {"x": 2.0, "y": 2.0}, "a tie, slope between 0 and 1. Used: 1/2 to each."),
        ("hinge(y, t)", {"y": -1.0, "t": -1.0}, "slope between 0 and 1. Used: 0."),
        ("hinge(y, t, 6)", {"y": 2.0, "t": 3.0}, "slope between −3 and 0. Used: 0."),
        ("elu(x, 0.2)", {"x": 0.0}, "slope between 0.2 and 1. Used: 0.2."),
        ("hard_sigmoid(x)", {"x": 3.0}, "slope between 0 and 0.1667. Used: 0."),
        ("selu(x)", {"x": 0.0}, "slope between 1.051 and 1.758. Used: 1.758."),
    ):
        trace = run(text, values)
        assert caveat(trace.last, trace.graph.nodes["f"]) == f"Not differentiable here: {said}"
