"""A pool of processes: what hangs is ended, what kills its process is charged with it, and nothing is left behind."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, Future
from pathlib import Path

import pytest

from numeric import processes
from numeric.deadline import WatchdogError
from numeric.processes import ProcessPool, WorkerLost

ROOT = Path(__file__).resolve().parents[2]
IN_C = "sum(range(10**15))"  # neither another thread nor the handler of a signal has its turn before it ends

# tasks are functions of the standard library, which a worker finds by name


@pytest.fixture
def pool() -> Iterator[ProcessPool]:
    pool = ProcessPool(2)
    yield pool
    pool.shutdown(cancel_futures=True)


def dies_once(mark: Path, how: str = "os._exit(9)") -> str:
    """Code that ends its process at its first run, and goes on at its second."""
    return f"import os, pathlib\np = pathlib.Path({str(mark)!r})\nif not p.exists():\n    p.touch()\n    {how}"


def test_tasks_run_in_other_processes_and_those_stay(pool: ProcessPool) -> None:
    found = {pool.submit(os.getpid).result(60) for _ in range(20)}
    assert os.getpid() not in found
    assert 1 <= len(found) <= 2


def test_keywords_values_and_errors_are_the_future_s(pool: ProcessPool) -> None:
    assert pool.submit(sorted, [1, 3, 2], reverse=True).result(60) == [3, 2, 1]
    assert isinstance(pool.submit(int, "x").exception(60), ValueError)
    assert isinstance(pool.submit(sys.exit, 3).exception(60), SystemExit)
    assert pool.submit(lambda: None).exception(60) is not None  # cannot be sent


def test_a_worker_has_one_blas_thread_and_this_process_keeps_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    monkeypatch.delenv("MKL_NUM_THREADS", raising=False)
    pool = ProcessPool(1)
    assert [pool.submit(os.getenv, name).result(60) for name in processes.THREAD_VARIABLES] == ["1"] * 3
    pool.shutdown()
    assert os.environ["OMP_NUM_THREADS"] == "7"
    assert "MKL_NUM_THREADS" not in os.environ


def test_workers_leave_the_group_that_ctrl_c_reaches_and_ignore_it(pool: ProcessPool) -> None:
    assert pool.submit(os.getpgrp).result(60) != os.getpgrp()
    assert pool.submit(signal.getsignal, signal.SIGINT).result(60) is signal.SIG_IGN
    assert pool.submit(signal.getsignal, signal.SIGTERM).result(60) is signal.SIG_DFL
    assert pool.submit(signal.pthread_sigmask, signal.SIG_BLOCK, ()).result(60) == set()


def test_a_process_is_started_with_the_signals_of_the_caller_blocked(monkeypatch: pytest.MonkeyPatch) -> None:
    blocked: list[set[int]] = []
    start = processes._start

    def watched() -> subprocess.Popen[bytes]:
        blocked.append(signal.pthread_sigmask(signal.SIG_BLOCK, ()))
        return start()

    monkeypatch.setattr(processes, "_start", watched)
    pool = ProcessPool(1)
    pool.submit(os.getpid).result(60)
    pool.shutdown()
    assert set(processes.CALLERS_SIGNALS) <= blocked[0]
    assert not set(processes.CALLERS_SIGNALS) & signal.pthread_sigmask(signal.SIG_BLOCK, ())


def test_a_task_finds_what_this_process_can_import(pool: ProcessPool, tmp_path: Path) -> None:
    (tmp_path / "only_here.py").write_text("def answer():\n    return 42\n")
    sys.path.insert(0, str(tmp_path))
    try:
        import only_here

        assert pool.submit(only_here.answer).result(60) == 42
    finally:
        sys.path.remove(str(tmp_path))
        sys.modules.pop("only_here", None)


# --- what hangs ---


def test_a_task_that_sleeps_is_ended_and_the_next_has_a_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "GRACE", 0.3)
    pool = ProcessPool(1, deadline=0.2)
    hanging, next_one = pool.submit(time.sleep, 600), pool.submit(os.getpid)
    error = hanging.exception(60)
    assert isinstance(error, WatchdogError)
    assert str(error) == "the task was still running after 0.2 s of wall clock; its process was ended"
    assert next_one.result(60) != os.getpid()
    pool.shutdown()


@pytest.mark.parametrize(
    "hang",
    [
        IN_C,
        "import signal, time; signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals()); time.sleep(600)",
        "import signal\nfor n in (2, 14, 15): signal.signal(n, signal.SIG_IGN)\nwhile True: pass",
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
    ],
    ids=["C", "blocked signals", "ignored signals", "all errors caught"],
)
def test_what_never_comes_back_is_ended_from_outside(hang: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "GRACE", 0.3)
    pool = ProcessPool(2, deadline=0.2)
    hanging = pool.submit(exec, hang)
    innocent = [pool.submit(os.getpid) for _ in range(10)]
    assert isinstance(hanging.exception(60), WatchdogError)
    assert all(task.result(60) for task in innocent)
    pool.shutdown()


def test_a_task_within_its_deadline_and_the_grace_is_left_alone() -> None:
    pool = ProcessPool(1, deadline=0.05)
    assert pool.submit(time.sleep, 0.2).result(60) is None  # late, but the alarm inside is what should say so
    pool.shutdown()


# --- what kills its process ---


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("import os; os._exit(9)", "exit code 9"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "SIGKILL"),
        ("import ctypes; ctypes.string_at(0)", "SIGSEGV"),
    ],
)
def test_a_task_that_kills_its_process_is_charged_and_no_other(pool: ProcessPool, how: str, said: str) -> None:
    before = [pool.submit(os.getpid) for _ in range(5)]
    fatal = pool.submit(exec, how)
    after = [pool.submit(os.getpid) for _ in range(5)]
    error = fatal.exception(60)
    assert isinstance(error, WorkerLost)
    assert not isinstance(error, BrokenExecutor)
    assert str(error) == f"its process ended with {said}, twice; the second time with no other task beside it"
    assert all(task.result(60) for task in (*before, *after))


def test_a_task_whose_process_was_killed_once_is_run_again(pool: ProcessPool, tmp_path: Path) -> None:
    assert pool.submit(exec, dies_once(tmp_path / "mark", "os.kill(os.getpid(), 9)")).exception(60) is None
    assert (tmp_path / "mark").exists()


def test_the_second_run_has_no_other_task_beside_it(pool: ProcessPool, tmp_path: Path) -> None:
    """Tasks note when they begin and end; the one that is run again overlaps none."""
    log, mark = tmp_path / "log", tmp_path / "mark"
    note = f"import time; open({str(log)!r}, 'a').write(f'{{time.monotonic()}} {{}}\\n')\n"

    def noted(name: str, body: str = "") -> Future[None]:
        begins, ends = note.replace("{}", f"{name} begins"), note.replace("{}", f"{name} ends")
        return pool.submit(exec, f"{begins}{body}\ntime.sleep(0.05)\n{ends}", {})

    tasks = [noted(f"plain{i}") for i in range(4)]
    tasks.append(noted("fatal", dies_once(mark)))
    tasks += [noted(f"later{i}") for i in range(6)]
    assert [task.exception(60) for task in tasks] == [None] * 11
    lines = sorted(log.read_text().splitlines(), key=lambda line: float(line.split()[0]))
    events = [tuple(line.split()[1:]) for line in lines]
    assert events.count(("fatal", "begins")) == 2
    end = events.index(("fatal", "ends"))
    assert events[end - 1] == ("fatal", "begins")  # nothing began or ended in between
    inside = [name for name, what in events[: end - 1] if name != "fatal" and what == "begins"]
    assert all((name, "ends") in events[: end - 1] for name in inside)  # nor was anything else under way


def test_a_worker_that_is_killed_while_it_has_nothing_to_do_is_replaced(pool: ProcessPool) -> None:
    first = {pool.submit(os.getpid).result(60) for _ in range(20)}
    for pid in first:
        os.kill(pid, signal.SIGKILL)
    time.sleep(0.1)
    assert not {pool.submit(os.getpid).result(60) for _ in range(20)} & first


def test_what_befell_an_idle_worker_is_not_charged_to_the_next_task(tmp_path: Path) -> None:
    pool = ProcessPool(1)
    os.kill(pool.submit(os.getpid).result(60), signal.SIGKILL)
    time.sleep(0.2)
    assert pool.submit(exec, dies_once(tmp_path / "mark")).exception(60) is None
    pool.shutdown()


def test_processes_that_cannot_be_started_are_an_error_of_each_task(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    pool = ProcessPool(1)
    tasks = [pool.submit(os.getpid) for _ in range(2)]
    assert all(isinstance(task.exception(60), WorkerLost) for task in tasks)
    assert "no process could be started (No such file or directory)" in str(tasks[0].exception())
    pool.shutdown()


def test_processes_that_end_before_they_are_ready_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "COMMAND", "import sys; sys.exit(7) # {path}")
    pool = ProcessPool(1)
    assert "its process ended with exit code 7 before it was ready" in str(pool.submit(os.getpid).exception(60))
    pool.shutdown()


# --- the end ---


def test_shutting_down_waits_for_all_that_was_asked_for() -> None:
    pool = ProcessPool(2)
    tasks = [pool.submit(time.sleep, 0.01) for _ in range(20)]
    pool.shutdown()
    assert all(task.done() and task.exception() is None for task in tasks)
    with pytest.raises(RuntimeError, match="shut down; open another"):
        pool.submit(os.getpid)


def test_killing_ends_what_runs_at_once_and_starts_nothing_else() -> None:
    pool = ProcessPool(2)
    pids = {pool.submit(os.getpid).result(60) for _ in range(20)}
    tasks = [pool.submit(time.sleep, 600) for _ in range(5)]
    began = time.monotonic()
    pool.kill()
    assert all(isinstance(task.exception(60), BrokenExecutor) for task in tasks)
    pool.shutdown()
    assert time.monotonic() - began < 30
    assert all(gone(pid) for pid in pids)


def test_what_a_task_has_started_itself_is_ended_with_it() -> None:
    pool = ProcessPool(1)
    child = pool.submit(eval, "__import__('subprocess').Popen(['sleep', '600']).pid").result(60)
    hanging = pool.submit(time.sleep, 600)
    pool.kill()
    assert isinstance(hanging.exception(60), BrokenExecutor)
    pool.shutdown()
    until_gone(child)


def gone(pid: int) -> bool:
    """Whether no such process runs any more; one that has ended but is not yet waited for counts as gone."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    return True


def until_gone(pid: int) -> None:
    deadline = time.monotonic() + 20
    while not gone(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert gone(pid)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks processes up in /proc")
@pytest.mark.parametrize(
    "busy",
    [
        "time.sleep, 600",
        pytest.param(
            f"exec, {IN_C!r}",
            marks=pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent died"),
        ),
    ],
    ids=["sleeping", "in C"],
)
def test_workers_do_not_outlive_a_caller_that_is_killed(busy: str) -> None:
    code = (
        "import os, time\n"
        "from numeric import parallel\n"
        "with parallel.executor(1) as executor:\n"
        "    print(executor.submit(os.getpid).result(), flush=True)\n"
        f"    executor.submit({busy})\n"
        "    time.sleep(0.3)\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    caller = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    assert caller.returncode == -signal.SIGKILL
    until_gone(int(caller.stdout))
