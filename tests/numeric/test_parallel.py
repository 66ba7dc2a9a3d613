"""Where tasks run: results and errors as of any executor, one BLAS thread, and workers that leave nothing behind."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, Executor, ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from numeric import parallel

ROOT = Path(__file__).resolve().parents[2]


# --- in this process ---


def test_a_task_runs_at_once_in_this_process() -> None:
    executor = parallel.SerialExecutor()
    future = executor.submit(os.getpid)
    assert future.done()
    assert future.result() == os.getpid()
    assert executor.submit(max, 3, 5, key=lambda x: -x).result() == 3


@pytest.mark.parametrize("error", [ValueError("wrong"), SystemExit(3)])
def test_an_error_belongs_to_the_future(error: BaseException) -> None:
    def fail() -> None:
        raise error

    future = parallel.SerialExecutor().submit(fail)
    assert future.exception() is error


def test_ctrl_c_is_not_an_error_of_the_task() -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        parallel.SerialExecutor().submit(interrupted)


def test_a_task_has_one_blas_thread_and_its_caller_keeps_two() -> None:
    np.linalg.norm(np.ones(3))  # loads the library that is limited

    def threads() -> set[int]:
        return {library["num_threads"] for library in threadpool_info()}

    with threadpool_limits(2):
        assert parallel.SerialExecutor().submit(threads).result() == {1}
        assert threads() == {2}


def test_one_job_is_run_here() -> None:
    with parallel.executor(1) as executor:
        assert isinstance(executor, parallel.SerialExecutor)


# --- cores ---


def test_the_cores_are_those_that_this_process_may_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {3, 5, 7}, raising=False)
    assert parallel.usable_cores() == 3


@pytest.mark.parametrize(("counted", "expected"), [(6, 6), (None, 1)])
def test_without_affinity_all_cores_count(counted: int | None, expected: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: counted)
    assert parallel.usable_cores() == expected


# --- in other processes; tasks are functions of the standard library, which a worker finds by name ---


@pytest.fixture
def pool() -> Iterator[Executor]:
    with parallel.executor(2) as executor:
        yield executor


def test_workers_are_other_processes(pool: Executor) -> None:
    assert pool.submit(os.getpid).result(30) != os.getpid()


def test_workers_have_one_blas_thread_and_this_process_keeps_its_own(
    pool: Executor, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert [pool.submit(os.getenv, name).result(30) for name in parallel.THREAD_VARIABLES] == ["1"] * 3
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    monkeypatch.delenv("MKL_NUM_THREADS", raising=False)
    with parallel.executor(2):
        assert os.environ["OMP_NUM_THREADS"] == os.environ["MKL_NUM_THREADS"] == "1"
    assert os.environ["OMP_NUM_THREADS"] == "7"
    assert "MKL_NUM_THREADS" not in os.environ


def test_an_error_of_a_worker_belongs_to_the_future(pool: Executor) -> None:
    assert isinstance(pool.submit(int, "x").exception(30), ValueError)
    assert isinstance(pool.submit(sys.exit, 3).exception(30), SystemExit)


def test_workers_leave_the_group_that_ctrl_c_reaches_and_ignore_it(pool: Executor) -> None:
    assert pool.submit(os.getpgrp).result(30) != os.getpgrp()
    assert pool.submit(signal.getsignal, signal.SIGINT).result(30) is signal.SIG_IGN
    assert pool.submit(signal.getsignal, signal.SIGTERM).result(30) is signal.SIG_DFL
    assert pool.submit(signal.pthread_sigmask, signal.SIG_BLOCK, ()).result(30) == set()


def test_submitting_leaves_the_signals_of_the_caller_as_they_were(pool: Executor) -> None:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    pool.submit(os.getpid).result(30)
    assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == before


def test_workers_are_started_with_the_signals_of_the_caller_blocked(monkeypatch: pytest.MonkeyPatch) -> None:
    blocked: list[set[int]] = []

    def submit(*_: object) -> None:
        blocked.append(signal.pthread_sigmask(signal.SIG_BLOCK, ()))

    with parallel.executor(2) as executor:
        monkeypatch.setattr(ProcessPoolExecutor, "submit", submit)
        executor.submit(os.getpid)
    assert set(parallel.CALLERS_SIGNALS) <= blocked[0]
    assert not set(parallel.CALLERS_SIGNALS) & signal.pthread_sigmask(signal.SIG_BLOCK, ())


def test_leaving_the_block_waits_for_what_runs_and_drops_what_waits() -> None:
    with parallel.executor(2) as executor:
        tasks = [executor.submit(time.sleep, 0.2) for _ in range(40)]
    assert all(task.done() for task in tasks)
    assert any(task.cancelled() for task in tasks)


def test_killed_workers_break_the_pool_at_once() -> None:
    with parallel.executor(2) as executor:
        executor.submit(os.getpid).result(30)
        task = executor.submit(time.sleep, 60)
        parallel.kill_workers()
        assert isinstance(task.exception(30), BrokenExecutor)


def test_an_abandoned_pool_drops_what_waits_and_ends_what_runs() -> None:
    with parallel.executor(2) as executor:
        executor.submit(os.getpid).result(30)
        tasks = [executor.submit(time.sleep, 60) for _ in range(20)]
        began = time.monotonic()
        parallel.abandon(executor)
        while not all(task.done() for task in tasks) and time.monotonic() - began < 30:
            time.sleep(0.01)
    assert time.monotonic() - began < 30
    assert all(task.cancelled() or isinstance(task.exception(), BrokenExecutor) for task in tasks)
    assert any(task.cancelled() for task in tasks)


def gone(pid: int) -> bool:
    """Whether no such process runs any more; one that has ended but is not yet waited for counts as gone."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    return True


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks processes up in /proc")
def test_workers_do_not_outlive_a_caller_that_is_killed() -> None:
    code = (
        "import os, time\n"
        "from numeric import parallel\n"
        "if __name__ == '__main__':\n"
        "    with parallel.executor(2) as executor:\n"
        "        print(executor.submit(os.getpid).result(), flush=True)\n"
        "        executor.submit(time.sleep, 60)\n"
        "        os.kill(os.getpid(), 9)\n"
    )
    caller = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    assert caller.returncode == -signal.SIGKILL
    worker, deadline = int(caller.stdout), time.monotonic() + 20
    while not gone(worker) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert gone(worker)
