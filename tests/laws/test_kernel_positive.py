"""Positivity: Grams and kernels are symmetric and positive semi-definite, for given weights and for every draw.

G^R and G^L are Gram matrices, Θ = I ⊗ G^R + G^L ⊗ I + (products of entries of both) is one of gradients, and so is K.
G_kj = G_jkᵀ exactly, which the kernels rely on; Θ_kj = Θ_jkᵀ to rounding, since the two sides of a block add up in
another order. Source: [E] (13); theory page, C.1.
Tolerances: sums of T² + 2 products for the symmetry of Θ. A Gram computed from any vectors in at most n coordinates is
positive up to γ_{n+2} tr G, and the kernel of such Grams up to (2γ_{n+2} + γ_{T²+4})‖Θ(|G|)‖_F: how the vectors were
rounded does not matter.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from numeric.dense import grams_of, sample_grams
from numeric.grams import Grams
from numeric.kernels import lag_ntk, ntk_of_grams
from numeric.rounding import SLACK, gamma
from numeric.streams import stream
from tests.laws import bounds, strategies
from tests.laws.profiles import law
from tests.laws.strategies import Array, Network, Sizes


def as_matrix(blocks: Array) -> Array:
    """Blocks [T, T, size, size], of a Gram or of a kernel, as one matrix."""
    T, _, size, _ = blocks.shape
    return blocks.swapaxes(1, 2).reshape(T * size, T * size)


def asymmetry(grams: Grams) -> float:
    """|G_kj − G_jkᵀ| over nothing, and |Θ_kj − Θ_jkᵀ| over the rounding of its sums, at their worst."""

    def difference(blocks: Array) -> Array:
        return np.asarray(blocks - blocks.transpose(0, 2, 1, 4, 3))

    none = (difference(grams.right), 0 * grams.right), (difference(grams.left), 0 * grams.left)
    absolute = lag_ntk(replace(grams, right=np.abs(grams.right), left=np.abs(grams.left)))
    return bounds.largest_share(*none, (difference(lag_ntk(grams)), 2 * SLACK * gamma(grams.T**2 + 4) * absolute))


def excess(grams: Grams) -> float:
    """The worst negative eigenvalue over replicates, Grams and kernel, as a share of what rounding explains."""
    absolute = replace(grams, right=np.abs(grams.right), left=np.abs(grams.left))
    of_gram, of_kernel = SLACK * gamma(grams.n + 2), SLACK * (2 * gamma(grams.n + 2) + gamma(grams.T**2 + 4))
    kernels, magnitudes = lag_ntk(grams), lag_ntk(absolute)
    shares = []
    for b in range(grams.replicates):
        for gram in (as_matrix(grams.right[b]), as_matrix(grams.left[b])):
            shares.append(bounds.lowest_eigenvalue_share(gram, of_gram * float(np.trace(gram))))
        error = of_kernel * float(np.linalg.norm(magnitudes[b]))
        shares.append(bounds.lowest_eigenvalue_share(as_matrix(kernels[b]), error))
    return max(shares)


@law
@given(network=strategies.networks(T=4, columns=2))
def test_kernels_of_given_weights(network: Network) -> None:
    grams = grams_of(*network.weights, network.T)
    assert asymmetry(grams) <= 1
    assert excess(grams) <= 1


@law
@given(network=strategies.networks(T=4, columns=2), data=st.data())
def test_kernel_between_two_inputs(network: Network, data: st.DataObject) -> None:
    """K(x, x) is positive semi-definite; K(x, x2) = K(x2, x)ᵀ up to the error of both."""
    grams = grams_of(*network.weights, network.T)
    x, x2 = (data.draw(strategies.inputs(network.T, grams.n_x), label=name) for name in ("x", "x2"))
    error = bounds.ntk_error(*network.weights, x, x2)
    there = ntk_of_grams(grams, x2, x)[0]
    assert bounds.largest_share((ntk_of_grams(grams, x, x2)[0] - there.T, error + error)) <= 1
    own = float(np.linalg.norm(bounds.ntk_error(*network.weights, x, x)))
    kernel = ntk_of_grams(grams, x, x)[0]
    assert bounds.lowest_eigenvalue_share(0.5 * (kernel + kernel.T), own) <= 1


@law
@given(size=strategies.sizes(n=8, T=4, columns=2), seed=strategies.seeds())
def test_every_draw_of_a_simulator(sampler: Callable[..., Grams], size: Sizes, seed: int) -> None:
    grams = sampler(n=size.n, T=size.T, n_x=size.n_x, n_y=size.n_y, replicates=3, rng=stream("positive", seed))
    assert asymmetry(grams) <= 1
    assert excess(grams) <= 1


def test_the_law_fails_for_entries_drawn_one_by_one() -> None:
    """Every entry of the Grams with its right law, but independent of the others."""
    draws = [sample_grams(n=3, T=4, replicates=1, rng=stream("entries", i)) for i in range(10)]
    right = draws[0].right.copy()
    for draw, j, k in zip(draws, *np.triu_indices(4), strict=True):
        right[:, j, k] = right[:, k, j] = draw.right[:, j, k]
    mixed = replace(draws[0], right=right)
    assert asymmetry(mixed) <= 1
    assert excess(mixed) > 1


def test_the_law_fails_for_a_kernel_with_a_wrong_sign() -> None:
    grams = sample_grams(n=3, T=3, replicates=1, rng=stream("sign"))
    assert excess(replace(grams, left=-grams.left)) > 1


def test_the_law_fails_for_an_order_that_matters() -> None:
    grams = sample_grams(n=3, T=3, n_x=2, replicates=1, rng=stream("order"))
    right = grams.right.copy()
    right[:, 1, 0] *= 1 + 2**-50
    assert asymmetry(replace(grams, right=right)) > 1
