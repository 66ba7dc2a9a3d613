"""`Agreement`: within every bound or refuted; a comparison that cannot fail is an error, not evidence."""

import json
import math
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest

from numeric.streams import stream
from verify.checks import Agreement, Comparison
from verify.model import ClaimError, Config, Evidence, Setting, Verdict

Outcomes = Callable[..., list[Evidence]]


def agreement(*rows: tuple[float, float], settings: tuple[Setting, ...] = (Setting(n=1),)) -> Agreement:
    def compare(setting: Setting, rng: np.random.Generator) -> Iterator[Comparison]:
        assert rng.random() < 1.0
        for index, (difference, bound) in enumerate(rows):
            yield Comparison(label=f"c{index}", difference=difference, bound=bound, at={"n": setting["n"]})

    return Agreement(name="a", title="t", settings=settings, compare=compare)


@pytest.mark.parametrize(
    ("rows", "verdict", "margin", "worst"),
    [
        ([(0.0, 1.0)], Verdict.VERIFIED, 0.0, "c0"),
        ([(1.0, 1.0)], Verdict.VERIFIED, 1.0, "c0"),
        ([(0.0, 0.0)], Verdict.VERIFIED, 0.0, "c0"),
        ([(1e-300, 0.0)], Verdict.REFUTED, math.inf, "c0"),
        ([(0.5, 1.0), (3.0, 2.0), (10.0, 100.0)], Verdict.REFUTED, 1.5, "c1"),
        ([(0.5, 1.0), (0.9, 2.0)], Verdict.VERIFIED, 0.5, "c0"),
        ([(math.inf, 2.0)], Verdict.REFUTED, math.inf, "c0"),
    ],
)
def test_one_difference_above_its_bound_refutes(
    rows: list, verdict: Verdict, margin: float, worst: str, outcomes: Outcomes
) -> None:
    (found,) = outcomes(agreement(*rows))
    assert (found.verdict, found.margin) == (verdict, margin)
    assert found.detail.startswith(f"{worst}: ")
    assert [point.high for point in found.points] == [bound for _, bound in rows]


@pytest.mark.parametrize(
    "row",
    [(math.nan, 1.0), (0.0, math.nan), (0.0, math.inf), (math.inf, math.inf), (-1.0, 1.0), (-math.inf, 1.0)],
)
def test_a_comparison_that_could_not_fail_raises(row: tuple[float, float], outcomes: Outcomes) -> None:
    with pytest.raises(ValueError, match=r"c1: difference .* and bound .* must be ≥ 0 and finite"):
        outcomes(agreement((0.0, 1.0), row))


def test_no_comparison_is_no_evidence(outcomes: Outcomes) -> None:
    with pytest.raises(ValueError, match="compares nothing"):
        outcomes(agreement())


def test_every_setting_is_judged_on_a_stream_of_its_own(outcomes: Outcomes) -> None:
    seen = []

    def compare(setting: Setting, rng: np.random.Generator) -> list[Comparison]:
        seen.append(rng.random())
        return [Comparison(label="c", difference=0.0, bound=setting["n"])]

    check = Agreement(name="a", title="t", settings=(Setting(n=1), Setting(n=2)), compare=compare)
    assert [item.setting for item in outcomes(check, seed=3)] == ["n=1", "n=2"]
    assert seen == [stream(3, "claim", "a", "", label, 0).random() for label in ("n=1", "n=2")]


@pytest.mark.parametrize(
    ("settings", "message"),
    [((), "has no setting"), ((Setting(n=10**4), Setting(n="1e4")), "two settings called 'n=1e4'")],
)
def test_settings_are_there_and_have_different_labels(settings: tuple[Setting, ...], message: str) -> None:
    with pytest.raises(ClaimError, match=message):
        agreement((0.0, 1.0), settings=settings).plan("claim", None, Config())


def observed(check: Agreement, only: str) -> list[list[object]]:
    (family,) = check.plan("claim", "rival", Config())
    line = replace(family.lines[0], facts={"only": only})
    return check.observe(replace(family, lines=(line,)), [stream("x")])["a"]


def test_a_control_must_fall_at_the_comparison_that_it_names() -> None:
    assert observed(agreement((0.0, 1.0), (5.0, 1.0)), "c0") == [["c0", 0.0, 1.0, {"n": 1}]]


def test_a_control_that_names_no_comparison_is_told_which_there_are() -> None:
    with pytest.raises(ClaimError, match=r"control 'rival' names the line 'c7'; the check 'a' has c0, c1$"):
        observed(agreement((0.0, 1.0), (5.0, 1.0)), "c7")


def test_coordinates_from_numpy_can_be_stored() -> None:
    check = agreement((0.0, 1.0), settings=(Setting(n=np.int64(7)),))
    (family,) = check.plan("claim", None, Config())
    assert json.loads(json.dumps(check.observe(family, [stream("x")]))) == {"a": [["c0", 0.0, 1.0, {"n": 7}]]}
