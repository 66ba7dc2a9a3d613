"""What a Gaussian linear RNN must satisfy exactly at every width n, read off from its Grams alone.

Write r_j = M^j F, l_j = (Mᵀ)^j Cᵀ at unit variances, with s = n_x columns each, and let n·G^R = RᵀR be the Cholesky
factorisation: the columns of R hold those of r_0, r_1, … in the orthonormal Krylov basis q_0, q_1, … of (M, F).
Conditioning on each query in turn (deferred decisions) gives, with everything independent:
  R[:s,:s], the columns of F, has N(0,1) above the diagonal and χ_{n−i} at place (i, i);
  √n·H = √n·R[:,s:]·R[:-s,:-s]⁻¹ has N(0,1) where row < column + s and χ_{n−s−k} at place (k+s, k);
  z = R^{-T}·√n·L has N(0,1) entries for each output: the coordinates of a row of C on q_0, q_1, …;
  for s = n_y = 1 the part of l_0, l_1, … outside q_0, …, q_{p−2} is fresh once l_{a+1} is whitened with the Gram of
  l_0, …, l_a.
The last needs only lags up to p − 1 with 2p − 1 ≤ T, because r_bᵀ l_a = √n·L_{a+b}. A Gram that no vectors can have
gives NaN, which no distribution function maps into [0, 1]; left and right Grams that contradict each other give fresh
parts of negative squared length, whose signed roots a χ law puts at 0.
"""

from __future__ import annotations

import contextlib
import math

import numpy as np

from numeric.errors import ArgumentError
from numeric.grams import Array, Grams

__all__ = ["by_column", "hessenberg", "krylov_factor", "left_residual", "whitened_impulse"]


def by_column(gram: Array) -> Array:
    """A Gram of blocks [B, T, T, columns, columns] as one matrix [B, T·columns, T·columns], lag by lag."""
    B, T, _, columns, _ = gram.shape
    return gram.swapaxes(2, 3).reshape(B, T * columns, T * columns)


def krylov_factor(gram: Array, n: int) -> Array:
    """Upper triangular R [B, T, T] with RᵀR = n·gram and a positive diagonal, for gram [B, T, T]."""
    if gram.shape[-1] > n:
        raise ArgumentError("too many lags for a Cholesky factor", gram.shape[-1], f"n = {n}", "Use fewer lags.")
    return _cholesky(n * gram).swapaxes(-1, -2)


def _cholesky(matrices: Array) -> Array:
    """Lower factors; NaN where a matrix is not positive definite, so that no vectors can have it as their Gram."""
    try:
        return np.linalg.cholesky(matrices)
    except np.linalg.LinAlgError:  # of one of them: a factorisation that fails is the test of each, not its eigenvalues
        factors = np.full_like(matrices, np.nan)
        for index, matrix in enumerate(matrices):
            with contextlib.suppress(np.linalg.LinAlgError):
                factors[index] = np.linalg.cholesky(matrix)
        return factors


def hessenberg(factor: Array, n: int, columns: int = 1) -> Array:
    """√n·H [B, size, size − columns] from R [B, size, size]: M in the Krylov basis of F with that many columns.

    Independent entries: N(0,1) where row < column + columns, χ_{n−columns−k} at (k + columns, k), 0 below.
    """
    inner, outer = factor[:, :-columns, :-columns], factor[:, :, columns:]
    # H·inner = outer, solved from the left by transposing
    return math.sqrt(n) * np.linalg.solve(inner.swapaxes(-1, -2), outer.swapaxes(-1, -2)).swapaxes(-1, -2)


def whitened_impulse(grams: Grams, factor: Array) -> Array:
    """z [B, n_y·T·n_x]: each output's impulse response whitened by the right Gram; independent N(0,1) entries."""
    B, T, n_y, n_x = grams.impulse.shape
    scaled = math.sqrt(grams.n) * grams.impulse.transpose(0, 1, 3, 2).reshape(B, T * n_x, n_y)
    return np.linalg.solve(factor.swapaxes(-1, -2), scaled).swapaxes(1, 2).reshape(B, n_y * T * n_x)


def left_residual(grams: Grams, factor: Array) -> Array:
    """Lower triangular Bartlett factor [B, p, p], p = (T + 1)//2, of what the left vectors add to the right ones.

    Row a has N(0,1) entries below the diagonal and χ_{n−(p−1)−a} on it, all independent, given all right vectors. The
    rows are Cᵀ itself and, for a ≥ 1, the fresh part of l_a: l_a = Λ_{a−1,·} Z/√n·… with Λ the Cholesky factor of G^L.
    A diagonal entry below 0 is the signed root of a squared length that contradicts the right Grams.
    Raises ArgumentError for T < 3 or n < 2p − 1, where no axis is left untouched.
    """
    B, T = grams.impulse.shape[:2]
    p = (T + 1) // 2
    known = p - 1
    if T < 3 or grams.n < known + p:  # noqa: PLR2004 — the smallest T with a left vector to test
        raise ArgumentError(
            "no untouched axis to test", f"T = {T}, n = {grams.n}", "T >= 3, n >= 2p - 1", "Raise n or T."
        )
    lags = np.arange(p)[:, None] + np.arange(known)[None, :]
    cross = math.sqrt(grams.n) * grams.impulse[:, :, 0, 0][:, lags]  # [B, p, known]: l_aᵀ r_b
    inner = factor[:, :known, :known]
    coordinates = np.linalg.solve(inner.swapaxes(-1, -2), cross.swapaxes(-1, -2))  # [B, known, p] on q_0 … q_{p−2}
    left = grams.left[:, :p, :p, 0, 0]
    outside = grams.n * left - coordinates.swapaxes(-1, -2) @ coordinates
    whiten = np.zeros((B, p, p))
    whiten[:, 0, 0] = 1.0
    whiten[:, 1:, 1:] = np.linalg.inv(_cholesky(left[:, :known, :known]))
    return _signed_cholesky(whiten @ outside @ whiten.swapaxes(-1, -2))


def _signed_cholesky(matrices: Array) -> Array:
    """Lower factors Λ with Λ diag(s) Λᵀ = matrix, s = ±1, and s_a Λ_aa in place of Λ_aa: Cholesky's where all s are 1.

    A matrix that is not positive definite keeps as many honest entries as it has, in place of NaN for all of them.
    """
    rest, factors = matrices.copy(), np.zeros_like(matrices)
    for a in range(matrices.shape[-1]):
        pivot = rest[:, a, a]
        root = np.sign(pivot) * np.sqrt(np.abs(pivot))
        column = rest[:, a + 1 :, a] / np.abs(root)[:, None]
        factors[:, a, a], factors[:, a + 1 :, a] = root, column
        rest[:, a + 1 :, a + 1 :] -= np.sign(pivot)[:, None, None] * column[:, :, None] * column[:, None, :]
    return factors
