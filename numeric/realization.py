"""RNNs with M = diag(λ) in floating point, at many digits and in exact fractions: what [E] Proposition 2.1(b) builds.

The read-out k = C/√n of a block solves the Vandermonde system Σ_i k_i λ_i^j = L_j. Nodes and responses are exact
numbers (fractions, or floats taken at their exact value); nothing is shared with the symbolic construction.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any, TypeAlias

import mpmath
import numpy as np
from scipy.linalg import lu_factor, lu_solve

from numeric.dense import impulse_response
from numeric.errors import ArgumentError
from numeric.grams import F64
from numeric.rounding import SLACK, gamma, product_error

__all__ = [
    "convolve_exactly",
    "elimination_error",
    "run_exactly",
    "solve_readout",
    "solve_with_digits",
    "stacked_error",
    "stacked_weights",
]

Fractions: TypeAlias = Sequence[Sequence[Fraction]]


def run_exactly(
    eigenvalues: Sequence[Fraction], F: Fractions, readout: Fractions, x: Fractions
) -> list[list[Fraction]]:
    """Return y [T, n_y] of h_t = diag(λ) h_{t-1} + F x_t, y_t = readout h_t in fractions: F [n, n_x], x [T, n_x]."""
    h = [Fraction(0)] * len(eigenvalues)
    y = []
    for x_t in x:
        driven = [sum((f * value for f, value in zip(row, x_t, strict=True)), Fraction(0)) for row in F]
        h = [lam * state + new for lam, state, new in zip(eigenvalues, h, driven, strict=True)]
        y.append([sum((k * state for k, state in zip(row, h, strict=True) if k), Fraction(0)) for row in readout])
    return y


def convolve_exactly(L: Sequence[Fractions], x: Fractions) -> list[list[Fraction]]:
    """Return y_t = sum_{j<=t} L_j x_{t-j} [T, n_y] in exact fractions: L [T, n_y, n_x], x [T, n_x]."""
    return [
        [
            sum((L[j][a][b] * x[t - j][b] for j in range(t + 1) for b in range(len(x[0]))), Fraction(0))
            for a in range(len(L[0]))
        ]
        for t in range(len(x))
    ]


def solve_readout(nodes: F64, response: F64, *, transposed: bool = True) -> tuple[F64, F64]:
    """Return k of V^T k = L in double precision, V_ij = λ_i^j, and a bound [T, T] on its backward error.

    LAPACK's LU routines, those of `numpy.linalg.solve`, called one by one because the bound needs the factors:
    (A + ΔA) k̂ = L with |ΔA| ≤ γ_T |A| (powers) + γ_{4T} P |L̂||Û| (Higham, Theorem 9.4, with T more for multipliers by
    reciprocals). Hence |k̂ − k| ≤ |A⁻¹| |ΔA| |k̂|. A rival solves V k = L.
    """
    V = np.vander(nodes, increasing=True)
    A = V.T if transposed else V
    factors, pivots = lu_factor(A)
    size = len(A)
    product = (np.abs(np.tril(factors, -1)) + np.eye(size)) @ np.abs(np.triu(factors))
    for row in reversed(range(size)):  # undo LAPACK's interchanges, the last one first
        product[[row, pivots[row]]] = product[[pivots[row], row]]
    backward = SLACK * (gamma(size) * np.abs(A) + gamma(4 * size) * product)
    return lu_solve((factors, pivots), response), backward


def solve_with_digits(nodes: Sequence[Fraction], response: Sequence[Fraction], digits: int) -> list[Fraction]:
    """Return k of V^T k = L by elimination with partial pivoting at that many decimal digits, as exact fractions.

    Raises ArgumentError where a pivot is 0.
    """
    with mpmath.workdps(digits):
        lam = [mpmath.mpf(node.numerator) / node.denominator for node in nodes]
        matrix = [[node**j for node in lam] for j in range(len(lam))]
        right = [mpmath.mpf(value.numerator) / value.denominator for value in response]
        return [_fraction(value) for value in _eliminate(matrix, right)]


def _eliminate(matrix: list[list[Any]], right: list[Any]) -> list[Any]:
    """Gaussian elimination with partial pivoting, in the arithmetic of the entries; overwrites its arguments."""
    size = len(right)
    for column in range(size):
        pivot = max(range(column, size), key=lambda row: abs(matrix[row][column]))
        if matrix[pivot][column] == 0:
            raise ArgumentError("the Vandermonde system is singular", "a pivot of 0", "distinct nodes", "Move a node.")
        for rows in (matrix, right):
            rows[column], rows[pivot] = rows[pivot], rows[column]
        for row in range(column + 1, size):
            factor = matrix[row][column] / matrix[column][column]
            right[row] -= factor * right[column]
            for k in range(column + 1, size):
                matrix[row][k] -= factor * matrix[column][k]
    found: list[Any] = [0] * size
    for row in reversed(range(size)):
        rest = right[row] - sum(matrix[row][k] * found[k] for k in range(row + 1, size))
        found[row] = rest / matrix[row][row]
    return found


def _fraction(value: Any) -> Fraction:  # noqa: ANN401 — mpmath has no types
    sign, mantissa, exponent, _ = value._mpf_
    power = Fraction(2 ** abs(exponent))
    size = Fraction(int(mantissa)) * (power if exponent >= 0 else 1 / power)
    return -size if sign else size


def elimination_error(size: int, bits: int) -> float:
    """Bound on ‖ΔA‖∞/‖A‖∞, (A + ΔA) k̂ = L for the k̂ of `solve_with_digits` at that precision.

    Powers cost γ_T, and ‖ΔA‖∞ ≤ T² γ_{3T} 2^{T−1} ‖A‖∞ with Wilkinson's bound on the growth (Higham, Theorem 9.5); then
    ‖k̂ − k‖∞ ≤ ‖A⁻¹‖∞ ‖ΔA‖∞ ‖k̂‖∞.
    """
    in_doubles = gamma(size) + size**2 * gamma(3 * size) * 2.0 ** (size - 1)
    return SLACK * math.ldexp(in_doubles, 53 - bits)


def stacked_weights(nodes: F64, readout: F64, *, root: float | None = None) -> tuple[F64, F64, F64]:
    """Return W, F, C of the stacked RNN with n = T n_x n_y units, for nodes [T] and read-outs [n_y, n_x, T].

    One block per pair (a, b), in row-major order: W = √n diag(λ), F = 1 in column b, C = √n k in row a; a rival has
    another `root` in the place of the √n of C.
    """
    n_y, n_x, T = readout.shape
    n = readout.size
    W = math.sqrt(n) * np.diag(np.tile(nodes, n_x * n_y))
    F, C = np.zeros((n_y, n_x, T, n_x)), np.zeros((n_y, n_y, n_x, T))
    for b in range(n_x):
        F[:, b, :, b] = 1.0
    for a in range(n_y):
        C[a, a] = (math.sqrt(n) if root is None else root) * readout[a]
    return W, F.reshape(n, n_x), C.reshape(n_y, n)


def stacked_error(W: F64, F: F64, C: F64, T: int) -> F64:
    """Entrywise bound [T, n_y, n_x] on what rounding does to the impulse response of `stacked_weights`.

    Multiplying out, as in `product_error`, and the weights themselves: two roundings for each W, three for C.
    """
    size = impulse_response(np.abs(W), np.abs(F), np.abs(C), T)
    weights = np.array([gamma(2 * (j + 2)) for j in range(T)])[:, None, None]
    return np.asarray(product_error(W, F, C, T) + SLACK * weights * size)
