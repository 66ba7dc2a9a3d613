"""The only control flow: plan → run → judge."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass

from verify import registry, tasks
from verify.judgement import claim_verdict, control_verdict, transitive
from verify.model import Claim, Config, ControlResult, Evidence, Experiment, Family, Result, Verdict
from verify.order import State
from verify.scheduler import Progress, Request, Scheduler, Silent, check_budget
from verify.store import Store
from verify.unjudged import describe, without_outcome

__all__ = ["Outcome", "make_plan", "requests_of", "run"]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a run yields."""

    results: tuple[Result, ...]
    interrupted: bool
    seconds: float


def requests_of(claim: Claim, only: str | None = None) -> list[Request]:
    """Its checks, then its controls; with `only`, one check and the controls that must fall by it."""
    checks = [claim.check(only)] if only else list(claim.checks)
    names = [check.name for check in checks]
    controls = [control for control in claim.controls if control.check in names]
    return [Request(claim.id, name) for name in names] + [Request(claim.id, c.check, c.name) for c in controls]


def make_plan(claims: Mapping[str, str], config: Config, executor: Executor) -> list[Family]:
    """All families of a run, nothing sampled but the pilots of Rate; raises what a claim raises."""
    futures = [
        executor.submit(tasks.plan, reference, request.check, request.control, config)
        for reference in claims.values()
        for request in requests_of(registry.load(reference))
    ]
    families = [family for future in futures for family in future.result()]
    check_budget(sum(line.alpha > 0 for family in families for line in family.lines))
    return families


def run(
    claims: Mapping[str, str],
    config: Config,
    executor: Executor,
    store: Store,
    *,
    only: Mapping[str, str] | None = None,
    progress: Progress | None = None,
    stopped: Callable[[], bool] = lambda: False,
) -> Outcome:
    """Plan, observe and judge claims (id → reference); `only` names one check of a claim (id → check)."""
    began = time.monotonic()
    loaded = [registry.load(reference) for reference in claims.values()]
    requests = [request for claim in loaded for request in requests_of(claim, (only or {}).get(claim.id))]
    scheduler = Scheduler(claims, config, executor, store=store, progress=progress or Silent())
    interrupted = scheduler.run(requests, stopped)
    results = [_result(claim, scheduler, interrupted) for claim in loaded]
    verdicts = {result.claim.id: result.verdict for result in results}
    uses = {claim.id: claim.uses for claim in loaded}
    final = tuple(result.on_top_of(transitive(verdicts, uses, result.claim.id)) for result in results)
    return Outcome(results=final, interrupted=interrupted, seconds=time.monotonic() - began)


def _result(claim: Claim, scheduler: Scheduler, interrupted: bool) -> Result:
    mine = {request: found for request, found in scheduler.states.items() if request.claim == claim.id}
    evidence = [item for request, found in mine.items() if request.control is None for item in _outcomes(found)]
    controls = [
        ControlResult(
            name=control.name,
            why=control.why,
            check=control.check,
            verdict=control_verdict(_outcomes(found)),
            evidence=tuple(_outcomes(found)),
        )
        for control in claim.controls
        for request, found in mine.items()
        if request.control == control.name
    ]
    told, problem = _told(scheduler.stories.get(claim.id), interrupted)
    verdict = claim_verdict(evidence, controls)
    if interrupted and verdict in (Verdict.VERIFIED, Verdict.MEASURED) and _incomplete(mine):
        verdict = Verdict.NOT_RUN
    if problem and not interrupted:
        verdict = Verdict.ERROR
    return Result(
        claim=claim,
        verdict=verdict,
        transitive=verdict,
        evidence=tuple(evidence),
        controls=tuple(controls),
        steps=told.steps,
        findings=told.findings,
        curves=told.curves,
        not_shown=(*claim.not_shown, *_not_shown(claim, mine), *problem),
        seconds=scheduler.seconds[claim.id],
        cpu_seconds=scheduler.cpu_seconds[claim.id],
    )


def _outcomes(states: Sequence[State]) -> list[Evidence]:
    """The evidence of families in order; a line that an interruption left open is NOT_RUN."""
    return [
        state.evidence.get(line.label)
        or without_outcome(state.family, line, Verdict.NOT_RUN, state.family.skip or "interrupted")
        for state in states
        for line in state.family.lines
    ]


def _incomplete(states: Mapping[Request, list[State]]) -> bool:
    return any(not found or not all(state.finished for state in found) for found in states.values())


def _told(story: Future[tasks.Measured[tasks.Story]] | None, interrupted: bool) -> tuple[tasks.Story, list[str]]:
    nothing = tasks.Story(steps=(), findings=(), curves=())
    if story is None or (interrupted and (story.cancel() or not story.done())):
        return nothing, ["the derivation (interrupted)"]
    error = story.exception()
    return (nothing, [f"the derivation failed: {describe(error)}"]) if error else (story.result().value, [])


def _not_shown(claim: Claim, states: Mapping[Request, list[State]]) -> list[str]:
    """What was skipped or missed, rivals included, and which checks nobody has seen fail."""
    skipped = [
        f"{_named(request)}, {item.line.label}: {item.detail}"
        for request, found in states.items()
        for item in _outcomes(found)
        if item.verdict is Verdict.NOT_RUN
    ]
    unplanned = [request for request, found in states.items() if not found]
    missing = [f"{_named(request)}: interrupted before it was planned" for request in unplanned]
    felled = {control.check for control in claim.controls}
    unseen = [
        f"nobody has seen the check {check.name!r} fail: it has no control"
        for check in claim.checks
        if check.name not in felled and not isinstance(claim, Experiment)
    ]
    return skipped + missing + unseen


def _named(request: Request) -> str:
    return request.check if request.control is None else f"{request.check} against the rival {request.control!r}"
