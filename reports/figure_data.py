"""The only file that reads evidence for figures: which numbers stand where, and what a reader must be told of them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from reports.words import number, plural
from verify.model import Evidence, Figure, Point

__all__ = ["Mark", "Series", "nothing", "read_series"]

EACH_LINE = "line"  # as the series of a figure: every line is one
SPREADS = ("quantiles", "band")
SMALLEST = 1e-16  # chosen: about the unit of rounding, where a logarithmic axis has no positive value to start from


@dataclass(frozen=True, kw_only=True)
class Mark:
    """One number with its bar and its prediction."""

    x: float
    y: float
    low: float | None = None
    high: float | None = None
    prediction: float | None = None


@dataclass(frozen=True, kw_only=True)
class Series:
    """The marks that share a value of the figure's series coordinate."""

    label: str
    marks: tuple[Mark, ...]


def read_series(figure: Figure, evidence: Sequence[Evidence]) -> tuple[list[Series], list[str]]:
    """The series of a figure in rising order of their coordinate or in that of the lines, and remarks for the reader.

    A point without one of the figure's coordinates belongs to another picture and is passed over.
    """
    found: dict[float | str, list[Mark]] = {}
    infinite = 0
    for key, mark in _marks(figure, evidence):
        if math.isfinite(mark.x) and math.isfinite(mark.y):
            found.setdefault(key, []).append(mark)
        else:
            infinite += 1
    order = list(found) if figure.series == EACH_LINE else sorted(found)
    series = [Series(label=_label(figure, key), marks=tuple(found[key])) for key in order]
    notes = [f"{plural(infinite, 'point')} without a finite value cannot be drawn."] if infinite else []
    for needed, change in ((figure.log_y, _lift), (figure.log_x, _shift)):
        if needed:
            series, more = change(series)
            notes += more
    return series, notes


def _marks(figure: Figure, evidence: Sequence[Evidence]) -> Iterator[tuple[float | str, Mark]]:
    """Each mark with its value of the series coordinate, or with its line."""
    for item in evidence:
        for point in item.points if item.check == figure.check else ():
            key = _key(figure, item, point)
            x = point.at.get(figure.x)
            mark = None if x is None else _mark(figure, item, point, float(x))
            if mark is not None and key is not None:
                yield key, mark


def _key(figure: Figure, item: Evidence, point: Point) -> float | str | None:
    if figure.series == EACH_LINE:
        return item.line.label
    value = point.at.get(figure.series) if figure.series else 0.0
    return None if value is None else float(value)


def nothing(figure: Figure, evidence: Sequence[Evidence]) -> str:
    """Why there is no picture."""
    if not any(point for item in evidence if item.check == figure.check for point in item.points):
        return "There is nothing to draw: no line of this check was judged in this run."
    names = " and ".join(name for name in (figure.x, figure.series) if name)
    what = {"quantiles": "quantiles", "band": "quantiles", "margin": "a margin"}.get(figure.show, "an estimate")
    return f"There is nothing to draw: no point of this check has {names} and {what}."


def _label(figure: Figure, key: float | str) -> str:
    if isinstance(key, str):
        return key
    if figure.series:
        return f"{figure.series} = {number(key)}"
    bars = "median, with 5 and 95 %"
    return {"quantiles": bars, "band": bars, "margin": "share used"}.get(figure.show, "estimate, with interval")


def _mark(figure: Figure, item: Evidence, point: Point, x: float) -> Mark | None:
    if figure.show in SPREADS:
        if point.quantiles is None:
            return None
        least, middle, most = point.quantiles
        return Mark(x=x, y=middle, low=_finite(least), high=_finite(most))
    if figure.show == "margin":
        share = _share(item, point)
        return None if share is None else Mark(x=x, y=share)
    if point.estimate is None:
        return None
    low, high, prediction = (_finite(value) for value in (point.low, point.high, point.prediction))
    return Mark(x=x, y=point.estimate, low=low, high=high, prediction=prediction)


def _finite(value: float | None) -> float | None:
    """A bar without a finite end is not drawn; the table has it."""
    return value if value is not None and math.isfinite(value) else None


def _share(item: Evidence, point: Point) -> float | None:
    """Of the allowed distance: each comparison of an Agreement has its own, other lines have one margin."""
    if item.kind != "Agreement" or point.estimate is None or point.high is None:
        return item.margin
    if point.high > 0:
        return point.estimate / point.high
    return 0.0 if point.estimate == 0 else math.inf


def _floor(values: Sequence[float]) -> float:
    """A power of ten below half of the smallest positive value."""
    smallest = min((value for value in values if value > 0), default=2 * SMALLEST)
    return float(10.0 ** math.floor(math.log10(smallest) - math.log10(2.0)))


def _lift(series: Sequence[Series]) -> tuple[list[Series], list[str]]:
    """For a logarithmic axis: values that are not positive are drawn at its lower edge."""
    values = [v for s in series for m in s.marks for v in (m.y, m.low, m.high, m.prediction) if v is not None]
    floor = _floor(values)
    lifted = sum(mark.y <= 0 for s in series for mark in s.marks)
    higher = [replace(s, marks=tuple(_at_least(mark, floor) for mark in s.marks)) for s in series]
    are = "is" if lifted == 1 else "are"
    note = f"{plural(lifted, 'point')} {are} 0 or below and drawn at {number(floor)}, the edge of a logarithmic axis."
    return higher, [note] if lifted else []


def _at_least(mark: Mark, floor: float) -> Mark:
    low, high = (None if value is None else max(value, floor) for value in (mark.low, mark.high))
    known = mark.prediction if mark.prediction is not None and mark.prediction > 0 else None
    return Mark(x=mark.x, y=max(mark.y, floor), low=low, high=high, prediction=known)


def _shift(series: Sequence[Series]) -> tuple[list[Series], list[str]]:
    """For a logarithmic axis: marks at x ≤ 0 are drawn at half of the smallest positive x."""
    inside = [mark.x for s in series for mark in s.marks if mark.x > 0]
    edge = min(inside, default=1.0) / 2
    outside = sum(mark.x <= 0 for s in series for mark in s.marks)
    moved = [replace(s, marks=tuple(replace(m, x=m.x if m.x > 0 else edge) for m in s.marks)) for s in series]
    note = f"Points at 0 or below are drawn at {number(edge)}, the edge of a logarithmic axis."
    return moved, [note] if outside else []
