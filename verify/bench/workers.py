"""How much sooner two local workers are done than one, with work that takes two of them about two seconds.

The first row only counts, in no memory: what it falls short of 2 is the machine's doing, and no other can do better.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor

from numeric import dense, krylov
from numeric.parallel import executor, usable_cores
from numeric.streams import BLOCK, streams
from verify.bench.rows import Asked, Measured, Row, not_measured, ratio
from verify.bench.stopwatch import Measure

__all__ = ["group"]

SECONDS = 4.2  # of one worker: chosen, two are then busy for two seconds at least, which hides no start-up
TASK = 0.1  # seconds: chosen, small enough that the last tasks end together
COUNT = 10**5
CASES = (
    ("counting, the control", "counting", None),
    ("width-free draws, T = 32, n = 10⁶", "width_free", Asked(least=1.8)),
    ("dense draws, n = 1000, T = 7", "dense", Asked(least=1.5)),
)


def group(measure: Measure) -> Iterator[Measured]:
    """Time of one worker over that of two, on the same tasks; both pools are up before the first measurement."""
    if usable_cores() < 2:  # noqa: PLR2004 — one core cannot show it
        for name, _, asked in CASES:
            yield not_measured(name, "×", "this process may use one core only", asked)
        return
    with executor(1) as one, executor(2) as two:
        for name, work, asked in CASES:
            draws = _draws_in_a_task(work)
            tasks = 2 * math.ceil(SECONDS / TASK / 2)
            calls = {"one": _run(one, work, tasks, draws), "two": _run(two, work, tasks, draws)}
            title = f"{name}: time of one worker over that of two"
            row = Row(
                name=title,
                unit="×",
                calls=calls,
                value=ratio("one", "two"),
                asked=asked,
                fewest=5,
            )
            yield measure(row)


def _run(pool: Executor, work: str, tasks: int, draws: int) -> Callable[[], object]:
    def run() -> list[float]:
        futures = [pool.submit(draw, work, index, draws) for index in range(tasks)]
        return [future.result() for future in futures]

    return run


def _draws_in_a_task(work: str) -> int:
    """As many draws of a block as take a tenth of a second here."""
    draw(work, 0, 1)
    start = time.perf_counter()
    draw(work, 0, 2)
    return max(1, round(TASK / ((time.perf_counter() - start) / 2)))


def draw(work: str, index: int, draws: int) -> float:
    """What a worker does; a number comes back, as little as from a task of a run."""
    rngs = streams(("bench", "workers", work, index), range(1))
    total = 0.0
    for _ in range(draws):
        if work == "counting":
            total += sum(range(COUNT))
        elif work == "dense":
            total += float(dense.sample_grams(n=1000, T=7, replicates=1, rng=rngs).impulse.sum())
        else:
            total += float(krylov.sample_grams(n=10**6, T=32, replicates=BLOCK, rng=rngs).impulse.sum())
    return total
