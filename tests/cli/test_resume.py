"""`--resume` continues a killed run and ends with the same bytes of `result`."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.cli.conftest import Workplace

    Until = Callable[[Callable[[], object]], None]


def result(workplace: Workplace, out: str) -> bytes:
    document = json.loads((workplace.path / out / "report.json").read_text(encoding="utf-8"))
    return json.dumps(document["result"], sort_keys=True).encode()


def test_a_killed_run_is_continued(workplace: Workplace, until: Until) -> None:
    run = ("run", workplace.slow(seconds=0.02), "--format", "json", "--quiet")
    whole = workplace.run(*run, "--jobs", "2", "--out", "whole")
    assert whole.returncode == 0, whole.stderr
    total = workplace.chunks("whole")
    process = workplace.start(*run, "--jobs", "1", "--out", "killed")
    until(lambda: workplace.chunks("killed") > total // 2)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    kept = workplace.chunks("killed")
    assert kept < total
    assert not (workplace.path / "killed" / "report.json").exists()
    began = time.time()
    done = workplace.run(*run, "--jobs", "1", "--out", "killed", "--resume")
    assert done.returncode == 0, done.stderr
    assert result(workplace, "killed") == result(workplace, "whole")
    assert workplace.chunks("killed") == total
    assert rewritten(workplace, "killed", began, kept)


def rewritten(workplace: Workplace, out: str, began: float, kept: int) -> bool:
    """Whether the second run took less time than the whole of its samples would have slept."""
    seconds = json.loads((workplace.path / out / "report.json").read_text(encoding="utf-8"))["run"]["seconds"]
    return 0 < seconds < time.time() - began and kept > 0
