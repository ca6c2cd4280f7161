"""What the backward pass starts with: an entry, a direction or another number in place of 1."""

import re

import numpy as np
import pytest

from core.base.arrays import frozen, same
from core.base.errors import Problem
from core.math.latex import latex
from core.passes.explain import OF_THE_SUM, explain
from core.passes.seed import chosen_entry, entry_seed, is_chosen, read_entry, seed_words, seeded_text
from core.passes.stepper import as_chosen, run

SOFTMAX = {"s": frozen([1, -2, 0])}


def test_an_entry_is_a_seed_that_is_1_there():
    assert same(entry_seed("p", (3,), (1,)), frozen([0, 1, 0]))
    assert same(entry_seed("W", (2, 2), (1, 0)), frozen([[0, 0], [1, 0]]))
    assert read_entry(" 1 , 0 ") == (1, 0)
    assert chosen_entry(entry_seed("W", (2, 2), (1, 0))) == (1, 0)


REFUSED = [
    (lambda: entry_seed("f", (), (0,)), "f is a number and has no entries to choose from"),
    (lambda: entry_seed("p", (3,), (3,)), "p has 3 entries; there is no entry [3]"),
    (lambda: entry_seed("p", (3,), (0, 2)), "p has 3 entries; an entry of it has 1 place, not 2"),
    (lambda: entry_seed("W", (2, 3), (1,)), "W is 2×3; an entry of it has 2 places, not 1"),
    (lambda: read_entry("a"), "'a' is not an entry"),
    (lambda: read_entry("-1"), "'-1' is not an entry"),
    (lambda: read_entry(""), "'' is not an entry"),
    (lambda: read_entry("9" * 5000), "is not an entry"),
    (lambda: run("softmax(s)", SOFTMAX, seed=1.0), "The seed is a number; f has 3 entries"),
    (lambda: run("softmax(s)", SOFTMAX, seed=frozen([1, 0])), "The seed has 2 entries; f has 3 entries"),
    (lambda: run("x y", {"x": 1.0, "y": 2.0}, seed=frozen([1])), "The seed has 1 entry; f is a number"),
]


@pytest.mark.parametrize(("ask", "message"), REFUSED, ids=range(len(REFUSED)))
def test_what_is_no_seed_is_refused(ask, message):
    with pytest.raises(Problem, match=re.escape(message)):
        ask()


def test_a_row_of_the_jacobian_is_the_gradient_of_an_entry():
    trace = run("softmax(s)", SOFTMAX, seed=entry_seed("f", (3,), (0,)))
    p = np.exp(SOFTMAX["s"]) / np.sum(np.exp(SOFTMAX["s"]))
    np.testing.assert_allclose(trace.last.gradient("s"), p[0] * (np.eye(3)[0] - p), rtol=1e-14)


def test_a_number_as_seed_scales_every_gradient():
    trace = run("(x+y)z", {"x": -2.0, "y": 5.0, "z": -4.0}, seed=-2.0)
    assert [trace.last.gradient(name) for name in "xyz"] == [8, 8, -6]


SAID = [
    (1.0, {}, "f"),
    (frozen([1, 1]), {}, "f"),
    (-1.0, {}, "−f"),
    (-2.0, {}, "−2 f"),
    (frozen([0, 1]), {}, "f[1]"),
    (frozen([0, 2]), {}, "u · f with the seed u = [0, 2]"),
    (frozen([1, 0.5]), {"u": None}, "u′ · f with the seed u′ = [1, 0.5]"),
    (frozen([3]), {}, "u · f with the seed u = [3]"),
]


@pytest.mark.parametrize(("seed", "taken", "text"), SAID, ids=[text for _, _, text in SAID])
def test_what_the_gradients_are_of_is_said(seed, taken, text):
    assert seeded_text("f", seed, taken) == text
    assert is_chosen(seed) == (text != "f")


def test_a_seed_by_itself_is_said():
    said = [seed_words("f", seed, {}) for seed in (-2.0, frozen([0, 1]), frozen([0, 2]))]
    assert said == ["−2", "1 at f[1] and 0 elsewhere", "u = [0, 2]"]


# -- the step that explains it


def seed_step(text, values, seed=None, output=""):
    trace = run(text, values, output, seed)
    return explain(trace, trace.position("seed")), explain(trace, len(trace))


def test_the_usual_seed_is_explained_as_a_derivative():
    found, _ = seed_step("x y", {"x": 2.0, "y": 3.0})
    assert found.sentence == "The backward pass starts at f: its derivative with respect to itself is 1."


def test_an_array_starts_with_the_sum_of_its_entries_and_a_softmax_says_why_that_is_no_use():
    found, _ = seed_step("[x, y]", {"x": 2.0, "y": 3.0})
    start = f"The backward pass starts at f with 1 in every entry: {OF_THE_SUM}."
    assert found.sentence == start
    found, _ = seed_step("softmax(s)", SOFTMAX)
    assert found.sentence.startswith(f"{start} The entries of a softmax always sum to 1")
    assert abs(run("softmax(s)", SOFTMAX).last.gradient("s")).max() < 1e-15


def test_an_entry_is_explained_and_named_in_every_formula():
    found, last = seed_step("softmax(s)", SOFTMAX, frozen([0, 1, 0]))
    assert found.sentence == "Seed chosen at f: 1 at f[1] and 0 elsewhere. The gradients are those of f[1]."
    assert r"{\frac{\partial f[1]}{\partial f}}=" in latex(found.rule)
    assert r"{\frac{\partial f[1]}{\partial s}}=" in latex(last.rule)


def test_a_direction_is_explained():
    found, last = seed_step("softmax(s)", SOFTMAX, frozen([1, 0.5, 0]))
    assert found.sentence == "Seed chosen at f: u = [1, 0.5, 0]. The gradients are those of u · f."
    assert r"\partial\left( u\cdot f \right)}{\partial s}" in latex(last.rule)


def test_a_number_is_explained():
    found, last = seed_step("x y", {"x": 2.0, "y": 3.0}, -2.0)
    assert found.sentence == "Seed chosen at f: −2. The gradients are those of −2 f."
    assert r"\partial\left( -2f \right)}{\partial x}" in latex(last.rule)


def test_the_program_keeps_its_name_when_another_node_is_the_output():
    trace = run("(x+y)z", {"x": -2.0, "y": 5.0, "z": -4.0}, "v1")
    assert latex(explain(trace, 0).rule).startswith(r"\begin{aligned} f & =")
    assert trace.graph.own_output == "f" == trace.graph.with_output("x").with_output("f").own_output


# -- what was chosen and no longer fits

GRAPH = run("p = softmax(s); L = -ln(p[0])", SOFTMAX).graph


def test_a_choice_that_fits_is_taken():
    asked, seed, notes = as_chosen(GRAPH, "p", frozen([0, 1, 0]))
    assert (asked.output, notes) == ("p", ())
    assert same(seed, frozen([0, 1, 0]))


@pytest.mark.parametrize(
    ("output", "seed", "taken", "message"),
    [
        ("q", 2.0, "L", "q was differentiated and is no longer there; now it is L"),
        ("0", None, "L", "0 was differentiated and is no longer there; now it is L"),
        ("p", 2.0, "p", "The seed is a number and is not used; p has 3 entries"),
        ("", frozen([1, 2]), "L", "The seed has 2 entries and is not used; L is a number"),
    ],
)
def test_a_choice_that_no_longer_fits_is_left_out_and_said(output, seed, taken, message):
    asked, kept, notes = as_chosen(GRAPH, output, seed)
    assert (asked.output, kept) == (taken, None)
    assert [note.message for note in notes] == [message]
