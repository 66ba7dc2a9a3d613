"""The only file that knows Markdown: a summary for a forge, with what is not verified and why."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from reports.summary import claims_of, experiments_of, fallen, felled, headline
from reports.words import ICONS, SETTLED, counts_text, duration, plural, replay, rival, rival_word, word
from verify.model import Config, Evidence, Finding, Result, Verdict
from verify.pipeline import Outcome

__all__ = ["render"]

SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~$!&@^])")


def render(outcome: Outcome, config: Config, run: Mapping[str, Any]) -> str:
    """Headline, summary table, findings, then for each claim its counts and the lines that are not VERIFIED."""
    facts = (
        f"Profile `{config.profile}`, seed {config.seed}, {duration(outcome.seconds)}, finished {run['finished']}, "
        f"commit `{run['commit']}`."
    )
    parts = [f"# Verification report: {_text(headline(outcome))}", facts, _summary(claims_of(outcome.results))]
    parts += _experiments(experiments_of(outcome.results))
    parts += _findings(outcome.results)
    for result in outcome.results:
        parts += _claim(result, config)
    return "\n\n".join(parts) + "\n"


def _summary(results: Sequence[Result]) -> str:
    rows = [
        [
            _text(result.claim.title),
            _text(str(result.claim.source)),
            _chip(result.verdict),
            _chip(result.transitive),
            str(len(result.evidence)),
            f"{felled(result)} of {len(result.controls)}",
        ]
        for result in results
    ]
    return _table(["claim", "source", "verdict", "with all it uses", "lines", "rivals that fell"], rows)


def _experiments(results: Sequence[Result]) -> list[str]:
    rows = [[_text(r.claim.title), _text(str(r.claim.source)), _chip(r.verdict)] for r in results]
    return ["Experiments:", _table(["experiment", "source", "outcome"], rows)] if rows else []


def _findings(results: Sequence[Result]) -> list[str]:
    found = [_finding(finding, result) for result in results for finding in result.findings]
    return ["## Findings about the papers", "\n".join(found)] if found else []


def _finding(finding: Finding, result: Result) -> str:
    seen = f"  \n  *Counterexample:* {_text(finding.counterexample)}" if finding.counterexample else ""
    return f"- {_text(finding.text)} ({_text(result.claim.title)}){seen}"


def _claim(result: Result, config: Config) -> list[str]:
    lines = f"{plural(len(result.evidence), 'line')}"
    counted = counts_text(item.verdict for item in result.evidence)
    fell = f"; {fallen([result])}" if result.controls else ""
    parts = [
        f"## {ICONS[result.verdict]} {_text(result.claim.title)}",
        f"{_text(str(result.claim.source))}: {_text(result.claim.plain or result.claim.summary)}",
        f"{_chip(result.verdict)}; {lines}{': ' if counted else ''}{counted}{fell}.",
    ]
    open_lines = [item for item in result.evidence if item.verdict not in SETTLED]
    if open_lines:
        header = ["check", "setting", "line", "verdict", "what was seen"]
        parts.append(_table(header, [_line(item) for item in open_lines]))
    survivors = [control for control in result.controls if control.verdict is not Verdict.REFUTED]
    if survivors:
        rows = [
            [_text(c.name), _text(c.check), f"{ICONS[rival(c.verdict)]} {rival_word(c.verdict)}", _text(c.why)]
            for c in survivors
        ]
        parts.append(_table(["rival that did not fall", "check", "outcome", "why it is false"], rows))
    if result.not_shown:
        parts.append("Not shown:\n\n" + "\n".join(f"- {_text(text)}" for text in result.not_shown))
    return [*parts, f"Replay: `{replay(result.claim.id, config.profile, config.seed).replace('`', '')}`"]


def _line(item: Evidence) -> list[str]:
    return [_text(item.check), _text(item.setting), _text(item.line.label), _chip(item.verdict), _text(item.detail)]


def _chip(verdict: Verdict) -> str:
    return f"{ICONS[verdict]} {word(verdict)}"


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _text(text: str) -> str:
    """One line on which every sign that Markdown or HTML would act on stands for itself."""
    return SPECIAL.sub(r"\\\1", " ".join(text.split())).replace("\\<", "&lt;").replace("\\&", "&amp;")
