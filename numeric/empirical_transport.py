"""The only file that knows the 2-Wasserstein distance of numbers from a normal law: sort, compare with quantiles."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from numeric.errors import ArgumentError

__all__ = ["quantile_means", "squared_distance_to_normal"]

Array = NDArray[np.floating[Any]]


@cache
def quantile_means(n: int) -> Array:
    """The mean of N(0,1) over each of n parts of equal probability, [n]: n (φ(q_{i−1}) − φ(q_i)), q_i = Φ⁻¹(i/n)."""
    if n < 1:
        raise ArgumentError("an empirical measure without points", n, "n >= 1", "Pass at least one number a sample.")
    cuts = ndtri(np.arange(1, n) / n)
    density = np.concatenate([[0.0], np.exp(-(cuts**2) / 2.0) / math.sqrt(2.0 * math.pi), [0.0]])
    means = n * (density[:-1] - density[1:])
    means.setflags(write=False)
    return np.asarray(means)


def squared_distance_to_normal(samples: Array, deviation: float) -> Array:
    """W_2² between the empirical measure of samples [..., n] and N(0, deviation²), [...].

    The i-th smallest number goes to the i-th part: (1/n) Σ (r_(i) − σ μ_i)² + σ² (1 − (1/n) Σ μ_i²), μ the quantile
    means: what the centres of the parts cost, and what spreading over them does. Nothing cancels.
    Raises ArgumentError for a deviation that is negative or not finite. Source: [E] (30) in one dimension.
    """
    if not (math.isfinite(deviation) and deviation >= 0.0):
        raise ArgumentError("the normal law has no such deviation", deviation, ">= 0 and finite", "Pass √(ν_F ν_W^j).")
    means = quantile_means(samples.shape[-1])
    centres = np.mean((np.sort(samples, axis=-1) - deviation * means) ** 2, axis=-1)
    return np.asarray(centres + deviation**2 * (1.0 - float(np.mean(means**2))))
