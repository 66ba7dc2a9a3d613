"""Where tasks run: spawned processes with one BLAS thread each, or this process."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from typing import Any, ParamSpec, TypeVar

from threadpoolctl import threadpool_limits

__all__ = ["SerialExecutor", "abandon", "executor", "kill_workers", "usable_cores"]

P = ParamSpec("P")
R = TypeVar("R")

THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
CALLERS_SIGNALS = (signal.SIGINT, signal.SIGTERM)  # what a user sends to stop a run; the caller decides what to do


def usable_cores() -> int:
    """The cores that this process may use, at least 1."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return os.cpu_count() or 1


class SerialExecutor(Executor):
    """Runs each task in this process at `submit`, with one BLAS thread."""

    def submit(self, fn: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        future: Future[R] = Future()
        try:
            with threadpool_limits(1):
                future.set_result(fn(*args, **kwargs))
        except (Exception, SystemExit) as error:  # as every executor: the error belongs to the future
            future.set_exception(error)
        return future


@contextlib.contextmanager
def executor(jobs: int) -> Iterator[Executor]:
    """An executor with `jobs` workers. Processes are spawned, never forked: a forked BLAS may hang.

    Ctrl-C does not reach the workers, so that the block at hand is finished; the caller decides when to stop. Workers
    never outlive the caller, not even one that was killed.
    """
    if jobs == 1:
        yield SerialExecutor()
        return
    with _single_threaded_children():
        pool = _Pool(jobs, mp_context=multiprocessing.get_context("spawn"), initializer=_enter_worker)
        try:
            yield pool
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


@contextlib.contextmanager
def _single_threaded_children() -> Iterator[None]:
    """Children read the number of BLAS threads from the environment when they load NumPy."""
    before: dict[str, Any] = {name: os.environ.get(name) for name in THREAD_VARIABLES}
    os.environ.update(dict.fromkeys(THREAD_VARIABLES, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def abandon(executor: Executor) -> None:
    """Drop what waits and end what runs. First dropped, then ended: a pool that breaks must find no cancelled task."""
    executor.shutdown(wait=False, cancel_futures=True)
    kill_workers()


def kill_workers() -> None:
    """End all worker processes at once, whatever they are doing."""
    for child in multiprocessing.active_children():
        child.kill()


class _Pool(ProcessPoolExecutor):
    """Starts its workers with the caller's signals blocked: none dies of a Ctrl-C while it is still loading."""

    def submit(self, fn: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        if not hasattr(signal, "pthread_sigmask"):
            return super().submit(fn, *args, **kwargs)
        before = signal.pthread_sigmask(signal.SIG_BLOCK, CALLERS_SIGNALS)
        try:
            return super().submit(fn, *args, **kwargs)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _enter_worker() -> None:
    """Leave the caller's process group, which Ctrl-C and `timeout` signal as a whole, and watch over the caller.

    SIGTERM keeps its default meaning afterwards: a broken pool ends its workers by it.
    """
    if hasattr(os, "setpgrp"):
        os.setpgrp()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # drops what arrived while the worker was loading
        signal.pthread_sigmask(signal.SIG_UNBLOCK, CALLERS_SIGNALS)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_leave_with_caller, daemon=True).start()


def _leave_with_caller() -> None:
    caller = multiprocessing.parent_process()
    if caller is not None:
        caller.join()
        os._exit(1)
