"""How long whole commands take, from an empty folder, and their memory: minutes, so only where it is asked for."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from verify.bench.memory import held
from verify.bench.rows import Asked, Measured, Row, not_measured, per
from verify.bench.stopwatch import Measure

__all__ = ["group"]

# a command, what is asked of it in seconds, and how often it is run: what takes minutes is run once
COMMANDS: tuple[tuple[tuple[str, ...], Asked | None, int], ...] = (
    (("list",), None, 3),
    (("all", "--profile", "quick"), Asked(most=45.0), 3),
    (("all", "--profile", "standard"), Asked(most=300.0), 1),
    (("calibrate",), None, 1),
)
MEMORY = Asked(most=1.5)  # GB, of all processes together
GIGA = 1e9
POLL = 0.2  # seconds between two looks at the memory: chosen, far below the time of any task
ROOT = Path(__file__).resolve().parents[2]


def group(measure: Measure) -> Iterator[Measured]:
    """Wall clock, start of the interpreter included, on all cores, and the largest sum of memory seen.

    A command that fails has no time.
    """
    for command, asked, repeats in COMMANDS:
        name = f"`python -m verify {' '.join(command)}`"
        peaks: list[int] = []
        row = Row(name=name, unit="s", calls={"run": partial(_run, command, peaks)}, value=per("run", 1, "s"),
                  asked=asked, fewest=repeats, seconds=0.0, warm=False)  # fmt: skip
        try:
            yield measure(row)
        except subprocess.CalledProcessError as error:
            yield not_measured(name, "s", f"it ended with exit code {error.returncode}", asked)
            continue
        if asked is not None:
            yield _memory(f"{name}: memory of all its processes", peaks)


def _memory(name: str, peaks: list[int]) -> Measured:
    if not peaks:
        return not_measured(name, "GB", "this system does not tell", MEMORY)
    return Measured(name=name, unit="GB", asked=MEMORY, median=max(peaks) / GIGA, repeats=len(peaks))


def _run(command: tuple[str, ...], peaks: list[int]) -> None:
    """Run it to its end; the largest memory seen is added to `peaks`. CalledProcessError where it fails."""
    with tempfile.TemporaryDirectory() as folder:
        out = ("--out", folder) if command[0] == "all" else ()
        call = [sys.executable, "-m", "verify", *command, *out]
        process = subprocess.Popen(call, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        seen = []
        while process.poll() is None:
            seen.append(held(process.pid) or 0)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(POLL)
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, call)
    if any(seen):
        peaks.append(max(seen))
