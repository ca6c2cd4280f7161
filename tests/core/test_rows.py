"""A mini-batch as the rows of a matrix: examples of lectures in one matrix each; and a turned filter."""

import numpy as np
import pytest

from core.base.arrays import frozen
from core.base.errors import Problem
from core.derivatives.jacobian import jacobian
from core.derivatives.symbolic import derivative
from core.figure import draw, figure
from core.graph.builder import graph_of
from core.graph.plan import make_plan
from core.graph.programs import read_program
from core.math.latex import latex
from core.math.mathtree import without_shapes
from core.passes.explain import explain
from core.passes.guessed_values import with_defaults
from core.passes.stepper import record, run
from core.passes.unfold import LEVELS, unfolded

W = [[0.5, -0.2, 0.1, 0.4], [-0.3, 0.8, 0.2, -0.1], [0.2, 0.1, -0.5, 0.3]]
EXAMPLES = [[1, 2, -1, 0.5], [0, 1, 1, -1], [2, -1, 0, 1], [-1, 0.5, 2, 0], [0.5, 0.5, -0.5, 1]]
SCORES = [[3.2, 5.1, -1.7], [1.3, 4.9, 2.0], [2.2, 2.5, -3.1]]
LAYER = {"X": EXAMPLES, "W": W, "b": [0.1, -0.2, 0.3], "k": [0, 1, 2, 0, 1]}


def trace_of(program, values):
    return run(program, {name: frozen(value) for name, value in values.items()})


def close(found, expected, tolerance=1e-12):
    np.testing.assert_allclose(found, expected, rtol=tolerance, atol=1e-15)


LAYERS = [
    "G = X W^T + b; l = mean(cross_entropy(G, k))",
    "G = X W^T + b; l = mean(nll(softmax(G), k))",
    "G = X W^T + b; l = mean(logsumexp(G) - sum(G ⊙ [[1,0,0],[0,1,0],[0,0,1],[1,0,0],[0,1,0]], 1))",
    "G = X W^T + b; l = -sum(log_softmax(G) ⊙ [[1,0,0],[0,1,0],[0,0,1],[1,0,0],[0,1,0]]) / 5",
]


@pytest.mark.parametrize("program", LAYERS)
def test_five_examples_go_through_a_layer_as_five_rows(program):
    last = trace_of(program, LAYER).last
    close(last.value("l"), 1.3550625935683631)
    close(last.value("G")[1], [-0.4, 0.9, -0.4])
    close(last.gradient("b"), [-0.08574821089961075, -0.03658352741494175, 0.1223317383145525])
    close(last.gradient("W")[0], [0.29844533040271, -0.47390992476216, -0.15254910989389, 0.08496933027624])
    close(last.gradient("G")[0], [-0.16422761057291646, 0.062002601930820266, 0.1022250086420962], 1e-11)
    close(last.gradient("b"), np.sum(last.gradient("G"), axis=0), 1e-11)


def test_the_losses_of_three_examples_and_their_mean():
    last = trace_of("L = cross_entropy(s, k); l = mean(L)", {"s": SCORES, "k": [0, 1, 2]}).last
    close(last.value("L"), [2.0403551528001698, 0.07913177829134906, 6.156477201664211])
    close(last.value("l"), 2.758654710918577)
    close(last.gradient("s")[0], [-0.29000582032760885, 0.28968317840275526, 0.0003226419248536813], 1e-11)
    close(last.gradient("s")[2], [0.14155180860891386, 0.19107495557905507, -0.33262676418796894])


def test_data_hinge_and_penalty_of_three_examples_in_one_matrix():
    values = {"W": W, "X": EXAMPLES[:3], "k": [0, 1, 2]}
    last = trace_of("S = X W^T; D = mean(multiclass_hinge(S, k)); R = sum(W^2); L = D + R", values).last
    close([last.value(name) for name in "DRL"], [1.9, 1.63, 3.53])
    close(
        last.gradient("W"),
        [
            [1.0, -2.0666666666666664, 0.8666666666666667, 0.8],
            [-0.26666666666666666, 2.2666666666666666, 0.06666666666666671, -0.033333333333333354],
            [0.06666666666666671, 1.2, -1.3333333333333333, 0.43333333333333335],
        ],
    )
    close(last.gradient("S"), np.array([[-2, 1, 1], [0, 0, 0], [1, 0, -1]]) / 3)


def test_a_convolution_turns_its_filter():
    values = {"K": [[1, 2], [0, -1]], "X": [[1, 2, 0, 1], [0, 3, 1, 2], [2, 1, 4, 0], [1, 0, 2, 3]]}
    last = trace_of("F = flip(K); Y = conv2d(X, F)", values).last
    close(last.value("F"), [[-1, 0], [2, 1]])
    close(last.value("Y"), [[2, 5, 4], [5, 3, 7], [0, 1, 3]])
    close(last.gradient("F"), [[14, 14], [14, 16]])
    close(last.gradient("K"), [[16, 14], [14, 14]])
    close(last.gradient("X"), [[-1, -1, -1, 0], [1, 2, 2, 1], [1, 2, 2, 1], [2, 3, 3, 1]])


def test_of_a_stack_of_filters_each_is_turned_and_keeps_its_place():
    stack = np.arange(24.0).reshape(2, 3, 2, 2)
    found = trace_of("flip(F)", {"F": stack}).last.value("f")
    assert all(np.array_equal(found[i, j], stack[i, j, ::-1, ::-1]) for i in range(2) for j in range(3))


def test_one_number_is_the_class_of_all_rows():
    one, each = (trace_of("L = mean(cross_entropy(s, k))", {"s": SCORES, "k": k}) for k in (2.0, [2, 2, 2]))
    assert one.last.value("L") == each.last.value("L")
    assert np.array_equal(one.last.gradient("s"), each.last.gradient("s"))


def test_a_batch_of_one_row_is_its_example():
    of_row = trace_of("L = sum(svm(S, [1], 0.5) + cross_entropy(S, [1]))", {"S": SCORES[:1]}).last
    alone = trace_of("L = svm(s, 1, 0.5) + cross_entropy(s, 1)", {"s": SCORES[0]}).last
    close(of_row.value("L"), alone.value("L"))
    close(of_row.gradient("S"), [alone.gradient("s")])


def test_scores_beyond_all_exponentials_stay_finite():
    values = {"s": [[1000, 0], [-np.inf, 0], [-1000, -1000]], "k": [1, 1, 0]}
    last = trace_of("L = cross_entropy(s, k)", values).last
    close(last.value("L"), [1000, 0, np.log(2)])
    close(last.gradient("s"), [[1, -1], [0, 0], [-0.5, 0.5]])


def test_what_is_meant_by_a_loss_of_rows_is_said():
    notes = [note.message for note in graph_of("svm(s, k)", {"s": frozen(SCORES), "k": 1.0}).remarks]
    assert notes == [
        "multiclass_hinge(s, k) is one loss for each row; their mean is mean(multiclass_hinge(s, k))"
    ]


@pytest.mark.parametrize("values", [{"s": SCORES[0], "t": [0.2, 0.5, 0.3]}, {"s": SCORES, "t": np.eye(3)}])
def test_a_target_of_probabilities_is_told_how_it_is_written(values):
    with pytest.raises(Problem) as caught:
        trace_of("cross_entropy(s, t)", values)
    formula = caught.value.hint.removeprefix("With a probability for each class write ")
    expected = -np.sum(values["t"] * np.log(np.exp(s := np.array(values["s"])) / sums(np.exp(s))), axis=-1)
    close(trace_of(formula, values).last.value("f"), expected)


def sums(array):
    return np.sum(array, axis=-1, keepdims=True)


def test_a_transposed_vector_is_a_row():
    close(trace_of("softmax(x^T)", {"x": [1, 2]}).last.value("f"), [[1 / (1 + np.e), np.e / (1 + np.e)]])


def test_the_rows_unfold_into_losses_of_vectors():
    graph = graph_of("L = sum(cross_entropy(s, k))", {"s": frozen(SCORES), "k": frozen([0, 1, 2])})
    once = unfolded(graph, lambda key, node: node.op == "cross_entropy_rows")
    assert [node.op for node in once.nodes.values()].count("cross_entropy") == 3
    values = {"s": frozen(SCORES), "k": frozen([0, 1, 2])}
    for wanted in LEVELS.values():
        last = record(make_plan(unfolded(graph, wanted)), values).last
        close(last.value("L"), 3 * 2.758654710918577)


def test_the_jacobian_of_a_softmax_of_rows_has_a_block_for_each():
    found = jacobian(trace_of("p = softmax(s)", {"s": SCORES}), "p", "s")
    assert found.sentence == "The Jacobian of p with respect to s is block diagonal: 3 blocks of 3×3"


def test_a_batch_has_no_closed_form_and_is_named_as_it_is_called():
    graph = graph_of("L = sum(softmax(s)^2)", {"s": frozen(SCORES)})
    with pytest.raises(Problem, match="There is no closed form here yet for softmax: s is 3×3"):
        derivative(graph, "s")


GUESSED = [
    ("S = A W^T + b; L = mean(cross_entropy(S, k))", "mean"),
    ("L = sum(sum(X, 1) ⊙ v)", "sum"),
    ("y = mean(softmax(A W), 0); L = y·y", "dot"),
    ("L = sum(conv2d(P, flip(K)))", "sum"),
]


@pytest.mark.parametrize(("program", "last"), GUESSED)
def test_values_are_guessed_for_a_mini_batch(program, last):
    tree = read_program(program)
    trace = run(program, with_defaults(tree, {}))
    assert trace.graph.nodes["L"].op == last
    assert np.isfinite(trace.last.value("L"))


@pytest.mark.parametrize(
    ("program", "symbols"),
    [
        ("sum(s, 1)", [r"\sum_{1}"]),
        ("mean(s, -1)", [r"\text{mean}_{-1}"]),
        ("cross_entropy(softmax(s), k)", [r"\text{softmax}", r"\text{CE}"]),
    ],
)
def test_an_axis_stands_in_the_circle_and_rows_look_as_a_vector_does(program, symbols):
    trace = trace_of(program, {"s": SCORES, "k": [0, 1, 2]})
    boxes = [box for box in figure(draw(trace), trace.last).boxes if box.kind == "operation"]
    assert [latex(box.symbol) for box in boxes] == symbols


@pytest.mark.parametrize(
    ("program", "rule"),
    [
        (
            "softmax(s)",
            r"f\odot\left( G-"
            r"\left( \sum_{j}\left( G\odot f \right)[:,j] \right)\mathbf{1}_{3}^{\top} \right)",
        ),
        (
            "log_softmax(s)",
            r"G-e^{f}\odot\left( \left( \sum_{j}G[:,j] \right)\mathbf{1}_{3}^{\top} \right)",
        ),
        (
            "logsumexp(s)",
            r"\left( G\mathbf{1}_{3}^{\top} \right)\odot\operatorname{softmax}\left( s \right)",
        ),
        (
            "cross_entropy(s, k)",
            r"\left( G\mathbf{1}_{3}^{\top} \right)\odot"
            r"\left( \operatorname{softmax}\left( s \right)-\mathbf{E}_{k} \right)",
        ),
        (
            "nll(s, k)",
            r"\operatorname{diag}\left( \frac{-G}{\left( s[i,k[i]] \right)_{i}} \right)\mathbf{E}_{k}",
        ),
        ("nll(s, 1)", r"\operatorname{diag}\left( \frac{-G}{s[:,1]} \right)\mathbf{E}_{1}"),
        ("sum(s, 1)", r"G\mathbf{1}_{3}^{\top}"),
        ("sum(s, 0)", r"\mathbf{1}_{3}G^{\top}"),
        ("mean(s, 0)", r"\frac{\mathbf{1}_{3}G^{\top}}{3}"),
        ("flip(s)", r"\operatorname{flip}\left( G \right)"),
    ],
)
def test_the_way_back_is_set_as_an_equation_of_matrices(program, rule):
    """G stands for the gradient of f."""
    given = {"s": np.abs(SCORES), "k": [0, 1, 2]}
    used = {name: given[name] for name in given if name in program}
    trace = trace_of(f"f = {program}; L = sum(f ⊙ f)", used)
    found = latex(without_shapes(explain(trace, len(trace)).rule)).partition("=")[2]
    upstream = r"\frac{\partial L}{\partial f}"
    for bracketed in (rf"\left( {upstream} \right)^", rf"\left( {upstream} \right)["):
        found = found.replace(bracketed, f"G{bracketed[-1]}")
    assert found.replace(upstream, "G") == rule


def test_letters_of_indices_are_none_of_the_names_of_a_program():
    trace = trace_of("i = softmax(s); j = i ⊙ i; L = sum(j)", {"s": SCORES})
    assert r"\sum_{l}\left( " in latex(explain(trace, len(trace)).rule)


def test_at_the_output_of_a_batch_only_ones_are_left_of_the_upstream_gradient():
    trace = trace_of("log_softmax(s)", {"s": SCORES})
    rule = latex(explain(trace, len(trace)).rule)
    assert rule.endswith(r"=\mathbf{1}_{3\times3}-3\cdot\underset{3\times3}{e^{f}}")
    trace = trace_of("cross_entropy(s, k)", {"s": SCORES, "k": [0, 1, 2]})
    assert latex(without_shapes(explain(trace, len(trace)).rule)).endswith(
        r"=\operatorname{softmax}\left( s \right)-\mathbf{E}_{k}"
    )
