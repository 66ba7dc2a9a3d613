"""`Proportion`: an event has at most a given probability; the form in which convergence in probability is tested."""

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

    Array = NDArray[np.floating[Any]]

__all__ = ["Proportion", "ProportionLine"]

LOOKS = (128, 512)  # at p₀ = ¼ these decide with at most 4 and 68 events


@dataclass(frozen=True, kw_only=True)
class ProportionLine:
    """Null: P(|x − centre| > radius) ≤ limit, or P(x − centre > radius) ≤ limit where `one_sided`.

    `expected` and `deviation` say where the values lie, for the quantiles of figures; by default round the centre.
    """

    label: str
    null: str
    centre: float
    radius: float
    one_sided: bool = False
    limit: float = 0.25
    expected: float | None = None
    deviation: float | None = None
    at: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Proportion:
    """Null: the probability of each line's event is at most its limit.

    REFUTED when the lower Clopper–Pearson limit is above it, VERIFIED when the upper one is not. The error rates are
    exact; there is no resolution to choose, so every profile runs the same draws.
    """

    kind: ClassVar[str] = "Proportion"
    name: str
    title: str
    settings: tuple[Setting, ...]
    lines: Callable[[Setting], Sequence[ProportionLine]]
    sample: Sample
    microseconds: float

    def plan(self, claim: str, control: str | None, config: Config) -> tuple[Family, ...]:
        return sampling.families(self, claim, control, lambda line: _line(line, config), looks=LOOKS)

    def observe(self, family: Family, streams: Sequence[Generator]) -> dict[str, Any]:
        return sampling.accumulate(family, streams, self.sample, _count_events)

    def judge(self, family: Family, line: Line, sums: Any, look: int) -> Evidence | None:  # noqa: ANN401
        import numpy as np

        from verify.statistics import binomial, budget, mean

        limit = line.facts["limit"]
        events = int(sums[0][0])
        counts = np.asarray(sums[1:], dtype=np.int64)
        draws = int(counts[0].sum())
        alpha = budget.look_alpha(look, line.alpha)
        low, high = binomial.lower_limit(events, draws, alpha), binomial.upper_limit(events, draws, alpha)
        if low > limit:
            verdict = Verdict.REFUTED
        elif high <= limit:
            verdict = Verdict.VERIFIED
        elif look < len(family.looks):
            return None
        else:
            verdict = Verdict.INCONCLUSIVE
        point = Point(
            label=line.label, at=line.at, estimate=events / draws, low=low, high=high, prediction=limit,
            quantiles=mean.quantiles(counts, line.facts["expected"], line.facts["deviation"]),
        )  # fmt: skip
        detail = f"{events} of {draws}: probability in [{low:.3g}, {high:.3g}], limit {limit:g}"
        if verdict is Verdict.INCONCLUSIVE:  # the interval shrinks like the square root of the draws
            reach = (high - low) / max(abs(events / draws - limit), 1.0 / draws)
            detail += sampling.undecided(family, max(4.0, reach**2) * draws)
        return sampling.evidence(family, line, verdict, look=look, points=[point], margin=high / limit, detail=detail)


def _line(line: ProportionLine, config: Config) -> Line:
    return Line(
        label=line.label,
        null=line.null,
        at=line.at,
        alpha=config.alpha,
        draws=LOOKS[-1],
        resolution_text=f"exact binomial limits against {line.limit:g}",
        facts={
            "centre": line.centre,
            "radius": line.radius,
            "limit": line.limit,
            "one_sided": line.one_sided,
            "expected": line.centre if line.expected is None else line.expected,
            "deviation": line.radius if line.deviation is None else line.deviation,
        },
    )


def _count_events(line: Line, values: Array) -> NDArray[np.int64]:
    """Integers [3, bins]: the number of events, then the sketch that figures are drawn from."""
    import numpy as np

    from verify.statistics import mean

    facts = line.facts
    off = values.reshape(-1) - facts["centre"]
    outside = off > facts["radius"] if facts["one_sided"] else np.abs(off) > facts["radius"]
    sums = np.zeros((3, mean.BINS), dtype=np.int64)
    sums[0, 0] = np.count_nonzero(outside)
    sums[1:] = mean.sketch(values, facts["expected"], facts["deviation"])
    return sums
