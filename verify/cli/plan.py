"""`plan`: every line that a run would judge, its error rate, resolution and cost, before anything is sampled."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from verify.cli import names, output
from verify.cli.interrupt import Interrupt
from verify.cli.options import as_json as json_option
from verify.cli.options import options
from verify.cli.settings import resolve

if TYPE_CHECKING:
    from verify.model import Config, Family, Line

__all__ = ["plan_all"]

HEAD = ("CLAIM", "CHECK", "CONTROL", "SETTING", "LINE", "ALPHA", "DRAWS", "RESOLUTION", "CPU SECONDS")
SAME_FAMILY = '"'


@click.command("plan")
@options("profile", "seed", "jobs", "watchdog", "only", "config")
@json_option
def plan_all(*, as_json: bool, **flags: Any) -> int:  # noqa: ANN401 — as click hands them over
    """Show every line that `all` would judge, before anything is sampled.

    ALPHA is the probability of a false alarm, DRAWS the most that will be drawn, RESOLUTION the distance that would
    surely be caught. The lines of one family are judged on the same draws and share one cost, printed with the first
    of them; a " stands for the line above.

    \b
    Examples:
      python -m verify plan --profile full
      python -m verify plan --only 'theorem_3*' --json
    """
    from numeric.parallel import executor
    from verify.pipeline import make_plan

    settings = resolve(flags)
    selection, config = names.all_claims(settings.only), settings.config()
    with Interrupt(patient=False) as interrupt, executor(config.jobs, deadline=config.watchdog) as workers:
        interrupt.ends(workers)
        families = make_plan(selection.claims, config, workers)
    if as_json:
        output.write_json(_document(families, config))
    else:
        rows = [_row(family, line, line is family.lines[0]) for family in families for line in family.lines]
        output.write([*output.column_lines([HEAD, *rows]), *_totals_text(families, config)])
    return 0


def _cost(family: Family) -> float:
    return 0.0 if family.skip else family.cost


def _row(family: Family, line: Line, first: bool) -> tuple[str, ...]:
    place = (family.claim, family.check, family.control or "–", family.setting.label or "–", line.label)
    alpha = f"{line.alpha:.2g}" if line.alpha > 0 else "–"
    resolution = f"not run: {family.skip}" if family.skip else line.resolution_text
    return (*place, alpha, str(line.draws), resolution, f"{_cost(family):.3g}" if first else SAME_FAMILY)


def _totals(families: Sequence[Family], config: Config) -> dict[str, Any]:
    lines = [line for family in families for line in family.lines]
    return {
        "lines": len(lines),
        "statistical_lines": sum(line.alpha > 0 for line in lines),
        "alpha": math.fsum(line.alpha for line in lines),
        "cpu_seconds": sum(_cost(family) for family in families),
        "jobs": config.jobs,
    }


def _totals_text(families: Sequence[Family], config: Config) -> list[str]:
    totals = _totals(families, config)
    return [
        "",
        f"profile        {config.profile}, seed {config.seed}",
        f"lines          {totals['lines']}, of which {totals['statistical_lines']} are statistical",
        f"alpha in all   {totals['alpha']:.3g}",
        f"CPU seconds    {totals['cpu_seconds']:.3g} at most, on {config.jobs} processes",
    ]


def _document(families: Sequence[Family], config: Config) -> dict[str, Any]:
    """One object a line; lines with the same `family` number are judged on the same draws, at one cost."""
    return {
        "profile": config.profile,
        "seed": config.seed,
        "lines": [_record(number, family, line) for number, family in enumerate(families) for line in family.lines],
        "totals": _totals(families, config),
    }


def _record(number: int, family: Family, line: Line) -> dict[str, Any]:
    return {
        "claim": family.claim,
        "check": family.check,
        "control": family.control,
        "kind": family.kind,
        "setting": family.setting.label,
        "line": line.label,
        "null": line.null,
        "alpha": line.alpha,
        "draws": line.draws,
        "resolution": line.resolution,
        "resolution_text": line.resolution_text,
        "skip": family.skip,
        "family": number,
        "family_looks": list(family.looks),
        "family_cpu_seconds": _cost(family),
    }
