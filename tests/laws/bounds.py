"""How much the laws allow for rounding and for chance: derived bounds, never picked tolerances.

u = 2⁻⁵³, γ_m = m u/(1 − m u): the error of m chained operations relative to the sum of the absolute values of what
they combine, in any order of summation (Higham). Every function that ends in `_share` returns difference/allowed: a
law holds where it is at most 1.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numeric.dense import grams_of
from numeric.kernels import ntk
from numeric.rounding import SLACK, gamma, share

__all__ = [
    "ALPHA",
    "gram_error",
    "largest_share",
    "lowest_eigenvalue_share",
    "ntk_error",
    "spectrum",
    "two_sample_share",
    "uniform_share",
]

Array = NDArray[np.floating[Any]]

ALPHA = 1e-9  # chosen: the probability that a true law of a sampler fails here; the streams are fixed besides


def largest_share(*pairs: tuple[Array, Array]) -> float:
    """max of difference/bound over pairs (difference, bound) of arrays; NaN counts as infinitely far."""
    found = [share(np.abs(difference), bound) for difference, bound in pairs]
    worst = max(float(np.max(part, initial=0.0)) for part in found)
    return math.inf if math.isnan(worst) else worst


def gram_error(W: Array, F: Array, C: Array, T: int, *, more: int = 0) -> tuple[Array, Array]:
    """Entrywise bounds [T, T, n_x, n_x], [T, T, n_y, n_y] on the errors of the right and left Grams.

    r_jᵀ r_k/n is a sum of n terms over chains of j and k products with W (n terms and two roundings for n^{−1/2} each):
    (j + k + 2)(n + 2) operations, on absolute values; `more` operations are spent on the weights themselves.
    """
    n = len(W)
    absolute = grams_of(np.abs(W), np.abs(F), np.abs(C), T)
    factor = np.array([[SLACK * gamma((j + k + 2) * (n + 2 + more)) for k in range(T)] for j in range(T)])
    scale = factor[:, :, None, None]
    return np.asarray(absolute.right[0] * scale), np.asarray(absolute.left[0] * scale)


def ntk_error(W: Array, F: Array, C: Array, x: Array, x2: Array) -> Array:
    """Entrywise bound on the error of K(x, x2): chains for two Grams, T n_x terms twice, T² terms of the W part."""
    T, n_x = x.shape
    operations = 4 * T * (len(W) + 4) + T * T + 3 * T * n_x + 8
    magnitude = ntk(np.abs(W), np.abs(F), np.abs(C), np.abs(x), np.abs(x2))
    return np.asarray(SLACK * gamma(operations) * magnitude)


def lowest_eigenvalue_share(matrix: Array, error: float) -> float:
    """How far the spectrum reaches below 0, as a share of what an error of norm `error` in the matrix explains."""
    values, defect = spectrum(matrix)
    return largest_share((np.array([max(0.0, -float(values[0]))]), np.array([error + defect])))


def spectrum(matrix: Array) -> tuple[Array, float]:
    """Eigenvalues in ascending order, and a bound on the error of each, whatever LAPACK did.

    With ω ≥ ‖VᵀV − I‖_F the orthogonal matrix nearest to V is ω away, so that S is ‖S − VΛVᵀ‖_F + ω(2 + ω)‖Λ‖ away from
    a matrix with the spectrum Λ exactly (Weyl); the rounding of measuring both is added.
    """
    values, vectors = np.linalg.eigh(matrix)
    d, top = len(matrix), float(np.abs(values).max())
    omega = float(np.linalg.norm(vectors.T @ vectors - np.eye(d))) + 2 * d * gamma(d)
    residual = float(np.linalg.norm(matrix - (vectors * values) @ vectors.T)) + 2 * d * gamma(d + 2) * top
    return values, SLACK * (residual + omega * (2 + omega) * top)


def uniform_share(uniforms: Array) -> float:
    """sup|F_N − F|/ε_N for values that should be independent uniforms (Dvoretzky–Kiefer–Wolfowitz–Massart)."""
    values = np.sort(np.nan_to_num(uniforms.ravel(), nan=-1.0))
    size = values.size
    above = np.max(np.arange(1, size + 1) / size - values)
    below = np.max(values - np.arange(size) / size)
    return float(max(above, below) / math.sqrt(math.log(2.0 / ALPHA) / (2.0 * size)))


def two_sample_share(first: Array, second: Array) -> float:
    """sup|F_N − G_M|/ε for two samples that should have one law, with half of α for each."""
    a, b = np.sort(first.ravel()), np.sort(second.ravel())
    points = np.concatenate([a, b])
    distance = np.abs(
        np.searchsorted(a, points, side="right") / a.size - np.searchsorted(b, points, side="right") / b.size
    ).max()
    radius = math.sqrt(math.log(4.0 / ALPHA) / 2.0) * (a.size**-0.5 + b.size**-0.5)
    return float(distance / radius)
