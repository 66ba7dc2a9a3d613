"""The only file that draws: a figure of a claim, from its evidence, with Matplotlib, as SVG for a page."""

from __future__ import annotations

import io
import itertools
import math
import textwrap
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from reports.axes import set_axes
from reports.figure_data import Series, nothing, read_series
from reports.svg import COLOURS, inline
from reports.words import clean, plural
from verify.model import Curve, Evidence, Figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

__all__ = ["Picture", "draw", "plot"]

SIZE = (4.8, 3.5)  # inches: 346 points, so that on a screen of 360 pixels the letters keep their size
SETTINGS: dict[Any, Any] = {
    "svg.fonttype": "none",  # text stays text
    "svg.hashsalt": "figure",  # equal figures are equal bytes
    "font.family": "DejaVu Sans",  # comes with Matplotlib; measures the text, the page's own fonts are narrower
    "font.size": 9,
    "text.parse_math": False,
    "axes.edgecolor": COLOURS["muted"],
    "axes.labelcolor": COLOURS["ink"],
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.8,
    "xtick.color": COLOURS["muted"],
    "ytick.color": COLOURS["muted"],
    "xtick.labelcolor": COLOURS["ink"],
    "ytick.labelcolor": COLOURS["ink"],
    "grid.color": COLOURS["rule"],
    "grid.linewidth": 0.6,
    "legend.labelcolor": COLOURS["ink"],
}
NO_METADATA = {"Date": None, "Creator": None, "Format": None, "Type": None}
SHAPES = "osD^vPX"  # seven shapes and six colours: 42 series differ in at least one
DASHES = ("-", (0, (5, 2)), (0, (1.5, 1.5)), (0, (5, 1.5, 1.5, 1.5)))  # colours alone do not reach every reader
# theory on top of a band, whose median it may cover
OVER_BANDS: dict[str, Any] = {"color": COLOURS["ink"], "linewidth": 1.3, "ls": (0, (1, 2)), "zorder": 5}
PALETTE = [COLOURS[f"series-{index}"] for index in range(1, 7)]
LINE_WIDTH, MOST_COLUMNS = 62, 4  # of the legend, in characters


@dataclass(frozen=True, kw_only=True)
class Picture:
    """SVG ("" where there is nothing to draw) and what must be said below it."""

    svg: Markup
    notes: tuple[str, ...]


def draw(figure: Figure, evidence: Sequence[Evidence], curves: Sequence[Curve], *, name: str) -> Picture:
    """The figure with the theory curves given; `name` is an id that no other figure of the page has."""
    series, notes = read_series(figure, evidence)
    if not series:
        return Picture(svg=Markup(""), notes=(*notes, nothing(figure, evidence)))
    return Picture(svg=plot(figure, series, curves, name=name), notes=tuple(notes))


def plot(figure: Figure, series: Sequence[Series], curves: Sequence[Curve], *, name: str) -> Markup:
    """The SVG of series that are already read; at least one, with at least one mark."""
    import matplotlib as mpl
    from matplotlib.figure import Figure as Canvas

    buffer = io.StringIO()
    with mpl.rc_context(SETTINGS), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a glyph that only the reader's fonts have, a label too long, 10³⁰⁰ on an axis
        canvas = Canvas(figsize=SIZE, layout="constrained")
        axes = canvas.subplots()
        set_axes(axes, figure, series)
        _plot_series(axes, figure, series)
        _plot_curves(axes, figure, series, curves)
        _add_legend(canvas, axes)
        canvas.savefig(buffer, format="svg", transparent=True, metadata=NO_METADATA)
    points = plural(sum(len(one.marks) for one in series), "point")
    description = f"{figure.y_label} against {figure.x_label}: {points} in {len(series)} series."
    return inline(buffer.getvalue(), name=name, title=figure.title, description=description)


def _plot_series(axes: Axes, figure: Figure, series: Sequence[Series]) -> None:
    if figure.show == "band":
        _plot_bands(axes, series)
        return
    theory: list[tuple[float, float]] = []
    for index, one in enumerate(series):
        x = _dodged(figure, series, index)
        colour, shape = PALETTE[index % len(PALETTE)], SHAPES[index % len(SHAPES)]
        heights = [mark.y for mark in one.marks]
        axes.plot(x, heights, label=_short(one.label), color=colour, marker=shape, ls="none", ms=4.5, zorder=4)
        bars = [(at, m.low, m.high) for at, m in zip(x, one.marks, strict=True) if None not in (m.low, m.high)]
        if bars:
            axes.vlines(*zip(*bars, strict=True), color=colour, linewidth=1.2, zorder=3)
        if not _are_distances(one):
            theory += [(at, m.prediction) for at, m in zip(x, one.marks, strict=True) if m.prediction is not None]
    if theory:
        ink = COLOURS["ink"]
        axes.plot(*zip(*theory, strict=True), label="prediction", color=ink, marker="_", ls="none", ms=9, zorder=2)
    if figure.show == "margin":
        axes.axhline(1.0, color=COLOURS["refuted"], linewidth=1.0, linestyle=(0, (4, 3)), label="all that is allowed")


def _plot_bands(axes: Axes, series: Sequence[Series]) -> None:
    """Medians as lines over the band from 5 to 95 %."""
    for index, one in enumerate(series):
        colour, style = PALETTE[index % len(PALETTE)], DASHES[index % len(DASHES)]
        marks = sorted(one.marks, key=lambda mark: mark.x)
        x = [mark.x for mark in marks]
        least = [mark.y if mark.low is None else mark.low for mark in marks]
        most = [mark.y if mark.high is None else mark.high for mark in marks]
        axes.fill_between(x, least, most, color=colour, alpha=0.18, linewidth=0, zorder=2)
        axes.plot(x, [mark.y for mark in marks], label=_short(one.label), color=colour, ls=style, lw=1.6, zorder=4)


def _are_distances(series: Series) -> bool:
    """A distance is predicted to be 0 and has an allowed value, no interval: a mark for the 0 would say nothing."""
    return all(mark.prediction == 0 and mark.low == 0 for mark in series.marks)


def _plot_curves(axes: Axes, figure: Figure, series: Sequence[Series], curves: Sequence[Curve]) -> None:
    """Theory as solid lines, in the colour of the series of the same name, else in ink and in colours not yet used."""
    named = {one.label.replace(" ", ""): PALETTE[index % len(PALETTE)] for index, one in enumerate(series)}
    others = itertools.cycle([COLOURS["ink"], *PALETTE[len(series) % len(PALETTE) :], *PALETTE])
    for curve in curves:
        own = named.get(curve.label.replace(" ", ""))
        colour = own or next(others)
        shown = [place for place in zip(curve.x, curve.y, strict=True) if _can_stand(figure, *place)]
        if shown:
            label = f"{_short(curve.label)}, theory" if own else _short(curve.label)
            style = OVER_BANDS if own and figure.show == "band" else {"color": colour, "linewidth": 1.4, "zorder": 1}
            axes.plot(*zip(*shown, strict=True), label=label, **style)


def _can_stand(figure: Figure, x: float, y: float) -> bool:
    """Whether an axis has a place for it: finite, and positive where the axis is logarithmic."""
    return math.isfinite(x) and math.isfinite(y) and (x > 0 or not figure.log_x) and (y > 0 or not figure.log_y)


def _dodged(figure: Figure, series: Sequence[Series], index: int) -> list[float]:
    """Series side by side: over at most half of the smallest gap, in logarithms on a logarithmic axis."""
    to_axis, back = (math.log, math.exp) if figure.log_x else (float, float)
    places = sorted({to_axis(mark.x) for one in series for mark in one.marks})
    gap = min((right - left for left, right in itertools.pairwise(places)), default=1.0)
    step = min(0.14, 0.5 / max(1, len(series) - 1)) * gap
    shift = (index - (len(series) - 1) / 2) * step
    return [back(to_axis(mark.x) + shift) for mark in series[index].marks]


def _add_legend(canvas: Canvas, axes: Axes) -> None:
    """Below the axes, where it covers no data, in as many columns as fit."""
    handles, labels = axes.get_legend_handles_labels()
    longest = max((len(label) for label in labels), default=0)
    columns = max(1, min(len(labels), MOST_COLUMNS, LINE_WIDTH // (longest + 6)))
    canvas.legend(handles, labels, loc="outside lower center", ncols=columns, frameon=False, columnspacing=1.4)


def _short(label: str) -> str:
    return textwrap.shorten(clean(label), 46, placeholder=" …")
