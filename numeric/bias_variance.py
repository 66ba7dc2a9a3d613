"""The only file that knows bias and variance of trained convolutions: mean and covariance of L at any step.

With K = D(rho), G = A^T A, c = 2 eta/(R n_y) and outputs Y = A L* + noise of variance sigma^2, gradient descent gives
  L - L* = kept (L^0 - L*) + M A^T noise,   kept = (I - c K G)^l,   M = c sum_{i<l} (I - c K G)^i K.
So for fixed inputs L is Gaussian with mean L* + kept (L^0 - L*) and, for each output, covariance sigma^2 spread,
spread = M G M^T. Both are polynomials in the symmetric matrix S = c K^{1/2} G K^{1/2}, which are multiplied out by
doubling: nothing is divided by an eigenvalue, so that lags without data or with rho_j = 0 need no care.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numeric.arrays import checked
from numeric.grams import Array
from numeric.moments import Moments
from numeric.training_linear import scaled_convolution, stability_limit
from numeric.training_loss import flat
from numeric.training_stability import check_rate
from numeric.training_trajectory import checked_steps

__all__ = [
    "Filter",
    "TestError",
    "error_variance",
    "expected_error",
    "filter_of",
    "impulse_covariance",
    "impulse_mean",
    "polynomials",
]


@dataclass(frozen=True, kw_only=True, eq=False)
class Filter:
    """What l steps keep of the start and let through of the noise, for each of the steps [S], ascending.

    kept [S, P, P], P = T n_x: of L^0 - L*; spread [S, P, P]: the covariance of L for unit noise; degrees [S]:
    tr d(A L)/dY = sum_i 1 - (1 - s_i)^l, the degrees of freedom, all for each output alone.
    """

    steps: NDArray[np.int64]
    kept: Array
    spread: Array
    degrees: Array


@dataclass(frozen=True, kw_only=True, eq=False)
class TestError:
    """The expected test error at each step [S], per output entry: bias^2 + variance + start + noise.

    variance is that from the noise in the training data, start that from a random L^0, noise that of the test outputs.
    """

    __test__ = False  # no test of pytest's

    bias: Array
    variance: Array
    start: Array
    noise: float

    @property
    def total(self) -> Array:
        """The expected test error."""
        return self.bias + self.variance + self.start + self.noise


def filter_of(moments: Moments, rho: Array, *, rate: float, steps: Iterable[int]) -> Filter:
    """Return the filter of the convolution with scaling factors rho [T] on these inputs; rho = 1 is the unscaled one.

    The outputs in `moments` are not looked at. Raises TrainingError for a rate above the stability limit.
    """
    wanted = checked_steps(steps)
    zero = np.zeros((moments.T, moments.n_y, moments.n_x))
    limit = partial(stability_limit, scaled_convolution(zero, rho), moments)
    gain = 2 * check_rate(rate, limit, refuse_unstable=True) / moments.entries
    root = np.diag(np.repeat(np.sqrt(rho), moments.n_x))
    kept, spread, filtered = zip(*polynomials(root, moments.gram, gain, wanted.tolist()), strict=True)
    degrees = np.trace(np.stack(filtered), axis1=1, axis2=2)
    return Filter(steps=wanted, kept=np.stack(kept), spread=np.stack(spread), degrees=degrees)


def polynomials(root: Any, gram: Any, gain: float, steps: list[int]) -> list[tuple[Any, Any, Any]]:  # noqa: ANN401
    """Return (kept, spread, I - (I - S)^l) for each step, from K^{1/2} and G; for arrays and what multiplies like them.

    `numeric.norm_balls` puts in matrices with bounds on their errors, and gets the same numbers with bounds.
    """
    one = np.eye(len(gram))
    S = root @ gram @ root * gain
    power, total, done = one + 0.0 * S, 0.0 * S, 0  # (I - S)^l and sum_{i<l} (I - S)^i
    found = []
    for step in steps:
        ahead, terms = _doubled(one - S, step - done)
        power, total, done = power @ ahead, total + power @ terms, step
        passed = root @ total * gain  # M K^{-1/2}
        found.append((one - passed @ root @ gram, passed @ S @ (total @ root), total @ S))
    return found


def _doubled(base: Any, count: int) -> tuple[Any, Any]:  # noqa: ANN401 — as in `polynomials`
    """Return base^count and sum_{i<count} base^i by the binary digits of the count."""
    one = np.eye(len(base))
    power, total = one + 0.0 * base, 0.0 * base
    for digit in f"{count:b}":
        power, total = power @ power, total + power @ total
        if digit == "1":
            power, total = power @ base, total + power
    return power, total


def impulse_mean(found: Filter, target: Array, start: Array) -> Array:
    """Return E L [S, T, n_y, n_x] = L* + kept (L^0 - L*); for a random start, `start` is its mean."""
    target, start = checked({"target": (target, "T n_y n_x"), "start": (start, "T n_y n_x")})
    moved = found.kept @ flat(start - target)
    return target + moved.reshape(-1, len(target), target.shape[2], target.shape[1]).swapaxes(-1, -2)


def impulse_covariance(found: Filter, *, noise: float, start: Array | None = None) -> Array:
    """Return Cov L [S, P, P] of each output: sigma^2 spread + kept Gamma kept^T, Gamma [P, P] that of a random L^0."""
    spread: Array = noise * found.spread
    return spread if start is None else spread + found.kept @ start @ found.kept.swapaxes(-1, -2)


def expected_error(found: Filter, gap: Array, *, noise: float, test: Array, start: Array | None = None) -> TestError:
    """Return bias^2 = tr b^T Q b/n_y, b = kept (E L^0 - L*), and tr Q C for both covariances C of L.

    gap = E L^0 - L* [T, n_y, n_x]; test = Q [P, P] the mean of products of delayed test inputs (`white_gram`, or
    `moments.gram/moments.rows`). Exact for fixed training inputs, and for what Q is a mean over of the test inputs.
    """
    (gap,) = checked({"gap": (gap, "T n_y n_x")})
    b = found.kept @ flat(gap)
    bias = np.einsum("lpa,pq,lqa->l", b, test, b, optimize=True) / gap.shape[1]
    variance = noise * np.einsum("pq,lqp->l", test, found.spread, optimize=True)
    by_start = np.zeros_like(bias)
    if start is not None:
        by_start = np.einsum("pq,lqp->l", test, impulse_covariance(found, noise=0.0, start=start), optimize=True)
    return TestError(bias=bias, variance=variance, start=by_start, noise=noise)


def error_variance(found: Filter, gap: Array, *, noise: float, test: Array) -> Array:
    """Return the variance [S] of sum_a d_a^T Q d_a/n_y, d = L - L*, over noise in the training data, L^0 fixed.

    d_a ~ N(b_a, C), so that it is sum_a 2 tr (Q C)^2 + 4 b_a^T Q C Q b_a, over n_y^2.
    """
    (gap,) = checked({"gap": (gap, "T n_y n_x")})
    b = found.kept @ flat(gap)
    mapped = test @ impulse_covariance(found, noise=noise)
    squares = gap.shape[1] * np.einsum("lpq,lqp->l", mapped, mapped, optimize=True)
    across = np.einsum("lpa,lpq,qr,lra->l", b, mapped, test, b, optimize=True)
    variance: Array = (2 * squares + 4 * across) / gap.shape[1] ** 2
    return variance
