"""`Mean`: an expectation equals an exact value, judged with the variance that theory derives."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from verify.checks import sampling
from verify.model import Config, Evidence, Family, Line, Point, Setting, Verdict

if TYPE_CHECKING:
    import numpy as np
    from numpy.random import Generator
    from numpy.typing import NDArray

    from verify.checks.sampling import Sample

    Array = NDArray[np.floating[Any]]

__all__ = ["Mean", "MeanLine"]


@dataclass(frozen=True, kw_only=True)
class MeanLine:
    """Null: E x lies in [low, high] (a point, or an interval as wide as a proven bias bound).

    `variance` is the exact variance of x; `scale` is what the relative resolution is relative to.
    """

    label: str
    null: str
    low: float
    high: float
    variance: float
    scale: float
    at: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Mean:
    """Null: the expectation of each line's statistic.

    Catoni's estimator with the exact variance: valid for heavy tails at every sample size. REFUTED when the confidence
    set misses the null, VERIFIED when it meets it and its half-width is at most half the resolution. `profiles` names
    the settings that only some profiles have the draws for; elsewhere their lines are NOT_RUN.
    """

    kind: ClassVar[str] = "Mean"
    name: str
    title: str
    settings: tuple[Setting, ...]
    lines: Callable[[Setting], Sequence[MeanLine]]
    sample: Sample
    microseconds: float
    resolutions: Mapping[str, float] = field(default_factory=lambda: sampling.RESOLUTIONS)
    profiles: Mapping[Setting, Sequence[str]] = field(default_factory=dict)

    def plan(self, claim: str, control: str | None, config: Config) -> tuple[Family, ...]:
        relative = self.resolutions[config.profile]
        skip = sampling.beyond(self.profiles, config.profile)
        return sampling.families(self, claim, control, lambda line: self._line(line, relative, config), skip=skip)

    def _line(self, line: MeanLine, relative: float, config: Config) -> Line:
        from verify.statistics import budget, mean

        resolution = relative * line.scale
        alpha = budget.look_alpha(budget.LOOKS, config.alpha)
        draws = mean.draws_for(resolution / 2 / math.sqrt(line.variance), 1.0, alpha)
        return Line(
            label=line.label,
            null=line.null,
            at=line.at,
            alpha=config.alpha,
            draws=draws,
            resolution=resolution,
            resolution_text=f"{relative:.0%} of {line.scale:.4g}",
            facts={"low": line.low, "high": line.high, "deviation": math.sqrt(line.variance)},
        )

    def observe(self, family: Family, streams: Sequence[Generator]) -> dict[str, Any]:
        return sampling.accumulate(family, streams, self.sample, _sketch)

    def judge(self, family: Family, line: Line, sums: Any, look: int) -> Evidence | None:  # noqa: ANN401
        import numpy as np

        from verify.statistics import budget, mean

        assert line.resolution is not None
        advice = ""
        low, high = line.facts["low"], line.facts["high"]
        counts = np.asarray(sums, dtype=np.int64)
        centre = 0.5 * (low + high)
        interval = mean.confidence_interval(
            counts, centre, line.facts["deviation"], budget.look_alpha(look, line.alpha)
        )
        estimate, lowest, highest = interval
        if highest < low or lowest > high:
            verdict = Verdict.REFUTED
        elif (highest - lowest) / 2 <= line.resolution / 2:
            verdict = Verdict.VERIFIED
        elif look < len(family.looks):
            return None
        else:
            verdict = Verdict.INCONCLUSIVE
        point = Point(
            label=line.label, at=line.at, estimate=estimate, low=lowest, high=highest, prediction=centre,
            quantiles=mean.quantiles(counts, centre, line.facts["deviation"]),
        )  # fmt: skip
        if verdict is Verdict.INCONCLUSIVE:
            wider = (highest - lowest) / line.resolution
            advice = sampling.undecided(family, 1.1 * wider**2 * family.looks[-1])
        off = max(low - estimate, estimate - high, 0.0)
        detail = f"{estimate:.6g} in [{lowest:.6g}, {highest:.6g}] against {centre:.6g}{advice}"
        return sampling.evidence(
            family, line, verdict, look=look, points=[point], margin=2 * off / (highest - lowest), detail=detail
        )


def _sketch(line: Line, values: Array) -> NDArray[np.int64]:
    from verify.statistics import mean

    return mean.sketch(values, 0.5 * (line.facts["low"] + line.facts["high"]), line.facts["deviation"])
