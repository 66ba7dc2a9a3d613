"""When the tangent kernel of a linear RNN on a training set is singular: always for more sequences than inputs.

Predictions are A L, so K = A Θ A^T and K v = 0 wherever A^T v = 0. Row t of A for a sequence x holds x_{t−j} at lag j,
so (A^T v)_{j,b} = Σ_i Σ_t x^i_{t−j,b} v^i_t, which is the coefficient of z^{T−1−j} of Σ_i x^i_b(z) u^i(z) with
u^i_t = v^i_{T−1−t}. With N = n_x + 1 sequences the cofactors u^i of the matrix x^i_b(z) make that sum vanish.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import sympy as sp

__all__ = ["cofactor_relation", "design", "null_vector", "sequences", "square_design_determinant"]

SHIFT = sp.Symbol("z")


def sequences(N: int, T: int, n_x: int) -> list[sp.Matrix]:
    """N symbolic input sequences, each [n_x, T]."""
    return [sp.Matrix(n_x, T, lambda b, t, i=i: sp.Symbol(f"x_{i}{b}{t}", real=True)) for i in range(N)]


def design(inputs: Sequence[sp.Matrix]) -> sp.Matrix:
    """A [N·T, T·n_x]: row (i, t) has x^i_{t−j} at the columns (j, b), 0 for j > t; A L is what one output predicts."""
    n_x, T = inputs[0].shape
    rows = [
        [x[b, t - j] if j <= t else sp.Integer(0) for j in range(T) for b in range(n_x)]
        for x in inputs
        for t in range(T)
    ]
    return sp.Matrix(rows)


def null_vector(inputs: Sequence[sp.Matrix], *, in_time: bool = True) -> sp.Matrix:
    """v [N·T] with A^T v = 0 for N = n_x + 1 sequences; a rival leaves out the reversal `in_time`."""
    T = inputs[0].cols
    series = sp.Matrix.hstack(*(sp.Matrix(x * sp.Matrix([SHIFT**t for t in range(T)])) for x in inputs))
    entries = []
    for i in range(len(inputs)):
        u = sp.Poly(_cofactor(series, i), SHIFT)
        coefficients = [u.coeff_monomial(SHIFT**t) for t in range(T)]
        entries += coefficients[::-1] if in_time else coefficients
    return sp.Matrix(entries)


def _cofactor(series: sp.Matrix, i: int) -> sp.Expr:
    """(−1)^i det of the matrix [n_x, n_x + 1] without column i."""
    minor = series.copy()
    minor.col_del(i)
    return sp.expand((-1) ** i * minor.det(method="berkowitz"))


def cofactor_relation(n_x: int) -> list[sp.Expr]:
    """Σ_i X_{b,i} u_i for each row b of n_x × (n_x + 1) symbols: 0 in any commutative ring, so for power series too."""
    X = sp.Matrix(n_x, n_x + 1, lambda b, i: sp.Symbol(f"X_{b}{i}", real=True))
    return [sp.expand(reduce(lambda a, i: a + X[b, i] * _cofactor(X, i), range(n_x + 1), 0)) for b in range(n_x)]


def square_design_determinant(T: int, n_x: int) -> tuple[sp.Expr, sp.Expr]:
    """(det A², det[first inputs]^{2T}) for N = n_x sequences: equal.

    So A is regular where the first inputs are independent, and then K = A Θ A^T ≻ 0 whenever Θ ≻ 0.
    """
    inputs = sequences(n_x, T, n_x)
    first = sp.Matrix.hstack(*(x[:, 0] for x in inputs))
    return sp.expand(design(inputs).det(method="berkowitz") ** 2), sp.expand(first.det() ** (2 * T))
