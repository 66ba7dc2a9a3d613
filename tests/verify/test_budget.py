"""The error budget: a constant for every line, split over the looks, enough for the largest plan."""

import itertools
import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verify.statistics.budget import ALPHA, GROWTH, LOOKS, MAX_LINES, look_alpha, looks_for


def test_a_line_has_the_constant_error_rate_of_the_rules() -> None:
    assert MAX_LINES == 4096
    assert Fraction(ALPHA) == Fraction(1e-6) / 4096  # a power of two: the division is exact


def test_the_looks_never_spend_more_than_the_line_has() -> None:
    spent = sum(Fraction(look_alpha(look)) for look in range(1, 60))
    assert spent < Fraction(ALPHA)
    assert Fraction(ALPHA) - spent == Fraction(look_alpha(59))  # a geometric series that ends at ALPHA


@pytest.mark.parametrize("look", range(1, 6))
def test_a_later_look_has_half_the_rate_of_the_one_before(look: int) -> None:
    assert look_alpha(look) == ALPHA / 2**look


@given(draws=st.integers(1, 10**9), block=st.integers(1, 4096))
def test_looks_are_whole_blocks_grow_by_four_and_are_the_fewest_that_suffice(draws: int, block: int) -> None:
    looks = looks_for(draws, block)
    assert len(looks) == LOOKS
    assert looks[-1] >= draws
    assert all(look % block == 0 for look in looks)
    assert all(later == GROWTH * earlier for earlier, later in itertools.pairwise(looks))
    fewer = GROWTH ** (LOOKS - 1) * (looks[0] - block)
    assert fewer < draws  # with one block less in the first look the last one would not suffice


def test_the_number_of_draws_may_be_less_than_a_block() -> None:
    assert looks_for(1, 64) == (64, 256, 1024)
    assert math.prod(looks_for(1025, 64)) == 128 * 512 * 2048
