"""`Mean`: heavy-tailed true nulls pass, means off by the resolution fall, at every profile with one error rate."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from verify.checks import Mean, MeanLine
from verify.model import PROFILES, Config, Evidence, Setting, Verdict
from verify.statistics import mean
from verify.statistics.budget import ALPHA, look_alpha

Outcomes = Callable[..., list[Evidence]]
Make = Callable[..., Any]  # the fixture that makes samplers
SHAPE = 2.5  # of the Pareto law: finite variance, infinite third moment
MEAN, VARIANCE = SHAPE / (SHAPE - 1), SHAPE / ((SHAPE - 1) ** 2 * (SHAPE - 2))


def pareto(rng: np.random.Generator, size: int) -> np.ndarray:
    return 1.0 + rng.pareto(SHAPE, size)


def check(sample: Any, *, low: float = MEAN, high: float | None = None, variance: float = VARIANCE) -> Mean:  # noqa: ANN401
    line = MeanLine(label="x", null="n", low=low, high=low if high is None else high, variance=variance, scale=MEAN)
    return Mean(name="m", title="t", settings=(Setting(n=1),), lines=lambda _: [line], sample=sample, microseconds=1.0)


@pytest.mark.parametrize("seed", range(4))
def test_the_exact_mean_of_a_heavy_tail_is_verified(seed: int, sampler: Make, outcomes: Outcomes) -> None:
    (found,) = outcomes(check(sampler(x=pareto)), seed=seed)
    assert found.verdict is Verdict.VERIFIED
    (point,) = found.points
    assert point.low <= MEAN <= point.high
    assert (point.high - point.low) / 2 <= found.line.resolution / 2
    assert found.margin == pytest.approx(2 * abs(point.estimate - MEAN) / (point.high - point.low))


@pytest.mark.parametrize("factor", [0.9, 1.1])
def test_a_mean_off_by_the_resolution_is_refuted(factor: float, sampler: Make, outcomes: Outcomes) -> None:
    (found,) = outcomes(check(sampler(x=pareto), low=MEAN * factor))
    assert found.verdict is Verdict.REFUTED
    assert found.margin > 1.0


def test_an_interval_as_null_is_met_or_missed(sampler: Make, outcomes: Outcomes) -> None:
    (inside,) = outcomes(check(sampler(x=pareto), low=MEAN - 0.3, high=MEAN + 0.1))
    assert (inside.verdict, inside.margin) == (Verdict.VERIFIED, 0.0)
    (below,) = outcomes(check(sampler(x=pareto), low=MEAN + 0.3, high=MEAN + 0.5))
    assert below.verdict is Verdict.REFUTED


def test_too_few_draws_are_inconclusive_and_say_how_many_would_do(sampler: Make, outcomes: Outcomes) -> None:
    (found,) = outcomes(check(sampler(x=pareto)), looks=(64, 256))
    assert (found.verdict, found.look) == (Verdict.INCONCLUSIVE, 2)
    wanted = float(found.detail.partition("; about ")[2].split()[0])
    (family,) = check(None).plan("claim", None, Config(profile="quick"))
    assert wanted == pytest.approx(family.lines[0].draws, rel=0.5)  # one significant estimate against another


@pytest.mark.parametrize(("share", "verdict"), [(0.8, Verdict.INCONCLUSIVE), (1.0, Verdict.VERIFIED)])
def test_an_interval_a_little_too_wide_verifies_nothing(
    share: float, verdict: Verdict, sampler: Make, outcomes: Outcomes
) -> None:
    """Planned with 8 % to spare: 0.8 of the draws make the interval 12 % wider, and 4 % too wide."""
    needed = mean.draws_for(0.05 * MEAN / math.sqrt(VARIANCE), 1.0, look_alpha(1))
    (found,) = outcomes(check(sampler(x=pareto)), looks=(int(share * needed / 64) * 64 + 64,))
    assert found.verdict is verdict


def test_a_decision_at_an_early_look_needs_no_later_one(sampler: Make, outcomes: Outcomes) -> None:
    (found,) = outcomes(check(sampler(x=pareto), low=4 * MEAN))
    (family,) = check(None, low=4 * MEAN).plan("claim", None, Config(profile="quick"))
    assert (found.verdict, found.look, found.draws) == (Verdict.REFUTED, 1, family.looks[0])


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_a_value_that_is_not_finite_raises(bad: float, sampler: Make, outcomes: Outcomes) -> None:
    with pytest.raises(ValueError, match="not finite"):
        outcomes(check(sampler(x=lambda rng, size: np.r_[pareto(rng, size - 1), bad])))


def test_profiles_differ_in_resolution_and_draws_never_in_the_error_rate() -> None:
    lines = [check(None).plan("c", None, Config(profile=profile))[0].lines[0] for profile in PROFILES]
    assert [line.alpha for line in lines] == [ALPHA] * 3
    assert [line.resolution for line in lines] == pytest.approx([0.10 * MEAN, 0.05 * MEAN, 0.02 * MEAN])
    assert lines[0].draws < lines[1].draws < lines[2].draws


def test_the_planned_draws_decide_at_the_standard_resolution(sampler: Make, outcomes: Outcomes) -> None:
    (found,) = outcomes(check(sampler(x=pareto)), profile="standard")
    assert found.verdict is Verdict.VERIFIED
