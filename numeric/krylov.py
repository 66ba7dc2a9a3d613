"""The only file that draws Grams of a wide RNN without its weight matrix, at a cost that does not depend on n."""

import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.random import Generator

from numeric.grams import F64, MAX_BYTES, Array, Grams, check_bytes, checked_sizes, positive_integer, scaled
from numeric.krylov_axes import Axes, Coordinates
from numeric.krylov_draws import Piece, draw
from numeric.krylov_vectors import fill_left, fill_right, inner_products
from numeric.streams import generators_of_blocks

__all__ = ["MAX_COLUMNS", "MAX_WIDTH", "sample_grams"]

MAX_WIDTH = 10**12  # chosen: far beyond every experiment, and n - T(n_x + n_y) is still an exact double
MAX_COLUMNS = 64  # chosen: beyond it the frame has so many axes that the dense route is the better one
# How many replicates are worked on at once, chosen by measurement: 512 is best at T = 5 and 12, 128 at T = 32, where
# the working arrays leave the caches near the core; below 64 the loops cost more than the arithmetic.
MOST_LANES, CACHE_BYTES, FEWEST_LANES = 512, 2**23, 64
LANE_BYTES = 2**28  # chosen: limit of the working arrays when T, n_x or n_y are large, whatever that costs


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
    """Return Grams with exactly the law of `numeric.dense.sample_grams`, at every n from 1 to 10^12.

    O(T^2) random numbers and O(T^3) operations per replicate, whatever n is; no W is formed. A replicate's bytes
    depend on its block's generator and on the block's size alone. Raises ArgumentError for bad sizes, n > 10^12,
    n_x or n_y > 64, and MemoryLimitError beyond max_bytes.
    Source: theory C.2; conditioning technique [BM], deferred decisions [Lu].
    """
    sizes = checked_sizes(n=n, T=T, replicates=replicates, n_x=n_x, n_y=n_y, nu_w=nu_w, nu_f=nu_f, nu_c=nu_c)
    axes = Axes(
        n=positive_integer("n", sizes.n, MAX_WIDTH),
        T=sizes.T,
        n_x=positive_integer("n_x", sizes.n_x, MAX_COLUMNS),
        n_y=positive_integer("n_y", sizes.n_y, MAX_COLUMNS),
    )
    lane_bytes = 8 * sum(rows * columns for rows, columns in axes.shapes.values())
    lanes = _lanes(lane_bytes)
    needed = sizes.gram_bytes + 2 * lane_bytes * min(lanes, sizes.replicates)  # 2: random numbers and temporaries
    check_bytes("the Grams and their frame", needed, max_bytes, "Ask for fewer replicates at a time, or a smaller T.")
    unit = _empty(axes, sizes.replicates)
    coordinates: Coordinates | None = None
    start = 0
    for pieces in _chunks(generators_of_blocks(rng, sizes.replicates), sizes.replicates, lanes):
        stop = start + sum(size for _, size in pieces)
        if coordinates is None or not coordinates.fit(stop - start):
            coordinates = Coordinates.zeros(axes, stop - start)
        draw(axes, pieces, coordinates)
        _fill(unit, slice(start, stop), axes, coordinates)
        start = stop
    return scaled(unit, nu_w=sizes.nu_w, nu_f=sizes.nu_f, nu_c=sizes.nu_c)


def _lanes(lane_bytes: int) -> int:
    """Return how many replicates are worked on at once; it depends on the sizes alone, not on the batch."""
    wanted = min(MOST_LANES, max(FEWEST_LANES, CACHE_BYTES // lane_bytes))
    return max(1, min(wanted, LANE_BYTES // lane_bytes))


def _chunks(generators: list[Generator], replicates: int, lanes: int) -> Iterator[list[Piece]]:
    """Yield lists of pieces that are worked on together, of at most `lanes` replicates or one piece.

    Blocks larger than `lanes` are cut. The cuts depend on the block size and on `lanes` alone, never on the other
    blocks: they decide which number of a stream goes where.
    """
    block = replicates // len(generators)
    pieces = [(generator, min(lanes, block - start)) for generator in generators for start in range(0, block, lanes)]
    together = max(1, lanes // block)
    for first in range(0, len(pieces), together):
        yield pieces[first : first + together]


def _empty(axes: Axes, B: int) -> Grams:
    T, n_x, n_y = axes.T, axes.n_x, axes.n_y
    return Grams(
        n=axes.n,
        right=np.empty((B, T, T, n_x, n_x)),
        left=np.empty((B, T, T, n_y, n_y)),
        impulse=np.empty((B, T, n_y, n_x)),
    )


def _fill(unit: Grams, part: slice, axes: Axes, coordinates: Coordinates) -> None:
    """Write the unit-variance Grams of one chunk of replicates into their part of the result."""
    fill_right(axes, coordinates)
    fill_left(axes, coordinates)
    _put(unit.right, part, inner_products(coordinates.right, 0, axes.n))
    _put(unit.left, part, inner_products(coordinates.left, axes.inner, axes.n))
    C = coordinates.left[: axes.n_y, : axes.inner]
    impulse = np.einsum("adb,qdb->aqb", C, coordinates.right) * (1 / math.sqrt(axes.n))
    impulse = impulse.reshape(axes.n_y, axes.T, axes.n_x, -1)
    unit.impulse[part] = impulse.transpose(3, 1, 0, 2)[: part.stop - part.start]


def _put(result: Array, part: slice, gram: F64) -> None:
    """Write gram [T*columns, T*columns, B] as [B, T, T, columns, columns]."""
    T, columns = result.shape[1], result.shape[3]
    by_lag = gram.reshape(T, columns, T, columns, -1).transpose(4, 0, 2, 1, 3)
    result[part] = by_lag[: part.stop - part.start]
