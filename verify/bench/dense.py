"""Cost of the dense RNN, next to what drawing its numbers and reading its W must cost on this machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from numeric import dense, kernels
from numeric.streams import stream
from verify.bench.rows import Asked, Measured, Row, Times, per, ratio
from verify.bench.stopwatch import Measure

__all__ = ["group"]

ENOUGH = Asked(least=0.8)
MEGA, GIGA = 1e6, 1e9
F32, F64 = np.dtype(np.float32), np.dtype(np.float64)


def group(measure: Measure) -> Iterator[Measured]:
    """Attainable time over time, the rates it is computed from, single precision, and the kernel of given weights."""
    yield from _attainable(measure, n=1000, T=7, rates=True)
    yield from _attainable(measure, n=1000, T=7, dtype=F32, rates=True)
    yield from _attainable(measure, n=1000, T=32)
    yield from _attainable(measure, n=1000, T=7, columns=4)
    yield from _attainable(measure, n=4096, T=4, rates=True)
    calls = {dtype.name: _draw(1000, 7, 1, dtype) for dtype in (F32, F64)}
    value = ratio(F32.name, F64.name)
    yield measure(Row(name="n = 1000, T = 7: float32 over float64", unit="×", calls=calls, value=value))
    weights = _weights(1024)
    calls = {"kernel": lambda: kernels.lag_ntk(dense.grams_of(*weights, 32))}
    name = "tangent kernel of given W, F, C at n = 1024, T = 32"
    yield measure(Row(name=name, unit="ms", calls=calls, value=per("kernel", 1, "ms")))


def _attainable(
    measure: Measure, *, n: int, T: int, columns: int = 1, dtype: np.dtype[Any] = F64, rates: bool = False
) -> Iterator[Measured]:
    """Three times of one run: what is attainable with W read for every product or once a lag, and the rates.

    A product is that of W or its transpose with all columns of a lag, 2 (T - 1) in all.
    """
    products = 2 * (T - 1)
    numbers, reading = _floors(n, columns, products, dtype)
    calls = {"dense": _draw(n, T, columns, dtype), "numbers": numbers, "reading": reading}
    size = f"n = {n}, T = {T}, {dtype.name}" + (f", n_x = n_y = {columns}" if columns > 1 else "")
    name = f"{size}: time of the numbers and of reading W for every product, over time"

    def attainable(times: Times, share: float = 1.0) -> float:
        return (times["numbers"] + share * times["reading"]) / times["dense"]

    found = measure(Row(name=name, unit="×", calls=calls, value=attainable, asked=ENOUGH, fewest=5))
    yield found
    yield _derived(found, f"{size}: the same with W read once a lag", "×", attainable(found.times, (T - 1) / products))
    if rates:
        bytes_of_W = n * n * dtype.itemsize
        rate, bandwidth = n * (n + 2 * columns) / found.times["numbers"], bytes_of_W * products / found.times["reading"]
        yield _derived(found, f"n = {n}, {dtype.name}: normal numbers", "10⁶/s", rate / MEGA)
        name = f"n = {n}, {dtype.name}: reading W ({bytes_of_W / MEGA:.0f} MB)"
        yield _derived(found, name, "GB/s", bandwidth / GIGA)


def _derived(found: Measured, name: str, unit: str, value: float) -> Measured:
    """Another number from the median times of a row; it has no spread of its own."""
    return Measured(name=name, unit=unit, median=value, repeats=found.repeats, times=found.times)


def _draw(n: int, T: int, columns: int, dtype: np.dtype[Any]) -> Callable[[], object]:
    rng = stream("bench", "dense", n)
    return lambda: dense.sample_grams(
        n=n, T=T, n_x=columns, n_y=columns, replicates=1, rng=rng, dtype=dtype, max_bytes=2**31
    )


def _floors(
    n: int, columns: int, products: int, dtype: np.dtype[Any]
) -> tuple[Callable[[], object], Callable[[], object]]:
    """Fill W, F and C anew; read W once a product, each time as the product of one long vector with itself.

    All readings follow one another, as the products do: a W that fits is then read from the same cache.
    """
    rng = stream("bench", "floor", n)
    room = rng.standard_normal(n * (n + 2 * columns), dtype=dtype.type)
    W = room[: n * n].copy()
    return (lambda: rng.standard_normal(out=room, dtype=dtype.type)), (lambda: [W @ W for _ in range(products)])


def _weights(n: int) -> tuple[Any, Any, Any]:
    rng = stream("bench", "weights", n)
    return rng.standard_normal((n, n)), rng.standard_normal((n, 1)), rng.standard_normal((1, n))
