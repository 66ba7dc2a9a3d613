"""Pairings counted by trace words against the enumeration of all pairings, from the definition of the NTK."""

from collections import Counter
from collections.abc import Iterator
from itertools import product
from math import prod

import pytest

from symbolic import gram_moments

SMALL_LAGS = [(0, 0), (0, 1), (1, 1), (0, 2), (1, 2), (0, 3), (2, 2), (1, 3), (0, 4), (2, 3)]

Factor = tuple[str, tuple[int, ...]]  # a Gaussian array and its indices, such as ("W", (3, 4)) for W_34


def impulse_response(lag: int, first_index: int, output: str = "c", input_: str = "f") -> list[Factor]:
    """The factors of c^T W^lag f, with indices from first_index on."""
    weights = [("W", (first_index + i, first_index + i + 1)) for i in range(lag)]
    return [(output, (first_index,)), *weights, (input_, (first_index + lag,))]


def kernel(one: list[Factor], other: list[Factor]) -> Iterator[tuple[str, list[Factor], list[tuple[int, int]]]]:
    """Σ_p ∂one/∂p ∂other/∂p: what is removed, what is left, and which indices the derivative made equal."""
    for i, k in product(range(len(one)), range(len(other))):
        (name, indices), (other_name, other_indices) = one[i], other[k]
        if name == other_name:
            left = one[:i] + one[i + 1 :] + other[:k] + other[k + 1 :]
            yield name, left, list(zip(indices, other_indices, strict=True))


def pairings(factors: list[Factor]) -> Iterator[list[tuple[int, int]]]:
    """For every pairing of equal arrays, which indices it makes equal."""
    if not factors:
        yield []
        return
    (name, indices), rest = factors[0], factors[1:]
    for i, (other_name, other_indices) in enumerate(rest):
        if name == other_name:
            for equal in pairings(rest[:i] + rest[i + 1 :]):
                yield [*zip(indices, other_indices, strict=True), *equal]


def count(factors: list[Factor], equal: list[tuple[int, int]], n_indices: int) -> Counter[int]:
    """E Π factors, summed over all indices: a polynomial in n as power -> coefficient."""
    powers: Counter[int] = Counter()
    for more in pairings(factors):
        name = list(range(n_indices))
        for left, right in equal + more:
            name = [name[left] if current == name[right] else current for current in name]
        powers[len(set(name))] += 1
    return powers


def enumerated_mean(j: int, k: int, parts: str) -> Counter[int]:
    """E of the parts of Θ_jk."""
    one, other = impulse_response(j, 0), impulse_response(k, j + 1)
    total: Counter[int] = Counter()
    for removed, left, equal in kernel(one, other):
        if removed in parts:
            total += count(left, equal, j + k + 2)
    return total


def enumerated_second_moment(
    j: int, k: int, parts: str, other_parts: str, *, same_input: bool = True, same_output: bool = True
) -> Counter[int]:
    """E of a product of parts of the entry of Θ_jk, given by the letters of what is differentiated by."""
    output, input_ = "c" if same_output else "d", "f" if same_input else "g"
    size = j + k + 2
    copies = [
        list(kernel(impulse_response(j, start), impulse_response(k, start + j + 1, output, input_)))
        for start in (0, size)
    ]
    total: Counter[int] = Counter()
    for (removed, left, equal), (other_removed, other_left, other_equal) in product(*copies):
        if removed in parts and other_removed in other_parts:
            total += count(left + other_left, equal + other_equal, 2 * size)
    return total


def enumerated_product(
    one: tuple[int, int, str], other: tuple[int, int, str], *, same_input: bool = True
) -> Counter[int]:
    """E of a product of parts (lag, lag, letters), f standing for another column g in the second rows of both."""
    total: Counter[int] = Counter()
    copies, sizes = [], []
    for j, k, _ in (one, other):
        start, size = sum(sizes), j + k + 2
        second = impulse_response(k, start + j + 1, "c", "f" if same_input else "g")
        copies.append(list(kernel(impulse_response(j, start), second)))
        sizes.append(size)
    for (removed, left, equal), (other_removed, other_left, other_equal) in product(*copies):
        if removed in one[2] and other_removed in other[2]:
            total += count(left + other_left, equal + other_equal, sum(sizes))
    return total


@pytest.mark.parametrize(("j", "k"), [(0, 0), (0, 1), (1, 1), (0, 2), (1, 2), (2, 2), (0, 3)])
def test_products_of_different_lags(j: int, k: int) -> None:
    """Moving C leaves the right Gram, moving F the left one, moving anything the NTK."""
    right = enumerated_product((j, j, "c"), (k, k, "c"))
    assert polynomial(gram_moments.right_gram_cross_moment(j, k)) == right
    across = enumerated_product((j, j, "f"), (k, k, "c"))
    assert polynomial(gram_moments.left_right_cross_moment(j, k)) == across
    for same_input in (True, False):
        square = enumerated_product((j, k, "c"), (j, k, "c"), same_input=same_input)
        assert polynomial(gram_moments.right_gram_entry_second_moment(j, k, same_input=same_input)) == square
    for lag, other in {(j, k), (k, j)}:
        with_kernel = enumerated_product((lag, lag, "cfW"), (other, other, "c"))
        assert polynomial(gram_moments.ntk_gram_cross_moment(lag, other)) == with_kernel
        assert enumerated_product((lag, lag, "cfW"), (other, other, "f")) == with_kernel


def polynomial(coefficients: gram_moments.Coefficients) -> Counter[int]:
    return +Counter(dict(enumerate(coefficients)))


@pytest.mark.parametrize(("j", "k"), SMALL_LAGS)
def test_means_and_second_moments_of_the_parts(j: int, k: int) -> None:
    means, moments = gram_moments.part_means(j, k), gram_moments.part_second_moments(j, k)
    for p, part in enumerate("cfW"):
        assert polynomial(means[p]) == enumerated_mean(j, k, part)
        for q, other in enumerate("cfW"):
            assert polynomial(moments[p][q]) == enumerated_second_moment(j, k, part, other)


@pytest.mark.parametrize("same_input", [True, False])
@pytest.mark.parametrize("same_output", [True, False])
@pytest.mark.parametrize(("j", "k"), SMALL_LAGS)
def test_entries_of_the_block(j: int, k: int, same_input: bool, same_output: bool) -> None:
    flags = {"same_input": same_input, "same_output": same_output}
    expected = enumerated_second_moment(j, k, "cfW", "cfW", **flags)
    assert polynomial(gram_moments.entry_second_moment(j, k, **flags)) == expected


def test_gram_matrix_alone() -> None:
    assert polynomial(gram_moments.right_gram_mean(2, 4)) == enumerated_mean(2, 4, "c")
    assert polynomial(gram_moments.right_gram_second_moment(2)) == enumerated_second_moment(2, 2, "c", "c")


def most_pairings(lag_sum: int, *, second: bool) -> int:
    """A bound on the pairings in a moment of Θ_jk or of an entry of the block, over j + k = lag_sum."""
    terms = 2 + (lag_sum // 2) * (lag_sum - lag_sum // 2)
    if second:
        return 9 * terms**2 * prod(range(2 * lag_sum - 1, 0, -2))
    return terms * prod(range(lag_sum - 1, 0, -2))


def test_largest_lags_leave_room_for_all_pairings() -> None:
    assert most_pairings(gram_moments.LARGEST_LAG_SUM_OF_MEANS, second=False) < 2**64
    assert most_pairings(gram_moments.LARGEST_LAG_SUM_OF_MEANS + 2, second=False) >= 2**64
    assert most_pairings(gram_moments.LARGEST_LAG_SUM_OF_SECOND_MOMENTS, second=True) < 2**64
    assert most_pairings(gram_moments.LARGEST_LAG_SUM_OF_SECOND_MOMENTS + 1, second=True) >= 2**64


@pytest.mark.parametrize("forgotten", range(3))
def test_forgotten_pairing_of_the_vectors_is_noticed(forgotten: int, monkeypatch: pytest.MonkeyPatch) -> None:
    complete = gram_moments._pair_vectors

    def incomplete(word: str | None, other: str | None, same_vector: bool) -> list[tuple[str, ...]]:
        return [words for i, words in enumerate(complete(word, other, same_vector)) if i != forgotten]

    monkeypatch.setattr(gram_moments, "_pair_vectors", incomplete)
    assert polynomial(gram_moments.right_gram_second_moment(2)) != enumerated_second_moment(2, 2, "c", "c")
    assert polynomial(gram_moments.right_gram_cross_moment(1, 2)) != enumerated_product((1, 1, "c"), (2, 2, "c"))
