"""Three forms of W_2 against one dimension, diagonal covariances and 60 digits, and their error bounds."""

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numeric.errors import ArgumentError
from numeric.streams import stream
from numeric.wasserstein import gaussian_w2, w2_aligned, w2_formula
from numeric.wasserstein_error import aligned_error, formula_error, transport_error


def exact(first: np.ndarray, second: np.ndarray) -> mpmath.mpf:
    """(32) with 60 digits, the trace of the root as the sum of the roots of the spectrum of Σ_1 Σ_2."""
    with mpmath.workdps(60):
        a, b = mpmath.matrix(first.tolist()), mpmath.matrix(second.tolist())
        spectrum = mpmath.eig(a * b, left=False, right=False) if a.rows > 1 else [a[0] * b[0]]
        trace = mpmath.fsum([a[i, i] + b[i, i] for i in range(a.rows)])
        return mpmath.sqrt(trace - 2 * mpmath.fsum([mpmath.sqrt(mpmath.re(value)) for value in spectrum]))


def covariance(d: int, key: str, floor: float = 0.5) -> np.ndarray:
    numbers = stream("covariance", key, d).standard_normal((d, d))
    matrix = numbers @ numbers.T + floor * np.eye(d)
    return 0.5 * (matrix + matrix.T)


@settings(deadline=None, derandomize=True, max_examples=40)
@given(a=st.floats(1e-3, 1e3), b=st.floats(1e-3, 1e3))
def test_one_dimension_is_the_difference_of_deviations(a: float, b: float) -> None:
    first, second = np.array([[a]]), np.array([[b]])
    expected = abs(a - b) / (math.sqrt(a) + math.sqrt(b))
    assert abs(float(gaussian_w2(first, second)) - expected) <= 1e-14 * expected
    assert abs(float(w2_aligned(first, second)) - expected) <= 1e-15 * (math.sqrt(a) + math.sqrt(b))
    assert abs(float(w2_formula(first, second)) - expected**2) <= 2e-15 * (a + b)


def test_commuting_covariances_add_up() -> None:
    first, second = np.diag([4.0, 9.0, 1.0]), np.diag([1.0, 16.0, 0.25])
    for distance in (gaussian_w2(first, second), w2_aligned(first, second), np.sqrt(w2_formula(first, second))):
        assert abs(float(distance) - math.sqrt(1 + 1 + 0.25)) <= 1e-14


@pytest.mark.parametrize("d", [1, 2, 3, 5, 8])
@pytest.mark.parametrize("step", [1.0, 1e-3, 1e-6])
def test_errors_are_within_their_bounds(d: int, step: float) -> None:
    """Far and near pairs; the bounds are far below the distances, or (32) would pass for anything."""
    second = covariance(d, "base")
    first = second + step * covariance(d, "step")
    for pair in ((first, second), (second, first)):
        value = exact(*pair)
        assert abs(float(gaussian_w2(*pair)) - value) <= transport_error(*pair) <= 1e-7 * value
        assert abs(float(w2_aligned(*pair)) - value) <= aligned_error(*pair) <= 1e-4 * value
        assert abs(float(w2_formula(*pair)) - value**2) <= formula_error(*pair)


def test_what_each_form_loses_close_to_its_limit() -> None:
    """At a distance of about 1e-8 the transport form has 14 digits, alignment 6, and (32) has none."""
    second = covariance(4, "base")
    first = second + 2.0**-26 * covariance(4, "step")
    value = exact(first, second)
    assert abs(float(gaussian_w2(first, second)) - value) <= 1e-14 * value
    assert 1e-12 * value < abs(float(w2_aligned(first, second)) - value) <= 1e-6 * value
    assert abs(float(w2_formula(first, second)) - value**2) > 0.01 * value**2


def test_equal_covariances_are_at_distance_zero() -> None:
    for d in range(1, 7):
        matrix = covariance(d, "same")
        assert float(gaussian_w2(matrix, matrix)) == 0.0
        assert transport_error(matrix, matrix) == 0.0


def test_singular_covariances() -> None:
    """W_2 to the point mass is the root mean square; the transport form keeps half its digits, as its bound says."""
    matrix = covariance(3, "singular")
    zero = np.zeros((3, 3))
    assert abs(float(gaussian_w2(zero, matrix)) - math.sqrt(np.trace(matrix))) <= 1e-7 * np.trace(matrix)
    assert abs(float(w2_aligned(matrix, zero)) - math.sqrt(np.trace(matrix))) <= 1e-14 * np.trace(matrix)
    with pytest.raises(ArgumentError, match=r"second is not positive definite.*Use w2_aligned"):
        gaussian_w2(matrix, zero)
    assert transport_error(zero, matrix) == math.inf


def test_many_pairs_at_once() -> None:
    firsts = np.stack([covariance(3, f"many {i}") for i in range(4)])
    second = covariance(3, "one")
    for distance in (gaussian_w2, w2_aligned, w2_formula):
        together = distance(firsts, second)
        assert together.shape == (4,)
        alone = [float(distance(first, second)) for first in firsts]
        np.testing.assert_allclose(together, alone, rtol=1e-13)


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        (np.ones(3), np.eye(3), "first is no covariance"),
        (np.eye(3), np.ones((3, 2)), "second is no covariance"),
        (np.array([[1.0, np.nan], [0.0, 1.0]]), np.eye(2), "first is not finite"),
        (np.array([[1.0, 0.5], [0.25, 1.0]]), np.eye(2), "first is not symmetric: got off by 0.25"),
        (np.eye(2), np.eye(3), "of different size"),
        (np.eye(2), np.diag([1.0, -1.0]), "second is not positive definite"),
    ],
)
def test_bad_covariances_are_named(first: np.ndarray, second: np.ndarray, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        gaussian_w2(first, second)
