"""The only file that knows Dask: tasks run on the workers of a `dask.distributed` scheduler.

A Dask worker runs tasks in threads, where no alarm can be set and nothing can be ended. So each hands them to processes
of its own, the same pool that serves a run at home: one BLAS thread, deadlines, and no task that takes others with it.
What comes back is bytes, so that nothing but infrastructure ever fails in Dask itself, and only that is tried again.
"""

from __future__ import annotations

import contextlib
import functools
import os
import pickle
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent import futures
from concurrent.futures import BrokenExecutor, Executor, Future
from typing import Any, ParamSpec, TypeVar

import distributed

from numeric.deadline import WatchdogError
from numeric.errors import NumericError
from numeric.parallel import WorkerLost, abandon
from numeric.processes import ProcessPool
from numeric.worker import answer, failure, opened

__all__ = ["Cluster", "ClusterError", "ForeignWorkerError", "cluster"]

P = ParamSpec("P")
R = TypeVar("R")
Identity = Callable[[], dict[str, str]]

CONNECT = 10.0  # seconds for the scheduler to answer, and for a first worker to be there; chosen: a cluster that is up
GREETING = 60.0  # seconds for a worker's first process to answer; chosen: hundreds of times what it takes
PATIENCE = 60.0  # seconds without any worker until the cluster is given up; chosen: a lost one is restarted in a few
PERIOD = 1.0  # seconds between two looks at the workers; chosen: a look is one small message
SHOWN = 12  # characters of a version or a hash; chosen: enough to tell two apart
RETRIES = 3  # of a task that infrastructure has lost; chosen as Dask's own limit


class ClusterError(NumericError):
    """There is no cluster to be had under the address."""


class ForeignWorkerError(BrokenExecutor):
    """A worker runs other sources or versions than this process: its results must not be mixed with others."""


class ClusterLostError(BrokenExecutor):
    """The scheduler is gone, or has had no worker for long: nothing can be run, and nobody told to forget it."""


class Host(distributed.WorkerPlugin):  # type: ignore[misc]  # an extra, which mypy does not follow
    """Gives a Dask worker a pool of processes, one for each of its threads."""

    def __init__(self, *, deadline: float) -> None:
        self.deadline = deadline
        self.pool: ProcessPool | None = None  # nothing to pickle before it is there

    def setup(self, worker: Any) -> None:  # noqa: ANN401 — a distributed.Worker
        self.pool = ProcessPool(worker.state.nthreads, deadline=self.deadline)

    def teardown(self, worker: Any) -> None:  # noqa: ANN401, ARG002
        if self.pool is not None:
            abandon(self.pool)


def relay(host: str, identity: bytes, expected: dict[str, str], task: bytes) -> bytes:
    """In a thread of a Dask worker: let a process of its pool run the task."""
    worker = distributed.get_worker()
    worker.log_event(host, worker.get_current_task())
    try:
        found: bytes = worker.plugins[host].pool.submit(answer_if_same, identity, expected, task).result()
    except (WorkerLost, WatchdogError, ForeignWorkerError) as error:  # what is wrong with the task, or stays wrong here
        return failure(type(error)(f"{error} (on {worker.address})"))
    return found


def answer_if_same(identity: bytes, expected: dict[str, str], task: bytes) -> bytes:
    """In a process of the worker: run the task if this is what the caller would run it with."""
    try:
        own = _identity(identity)
    except Exception as error:  # sources or packages that are not there
        raise ForeignWorkerError(f"a worker cannot load what is to be run: {type(error).__name__}: {error}") from error
    wrong = [
        f"{name} {own.get(name, 'absent')[:SHOWN]} where the run has {value[:SHOWN]}"
        for name, value in expected.items()
        if own.get(name) != value
    ]
    if wrong:
        raise ForeignWorkerError(f"a worker has {', '.join(wrong)}")
    return answer(task)


@functools.lru_cache(maxsize=4)
def _identity(pickled: bytes) -> dict[str, str]:
    found: dict[str, str] = pickle.loads(pickled)()
    return found


class Cluster(Executor):
    """Tasks on a Dask cluster. `slots` follows its workers as they come and go."""

    def __init__(self, client: Any, host: str, identity: Identity) -> None:  # noqa: ANN401 — a distributed.Client
        self.slots = 0
        self._client, self.host = client, host
        self._identity, self._expected = pickle.dumps(identity), identity()
        self._pending: dict[str, tuple[Any, Future[Any]]] = {}  # key of Dask → its future, ours
        self._guard = threading.Lock()  # of _pending, and of who takes a future from pending to running
        self._closing = threading.Event()
        self.lost: ClusterLostError | None = None

    def open(self) -> None:
        """Let every worker that is there run a task, so that a foreign one is found before anything is sampled."""
        threads = self._client.nthreads()
        self.slots = sum(threads.values())
        self._client.subscribe_topic(self.host, self._began)
        hello = pickle.dumps((os.getpid, (), {}))
        for greeting in [self._send(hello, workers=[worker]) for worker in threads]:
            greeting.result(GREETING)
        threading.Thread(target=self._watch, daemon=True).start()

    def submit(self, fn: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        if self.lost is not None:
            raise self.lost
        if self._closing.is_set():
            raise RuntimeError("the cluster was shut down; open another with numeric.cluster.cluster")
        return self._send(pickle.dumps((fn, args, kwargs)))

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        if cancel_futures:
            dropped = self._forget()
            for _, future in dropped:
                if not future.cancel():
                    future.set_exception(BrokenExecutor("the cluster was shut down while a worker ran this"))
                else:
                    future.set_running_or_notify_cancel()
            if dropped and self.lost is None:
                self._client.cancel([theirs for theirs, _ in dropped], force=True)
        elif wait:
            with self._guard:
                left = [future for _, future in self._pending.values()]
            futures.wait(left)
        self._closing.set()

    def _send(self, task: bytes, **where: Any) -> Future[Any]:  # noqa: ANN401 — keywords of Dask
        future: Future[Any] = Future()
        given = (self.host, self._identity, self._expected, task)
        theirs = self._client.submit(relay, *given, pure=False, retries=RETRIES, **where)
        with self._guard:
            self._pending[theirs.key] = (theirs, future)
        theirs.add_done_callback(self._settle)
        return future

    def _began(self, event: tuple[float, str]) -> None:
        """A worker has begun a task: from now on its future cannot be cancelled."""
        with self._guard:
            _, future = self._pending.get(event[1], (None, None))
            if future is not None:
                _runs(future)

    def _settle(self, theirs: Any) -> None:  # noqa: ANN401 — a distributed.Future
        with self._guard:
            _, future = self._pending.pop(theirs.key, (None, None))
        if future is None or not _runs(future):
            return
        try:
            future.set_result(opened(_answer_of(theirs)))
        except BaseException as error:  # SystemExit of a task included
            self.lost = self.lost or (error if isinstance(error, ClusterLostError) else None)
            future.set_exception(error)

    def _forget(self) -> list[tuple[Any, Future[Any]]]:
        with self._guard:
            found = list(self._pending.values())
            self._pending.clear()
        return found

    def _watch(self) -> None:
        """Count the workers; without any for long, end what waits for them."""
        seen = time.monotonic()
        while not self._closing.wait(PERIOD):
            try:
                found = sum(self._client.nthreads().values())
            except Exception:  # whatever Dask raises where the scheduler does not answer
                found = 0
            if found:
                self.slots, seen = found, time.monotonic()
            elif time.monotonic() - seen > PATIENCE:
                self.lost = ClusterLostError(f"the Dask cluster has had no worker for {PATIENCE:g} s")
                for _, future in self._forget():
                    if _runs(future):
                        future.set_exception(self.lost)
                return


def _runs(future: Future[Any]) -> bool:
    """Take a future from pending to running; False if it was cancelled before."""
    return future.running() or (not future.cancelled() and future.set_running_or_notify_cancel())


def _answer_of(theirs: Any) -> bytes:  # noqa: ANN401 — a distributed.Future that is done
    if theirs.status in {"cancelled", "lost"}:
        raise ClusterLostError("the Dask scheduler was lost, and with it what it was asked for")
    try:
        found: bytes = theirs.result()
    except distributed.KilledWorker as error:
        raise WorkerLost("its Dask worker ended, and so did every other that it was given to") from error
    except Exception as error:
        raise BrokenExecutor(f"the Dask cluster cannot run tasks: {type(error).__name__}: {error}") from error
    return found


@contextlib.contextmanager
def cluster(address: str, *, deadline: float, identity: Identity, timeout: float = CONNECT) -> Iterator[Cluster]:
    """An executor on the cluster of the scheduler at `address`; a task may take `deadline` seconds, as at home.

    `identity` is a function that a worker can import; what it returns there must be what it returns here. A task that
    a lost worker had is run by another. On leaving, everything is released and the processes on the workers end.
    Raises ClusterError where there is no scheduler, no worker, or one that runs something else.
    """
    client = _connected(address, timeout)
    host = f"processes of {client.id}"
    pool = Cluster(client, host, identity)
    try:
        _open(pool, client, Host(deadline=deadline), timeout)
        yield pool
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        if pool.lost is None:
            with contextlib.suppress(Exception):  # the scheduler may be gone by now
                client.unregister_worker_plugin(host)
        client.close(timeout=PERIOD)


def _connected(address: str, timeout: float) -> Any:  # noqa: ANN401 — a distributed.Client
    """A client; in a thread that may be left behind: Dask waits for ever for the answer of what is no scheduler."""
    found: Future[Any] = Future()

    def connect() -> None:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of versions that differ: `identity` is stricter, and speaks plainly
                found.set_result(distributed.Client(address, timeout=timeout, set_as_default=False))
        except BaseException as error:
            found.set_exception(error)

    threading.Thread(target=connect, daemon=True).start()
    try:
        return found.result(timeout + PERIOD)
    except (OSError, ValueError) as error:  # TimeoutError among them
        raise ClusterError(
            "no Dask scheduler answers",
            address,
            "the address that `dask scheduler` prints",
            "Start one there, or run the tasks in processes of this machine.",
        ) from error


def _open(pool: Cluster, client: Any, host: Host, timeout: float) -> None:  # noqa: ANN401 — a distributed.Client
    try:
        client.wait_for_workers(1, timeout=timeout)
    except TimeoutError as error:
        raise ClusterError(
            "the Dask scheduler has no workers", f"none within {timeout:g} s", "one or more", "Start `dask worker`."
        ) from error
    try:
        client.register_plugin(host, name=pool.host)
        pool.open()
    except Exception as error:
        seen = str(error) if isinstance(error, ForeignWorkerError) else f"{type(error).__name__}: {error}"
        advice = "Install the same there, and start the worker again."
        raise ClusterError("a Dask worker cannot take part", seen, "what this process runs", advice) from error
