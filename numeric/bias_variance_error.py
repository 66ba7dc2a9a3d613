"""How far rounding can move mean, covariance, degrees of freedom and expected error of a trained convolution."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from numeric.bias_variance import polynomials
from numeric.grams import Array
from numeric.moments import Moments
from numeric.norm_balls import Ball, ball
from numeric.rounding import SLACK, gamma
from numeric.training_error import HOUSEHOLDER

__all__ = ["FilterError", "filter_error"]


@dataclass(frozen=True, kw_only=True)
class FilterError:
    """Bounds in the Frobenius norm on kept and spread, and on the degrees of freedom, at each of the steps."""

    kept: tuple[float, ...]
    spread: tuple[float, ...]
    degrees: tuple[float, ...]


def filter_error(moments: Moments, rho: Array, *, rate: float, steps: list[int]) -> FilterError:
    """Return how far `filter_of` may be off, for data [A | Y] that are the floating-point numbers they are.

    G comes from the triangle of a QR decomposition of R rows, which is within gamma_{cR} ||A|| of one that has the
    moments of the data (Higham, Theorem 19.4), and from the product of that with itself; the roots of rho are off by a
    rounding each. All else is what `polynomials` does to the balls about them.
    """
    size = float(np.linalg.norm(moments.design))
    reflected = gamma(HOUSEHOLDER * (moments.rows + len(moments.root)) * moments.root.shape[1])
    multiplied = gamma(len(moments.root))
    gram = ball(moments.gram, SLACK * (2 * reflected + reflected**2 + multiplied) * size**2)
    roots = np.diag(np.repeat(np.sqrt(rho), moments.n_x))
    root = ball(roots, SLACK * gamma(1) * float(np.linalg.norm(roots)))
    found = polynomials(root, gram, 2 * rate / moments.entries, steps)
    return FilterError(
        kept=tuple(kept.error for kept, _, _ in found),
        spread=tuple(spread.error for _, spread, _ in found),
        degrees=tuple(_trace_error(filtered) for _, _, filtered in found),
    )


def _trace_error(matrix: Ball) -> float:
    """|tr X| <= sqrt(P) ||X||_F for the error, and the rounding of a sum of P numbers."""
    P = len(matrix)
    return float(SLACK * (np.sqrt(P) * matrix.error + gamma(P) * np.abs(np.diag(matrix.value)).sum()))
