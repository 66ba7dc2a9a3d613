"""What stands in a picture, and that pictures neither clash nor change."""

from __future__ import annotations

import math
import re
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from reports import figures
from reports.figure_data import nothing, read_series
from verify.model import Curve, Evidence, Figure, Point

if TYPE_CHECKING:
    from tests.reports.conftest import Factory

FIGURE = Figure(title="A title", check="small widths", x="j", x_label="lag j", y_label="E Θ_jj", series="n")


def lines(make: Factory, *places: dict[str, float], **fields: Any) -> list[Evidence]:  # noqa: ANN401
    return [make.evidence(at=at, **fields) for at in places]


def grid(make: Factory, widths: int = 3, lags: int = 5) -> list[Evidence]:
    return lines(make, *({"j": j, "n": 2**n} for n in range(widths) for j in range(1, lags + 1)))


def draw(figure: Figure, evidence: list[Evidence], *curves: Curve, name: str = "f") -> str:
    return str(figures.draw(figure, evidence, curves, name=name).svg)


def labels(svg: str) -> list[str]:
    return [re.sub("<[^>]*>", "", text) for text in re.findall(r"<text\b[^>]*>(.*?)</text>", svg)]


def test_series_are_sorted_and_points_without_coordinates_passed_over(make: Factory) -> None:
    evidence = lines(make, {"j": 1, "n": 16}, {"j": 2, "n": 8}, {"k": 2, "n": 8}, {"j": 2}, {"j": 3, "n": 8})
    other = make.evidence("another check", at={"j": 4, "n": 8})
    series, notes = read_series(FIGURE, [*evidence, other])
    assert [(s.label, [m.x for m in s.marks]) for s in series] == [("n = 8", [2.0, 3.0]), ("n = 16", [1.0])]
    assert not notes


def test_estimates_have_intervals_and_predictions(make: Factory) -> None:
    ((series,), _) = read_series(FIGURE, lines(make, {"j": 1, "n": 8}))
    (mark,) = series.marks
    assert (mark.y, mark.low, mark.high, mark.prediction) == (1.01, 0.98, 1.04, 1.0)
    ((series,), _) = read_series(replace(FIGURE, show="quantiles"), lines(make, {"j": 1, "n": 8}))
    (mark,) = series.marks
    assert (mark.y, mark.low, mark.high, mark.prediction) == (0.9, 0.4, 2.1, None)
    endless = make.evidence(points=(Point(label="x", at={"j": 1, "n": 8}, quantiles=(-math.inf, 0.9, math.inf)),))
    ((series,), _) = read_series(replace(FIGURE, show="quantiles"), [endless])
    assert (series.marks[0].low, series.marks[0].high) == (None, None)
    ((series,), _) = read_series(replace(FIGURE, show="margin"), lines(make, {"j": 1, "n": 8}))
    (mark,) = series.marks
    assert (mark.y, mark.low, mark.prediction) == (0.5, None, None)


def test_each_comparison_of_an_agreement_has_its_own_share(make: Factory) -> None:
    points = [
        Point(label="a", at={"j": j}, estimate=d, low=0.0, high=h) for j, d, h in ((1, 1.0, 4.0), (2, 0, 0), (3, 1, 0))
    ]
    item = make.exact("small widths", "Agreement", points, margin=9.0)
    (series,), notes = read_series(replace(FIGURE, series=None, show="margin"), [item])
    assert [mark.y for mark in series.marks] == [0.25, 0.0]
    assert notes == ["1 point without a finite value cannot be drawn."]


@pytest.mark.parametrize("show", ["estimate", "quantiles", "margin"])
def test_nothing_to_draw_is_said(make: Factory, show: str) -> None:
    figure = replace(FIGURE, show=show)
    empty = make.evidence(points=())
    assert "no line of this check was judged" in nothing(figure, [empty])
    bare = make.evidence(points=(Point(label="x", at={"j": 1.0, "n": 1.0}),), margin=None)
    picture = figures.draw(figure, [bare], (), name="f")
    assert not picture.svg
    wanted = {"quantiles": "quantiles", "margin": "a margin", "estimate": "an estimate"}[show]
    assert picture.notes == (f"There is nothing to draw: no point of this check has j and n and {wanted}.",)


def test_a_logarithmic_axis_lifts_what_is_not_positive_and_says_so(make: Factory) -> None:
    zero = Point(label="0", at={"j": 0, "n": 8}, estimate=0.0, low=-1.0, high=0.03, prediction=0.0)
    small = Point(label="s", at={"j": 2, "n": 8}, estimate=0.004, low=-1.0, high=None, prediction=0.01)
    evidence = [make.evidence(points=(point,)) for point in (zero, small)]
    (series,), notes = read_series(replace(FIGURE, log_y=True, log_x=True), evidence)
    first, second = series.marks
    assert (first.x, first.y, first.low, first.high, first.prediction) == (1.0, 0.001, 0.001, 0.03, None)
    assert (second.x, second.y, second.low, second.high, second.prediction) == (2.0, 0.004, 0.001, None, 0.01)
    assert notes == [
        "1 point is 0 or below and drawn at 0.001, the edge of a logarithmic axis.",
        "Points at 0 or below are drawn at 1, the edge of a logarithmic axis.",
    ]
    flat = [make.evidence(points=(replace(zero, high=None),))]
    assert draw(replace(FIGURE, log_y=True, log_x=True), flat).startswith("<svg")


def test_infinite_and_missing_numbers_are_left_out(make: Factory) -> None:
    figure = replace(FIGURE, show="margin")
    evidence = [make.evidence(margin=margin, at={"j": 1, "n": 1}) for margin in (math.inf, math.nan, 0.5, None)]
    (series,), notes = read_series(figure, evidence)
    assert [mark.y for mark in series.marks] == [0.5]
    assert notes == ["2 points without a finite value cannot be drawn."]


@pytest.mark.parametrize("log_y", [False, True])
@pytest.mark.parametrize("odd", [math.inf, -math.inf, math.nan, 5e-324, 1e300, -1e300])
def test_no_number_breaks_a_figure(make: Factory, odd: float, *, log_y: bool) -> None:
    usual = Point(label="x", at={"j": 1, "n": 1}, estimate=1.0, low=0.5, high=2.0, prediction=1.5)
    fields = ({"estimate": odd}, {"low": odd}, {"high": odd}, {"prediction": odd}, {"at": {"j": 2, "n": odd}})
    evidence = [make.evidence(points=(replace(usual, **field),)) for field in ({}, *fields)]
    svg = draw(replace(FIGURE, log_y=log_y), evidence)
    assert not re.findall(r"\b(?:nan|inf)\b", svg)
    assert len(re.findall('<use href="#f-m', svg)) >= 5


def test_bytes_are_equal_and_ids_belong_to_one_figure(make: Factory) -> None:
    evidence = grid(make)
    assert draw(FIGURE, evidence) == draw(FIGURE, evidence)
    first, second = (draw(FIGURE, evidence, name=name) for name in ("one", "two"))
    ids = [set(re.findall(r'\bid="([^"]*)"', svg)) for svg in (first, second)]
    assert ids[0]
    assert not ids[0] & ids[1]
    for svg, known in zip((first, second), ids, strict=True):
        referred = set(re.findall(r'(?:href="|url\()#([^")]*)', svg))
        assert referred
        assert referred <= known
    assert first.replace("one-", "two-") == second


def test_colours_are_variables_and_text_is_text_in_the_fonts_of_the_page(make: Factory) -> None:
    svg = draw(replace(FIGURE, show="margin"), grid(make))
    assert not re.findall(r"#[0-9a-f]{6}|#[0-9a-f]{3}\b", re.sub(r'(href="|url\()#[^")]*', "", svg))
    for name in ("ink", "muted", "rule", "series-1", "series-2", "series-3", "refuted"):
        assert f"var(--{name})" in svg
    assert "font-family" not in svg
    assert "<style" not in svg
    assert re.match(r'<svg viewBox="0 0 345.6 252" role="img" aria-labelledby="f-title f-description"><title ', svg)
    assert {"lag j", "E Θjj", "n = 1", "n = 2", "n = 4", "all that is allowed"} <= set(labels(svg))


def test_series_differ_by_shape_and_colour_and_stand_side_by_side(make: Factory) -> None:
    svg = draw(FIGURE, grid(make, widths=3, lags=2))
    shapes = dict(re.findall(r'<path id="f-(m\w+)" d="([^"]*)"', svg))
    marks = re.findall(r'<use href="#f-(m\w+)" x="([\d.]+)"[^>]*var\(--(series-\d)\)', svg)
    assert len({shapes[name] for name, _, _ in marks}) == 3
    assert len({colour for _, _, colour in marks}) == 3
    assert len({x for _, x, _ in marks}) >= 6


def test_theory_curves_take_the_colour_of_the_series_of_their_name(make: Factory) -> None:
    evidence = grid(make, widths=2)
    alone = draw(FIGURE, evidence)
    named = draw(FIGURE, evidence, Curve(label="n=2", x=(1.0, 5.0), y=(1.0, 1.2)))
    assert named.count("var(--series-2)") == alone.count("var(--series-2)") + 2  # the line and its sample in the legend
    assert "n=2, theory" in labels(named)
    several = [Curve(label=f"bound {i}", x=(1.0, 5.0), y=(1.0 + i, 1.2)) for i in range(9)]
    assert {f"bound {i}" for i in range(9)} <= set(labels(draw(FIGURE, evidence, *several)))
    undrawable = Curve(label="off", x=(-1.0, 1.0, 2.0), y=(1.0, -1.0, math.nan))
    assert "off" not in labels(draw(replace(FIGURE, log_x=True, log_y=True), evidence, undrawable))


def test_distances_show_no_prediction_and_estimates_do(make: Factory) -> None:
    assert "prediction" in labels(draw(FIGURE, grid(make)))
    distance = Point(label="D", at={"j": 1, "n": 2}, estimate=0.1, low=0.0, high=0.3, prediction=0.0)
    assert "prediction" not in labels(draw(FIGURE, [make.evidence(points=(distance,))]))


@pytest.mark.parametrize(
    ("places", "log_x", "ticks"),
    [
        ((8, 16, 32), True, {"8", "16", "32"}),
        ((10**4, 10**6, 10**10), True, {"10 000", "10⁶", "10¹⁰"}),
        ((1, 2, 3, 100), False, {"0", "15", "30", "45", "60", "75", "90"}),
        (tuple(range(20)), False, {"0", "3", "6", "9", "12", "15", "18"}),
        (tuple(range(1, 200, 10)), True, {"1", "10", "100"}),
    ],
)
def test_ticks_are_readable(make: Factory, places: tuple[int, ...], log_x: bool, ticks: set[str]) -> None:
    figure = replace(FIGURE, log_x=log_x, series=None)
    found = labels(draw(figure, lines(make, *({"j": place} for place in places))))
    shown = [label.replace("\u202f", " ") for label in found[: found.index("lag j")]]
    assert set(shown) == ticks


def test_a_short_logarithmic_range_still_has_numbers(make: Factory) -> None:
    svg = draw(replace(FIGURE, log_y=True), lines(make, {"j": 1, "n": 1}, {"j": 2, "n": 1}))
    assert {"0.5", "1", "2"} & set(labels(svg))


def test_scripts_in_labels_are_shifted_and_shifted_back(make: Factory) -> None:
    svg = draw(replace(FIGURE, y_label="ρ_j^2 at x"), grid(make))
    (found,) = re.findall(r"<text[^>]*>(ρ.*?)</text>", svg)
    shifts = [float(shift) for shift in re.findall(r'dy="([-.\d]+)em"', found)]
    sizes = [0.75, 0.75, 1.0]
    assert re.sub("<[^>]*>", "", found) == "ρj2 at x"
    assert sum(shift * size for shift, size in zip(shifts, sizes, strict=True)) == pytest.approx(0.0, abs=0.01)


@pytest.mark.parametrize("module", ["html", "json_report", "junit", "markdown"])
def test_matplotlib_is_loaded_for_figures_only(module: str) -> None:
    code = f"import sys, reports.{module}; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_series_a_line_keeps_the_order_of_the_lines(make: Factory) -> None:
    evidence = [make.evidence(label=name, at={"j": 1}) for name in ("scaled", "plain", "RNN")]
    series, _ = read_series(replace(FIGURE, series="line"), evidence)
    assert [one.label for one in series] == ["scaled", "plain", "RNN"]


def test_a_band_is_a_line_over_an_area_for_each_series_with_theory_on_top(make: Factory) -> None:
    evidence = [make.evidence(label=name, at={"j": j}) for name in ("scaled", "plain") for j in (1, 2, 3)]
    figure = replace(FIGURE, series="line", show="band")
    (first, *_), _ = read_series(figure, evidence)
    assert [(mark.y, mark.low, mark.high) for mark in first.marks] == [(0.9, 0.4, 2.1)] * 3
    svg = draw(figure, evidence, Curve(label="plain", x=(1.0, 3.0), y=(0.5, 0.6)))
    assert labels(svg)[-3:] == ["scaled", "plain", "plain, theory"]
    assert svg.count("fill-opacity: 0.18") == 2
    parts = [Curve(label=name, x=(1.0, 3.0), y=(0.5, 0.6)) for name in ("bias", "variance")]
    apart = draw(figure, evidence, *parts)
    for colour, more in (
        ("ink", 0),
        ("series-3", 2),
    ):  # of lines without a band of their own; dotted ones are all in ink
        assert (
            apart.count(f"stroke: var(--{colour})")
            == draw(figure, evidence, parts[0]).count(f"stroke: var(--{colour})") + more
        )
