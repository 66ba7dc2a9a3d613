"""The only file that multiplies lag after lag by a recurrent matrix in memory, and knows how to read it seldom."""

import math
from collections.abc import Iterator

import numpy as np

from numeric import products_compiled
from numeric.grams import Array

__all__ = ["krylov_vectors"]

# Chosen by measurement with OpenBLAS on one core: a W of up to LARGE_BYTES stays in the last cache between its two
# products of a lag, and cutting it costs 15 %; a larger one is read from memory, and rows that stay in the core's own
# cache for all their products save a third at n = 4096.
LARGE_BYTES, ROWS_BYTES = 2**24, 2**20
MANY_COLUMNS = 8  # measured: 2 to 4 columns by one GEMM cost more than that many GEMVs, from 8 columns on less


def krylov_vectors(W: Array, F: Array, C: Array, T: int) -> tuple[Array, Array]:
    """Return M^j F as [B, T, n_x, n] and (M^T)^j C^T as [B, T, n_y, n], j = 0..T-1, with M = W/sqrt(n).

    W [B, n, n], F [B, n, n_x], C [B, n_y, n]; C may have no rows. A large W is read once a lag for both sides.
    Nothing is summed across replicates, and the order of a sum follows from n alone: bytes do not depend on B. They do
    depend on the route: BLAS has its own order of summation, and the compiled products another.
    """
    if products_compiled.takes(W, F, C):
        return products_compiled.krylov_vectors(W, F, C, T)
    return _by_blas(W, F, C, T)


def _by_blas(W: Array, F: Array, C: Array, T: int) -> tuple[Array, Array]:
    """Do the work of `krylov_vectors` by NumPy: row blocks of a large W stay in the cache for both sides."""
    right = _started(F.swapaxes(1, 2), T)
    left = _started(C, T)
    cuts = list(_row_blocks(W))
    scale = 1 / math.sqrt(W.shape[-1])
    for j in range(1, T):
        for rows in cuts:
            _forward(W[:, rows], right[j - 1], right[j, :, :, rows])
            _backward(W[:, rows], left[j - 1, :, :, rows], left[j], first=rows.start == 0)
        right[j] *= scale
        left[j] *= scale
    return right.swapaxes(0, 1), left.swapaxes(0, 1)


def _started(start: Array, T: int) -> Array:
    """Return room for T lags, [T, B, columns, n] so that a lag is contiguous, the first filled with `start`."""
    vectors: Array = np.empty((T, *start.shape), dtype=start.dtype)
    vectors[0] = start
    return vectors


def _row_blocks(W: Array) -> Iterator[slice]:
    """Yield slices of rows that together are all rows; their sizes follow from n and the dtype alone."""
    n = W.shape[-1]
    row_bytes = n * W.itemsize
    rows = n if n * row_bytes <= LARGE_BYTES else max(1, ROWS_BYTES // row_bytes)
    for start in range(0, n, rows):
        yield slice(start, min(n, start + rows))


def _forward(W: Array, vectors: Array, out: Array) -> None:
    """Write W v to `out` [B, columns, rows] for rows W [B, rows, n] and vectors v [B, columns, n]."""
    columns = vectors.shape[1]
    if columns >= MANY_COLUMNS:
        np.matmul(vectors, W.swapaxes(1, 2), out=out)
        return
    for c in range(columns):
        np.matmul(W, vectors[:, c, :, None], out=out[:, c, :, None])


def _backward(W: Array, vectors: Array, out: Array, *, first: bool) -> None:
    """Add W^T v to `out` [B, columns, n], or write the first part, for W [B, rows, n] and v [B, columns, rows]."""
    columns = vectors.shape[1]
    parts = [slice(0, columns)] if columns >= MANY_COLUMNS else [slice(c, c + 1) for c in range(columns)]
    for part in parts:
        if first:
            np.matmul(vectors[:, part], W, out=out[:, part])
        else:
            out[:, part] += np.matmul(vectors[:, part], W)
