"""`--resume` continues a killed run and ends with the same bytes of `result`; without it, everything is drawn anew."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Workplace

    Until = Callable[[Callable[[], object]], None]


def result(workplace: Workplace, out: str) -> bytes:
    document = json.loads((workplace.path / out / "report.json").read_text(encoding="utf-8"))
    return json.dumps(document["result"], sort_keys=True).encode()


def test_a_killed_run_is_continued(workplace: Workplace, until: Until) -> None:
    run = ("run", workplace.slow(seconds=0.01), "--format", "json", "--quiet")
    whole = workplace.run(*run, "--jobs", "2", "--out", "whole")
    assert whole.returncode == 0, whole.stderr
    blocks, chunks = workplace.drawn(), workplace.chunks("whole")
    process = workplace.start(*run, "--jobs", "1", "--out", "killed")
    until(lambda: workplace.chunks("killed") > chunks // 2)
    process.send_signal(signal.SIGKILL)
    process.wait()
    workplace.drawn()
    assert chunks // 2 < workplace.chunks("killed") < chunks
    assert not (workplace.path / "killed" / "report.json").exists()
    done = workplace.run(*run, "--jobs", "1", "--out", "killed", "--resume")
    assert done.returncode == 0, done.stderr
    assert 0 < workplace.drawn() <= blocks // 2 + 1
    assert workplace.chunks("killed") == chunks
    assert result(workplace, "killed") == result(workplace, "whole")


@pytest.mark.parametrize("installed", [False, True])
def test_only_resume_reads_what_is_there_and_only_if_the_claim_is_the_same(
    workplace: Workplace, installed: bool
) -> None:
    path = workplace.slow(seconds=0.001)
    workplace.install("slow")
    run = ("run", "slow" if installed else path, "--jobs", "1", "--format", "json", "--quiet")
    drawn = []
    for flags in ((), (), ("--resume",), ("--resume", "--seed", "1")):
        assert workplace.run(*run, *flags).returncode == 0
        drawn.append(workplace.drawn())
    assert drawn[0] > 0
    assert drawn == [drawn[0], drawn[0], 0, drawn[0]]
    workplace.write(path, (workplace.path / path).read_text() + "# changed\n")
    assert workplace.run(*run, "--resume").returncode == 0
    assert workplace.drawn() == drawn[0]


def test_a_store_that_was_damaged_is_named(workplace: Workplace) -> None:
    import sqlite3
    from contextlib import closing

    run = ("run", workplace.slow(seconds=0.001), "--jobs", "1", "--format", "json", "--quiet")
    assert workplace.run(*run).returncode == 0
    with closing(sqlite3.connect(workplace.path / "verification-report" / "results.sqlite")) as store, store:
        store.execute("UPDATE chunk SET sums = x'00'")
    done = workplace.run(*run, "--resume")
    assert done.returncode == 4
    assert done.stderr.count("\n") == 1
    assert "run without --resume" in done.stderr
    assert workplace.run(*run).returncode == 0


def test_two_runs_on_one_store_do_not_disturb_each_other(workplace: Workplace) -> None:
    claim = workplace.slow(seconds=0.2)
    both = [workplace.start("run", claim, "--jobs", "1", "--format", "json", "--quiet") for _ in range(2)]
    for process in both:
        _, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
    shared = workplace.path / "verification-report" / "report.json"
    alone = workplace.run("run", claim, "--jobs", "1", "--format", "json", "--quiet", "--out", "alone")
    assert alone.returncode == 0
    results = [
        json.loads(path.read_text(encoding="utf-8"))["result"]
        for path in (shared, workplace.path / "alone" / "report.json")
    ]
    assert results[0] == results[1]
