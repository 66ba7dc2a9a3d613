"""The only file that knows how data enter training: as second moments of delayed inputs and outputs.

The rows of A are the delayed inputs (x_t, x_{t-1}, ..., x_{t-T+1}), those of Y the outputs: predictions are A L.
Moments are kept as the triangular factor of a QR decomposition of [A | Y], a data set of at most T n_x + n_y rows with
the same moments: losses stay sums of squares, where yy - 2bL + LGL would cancel and end below 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

import numpy as np

from numeric.arrays import checked
from numeric.errors import ArgumentError
from numeric.grams import Array, positive_integer

__all__ = ["Moments", "merged", "moments_of_rows", "moments_of_sequences"]

CHUNK_BYTES = 2**25  # chosen: what one chunk of delayed inputs takes, far more than its factor at T n_x = 1000


@dataclass(frozen=True, kw_only=True, eq=False)
class Moments:
    """Second moments of R rows of delayed inputs and outputs: root^T root = [A | Y]^T [A | Y].

    root [r, T*n_x + n_y], r <= T*n_x + n_y; columns of A in the order (lag, input). Whole sequences have R = N T rows.
    Losses are means over the R n_y entries of Y. Raises ArgumentError for a root that is not of that shape.
    """

    root: Array
    rows: int
    T: int
    n_x: int
    n_y: int

    def __post_init__(self) -> None:
        for name in ("rows", "T", "n_x", "n_y"):
            positive_integer(name, getattr(self, name))
        width = self.T * self.n_x + self.n_y
        checked({"root": (self.root, "r width")}, {"width": width})
        if len(self.root) > width:
            raise ArgumentError("root has too many rows", len(self.root), f"<= {width}", "Use moments_of_rows.")

    @property
    def design(self) -> Array:
        """A of the compressed data set, [r, T*n_x]."""
        return self.root[:, : -self.n_y]

    @property
    def target(self) -> Array:
        """Y of the compressed data set, [r, n_y]."""
        return self.root[:, -self.n_y :]

    @property
    def gram(self) -> Array:
        """A^T A [T*n_x, T*n_x], of all data, not divided by their number."""
        gram: Array = self.design.T @ self.design
        return gram

    @property
    def cross(self) -> Array:
        """A^T Y [T*n_x, n_y], of all data, not divided by their number."""
        cross: Array = self.design.T @ self.target
        return cross

    @property
    def entries(self) -> int:
        """Number R n_y of output entries, over which the mean squared error is a mean."""
        return self.rows * self.n_y


def moments_of_sequences(x: Array, y: Array) -> Moments:
    """Return the moments of whole sequences from zero state: x [N, T, n_x], y [N, T, n_y]; every y_t is a target.

    Raises ArgumentError for arrays that do not fit. Cost O(N T (T n_x + n_y)^2), once; memory of a chunk of sequences.
    """
    x, y = checked({"x": (x, "N T n_x"), "y": (y, "N T n_y")})
    N, T, n_x = x.shape
    each = max(1, CHUNK_BYTES // (x.itemsize * T * (T * n_x + y.shape[2])))
    chunks = (slice(start, start + each) for start in range(0, N, each))
    return reduce(merged, (moments_of_rows(_delayed(x[c]), y[c].reshape(-1, y.shape[2])) for c in chunks))


def moments_of_rows(delayed: Array, y: Array) -> Moments:
    """Return the moments of R decoded steps: delayed [R, T, n_x] with x_{t-j} at lag j, y [R, n_y].

    For sliding windows of which the last step alone is decoded. Raises ArgumentError for arrays that do not fit.
    """
    delayed, y = checked({"delayed": (delayed, "R T n_x"), "y": (y, "R n_y")})
    R, T, n_x = delayed.shape
    root = _triangle(np.concatenate([delayed.reshape(R, -1), y], axis=1))
    return Moments(root=root, rows=R, T=T, n_x=n_x, n_y=y.shape[1])


def _delayed(x: Array) -> Array:
    """Return [N*T, T, n_x] with x_{t-j} at lag j, 0 before the start, for x [N, T, n_x]."""
    N, T, n_x = x.shape
    delayed = np.zeros((N, T, T, n_x), dtype=x.dtype)
    for j in range(T):
        delayed[:, j:, j] = x[:, : T - j]
    return delayed.reshape(N * T, T, n_x)


def merged(first: Moments, second: Moments) -> Moments:
    """Return the moments of both data sets together; associative and commutative up to rounding.

    Raises ArgumentError unless T, n_x and n_y agree.
    """
    shapes = [(m.T, m.n_x, m.n_y) for m in (first, second)]
    if shapes[0] != shapes[1]:
        advice = "Cut the sequences to one length and the same channels."
        raise ArgumentError("the data sets have other (T, n_x, n_y)", shapes[1], str(shapes[0]), advice)
    root = _triangle(np.concatenate([first.root, second.root]))
    return Moments(root=root, rows=first.rows + second.rows, T=first.T, n_x=first.n_x, n_y=first.n_y)


def _triangle(rows: Array) -> Array:
    """Return R of the QR decomposition of the rows: R^T R = rows^T rows."""
    return np.asarray(np.linalg.qr(rows, mode="r"))
