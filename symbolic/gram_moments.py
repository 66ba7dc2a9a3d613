"""The only file that knows which trace words make up the moments of Gram matrices and of the NTK.

Everything here is at unit variances and counts pairings: integer coefficients of n^0, n^1, ..., before the division
by a power of n. With f, c ~ N(0, I_n) independent of W ~ N(0, 1)^{n x n} and M = W/√n,

    G^R_jk = n^{-1-(j+k)/2} f^T (W^T)^j W^k f        G^L_jk = n^{-1-(j+k)/2} c^T W^j (W^T)^k c.

Each part of Θ_jk = G^R_jk + G^L_jk + Σ_{a<j,b<k} G^L_ab G^R_{j-1-a,k-1-b}, those of C, F and W, has this same power
of n in front: Θ_jk is n^{-1-(j+k)/2} times a sum of terms (c^T left c)(f^T right f). So means are to be divided by
n^{1+(j+k)/2} and second moments by n^{2+j+k}. Source: theory page, C.1 and C.3.
"""

from collections import Counter
from collections.abc import Sequence
from functools import cache
from itertools import product, zip_longest
from typing import NamedTuple

from symbolic.trace_words import Words, canonical, total_trace_moment, transpose

__all__ = [
    "LARGEST_LAG_SUM_OF_MEANS",
    "LARGEST_LAG_SUM_OF_SECOND_MOMENTS",
    "Coefficients",
    "Term",
    "entry_second_moment",
    "left_right_cross_moment",
    "ntk_gram_cross_moment",
    "part_covariances",
    "part_means",
    "part_second_moments",
    "right_gram_cross_moment",
    "right_gram_entry_second_moment",
    "right_gram_mean",
    "right_gram_second_moment",
]

Coefficients = tuple[int, ...]

# Pairings are counted while there are fewer than 2^64 of them (see trace_words). A mean of Θ_jk has no more than
# (2 + jk) (j+k-1)!!, a second moment no more than 9 (2 + jk)^2 (2j+2k-1)!!: these are the largest even j + k that fit.
LARGEST_LAG_SUM_OF_MEANS = 30
LARGEST_LAG_SUM_OF_SECOND_MOMENTS = 14


class Term(NamedTuple):
    """(c^T left c)(f^T right f) with words left, right; a factor whose word is None is absent."""

    left: str | None
    right: str | None


def right_gram_mean(j: int, k: int) -> Coefficients:
    """Pairings in E G^R_jk."""
    return _mean([Term(None, _right_word(j, k))])


def right_gram_second_moment(j: int) -> Coefficients:
    """Pairings in E (G^R_jj)^2."""
    return right_gram_cross_moment(j, j)


def right_gram_cross_moment(j: int, k: int) -> Coefficients:
    """Pairings in E G^R_jj G^R_kk."""
    return _second_moment([Term(None, _right_word(j, j))], [Term(None, _right_word(k, k))])


def right_gram_entry_second_moment(j: int, k: int, *, same_input: bool) -> Coefficients:
    """Pairings in E (G^R_jk,bb')^2, same_input: b = b'."""
    terms = [Term(None, _right_word(j, k))]
    return _second_moment(terms, terms, same_input=same_input)


def left_right_cross_moment(j: int, k: int) -> Coefficients:
    """Pairings in E G^L_jj G^R_kk."""
    return _second_moment([Term(_left_word(j, j), None)], [Term(None, _right_word(k, k))])


@cache
def ntk_gram_cross_moment(j: int, k: int) -> Coefficients:
    """Pairings in E Θ_jj G^R_kk, which is E Θ_jj G^L_kk because W and W^T have the same law."""
    return _second_moment([term for part in _ntk_parts(j, j) for term in part], [Term(None, _right_word(k, k))])


@cache
def part_means(j: int, k: int) -> tuple[Coefficients, ...]:
    """Pairings in the means of the parts of C, F and W of Θ_jk."""
    return tuple(map(_mean, _ntk_parts(j, k)))


@cache
def part_second_moments(j: int, k: int) -> tuple[tuple[Coefficients, ...], ...]:
    """Pairings in the 3 x 3 second moments of the parts of C, F and W of Θ_jk."""
    parts = _ntk_parts(j, k)
    return tuple(tuple(_second_moment(part, other) for other in parts) for part in parts)


def part_covariances(j: int, k: int) -> tuple[tuple[Coefficients, ...], ...]:
    """Second moments less products of means of the parts: 3 x 3 polynomials, with coefficients of any sign."""
    means = part_means(j, k)
    return tuple(
        tuple(_difference(moment, _product(mean, other)) for moment, other in zip(row, means, strict=True))
        for row, mean in zip(part_second_moments(j, k), means, strict=True)
    )


@cache
def entry_second_moment(j: int, k: int, *, same_input: bool, same_output: bool) -> Coefficients:
    """Pairings in the second moment of entry ((a, b), (a', b')) of Θ_jk, same_output: a = a', same_input: b = b'.

    The entry is δ_aa' G^R_jk,bb' + G^L_jk,aa' δ_bb' + Σ G^L_..,aa' G^R_..,bb', where the Gram of different columns
    b ≠ b' is between independent vectors f and f'.
    """
    c_part, f_part, w_part = _ntk_parts(j, k)
    terms = c_part * same_output + f_part * same_input + w_part
    return _second_moment(terms, terms, same_input=same_input, same_output=same_output)


def _right_word(j: int, k: int) -> str:
    """(W^T)^j W^k, the word of G^R_jk."""
    return "T" * j + "W" * k


def _left_word(j: int, k: int) -> str:
    """W^j (W^T)^k, the word of G^L_jk."""
    return "W" * j + "T" * k


def _ntk_parts(j: int, k: int) -> tuple[list[Term], list[Term], list[Term]]:
    """The terms of Θ_jk that come from C, from F and from W."""
    weights = [Term(_left_word(a, b), _right_word(j - 1 - a, k - 1 - b)) for a in range(j) for b in range(k)]
    return [Term(None, _right_word(j, k))], [Term(_left_word(j, k), None)], weights


def _mean(terms: Sequence[Term]) -> Coefficients:
    """E Σ terms, from E f^T A f = tr A."""
    return total_trace_moment(Counter(tuple(word for word in term if word is not None) for term in terms))


def _second_moment(
    terms: Sequence[Term], others: Sequence[Term], *, same_input: bool = True, same_output: bool = True
) -> Coefficients:
    """E (Σ terms)(Σ others); unless same_input, f^T A f stands for f^T A f', and likewise for c."""
    multiplicities: Counter[Words] = Counter()
    for term, other in product(terms, others):
        left = _pair_vectors(term.left, other.left, same_output)
        for right_words in _pair_vectors(term.right, other.right, same_input):
            for left_words in left:
                multiplicities[tuple(sorted(left_words + right_words))] += 1
    return total_trace_moment(multiplicities)


@cache
def _pair_vectors(word: str | None, other: str | None, same_vector: bool) -> tuple[Words, ...]:
    """The products of traces that add up to E (f^T A f)(f^T B f) or, unless same_vector, to E (f^T A f')(f^T B f').

    The first is tr A tr B + tr AB + tr AB^T, the second tr AB^T. A word is None only in the parts of C and F, which
    an entry has only if the missing vector is the same on both sides: then E f^T A f = tr A is left.
    """
    if word is None or other is None:
        return (tuple(canonical(present) for present in (word, other) if present is not None),)
    twisted = (canonical(word + transpose(other)),)
    if not same_vector:
        return (twisted,)
    return (canonical(word), canonical(other)), (canonical(word + other),), twisted


def _product(left: Coefficients, right: Coefficients) -> Coefficients:
    """The coefficients of the product of two polynomials."""
    result = [0] * (len(left) + len(right))
    for (i, a), (k, b) in product(enumerate(left), enumerate(right)):
        result[i + k] += a * b
    return tuple(result)


def _difference(left: Coefficients, right: Coefficients) -> Coefficients:
    """The coefficients of the difference of two polynomials."""
    return tuple(a - b for a, b in zip_longest(left, right, fillvalue=0))
