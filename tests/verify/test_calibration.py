"""The calibration harness counts alarms as it says, and tells a sound check from an unsound one."""

import dataclasses

import numpy as np
import pytest
from scipy.stats import beta, binom, norm

from numeric.streams import stream
from verify import calibration
from verify.statistics import mean

TRIALS = 200


def measured(name: str, seed: int = 0) -> calibration.Outcome:
    return calibration.outcome(name, [calibration.trials(name, seed, 0, TRIALS)], TRIALS)


@pytest.mark.parametrize("name", list(calibration.CASES))
def test_every_case_ends_as_it_must(name: str) -> None:
    assert measured(name).passed


def test_the_limit_of_alarms_is_the_exact_binomial_one() -> None:
    limit = calibration.most_alarms(2000)
    assert limit == 131
    assert binom.sf(limit, 2000, 0.05) <= 1e-3 < binom.sf(limit - 1, 2000, 0.05)


def test_trials_are_those_of_their_index_whatever_the_parts() -> None:
    whole = calibration.trials("z-test", 3, 0, 60)
    parts = [calibration.trials("z-test", 3, first, first + 20) for first in (0, 20, 40)]
    assert whole == tuple(sum(part[index] for part in parts) for index in (0, 1))


@pytest.mark.parametrize(
    ("broken", "name"),
    [
        ("law", "law, true"),
        ("proportion", "proportion, true"),
        ("pair", "pair, true"),
        ("mean", "mean, true"),
    ],
)
def test_a_check_whose_bound_is_too_tight_is_accused(monkeypatch: pytest.MonkeyPatch, broken: str, name: str) -> None:
    if broken == "law":
        monkeypatch.setattr("verify.statistics.dkw.epsilon", lambda draws, _alpha: 0.5 * (1.0 / draws) ** 0.5)
    elif broken == "pair":
        monkeypatch.setattr("verify.statistics.dkw.epsilon_two", lambda first, _second, _alpha: 0.8 * first**-0.5)
    elif broken == "proportion":
        monkeypatch.setattr("verify.statistics.binomial.lower_limit", lambda events, draws, _alpha: events / draws)
    else:
        monkeypatch.setattr(
            "verify.statistics.mean.confidence_interval",
            lambda _sums, centre, scale, _alpha: (centre + 0.10 * scale, centre + 0.09 * scale, centre + 0.11 * scale),
        )
    assert not measured(name).passed


def test_the_false_proportion_is_two_resolutions_off() -> None:
    """A quarter and twice the upper Clopper–Pearson half-width of 128 events in 512, as the quantile of a beta law."""
    alpha = calibration.ALPHA / 4  # of the second look of two
    half_width = beta.isf(alpha, 129, 384) - 0.25
    assert pytest.approx(0.25 + 2.0 * half_width, abs=1e-12) == calibration.CAUGHT
    assert 2.0 * norm.sf(calibration.EVENT / calibration.CAUGHT_FACTOR) == pytest.approx(calibration.CAUGHT, abs=1e-12)


def test_a_case_that_misses_false_nulls_does_not_pass() -> None:
    case = dataclasses.replace(calibration.CASES["law, true"], expect="caught")
    outcome = calibration.Outcome(case=case, trials=TRIALS, refuted=3, inconclusive=0)
    assert not outcome.passed


def test_moments_of_a_sketch_are_those_of_the_sample() -> None:
    values = stream("moments").standard_normal(5000) ** 3
    sums = mean.sketch(values, 0.3, 2.0)
    average, deviation = mean.moments(sums, 0.3, 2.0)
    # the place within a bin is kept to 2⁻²⁰ of a bin, and a bin is at most 2.4 % of a value wide
    assert average == pytest.approx(values.mean(), abs=1e-6 * np.abs(values).max())
    assert deviation == pytest.approx(values.std(), rel=0.024**2)
