"""Moments of Grams by deferred decisions, against the closed form at width 1, known polynomials and trace words."""

import re
from collections import Counter
from math import prod

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import Poly, Rational, Symbol, expand, factorial2

from symbolic import deferred_moments, wick
from symbolic.deferred_moments import limit_coordinates, right_gram_moment
from symbolic.errors import DerivationError
from symbolic.exact_arguments import LagError, ParameterError

n = Symbol("n", positive=True)
LAG_PAIRS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=2)


@given(LAG_PAIRS)
def test_width_one_is_a_product_of_powers_of_two_normal_variables(pairs: list[tuple[int, int]]) -> None:
    """W and f are numbers: Π G_jk = W^{Σ(j+k)} f^{2m}, and E z^{2p} = (2p−1)!!."""
    power = sum(map(sum, pairs))
    expected = factorial2(power - 1) * factorial2(2 * len(pairs) - 1) if power % 2 == 0 else 0
    assert right_gram_moment(*pairs, n=1) == expected


@pytest.mark.parametrize(("j", "k"), [(j, k) for j in range(7) for k in range(j, 7)])
def test_means_are_those_of_trace_words(j: int, k: int) -> None:
    assert expand(right_gram_moment((j, k), n=n) - wick.right_gram_mean(j, k, n)) == 0


@pytest.mark.parametrize(("j", "k"), [(0, 0), (0, 1), (1, 2), (0, 3), (2, 3), (3, 3)])
def test_products_are_those_of_trace_words(j: int, k: int) -> None:
    assert expand(right_gram_moment((j, j), (k, k), n=n) - wick.right_gram_cross_moment(j, k, n)) == 0
    assert expand(right_gram_moment((j, k), (k, j), n=n) - wick.right_gram_entry_second_moment(j, k, n)) == 0


def test_three_factors_at_lag_zero_are_a_moment_of_chi_square() -> None:
    assert expand(right_gram_moment((0, 0), (0, 0), (0, 0), n=n) - (n + 2) * (n + 4) / n**2) == 0


@pytest.mark.parametrize("j", range(6))
def test_only_the_climbing_path_is_left_in_the_limit(j: int) -> None:
    assert limit_coordinates(j) == [0] * j + [1]


@pytest.mark.parametrize("j", range(6))
def test_paths_are_counted(j: int) -> None:
    """All paths of j steps, each at most one axis up: as many as there are Dyck-like words, by a plain recursion."""
    reached = Counter({0: 1})
    for _ in range(j):
        reached = sum((Counter({i: times for i in range(k + 2)}) for k, times in reached.items()), Counter())
    assert [sum(paths.values()) for paths in deferred_moments._paths(j)] == [reached[i] for i in range(j + 1)]


def test_chi_moments() -> None:
    assert deferred_moments._chi_moment(n, 4) == n * (n + 2)
    assert [deferred_moments._chi_moment(Rational(3), 2 * m) for m in range(4)] == [
        prod(3 + 2 * i for i in range(m)) for m in range(4)
    ]
    with pytest.raises(DerivationError, match="odd power 3"):
        deferred_moments._chi_moment(n, 3)


def test_a_degree_of_freedom_too_many_is_another_moment() -> None:
    rival = right_gram_moment((2, 2), n=n, too_many=1)
    assert Poly(expand((rival - right_gram_moment((2, 2), n=n)) * n**3), n) != 0
    assert right_gram_moment((0, 0), n=n, too_many=1) == 1  # the length of f is not a new axis


@pytest.mark.parametrize("pair", [(-1, 2), (1.0, 1), (8, 8)])
def test_impossible_lags_are_errors_that_name_them(pair: tuple[int, int]) -> None:
    with pytest.raises(LagError, match=re.escape(str(pair[0]))):
        right_gram_moment(pair, n=n)


def test_lags_that_add_up_to_too_much_and_floats_are_errors() -> None:
    with pytest.raises(LagError, match="up to"):
        right_gram_moment((4, 4), (4, 4), n=n)
    with pytest.raises(ParameterError):
        right_gram_moment((1, 1), n=8.0)
