"""stdout holds data and nothing else; a reader that leaves early is no error."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Workplace


def closed(workplace: Workplace, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run with a stdout whose reader is gone before the first byte."""
    process = workplace.start(*arguments)
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    err = process.stderr.read()
    return subprocess.CompletedProcess(process.args, process.wait(timeout=60), "", err)


@pytest.mark.parametrize(
    "arguments", [["list"], ["list", "--json"], ["--help"], ["--version"], ["explain", "prop_2_1a_same_map"]]
)
def test_a_reader_that_leaves_is_no_error(workplace: Workplace, arguments: list[str]) -> None:
    done = closed(workplace, *arguments)
    assert done.stderr == ""
    assert done.returncode == 0


@pytest.mark.parametrize(("verdict", "code"), [("VERIFIED", 0), ("REFUTED", 1)])
def test_the_verdict_outlives_the_reader(workplace: Workplace, verdict: str, code: int) -> None:
    done = closed(workplace, "run", workplace.told(verdict=verdict), "--jobs", "1", "--format", "json", "--quiet")
    assert done.stderr == ""
    assert done.returncode == code
    assert (workplace.path / "verification-report" / "report.json").exists()


def test_progress_that_nobody_reads_does_not_stop_the_run(workplace: Workplace) -> None:
    process = workplace.start("run", workplace.told(), "--jobs", "1", "--format", "json")
    assert process.stderr is not None
    process.stderr.close()
    assert process.stdout is not None
    out = process.stdout.read()
    assert process.wait(timeout=60) == 0
    assert "✓ VERIFIED" in out


def test_json_on_stdout_is_json_alone(workplace: Workplace) -> None:
    done = workplace.run("list", "--json")
    assert isinstance(json.loads(done.stdout), list)
    assert done.stderr == ""


def test_an_encoding_without_signs(workplace: Workplace) -> None:
    done = workplace.run("run", workplace.told(), "--jobs", "1", "--format", "json", PYTHONIOENCODING="latin-1")
    assert done.returncode == 0
    assert done.stdout.startswith("? VERIFIED")


def test_a_stdout_that_was_closed(workplace: Workplace) -> None:
    script = f"exec {sys.executable} -m verify list >&-"
    done = subprocess.run(["/bin/sh", "-c", script], cwd=workplace.path, env=workplace.environment, capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_mistake_that_nobody_reads(workplace: Workplace) -> None:
    process = workplace.start("run", "nothing")
    assert process.stderr is not None
    process.stderr.close()
    assert process.wait(timeout=60) == 2
