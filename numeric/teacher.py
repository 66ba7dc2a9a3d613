"""The only file that knows the synthetic data of [E], section 5: a linear teacher, its delay, white inputs, noise.

A teacher is its impulse response L* [T, n_y, n_x]. On white inputs of unit variance, from zero state, lag j is seen at
T - j of T steps, so that the outputs have the mean square sum_j (1 - j/T) ||L*_j||^2/n_y; noise at a signal-to-noise
ratio in decibels has that times 10^(-dB/10) as its variance.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.random import Generator

from numeric.arrays import checked
from numeric.dense import impulse_response
from numeric.errors import ArgumentError
from numeric.grams import Array, positive_integer
from numeric.moments import Moments, moments_of_sequences

__all__ = ["delayed", "draw_data", "draw_teacher", "noise_variance", "outputs", "signal_power", "white_gram"]

HIDDEN = 4  # the hidden units of the teacher of [E], section 5


def draw_teacher(
    T: int, rng: Generator, *, n_x: int = 1, n_y: int = 1, hidden: int = HIDDEN, nu_w: float = 0.3
) -> Array:
    """Return L* [T, n_y, n_x], ||L*||_F = 1, of a linear RNN with i.i.d. Gaussian weights, W of variance nu_w.

    The variances of F and C drop out of a response of unit norm. Raises ArgumentError for a size below 1.
    """
    for name, size in (("T", T), ("n_x", n_x), ("n_y", n_y), ("hidden", hidden)):
        positive_integer(name, size)
    W = math.sqrt(nu_w) * rng.standard_normal((hidden, hidden))
    F, C = rng.standard_normal((hidden, n_x)), rng.standard_normal((n_y, hidden))
    impulse = impulse_response(W, F, C, T)
    unit: Array = impulse / np.linalg.norm(impulse)
    return unit


def delayed(impulse: Array, delay: int) -> Array:
    """Return L* of the outputs `delay` steps later, [T, n_y, n_x]: what is pushed beyond the last lag is lost.

    Raises ArgumentError unless 0 <= delay < T.
    """
    T = len(impulse)
    if isinstance(delay, bool) or not isinstance(delay, (int, np.integer)) or not 0 <= delay < T:
        advice = "Take longer sequences, or a shorter delay."
        raise ArgumentError(
            "the delay leaves no lag of the teacher", repr(delay), f"integers from 0 to {T - 1}", advice
        )
    later = np.zeros_like(impulse)
    later[delay:] = impulse[: T - delay]
    return later


def outputs(impulse: Array, x: Array) -> Array:
    """Return y_t = sum_{j<=t} L_j x_{t-j} [N, T, n_y] of sequences x [N, T, n_x] from zero state. Source: [E] (5)."""
    impulse, x = checked({"impulse": (impulse, "lags n_y n_x"), "x": (x, "N T n_x")})
    N, T, _ = x.shape
    y = np.zeros((N, T, impulse.shape[1]), dtype=x.dtype)
    for j, of_lag in enumerate(impulse[:T]):
        y[:, j:] += x[:, : T - j] @ of_lag.T
    return y


def white_gram(T: int, n_x: int = 1) -> Array:
    """Return diag(1 - j/T) (x) I [T*n_x, T*n_x]: the mean of x_{t-j} x_{t-k}^T over T steps of white unit inputs."""
    shares = 1.0 - np.arange(positive_integer("T", T)) / T
    return np.diag(np.repeat(shares, positive_integer("n_x", n_x)))


def signal_power(impulse: Array) -> float:
    """Return sum_j (1 - j/T) ||L*_j||^2/n_y: the mean square of the outputs on white unit inputs."""
    shares = 1.0 - np.arange(len(impulse)) / len(impulse)
    n_y: int = impulse.shape[1]
    return float(np.einsum("j,jab,jab->", shares, impulse, impulse)) / n_y


def noise_variance(impulse: Array, decibels: float = 20.0) -> float:
    """Return the variance of output noise at this signal-to-noise ratio: 20 dB in [E], section 5."""
    return signal_power(impulse) * math.pow(10.0, -decibels / 10.0)


def draw_data(impulse: Array, sequences: int, rng: Generator, *, noise: float) -> Moments:
    """Return the moments of sequences with white inputs and Gaussian output noise of this variance."""
    T, n_y, n_x = impulse.shape
    x = rng.standard_normal((positive_integer("sequences", sequences), T, n_x))
    y = outputs(impulse, x) + math.sqrt(noise) * rng.standard_normal((sequences, T, n_y))
    return moments_of_sequences(x, y)
