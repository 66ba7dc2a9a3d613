"""Measurements as a page: what is asked stands beside what was found, and pictures can be read in light and dark."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from reports import benchmark_pictures, benchmarks
from verify.bench.rows import Asked, Measured

ROWS = (
    Measured(name="sampler", unit="×", group="width-free", asked=Asked(most=5.0), low=4.0, median=4.5, high=6.0,
             repeats=7, times={"sampler": 0.9, "numbers": 0.2}),
    Measured(name="slow", unit="ms", group="width-free", asked=Asked(most=15.0), low=15.5, median=16.0, high=17.0,
             repeats=3),
    Measured(name="flat", unit="×", group="width-free", asked=Asked(least=0.85, most=1.15), low=1.0, median=1.0,
             high=1.0, repeats=3),
    Measured(name="rate", unit="GB/s", group="dense", median=90.0, repeats=3),
    Measured(name="tool", unit="×", group="peers", asked=Asked(least=100.0), note="not measured: no environment"),
    *(Measured(name=f"{series} at {n}", unit="µs", group="curves", low=0.9 * y, median=y, high=1.1 * y, repeats=3,
               series=series, at={"n": n})
      for series, n, y in (("dense RNN", 16, 3.0), ("dense RNN", 64, 40.0), ("width-free sampler", 64, 80.0),
                           ("width-free sampler", 10**12, 81.0))),
)  # fmt: skip
GROUPS = ("width-free", "dense", "curves", "peers")


@pytest.fixture
def document() -> dict[str, Any]:
    return benchmarks.document(ROWS, GROUPS)


def test_cells_say_what_was_asked_and_whether_it_is_met(document: dict[str, Any]) -> None:
    assert [benchmarks.cells(row) for row in document["rows"][:5]] == [
        ("sampler", "4.5 ×", "4 – 6", "≤ 5", "yes"),
        ("slow", "16 ms", "15.5 – 17", "≤ 15", "no"),
        ("flat", "1 ×", "1 – 1", "0.85 – 1.15", "yes"),
        ("rate", "90 GB/s", "", "", ""),
        ("tool", "not measured", "", "≥ 100", ""),
    ]


def test_the_page_names_machine_command_groups_and_what_is_missing(document: dict[str, Any]) -> None:
    text = benchmarks.page(document, "python -m verify bench", ["![picture](page-n.svg)"])
    for part in (
        "Written by `python -m verify bench`; do not edit.",
        document["machine"]["processor"],
        document["machine"]["blas"],
        "| slow | 16 ms | 15.5 – 17 | ≤ 15 | no |",
        "- tool: not measured: no environment",
        "![picture](page-n.svg)",
        "Not measured this time: Tangent kernel from Grams, Gradient descent, Two workers, Whole commands.",
    ):
        assert part in text
    titles = re.findall(r"^## (.*)$", text, flags=re.MULTILINE)
    assert titles == ["Width-free sampler", "Dense RNN", "Cost over width and lags", "Other tools"]


def test_pictures_are_written_beside_the_page(document: dict[str, Any], tmp_path: Path) -> None:
    benchmarks.write(tmp_path / "costs.md", document, "a command")
    assert {path.name for path in tmp_path.iterdir()} == {"costs.md", "costs-n.svg"}  # no row has a T
    assert "![Time of a replicate over the width n](costs-n.svg)" in (tmp_path / "costs.md").read_text()


def test_a_picture_is_a_whole_svg_in_light_and_dark(document: dict[str, Any]) -> None:
    ((title, svg),) = benchmark_pictures.pictures(document["rows"]).values()
    root = ElementTree.fromstring(svg)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert float(root.attrib["width"]) > float(root.attrib["height"]) > 0
    assert root[1].text == title
    light, dark = svg.split("@media (prefers-color-scheme: dark)")
    used = set(re.findall(r"var\(--([\w-]+)\)", svg))
    assert {"paper", "ink", "series-1", "series-2"} <= used
    for theme in (light, dark):
        assert {f"--{name}: #" for name in used} <= set(re.findall(r"--[\w-]+: #", theme))
    assert "#fe01" not in svg  # no colour that stands for a variable is left


def test_a_picture_shows_every_point_and_the_power_of_its_cost(document: dict[str, Any]) -> None:
    ((_, svg),) = benchmark_pictures.pictures(document["rows"]).values()
    texts = [node.text for node in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]
    assert {"width-free sampler", "dense RNN", "∝ n²"} <= set(texts)
    assert "4 points in 2 series" in svg


def test_the_slope_goes_through_the_last_mark(document: dict[str, Any]) -> None:
    series = benchmark_pictures._series(document["rows"], "n")
    (curve,) = benchmark_pictures._slopes(series, "n")
    assert curve.x == (16, 64)
    assert curve.y == (2.5, 40.0)


def test_one_place_is_no_picture() -> None:
    (row,) = benchmarks.document(ROWS[5:6], ("curves",))["rows"]
    assert benchmark_pictures.pictures([row]) == {}
