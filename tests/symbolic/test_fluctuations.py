"""Leading fluctuations: sums against plain loops, the expansion against the kernel of perturbed Grams."""

import math
from fractions import Fraction

import numpy as np
import pytest
import sympy as sp

from numeric.grams import Grams
from numeric.kernels import lag_ntk_diagonal
from symbolic import fluctuations as f
from symbolic.scaling import LAG, NU_C, NU_F, NU_W


@pytest.mark.parametrize("j", range(12))
def test_sums_are_those_of_a_loop(j: int) -> None:
    lags = range(j + 1)
    double = sum(2 * (min(a, b) + 1) for a in lags for b in lags)
    assert f.kernel_variance(j) == 2 * double == math.comb(2 * j + 4, 3)
    assert sum(f.increment(sp.Integer(a)) for a in lags) == double
    assert f.gram_variance(sp.Integer(j)) == 2 * j + 2
    assert all(f.covariance_limit(a, b) == 2 * (min(a, b) + 1) for a in lags for b in lags)


@pytest.mark.parametrize("j", range(6))
def test_generic_variances_from_the_matrix_of_covariances(j: int) -> None:
    """√n (Θ_jj − ρ_j) ≈ A g_j + B h_j + D Σ_{a<j} (g_a + h_a): the quadratic form with covariances 2 (min + 1)."""
    nu = {NU_W: Fraction(1, 2), NU_F: Fraction(3), NU_C: Fraction(2, 5)}
    w, by_f, by_c = nu.values()
    covariance = [[2 * (min(a, b) + 1) for b in range(j + 1)] for a in range(j + 1)]
    total = Fraction(0)
    for own in (by_f * w**j, by_c * w**j):
        weights = [by_c * by_f * w ** (j - 1)] * j + [own]
        total += sum(weights[a] * weights[b] * covariance[a][b] for a in range(j + 1) for b in range(j + 1))
    assert f.kernel_variance_generic(j).subs({key: sp.Rational(value) for key, value in nu.items()}) == total
    assert f.kernel_variance_generic(j).subs({NU_W: 1, NU_F: 1, NU_C: 1}) == math.comb(2 * j + 4, 3)


def test_cross_terms_are_the_covariances_with_the_part_of_w() -> None:
    without = f.kernel_variance_generic(LAG, cross=0).subs({NU_W: 1, NU_F: 1, NU_C: 1}).subs(LAG, 2)
    assert without == 2 * (6 + 2 * (2 + 4) - 2 * 1)  # 2 [Var g_22 + Σ_{a,b<2} Cov(g_aa, g_bb)]


@pytest.mark.parametrize("j", range(4))
def test_expansion_is_the_kernel_of_perturbed_grams(j: int) -> None:
    rng, size, T = np.random.default_rng(j), 1e-3, j + 1
    sides = {}
    for side in "gh":
        noise = rng.standard_normal((T, T))
        sides[side] = noise + noise.T
    grams = Grams(
        n=9,
        right=(np.eye(T) + size * sides["g"])[None, :, :, None, None],
        left=(np.eye(T) + size * sides["h"])[None, :, :, None, None],
        impulse=np.zeros((1, T, 1, 1)),
    )
    values = {f.fluctuation(s, a, b): sides[s][a, b] for s in "gh" for a in range(T) for b in range(a, T)}
    expected = float(f.kernel_expansion(j).subs(values).subs(f.EPSILON, size))
    assert lag_ntk_diagonal(grams)[0, j, 0, 0] == pytest.approx(expected, rel=1e-12)


def test_first_order_holds_the_diagonal_alone() -> None:
    first = sp.Poly(f.kernel_expansion(3), f.EPSILON).coeff_monomial(f.EPSILON)
    assert first.free_symbols == {f.fluctuation(side, a, a) for side in "gh" for a in range(4)}
