"""What the scheduler promises: looks in order and decisions frozen, costly work first, one failure one ERROR."""

import random
import threading
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future
from pathlib import Path
from typing import Any

import pytest

from numeric.parallel import SerialExecutor
from verify import tasks
from verify.checks import sampling
from verify.model import ClaimError, Evidence, Family, Line, Setting, Verdict
from verify.pipeline import Outcome
from verify.scheduler import Silent, check_budget
from verify.unjudged import describe, without_outcome

ClaimFile = Callable[..., Path]
Run = Callable[..., Outcome]

TWO_LINES = """
def lines(setting):
    return [
        MeanLine(label="u", null="E u = 1/2", low=0.5, high=0.5, variance=1 / 12, scale=0.5),
        MeanLine(label="far", null="E u = 3", low=3.0, high=3.0, variance=1 / 12, scale=0.5),
    ]

def sample(setting, rngs):
    values = uniform(setting, rngs)["u"]
    return {"u": values, "far": values}

CHECKS = [mean(lines=lines, sample=sample)]
"""


class Recorder:
    """A Progress that remembers what it is told, in order."""

    def __init__(self) -> None:
        self.told: list[tuple[str, Any]] = []

    def planned(self, family: Family) -> None:
        self.told.append(("planned", family.key))

    def drew(self, family: Family, draws: int) -> None:
        assert family.lines
        self.told.append(("drew", draws))

    def judged(self, evidence: Evidence) -> None:
        self.told.append(("judged", (evidence.line.label, evidence.look)))

    def finished(self, family: Family) -> None:
        self.told.append(("finished", family.key))

    def of(self, what: str) -> list[Any]:
        return [value for kind, value in self.told if kind == what]


def shown(outcome: Outcome) -> list[object]:
    """All of an outcome that must be reproducible."""
    return [
        (r.claim.id, r.verdict, r.transitive, r.evidence, r.controls, r.steps, r.findings, r.curves, r.not_shown)
        for r in outcome.results
    ]


# --- looks ---


def test_a_line_that_is_decided_stays_so_while_others_are_drawn_for(claim_file: ClaimFile, run: Run) -> None:
    progress = Recorder()
    (result,) = run(claim_file("c", TWO_LINES), progress=progress).results
    still, far = result.evidence
    assert (still.verdict, still.look) == (Verdict.VERIFIED, 3)
    assert (far.verdict, far.look) == (Verdict.REFUTED, 1)
    assert far.draws * 16 == still.draws
    assert progress.of("judged") == [("far", 1), ("u", 3)]
    assert progress.of("finished") == progress.of("planned") == [("c", "mean", "", "n=1")]
    assert sum(progress.of("drew")) == still.draws
    before = progress.told[: progress.told.index(("judged", ("far", 1)))]
    assert sum(draws for what, draws in before if what == "drew") == far.draws


def test_the_decision_at_an_early_look_is_that_of_a_run_without_later_ones(claim_file: ClaimFile, run: Run) -> None:
    alone = TWO_LINES.replace('MeanLine(label="u", null="E u = 1/2", low=0.5', 'MeanLine(label="u", null="", low=3.0')
    (both,) = run(claim_file("c", TWO_LINES, folder="both")).results
    (early,) = run(claim_file("c", alone, folder="alone")).results
    assert early.evidence[1] == both.evidence[1]


@pytest.mark.parametrize("batch", [1, 5])
def test_the_result_does_not_depend_on_the_batch(
    batch: int, claim_file: ClaimFile, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = TWO_LINES.replace("sample=sample)", "sample=sample, microseconds=100.0)")
    path = claim_file("c", body)
    usual = run(path)
    monkeypatch.setattr(sampling, "BATCH", batch)
    assert shown(run(path)) == shown(usual)


@pytest.mark.parametrize("microseconds", [1e5, 300.0, 1e-3])
def test_the_result_does_not_depend_on_the_size_of_a_task(microseconds: float, claim_file: ClaimFile, run: Run) -> None:
    usual = run(claim_file("c", TWO_LINES, folder="usual"))
    progress = Recorder()
    body = TWO_LINES.replace("sample=sample)", f"sample=sample, microseconds={microseconds})")
    other = run(claim_file("c", body, folder="other"), progress=progress)
    assert shown(other) == shown(usual)
    assert (len(progress.of("drew")) == 3) == (microseconds < 1.0)  # a task for each look where draws are cheap


class Shuffled(Executor):
    """Runs tasks in a thread, in an order drawn by lot among those that wait, and ends them all."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._waiting: list[tuple[Future[Any], Callable[..., Any], tuple[Any, ...]]] = []
        self._changed = threading.Condition()
        self._done = False
        self.order: list[tuple[int, int]] = []
        self._thread = threading.Thread(target=self._work)
        self._thread.start()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:  # noqa: ANN401
        assert not kwargs
        future: Future[Any] = Future()
        with self._changed:
            self._waiting.append((future, fn, args))
            self._changed.notify()
        return future

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: len(self._waiting) > 3 or self._done, timeout=0.01)
                if self._done and not self._waiting:
                    return
                if not self._waiting:
                    continue
                future, fn, args = self._waiting.pop(self._random.randrange(len(self._waiting)))
            if args[0] is tasks.observe:
                self.order.append(args[4])
            try:
                future.set_result(fn(*args))
            except Exception as error:
                future.set_exception(error)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        assert wait
        assert not cancel_futures
        with self._changed:
            self._done = True
            self._changed.notify()
        self._thread.join()


@pytest.mark.parametrize("seed", [1, 2])
def test_the_result_does_not_depend_on_the_order_in_which_tasks_end(seed: int, claim_file: ClaimFile, run: Run) -> None:
    path = claim_file("c", TWO_LINES)
    usual = run(path)
    with Shuffled(seed) as executor:
        assert shown(run(path, executor=executor, jobs=4)) == shown(usual)
    assert executor.order != sorted(executor.order)


# --- order ---


def logged(log: Path, *costs: tuple[str, float]) -> str:
    """Checks that note each of their blocks; their costs are in microseconds a draw."""
    return f"""
def logged(name, setting, rngs):
    with Path({str(log)!r}).open("a") as file:
        file.write(name + "\\n")
    return uniform(setting, rngs)

CHECKS = [mean(name, sample=partial(logged, name), microseconds=cost) for name, cost in {costs!r}]
"""


def test_the_cheapest_claim_is_started_first_and_within_it_what_costs_most(
    claim_file: ClaimFile, run: Run, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    costly = claim_file("costly", logged(log, ("costly", 8e3)))
    cheap = claim_file("cheap", logged(log, ("small", 1e-3), ("middle", 1e3), ("large", 2e3)))
    run(costly, cheap)
    started = log.read_text().split()
    assert list(dict.fromkeys(started)) == ["large", "middle", "small", "costly"]
    assert started.count("costly") > 20
    # of the large one no more is left, or no more of its look, than of the middle one when that is begun
    assert started.index("middle") >= started.count("large") // 16


def test_plans_come_first_and_derivations_with_their_claim(claim_file: ClaimFile, run: Run, tmp_path: Path) -> None:
    """A derivation may take seconds; it must not keep everybody from being planned or judged."""
    asked: list[str] = []

    class Listening(SerialExecutor):
        def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:  # noqa: ANN401
            asked.append(f"{args[0].__name__} {Path(args[1]).stem}")
            return super().submit(fn, *args, **kwargs)

    log = tmp_path / "log"
    run(
        claim_file("costly", logged(log, ("costly", 1e4))),
        claim_file("cheap", logged(log, ("a", 1e-3), ("b", 1e-3))),
        executor=Listening(),
    )
    assert sorted(asked[:3]) == ["plan cheap", "plan cheap", "plan costly"]
    assert asked.index("tell cheap") < asked.index("observe costly") < asked.index("tell costly")


class Recording(SerialExecutor):
    """Remembers the blocks of every task, and holds the tasks back until they are released, if so asked."""

    def __init__(self, *, hold: bool = False) -> None:
        self.blocks: list[tuple[int, int]] = []
        self.held: list[Future[Any]] = []
        self._hold = hold

    def release(self) -> None:
        for future in self.held:
            if not future.done():
                future.set_exception(InterruptedError("released"))

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:  # noqa: ANN401
        if args[0] is not tasks.observe:
            return super().submit(fn, *args, **kwargs)
        self.blocks.append(args[4])
        if not self._hold:
            return super().submit(fn, *args, **kwargs)
        self.held.append(Future())
        return self.held[-1]


def test_blocks_are_drawn_in_order_and_each_of_them_once(claim_file: ClaimFile, run: Run) -> None:
    executor = Recording()
    (result,) = run(claim_file("c", TWO_LINES), executor=executor).results
    assert executor.blocks == [(start, start + 1) for start in range(result.evidence[0].draws // 64)]


@pytest.mark.parametrize("jobs", [1, 3])
def test_one_task_waits_beside_those_that_can_run(jobs: int, claim_file: ClaimFile, run: Run) -> None:
    executor = Recording(hold=True)
    asked = 0

    def stopped() -> bool:
        nonlocal asked
        asked += 1
        if asked > 20:
            executor.release()
        return asked > 20

    run(claim_file("c", TWO_LINES), executor=executor, jobs=jobs, stopped=stopped)
    assert len(executor.blocks) == jobs + 1


# --- failures ---


class Broken(SerialExecutor):
    """Accepts plans and derivations; a worker is gone when the first blocks are handed over."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:  # noqa: ANN401
        if args[0] is tasks.observe:
            raise BrokenExecutor("a worker was killed")
        return super().submit(fn, *args, **kwargs)


def test_a_pool_that_breaks_ends_every_open_line_in_error_and_the_run_in_a_report(
    claim_file: ClaimFile, run: Run
) -> None:
    (result,) = run(claim_file("c", TWO_LINES), executor=Broken()).results
    assert [item.verdict for item in result.evidence] == [Verdict.ERROR] * 2
    assert {item.detail for item in result.evidence} == {"BrokenExecutor: a worker was killed"}


class BreaksLater(SerialExecutor):
    """Its workers are lost after some tasks: what it is given then fails, and it takes nothing more."""

    def __init__(self, tasks: int) -> None:
        self.left = tasks

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:  # noqa: ANN401
        self.left -= 1
        if self.left >= 0:
            return super().submit(fn, *args, **kwargs)
        if self.left < -2:
            raise BrokenExecutor("it takes nothing more")
        future: Future[Any] = Future()
        future.set_exception(BrokenExecutor("the cluster was lost"))
        return future


@pytest.mark.parametrize("tasks", range(7))
def test_whenever_an_executor_breaks_the_run_ends_in_a_report(tasks: int, claim_file: ClaimFile, run: Run) -> None:
    """Plans, a derivation, blocks: whatever is lost is an ERROR; what was judged before keeps its verdict."""
    body = TWO_LINES + "CHECKS.append(proof(Verdict.VERIFIED))"
    progress = Recorder()
    outcome = run(claim_file("c", body), executor=BreaksLater(tasks), progress=progress)
    (result,) = outcome.results
    assert (outcome.interrupted, result.verdict) == (False, Verdict.ERROR)
    said = [*(item.detail for item in result.evidence if item.verdict is Verdict.ERROR), *result.not_shown]
    assert any("BrokenExecutor: " in text for text in said)
    assert len(progress.of("finished")) == len(progress.of("planned"))


def test_after_a_failure_no_further_block_of_the_family_is_drawn(
    claim_file: ClaimFile, run: Run, tmp_path: Path
) -> None:
    calls = tmp_path / "calls"
    body = f"""
def sample(setting, rngs):
    count({str(calls)!r})
    raise ArithmeticError("a fault")

CHECKS = [mean(sample=sample)]
"""
    progress = Recorder()
    (result,) = run(claim_file("c", body), progress=progress).results
    assert result.verdict is Verdict.ERROR
    assert result.evidence[0].detail == "ArithmeticError: a fault"
    assert len(calls.read_text().split()) <= 2  # one under way beside the one that failed
    assert progress.of("judged") == [("u", 0)]
    assert len(progress.of("finished")) == 1


def test_blocks_that_arrive_after_a_failure_change_nothing(claim_file: ClaimFile, run: Run) -> None:
    """Two blocks are under way; the first fails, the second arrives in good order."""
    body = """
failures = [ArithmeticError("the first")]

def sample(setting, rngs):
    if failures:
        raise failures.pop()
    return uniform(setting, rngs)

CHECKS = [mean(sample=sample)]
"""
    progress = Recorder()
    (result,) = run(claim_file("c", body), progress=progress).results
    (found,) = result.evidence
    assert (found.verdict, found.detail, found.draws) == (Verdict.ERROR, "ArithmeticError: the first", 0)
    assert progress.of("judged") == [("u", 0)]
    assert progress.of("drew") == []


class Idle(Executor):
    """Accepts everything and does nothing."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:  # noqa: ANN401, ARG002
        return Future()


def test_a_run_that_is_stopped_while_it_plans_says_that_nothing_was_planned(claim_file: ClaimFile, run: Run) -> None:
    stops = iter([False] * 4)
    outcome = run(claim_file("c", TWO_LINES), executor=Idle(), stopped=lambda: next(stops, True))
    (result,) = outcome.results
    assert (outcome.interrupted, result.verdict, result.evidence) == (True, Verdict.NOT_RUN, ())
    assert "mean: interrupted before it was planned" in result.not_shown
    assert "the derivation (interrupted)" in result.not_shown


class Queue(SerialExecutor):
    """One worker, busy with a derivation that never ends: whatever is handed over after it waits."""

    def __init__(self) -> None:
        self.busy = False
        self.waiting: list[Future[Any]] = []

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:  # noqa: ANN401
        self.busy = self.busy or args[0] is tasks.tell
        if not self.busy:
            return super().submit(fn, *args, **kwargs)
        self.waiting.append(Future())
        if args[0] is tasks.tell:
            self.waiting[-1].set_running_or_notify_cancel()
        return self.waiting[-1]


def test_a_stop_does_not_wait_for_what_queues_behind_a_derivation(claim_file: ClaimFile, run: Run) -> None:
    executor = Queue()
    asked = 0

    def stopped() -> bool:
        nonlocal asked
        asked += 1
        assert asked < 50, "it waits for what no worker will begin"
        return len(executor.waiting) > 1

    cheaper_than_its_derivation = claim_file("c", "CHECKS = [mean(microseconds=1.0)]")
    outcome = run(cheaper_than_its_derivation, executor=executor, jobs=1, stopped=stopped)
    assert (outcome.interrupted, outcome.results[0].verdict) == (True, Verdict.NOT_RUN)
    assert [future.cancelled() for future in executor.waiting] == [False, True]


def test_a_line_decided_before_a_failure_keeps_its_verdict(claim_file: ClaimFile, run: Run) -> None:
    body = TWO_LINES.replace(
        "    values = uniform(setting, rngs)",
        "    drawn.extend(rngs)\n    if len(drawn) > 100:\n        raise ArithmeticError('late')\n"
        "    values = uniform(setting, rngs)",
    )
    (result,) = run(claim_file("c", "drawn = []\n" + body)).results
    assert [item.verdict for item in result.evidence] == [Verdict.ERROR, Verdict.REFUTED]
    assert result.verdict is Verdict.ERROR


# --- small parts ---


def test_the_budget_has_room_for_4096_lines() -> None:
    check_budget(4096)
    with pytest.raises(ClaimError, match="more than 4096 statistical lines; select fewer claims with --only"):
        check_budget(4097)


def test_an_error_is_described_on_one_line() -> None:
    assert describe(ValueError("first\n   second")) == "ValueError: first second"


@pytest.mark.parametrize("verdict", [Verdict.ERROR, Verdict.NOT_RUN])
def test_a_line_that_was_never_judged_has_no_draws(verdict: Verdict) -> None:
    family = Family(
        claim="c", check="k", control="r", kind="Mean", setting=Setting(n=2), lines=(Line(label="x", null="n"),)
    )
    found = without_outcome(family, family.lines[0], verdict, "why")
    assert (found.verdict, found.draws, found.look, found.detail) == (verdict, 0, 0, "why")
    assert (found.check, found.control, found.setting) == ("k", "r", "n=2")


def test_silence_is_a_progress(claim_file: ClaimFile, run: Run) -> None:
    assert run(claim_file("c", "CHECKS = [proof(Verdict.VERIFIED)]"), progress=Silent()).results
