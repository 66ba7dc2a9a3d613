"""Bias, variance and degrees of freedom against gradient descent on every unit of noise, one at a time."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numeric.bias_variance import (
    Filter,
    error_variance,
    expected_error,
    filter_of,
    impulse_covariance,
    impulse_mean,
)
from numeric.bias_variance_error import filter_balls
from numeric.moments import Moments, moments_of_sequences
from numeric.streams import stream
from numeric.teacher import outputs, white_gram
from numeric.training import TrainingError, scaled_convolution, stability_limit, train_by_steps

Array = np.ndarray[Any, np.dtype[np.float64]]


def problem(seed: int, *, N: int = 3, T: int = 3, n_x: int = 1, n_y: int = 1) -> tuple[Array, Array, Array, Array]:
    """Inputs, L*, L^0 and rho, one of which may be 0."""
    rng = stream("bias and variance", seed)
    x = rng.standard_normal((N, T, n_x))
    target, start = rng.standard_normal((2, T, n_y, n_x))
    rho = rng.uniform(0.1, 1.0, T)
    rho[-1] *= seed % 2
    return x, target, start, rho


def descended(x: Array, y: Array, start: Array, rho: Array, *, rate: float, steps: int) -> Array:
    """L after so many steps of the gradient of the mean squared error in L, scaled by rho: loops over time and lags."""
    N, T, n_y = y.shape
    L = start.copy()
    for _ in range(steps):
        gradient = np.zeros_like(L)
        for i in range(N):
            for t in range(T):
                error = -y[i, t].copy()
                for j in range(t + 1):
                    error += L[j] @ x[i, t - j]
                for j in range(t + 1):
                    gradient[j] += 2 * np.outer(error, x[i, t - j]) / (N * T * n_y)
        L -= rate * rho[:, None, None] * gradient
    return L


def flat(L: Array) -> Array:
    return L.swapaxes(1, 2).reshape(-1, L.shape[1])


def by_units(seed: int, rate: float, steps: int) -> tuple[Array, Array]:
    """Mean and covariance for unit noise, from the answer to each unit of noise."""
    x, target, start, rho = problem(seed)
    clean = outputs(target, x)
    mean = descended(x, clean, start, rho, rate=rate, steps=steps)
    answers = []
    for entry in range(clean.size):
        moved = clean.copy()
        moved.flat[entry] += 1.0
        answers.append(flat(descended(x, moved, start, rho, rate=rate, steps=steps) - mean)[:, 0])
    J = np.stack(answers, axis=1)
    return mean, J @ J.T


@pytest.mark.parametrize("steps", [0, 1, 2, 5, 16])
@pytest.mark.parametrize("seed", range(3))
def test_mean_and_covariance_are_those_of_the_answers_to_units_of_noise(seed: int, steps: int) -> None:
    x, target, start, rho = problem(seed)
    found = filter_of(moments_of_sequences(x, outputs(target, x)), rho, rate=0.2, steps=[steps])
    mean, spread = by_units(seed, 0.2, steps)
    np.testing.assert_allclose(impulse_mean(found, target, start)[0], mean, atol=1e-12)
    np.testing.assert_allclose(found.spread[0], spread, atol=1e-12)
    np.testing.assert_allclose(impulse_covariance(found, noise=0.3)[0], 0.3 * spread, atol=1e-12)


def test_several_inputs_and_outputs_learn_as_the_steps_say() -> None:
    x, target, start, rho = problem(4, N=4, n_x=2, n_y=3)
    moments = moments_of_sequences(x, outputs(target, x))
    found = filter_of(moments, rho, rate=0.2, steps=[3])
    np.testing.assert_allclose(
        impulse_mean(found, target, start)[0],
        descended(x, outputs(target, x), start, rho, rate=0.2, steps=3),
        atol=1e-12,
    )
    far = train_by_steps(scaled_convolution(start, rho), moments, rate=0.2, steps=[0, 7, 200])
    found = filter_of(moments, rho, rate=0.2, steps=[0, 7, 200])
    np.testing.assert_allclose(impulse_mean(found, target, start), far.impulse, atol=1e-10)


def test_degrees_of_freedom_are_the_trace_of_the_fit() -> None:
    seed, rate, steps = 1, 0.2, 4
    x, target, start, rho = problem(seed)
    clean = outputs(target, x)
    base = outputs(descended(x, clean, start, rho, rate=rate, steps=steps), x)
    trace = 0.0
    for entry in range(clean.size):
        moved = clean.copy()
        moved.flat[entry] += 1.0
        trace += (outputs(descended(x, moved, start, rho, rate=rate, steps=steps), x) - base).flat[entry]
    found = filter_of(moments_of_sequences(x, clean), rho, rate=rate, steps=[steps])
    np.testing.assert_allclose(found.degrees, [trace], atol=1e-12)


def test_the_expected_error_is_the_mean_over_noise_and_starts() -> None:
    """By the noise's own moments: two points ±1 in every unit of noise and start have the same second moments."""
    seed, rate, steps, noise = 1, 0.2, 5, 0.3
    x, target, _, rho = problem(seed)
    Gamma = np.diag([0.5, 0.2, 0.1])
    mean, spread = by_units(seed, rate, steps)
    zero = np.zeros_like(target)
    clean = outputs(target, x)
    mean = descended(x, clean, zero, rho, rate=rate, steps=steps)
    moved = [
        flat(descended(x, clean, zero + unit, rho, rate=rate, steps=steps) - mean)[:, 0]
        for unit in np.eye(3)[:, :, None, None]
    ]
    kept = np.stack(moved, axis=1)
    test = white_gram(3)
    found = filter_of(moments_of_sequences(x, clean), rho, rate=rate, steps=[steps])
    error = expected_error(found, -target, noise=noise, test=test, start=Gamma)
    away = flat(mean - target)[:, 0]
    np.testing.assert_allclose(error.bias, [away @ test @ away])
    np.testing.assert_allclose(error.variance, [noise * np.trace(test @ spread)])
    np.testing.assert_allclose(error.start, [np.trace(test @ kept @ Gamma @ kept.T)])
    np.testing.assert_allclose(error.total, error.bias + error.variance + error.start + noise)


def test_the_expected_error_is_a_mean_over_outputs() -> None:
    """Outputs learn apart: three of them at rate 3 η are three problems at rate η."""
    x, target, start, rho = problem(5, n_y=3)
    test = white_gram(3)
    together = filter_of(moments_of_sequences(x, outputs(target, x)), rho, rate=0.6, steps=[4])
    alone = filter_of(moments_of_sequences(x, outputs(target[:, :1], x)), rho, rate=0.2, steps=[4])
    error = expected_error(together, start - target, noise=0.3, test=test, start=np.eye(3))
    each = [
        expected_error(alone, (start - target)[:, [a]], noise=0.3, test=test, start=np.eye(3)).total[0]
        for a in range(3)
    ]
    np.testing.assert_allclose(error.total, [np.mean(each)])


def test_the_variance_of_the_error_is_that_of_a_quadratic_form() -> None:
    """E q² by Isserlis, entry by entry, for q = (b + z)^T Q (b + z)."""
    x, target, start, rho = problem(1, n_y=2)
    found = filter_of(moments_of_sequences(x, outputs(target, x)), rho, rate=0.2, steps=[3])
    Q, noise = white_gram(3) + 0.1, 0.4
    b = flat(impulse_mean(found, target, start)[0] - target)
    S = noise * found.spread[0]
    total = 0.0
    for a in range(2):
        for i, j, k, m in np.ndindex(3, 3, 3, 3):
            pairs = S[i, k] * S[j, m] + S[i, m] * S[j, k]
            mixed = b[i, a] * b[k, a] * S[j, m] + b[i, a] * b[m, a] * S[j, k]
            mixed += b[j, a] * b[k, a] * S[i, m] + b[j, a] * b[m, a] * S[i, k]
            total += Q[i, j] * Q[k, m] * (pairs + mixed)
    np.testing.assert_allclose(error_variance(found, start - target, noise=noise, test=Q), [total / 4])


# --- laws ---


def filters(seed: int, steps: list[int]) -> tuple[Filter, Moments]:
    x, target, _, rho = problem(seed, N=4, T=4)
    moments = moments_of_sequences(x, outputs(target, x))
    rate = 0.5 * stability_limit(scaled_convolution(target, np.ones(4)), moments)
    return filter_of(moments, rho, rate=rate, steps=steps), moments


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.integers(0, 40), st.integers(0, 40))
def test_steps_follow_on_steps(seed: int, first: int, more: int) -> None:
    found, _ = filters(seed, sorted({first, more, first + more}))
    kept = dict(zip(found.steps.tolist(), found.kept, strict=True))
    np.testing.assert_allclose(kept[first] @ kept[more], kept[first + more], atol=1e-9)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6))
def test_degrees_of_freedom_rise_and_stay_below_rank_steps_and_those_of_larger_factors(seed: int) -> None:
    found, moments = filters(seed, list(range(12)))
    assert np.all(np.diff(found.degrees) >= -1e-12)
    assert np.all(found.degrees <= 4 + 1e-12)
    assert np.all(found.degrees <= found.steps * found.degrees[1] + 1e-12)
    rate = 0.5 * stability_limit(scaled_convolution(np.zeros((4, 1, 1)), np.ones(4)), moments)
    unscaled = filter_of(moments, np.ones(4), rate=rate, steps=range(12))
    assert np.all(found.degrees <= unscaled.degrees + 1e-12)  # rho <= 1
    assert found.degrees[0] == 0


# --- guards and bounds ---


def test_a_rate_above_the_limit_is_refused() -> None:
    x, target, _, rho = problem(1)
    with pytest.raises(TrainingError, match="above the stability limit"):
        filter_of(moments_of_sequences(x, outputs(target, x)), rho, rate=100.0, steps=[1])


def test_the_bound_on_rounding_holds_against_many_digits_and_is_not_idle() -> None:
    import mpmath

    x, target, start, rho = problem(3)
    moments = moments_of_sequences(x, outputs(target, x))
    steps, rate = 60, 0.2
    found = filter_of(moments, rho, rate=rate, steps=[steps])
    (balls,) = filter_balls(moments, rho, rate=rate, steps=[steps])
    with mpmath.workdps(50):
        rows = [[x[i, t - j, 0] if t >= j else 0.0 for j in range(3)] for i in range(3) for t in range(3)]
        A = mpmath.matrix(rows)
        K = mpmath.diag([mpmath.mpf(float(value)) for value in rho])
        one = one_step = mpmath.eye(3) - (2 * mpmath.mpf(rate) / 9) * K * (A.T * A)
        for _ in range(steps - 1):
            one = one * one_step
        off = np.array((mpmath.matrix(found.kept[0].tolist()) - one).tolist(), dtype=float)
    assert 0 < np.linalg.norm(off) <= balls.kept.error < 1e-9
    assert balls.spread.error < 1e-9
    assert 0 < balls.degrees_error() < 1e-9
    assert 0 < balls.mean_error(target, start) < 1e-9
    assert 0 < balls.excess_error(start - target, noise=0.1, test=white_gram(3)) < 1e-8
