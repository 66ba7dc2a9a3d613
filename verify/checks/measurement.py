"""`Measurement`: what an experiment draws; the only kind that shows and does not judge."""

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

__all__ = ["Measurement", "Series"]


@dataclass(frozen=True, kw_only=True)
class Series:
    """A curve to be measured: at each x (the coordinate `over` of figures) one value a draw.

    `scale` is a size below which differences do not matter: values are kept to 2.4 % of scale + |value|.
    """

    label: str
    what: str
    over: str
    x: tuple[float, ...]
    scale: float
    at: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """Median with its 95 % limits by order statistics, and the 5 and 95 % quantiles, at every x of every series.

    `sample` returns [draws, number of x] for each series. `draws` are those of each profile, in whole blocks; a setting
    is measured in the profiles that `profiles` names, in all where it is silent.
    """

    kind: ClassVar[str] = "Measurement"
    name: str
    title: str
    settings: tuple[Setting, ...]
    lines: Callable[[Setting], Sequence[Series]]
    sample: Sample
    microseconds: float
    draws: Mapping[str, int]
    profiles: Mapping[Setting, Sequence[str]] = field(default_factory=dict)

    def plan(self, claim: str, control: str | None, config: Config) -> tuple[Family, ...]:
        from numeric.streams import BLOCK

        draws = -(-self.draws[config.profile] // BLOCK) * BLOCK
        return sampling.families(
            self, claim, control, lambda series: _line(series, draws), looks=(draws,),
            skip=sampling.beyond(self.profiles, config.profile),
        )  # fmt: skip

    def observe(self, family: Family, streams: Sequence[Generator]) -> dict[str, Any]:
        return sampling.accumulate(family, streams, self.sample, _sketches)

    def judge(self, family: Family, line: Line, sums: Any, look: int) -> Evidence | None:  # noqa: ANN401
        import numpy as np

        pairs = zip(line.facts["x"], np.asarray(sums, dtype=np.int64), strict=True)
        points = [_point(line, x, sketch) for x, sketch in pairs]
        detail = f"median of {family.looks[-1]} draws, with its 95 % limits"
        return sampling.evidence(family, line, Verdict.MEASURED, look=look, points=points, detail=detail)


def _line(series: Series, draws: int) -> Line:
    return Line(
        label=series.label,
        null=series.what,
        at={**series.at, series.over: series.x[0]},
        draws=draws,
        resolution_text="shown, not judged",
        facts={"x": series.x, "over": series.over, "scale": series.scale, "at": dict(series.at)},
    )


def _sketches(line: Line, values: Array) -> NDArray[np.int64]:
    """One sketch for each x, [points, 2, bins]."""
    import numpy as np

    from verify.statistics import mean

    columns = values.reshape(len(values), -1)
    if columns.shape[1] != len(line.facts["x"]):
        raise ValueError(f"{line.label}: {columns.shape[1]} values a draw for {len(line.facts['x'])} places of x")
    return np.stack([mean.sketch(column, 0.0, line.facts["scale"]) for column in columns.T])


def _point(line: Line, x: float, sketch: NDArray[np.int64]) -> Point:
    from verify.statistics import mean, median

    scale, over = line.facts["scale"], line.facts["over"]
    low, high = median.interval(sketch, 0.0, scale)
    quantiles = mean.quantiles(sketch, 0.0, scale)
    label = f"{over} = {x:g}"
    at = {**line.facts["at"], over: x}
    return Point(label=label, at=at, estimate=quantiles[1], low=low, high=high, quantiles=quantiles)
