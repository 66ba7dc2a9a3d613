"""The only file that hands pieces of replicates to the compiled sampler, with buffers that are used again."""

import math
from collections.abc import Sequence

import numpy as np

from numeric.compiled import target_for
from numeric.grams import F64
from numeric.krylov_axes import Axes
from numeric.krylov_draws import Numbers, Piece, draw
from numeric.krylov_vectors import IN_THE_SPAN

__all__ = ["fill", "working_bytes"]


def _sizes(axes: Axes) -> tuple[int, ...]:
    return axes.T, axes.n_x, axes.n_y, axes.asked, axes.inner, axes.outer


def _target(parts: Sequence[Piece]) -> str:
    return target_for(max(size for _, size in parts))


def working_bytes(axes: Axes, parts: Sequence[Piece]) -> int:
    """Return the bytes of the random numbers of a piece and of the coordinates of a group of its replicates."""
    from numeric import _kernels

    numbers = Numbers(axes=axes)
    drawn = 8 * (numbers.normals + len(numbers.halves)) * max(size for _, size in parts)
    return drawn + _kernels.sampler_room(_sizes(axes), axes.left, _target(parts))


def fill(axes: Axes, parts: Sequence[Piece], right: F64, left: F64, impulse: F64) -> None:
    """Write the unit-variance Grams of all pieces, to the bit those of `numeric.krylov_numpy.fill`."""
    from numeric import _kernels

    numbers, sizes, target = Numbers(axes=axes), _sizes(axes), _target(parts)
    factors = 1 / math.sqrt(axes.n), 1 / axes.n, IN_THE_SPAN
    count, halves, most = numbers.normals, numbers.halves, max(size for _, size in parts)
    normals, gammas = np.empty(count * most), np.empty(len(halves) * most)
    room = np.empty(_kernels.sampler_room(sizes, axes.left, target), dtype=np.uint8)
    start = 0
    for generator, size in parts:
        drawn = normals[: count * size].reshape(count, size), gammas[: len(halves) * size].reshape(-1, size)
        draw(generator, halves, *drawn)
        part = slice(start, start + size)
        results = right[part], left[part], impulse[part]
        _kernels.sample(sizes, factors, size, axes.left, *drawn, *results, room, target)
        start += size
