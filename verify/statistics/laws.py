"""The distribution functions that statistics are compared with: data with `cdf` and `ppf`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from scipy import special

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.floating[Any]]

__all__ = ["Chi", "ChiSquare", "Fisk", "Law", "Normal", "SignedFisk"]


class Law(Protocol):
    """A continuous law on the line: `cdf` is non-decreasing onto [0, 1] and `ppf` is its inverse."""

    def cdf(self, x: Array) -> Array: ...

    def ppf(self, u: Array) -> Array: ...


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


@dataclass(frozen=True)
class ChiSquare:
    """χ² with `degrees` of freedom, through the regularised incomplete gamma function."""

    degrees: float

    def cdf(self, x: Array) -> Array:
        return _as_array(special.gammainc(self.degrees / 2.0, np.maximum(x, 0.0) / 2.0))

    def ppf(self, u: Array) -> Array:
        return _as_array(2.0 * special.gammaincinv(self.degrees / 2.0, u))


@dataclass(frozen=True)
class Chi:
    """The norm of a standard Gaussian vector with `degrees` entries."""

    degrees: float

    def cdf(self, x: Array) -> Array:
        return _as_array(special.gammainc(self.degrees / 2.0, np.maximum(x, 0.0) ** 2 / 2.0))

    def ppf(self, u: Array) -> Array:
        return _as_array(np.sqrt(2.0 * special.gammaincinv(self.degrees / 2.0, u)))


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
