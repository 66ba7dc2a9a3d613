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
from numeric.training_loss import flat

__all__ = ["FilterBalls", "filter_balls"]


@dataclass(frozen=True, kw_only=True)
class FilterBalls:
    """kept, spread and I - (I - S)^l [P, P] after some steps, each with a bound on its error."""

    kept: Ball
    spread: Ball
    passed: Ball

    def degrees_error(self) -> float:
        """Bound the error of the trace of `passed`: sqrt(P) ||.||_F, and the rounding of a sum of P numbers."""
        P = len(self.passed)
        summed = gamma(P) * float(np.abs(np.diag(self.passed.value)).sum())
        return SLACK * (float(np.sqrt(P)) * self.passed.error + summed)

    def mean_error(self, target: Array, start: Array) -> float:
        """Bound the error of `impulse_mean` in the Frobenius norm."""
        return (ball(flat(target)) + self.kept @ (ball(flat(start)) - flat(target))).error

    def excess_error(self, gap: Array, *, noise: float, test: Array) -> float:
        """Bound the error of bias^2 + variance of `expected_error`, n_y = 1, in whatever order it is multiplied out."""
        b = self.kept @ flat(gap)
        bias = Ball(value=b.value.T, error=b.error) @ test @ b
        weighted = test @ self.spread
        P = len(test)
        variance = SLACK * (float(np.sqrt(P)) * weighted.error + gamma(P + 2) * P * weighted.size)
        return 2 * SLACK * (bias.error + noise * variance + gamma(4) * (bias.size + noise * P * weighted.size))


def filter_balls(moments: Moments, rho: Array, *, rate: float, steps: list[int]) -> list[FilterBalls]:
    """Return enclosures of what `filter_of` computes, for data [A | Y] that are the floating-point numbers they are.

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
    return [FilterBalls(kept=kept, spread=spread, passed=passed) for kept, spread, passed in found]
