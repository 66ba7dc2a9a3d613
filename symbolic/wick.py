"""The only file that states exact finite-width moments of Gram matrices and of the NTK as expressions in the width n.

W has i.i.d. N(0, ν_W) entries, M = W/√n, f ~ N(0, ν_F I_n), c ~ N(0, ν_C I_n), all independent; r_j = M^j f and
l_j = (M^T)^j c; G^R_jk = r_j^T r_k / n and G^L_jk = l_j^T l_k / n. The NTK between the lags j and k is

    Θ_jk = G^R_jk + G^L_jk + Σ_{a<j,b<k} G^L_ab G^R_{j-1-a,k-1-b}      (the parts of C, of F and of W).

By Wick's theorem every moment is a finite sum of powers of 1/n. It is derived here without approximation and, with n a
symbol, holds at every width. Moments of Θ_kj are those of Θ_jk; a mean is 0 if j + k is odd. Width and variances may be
any exact SymPy expressions, ints or Fractions; every function raises LagError for lags that are no integers ≥ 0 or too
large, and ParameterError for floats, n ≤ 0 or ν < 0. Practical up to lag 6 in second moments and 12 in means.
Source: theory page, C.1 and C.3.
"""

from collections import defaultdict
from collections.abc import Iterable
from operator import index
from typing import SupportsIndex

from sympy import Add, Expr, ImmutableMatrix, Rational

from symbolic import gram_moments
from symbolic.exact_arguments import Exact, LagError, ParameterError, ordered_lags, variance, width
from symbolic.gram_moments import LARGEST_LAG_SUM_OF_MEANS, LARGEST_LAG_SUM_OF_SECOND_MOMENTS, Coefficients

__all__ = [
    "LagError",
    "ParameterError",
    "left_right_cross_moment",
    "ntk_entry_second_moment",
    "ntk_gram_cross_moment",
    "ntk_mean",
    "ntk_part_means",
    "ntk_part_second_moments",
    "ntk_variance",
    "right_gram_cross_moment",
    "right_gram_entry_second_moment",
    "right_gram_mean",
    "right_gram_second_moment",
]


def right_gram_mean(j: SupportsIndex, k: SupportsIndex, n: Exact) -> Expr:
    """E G^R_jk at unit variances, δ_jk + O(1/n). On the diagonal it is m_j(n) of the theory page, C.3."""
    j, k = ordered_lags(j, k, LARGEST_LAG_SUM_OF_MEANS)
    return _laurent([(1, gram_moments.right_gram_mean(j, k))], width(n), 1 + (j + k) // 2)


def right_gram_second_moment(j: SupportsIndex, n: Exact) -> Expr:
    """E (G^R_jj)^2 at unit variances, 1 + O(1/n)."""
    j, _ = ordered_lags(j, j, LARGEST_LAG_SUM_OF_SECOND_MOMENTS)
    return _laurent([(1, gram_moments.right_gram_second_moment(j))], width(n), 2 + 2 * j)


def right_gram_cross_moment(j: SupportsIndex, k: SupportsIndex, n: Exact) -> Expr:
    """E G^R_jj G^R_kk at unit variances, 1 + O(1/n)."""
    j, k = ordered_lags(j, k, LARGEST_LAG_SUM_OF_SECOND_MOMENTS)
    return _laurent([(1, gram_moments.right_gram_cross_moment(j, k))], width(n), 2 + j + k)


def right_gram_entry_second_moment(j: SupportsIndex, k: SupportsIndex, n: Exact, *, same_input: bool = True) -> Expr:
    """E (G^R_jk,bb')^2 at unit variances, same_input: b = b'. It is O(1/n), and 1 + O(1/n) if j = k and b = b'."""
    j, k = ordered_lags(j, k, LARGEST_LAG_SUM_OF_SECOND_MOMENTS)
    counts = gram_moments.right_gram_entry_second_moment(j, k, same_input=same_input)
    return _laurent([(1, counts)], width(n), 2 + j + k)


def left_right_cross_moment(j: SupportsIndex, k: SupportsIndex, n: Exact) -> Expr:
    """E G^L_jj G^R_kk at unit variances, symmetric in j and k because W and W^T have the same law."""
    j, k = ordered_lags(j, k, LARGEST_LAG_SUM_OF_SECOND_MOMENTS)
    return _laurent([(1, gram_moments.left_right_cross_moment(j, k))], width(n), 2 + j + k)


def ntk_gram_cross_moment(j: SupportsIndex, k: SupportsIndex, n: Exact) -> Expr:
    """E Θ_jj G^R_kk = E Θ_jj G^L_kk at unit variances, for one input and one output."""
    ordered_lags(j, k, LARGEST_LAG_SUM_OF_SECOND_MOMENTS)
    counts = gram_moments.ntk_gram_cross_moment(index(j), index(k))
    return _laurent([(1, counts)], width(n), 2 + index(j) + index(k))


def ntk_mean(
    j: SupportsIndex, k: SupportsIndex, n: Exact, *, nu_w: Exact = 1, nu_f: Exact = 1, nu_c: Exact = 1
) -> Expr:
    """E Θ_jk for one input and one output, δ_jk ρ_j + O(1/n): the part means, each with its scale."""
    j, k = ordered_lags(j, k, LARGEST_LAG_SUM_OF_MEANS)
    scales = _part_scales(j + k, nu_w, nu_f, nu_c)
    means = zip(scales, gram_moments.part_means(j, k), strict=True)
    return _laurent(means, width(n), 1 + (j + k) // 2)


def ntk_variance(
    j: SupportsIndex, k: SupportsIndex, n: Exact, *, nu_w: Exact = 1, nu_f: Exact = 1, nu_c: Exact = 1
) -> Expr:
    """Var Θ_jk for one input and one output, O(1/n): the covariances of the parts, each with its two scales."""
    j, k = ordered_lags(j, k, LARGEST_LAG_SUM_OF_SECOND_MOMENTS)
    scales = _part_scales(j + k, nu_w, nu_f, nu_c)
    covariances = (
        (scale * other_scale, covariance)
        for scale, row in zip(scales, gram_moments.part_covariances(j, k), strict=True)
        for other_scale, covariance in zip(scales, row, strict=True)
    )
    return _laurent(covariances, width(n), 2 + j + k)


def ntk_part_means(j: SupportsIndex, k: SupportsIndex, n: Exact) -> tuple[Expr, Expr, Expr]:
    """The means of the parts of C, F and W of Θ_jk at unit variances."""
    j, k = ordered_lags(j, k, LARGEST_LAG_SUM_OF_MEANS)
    c_part, f_part, w_part = (
        _laurent([(1, mean)], width(n), 1 + (j + k) // 2) for mean in gram_moments.part_means(j, k)
    )
    return c_part, f_part, w_part


def ntk_part_second_moments(j: SupportsIndex, k: SupportsIndex, n: Exact) -> ImmutableMatrix:
    """The 3 x 3 matrix E P_p P_q, where P are the parts of C, F and W of Θ_jk at unit variances."""
    j, k = ordered_lags(j, k, LARGEST_LAG_SUM_OF_SECOND_MOMENTS)
    moments = gram_moments.part_second_moments(j, k)
    return ImmutableMatrix([[_laurent([(1, moment)], width(n), 2 + j + k) for moment in row] for row in moments])


def ntk_entry_second_moment(
    j: SupportsIndex, k: SupportsIndex, n: Exact, *, same_input: bool, same_output: bool
) -> Expr:
    """E of the squared entry ((a, b), (a', b')) of the block Θ_jk at unit variances.

    For several inputs and outputs the entry is δ_aa' G^R_jk,bb' + G^L_jk,aa' δ_bb' + Σ G^L_..,aa' G^R_..,bb', with
    same_output: a = a' and same_input: b = b'. Unless both hold its mean is 0 and this, its variance, is O(1/n);
    if both hold this is E Θ_jk^2 for one input and one output.
    """
    j, k = ordered_lags(j, k, LARGEST_LAG_SUM_OF_SECOND_MOMENTS)
    moment = gram_moments.entry_second_moment(j, k, same_input=same_input, same_output=same_output)
    return _laurent([(1, moment)], width(n), 2 + j + k)


def _laurent(terms: Iterable[tuple[Expr | int, Coefficients]], n: Expr, divisor_power: int) -> Expr:
    """Σ over (scale, counts) and p of scale x counts[p] n^{p - divisor_power}, collected in powers of n."""
    collected: defaultdict[int, Expr | int] = defaultdict(int)
    for scale, counts in terms:
        for power, count in enumerate(counts):
            if count:
                collected[power] += scale * count
    return Add(*(coefficient * n ** (power - divisor_power) for power, coefficient in collected.items()))


def _part_scales(lag_sum: int, nu_w: Exact, nu_f: Exact, nu_c: Exact) -> tuple[Expr, Expr, Expr]:
    """What multiplies the parts of C, F and W at variances other than 1: f, c and each factor W scale by √ν."""
    nu_w, nu_f, nu_c = variance("nu_w", nu_w), variance("nu_f", nu_f), variance("nu_c", nu_c)
    power = Rational(lag_sum, 2)
    return nu_f * nu_w**power, nu_c * nu_w**power, nu_f * nu_c * nu_w ** (power - 1)
