"""E W_2² of a sample against its law: closed forms for one and two points, simulation, and a second route to C."""

import math

import numpy as np
import pytest
import sympy as sp

from numeric.empirical_transport import quantile_means, squared_distance_to_normal
from numeric.streams import stream
from symbolic import empirical_transport as e
from symbolic.errors import ParameterRangeError
from symbolic.evaluate import to_float
from symbolic.gram_distance import WIDTH
from symbolic.pseudo_lipschitz import root_moment


def at(expression: sp.Expr, n: int) -> float:
    return to_float(expression.subs({WIDTH: n, e.OVERLAP: e.overlap(n)}))


def test_one_and_two_points() -> None:
    """n = 2: E z_(2) = 1/√π and Δ_2 = φ(0)."""
    assert e.overlap(1) == 0.0
    assert e.overlap(2) == pytest.approx(2 / math.sqrt(math.pi) / math.sqrt(2 * math.pi), rel=1e-13)
    with pytest.raises(ParameterRangeError, match="n ≥ 1"):
        e.overlap(0)


@pytest.mark.parametrize("n", [3, 16, 256])
def test_the_overlap_does_not_depend_on_the_step(n: int, monkeypatch: pytest.MonkeyPatch) -> None:
    value = e.overlap(n)
    e.overlap.cache_clear()
    monkeypatch.setattr(e, "STEP", e.STEP / 2)
    try:
        assert e.overlap(n) == pytest.approx(value, rel=1e-13)
    finally:
        e.overlap.cache_clear()


@pytest.mark.parametrize("n", [5, 40])
def test_the_overlap_is_that_of_sorted_samples(n: int) -> None:
    sums = np.sort(stream("overlap", n).standard_normal((40_000, n)), axis=1) @ quantile_means(n) / n
    assert abs(sums.mean() - e.overlap(n)) < 6 * sums.std() / math.sqrt(len(sums))
    assert e.overlap(n) < e.overlap(n + 1) < 1


@pytest.mark.parametrize("power", [1, 2, 3, 4])
def test_moments_of_the_length_of_a_gaussian_vector(power: int) -> None:
    """E χ_n^{k+2} = (n + k) E χ_n^k, and one value for the start."""
    for n in (1, 2, 7):
        ratio = root_moment(power + 2).subs(WIDTH, n) / root_moment(power).subs(WIDTH, n)
        assert sp.simplify(ratio) == sp.Rational(n + power, n)
    values = stream("length", power).chisquare(5, size=400_000) / 5
    assert np.mean(values ** (power / 2)) == pytest.approx(to_float(root_moment(power).subs(WIDTH, 5)), rel=0.01)


@pytest.mark.parametrize("n", [4, 24])
def test_lag_one_against_simulation(n: int) -> None:
    """The mean within six standard errors; the variance is below its bound, and not below a tenth of it."""
    rng = stream("lag one", n)
    length = np.sqrt(rng.chisquare(n, size=60_000) / n)
    samples = math.sqrt(1.5) * length[:, None] * rng.standard_normal((60_000, n))
    found = squared_distance_to_normal(samples, math.sqrt(1.5))
    mean, variance = (at(value, n) for value in e.lag_one(sp.Rational(1, 2), 3))
    assert abs(found.mean() - mean) < 6 * found.std() / math.sqrt(len(found))
    assert variance / 10 < found.var() < variance


def test_bounds_at_each_lag() -> None:
    """Exact at lags 0 and 1, growing with the lag; the Gram alone is less."""
    for n in (16, 64):
        independent = at(e.mean_square_bound(0, 1, 1), n)
        assert independent == pytest.approx(2 - 2 * e.overlap(n), rel=1e-12)
        exact = at(e.lag_one(1, 1)[0], n)
        assert at(e.mean_square_bound(1, 1, 1), n) == pytest.approx(exact, rel=1e-12)
        assert independent < exact < at(e.mean_square_bound(2, 1, 1), n) < at(e.mean_square_bound(3, 1, 1), n)
        assert at(e.gram_alone(1, 1, 1), n) < exact
