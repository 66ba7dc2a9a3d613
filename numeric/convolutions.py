"""The only file that knows how lag Grams are convolved in two dimensions, by the compiled kernels or by NumPy.

Sums over lags run with the replicates on the last axis, a before b and both upwards, whatever the batch and the route,
so that the bytes of a replicate's kernel do not depend on its neighbours. Direct sums: at T = 32 they cost less than
a transform would, and a sum of positive terms stays exact to rounding.
"""

from collections.abc import Callable

import numpy as np

from numeric import compiled
from numeric.grams import Array

__all__ = ["before_diagonal", "before_lags", "up_to_lags"]

ALL, HALF, DIAGONAL = 0, 1, 2  # which pairs of lags numeric/_kernels.h computes


def before_lags(left: Array, right: Array) -> Array:
    """Return sum_{a<j, b<k} left_ab (x) right_{j-1-a, k-1-b} for all lags, [B, T, T, y*x, y*x], in O(T^4).

    left [B, T, T, y, y] and right [B, T, T, x, x] are Grams: their blocks at (k, j) are the transposes of those at
    (j, k), and half of the sums is copied.
    """
    T, size = left.shape[1], left.shape[3] * right.shape[3]
    if _compiled(left, right):
        return _by_compiled(left, right, HALF, shift=1)
    first, second = _replicates_last(left), _replicates_last(right)
    sums = np.zeros((T, T, size, size, first.shape[-1]), dtype=first.dtype)
    for j in range(1, T):
        sums[j, j] = _convolution(first, second, j, j)
        for k in range(j + 1, T):
            sums[j, k] = _convolution(first, second, j, k)
            sums[k, j] = sums[j, k].swapaxes(0, 1)
    return _replicates_first(sums, len(left))


def before_diagonal(left: Array, right: Array) -> Array:
    """Return the blocks j = k of `before_lags`, [B, T, y*x, y*x], in O(T^3)."""
    if _compiled(left, right):
        return _by_compiled(left, right, DIAGONAL, shift=1)
    first, second = _replicates_last(left), _replicates_last(right)
    sums = np.stack([_convolution(first, second, j, j) for j in range(left.shape[1])])
    return _replicates_first(sums, len(left))


def up_to_lags(left: Array, right: Array) -> Array:
    """Return sum_{a<=j, b<=k} left_ab (x) right_{j-a, k-b}, [B, T, T, y*x, y*x], for any left and right."""
    if _compiled(left, right):
        return _by_compiled(left, right, ALL, shift=0)
    first, second = _replicates_last(left), _replicates_last(right)
    ends = range(1, left.shape[1] + 1)
    sums = np.stack([np.stack([_convolution(first, second, j, k) for k in ends]) for j in ends])
    return _replicates_first(sums, len(left))


def _compiled(left: Array, right: Array) -> bool:
    return left.dtype == right.dtype == np.float64 and compiled.used()


def _by_compiled(left: Array, right: Array, which: int, *, shift: int) -> Array:
    """Return the sums by numeric/_kernels.c; those of lags up to (j, k) go to place (j + shift, k + shift)."""
    from numeric import _kernels

    B, T, _, y, _ = left.shape
    x, size = right.shape[3], left.shape[3] * right.shape[3]
    empty: Callable[..., Array] = np.zeros if shift else np.empty  # places without a sum are 0
    sums = empty((B, T, size, size) if which == DIAGONAL else (B, T, T, size, size))
    sizes, target = (B, T, y, x, shift, which), compiled.target_for(B)
    room = np.empty(_kernels.convolution_room(sizes, target), dtype=np.uint8)
    _kernels.convolve(sizes, np.ascontiguousarray(left), np.ascontiguousarray(right), sums, room, target)
    return sums


def _convolution(left: Array, right: Array, j: int, k: int) -> Array:
    """Return sum_{a<j, b<k} left_ab (x) right_{j-1-a, k-1-b} as [size, size, B] from [T, T, rows, columns, B]."""
    mirrored = right[:j, :k][::-1, ::-1]
    product: Array = np.einsum("abpql,abrsl->prqsl", left[:j, :k], mirrored)
    size = left.shape[2] * right.shape[2]
    return product.reshape(size, size, -1)


def _replicates_last(array: Array) -> Array:
    """Return the array with its first axis last; a lone replicate twice, since NumPy merges axes of length one."""
    doubled = np.repeat(array, 2, axis=0) if len(array) == 1 else array
    return np.ascontiguousarray(np.moveaxis(doubled, 0, -1))


def _replicates_first(array: Array, replicates: int) -> Array:
    """Undo `_replicates_last`."""
    return np.ascontiguousarray(np.moveaxis(array, -1, 0)[:replicates])
