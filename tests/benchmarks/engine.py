"""What a draw costs, next to the floor it stands on: `python tests/benchmarks/engine.py` prints a table of medians.

Not a test: speed is measured here and judged nowhere. Run it with OMP_NUM_THREADS=1 on a quiet machine.
"""

import statistics
import sys
import time
from collections.abc import Callable

from numeric import arnoldi, dense, kernels, krylov
from numeric.streams import BLOCK, streams

REPEATS = 7


def microseconds(call: Callable[[], object], replicates: int) -> tuple[float, float]:
    """Median and spread (largest − smallest) of the time per replicate, after one run that is not counted."""
    call()
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        call()
        times.append((time.perf_counter() - start) / replicates * 1e6)
    return statistics.median(times), max(times) - min(times)


def row(name: str, call: Callable[[], object], replicates: int, floor: float | None = None) -> float:
    median, spread = microseconds(call, replicates)
    ratio = "" if floor is None else f"{median / floor:.1f}"
    sys.stdout.write(f"| {name} | {median:.3g} | {spread:.2g} | {ratio} |\n")
    return median


def main() -> None:
    sys.stdout.write("| what | µs a replicate (median) | spread | × floor |\n|---|---|---|---|\n")
    for T, blocks in ((5, 8), (12, 8), (32, 2)):
        replicates = BLOCK * blocks
        rngs = streams(("benchmark", T), range(blocks))
        numbers = T * T + 3 * T  # what an exact two-sided draw needs, theory C.2
        floor = row(
            f"T={T}: {numbers} normal numbers (the floor)",
            lambda rngs=rngs, numbers=numbers: [rng.standard_normal((BLOCK, numbers)) for rng in rngs],
            replicates,
        )
        for n in (256, 10**12):
            sizes = {"n": n, "T": T, "replicates": replicates, "rng": rngs}
            row(f"T={T}, n={n:g}: width-free sampler", lambda s=sizes: krylov.sample_grams(**s), replicates, floor)
        grams = krylov.sample_grams(n=10**6, T=T, replicates=replicates, rng=rngs)
        row(f"T={T}: full lag kernel from Grams", lambda g=grams: kernels.lag_ntk(g), replicates)
        factor = arnoldi.krylov_factor(grams.right[..., 0, 0], grams.n)
        row(f"T={T}: exact laws from Grams (Arnoldi)", lambda f=factor: arnoldi.hessenberg(f, 10**6), replicates)
    n, rng = 1000, streams(("benchmark", "dense"), range(1))
    floor = row(f"n={n}: n² normal numbers (the floor)", lambda: rng[0].standard_normal((8, n, n)), 8)
    row(f"n={n}, T=7: dense RNN", lambda: dense.sample_grams(n=n, T=7, replicates=8, rng=rng), 8, floor)


if __name__ == "__main__":
    main()
