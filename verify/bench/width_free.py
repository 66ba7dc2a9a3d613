"""Cost of the width-free sampler, next to that of the random numbers of an exact draw."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from numeric import krylov
from numeric.streams import BLOCK, streams
from verify.bench.rows import Asked, Measured, Row, per, ratio, size
from verify.bench.stopwatch import Measure

__all__ = ["group"]

WIDE, T = 10**6, 32
BLOCKS = 8  # of 64 replicates: chosen, the sampler is at its best from about 200 replicates on
FLAT = Asked(least=0.85, most=1.15)
SIDE = f"right side, T = {T}: time over that of its (T² + 3T)/2 normal numbers"


def group(measure: Measure) -> Iterator[Measured]:
    """Both sides and one against their random numbers, the same at all widths, and T = 256."""
    for lags, asked in ((5, None), (12, None), (T, Asked(most=5.0))):
        calls = {"sampler": _draw(WIDE, lags, BLOCKS), "numbers": _numbers(lags * lags + 3 * lags)}
        name = f"both sides, T = {lags}: time over that of its T² + 3T normal numbers"
        yield measure(Row(name=name, unit="×", calls=calls, value=ratio("sampler", "numbers"), asked=asked))
    yield _one_sided(measure)
    for n in (10**4, 10**8, 10**12):
        calls = {"sampler": _draw(n, T, BLOCKS), "at n = 256": _draw(256, T, BLOCKS)}
        name = f"both sides, T = {T}, n = {size(n)}: time over that at n = 256"
        yield measure(Row(name=name, unit="×", calls=calls, value=ratio("sampler", "at n = 256"), asked=FLAT))
    yield measure(
        Row(
            name="both sides, T = 256: time of a replicate",
            unit="ms",
            calls={"sampler": _draw(WIDE, 256, 1)},
            value=per("sampler", BLOCK, "ms"),
            asked=Asked(most=15.0),
            fewest=3,
        )
    )


def _one_sided(measure: Measure) -> Measured:
    """The right Gram and L alone need about half of the numbers: the Hessenberg matrix and the coordinates of C."""
    asked = Asked(most=2.0)
    rngs = streams(("bench", "right", T), range(BLOCKS))
    calls = {
        "sampler": lambda: krylov.sample_right_grams(n=WIDE, T=T, replicates=BLOCK * BLOCKS, rng=rngs),
        "numbers": _numbers((T * T + 3 * T) // 2),
    }
    return measure(Row(name=SIDE, unit="×", calls=calls, value=ratio("sampler", "numbers"), asked=asked))


def _draw(n: int, lags: int, blocks: int) -> Callable[[], object]:
    rngs = streams(("bench", lags), range(blocks))
    return lambda: krylov.sample_grams(n=n, T=lags, replicates=BLOCK * blocks, rng=rngs)


def _numbers(count: int) -> Callable[[], object]:
    """Draw as many normal numbers a replicate as an exact draw needs (theory C.2), in the blocks of the sampler.

    Into one room that is used again, as the sampler does: fresh pages would make the floor half as high again.
    """
    rngs = streams(("bench", "numbers", count), range(BLOCKS))
    room = np.empty((BLOCK, count))
    return lambda: [rng.standard_normal(out=room) for rng in rngs]
