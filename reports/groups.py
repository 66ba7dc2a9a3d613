"""The only file that decides how the evidence of a check is shown: a row a line, its points, what is folded away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reports import tables
from reports.tables import Cell, Column, Table
from reports.words import SETTLED, counts, number, whole
from verify.model import Check, Evidence, Point, Result, Verdict

__all__ = ["Group", "Points", "groups"]

FOLD_ABOVE = 12  # rows; chosen: more than this pushes the next check out of sight


@dataclass(frozen=True, kw_only=True)
class Points:
    """The points of a line that has more than a single number; no table where its one statement says it all."""

    evidence: Evidence
    table: Table | None
    told: bool  # whether the summary of the line is worth its place beside the table
    folded: bool
    open: bool


@dataclass(frozen=True, kw_only=True)
class Group:
    """The evidence of one check; `open` when something is not VERIFIED, so that folding never hides it."""

    check: Check
    verdicts: tuple[tuple[Verdict, int], ...]
    lines: Table | None
    points: tuple[Points, ...]
    folded: bool
    open: bool


def groups(result: Result) -> list[Group]:
    """The evidence of a claim, check by check, in the claim's order."""
    return [
        _group(check, [item for item in result.evidence if item.check == check.name]) for check in result.claim.checks
    ]


def _group(check: Check, evidence: Sequence[Evidence]) -> Group:
    alone = len(evidence) == 1 and bool(evidence[0].points) and not _is_number(evidence[0])
    return Group(
        check=check,
        verdicts=tuple(counts(item.verdict for item in evidence)),
        lines=_lines(check, evidence) if evidence and not alone else None,
        points=tuple(_points(item, alone) for item in evidence if item.points and not _is_number(item)),
        folded=len(evidence) > FOLD_ABOVE,
        open=any(item.verdict not in SETTLED for item in evidence),
    )


def _is_number(item: Evidence) -> bool:
    """One number with its interval, which fits into the row of its line."""
    return len(item.points) == 1 and item.points[0].estimate is not None


def _lines(check: Check, evidence: Sequence[Evidence]) -> Table:
    settings, common = _settings(evidence)
    nulls = {item.line.null for item in evidence}
    one_null = nulls.pop() if len(nulls) == 1 and len(evidence) > 1 else ""
    # an exact check has one line a setting, which is called like the check: there the setting names the row
    exact = len(evidence) > 1 and all(item.line.label == check.name for item in evidence)
    names = settings if exact else [item.line.label for item in evidence]
    known = (one_null, check.title)
    first = [Cell(text=name, remark=_remark(item, known)) for name, item in zip(names, evidence, strict=True)]
    shares = [Cell(text=number(item.margin, 2), share=item.margin) for item in evidence]
    columns = [
        Column(header="setting" if exact else "line", cells=tuple(first), share_from=0),
        tables.text("setting", [] if exact else settings),
        Column(header="verdict", cells=tuple(Cell(verdict=item.verdict) for item in evidence), share_from=0),
        *tables.numbers([item.points[0] if _is_number(item) else Point(label="") for item in evidence]),
        Column(header="share of the allowed", cells=tuple(shares), numeric=True, share_from=0),
        tables.text("draws", [_draws(item) for item in evidence], numeric=True),
        tables.text("error rate α", [number(item.line.alpha or None) for item in evidence], numeric=True),
        tables.text("resolution", [item.line.resolution_text for item in evidence]),
    ]
    shared = (("null", "" if one_null == check.title else one_null), ("setting", common))
    return tables.table(columns, [item.verdict for item in evidence], shared)


def _remark(item: Evidence, known: Sequence[str]) -> str:
    """The null unless it is known, and what was seen unless numbers say it."""
    null = "" if item.line.null in (item.line.label, *known) else item.line.null
    told = "" if _is_number(item) and item.verdict is Verdict.VERIFIED else item.detail
    return "\n".join(text for text in (null, told) if text)


def _draws(item: Evidence) -> str:
    if item.line.alpha == 0 or item.draws == 0:
        return ""
    return f"{whole(item.draws)} (look {item.look})" if item.look > 1 else whole(item.draws)


def _settings(evidence: Sequence[Evidence]) -> tuple[list[str], str]:
    """`n=8, T=5` and `n=16, T=5` differ in n; T=5 is said once."""
    parts = [item.setting.split(", ") for item in evidence]
    several = len(parts) > 1 and len({tuple(part.split("=")[0] for part in row) for row in parts}) == 1
    if not several:
        return [item.setting for item in evidence], ""
    same = [len(set(values)) == 1 for values in zip(*parts, strict=True)]
    common = ", ".join(part for part, equal in zip(parts[0], same, strict=True) if equal)
    return [", ".join(p for p, equal in zip(row, same, strict=True) if not equal) for row in parts], common


def _points(item: Evidence, alone: bool) -> Points:
    numbers = tables.numbers(item.points)
    details = [_verdict_first(point.detail) for point in item.points]
    columns = [
        tables.text("comparison" if numbers else "statement", [p.label for p in item.points], share_from=0),
        Column(header="verdict", cells=tuple(Cell(verdict=verdict) for verdict, _ in details), share_from=0),
        *numbers,
        tables.text("detail", [text for _, text in details], share_from=2),
    ]
    bad = item.verdict not in SETTLED
    single = alone and len(item.points) == 1
    return Points(
        evidence=item,
        table=None if single else tables.table(columns, [verdict for verdict, _ in details]),
        told=alone and (single or bad),
        folded=len(item.points) > FOLD_ABOVE or not alone,
        open=bad,
    )


def _verdict_first(detail: str) -> tuple[Verdict | None, str]:
    """A proof writes `VERIFIED: normal form 0` for each of its statements."""
    name, colon, rest = detail.partition(": ")
    return (Verdict[name], rest) if colon and name in Verdict.__members__ else (None, detail)
