"""Duality: W ↔ Wᵀ, F ↔ Cᵀ exchanges the two Grams, transposes L_j and reorders the kernel.

    G^R ↔ G^L,     L_j ↦ L_jᵀ,     Θ_jk[(a, b), (a', b')] ↦ Θ_jk[(b, a), (b', a')].
For Gaussian weights W and Wᵀ have one law, so a simulator with (n_x, ν_F) and (n_y, ν_C) exchanged has the Grams
exchanged in law. Source: theory page, C.1. Tolerances: the errors of both sides.
"""

from collections.abc import Callable

import numpy as np
from hypothesis import given

from numeric.dense import grams_of, sample_grams
from numeric.grams import Grams
from numeric.kernels import lag_ntk
from numeric.rounding import kernel_error, product_error
from numeric.streams import stream
from tests.laws import bounds, strategies
from tests.laws.profiles import law
from tests.laws.strategies import Array, Network


def dual(network: Network) -> Network:
    """The network that reads in where this one reads out."""
    return Network(W=network.W.T, F=network.C.T, C=network.F.T, T=network.T)


def reordered(kernel: Array, n_y: int, n_x: int) -> Array:
    """Θ [T, T, n_y·n_x, n_y·n_x] with the index (a, b) of rows and columns as (b, a)."""
    T = len(kernel)
    blocks = kernel.reshape(T, T, n_y, n_x, n_y, n_x)
    return blocks.transpose(0, 1, 3, 2, 5, 4).reshape(kernel.shape)


def excess(make: Callable[[Network], Network], network: Network) -> float:
    """Grams, impulse response and kernel of a network and of `make(network)`, which should be its dual."""
    here, there = grams_of(*network.weights, network.T), grams_of(*make(network).weights, network.T)
    right, left = bounds.gram_error(*network.weights, network.T)
    kernel = reordered(lag_ntk(there)[0], here.n_x, here.n_y)
    return bounds.largest_share(
        (there.left[0] - here.right[0], 2 * right),
        (there.right[0] - here.left[0], 2 * left),
        (there.impulse[0].swapaxes(1, 2) - here.impulse[0], 2 * product_error(*network.weights, network.T)),
        (kernel - lag_ntk(here)[0], 2 * kernel_error(*network.weights, network.T)),
    )


def share_of_law(sampler: Callable[..., Grams], replicates: int = 4096) -> float:
    """Right Grams with three inputs against left Grams with three outputs: diagonals, products, and with L."""
    sizes = {"n": 4, "T": 3, "replicates": replicates, "nu_w": 0.8}
    here = sampler(**sizes, n_x=3, n_y=1, nu_f=2.0, nu_c=0.5, rng=stream("dual", "right"))
    there = sampler(**sizes, n_x=1, n_y=3, nu_f=0.5, nu_c=2.0, rng=stream("dual", "left"))
    pairs = []
    for j in range(3):
        pairs.append((here.right[:, j, j, 0, 0], there.left[:, j, j, 0, 0]))
        pairs.append((here.right[:, j, j, 0, 2], there.left[:, j, j, 0, 2]))
        pairs.append((here.impulse[:, j, 0, 1], there.impulse[:, j, 1, 0]))
        pairs.append((here.right[:, 0, j, 0, 0] * here.left[:, j, j, 0, 0],
                      there.left[:, 0, j, 0, 0] * there.right[:, j, j, 0, 0]))  # fmt: skip
    return max(bounds.two_sample_share(first, second) for first, second in pairs)


@law
@given(network=strategies.networks())
def test_reading_in_and_out_exchanged(network: Network) -> None:
    assert excess(dual, network) <= 1


def test_a_simulator_with_both_ends_exchanged(sampler: Callable[..., Grams]) -> None:
    assert share_of_law(sampler) <= 1


def test_the_law_fails_unless_the_weights_are_transposed() -> None:
    def without_transpose(network: Network) -> Network:
        return Network(W=network.W, F=network.C.T, C=network.F.T, T=network.T)

    skew = Network(W=np.array([[0.0, 1.0], [0.0, 0.0]]), F=np.array([[0.0], [1.0]]), C=np.array([[1.0, 0.0]]), T=2)
    assert excess(dual, skew) <= 1
    assert excess(without_transpose, skew) > 1


def test_the_law_fails_for_a_simulator_that_forgets_the_variance_of_the_read_out() -> None:
    def one_sided(**sizes: float) -> Grams:
        return sample_grams(**{**sizes, "nu_c": 1.0})

    assert share_of_law(one_sided) > 1
