"""Cost of the tangent kernel between lags, from Grams."""

from __future__ import annotations

from collections.abc import Iterator

from numeric import arnoldi, kernels, krylov
from numeric.streams import BLOCK, streams
from verify.bench.rows import Asked, Measured, Row, per
from verify.bench.stopwatch import Measure

__all__ = ["group"]

BLOCKS = 2
WIDE = 10**6


def group(measure: Measure) -> Iterator[Measured]:
    """The full kernel, its diagonal alone, and the exact laws read off from Grams."""
    for T, asked in ((12, None), (32, Asked(most=60.0))):
        grams = krylov.sample_grams(n=WIDE, T=T, replicates=BLOCK * BLOCKS, rng=streams(("bench", T), range(BLOCKS)))
        factor = arnoldi.krylov_factor(grams.right[..., 0, 0], WIDE)
        for name, call, limit in (
            ("full lag kernel", lambda g=grams: kernels.lag_ntk(g), asked),
            ("its diagonal", lambda g=grams: kernels.lag_ntk_diagonal(g), None),
            ("Arnoldi entries", lambda f=factor: arnoldi.hessenberg(f, WIDE), None),
        ):
            value = per("call", BLOCK * BLOCKS, "µs")
            title = f"{name}, T = {T}: time of a replicate"
            yield measure(Row(name=title, unit="µs", calls={"call": call}, value=value, asked=limit))
