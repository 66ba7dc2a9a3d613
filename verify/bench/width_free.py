"""Cost of the width-free sampler, next to that of the random numbers of an exact draw."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from numeric import krylov
from numeric.streams import BLOCK, streams
from verify.bench.rows import Asked, Measured, Row, per, ratio, size
from verify.bench.stopwatch import Measure

__all__ = ["group"]

WIDE = 10**6
BLOCKS = 8  # of 64 replicates: chosen, the sampler is at its best from about 200 replicates on


def group(measure: Measure) -> Iterator[Measured]:
    """T = 32 against its random numbers, the same at all widths, and T = 256."""
    for T, asked in ((5, None), (12, None), (32, Asked(most=5.0))):
        calls = {"sampler": _draw(WIDE, T, BLOCKS), "numbers": _numbers(T, BLOCKS)}
        name = f"both sides, T = {T}: time over that of its T² + 3T normal numbers"
        yield measure(Row(name=name, unit="×", calls=calls, value=ratio("sampler", "numbers"), asked=asked))
    for n in (10**4, 10**8, 10**12):
        calls = {"sampler": _draw(n, 32, BLOCKS), "at n = 256": _draw(256, 32, BLOCKS)}
        flat = Asked(least=0.85, most=1.15)
        name = f"both sides, T = 32, n = {size(n)}: time over that at n = 256"
        yield measure(Row(name=name, unit="×", calls=calls, value=ratio("sampler", "at n = 256"), asked=flat))
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


def _draw(n: int, T: int, blocks: int) -> Callable[[], object]:
    rngs = streams(("bench", T), range(blocks))
    return lambda: krylov.sample_grams(n=n, T=T, replicates=BLOCK * blocks, rng=rngs)


def _numbers(T: int, blocks: int) -> Callable[[], object]:
    """Draw what an exact two-sided draw needs (theory C.2), in the blocks of the sampler."""
    rngs = streams(("bench", "numbers", T), range(blocks))
    return lambda: [rng.standard_normal((BLOCK, T * T + 3 * T)) for rng in rngs]
