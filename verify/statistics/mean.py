"""The mean of a heavy-tailed statistic of known variance, by Catoni's estimator on mergeable counts.

With ψ(x) = sign(x) ln(1 + |x| + x²/2) and a > 0 (Catoni 2012), for i.i.d. draws of mean μ and variance ≤ v
    P(|Σ ψ(a(x_i − μ))| > N ln(1 + a²v/2) + ln(2/α)) ≤ α,
with no assumption on the tails; the c that pass this test are the confidence set. Draws are kept as integer counts in
1024 bins of arcsinh((x − centre)/√v) and integer sums of the place within the bin, so that any order of merging gives
the same numbers; what the bins hide is bounded by ψ'' and added to the interval. Values beyond the last bin are moved
to its edge, which keeps both inequalities that Catoni's proof needs of ψ.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.floating[Any]]
    Sums = NDArray[np.int64]

__all__ = [
    "BINS",
    "Interval",
    "confidence_interval",
    "draws_for",
    "moments",
    "place_of",
    "quantiles",
    "sketch",
]

BINS = 1024
REACH = 12.0  # chosen: the bins end at sinh(12) = 81,000 standard deviations
PLACES = 2**20  # resolution of the place within a bin; sums of 2³² draws stay exact in 53 bits

Interval = tuple[float, float, float]


def _edges() -> Array:
    return np.sinh(np.linspace(-REACH, REACH, BINS + 1))


def sketch(values: Array, centre: float, scale: float) -> Sums:
    """Integers [2, BINS]: counts, and sums of ⌊place·2²⁰⌋ within the bin. Non-finite values raise ValueError."""
    standard = (values.reshape(-1) - centre) / scale
    if not np.all(np.isfinite(standard)):
        raise ValueError("a sampled statistic is not finite: the simulator is at fault")
    edges = _edges()
    standard = np.clip(standard, edges[0], edges[-1])
    index = np.clip(((np.arcsinh(standard) + REACH) * (BINS / (2 * REACH))).astype(np.int64), 0, BINS - 1)
    place = np.clip((standard - edges[index]) / (edges[index + 1] - edges[index]), 0.0, 1.0)
    counts = np.bincount(index, minlength=BINS)
    places = np.bincount(index, weights=np.floor(place * PLACES), minlength=BINS)
    return np.stack([counts, places.astype(np.int64)]).astype(np.int64)


def _influence(x: Array) -> Array:
    magnitude = np.abs(x)
    return np.asarray(np.sign(x) * np.log1p(magnitude + 0.5 * magnitude**2))


def _spread_parameter(draws: int, alpha: float) -> float:
    return math.sqrt(2.0 * math.log(2.0 / alpha) / draws)


def draws_for(relative_half_width: float, relative_variance: float, alpha: float) -> int:
    """The N whose half-width is `relative_half_width`, with 8 % to spare for the next order in 1/N."""
    return math.ceil(1.08**2 * 2.0 * math.log(2.0 / alpha) * relative_variance / relative_half_width**2)


def confidence_interval(sums: Sums, centre: float, scale: float, alpha: float) -> Interval:
    """(estimate, low, high) for a mean whose draws have standard deviation `scale`.

    The estimate solves Σψ = 0; low and high are where |Σψ| reaches the threshold, read outward by what bins hide.
    """
    counts, places = sums
    draws = int(counts.sum())
    a = _spread_parameter(draws, alpha)
    edges = _edges()
    width = np.diff(edges)
    occupied = counts > 0
    weight = counts[occupied].astype(np.float64)
    mean_place = (places[occupied] / weight + 0.5) / PLACES
    middle = edges[:-1][occupied] + mean_place * width[occupied]
    # |ψ''| ≤ 1/4, so replacing the values of a bin by their mean moves Σψ by at most count·(a·width)²/32;
    # ψ' ≤ 1 bounds the rounding of the place
    hidden = float(np.sum(weight * ((a * width[occupied]) ** 2 / 32.0 + a * width[occupied] / PLACES)))
    threshold = draws * math.log1p(a**2 / 2.0) + math.log(2.0 / alpha) + hidden

    def total(c: float) -> float:
        return float(weight @ _influence(a * (middle - c)))

    span = float(np.max(np.abs(edges))) + 1.0
    estimate, low, high = (_crossing(total, level, span) for level in (0.0, threshold, -threshold))
    return centre + scale * estimate, centre + scale * low, centre + scale * high


def _crossing(decreasing: Callable[[float], float], level: float, span: float) -> float:
    low, high = -span, span
    for _ in range(80):  # halving 1.6e5 eighty times ends below the spacing of floats
        middle = 0.5 * (low + high)
        if decreasing(middle) > level:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


def moments(sums: Sums, centre: float, scale: float) -> tuple[float, float]:
    """Sample mean and standard deviation; within a bin every value counts as the bin's own mean."""
    counts, places = sums
    occupied = counts > 0
    edges = _edges()
    weight = counts[occupied] / counts.sum()
    middle = edges[:-1][occupied] + (places[occupied] / counts[occupied] / PLACES) * np.diff(edges)[occupied]
    average = float(weight @ middle)
    return centre + scale * average, scale * math.sqrt(float(weight @ (middle - average) ** 2))


def place_of(sums: Sums, rank: int, centre: float, scale: float, *, upper: bool) -> float:
    """The edge, upper or lower, of the bin that holds the draw of this rank, counted from 1 for the smallest."""
    index = int(np.searchsorted(np.cumsum(sums[0]), rank))
    return centre + scale * float(_edges()[index + upper])


def quantiles(sums: Sums, centre: float, scale: float) -> tuple[float, float, float]:
    """The 5, 50 and 95 % quantiles to within a bin: for figures, never judged."""
    cumulative = np.cumsum(sums[0]) / sums[0].sum()
    edges = _edges()
    middles = 0.5 * (edges[:-1] + edges[1:])
    found = [middles[int(np.searchsorted(cumulative, level))] for level in (0.05, 0.5, 0.95)]
    low, median, high = (centre + scale * float(value) for value in found)
    return low, median, high
