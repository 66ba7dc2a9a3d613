"""Distances between distribution functions, with the Dvoretzky–Kiefer–Wolfowitz bound in Massart's form."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from verify.statistics.laws import Law

    Array = NDArray[np.floating[Any]]
    Counts = NDArray[np.int64]

__all__ = [
    "BINS",
    "count",
    "distance",
    "draws_for",
    "draws_for_two",
    "epsilon",
    "epsilon_two",
    "two_sample_distance",
    "variance_distance",
]

BINS = 2**14  # chosen: what a bin can hide, 2⁻¹⁴ = 6e-5, is 1/20 of the finest ε in use


def epsilon(draws: int, alpha: float) -> float:
    """P(sup|F_N − F| > ε) ≤ α for ε = √(ln(2/α)/(2N)) (Massart 1990)."""
    return math.sqrt(math.log(2.0 / alpha) / (2.0 * draws))


def epsilon_two(first: int, second: int, alpha: float) -> float:
    """The bound for two samples of one law, α shared between them: √(ln(4/α)/2)·(N^{−1/2} + M^{−1/2})."""
    return math.sqrt(math.log(4.0 / alpha) / 2.0) * (1.0 / math.sqrt(first) + 1.0 / math.sqrt(second))


def draws_for(distance: float, alpha: float) -> int:
    """The least N with ε_N + 2⁻¹⁴ ≤ distance/2: an alternative that far away is surely caught.

    Raises ValueError for a distance ≤ 2⁻¹³, which bins of this width never show.
    """
    return math.ceil(math.log(2.0 / alpha) / (2.0 * _spare(distance) ** 2))


def draws_for_two(distance: float, alpha: float) -> int:
    """The least N = M with ε_{N,N} + 2⁻¹⁴ ≤ distance/2; ValueError as in `draws_for`."""
    return math.ceil(2.0 * math.log(4.0 / alpha) / _spare(distance) ** 2)


def _spare(distance: float) -> float:
    spare = distance / 2.0 - 1.0 / BINS
    if not spare > 0.0:
        raise ValueError(f"a sup-distance of {distance:.3g} hides in the bins; ask for one above {2.0 / BINS:.3g}")
    return spare


def count(uniforms: Array) -> Counts:
    """Counts of values in [0, 1] in equal bins; one more for all that is outside, NaN included."""
    flat = uniforms.reshape(-1)
    inside = (flat >= 0.0) & (flat <= 1.0)
    index = np.minimum(np.where(inside, flat, 1.0) * BINS, BINS - 1).astype(np.int64)
    return np.bincount(np.where(inside, index, BINS), minlength=BINS + 1).astype(np.int64)


def distance(counts: Counts) -> float:
    """D_N = sup|F_N − F| for uniform F at the bin edges: at most 2⁻¹⁴ below the supremum.

    1 where a value is outside [0, 1]: a single one has probability 0 under any F.
    """
    if counts[-1]:
        return 1.0
    empirical = np.cumsum(counts[:-1]) / counts.sum()
    return float(np.max(np.abs(empirical - np.arange(1, BINS + 1) / BINS)))


def two_sample_distance(first: Counts, second: Counts) -> tuple[float, float]:
    """Bounds (low, high) on sup|F_N − G_M| from counts in common bins: at the edges, and with each bin's own mass."""
    f = np.concatenate([[0.0], np.cumsum(first) / first.sum()])
    g = np.concatenate([[0.0], np.cumsum(second) / second.sum()])
    low = float(np.max(np.abs(f - g)))
    high = float(max(np.max(f[1:] - g[:-1]), np.max(g[1:] - f[:-1])))
    return low, high


def variance_distance(laws: Sequence[Law], relative: float) -> float:
    """sup|F − F'| where F' has a variance `relative` larger, for values pooled evenly over `laws`.

    A pooled value is mapped by its own law, so the distance is that of the average over i of u ↦ F'_i(F_i^{-1}(u)).
    """
    u = np.linspace(0.0, 1.0, 4001)[1:-1]
    wider = sum(times * law.cdf(law.narrowed(law.ppf(u), relative)) for law, times in Counter(laws).items())
    return float(np.max(np.abs(wider / len(laws) - u)))
