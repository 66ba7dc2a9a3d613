"""What the sampling checks share: labels that cannot be confused, one row a draw, batches that leave no trace."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from numeric.streams import BLOCK, stream
from verify.checks import (
    Law,
    LawLine,
    Mean,
    MeanLine,
    Proportion,
    ProportionLine,
    TwoSampleLaw,
    TwoSampleLine,
    sampling,
)
from verify.model import Check, ClaimError, Config, Evidence, Setting
from verify.statistics.laws import Normal

Outcomes = Callable[..., list[Evidence]]
Make = Callable[..., Any]  # the fixture that makes samplers
SETTINGS = (Setting(n=1),)


def normal(rng: np.random.Generator, size: int) -> np.ndarray:
    return rng.standard_normal(size)


def every_kind(
    sample: Make | None,
    labels: Sequence[str] = ("x",),
    settings: tuple[Setting, ...] = SETTINGS,
    microseconds: float = 1.0,
) -> dict[str, Check]:
    common: dict[str, Any] = {"title": "t", "settings": settings, "microseconds": microseconds}

    def lines(make: Callable[[str], Any]) -> Callable[[Setting], list[Any]]:
        return lambda _: [make(label) for label in labels]

    return {
        "Law": Law(
            name="a", sample=sample, lines=lines(lambda x: LawLine(label=x, null="n", laws=(Normal(),))), **common
        ),
        "TwoSampleLaw": TwoSampleLaw(
            name="b", first=sample, second=sample, **common,
            lines=lines(lambda x: TwoSampleLine(label=x, null="n", spread=Normal())),
        ),
        "Mean": Mean(
            name="c", sample=sample, **common,
            lines=lines(lambda x: MeanLine(label=x, null="n", low=0.0, high=0.0, variance=1.0, scale=2.0)),
        ),
        "Proportion": Proportion(
            name="d", sample=sample, **common,
            lines=lines(lambda x: ProportionLine(label=x, null="n", centre=0.0, radius=3.0)),
        ),
    }  # fmt: skip


kinds = pytest.mark.parametrize("kind", ["Law", "TwoSampleLaw", "Mean", "Proportion"])


@kinds
@pytest.mark.parametrize(
    ("labels", "settings", "message"),
    [
        ((), SETTINGS, "check '.' at n=1 has no line"),
        (("x", "y", "x"), SETTINGS, "two lines called 'x'"),
        (("x",), (), "check '.' has no setting"),
        (("x",), (Setting(n=1), Setting(n=2), Setting(n=1)), "two settings called 'n=1'"),
    ],
)
def test_what_could_be_confused_or_judges_nothing_is_refused(
    kind: str, labels: tuple[str, ...], settings: tuple[Setting, ...], message: str
) -> None:
    with pytest.raises(ClaimError, match=message):
        every_kind(None, labels, settings)[kind].plan("claim", None, Config())


@kinds
def test_a_sampler_that_forgets_a_line_is_told_which(kind: str, sampler: Make, outcomes: Outcomes) -> None:
    with pytest.raises(ValueError, match=r"nothing for the line 'y'; it has x, z"):
        outcomes(every_kind(sampler(x=normal, z=normal), ("x", "y"))[kind])


@kinds
@pytest.mark.parametrize("short", [-1, 1])
def test_a_sampler_that_returns_another_number_of_rows_is_an_error(
    kind: str, short: int, sampler: Make, outcomes: Outcomes
) -> None:
    with pytest.raises(ValueError, match=r"x: the sampler returns \d+ rows for \d+ draws"):
        outcomes(every_kind(sampler(x=lambda rng, size: rng.standard_normal(size + short)))[kind])


@kinds
@pytest.mark.parametrize("batch", [1, 3, 64])
def test_sums_do_not_depend_on_the_batch(kind: str, batch: int, sampler: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    check = every_kind(sampler(x=normal))[kind]
    (family,) = check.plan("claim", None, Config(profile="quick"))
    usual = check.observe(family, [stream("batches", block) for block in range(10)])
    monkeypatch.setattr(sampling, "BATCH", batch)
    assert check.observe(family, [stream("batches", block) for block in range(10)]) == usual


@kinds
def test_sums_are_plain_integers_and_add_up_over_blocks(kind: str, sampler: Make) -> None:
    check = every_kind(sampler(x=normal))[kind]
    (family,) = check.plan("claim", None, Config(profile="quick"))
    parts = [np.array(check.observe(family, [stream("parts", block)])["x"]) for block in range(5)]
    whole = check.observe(family, [stream("parts", block) for block in range(5)])["x"]
    np.testing.assert_array_equal(sum(parts[::-1]), whole)
    assert all(type(number) is int for row in whole for number in (row if isinstance(row, list) else [row]))


@kinds
@pytest.mark.parametrize("microseconds", [0.01, 10.0, 1e9])
def test_the_cost_of_a_draw_sets_the_size_of_a_task_and_nothing_else(kind: str, microseconds: float) -> None:
    (usual,) = every_kind(None)[kind].plan("claim", None, Config())
    (other,) = every_kind(None, microseconds=microseconds)[kind].plan("claim", None, Config())
    assert (other.looks, other.lines, other.key) == (usual.looks, usual.lines, usual.key)
    assert other.chunk >= 1
    assert other.chunk == 1 or other.chunk * BLOCK * microseconds < 1e6  # a task takes less than a second


@kinds
def test_every_line_is_planned_to_a_look_that_suffices_for_it(kind: str) -> None:
    (family,) = every_kind(None, ("x", "y"))[kind].plan("claim", None, Config())
    assert {line.draws for line in family.lines} <= set(family.looks)


def test_the_family_has_the_looks_of_its_most_demanding_line() -> None:
    def lines(_: Setting) -> list[MeanLine]:
        common: dict[str, Any] = {"null": "n", "low": 0.0, "high": 0.0, "scale": 1.0}
        return [MeanLine(label="easy", variance=0.01, **common), MeanLine(label="hard", variance=9.0, **common)]

    check = Mean(name="m", title="t", settings=SETTINGS, lines=lines, sample=lambda *_: {}, microseconds=1.0)
    (family,) = check.plan("claim", None, Config())
    easy, hard = family.lines
    assert easy.draws == family.looks[0] < hard.draws == family.looks[-1]


def test_the_resolutions_of_the_profiles_are_those_of_the_rules() -> None:
    assert sampling.RESOLUTIONS == {"quick": 0.10, "standard": 0.05, "full": 0.02}
    assert sampling.WIDTH_FREE_RESOLUTIONS == {"quick": 0.10, "standard": 0.02, "full": 0.02}


@pytest.mark.parametrize(
    ("draws", "text"),
    [
        (6e6, "; about 6e+06 draws (1e+01 minutes on one core) would decide"),
        (1234.5, "; about 1.2e+03 draws (0.002 minutes on one core) would decide"),
    ],
)
def test_what_would_decide_is_told_in_draws_and_minutes(draws: float, text: str) -> None:
    (family,) = every_kind(None, microseconds=100.0)["Mean"].plan("claim", None, Config())
    assert sampling.undecided(family, draws) == text
