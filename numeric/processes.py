"""The only file that starts and ends processes: a pool that knows which task each of its workers runs.

Hence a task that never ends can be ended from outside, and a worker that dies takes no other task with it. The pool of
the standard library knows neither: it breaks as a whole, and cannot say whose fault it was.
"""

from __future__ import annotations

import contextlib
import math
import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

from numeric.deadline import WatchdogError
from numeric.turns import Turns
from numeric.worker import CALLERS_SIGNALS, opened, receive, send

__all__ = ["GRACE", "THREAD_VARIABLES", "ProcessPool", "WorkerLost"]

P = ParamSpec("P")
R = TypeVar("R")

THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
GRACE = 5.0  # seconds between the deadline and the end of the process; chosen: time for an alarm inside to be reported
START = 120.0  # seconds for a process to report; chosen: hundreds of times what it takes
COMMAND = "import sys; sys.path[:] = {path!r}; from numeric.worker import main; main()"


class WorkerLost(RuntimeError):
    """The process of a task ended before the task had answered."""


class Worker:
    """A process that runs one task at a time: started when the first comes, and again after it was lost."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._ended = False

    def run(self, task: bytes, seconds: float) -> bytes:
        """The answer to a task; WatchdogError if there is none in time, WorkerLost if the process ends before it."""
        process = self._started()
        found, late = _within(seconds + GRACE, process, task)
        if found is not None:
            return found
        reason = self.close()
        if late:
            raise WatchdogError(f"the task was still running after {seconds:g} s of wall clock; its process was ended")
        raise WorkerLost(reason)

    def end(self) -> None:
        """End the process at once, whatever it does, and start no other. Safe in a handler of signals."""
        self._ended = True
        if self._process is not None:
            _kill(self._process)

    def close(self) -> str:
        """Let the process leave, or end it if it does not; says how it ended."""
        process, self._process = self._process, None
        if process is None:
            return "its process was never started"
        with contextlib.suppress(OSError):
            _pipes(process)[0].close()
        try:
            process.wait(GRACE)
        except subprocess.TimeoutExpired:
            _kill(process)
        code = process.wait()
        _pipes(process)[1].close()
        return f"its process ended with {signal.Signals(-code).name if code < 0 else f'exit code {code}'}"

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is not None:
            self.close()  # it ended while it had nothing to do
        if self._process is None:
            if self._ended:
                raise WorkerLost("the worker processes were ended")
            self._process = _start()
            if self._ended:  # meanwhile
                _kill(self._process)
            if _within(START, self._process, None)[0] is None:
                raise WorkerLost(f"{self.close()} before it was ready")
        return self._process


def _start() -> subprocess.Popen[bytes]:
    """Spawned, never forked: a forked BLAS may hang. One BLAS thread, which a process reads when it loads NumPy."""
    flags = [f"-W{option}" for option in sys.warnoptions]
    command = [sys.executable, *flags, "-c", COMMAND.format(path=sys.path)]
    variables = {**os.environ, **dict.fromkeys(THREAD_VARIABLES, "1")}
    try:
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=variables)
    except OSError as error:
        raise WorkerLost(f"no process could be started ({error.strerror or error})") from error


def _pipes(process: subprocess.Popen[bytes]) -> tuple[Any, Any]:
    return process.stdin, process.stdout


def _within(seconds: float, process: subprocess.Popen[bytes], task: bytes | None) -> tuple[bytes | None, bool]:
    """The next frame of the process, after it was sent the task; None once it is gone. Is it late, it is ended."""
    late = threading.Event()

    def end() -> None:
        late.set()
        _kill(process)

    timer = threading.Timer(min(seconds, threading.TIMEOUT_MAX), end)
    timer.daemon = True
    timer.start()
    try:
        tasks, answers = _pipes(process)
        if task is not None:
            send(tasks, task)
        return receive(answers), late.is_set()
    except OSError:  # a pipe without a reader
        return None, late.is_set()
    finally:
        timer.cancel()


def _kill(process: subprocess.Popen[bytes]) -> None:
    """With all that it started itself: a worker leads a group of its own, once it is up."""
    if process.poll() is None:
        with contextlib.suppress(OSError, AttributeError):  # not up yet, or a platform without groups
            os.killpg(process.pid, signal.SIGKILL)
        process.kill()


@dataclass(frozen=True)
class _Task:
    future: Future[Any]
    pickled: bytes


class ProcessPool(Executor):
    """`workers` processes, each driven by a thread of its own; `deadline` is what a task may take, in seconds.

    A task whose process is lost is run once more, with nothing beside it: the memory may have been too small for all
    that ran at once. Lost again, it ends in WorkerLost. A task that misses the deadline ends in WatchdogError.
    """

    def __init__(self, workers: int, *, deadline: float = math.inf) -> None:
        self.slots = workers
        self._deadline = deadline
        self._turns = Turns()
        self._waiting: queue.SimpleQueue[_Task | None] = queue.SimpleQueue()
        self._closed = self._ended = False
        self._workers = [Worker() for _ in range(workers)]
        self._threads = [threading.Thread(target=self._serve, args=(one,), daemon=True) for one in self._workers]
        for thread in self._threads:
            thread.start()

    def submit(self, fn: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        if self._closed:
            raise RuntimeError("the pool was shut down; open another with numeric.parallel.executor")
        future: Future[R] = Future()
        try:
            self._waiting.put(_Task(future, pickle.dumps((fn, args, kwargs))))
        except Exception as error:  # whatever the task's own classes raise; as every executor: it is the future's
            future.set_exception(error)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self._closed = True
        if cancel_futures:
            with contextlib.suppress(queue.Empty):
                while True:
                    task = self._waiting.get_nowait()
                    if task is not None:
                        task.future.cancel()
                        task.future.set_running_or_notify_cancel()
        for _ in self._threads:
            self._waiting.put(None)
        if wait:
            for thread in self._threads:
                thread.join()

    def kill(self) -> None:
        """End all processes at once, whatever they do; what was running ends in BrokenExecutor."""
        self._closed = self._ended = True
        for worker in self._workers:
            worker.end()

    def _serve(self, worker: Worker) -> None:
        if hasattr(signal, "pthread_sigmask"):  # a process inherits this: no Ctrl-C ends it while it is still loading
            signal.pthread_sigmask(signal.SIG_BLOCK, CALLERS_SIGNALS)
        try:
            while (task := self._waiting.get()) is not None:
                if task.future.set_running_or_notify_cancel():
                    self._settle(worker, task)
        finally:
            worker.close()

    def _settle(self, worker: Worker, task: _Task) -> None:
        try:
            task.future.set_result(opened(self._answer(worker, task.pickled)))
        except BaseException as error:  # SystemExit of a task included
            task.future.set_exception(error)

    def _answer(self, worker: Worker, task: bytes) -> bytes:
        with contextlib.suppress(WorkerLost), self._turns.together():
            return worker.run(task, self._deadline)
        try:
            with self._turns.alone():
                return worker.run(task, self._deadline)
        except WorkerLost as error:
            if self._ended:
                raise BrokenExecutor("the worker processes were ended") from error
            raise WorkerLost(f"{error}, twice; the second time with no other task beside it") from error
