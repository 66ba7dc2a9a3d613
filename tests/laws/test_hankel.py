"""Hankel: L_j = l_aᵀ r_{j−a}/√n does not depend on where the product of j factors is cut.

Hence the Grams and the impulse response of one network fit together: with r_b and l_a side by side, the matrix
    [[ r_bᵀ r_c/n,  L_{a+b}ᵀ/√n ], [ L_{a+b}/√n,  l_aᵀ l_c/n ]]
is the Gram of vectors in R^n: positive semi-definite, of rank at most n. This ties the three outputs of a simulator
together, at every draw. Source: [E] (9); theory page, C.1, C.2.
Tolerances: for given weights the bound of the product. A simulator is allowed γ_m with m = 4T(n + T) operations,
relative to ‖C‖ ‖M‖_F^j ‖F‖, where ‖W‖_F² ≤ ν_W (n² + 2n√x + 2x), x = 40, for Gaussian W but with probability e^{−40}
(Laurent and Massart 2000, Lemma 1).
"""

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from hypothesis import given

from numeric.dense import grams_of, impulse_response, sample_grams
from numeric.grams import Grams
from numeric.rounding import SLACK, gamma, product_error
from numeric.streams import stream
from tests.laws import bounds, strategies
from tests.laws.profiles import law
from tests.laws.strategies import Array, Network, Sizes

CERTAIN = 40.0  # chosen: e^{−40} is far below the probability of a fault in the machine


def excess_of_cuts(network: Network, left_weights: Array) -> float:
    """L_j by the definition against all its cuts; the left vectors are powers of `left_weights`."""
    (W, F, C), T, n = network.weights, network.T, len(network.W)
    impulse = impulse_response(W, F, C, T)
    right = math.sqrt(n) * impulse_response(W, F, np.eye(n), T)  # [T, n, n_x]
    left = math.sqrt(n) * impulse_response(left_weights, C.T, np.eye(n), T)  # [T, n, n_y]
    error = 2 * product_error(W, F, C, T)
    shares = []
    for a in range(T):
        cut = np.einsum("kny,bnx->kbyx", left[a : a + 1], right[: T - a])[0] / math.sqrt(n)
        shares.append(bounds.largest_share((impulse[a:] - cut, error[a:])))
    return max(shares)


def together(grams: Grams, b: int) -> Array:
    """The Gram of r_0 … r_{p−1} and l_0 … l_{p−1} of replicate b, p = (T + 1)//2, from the three parts of the Grams."""
    p, n = (grams.T + 1) // 2, grams.n
    lags = np.arange(p)
    right = grams.right[b, :p, :p].transpose(0, 2, 1, 3).reshape(p * grams.n_x, -1)
    left = grams.left[b, :p, :p].transpose(0, 2, 1, 3).reshape(p * grams.n_y, -1)
    cross = grams.impulse[b][lags[:, None] + lags[None, :]] / math.sqrt(n)  # [a, b, n_y, n_x]
    cross = cross.transpose(1, 3, 0, 2).reshape(p * grams.n_x, p * grams.n_y)
    return np.block([[right, cross], [cross.T, left]])


def gaussian_norm(n: int) -> float:
    """‖M‖_F of a Gaussian M = W/√n is at most this, but with probability e^{−40}."""
    return math.sqrt((n * n + 2 * n * math.sqrt(CERTAIN) + 2 * CERTAIN) / n)


def excess_of_draws(grams: Grams, norm: float) -> float:
    """Negative eigenvalues, and eigenvalues beyond the n-th, as a share of what rounding explains; ‖M‖_F ≤ norm."""
    n, T = grams.n, grams.T
    shares = []
    for b in range(grams.replicates):
        matrix = together(grams, b)
        ends = math.sqrt(float(np.trace(grams.right[b, 0, 0]) * np.trace(grams.left[b, 0, 0])))
        size = float(np.trace(matrix)) + len(matrix) * ends * max(1.0, norm) ** (T - 1)
        error = SLACK * gamma(4 * T * (n + T)) * size
        shares.append(bounds.lowest_eigenvalue_share(matrix, error))
        values, defect = bounds.spectrum(matrix)
        beyond = np.abs(values[::-1][n:])  # of rank n exactly: these are 0 but for the error (Weyl)
        shares.append(bounds.largest_share((beyond, np.full_like(beyond, error + defect))))
    return max(shares)


@law
@given(network=strategies.networks())
def test_the_cut_does_not_matter(network: Network) -> None:
    assert excess_of_cuts(network, network.W.T) <= 1


@law
@given(network=strategies.networks(n=3))
def test_given_weights_fit_together(network: Network) -> None:
    norm = float(np.linalg.norm(network.W)) / math.sqrt(len(network.W))
    assert excess_of_draws(grams_of(*network.weights, network.T), norm) <= 1


@law
@given(size=strategies.sizes(n=6, T=5, columns=2), seed=strategies.seeds())
def test_every_draw_of_a_simulator_fits_together(sampler: Callable[..., Grams], size: Sizes, seed: int) -> None:
    grams = sampler(n=size.n, T=size.T, n_x=size.n_x, n_y=size.n_y, replicates=3, rng=stream("hankel", seed))
    assert excess_of_draws(grams, gaussian_norm(size.n)) <= 1


def test_the_law_fails_for_left_vectors_of_the_same_matrix() -> None:
    """l_a = M^a Cᵀ in the place of (Mᵀ)^a Cᵀ: the same law for Gaussian weights, another number."""
    skew = Network(W=np.array([[0.0, 1.0], [0.0, 0.0]]), F=np.array([[0.0], [1.0]]), C=np.array([[1.0, 0.0]]), T=2)
    assert excess_of_cuts(skew, skew.W.T) <= 1
    assert excess_of_cuts(skew, skew.W) > 1


def test_the_law_fails_for_sides_of_different_networks() -> None:
    """Each part of the Grams has its right law; only together they cannot be."""
    first, second = (sample_grams(n=2, T=5, replicates=20, rng=stream("sides", i)) for i in range(2))
    assert excess_of_draws(first, gaussian_norm(2)) <= 1
    assert excess_of_draws(replace(first, left=second.left), gaussian_norm(2)) > 1


def test_the_law_fails_for_grams_of_another_width() -> None:
    """Vectors in three dimensions called vectors in two."""
    wide = sample_grams(n=3, T=5, replicates=20, rng=stream("width"))
    narrow = replace(wide, n=2, impulse=wide.impulse * math.sqrt(2 / 3))  # so that L/√n is what it was
    assert excess_of_draws(narrow, gaussian_norm(3)) > 1
