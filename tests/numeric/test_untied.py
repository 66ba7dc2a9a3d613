"""The rival with fresh matrices: its exact moments differ from the RNN's where theory says, and its guards hold."""

import numpy as np
import pytest

from numeric import untied
from numeric.errors import ArgumentError, MemoryLimitError
from numeric.streams import BLOCK, stream, streams

NU = {"nu_w": 0.7, "nu_f": 1.9, "nu_c": 0.3}


@pytest.mark.parametrize(("n", "T", "n_x", "n_y"), [(1, 3, 1, 1), (3, 4, 2, 1), (4, 3, 1, 3)])
def test_grams_are_those_of_the_matrices_drawn(n: int, T: int, n_x: int, n_y: int) -> None:
    """Redrawn here from the same stream, replicate by replicate, in plain products of matrices."""
    B = 5
    grams = untied.sample_grams(n=n, T=T, n_x=n_x, n_y=n_y, replicates=B, rng=stream("untied"), **NU)
    rng = stream("untied")
    sides = []
    for columns, variance in ((n_x, 1.9), (n_y, 0.3)):
        vectors = [np.sqrt(variance) * rng.standard_normal((B, columns, n))]
        for _ in range(1, T):
            matrices = rng.standard_normal((B, n, n))
            vectors.append(np.stack([v @ m * np.sqrt(0.7 / n) for v, m in zip(vectors[-1], matrices, strict=True)]))
        sides.append(vectors)
    right, left = sides
    for b in range(B):
        for j in range(T):
            impulse = left[0][b] @ right[j][b].T / np.sqrt(n)
            np.testing.assert_allclose(grams.impulse[b, j], impulse, rtol=1e-12, atol=1e-14)
            for k in range(T):
                for gram, side in ((grams.right, right), (grams.left, left)):
                    np.testing.assert_allclose(gram[b, j, k], side[j][b] @ side[k][b].T / n, rtol=1e-12, atol=1e-14)


def test_blocks_are_drawn_from_their_own_generators() -> None:
    together = untied.sample_grams(n=3, T=3, replicates=2 * BLOCK, rng=streams(["blocks"], range(2)))
    second = untied.sample_grams(n=3, T=3, replicates=BLOCK, rng=streams(["blocks"], range(1, 2)))
    for name in ("right", "left", "impulse"):
        np.testing.assert_array_equal(getattr(together, name)[BLOCK:], getattr(second, name))


def test_bad_sizes_and_too_much_memory_are_refused() -> None:
    with pytest.raises(ArgumentError, match="nu_w is no variance"):
        untied.sample_grams(n=3, T=2, replicates=4, nu_w=-1.0, rng=stream("x"))
    with pytest.raises(MemoryLimitError, match="the matrices of one lag"):
        untied.sample_grams(n=100, T=2, replicates=64, rng=stream("x"), max_bytes=8 * 64 * 100 * 100)
