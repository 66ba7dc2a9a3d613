"""Keeps an executor busy: plans first, then what `order` says; looks are taken at chunk boundaries only."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from numeric.deadline import deadline
from numeric.parallel import slots
from verify import registry, tasks
from verify.model import Claim, ClaimError, Config, Evidence, Family, Verdict
from verify.order import State, Telling, Work, next_of
from verify.store import Store, StoreError
from verify.tasks import Measured
from verify.unjudged import describe, unplannable, without_outcome

__all__ = ["Progress", "Request", "Scheduler", "Silent", "check_budget"]

AHEAD = 8  # one task in eight waits beside those that run, and one more: chosen, a worker is never idle for a message


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


class Scheduler:
    """Runs requests to their verdicts, and tells the derivations.

    `states` holds what became of each request, in their order; `stories` the derivations that were begun; `seconds`
    and `cpu_seconds` what the tasks of each claim took in their workers.
    """

    def __init__(
        self, claims: Mapping[str, str], config: Config, executor: Executor, *, store: Store, progress: Progress
    ) -> None:
        self.claims, self.config, self.executor = claims, config, executor
        self.store, self.progress = store, progress
        self.states: dict[Request, list[State]] = {}
        self.stories: dict[str, Future[Measured[tasks.Story]]] = {}
        self.seconds: dict[str, float] = defaultdict(float)
        self.cpu_seconds: dict[str, float] = defaultdict(float)
        self._planned_seconds: dict[str, float] = defaultdict(float)
        self._lines = 0
        self._open: list[Work] = []  # what has tasks that are not yet started
        self._planning: dict[Future[Measured[tuple[Family, ...]]], Request] = {}
        self._telling: dict[Future[Measured[tasks.Story]], str] = {}
        self._observing: dict[Future[Measured[dict[str, Any]]], tuple[State, tuple[int, int]]] = {}

    def run(self, requests: list[Request], stopped: Callable[[], bool]) -> bool:
        """Work until everything is judged and told; True if stopped before, after the blocks at hand."""
        self.states = {request: [] for request in requests}
        for request in requests:
            if stopped():
                return True
            self._plan(request)
        while self._open or self._planning or self._telling or self._observing:
            if stopped():
                self._drop()
                if not self._observing:
                    return True
            while self._open and self._has_room() and not stopped():
                self._start(next_of(self._open, self._planned_seconds, slots(self.executor, self.config.jobs)))
            self._wait()
        return False

    def _has_room(self) -> bool:
        width = slots(self.executor, self.config.jobs)
        return len(self._observing) + len(self._telling) <= width + width // AHEAD

    def _drop(self) -> None:
        """Forget what no verdict waits for, and chunks that no worker has begun: they may queue behind a derivation."""
        for plan in self._planning:
            plan.cancel()
        for story in self._telling:
            story.cancel()
        self._planning.clear()
        self._telling.clear()
        self._observing = {chunk: work for chunk, work in self._observing.items() if not chunk.cancel()}

    def _wait(self) -> None:
        waiting: list[Future[Any]] = [*self._planning, *self._telling, *self._observing]
        done, _ = wait(waiting, timeout=0.2, return_when=FIRST_COMPLETED)
        for future in (one for one in waiting if one in done):  # in the order in which they were asked for
            self._arrived(future)

    def _arrived(self, future: Future[Any]) -> None:
        if future in self._planning:
            request = self._planning.pop(future)
            self._account(request.claim, future)
            self._planned(request, future)
            if all(other.claim != request.claim for other in self._planning.values()):
                self._open.append(Telling(request.claim))  # its place depends on what the claim costs
        elif future in self._telling:
            self._account(self._telling.pop(future), future)
        elif future in self._observing:  # else it was forgotten when the executor broke
            state, blocks = self._observing.pop(future)
            self._account(state.claim, future)
            self._observed(state, blocks, future)
        error = future.exception()
        if isinstance(error, BrokenExecutor):
            self._break(error)

    def _account(self, claim: str, future: Future[Measured[Any]]) -> None:
        if future.exception() is None:
            self.seconds[claim] += future.result().seconds
            self.cpu_seconds[claim] += future.result().cpu_seconds

    def _submit(self, task: Callable[..., Any], *given: Any) -> Future[Any]:  # noqa: ANN401
        """Hand a task to the executor; one that takes nothing any more answers with its error."""
        try:
            return self.executor.submit(tasks.measured, task, *given)
        except BrokenExecutor as error:
            return _failed(error)

    def _plan(self, request: Request) -> None:
        reference = self.claims[request.claim]
        future = self._submit(tasks.plan, reference, request.check, request.control, self.config)
        self._planning[future] = request

    def _planned(self, request: Request, future: Future[Measured[tuple[Family, ...]]]) -> None:
        claim = registry.load(self.claims[request.claim])
        try:
            families = _families(future.result().value)
        except (Exception, SystemExit) as error:
            self._unplanned(claim, request, error)
            return
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
                self._planned_seconds[claim.id] += state.family.cost
                self._collect(state)

    def _unplanned(self, claim: Claim, request: Request, error: BaseException) -> None:
        state = State(family=unplannable(claim, request.check, request.control), check=claim.check(request.check))
        self.states[request].append(state)
        self.progress.planned(state.family)
        self._fail(state, error)

    def _collect(self, state: State) -> None:
        """Queue the chunks that the next look needs."""
        state.collect()
        self._open.append(state)

    def _start(self, work: Work) -> None:
        if isinstance(work, Telling):
            self._open.remove(work)
            future = self._submit(tasks.tell, self.claims[work.claim], self.config.watchdog)
            self.stories[work.claim] = future
            self._telling[future] = work.claim
            return
        blocks = work.todo.popleft()
        if not work.todo:
            self._open.remove(work)
        found = self.store.get(self.config.seed, *work.family.key, *blocks)
        if found is not None:
            self._merge(work, blocks, found)
            return
        reference, watchdog = self.claims[work.claim], self.config.watchdog
        chunk = self._submit(tasks.observe, reference, work.family, self.config.seed, blocks, watchdog)
        self._observing[chunk] = (work, blocks)

    def _observed(self, state: State, blocks: tuple[int, int], future: Future[Measured[dict[str, Any]]]) -> None:
        try:
            sums = future.result().value
            self.store.put(sums, self.config.seed, *state.family.key, *blocks)
        except StoreError:
            raise
        except (Exception, SystemExit) as error:  # of the task, or sums that cannot be written down
            self._fail(state, error)
        else:
            self._merge(state, blocks, sums)

    def _merge(self, state: State, blocks: tuple[int, int], sums: dict[str, Any]) -> None:
        if state.finished:
            return
        try:
            state.waiting -= 1
            state.sums = {label: _add(state.sums.get(label), value) for label, value in sums.items()}
            self.progress.drew(state.family, state.family.draws_in(*blocks))
            if state.waiting == 0:
                self._look(state)
        except StoreError:
            raise
        except Exception as error:  # sums or a judge that go wrong are an ERROR of their lines, not of the run
            self._fail(state, error)

    def _look(self, state: State) -> None:
        for line in state.family.lines:
            if line.label not in state.evidence:
                with deadline(self.config.watchdog):
                    found = state.check.judge(state.family, line, state.sums[line.label], state.look)
                if found is not None:
                    state.evidence[line.label] = found
                    self.progress.judged(found)
        if state.finished:
            self.progress.finished(state.family)
        else:
            state.look += 1
            self._collect(state)

    def _break(self, error: BrokenExecutor) -> None:
        """Nothing can be run any more: what is left ends in ERROR, and the run in a report."""
        for request in self._planning.values():
            self._unplanned(registry.load(self.claims[request.claim]), request, error)
        told = {claim for claim, story in self.stories.items() if story.done()}
        self.stories |= {claim: _failed(error) for claim in self.claims if claim not in told}
        self._drop()
        self._open.clear()
        self._observing.clear()
        for state in [state for states in self.states.values() for state in states]:
            self._fail(state, error)

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
        state.todo.clear()
        self._open = [work for work in self._open if work is not state]
        self.progress.finished(state.family)


def _failed(error: Exception) -> Future[Any]:
    future: Future[Any] = Future()
    future.set_exception(error)
    return future


def _families(planned: Any) -> tuple[Family, ...]:  # noqa: ANN401 — whatever a check of the user's own returns
    families = tuple(planned)
    if not all(isinstance(family, Family) for family in families):
        raise TypeError(f"the plan of a check is a tuple of Family, not {planned!r}")
    return families


def _add(total: Any, value: Any) -> Any:  # noqa: ANN401 — integers of a sampling check, or the rows of an exact one
    if total is None:
        return value
    return np.asarray(total, dtype=np.int64) + np.asarray(value, dtype=np.int64)


def check_budget(lines: int) -> None:
    """ClaimError if there are more statistical lines than the error budget has."""
    from verify.statistics.budget import MAX_LINES

    if lines > MAX_LINES:
        raise ClaimError(f"the plan has more than {MAX_LINES} statistical lines; select fewer claims with --only")
