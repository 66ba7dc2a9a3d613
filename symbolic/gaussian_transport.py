"""Optimal transport between zero-mean Gaussians, as identities between matrices of any size: [E] (32) and two bounds.

Free symbols: B with B² = Σ_2 and a symmetric T ≻ 0 with inverse V; Σ_1 = T Σ_2 T, as which every pair of positive
definite matrices can be written (T = B⁻¹ (B Σ_1 B)^{1/2} B⁻¹). A, B are two square roots, X = A − B their difference.
"""

from __future__ import annotations

import sympy as sp

__all__ = [
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
    "weighted_square",
]

A, B, T, V = (sp.Symbol(name, commutative=False) for name in "ABTV")
X, XT, Y, YT = (sp.Symbol(name, commutative=False) for name in ("x", "x'", "y", "y'"))
SHAPES = {
    **dict.fromkeys("ABTV", ("n", "n")),
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


def _square(name: str, d: int) -> sp.Matrix:
    return sp.Matrix(d, d, lambda i, k: sp.Symbol(f"{name}{i}{k}", real=True))


def _norm2(matrix: sp.Matrix) -> sp.Expr:
    return sp.Add(*(entry**2 for entry in matrix))


def map_cost(t: sp.Matrix, b: sp.Matrix) -> sp.Expr:
    """E ‖T y − y‖² = tr (T − I) Σ_2 (T − I) for y ~ N(0, B²)."""
    moved = t - sp.eye(t.rows)
    return sp.expand((moved * b * b * moved).trace())


def weighted_square(d: int) -> sp.Expr:
    """tr X X A − ‖X R‖_F² for symmetric X and A = R Rᵀ: the first is never negative."""
    x, r = symmetric("x", d), _square("r", d)
    return sp.expand((x * x * r * r.T).trace() - _norm2(x * r))


def spectral_floor(d: int) -> sp.Expr:
    """tr X B X − b ‖X‖_F² − ‖Sᵀ X‖_F² for B = b I + S Sᵀ: tr X B X ≥ λ_min(B) ‖X‖_F²."""
    x, s, b = symmetric("x", d), _square("s", d), sp.Symbol("b", positive=True)
    return sp.expand((x * (b * sp.eye(d) + s * s.T) * x).trace() - b * _norm2(x) - _norm2(s.T * x))


def submultiplicativity(d: int) -> sp.Expr:
    """b ‖P‖_F² − ‖P Q‖_F² − ‖P S‖_F² where Q Qᵀ = b I − S Sᵀ: ‖P Q‖_F² ≤ ‖Q‖² ‖P‖_F², as ‖P Q‖_F² = tr P Q Qᵀ Pᵀ."""
    p, s, b = _square("p", d), _square("s", d), sp.Symbol("b", positive=True)
    inner = (p * (b * sp.eye(d) - s * s.T) * p.T).trace()
    return sp.expand(b * _norm2(p) - inner - _norm2(p * s))


def cauchy_schwarz(d: int) -> sp.Expr:
    """Lagrange: ‖X‖²‖Y‖² − ⟨X, Y⟩² − Σ_{p<q} (x_p y_q − x_q y_p)² over the d² entries."""
    x, y = list(_square("x", d)), list(_square("y", d))
    pairs = [(p, q) for p in range(d * d) for q in range(p)]
    squares = sp.Add(*((x[p] * y[q] - x[q] * y[p]) ** 2 for p, q in pairs))
    inner = sp.Add(*(p * q for p, q in zip(x, y, strict=True)))
    return sp.expand(_norm2(sp.Matrix(x)) * _norm2(sp.Matrix(y)) - inner**2 - squares)


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
