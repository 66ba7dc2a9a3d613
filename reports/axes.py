"""The only file that sets up the axes of a figure: labels, scales, ticks."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from reports.figure_data import Series
from reports.words import clean, number
from verify.model import Figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["set_axes"]

MOST_TICKS = 8  # chosen: as many numbers as stand side by side on the narrowest screen
NEAREST = 1 / 12  # of the axis, between two ticks
HALF_DECADES = 30.0  # 10^1.5: a smaller range may hold a single power of ten


def set_axes(axes: Axes, figure: Figure, series: Sequence[Series]) -> None:
    """Scales of the figure; ticks at the data's own x where there is room for a number at each."""
    from matplotlib import ticker

    axes.set_xlabel(textwrap.fill(clean(figure.x_label), 56, max_lines=3))
    axes.set_ylabel(textwrap.fill(clean(figure.y_label), 40, max_lines=3))
    axes.grid(axis="y")
    axes.set_axisbelow(True)
    axes.set_xscale("log" if figure.log_x else "linear")
    axes.set_yscale("log" if figure.log_y else "linear")
    for axis, logarithmic in ((axes.xaxis, figure.log_x), (axes.yaxis, figure.log_y)):
        if logarithmic:
            axis.set_major_locator(ticker.LogLocator(numticks=MOST_TICKS))
        axis.set_major_formatter(ticker.FuncFormatter(lambda value, _: number(value)))
        axis.set_minor_formatter(ticker.NullFormatter())
    heights = [mark.y for one in series for mark in one.marks]
    if figure.log_y and max(heights) < HALF_DECADES * min(heights):
        axes.yaxis.set_major_locator(ticker.LogLocator(subs=(1.0, 2.0, 5.0), numticks=MOST_TICKS))
    places = sorted({mark.x for one in series for mark in one.marks})
    if _room_for_each(places, figure.log_x):
        axes.xaxis.set_major_locator(ticker.FixedLocator(places))
        axes.xaxis.set_minor_locator(ticker.NullLocator())
    elif not figure.log_x and all(place == int(place) for place in places):
        axes.xaxis.set_major_locator(ticker.MaxNLocator(MOST_TICKS, integer=True))


def _room_for_each(places: Sequence[float], logarithmic: bool) -> bool:
    on_axis = [math.log(place) for place in places] if logarithmic else list(places)
    least = NEAREST * (on_axis[-1] - on_axis[0])
    return len(places) <= MOST_TICKS and all(right - left >= least for left, right in pairwise(on_axis))
