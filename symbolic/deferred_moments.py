"""Exact moments of right Grams by deferred decisions: a second derivation, which knows nothing of trace words.

Ask W about f, then about the direction that W f adds, and so on. In the orthonormal basis e_0, e_1, … that this opens,
f = χ_n e_0 and √n M e_k = Σ_{i≤k+1} h_ik e_i, where all entries are independent, h_ik ~ N(0, 1) for i ≤ k and
h_{k+1,k} ~ χ_{n−1−k}. So r_j = χ_n n^{−j/2} h^j e_0, and with p_j,i = (h^j)_{i0}, a sum over the paths of j steps,

    G^R_jk = n^{−1−(j+k)/2} χ_n² Σ_i p_j,i p_k,i.

A product of such Grams is a polynomial in the entries; E z^{2m} = (2m−1)!! and E χ_d^{2m} = d (d+2) … (d+2m−2). The
result is a polynomial in n, so it holds at every width though the basis needs n > j. Source: theory page, C.2.
"""

from __future__ import annotations

from collections import Counter
from functools import cache
from math import prod

import sympy as sp

from symbolic.errors import DerivationError
from symbolic.exact_arguments import Exact, ordered_lags, width

__all__ = ["LARGEST_LAG_SUM", "limit_coordinates", "right_gram_moment"]

LARGEST_LAG_SUM = 14  # chosen: a fraction of a second; the number of paths grows fivefold with each lag

Entry = tuple[int, int]  # (i, k) of h_ik; (0, −1) stands for χ_n, the length of f
Monomial = tuple[Entry, ...]  # sorted, with repetitions
Polynomial = Counter[Monomial]
Powers = tuple[tuple[int, int], ...]  # (k, power) of the entries h_{k+1,k}

LENGTH: Entry = (0, -1)


def right_gram_moment(*lags: tuple[int, int], n: Exact, too_many: int = 0) -> sp.Expr:
    """E Π G^R_jk over the pairs (j, k) in `lags`, at unit variances and for one input.

    `too_many` is a rival's error in the degrees of freedom of every new axis but the first. Raises LagError for lags
    that are no integers ≥ 0 or whose sum is above `LARGEST_LAG_SUM`, ParameterError for a width that is not exact.
    """
    for j, k in lags:
        ordered_lags(j, k, LARGEST_LAG_SUM)
    ordered_lags(0, sum(map(sum, lags)), LARGEST_LAG_SUM)
    size = width(n)
    total: Polynomial = Counter({(): 1})
    for j, k in lags:
        total = _product(total, _gram(*sorted((j, k))))
    moment = sp.Add(
        *(
            count * sp.Mul(*(_chi_moment(size - 1 - k + too_many * (k >= 0), power) for k, power in powers))
            for powers, count in _over_normal_entries(total).items()
        )
    )
    return sp.expand(sp.expand(moment) / size ** sp.Rational(sum(2 + j + k for j, k in lags), 2))


def limit_coordinates(j: int) -> list[sp.Integer]:
    """lim n^{−j/2} (h^j e_0)_i for i = 0 … j: each χ below the diagonal is √n in the limit, every other entry is small.

    A path counts if it only climbs. For every j that is one path, from axis 0 to axis j.
    """
    ordered_lags(0, j, LARGEST_LAG_SUM)
    return [
        sp.Integer(sum(count for monomial, count in paths.items() if all(i == k + 1 for i, k in monomial)))
        for paths in _paths(j)
    ]


@cache
def _paths(j: int) -> tuple[Polynomial, ...]:
    """(h^j e_0)_i for i = 0 … j, each as a sum of monomials."""
    if j == 0:
        return (Counter({(): 1}),)
    after: list[Polynomial] = [Counter() for _ in range(j + 1)]
    for k, polynomial in enumerate(_paths(j - 1)):
        for i in range(k + 2):
            for monomial, count in polynomial.items():
                after[i][tuple(sorted((*monomial, (i, k))))] += count
    return tuple(after)


def _product(left: Polynomial, right: Polynomial) -> Polynomial:
    result: Polynomial = Counter()
    for one, count in left.items():
        for other, times in right.items():
            result[tuple(sorted(one + other))] += count * times
    return result


@cache
def _gram(j: int, k: int) -> Polynomial:
    """χ_n² Σ_i p_j,i p_k,i."""
    total: Polynomial = Counter()
    for one, other in zip(_paths(j), _paths(k), strict=False):  # the shorter path reaches fewer axes
        total += _product(one, other)
    return Counter({(LENGTH, LENGTH, *monomial): count for monomial, count in total.items()})


def _over_normal_entries(polynomial: Polynomial) -> Counter[Powers]:
    """The expectation over the entries on and above the diagonal: E z^{2m} = (2m−1)!!, odd powers vanish."""
    left: Counter[Powers] = Counter()
    for monomial, count in polynomial.items():
        powers = Counter(monomial)
        normal = [power for (i, k), power in powers.items() if i <= k]
        if all(power % 2 == 0 for power in normal):
            below = tuple(sorted((k, power) for (i, k), power in powers.items() if i > k))
            left[below] += count * prod(prod(range(power - 1, 0, -2)) for power in normal)
    return left


def _chi_moment(degrees: sp.Expr, power: int) -> sp.Expr:
    """E χ_d^{2m} = d (d+2) … (d+2m−2). Raises DerivationError for an odd power, which is no polynomial in n.

    None is left: a path crosses from axis k to k + 1 as often as it falls back over it, or once more, which is alike
    for the two paths of a Gram because they end on one axis; and the falls, powers of normal entries, are even.
    """
    if power % 2:
        raise DerivationError(f"the odd power {power} of a χ with {degrees} degrees of freedom is left")
    return sp.Mul(*(degrees + 2 * m for m in range(power // 2)))
