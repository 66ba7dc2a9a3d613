"""Exact moments of the impulse response of a random linear RNN with several inputs and outputs, by Wick's theorem.

L_j = n^{−1/2} C M^j F with independent N(0, ν) entries, so that for lags j_1, …, j_m

    Π_g ‖L_{j_g}‖_F² = n^{−m−Σj_g} Σ Π_g (c_{a_g}ᵀ W^{j_g} f_{b_g})²

over outputs a_g and inputs b_g. A pairing of the 2m rows c and one of the 2m columns f close the factors W^j into
traces: from a row along W^j to its column, on to the column paired with it, back along (Wᵀ)^{j'} to a row, and so on.
Outputs are summed freely over every set of groups that the pairing of rows joins, which gives n_y each, and inputs
likewise n_x.
Source: theory page, C.3; [E] (24) is the first moment.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from functools import cache

import sympy as sp

from symbolic.exact_arguments import Exact, ordered_lags, variance, width
from symbolic.trace_words import total_trace_moment

__all__ = ["LARGEST_LAG_SUM", "squared_norm_moment", "squared_norm_variance"]

LARGEST_LAG_SUM = 16  # beyond it there may be 2^64 pairings, which the trace words cannot count


def pairings(places: list[int]) -> Iterator[dict[int, int]]:
    """All ways to pair the places."""
    if not places:
        yield {}
        return
    first, rest = places[0], places[1:]
    for i, partner in enumerate(rest):
        for more in pairings(rest[:i] + rest[i + 1 :]):
            yield {first: partner, partner: first, **more}


def squared_norm_moment(
    *lags: int, n: Exact, n_x: Exact = 1, n_y: Exact = 1, nu_w: Exact = 1, nu_f: Exact = 1, nu_c: Exact = 1
) -> sp.Expr:
    """E Π ‖L_j‖_F² over `lags`: one lag for the mean, two for a second moment.

    n, n_x, n_y and the variances are exact numbers or symbols. Raises LagError for lags that are no integers ≥ 0 or add
    up to more than `LARGEST_LAG_SUM`, and ParameterError for floats.
    """
    for lag in lags:
        ordered_lags(0, lag, LARGEST_LAG_SUM)
    ordered_lags(0, sum(lags), LARGEST_LAG_SUM)
    size, inputs, outputs = width(n), width(n_x), width(n_y)
    total = sp.Integer(0)
    for (joined_outputs, joined_inputs), counts in _counts(lags).items():
        factor = outputs**joined_outputs * inputs**joined_inputs
        total += factor * sp.Add(*(count * size**power for power, count in enumerate(counts)))
    scale = (variance("nu_f", nu_f) * variance("nu_c", nu_c)) ** len(lags) * variance("nu_w", nu_w) ** sum(lags)
    return sp.expand(scale * sp.expand(total) / size ** (len(lags) + sum(lags)))


def squared_norm_variance(
    lag: int, *, n: Exact, n_x: Exact = 1, n_y: Exact = 1, nu_w: Exact = 1, nu_f: Exact = 1, nu_c: Exact = 1
) -> sp.Expr:
    """Var ‖L_j‖_F²."""
    nu = {"nu_w": nu_w, "nu_f": nu_f, "nu_c": nu_c}
    mean = squared_norm_moment(lag, n=n, n_x=n_x, n_y=n_y, **nu)
    return sp.expand(squared_norm_moment(lag, lag, n=n, n_x=n_x, n_y=n_y, **nu) - mean**2)


@cache
def _counts(lags: tuple[int, ...]) -> dict[tuple[int, int], tuple[int, ...]]:
    """(power of n_y, power of n_x) → coefficients of n^0, n^1, … of the pairings of W, for each pairing of C and F."""
    places = list(range(2 * len(lags)))
    words: defaultdict[tuple[int, int], Counter[tuple[str, ...]]] = defaultdict(Counter)
    every = list(pairings(places))
    for rows in every:
        for columns in every:
            words[_free_groups(rows), _free_groups(columns)][_traces(rows, columns, lags)] += 1
    return {powers: total_trace_moment(multiplicities) for powers, multiplicities in words.items()}


def _free_groups(pairing: dict[int, int]) -> int:
    """How many sums are left when paired places share their index; places 2g and 2g + 1 share theirs already."""
    groups = list(range(len(pairing) // 2))
    for place, partner in pairing.items():
        old, new = groups[place // 2], groups[partner // 2]
        groups = [new if group == old else group for group in groups]
    return len(set(groups))


def _traces(rows: dict[int, int], columns: dict[int, int], lags: Sequence[int]) -> tuple[str, ...]:
    """The words of the closed walks: W^j from the row to the column of a place, (Wᵀ)^j' back at the next."""
    unseen, words = set(rows), []
    while unseen:
        place, word = min(unseen), ""
        while place in unseen:
            back = columns[place]
            unseen -= {place, back}
            word += "W" * lags[place // 2] + "T" * lags[back // 2]
            place = rows[back]
        words.append(word)
    return tuple(sorted(words))
