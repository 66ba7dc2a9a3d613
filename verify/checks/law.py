"""`Law`: a statistic follows a distribution, known exactly or given by a second sampler."""

from __future__ import annotations

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
    from verify.statistics.laws import Law as ExactLaw
    from verify.statistics.laws import Spread

    Array = NDArray[np.floating[Any]]

__all__ = ["Law", "LawLine", "TwoSampleLaw", "TwoSampleLine"]


@dataclass(frozen=True, kw_only=True)
class LawLine:
    """A statistic with one or more independent values a draw: value i follows `laws[i]` exactly."""

    label: str
    null: str
    laws: tuple[ExactLaw, ...]
    at: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Law:
    """Null: the values, mapped through their exact distribution functions, are uniform.

    REFUTED when D_N > ε_N + 2⁻¹⁴ (Dvoretzky–Kiefer–Wolfowitz–Massart); VERIFIED when it is not and ε_N + 2⁻¹⁴ is at
    most half the sup-distance by which a variance larger by the profile's resolution would move this statistic.
    `sample` returns, for each line, values of shape [draws, number of laws].
    """

    kind: ClassVar[str] = "Law"
    name: str
    title: str
    settings: tuple[Setting, ...]
    lines: Callable[[Setting], Sequence[LawLine]]
    sample: Sample
    microseconds: float
    resolutions: Mapping[str, float] = field(default_factory=lambda: sampling.RESOLUTIONS)

    def plan(self, claim: str, control: str | None, config: Config) -> tuple[Family, ...]:
        relative = self.resolutions[config.profile]
        return sampling.families(self, claim, control, lambda line: self._line(line, relative, config))

    def _line(self, line: LawLine, relative: float, config: Config) -> Line:
        from verify.statistics import budget, dkw

        distance = dkw.variance_distance(line.laws, relative)
        values = dkw.draws_for(distance, budget.look_alpha(budget.LOOKS, config.alpha))
        return Line(
            label=line.label,
            null=line.null,
            at=line.at,
            alpha=config.alpha,
            draws=-(-values // len(line.laws)),
            resolution=distance,
            resolution_text=f"sup-distance {distance:.4f}, as from a variance {relative:.0%} larger",
            facts={"laws": line.laws},
        )

    def observe(self, family: Family, streams: Sequence[Generator]) -> dict[str, Any]:
        return sampling.accumulate(family, streams, self.sample, _count_uniforms)

    def judge(self, family: Family, line: Line, sums: Any, look: int) -> Evidence | None:  # noqa: ANN401
        import numpy as np

        from verify.statistics import budget, dkw

        counts = np.asarray(sums, dtype=np.int64)
        values = int(counts.sum())
        measured = dkw.distance(counts)
        allowed = dkw.epsilon(values, budget.look_alpha(look, line.alpha)) + 1.0 / dkw.BINS
        sample = f"{values} values" + (f", {counts[-1]} of them no number" if counts[-1] else "")
        return _outcome(family, line, look, measured=(measured, measured), allowed=allowed, sample=sample)


def _count_uniforms(line: Line, values: Array) -> NDArray[np.int64]:
    import numpy as np

    from verify.statistics import dkw

    columns = values.reshape(len(values), -1)
    if columns.shape[1] != len(line.facts["laws"]):
        raise ValueError(f"{line.label}: {columns.shape[1]} values a draw, but {len(line.facts['laws'])} laws")
    mapped = [law.cdf(columns[:, index]) for index, law in enumerate(line.facts["laws"])]
    return dkw.count(np.concatenate(mapped))


def _outcome(
    family: Family, line: Line, look: int, *, measured: tuple[float, float], allowed: float, sample: str
) -> Evidence | None:
    """Judge a distance known to lie between `measured[0]` and `measured[1]`."""
    assert line.resolution is not None
    low, high = measured
    if low > allowed:
        verdict = Verdict.REFUTED
    elif high <= allowed <= line.resolution / 2:
        verdict = Verdict.VERIFIED
    elif look < len(family.looks):
        return None
    else:
        verdict = Verdict.INCONCLUSIVE
    point = Point(label=line.label, at=line.at, estimate=high, low=0.0, high=allowed, prediction=0.0)
    detail = f"distance {high:.2e}, allowed {allowed:.2e}, {sample}"
    if low <= allowed < high:
        detail += f"; only the bins leave it open (distance at least {low:.2e}): spread the statistic more finely"
    elif verdict is Verdict.INCONCLUSIVE:  # ε falls like the square root of the draws
        detail += sampling.undecided(family, 4.0 * max(1.0, 2 * allowed / line.resolution) ** 2 * family.looks[-1])
    return sampling.evidence(family, line, verdict, look=look, points=[point], margin=high / allowed, detail=detail)


@dataclass(frozen=True, kw_only=True)
class TwoSampleLine:
    """A statistic with one value a draw from each sampler; `spread` maps it to [0, 1] for counting only."""

    label: str
    null: str
    spread: Spread
    at: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class TwoSampleLaw:
    """Null: two samplers have the same law, statistic by statistic.

    REFUTED when D > ε_{N,M} = √(ln(4/α)/2)(N^{−1/2} + M^{−1/2}); VERIFIED when D ≤ ε ≤ resolution/2, the resolution
    being a sup-distance. Each block's stream is split in two, one child for each sampler.
    """

    kind: ClassVar[str] = "Law (two samples)"
    name: str
    title: str
    settings: tuple[Setting, ...]
    lines: Callable[[Setting], Sequence[TwoSampleLine]]
    first: Sample
    second: Sample
    microseconds: float
    resolutions: Mapping[str, float] = field(default_factory=lambda: {"quick": 0.10, "standard": 0.05, "full": 0.03})

    def plan(self, claim: str, control: str | None, config: Config) -> tuple[Family, ...]:
        resolution = self.resolutions[config.profile]
        return sampling.families(self, claim, control, lambda line: self._line(line, resolution, config))

    def _line(self, line: TwoSampleLine, resolution: float, config: Config) -> Line:
        from verify.statistics import budget, dkw

        return Line(
            label=line.label,
            null=line.null,
            at=line.at,
            alpha=config.alpha,
            draws=dkw.draws_for_two(resolution, budget.look_alpha(budget.LOOKS, config.alpha)),
            resolution=resolution,
            resolution_text=f"sup-distance {resolution:.2f}",
            facts={"spread": line.spread},
        )

    def observe(self, family: Family, streams: Sequence[Generator]) -> dict[str, Any]:
        pairs = [stream.spawn(2) for stream in streams]
        first = sampling.accumulate(family, [pair[0] for pair in pairs], self.first, _count_spread)
        second = sampling.accumulate(family, [pair[1] for pair in pairs], self.second, _count_spread)
        return {label: [first[label], second[label]] for label in first}

    def judge(self, family: Family, line: Line, sums: Any, look: int) -> Evidence | None:  # noqa: ANN401
        import numpy as np

        from verify.statistics import budget, dkw

        first, second = np.asarray(sums, dtype=np.int64)
        measured = dkw.two_sample_distance(first, second)
        sizes = int(first.sum()), int(second.sum())
        allowed = dkw.epsilon_two(*sizes, budget.look_alpha(look, line.alpha))
        return _outcome(
            family, line, look, measured=measured, allowed=allowed, sample=f"{sizes[0]} against {sizes[1]} values"
        )


def _count_spread(line: Line, values: Array) -> NDArray[np.int64]:
    import numpy as np

    from verify.statistics import dkw

    if not np.all(np.isfinite(values)):
        raise ValueError(f"{line.label}: a sampled statistic is not finite: the simulator is at fault")
    return dkw.count(line.facts["spread"].cdf(values.reshape(-1)))
