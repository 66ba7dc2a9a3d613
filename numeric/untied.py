"""The only file that simulates the rival with a fresh recurrent matrix at every lag: no RNN, but of its wide limit."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.random import Generator

from numeric.grams import F64, MAX_BYTES, Grams, Sizes, check_bytes, checked_sizes
from numeric.streams import generators_of_blocks

__all__ = ["sample_grams"]


def sample_grams(
    *,
    n: int,
    T: int,
    replicates: int,
    n_x: int = 1,
    n_y: int = 1,
    nu_w: float = 1.0,
    nu_f: float = 1.0,
    nu_c: float = 1.0,
    rng: Generator | Sequence[Generator],
    max_bytes: int = MAX_BYTES,
) -> Grams:
    """Return Grams of r_j = W_j r_{j-1}/sqrt(n) from F, l_j = V_j^T l_{j-1}/sqrt(n) from C^T, and L_j = C r_j/sqrt(n).

    All W_j and V_j are independent with entries N(0, nu_w), F and C as in `numeric.dense`; those of one lag are in
    memory for a whole block.
    Raises ArgumentError for bad sizes and MemoryLimitError beyond max_bytes. Source: the rival that theory C.1 names.
    """
    sizes = checked_sizes(n=n, T=T, replicates=replicates, n_x=n_x, n_y=n_y, nu_w=nu_w, nu_f=nu_f, nu_c=nu_c)
    generators = generators_of_blocks(rng, sizes.replicates)
    block = sizes.replicates // len(generators)
    needed = 8 * block * n * (n + 2 * T * (n_x + n_y)) + 2 * sizes.gram_bytes
    check_bytes("the matrices of one lag with their Grams", needed, max_bytes, "Lower n or replicates.")
    parts = [_block(sizes, block, generator) for generator in generators]
    joined = {name: np.concatenate([getattr(part, name) for part in parts]) for name in ("right", "left", "impulse")}
    return Grams(n=n, **joined)


def _block(sizes: Sizes, B: int, generator: Generator) -> Grams:
    n, T = sizes.n, sizes.T
    right = np.empty((B, T, sizes.n_x, n))
    left = np.empty((B, T, sizes.n_y, n))
    for vectors, variance in ((right, sizes.nu_f), (left, sizes.nu_c)):
        vectors[:, 0] = math.sqrt(variance) * generator.standard_normal(vectors[:, 0].shape)
        for j in range(1, T):
            matrix = generator.standard_normal((B, n, n)) * math.sqrt(sizes.nu_w / n)
            vectors[:, j] = vectors[:, j - 1] @ matrix  # row vectors; a matrix and its transpose have one law
    impulse = np.einsum("bpi,bjqi->bjpq", left[:, 0], right) / math.sqrt(n)
    return Grams(n=n, right=_gram(right), left=_gram(left), impulse=impulse)


def _gram(vectors: F64) -> F64:
    gram: F64 = np.einsum("bjpi,bkqi->bjkpq", vectors, vectors) / vectors.shape[-1]
    return gram
