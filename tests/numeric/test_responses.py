"""The second dense simulator: the same Grams as the first from the same weights, with the variances in the weights."""

import numpy as np
import pytest

from numeric import responses
from numeric.dense import grams_of
from numeric.errors import ArgumentError
from numeric.grams import checked_sizes
from numeric.streams import BLOCK, stream, streams

NU = {"nu_w": 0.7, "nu_f": 1.9, "nu_c": 0.3}


@pytest.mark.parametrize(("n", "T", "n_x", "n_y"), [(1, 3, 1, 1), (5, 4, 2, 3), (8, 2, 1, 2)])
def test_every_replicate_is_the_rnn_of_its_own_weights(n: int, T: int, n_x: int, n_y: int) -> None:
    sizes = checked_sizes(n=n, T=T, replicates=6, n_x=n_x, n_y=n_y, **NU)
    W, F, C = responses.draw_weights(sizes, 6, stream("responses"))
    grams = responses.sample_grams(n=n, T=T, replicates=6, n_x=n_x, n_y=n_y, rng=stream("responses"), **NU)
    for b in range(6):
        one = grams_of(W[b], F[b], C[b], T)
        for name in ("right", "left", "impulse"):
            np.testing.assert_allclose(getattr(grams, name)[b], getattr(one, name)[0], rtol=1e-10, atol=1e-13)


def test_weights_have_the_variances_asked_for() -> None:
    """Scaled by √ν, each from the same standard normal numbers: no other power of ν."""
    plain = checked_sizes(n=4, T=2, replicates=3, n_x=2, n_y=1, nu_w=1.0, nu_f=1.0, nu_c=1.0)
    scaled = checked_sizes(n=4, T=2, replicates=3, n_x=2, n_y=1, **NU)
    pairs = zip(*(responses.draw_weights(sizes, 3, stream("nu")) for sizes in (scaled, plain)), strict=True)
    for (one, other), nu in zip(pairs, NU.values(), strict=True):
        np.testing.assert_allclose(one, np.sqrt(nu) * other, rtol=1e-12)


def test_blocks_are_drawn_from_their_own_generators() -> None:
    together = responses.sample_grams(n=3, T=3, replicates=2 * BLOCK, rng=streams(["blocks"], range(2)))
    second = responses.sample_grams(n=3, T=3, replicates=BLOCK, rng=streams(["blocks"], range(1, 2)))
    np.testing.assert_array_equal(together.right[BLOCK:], second.right)
    np.testing.assert_array_equal(together.impulse[BLOCK:], second.impulse)


def test_each_lag_may_have_a_matrix_of_its_own() -> None:
    rng = stream("untied")
    W, V = rng.standard_normal((2, 3, 1, 4, 4))  # [lag, B, n, n] forward and backward
    F, C = rng.standard_normal((1, 4, 1)), rng.standard_normal((1, 1, 4))
    grams = responses.responses(F, C, 3, forward=lambda lag: W[lag], backward=lambda lag: V[lag])
    r_2 = W[2][0] @ W[1][0] @ F[0] / 4.0
    l_2 = V[2][0].T @ V[1][0].T @ C[0].T / 4.0
    np.testing.assert_allclose(grams.right[0, 2, 2], r_2.T @ r_2 / 4.0, rtol=1e-12)
    np.testing.assert_allclose(grams.left[0, 2, 2], l_2.T @ l_2 / 4.0, rtol=1e-12)
    np.testing.assert_allclose(grams.impulse[0, 2], C[0] @ r_2 / 2.0, rtol=1e-12)


def test_bad_sizes_are_refused() -> None:
    with pytest.raises(ArgumentError, match="nu_w is no variance"):
        responses.sample_grams(n=3, T=2, replicates=4, nu_w=-1.0, rng=stream("x"))
