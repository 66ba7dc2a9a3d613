"""Tangent kernel of a given RNN, n = 1024, T = 32: neural-tangents' empirical kernel over ours.

The kernel between the outputs at all times for an impulse as input is the kernel between lags. Both are given the same
W, F, C in double precision and run on one core; values must agree to rounding.
"""

import json
import math
import os
import statistics
import sys
import time
from collections.abc import Callable

import jax
import jax.numpy as jnp
import neural_tangents as nt
import numpy as np

from numeric import dense, kernels
from numeric.rounding import kernel_error
from numeric.streams import stream

jax.config.update("jax_enable_x64", True)

WIDTH, T = 1024, 32
REPEATS = 7
ASKED = 100
WAYS = {
    "Jacobian contraction": nt.NtkImplementation.JACOBIAN_CONTRACTION,
    "vector products": nt.NtkImplementation.NTK_VECTOR_PRODUCTS,
}  # structured derivatives do not run with this version of JAX, and do not know scans
Weights = tuple[np.ndarray, np.ndarray, np.ndarray]


def outputs(weights: Weights, x: jnp.ndarray) -> jnp.ndarray:
    """y [batch, T] of h_t = W h_{t-1}/sqrt(n) + F x_t, y_t = C h_t/sqrt(n), by a scan; an unrolled loop is slower."""
    W, F, C = weights
    scale = 1 / math.sqrt(W.shape[0])

    def step(h: jnp.ndarray, x_t: jnp.ndarray) -> tuple[jnp.ndarray, jnp.ndarray]:
        h = scale * (h @ W.T) + x_t @ F.T
        return h, scale * (h @ C.T)[:, 0]

    _, y = jax.lax.scan(step, jnp.zeros((x.shape[0], W.shape[0])), jnp.swapaxes(x, 0, 1))
    return y.T


def seconds(call: Callable[[], np.ndarray]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def calls(weights: Weights) -> tuple[Callable[[], np.ndarray], dict[str, Callable[[], np.ndarray]]]:
    """Our kernel, and theirs by each of their ways, compiled; the data are theirs before the clock starts."""
    on_device = tuple(map(jnp.asarray, weights))
    impulse = jnp.zeros((1, T, 1)).at[0, 0, 0].set(1.0)
    theirs = {}
    for name, way in WAYS.items():
        kernel = jax.jit(nt.empirical_ntk_fn(outputs, trace_axes=(), vmap_axes=None, implementation=way))
        theirs[name] = lambda kernel=kernel: np.asarray(kernel(impulse, None, on_device)).reshape(T, T)
    return (lambda: kernels.lag_ntk(dense.grams_of(*weights, T))[0, :, :, 0, 0]), theirs


def exact_weights() -> Weights:
    """A signed permutation for M = W/32, signs for F and C: all numbers on the way are small dyadics, none rounds."""
    rng = stream("peer", "exact")
    W = np.zeros((WIDTH, WIDTH))
    signs = rng.choice([-1.0, 1.0], (3, WIDTH))
    W[np.arange(WIDTH), rng.permutation(WIDTH)] = math.sqrt(WIDTH) * signs[0]
    return W, signs[1][:, None], signs[2][None, :]


def require_equal() -> None:
    """On weights without rounding the kernels are equal to the last bit: they are the same function."""
    ours, theirs = calls(exact_weights())
    for name, call in theirs.items():
        if not np.array_equal(ours(), call()):
            raise SystemExit(f"on weights that do not round, ours and theirs ({name}) differ")


def difference(weights: Weights, ours: np.ndarray, theirs: np.ndarray) -> float:
    """The largest |ours - theirs| over √(Theta_jj Theta_kk); beyond the derived bound of rounding it is an error.

    The bound has absolute values in place of all entries: it is tight at the first lags and allows all at the last,
    which is why equality without rounding is required as well.
    """
    allowed = 2 * kernel_error(*weights, T)[:, :, 0, 0]  # 2: both sides round
    if not (abs(ours - theirs) <= allowed).all():
        raise SystemExit("the kernels differ by more than rounding explains")
    size = np.sqrt(np.diag(ours))
    return float((abs(ours - theirs) / np.outer(size, size)).max())


def main() -> None:
    if hasattr(os, "sched_setaffinity"):  # XLA starts threads of its own with the first array
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    require_equal()
    rng = stream("peer", "neural-tangents")
    weights = tuple(rng.standard_normal(shape) for shape in ((WIDTH, WIDTH), (WIDTH, 1), (1, WIDTH)))
    ours, theirs = calls(weights)
    worst = max(difference(weights, ours(), call()) for call in theirs.values())
    fastest = min(theirs, key=lambda name: statistics.median(seconds(theirs[name]) for _ in range(3)))
    pairs = [(seconds(ours), seconds(theirs[fastest])) for _ in range(REPEATS)]
    row = {
        "name": f"tangent kernel of given W, F, C, n = {WIDTH}, T = {T}: neural-tangents ({fastest}, jitted) over ours",
        "asked": ASKED,
        "ours": [pair[0] for pair in pairs],
        "theirs": [pair[1] for pair in pairs],
        "agreement": f"kernels equal without rounding, and to {worst:.0e} with it",
    }
    versions = {"neural-tangents": nt.__version__, "jax": jax.__version__, "numpy": np.__version__}
    sys.stdout.write(json.dumps({"protocol": "peer-1", "versions": versions, "rows": [row]}) + "\n")


if __name__ == "__main__":
    main()
