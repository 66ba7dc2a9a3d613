"""Recursion of ρ: the scaling factors obey ρ_{j+1} = ν_W ρ_j + ν_C ν_F ν_W^j, ρ_0 = ν_C + ν_F, in exact arithmetic.

One more lag multiplies every path by ν_W and adds the path on which the last W is moved. And the tangent kernel of the
limiting Grams, G^R_jk = δ_jk ν_F ν_W^j and G^L_jk = δ_jk ν_C ν_W^j, is diagonal with ρ_j on the diagonal, so that the
derived factor and the simulated kernel, which share no code, agree. Source: [E] (20), (21), (46)–(51).
"""

from collections.abc import Callable
from fractions import Fraction

import numpy as np
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from numeric.grams import Grams
from numeric.kernels import lag_ntk
from numeric.rounding import SLACK, gamma
from symbolic.scaling import scaling_factor
from tests.laws import bounds, strategies
from tests.laws.profiles import law

Factor = Callable[..., sp.Expr]
Variances = tuple[Fraction, Fraction, Fraction]
triples = st.tuples(*[strategies.rational_variances()] * 3)


def rational(nu: Variances) -> tuple[sp.Rational, ...]:
    """ν_W, ν_F, ν_C as SymPy numbers."""
    return tuple(sp.Rational(value.numerator, value.denominator) for value in nu)


def residual(factor: Factor, j: int, nu: Variances) -> sp.Expr:
    """ρ_{j+1} − ν_W ρ_j − ν_C ν_F ν_W^j."""
    nu_w, nu_f, nu_c = rational(nu)
    return factor(j + 1, nu_w, nu_f, nu_c) - nu_w * factor(j, nu_w, nu_f, nu_c) - nu_c * nu_f * nu_w**j


def excess_of_kernel(factor: Factor, T: int, nu: Variances) -> float:
    """The kernel of the limiting Grams against diag(ρ): sums of at most T² + 2 products of rounded powers."""
    nu_w, nu_f, nu_c = map(float, nu)
    powers = np.diag(nu_w ** np.arange(T))[None, :, :, None, None]
    grams = Grams(n=1, right=nu_f * powers, left=nu_c * powers, impulse=np.zeros((1, T, 1, 1)))
    rho = np.diag([float(factor(j, *rational(nu))) for j in range(T)])
    allowed = SLACK * gamma(T * T + 4 * T + 8) * rho
    return bounds.largest_share((lag_ntk(grams)[0, :, :, 0, 0] - rho, allowed))


@law
@given(j=st.integers(0, 30), nu=triples)
def test_each_factor_follows_from_the_one_before(j: int, nu: Variances) -> None:
    assert residual(scaling_factor, j, nu) == 0


@law
@given(nu=triples)
def test_the_first_factor(nu: Variances) -> None:
    _, nu_f, nu_c = rational(nu)
    assert scaling_factor(0, *rational(nu)) == nu_f + nu_c


@law
@given(T=st.integers(1, 8), nu=triples)
def test_the_kernel_of_the_limiting_grams(T: int, nu: Variances) -> None:
    assert excess_of_kernel(scaling_factor, T, nu) <= 1


def test_the_law_fails_for_a_factor_without_paths_through_w() -> None:
    def without_w(j: int, nu_w: sp.Expr, nu_f: sp.Expr, nu_c: sp.Expr) -> sp.Expr:
        return (nu_c + nu_f) * nu_w**j

    nu = (Fraction(1, 2), Fraction(1), Fraction(2))
    assert residual(without_w, 0, nu) != 0
    assert excess_of_kernel(without_w, 2, nu) > 1


def test_the_law_fails_for_one_power_too_many() -> None:
    """ν_W^j in the W part, which is invisible at ν_W = 1."""

    def extra(j: int, nu_w: sp.Expr, nu_f: sp.Expr, nu_c: sp.Expr) -> sp.Expr:
        return nu_c * (j * nu_f * nu_w**j + nu_w**j) + nu_f * nu_w**j

    assert residual(extra, 3, (Fraction(1), Fraction(1), Fraction(2))) == 0
    assert residual(extra, 3, (Fraction(1, 2), Fraction(1), Fraction(2))) != 0
    assert excess_of_kernel(extra, 3, (Fraction(1, 2), Fraction(1), Fraction(2))) > 1
