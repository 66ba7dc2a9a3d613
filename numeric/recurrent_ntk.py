"""The exact NTK of one finite recurrent network with any activation, from back-propagated vectors; no Jacobian."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from numeric.arrays import checked
from numeric.grams import Array

__all__ = ["outputs", "recurrent_ntk", "states"]

Function = Callable[[Array], Array]
Weights = tuple[Array, Array, Array]


def outputs(weights: Weights, x: Array, activation: Function) -> Array:
    """Return y [T] of z_t = W φ(z_{t−1})/√n + F x_t, y_t = C φ(z_t)/√n, φ(z_{−1}) = 0, for x [T, n_x].

    W [n, n], F [n, n_x], C [n]: one output. Raises ArgumentError for shapes that do not fit.
    Source: [E] (1), (2) with an activation.
    """
    W, F, C = weights
    W, F, C, x = checked({"W": (W, "n n"), "F": (F, "n n_x"), "C": (C, "n"), "x": (x, "T n_x")})
    z = states(W[None], F[None], x[None], activation)[0]
    y: Array = activation(z)[0] @ C / math.sqrt(len(C))
    return y


def recurrent_ntk(weights: Weights, x: Array, activation: Function, slope: Function) -> Array:
    """Return Σ_p ∂y/∂θ_p ∂yᵀ/∂θ_p over all entries of W, F, C as [B, S T, S T], row i T + t for sequence i at time t.

    W [B, n, n], F [B, n, n_x], C [B, n] (one output), x [S, T, n_x]; `slope` is φ'. With g_{t,s} = ∂y_t/∂z_s,
        K = h·h'/n + Σ_{s,s'} (g_{t,s}·g'_{t',s'}) (x_s·x'_{s'} + h_{s−1}·h'_{s'−1}/n).
    O(S T² n²) operations a network. Raises ArgumentError for shapes that do not fit. Source: [E] (13).
    """
    W, F, C = weights
    shapes = {"W": (W, "B n n"), "F": (F, "B n n_x"), "C": (C, "B n"), "x": (x, "S T n_x")}
    W, F, C, x = checked(shapes)
    (S, T, _), n = x.shape, W.shape[-1]
    z = states(W, F, x, activation)  # [B, S, T, n]
    h = activation(z)
    back = _backward(W, C, slope(z)).reshape(len(W), S * T * T, n)  # index (i T + t) T + s
    grams = (back @ back.swapaxes(1, 2)).reshape(len(W), S * T, T, S * T, T)
    hidden = h.reshape(len(W), S * T, n)
    features = (hidden @ hidden.swapaxes(1, 2)).reshape(len(W), S, T, S, T) / n
    entering = np.broadcast_to(np.einsum("itx,ksx->itks", x, x), features.shape).copy()  # what reaches z_s, z'_s'
    entering[:, :, 1:, :, 1:] += features[:, :, :-1, :, :-1]
    by_time = grams.reshape(len(W), S, T, T, S, T, T)
    kernel: Array = features + np.einsum("bitskur,biskr->bitku", by_time, entering)
    return kernel.reshape(len(W), S * T, S * T)


def states(W: Array, F: Array, x: Array, activation: Function) -> Array:
    """Return z [B, S, T, n] of networks W [B, n, n], F [B, n, n_x] for sequences x [S, T, n_x]."""
    B, n, _ = W.shape
    S, T, _ = x.shape
    z = np.empty((B, S, T, n), dtype=W.dtype)
    h = np.zeros((B, n, S), dtype=W.dtype)
    for t in range(T):
        now = W @ h * (1 / math.sqrt(n)) + F @ x[:, t].T
        z[:, :, t] = now.swapaxes(1, 2)
        h = activation(now)
    return z


def _backward(W: Array, C: Array, slopes: Array) -> Array:
    """Return g_{t,s} = ∂y_t/∂z_s as [B, S, T, T, n], zero for s > t."""
    B, S, T, n = slopes.shape
    scale = 1 / math.sqrt(n)
    back = np.zeros((B, S, T, T, n), dtype=W.dtype)
    for s in reversed(range(T)):
        back[:, :, s, s] = scale * slopes[:, :, s] * C[:, None]
        if s + 1 < T:
            later = back[:, :, s + 1 :, s + 1].reshape(B, -1, n) @ W  # rows gᵀ W, one for each sequence and t > s
            back[:, :, s + 1 :, s] = scale * slopes[:, :, None, s] * later.reshape(B, S, -1, n)
    return back
