"""The nouns of a measurement: what is timed, what is asked of it, what was found."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

__all__ = ["Asked", "Measured", "Row", "not_measured", "per", "ratio", "size", "summarise"]

SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
Times = Mapping[str, float]  # seconds of each call, in one repeat


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the median should be: at least, at most, or both."""

    least: float | None = None
    most: float | None = None

    def met(self, value: float) -> bool:
        return (self.least is None or value >= self.least) and (self.most is None or value <= self.most)


@dataclass(frozen=True, kw_only=True)
class Row:
    """Calls that are timed alternately, and the number that each repeat gives: for a ratio, numerator and floor are
    then of the same moment, and what else the machine does hits both.

    `unit` is that of the number. `series` and `at` are its place in the pictures of cost. At least `fewest` repeats are
    made, and more while `seconds` last; the first round is not counted unless `warm` is false.
    """

    name: str
    unit: str
    calls: Mapping[str, Callable[[], object]]
    value: Callable[[Times], float]
    asked: Asked | None = None
    series: str = ""
    at: Mapping[str, float] = field(default_factory=dict)
    fewest: int = 7
    seconds: float = 1.0
    warm: bool = True


@dataclass(frozen=True, kw_only=True)
class Measured:
    """Median and quartiles over the repeats, and the median time of each call; without repeats `note` says why."""

    name: str
    unit: str
    asked: Asked | None = None
    group: str = ""
    low: float | None = None
    median: float | None = None
    high: float | None = None
    repeats: int = 0
    times: Times = field(default_factory=dict)
    series: str = ""
    at: Mapping[str, float] = field(default_factory=dict)
    note: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the median is as asked; None where nothing was asked or measured."""
        return None if self.asked is None or self.median is None else self.asked.met(self.median)


def ratio(numerator: str, floor: str) -> Callable[[Times], float]:
    """The number of a row: time of one call over that of another."""
    return lambda times: times[numerator] / times[floor]


def per(call: str, replicates: int, unit: str) -> Callable[[Times], float]:
    """The number of a row: time of a call per replicate, in `unit`."""
    scale = {"s": 1.0, "ms": 1e3, "µs": 1e6}[unit]
    return lambda times: scale * times[call] / replicates


def size(n: int) -> str:
    """4096 as it is, 10⁶ for a large power of ten."""
    power = len(str(n)) - 1
    large = power > 3 and n == 10**power  # noqa: PLR2004 — 1000 is read at a glance
    return f"10{str(power).translate(SUPERSCRIPTS)}" if large else str(n)


def summarise(row: Row, samples: Sequence[Times], note: str = "") -> Measured:
    """Medians and quartiles over the repeats; raises ValueError without any."""
    if not samples:
        raise ValueError(f"{row.name}: no repeat was measured")
    values = sorted(row.value(times) for times in samples)
    low, high = quartiles(values)
    return Measured(
        name=row.name,
        unit=row.unit,
        asked=row.asked,
        low=low,
        median=median(values),
        high=high,
        repeats=len(samples),
        times={name: median(times[name] for times in samples) for name in samples[0]},
        series=row.series,
        at=row.at,
        note=note,
    )


def quartiles(values: Sequence[float]) -> tuple[float, float]:
    """The medians of the lower and of the upper half of sorted values; the middle one belongs to both."""
    half = (len(values) + 1) // 2
    return median(values[:half]), median(values[-half:])


def not_measured(name: str, unit: str, why: str, asked: Asked | None = None) -> Measured:
    """The row of something that could not be measured here."""
    return Measured(name=name, unit=unit, asked=asked, note=f"not measured: {why}")
