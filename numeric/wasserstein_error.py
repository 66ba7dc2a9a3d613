"""How far rounding can move the distances of `numeric.wasserstein`, with u = 2⁻⁵³ and γ_m = m u/(1 − m u).

A computed eigendecomposition S ≈ Q diag(q) Qᵀ enters by its measured defects, whatever LAPACK did: ω ≥ ‖Q − Q°‖_F for
the nearest orthogonal Q°, and ε ≥ ‖S − Q° diag(q) Q°ᵀ‖_F. Everything else is bounded beforehand, by
  (a) W(A, B) ≤ ‖A − B‖_F/√λ_min(B)                     a changed covariance moves W by no more (triangle inequality);
  (b) W(A + N, B + N) ≤ W(A, B) for N ⪰ 0               add independent noise of covariance N to any coupling;
  (c) |f(S', Δ) − f(S, Δ)| ≤ t/(1 − t)·‖Δ‖_F/√λ for f(S, Δ) = W(S + Δ, S), ‖S' − S‖ ≤ t λ_min of either, λ ≤ the
      spectrum of S + Δ: since S' ⪰ (1 − t) S, by (b) f(S', Δ) ≤ f((1 − t) S, Δ) ≤ f(S, Δ/(1 − t)), then (a).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numeric.rounding import SLACK, UNIT, gamma
from numeric.wasserstein import gaussian_w2

__all__ = ["aligned_error", "formula_error", "transport_error"]

Array = NDArray[np.floating[Any]]


def transport_error(first: Array, second: Array) -> float:
    """Bound on the error of `gaussian_w2` for one pair [d, d]; infinite where a spectrum reaches 0 to rounding.

    Stage 1: what is solved is the problem of diag(q) and a Δ changed by δ: (c) with ε_2, and (a) with ‖δ‖_F.
    Stage 2: the solution of Y E + E D = K is off by the defects of the eigenbasis of Y², as ‖K‖_F/(y_min + q_min),
    and by ‖Y° − Y‖ ‖E‖_F/(y_min + q_min) with ‖Y° − Y‖_F ≤ ε_Y/(2 y_min); D^{−1/2} multiplies by q_min^{−1/2}.
    """
    d = len(first)
    q, basis = np.linalg.eigh(second)
    eps, omega = _defects(second, q, basis)
    lowest = _lowest(first)
    size = float(np.linalg.norm(first - second))
    changed = (2 * UNIT + 2 * omega * (1 + omega) + 2 * d * gamma(d) + gamma(6)) * size
    if not (q[0] > 2 * eps and lowest > changed + eps * q[-1] / q[0]):
        return math.inf
    left = math.sqrt(lowest - changed - eps * q[-1] / q[0])
    stage_one = (changed + eps / (q[0] - 2 * eps) * size) / left

    root = np.sqrt(q)
    change = root[:, None] * (basis.T @ (first - second) @ basis) * root
    change = 0.5 * (change + change.T)
    squares, frame = np.linalg.eigh(np.diag(q**2) + change)
    eps_y, omega_y = _defects(np.diag(q**2) + change, squares, frame)
    height = float(np.linalg.norm(change))
    eps_y += 3 * UNIT * (float(np.linalg.norm(q**2)) + height)
    if not squares[0] > eps_y:
        return math.inf
    lowest_y = math.sqrt(squares[0] - eps_y)
    solution = height / (lowest_y + q[0])
    off = eps_y / (2 * lowest_y) + UNIT * math.sqrt(float(squares.sum()))
    eta = 2 * (omega_y + math.sqrt(d) * gamma(d) * (1 + omega_y)) + 4 * UNIT
    stage_two = (eta + off / (lowest_y + q[0])) * solution / math.sqrt(q[0])
    of_norm = gamma(d * d + 4) * float(gaussian_w2(first, second))
    return float(SLACK * (stage_one + stage_two + of_norm))


def aligned_error(first: Array, second: Array) -> float:
    """Bound on the error of `w2_aligned` for one pair [d, d]; infinite where a spectrum reaches 0 to rounding.

    With roots A, B off by ‖δA‖_F, ‖δB‖_F the minimum over U moves by no more than their sum. The U in use is the polar
    factor of N = B A + δ: as ‖B A‖_* ≤ ‖N‖_* − tr U°ᵀδ, the squared norm exceeds its minimum by at most
    2 tr (U − U°)ᵀδ ≤ 2 ‖δ‖_F²/(σ_min − ‖δ‖_F) (polar factors move by at most ‖δ‖_F/σ_min: Li 1995), hence the norm by
    √2 ‖δ‖_F/√(σ_min − ‖δ‖_F). The orthogonality of the computed U and the last product add their rounding.
    """
    d = len(first)
    a, b = _root(first), _root(second)
    product = b @ a
    left, values, right = np.linalg.svd(product)
    omega = sum(float(np.linalg.norm(q.T @ q - np.eye(d))) + 2 * d * gamma(d) for q in (left, right))
    size = float(np.linalg.norm(a) * np.linalg.norm(b))
    delta = float(np.linalg.norm(product - (left * values) @ right)) + (3 * d * gamma(d + 2) + 2 * omega) * size
    moved = _root_error(first) + _root_error(second)
    if not (values[-1] > delta and moved < math.inf):
        return math.inf
    excess = math.sqrt(2.0) * delta / math.sqrt(values[-1] - delta)
    norms = float(np.linalg.norm(a) + np.linalg.norm(b))
    rounding = (omega * (1 + omega) + 2 * d * gamma(d + 2) + gamma(d * d + 4)) * norms
    return SLACK * (moved + excess + rounding)


def formula_error(first: Array, second: Array) -> float:
    """Bound on the error of `w2_formula`, that is of W_2², for one pair [d, d].

    tr Y moves by √d ‖δY²‖_F/(2 y_min), Y² = A second A with A = first^{1/2}; then three sums cancel.
    """
    d = len(first)
    norm = math.sqrt(float(np.linalg.eigvalsh(first)[-1]))
    inner = float(np.linalg.norm(second, 2))
    root = _root(first)
    product = root @ second @ root
    product = 0.5 * (product + product.T)
    squares, frame = np.linalg.eigh(product)
    eps, _ = _defects(product, squares, frame)
    moved = eps + 2 * norm * inner * _root_error(first) + 2 * d * gamma(2 * d + 1) * norm**2 * inner
    if not squares[0] > moved:
        return math.inf
    of_root = math.sqrt(d) * moved / (2 * math.sqrt(squares[0] - moved))
    sums = float(np.trace(first) + np.trace(second)) + 2 * float(np.sqrt(squares).sum())
    return SLACK * (2 * of_root + gamma(3 * d + 3) * sums)


def _root(matrix: Array) -> Array:
    """The square root as `numeric.wasserstein` computes it."""
    spectrum, basis = np.linalg.eigh(matrix)
    return np.asarray((basis * np.sqrt(np.maximum(spectrum, 0.0))) @ basis.T)


def _root_error(matrix: Array) -> float:
    """Bound on ‖Â − A‖_F for the computed square root A of one matrix."""
    spectrum, basis = np.linalg.eigh(matrix)
    eps, omega = _defects(matrix, spectrum, basis)
    if not spectrum[0] > eps:
        return math.inf
    top = math.sqrt(spectrum[-1])
    return float(eps / (2 * math.sqrt(spectrum[0] - eps)) + (2 * omega + len(matrix) * gamma(len(matrix) + 3)) * top)


def _lowest(matrix: Array) -> float:
    """A number below the spectrum of a symmetric matrix."""
    spectrum, basis = np.linalg.eigh(matrix)
    return float(spectrum[0]) - _defects(matrix, spectrum, basis)[0]


def _defects(matrix: Array, spectrum: Array, basis: Array) -> tuple[float, float]:
    """(ε, ω) of a computed eigendecomposition, the rounding of measuring them included.

    The singular values σ of Q satisfy |σ − 1| ≤ |σ² − 1|, so ‖Q − Q°‖_F ≤ ‖QᵀQ − I‖_F.
    """
    d = len(matrix)
    omega = float(np.linalg.norm(basis.T @ basis - np.eye(d))) + 2 * d * gamma(d)
    top = float(np.abs(spectrum).max())
    residual = float(np.linalg.norm(matrix - (basis * spectrum) @ basis.T)) + 2 * d * gamma(d + 2) * top
    return residual + omega * (2 + omega) * top, omega
