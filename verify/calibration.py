"""Are the error rates what they say? Every sampling kind of check, on many true nulls and on many false ones.

Each trial is a whole sequential judgement, look by look, on streams of its own, at α = 0.05 so that alarms can be
counted. A kind is calibrated when true nulls raise no more alarms than chance explains at level 10⁻³, and when nulls
that are false by twice the resolution are caught. Proof and Agreement draw nothing and have no error rate.
The harness is itself checked by a rival: a central-limit z-test in the place of `Mean`, on a heavy-tailed statistic.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from scipy.optimize import brentq
from scipy.stats import binom

from numeric import kernels, krylov
from numeric.arnoldi import krylov_factor, whitened_impulse
from numeric.streams import BLOCK, stream
from symbolic import wick
from symbolic.evaluate import to_float
from verify.checks import Law, LawLine, Mean, MeanLine, Proportion, ProportionLine, TwoSampleLaw, TwoSampleLine
from verify.checks.proportion import LOOKS
from verify.checks.sampling import evidence
from verify.model import Check, Config, Evidence, Family, Line, Setting, Verdict
from verify.statistics import binomial, budget, dkw, mean
from verify.statistics.laws import Normal

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

    Array = NDArray[np.floating[Any]]

__all__ = ["ALPHA", "CASES", "Case", "Outcome", "ZTest", "most_alarms", "outcome", "trials"]

ALPHA = 0.05
LEVEL = 1e-3  # a harness that is right is accused of more alarms than this explains once in a thousand runs


@dataclass(frozen=True, kw_only=True)
class Case:
    """A check on one statistic of known truth; `expect` is "quiet" (a true null), "caught", or "alarmed" (a rival)."""

    name: str
    kind: str
    statistic: str
    check: Callable[[], Check]
    expect: str


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """Counts of verdicts over the trials of a case, and whether they are as expected."""

    case: Case
    trials: int
    refuted: int
    inconclusive: int

    @property
    def passed(self) -> bool:
        if self.case.expect == "caught":  # P(missed) ≤ α at the resolution, all the more at twice it
            return self.trials - self.refuted <= most_alarms(self.trials)
        quiet = self.refuted <= most_alarms(self.trials)
        return quiet if self.case.expect == "quiet" else not quiet


def most_alarms(trials: int) -> int:
    """The most alarms that a rate of exactly α explains at level 10⁻³: P(Bin(trials, α) > most) ≤ 10⁻³."""
    return int(binom.isf(LEVEL, trials, ALPHA))


def trials(name: str, seed: int, first: int, last: int) -> tuple[int, int]:
    """(REFUTED, INCONCLUSIVE) among trials first … last−1 of a case."""
    case = CASES[name]
    check = case.check()
    (family,) = check.plan("calibration", None, Config(alpha=ALPHA))
    verdicts = [_trial(check, family, (seed, "calibration", name, index)) for index in range(first, last)]
    return verdicts.count(Verdict.REFUTED), verdicts.count(Verdict.INCONCLUSIVE)


def _trial(check: Check, family: Family, key: tuple[int | str, ...]) -> Verdict:
    (line,) = family.lines
    total: Any = 0
    for look in range(1, len(family.looks) + 1):
        rngs = [stream(*key, block) for block in range(family.blocks(look - 1), family.blocks(look))]
        total = total + np.asarray(check.observe(family, rngs)[line.label])
        found = check.judge(family, line, total, look)
        if found is not None:
            return found.verdict
    raise RuntimeError(f"{family.check}: the last look did not decide")


def outcome(name: str, counts: Sequence[tuple[int, int]], trials: int) -> Outcome:
    """The counts of all parts of a case, added up."""
    refuted, inconclusive = (sum(part[index] for part in counts) for index in (0, 1))
    return Outcome(case=CASES[name], trials=trials, refuted=refuted, inconclusive=inconclusive)


# --- statistics of known law ----------------------------------------------------------------------------------------

WHITE = Setting(n=6, T=4)
HEAVY = Setting(n=4, T=5)


def whitened(setting: Setting, rngs: Sequence[Generator]) -> Array:
    """[draws, T] independent N(0, 1): the impulse response whitened by the Gram of the right vectors."""
    grams = krylov.sample_grams(n=setting["n"], T=setting["T"], replicates=BLOCK * len(rngs), rng=rngs)
    return whitened_impulse(grams, krylov_factor(grams.right[..., 0, 0], grams.n))


def scaled(factor: float, column: slice | int = slice(None)) -> Callable[..., Mapping[str, Array]]:
    return lambda setting, rngs: {"z": factor * whitened(setting, rngs)[:, column]}


def heavy(setting: Setting, rngs: Sequence[Generator]) -> Mapping[str, Array]:
    """Θ_44 at n = 4: its excess kurtosis is in the thousands."""
    grams = krylov.sample_grams(n=setting["n"], T=setting["T"], replicates=BLOCK * len(rngs), rng=rngs)
    return {"Θ_44": kernels.lag_ntk_diagonal(grams)[:, 4, 0, 0]}


# --- cases ----------------------------------------------------------------------------------------------------------

LAW_RESOLUTION = 0.5  # relative to the variance
PAIR_RESOLUTION = 0.2  # as sup-distance
MEAN_RESOLUTION = 4.0  # relative to the mean: 1,024 draws of a statistic with a relative variance of several hundred
EVENT = float(Normal().ppf(np.asarray(0.875)))  # P(|z| > EVENT) = 1/4


def law(factor: float) -> Law:
    lines = [LawLine(label="z", null="z ~ N(0,1)", laws=(Normal(),) * WHITE["T"])]
    return Law(
        name="law", title="whitened impulse response", settings=(WHITE,), lines=lambda _: lines, sample=scaled(factor),
        microseconds=2.0, resolutions={"standard": LAW_RESOLUTION},
    )  # fmt: skip


def pair(distance: float) -> TwoSampleLaw:
    """Two samples, the second with the variance that puts it at `distance`."""
    extra = brentq(lambda v: dkw.variance_distance([Normal()], v) - distance, 0.0, 1e4) if distance else 0.0
    lines = [TwoSampleLine(label="z", null="one law", spread=Normal())]
    return TwoSampleLaw(
        name="pair", title="two samples of it", settings=(WHITE,), lines=lambda _: lines, first=scaled(1.0, 0),
        second=scaled(float(np.sqrt(1.0 + extra)), 1), microseconds=4.0, resolutions={"standard": PAIR_RESOLUTION},
    )  # fmt: skip


def heavy_mean(shift: float, kind: type[Mean] = Mean) -> Mean:
    """E Θ_44, stated `shift` relative resolutions away from its exact value."""
    value = to_float(wick.ntk_mean(4, 4, HEAVY["n"]))
    stated = value * (1.0 + shift * MEAN_RESOLUTION)
    variance = to_float(wick.ntk_variance(4, 4, HEAVY["n"]))
    lines = [MeanLine(label="Θ_44", null="E Θ_44", low=stated, high=stated, variance=variance, scale=value)]
    return kind(
        name="mean", title="Θ_44 at n = 4", settings=(HEAVY,), lines=lambda _: lines, sample=heavy, microseconds=3.0,
        resolutions={"standard": MEAN_RESOLUTION},
    )  # fmt: skip


def proportion(factor: float) -> Proportion:
    lines = [ProportionLine(label="z", null="P(|z| > 1.15) ≤ 1/4", centre=0.0, radius=EVENT)]
    return Proportion(
        name="proportion", title="an event of probability 1/4", settings=(WHITE,), lines=lambda _: lines,
        sample=scaled(factor, 0), microseconds=2.0,
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class ZTest(Mean):
    """The rival: |x̄ − μ| ≤ 1.96 s/√N on the first 64 draws, as if the central limit theorem had set in."""

    kind: ClassVar[str] = "z-test"

    def judge(self, family: Family, line: Line, sums: Any, look: int) -> Evidence | None:  # noqa: ANN401
        average, deviation = mean.moments(np.asarray(sums), line.facts["low"], line.facts["deviation"])
        reach = float(Normal().ppf(np.asarray(1.0 - ALPHA / 2))) * deviation / np.sqrt(family.looks[look - 1])
        outside = abs(average - line.facts["low"]) > reach
        return evidence(family, line, Verdict.REFUTED if outside else Verdict.VERIFIED, look=look)


def _caught_probability() -> float:
    """1/4 and twice the resolution: how far the upper limit of the last look is above 1/4 where 1/4 was seen."""
    draws = LOOKS[-1]
    reach = binomial.upper_limit(draws // 4, draws, budget.look_alpha(len(LOOKS), ALPHA)) - 0.25
    return 0.25 + 2.0 * reach


CAUGHT = _caught_probability()
CAUGHT_FACTOR = EVENT / float(
    Normal().ppf(np.asarray(1.0 - CAUGHT / 2))
)  # |z|·factor exceeds EVENT with that probability

CASES: Mapping[str, Case] = {
    case.name: case
    for case in (
        Case(
            name="law, true",
            kind="Law",
            statistic=f"whitened L at n = 6; resolution {LAW_RESOLUTION:.0%} of the variance",
            check=lambda: law(1.0),
            expect="quiet",
        ),
        Case(
            name="law, false",
            kind="Law",
            statistic="its variance doubled",
            check=lambda: law(float(np.sqrt(1.0 + 2.0 * LAW_RESOLUTION))),
            expect="caught",
        ),
        Case(
            name="pair, true",
            kind="Law (two samples)",
            statistic=f"the same; resolution a sup-distance of {PAIR_RESOLUTION}",
            check=lambda: pair(0.0),
            expect="quiet",
        ),
        Case(
            name="pair, false",
            kind="Law (two samples)",
            statistic="sup-distance 0.4",
            check=lambda: pair(2.0 * PAIR_RESOLUTION),
            expect="caught",
        ),
        Case(
            name="mean, true",
            kind="Mean",
            statistic=f"Θ_44 at n = 4; resolution {MEAN_RESOLUTION:.0%} of the mean",
            check=lambda: heavy_mean(0.0),
            expect="quiet",
        ),
        Case(
            name="mean, false",
            kind="Mean",
            statistic="Θ_44 stated two resolutions off",
            check=lambda: heavy_mean(2.0),
            expect="caught",
        ),
        Case(
            name="proportion, true",
            kind="Proportion",
            statistic="an event of probability 1/4",
            check=lambda: proportion(1.0),
            expect="quiet",
        ),
        Case(
            name="proportion, false",
            kind="Proportion",
            statistic=f"an event of probability {CAUGHT:.3f}",
            check=lambda: proportion(CAUGHT_FACTOR),
            expect="caught",
        ),
        Case(
            name="z-test",
            kind="rival: z-test for Mean",
            statistic="Θ_44 at n = 4, 64 draws",
            check=lambda: heavy_mean(0.0, ZTest),
            expect="alarmed",
        ),
    )
}
