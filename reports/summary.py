"""The only file that says in words what a run and a claim came to."""

from __future__ import annotations

from collections.abc import Sequence

from reports.words import SETTLED, plural, rival, rival_word, whole, word
from verify.judgement import claim_verdict, worst
from verify.model import Evidence, Experiment, Result, Verdict
from verify.pipeline import Outcome

__all__ = ["claims_of", "experiments_of", "explained", "fallen", "felled", "headline", "reasons", "verdict_of_run"]

HEADLINES = {
    Verdict.ERROR: "The verification is broken for {these}",
    Verdict.REFUTED: "{these} {are} refuted",
    Verdict.POWERLESS: "The checks of {these} are too weak to be believed",
    Verdict.INCONCLUSIVE: "{these} {are} undecided",
    Verdict.VERIFIED: "{these} {are} verified",
    Verdict.NOT_RUN: "Nothing was judged",
}


def claims_of(results: Sequence[Result]) -> list[Result]:
    """Those that have a verdict."""
    return [result for result in results if not isinstance(result.claim, Experiment)]


def experiments_of(results: Sequence[Result]) -> list[Result]:
    """Those that are only shown."""
    return [result for result in results if isinstance(result.claim, Experiment)]


def verdict_of_run(results: Sequence[Result]) -> Verdict:
    """The worst verdict over the claims of the run, and over its experiments where one broke down."""
    return worst(result.verdict for result in results)


def headline(outcome: Outcome) -> str:
    """`All 3 claims are verified`, `1 of 3 claims is refuted`; `Partial: …` for a run that was interrupted."""
    claims = claims_of(outcome.results)
    verdict = verdict_of_run(claims)
    broken = [result for result in experiments_of(outcome.results) if result.verdict is Verdict.ERROR]
    if broken and verdict is not Verdict.ERROR:
        text = f"The experiment {broken[0].claim.title!r} broke down"
    elif outcome.results and not claims:
        text = f"{plural(len(outcome.results), 'experiment')}, nothing judged"
    else:
        same = sum(result.verdict is verdict for result in claims)
        text = HEADLINES[verdict].format(these=_these(same, len(claims)), are="is" if same == 1 else "are")
    if outcome.interrupted:
        return f"Partial: the run was interrupted. So far: {text[0].lower()}{text[1:]}"
    return text[0].upper() + text[1:]


def _these(same: int, total: int) -> str:
    if same == total:
        return "the one claim" if total == 1 else f"all {total} claims"
    return f"{same} of {total} claims"


def felled(result: Result) -> int:
    """The number of rivals that were refuted, as they must be."""
    return sum(control.verdict is Verdict.REFUTED for control in result.controls)


def fallen(results: Sequence[Result]) -> str:
    """`3 of 5 rivals fell, 1 was not run`; empty where there are none."""
    verdicts = [control.verdict for result in results for control in result.controls]
    missing = verdicts.count(Verdict.NOT_RUN)
    idle = f", {whole(missing)} {'was' if missing == 1 else 'were'} not run" if missing else ""
    fell = f"{whole(sum(map(felled, results)))} of {plural(len(verdicts), 'rival')} fell"
    return fell + idle if verdicts else ""


def explained(result: Result) -> bool:
    """Whether lines and rivals alone give the verdict; a derivation that fails or an interruption gives another."""
    return result.verdict is claim_verdict(result.evidence, result.controls)


def reasons(result: Result, limit: int = 6) -> list[str]:
    """Why a claim is not VERIFIED, one sentence each; the rest is counted."""
    if result.verdict in SETTLED:
        return []
    found = [
        f"{_name(item)}: {word(item.verdict)}. {item.detail}".strip()
        for item in result.evidence
        if item.verdict not in (*SETTLED, Verdict.NOT_RUN)
    ]
    found += [
        f"rival {control.name!r}, aimed at {control.check}: {rival_word(control.verdict)}"
        for control in result.controls
        if rival(control.verdict) in (Verdict.ERROR, Verdict.POWERLESS)
    ]
    if not explained(result) or not found:
        found += result.not_shown
    more = len(found) - limit
    return found[:limit] + ([f"and {plural(more, 'more reason')} in the claim's own section"] if more > 0 else [])


def _name(item: Evidence) -> str:
    """`small widths, Θ_11 (n=8, T=5)`; an exact line is called like its check and is named once."""
    label = f"{item.check}, {item.line.label}" if item.line.label != item.check else item.check
    return f"{label} ({item.setting})" if item.setting else label
