"""A workplace for the command line: an empty directory, a clean environment, and claims made to order."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
# variables that would change what a test sees
OURS = ("VERIFY_", "NO_COLOR", "COLUMNS", "TERM", "PYTHONUNBUFFERED", "PYTHONUTF8", "PYTHONIOENCODING")

# A proof that says what it is told, so that every verdict can be had in no time and without SymPy.
TOLD = """
import time
from dataclasses import dataclass, replace
from functools import partial

from verify.checks import Proof
from verify.model import Claim, Control, Finding, Source, Step, Verdict


@dataclass(frozen=True)
class Told:
    label: str
    verdict: Verdict

    def decide(self):
        return self.verdict, "as told"


def prove(verdict):
    yield Told("first", verdict)
    yield Told("second", verdict)


class Later(Proof):
    def plan(self, *given):
        return tuple(replace(family, skip="needs a GPU") for family in super().plan(*given))


def fail():
    raise ZeroDivisionError("a fault of the claim")
    yield


def derive():
    time.sleep({derivation_seconds})
    return [Step("Add one to both sides.", plain="x + 1 = y + 1")]


CLAIM = Claim(
    id="{name}",
    title="A toy that is {verdict}",
    statement=r"x = y \\quad \\text{{for every }} x",
    plain="x = y for every x",
    summary="Both sides are the same. " * 9,
    source=Source("Toys", "(1)"),
    checks=(
        {sides}(name="sides", title="both sides", prove={proof}),
        {again}(name="again", title="both sides once more", prove={proof}),
    ),
    controls=(
        Control(name="one more", why="adds one", check="sides", line="first", replace=dict(prove={rival})),
        Control(name="one less", why="takes one", check="again", line="first", replace=dict(prove={rival})),
    ),
    assumptions=("x is a number",),
    uses={uses},
    derivation=derive,
    findings=lambda: [Finding("The paper\\nmisprints y.", "x = 3")],
    not_shown=("the case of complex x",),
)
"""

# Samples a normal law in many small tasks; `seconds` is what one block of 64 draws sleeps.
SLOW = """
import time
from pathlib import Path

from verify.checks import Law, LawLine
from verify.model import Claim, Setting, Source


def lines(setting):
    from verify.statistics.laws import Normal

    return [LawLine(label="x", null="x is N(0, 1)", laws=(Normal(),))]


def sample(setting, streams):
    import numpy as np

    with Path("started").open("a") as file:
        file.write("." * len(streams))  # what is drawn is counted
    time.sleep({seconds} * len(streams))
    return {{"x": np.concatenate([stream.standard_normal(64) for stream in streams])}}


CLAIM = Claim(
    id="{name}",
    title="A slow toy",
    statement="x",
    plain="x = y",
    summary="x",
    source=Source("Toys", "(2)"),
    checks=(
        Law(
            name="law",
            title="x is normal",
            settings=(Setting(n=1), Setting(n=2)),
            lines=lines,
            sample=sample,
            microseconds=1e4,
            resolutions=dict.fromkeys(("quick", "standard", "full"), 3.0),
        ),
    ),
    controls=(),
)
"""


@dataclass
class Workplace:
    """Where commands are run, and what is left behind by them."""

    path: Path
    environment: dict[str, str]
    running: list[subprocess.Popen[str]] = field(default_factory=list)

    def start(self, *arguments: str, **options: Any) -> subprocess.Popen[str]:  # noqa: ANN401
        variables = options.pop("variables", {})
        process = subprocess.Popen(
            [sys.executable, "-m", "verify", *arguments],
            **{
                "cwd": self.path,
                "env": {**self.environment, **variables},
                "stdin": subprocess.DEVNULL,
                "stdout": subprocess.PIPE,
                "stderr": subprocess.PIPE,
                "text": True,
                "encoding": "utf-8",
                **options,
            },
        )
        self.running.append(process)
        return process

    def run(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        process = self.start(*arguments, variables=variables)
        out, err = process.communicate(timeout=60)
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def told(self, name: str = "toy", **changes: object) -> str:
        """A claim that comes out as told: `verdict` for its checks, `rival` for its controls."""
        given: dict[str, object] = {
            "verdict": "VERIFIED", "rival": "REFUTED", "sides": "Proof", "again": "Proof", "derivation_seconds": 0,
            "uses": (), **changes,
        }  # fmt: skip
        for key in ("verdict", "rival"):
            given["proof" if key == "verdict" else "rival"] = f"partial(prove, Verdict.{given[key]})"
        if given["verdict"] == "RAISES":
            given["proof"] = "fail"
        return self.write(f"{name}.py", TOLD.format(name=name, **given))

    def slow(self, name: str = "slow", seconds: float = 0.05) -> str:
        return self.write(f"{name}.py", SLOW.format(name=name, seconds=seconds))

    def write(self, name: str, text: str) -> str:
        (self.path / name).parent.mkdir(parents=True, exist_ok=True)
        (self.path / name).write_text(text, encoding="utf-8")
        return f"./{name}"

    def install(self, *names: str) -> None:
        """Make the claim files `names` of this directory plug-ins, as an installed distribution would."""
        entries = "".join(f"{name} = {name}\n" for name in names)
        self.write("toys-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: toys\nVersion: 1.0\n")
        self.write("toys-1.0.dist-info/entry_points.txt", f"[verify.claims]\n{entries}")
        self.environment["PYTHONPATH"] = os.pathsep.join([str(ROOT), str(self.path)])

    def drawn(self) -> int:
        """How many blocks slow claims have drawn since they were last asked."""
        started = self.path / "started"
        count = len(started.read_text()) if started.exists() else 0
        started.unlink(missing_ok=True)
        return count

    def chunks(self, out: str = "verification-report") -> int:
        """How many chunks the store holds."""
        try:
            with closing(sqlite3.connect(f"file:{self.path / out / 'results.sqlite'}?mode=ro", uri=True)) as store:
                return int(store.execute("SELECT count(*) FROM chunk").fetchone()[0])
        except sqlite3.OperationalError:  # not there yet
            return 0


@pytest.fixture
def workplace(tmp_path: Path) -> Iterator[Workplace]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    place = Workplace(tmp_path, {**kept, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error"})
    yield place
    for process in place.running:
        process.kill()
        process.wait()
        for stream in (process.stdout, process.stderr):  # not read to the end: what is left behind may hold them open
            if stream is not None:
                stream.close()


@pytest.fixture
def until(workplace: Workplace) -> Callable[[Callable[[], object]], None]:
    """Wait until something is so; fail after forty seconds, or once no command is running that could make it so."""

    def wait(condition: Callable[[], object]) -> None:
        end = time.monotonic() + 40.0
        while not condition():
            assert time.monotonic() < end, "waited in vain"
            if all(process.poll() is not None for process in workplace.running):
                time.sleep(2.0)  # for what it leaves behind
                assert condition(), [
                    process.communicate() for process in workplace.running if not process.stderr.closed
                ]
            time.sleep(0.02)

    return wait
