"""E W_2² between the empirical measure of the n entries of r_j and N(0, σ²), σ² = ν_F ν_W^j.

In one dimension the best coupling is that of the quantiles. With sorted entries r_(1) ≤ … and Δ_i = ∫ Φ⁻¹ over the
i-th of n equal parts of [0, 1], that is Δ_i = φ(Φ⁻¹((i−1)/n)) − φ(Φ⁻¹(i/n)),
    W_2² = ‖r‖²/n − 2 σ Σ_i r_(i) Δ_i + σ².
r_j is √(n q) θ, θ uniform on the sphere and independent of q = G_jj, and so is a standard Gaussian vector z with
s = ‖z‖²/n in the place of q. Hence E Σ r_(i) Δ_i = (E √q/E √s) C, with the overlap C = E Σ z_(i) Δ_i.
Source: [E] Appendix A, (30), (31).
"""

from __future__ import annotations

import math
from functools import cache
from itertools import pairwise
from statistics import NormalDist

import sympy as sp

from symbolic.errors import ParameterRangeError
from symbolic.gram_distance import WIDTH, combination_moments
from symbolic.pseudo_lipschitz import root_moment

__all__ = ["OVERLAP", "gram_alone", "lag_one", "mean_square_bound", "overlap"]

OVERLAP = sp.Symbol("C", positive=True)
STEP = 1.0 / 32.0  # of the trapezoidal rule, which converges faster than any power: half of it changes nothing
REACH = 12.0  # φ(12) = 2·10⁻³²


@cache
def overlap(n: int) -> float:
    """C = E Σ_i z_(i) Δ_i of n standard Gaussians: n ∫ x φ(x) Σ_i C(n−1, i−1) u^{i−1} (1−u)^{n−i} Δ_i dx, u = Φ(x).

    Raises ParameterRangeError for n < 1.
    """
    if n < 1:
        raise ParameterRangeError(f"an empirical measure of {n} points; take n ≥ 1")
    if n == 1:
        return 0.0
    normal = NormalDist()
    cuts = [0.0, *(normal.pdf(normal.inv_cdf(i / n)) for i in range(1, n)), 0.0]
    shares = [before - after for before, after in pairwise(cuts)]
    total = 0.0
    for k in range(1, int(REACH / STEP) + 1):  # the integrand is even in x: Δ is odd under i → n + 1 − i
        x = k * STEP
        low, high = 0.5 * math.erfc(-x / math.sqrt(2.0)), 0.5 * math.erfc(x / math.sqrt(2.0))
        total += 2.0 * STEP * x * normal.pdf(x) * n * _bernstein(shares, math.log(low), math.log(high))
    return total


def _bernstein(values: list[float], log_u: float, log_v: float) -> float:
    """Σ_k C(n−1, k) u^k v^{n−1−k} values[k] for u + v = 1, by the logarithms of u and v, as u^k alone may underflow."""
    last = len(values) - 1
    total = 0.0
    for k, value in enumerate(values):
        choose = math.lgamma(last + 1) - math.lgamma(k + 1) - math.lgamma(last - k + 1)
        total += value * math.exp(choose + k * log_u + (last - k) * log_v)
    return total


def mean_square_bound(lag: int, nu_w: sp.Expr | int, nu_f: sp.Expr | int) -> sp.Expr:
    """Upper bound on E W_2² at a lag, in the width and C: E √q ≥ (E q)^{3/2}/√(E q²) by Hölder.

    Exact at lags 0 and 1, where q is ν_F s and ν_F ν_W s s' with independent s, s' ~ χ²_n/n.
    """
    mean, square = combination_moments(tuple(int(j == lag) for j in range(lag + 1)), nu_w, nu_f)
    variance = sp.sympify(nu_f) * sp.sympify(nu_w) ** lag
    root = mean ** sp.Rational(3, 2) / sp.sqrt(square)
    if lag <= 1:
        root = sp.sqrt(variance) * root_moment(1) ** (lag + 1)
    return mean + variance - 2 * sp.sqrt(variance) * OVERLAP * root / root_moment(1)


def gram_alone(lag: int, nu_w: sp.Expr | int, nu_f: sp.Expr | int) -> sp.Expr:
    """The same without the fluctuation of the sample, C = E √s: as if the n entries were quantiles."""
    return mean_square_bound(lag, nu_w, nu_f).subs(OVERLAP, root_moment(1))


def lag_one(nu_w: sp.Expr | int, nu_f: sp.Expr | int) -> tuple[sp.Expr, sp.Expr]:
    """(E W_2², an upper bound on Var W_2²) at lag 1, in the width and C.

    Given F, r_1 = √(σ² s) g with g standard Gaussian and s = ‖F‖²/(n ν_F). In units of σ², w = W_2² has
    E[w | s] = s − 2 √s C + 1; as a function of g its gradient is (2√s/n)(r_(i) − n Δ_i), of squared length at most
    (4 s/n) w, so that Var(w | s) ≤ (4 s/n) E[w | s] by the Gaussian Poincaré inequality; and the variances add up.
    """
    variance = sp.sympify(nu_w) * sp.sympify(nu_f)
    half, one, more, two = (root_moment(k) for k in (1, 2, 3, 4))
    mean = one - 2 * OVERLAP * half + 1
    given = 4 * (two - 2 * OVERLAP * more + one) / WIDTH
    between = (two - one**2) - 4 * OVERLAP * (more - one * half) + 4 * OVERLAP**2 * (one - half**2)
    return variance * mean, variance**2 * (given + between)
