"""Nesting: the first T' lags of a longer run are the shorter run.

No lag knows how many follow it: Grams, impulse response and kernel of the same weights at T' < T are the leading part
of those at T, and a simulator at T' has the law of the leading part at T. Source: [E] (1), (9); theory page, C.1.
Tolerances: twice the error of the shorter run, which is entry by entry that of the longer one.
"""

from collections.abc import Callable

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from numeric.dense import grams_of, sample_grams
from numeric.grams import Grams
from numeric.kernels import lag_ntk, lag_ntk_diagonal
from numeric.rounding import kernel_error, product_error
from numeric.streams import stream
from tests.laws import bounds, strategies
from tests.laws.profiles import law
from tests.laws.strategies import Network

Run = Callable[..., Grams]


def excess(run: Run, network: Network, shorter: int) -> float:
    """A run of `shorter` lags against the leading part of the whole run."""
    whole, part = run(*network.weights, network.T), run(*network.weights, shorter)
    weights, s = network.weights, slice(shorter)
    right, left = bounds.gram_error(*weights, shorter)
    return bounds.largest_share(
        (whole.right[0, s, s] - part.right[0], 2 * right),
        (whole.left[0, s, s] - part.left[0], 2 * left),
        (whole.impulse[0, s] - part.impulse[0], 2 * product_error(*weights, shorter)),
        # the kernel at T sums up to T² products, so its bound at T holds for both
        (lag_ntk(whole)[0, s, s] - lag_ntk(part)[0], 2 * kernel_error(*weights, network.T)[s, s]),
    )


def share_of_law(sampler: Callable[..., Grams], n: int, replicates: int = 4096) -> float:
    """Two lags alone against two lags of five: kernel, impulse response, and a product of both sides."""
    alone = sampler(n=n, T=2, replicates=replicates, rng=stream("nesting", "alone", n))
    nested = sampler(n=n, T=5, replicates=replicates, rng=stream("nesting", "nested", n))
    pairs = [(lag_ntk_diagonal(alone)[:, j, 0, 0], lag_ntk_diagonal(nested)[:, j, 0, 0]) for j in range(2)]
    pairs += [(alone.impulse[:, j, 0, 0], nested.impulse[:, j, 0, 0]) for j in range(2)]
    pairs.append(tuple((g.right[:, 0, 1] * g.left[:, 0, 1])[:, 0, 0] for g in (alone, nested)))
    return max(bounds.two_sample_share(first, second) for first, second in pairs)


@law
@given(network=strategies.networks(), data=st.data())
def test_a_shorter_run_is_the_beginning_of_a_longer_one(network: Network, data: st.DataObject) -> None:
    assert excess(grams_of, network, data.draw(st.integers(1, network.T), label="T'")) <= 1


def test_a_simulator_nests_in_law(sampler: Callable[..., Grams]) -> None:
    for n in (2, 6):
        assert share_of_law(sampler, n) <= 1


def test_the_law_fails_for_a_scale_that_depends_on_the_length() -> None:
    """Read-in divided by √T, as if the variance were shared between the lags."""

    def shared(W: np.ndarray, F: np.ndarray, C: np.ndarray, T: int) -> Grams:
        return grams_of(W, F / np.sqrt(T), C, T)

    network = Network(W=np.eye(2), F=np.ones((2, 1)), C=np.ones((1, 2)), T=3)
    assert excess(grams_of, network, 2) <= 1
    assert excess(shared, network, 2) > 1


def test_the_law_fails_for_a_simulator_whose_variance_depends_on_the_length() -> None:
    def shared(**sizes: float) -> Grams:
        return sample_grams(**sizes, nu_f=2 / sizes["T"])

    assert share_of_law(shared, 6) > 1
