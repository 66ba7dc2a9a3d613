"""A claim as readable text: what it says, why it holds, how it is checked, and what the checks must refute."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from verify.cli.output import wrapped
from verify.model import Claim, Control, Finding, Step
from verify.papers import cited

__all__ = ["explanation"]

INDENT = "  "
DEEPER = "      "


def explanation(claim: Claim) -> list[str]:
    """The lines for a terminal. Deriving the steps may take seconds and load SymPy."""
    lines = [claim.id, *wrapped(claim.title), *wrapped(str(claim.source))]
    for title, body in _sections(claim):
        found = list(body)
        if found:
            lines += ["", title, *found]
    return lines


def _sections(claim: Claim) -> Iterator[tuple[str, Iterable[str]]]:
    yield "STATEMENT", _paragraph(claim.plain)
    yield "SUMMARY", _paragraph(claim.summary)
    yield "ASSUMPTIONS", _items(claim.assumptions)
    yield "RESTS ON", _items(claim.uses)
    yield "DERIVATION", _steps(claim.derivation())
    yield "CHECKS", (line for check in claim.checks for line in _item(f"{check.name} ({check.kind}): {check.title}"))
    yield "CONTROLS", (line for control in claim.controls for line in _control(control))
    yield "FINDINGS", (line for finding in claim.findings() for line in _finding(finding))
    yield "NOT SHOWN", _items(claim.not_shown)
    yield "PAPER", _items(f"[{name}] {full}" for name, full in cited([claim.source.paper]))


def _paragraph(text: str) -> list[str]:
    return wrapped(text, first=INDENT, indent=INDENT) if text.strip() else []


def _item(text: str) -> list[str]:
    return wrapped(text, first=f"{INDENT}- ", indent=f"{INDENT}  ")


def _items(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        yield from _item(text)


def _below(text: str) -> list[str]:
    return wrapped(text, first=DEEPER, indent=DEEPER) if text.strip() else []


def _steps(steps: Iterable[Step]) -> Iterator[str]:
    for number, step in enumerate(steps, start=1):
        yield from wrapped(step.text, first=f"{INDENT}{number}. ", indent=DEEPER)
        yield from _below(step.plain or step.latex)


def _control(control: Control) -> Iterator[str]:
    yield from _item(f"{control.name}: {control.why}")
    where = f" at {control.setting.label}" if control.setting is not None else ""
    yield from _below(f"must be refuted by the check {control.check!r}, line {control.line!r}{where}")


def _finding(finding: Finding) -> Iterator[str]:
    yield from _item(finding.text)
    yield from _below(f"counterexample: {finding.counterexample}" if finding.counterexample else "")
