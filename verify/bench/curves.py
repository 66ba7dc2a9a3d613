"""How costs grow with the width n and with the number of lags T: the points of two pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from numeric import dense, kernels, krylov
from numeric.streams import BLOCK, streams
from verify.bench.rows import Measured, Row, per, size
from verify.bench.stopwatch import Measure

__all__ = ["group"]

WIDTHS = (64, 256, 1024, 4096, 10**6, 10**9, 10**12)
DENSE_WIDTHS = (16, 32, 64, 128, 256, 512, 1024, 2048)
LAGS = (4, 8, 16, 32, 64, 128)
T, WIDE, NARROW = 32, 10**6, 512  # lags over n; width of the width-free sampler and of the dense RNN over T


def group(measure: Measure) -> Iterator[Measured]:
    """Microseconds of a replicate, each size measured for itself; a size may be a point of both pictures."""
    for n in WIDTHS:
        yield measure(_width_free(n, T, ("n", "T") if n == WIDE else ("n",)))
    for n in DENSE_WIDTHS:
        yield measure(_dense(n, T, ("n", "T") if n == NARROW else ("n",)))
    for lags in LAGS:
        if lags != T:
            yield measure(_width_free(WIDE, lags, ("T",)))
            yield measure(_dense(NARROW, lags, ("T",)))
        yield measure(_kernel(lags))


def _width_free(n: int, lags: int, over: Sequence[str]) -> Row:
    blocks = max(1, min(8, 256 // lags))
    rngs = streams(("bench", "curve", lags), range(blocks))

    def call() -> object:
        return krylov.sample_grams(n=n, T=lags, replicates=blocks * BLOCK, rng=rngs)

    return _row("width-free sampler", {"n": n, "T": lags}, over, call, replicates=blocks * BLOCK)


def _dense(n: int, lags: int, over: Sequence[str]) -> Row:
    replicates = max(1, 256**2 // n**2)
    rngs = streams(("bench", "dense curve", n), range(1))

    def call() -> object:
        return dense.sample_grams(n=n, T=lags, replicates=replicates, rng=rngs)

    return _row("dense RNN", {"n": n, "T": lags}, over, call, replicates=replicates)


def _kernel(lags: int) -> Row:
    replicates = max(2, BLOCK * 32 // max(32, lags))
    grams = krylov.sample_grams(n=WIDE, T=lags, replicates=replicates, rng=streams(("bench", "kernel", lags), range(1)))
    return _row("full lag kernel", {"T": lags}, ("T",), lambda: kernels.lag_ntk(grams), replicates=replicates)


def _row(
    what: str, sizes: Mapping[str, int], over: Sequence[str], call: Callable[[], object], *, replicates: int
) -> Row:
    stated = ", ".join(f"{name} = {size(value)}" for name, value in sizes.items())
    return Row(
        name=f"{what}, {stated}: time of a replicate",
        unit="µs",
        calls={"call": call},
        value=per("call", replicates, "µs"),
        series=what,
        at={axis: sizes[axis] for axis in over},
        fewest=3,
        seconds=0.3,
    )
