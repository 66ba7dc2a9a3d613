"""The only file that draws Grams of a wide RNN without its weight matrix, at a cost that does not depend on n."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.random import Generator

from numeric import compiled, krylov_compiled, krylov_numpy
from numeric.grams import (
    F64,
    MAX_BYTES,
    Grams,
    RightGrams,
    Sizes,
    check_bytes,
    checked_sizes,
    positive_integer,
    scale_in_place,
)
from numeric.krylov_axes import Axes
from numeric.krylov_pieces import pieces
from numeric.streams import generators_of_blocks

__all__ = ["MAX_COLUMNS", "MAX_WIDTH", "sample_grams", "sample_right_grams"]

MAX_WIDTH = 10**12  # chosen: far beyond every experiment, and n - T(n_x + n_y) is still an exact double
MAX_COLUMNS = 64  # chosen: beyond it the frame has so many axes that the dense route is the better one

Source = Generator | Sequence[Generator]


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
    rng: Source,
    max_bytes: int = MAX_BYTES,
) -> Grams:
    """Return Grams with exactly the law of `numeric.dense.sample_grams`, at every n from 1 to 10^12.

    O(T^2) random numbers and O(T^3) operations per replicate, whatever n is; no W is formed. A replicate's bytes
    depend on its block's generator and on the block's size alone, not on the batch; on the route no more than
    `numeric.compiled` says. Raises ArgumentError for bad sizes, n > 10^12, n_x or n_y > 64, and MemoryLimitError beyond
    max_bytes. Source: theory C.2; conditioning technique [BM], deferred decisions [Lu].
    """
    sizes = checked_sizes(n=n, T=T, replicates=replicates, n_x=n_x, n_y=n_y, nu_w=nu_w, nu_f=nu_f, nu_c=nu_c)
    right, left, impulse = _sampled(sizes, rng, max_bytes, left=True)
    return Grams(n=sizes.n, right=right, left=left, impulse=impulse)


def sample_right_grams(
    *,
    n: int,
    T: int,
    replicates: int,
    n_x: int = 1,
    n_y: int = 1,
    nu_w: float = 1.0,
    nu_f: float = 1.0,
    nu_c: float = 1.0,
    rng: Source,
    max_bytes: int = MAX_BYTES,
) -> RightGrams:
    """Return the right Gram and the impulse response alone, with exactly their law in `sample_grams`.

    No left query is asked, which saves half of the random numbers and nearly all of the arithmetic: for the part of
    the kernel that C contributes, and for every statistic of L. The draws are others than those of `sample_grams` from
    the same stream. W and its transpose have one law, so that a left Gram with L is had by exchanging n_x with n_y and
    nu_f with nu_c, and transposing L_j. Arguments, errors and source as for `sample_grams`.
    """
    sizes = checked_sizes(n=n, T=T, replicates=replicates, n_x=n_x, n_y=n_y, nu_w=nu_w, nu_f=nu_f, nu_c=nu_c)
    right, _, impulse = _sampled(sizes, rng, max_bytes, left=False)
    return RightGrams(n=sizes.n, right=right, impulse=impulse)


def _sampled(sizes: Sizes, rng: Source, max_bytes: int, *, left: bool) -> tuple[F64, F64, F64]:
    """Return right, left and impulse at the variances asked for; `left` is empty when it is not asked for."""
    axes = Axes(
        n=positive_integer("n", sizes.n, MAX_WIDTH),
        T=sizes.T,
        n_x=positive_integer("n_x", sizes.n_x, MAX_COLUMNS),
        n_y=positive_integer("n_y", sizes.n_y, MAX_COLUMNS),
        left=left,
    )
    B, T, n_x, n_y = sizes.replicates, sizes.T, sizes.n_x, sizes.n_y
    parts = pieces(axes, generators_of_blocks(rng, B), B)
    way = krylov_compiled if compiled.used() else krylov_numpy
    shapes = (B, T, T, n_x, n_x), (B, T, T, n_y, n_y) if left else (B, 0), (B, T, n_y, n_x)
    needed = 8 * sum(map(math.prod, shapes)) + way.working_bytes(axes, parts)
    check_bytes("the Grams and their frame", needed, max_bytes, "Ask for fewer replicates at a time, or a smaller T.")
    grams = np.empty(shapes[0]), np.empty(shapes[1]), np.empty(shapes[2])
    way.fill(axes, parts, *grams)
    scale_in_place(*grams, nu_w=sizes.nu_w, nu_f=sizes.nu_f, nu_c=sizes.nu_c)
    return grams
