"""The only file that knows how far, on average, the Gram of the responses is from its limit: E ‖G − D‖_F² exactly.

At unit variances, with A_jk = (W^T)^j W^k and f ~ N(0, I_n), G_jk = n^{−1−(j+k)/2} f^T A_jk f, and by Wick's theorem
    E G_jk = n^{−1−(j+k)/2} E tr A,     E (f^T A f)(f^T B f) = E [ tr A tr B + tr AB + tr AB^T ].
Traces are counted by the loop equations of `symbolic.trace_words`; nothing is approximated and every moment is a
polynomial in 1/n. Other variances follow from homogeneity, G_jk(ν) = ν_F ν_W^{(j+k)/2} G_jk(1), D_jj = ν_F ν_W^j.
Source: [E] Appendix A and Theorem 3.3(a); theory page, C.3.
"""

from __future__ import annotations

from collections import Counter
from functools import cache

import sympy as sp

from symbolic.trace_words import Words, total_trace_moment, transpose

__all__ = ["WIDTH", "combination_moments", "cross_moment", "deviation", "gram_mean", "limit_gram", "squared_distance"]

WIDTH = sp.Symbol("n", positive=True)

Lags = tuple[int, int]


@cache
def gram_mean(lags: Lags) -> sp.Expr:
    """E G_jk at unit variances, in the width."""
    counts: Counter[Words] = Counter([(_word(lags),)])
    return _in_width(total_trace_moment(counts), 1 + sp.Rational(sum(lags), 2))


@cache
def cross_moment(first: Lags, second: Lags) -> sp.Expr:
    """E G_first G_second at unit variances, in the width; 0 where the lags have an odd sum."""
    a, b = _word(first), _word(second)
    counts: Counter[Words] = Counter([(a, b), (a + b,), (a + transpose(b),)])
    return _in_width(total_trace_moment(counts), 2 + sp.Rational(sum(first) + sum(second), 2))


@cache
def deviation(lags: Lags) -> sp.Expr:
    """E (G_jk − δ_jk)² at unit variances, in the width."""
    limit = int(lags[0] == lags[1])
    return sp.expand(cross_moment(lags, lags) - 2 * limit * gram_mean(lags) + limit)


def limit_gram(T: int, nu_w: sp.Expr | int = 1, nu_f: sp.Expr | int = 1) -> list[sp.Expr]:
    """The diagonal of D: ν_F ν_W^j for j < T."""
    return [sp.sympify(nu_f) * sp.sympify(nu_w) ** j for j in range(T)]


def squared_distance(T: int, nu_w: sp.Expr | int = 1, nu_f: sp.Expr | int = 1) -> sp.Expr:
    """E ‖G − D‖_F² over the lags 0 … T−1, in the width."""
    scale = [sp.sympify(nu_w) ** j for j in range(T)]
    total = sp.Add(*(scale[j] * scale[k] * deviation(_sorted(j, k)) for j in range(T) for k in range(T)))
    return sp.expand(sp.sympify(nu_f) ** 2 * total)


def combination_moments(
    coefficients: tuple[int, ...], nu_w: sp.Expr | int = 1, nu_f: sp.Expr | int = 1
) -> tuple[sp.Expr, sp.Expr]:
    """(E q, E q²) of q = ‖Σ_j c_j r_j‖²/n = c^T G c, in the width."""
    used = [j for j, c in enumerate(coefficients) if c]
    root = sp.sqrt(sp.sympify(nu_w))
    entries = [
        (_sorted(j, k), coefficients[j] * coefficients[k] * sp.sympify(nu_f) * root ** (j + k))
        for j in used
        for k in used
    ]
    mean = sp.Add(*(scale * gram_mean(lags) for lags, scale in entries))
    square = sp.Add(*(s * t * cross_moment(*sorted((a, b))) for a, s in entries for b, t in entries))
    return sp.expand(mean), sp.expand(square)


def _sorted(j: int, k: int) -> Lags:
    return (j, k) if j <= k else (k, j)


def _word(lags: Lags) -> str:
    return "T" * lags[0] + "W" * lags[1]


def _in_width(counts: tuple[int, ...], divisor: sp.Rational) -> sp.Expr:
    """Σ counts[p] n^{p − divisor}; a moment with an odd number of letters is 0 and has no counts."""
    return sp.Add(*(count * WIDTH ** (power - divisor) for power, count in enumerate(counts) if count))
