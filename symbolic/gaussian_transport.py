"""Optimal transport between zero-mean Gaussians, as identities between matrices of any size: [E] (32) and two bounds.

Free symbols: B with B² = Σ_2 and a symmetric T ≻ 0 with inverse V; Σ_1 = T Σ_2 T, as which every pair of positive
definite matrices can be written (T = B⁻¹ (B Σ_1 B)^{1/2} B⁻¹). A, B are two square roots, X = A − B their difference; a
letter and the same with a prime are a matrix and its transpose.
"""

from __future__ import annotations

import sympy as sp

__all__ = [
    "LEAST",
    "SHAPES",
    "cauchy_schwarz",
    "chi_peak",
    "duality_gap",
    "map_cost",
    "restored_root",
    "sandwich",
    "similarity",
    "spectral_floor",
    "submultiplicativity",
    "sylvester",
    "symmetric",
    "under_trace",
    "weighted_square",
]

A, B, T, V = (sp.Symbol(name, commutative=False) for name in "ABTV")
X, XT, Y, YT = (sp.Symbol(name, commutative=False) for name in ("x", "x'", "y", "y'"))
MOVE, P, PT, Q, QT, R, RT, S, ST = (
    sp.Symbol(name, commutative=False) for name in ("X", "P", "P'", "Q", "Q'", "R", "R'", "S", "S'")
)
LEAST = sp.Symbol("b", positive=True)  # λ_min(B), or ‖Q‖²
SHAPES = {
    **dict.fromkeys(("A", "B", "T", "V", "X", "P", "P'", "Q", "Q'", "R", "R'", "S", "S'"), ("n", "n")),
    "x": ("n", "1"),
    "y": ("n", "1"),
    "x'": ("1", "n"),
    "y'": ("1", "n"),
}


def restored_root() -> sp.Expr:
    """(B T B)² − B Σ_1 B: the root in (32), with the roles of Σ_1 and Σ_2 exchanged, is B T B."""
    return sp.expand((B * T * B) * (B * T * B) - B * (T * B * B * T) * B)


def similarity() -> sp.Expr:
    """B Σ_1 Σ_2 − (B T B)² B: Σ_1 Σ_2, hence Σ_1^{1/2} Σ_2 Σ_1^{1/2}, has the spectrum of (B T B)²."""
    return sp.expand(B * (T * B * B * T) * (B * B) - (B * T * B) * (B * T * B) * B)


def duality_gap() -> sp.Expr:
    """(x − T y)ᵀ V (x − T y) − [xᵀ V x + yᵀ T y − xᵀ y − yᵀ x]: xᵀy never exceeds ½ xᵀ V x + ½ yᵀ T y."""
    square = sp.expand((XT - YT * T) * V * (X - T * Y)).subs(V * T, 1).subs(T * V, 1)
    return sp.expand(square - (XT * V * X + YT * T * Y - XT * Y - YT * X))


def sandwich() -> sp.Expr:
    """Σ_1 − Σ_2 − [(T − 1) Σ_2 T + Σ_2 (T − 1)]: a small move changes the covariance little."""
    return sp.expand(T * B * B * T - B * B - ((T - 1) * B * B * T + B * B * (T - 1)))


def sylvester() -> sp.Expr:
    """A² − B² − [(A − B) A + B (A − B)]: the difference of two square roots solves a Sylvester equation."""
    return sp.expand(A * A - B * B - ((A - B) * A + B * (A - B)))


def symmetric(name: str, d: int) -> sp.Matrix:
    """A symmetric d × d matrix of real symbols."""
    return sp.Matrix(d, d, lambda i, k: sp.Symbol(f"{name}{min(i, k)}{max(i, k)}", real=True))


def map_cost(t: sp.Matrix, b: sp.Matrix) -> sp.Expr:
    """E ‖T y − y‖² = tr (T − I) Σ_2 (T − I) for y ~ N(0, B²)."""
    moved = t - sp.eye(t.rows)
    return sp.expand((moved * b * b * moved).trace())


def under_trace(expression: sp.Expr) -> sp.Expr:
    """Every product of matrices replaced by its least cyclic rotation, as tr PQ = tr QP: what is 0 then has trace 0."""
    total = sp.Integer(0)
    for term in sp.Add.make_args(sp.expand(expression)):
        coefficient, factors = term.args_cnc()
        letters = [base for factor in factors for base, power in [factor.as_base_exp()] for _ in range(int(power))]
        turns = [letters[k:] + letters[:k] for k in range(len(letters))] or [letters]
        total += sp.Mul(*coefficient, *min(turns, key=str))
    return sp.expand(total)


def weighted_square() -> sp.Expr:
    """tr X X A − ‖X R‖_F² for symmetric X and A = R Rᵀ, under the trace: the first is never negative."""
    return under_trace(MOVE * MOVE * (R * RT) - (RT * MOVE) * (MOVE * R))


def spectral_floor(floor: sp.Expr | int = 1) -> sp.Expr:
    """tr X B X − b ‖X‖_F² − ‖Sᵀ X‖_F² for symmetric X and B = b I + S Sᵀ, b = λ_min(B): tr X B X ≥ λ_min(B) ‖X‖_F².

    Another `floor` stands in the place of 1 before b.
    """
    return under_trace(MOVE * (LEAST + S * ST) * MOVE - floor * LEAST * MOVE * MOVE - (MOVE * S) * (ST * MOVE))


def submultiplicativity() -> sp.Expr:
    """b ‖P‖_F² − ‖P Q‖_F² − ‖P S‖_F² where Q Qᵀ = b I − S Sᵀ, b = ‖Q‖²: ‖P Q‖_F ≤ ‖Q‖ ‖P‖_F."""
    squared = under_trace((QT * PT) * (P * Q)).subs(Q * QT, LEAST - S * ST)  # turned, it begins with P Q Qᵀ
    return under_trace(LEAST * PT * P - squared - (PT * P) * (S * ST))


def cauchy_schwarz() -> sp.Expr:
    """‖Y‖² ‖X − λ Y‖² − (‖X‖² ‖Y‖² − ⟨X, Y⟩²) at λ = ⟨X, Y⟩/‖Y‖², in any inner product: the bracket is not negative."""
    xx, xy, yy = sp.symbols("X² XY Y²", positive=True)
    best = xy / yy
    return sp.expand(yy * (xx - 2 * best * xy + best**2 * yy) - (xx * yy - xy**2))


def chi_peak(width: sp.Symbol) -> tuple[sp.Expr, sp.Expr]:
    """(slope of the log-density of χ_n at x = √(n−1), log of the density there with Stirling's lower bound for Γ).

    Γ(z) ≥ √(2π) z^{z−1/2} e^{−z}, z = n/2, makes the second an upper bound on the log of the density anywhere.
    """
    x = sp.Symbol("x", positive=True)
    z = width / 2
    without_gamma = (1 - z) * sp.log(2) + (width - 1) * sp.log(x) - x**2 / 2
    mode = sp.sqrt(width - 1)
    slope = sp.simplify(sp.diff(without_gamma, x).subs(x, mode))
    stirling = sp.log(2 * sp.pi) / 2 + (z - sp.Rational(1, 2)) * sp.log(z) - z
    return slope, sp.expand(sp.expand_log(without_gamma.subs(x, mode) - stirling, force=True))
