"""Where tasks run: processes with one BLAS thread each, or this process. Any `concurrent.futures.Executor` will do."""

from __future__ import annotations

import contextlib
import math
import os
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from typing import ParamSpec, TypeVar

from threadpoolctl import threadpool_limits

from numeric.processes import THREAD_VARIABLES, ProcessPool, WorkerLost

__all__ = ["THREAD_VARIABLES", "SerialExecutor", "WorkerLost", "abandon", "executor", "slots", "usable_cores"]

P = ParamSpec("P")
R = TypeVar("R")


def usable_cores() -> int:
    """The cores that this process may use, at least 1."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return os.cpu_count() or 1


class SerialExecutor(Executor):
    """Runs each task in this process at `submit`, with one BLAS thread; what hangs there hangs the caller."""

    def submit(self, fn: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        future: Future[R] = Future()
        try:
            with threadpool_limits(1):
                future.set_result(fn(*args, **kwargs))
        except (Exception, SystemExit) as error:  # as every executor: the error belongs to the future
            future.set_exception(error)
        return future


@contextlib.contextmanager
def executor(jobs: int, *, deadline: float = math.inf) -> Iterator[ProcessPool]:
    """An executor with `jobs` processes, also where that is one: a task that hangs must not hang the caller.

    A task that runs longer than `deadline` seconds and a grace is ended with its process. Ctrl-C does not reach the
    workers, so that the block at hand is finished; the caller decides when to stop. Workers never outlive the caller,
    not even one that was killed.
    """
    pool = ProcessPool(jobs, deadline=deadline)
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def slots(executor: Executor, otherwise: int) -> int:
    """How many tasks the executor runs at once, at this moment; most executors cannot say."""
    return max(1, getattr(executor, "slots", otherwise))


def abandon(executor: Executor) -> None:
    """Drop what waits and end what runs, where the executor can."""
    executor.shutdown(wait=False, cancel_futures=True)
    kill = getattr(executor, "kill", None)
    if kill is not None:
        kill()
