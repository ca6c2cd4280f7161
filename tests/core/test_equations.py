"""Both sides of every equation of the step panel, evaluated by a reader that knows nothing of the engine."""

import operator
import re
from decimal import Decimal
from functools import cached_property, lru_cache

import numpy as np
import pytest

from core.base.arrays import frozen, shape_of
from core.base.numbers import DIGITS, equation
from core.graph.builder import build
from core.graph.graph import CONSTANT, INPUT, Graph, Node
from core.graph.nodes import Nodes
from core.graph.plan import make_plan
from core.graph.programs import read_program
from core.math.derivative_names import NOTATIONS, PARTIAL
from core.math.latex import latex
from core.math.mathtree import Fraction, Letter, Row, Shaped, Table, Tinted, Word, parts_of
from core.math.typeset import PLAIN
from core.notation.tree import Name
from core.ops import OPS
from core.passes.explain import caveat, explain
from core.passes.gradient_names import gradient_math
from core.passes.guessed_values import with_defaults
from core.passes.seed import entry_seed, is_chosen
from core.passes.stepper import record, run
from core.passes.steps import Computed, Flowed
from tests.core.test_ops import PAIRS, drawn, name_of
from tests.core.test_random_programs import program as random_program
from tests.mathematics import FUNCTIONS, Pulling, Reader, plain, relations

NAMES = ["x1", "W", "b_in", "p", "q", "r"]
TWO = [
    op
    for op in OPS.values()
    if (op.elementwise and len(op.inputs) == 2) or op.name in ("mse", "squared_error")
]
STRETCHED = [
    [(2, 3), (3,)],
    [(3,), (2, 3)],
    [(2, 1), (2, 3)],
    [(2, 3), (2, 1)],
    [(1, 3), (2, 3)],
    [(2, 1), (3,)],
    [(1,), (3,)],
    [(2, 3), (1,)],
    [(1, 1), (2, 3)],
    [(1, 3), (3,)],
    [(2, 3), ()],
    [(), (2, 3)],
    [(8,), ()],
    [(7, 2), (2,)],
    [(2, 1, 1), (2, 2, 3)],
    [(2, 2, 3), ()],
]
CASES = PAIRS + [(op, shapes) for op in TWO for shapes in STRETCHED]
CASES += [(OPS["pick"], [(3, 2, 2), ()]), (OPS["pick"], [(8, 2), ()]), (OPS["dropout"], [(), (), ()])]
CASES += [(OPS["dropout"], [(2, 3), (), ()]), (OPS["outer"], [(2,), (8,)]), (OPS["vecmat"], [(8,), (8, 2)])]
CASES += [(OPS["concat"], [(), (2,)]), (OPS["concat"], [(2, 2), (1, 2)]), (OPS["flatten"], [()])]
CASES += [(OPS["flatten"], [(3,)]), (OPS["largest"], [()]), (OPS["prod"], [()]), (OPS["l1"], [(2, 2)])]
CASES += [(OPS["conv2d"], [(5, 6), (3, 3), (), ()]), (OPS["positional_encoding"], [(), ()])]
CASES += [(OPS["mean"], [()]), (OPS["sum"], [(8, 8)]), (OPS["matmul"], [(8, 2), (2, 3)])]


class Small(Nodes):
    """A program of one operation, whose result may be weighted and added up."""

    def __init__(self, op, values):
        super().__init__(set())
        self.inputs = {}
        names = iter(NAMES)
        ports = op.ports(len(values))
        args = [self.argument(op, port, value, names) for port, value in zip(ports, values, strict=True)]
        self.output = self.node("h", op.name, args)

    def argument(self, op, port, value, names):
        low, high = op.domain.get(port, (0.0, 1.0))
        if port in op.settings or low == high:
            return self.constant(value)
        name = next(names)
        self.keep(Node(name, INPUT, (), shape_of(value), Name(name), named=True))
        self.inputs[name] = value
        return name

    def constant(self, value):
        tree = (
            read_program(" ".join(np.array2string(np.asarray(value), separator=",").split()))
            .statements[0]
            .tree
        )
        name = f"c{len(self.nodes)}"
        self.keep(Node(name, CONSTANT, (), shape_of(value), tree, value=value))
        return name

    def node(self, name, op, args):
        shapes = [self.nodes[arg].shape for arg in args]
        shape = OPS[op].shape_of(args, shapes, [self.nodes[arg].value for arg in args])
        self.keep(Node(name, op, tuple(args), shape, Name(name), named=True))
        return name

    def weighted(self, chance):
        """Its result times weights, and the sum of these where it is an array."""
        shape = self.nodes["h"].shape
        self.keep(Node("u1", INPUT, (), shape, Name("u1"), named=True))
        self.inputs["u1"] = frozen(chance.uniform(0.5, 2, shape))
        self.output = self.node("L" if not shape else "v1", "mul", ["u1", "h"])
        if shape:
            self.output = self.node("L", "sum", ["v1"])

    def trace(self, seed=None):
        graph = Graph(read_program("x"), self.nodes, self.output, {})
        return record(make_plan(graph), self.inputs, seed)


# -- checking


class Jacobian:
    """∂f/∂x of two nodes by differences, which a formula may transpose."""

    def __init__(self, trace, of, by):
        self.trace, self.of, self.by = trace, trace.graph.nodes[of], by

    @cached_property
    def array(self):
        node, last = self.of, self.trace.last
        rule, ports = node.value_rule, node.ports
        at = np.asarray(last.value(self.by))
        columns = []
        for place in np.ndindex(at.shape):
            ends = []
            for step in (1e-6, -1e-6):
                moved = np.array(at)
                moved[place] += step
                known = {
                    port: frozen(moved) if arg == self.by else last.value(arg)
                    for port, arg in zip(ports, node.args, strict=True)
                }
                ends.append(np.asarray(rule.value(known)))
            columns.append((ends[0] - ends[1]) / 2e-6)
        return np.stack(columns, -1).reshape((*self.of.shape, *at.shape))

    def transposed(self):
        return Pulling(self.array, len(self.of.shape))


jacobian_of = lru_cache(1000)(Jacobian)


@lru_cache(1000)
def text_of(name):
    return plain(PLAIN.name(name))


def reader(trace, count, shape, notation=PARTIAL):
    snapshot = trace.snapshot(count)
    graph = trace.graph
    names = {text_of(name): snapshot.value(name) for name in graph.nodes if name != "π"}
    texts = {text_of(name): name for name in graph.nodes}
    names |= {"π": np.pi}
    if NOTATIONS[notation].defined:  # names of their own, such as δ_w
        found = {name: snapshot.gradient(name) for name in graph.nodes}
        names |= {gradient_text(trace, name, notation): g for name, g in found.items() if g is not None}
    for node in graph.nodes.values():
        if node.op == "dropout":
            values = {
                port: snapshot.value(arg) for port, arg in zip(node.operation.inputs, node.args, strict=True)
            }
            out, x = np.asarray(snapshot.value(node.name)), np.asarray(values["x"])
            assert np.all(x != 0)
            names["mask"] = out / x
    output, seed = graph.output, trace.seed

    def derivative(of, by):
        found = texts[by]
        if of == heads(graph, output, seed):
            return snapshot.gradient(found)
        assert of in texts, of
        whole = jacobian_of(trace, texts[of], found)
        if whole.of.op == "stop_gradient":
            return 0.0  # by its meaning
        return float(whole.array) if not graph.nodes[found].shape and not whole.of.shape else whole

    functions = FUNCTIONS | {"dropout": lambda x, *settings: x * names["mask"]}
    return Reader(names, derivative, shape, functions)


@lru_cache(1000)
def gradient_text(trace, name, notation):
    return plain(gradient_math(trace, name, notation))


def heads(graph, output, seed):
    """What the gradients are the derivatives of, as text."""
    if not is_chosen(seed):
        return "∑" * bool(graph.nodes[output].shape) + text_of(output)
    name = text_of(output)
    if isinstance(seed, float):
        return f"(−{name})" if seed == -1 else f"({seed:g}{name})".replace("-", "−")
    places = np.argwhere(seed)
    if len(places) == 1 and np.sum(seed) == 1:
        return f"{name}[{','.join(map(str, places[0]))}]"
    return f"(u⋅{name})" if seed.ndim == 1 else f"sum(u⊙{name})"


def column(value):
    """A vector is a column; the entries of higher arrays count, not their axes of length 1."""
    array = np.asarray(value, float)
    return array[:, None] if array.ndim == 1 else array


def check_equal(found, expected, what, rtol=1e-5):
    found, expected = column(found), column(expected)
    assert found.shape == expected.shape, what
    np.testing.assert_allclose(found, expected, rtol=rtol, atol=1e-7, err_msg=what)


def check_rounds(found, printed, what, digits=4):
    found, printed = column(found), column(printed)
    assert found.shape == printed.shape, what
    for one, other in zip(found.ravel(), printed.ravel(), strict=True):
        if not np.isfinite(other) or other == 0:
            assert one == other or np.isnan(other), what
        else:
            last = 10.0 ** (np.floor(np.log10(abs(other)) + 1e-9) - digits + 1)
            assert abs(one - other) <= 0.5000001 * last, (what, one, other)


def check_numbers(read, math_, true, head):
    """A line of numbers: every side comes to the last one, in the digits that are printed."""
    sides, signs = relations(math_)
    what = latex(math_)
    if sides[0] and head is not None:
        check_equal(read(sides[0]), head, what)
    if "dots" in what:
        return
    values = [read(side) for side in sides[1:]]
    check_rounds(true if not transposed(sides[0]) else np.asarray(true)[None], values[-1], what)
    for value, sign in zip(values[:-1], signs[1:], strict=True):
        if sign == "=":
            check_rounds(value, values[-1], what)
        else:
            assert sign == "≈"
            scale = max(1e-2, float(np.max(np.abs(values[-1]))))
            np.testing.assert_allclose(column(value), column(values[-1]), rtol=0.05, atol=0.02 * scale)


def transposed(side):
    return bool(side) and plain(side[0]).endswith("⊤")


def shows_all(math_):
    return "dots" not in latex(math_)


def check_shapes(read, formula):
    """The shape below an array is that of what stands above it."""
    shapes = 0
    for part in parts_of(formula):
        if isinstance(part, Shaped):
            value = jacobian_shape(part, read)
            assert value == part.shape, latex(formula)
            shapes += 1
    return shapes


def jacobian_shape(part, read):
    if not shows_all(part.base):
        return part.shape
    value = read(part.base)
    if isinstance(value, Pulling):
        rows, columns = value.jacobian.shape[: value.axes], value.jacobian.shape[value.axes :]
        return (*(columns or (1,)), *(rows or (1,)))
    if isinstance(value, Jacobian):
        found = value.array
        return found.shape if found.ndim == 2 else (1, *found.shape)
    return column(value).shape if np.ndim(value) < 3 else np.shape(value)


def factors(formula):
    """The shapes of matrices that stand side by side, as pairs; a plain number goes with everything."""
    beside = None
    for part in outer(formula):
        shape = part.shape if isinstance(part, Shaped) else None
        if beside and shape and len(shape) == len(beside) == 2:
            yield beside, shape
        beside = shape


def outer(formula):
    match formula:
        case Row(parts):
            return [one for part in parts for one in outer(part)]
        case Tinted(_, body):
            return outer(body)
    return [] if formula == Word(" ", "ord") else [formula]


def check_step(trace, count, notation=PARTIAL):
    found, trace = explain(trace, count, notation=notation), trace.shown
    step = trace.steps[count - 1]
    sides, signs = relations(found.rule)
    what = latex(found.rule)
    arg = step.arg if isinstance(step, Flowed) else step.node
    read = reader(trace, count, trace.graph.nodes[arg].shape, notation)
    for formula in filter(None, (found.rule, found.numbers)):
        check_shapes(read, formula)
        for (_, left), (right, _) in factors(formula):
            assert left == right, latex(formula)
    if isinstance(step, Computed):
        head = read(sides[0])
        for side in sides[1:]:
            check_equal(read(side), head, what)
        if found.numbers:
            check_numbers(read, found.numbers, step.value, head)
        return
    if not isinstance(step, Flowed):
        if shows_all(found.rule):
            check_equal(read(sides[0]), read(sides[1]), what)
        return
    before = trace.snapshot(count - 1).gradient(step.arg)
    check_equal(read(sides[0]), step.total, what)
    assert signs[0] in ("=", "+=")
    assert signs[0] == "+=" or before is None
    for side in sides[1:]:
        if found.caveat and speaks_of_a_slope(side, trace):
            continue  # there is none at a kink, but for what is used in its place
        value = read(side)
        check_equal(value, step.contribution, what)
        total = value if before is None else np.asarray(before).reshape(np.shape(value)) + value
        check_equal(total, step.total, what)
    if found.caveat and any(speaks_of_a_slope(side, trace) for side in sides[1:]):
        return
    if isinstance(found.numbers, Table):
        (_, numbers), (target, total) = found.numbers.rows
        check_numbers(read, numbers, step.contribution, None)
        check_equal(read(target), step.total, what)
        check_numbers(read, total, step.total, None)
    elif found.numbers:
        check_numbers(read, found.numbers, step.contribution, None)


def speaks_of_a_slope(side, trace):
    """Whether ∂f/∂x of two nodes stands in a formula, beside the gradients."""
    tops = [plain(part.top) for part in parts_of(Row(tuple(side))) if isinstance(part, Fraction)]
    head = "∂" + heads(trace.graph, trace.graph.output, trace.seed)
    return any(top.startswith("∂") and top != head for top in tops)


def check_trace(trace, notation=PARTIAL):
    with np.errstate(all="ignore"):
        for count in range(1, len(trace) + 1):
            check_step(trace, count, notation)


# -- every operation


@pytest.mark.parametrize(("op", "shapes"), CASES, ids=name_of)
def test_every_equation_of_an_operation_is_true(op, shapes):
    values = list(drawn(op, shapes).values())
    small = Small(op, values)
    check_trace(small.trace())
    shape = small.nodes["h"].shape
    if shape:
        check_trace(small.trace(entry_seed("h", shape, tuple(n - 1 for n in shape))))
    weighted = Small(op, values)
    weighted.weighted(np.random.default_rng(3))
    check_trace(weighted.trace())


@pytest.mark.parametrize("op", [op for op in OPS.values() if op.kink], ids=name_of)
def test_equations_hold_at_kinks(op):
    trace = Small(op, list(op.at_kink().values())).trace()
    check_trace(trace)


# -- whole programs

PROGRAMS = [
    "(x+y)z",
    "x^2 + 3 x y + x",
    "sigmoid(w·x+b)",
    "H = X W + b; sum(H^2)",
    "h = E[k]; h·h + E[0, 1]",
    "p = softmax(W x + b); L = -ln(p[k])",
    "z = W x + b; relu(z)·relu(z) + z·x[0:3]",
    "s = v^T X; sum(s)",
    "sum(conv2d(X, F) + c)",
    "sum(conv2d(X, F, 1, 1))",
    "max(x, y) max(x, 2) + max(x, x)",
    "a_{ij} = x y; a_{ij} + a_{ij}^2",
    "[x, y, x]·[1, 2, 3]",
    "u = W x; u ⊙ u",
    "i = softmax(X); sum(i ⊙ X)",
    "l = cross_entropy(X X + v, t); mean(l)",
    "nll(softmax(X), t)·v",
    "i = 2; svm(X, t) i",
    "log_softmax(X) - X/sum(X, 0)",
    "mean(X, 0)·flip(v) + sum(mean(X, 1))",
    "sum_except(v, k) v",
    "mean(v, 0) sum(v, 0)",
]
GIVEN = {
    "X": frozen([[1.0, 2.0, 0.5], [3.0, 1.0, 2.0], [0.5, 0.25, 4.0]]),
    "F": frozen([[1.0, -1.0], [0.5, 2.0]]),
    "E": frozen([[1.0, 2.0], [3.0, -4.0], [0.5, 0.25]]),
    "k": 1.0,
    "v": frozen([0.5, -1.5, 2.0]),
    "t": frozen([2.0, 0.0, 1.0]),
}


@pytest.mark.parametrize("text", PROGRAMS)
def test_every_equation_of_a_program_is_true(text):
    program = read_program(text)
    values = with_defaults(program, {name: value for name, value in GIVEN.items() if name in text})
    graph = build(program, values)
    check_trace(record(make_plan(graph), values))


SEEDED = [
    ("x^2 y", -2.0),
    ("x^2 y + x", -1.0),
    ("sigmoid(x y)", 0.5),
    ("softmax(W x)", frozen([0.5, -1.0, 2.0])),
    ("X ⊙ X + 1", frozen([[1.0, 0.0, 2.0], [0.0, 1.0, 0.0], [0.0, 0.5, 0.0]])),
    ("X X", entry_seed("f", (3, 3), (2, 1))),
]


@pytest.mark.parametrize(("text", "seed"), SEEDED, ids=str)
def test_equations_are_true_with_a_chosen_seed(text, seed):
    program = read_program(text)
    values = with_defaults(program, {"X": GIVEN["X"]} if "X" in text else {})
    check_trace(record(make_plan(build(program, values)), values, seed))


@pytest.mark.parametrize("seed", range(60))
def test_every_equation_of_a_random_program_is_true(seed):
    _, plan, values = random_program(seed)
    check_trace(record(plan, values))


NUMBER = "−?[0-9.]+(?:·10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?"
PRODUCT_TOLD = re.compile(rf"Upstream ({NUMBER}) × local ({NUMBER}) ([=≈]) ({NUMBER})\.")
SUM_TOLD = re.compile(rf"[Aa]dd(?:ed)? up:? ({NUMBER}(?: [+−] {NUMBER})+) ([=≈]) ({NUMBER})\.")


def decimal(text):
    mantissa, _, power = text.replace("−", "-").partition("·10")
    exponent = power.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789"))
    return Decimal(mantissa) * (Decimal(10) ** int(exponent) if exponent else 1)


def calculations(sentence):
    """What a sentence calculates, by decimal arithmetic; the sign and the result that stand behind it."""
    for one, other, sign, result in PRODUCT_TOLD.findall(sentence):
        yield decimal(one) * decimal(other), sign, decimal(result)
    for terms, sign, result in SUM_TOLD.findall(sentence):
        yield sum(map(decimal, terms.replace(" + ", " ").replace(" − ", " −").split())), sign, decimal(result)


def check_sentence(sentence):
    """The exact result of what is printed rounds to the printed result."""
    told = equal = 0
    for exact, sign, printed in calculations(sentence):
        told += 1
        equal += sign == "="
        if sign == "=":
            last = Decimal(1).scaleb(printed.adjusted() - DIGITS + 1) if printed else Decimal(0)
            assert abs(exact - printed) <= last / 2, sentence
            assert exact == printed or printed, sentence
    return told, equal


def test_what_a_sentence_calculates_multiplies_out():
    counted = np.zeros(2, int)
    for seed in range(100):
        trace = record(*random_program(seed)[1:])
        for count in range(1, len(trace) + 1):
            counted += check_sentence(explain(trace, count).sentence)
    told, equal = counted
    assert told > 500 and equal > 0.95 * told


def test_operands_gain_the_digits_that_the_result_needs():
    assert equation(operator.mul, (0.5, -1.54118), -0.77059) == (5, "=")
    assert equation(operator.mul, (0.5, -1.5), -0.75) == (4, "=")
    assert equation(operator.add, (1.23456789, -1.23456781), 8e-8) == (4, "≈")


def test_a_caveat_tells_the_slopes_as_numbers():
    """Not by the names of the operation, which the program need not have."""
    trace = run("leaky_relu(x, a)", {"x": 0.0, "a": 0.25})
    assert explain(trace, len(trace)).caveat.endswith("slope between 0.25 and 1. Used: 0.25.")


def test_a_tie_is_told_as_a_tie():
    trace = run("max(x, y)", {"x": 2.0, "y": 2.0})
    found = explain(trace, len(trace))
    assert "in a tie each receives half" in found.sentence
    assert found.caveat.endswith("a tie, slope between 0 and 1. Used: 1/2 to each.")
    assert trace.last.gradient("x") == trace.last.gradient("y") == 0.5
    for text, values in (
        ("max(x)", {"x": frozen([3, 3, 1])}),
        ("sum(maxpool(x))", {"x": frozen([[1, 3], [3, 2]])}),
    ):
        trace = run(text, values)
        node = next(node for node in trace.graph.nodes.values() if not node.is_leaf)
        assert caveat(trace.last, node).endswith(
            "a tie, slope between 0 and 1. Used: an even share for each."
        )


@pytest.mark.parametrize(
    ("program", "shape", "shown"),
    [
        ("softmax(S)", (2, 3), 5),
        ("softmax(S)", (3, 4), 1),
        ("svm(S, k)", (3, 4), 2),
        ("cross_entropy(S, k)", (3, 4), 3),
    ],
)
def test_an_array_keeps_its_name_where_it_would_make_a_line_too_long(program, shape, shown):
    scores = frozen(np.random.default_rng(1).normal(size=shape))
    given = {"S": scores, "k": frozen([1.0, 0.0, 2.0])} if "k" in program else {"S": scores}
    trace = run(f"f = {program}; L = sum(f ⊙ f)", given)
    found = explain(trace, len(trace)).numbers
    assert sum(isinstance(part, Table) for part in parts_of(found)) == shown
    check_trace(trace)


def test_an_entry_is_set_as_it_is_typed_and_never_like_a_name():
    for text in ("W1[0, 1]", "W[2][1]", "x[k]"):
        tree = read_program(text).statements[0].tree
        assert plain(PLAIN.tree(tree)) in ("W_1[0,1]", "W[2][1]", "x[k]")
    assert plain(PLAIN.name("a21")) == "a_21"
    letters = PLAIN.name("w_ij").sub
    assert letters == Row((Letter("i"), Letter("j")))
    assert isinstance(PLAIN.name("W_in").sub, Word)
