"""Averages of test functions over the rows of (r_0, …, r_{T−1}): their Gaussian limits and exact finite-width errors.

r_j = M^j F, M = W/√n. For every orthogonal U the pair (U W Uᵀ, U F) has the law of (W, F) and turns r_j into U r_j, so
a combination v = Σ_j c_j r_j is √(n q) θ with θ uniform on the sphere, independent of q = ‖v‖²/n = cᵀ G c. A standard
Gaussian vector z is ‖z‖ θ in the same way. For A = (1/n) Σ_i f(row i) this gives, at every width,
    f = |cᵀx|:   E A² = E q · E (mean |z_i|)²,     E A ≥ E|z_1| E √q ≥ E|z_1| (E q)^{3/2} (E q²)^{−1/2}   (Hölder),
    f = cᵀx:     E A = 0,   E A² = E q/n,
and, given F, the rows of r_1 are independent N(0, ν_W ν_F s), s = ‖F‖²/(n ν_F) ~ χ²_n/n, so that f(x_1) is a mixture.
Moments of q are those of `symbolic.gram_distance`. Source: [E] Appendix A, (26)–(28).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import sympy as sp

from symbolic.gram_distance import WIDTH, combination_moments, cross_moment, deviation

__all__ = [
    "LAGS",
    "Member",
    "absolute_mean",
    "chi_mean",
    "cosine_mean",
    "family",
    "finite_width",
    "laplace_transform",
    "mean_of_absolutes_squared",
    "root_moment",
]

LAGS = 4  # test functions look at the lags 0 … 3

Z = sp.Symbol("z", real=True)
SCALE = sp.Symbol("sigma", positive=True)
DENSITY = sp.exp(-(Z**2) / 2) / sp.sqrt(2 * sp.pi)


@dataclass(frozen=True, kw_only=True)
class Member:
    """A test function: E f in the limit, and E (A − limit)² at width n, or an upper bound on it if not `exact`."""

    label: str
    limit: sp.Expr
    square_error: sp.Expr
    exact: bool


@lru_cache(maxsize=1)
def absolute_mean() -> sp.Expr:
    """E |z|, z standard Gaussian, by integration."""
    return 2 * sp.integrate(Z * DENSITY, (Z, 0, sp.oo))


@lru_cache(maxsize=1)
def cosine_mean() -> sp.Expr:
    """E cos(σ z) as a function of the symbol σ, by integration."""
    return sp.simplify(sp.integrate(sp.cos(SCALE * Z) * DENSITY, (Z, -sp.oo, sp.oo)))


@lru_cache(maxsize=1)
def _chi_square_density() -> tuple[sp.Symbol, sp.Expr]:
    x = sp.Symbol("x", positive=True)
    return x, x ** (WIDTH / 2 - 1) * sp.exp(-x / 2) / (2 ** (WIDTH / 2) * sp.gamma(WIDTH / 2))


@lru_cache(maxsize=1)
def _laplace() -> tuple[sp.Symbol, sp.Expr]:
    t = sp.Symbol("t", positive=True)
    x, density = _chi_square_density()
    return t, sp.simplify(sp.integrate(density * sp.exp(-t * x / WIDTH), (x, 0, sp.oo)))


def laplace_transform(t: sp.Expr | int) -> sp.Expr:
    """E e^{−t s} of s ~ χ²_n/n, by integration; e^{−t} in the limit."""
    symbol, value = _laplace()
    return value.subs(symbol, t)


@lru_cache(maxsize=8)
def root_moment(power: int) -> sp.Expr:
    """E s^{power/2} of s ~ χ²_n/n, by integration."""
    x, density = _chi_square_density()
    return sp.simplify(sp.integrate(density * (x / WIDTH) ** sp.Rational(power, 2), (x, 0, sp.oo)))


def chi_mean() -> sp.Expr:
    """E √s of s ~ χ²_n/n."""
    return root_moment(1)


def mean_of_absolutes_squared() -> sp.Expr:
    """E ((1/n) Σ |z_i|)² = 1/n + (1 − 1/n) (E|z|)²."""
    return 1 / WIDTH + (1 - 1 / WIDTH) * absolute_mean() ** 2


def _absolute_error(coefficients: tuple[int, ...], limit: sp.Expr, nu_w: sp.Expr, nu_f: sp.Expr) -> sp.Expr:
    """Upper bound on E (A − limit)² for A = (1/n) Σ |(Σ_j c_j r_j)_i|: E A² − 2 limit·(lower bound of E A) + limit²."""
    mean, square = combination_moments(coefficients, nu_w, nu_f)
    least = absolute_mean() * mean ** sp.Rational(3, 2) / sp.sqrt(square)
    return mean * mean_of_absolutes_squared() - 2 * limit * least + limit**2


def family(nu_w: sp.Expr | int = 1, nu_f: sp.Expr | int = 1) -> tuple[Member, ...]:
    """Six pseudo-Lipschitz functions of order 2 of a row (x_0, …, x_3): quadratic, Lipschitz, bounded, joint."""
    nu_w, nu_f = sp.sympify(nu_w), sp.sympify(nu_f)
    d = [nu_f * nu_w**j for j in range(LAGS)]
    third, together = absolute_mean() * sp.sqrt(d[3]), absolute_mean() * sp.sqrt(sum(d))
    difference = absolute_mean() * sp.sqrt(d[1] + d[2])
    average = combination_moments((0, 1, 1, 0), nu_w, nu_f)[0] / WIDTH  # E (mean (x_1 + x_2))²
    cosine, cosine_error = _cosine(d[1])
    square = (cross_moment((1, 3), (1, 3)) * d[1] * d[3], deviation((2, 2)) * d[2] ** 2)
    return (
        Member(label="x_2²", limit=d[2], square_error=square[1], exact=True),
        Member(label="x_1 x_3", limit=sp.Integer(0), square_error=square[0], exact=True),
        Member(
            label="|x_3|",
            limit=third,
            square_error=_absolute_error((0, 0, 0, 1), third, nu_w, nu_f),
            exact=False,
        ),
        Member(
            label="|x_0 + x_1 + x_2 + x_3|",
            limit=together,
            square_error=_absolute_error((1, 1, 1, 1), together, nu_w, nu_f),
            exact=False,
        ),
        # max(a, b) = (a + b)/2 + |a − b|/2; the two means are uncorrelated, since F ↦ −F turns one over only
        Member(
            label="max(x_1, x_2)",
            limit=difference / 2,
            square_error=(average + _absolute_error((0, 1, -1, 0), difference, nu_w, nu_f)) / 4,
            exact=False,
        ),
        Member(label="cos x_1", limit=cosine, square_error=cosine_error, exact=True),
    )


def _cosine(variance: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """(limit, E (A − limit)²) for A = (1/n) Σ cos r_{1,i}; cos² = (1 + cos 2·)/2 for the terms with equal rows."""
    limit = cosine_mean().subs(SCALE, sp.sqrt(variance))
    mean, square = _cosine_moments(variance)
    return limit, square - 2 * limit * mean + limit**2


def _cosine_moments(variance: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """(E A, E A²) of the same A at width n: E cos(√(v s) z) = e^{−t s} with t read off from the Gaussian integral."""
    t = variance * sp.expand_log(-sp.log(cosine_mean()), force=True) / SCALE**2
    same = (1 + laplace_transform(4 * t)) / 2
    return laplace_transform(t), same / WIDTH + (1 - 1 / WIDTH) * laplace_transform(2 * t)


def finite_width(nu_w: sp.Expr | int, nu_f: sp.Expr | int) -> dict[str, tuple[sp.Expr, sp.Expr]]:
    """(E A, Var A) at width n for cos x_1 and |x_1|, whose rows are a mixture over s alone."""
    variance = sp.sympify(nu_w) * sp.sympify(nu_f)
    mean, square = _cosine_moments(variance)
    absolute = absolute_mean() * sp.sqrt(variance) * chi_mean()
    return {
        "cos x_1": (mean, square - mean**2),
        "|x_1|": (absolute, variance * mean_of_absolutes_squared() - absolute**2),
    }
