"""Random rotations with a proven defect: products of plane rotations, rounded as they are multiplied out."""

from __future__ import annotations

import math

import numpy as np
from numpy.random import Generator

from numeric.grams import F64, positive_integer
from numeric.rounding import SLACK, gamma

__all__ = ["defect", "random_rotation"]

TURNS = 4  # plane rotations per dimension: chosen, enough that every entry is far from 0 and from 1


def random_rotation(size: int, rng: Generator) -> F64:
    """Return Q [size, size], a product of 4·size rotations by random angles in random coordinate planes.

    Its columns are orthonormal up to `defect(size)`. It is not uniform over the rotations; nothing here needs that.
    """
    Q = np.eye(positive_integer("size", size))
    if size == 1:
        return Q
    for _ in range(TURNS * size):
        i, k = rng.choice(size, size=2, replace=False)
        angle = rng.uniform(0.0, 2.0 * math.pi)
        c, s = math.cos(angle), math.sin(angle)
        Q[[i, k]] = c * Q[i] - s * Q[k], s * Q[i] + c * Q[k]
    return Q


def defect(size: int) -> float:
    """Bound on ‖Q Q^T − I‖₂ = ‖Q^T Q − I‖₂ for the computed Q of `random_rotation`.

    A computed turn has |ΔG| ≤ γ_4 |G| (sine or cosine to two units of rounding, a product, a sum), so ‖ΔG‖₂ ≤ √2 γ_4;
    then Q is within δ = (1 + √2 γ_4)^turns − 1 of a rotation, and Q Q^T within 2δ + δ² of I.
    """
    delta = math.expm1(TURNS * size * math.log1p(math.sqrt(2.0) * gamma(4)))
    return SLACK * (2.0 * delta + delta**2)
