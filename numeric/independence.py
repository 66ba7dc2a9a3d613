"""What independent standard normal vectors do that vectors which share anything do not: their inner products."""

from __future__ import annotations

import numpy as np

from numeric.errors import ArgumentError
from numeric.grams import Array

__all__ = ["inner_products"]


def inner_products(vectors: Array) -> Array:
    """Return the entries below the diagonal of the Cholesky factors of the Grams of v vectors, [B, v(v-1)/2].

    For vectors [B, v, d] with v <= d that are independent N(0, I_d) these are independent N(0, 1), whatever d is: the
    coordinate of each vector along what the earlier ones leave of another. A correlation c of all coordinates of two
    vectors moves the mean of one of them by about c sqrt(d). Raises ArgumentError for v > d or a single vector.
    Source: Bartlett's decomposition of a Wishart matrix.
    """
    _, v, d = vectors.shape
    if not 1 < v <= d:
        raise ArgumentError(
            "these vectors have no such factor", f"v = {v}, d = {d}", "1 < v <= d", "Take fewer vectors."
        )
    # of the transposed: R^T is the Cholesky factor up to the signs of its columns, without forming the Gram
    R = np.linalg.qr(vectors.swapaxes(1, 2), mode="r")
    signs = np.sign(np.diagonal(R, axis1=1, axis2=2))
    rows, columns = np.triu_indices(v, 1)
    products: Array = (R * signs[:, :, None])[:, rows, columns]
    return products
