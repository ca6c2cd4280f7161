"""Values as they are typed: what is read as one, and where a mistake lies."""

import math

import pytest

from core.base.arrays import frozen, same
from core.base.errors import Problem
from core.graph.typed_value import read_value

GOOD = [
    ("-2", -2.0),
    (" 1/3 ", 1 / 3),
    ("2π", 2 * math.pi),
    ("e^-1", math.exp(-1)),
    ("1e-3", 0.001),
    ("½", 0.5),
    ("[1, -2.5]", [1, -2.5]),
    ("[[1, 2], [3, 4]]", [[1, 2], [3, 4]]),
    ("[1, 2]/2", [0.5, 1]),
]


@pytest.mark.parametrize(("text", "value"), GOOD)
def test_numbers_and_lists_are_read(text, value):
    assert same(read_value(text), frozen(value))


# text, a part of the sentence, the place in the text
BAD = [
    ("", "The value of w must be a number or a list", (0, 1)),
    ("q", "The value of w must be a number or a list", (0, 1)),
    ("w", "The value of w must be a number or a list", (0, 1)),
    ("1; 2", "The value of w must be a number or a list", (0, 4)),
    ("x = 3", "The value of w must be a number or a list", (0, 5)),
    ("sin(1)", "The value of w must be a number or a list", (0, 6)),
    ("[1, [2]]", "The value of w must be a number or a list", (0, 8)),
    ("2 + q", "The value of w must be a number or a list", (4, 5)),
    ("[1, 2", "The '[' at column 1 is not closed", (4, 5)),
    ("1,5", "A decimal comma is not understood", (1, 2)),
    ("1 @@ 2", "A value is missing between", (2, 4)),
    ("1 \0", "The character NUL has no meaning here", (2, 3)),
]


@pytest.mark.parametrize(("text", "message", "place"), BAD, ids=range(len(BAD)))
def test_what_is_no_value_is_said_at_its_place(text, message, place):
    with pytest.raises(Problem) as caught:
        read_value(text, "w")
    assert message in caught.value.message
    assert (caught.value.span.start, caught.value.span.end) == place
