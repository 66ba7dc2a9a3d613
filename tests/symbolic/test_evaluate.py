"""The bridge to floats rounds once and refuses whatever has no value."""

from fractions import Fraction
from typing import Any

import mpmath
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from symbolic.errors import DerivationError
from symbolic.evaluate import to_float

x = sp.Symbol("x", positive=True)
TINY = sp.Rational(1, 10**9)


@given(st.fractions(max_denominator=10**30))
def test_a_rational_is_rounded_as_python_rounds_it(value: Fraction) -> None:
    assert to_float(sp.Rational(value.numerator, value.denominator)) == value.numerator / value.denominator


@pytest.mark.parametrize(
    ("expression", "exact"),
    [
        (sp.pi, lambda: mpmath.pi + 0),
        (sp.sqrt(2) - 1, lambda: mpmath.sqrt(2) - 1),
        (sp.exp(-5), lambda: mpmath.exp(-5)),
        (sp.log(sp.Rational(10, 9)), lambda: mpmath.log(mpmath.mpf(10) / 9)),
        (sp.exp(TINY) - 1 - TINY, lambda: mpmath.expm1(mpmath.mpf(10) ** -9) - mpmath.mpf(10) ** -9),
        (sp.besselj(0, 1), lambda: mpmath.besselj(0, 1)),
    ],
    ids=lambda value: str(value) if isinstance(value, sp.Expr) else "oracle",
)
def test_an_irrational_number_is_rounded_once(expression: sp.Expr, exact: Any) -> None:  # noqa: ANN401
    with mpmath.workdps(60):
        assert to_float(expression) == float(exact())


@pytest.mark.parametrize("value", [0, 3, -7, 0.1, sp.Float(0.25), 2**70])
def test_numbers_are_themselves(value: Any) -> None:  # noqa: ANN401
    assert to_float(value) == float(value)


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        (x + sp.Symbol("n"), r"has no value: give n, x a number first"),
        (sp.Symbol("n", integer=True) + 1, "give n a number first"),
        (sp.sqrt(-2), "no finite real number"),
        (sp.oo, "no finite real number"),
        (sp.nan, "no finite real number"),
        (sp.zoo, "no finite real number"),
        (sp.Function("f")(1), "no finite real number"),
        (sp.Integer(10) ** 400, "beyond the largest float"),
        (sp.exp(1000), "beyond the largest float"),
        (sp.cos(1) ** 2 + sp.sin(1) ** 2 - 1, "cancels to about"),  # 0, which no number of digits shows
        (sp.true, "is no number"),
    ],
    ids=str,
)
def test_what_has_no_value_is_refused(expression: sp.Expr, message: str) -> None:
    with pytest.raises(DerivationError, match=message):
        to_float(expression)


def test_a_symbol_that_looks_substituted_but_is_not_is_caught() -> None:
    """subs with a name does nothing where the symbol carries assumptions: the classic silent failure."""
    left = (2 * x).subs({"x": 4})
    with pytest.raises(DerivationError, match="give x a number first"):
        to_float(left)
