"""Numbers as people read them."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.base.numbers import digits_apart, exact, short, split_number, typed_text, value_text
from core.graph.typed_value import read_value

SHORT = [
    (0.0, "0"),
    (-0.0, "0"),
    (3.0, "3"),
    (-12.0, "−12"),
    (0.5, "0.5"),
    (-0.731058, "−0.7311"),
    (0.0001, "0.0001"),
    (0.00001234, "1.234·10⁻⁵"),
    (0.00001, "10⁻⁵"),
    (123456.0, "123456"),
    (1234567.0, "1.235·10⁶"),
    (-1e300, "−10³⁰⁰"),
    (9.99996, "10"),
    (math.inf, "∞"),
    (-math.inf, "−∞"),
    (math.nan, "NaN"),
]


@pytest.mark.parametrize(("value", "text"), SHORT)
def test_a_number_is_short(value, text):
    assert short(value) == text


def test_every_digit_is_kept_where_it_is_asked_for():
    assert exact(0.1 + 0.2) == "0.30000000000000004" and exact(-2.0) == "−2"
    assert exact(-0.0) == "−0" and typed_text(-0.0) == "-0"
    assert exact(math.inf) == "∞"


def test_an_array_is_a_list_or_its_shape():
    assert value_text(np.array([[1.0, -0.0], [0.25, 3.0]])) == "[[1, 0], [0.25, 3]]"
    assert value_text(np.zeros((3, 4))) == "3×4"
    assert value_text(2.0) == "2"


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_what_is_written_to_be_typed_is_read_as_the_same_number(value):
    again = read_value(typed_text(value), "x")
    assert again == value and math.copysign(1, again) == math.copysign(1, value)


@given(st.floats(min_value=-1e300, max_value=1e300).filter(bool), st.integers(1, 17))
def test_a_rounded_number_is_near(value, digits):
    mantissa, power = split_number(value, digits)
    shown = float(mantissa.replace("−", "-") + f"e{power or 0}")
    assert shown == pytest.approx(value, rel=6 * 10.0**-digits)


def test_numbers_close_together_get_the_digits_that_tell_them_apart():
    assert digits_apart(1.0, 2.0) == 4
    assert digits_apart(1.0, 1.0) == 4
    digits = digits_apart(1.0, 1.00001)
    assert short(1.0, digits) != short(1.00001, digits)
    assert digits_apart(1.0, 1.0 + 2**-52) == 17
