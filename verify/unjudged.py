"""What is said of a line that was never judged: ERROR, or NOT_RUN."""

from __future__ import annotations

from verify.model import Claim, Evidence, Family, Line, Setting, Verdict

__all__ = ["describe", "unplannable", "without_outcome"]


def describe(error: BaseException) -> str:
    """`ValueError: what it says`, on one line."""
    return f"{type(error).__name__}: {' '.join(str(error).split())}"


def without_outcome(family: Family, line: Line, verdict: Verdict, detail: str) -> Evidence:
    """Evidence for a line that was never judged: ERROR, or NOT_RUN."""
    return Evidence(
        check=family.check,
        control=family.control,
        kind=family.kind,
        setting=family.setting.label,
        line=line,
        verdict=verdict,
        draws=0,
        look=0,
        detail=detail,
    )


def unplannable(claim: Claim, name: str, control: str | None) -> Family:
    """The family that stands for a check, or a rival of it, whose plan is not to be had: one line."""
    check = claim.check(name)
    line = Line(label=check.name, null=check.title)
    return Family(claim=claim.id, check=check.name, control=control, kind=check.kind, setting=Setting(), lines=(line,))
