"""The only file that knows report.json: `result`, equal bytes for equal Results, apart from `run`, which is not."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from numbers import Integral, Real
from typing import Any

from reports.summary import verdict_of_run
from verify.judgement import exit_code
from verify.model import Config, ControlResult, Curve, Evidence, Figure, Point, Result
from verify.pipeline import Outcome

__all__ = ["SCHEMA", "document", "render", "result_of"]

SCHEMA = "report-1"


def render(outcome: Outcome, config: Config, run: Mapping[str, Any]) -> str:
    """Strict JSON, keys sorted."""
    return json.dumps(document(outcome, config, run), sort_keys=True, indent=1, ensure_ascii=False, allow_nan=False)


def document(outcome: Outcome, config: Config, run: Mapping[str, Any]) -> dict[str, Any]:
    """What schema/report-1.schema.json describes."""
    seconds = {result.claim.id: round(result.seconds, 3) for result in outcome.results}
    cpu_seconds = {result.claim.id: round(result.cpu_seconds, 3) for result in outcome.results}
    return {
        "schema": SCHEMA,
        "result": result_of(outcome, config),
        "run": {
            **run,
            "seconds": round(outcome.seconds, 3),
            "seconds_of_claims": seconds,
            "cpu_seconds_of_claims": cpu_seconds,
        },
    }


def result_of(outcome: Outcome, config: Config) -> dict[str, Any]:
    """The reproducible half: no time, no machine; `exit_code` without and with `--strict`."""
    codes = {
        name: exit_code(outcome.results, strict=strict, interrupted=outcome.interrupted)
        for name, strict in (("exit_code", False), ("exit_code_strict", True))
    }
    return {
        **codes,
        "claims": [_claim(result) for result in outcome.results],
        "partial": outcome.interrupted,
        "profile": config.profile,
        "seed": config.seed,
        "verdict": verdict_of_run(outcome.results).name,
    }


def _claim(result: Result) -> dict[str, Any]:
    claim = result.claim
    return {
        "id": claim.id,
        "title": claim.title,
        "statement": claim.statement,
        "plain": claim.plain,
        "summary": claim.summary,
        "source": {"paper": claim.source.paper, "item": claim.source.item},
        "assumptions": list(claim.assumptions),
        "uses": list(claim.uses),
        "verdict": result.verdict.name,
        "transitive": result.transitive.name,
        "checks": [{"name": check.name, "kind": check.kind, "title": check.title} for check in claim.checks],
        "evidence": [_evidence(item) for item in result.evidence],
        "controls": [_control(control) for control in result.controls],
        "derivation": [{"text": step.text, "latex": step.latex, "plain": step.plain} for step in result.steps],
        "findings": [{"text": found.text, "counterexample": found.counterexample} for found in result.findings],
        "figures": [_figure(figure, _curves_of(result, index)) for index, figure in enumerate(claim.figures)],
        "not_shown": list(result.not_shown),
    }


def _curves_of(result: Result, index: int) -> Sequence[Curve]:
    return result.curves[index] if index < len(result.curves) else ()


def _control(control: ControlResult) -> dict[str, Any]:
    return {
        "name": control.name,
        "why": control.why,
        "check": control.check,
        "verdict": control.verdict.name,
        "evidence": [_evidence(item) for item in control.evidence],
    }


def _evidence(item: Evidence) -> dict[str, Any]:
    """Without `line.facts`: they are what the judge needs, not what it found."""
    line = item.line
    return {
        "check": item.check,
        "control": item.control,
        "kind": item.kind,
        "setting": item.setting,
        "verdict": item.verdict.name,
        "draws": int(item.draws),
        "look": int(item.look),
        "margin": _value(item.margin),
        "detail": item.detail,
        "line": {
            "label": line.label,
            "null": line.null,
            "at": _values(line.at),
            "alpha": _value(line.alpha),
            "draws": int(line.draws),
            "resolution": _value(line.resolution),
            "resolution_text": line.resolution_text,
        },
        "points": [_point(point) for point in item.points],
    }


def _point(point: Point) -> dict[str, Any]:
    return {
        "label": point.label,
        "at": _values(point.at),
        "estimate": _value(point.estimate),
        "low": _value(point.low),
        "high": _value(point.high),
        "prediction": _value(point.prediction),
        "quantiles": None if point.quantiles is None else [_value(value) for value in point.quantiles],
        "detail": point.detail,
    }


def _figure(figure: Figure, curves: Sequence[Curve]) -> dict[str, Any]:
    shown = ("title", "check", "x", "x_label", "y_label", "series", "show", "log_x", "log_y")
    drawn = [
        {"label": c.label, "x": [_value(x) for x in c.x], "y": [_value(y) for y in c.y]} for c in curves
    ]  # fmt: skip
    return {**{name: getattr(figure, name) for name in shown}, "curves": drawn}


def _values(at: Mapping[str, float]) -> dict[str, int | float | str | None]:
    return {str(name): _value(value) for name, value in at.items()}


def _value(value: float | None) -> int | float | str | None:
    """A plain number whose repr reads back as itself; JSON has no infinities, so those are the words it lacks."""
    if value is None:
        return None
    if isinstance(value, Integral):
        return int(value)
    if not isinstance(value, Real):
        raise TypeError(f"a report holds numbers, not {value!r}; make it a float where the evidence is built")
    number = float(value)
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    return number
