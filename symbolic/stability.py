"""Why the spectral radius of a fixed linear system decides over bounded inputs, and for which systems it does.

h_t = M h_{t−1} + F x_t, y_t = C h_t with impulse response L_t = C Mᵗ F; the factor n^{−1/2} of the RNN changes nothing.

Below 1. On a Jordan block of eigenvalue λ, Mʲ has the entries C(j, k) λ^{j−k}; with q = |λ| < 1 their sums over j are
    Σ_j C(j, k) q^{j−k} = (1 − q)^{−(k+1)},
so Σ_j |L_j| is finite, and |y_t| ≤ sup|x| Σ_j |L_j|: no bounded input makes the output unbounded.

From 1 on. Let χ be the characteristic polynomial of M, λ a root of it, q(z) = χ(z)/(z − λ) and B(λ) = C adj(λI − M) F.
Because q(M) = adj(λI − M) and M q(M) = λ q(M), the shift E gives q(E) L_t = λᵗ B(λ). Let B(λ) ≠ 0.
    |λ| > 1: the impulse, a bounded input, has the unbounded response L, as q(E) L is.
    |λ| = 1: the input x_t = λᵗ gives y_{t+1} = λ y_t + L_{t+1}, so u = q(E) y satisfies u_{t+1} = λ u_t + λ^{t+1} B(λ),
             that is u_t = λᵗ (u_0 + t B(λ)), unbounded, and with it y. Of the real and imaginary parts of this input
             one has an unbounded output too.
B(λ) ≠ 0 says that the eigenvalue is a pole of the transfer function: it is controllable and observable. For a simple
eigenvalue with right and left eigenvectors v, w it is a multiple of (C v)(wᵀ F).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import sympy as sp

from symbolic.conditioning import matrix

__all__ = [
    "EIGENVALUE",
    "HIDDEN",
    "INDEX",
    "TIME",
    "adjugate",
    "binomial",
    "block_power",
    "characteristic",
    "diagonal_entry",
    "difference_quotient",
    "jordan_block",
    "mode",
    "outputs",
    "pole_strength",
    "resonance",
    "tail",
    "unknown_system",
]

TIME = sp.Symbol("t", integer=True, nonnegative=True)
INDEX = sp.Symbol("i", integer=True, nonnegative=True)
EIGENVALUE = sp.Symbol("lambda", positive=True)  # identities in it are algebraic, so they hold for complex values too

System = tuple[sp.Matrix, sp.Matrix, sp.Matrix]  # M, F, C

# two systems with the eigenvalues 1/2 and 2, the second of which no input reaches, or no output reads
HIDDEN: dict[str, System] = {
    "not controllable": (sp.diag(sp.Rational(1, 2), 2), sp.Matrix([1, 0]), sp.Matrix([[1, 1]])),
    "not observable": (sp.diag(sp.Rational(1, 2), 2), sp.Matrix([1, 1]), sp.Matrix([[1, 0]])),
}


def unknown_system(size: int) -> System:
    """M, F, C of symbols, one input and one output."""
    return matrix("m", size, size), matrix("f", size, 1), matrix("c", 1, size)


def characteristic(M: sp.Matrix, z: sp.Expr) -> sp.Poly:
    """χ(z) = det(zI − M) as a polynomial in the symbol z."""
    # SymPy names the variable of charpoly itself, so only its coefficients are taken
    return sp.Poly.from_list(M.charpoly().all_coeffs(), z)


def adjugate(M: sp.Matrix, value: sp.Expr) -> sp.Matrix:
    """adj(value·I − M)."""
    return (value * sp.eye(M.rows) - M).adjugate()


def difference_quotient(M: sp.Matrix, value: sp.Expr) -> sp.Matrix:
    """(χ(z) − χ(w))/(z − w) at z = M, w = value: Σ_k χ_k Σ_{i+l=k−1} Mⁱ valueˡ, which is q(M) at an eigenvalue."""
    z = sp.Dummy("z")
    coefficients = list(reversed(characteristic(M, z).all_coeffs()))
    total = sp.zeros(M.rows, M.rows)
    for k, coefficient in enumerate(coefficients):
        for i in range(k):
            total += coefficient * value ** (k - 1 - i) * M**i
    return total


def pole_strength(system: System, value: sp.Expr) -> sp.Expr:
    """B(value) = C adj(value·I − M) F."""
    M, F, C = system
    return sp.expand((C * adjugate(M, value) * F)[0, 0])


def mode(system: System, steps: int, strength: Callable[[System, sp.Expr], sp.Expr] | None = None) -> sp.Expr:
    """q(E) L_t − λᵗ B(λ) at t = `steps`, reduced modulo χ(λ): 0 says that it vanishes at every eigenvalue λ.

    B is `pole_strength`, or another `strength` of the mode.
    """
    M, F, C = system
    z = EIGENVALUE
    chi = characteristic(M, z)
    coefficients = list(reversed(chi.all_coeffs()))
    shifted = sp.Integer(0)
    for k in range(1, len(coefficients)):  # q_i = Σ_{k>i} χ_k λ^{k−1−i}
        for i in range(k):
            shifted += coefficients[k] * z ** (k - 1 - i) * (C * M ** (steps + i) * F)[0, 0]
    difference = sp.Poly(sp.expand(shifted - z**steps * (strength or pole_strength)(system, z)), z)
    return sp.rem(difference, chi).as_expr()


def resonance(strength: sp.Expr, start: sp.Expr) -> sp.Expr:
    """u_t = λᵗ (u_0 + t B), the solution of u_{t+1} = λ u_t + λ^{t+1} B."""
    return EIGENVALUE**TIME * (start + TIME * strength)


def jordan_block(size: int) -> sp.Matrix:
    """λI + N."""
    return sp.Matrix(size, size, lambda i, k: EIGENVALUE if i == k else sp.Integer(k == i + 1))


def diagonal_entry(k: sp.Expr | int, exponent: sp.Expr) -> sp.Expr:
    """What (λI + N)^exponent has on its k-th diagonal, C(exponent, k) λ^{exponent−k}; k may be a symbol."""
    return binomial(exponent, k) * EIGENVALUE ** (exponent - k)


def block_power(size: int, exponent: sp.Expr) -> sp.Matrix:
    """(λI + N)^exponent, from its diagonals."""
    return sp.Matrix(size, size, lambda i, k: diagonal_entry(k - i, exponent) if k >= i else sp.Integer(0))


def tail(k: sp.Expr | int, start: sp.Expr, ratio: sp.Expr) -> sp.Expr:
    """R_k(start) = Σ_{j≥start} C(j, k) q^{j−k} = Σ_{i≤k} C(start, i) q^{start−i} (1 − q)^{−(k−i+1)} for 0 ≤ q < 1.

    Proved by R_k(t) − R_k(t+1) = C(t, k) q^{t−k}; no term is negative, so partial sums stay below R_k(0). At a symbol k
    it is the sum over i itself, a SymPy `Sum`, whose summand and limits a proof for every k reads off.
    """
    total = sp.Sum(binomial(start, INDEX) * ratio ** (start - INDEX) / (1 - ratio) ** (k - INDEX + 1), (INDEX, 0, k))
    return total.doit().expand(func=True) if sp.sympify(k).is_Integer else total


def binomial(top: sp.Expr, bottom: sp.Expr | int) -> sp.Expr:
    """C(top, bottom), as a polynomial in the first where the second is a number."""
    if not sp.sympify(bottom).is_Integer:
        return sp.binomial(top, bottom)
    return sp.Mul(*(top - i for i in range(int(bottom)))) / sp.factorial(bottom)


def outputs(system: System, inputs: Sequence[sp.Expr]) -> list[sp.Expr]:
    """y_0, y_1, … of h_t = M h_{t−1} + F x_t, h_{−1} = 0, in exact arithmetic."""
    M, F, C = system
    h, y = sp.zeros(M.rows, 1), []
    for x in inputs:
        h = M * h + F * x
        y.append((C * h)[0, 0])
    return y
