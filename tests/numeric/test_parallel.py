"""Where tasks run: results and errors as of any executor, one BLAS thread, and workers that leave nothing behind."""

import os
import time
from concurrent.futures import BrokenExecutor, ThreadPoolExecutor

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from numeric import parallel
from numeric.deadline import WatchdogError

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


# --- cores ---


def test_the_cores_are_those_that_this_process_may_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {3, 5, 7}, raising=False)
    assert parallel.usable_cores() == 3


@pytest.mark.parametrize(("counted", "expected"), [(6, 6), (None, 1)])
def test_without_affinity_all_cores_count(counted: int | None, expected: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: counted)
    assert parallel.usable_cores() == expected


# --- in other processes ---


def test_one_job_is_run_in_another_process_too() -> None:
    with parallel.executor(1) as executor:
        assert executor.submit(os.getpid).result(30) != os.getpid()


def test_a_deadline_is_handed_on() -> None:
    with parallel.executor(1, deadline=0.01) as executor:
        assert isinstance(executor.submit(time.sleep, 60).exception(60), WatchdogError)


def test_leaving_the_block_waits_for_what_runs_and_drops_what_waits() -> None:
    with parallel.executor(2) as executor:
        tasks = [executor.submit(time.sleep, 0.2) for _ in range(40)]
    assert all(task.done() for task in tasks)
    assert any(task.cancelled() for task in tasks)


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


def test_an_executor_that_cannot_end_its_tasks_is_shut_down() -> None:
    with ThreadPoolExecutor(1) as executor:
        parallel.abandon(executor)
        with pytest.raises(RuntimeError, match="shutdown"):
            executor.submit(os.getpid)


def test_the_slots_of_an_executor_that_cannot_say_are_those_of_the_caller() -> None:
    assert parallel.slots(parallel.SerialExecutor(), 7) == 7
    with parallel.executor(3) as executor:
        assert parallel.slots(executor, 7) == 3
        executor.slots = 0  # a cluster that has just lost its last worker
        assert parallel.slots(executor, 7) == 1
