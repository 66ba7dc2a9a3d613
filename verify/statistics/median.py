"""Limits for the median of any law, from order statistics; they are shown, never judged."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import binom

from verify.statistics.mean import place_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Sums = NDArray[np.int64]

__all__ = ["LEVEL", "interval", "ranks"]

LEVEL = 0.95  # chosen: what readers of figures expect


def ranks(draws: int, level: float = LEVEL) -> tuple[int, int]:
    """(l, u) with P(x_(l) ≤ median ≤ x_(u)) ≥ level for the order statistics of N draws; (0, N + 1) where N is too few.

    The number of draws below the median is Bin(N, ½), whatever the law: l is the largest rank with
    P(Bin(N, ½) < l) ≤ (1 − level)/2, and u = N + 1 − l.
    """
    low = int(binom.ppf((1.0 - level) / 2.0, draws, 0.5))
    while low > 0 and binom.cdf(low - 1, draws, 0.5) > (1.0 - level) / 2.0:
        low -= 1
    return low, draws + 1 - low


def interval(sums: Sums, centre: float, scale: float, level: float = LEVEL) -> tuple[float, float]:
    """Those order statistics from the sketch of `verify.statistics.mean`, each read outward to the edge of its bin."""
    draws = int(np.asarray(sums)[0].sum())
    low, high = ranks(draws, level)
    least = place_of(sums, low, centre, scale, upper=False) if low > 0 else -math.inf
    most = place_of(sums, high, centre, scale, upper=True) if high <= draws else math.inf
    return least, most
