"""Catoni's interval: against a brute-force root without bins, exact enumeration, and simulated heavy tails."""

import math
from collections.abc import Callable

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import optimize, stats

from numeric.streams import stream
from verify.statistics import mean

EDGES = np.sinh(np.linspace(-mean.REACH, mean.REACH, mean.BINS + 1))
samples = hnp.arrays(np.float64, st.integers(1, 80), elements=st.floats(-1e4, 1e4, allow_subnormal=False))


def influence(x: np.ndarray) -> np.ndarray:
    """ψ(x) = sign(x) ln(1 + |x| + x²/2), written out."""
    return np.where(x >= 0, np.log(1 + x + x**2 / 2), -np.log(1 - x + x**2 / 2))


def threshold(draws: int, a: float, alpha: float) -> float:
    return draws * math.log(1 + a**2 / 2) + math.log(2 / alpha)


def brute_force(values: np.ndarray, alpha: float) -> tuple[float, float, float]:
    """(estimate, low, high) without bins, for values in units of their standard deviation."""
    a = math.sqrt(2 * math.log(2 / alpha) / len(values))

    def root(level: float) -> float:
        return optimize.brentq(lambda c: influence(a * (values - c)).sum() - level, -1e6, 1e6, xtol=1e-13)

    level = threshold(len(values), a, alpha)
    return root(0.0), root(level), root(-level)


# --- what Catoni's proof needs of ψ ---


@given(st.floats(-1e6, 1e6))
def test_the_influence_lies_between_the_two_logarithms(x: float) -> None:
    with mpmath.workdps(40):
        y = mpmath.mpf(x)
        upper, lower = mpmath.log(1 + y + y**2 / 2), -mpmath.log(1 - y + y**2 / 2)
        value = mpmath.mpf(float(mean._influence(np.array(x))))
        rounding = mpmath.mpf(2) ** -50 * (1 + abs(value))  # a few units in the last place
        assert lower - rounding <= value <= upper + rounding


@pytest.mark.parametrize("x", [-30.0, -3.0, -1.0, -0.7320508, -0.1, 0.0, 0.2, 0.7320508, 1.0, 5.0, 100.0])
def test_the_influence_rises_at_most_like_x_and_bends_by_at_most_a_quarter(x: float) -> None:
    def psi(t: mpmath.mpf) -> mpmath.mpf:
        return mpmath.sign(t) * mpmath.log(1 + abs(t) + t**2 / 2)

    with mpmath.workdps(40):
        assert 0 <= mpmath.diff(psi, x) <= 1 + mpmath.mpf(10) ** -15  # error of mpmath's difference at 0
        if x:  # at 0 ψ'' jumps between its one-sided limits 0 and 0
            assert abs(mpmath.diff(psi, x, 2)) <= 0.25 + mpmath.mpf(10) ** -15


@given(st.floats(-1e12, 1e12), st.floats(1e-4, 2.0))
def test_moving_a_value_to_the_last_bin_keeps_both_inequalities(x: float, a: float) -> None:
    moved = min(max(x, EDGES[0]), EDGES[-1])
    value, y = float(influence(np.array(a * moved))), a * x
    assert -math.log1p(-y + y**2 / 2) - 1e-9 <= value <= math.log1p(y + y**2 / 2) + 1e-9  # log1p cancels near y = 2


# --- the sketch ---


@given(samples, samples, st.randoms(use_true_random=False))
def test_sketches_of_parts_in_any_order_add_up(first: np.ndarray, second: np.ndarray, random: object) -> None:
    shuffled = np.concatenate([first, second]).tolist()
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    parts = mean.sketch(first, 0.5, 2.0) + mean.sketch(second, 0.5, 2.0)
    np.testing.assert_array_equal(parts, mean.sketch(np.array(shuffled), 0.5, 2.0))


@given(samples, st.floats(-5, 5), st.floats(0.2, 10))  # 1e4/0.2 is within the last bin
def test_every_value_is_in_its_bin_and_its_place_is_kept(values: np.ndarray, centre: float, scale: float) -> None:
    counts, places = mean.sketch(values, centre, scale)
    assert counts.sum() == len(values)
    standard = (values - centre) / scale
    low, width = EDGES[:-1], np.diff(EDGES)
    total = float((counts * low + (places + 0.5 * counts) / mean.PLACES * width).sum())
    # each place is known to half a step, and rounding moves a value by a few units in its last place
    step = float((counts * width).sum()) / mean.PLACES
    assert abs(total - standard.sum()) <= step + 1e-12 * np.abs(standard).sum() + 1e-12


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_a_value_that_is_not_finite_is_an_error(bad: float) -> None:
    with pytest.raises(ValueError, match="not finite"):
        mean.sketch(np.array([1.0, bad]), 0.0, 1.0)


@pytest.mark.parametrize("sign", [-1.0, 1.0])
def test_beyond_the_last_bin_a_value_counts_as_its_edge(sign: float) -> None:
    ordinary = stream("ordinary").standard_normal(500)
    edge, beyond = (mean.sketch(np.append(ordinary, sign * far), 0.0, 1.0) for far in (np.sinh(12.0), 1e30))
    np.testing.assert_array_equal(edge, beyond)


# --- the interval ---

HEAVY = {
    "normal": stats.norm(),
    "exponential": stats.expon(),
    "Pareto, no third moment": stats.pareto(2.5),
    "Student, no third moment": stats.t(2.5),
    "lognormal": stats.lognorm(1.5),
    "rare and large": stats.bernoulli(1e-3),
}
nulls = pytest.mark.parametrize("law", HEAVY.values(), ids=HEAVY.keys())
rates = pytest.mark.parametrize("alpha", [0.05, 1e-10])


def standardised(law: stats.rv_continuous, size: tuple[int, ...], name: str) -> np.ndarray:
    """Draws of mean 0 and variance 1."""
    average, variance = law.stats("mv")
    return (law.rvs(size=size, random_state=stream("mean", name)) - average) / math.sqrt(variance)


@rates
@nulls
def test_the_interval_is_the_brute_force_one_read_outward_by_what_the_bins_hide(
    law: stats.rv_continuous, alpha: float
) -> None:
    values = standardised(law, (3000,), f"brute {alpha}")
    _, low, high = mean.confidence_interval(mean.sketch(values, 0.0, 1.0), 0.0, 1.0, alpha)
    _, exact_low, exact_high = brute_force(values, alpha)
    assert low <= exact_low <= exact_high <= high

    a = math.sqrt(2 * math.log(2 / alpha) / len(values))
    index = np.clip(np.searchsorted(EDGES, values, side="right") - 1, 0, mean.BINS - 1)
    width = np.diff(EDGES)[index]
    hidden = float(((a * width) ** 2 / 32 + a * width / mean.PLACES).sum())
    level = threshold(len(values), a, alpha)
    for end, sign in ((low, 1), (high, -1)):
        reached = sign * influence(a * (values - end)).sum()
        assert level - 1e-9 <= reached <= level + 2 * hidden + 1e-9  # 1e-9: the roots are found to 1e-13


@rates
@nulls
def test_the_estimate_is_the_brute_force_one(law: stats.rv_continuous, alpha: float) -> None:
    values = standardised(law, (3000,), f"brute {alpha}")
    estimate, low, high = mean.confidence_interval(mean.sketch(values, 0.0, 1.0), 0.0, 1.0, alpha)
    exact, _, _ = brute_force(values, alpha)
    assert low < estimate < high
    # both ends are read outward by what the bins hide, so the estimate is no further off than they are
    _, exact_low, exact_high = brute_force(values, alpha)
    assert abs(estimate - exact) <= (exact_low - low) + (high - exact_high)


@pytest.mark.parametrize("alpha", [0.5, 0.05])
@nulls
def test_the_interval_misses_the_exact_mean_no_more_often_than_it_may(law: stats.rv_continuous, alpha: float) -> None:
    runs, draws = 300, 120
    batches = standardised(law, (runs, draws), f"coverage {alpha}")
    missed = 0
    for values in batches:
        _, low, high = mean.confidence_interval(mean.sketch(values, 0.0, 1.0), 0.0, 1.0, alpha)
        missed += not low <= 0.0 <= high
    assert stats.binomtest(missed, runs, alpha, alternative="greater").pvalue > 1e-6


@pytest.mark.parametrize("alpha", [0.5, 0.1, 1e-3])
@pytest.mark.parametrize(("draws", "p"), [(8, 0.5), (30, 0.5), (40, 0.02), (200, 0.005), (25, 0.9)])
def test_the_rate_of_misses_is_at_most_alpha_by_enumeration(draws: int, p: float, alpha: float) -> None:
    """All outcomes of Bernoulli draws, the rarer the heavier-tailed, with their exact probabilities."""
    deviation = math.sqrt(p * (1 - p))
    missed = 0.0
    for events in range(draws + 1):
        values = np.repeat([1.0, 0.0], [events, draws - events])
        _, low, high = mean.confidence_interval(mean.sketch(values, 0.3, deviation), 0.3, deviation, alpha)
        if not low <= p <= high:
            missed += stats.binom.pmf(events, draws, p)
    assert missed <= alpha


@given(st.floats(-100, 100), st.floats(0.01, 100))
def test_the_interval_moves_and_stretches_with_the_values(centre: float, scale: float) -> None:
    values = stream("stretched").standard_normal(300)
    plain = mean.confidence_interval(mean.sketch(values, 0.0, 1.0), 0.0, 1.0, 0.01)
    moved = mean.confidence_interval(mean.sketch(centre + scale * values, centre, scale), centre, scale, 0.01)
    # a value that rounding moves over the edge of a bin moves the sum by less than the bins hide, 3e-3 of a half-width
    np.testing.assert_allclose((np.array(moved) - centre) / scale, plain, rtol=0, atol=3e-3 * (plain[2] - plain[1]))


MILD = {
    "normal": stats.norm(),
    "exponential": stats.expon(),
    "lognormal": stats.lognorm(1.0),
    "Pareto, no fifth moment": stats.pareto(4.5),
}


def half_width(draws: int, alpha: float) -> float:
    """√(2 ln(2/α)/N) in standard deviations, to leading order in 1/N."""
    return math.sqrt(2.0 * math.log(2.0 / alpha) / draws)


@pytest.mark.parametrize("law", MILD.values(), ids=MILD.keys())
@pytest.mark.parametrize("wanted", [0.2, 0.05])
def test_the_draws_planned_reach_the_half_width_wanted(law: stats.rv_continuous, wanted: float) -> None:
    alpha = 3e-11
    draws = max(1024, mean.draws_for(wanted, 1.0, alpha))  # the last look is never shorter
    values = standardised(law, (draws,), f"width {wanted}")
    _, low, high = mean.confidence_interval(mean.sketch(values, 0.0, 1.0), 0.0, 1.0, alpha)
    assert (high - low) / 2 <= wanted
    assert half_width(draws, alpha) <= wanted / 1.05


@given(st.floats(0.001, 0.5), st.floats(1e-12, 0.3))
def test_draws_for_leaves_eight_per_cent_to_spare(half: float, alpha: float) -> None:
    draws = mean.draws_for(half, 1.0, alpha)
    assert half_width(draws, alpha) <= half / 1.08 * (1 + 1e-12)  # the last digit of a square root
    assert draws < 2 or half_width(draws - 1, alpha) > half / 1.08 * (1 - 1e-12)
    assert mean.draws_for(half, 4.0, alpha) == pytest.approx(4 * draws, abs=4)  # in proportion to the variance


def test_a_constant_far_from_its_mean_is_not_in_the_interval() -> None:
    _, low, high = mean.confidence_interval(mean.sketch(np.full(1000, 5.0), 0.0, 1.0), 0.0, 1.0, 1e-9)
    assert low > 1.0
    assert low < 5.0 < high


@pytest.mark.parametrize("draw", [lambda rng: rng.standard_normal(9000), lambda rng: rng.exponential(size=9000)])
def test_quantiles_for_figures_are_right_to_a_bin(draw: Callable[[np.random.Generator], np.ndarray]) -> None:
    values = draw(stream("quantiles"))
    found = mean.quantiles(mean.sketch(values, 1.0, 2.0), 1.0, 2.0)
    exact = np.quantile(values, [0.05, 0.5, 0.95], method="inverted_cdf")
    index = np.searchsorted(EDGES, (exact - 1.0) / 2.0, side="right") - 1
    np.testing.assert_allclose((np.array(found) - 1.0) / 2.0, 0.5 * (EDGES[index] + EDGES[index + 1]), rtol=1e-9)
