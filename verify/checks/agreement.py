"""`Agreement`: two computations of one number differ by no more than rounding and conditioning explain."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from verify.checks import sampling
from verify.model import Config, Evidence, Family, Line, Point, Setting, Verdict

if TYPE_CHECKING:
    from numpy.random import Generator

__all__ = ["Agreement", "Comparison"]


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """|left − right| at its worst, and the bound derived for it."""

    label: str
    difference: float
    bound: float
    at: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """Null: every difference is within its bound. One stream a setting. NaN raises ValueError."""

    kind: ClassVar[str] = "Agreement"
    name: str
    title: str
    settings: tuple[Setting, ...]
    compare: Callable[[Setting, Generator], Iterable[Comparison]]
    microseconds: float = 1e5

    def plan(self, claim: str, control: str | None, config: Config) -> tuple[Family, ...]:  # noqa: ARG002
        return tuple(
            Family(
                claim=claim,
                check=self.name,
                control=control,
                kind=self.kind,
                setting=setting,
                lines=(Line(label=self.name, null=self.title, resolution_text="rounding and conditioning"),),
                microseconds=self.microseconds,
            )
            for setting in self.settings
        )

    def observe(self, family: Family, streams: Sequence[Generator]) -> dict[str, Any]:
        comparisons = self.compare(family.setting, streams[0])
        return {self.name: [_row(comparison) for comparison in comparisons]}

    def judge(self, family: Family, line: Line, sums: Any, look: int) -> Evidence | None:  # noqa: ANN401
        points = [
            Point(label=label, at=at, estimate=difference, low=0.0, high=bound, prediction=0.0)
            for label, difference, bound, at in sums
        ]
        bad = [row for row in sums if row[1] > row[2]]
        worst = max(sums, key=lambda row: _share(row[1], row[2]))
        verdict = Verdict.REFUTED if bad else Verdict.VERIFIED
        detail = (
            f"{worst[0]}: difference {worst[1]:.3g}, bound {worst[2]:.3g}; {len(sums)} comparisons, {len(bad)} above"
        )
        margin = _share(worst[1], worst[2])
        return sampling.evidence(family, line, verdict, look=look, points=points, margin=margin, detail=detail)


def _row(c: Comparison) -> list[Any]:
    """The comparison as data; a NaN is a fault of the comparison, not evidence."""
    difference, bound = float(c.difference), float(c.bound)
    if math.isnan(difference) or math.isnan(bound):
        raise ValueError(f"{c.label}: the comparison yields NaN (difference {difference}, bound {bound})")
    return [c.label, difference, bound, dict(c.at)]


def _share(difference: float, bound: float) -> float:
    """difference/bound; infinite where nothing may differ and something does."""
    if bound > 0:
        return difference / bound
    return math.inf if difference > 0 else 0.0
