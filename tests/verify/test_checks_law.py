"""`Law` and `TwoSampleLaw`: true nulls pass, rivals at the resolution fall, and alarms are not averaged away."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import stats

from numeric.streams import stream
from verify.checks import Law, LawLine, TwoSampleLaw, TwoSampleLine
from verify.model import Config, Evidence, Setting, Verdict
from verify.statistics import dkw
from verify.statistics.budget import ALPHA, look_alpha
from verify.statistics.laws import Chi, Fisk, Normal

Outcomes = Callable[..., list[Evidence]]
Make = Callable[..., Any]  # the fixture that makes samplers
Draw = Callable[[np.random.Generator, int], np.ndarray]
LAWS = {"normal": (Normal(),), "chi": (Chi(7),), "three": (Normal(), Normal(2.0), Chi(3))}


def law(sample: Any, laws: tuple, label: str = "x", **fields: Any) -> Law:  # noqa: ANN401 — fields of the check
    line = LawLine(label=label, null="n", laws=laws)
    return Law(
        name="l", title="t", settings=(Setting(n=1),), lines=lambda _: [line], sample=sample, microseconds=1.0, **fields
    )


def normal(factor: float = 1.0) -> Draw:
    return lambda rng, size: factor * rng.standard_normal(size)


def three(factor: float = 1.0) -> Draw:
    def draw(rng: np.random.Generator, size: int) -> np.ndarray:
        values = [rng.standard_normal(size), 2.0 * rng.standard_normal(size), np.sqrt(rng.chisquare(3, size))]
        return factor * np.stack(values, axis=1)

    return draw


def chi(factor: float = 1.0) -> Draw:
    return lambda rng, size: factor * np.sqrt(rng.chisquare(7, size))


DRAWS = {"normal": normal, "chi": chi, "three": three}


@pytest.mark.parametrize("name", LAWS)
def test_the_exact_law_is_verified(name: str, sampler: Make, outcomes: Outcomes) -> None:
    (found,) = outcomes(law(sampler(x=DRAWS[name]()), LAWS[name]))
    assert found.verdict is Verdict.VERIFIED
    assert found.margin is not None
    assert 0.0 < found.margin <= 1.0


@pytest.mark.parametrize("name", LAWS)
def test_a_variance_off_by_the_resolution_is_refuted(name: str, sampler: Make, outcomes: Outcomes) -> None:
    (found,) = outcomes(law(sampler(x=DRAWS[name](math.sqrt(1.10))), LAWS[name]))
    assert found.verdict is Verdict.REFUTED
    assert found.points[0].estimate > found.points[0].high


def test_a_coarse_error_falls_at_the_first_look(sampler: Make, outcomes: Outcomes) -> None:
    (found,) = outcomes(law(sampler(x=normal(2.0)), LAWS["normal"]))
    assert (found.verdict, found.look) == (Verdict.REFUTED, 1)


def test_draws_follow_from_the_resolution_and_the_last_look_can_decide() -> None:
    (family,) = law(None, LAWS["normal"]).plan("c", None, Config(profile="quick"))
    (line,) = family.lines
    assert line.alpha == ALPHA
    assert line.resolution == pytest.approx(0.0115, abs=5e-5)
    assert family.looks[-1] == 16 * family.looks[0]
    epsilon = [dkw.epsilon(draws, look_alpha(k)) + 1 / dkw.BINS for k, draws in enumerate(family.looks, start=1)]
    assert epsilon[2] <= line.resolution / 2 < epsilon[1]


def test_several_values_a_draw_need_as_many_fewer_draws() -> None:
    needed = [
        law(None, (Normal(),) * count).plan("c", None, Config(profile="full"))[0].lines[0].draws for count in (1, 10)
    ]
    assert needed[0] / needed[1] == pytest.approx(10, rel=0.001)  # to the block


def test_too_few_draws_are_inconclusive_and_say_how_many_would_do(sampler: Make, outcomes: Outcomes) -> None:
    (found,) = outcomes(law(sampler(x=normal()), LAWS["normal"]), looks=(64, 256))
    assert (found.verdict, found.draws) == (Verdict.INCONCLUSIVE, 256)
    wanted = float(found.detail.partition("; about ")[2].split()[0])
    needed = dkw.draws_for(found.line.resolution, look_alpha(2))
    assert needed < wanted < 5 * needed  # four times as many, so that a distance near ε is decided too


@pytest.mark.parametrize(("share", "verdict"), [(0.98, Verdict.INCONCLUSIVE), (1.0, Verdict.VERIFIED)])
def test_the_verdict_needs_the_draws_that_resolve_it(
    share: float, verdict: Verdict, sampler: Make, outcomes: Outcomes
) -> None:
    resolution = dkw.variance_distance(LAWS["normal"], 0.10)
    draws = int(share * dkw.draws_for(resolution, look_alpha(1)) / 64) * 64 + 64
    (found,) = outcomes(law(sampler(x=normal()), LAWS["normal"]), looks=(draws,))
    assert found.verdict is verdict


@pytest.mark.parametrize("alarms", [1, 64])
def test_a_value_that_is_no_number_refutes_even_if_it_is_a_single_one(
    alarms: int, sampler: Make, outcomes: Outcomes
) -> None:
    left = [alarms]

    def draw(rng: np.random.Generator, size: int) -> np.ndarray:
        values = rng.standard_normal(size)
        values[: left[0]] = math.nan
        left[0] = 0
        return values

    (found,) = outcomes(law(sampler(x=draw), LAWS["normal"]))
    assert (found.verdict, found.look) == (Verdict.REFUTED, 1)
    assert f"{alarms} of them no number" in found.detail


def test_the_columns_go_with_their_laws(sampler: Make, outcomes: Outcomes) -> None:
    def turned(rng: np.random.Generator, size: int) -> np.ndarray:
        return three()(rng, size)[:, ::-1]

    (found,) = outcomes(law(sampler(x=turned), LAWS["three"]))
    assert found.verdict is Verdict.REFUTED


@pytest.mark.parametrize("columns", [1, 2, 6])
def test_another_number_of_columns_than_laws_raises(columns: int, sampler: Make, outcomes: Outcomes) -> None:
    with pytest.raises(ValueError, match=rf"x: {columns} values a draw, but 3 laws"):
        outcomes(law(sampler(x=lambda rng, size: rng.standard_normal((size, columns))), LAWS["three"]))


def test_the_measured_distance_is_that_of_scipy(sampler: Make, outcomes: Outcomes) -> None:
    values: list[float] = []

    def draw(rng: np.random.Generator, size: int) -> np.ndarray:
        new = rng.standard_normal(size)
        values.extend(new)
        return new

    (found,) = outcomes(law(sampler(x=draw), LAWS["normal"]))
    exact = stats.ks_1samp(np.array(values), stats.norm.cdf).statistic
    assert exact - 1 / dkw.BINS <= found.points[0].estimate <= exact + 1e-12  # rounding of a sum of shares


# --- two samples ---


def two(first: Any, second: Any, *, spread: Any = None) -> TwoSampleLaw:  # noqa: ANN401
    line = TwoSampleLine(label="x", null="n", spread=spread or Normal())
    return TwoSampleLaw(
        name="t", title="t", settings=(Setting(n=1),), lines=lambda _: [line], first=first, second=second,
        microseconds=1.0,
    )  # fmt: skip


@pytest.mark.parametrize("spread", [Normal(), Normal(5.0), Fisk(1.0)], ids=str)
def test_two_samplers_of_one_law_are_verified_whatever_spreads_them(
    spread: object, sampler: Make, outcomes: Outcomes
) -> None:
    draws = (lambda rng, size: np.exp(rng.standard_normal(size))) if isinstance(spread, Fisk) else normal()
    (found,) = outcomes(two(sampler(x=draws), sampler(x=draws), spread=spread))
    assert found.verdict is Verdict.VERIFIED


@pytest.mark.parametrize("which", [0, 1])
def test_a_shift_by_the_resolution_is_refuted_in_either_sample(which: int, sampler: Make, outcomes: Outcomes) -> None:
    shift = 2 * stats.norm.ppf(0.55)  # sup-distance 0.10
    samples = [sampler(x=normal()), sampler(x=normal())]
    samples[which] = sampler(x=lambda rng, size: rng.standard_normal(size) + shift)
    (found,) = outcomes(two(*samples))
    assert found.verdict is Verdict.REFUTED


def test_each_sampler_draws_from_a_child_of_its_own_of_every_stream(sampler: Make, outcomes: Outcomes) -> None:
    seen: dict[int, list[float]] = {0: [], 1: []}

    def keep(which: int) -> Draw:
        def draw(rng: np.random.Generator, size: int) -> np.ndarray:
            values = rng.standard_normal(size)
            seen[which].append(values[0])
            return values

        return draw

    outcomes(two(sampler(x=keep(0)), sampler(x=keep(1))))
    children = [stream(0, "claim", "t", "", "n=1", block).spawn(2) for block in range(len(seen[0]))]
    for which, values in seen.items():
        assert values == [pair[which].standard_normal() for pair in children]


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_sampler_that_returns_no_number_is_an_error(
    which: int, bad: float, sampler: Make, outcomes: Outcomes
) -> None:
    samples = [sampler(x=normal()), sampler(x=normal())]
    samples[which] = sampler(x=lambda rng, size: np.r_[rng.standard_normal(size - 1), bad])
    with pytest.raises(ValueError, match="not finite"):
        outcomes(two(*samples))


@pytest.mark.parametrize(("profile", "resolution"), [("quick", 0.10), ("standard", 0.05), ("full", 0.03)])
def test_the_resolution_of_two_samples_is_the_sup_distance_of_the_profile(profile: str, resolution: float) -> None:
    (family,) = two(None, None).plan("c", None, Config(profile=profile))
    assert family.lines[0].resolution == resolution
    draws = family.looks[-1]
    assert dkw.epsilon_two(draws, draws, look_alpha(3)) + 1 / dkw.BINS <= resolution / 2
