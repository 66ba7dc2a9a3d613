"""The distribution functions that statistics are compared with, and the monotone maps by which they are counted."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from scipy import special

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.floating[Any]]

__all__ = ["Chi", "ChiSquare", "Fisk", "Law", "Normal", "SignedFisk", "Spread"]


STIRLING = 1e3  # chosen: there both forms of the mean of χ are right to a relative 10⁻¹⁰


class Spread(Protocol):
    """A map of the line that is non-decreasing onto [0, 1]; `ppf` is its inverse."""

    def cdf(self, x: Array) -> Array: ...

    def ppf(self, u: Array) -> Array: ...


class Law(Spread, Protocol):
    """A continuous law on the line; cdf(narrowed(x, r)) is the one with a variance r larger, which a check resolves."""

    def narrowed(self, x: Array, relative: float) -> Array: ...


def _as_array(value: Any) -> Array:  # noqa: ANN401 — scipy.special is untyped
    return np.asarray(value, dtype=np.float64)


@dataclass(frozen=True)
class Normal:
    """N(0, scale²)."""

    scale: float = 1.0

    def cdf(self, x: Array) -> Array:
        return _as_array(special.ndtr(x / self.scale))

    def ppf(self, u: Array) -> Array:
        return _as_array(self.scale * special.ndtri(u))

    def narrowed(self, x: Array, relative: float) -> Array:
        return x / math.sqrt(1.0 + relative)


@dataclass(frozen=True)
class ChiSquare:
    """χ² with `degrees` of freedom, through the regularised incomplete gamma function."""

    degrees: float

    def cdf(self, x: Array) -> Array:
        return _as_array(special.gammainc(self.degrees / 2.0, np.maximum(x, 0.0) / 2.0))

    def ppf(self, u: Array) -> Array:
        return _as_array(2.0 * special.gammaincinv(self.degrees / 2.0, u))

    def narrowed(self, x: Array, relative: float) -> Array:
        """The variance is that of the vector whose squared norm this is."""
        return x / (1.0 + relative)


@dataclass(frozen=True)
class Chi:
    """The norm of a standard Gaussian vector with `degrees` entries."""

    degrees: float

    def cdf(self, x: Array) -> Array:
        return _as_array(special.gammainc(self.degrees / 2.0, np.maximum(x, 0.0) ** 2 / 2.0))

    def ppf(self, u: Array) -> Array:
        return _as_array(np.sqrt(2.0 * special.gammaincinv(self.degrees / 2.0, u)))

    def narrowed(self, x: Array, relative: float) -> Array:
        """The variance is its own, about the mean: about 0, the fluctuation of many degrees is next to nothing."""
        return self.mean + (x - self.mean) / math.sqrt(1.0 + relative)

    @property
    def mean(self) -> float:
        """√2 Γ((k+1)/2)/Γ(k/2); for many degrees by Stirling, where the quotient of Γ's would lose its digits."""
        k = self.degrees
        if k > STIRLING:  # the next term is below 1/(10 k³)
            return math.sqrt(k) * (1.0 - 1.0 / (4.0 * k) + 1.0 / (32.0 * k**2))
        return math.sqrt(2.0) * math.exp(math.lgamma((k + 1.0) / 2.0) - math.lgamma(k / 2.0))


@dataclass(frozen=True)
class Fisk:
    """x/(x + scale) on x ≥ 0 (log-logistic): a monotone map that spreads a positive statistic over [0, 1]."""

    scale: float

    def cdf(self, x: Array) -> Array:
        positive = np.maximum(x, 0.0)
        return positive / (positive + self.scale)

    def ppf(self, u: Array) -> Array:
        return self.scale * u / (1.0 - u)


@dataclass(frozen=True)
class SignedFisk:
    """1/2 ± |x|^¼/(|x|^¼ + scale^¼)/2: a monotone map of the line that stays fine where a density has a spike at 0."""

    scale: float
    power: float = 0.25

    def cdf(self, x: Array) -> Array:
        size = np.abs(x / self.scale) ** self.power
        return _as_array(0.5 + 0.5 * np.sign(x) * size / (1.0 + size))

    def ppf(self, u: Array) -> Array:
        share = np.abs(2.0 * u - 1.0)
        return _as_array(np.sign(u - 0.5) * self.scale * (share / (1.0 - share)) ** (1.0 / self.power))
