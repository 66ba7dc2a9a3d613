"""Cost of a step of gradient descent, next to what its products with W must read.

One pass over panels of rows for both W v and u W, which reads W once instead of twice, was tried and not taken: 1.1
times as long at n = 1000, where W stays in the last-level cache, and 0.9 times at n = 4000.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from numeric.moments import Moments, moments_of_sequences
from numeric.streams import stream
from numeric.training import ntk_model, scaled_convolution, stability_limit, train_by_steps, train_closed_form
from numeric.training_loss import loss_and_gradient
from numeric.training_rnn import Network, descend, forward, network_of
from verify.bench.rows import Measured, Row, per, ratio
from verify.bench.stopwatch import Measure

__all__ = ["group"]

RATE = 1e-3  # small: the network hardly moves however often the step is repeated
STEPS = 1000


def group(measure: Measure) -> Iterator[Measured]:
    """Steps of the RNN at several sizes, then of what is linear in its parameters, one by one and in closed form."""
    yield _step(measure, n=1000, T=10, N=50)
    yield _step(measure, n=1000, T=10, N=5000)
    yield _step(measure, n=1000, T=10, N=50, dtype=np.float32)
    yield _step(measure, n=1000, T=15, n_x=52, n_y=2, N=200)
    yield from _linear(measure)


def _step(
    measure: Measure, *, n: int, T: int, N: int, n_x: int = 1, n_y: int = 1, dtype: type[np.floating[Any]] = np.float64
) -> Measured:
    (W, F, C), moments = _problem(n, T, N, n_x, n_y, dtype)
    network, number = network_of(W, F, C), 2 * (T - 1) * min(n_x, n_y)
    calls = {"step": lambda: _descend(network, moments), "products": _products(W.copy(), number)}
    shape = f"n = {n}, T = {T}, N = {N}, {np.dtype(dtype)}" + (f", n_x = {n_x}, n_y = {n_y}" if n_x > 1 else "")
    name = f"{shape}: a step of the RNN over {number} products with W and writing W once"
    return measure(Row(name=name, unit="×", calls=calls, value=ratio("step", "products")))


def _linear(measure: Measure) -> Iterator[Measured]:
    weights, moments = _problem(1000, 10, 50, 1, 1, np.float64)
    model = ntk_model(*weights, 10)
    for learner, words in ((scaled_convolution(model.start, np.ones(10)), "convolution"), (model, "NTK model")):
        options = {"rate": stability_limit(learner, moments) / 2, "steps": range(STEPS + 1)}
        calls = {
            "by steps": lambda a=learner, o=options: train_by_steps(a, moments, **o),
            "closed form": lambda a=learner, o=options: train_closed_form(a, moments, **o),
        }
        for way in calls:
            name = f"{words}, T = 10: a step of {STEPS}, {way}"
            yield measure(Row(name=name, unit="µs", calls={way: calls[way]}, value=per(way, STEPS, "µs")))


def _problem(  # noqa: PLR0917 — the sizes of a network and its data
    n: int, T: int, N: int, n_x: int, n_y: int, dtype: type[np.floating[Any]]
) -> tuple[tuple[Any, Any, Any], Moments]:
    rng = stream("bench", "training", n, T, n_x, n_y)
    W, F, C = ((0.5 * rng.standard_normal(shape)).astype(dtype) for shape in ((n, n), (n, n_x), (n_y, n)))
    x, y = (rng.standard_normal((N, T, channels)).astype(dtype) for channels in (n_x, n_y))
    return (W, F, C), moments_of_sequences(x, y)


def _descend(network: Network, moments: Moments) -> None:
    P, impulse = forward(network, moments.T)
    _, gradient = loss_and_gradient(moments, impulse)
    descend(network, P, gradient, RATE)


def _products(W: Any, number: int) -> Callable[[], None]:  # noqa: ANN401 — an array of either precision
    """Half of the products with W, half with its transpose, and one pass that reads and writes W."""
    v = W[0].copy()

    def call() -> None:
        for _ in range(number // 2):
            np.matmul(W, v)
            np.matmul(v, W)
        np.negative(W, out=W)

    return call
