"""The sequential form (72a–h) of Lemma C.1: each R_{t,k} as a prediction from the earlier ones plus a fresh Gaussian.

With M = E[X_{<t}ᵀ X_{<t}], m = E[X_{<t}ᵀ X_t], X_{<t} = (X_0, …, X_{t−1}) for one k:
    P_t = M⁺ m (72d),   residual E[X_tᵀ X_t] − mᵀ P_t (72e), ν times which is the law of the fresh R̃_t (72f),
    R_t = Σ_{s<t} R_s P_{t,s} + R̃_t (72g),   Q_{t+1} = Σ_k R_{t,k} (72h).
The pseudo-inverse M⁺ is needed: M is singular where G repeats itself, such as G = u constant in time.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from symbolic.state_evolution import Evolution

__all__ = ["Step", "evolution_steps", "pseudo_inverse", "resum", "steps"]

SINGULAR = 1e-10  # chosen: a share of the largest singular value, far above the rounding of floats, for M of floats


@dataclass(frozen=True, kw_only=True)
class Step:
    """R_t = (R_0, …, R_{t−1}) `coefficients` + fresh, Cov(fresh) = ν `residual`: [t d, d] and [d, d]."""

    coefficients: sp.Matrix
    residual: sp.Matrix


def steps(gram: sp.Matrix, d: int = 1) -> list[Step]:
    """(72d)–(72f) for t = 0, 1, … from the Gram [T d, T d] of X_0, …, X_{T−1}."""
    found = []
    for t in range(gram.rows // d):
        past, now = slice(0, t * d), slice(t * d, (t + 1) * d)
        M, m = gram[past, past], gram[past, now]
        P = pseudo_inverse(M) * m if t else sp.zeros(0, d)
        residual = gram[now, now] - (m.T * P if t else sp.zeros(d, d))
        found.append(Step(coefficients=P, residual=residual))
    return found


def pseudo_inverse(gram: sp.Matrix) -> sp.Matrix:
    """M⁺ of a positive semi-definite M: exact, and for floats with small singular values counted as 0."""
    if gram.has(sp.Float):
        import numpy as np

        return sp.Matrix(np.linalg.pinv(np.array(gram.evalf(), dtype=float), rcond=SINGULAR, hermitian=True))
    determinant = sp.factor(gram.det(method="berkowitz"))
    if determinant != 0:
        return gram.adjugate() / determinant
    _, pivots = gram.rref(simplify=True)
    if not pivots:
        return gram.T
    B = gram[:, list(pivots)]  # M = B Z with independent columns B and rows Z
    Z = (B.T * B).inv() * B.T * gram
    inverse = Z.T * (Z * Z.T).inv() * (B.T * B).inv() * B.T
    return inverse.applyfunc(sp.cancel)


def resum(sequence: list[Step], nu: sp.Expr, d: int = 1) -> sp.Matrix:
    """The covariance [T d, T d] of R_0, …, R_{T−1} that the steps build up (72g): it must be ν times the Gram."""
    covariance = sp.zeros(0, 0)
    for t, step in enumerate(sequence):
        across = covariance * step.coefficients if t else sp.zeros(0, d)
        own = nu * step.residual + (step.coefficients.T * across if t else sp.zeros(d, d))
        covariance = sp.Matrix(sp.BlockMatrix([[covariance, across], [across.T, own]])) if t else own
    return covariance


def evolution_steps(evolution: Evolution, k: int) -> list[Step]:
    """The steps of transform k of an evolution."""
    d, times = len(evolution.recursion.state), range(evolution.T)
    blocks = [[evolution.gram(k, s, t) for t in times] for s in times]
    return steps(sp.Matrix(sp.BlockMatrix(blocks)), d)
