"""Coefficients of polynomials in 1/n, against values at ever wider networks; a pole is refused."""

import pytest
import sympy as sp

from symbolic import wick
from symbolic.inverse_width import INVERSE_WIDTH as X
from symbolic.inverse_width import coefficient


@pytest.mark.parametrize("lag", range(5))
def test_limit_and_first_order_are_those_of_differences_at_two_widths(lag: int) -> None:
    """m(n) = a + b/n + O(1/n²): with n = 10^40 the remainders are beyond the digits compared."""
    n = sp.Integer(10) ** 40
    moment, wide = wick.ntk_mean(lag, lag, 1 / X), wick.ntk_mean(lag, lag, n)
    assert coefficient(moment) == sp.floor(wide)
    assert coefficient(moment, 1) == sp.floor(n * (wide - sp.floor(wide)))


def test_a_product_is_multiplied_out_and_other_symbols_stay() -> None:
    a, b = sp.symbols("a b")
    assert coefficient((a + b * X) ** 2, 1) == 2 * a * b
    assert coefficient((a + b * X) ** 2, 3) == 0


def test_a_pole_is_refused() -> None:
    with pytest.raises(sp.PolynomialError):
        coefficient(1 + 1 / X)
