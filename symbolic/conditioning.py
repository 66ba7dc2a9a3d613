"""Gaussian conditioning on linear constraints, [E] (79)–(100), as identities between matrices of rational functions.

A has independent N(0, ν) entries and is known through A X = Y (right queries) and, in the two-sided form, Aᵀ U = V
(left queries). P_X = I − X (XᵀX)⁻¹ Xᵀ projects onto what no query has seen. Every function below returns a matrix that
the lemma says is zero; entries are rational functions of the entries of X, U, A, so zero is decided exactly.
"""

from __future__ import annotations

import sympy as sp

__all__ = [
    "decomposition",
    "matrix",
    "new_query",
    "projection",
    "projection_laws",
    "schur_complement",
    "two_sided",
]


def matrix(name: str, rows: int, columns: int) -> sp.Matrix:
    """A matrix of real symbols."""
    return sp.Matrix(rows, columns, lambda i, k: sp.Symbol(f"{name}{i}{k}", real=True))


def projection(X: sp.Matrix) -> sp.Matrix:
    """P_X = I − X (XᵀX)⁻¹ Xᵀ: the projection onto the orthogonal complement of the columns (the kernel of A ↦ A X)."""
    gram = X.T * X
    return sp.eye(X.rows) - X * (gram.adjugate() / gram.det()) * X.T


def decomposition(A: sp.Matrix, X: sp.Matrix, random_part: sp.Matrix) -> sp.Matrix:
    """(81): A − [𝒯†(A X) + A·random_part]; zero when the random part is the projection onto the kernel of 𝒯."""
    gram = X.T * X
    known = (A * X) * (gram.adjugate() / gram.det()) * X.T
    return A - known - A * random_part


def projection_laws(X: sp.Matrix) -> dict[str, sp.Matrix]:
    """P X = 0, P² = P, Pᵀ = P: the random part keeps the constraint, and its rows have covariance ν P."""
    P = projection(X)
    return {"P X": P * X, "P² − P": P * P - P, "Pᵀ − P": P.T - P}


def new_query(A: sp.Matrix, X: sp.Matrix, x: sp.Matrix) -> sp.Matrix:
    """(83)–(93): A x − [Σ_s (A x_s) p_s + A P_X x], with prediction coefficients p = (XᵀX)⁻¹ Xᵀ x."""
    gram = X.T * X
    coefficients = (gram.adjugate() / gram.det()) * X.T * x
    return A * x - (A * X) * coefficients - A * projection(X) * x


def schur_complement(X: sp.Matrix, x: sp.Matrix) -> sp.Matrix:
    """(94)–(100): ‖P_X x‖² − det Gram(X, x)/det Gram(X); the first is the variance of an entry of A P_X x over ν.

    The second is the residual covariance (72e–f) of x after regression on X, as a ratio of determinants.
    """
    joined = X.row_join(x)
    residual = (joined.T * joined).det() / (X.T * X).det()
    return (projection(X) * x).T * (projection(X) * x) - sp.Matrix([[residual]])


def two_sided(A: sp.Matrix, X: sp.Matrix, U: sp.Matrix) -> sp.Matrix:
    """A − [known from Y = A X and V = Aᵀ U] − P_U A P_X: after queries from both sides only P_U A P_X is unknown."""
    gram_u, gram_x = U.T * U, X.T * X
    Y, V = A * X, A.T * U
    known = U * (gram_u.adjugate() / gram_u.det()) * V.T
    known += projection(U) * Y * (gram_x.adjugate() / gram_x.det()) * X.T
    return A - known - projection(U) * A * projection(X)
