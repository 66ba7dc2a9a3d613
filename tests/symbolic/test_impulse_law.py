"""The Gaussian law of L given (W, F): against quadrature, sampled Grams and Isserlis, all by plainer routes."""

import numpy as np
import pytest
import sympy as sp
from scipy import integrate

from symbolic import impulse_law
from symbolic.scaling import NU_C


@pytest.mark.parametrize(("u", "nu"), [(0.3, 0.5), (1.7, 2.0), (-2.0, 1.0)])
def test_characteristic_function_by_quadrature(u: float, nu: float) -> None:
    value, _ = integrate.quad(lambda c: np.cos(u * c) * np.exp(-(c**2) / (2 * nu)) / np.sqrt(2 * np.pi * nu), -40, 40)
    formula = impulse_law.entry_characteristic().subs({impulse_law.ARGUMENT: u, NU_C: nu})
    assert float(formula) == pytest.approx(value, abs=1e-8)


def test_integration_by_parts_is_an_identity() -> None:
    assert impulse_law.partial_integration() == 0


def test_exponents_of_the_entries_add_up_to_that_of_the_gram() -> None:
    """For numbers: n = 3 entries of C, two lags."""
    states = [[1, -2, 3], [2, 0, -1]]
    s = [sp.Rational(1, 3), sp.Rational(-2, 5)]
    a, b = sp.symbols("r_0 r_1", real=True)
    one = impulse_law.entry_exponent([a, b], list(sp.symbols("s_0 s_1")))
    values = dict(zip(sp.symbols("s_0 s_1"), s, strict=True)) | {impulse_law.WIDTH: 3}
    total = sum(one.subs({**values, a: states[0][i], b: states[1][i]}) for i in range(3))
    products = {
        (j, k): sp.Rational(sum(states[j][i] * states[k][i] for i in range(3)), 3) for j in (0, 1) for k in (0, 1)
    }
    assert sp.expand(total - impulse_law.gram_exponent(products, s)) == 0


def test_moments_given_the_gram_are_those_of_isserlis() -> None:
    jj, jk, kk = sp.symbols("G_jj G_jk G_kk", real=True)
    expected = {
        (2, 0): jj, (1, 1): jk, (0, 2): kk, (4, 0): 3 * jj**2, (3, 1): 3 * jj * jk, (2, 2): jj * kk + 2 * jk**2,
    }  # fmt: skip
    for (a, b), moment in expected.items():
        assert sp.expand(impulse_law.conditional_moment(a, b) - NU_C ** ((a + b) // 2) * moment) == 0
    assert impulse_law.conditional_moment(6, 0) == 15 * NU_C**3 * jj**3


@pytest.mark.parametrize(("j", "k"), [(0, 0), (0, 1), (1, 2), (2, 2)])
def test_covariance_of_squares_at_width_one(j: int, k: int) -> None:
    """n = 1: L_j² L_k² = c⁴ f⁴ w^{2j+2k}."""
    expected = 9 * sp.factorial2(2 * (j + k) - 1) - sp.factorial2(2 * j - 1) * sp.factorial2(2 * k - 1)
    assert impulse_law.squared_covariance(j, k, 1) == expected


@pytest.mark.parametrize("value", [-0.5, -0.3, -1e-3, 0.0, 0.2, 1.0, 50.0])
def test_relative_entropy_is_below_the_square(value: float) -> None:
    eigenvalue, gap = impulse_law.relative_entropy_gap()
    assert float(gap.subs(eigenvalue, value)) >= 0.0
    assert float(gap.subs(eigenvalue, -0.9)) < 0.0  # so the range of the inequality is needed
