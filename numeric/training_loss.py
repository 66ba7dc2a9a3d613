"""The only file that knows the loss of an impulse response over given moments, its gradient and its normalisation.

The loss is the mean squared error ||Y - A L||^2/(R n_y); [E] states Theorem 4.1 for the half sum ||Y - A L||^2/2.
"""

from __future__ import annotations

import numpy as np

from numeric.errors import ArgumentError
from numeric.grams import Array
from numeric.moments import Moments

__all__ = [
    "back_projected",
    "flat",
    "loss_and_gradient",
    "mean_squared_error",
    "operator_norm",
    "shaped",
    "squared_residual",
    "sum_form_rate",
]


def flat(impulse: Array) -> Array:
    """Return L [..., T, n_y, n_x] as the matrix [..., T*n_x, n_y] that A multiplies."""
    *batch, T, n_y, n_x = impulse.shape
    return impulse.swapaxes(-1, -2).reshape(*batch, T * n_x, n_y)


def shaped(matrix: Array, moments: Moments) -> Array:
    """Undo `flat`: return L [..., T, n_y, n_x] from [..., T*n_x, n_y]."""
    return matrix.reshape(*matrix.shape[:-2], moments.T, moments.n_x, moments.n_y).swapaxes(-1, -2)


def squared_residual(moments: Moments, impulse: Array) -> Array:
    """Return ||Y - A L||_F^2 [...] over all entries, for L [..., T, n_y, n_x]; [E]'s loss is half of it."""
    residual = _residual(moments, impulse)
    total: Array = np.einsum("...ra,...ra->...", residual, residual)
    return total


def mean_squared_error(moments: Moments, impulse: Array) -> Array:
    """Return ||Y - A L||_F^2 / (R n_y) [...], the loss of every learner here, for L [..., T, n_y, n_x].

    Raises ArgumentError unless L has the T, n_y and n_x of the moments.
    """
    return squared_residual(moments, impulse) * (1 / moments.entries)


def back_projected(moments: Moments, impulse: Array) -> Array:
    """Return A^T (Y - A L) as [..., T, n_y, n_x]: minus the gradient of the half sum of squares.

    Times -2/(R n_y) it is the gradient of the mean squared error. Source: [E] (61)-(64).
    """
    return shaped(moments.design.T @ _residual(moments, impulse), moments)


def loss_and_gradient(moments: Moments, impulse: Array) -> tuple[float, Array]:
    """Return the mean squared error of one L [T, n_y, n_x] and its gradient [T, n_y, n_x], from one residual."""
    residual = _residual(moments, impulse)
    scale = 1 / moments.entries
    loss = scale * float(np.vdot(residual, residual))
    return loss, shaped(moments.design.T @ residual * (-2 * scale), moments)


def _residual(moments: Moments, impulse: Array) -> Array:
    """Return Y - A L of the compressed data set, [..., r, n_y]."""
    shape = (moments.T, moments.n_y, moments.n_x)
    if impulse.shape[-3:] != shape:
        limit = f"[..., {', '.join(map(str, shape))}]"
        raise ArgumentError("impulse has the wrong shape", impulse.shape, limit, "The data fix T, n_y and n_x.")
    residual: Array = moments.target - moments.design @ flat(impulse)
    return residual


def operator_norm(moments: Moments) -> float:
    """Return ||A||, the largest singular value of the map from L to all predictions. Source: [E] (62)."""
    return float(np.linalg.norm(moments.design, 2))


def sum_form_rate(moments: Moments, rate: float) -> float:
    """Return the rate 2 eta/(R n_y) at which descent on ||Y - A L||^2/2 takes the steps that descent on the mean takes
    at rate eta. [E] states Theorem 4.1 in the sum form; the way back is a multiplication by R n_y/2.
    """
    return 2 * rate / moments.entries
