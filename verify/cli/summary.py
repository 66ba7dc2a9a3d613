"""The last words of a run, for stdout: a line for each claim, its findings, where the report is, why the exit code."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reports.summary import headline, reasons
from reports.words import ICONS, SETTLED, duration, word
from verify import judgement
from verify.cli.values import RANDOM
from verify.model import Verdict

if TYPE_CHECKING:
    from verify.cli.settings import Settings
    from verify.model import Config, Finding, Result
    from verify.pipeline import Outcome

__all__ = ["summary"]

COLOURS = {
    Verdict.VERIFIED: "green",
    Verdict.REFUTED: "red",
    Verdict.ERROR: "red",
    Verdict.MEASURED: "cyan",
    Verdict.NOT_RUN: "white",
}
DOUBTFUL = "yellow"
EXITS = {
    0: "every claim that was judged is verified",
    1: "a claim is refuted",
    3: "a claim is powerless or inconclusive",
    4: "the verification itself is broken: see the claims in error",
    judgement.NOTHING_JUDGED: "nothing was judged",
    judgement.INTERRUPTED: "interrupted; the report is partial, and --resume continues the run",
}
STRICT = "something was not run, and --strict asks for everything"


def summary(outcome: Outcome, settings: Settings, config: Config, paths: Sequence[Path], code: int) -> list[str]:
    """The lines, none of them broken: they are for grep as much as for reading."""
    width = max((len(result.claim.id) for result in outcome.results), default=0)
    lines = [line for result in outcome.results for line in _claim(result, width)]
    drawn = f", drawn at random: repeat with --seed {config.seed}" if settings.seed == RANDOM else ""
    skipped = settings.strict and code == judgement.EXIT[Verdict.INCONCLUSIVE] and _all_verified(outcome)
    return [
        *lines,
        f"{headline(outcome)} (profile {config.profile}, {duration(outcome.seconds)})",
        f"report  {', '.join(str(path) for path in paths)}",
        f"seed    {config.seed}{drawn}",
        f"exit    {code}: {STRICT if skipped else EXITS[code]}",
    ]


def _claim(result: Result, width: int) -> list[str]:
    verdict = result.verdict
    said = click.style(f"{ICONS[verdict]} {word(verdict).upper():<12}", fg=COLOURS.get(verdict, DOUBTFUL))
    rests = "" if result.transitive is verdict else f" (with all that it rests on: {word(result.transitive)})"
    return [
        f"{said}  {result.claim.id:<{width}}  {result.claim.title}{rests}",
        *(f"    {_one_line(reason)}" for reason in reasons(result)),
        *(f"    finding: {_one_line(_finding(finding))}" for finding in result.findings),
    ]


def _finding(finding: Finding) -> str:
    return f"{finding.text} Counterexample: {finding.counterexample}" if finding.counterexample else finding.text


def _all_verified(outcome: Outcome) -> bool:
    return {result.verdict for result in outcome.results} <= {*SETTLED, Verdict.NOT_RUN}


def _one_line(text: str) -> str:
    return " ".join(text.split())
