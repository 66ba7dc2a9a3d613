"""The only file that hands weights in memory to the compiled products, whatever their layout."""

import math

import numpy as np

from numeric import compiled
from numeric.grams import Array

__all__ = ["krylov_vectors", "takes"]

KINDS = (np.dtype(np.float32), np.dtype(np.float64))
# Chosen by measurement at n = 1024: eight columns a side take 1.2 (AVX2) to 1.8 (AVX-512) times less than by NumPy, and
# sixteen take 1.0 to 1.4 times more than its GEMMs.
MOST_COLUMNS = 8


def takes(W: Array, F: Array, C: Array) -> bool:
    """Say whether the compiled products are there, are to be used, and know these weights."""
    return W.dtype in KINDS and max(F.shape[2], C.shape[1]) <= MOST_COLUMNS and compiled.used()


def krylov_vectors(W: Array, F: Array, C: Array, T: int) -> tuple[Array, Array]:
    """Return what `numeric.products.krylov_vectors` returns, every row of W being read once a lag for both sides.

    A W in rows, whatever the distance from row to row and from replicate to replicate, is read where it lies; one in
    columns is read as its transpose, with the sides exchanged, which rounds in another order; any other is copied.
    """
    from numeric import _kernels

    if W.strides[2] != W.itemsize and W.strides[1] == W.itemsize:
        left, right = krylov_vectors(W.swapaxes(1, 2), C.swapaxes(1, 2), F.swapaxes(1, 2), T)
        return right, left
    B, n = W.shape[:2]
    right, left = _started(F.swapaxes(1, 2), T), _started(C, T)
    sizes = (B, T, n, F.shape[2], C.shape[1])
    _kernels.krylov(sizes, 1 / math.sqrt(n), _in_rows(W), right, left, compiled.widest_target())
    return right, left


def _started(start: Array, T: int) -> Array:
    """Return room for T lags, [B, T, columns, n], the first filled with `start`."""
    vectors: Array = np.empty((len(start), T, *start.shape[1:]), dtype=start.dtype)
    vectors[:, 0] = start
    return vectors


def _in_rows(W: Array) -> Array:
    """Return W, or a copy unless entries of a row are neighbours and all are aligned."""
    readable = W.flags.aligned and W.strides[2] == W.itemsize and not any(step % W.itemsize for step in W.strides)
    return W if readable else np.array(W, order="C")  # in memory of its own, and so aligned
