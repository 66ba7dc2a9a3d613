"""The width-free sampler has the law of the dense RNN: exact distribution functions and two-sample comparisons.

All radii are Dvoretzky-Kiefer-Wolfowitz bounds at level 1e-9 and all streams are named: a failure is a wrong law.
"""

import math
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import numpy as np
import pytest
from scipy import stats

from numeric import compiled, dense, krylov
from numeric.grams import Grams, RightGrams
from numeric.kernels import lag_ntk
from numeric.streams import stream

LEVEL = 1e-9
REPLICATES = 50_000
UNSATURATED = [(12, 4, 1, 1), (20, 4, 2, 1), (9, 4, 2, 2), (40, 8, 1, 1)]
SATURATED = [(5, 4, 2, 2), (3, 4, 2, 2), (2, 3, 3, 1), (6, 5, 1, 1), (1, 4, 1, 1), (9, 4, 1, 4), (4, 4, 1, 3)]


def by_numpy(**arguments: Any) -> Grams:  # noqa: ANN401 — what both samplers take
    """The sampler without its compiled kernels."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(compiled.VARIABLE, "0")
        return krylov.sample_grams(**arguments)


SAMPLERS: dict[str, Callable[..., Grams | RightGrams]] = {
    "dense": dense.sample_grams,
    "krylov": krylov.sample_grams,
    "krylov by NumPy": by_numpy,
    "one-sided": krylov.sample_right_grams,
}


@cache
def sample(name: str, n: int, T: int, n_x: int, n_y: int) -> Grams | RightGrams:
    rng = stream("law", name, n, T, n_x, n_y)
    return SAMPLERS[name](n=n, T=T, n_x=n_x, n_y=n_y, replicates=REPLICATES, rng=rng)


def assert_uniform(values: np.ndarray) -> None:
    """Values are independent uniforms."""
    radius = math.sqrt(math.log(2 / LEVEL) / (2 * values.size))
    assert stats.kstest(values.ravel(), "uniform").statistic <= radius


def two_sample_distance(a: np.ndarray, b: np.ndarray) -> float:
    """Sup-distance of the two empirical distribution functions as a multiple of its radius."""
    radius = math.sqrt(math.log(4 / LEVEL) / 2) * (a.size**-0.5 + b.size**-0.5)
    both = np.sort(np.concatenate([a, b]))
    below = [np.searchsorted(np.sort(values), both, side="right") / values.size for values in (a, b)]
    return float(np.abs(below[0] - below[1]).max()) / radius


def arnoldi(gram: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Start vectors and W in the Krylov basis, both upper triangular, from a lag Gram [B, T, T, columns, columns].

    With n G = R^T R, the columns of R are the Krylov vectors in their own basis; H R_j = sqrt(n) R_{j+1} gives W.
    """
    B, T, _, columns, _ = gram.shape
    flat = n * gram.swapaxes(2, 3).reshape(B, T * columns, T * columns)
    R = np.linalg.cholesky(flat).swapaxes(1, 2)
    known = R[:, : (T - 1) * columns, : (T - 1) * columns]
    H = math.sqrt(n) * np.linalg.solve(known.swapaxes(1, 2), R[:, :, columns:].swapaxes(1, 2)).swapaxes(1, 2)
    return R, H


def gaussian_parts(factor: np.ndarray, freedom: int, first: int) -> Iterator[np.ndarray]:
    """Uniforms from the columns of a triangular Gaussian factor whose column s reaches axis first + s."""
    rows, columns = np.indices(factor.shape[1:])
    yield stats.norm.cdf(factor[:, rows < columns + first])
    for s in range(factor.shape[2]):
        if first + s < factor.shape[1]:
            yield stats.chi.cdf(factor[:, first + s, s], freedom - first - s)


@pytest.mark.parametrize("name", SAMPLERS)
@pytest.mark.parametrize(("n", "T", "n_x", "n_y"), UNSATURATED)
def test_arnoldi_entries_have_their_exact_law(name: str, n: int, T: int, n_x: int, n_y: int) -> None:
    """F, C and W in either Krylov basis: N(0, 1) above the staircase, chi on it, all independent."""
    grams = sample(name, n, T, n_x, n_y)
    sides = [(grams.right, n_x)] + ([(grams.left, n_y)] if isinstance(grams, Grams) else [])
    for gram, columns in sides:
        R, H = arnoldi(gram, n)
        for values in gaussian_parts(R[:, :, :columns], n, 0):
            assert_uniform(values) if values.size else None
        for values in gaussian_parts(H, n, columns):
            assert_uniform(values)


@pytest.mark.parametrize("name", SAMPLERS)
@pytest.mark.parametrize(("n", "T", "n_x", "n_y"), UNSATURATED)
def test_whitened_impulse_response_is_exactly_normal(name: str, n: int, T: int, n_x: int, n_y: int) -> None:
    """Given W and F, the rows of (L_0, ..., L_{T-1}) are N(0, G^R): whitened they are C on the Krylov axes."""
    grams = sample(name, n, T, n_x, n_y)
    R, _ = arnoldi(grams.right, n)
    rows = grams.impulse.swapaxes(1, 2).reshape(REPLICATES, n_y, T * n_x)
    white = math.sqrt(n) * np.linalg.solve(R.swapaxes(1, 2), rows.swapaxes(1, 2))
    assert_uniform(stats.norm.cdf(white))
    assert_uniform(stats.chi2.cdf((white**2).sum(axis=(1, 2)), white[0].size))


def right_statistics(grams: Grams | RightGrams) -> Iterator[np.ndarray]:
    """What is compared without left Grams: L, the right Gram, and products that tie the two together."""
    impulse = grams.impulse.reshape(len(grams.impulse), grams.impulse.shape[1], -1)
    for j in range(impulse.shape[1]):
        yield from np.moveaxis(impulse[:, j], 1, 0)
        for k in range(j, impulse.shape[1]):
            yield grams.right[:, j, k, 0, -1]
            yield np.trace(grams.right[:, j, k], axis1=1, axis2=2)
            yield impulse[:, j, 0] * impulse[:, k, -1]
            yield impulse[:, j, 0] * impulse[:, k, 0] * grams.right[:, j, k, -1, -1]


def statistics(grams: Grams) -> Iterator[np.ndarray]:
    """What is compared: Theta, L, both Grams, and products that tie the three together."""
    T = grams.T
    impulse = grams.impulse[:, :, 0, 0]
    theta = lag_ntk(grams)
    for j in range(T):
        yield from np.moveaxis(grams.impulse[:, j].reshape(REPLICATES, -1), 1, 0)
        yield theta[:, j, j, 0, 0]
        yield theta[:, j, j].sum(axis=(1, 2))
        for k in range(j, T):
            yield theta[:, j, k, 0, -1]
            yield grams.left[:, j, k, 0, -1]
            yield grams.left[:, j, k].sum(axis=(1, 2))
            yield grams.right[:, j, k, 0, -1]
            yield impulse[:, j] * grams.left[:, j, k, 0, 0] * grams.right[:, k, k, 0, 0]
            yield impulse[:, j] * impulse[:, k] * grams.left[:, j, k, -1, -1]
            yield np.trace(grams.left[:, j, k], axis1=1, axis2=2) * np.trace(grams.right[:, j, k], axis1=1, axis2=2)


@pytest.mark.parametrize(("n", "T", "n_x", "n_y"), UNSATURATED[:3] + SATURATED)
def test_same_law_as_the_dense_rnn(n: int, T: int, n_x: int, n_y: int) -> None:
    pairs = zip(*(statistics(sample(name, n, T, n_x, n_y)) for name in ("dense", "krylov")), strict=True)
    assert max(two_sample_distance(a, b) for a, b in pairs) <= 1


@pytest.mark.parametrize(("n", "T", "n_x", "n_y"), UNSATURATED[:3] + SATURATED)
def test_one_sided_draws_have_the_law_of_both_other_samplers(n: int, T: int, n_x: int, n_y: int) -> None:
    one_sided = list(right_statistics(sample("one-sided", n, T, n_x, n_y)))
    for name in ("dense", "krylov"):
        pairs = zip(right_statistics(sample(name, n, T, n_x, n_y)), one_sided, strict=True)
        assert max(two_sample_distance(a, b) for a, b in pairs) <= 1


@pytest.mark.parametrize("rival", [4, 6])
def test_the_comparison_sees_another_width(rival: int) -> None:
    """The comparison above has power: it rejects the dense RNN of width 4 or 6 against the sampler at n = 5."""
    pairs = zip(statistics(sample("dense", rival, 4, 2, 2)), statistics(sample("krylov", 5, 4, 2, 2)), strict=True)
    assert max(two_sample_distance(a, b) for a, b in pairs) > 1


@pytest.mark.parametrize("rival", [4, 6])
def test_the_one_sided_comparison_sees_another_width(rival: int) -> None:
    draws = sample("dense", rival, 4, 2, 2), sample("one-sided", 5, 4, 2, 2)
    assert max(two_sample_distance(a, b) for a, b in zip(*map(right_statistics, draws), strict=True)) > 1


def test_widest_networks_have_the_limit_law() -> None:
    """At n = 10^12 the Grams are their limits delta_jk to 2e-5, and the L_j are independent standard normals."""
    grams = krylov.sample_grams(n=10**12, T=6, replicates=2000, rng=stream("limit"))
    for gram in (grams.right, grams.left):
        assert np.abs(gram[..., 0, 0] - np.eye(6)).max() < 2e-5
    assert_uniform(stats.norm.cdf(grams.impulse))
