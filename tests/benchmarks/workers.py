"""What a second worker is worth: `PYTHONPATH=. python tests/benchmarks/workers.py` prints a table of paired runs.

Not a test: speed is measured here and judged nowhere. The tasks are those of a real run, chunks of half a second of a
sampled family with its reduction and its way back; one worker and two take the same ones in turn, on warm processes.
The first row only counts, in no memory and with no result: what it falls short of 2 is the machine's doing, and the
rows below it can do no better. Needs two idle cores: what else runs is taken from the second worker first.
"""

import statistics
import sys
import time
from collections.abc import Callable

from numeric.parallel import executor
from numeric.processes import ProcessPool
from verify import registry, tasks
from verify.model import Config

PAIRS = 5
SECONDS = 2.5  # of a run on two workers, aimed at; a run below two seconds would measure its edges
CONFIG = Config(profile="standard")


COUNT = 10**7  # numbers that one task of the first row adds up; chosen: about as long as a chunk


Run = Callable[[ProcessPool, int], None]


def counting(pool: ProcessPool, chunks: int) -> None:
    for one in [pool.submit(sum, range(COUNT)) for _ in range(chunks)]:
        one.result()


def drawing(claim: str, check: str) -> Run:
    """Chunks of the costliest family of a check, each of its own blocks."""
    reference = registry.references()[claim]
    family = max(tasks.plan(reference, check, None, CONFIG), key=lambda family: family.cost)

    def run(pool: ProcessPool, chunks: int) -> None:
        blocks = [(index * family.chunk, (index + 1) * family.chunk) for index in range(chunks)]
        for one in [pool.submit(tasks.observe, reference, family, 0, block, CONFIG.watchdog) for block in blocks]:
            one.result()

    return run


def seconds(run: Run, pool: ProcessPool, chunks: int) -> float:
    """Wall clock of so many chunks."""
    began = time.perf_counter()
    run(pool, chunks)
    return time.perf_counter() - began


def row(name: str, run: Run, one: ProcessPool, two: ProcessPool, asked: float | None) -> None:
    for pool in (one, two):
        run(pool, 4)  # warm: everything is imported
    chunks = max(4, 2 * round(SECONDS / (seconds(run, one, 4) / 4)))
    pairs = [[seconds(run, pool, chunks) for pool in (one, two)] for _ in range(PAIRS)]
    ratios = sorted(alone / both for alone, both in pairs)
    medians = [statistics.median(column) for column in zip(*pairs, strict=True)]
    cells = " | ".join(f"{value:.2f}" for value in (*medians, statistics.median(ratios), ratios[0], ratios[-1]))
    sys.stdout.write(f"| {name} | {chunks} | {cells} | {asked or '–'} |\n")
    sys.stdout.flush()


def main() -> None:
    head = ("task", "tasks", "one worker, s", "two workers, s", "ratio (median of pairs)", "lowest", "highest", "asked")
    sys.stdout.write(f"| {' | '.join(head)} |\n|{'---|' * len(head)}\n")
    with executor(1) as one, executor(2) as two:
        row("counting, the control", counting, one, two, None)
        row("width-free draws", drawing("exact_sampler", "width-free"), one, two, 1.8)
        row("dense draws", drawing("theorem_3_3b_ntk_limit", "dense"), one, two, 1.5)


if __name__ == "__main__":
    main()
