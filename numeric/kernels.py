"""The only file that knows the tangent kernel of a linear RNN: from Grams, without any Jacobian."""

import numpy as np

from numeric.arrays import checked, checked_weights
from numeric.convolutions import before_diagonal, before_lags, up_to_lags
from numeric.dense import grams_of
from numeric.grams import MAX_BYTES, Array, Grams, check_bytes

__all__ = ["grams_of", "lag_ntk", "lag_ntk_diagonal", "lag_ntk_parts", "ntk", "ntk_of_grams"]


def lag_ntk(grams: Grams, *, max_bytes: int = MAX_BYTES) -> Array:
    """Return Theta_jk = I (x) right_jk + left_jk (x) I + sum_{a<j, b<k} left_ab (x) right_{j-1-a, k-1-b}.

    Shape [B, T, T, n_y*n_x, n_y*n_x]: rows are the entries of L_j, columns those of L_k, both row-major. It is the
    tangent kernel of the impulse response for the weights behind the Grams, exact at every width, in O(T^4).
    Raises MemoryLimitError beyond max_bytes. Source: theory C.1; its wide limit is [E] (21).
    """
    from_c, from_f, from_w = lag_ntk_parts(grams, max_bytes=max_bytes)
    kernel = from_c + from_f
    kernel += from_w
    return kernel


def lag_ntk_parts(grams: Grams, *, max_bytes: int = MAX_BYTES) -> tuple[Array, Array, Array]:
    """Return the contributions of C, F and W to Theta, each of the shape of `lag_ntk`, which is their sum."""
    T, size = grams.T, grams.n_y * grams.n_x
    needed = 4 * grams.impulse.itemsize * grams.replicates * (T * size) ** 2  # three parts and their sum
    advice = "Use numeric.kernels.lag_ntk_diagonal, ask for fewer replicates, or raise max_bytes."
    check_bytes("the kernel between all lags", needed, max_bytes, advice)
    return (*_from_c_and_f(grams, grams.left, grams.right), before_lags(grams.left, grams.right))


def lag_ntk_diagonal(grams: Grams) -> Array:
    """Return the blocks Theta_jj of `lag_ntk` as [B, T, n_y*n_x, n_y*n_x], in O(T^3), none of the others."""
    lags = np.arange(grams.T)
    from_c, from_f = _from_c_and_f(grams, grams.left[:, lags, lags], grams.right[:, lags, lags])
    return from_c + from_f + before_diagonal(grams.left, grams.right)


def _from_c_and_f(grams: Grams, left: Array, right: Array) -> tuple[Array, Array]:
    """Return I_{n_y} (x) right and left (x) I_{n_x}."""
    eye_y, eye_x = np.eye(grams.n_y, dtype=left.dtype), np.eye(grams.n_x, dtype=right.dtype)
    return _kronecker(eye_y, right), _kronecker(left, eye_x)


def _kronecker(left: Array, right: Array) -> Array:
    """Return the Kronecker product over the last two axes, broadcasting the others."""
    product = left[..., :, None, :, None] * right[..., None, :, None, :]
    size = left.shape[-1] * right.shape[-1]
    return product.reshape(*product.shape[:-4], size, size)


def ntk(W: Array, F: Array, C: Array, x: Array, x2: Array) -> Array:
    """Return K(x, x2) = sum_p df(x)/dtheta_p df(x2)^T/dtheta_p, theta = (W, F, C), at given weights.

    W [n, n], F [n, n_x], C [n_y, n], x and x2 [T, n_x]; K [T*n_y, T*n_y] with index t*n_y + a. Costs O(T n^2 + T^4).
    Raises ArgumentError for shapes that do not fit. Source: [E] (13), theory C.1.
    """
    W, F, C, x, x2 = checked_weights(W, F, C, x=(x, "T n_x"), x2=(x2, "T n_x"))
    kernel: Array = ntk_of_grams(grams_of(W, F, C, len(x)), x, x2)[0]
    return kernel


def ntk_of_grams(grams: Grams, x: Array, x2: Array) -> Array:
    """Return K(x, x2) = sum_jk of Theta_jk contracted with x_{t-j} and x2_{t'-k}, [B, T*n_y, T*n_y], from Grams alone.

    With H_tt' = h_t^T h'_t'/n = sum_jk x_{t-j}^T right_jk x2_{t'-k}, the Gram of the hidden states, the contraction is
    K_tt' = I H_tt' + sum_{a<=t, b<=t'} left_ab (x_{t-a}^T x2_{t'-b} + H_{t-1-a, t'-1-b}); its terms come from C, F, W.
    Raises ArgumentError unless x and x2 are [T, n_x] with T and n_x of the Grams.
    """
    T, n_y = grams.T, grams.n_y
    x, x2 = checked({"x": (x, "T n_x"), "x2": (x2, "T n_x")}, {"T": T, "n_x": grams.n_x})
    flat = grams.right.swapaxes(2, 3).reshape(-1, T * grams.n_x, T * grams.n_x)
    hidden = np.matmul(np.matmul(_delayed(x).T, flat), _delayed(x2))  # [B, T, T]
    driven = np.tile(x @ x2.T, (grams.replicates, 1, 1))
    driven[:, 1:, 1:] += hidden[:, :-1, :-1]
    eye = np.eye(n_y, dtype=hidden.dtype)
    kernel = up_to_lags(grams.left, driven[..., None, None]) + _kronecker(eye, hidden[..., None, None])
    return np.ascontiguousarray(kernel.swapaxes(2, 3)).reshape(-1, T * n_y, T * n_y)


def _delayed(x: Array) -> Array:
    """Return the block Toeplitz input matrix [T*n_x, T]: entry (j*n_x + b, t) is x_{t-j, b}, 0 before the start."""
    T, n_x = x.shape
    delayed = np.zeros((T, n_x, T), dtype=x.dtype)
    for j in range(T):
        delayed[j, :, j:] = x[: T - j].T
    return delayed.reshape(T * n_x, T)
