"""Geometric bounds on the scaling factors ρ_j, in the two sharp forms that [E] (22) can be given, derived from ρ_j.

With a = ρ_0 and b = (ρ_1 − ν_W ρ_0)/ν_W the derived factor is ρ_j = (a + b j) ν_W^j, and for λ > ν_W, r = ln(λ/ν_W),
    ρ_j λ^{−j} = f(j),   f(t) = (a + b t) e^{−r t}.
"""

from __future__ import annotations

from functools import lru_cache

import sympy as sp

from symbolic.errors import DerivationError, ParameterRangeError
from symbolic.scaling import LAG, NU_C, NU_F, NU_W, scaling_factor

__all__ = ["A", "B", "R", "T", "best_constant", "linear_form", "maximiser", "onset", "rate_profile"]

A, B, R = sp.symbols("a b r", positive=True)
T = sp.Symbol("t", nonnegative=True)  # a real lag


@lru_cache(maxsize=1)
def linear_form() -> tuple[sp.Expr, sp.Expr]:
    """(a, b) with ρ_j = (a + b j) ν_W^j, as expressions in ν_W, ν_F, ν_C."""
    first, second = (scaling_factor(j, NU_W, NU_F, NU_C) for j in (0, 1))
    return sp.expand(first), sp.cancel(second / NU_W - first)


def rate_profile() -> sp.Expr:
    """f(t) = (a + b t) e^{−r t}: ρ_t λ^{−t} at real t."""
    return (A + B * T) * sp.exp(-R * T)


@lru_cache(maxsize=1)
def maximiser() -> sp.Expr:
    """The only stationary point t* of f, solved by SymPy; f is largest there if t* ≥ 0, else at 0."""
    real = sp.Symbol("t", real=True)
    roots = sp.solve(sp.diff(rate_profile().subs(T, real), real), real)
    if len(roots) != 1:
        raise DerivationError(f"the profile (a + b t) e^(-r t) has the stationary points {roots}, not one")
    return sp.expand(roots[0])


def best_constant(lam: sp.Expr, nu_w: sp.Expr, nu_f: sp.Expr, nu_c: sp.Expr, *, integer: bool = False) -> sp.Expr:
    """K(λ) = sup over real t ≥ 0 of ρ_t λ^{−t}; with `integer` the maximum over lags 0, 1, 2, …, for given numbers.

    Raises ParameterRangeError unless λ and all ν are numbers with 0 < ν_W < λ, ν_F > 0 and ν_C > 0.
    """
    scaling_factor(0, nu_w, nu_f, nu_c)  # refuses variances that are none
    lam, *nu = map(sp.sympify, (lam, nu_w, nu_f, nu_c))
    values = dict(zip((NU_W, NU_F, NU_C), nu, strict=True))
    if not all(value.is_number for value in (lam, *nu)) or not (lam - nu[0]).is_positive:
        raise ParameterRangeError(f"the rate λ is {lam}; it must be a number above ν_W = {nu_w}, itself a number")
    a, b = (part.subs(values) for part in linear_form())
    numbers = {A: a, B: b, R: sp.log(lam / values[NU_W])}
    peak = maximiser().subs(numbers)
    if integer:
        below = max(0, int(sp.floor(peak)))
        ratio = values[NU_W] / lam
        return sp.Max(*((a + b * j) * ratio**j for j in (below, below + 1)))
    return rate_profile().subs(T, maximiser()).subs(numbers) if peak > 0 else a


@lru_cache(maxsize=1)
def onset() -> sp.Expr:
    """The real lag from which ρ falls: the root in j of ρ_{j+1} − ρ_j (ρ_{j+1} ≤ ρ_j iff j is not below it)."""
    real = sp.Symbol("t", real=True)
    generic = scaling_factor(LAG, NU_W, NU_F, NU_C)
    change = sp.expand_power_exp(sp.expand((generic.subs(LAG, LAG + 1) - generic) / NU_W**LAG))
    roots = sp.solve(sp.expand(sp.simplify(change)).subs(LAG, real), real)
    if len(roots) != 1:
        raise DerivationError(f"ρ_(j+1) = ρ_j has the solutions {roots}, not one")
    return sp.simplify(roots[0])
