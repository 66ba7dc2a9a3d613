"""How near the n rows of (r_0, …, r_{T−1}) are to n independent rows of N(0, D), once both are drawn together.

For every orthogonal U the pair (U W Uᵀ, U F) has the law of (W, F) and turns R = (r_0, …) into U R, so that for n ≥ T
R = V (n G)^{1/2} with a uniform frame V, Vᵀ V = I, independent of G. In the same way n independent Gaussian rows are
Z = V (n S)^{1/2} D^{1/2}, S the sample covariance of standard ones. With one V the mean squared distance of the rows is
    ‖R − Z‖_F²/n = ‖G^{1/2} − S^{1/2} D^{1/2}‖_F² ≤ 2 ‖G^{1/2} − D^{1/2}‖_F² + 2 ‖(S^{1/2} − I) D^{1/2}‖_F²,
whose mean is, by the bound of appendix_a_gaussian_w2 on square roots, at most
    δ² = 2 E ‖G − D‖_F²/λ_min(D) + 2 λ_max(D) E ‖S − I‖_F².
Row i with row i is one coupling of the two empirical measures, so E W_2²(rows of R, rows of Z) ≤ δ².
"""

from __future__ import annotations

import sympy as sp

from symbolic.gram_distance import WIDTH, gram_mean, limit_gram, squared_distance
from symbolic.independent_rows import covariance_fluctuation

__all__ = ["combined", "mean_trace", "squared_bound"]


def combined(first: sp.Expr, second: sp.Expr) -> sp.Expr:
    """What bounds ‖P + Q‖_F² by ‖P‖_F² and ‖Q‖_F²: twice their sum, which leaves ‖P − Q‖_F²."""
    return 2 * first + 2 * second


def squared_bound(T: int, nu_w: sp.Expr | int, nu_f: sp.Expr | int, *, growing: bool, off_diagonal: int = 1) -> sp.Expr:
    """δ² in the width; `growing` says that ν_W ≥ 1, so that lag T − 1 has the largest variance and lag 0 the least."""
    limits = limit_gram(T, nu_w, nu_f)
    least, largest = (limits[0], limits[-1]) if growing else (limits[-1], limits[0])
    sampled = covariance_fluctuation(T, WIDTH, off_diagonal=off_diagonal)
    return sp.expand(combined(squared_distance(T, nu_w, nu_f) / least, largest * sampled))


def mean_trace(T: int, nu_w: sp.Expr | int, nu_f: sp.Expr | int) -> sp.Expr:
    """E tr G, the mean square of a row, in the width; its limit is tr D."""
    return sp.expand(sp.Add(*(limit * gram_mean((j, j)) for j, limit in enumerate(limit_gram(T, nu_w, nu_f)))))
