"""How long whole commands take, from an empty folder: minutes, so only where it is asked for."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from verify.bench.rows import Measured, Row, not_measured, per
from verify.bench.stopwatch import Measure

__all__ = ["group"]

COMMANDS: tuple[tuple[str, ...], ...] = (
    ("list",),
    ("all", "--profile", "quick"),
    ("all", "--profile", "standard"),
    ("calibrate",),
)
ROOT = Path(__file__).resolve().parents[2]


def group(measure: Measure) -> Iterator[Measured]:
    """Wall clock of one run each, start of the interpreter included, on all cores. A command that fails has no time."""
    for command in COMMANDS:
        name = f"`python -m verify {' '.join(command)}`"
        row = Row(name=name, unit="s", calls={"run": partial(_run, command)}, value=per("run", 1, "s"),
                  fewest=1, seconds=0.0, warm=False)  # fmt: skip
        try:
            yield measure(row)
        except subprocess.CalledProcessError as error:
            yield not_measured(name, "s", f"it ended with exit code {error.returncode}")


def _run(command: tuple[str, ...]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        out = ("--out", folder) if command[0] == "all" else ()
        call = [sys.executable, "-m", "verify", *command, *out]
        subprocess.run(call, cwd=ROOT, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
