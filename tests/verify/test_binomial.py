"""Clopper–Pearson limits against exact binomial sums."""

import itertools
from fractions import Fraction
from math import comb

import mpmath
import pytest
from hypothesis import given
from hypothesis import strategies as st

from verify.statistics.binomial import lower_limit, upper_limit
from verify.statistics.budget import look_alpha

QUARTER = Fraction(1, 4)


def at_most(events: int, draws: int, p: Fraction) -> Fraction:
    """P(Bin(draws, p) ≤ events), exactly."""
    return sum((comb(draws, k) * p**k * (1 - p) ** (draws - k) for k in range(events + 1)), Fraction(0))


def tail(events: int, draws: int, p: mpmath.mpf, *, upper: bool) -> mpmath.mpf:
    """P(X ≥ events) or P(X ≤ events) to 60 digits."""
    counts = range(events, draws + 1) if upper else range(events + 1)
    return mpmath.fsum(mpmath.binomial(draws, k) * p**k * (1 - p) ** (draws - k) for k in counts)


# twelve digits of the limit are asked for, four fewer than a double has
@pytest.mark.parametrize("alpha", [0.3, 0.01, look_alpha(1), look_alpha(2)])
@pytest.mark.parametrize(("events", "draws"), [(1, 1), (1, 2), (3, 10), (4, 128), (40, 128), (68, 512), (511, 512)])
def test_the_limits_solve_their_tail_equations_to_twelve_digits(events: int, draws: int, alpha: float) -> None:
    with mpmath.workdps(60):
        step = mpmath.mpf(10) ** -12
        low = mpmath.mpf(lower_limit(events, draws, alpha))
        assert (
            tail(events, draws, low * (1 - step), upper=True)
            < alpha
            < tail(events, draws, low * (1 + step), upper=True)
        )
        if events < draws:
            high = mpmath.mpf(upper_limit(events, draws, alpha))
            up, down = min(high * (1 + step), mpmath.mpf(1)), high * (1 - step)
            assert tail(events, draws, up, upper=False) < alpha < tail(events, draws, down, upper=False)


@pytest.mark.parametrize("alpha", [Fraction(3, 10), Fraction(1, 20), Fraction(1, 10**6)])
@pytest.mark.parametrize("draws", [1, 2, 5, 12])
def test_each_limit_is_wrong_with_at_most_its_error_rate(draws: int, alpha: Fraction) -> None:
    lower = [Fraction(lower_limit(k, draws, float(alpha))) for k in range(draws + 1)]
    upper = [Fraction(upper_limit(k, draws, float(alpha))) for k in range(draws + 1)]
    chance = 0
    for p in (Fraction(k, 97) for k in range(98)):  # the true probability, on a grid that meets no limit
        weight = [comb(draws, k) * p**k * (1 - p) ** (draws - k) for k in range(draws + 1)]
        too_high = sum(w for w, limit in zip(weight, lower, strict=True) if limit > p)
        too_low = sum(w for w, limit in zip(weight, upper, strict=True) if limit < p)
        assert too_high <= alpha
        assert too_low <= alpha
        chance = max(chance, too_high, too_low)
    if draws > 2 and alpha > Fraction(1, 100):
        assert chance > alpha / 2  # not merely cautious: the rate is nearly used up somewhere


@given(st.integers(1, 600).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.floats(1e-12, 0.49))
def test_the_interval_holds_the_share_and_shrinks_with_the_error_rate(case: tuple[int, int], alpha: float) -> None:
    events, draws = case
    low, high = lower_limit(events, draws, alpha), upper_limit(events, draws, alpha)
    assert 0.0 <= low <= events / draws <= high <= 1.0
    assert lower_limit(events, draws, alpha / 2) <= low
    assert upper_limit(events, draws, alpha / 2) >= high


def test_no_event_and_nothing_but_events_leave_one_side_open() -> None:
    assert lower_limit(0, 7, 0.1) == 0.0
    assert upper_limit(7, 7, 0.1) == 1.0


@pytest.mark.parametrize(("draws", "look", "most"), [(128, 1, 4), (512, 2, 68)])
def test_a_quarter_is_accepted_with_at_most_four_of_128_and_68_of_512(draws: int, look: int, most: int) -> None:
    alpha = look_alpha(look)
    accepted = [k for k in range(draws + 1) if upper_limit(k, draws, alpha) <= 0.25]
    assert accepted == list(range(most + 1))
    assert at_most(most, draws, QUARTER) <= Fraction(alpha) < at_most(most + 1, draws, QUARTER)


@pytest.mark.parametrize(("draws", "look"), [(128, 1), (512, 2)])
def test_a_quarter_is_refuted_where_the_exact_tail_says_so(draws: int, look: int) -> None:
    alpha = look_alpha(look)
    refuted = [k for k in range(draws + 1) if lower_limit(k, draws, alpha) > 0.25]
    weights = (comb(draws, k) * 3 ** (draws - k) for k in range(draws + 1))  # over 4^draws: P(Bin = k) at a quarter
    below = list(itertools.accumulate(weights, initial=0))  # P(Bin < k)
    assert refuted == [k for k in range(draws + 1) if 4**draws - below[k] < Fraction(alpha) * 4**draws]


def test_eighty_draws_are_the_least_that_can_accept_a_quarter() -> None:
    assert upper_limit(0, 80, look_alpha(1)) <= 0.25 < upper_limit(0, 79, look_alpha(1))


def test_a_true_rate_of_0_046_is_accepted_after_128_draws_in_three_cases_of_ten_and_always_after_512() -> None:
    rate = Fraction(46, 1000)
    assert round(float(at_most(4, 128, rate)), 1) == 0.3
    assert at_most(68, 512, rate) > 1 - Fraction(1, 10**9)
