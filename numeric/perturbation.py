"""How the output of a linear RNN moves when its weights are moved in given directions, to first order.

A direction is a row of parameters (ΔW, ΔF, ΔC), each row-major, in this order: n (n + n_x + n_y) numbers.
"""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np

from numeric.arrays import checked, checked_weights
from numeric.grams import Array
from numeric.kernels import ntk
from numeric.rounding import SLACK, gamma

__all__ = ["Weights", "directional_kernel", "directional_kernel_error", "moved_outputs", "ntk_error"]

Weights: TypeAlias = tuple[Array, Array, Array]  # W [n, n], F [n, n_x], C [n_y, n]


def moved_outputs(weights: Weights, directions: Array, x: Array) -> Array:
    """Return dy [B, T*n_y], index t*n_y + a, the derivative of the outputs for x [T, n_x] along B directions [B, P].

    dh_t = (dW h_{t-1} + W dh_{t-1})/sqrt(n) + dF x_t, dy_t = (dC h_t + C dh_t)/sqrt(n), dh_{-1} = 0. The perturbation
    runs beside the recursion; no Jacobian is formed. Raises ArgumentError for shapes that do not fit.
    Source: [E] (36), (37).
    """
    W, F, C, x = checked_weights(*weights, x=(x, "T n_x"))
    (directions,) = checked({"directions": (directions, "B P")}, {"P": W.size + F.size + C.size})
    n, n_x = F.shape
    dW, dF, dC = np.split(directions, [n * n, n * (n + n_x)], axis=1)
    dW, dF, dC = dW.reshape(-1, n, n), dF.reshape(-1, n, n_x), dC.reshape(-1, len(C), n)
    scale = 1 / math.sqrt(n)
    h, dh, moved = np.zeros(n), np.zeros((len(directions), n)), []
    for x_t in x:
        dh = scale * (dW @ h + dh @ W.T) + dF @ x_t
        h = scale * (W @ h) + F @ x_t
        moved.append(scale * (dC @ h + dh @ C.T))
    return np.concatenate(moved, axis=1)


def directional_kernel(weights: Weights, basis: Array, x: Array, x2: Array) -> Array:
    """Return Σ_i dy_i(x) dy_i(x2)^T over the directions in the rows of `basis`, [T*n_y, T*n_y]."""
    kernel: Array = moved_outputs(weights, basis, x).T @ moved_outputs(weights, basis, x2)
    return kernel


def directional_kernel_error(weights: Weights, basis: Array, x: Array, x2: Array) -> Array:
    """Entrywise bound on the error of `directional_kernel`.

    A path from a weight to an output has T + 1 products, each a sum of at most n + n_x terms with at most five more
    roundings; the kernel multiplies two such numbers and adds up the directions. γ of the operations times the same in
    absolute values.
    """
    n, n_x = weights[1].shape
    operations = 2 * (len(x) + 1) * (n + n_x + 5) + len(basis)
    W, F, C = map(np.abs, weights)
    size = directional_kernel((W, F, C), np.abs(basis), np.abs(x), np.abs(x2))
    return np.asarray(SLACK * gamma(operations) * size)


def ntk_error(weights: Weights, x: Array, x2: Array) -> Array:
    """Entrywise bound on the error of `numeric.kernels.ntk`.

    A Gram is a sum of n products of two chains of up to T products; a hidden Gram contracts it twice over T n_x delayed
    inputs, and the kernel is a sum of at most T² + 1 products of such numbers.
    """
    n, n_x = weights[1].shape
    T = len(x)
    operations = 4 * T * (n + 4) + 2 * n + 2 * T * n_x + T * T + 8
    W, F, C = map(np.abs, weights)
    return np.asarray(SLACK * gamma(operations) * ntk(W, F, C, np.abs(x), np.abs(x2)))
