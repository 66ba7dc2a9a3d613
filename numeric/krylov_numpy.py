"""The only file that fills Grams of the width-free sampler by NumPy: the slower route, and the oracle of the other."""

import math
from collections.abc import Sequence

import numpy as np

from numeric.grams import F64
from numeric.krylov_axes import Axes, Coordinates
from numeric.krylov_draws import Piece, place, read
from numeric.krylov_pieces import LANE_BYTES, together
from numeric.krylov_vectors import fill_left, fill_right, inner_products

__all__ = ["fill", "working_bytes"]

# How many replicates are worked on at once, chosen by measurement: 512 is best at T = 5 and 12, 128 at T = 32, where
# the working arrays leave the caches near the core; below 64 the loops cost more than the arithmetic.
MOST_LANES, CACHE_BYTES, FEWEST_LANES = 512, 2**23, 64


def _lanes(axes: Axes) -> int:
    """Return how many replicates are worked on at once."""
    wanted = min(MOST_LANES, max(FEWEST_LANES, CACHE_BYTES // axes.lane_bytes))
    return max(1, min(wanted, LANE_BYTES // axes.lane_bytes))


def working_bytes(axes: Axes, parts: Sequence[Piece]) -> int:
    """Return the bytes of the working arrays; twice the coordinates, for random numbers and temporaries."""
    most = max(size for _, size in parts)
    return 2 * axes.lane_bytes * max(most, min(_lanes(axes), sum(size for _, size in parts)))


def fill(axes: Axes, parts: Sequence[Piece], right: F64, left: F64, impulse: F64) -> None:
    """Write the unit-variance Grams of all pieces into arrays of the shapes of `numeric.grams.Grams`."""
    coordinates: Coordinates | None = None
    start = 0
    for run in together(parts, _lanes(axes)):
        stop = start + sum(size for _, size in run)
        if coordinates is None or not coordinates.fit(stop - start):
            coordinates = Coordinates.zeros(axes, stop - start)
        place(axes, *read(axes, run, coordinates.lanes), coordinates)
        fill_right(axes, coordinates)
        _put(right[start:stop], inner_products(coordinates.right, 0, axes.n))
        _put_impulse(impulse[start:stop], axes, coordinates)
        if axes.left:
            fill_left(axes, coordinates)
            _put(left[start:stop], inner_products(coordinates.left, axes.inner, axes.n))
        start = stop


def _put_impulse(result: F64, axes: Axes, coordinates: Coordinates) -> None:
    """Write L_j = C r_j / sqrt(n) as [B, T, n_y, n_x]."""
    C = coordinates.left[: axes.n_y, : axes.inner]
    impulse = np.einsum("adb,qdb->aqb", C, coordinates.right) * (1 / math.sqrt(axes.n))
    by_lag = impulse.reshape(axes.n_y, axes.T, axes.n_x, -1).transpose(3, 1, 0, 2)
    result[:] = by_lag[: len(result)]


def _put(result: F64, gram: F64) -> None:
    """Write gram [T*columns, T*columns, B] as [B, T, T, columns, columns]."""
    T, columns = result.shape[1], result.shape[3]
    by_lag = gram.reshape(T, columns, T, columns, -1).transpose(4, 0, 2, 1, 3)
    result[:] = by_lag[: len(result)]
