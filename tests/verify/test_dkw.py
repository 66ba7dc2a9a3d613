"""Sup-distances against SciPy and against exact null distributions; the bounds against brute enumeration."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import optimize, stats

from verify.statistics import dkw
from verify.statistics.budget import ALPHA, look_alpha
from verify.statistics.laws import Chi, ChiSquare, Normal

WIDTH = 1.0 / dkw.BINS
ROUNDING = 1e-12  # cumulative sums of at most a few thousand shares, each rounded to 1e-16
unit_arrays = hnp.arrays(np.float64, st.integers(1, 60), elements=st.floats(0.0, 1.0))


# --- the bounds ---


@pytest.mark.parametrize("alpha", [0.5, 0.1, 1e-3, 1e-6])
@pytest.mark.parametrize("draws", [1, 3, 10, 100, 1000])
def test_epsilon_holds_under_the_exact_distribution_of_the_statistic(draws: int, alpha: float) -> None:
    missed = stats.kstwo.sf(dkw.epsilon(draws, alpha), draws)
    assert missed <= alpha
    if draws >= 100:
        assert missed >= alpha / 2  # Massart's constant is sharp: a bound that is twice as cautious is another bound


def paths_within(first: int, second: int, limit: float) -> float:
    """P(sup|F_N − G_M| ≤ limit) for two samples of one continuous law: monotone lattice paths that stay in a band."""
    ways = {0: 1}
    for i in range(first + 1):
        ways = {0: 1} if i == 0 else ways
        row: dict[int, int] = {}
        for j in range(second + 1):
            if abs(i / first - j / second) <= limit:
                start = 1 if i == j == 0 else 0
                row[j] = start + (ways.get(j, 0) if i else 0) + row.get(j - 1, 0)
        ways = row
    return ways.get(second, 0) / math.comb(first + second, first)


@pytest.mark.parametrize("alpha", [0.9, 0.3, 0.01])
@pytest.mark.parametrize(("first", "second"), [(5, 5), (20, 20), (40, 15), (300, 300), (400, 100)])
def test_the_two_sample_bound_holds_by_counting_paths(first: int, second: int, alpha: float) -> None:
    assert 1.0 - paths_within(first, second, dkw.epsilon_two(first, second, alpha)) <= alpha


def test_counting_paths_agrees_with_scipy() -> None:
    result = stats.ks_2samp(np.arange(9.0), np.r_[np.arange(4.5, 9.0), 20.5, 21.5], method="exact")
    below = paths_within(9, 7, result.statistic - 1e-9)
    assert result.pvalue == pytest.approx(1.0 - below, rel=1e-9)


@pytest.mark.parametrize(("draws", "epsilon"), [(10**5, 0.0107), (10**6, 0.0034)])
def test_epsilon_at_the_error_rate_of_a_line_is_the_one_of_the_rules(draws: int, epsilon: float) -> None:
    assert round(dkw.epsilon(draws, ALPHA), 4) == epsilon
    # a look spends less than the line: 1.5, 3 and 4.5 % wider at the first three
    widened = [round(dkw.epsilon(draws, look_alpha(k)) / dkw.epsilon(draws, ALPHA), 3) for k in (1, 2, 3)]
    assert widened == [1.015, 1.030, 1.045]


@given(distance=st.floats(0.001, 0.9), alpha=st.floats(1e-12, 0.4))
def test_draws_for_is_the_least_number_whose_epsilon_is_small_enough(distance: float, alpha: float) -> None:
    draws = dkw.draws_for(distance, alpha)
    allowed = distance / 2 - WIDTH
    assert dkw.epsilon(draws, alpha) <= allowed * (1 + 1e-12)  # the last digit of a square root
    assert draws == 1 or dkw.epsilon(draws - 1, alpha) > allowed * (1 - 1e-12)


@given(distance=st.floats(0.001, 0.9), alpha=st.floats(1e-12, 0.4))
def test_draws_for_two_is_the_least_number_of_each_sample(distance: float, alpha: float) -> None:
    draws = dkw.draws_for_two(distance, alpha)
    allowed = distance / 2 - WIDTH
    assert dkw.epsilon_two(draws, draws, alpha) <= allowed * (1 + 1e-12)
    assert draws == 1 or dkw.epsilon_two(draws - 1, draws - 1, alpha) > allowed * (1 - 1e-12)


@pytest.mark.parametrize("draws_for", [dkw.draws_for, dkw.draws_for_two])
@pytest.mark.parametrize("distance", [0.0, WIDTH, 2 * WIDTH, math.nan])
def test_a_distance_that_hides_in_the_bins_is_refused(draws_for: Callable[..., int], distance: float) -> None:
    with pytest.raises(ValueError, match="hides in the bins"):
        draws_for(distance, ALPHA)


# --- counts ---


@given(unit_arrays)
def test_counts_are_those_of_a_loop(values: np.ndarray) -> None:
    expected = [0] * (dkw.BINS + 1)
    for value in values:
        expected[min(int(value * dkw.BINS), dkw.BINS - 1)] += 1
    assert dkw.count(values).tolist() == expected


@given(unit_arrays, unit_arrays, st.randoms(use_true_random=False))
def test_counts_of_parts_in_any_order_add_up(first: np.ndarray, second: np.ndarray, random: object) -> None:
    together = np.concatenate([first, second])
    shuffled = together.tolist()
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    np.testing.assert_array_equal(dkw.count(first) + dkw.count(second), dkw.count(np.array(shuffled)))


@pytest.mark.parametrize("alarm", [math.nan, math.inf, -math.inf, -1e-300, 1.0000001])
def test_a_single_value_that_no_distribution_function_returns_refutes(alarm: float) -> None:
    uniforms = (np.arange(10**5) + 0.5) / 10**5
    assert dkw.distance(dkw.count(uniforms)) < 2 * WIDTH
    assert dkw.distance(dkw.count(np.append(uniforms, alarm))) == 1.0


def test_the_ends_of_the_interval_belong_to_it() -> None:
    counts = dkw.count(np.array([0.0, 1.0]))
    assert counts[0] == counts[dkw.BINS - 1] == 1
    assert counts[-1] == 0


# --- distances ---


@given(unit_arrays)
def test_the_distance_is_below_the_supremum_by_less_than_a_bin(values: np.ndarray) -> None:
    supremum = stats.ks_1samp(values, stats.uniform.cdf).statistic
    measured = dkw.distance(dkw.count(values))
    assert supremum - WIDTH - ROUNDING <= measured <= supremum + ROUNDING


@given(unit_arrays, unit_arrays)
def test_the_two_sample_bounds_enclose_the_supremum(first: np.ndarray, second: np.ndarray) -> None:
    low, high = dkw.two_sample_distance(dkw.count(first), dkw.count(second))
    steps = np.concatenate([first, second])
    supremum = max(abs(np.mean(first <= x) - np.mean(second <= x)) for x in steps)
    assert low - ROUNDING <= supremum <= high + ROUNDING


def test_the_two_sample_bounds_meet_where_no_bin_is_shared() -> None:
    first, second = (np.arange(100) + 0.25) / 100, (np.arange(100) + 0.75) / 100
    low, high = dkw.two_sample_distance(dkw.count(first), dkw.count(second))
    assert low == high == pytest.approx(0.01, abs=ROUNDING)


# --- resolution ---


def wider(law: object, relative: float) -> object:
    """The same law with a variance larger by `relative`: about its mean, for a squared norm that of the vector."""
    if law.dist.name == "chi2":  # type: ignore[attr-defined]
        return stats.chi2(*law.args, scale=1 + relative)  # type: ignore[attr-defined]
    root = math.sqrt(1 + relative)
    args, _, scale = law.dist._parse_args(*law.args, **law.kwds)  # type: ignore[attr-defined]
    return law.dist(*args, loc=law.mean() * (1 - root), scale=scale * root)  # type: ignore[attr-defined]


def dense_supremum(relative: float, *laws: object) -> float:
    """sup_u |mean of F'_i(F_i^{-1}(u)) − u| with scipy.stats on a grid thirty times finer."""
    u = np.linspace(0.0, 1.0, 120_001)[1:-1]
    return float(np.max(np.abs(np.mean([wider(f, relative).cdf(f.ppf(u)) for f in laws], axis=0) - u)))  # type: ignore[attr-defined]


# F' and F cross once and both rise, so that between two points of the grid of 4000 the distance is above that at one
# of them by at most 1/4000
@pytest.mark.parametrize("relative", [0.02, 0.1, 0.5])
@pytest.mark.parametrize(
    ("laws", "same"),
    [
        ([Normal()], [stats.norm()]),
        ([Normal(3.0)], [stats.norm(scale=3)]),
        ([Chi(1)], [stats.chi(1)]),
        ([Chi(15)], [stats.chi(15)]),
        ([Chi(3000)], [stats.chi(3000)]),
        ([ChiSquare(77)], [stats.chi2(77)]),
        ([Normal(), Normal(), Chi(15)], [stats.norm(), stats.norm(), stats.chi(15)]),
        ([Chi(k) for k in range(5, 16)], [stats.chi(k) for k in range(5, 16)]),
    ],
    ids=["normal", "wide normal", "chi 1", "chi 15", "chi 3000", "chi-square", "mixed", "eleven chis"],
)
def test_the_resolution_is_the_distance_of_a_larger_variance(laws: list, same: list, relative: float) -> None:
    supremum = dense_supremum(relative, *same)
    assert supremum - 1 / 4000 <= dkw.variance_distance(laws, relative) <= supremum + ROUNDING


@pytest.mark.parametrize("degrees", [1.0, 7.0, 999.0, 1001.0, 1e5])
def test_the_mean_of_chi_is_that_of_scipy(degrees: float) -> None:
    assert Chi(degrees).mean == pytest.approx(stats.chi(degrees).mean(), rel=1e-9)


def test_a_chi_of_many_degrees_is_resolved_like_the_normal_that_it_nearly_is() -> None:
    normal = dkw.variance_distance([Normal()], 0.1)
    assert dkw.variance_distance([Chi(1e10)], 0.1) == pytest.approx(normal, rel=1e-3)


@pytest.mark.parametrize(("relative", "distance"), [(0.10, 0.0115), (0.05, 0.0059), (0.02, 0.0024)])
def test_a_variance_error_of_a_normal_is_the_distance_of_the_rules(relative: float, distance: float) -> None:
    def gap(x: float) -> float:
        return stats.norm.cdf(x / math.sqrt(1 + relative)) - stats.norm.cdf(x)

    supremum = -optimize.minimize_scalar(lambda x: -abs(gap(x)), bounds=(0.1, 3.0), method="bounded").fun
    assert round(supremum, 4) == distance
    assert round(dkw.variance_distance([Normal()], relative), 4) == distance


@pytest.mark.parametrize(("relative", "values"), [(0.10, 3.4e5), (0.05, 1.3e6), (0.02, 8e6)])
def test_the_values_needed_at_the_error_rate_of_a_line_are_those_of_the_rules(relative: float, values: float) -> None:
    """2 ε_N = distance without the bins gives the figures of the rules; the bins add 2 to 11 %."""
    distance = dkw.variance_distance([Normal()], relative)
    bare = math.log(2 / ALPHA) / (2 * (distance / 2) ** 2)
    digits = 1 - len(str(int(values)))
    assert round(bare, digits + (values != 8e6)) == values
    assert bare < dkw.draws_for(distance, ALPHA) < 1.12 * bare
