"""The law of the impulse response given (W, F): exactly Gaussian with the right Gram as covariance, at every width.

L_j = n^{−1/2} C r_j is linear in C, whose entries are independent N(0, ν_C). Integration by parts gives the equation of
the characteristic function φ of one entry; products over the n entries turn into sums over the coordinates of r_j:
    E exp(i Σ_j s_j L_j | W, F) = Π_i φ(n^{−1/2} Σ_j s_j r_ji) = exp(−½ ν_C Σ_jk s_j s_k G^R_jk).
Source: [E] Theorem 3.3(a); theory page, C.1.
"""

from __future__ import annotations

import sympy as sp

from symbolic.impulse_moments import squared_norm_moment
from symbolic.scaling import NU_C

__all__ = [
    "ARGUMENT",
    "WIDTH",
    "conditional_moment",
    "entry_characteristic",
    "entry_exponent",
    "gram_exponent",
    "partial_integration",
    "relative_entropy_gap",
    "squared_covariance",
]

ARGUMENT = sp.Symbol("u", real=True)
WIDTH = sp.Symbol("n", integer=True, positive=True)


def partial_integration() -> sp.Expr:
    """c sin(uc) p − ν_C u cos(uc) p + ν_C ∂_c (sin(uc) p), over the density p of c ~ N(0, ν_C): 0.

    The last term integrates to 0, so φ(u) = E exp(i u c) = E cos(u c) satisfies φ' = −E c sin(u c) = −ν_C u φ.
    """
    c = sp.Symbol("c", real=True)
    shape = sp.exp(-(c**2) / (2 * NU_C))
    sine, cosine = sp.sin(ARGUMENT * c) * shape, sp.cos(ARGUMENT * c) * shape
    return sp.expand((c * sine - NU_C * ARGUMENT * cosine + NU_C * sp.diff(sine, c)) / shape)


def entry_characteristic() -> sp.Expr:
    """φ(u), the solution of φ' = −ν_C u φ with φ(0) = 1."""
    v = sp.Symbol("v", real=True)
    return sp.exp(sp.integrate(-NU_C * v, (v, 0, ARGUMENT)))


def entry_exponent(coordinates: list[sp.Symbol], arguments: list[sp.Symbol]) -> sp.Expr:
    """−log φ(n^{−1/2} Σ_j s_j r_ji): what entry i of C adds to the exponent, for coordinates r_ji and arguments s_j."""
    combined = sp.Add(*(s * r for s, r in zip(arguments, coordinates, strict=True))) / sp.sqrt(WIDTH)
    return sp.expand(-sp.expand_log(sp.log(entry_characteristic()), force=True).subs(ARGUMENT, combined))


def gram_exponent(products: dict[tuple[int, int], sp.Expr], arguments: list[sp.Symbol]) -> sp.Expr:
    """½ ν_C Σ_jk s_j s_k G_jk for G_jk given as `products`, j ≤ k."""
    lags = range(len(arguments))
    total = sp.Add(
        *(arguments[j] * arguments[k] * products[min(j, k), max(j, k)] for j in lags for k in lags),
    )
    return sp.expand(NU_C * total / 2)


def conditional_moment(j_power: int, k_power: int) -> sp.Expr:
    """E L_j^a L_k^b given (W, F) for even a + b, in terms of the Gram: derivatives of the characteristic function."""
    s, t = sp.symbols("s t", real=True)
    G = {key: sp.Symbol(f"G_{name}", real=True) for key, name in (((0, 0), "jj"), ((0, 1), "jk"), ((1, 1), "kk"))}
    function = sp.exp(-gram_exponent(dict(G), [s, t]))
    derivative = sp.diff(function, s, j_power, t, k_power).subs({s: 0, t: 0})
    return sp.expand(derivative * (-1) ** ((j_power + k_power) // 2))


def squared_covariance(j: int, k: int, n: sp.Expr | int) -> sp.Expr:
    """Cov(L_j², L_k²) at unit variances, from pairings of C, W and F: not 0 at any width, O(1/n)."""
    means = squared_norm_moment(j, n=n) * squared_norm_moment(k, n=n)
    return sp.expand(squared_norm_moment(j, k, n=n) - means)


def relative_entropy_gap() -> tuple[sp.Symbol, sp.Expr]:
    """(λ, λ² − (λ − ln(1 + λ))): twice the entropy of N(0, 1 + λ) relative to N(0, 1) is below λ² where this is ≥ 0."""
    eigenvalue = sp.Symbol("lambda", real=True)
    return eigenvalue, eigenvalue**2 - (eigenvalue - sp.log(1 + eigenvalue))
