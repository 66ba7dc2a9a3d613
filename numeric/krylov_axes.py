"""The only file that knows how large the Krylov frame of an RNN is, and where its coordinates are kept."""

from dataclasses import dataclass

import numpy as np

from numeric.grams import F64

__all__ = ["Axes", "Coordinates"]

SMALLEST_BATCH = 2  # with a single one NumPy merges axes and sums in another order


@dataclass(frozen=True, kw_only=True)
class Axes:
    """How many orthonormal axes e_0, e_1, ... the queries of width n, T lags, n_x inputs and n_y outputs need.

    Without `left` there are right queries alone, and of C only its part on their axes matters.
    """

    n: int
    T: int
    n_x: int
    n_y: int
    left: bool = True

    @property
    def asked(self) -> int:
        """Number of right-queried axes: W e_i is known for i < asked."""
        return min(self.n, (self.T - 1) * self.n_x)

    @property
    def inner(self) -> int:
        """Number of axes of F, M F, ..., M^(T-1) F, the asked ones first."""
        return min(self.n, self.T * self.n_x)

    @property
    def image(self) -> int:
        """Number of inner axes that were not asked."""
        return self.inner - self.asked

    @property
    def outer(self) -> int:
        """Number of axes that the left vectors add behind the inner ones, one each while axes are left."""
        return min(self.n - self.inner, self.T * self.n_y) if self.left else 0

    @property
    def shapes(self) -> dict[str, tuple[int, int]]:
        """Shapes of the arrays of Coordinates, without the replicates."""
        every = self.inner + self.outer
        return {
            "factor": (self.n_x + self.asked, self.inner),
            "right": (self.T * self.n_x, self.inner),
            "free": (self.T * self.n_y if self.left else 0, self.image + self.outer),
            "left": (self.T * self.n_y if self.left else self.n_y, every),
            "frame": ((self.T - 1) * self.n_y if self.left else 0, every),
        }

    @property
    def lane_bytes(self) -> int:
        """Bytes that the coordinates of one replicate take."""
        return 8 * sum(rows * columns for rows, columns in self.shapes.values())


@dataclass(frozen=True, kw_only=True)
class Coordinates:
    """All vectors of some replicates in their frames, M = W/sqrt(n).

    factor [n_x + asked, inner, B]        the columns of F, then M e_i for the asked axes e_i,
    right  [T*n_x, inner, B]              r_j = M^j F, row j*n_x + b for column b,
    free   [T*n_y, image + outer, B]      rows of C, then M^T p_q, on the axes not asked,
    left   [T*n_y, inner + outer, B]      l_j = (M^T)^j C^T, row j*n_y + a for column a,
    frame  [(T-1)*n_y, inner + outer, B]  directions p_q of the left queries, orthonormal.
    Without left queries there are no `free` and no `frame`, and `left` is C on the inner axes, [n_y, inner, B].
    The replicates come last, so that every sum over axes runs in one order whatever the batch: the bytes of a
    replicate do not depend on its neighbours. B is at least 2: a lone replicate is computed twice.
    Entries never written are 0, so that the arrays can be used again for the next replicates.
    """

    factor: F64
    right: F64
    free: F64
    left: F64
    frame: F64

    @classmethod
    def zeros(cls, axes: Axes, replicates: int) -> "Coordinates":
        """Return empty coordinates for this many replicates, and for two when it is one."""
        lanes = max(SMALLEST_BATCH, replicates)
        return cls(**{name: np.zeros((*shape, lanes)) for name, shape in axes.shapes.items()})

    def fit(self, replicates: int) -> bool:
        """Say whether these arrays are of the size for that many replicates."""
        return self.lanes == max(SMALLEST_BATCH, replicates)

    @property
    def lanes(self) -> int:
        """Length of the last axis."""
        return int(self.factor.shape[-1])
