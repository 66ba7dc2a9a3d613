"""Exact one-sided limits for a probability from a count (Clopper and Pearson 1934)."""

from __future__ import annotations

from scipy.special import betainccinv, betaincinv

__all__ = ["lower_limit", "upper_limit"]


def lower_limit(events: int, draws: int, alpha: float) -> float:
    """The p with P(Bin(draws, p) ≥ events) = α: the true probability is below it with probability ≤ α."""
    return 0.0 if events == 0 else float(betaincinv(events, draws - events + 1, alpha))


def upper_limit(events: int, draws: int, alpha: float) -> float:
    """The p with P(Bin(draws, p) ≤ events) = α: the true probability is above it with probability ≤ α."""
    return 1.0 if events == draws else float(betainccinv(events + 1, draws - events, alpha))  # 1 − α would round α
