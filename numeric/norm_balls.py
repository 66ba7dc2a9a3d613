"""The only file that knows matrices with a bound on their error: what rounding does to sums and products, by norms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from numeric.grams import Array
from numeric.rounding import SLACK, gamma

__all__ = ["Ball", "ball"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Ball:
    """All matrices within `error` of `value` in the Frobenius norm; +, -, @ and a scalar factor enclose all results.

    A computed product of m terms is off by at most gamma_m ||X|| ||Y||, a sum by u ||X + Y||, a multiple, the factor
    being itself rounded once, by gamma_2 ||X||; and ||X E||_F <= ||X||_2 ||E||_F carries errors on, so that powers of a
    matrix of spectral norm 1 do not inflate them. The bounds are computed in floating point too, hence SLACK.
    """

    __array_ufunc__ = None  # array + ball is the ball's business, not NumPy's

    value: Array
    error: float

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.value)

    @property
    def size(self) -> float:
        """Return the Frobenius norm of the centre."""
        return float(np.linalg.norm(self.value))

    @property
    def norm(self) -> float:
        """Return a number above the spectral norm of the centre; SLACK covers what a computed one is off by."""
        return SLACK * float(np.linalg.norm(self.value, 2))

    def __matmul__(self, other: Matrix) -> Ball:
        """Return the products of all members."""
        right = ball(other)
        moved = self.norm * right.error + self.error * (right.norm + right.error)
        rounded = gamma(self.value.shape[-1]) * self.size * right.size
        return Ball(value=self.value @ right.value, error=SLACK * (moved + rounded))

    def __rmatmul__(self, other: Array) -> Ball:
        """Return the products of an array with all members."""
        return ball(other) @ self

    def __add__(self, other: Matrix) -> Ball:
        """Return the sums of all members."""
        right = ball(other)
        total = self.value + right.value
        rounded = gamma(2) * float(np.linalg.norm(total))
        return Ball(value=total, error=SLACK * (self.error + right.error + rounded))

    def __radd__(self, other: Array) -> Ball:
        """Return the sums of an array with all members."""
        return self + other

    def __mul__(self, factor: float) -> Ball:
        """Return the multiples of all members by a factor that one rounding may have moved."""
        product = self.value * factor
        rounded = gamma(4) * float(np.linalg.norm(product))
        return Ball(value=product, error=SLACK * (abs(factor) * self.error * (1 + gamma(2)) + rounded))

    __rmul__ = __mul__

    def __sub__(self, other: Matrix) -> Ball:
        """Return the differences of all members."""
        return self + ball(other) * -1.0

    def __rsub__(self, other: Array) -> Ball:
        """Return an array less all members."""
        return ball(other) - self


Matrix: TypeAlias = Ball | Array


def ball(matrix: Matrix, error: float = 0.0) -> Ball:
    """Return an array with this bound on its error, 0 for one that is known exactly; a ball stays what it is."""
    return matrix if isinstance(matrix, Ball) else Ball(value=matrix, error=error)
