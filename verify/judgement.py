"""The only file that combines verdicts: lines → check → claim → what rests on it → exit code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from verify.model import ControlResult, Evidence, Result, Verdict

__all__ = ["claim_verdict", "control_verdict", "exit_code", "transitive", "worst"]

SEVERITY = (
    Verdict.ERROR, Verdict.REFUTED, Verdict.POWERLESS, Verdict.INCONCLUSIVE, Verdict.VERIFIED, Verdict.MEASURED,
    Verdict.NOT_RUN,
)  # fmt: skip
SURVIVAL = (Verdict.ERROR, Verdict.VERIFIED, Verdict.POWERLESS, Verdict.INCONCLUSIVE, Verdict.REFUTED, Verdict.NOT_RUN)
INTERRUPTED = 130
NOTHING_JUDGED = 5
EXIT = {Verdict.ERROR: 4, Verdict.REFUTED: 1, Verdict.POWERLESS: 3, Verdict.INCONCLUSIVE: 3}


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """ERROR > REFUTED > POWERLESS > INCONCLUSIVE > VERIFIED; MEASURED or NOT_RUN only where there is nothing else."""
    return min(verdicts, key=SEVERITY.index, default=Verdict.NOT_RUN)


def control_verdict(evidence: Sequence[Evidence]) -> Verdict:
    """REFUTED when a rival falls at every line it is asked at: ERROR > VERIFIED > INCONCLUSIVE > REFUTED > NOT_RUN."""
    return min((item.verdict for item in evidence), key=SURVIVAL.index, default=Verdict.NOT_RUN)


def claim_verdict(evidence: Sequence[Evidence], controls: Sequence[ControlResult]) -> Verdict:
    """The worst of the claim's own lines, of POWERLESS for each undecided rival and of ERROR for each accepted one."""
    verdicts = [item.verdict for item in evidence]
    if not verdicts or all(verdict is Verdict.NOT_RUN for verdict in verdicts):
        return Verdict.NOT_RUN
    for control in controls:
        fate = control_verdict(control.evidence) if control.evidence else control.verdict
        if fate in (Verdict.VERIFIED, Verdict.ERROR):
            verdicts.append(Verdict.ERROR)
        elif fate is Verdict.INCONCLUSIVE:
            verdicts.append(Verdict.POWERLESS)
    return worst(verdicts)


def transitive(verdicts: Mapping[str, Verdict], uses: Mapping[str, Sequence[str]], claim: str) -> Verdict:
    """The worst verdict over a claim and all that it rests on; a claim outside this run counts as NOT_RUN."""
    seen: set[str] = set()
    pending = [claim]
    while pending:
        name = pending.pop()
        if name not in seen:
            seen.add(name)
            pending.extend(uses.get(name, ()))
    found = [verdicts.get(name, Verdict.NOT_RUN) for name in seen]
    if Verdict.NOT_RUN in found and worst(found) is Verdict.VERIFIED:
        return Verdict.NOT_RUN
    return worst(found)


def exit_code(results: Sequence[Result], *, strict: bool, interrupted: bool) -> int:
    """130 interrupted, else 4 ERROR, 1 REFUTED, 3 POWERLESS or INCONCLUSIVE, 5 nothing judged, 0.

    An experiment has no say unless it broke down; alone it ends in 0. With `strict`, a line or claim that was NOT_RUN
    turns 0 into 3.
    """
    if interrupted:
        return INTERRUPTED
    judged = [result.verdict for result in results if result.verdict is not Verdict.NOT_RUN]
    if not judged:
        return NOTHING_JUDGED
    code = EXIT.get(worst(judged), 0)
    skipped = any(
        item.verdict is Verdict.NOT_RUN
        for result in results
        for item in [*result.evidence, *(e for control in result.controls for e in control.evidence)]
    )
    return 3 if strict and code == 0 and (skipped or len(judged) < len(results)) else code
