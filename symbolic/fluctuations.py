"""How the NTK fluctuates about its wide limit to leading order, for every lag; variances 1, one input, one output.

Let g_ab = √n (G^R_ab − δ_ab) and h_ab = √n (G^L_ab − δ_ab).

1. e_0, e_1, … are the directions that F, M F, … add one after the other, and w_a = W e_a. Given all that was asked
   before, w_a ~ N(0, I_n) is fresh, so ‖w_a‖² are *exactly* independent χ²_n. With x_i the coordinates of r_a = M^a F
       ‖r_{a+1}‖² = x_a² ‖w_a‖²/n + 2 Σ_{i<a} x_a x_i w_aᵀw_i/n + ‖Σ_{i<a} x_i w_i‖²/n,
   where x_a²/n → 1 and x_i, w_aᵀw_i/√n are O_P(1). So g_{a+1,a+1} − g_aa = ξ_a + O_P(n^{−1/2}) with independent
   ξ_a = (‖w_a‖² − n)/√n of variance 2, and g_00 = (‖F‖² − n)/√n. Off the diagonal g_ab = O_P(1).
2. The left vectors, asked after all T right queries: for their directions p_b the answer Wᵀp_b is known on the T axes
   that were asked, where it is w_aᵀp_b = O_P(1), and fresh on the n − T others: squared lengths that are exactly
   independent χ²_{n−T}, independent of the right side. So h_{b+1,b+1} − h_bb are independent too, of variance → 2.
3. Put G = 1 + n^{−1/2}(…) into Θ_jj of theory C.1: √n (Θ_jj − (j+2)) = Σ_{a≤j} (g_aa + h_aa) + O_P(n^{−1/2}),
   because the products of two Grams off the diagonal are O_P(1/n).
4. Hence weak limits with covariances 2 (min(a, b) + 1) of g_aa and g_bb and 0 of g_aa and h_bb, and for Θ_jj the
   variance 2 Σ_{a,b≤j} 2 (min(a, b) + 1) = C(2j+4, 3).
5. The variances converge too, with no further assumption about tails: G_jj and Θ_jj are polynomials of bounded degree
   in Gaussian variables, whose moments of every order are bounded by powers of the second (hypercontractivity,
   Nelson); so, by the inequality of Paley and Zygmund, a sequence of them that is bounded in probability is bounded in
   L², hence in every L^p, hence uniformly integrable. As Var Θ_jj is a polynomial in 1/n (Wick), and so is Var G_jj,
   they are C(2j+4, 3)/n + O(n⁻²) and (2j+2)/n + O(n⁻²).

This file derives 3 and the sums of 4; symbolic.wick checks each line of 1–4 at small lags by exact moments.
"""

from __future__ import annotations

from functools import lru_cache

import sympy as sp

from symbolic.scaling import LAG, NU_C, NU_F, NU_W

__all__ = [
    "EPSILON",
    "covariance_limit",
    "fluctuation",
    "gram_variance",
    "increment",
    "kernel_expansion",
    "kernel_variance",
    "kernel_variance_generic",
]

EPSILON = sp.Symbol("epsilon", positive=True)  # n^{−1/2}


def fluctuation(side: str, a: int, b: int) -> sp.Symbol:
    """g_ab for side "g" (right) and h_ab for side "h" (left), symmetric in a and b."""
    return sp.Symbol(f"{side}_{min(a, b)}{max(a, b)}", real=True)


def kernel_expansion(j: int) -> sp.Expr:
    """Θ_jj with G_ab = δ_ab + ε·fluctuation in its formula (theory C.1), expanded in ε."""

    def gram(side: str, a: int, b: int) -> sp.Expr:
        return sp.Integer(a == b) + EPSILON * fluctuation(side, a, b)

    by_w = sp.Add(*(gram("h", a, b) * gram("g", j - 1 - a, j - 1 - b) for a in range(j) for b in range(j)))
    return sp.expand(gram("g", j, j) + gram("h", j, j) + by_w)


def covariance_limit(a: sp.Expr | int, b: sp.Expr | int) -> sp.Expr:
    """lim n Cov(G_aa, G_bb): g_aa is the sum of a + 1 independent variables of variance 2, shared by all later lags."""
    return 2 * (sp.Min(a, b) + 1)


@lru_cache(maxsize=1)
def _sum_over_square() -> sp.Expr:
    """Σ_{a,b<j} covariance_limit(a, b), j = `LAG`: each pair of different lags twice, each lag with itself once."""
    a, b = sp.symbols("a b", integer=True, nonnegative=True)
    earlier = sp.summation(_shared(b), (b, 0, a - 1))
    return sp.expand(sp.summation(sp.expand(2 * earlier + _shared(a)), (a, 0, LAG - 1)))


@lru_cache(maxsize=1)
def _increment() -> sp.Expr:
    a = sp.Symbol("a", integer=True, nonnegative=True)
    return sp.expand(2 * sp.summation(_shared(a), (a, 0, LAG - 1)) + _shared(LAG))


def increment(lag: sp.Expr) -> sp.Expr:
    """What `lag` adds to Σ_{a,b≤lag}: twice its covariances 2 (a + 1) with the lags a before it, and its variance."""
    return sp.expand(_increment().subs(LAG, lag))


def _shared(a: sp.Expr) -> sp.Expr:
    """The covariance of g_aa with itself and with every later g_bb."""
    return 2 * (a + 1)


def gram_variance(j: sp.Expr) -> sp.Expr:
    """lim n Var G_jj = 2j + 2."""
    return sp.expand(_shared(j))


def kernel_variance(j: sp.Expr | int = LAG) -> sp.Expr:
    """lim n Var Θ_jj at unit variances, summed by SymPy for a symbolic lag: two sides, lags 0 … j each."""
    return sp.factor(2 * _sum_over_square().subs(LAG, LAG + 1)).subs(LAG, j)


def kernel_variance_generic(j: sp.Expr | int = LAG, *, cross: int = 1) -> sp.Expr:
    """lim n Var Θ_jj at any variances; `cross` = 0 leaves out the covariances of the part of W with those of C and F.

    √n (Θ_jj − ρ_j) ≈ A g_jj + B h_jj + D Σ_{a<j} (g_aa + h_aa), g and h those at ν = 1, with A = ν_F ν_W^j,
    B = ν_C ν_W^j and D = ν_C ν_F ν_W^{j−1}.
    """
    by_c, by_f, by_w = NU_F * NU_W**LAG, NU_C * NU_W**LAG, NU_C * NU_F * NU_W ** (LAG - 1)
    with_earlier = cross * by_w * (increment(LAG) - _shared(LAG))
    earlier = by_w**2 * _sum_over_square()
    one_side = [own**2 * _shared(LAG) + own * with_earlier + earlier for own in (by_c, by_f)]
    return sp.expand(sp.Add(*one_side)).subs(LAG, j)
