"""Contrast of every colour of the page, in both themes: WCAG 2 AA, computed from the style sheet."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import reports
from reports.svg import COLOURS

CSS = (Path(reports.__file__).parent / "templates" / "report.css").read_text(encoding="utf-8")
VERDICTS = ("verified", "refuted", "error", "powerless", "inconclusive", "not_run")
TEXT, GRAPHICS = 4.5, 3.0


def theme(name: str) -> dict[str, tuple[int, ...]]:
    start = CSS.index("prefers-color-scheme: dark") if name == "dark" else 0
    block = CSS[CSS.index(":root {", start) : CSS.index("}", CSS.index(":root {", start))]
    found = re.findall(r"--([\w-]+): #([0-9a-f]{6});", block)
    return {name: tuple(int(value[i : i + 2], 16) for i in (0, 2, 4)) for name, value in found}


def luminance(colour: tuple[int, ...]) -> float:
    parts = [c / 255 for c in colour]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(first: tuple[int, ...], second: tuple[int, ...]) -> float:
    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def tinted(colour: tuple[int, ...], paper: tuple[int, ...]) -> tuple[int, ...]:
    """What a marked row stands on: 7 % of the verdict's colour."""
    assert "color-mix(in srgb, var(--c) 7%, transparent)" in CSS
    return tuple(round(0.07 * c + 0.93 * p) for c, p in zip(colour, paper, strict=True))


@pytest.mark.parametrize("name", ["light", "dark"])
def test_text_is_readable(name: str) -> None:
    colours = theme(name)
    for ink in ("ink", "muted", "link", *VERDICTS):
        for ground in ("paper", "panel"):
            assert contrast(colours[ink], colours[ground]) >= TEXT, (ink, ground)
    for verdict in VERDICTS:
        ground = tinted(colours[verdict], colours["paper"])
        for ink in ("ink", "muted", verdict):
            assert contrast(colours[ink], ground) >= TEXT, (ink, verdict)


@pytest.mark.parametrize("name", ["light", "dark"])
def test_graphics_are_visible_and_all_variables_exist(name: str) -> None:
    colours = theme(name)
    assert set(COLOURS) <= set(colours)
    for variable in COLOURS:
        if variable != "rule":  # grid lines may be faint
            assert contrast(colours[variable], colours["paper"]) >= GRAPHICS, variable
    assert set(re.findall(r"var\(--([\w-]+)\)", CSS)) - {
        "serif",
        "sans",
        "mono",
        "c",
        "share",
        "full",
        "shade",
        "ground",
    } <= set(colours)


def test_the_checker_sees_what_is_too_faint() -> None:
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21.0)
    assert contrast((150, 150, 150), (255, 255, 255)) < TEXT
