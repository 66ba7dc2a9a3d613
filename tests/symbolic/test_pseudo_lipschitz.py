"""Test functions over rows: integrals at n = 1, simulated networks at small n, and the inequality (26) itself."""

import math
from collections.abc import Callable

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from numeric.streams import stream
from symbolic import pseudo_lipschitz as s
from symbolic.evaluate import to_float
from symbolic.gram_distance import WIDTH

FUNCTIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "x_2²": lambda x: x[..., 2] ** 2,
    "x_1 x_3": lambda x: x[..., 1] * x[..., 3],
    "|x_3|": lambda x: np.abs(x[..., 3]),
    "|x_0 + x_1 + x_2 + x_3|": lambda x: np.abs(x.sum(axis=-1)),
    "max(x_1, x_2)": lambda x: np.maximum(x[..., 1], x[..., 2]),
    "cos x_1": lambda x: np.cos(x[..., 1]),
}
# constants of (26) with p = 2: x² has 1, a product ½, the others are Lipschitz
CONSTANTS = dict(zip(FUNCTIONS, (1.0, 0.5, 1.0, 2.0, 1.0, 1.0), strict=True))
NU_W, NU_F = sp.Rational(1, 2), sp.Rational(3, 2)


def rows(n: int, replicates: int, key: str) -> np.ndarray:
    """(r_0, …, r_3) as [replicates, n, 4]."""
    rng = stream("rows", key, n)
    M = math.sqrt(0.5 / n) * rng.standard_normal((replicates, n, n))
    r = [math.sqrt(1.5) * rng.standard_normal((replicates, n))]
    for _ in range(3):
        r.append(np.einsum("bik,bk->bi", M, r[-1]))
    return np.stack(r, axis=-1)


def test_limits_are_gaussian_expectations() -> None:
    """Gauss–Hermite quadrature in four dimensions; kinks cost accuracy, so the tolerance is that of 40 nodes."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(40)
    scale = [math.sqrt(1.5 * 0.5**j) for j in range(4)]
    grid = np.stack(np.meshgrid(*(nodes * size for size in scale), indexing="ij"), axis=-1)
    weight = np.einsum("a,b,c,d->abcd", *[weights / weights.sum()] * 4)
    for member in s.family(NU_W, NU_F):
        value = float((weight * FUNCTIONS[member.label](grid)).sum())
        assert abs(value - to_float(member.limit)) < 0.02


@pytest.mark.parametrize("n", [2, 5])
def test_errors_at_small_widths(n: int) -> None:
    """E (A − limit)² from 40,000 networks: equal to the stated one within 6 standard errors, or below it."""
    sample = rows(n, 40_000, "errors")
    for member in s.family(NU_W, NU_F):
        squares = (FUNCTIONS[member.label](sample).mean(axis=1) - to_float(member.limit)) ** 2
        stated = to_float(member.square_error.subs(WIDTH, n))
        error = 6 * squares.std() / math.sqrt(len(squares))
        assert squares.mean() <= stated + error
        if member.exact:
            assert squares.mean() >= stated - error


def test_width_one_by_integration() -> None:
    """r_1 = w f: E cos = E e^{−v f²/2} = (1 + v)^{−1/2}, E |r_1| = √v·2/π, and second moments from f and w alone."""
    found = s.finite_width(NU_W, NU_F)
    v = sp.Rational(3, 4)
    mean, variance = (sp.simplify(part.subs(WIDTH, 1)) for part in found["cos x_1"])
    assert sp.simplify(mean - 1 / sp.sqrt(1 + v)) == 0
    assert sp.simplify(variance - ((1 + 1 / sp.sqrt(1 + 4 * v)) / 2 - 1 / (1 + v))) == 0
    mean, variance = (sp.simplify(part.subs(WIDTH, 1)) for part in found["|x_1|"])
    assert sp.simplify(mean - sp.sqrt(v) * 2 / sp.pi) == 0
    assert sp.simplify(variance - (v - mean**2)) == 0


def test_finite_widths_against_networks() -> None:
    for n in (2, 6):
        sample = rows(n, 40_000, "finite")
        averages = {"cos x_1": np.cos(sample[..., 1]), "|x_1|": np.abs(sample[..., 1])}
        for label, (mean, variance) in s.finite_width(NU_W, NU_F).items():
            values = averages[label].mean(axis=1)
            exact, spread = to_float(mean.subs(WIDTH, n)), to_float(variance.subs(WIDTH, n))
            assert abs(values.mean() - exact) <= 6 * math.sqrt(spread / len(values))
            assert abs(values.var() / spread - 1) < 0.1


ROW = st.lists(st.floats(-1e3, 1e3, allow_subnormal=False), min_size=4, max_size=4).map(np.array)


@settings(deadline=None, derandomize=True, max_examples=60)
@given(x=ROW, y=ROW)
def test_every_member_is_pseudo_lipschitz_of_order_two(x: np.ndarray, y: np.ndarray) -> None:
    """(26); both sides are rounded, each relative to numbers below 2·10⁶·c·(1 + ‖x‖ + ‖y‖)."""
    size = 1 + np.linalg.norm(x) + np.linalg.norm(y)
    for label, function in FUNCTIONS.items():
        change = abs(float(function(x)) - float(function(y)))
        rounding = 2.0**-50 * size**2
        assert change <= CONSTANTS[label] * np.linalg.norm(x - y) * size + rounding


def test_the_cube_breaks_every_constant() -> None:
    for c in (1, 10, 1000):
        x = c + 1
        assert x**3 > c * x * (1 + x)
