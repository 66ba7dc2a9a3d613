"""`Proportion`: exact binomial limits at 128 and 512 draws, two-sided and one-sided."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from verify.checks import Proportion, ProportionLine
from verify.model import Config, Evidence, Setting, Verdict
from verify.statistics.binomial import lower_limit, upper_limit
from verify.statistics.budget import ALPHA, look_alpha

Outcomes = Callable[..., list[Evidence]]
Make = Callable[..., Any]  # the fixture that makes samplers


def proportion(sample: Any, **fields: Any) -> Proportion:  # noqa: ANN401 — a sampler and the fields of a line
    line = ProportionLine(**{"label": "x", "null": "n", "centre": 0.0, "radius": 1.0} | fields)
    return Proportion(
        name="p", title="t", settings=(Setting(n=1),), lines=lambda _: [line], sample=sample, microseconds=1.0
    )


def outside(rate: float, sign: float = 1.0) -> Callable[[np.random.Generator, int], np.ndarray]:
    """±2 with the given probability, else 0."""
    return lambda rng, size: np.where(rng.random(size) < rate, 2.0 * sign, 0.0)


@pytest.mark.parametrize(
    ("rate", "verdict"),
    [(0.0, Verdict.VERIFIED), (0.05, Verdict.VERIFIED), (0.22, Verdict.INCONCLUSIVE), (0.6, Verdict.REFUTED)],
)
@pytest.mark.parametrize("seed", [0, 1])
def test_a_rate_is_accepted_refuted_or_left_open(
    rate: float, verdict: Verdict, seed: int, sampler: Make, outcomes: Outcomes
) -> None:
    (found,) = outcomes(proportion(sampler(x=outside(rate))), seed=seed)
    assert found.verdict is verdict
    assert found.draws in {128, 512}
    (point,) = found.points
    assert point.low < rate < point.high or rate == point.low == 0.0
    assert point.prediction == 0.25


def told(events: int) -> Callable[[np.random.Generator, int], np.ndarray]:
    """The first `events` draws of each look of 128 are outside, none later."""
    left = [events]

    def draw(rng: np.random.Generator, size: int) -> np.ndarray:
        assert rng is not None
        now = min(left[0], size)
        left[0] -= now
        return np.repeat([2.0, 0.0], [now, size - now])

    return draw


@pytest.mark.parametrize(
    ("events", "verdict", "draws"),
    [
        (4, Verdict.VERIFIED, 128),
        (5, Verdict.VERIFIED, 512),
        (61, Verdict.VERIFIED, 512),  # not refuted at 128, where 62 are needed
        (68, Verdict.REFUTED, 128),
    ],
)
def test_the_first_look_decides_with_at_most_four_events_and_the_second_with_68(
    events: int, verdict: Verdict, draws: int, sampler: Make, outcomes: Outcomes
) -> None:
    (found,) = outcomes(proportion(sampler(x=told(events))))
    assert (found.verdict, found.draws) == (verdict, draws)
    assert found.points[0].estimate == events / draws
    assert found.margin == pytest.approx(found.points[0].high / 0.25)


@pytest.mark.parametrize(("sign", "verdict"), [(1.0, Verdict.REFUTED), (-1.0, Verdict.VERIFIED)])
def test_one_sided_events_are_above_the_centre_only(
    sign: float, verdict: Verdict, sampler: Make, outcomes: Outcomes
) -> None:
    (found,) = outcomes(proportion(sampler(x=outside(0.9, sign)), one_sided=True))
    assert found.verdict is verdict
    (both,) = outcomes(proportion(sampler(x=outside(0.9, sign))))
    assert both.verdict is Verdict.REFUTED


def test_the_radius_itself_is_inside(sampler: Make, outcomes: Outcomes) -> None:
    (found,) = outcomes(proportion(sampler(x=lambda _, size: np.full(size, 2.0)), radius=2.0))
    assert (found.verdict, found.points[0].estimate) == (Verdict.VERIFIED, 0.0)


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_value_that_is_not_finite_raises(bad: float, sampler: Make, outcomes: Outcomes) -> None:
    with pytest.raises(ValueError, match="not finite"):
        outcomes(proportion(sampler(x=lambda _, size: np.r_[np.zeros(size - 1), bad])))


def test_another_limit_is_judged_as_such(sampler: Make, outcomes: Outcomes) -> None:
    (found,) = outcomes(proportion(sampler(x=outside(0.3)), limit=0.5))
    assert found.verdict is Verdict.VERIFIED


def test_every_profile_has_the_same_draws_and_the_error_rate_of_a_line() -> None:
    check = proportion(None)
    plans = [check.plan("c", None, Config(profile=profile)) for profile in ("quick", "standard", "full")]
    assert plans[0] == plans[1] == plans[2]
    assert plans[0][0].looks == (128, 512)
    assert plans[0][0].lines[0].alpha == ALPHA


@pytest.mark.parametrize("rate", [0.2, 0.22, 0.28])
def test_what_is_undecided_says_how_many_draws_would_do(rate: float, sampler: Make, outcomes: Outcomes) -> None:
    """With the same share of events the limits are then on one side of a quarter; not with a tenth of the draws."""
    (found,) = outcomes(proportion(sampler(x=outside(rate))))
    assert found.verdict is Verdict.INCONCLUSIVE
    share, wanted = found.points[0].estimate, float(found.detail.partition("; about ")[2].split()[0])

    def decided(draws: int) -> bool:
        events = round(share * draws)
        alpha = look_alpha(2)
        return upper_limit(events, draws, alpha) <= 0.25 or lower_limit(events, draws, alpha) > 0.25

    assert decided(round(wanted))
    assert not decided(round(wanted / 10))
