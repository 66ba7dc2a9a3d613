"""The only file that knows the loop equations: exact moments of traces of words in a Gaussian matrix.

A word such as ``"TTWW"`` stands for the product W^T W^T W W, where W is n x n with i.i.d. N(0, 1) entries; the empty
word is the identity. E tr(w_1) ... tr(w_m) is a polynomial in n with non-negative integer coefficients: one n^(free
indices) for each pairing of the letters (Wick, Isserlis). The pairings are not enumerated. Pairing one chosen letter
with each of the others, with A and B the rest of the words involved, gives

    tr(W A W B)       ->  tr(A B^T)        a word twists
    tr(W A W^T B)     ->  tr(A) tr(B)      a word splits
    tr(W A) tr(W B)   ->  tr(A^T B)        two words merge
    tr(W A) tr(W^T B) ->  tr(A B)          two words merge

and the same with W and W^T exchanged, each with two letters less. Rotating, transposing or reordering words changes
nothing, so that few different collections of words ever occur. Source: theory page, C.3.
"""

from collections import Counter
from collections.abc import Mapping
from functools import cache
from math import prod

__all__ = ["WordError", "Words", "canonical", "total_trace_moment", "trace_moment", "transpose"]

Words = tuple[str, ...]

# A polynomial in n is held as its value at n = 2^64, one int: sums and multiples of such polynomials then cost one
# addition or multiplication. The coefficients of a moment are ≥ 0 and add up to its number of pairings, so the fields
# of 64 bits cannot overflow into one another while that number is below 2^64, which _require_countable ensures.
FIELD_BITS = 64

_EXCHANGE = str.maketrans("WT", "TW")


class WordError(ValueError):
    """A word has a letter other than W and T, or there are too many pairings to count in 64 bits."""


def transpose(word: str) -> str:
    """(A_1 ... A_m)^T = A_m^T ... A_1^T."""
    return word[::-1].translate(_EXCHANGE)


@cache
def canonical(word: str) -> str:
    """The alphabetically first of the words with the same trace: all rotations of the word and of its transpose.

    T comes before W, so it starts with a run of T after a W: only such places are compared.
    """
    length = len(word)
    candidates = []
    for doubled in (word + word, transpose(word + word)):
        place = doubled.find("WT")
        while 0 <= place < length:
            candidates.append(doubled[place + 1 : place + 1 + length])
            place = doubled.find("WT", place + 1)
    return min(candidates, default="T" * length)  # no such place in a power of W or of W^T


@cache
def _exchanged(word: str) -> str:
    """The canonical word after W <-> W^T, which is the transpose read backwards."""
    return canonical(word[::-1])


def trace_moment(*words: str) -> tuple[int, ...]:
    """E prod_i tr(words_i) as the coefficients of n^0, n^1, ...; empty if the moment is 0.

    Raises WordError for other letters than W and T and for more than 34 letters in all.
    """
    return total_trace_moment({words: 1})


def total_trace_moment(multiplicities: Mapping[Words, int]) -> tuple[int, ...]:
    """Σ multiplicity · E prod_i tr(words_i) as the coefficients of n^0, n^1, ...; multiplicities are > 0.

    Raises WordError for other letters than W and T, and unless the number of pairings is below 2^64.
    """
    _require_countable(multiplicities)
    states: Counter[Words] = Counter()
    for words, multiplicity in multiplicities.items():
        if sum(map(len, words)) % 2 == 0:  # else the moment is 0: W and -W have the same law
            states[tuple(sorted(map(canonical, words)))] += multiplicity
    return _coefficients(sum(multiplicity * _moment(state) for state, multiplicity in states.items()))


def _require_countable(multiplicities: Mapping[Words, int]) -> None:
    """Raise WordError for unknown letters and for 2^64 pairings or more: m (l - 1)!! for m products of l letters."""
    pairings = 0
    for words, multiplicity in multiplicities.items():
        letters = "".join(words)
        if letters.strip("WT"):
            raise WordError(f"the words {words} have letters other than W and T: write W^T W as 'TW'")
        pairings += multiplicity * prod(range(len(letters) - 1, 0, -2))
        if pairings >= 2**FIELD_BITS:
            raise WordError(f"words with {len(letters)} letters have too many pairings for 64 bits: use shorter words")


def _coefficients(value: int) -> tuple[int, ...]:
    """The fields of a polynomial's value at n = 2^64, lowest power first."""
    fields = []
    while value:
        value, field = divmod(value, 2**FIELD_BITS)
        fields.append(field)
    return tuple(fields)


@cache
def _moment(state: Words) -> int:
    """E prod_i tr(state_i) at n = 2^64 for a sorted tuple of canonical words, from the loop equations."""
    if not state:
        return 1
    first, rest = state[0], state[1:]
    if not first:
        return _moment(rest) << FIELD_BITS  # tr(1) = n
    exchanged = tuple(sorted(map(_exchanged, state)))
    if exchanged < state:
        return _moment(exchanged)  # W and W^T have the same law
    total = 0
    for new_words, count in _pair_within(first):
        total += count * _moment(tuple(sorted(rest + new_words)))
    for word in set(rest):
        position = rest.index(word)
        others = rest[:position] + rest[position + 1 :]
        copies = rest.count(word)
        for new_words, count in _pair_between(first, word):
            total += copies * count * _moment(tuple(sorted(others + new_words)))
    return total


@cache
def _pair_within(word: str) -> tuple[tuple[Words, int], ...]:
    """What tr(word) becomes when its first letter is paired with each other one, with multiplicities."""
    results: Counter[Words] = Counter()
    for i in range(1, len(word)):
        between, after = word[1:i], word[i + 1 :]
        if word[i] == word[0]:
            results[(canonical(between + transpose(after)),)] += 1
        else:
            results[canonical(between), canonical(after)] += 1
    return tuple(results.items())


@cache
def _pair_between(first: str, second: str) -> tuple[tuple[Words, int], ...]:
    """What tr(first) tr(second) becomes when the first letter of `first` is paired with each letter of `second`."""
    remainder = first[1:]
    transposed = transpose(remainder)
    results: Counter[Words] = Counter()
    for i, letter in enumerate(second):
        other_remainder = second[i + 1 :] + second[:i]
        merged = (transposed if letter == first[0] else remainder) + other_remainder
        results[(canonical(merged),)] += 1
    return tuple(results.items())
