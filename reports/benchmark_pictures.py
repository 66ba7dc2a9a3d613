"""The only file that draws how costs grow: over the width and over the number of lags, both axes logarithmic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reports.figure_data import Mark, Series
from reports.figures import plot
from reports.svg import standalone
from verify.model import Curve, Figure

__all__ = ["pictures"]

AXES = {"n": "width n", "T": "number of lags T"}
SLOPES: Mapping[str, Sequence[tuple[str, int]]] = {  # of operations: what a cost tends to once its numbers are cheap
    "dense RNN": (("n", 2),),
    "width-free sampler": (("T", 3),),
    "full lag kernel": (("T", 4),),
}


def pictures(rows: Sequence[Mapping[str, Any]]) -> dict[str, tuple[str, str]]:
    """Title and SVG of each axis that has at least two places."""
    drawn = {}
    for axis, label in AXES.items():
        series = _series(rows, axis)
        if len({mark.x for one in series for mark in one.marks}) > 1:
            title = f"Time of a replicate over the {label}"
            figure = Figure(title=title, check="", x=axis, x_label=label, y_label="time of a replicate, µs",
                            log_x=True, log_y=True)  # fmt: skip
            drawn[axis] = (title, standalone(plot(figure, series, _slopes(series, axis), name=f"cost-{axis}")))
    return drawn


def _series(rows: Sequence[Mapping[str, Any]], axis: str) -> list[Series]:
    names = dict.fromkeys(row["series"] for row in rows if axis in row["at"])
    return [
        Series(label=name, marks=tuple(_mark(row, axis) for row in rows if row["series"] == name and axis in row["at"]))
        for name in names
    ]


def _mark(row: Mapping[str, Any], axis: str) -> Mark:
    found = row["measured"]
    return Mark(x=row["at"][axis], y=found["median"], low=found["low"], high=found["high"])


def _slopes(series: Sequence[Series], axis: str) -> list[Curve]:
    """A line of the power that the number of operations has, through the last mark, over the range of the marks."""
    curves = []
    for one in series:
        last = max(one.marks, key=lambda mark: mark.x)
        for name, power in SLOPES.get(one.label, ()):
            if name == axis:
                x = tuple(sorted(mark.x for mark in one.marks))
                y = tuple(last.y * (place / last.x) ** power for place in x)
                curves.append(Curve(label=f"∝ {axis}{'⁰¹²³⁴'[power]}", x=x, y=y))
    return curves
