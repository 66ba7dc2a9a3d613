"""`Rate`: n^a·error between c/8 and 2c at every larger size, c from a pilot at the smallest."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from numeric.streams import BLOCK, stream, streams
from verify.checks import Proportion, ProportionLine, Rate
from verify.checks.rate import span_needed
from verify.model import ClaimError, Config, Evidence, Setting, Verdict
from verify.statistics.budget import ALPHA

Outcomes = Callable[..., list[Evidence]]


def falling(power: float, floor: float = 0.0) -> Callable[..., dict[str, np.ndarray]]:
    """Four Gaussian coordinates of size n^−power, on top of a floor that never falls."""

    def errors(setting: Setting, rngs: Sequence[np.random.Generator]) -> dict[str, np.ndarray]:
        noise = np.concatenate([rng.standard_normal((BLOCK, 4)) for rng in rngs])
        return {"e": floor + setting["n"] ** -power * noise}

    return errors


def rate(errors: Any, **fields: Any) -> Rate:  # noqa: ANN401
    standard = {"settings": (Setting(d=4),), "sizes": (16, 64, 256), "coordinates": {"e": 4}, "microseconds": 1.0}
    return Rate(**{"name": "r", "title": "t", "errors": errors} | standard | fields)


def by_line(found: list[Evidence]) -> dict[tuple[str, str], Evidence]:
    return {(item.setting, item.line.label): item for item in found}


@pytest.mark.parametrize("power", [0.25, 0.5, 1.0])
def test_the_right_exponent_is_verified_at_every_larger_size_and_on_both_sides(
    power: float, outcomes: Outcomes
) -> None:
    top = math.ceil(16 * span_needed(power))
    found = outcomes(rate(falling(power), exponent=power, sizes=(16, 32, top)))
    assert {item.verdict for item in found} == {Verdict.VERIFIED}
    assert list(by_line(found)) == [(f"d=4, n={n}", f"e: {side}") for n in (32, top) for side in ("above", "below")]
    assert {item.kind for item in found} == {"Rate"}
    assert {item.line.alpha for item in found} == {ALPHA}


def test_an_error_that_does_not_fall_is_above_at_the_largest_size(outcomes: Outcomes) -> None:
    found = by_line(outcomes(rate(falling(0.5, floor=5.0))))
    assert found["d=4, n=256", "e: above"].verdict is Verdict.REFUTED
    assert found["d=4, n=256", "e: below"].verdict is Verdict.VERIFIED


def test_an_error_that_falls_faster_is_below_at_the_size_that_the_rival_needs(outcomes: Outcomes) -> None:
    sizes = (16, 64, 16 * 64)
    found = by_line(outcomes(rate(falling(1.0), sizes=sizes, against=(1.0,))))
    assert found["d=4, n=1024", "e: below"].verdict is Verdict.REFUTED
    assert found["d=4, n=1024", "e: above"].verdict is Verdict.VERIFIED


def test_the_pilot_is_the_ninety_percent_quantile_of_its_own_stream() -> None:
    check = rate(falling(0.5))
    (small, large) = check.plan("claim", "rival", Config(seed=7))
    noise = np.concatenate([rng.standard_normal((BLOCK, 4)) for rng in streams(
        (7, "claim", "r", "rival", "pilot: d=4, n=16"), range(2)
    )])  # fmt: skip
    c = np.sort(np.sqrt((noise**2).sum(axis=1)))[115]  # 4·(1/4) = 1: n^½·error is the norm itself
    for family in (small, large):
        assert [line.facts["centre"] for line in family.lines] == pytest.approx([0.0, -c / 8], rel=1e-14)
        assert [line.facts["radius"] for line in family.lines] == pytest.approx([2 * c, 0.0], rel=1e-14)
        assert f"2c = {2 * c:.4g}" in family.lines[0].null
        assert f"c/8 = {c / 8:.4g}" in family.lines[1].null
    assert check.plan("claim", "rival", Config(seed=7)) == (small, large)
    assert check.plan("claim", "rival", Config(seed=8)) != (small, large)
    assert check.plan("claim", None, Config(seed=7))[0].lines != small.lines


def test_no_test_draw_comes_from_the_pilots_streams() -> None:
    (small, *_) = rate(falling(0.5), sizes=(16, 17, 256)).plan("claim", None, Config())
    pilot = stream(0, "claim", "r", "", "pilot: d=4, n=16", 0).standard_normal(8)
    assert not np.any(pilot == stream(0, *small.key, 0).standard_normal(8))


def counted(above: int, below: int, middle: float = 1.0) -> Callable[..., dict[str, np.ndarray]]:
    """Errors of a scaled size 1, so that c = 1; at a larger size so many of the first are 2.01 and so many 0.124."""
    left = [above, below]

    def errors(setting: Setting, rngs: Sequence[np.random.Generator]) -> dict[str, np.ndarray]:
        values = np.full(BLOCK * len(rngs), middle)
        if setting["n"] > 16:
            now = [min(left[0], len(values)), min(left[1], len(values))]
            left[0], left[1] = left[0] - now[0], left[1] - now[1]
            values[: now[0]] = 2.01
            values[len(values) - now[1] :] = 0.124
        return {"e": values * setting["n"] ** -0.5}

    return errors


@pytest.mark.parametrize(("above", "below"), [(4, 0), (0, 4), (5, 0), (0, 5), (0, 68), (68, 0)])
def test_each_side_counts_its_own_events(above: int, below: int, outcomes: Outcomes) -> None:
    found = by_line(outcomes(rate(counted(above, below), sizes=(16, 256))))
    for side, events in (("above", above), ("below", below)):
        item = found["d=4, n=256", f"e: {side}"]
        verdict, draws = (Verdict.REFUTED, 128) if events == 68 else (Verdict.VERIFIED, 128 if events <= 4 else 512)
        assert (item.verdict, item.draws) == (verdict, draws)
        assert item.points[0].estimate == events / draws


def test_quantiles_are_of_the_scaled_error_on_both_lines(outcomes: Outcomes) -> None:
    above, below = outcomes(rate(falling(0.5), sizes=(16, 256)))
    first, second = above.points[0].quantiles, below.points[0].quantiles
    assert 0.2 < first[0] < first[1] < first[2] < 4.0
    assert first == pytest.approx(second, rel=0.05)


@pytest.mark.parametrize(
    ("exponent", "against", "span"),
    [(0.5, (), 16.0), (1.0, (), 4.0), (0.5, (1.0,), 64.0), (1.0, (0.5,), 16.0), (0.5, (0.25, 2.5), 256.0)],
)
def test_the_span_is_wide_enough_for_each_rival(exponent: float, against: tuple[float, ...], span: float) -> None:
    assert span_needed(exponent, against) == pytest.approx(span)
    rate(None, exponent=exponent, against=against, sizes=(10, round(10 * span)))
    with pytest.raises(ClaimError, match="no profile has sizes that span"):
        rate(None, exponent=exponent, against=against, sizes=(10, round(10 * span) - 1))


def test_a_profile_without_the_span_is_not_run() -> None:
    check = rate(falling(0.5), profiles={256: ("standard", "full")})
    quick, standard = (check.plan("c", None, Config(profile=profile)) for profile in ("quick", "standard"))
    assert all("quick profile has no sizes that span 16" in family.skip for family in quick)
    assert [family.skip for family in standard] == ["", ""]
    assert [family.lines for family in quick] == [family.lines for family in standard]
    wider = rate(falling(0.5), sizes=(16, 256, 1024), profiles={1024: ("full",)})
    assert [family.skip for family in wider.plan("c", None, Config(profile="quick"))] == [
        "", "n = 1024 is beyond the quick profile",
    ]  # fmt: skip
    without_pilot = rate(falling(0.5), sizes=(16, 32, 512), profiles={16: ("full",)})
    assert all(family.skip for family in without_pilot.plan("c", None, Config(profile="quick")))


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"coordinates": {"e": 3}}, "norm over 3 coordinates; join at least 4"),
        ({"sizes": (16,)}, "must grow"),
        ({"sizes": (16, 16, 256)}, "must grow"),
        ({"exponent": 0.0}, "no rate of decay"),
        ({"exponent": math.nan}, "no rate of decay"),
        ({"against": (0.5,)}, "must differ from the exponent"),
    ],
)
def test_what_could_not_be_judged_is_refused(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(ClaimError, match=message):
        rate(falling(0.5), **fields)


@pytest.mark.parametrize("fields", [{"settings": ()}, {"settings": (Setting(d=4), Setting(d=4))}, {"coordinates": {}}])
def test_nothing_to_judge_or_two_of_one_name_are_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ClaimError):
        rate(falling(0.5), **fields).plan("c", None, Config())


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (lambda draws: {"f": np.ones(draws)}, "returns nothing for e"),
        (lambda draws: {"e": np.ones((draws, 3))}, "has 3 coordinates, 4 are declared"),
        (lambda draws: {"e": -np.ones(draws)}, "a number ≥ 0"),
        (lambda draws: {"e": np.full(draws, math.nan)}, "a number ≥ 0"),
        (lambda draws: {"e": np.ones(draws - 1)}, "values for 128 draws"),
        (lambda draws: {"e": np.zeros(draws)}, "no finite error"),
        (lambda draws: {"e": np.full(draws, math.inf)}, "no finite error"),
    ],
)
def test_errors_that_are_none_raise(values: Any, message: str) -> None:  # noqa: ANN401
    check = rate(lambda setting, rngs: values(BLOCK * len(rngs)) if setting else {})
    with pytest.raises(ValueError, match=message):
        check.plan("c", None, Config())


def test_it_is_the_same_judgement_as_two_proportions(outcomes: Outcomes) -> None:
    """The dumber route: the two events written out by hand at one size, on the same streams."""
    check = rate(falling(0.4), sizes=(16, 256))
    (family,) = check.plan("claim", None, Config())
    c = family.lines[0].facts["radius"] / 2

    def sample(setting: Setting, rngs: Sequence[np.random.Generator]) -> dict[str, np.ndarray]:
        scaled = 16.0 * np.linalg.norm(falling(0.4)(setting, rngs)["e"], axis=1)
        return {"e: above": (scaled > 2 * c).astype(float), "e: below": (scaled < c / 8).astype(float)}

    lines = [ProportionLine(label=f"e: {side}", null="n", centre=0.0, radius=0.5) for side in ("above", "below")]
    plain = Proportion(
        name="r", title="t", settings=(family.setting,), lines=lambda _: lines, sample=sample, microseconds=1.0
    )
    for mine, theirs in zip(outcomes(check), outcomes(plain), strict=True):
        assert (mine.verdict, mine.draws, mine.points[0].estimate) == (
            theirs.verdict, theirs.draws, theirs.points[0].estimate,
        )  # fmt: skip
