"""The parts of the Dask executor that need no cluster: what a worker checks, and what an answer means."""

import os
import pickle
import threading
import time
from concurrent.futures import BrokenExecutor, CancelledError
from functools import partial
from typing import Any

import pytest

distributed = pytest.importorskip("distributed", reason="the extra 'distributed' is not installed")

from numeric import cluster, worker  # noqa: E402 — it imports the extra
from numeric.processes import WorkerLost  # noqa: E402

TASK = pickle.dumps((max, (3, 5), {}))


def identity(**found: str) -> bytes:
    return pickle.dumps(partial(dict, **found))


def test_a_worker_that_runs_the_same_runs_the_task() -> None:
    same = cluster.answer_if_same(identity(numpy="1", sources="a"), {"sources": "a", "numpy": "1"}, TASK)
    assert worker.opened(same) == 5


@pytest.mark.parametrize(
    ("own", "said"),
    [
        ({"numpy": "2", "sources": "a"}, "a worker has numpy 2 where the run has 1"),
        ({"sources": "a"}, "a worker has numpy absent where the run has 1"),
        ({"numpy": "1", "sources": "b" * 64}, "a worker has sources bbbbbbbbbbbb where the run has a"),
    ],
)
def test_a_worker_that_runs_something_else_does_not(own: dict[str, str], said: str) -> None:
    """The error breaks the executor as a whole: no result of such a worker may stand beside others."""
    with pytest.raises(cluster.ForeignWorkerError) as caught:
        cluster.answer_if_same(identity(**own), {"numpy": "1", "sources": "a"}, TASK)
    assert str(caught.value) == said
    assert isinstance(caught.value, BrokenExecutor)


def test_a_worker_that_cannot_tell_what_it_runs_is_foreign() -> None:
    with pytest.raises(cluster.ForeignWorkerError, match="cannot load what is to be run: FileNotFoundError"):
        cluster.answer_if_same(pickle.dumps(partial(os.stat, "/nowhere")), {}, TASK)


class Theirs:
    """A future of Dask that is done."""

    def __init__(self, key: str = "k", status: str = "finished", result: object = None) -> None:
        self.key, self.status, self._result = key, status, result

    def result(self) -> object:
        if isinstance(self._result, BaseException):
            raise self._result
        return self._result

    def add_done_callback(self, call: object) -> None:
        assert callable(call)


class Client:
    """What a cluster asks of a client of Dask, without one."""

    def __init__(self) -> None:
        self.sent: list[Theirs] = []
        self.cancelled: list[Theirs] = []
        self.threads: dict[str, int] | Exception = {"a": 2, "b": 1}
        self.topics: dict[str, object] = {}

    def subscribe_topic(self, topic: str, handler: object) -> None:
        self.topics[topic] = handler

    def submit(self, *given: object, **keywords: object) -> Theirs:
        assert given
        assert keywords["pure"] is False  # equal tasks are two tasks
        self.sent.append(Theirs(f"k{len(self.sent)}"))
        return self.sent[-1]

    def cancel(self, futures: list[Theirs], *, force: bool) -> None:
        assert force
        self.cancelled += futures

    def nthreads(self) -> dict[str, int]:
        if isinstance(self.threads, Exception):
            raise self.threads
        return self.threads


def pool() -> tuple[Any, Client]:
    client = Client()
    return cluster.Cluster(client, "host", partial(dict, sources="a")), client


def test_an_answer_settles_the_future() -> None:
    executor, client = pool()
    value, error = executor.submit(max, 3, 5), executor.submit(int, "x")
    for theirs, task in zip(client.sent, [TASK, pickle.dumps((int, ("x",), {}))], strict=True):
        theirs._result = worker.answer(task)
        executor._settle(theirs)
    assert value.result(0) == 5
    assert isinstance(error.exception(0), ValueError)


@pytest.mark.parametrize(
    ("theirs", "kind", "said"),
    [
        (Theirs(status="cancelled"), cluster.ClusterLostError, "the Dask scheduler was lost"),
        (Theirs(status="lost"), cluster.ClusterLostError, "the Dask scheduler was lost"),
        (Theirs(status="error", result=KeyError("host")), BrokenExecutor, "cannot run tasks: KeyError: 'host'"),
        (
            Theirs(status="error", result=distributed.KilledWorker("k", None, 3)),
            WorkerLost,
            "its Dask worker ended, and so did every other",
        ),
    ],
)
def test_what_failed_in_dask_itself_is_told_apart(theirs: Theirs, kind: type[Exception], said: str) -> None:
    """A task that brings down one worker after the other is charged; anything else breaks the executor."""
    with pytest.raises(kind, match=said):
        cluster._answer_of(theirs)


def test_a_cluster_that_is_lost_takes_nothing_more() -> None:
    executor, client = pool()
    futures = [executor.submit(os.getpid) for _ in range(2)]
    client.sent[0].status = "cancelled"
    executor._settle(client.sent[0])
    assert isinstance(futures[0].exception(0), BrokenExecutor)
    with pytest.raises(BrokenExecutor, match="the Dask scheduler was lost"):
        executor.submit(os.getpid)
    executor.shutdown(wait=False, cancel_futures=True)
    assert futures[1].cancelled()
    assert client.cancelled == []  # nobody is there to be told


def test_shutting_down_waits_and_ends_the_use() -> None:
    executor, client = pool()
    future = executor.submit(os.getpid)
    client.sent[0]._result = worker.answer(TASK)
    threading.Timer(0.05, executor._settle, client.sent).start()
    executor.shutdown()
    assert future.result(0) == 5
    with pytest.raises(RuntimeError, match="was shut down; open another"):
        executor.submit(os.getpid)


def test_dropping_what_waits_releases_it_at_the_scheduler() -> None:
    executor, client = pool()
    futures = [executor.submit(os.getpid) for _ in range(3)]
    client.sent[0]._result = worker.answer(TASK)
    executor._settle(client.sent[0])
    executor.shutdown(wait=False, cancel_futures=True)
    assert client.cancelled == client.sent[1:]
    assert futures[0].result(0) == 5
    for future in futures[1:]:
        with pytest.raises(CancelledError):
            future.result(0)
    client.sent[1]._result = worker.answer(TASK)
    executor._settle(client.sent[1])  # comes too late, and changes nothing
    assert futures[1].cancelled()


def test_what_a_worker_has_begun_cannot_be_cancelled_but_is_dropped_at_the_end() -> None:
    executor, client = pool()
    begun, waiting = executor.submit(max, 3, 5), executor.submit(os.getpid)
    lost, done = executor.submit(os.getpid), executor.submit(max, 3, 5)
    for theirs in (client.sent[0], client.sent[2], client.sent[2], client.sent[3], Theirs("of another")):
        executor._began((0.0, theirs.key))  # the third task is begun again after a worker was lost
    assert (begun.cancel(), waiting.cancel(), lost.cancel(), done.cancel()) == (False, True, False, False)
    client.sent[3]._result = worker.answer(TASK)
    executor._settle(client.sent[3])
    executor._began((0.0, "k1"))  # its cancellation stands
    assert (done.result(0), waiting.cancelled(), begun.running()) == (5, True, True)
    executor.shutdown(wait=False, cancel_futures=True)
    assert client.cancelled == client.sent[:3]
    for future in (begun, lost):
        with pytest.raises(BrokenExecutor, match="shut down while a worker ran this"):
            future.result(0)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "PERIOD", 0.01)
    monkeypatch.setattr(cluster, "PATIENCE", 0.1)


def until(condition: Any) -> None:  # noqa: ANN401
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("nobody", [{}, OSError("no answer")])
def test_slots_follow_the_workers_and_without_any_the_cluster_is_given_up(nobody: Any) -> None:  # noqa: ANN401
    executor, client = pool()
    client.threads = {}
    executor.open()
    client.threads = {"a": 2, "b": 1}
    until(lambda: executor.slots == 3)
    future = executor.submit(os.getpid)
    executor._began((0.0, client.sent[-1].key))
    client.threads = {"a": 4}
    until(lambda: executor.slots == 4)
    client.threads = nobody
    error = future.exception(30)
    assert isinstance(error, BrokenExecutor)
    assert "has had no worker for 0.1 s" in str(error)
    with pytest.raises(BrokenExecutor):
        executor.submit(os.getpid)
    executor.shutdown(cancel_futures=True)
    assert client.cancelled == []  # nobody is there to be told


@pytest.mark.parametrize("address", ["127.0.0.1:9", "tcp://127.0.0.1:9"])
def test_a_scheduler_that_does_not_answer_is_named_in_time(address: str) -> None:
    began = time.monotonic()
    with (
        pytest.raises(cluster.ClusterError, match=f"no Dask scheduler answers: got {address}, allowed: .*Start one"),
        cluster.cluster(address, deadline=1.0, identity=dict, timeout=0.3),
    ):
        pass
    assert time.monotonic() - began < 30
