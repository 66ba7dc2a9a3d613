"""Limits of the median against enumeration, and through the sketch against the draws themselves."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from numeric.streams import stream
from verify.statistics import mean, median


@pytest.mark.parametrize("draws", [1, 5, 6, 7, 20, 63, 64, 128])
@pytest.mark.parametrize("level", [0.5, 0.95, 0.999])
def test_the_ranks_are_the_innermost_that_cover_by_counting_subsets(draws: int, level: float) -> None:
    def missed(rank: int) -> float:
        """P(fewer than `rank` draws are below the median), exactly."""
        return sum(math.comb(draws, k) for k in range(rank)) / 2**draws

    low, high = median.ranks(draws, level)
    assert high == draws + 1 - low
    assert missed(low) <= (1 - level) / 2 < missed(low + 1) or low == draws // 2 + 1


def test_too_few_draws_give_no_limits() -> None:
    sums = mean.sketch(np.arange(5.0), 0.0, 1.0)
    assert median.interval(sums, 0.0, 1.0) == (-math.inf, math.inf)  # 2·2⁻⁵ > 5 %


@given(st.integers(0, 2**32 - 1), st.sampled_from([64, 128, 200]))
def test_the_limits_are_the_order_statistics_read_outward_by_less_than_a_bin(seed: int, draws: int) -> None:
    values = np.exp(3 * stream("median", seed).standard_normal(draws))
    low, high = median.ranks(draws)
    least, most = median.interval(mean.sketch(values, 0.0, 0.01), 0.0, 0.01)
    ordered = np.sort(values)
    assert least <= ordered[low - 1] <= (least + 0.01) * 1.03
    assert most >= ordered[high - 1] >= (most - 0.01) / 1.03


def test_the_true_median_is_covered_as_often_as_said() -> None:
    draws, trials = 64, 2000
    covered = 0
    for trial in range(trials):
        sums = mean.sketch(stream("cover", trial).standard_cauchy(draws), 0.0, 1.0)
        low, high = median.interval(sums, 0.0, 1.0)
        covered += low <= 0.0 <= high
    assert covered >= 0.95 * trials - 4 * math.sqrt(0.05 * 0.95 * trials)
