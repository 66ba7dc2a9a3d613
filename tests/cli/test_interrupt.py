"""Ctrl-C and SIGTERM: the first finishes the blocks at hand and writes a partial report, the second leaves at once."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Workplace

    Until = Callable[[Callable[[], object]], None]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks for left-over processes in /proc")

NEVER = 600.0  # seconds: what takes so long is not waited for by a run that ends as it should
GROUP = {"start_new_session": True}  # so that a signal can be sent to all of its processes, as a terminal does


def relatives(mark: str) -> list[int]:
    """The processes that inherited the mark in their environment and are still alive."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            alive = ") Z " not in (folder / "stat").read_text()
            if alive and f"VERIFY_TEST_MARK={mark}".encode() in (folder / "environ").read_bytes():
                found.append(int(folder.name))
        except OSError:  # gone, or not ours
            continue
    return found


@pytest.fixture
def mark(workplace: Workplace) -> str:
    workplace.environment["VERIFY_TEST_MARK"] = uuid.uuid4().hex
    return workplace.environment["VERIFY_TEST_MARK"]


def ended(process: subprocess.Popen[str], mark: str, until: Until) -> tuple[str, str]:
    """stdout and stderr of a run that must end as interrupted, leaving no process behind."""
    out, err = process.communicate(timeout=NEVER / 5)
    assert process.returncode == 130, err
    assert "Traceback" not in err, err
    until(lambda: not relatives(mark))
    return out, err


def heard(process: subprocess.Popen[str]) -> None:
    """Wait until the run has heard the first signal, and a second one would not be taken for the same request."""
    assert process.stderr is not None
    while "once more ends it at once" not in (line := process.stderr.readline()):
        assert line, "it ended without a word"
    time.sleep(0.4)


def partial(workplace: Workplace) -> dict[str, object]:
    document = json.loads((workplace.path / "verification-report" / "report.json").read_text(encoding="utf-8"))
    assert document["result"]["partial"] is True
    assert document["result"]["exit_code"] == 130
    result: dict[str, object] = document["result"]
    return result


@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_writes_a_partial_report(
    workplace: Workplace, until: Until, mark: str, jobs: str, number: int
) -> None:
    process = workplace.start("run", workplace.slow(seconds=0.2), "--jobs", jobs, "--format", "json", **GROUP)
    until(lambda: workplace.chunks() > 1)
    os.killpg(process.pid, number)
    out, err = ended(process, mark, until)
    assert "stopping after the blocks at hand" in err
    assert "NOT RUN" in out
    assert "exit    130: interrupted" in out
    assert "interrupted" in json.dumps(partial(workplace))


def test_the_blocks_at_hand_are_kept(workplace: Workplace, until: Until, mark: str) -> None:
    process = workplace.start("run", workplace.slow(seconds=1.0), "--jobs", "2", "--format", "json", **GROUP)
    until((workplace.path / "started").exists)
    assert workplace.chunks() == 0
    os.killpg(process.pid, signal.SIGINT)
    ended(process, mark, until)
    assert 1 <= workplace.chunks() <= 4


def test_a_signal_while_the_workers_are_loading(workplace: Workplace, until: Until, mark: str) -> None:
    process = workplace.start("run", workplace.slow(), "--jobs", "2", "--format", "json", **GROUP)
    store = workplace.path / "verification-report" / "results.sqlite"
    until(lambda: store.exists() and len(relatives(mark)) > 1)  # the run, and its first worker
    os.killpg(process.pid, signal.SIGINT)
    out, _ = ended(process, mark, until)
    assert "ERROR" not in out
    partial(workplace)


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_the_second_signal_leaves_at_once(workplace: Workplace, until: Until, mark: str, jobs: str) -> None:
    process = workplace.start("run", workplace.slow(seconds=NEVER), "--jobs", jobs, "--format", "json", **GROUP)
    until((workplace.path / "started").exists)
    os.killpg(process.pid, signal.SIGINT)
    heard(process)
    assert process.poll() is None
    os.killpg(process.pid, signal.SIGINT)
    out, _ = ended(process, mark, until)
    assert out == ""
    assert not (workplace.path / "verification-report" / "report.json").exists()


def test_the_second_signal_ends_workers_that_are_busy(workplace: Workplace, until: Until, mark: str) -> None:
    path = workplace.slow()
    text = (workplace.path / path).read_text()
    workplace.write(
        path, text.replace("    time.sleep(", "    sum(range(10**12))  # no other thread has its turn\n    (")
    )
    process = workplace.start("run", path, "--jobs", "2", "--format", "json", **GROUP)
    until((workplace.path / "started").exists)
    os.killpg(process.pid, signal.SIGINT)
    heard(process)
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(timeout=NEVER / 5) == 130
    until(lambda: not relatives(mark))


def test_two_signals_in_one_breath_are_one_request(workplace: Workplace, until: Until, mark: str) -> None:
    process = workplace.start("run", workplace.slow(seconds=0.5), "--jobs", "1", "--format", "json", **GROUP)
    until((workplace.path / "started").exists)
    for number in (signal.SIGTERM, signal.SIGCONT, signal.SIGTERM):  # what `timeout` sends
        process.send_signal(number)
        time.sleep(0.05)  # apart, so that the kernel does not make one of them
    ended(process, mark, until)
    partial(workplace)


def _announce(workplace: Workplace, path: str) -> None:
    """Let the derivation of this claim tell when it begins."""
    text = (workplace.path / path).read_text()
    workplace.write(path, text.replace("def derive():\n", "def derive():\n    open('started', 'w').close()\n"))


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_derivation_under_way_is_dropped(workplace: Workplace, until: Until, mark: str, jobs: str) -> None:
    paths = [workplace.told(name, derivation_seconds=NEVER) for name in ("one", "two", "three")]
    for path in paths:
        _announce(workplace, path)
    process = workplace.start("run", *paths, "--jobs", jobs, "--format", "json", **GROUP)
    until((workplace.path / "started").exists)
    os.killpg(process.pid, signal.SIGINT)
    ended(process, mark, until)
    assert "the derivation (interrupted)" in json.dumps(partial(workplace))


def test_a_derivation_that_is_all_there_is_left(workplace: Workplace, until: Until, mark: str) -> None:
    process = workplace.start(
        "run", workplace.told(derivation_seconds=NEVER), "--jobs", "2", "--format", "json", **GROUP
    )
    until(lambda: workplace.chunks() == 4)
    time.sleep(0.5)
    os.killpg(process.pid, signal.SIGINT)
    out, _ = ended(process, mark, until)
    assert "✓ VERIFIED" in out
    assert "the derivation (interrupted)" in json.dumps(partial(workplace))


def test_workers_do_not_outlive_a_run_that_was_killed(workplace: Workplace, until: Until, mark: str) -> None:
    process = workplace.start("run", workplace.slow(seconds=NEVER), "--jobs", "2", "--format", "json", **GROUP)
    until((workplace.path / "started").exists)
    assert len(relatives(mark)) > 1
    process.kill()
    process.wait()
    until(lambda: not relatives(mark))


def test_plan_leaves_at_the_first_signal(workplace: Workplace, until: Until, mark: str) -> None:
    workplace.slow()
    text = (
        (workplace.path / "slow.py")
        .read_text()
        .replace("import Normal\n", f"import Normal\n\n    time.sleep({NEVER})\n")
    )
    workplace.write("slow.py", text)
    workplace.install("slow")
    process = workplace.start("plan", "--only", "slow", "--jobs", "2", **GROUP)
    until(lambda: len(relatives(mark)) > 1)
    os.killpg(process.pid, signal.SIGINT)
    out, err = ended(process, mark, until)
    assert (out, err) == ("", "")


def test_quiet_says_nothing_about_the_signal(workplace: Workplace, until: Until, mark: str) -> None:
    process = workplace.start("run", workplace.slow(), "--jobs", "1", "--format", "json", "--quiet", **GROUP)
    until(lambda: workplace.chunks() > 0)
    os.killpg(process.pid, signal.SIGINT)
    assert ended(process, mark, until)[1] == ""


def test_a_signal_while_explaining(workplace: Workplace, until: Until, mark: str) -> None:
    path = workplace.told(derivation_seconds=NEVER)
    _announce(workplace, path)
    process = workplace.start("explain", path, **GROUP)
    until((workplace.path / "started").exists)
    os.killpg(process.pid, signal.SIGINT)
    ended(process, mark, until)
