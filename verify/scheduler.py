"""Keeps an executor busy: plans first, then the costliest work first; looks are taken at chunk boundaries only."""

from __future__ import annotations

import heapq
import itertools
import logging
import time
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from verify import registry, tasks
from verify.model import Check, Claim, ClaimError, Config, Evidence, Family, Line, Setting, Verdict
from verify.store import Store, StoreError

__all__ = ["Progress", "Request", "Scheduler", "Silent", "State"]


class Progress(Protocol):
    """Whoever wants to know how far a run is."""

    def planned(self, family: Family) -> None: ...

    def drew(self, family: Family, draws: int) -> None: ...

    def judged(self, evidence: Evidence) -> None: ...

    def finished(self, family: Family) -> None: ...


class Silent:
    """A Progress that says nothing."""

    def planned(self, family: Family) -> None: ...

    def drew(self, family: Family, draws: int) -> None: ...

    def judged(self, evidence: Evidence) -> None: ...

    def finished(self, family: Family) -> None: ...


@dataclass(frozen=True)
class Request:
    """A check or a control of a claim, to be planned."""

    claim: str
    check: str
    control: str | None = None


@dataclass
class State:
    """A family under way: chunks in, looks taken, lines still open."""

    family: Family
    check: Check
    look: int = 1  # the look that is being collected
    waiting: int = 0  # chunks of this look that are not yet merged
    sums: dict[str, Any] = field(default_factory=dict)
    evidence: dict[str, Evidence] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def finished(self) -> bool:
        return len(self.evidence) == len(self.family.lines)


class Scheduler:
    """Runs requests to their verdicts. `states` holds what became of each, in the order of the requests."""

    def __init__(
        self, claims: Mapping[str, str], config: Config, executor: Executor, *, store: Store, progress: Progress
    ) -> None:
        self.claims, self.config, self.executor = claims, config, executor
        self.store, self.progress = store, progress
        self.states: dict[Request, list[State]] = {}
        self._lines = 0
        self._order = itertools.count()
        self._ready: list[tuple[float, int, State, tuple[int, int]]] = []
        self._planning: dict[Future[tuple[Family, ...]], Request] = {}
        self._running: dict[Future[dict[str, Any]], tuple[State, tuple[int, int], float]] = {}

    def run(self, requests: list[Request], stopped: Callable[[], bool]) -> bool:
        """Work until everything is judged; True if stopped before, after the blocks at hand."""
        self.states = {request: [] for request in requests}
        for request in requests:
            if stopped():
                return True
            reference = self.claims[request.claim]
            future = self.executor.submit(tasks.plan, reference, request.check, request.control, self.config)
            self._planning[future] = request
        while self._planning or self._ready or self._running:
            if stopped():
                for plan in self._planning:
                    plan.cancel()
                self._planning.clear()
                if not self._running:
                    return True
            while self._ready and len(self._running) <= self.config.jobs and not stopped():
                self._start()
            self._wait()
        return False

    def _wait(self) -> None:
        waiting: list[Future[Any]] = [*self._planning, *self._running]
        done, _ = wait(waiting, timeout=0.2, return_when=FIRST_COMPLETED)
        for future in (one for one in waiting if one in done):  # in the order in which they were asked for
            if future in self._planning:
                self._planned(future)
            else:
                self._finish(future)

    def _planned(self, future: Future[tuple[Family, ...]]) -> None:
        request = self._planning.pop(future)
        claim = registry.load(self.claims[request.claim])
        error = future.exception()
        if error is not None:
            family = _unplannable(claim, request)
            state = State(family=family, check=claim.check(request.check))
            self.states[request].append(state)
            self.progress.planned(family)
            self._fail(state, error)
            return
        families = future.result()
        self._lines += sum(line.alpha > 0 for family in families for line in family.lines)
        check_budget(self._lines)
        check = tasks.check_of(claim, request.check, request.control)
        states = self.states[request] = [State(family=family, check=check) for family in families]
        for family in families:
            self.progress.planned(family)
        for state in states:
            if state.family.skip:
                self._close(state, Verdict.NOT_RUN, state.family.skip)
            else:
                self._collect(state)

    def _collect(self, state: State) -> None:
        """Queue the chunks that the next look needs."""
        family = state.family
        first, last = family.blocks(state.look - 1), family.blocks(state.look)
        starts = range(first, last, family.chunk)
        for start in starts:
            remaining = family.cost * (1.0 - start / family.blocks(len(family.looks)))
            blocks = (start, min(start + family.chunk, last))
            heapq.heappush(self._ready, (-remaining, next(self._order), state, blocks))
        state.waiting = len(starts)

    def _start(self) -> None:
        _, _, state, blocks = heapq.heappop(self._ready)
        found = self.store.get(self.config.seed, *state.family.key, *blocks)
        if found is not None:
            self._merge(state, blocks, found)
            return
        task = (self.claims[state.family.claim], state.family, self.config.seed, blocks, self.config.watchdog)
        try:
            future = self.executor.submit(tasks.observe, *task)
        except BrokenExecutor as error:  # a worker was killed: what is left ends in ERROR, and the run in a report
            self._fail(state, error)
            return
        self._running[future] = (state, blocks, time.monotonic())

    def _finish(self, future: Future[dict[str, Any]]) -> None:
        state, blocks, started = self._running.pop(future)
        state.seconds += time.monotonic() - started
        error = future.exception()
        if error is not None:
            self._fail(state, error)
            return
        self.store.put(future.result(), self.config.seed, *state.family.key, *blocks)
        self._merge(state, blocks, future.result())

    def _merge(self, state: State, blocks: tuple[int, int], sums: dict[str, Any]) -> None:
        if state.finished:
            return
        state.waiting -= 1
        state.sums = {label: _add(state.sums.get(label), value) for label, value in sums.items()}
        self.progress.drew(state.family, state.family.draws_in(*blocks))
        if state.waiting == 0:
            try:
                self._look(state)
            except StoreError:
                raise
            except Exception as error:  # a judge that raises is an ERROR of its lines, not of the run
                self._fail(state, error)

    def _look(self, state: State) -> None:
        for line in state.family.lines:
            if line.label not in state.evidence:
                found = state.check.judge(state.family, line, state.sums[line.label], state.look)
                if found is not None:
                    state.evidence[line.label] = found
                    self.progress.judged(found)
        if state.finished:
            self.progress.finished(state.family)
        else:
            state.look += 1
            self._collect(state)

    def _fail(self, state: State, error: BaseException) -> None:
        """The open lines of this family end in ERROR. Where it happened is logged for whoever mends the claim."""
        logging.getLogger(__name__).debug("%s", " / ".join(state.family.key), exc_info=error)
        self._close(state, Verdict.ERROR, describe(error))

    def _close(self, state: State, verdict: Verdict, detail: str) -> None:
        """The open lines of this family end in `verdict`; its other chunks are not started."""
        if state.finished:
            return
        for line in state.family.lines:
            if line.label not in state.evidence:
                found = without_outcome(state.family, line, verdict, detail)
                state.evidence[line.label] = found
                self.progress.judged(found)
        self._ready = [item for item in self._ready if item[2] is not state]
        heapq.heapify(self._ready)
        self.progress.finished(state.family)


def _add(total: Any, value: Any) -> Any:  # noqa: ANN401 — integers of a sampling check, or the rows of an exact one
    if total is None:
        return value
    return np.asarray(total, dtype=np.int64) + np.asarray(value, dtype=np.int64)


def check_budget(lines: int) -> None:
    """ClaimError if there are more statistical lines than the error budget has."""
    from verify.statistics.budget import MAX_LINES

    if lines > MAX_LINES:
        raise ClaimError(f"the plan has more than {MAX_LINES} statistical lines; select fewer claims with --only")


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


def _unplannable(claim: Claim, request: Request) -> Family:
    check = claim.check(request.check)
    line = Line(label=check.name, null=check.title)
    return Family(
        claim=claim.id, check=check.name, control=request.control, kind=check.kind, setting=Setting(), lines=(line,)
    )
