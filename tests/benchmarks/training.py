"""What a training step costs, next to the floor it stands on: `python tests/benchmarks/training.py` prints medians.

Not a test: speed is measured here and judged nowhere. Run it with OMP_NUM_THREADS=1 on a quiet machine. The floor of an
RNN step is what its 2 (T-1) products with W must read, by BLAS, one vector at a time, and reading and writing W once.

Measured alternatives that were not taken. One pass over panels of rows for both W v and u W reads W once instead of
twice: 1.1 times as long at n = 1000, where W stays in the last-level cache, 0.9 times at n = 4000. A thin matrix
product of 2 to 5 rows with W takes 1.4 to 2.8 times as long as the products of one vector after the other.
"""

import numpy as np
from engine import row

from numeric.moments import Moments, moments_of_sequences
from numeric.streams import stream
from numeric.training_filter import train_closed_form
from numeric.training_linear import ntk_model, scaled_convolution, stability_limit, train_by_steps
from numeric.training_loss import loss_and_gradient
from numeric.training_rnn import Network, descend, forward, network_of

PANEL = 64


def rnn_step(network: Network, moments: Moments) -> None:
    P, impulse = forward(network, moments.T)
    _, gradient = loss_and_gradient(moments, impulse)
    descend(network, P, gradient, 1e-3)


def products(W: np.ndarray, v: np.ndarray, number: int) -> None:
    """Half of the products with W, half with its transpose, and one pass that reads and writes W."""
    for _ in range(number // 2):
        np.matmul(W, v)
        np.matmul(v, W)
    np.negative(W, out=W)


def one_pass(W: np.ndarray, v: np.ndarray, number: int) -> None:
    """The same, with both products on a panel of rows while it is in the cache."""
    for _ in range(number // 2):
        rows, columns = np.empty_like(v), np.zeros_like(v)
        for start in range(0, len(W), PANEL):
            panel = slice(start, start + PANEL)
            np.matmul(W[panel], v, out=rows[panel])
            columns += v[panel] @ W[panel]
    np.negative(W, out=W)


def alternatives(n: int) -> None:
    """Products of several rows with one W, together and one after the other."""
    W = stream("benchmark", "thin", n).standard_normal((n, n))
    for rows in (2, 3, 4, 5, 8):
        P = W[:rows].copy()
        floor = row(f"n={n}: {rows} rows with W, W^T, one by one", lambda P=P: [(p @ W, W @ p) for p in P], 1)
        row(f"n={n}: {rows} rows with W, W^T, at once", lambda P=P: (P @ W, P @ W.T), 1, floor)


def rows_of(*, n: int, T: int, n_x: int, n_y: int, N: int, dtype: type = np.float64) -> None:
    """One network on N sequences: floor, step, and what precedes training."""
    rng = stream("benchmark", "training", n, T, n_x, n_y)
    shapes = (n, n), (n, n_x), (n_y, n)
    W, F, C = weights = [(0.5 * rng.standard_normal(shape)).astype(dtype) for shape in shapes]
    x, y = (rng.standard_normal((N, T, channels)).astype(dtype) for channels in (n_x, n_y))
    moments, network = moments_of_sequences(x, y), network_of(W, F, C)
    v, number = W[0].copy(), 2 * (T - 1) * min(n_x, n_y)
    name = f"n={n}, T={T}, n_x={n_x}, n_y={n_y}, {np.dtype(dtype)}"
    floor = row(f"{name}: {number} products and W once (the floor)", lambda: products(W, v, number), 1)
    row(f"{name}: the same, one pass", lambda: one_pass(W, v, number), 1, floor)
    row(f"{name}: a step of the RNN", lambda: rnn_step(network, moments), 1, floor)
    row(f"{name}: moments of {N} sequences, once", lambda: moments_of_sequences(x, y), 1)
    model = ntk_model(*weights, T)
    row(f"{name}: limit of the rate, once", lambda: stability_limit(ntk_model(*weights, T), moments), 1)
    convolution = scaled_convolution(model.start, np.ones(T, dtype=dtype))
    for learner, words in ((convolution, "convolution"), (model, "NTK model")):
        rate = stability_limit(learner, moments) / 2
        steps = {"rate": rate, "steps": range(1001)}
        row(f"{words}, a step of 1000", lambda a=learner, s=steps: train_by_steps(a, moments, **s), 1000)
        row(f"{words}, closed form, per step", lambda a=learner, s=steps: train_closed_form(a, moments, **s), 1000)


def main() -> None:
    print("| what | µs (median) | spread | × floor |\n|---|---|---|---|")  # noqa: T201 — the table is the product
    alternatives(1000)
    for dtype in (np.float64, np.float32):
        rows_of(n=1000, T=10, n_x=1, n_y=1, N=50, dtype=dtype)
    rows_of(n=4000, T=10, n_x=1, n_y=1, N=50)
    rows_of(n=1000, T=15, n_x=52, n_y=2, N=200)


if __name__ == "__main__":
    main()
