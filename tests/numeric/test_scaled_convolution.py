"""The scaled convolution against automatic differentiation, loops and exact fractions."""

import itertools
from collections.abc import Iterator
from fractions import Fraction

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import jacobian
from hypothesis import given, settings
from hypothesis import strategies as st

from numeric import scaled_convolution as c
from numeric.errors import ArgumentError
from numeric.streams import stream

SIZES = [(1, 1, 1), (5, 2, 3), (4, 3, 1), (6, 1, 2)]
sizes = pytest.mark.parametrize(("T", "n_x", "n_y"), SIZES)


def case(T: int, n_x: int, n_y: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    rng = stream("scaled convolution", T, n_x, n_y, seed)
    rho = rng.gamma(1.5, size=T)
    rho[2::3] = 0.0
    return rho, rng.standard_normal((T, n_y, n_x)), *rng.standard_normal((2, T, n_x))


def outputs(theta: np.ndarray, rho: np.ndarray, x: np.ndarray) -> np.ndarray:
    """All y_t as one vector, differentiable."""
    y = [sum(rho[j] ** 0.5 * anp.dot(theta[j], x[t - j]) for j in range(t + 1)) for t in range(len(x))]
    return anp.concatenate(y)


def defined(rho: np.ndarray, x: np.ndarray, x2: np.ndarray, n_y: int) -> np.ndarray:
    """K_{(t,a),(t',a')} = δ_aa' Σ_j ρ_j x_{t−j}·x'_{t'−j}, in fractions, rounded once."""
    T = len(x)
    exact = [[[Fraction(float(v)) for v in row] for row in z] for z in (x, x2)]
    kernel = np.zeros((T * n_y, T * n_y))
    for t, t2 in itertools.product(range(T), repeat=2):
        lags = range(min(t, t2) + 1)
        pairs: Iterator[Fraction] = (
            Fraction(float(rho[j])) * u * v
            for j in lags
            for u, v in zip(exact[0][t - j], exact[1][t2 - j], strict=True)
        )
        for a in range(n_y):
            kernel[t * n_y + a, t2 * n_y + a] = float(sum(pairs, Fraction(0))) if a == 0 else kernel[t * n_y, t2 * n_y]
    return kernel


@sizes
def test_outputs_and_jacobian_are_those_of_automatic_differentiation(T: int, n_x: int, n_y: int) -> None:
    rho, theta, x, _ = case(T, n_x, n_y)
    expected = jacobian(outputs)(theta, rho, x).reshape(T * n_y, -1)
    np.testing.assert_allclose(c.run_scaled_convolution(rho, theta, x).ravel(), outputs(theta, rho, x), rtol=1e-13)
    assert np.all(np.abs(c.parameter_jacobian(rho, theta, x) - expected) <= c.jacobian_error(rho, theta, x))


@sizes
def test_both_kernels_are_within_their_bounds_of_the_exact_one(T: int, n_x: int, n_y: int) -> None:
    rho, theta, x, x2 = case(T, n_x, n_y)
    exact = defined(rho, x, x2, n_y)
    kernel, bound = c.jacobian_kernel(rho, theta, x, x2)
    assert np.all(np.abs(kernel - exact) <= bound)
    slack = 2.0**-53 * np.abs(exact)  # the exact kernel is rounded once
    assert np.all(np.abs(c.toeplitz_kernel(rho, x, x2, n_y) - exact) <= c.toeplitz_error(rho, x, x2, n_y) + slack)
    assert bound.max() < 1e-11 * (1 + np.abs(exact).max())  # a bound that allows anything shows nothing


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(SIZES))
def test_kernel_is_the_same_at_any_parameters(seed: int, size: tuple[int, int, int]) -> None:
    rho, theta, x, x2 = case(*size, seed)
    kernel, bound = c.jacobian_kernel(rho, theta, x, x2)
    elsewhere, other = c.jacobian_kernel(rho, 10.0 * theta[::-1], x, x2)
    assert np.all(np.abs(kernel - elsewhere) <= bound + other)


def test_toeplitz_blocks_are_causal() -> None:
    x = np.arange(1.0, 7.0).reshape(3, 2)
    expected = [[1, 3, 5], [2, 4, 6], [0, 1, 3], [0, 2, 4], [0, 0, 1], [0, 0, 2]]
    assert np.array_equal(c.block_toeplitz(x), expected)


def test_swapping_the_inputs_transposes_the_kernel() -> None:
    rho, _, x, x2 = case(5, 2, 3)
    assert np.allclose(c.toeplitz_kernel(rho, x, x2, 3), c.toeplitz_kernel(rho, x2, x, 3).T, rtol=1e-14)


def test_mistakes_are_named() -> None:
    rho, theta, x, _ = case(5, 2, 3)
    with pytest.raises(ArgumentError, match="scaling factor is negative"):
        c.run_scaled_convolution(rho - 5.0, theta, x)
    with pytest.raises(ArgumentError, match="x has the wrong shape"):
        c.run_scaled_convolution(rho, theta, x[:4])
