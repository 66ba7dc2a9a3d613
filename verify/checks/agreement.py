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
    """|left − right| at its worst, and the bound derived for it: a number ≥ 0 and a finite one."""

    label: str
    difference: float
    bound: float
    at: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """Null: every difference is within its bound. One stream a setting.

    A difference that is NaN or negative, a bound that is not finite, and no comparison at all raise ValueError.
    """

    kind: ClassVar[str] = "Agreement"
    name: str
    title: str
    settings: tuple[Setting, ...]
    compare: Callable[[Setting, Generator], Iterable[Comparison]]
    microseconds: float = 1e5

    def plan(self, claim: str, control: str | None, config: Config) -> tuple[Family, ...]:  # noqa: ARG002
        sampling.distinct(f"{claim}: check {self.name!r}", "setting", [setting.label for setting in self.settings])
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
        rows = [_row(comparison) for comparison in self.compare(family.setting, streams[0])]
        if not rows:
            raise ValueError(f"{family.claim}: the check {self.name!r} compares nothing")
        only = family.lines[0].facts.get("only")
        if only is None:
            return {self.name: rows}
        wanted = [row for row in rows if row[0] == only]  # a rival must fall at the comparison that it names
        if not wanted:
            raise sampling.unknown_line(family, only, [row[0] for row in rows])
        return {self.name: wanted}

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
    """The comparison as data; one that could not fail, or no longer can, is a fault and not evidence."""
    difference, bound = float(c.difference), float(c.bound)
    if not difference >= 0.0 or not math.isfinite(bound):
        raise ValueError(f"{c.label}: difference {difference} and bound {bound} must be ≥ 0 and finite, not NaN")
    at = {name: value if isinstance(value, (int, float)) else float(value) for name, value in c.at.items()}
    return [c.label, difference, bound, at]


def _share(difference: float, bound: float) -> float:
    """difference/bound; infinite where nothing may differ and something does."""
    if bound > 0:
        return difference / bound
    return math.inf if difference > 0 else 0.0
