"""What the tests of the engine share: claims made to order, a plain runner for one check, and a whole run."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from numeric import parallel
from numeric.streams import BLOCK, stream
from verify import pipeline, registry
from verify.model import Check, Config, Evidence, Family, Setting
from verify.pipeline import Outcome
from verify.scheduler import Progress
from verify.statistics.laws import Chi, Normal
from verify.store import Store

# Everything a claim file needs; BODY sets CHECKS and, where it wants to, CONTROLS and MORE.
TEMPLATE = '''
"""A claim made to order."""

import os
import time
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from verify.checks import *
from verify.model import *

CONTROLS = ()
MORE = {{}}


@dataclass(frozen=True)
class Told:
    """A statement that says what it is told."""

    label: str
    verdict: Verdict

    def decide(self):
        return self.verdict, "as told"


def told(*verdicts):
    for index, verdict in enumerate(verdicts):
        yield Told(f"statement {{index}}", verdict)


def proof(*verdicts, name="proof"):
    return Proof(name=name, title=name, prove=partial(told, *verdicts))


def count(path):
    """One line in a file for each call, whatever the process."""
    with Path(path).open("a") as file:
        file.write("call\\n")


def uniform(setting, rngs):
    """U(0, 1): mean 1/2, variance 1/12, P(U > 3/4) = 1/4."""
    import numpy as np

    return {{"u": np.concatenate([rng.random(64) for rng in rngs])}}


def half(setting, *, low=0.5, high=None):
    high = low if high is None else high
    return [MeanLine(label="u", null="E u = 1/2", low=low, high=high, variance=1 / 12, scale=0.5)]


def mean(name="mean", *, lines=half, sample=uniform, microseconds=1e5, settings=(Setting(n=1),)):
    """E u = 1/2; a task is one block, so that there are several."""
    return Mean(name=name, title=name, settings=settings, lines=lines, sample=sample, microseconds=microseconds)


{body}

CLAIM = Claim(
    id="{name}", title="made to order", statement="x", plain="x", summary="x", source=Source("T", "1"),
    checks=tuple(CHECKS), controls=tuple(CONTROLS), **MORE,
)
'''


@pytest.fixture
def claim_file(tmp_path: Path) -> Iterator[Callable[..., Path]]:
    """Writes a claim file; its modules are forgotten afterwards."""
    before = set(sys.modules)

    def write(name: str, body: str, *, folder: str = "") -> Path:
        directory = tmp_path / folder
        directory.mkdir(exist_ok=True)
        path = directory / f"{name}.py"
        path.write_text(TEMPLATE.format(name=name, body=body))
        return path

    yield write
    for module in set(sys.modules) - before:
        if module.startswith("verify_claim_"):
            del sys.modules[module]


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., Outcome]:
    """Runs claims, given by path or by id, to their verdicts: one process and a store of its own unless told else."""

    def verify(
        *claims: Path | str,
        executor: Executor | None = None,
        store: str = "results.sqlite",
        fingerprint: str = "f",
        resume: bool = False,
        only: Mapping[str, str] | None = None,
        progress: Progress | None = None,
        stopped: Callable[[], bool] = lambda: False,
        **config: str | float,
    ) -> Outcome:
        chosen = registry.select(registry.references(), [str(claim) for claim in claims])
        with Store(tmp_path / store, fingerprint=fingerprint, resume=resume) as kept:
            return pipeline.run(
                chosen,
                Config(**({"profile": "quick"} | config)),  # type: ignore[arg-type]
                executor or parallel.SerialExecutor(),
                kept,
                only=only,
                progress=progress,
                stopped=stopped,
            )

    return verify


def judged(
    check: Check,
    *,
    profile: str = "quick",
    seed: int = 0,
    labels: Sequence[str] = (),
    looks: tuple[int, ...] = (),
) -> list[Evidence]:
    """The outcome of every line of a check, the plain way: a look after the other, no scheduler and no store.

    `labels` are the lines wanted, `looks` other numbers of draws than those planned.
    """
    found: list[Evidence] = []
    for planned in check.plan("claim", None, Config(profile=profile, seed=seed)):
        wanted = tuple(line for line in planned.lines if not labels or line.label in labels)
        found += _judged(check, replace(planned, lines=wanted, looks=looks or planned.looks), seed)
    return found


def _judged(check: Check, family: Family, seed: int) -> list[Evidence]:
    sums: dict[str, Any] = {}
    done: dict[str, Evidence] = {}
    for look in range(1, len(family.looks) + 1):
        blocks = range(family.blocks(look - 1), family.blocks(look))
        new = check.observe(family, [stream(seed, *family.key, block) for block in blocks])
        sums = {key: np.add(sums[key], value) if sums else value for key, value in new.items()}
        for line in family.lines:
            if line.label not in done:
                outcome = check.judge(family, line, sums[line.label], look)
                if outcome is not None:
                    done[line.label] = outcome
        if len(done) == len(family.lines):
            break
    return [done[line.label] for line in family.lines]


@pytest.fixture
def outcomes() -> Callable[..., list[Evidence]]:
    """`judged`, for tests of a single check."""
    return judged


Draw = Callable[[np.random.Generator, int], np.ndarray]


@pytest.fixture
def sampler() -> Callable[..., Any]:
    """Makes a sampler from `label=draw` with draw(generator, replicates): blocks drawn one by one, as all are."""

    def make(**draws: Draw) -> Callable[[Setting, Sequence[np.random.Generator]], dict[str, np.ndarray]]:
        def sample(setting: Setting, rngs: Sequence[np.random.Generator]) -> dict[str, np.ndarray]:
            assert setting
            return {label: np.concatenate([draw(rng, BLOCK) for rng in rngs]) for label, draw in draws.items()}

        return sample

    return make


@pytest.fixture
def laws() -> dict[str, Any]:
    """Laws that a symmetric and a skew statistic follow."""
    return {"normal": Normal(), "chi": Chi(7)}
