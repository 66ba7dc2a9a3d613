"""On a real Dask cluster: the bytes of the local run, also where a worker is killed, and nothing left behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Workplace

    Until = Callable[[Callable[[], object]], None]

pytest.importorskip("distributed", reason="the extra 'distributed' is not installed")
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")

ROOT = Path(__file__).resolve().parents[2]
FORMAT = ("--format", "json", "--quiet")
PATIENCE = 60.0


@dataclass
class Dask:
    """A scheduler and its workers, as processes of this machine; one worker has a nanny and one has none."""

    folder: Path
    processes: dict[str, subprocess.Popen[bytes]]

    @property
    def address(self) -> str:
        return str(json.loads((self.folder / "scheduler.json").read_text())["address"])

    def start(self, name: str, *arguments: str) -> None:
        log = (self.folder / f"{name}.log").open("wb")
        command = [sys.executable, "-m", "dask", *arguments, "--scheduler-file", "scheduler.json"]
        variables = {**os.environ, "PYTHONPATH": str(ROOT)}
        self.processes[name] = subprocess.Popen(command, cwd=self.folder, env=variables, stdout=log, stderr=log)
        log.close()

    def worker(self, name: str, *flags: str) -> None:
        common = ("--nthreads", "1", "--name", name, "--no-dashboard", "--local-directory", ".")
        self.start(name, "worker", *common, *flags)

    def wait(self, condition: Callable[[], object]) -> None:
        end = time.monotonic() + PATIENCE
        while not condition():
            logs = {path.name: path.read_text()[-2000:] for path in self.folder.glob("*.log")}
            assert time.monotonic() < end, logs
            time.sleep(0.05)

    def ask(self, code: str) -> str:
        """What a client of its own prints."""
        script = f"from distributed import Client\nclient = Client({self.address!r})\n{code}"
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=PATIENCE)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


@pytest.fixture(scope="module")
def dask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dask]:
    started = Dask(tmp_path_factory.mktemp("dask"), {})
    local = ("--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--dashboard-address", "127.0.0.1:0")
    started.start("scheduler", "scheduler", *local)
    started.wait((started.folder / "scheduler.json").exists)
    started.worker("with a nanny", "--nanny")
    started.worker("first", "--no-nanny")
    registered = lambda: (started.folder / "scheduler.log").read_text().count("Starting worker compute stream")  # noqa: E731
    started.wait(lambda: registered() == 2)
    yield started
    for process in reversed(started.processes.values()):  # the scheduler last: its workers would look for it
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def logging_claim(workplace: Workplace, seconds: float) -> str:
    """A slow claim that notes for every call of the sampler which Dask worker it runs for, when it begins and ends."""
    path = workplace.slow(seconds=seconds)
    text = (workplace.path / path).read_text()
    note = "    with (HERE / 'calls').open('a') as file:\n        file.write(f'{os.getppid()} WHAT\\n')\n"
    text = text.replace("    import numpy as np\n", "    import numpy as np\n" + note.replace("WHAT", "begins"))
    text = text.replace("    return {", note.replace("WHAT", "ends") + "    return {")
    # a Dask worker has a working directory of its own
    text = text.replace('Path("started")', '(HERE / "started")')
    return workplace.write(path, text.replace("def lines", "import os\n\nHERE = Path(__file__).parent\n\n\ndef lines"))


def busy(workplace: Workplace) -> dict[int, int]:
    """Dask worker → calls that it has begun and not ended."""
    counts: dict[int, int] = {}
    calls = workplace.path / "calls"
    for line in calls.read_text().splitlines() if calls.exists() else []:
        pid, what = line.split()
        counts[int(pid)] = counts.get(int(pid), 0) + (1 if what == "begins" else -1)
    return counts


def result(workplace: Workplace, out: str) -> bytes:
    document = json.loads((workplace.path / out / "report.json").read_text(encoding="utf-8"))
    return json.dumps(document["result"], sort_keys=True).encode()


def children(pid: int) -> list[str]:
    """The processes that a Dask worker has started to run tasks in."""
    found = Path(f"/proc/{pid}/task").glob("*/children")
    return [child for file in found for child in file.read_text().split() if _runs_tasks(child)]


def _runs_tasks(pid: str) -> bool:
    try:
        return b"numeric.worker" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def test_a_worker_killed_in_the_middle_of_a_task_changes_no_byte(
    workplace: Workplace, until: Until, dask: Dask
) -> None:
    path = logging_claim(workplace, 0.05)
    local = workplace.run("run", path, *FORMAT, "--jobs", "2", "--out", "local")
    assert local.returncode == 0, local.stderr
    blocks = workplace.drawn()
    (workplace.path / "calls").unlink()
    there = ("--executor", "dask", "--scheduler", dask.address, "--out", "dask")
    process = workplace.start("run", path, *FORMAT, *there)
    victim = dask.processes["first"]
    until(lambda: workplace.chunks("dask") > 2 and busy(workplace).get(victim.pid, 0) == 1)
    victim.kill()
    victim.wait()
    calls = busy(workplace)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    assert err == ""
    assert calls[victim.pid] == busy(workplace)[victim.pid] == 1  # it was in the middle of a task, and never ended it
    assert len(busy(workplace)) == 2  # the other worker did some as well
    assert workplace.drawn() > blocks  # what the victim had begun was drawn again
    assert result(workplace, "dask") == result(workplace, "local")
    assert "VERIFIED" in out
    dask.worker("second", "--no-nanny")


def test_ctrl_c_releases_everything(workplace: Workplace, until: Until, dask: Dask) -> None:
    path = logging_claim(workplace, 0.7)
    there = ("--executor", "dask", "--scheduler", dask.address)
    process = workplace.start("run", path, *FORMAT, *there, start_new_session=True)
    until(lambda: workplace.chunks() > 1 and max(busy(workplace).values()) == 1)
    hosts = list(busy(workplace))
    assert all(children(pid) for pid in hosts)
    begun = (workplace.path / "calls").read_text().count("begins")
    time.sleep(0.2)  # the workers' word that they have begun is on its way
    began = time.monotonic()
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert time.monotonic() - began < 20.0
    assert err == ""
    assert "interrupted" in out
    assert workplace.chunks() >= begun  # the blocks at hand were drawn to their end, and kept
    dask.wait(lambda: not any(children(pid) for pid in hosts))
    tasks = (
        "print(client.run_on_scheduler(lambda dask_scheduler: [k for k in dask_scheduler.tasks if 'relay' in str(k)]))"
    )
    dask.wait(lambda: dask.ask(tasks) == "[]")


HANG = """
import os, time
from functools import partial
from numeric.cluster import ClusterError, cluster

if __name__ == "__main__":
    with cluster(ADDRESS, deadline=0.3, identity=partial(dict, sources="equal")) as executor:
        print(executor.slots)
        hanging = executor.submit(exec, "import ctypes; ctypes.PyDLL(None).sleep(600)")
        fatal = executor.submit(exec, "import os; os._exit(9)")
        others = [executor.submit(os.getenv, "OMP_NUM_THREADS") for _ in range(9)]
        print({other.result(60) for other in others})
        print(type(executor.submit(int, "x").exception(60)).__name__)
        print(type(fatal.exception(60)).__name__, fatal.exception())
        print(type(hanging.exception(60)).__name__, hanging.exception())
    try:
        with cluster(ADDRESS, deadline=9.0, identity=partial(eval, "{'pid': str(__import__('os').getpid())}")):
            print("never")
    except ClusterError as error:
        print(error)
"""


def test_a_task_that_hangs_or_dies_there_is_charged_alone_and_foreign_workers_are_refused(dask: Dask) -> None:
    """The identity of the second cluster is the number of the process, which differs everywhere."""
    dask.wait(lambda: dask.ask("print(len(client.nthreads()))") == "2")
    code = HANG.replace("ADDRESS", repr(dask.address))
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    slots, threads, wrong, fatal, hanging, foreign = done.stdout.splitlines()
    assert (slots, threads, wrong) == ("2", "{'1'}", "ValueError")
    assert fatal.startswith("WorkerLost its process ended with exit code 9, twice; ")
    assert hanging.startswith(
        "WatchdogError the task was still running after 0.3 s of wall clock; its process was ended (on"
    )
    assert foreign.startswith("a Dask worker cannot take part: got a worker has pid ")
    assert "(on tcp://127.0.0.1:" in foreign


def test_a_scheduler_that_is_lost_ends_the_run_in_a_report(workplace: Workplace, until: Until, dask: Dask) -> None:
    """The last one that needs it."""
    path = logging_claim(workplace, 0.05)
    process = workplace.start("run", path, *FORMAT, "--executor", "dask", "--scheduler", dask.address)
    until(lambda: workplace.chunks() > 1)
    dask.processes["scheduler"].kill()
    out, err = process.communicate(timeout=90)
    assert process.returncode == 4
    assert err == ""
    assert "ClusterLostError: the Dask scheduler was lost" in out
    local = workplace.run("run", path, *FORMAT, "--jobs", "2", "--resume")  # what was drawn is not lost
    assert local.returncode == 0
    workplace.drawn()
    whole = workplace.run("run", path, *FORMAT, "--jobs", "2", "--out", "whole")
    assert whole.returncode == 0
    assert result(workplace, "verification-report") == result(workplace, "whole")


def test_without_the_extra_there_is_one_sentence(workplace: Workplace) -> None:
    workplace.write(
        "shadow/distributed.py", "raise ModuleNotFoundError(\"No module named 'distributed'\", name='distributed')\n"
    )
    workplace.environment["PYTHONPATH"] = os.pathsep.join([str(workplace.path / "shadow"), str(ROOT)])
    there = ("--executor", "dask", "--scheduler", "127.0.0.1:8786")
    done = workplace.run("run", workplace.told(), *there)
    assert done.returncode == 2
    assert done.stderr == (
        "verify: --executor dask: distributed is not installed; pip install 'linear-rnn-verification[distributed]'\n"
    )
