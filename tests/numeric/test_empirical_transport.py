"""W_2 to a normal law against brute force: all pairings of small samples with a fine discretisation."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtri
from scipy.stats import norm

from numeric.empirical_transport import quantile_means, squared_distance_to_normal
from numeric.errors import ArgumentError

SAMPLES = st.lists(st.floats(-5, 5), min_size=1, max_size=5).map(np.array)


def test_quantile_means_are_means_over_parts() -> None:
    for n in (1, 2, 7):
        u = (np.arange(200_000) + 0.5) / 200_000
        parts = ndtri(u).reshape(n, -1) if 200_000 % n == 0 else None
        means = quantile_means(n)
        assert means.sum() == pytest.approx(0.0, abs=1e-12)
        if parts is not None:
            np.testing.assert_allclose(means, parts.mean(axis=1), atol=2e-4)
        for i in range(n):
            low, high = norm.ppf(i / n), norm.ppf((i + 1) / n)
            assert means[i] == pytest.approx(n * norm.expect(lambda x: x, lb=low, ub=high), abs=1e-7)


@settings(max_examples=30, deadline=None, derandomize=True)
@given(sample=SAMPLES, deviation=st.floats(0.1, 3.0))
def test_no_pairing_is_cheaper(sample: np.ndarray, deviation: float) -> None:
    """Every assignment of the points to the n parts, each part at its own cost."""
    n = len(sample)
    means = deviation * quantile_means(n)
    spread = deviation**2 - np.mean(means**2)
    costs = [np.mean((np.array(order) - means) ** 2) + spread for order in itertools.permutations(sample)]
    found = float(squared_distance_to_normal(sample, deviation))
    assert found == pytest.approx(min(costs), rel=1e-9, abs=1e-12)


def test_quadrature_over_the_quantiles() -> None:
    """∫ (F⁻¹(u) − σ Φ⁻¹(u))² du on a fine grid."""
    rng = np.random.default_rng(5)
    sample = rng.standard_normal(8)
    u = (np.arange(800_000) + 0.5) / 800_000
    brute = np.mean((np.sort(sample)[(u * 8).astype(int)] - 0.7 * ndtri(u)) ** 2)
    assert float(squared_distance_to_normal(sample, 0.7)) == pytest.approx(brute, rel=1e-5)


def test_a_point_mass_and_batches() -> None:
    assert float(squared_distance_to_normal(np.zeros(6), 2.0)) == pytest.approx(4.0)
    assert float(squared_distance_to_normal(np.ones(6), 0.0)) == 1.0
    batch = np.random.default_rng(1).standard_normal((3, 4, 9))
    found = squared_distance_to_normal(batch, 1.0)
    assert found.shape == (3, 4)
    assert found[2, 1] == squared_distance_to_normal(batch[2, 1], 1.0)


@pytest.mark.parametrize("deviation", [-1.0, math.nan, math.inf])
def test_what_is_no_deviation_is_refused(deviation: float) -> None:
    with pytest.raises(ArgumentError, match="deviation"):
        squared_distance_to_normal(np.zeros(3), deviation)


def test_no_points_are_refused() -> None:
    with pytest.raises(ArgumentError, match="at least one"):
        squared_distance_to_normal(np.zeros((2, 0)), 1.0)
