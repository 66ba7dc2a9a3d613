"""What [E] Theorem 4.1 says about memory: why no constant bounds every start, how long a lag takes, what outlasts what.

With ρ_j = (a + b j) ν_W^j as derived, and inputs for which A^T A = σ² 1, each lag is learned alone: after ℓ steps the
share (1 − η σ² ρ_j)^ℓ of its error is left.
"""

from __future__ import annotations

import sympy as sp

from symbolic.decay import linear_form
from symbolic.scaling import LAG, NU_C, NU_W, perturbation_variance

__all__ = [
    "LEVEL",
    "MEAN",
    "SPREAD",
    "density",
    "exceedance",
    "first_move",
    "log_bounds",
    "move_over_start",
    "steps_times_rate",
]

LEVEL, MEAN, SPREAD = (sp.Symbol(name, positive=True) for name in ("b", "mu", "sigma"))
RATE = sp.Symbol("eta", positive=True)


def density(t: sp.Expr) -> sp.Expr:
    """Density at t of N(μ, σ²)."""
    return sp.exp(-((t - MEAN) ** 2) / (2 * SPREAD**2)) / (SPREAD * sp.sqrt(2 * sp.pi))


def exceedance() -> sp.Expr:
    """P(|N(μ, σ²)| > b) = ½ erfc((b − μ)/(√2 σ)) + ½ erfc((b + μ)/(√2 σ))."""
    return sp.Add(*(sp.erfc((LEVEL + sign * MEAN) / (sp.sqrt(2) * SPREAD)) / 2 for sign in (-1, 1)))


def first_move() -> tuple[sp.Symbol, sp.Expr]:
    """(L, |L_0^1 − L|/ρ_0) for one sequence of one step, input 1 and target 0, from the start L_0^0 = L ≥ 0."""
    start = sp.Symbol("L", nonnegative=True)
    theta, root = sp.Symbol("theta", real=True), sp.Symbol("r", positive=True)  # L = r θ, ρ = r²
    slope = sp.diff((0 - root * theta) ** 2 / 2, theta)
    moved = -RATE * root * slope.subs(theta, start / root)
    return start, sp.Abs(sp.cancel(moved / root**2))


def steps_times_rate(factor: sp.Expr) -> sp.Expr:
    """lim_{η→0} η ℓ, where (1 − η σ² ρ)^ℓ = δ, σ² = 1 and ρ = `factor`: the time at which the share δ is left."""
    share, rho = sp.Symbol("delta", positive=True), sp.Symbol("rho", positive=True)
    steps = sp.log(share) / sp.log(1 - RATE * rho)
    return sp.limit(RATE * steps, RATE, 0, "+").subs(rho, factor)


def log_bounds() -> tuple[sp.Expr, sp.Expr]:
    """Derivatives, at u = x/(1 − x) ≥ 0, of −ln(1 − x) − x and of x/(1 − x) + ln(1 − x): both ≥ 0, and both are 0 at 0.

    So x ≤ −ln(1 − x) ≤ x/(1 − x), and the first ℓ with (1 − x)^ℓ ≤ δ has ln(1/δ)(1 − x) ≤ x ℓ < ln(1/δ) + x.
    """
    x, u = sp.symbols("x u", positive=True)
    lower, upper = -sp.log(1 - x) - x, x / (1 - x) + sp.log(1 - x)
    at = u / (1 + u)
    first, second = (sp.cancel(sp.diff(gap, x).subs(x, at)) for gap in (lower, upper))
    return first, second


def move_over_start() -> sp.Expr:
    """ρ_j/√(E (L_j^0)²), with ν_W = 1/(1 + q)²: what training adds to a lag, over what was there."""
    q = sp.Symbol("q", positive=True)
    a, b = linear_form()
    root = 1 / (1 + q)
    numbers = {NU_W: root**2}
    entry, _ = perturbation_variance()  # of q_j, and L_j^0 = n^{−1/2} C q_j sums n of them: (24), one input and output
    start = sp.powdenest(sp.sqrt((NU_C * entry).subs(numbers)), force=True)  # all are positive
    return (a + b * LAG).subs(numbers) * root ** (2 * LAG) / start
