"""How far rounding can move a computed product: bounds in the style of Higham, with γ_m = m u/(1 − m u)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numeric.dense import impulse_response, run_rnn
from numeric.errors import ArgumentError
from numeric.kernels import grams_of, lag_ntk_parts

__all__ = ["convolution_error", "gamma", "kernel_error", "product_error", "recursion_error", "share"]

Array = NDArray[np.floating[Any]]

UNIT = 2.0**-53
SLACK = 1.01  # the bounds are themselves computed in floating point, with a relative error far below 1 %


def gamma(operations: int) -> float:
    """γ_m = m u/(1 − m u), u = 2⁻⁵³: the relative error of m chained operations; ArgumentError where m u ≥ 1."""
    if operations * UNIT >= 1.0:
        raise ArgumentError(
            "too many chained operations for a rounding bound", operations, "2^53", "Use shorter inputs."
        )
    return operations * UNIT / (1.0 - operations * UNIT)


def share(difference: Array, bound: Array) -> Array:
    """difference/bound entrywise; where nothing may differ (bound 0) it is 0 if nothing does, else infinite.

    NaN where the bound is no finite number: such a bound allows anything.
    """
    known = np.isfinite(bound)
    allowed = known & (bound > 0)
    shares = np.where(allowed, difference / np.where(allowed, bound, 1.0), np.where(difference > 0, np.inf, difference))
    return np.where(known, shares, np.nan)


def product_error(W: Array, F: Array, C: Array, T: int) -> Array:
    """Entrywise bound [T, n_y, n_x] on the error of C M^j F/√n, in whatever order the product is multiplied out.

    γ_{(j+2)(n+4)} |C| |M|^j |F|/√n: each of the j + 1 sums has at most n terms and its factor n^{-1/2} costs three more
    roundings (root, reciprocal, product); a product cut in two has one sum and two scalings by √n more.
    """
    magnitude = impulse_response(np.abs(W), np.abs(F), np.abs(C), T)
    factors = [SLACK * gamma((j + 2) * (len(W) + 4)) for j in range(T)]
    return np.asarray(magnitude * np.asarray(factors)[:, None, None])


def kernel_error(W: Array, F: Array, C: Array, T: int) -> Array:
    """Entrywise bound [T, T, n_y·n_x, n_y·n_x] on the error of the lag kernel computed from Grams.

    Each entry is a sum of at most T² + 2 products of two Grams, each Gram a sum of n products of chains of up to T
    factors; with absolute values in place of all entries the relative error is at most γ of the number of operations.
    """
    n = len(W)
    magnitude = sum(part[0] for part in lag_ntk_parts(grams_of(np.abs(W), np.abs(F), np.abs(C), T)))
    return np.asarray(SLACK * gamma(4 * T * (n + 4) + T * T + 4) * magnitude)


def recursion_error(W: Array, F: Array, C: Array, x: Array) -> Array:
    """Bound [T] on ‖ŷ_t − y_t‖ for the recursion h_t = n^{-1/2} W h_{t−1} + F x_t, y_t = n^{-1/2} C h_t.

    The local error δ_t ≤ γ_{n+n_x+3} ‖|W||h_{t−1}|/√n + |F||x_t|‖ of each step reaches output t + i amplified by
    ‖C M^i‖/√n; the output product adds its own γ_{n+3} ‖|C||h_t|‖/√n.
    """
    n, n_x = F.shape
    T = len(x)
    scale = 1.0 / math.sqrt(n)
    states = run_rnn(W, F, math.sqrt(n) * np.eye(n), x)  # reading out √n·I returns the state itself
    before = np.vstack([np.zeros((1, n)), states[:-1]])
    local = gamma(n + n_x + 3) * np.linalg.norm(scale * np.abs(before) @ np.abs(W).T + np.abs(x) @ np.abs(F).T, axis=1)
    rows = impulse_response(W.T, C.T, np.eye(n), T)  # [T, n, n_y]: (C M^i)ᵀ/√n, by products with n_y columns only
    amplification = np.linalg.norm(rows, axis=(1, 2))
    carried = np.convolve(amplification, local)[:T]
    output = gamma(n + 3) * scale * np.linalg.norm(np.abs(states) @ np.abs(C).T, axis=1)
    return np.asarray(SLACK * (carried + output))


def convolution_error(W: Array, F: Array, C: Array, x: Array) -> Array:
    """Bound [T] on the error of Σ_j L_j x_{t−j} with L_j computed as in `impulse_response`.

    The impulse response is itself a recursion, column by column; the sum adds γ_{T n_x + 1} Σ_j ‖L_j‖ ‖x_{t−j}‖.
    """
    T, n_x = x.shape
    columns = [np.vstack([np.eye(n_x)[[b]], np.zeros((T - 1, n_x))]) for b in range(n_x)]
    of_response = np.sum([recursion_error(W, F, C, column) for column in columns], axis=0)
    size = np.linalg.norm(impulse_response(W, F, C, T), axis=(1, 2))
    length = np.linalg.norm(x, axis=1)
    return np.asarray(SLACK * np.convolve(of_response + gamma(T * n_x + 1) * size, length)[:T])
