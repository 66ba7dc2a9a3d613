"""What only shows what is there loads no NumPy and starts at once."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Workplace

HEAVY = {"numpy", "sympy", "scipy", "matplotlib", "flint", "mpmath", "jinja2"}
COVERED = any(name.startswith("COVERAGE_PROCESS") for name in os.environ)


def imported(workplace: Workplace, *arguments: str) -> tuple[int, set[str]]:
    command = [sys.executable, "-X", "importtime", "-m", "verify", *arguments]
    done = subprocess.run(command, cwd=workplace.path, env=workplace.environment, capture_output=True, text=True)
    return done.returncode, {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()}


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(["--help"], 0), (["--version"], 0), (["list"], 0), (["list", "--json"], 0), (["all", "--help"], 0),
     (["run", "--help"], 0), (["bench", "--help"], 0), (["run", "nothing"], 2), (["all", "--jobs", "0"], 2)],
)  # fmt: skip
def test_nothing_heavy_is_imported(workplace: Workplace, arguments: list[str], code: int) -> None:
    returned, modules = imported(workplace, *arguments)
    assert returned == code
    assert "click" in modules  # the probe sees imports
    assert not modules & HEAVY


@pytest.mark.skipif(COVERED, reason="measuring coverage takes longer than the program")
@pytest.mark.parametrize("arguments", [["--help"], ["list"]])
def test_it_starts_within_three_tenths_of_a_second(workplace: Workplace, arguments: list[str]) -> None:
    def seconds() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        workplace.run(*arguments)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime

    assert min(seconds() for _ in range(4)) < 0.3


@pytest.mark.parametrize("arguments", [["--help"], ["all", "--help"], ["run", "--help"], ["list", "--help"],
                                       ["explain", "--help"], ["plan", "--help"], ["bench", "--help"]])  # fmt: skip
def test_help_has_examples(workplace: Workplace, arguments: list[str]) -> None:
    done = workplace.run(*arguments)
    assert done.returncode == 0
    assert done.stderr == ""
    assert "Examples:\n    python -m verify " in done.stdout


def test_help_of_the_whole_names_commands_variables_and_exit_codes(workplace: Workplace) -> None:
    said = workplace.run("--help").stdout
    for word in ("all", "run", "list", "explain", "plan", "VERIFY_FORMAT", "[tool.verify]", "130"):
        assert word in said


def test_version(workplace: Workplace) -> None:
    assert workplace.run("--version").stdout.startswith("verify 0.1.0")
