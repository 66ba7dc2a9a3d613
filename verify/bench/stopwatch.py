"""The only file that takes times: everything of a row alternately, in one run."""

from __future__ import annotations

import time
from collections.abc import Callable

from verify.bench.rows import Measured, Row, Times, summarise

__all__ = ["MOST", "Measure", "measure"]

MOST = 31  # repeats; chosen: quartiles are then steady to a few per cent of the spread
Measure = Callable[[Row], Measured]


def measure(row: Row, *, clock: Callable[[], float] = time.perf_counter) -> Measured:
    """Time the calls of a row in turn, forwards and backwards by turns, so that a drift favours neither."""
    if row.warm:
        for call in row.calls.values():
            call()
    samples: list[Times] = []
    start = clock()
    while len(samples) < row.fewest or (len(samples) < MOST and clock() - start < row.seconds):
        names = list(row.calls) if len(samples) % 2 == 0 else list(row.calls)[::-1]
        seconds = {name: _seconds(row.calls[name], clock) for name in names}
        samples.append({name: seconds[name] for name in row.calls})
    return summarise(row, samples)


def _seconds(call: Callable[[], object], clock: Callable[[], float]) -> float:
    start = clock()
    call()
    return clock() - start
