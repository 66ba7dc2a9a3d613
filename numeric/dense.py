"""The only file that holds a recurrent weight matrix in memory: the real linear RNN, drawn or given."""

import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.random import Generator
from numpy.typing import DTypeLike

from numeric.arrays import checked, checked_weights, real_dtype
from numeric.grams import MAX_BYTES, Array, Grams, Sizes, check_bytes, checked_sizes, positive_integer
from numeric.products import krylov_vectors
from numeric.streams import generators_of_blocks

__all__ = ["draw_weights", "grams_of", "impulse_response", "run_convolution", "run_rnn", "sample_grams"]

GROUP_BYTES = 2**20  # chosen: the weights of one group of replicates stay in a core's own cache


def sample_grams(
    *,
    n: int,
    T: int,
    replicates: int,
    n_x: int = 1,
    n_y: int = 1,
    nu_w: float = 1.0,
    nu_f: float = 1.0,
    nu_c: float = 1.0,
    rng: Generator | Sequence[Generator],
    dtype: DTypeLike = np.float64,
    max_bytes: int = MAX_BYTES,
) -> Grams:
    """Return Grams of `replicates` RNNs with entries W ~ N(0, nu_w), F ~ N(0, nu_f), C ~ N(0, nu_c), independent.

    Every replicate draws W, F, C, in this order and in unit variance, from its block's generator. n (n + n_x + n_y)
    random numbers, nearly all of the time, and O(T n^2) operations per replicate; one W in memory when n is large.
    With dtype float32 numbers, products and Grams are of single precision, in half the memory.
    Raises ArgumentError for bad sizes or another dtype and MemoryLimitError beyond max_bytes. Source: [E] (1)-(4).
    """
    sizes = checked_sizes(n=n, T=T, replicates=replicates, n_x=n_x, n_y=n_y, nu_w=nu_w, nu_f=nu_f, nu_c=nu_c)
    kind = real_dtype(dtype)
    generators = generators_of_blocks(rng, sizes.replicates)
    weight_bytes = kind.itemsize * n * (n + (1 + 2 * T) * (n_x + n_y))  # W, F, C; Krylov vectors, and a copy of them
    advice = "Lower n or replicates, raise max_bytes, or use numeric.krylov, which never stores W."
    check_bytes("W with its Grams", weight_bytes + 2 * sizes.gram_bytes, max_bytes, advice)
    group = max(1, GROUP_BYTES // weight_bytes)
    block = sizes.replicates // len(generators)
    room = np.empty((min(group, block), n * (n + n_x + n_y)), dtype=kind)
    parts = [_grams(*weights, T) for generator in generators for weights in _weights(generator, sizes, block, room)]
    return Grams(
        n=sizes.n,
        right=np.concatenate([part.right for part in parts]),
        left=np.concatenate([part.left for part in parts]),
        impulse=np.concatenate([part.impulse for part in parts]),
    )


def _weights(generator: Generator, sizes: Sizes, block: int, room: Array) -> Iterator[tuple[Array, Array, Array]]:
    """Yield (W, F, C) of as many replicates at a time as `room` has; each lot overwrites the one before."""
    for start in range(0, block, len(room)):
        yield draw_weights(generator, sizes, room[: block - start])


def draw_weights(generator: Generator, sizes: Sizes, room: Array) -> tuple[Array, Array, Array]:
    """Return Gaussian W [B, n, n], F [B, n, n_x], C [B, n_y, n] as views of `room` [B, n (n + n_x + n_y)].

    One replicate after the other, so that how they are grouped leaves no trace. The variances are put into the
    weights: what scales with them is then simulated, not assumed.
    """
    n, n_x, n_y = sizes.n, sizes.n_x, sizes.n_y
    generator.standard_normal(out=room, dtype=room.dtype.type)
    W, F, C = np.split(room, [n * n, n * (n + n_x)], axis=1)
    for weights, variance in ((W, sizes.nu_w), (F, sizes.nu_f), (C, sizes.nu_c)):
        if variance != 1.0:
            np.multiply(weights, math.sqrt(variance), out=weights)
    return W.reshape(-1, n, n), F.reshape(-1, n, n_x), C.reshape(-1, n_y, n)


def _grams(W: Array, F: Array, C: Array, T: int) -> Grams:
    """Return the Grams of weights with a leading axis of replicates."""
    right, left = krylov_vectors(W, F, C, T)
    return Grams(n=W.shape[-1], right=_lag_gram(right), left=_lag_gram(left), impulse=_impulse(C, right))


def _lag_gram(vectors: Array) -> Array:
    """Return v_j^T v_k / n as [B, T, T, columns, columns] from vectors [B, T, columns, n]."""
    B, T, columns, n = vectors.shape
    flat = vectors.reshape(B, T * columns, n)
    gram: Array = np.matmul(flat, flat.swapaxes(1, 2)) * (1 / n)
    return np.ascontiguousarray(gram.reshape(B, T, columns, T, columns).swapaxes(2, 3))


def _impulse(C: Array, right: Array) -> Array:
    """Return L_j = C r_j / sqrt(n) as [B, T, n_y, n_x] from r [B, T, n_x, n]."""
    B, T, n_x, n = right.shape
    impulse = np.matmul(C, right.reshape(B, T * n_x, n).swapaxes(1, 2)) * (1 / math.sqrt(n))
    return np.ascontiguousarray(impulse.reshape(B, -1, T, n_x).swapaxes(1, 2))


def grams_of(W: Array, F: Array, C: Array, T: int) -> Grams:
    """Return the Grams of one given RNN, W [n, n], F [n, n_x], C [n_y, n], with B = 1.

    The dtype is that of the weights. Raises ArgumentError for shapes that do not fit. Source: theory C.1.
    """
    W, F, C = checked_weights(W, F, C)
    return _grams(W[None], F[None], C[None], positive_integer("T", T))


def impulse_response(W: Array, F: Array, C: Array, T: int) -> Array:
    """Return L_j = n^{-(j+1)/2} C W^j F, j = 0..T-1, of one given RNN as [T, n_y, n_x]. Source: [E] (9)."""
    W, F, C = checked_weights(W, F, C)
    right, _ = krylov_vectors(W[None], F[None], C[None, :0], positive_integer("T", T))
    impulse: Array = _impulse(C[None], right)[0]
    return impulse


def run_rnn(W: Array, F: Array, C: Array, x: Array) -> Array:
    """Return y [T, n_y] of h_t = W h_{t-1}/sqrt(n) + F x_t, y_t = C h_t/sqrt(n), h_{-1} = 0, for x [T, n_x].

    Raises ArgumentError for shapes that do not fit. Source: [E] (1), (2).
    """
    W, F, C, x = checked_weights(W, F, C, x=(x, "T n_x"))
    scale = 1 / math.sqrt(len(W))
    h = np.zeros(len(W), dtype=x.dtype)
    y: Array = np.empty((len(x), len(C)), dtype=x.dtype)
    for t, x_t in enumerate(x):
        h = scale * (W @ h) + F @ x_t
        y[t] = scale * (C @ h)
    return y


def run_convolution(impulse: Array, x: Array) -> Array:
    """Return y_t = sum_{j<=t} L_j x_{t-j} as [T, n_y], for L [lags, n_y, n_x] and x [T, n_x]; lags may differ from T.

    Raises ArgumentError for shapes that do not fit. Source: [E] (5), (8).
    """
    impulse, x = checked({"impulse": (impulse, "lags n_y n_x"), "x": (x, "T n_x")})
    y: Array = np.zeros((len(x), impulse.shape[1]), dtype=x.dtype)
    for j, L_j in enumerate(impulse[: len(x)]):
        y[j:] += x[: len(x) - j] @ L_j.T
    return y
