"""Dense RNNs whose weights carry their variances themselves: a second, plainer route to Grams and impulse responses.

`numeric.dense` draws unit variances and scales its Grams by homogeneity, which is exact and cannot show that it is.
Here W, F, C are scaled, and everything follows from products with them, one lag after the other.
"""

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.random import Generator

from numeric.grams import F64, Array, Grams, Sizes, checked_sizes
from numeric.streams import generators_of_blocks

__all__ = ["draw_weights", "responses", "sample_grams", "tied"]


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
) -> Grams:
    """Return Grams of RNNs with entries W ~ N(0, nu_w), F ~ N(0, nu_f), C ~ N(0, nu_c); all W of a block are in memory.

    Raises ArgumentError for bad sizes. Source: [E] (1)-(4).
    """
    sizes = checked_sizes(n=n, T=T, replicates=replicates, n_x=n_x, n_y=n_y, nu_w=nu_w, nu_f=nu_f, nu_c=nu_c)
    generators = generators_of_blocks(rng, sizes.replicates)
    block = sizes.replicates // len(generators)
    parts = []
    for generator in generators:
        W, F, C = draw_weights(sizes, block, generator)
        parts.append(responses(F, C, sizes.T, forward=tied(W), backward=tied(W)))
    return Grams(
        n=n, **{name: np.concatenate([getattr(p, name) for p in parts]) for name in ("right", "left", "impulse")}
    )


def draw_weights(sizes: Sizes, block: int, generator: Generator) -> tuple[F64, F64, F64]:
    """Return W [block, n, n], F [block, n, n_x], C [block, n_y, n] with the variances of `sizes`."""
    W = math.sqrt(sizes.nu_w) * generator.standard_normal((block, sizes.n, sizes.n))
    F = math.sqrt(sizes.nu_f) * generator.standard_normal((block, sizes.n, sizes.n_x))
    C = math.sqrt(sizes.nu_c) * generator.standard_normal((block, sizes.n_y, sizes.n))
    return W, F, C


def tied(W: F64) -> Callable[[int], F64]:
    """Return the function that gives this W at every lag."""

    def of_lag(lag: int) -> F64:  # noqa: ARG001 — that is what tied means
        return W

    return of_lag


def responses(
    F: Array, C: Array, T: int, *, forward: Callable[[int], Array], backward: Callable[[int], Array]
) -> Grams:
    """Return Grams of r_j = W_j r_{j-1}/sqrt(n), r_0 = F, and of l_j = W'_j^T l_{j-1}/sqrt(n), l_0 = C^T.

    L_j = C r_j/sqrt(n). `forward` and `backward` give W_j and W'_j [B, n, n] of lag j; for the RNN both are always W.
    """
    B, n, _ = F.shape
    root = math.sqrt(n)
    right, left = [F], [C.swapaxes(1, 2)]
    for j in range(1, T):
        right.append(forward(j) @ right[-1] / root)
        left.append(backward(j).swapaxes(1, 2) @ left[-1] / root)
    impulse = np.stack([C @ r / root for r in right], axis=1)
    grams = []
    for vectors in (right, left):
        columns = vectors[0].shape[2]
        flat = np.concatenate(vectors, axis=2)
        gram = (flat.swapaxes(1, 2) @ flat / n).reshape(B, T, columns, T, columns)
        grams.append(gram.swapaxes(2, 3))
    return Grams(n=n, right=grams[0], left=grams[1], impulse=impulse)
