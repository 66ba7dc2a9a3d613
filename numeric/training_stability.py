"""The only file that knows when gradient descent is refused or stopped, and how that is said."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from numeric.errors import ArgumentError, NumericError
from numeric.grams import Array

__all__ = ["TrainingError", "check_rate", "diverged", "has_diverged", "largest_eigenvalue", "limit_in_words"]

# Below the limit the loss of the linearised network never grows, and finite width moves it by a fraction of itself.
# Chosen: far above any such fraction, and far below where doubles end, so that the limit can still be computed there.
GROWTH = 1000.0


class TrainingError(NumericError):
    """Gradient descent was refused or stopped: the rate is above the stability limit, or the loss left the numbers."""


def check_rate(rate: float, find_limit: Callable[[], float], *, refuse_unstable: bool) -> float:
    """Return the rate as a float; raises ArgumentError unless it is finite and > 0.

    Raises TrainingError above the limit 2/lambda_max, unless the caller wants to see that: then it is not even found.
    """
    if isinstance(rate, bool) or not isinstance(rate, (int, float, np.floating, np.integer)) or not 0 < rate < math.inf:
        raise ArgumentError("rate is no rate of descent", repr(rate), "finite numbers > 0", "Choose another rate.")
    if refuse_unstable and rate > (limit := find_limit()):
        advice = "Lower the rate, or pass refuse_unstable=False to watch the loss grow."
        raise TrainingError("the rate is above the stability limit", f"rate={rate:.6g}", limit_in_words(limit), advice)
    return float(rate)


def limit_in_words(limit: float) -> str:
    """Return the limit, what it is and for which loss."""
    return f"rate <= {limit:.6g} = 2/λ_max of the curvature at the start (loss: mean over all output entries)"


def largest_eigenvalue(root: Array) -> float:
    """Return λ_max(B^T B) for a matrix B, in the arithmetic of B."""
    return float(np.linalg.norm(root, 2)) ** 2


def has_diverged(loss: float, first: float, of_zero: float, *, refuse_unstable: bool) -> bool:
    """Say whether training must stop: the loss is not finite, or GROWTH times the first one and that of predicting 0.

    Both, because from a perfect start, whose loss is rounding, growth alone says nothing. Growth is also what one asked
    to see with refuse_unstable=False; then only the end of the numbers stops it.
    """
    return not math.isfinite(loss) or (refuse_unstable and loss > GROWTH * max(first, of_zero))


def diverged(step: int, loss: float, rate: float, limit: float, now: float | None = None) -> TrainingError:
    """Return the error that names the step, the rate, the limit at the start and, where known, the limit `now`."""
    moved = "" if now is None else f"; at the present weights the limit is {now:.6g}"
    seen = f"loss {loss:.6g} with rate={rate:.6g}"
    return TrainingError(
        f"training diverged at step {step}",
        seen,
        limit_in_words(limit) + moved,
        "Lower the rate, or record fewer steps.",
    )
