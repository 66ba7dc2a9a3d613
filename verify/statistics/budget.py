"""The only file that knows how much error probability a line may spend, and at which looks."""

from __future__ import annotations

import math

__all__ = ["ALPHA", "GROWTH", "LOOKS", "MAX_LINES", "look_alpha", "looks_for"]

MAX_LINES = 4096
RUN_ALPHA = 1e-6  # chosen: the probability that any line of the largest possible plan raises a false alarm
ALPHA = RUN_ALPHA / MAX_LINES  # for every line of every run: no selection or profile changes another line
GROWTH = 4  # each look has four times the draws of the one before
LOOKS = 3


def look_alpha(look: int, alpha: float = ALPHA) -> float:
    """α·2⁻ᵏ for look k = 1, 2, …: the sum over all looks stays below α, so a fixed-sample bound holds at each."""
    return alpha * 2.0**-look


def looks_for(draws: int, block: int) -> tuple[int, ...]:
    """Cumulative draws N₀, 4N₀, 16N₀ with the last one ≥ `draws`, all of them whole blocks."""
    first = max(1, math.ceil(draws / (GROWTH ** (LOOKS - 1) * block))) * block
    return tuple(first * GROWTH**index for index in range(LOOKS))
