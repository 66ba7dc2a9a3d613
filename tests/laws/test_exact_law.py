"""Exact law: what a simulator returns has the distribution of a Gaussian network at every width, not in the limit.

In the Krylov basis of (M, F) √n M has independent entries, N(0, 1) on and above the diagonal and χ_{n−1−i} below it,
and the whitened impulse response is N(0, 1): all read off from the Grams returned, never from the numbers drawn.
Source: theory page, C.2; `numeric.arnoldi`. Allowed: Dvoretzky–Kiefer–Wolfowitz at 10⁻⁹, streams fixed.
"""

from collections.abc import Callable

import numpy as np
import pytest
from scipy import special

from numeric.arnoldi import hessenberg, krylov_factor, whitened_impulse
from numeric.dense import sample_grams
from numeric.grams import Grams
from numeric.streams import stream
from tests.laws import bounds
from tests.laws.strategies import Array

Sampler = Callable[..., Grams]


def chi(degrees: int, values: Array) -> Array:
    """The distribution function of χ with these degrees of freedom."""
    return np.asarray(special.gammainc(degrees / 2, np.maximum(values, 0.0) ** 2 / 2))


def share_of_law(sampler: Sampler, n: int, T: int, replicates: int = 4096) -> float:
    """The worst distance from uniform over start, diagonal and triangle of √n H, and whitened impulse response."""
    grams = sampler(n=n, T=T, replicates=replicates, rng=stream("exact law", n, T))
    factor = krylov_factor(grams.right[..., 0, 0], n)
    H = hessenberg(factor, n)
    below = [chi(n - 1 - i, H[:, i + 1, i]) for i in range(T - 1)]
    upper = [special.ndtr(H[:, i, k]) for i in range(T - 1) for k in range(i, T - 1)]
    parts = [chi(n, factor[:, 0, 0]), np.stack(below), np.stack(upper), special.ndtr(whitened_impulse(grams, factor))]
    return max(map(bounds.uniform_share, parts))


@pytest.mark.parametrize(("n", "T"), [(5, 4), (12, 6), (40, 4)])
def test_krylov_coordinates(sampler: Sampler, n: int, T: int) -> None:
    assert share_of_law(sampler, n, T) <= 1


def test_the_law_fails_for_a_neighbouring_width() -> None:
    def wider(**sizes: int) -> Grams:
        n = sizes.pop("n")
        grams = sample_grams(n=n + 1, **sizes)
        return Grams(n=n, right=grams.right, left=grams.left, impulse=grams.impulse)

    assert share_of_law(wider, 5, 4) > 1


def test_the_law_fails_for_untied_weights() -> None:
    """A fresh W at every step has the same limit, and another law at every width."""

    def untied(*, n: int, T: int, replicates: int, rng: np.random.Generator) -> Grams:
        right = rng.standard_normal((T, replicates, n))
        C = rng.standard_normal((replicates, n))
        for j in range(1, T):
            right[j] = np.einsum("bik,bk->bi", rng.standard_normal((replicates, n, n)), right[j - 1]) / np.sqrt(n)
        gram = np.einsum("jbn,kbn->bjk", right, right)[..., None, None] / n
        impulse = np.einsum("bn,jbn->bj", C, right)[..., None, None] / np.sqrt(n)
        return Grams(n=n, right=gram, left=gram, impulse=impulse)

    assert share_of_law(untied, 5, 4) > 1
