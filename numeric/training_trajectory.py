"""The only file that knows what a learner returns: impulse responses and losses at the steps that were asked for."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from numeric.errors import ArgumentError
from numeric.grams import Array

__all__ = ["Trajectory", "checked_steps"]

LARGEST_STEP = 2**53  # beyond, a double no longer tells even steps from odd ones


@dataclass(frozen=True, kw_only=True, eq=False)
class Trajectory:
    """Gradient descent at some of its steps; every number in it is finite.

    rate and limit belong to the mean squared error over R n_y entries: limit = 2/λ_max of its curvature at the start,
    infinite where nothing is learned; it is found when it is first asked for, as small networks train faster than that.
    steps [S] ascending, 0 is the start; impulse [S, T, n_y, n_x]; loss [S], over the data trained on.
    The loss over other data is `numeric.training_loss.mean_squared_error(other, trajectory.impulse)`.
    """

    rate: float
    find_limit: Callable[[], float]
    steps: NDArray[np.int64]
    impulse: Array
    loss: Array

    @cached_property
    def limit(self) -> float:
        return self.find_limit()


def checked_steps(steps: Iterable[int]) -> NDArray[np.int64]:
    """Return the steps as an array; raises ArgumentError unless they are ascending integers >= 0, at least one."""
    try:
        numbers = [operator.index(step) for step in steps]
    except TypeError:
        numbers = []
    ascending = all(here < there for here, there in pairwise(numbers))
    if not numbers or not ascending or numbers[0] < 0 or numbers[-1] > LARGEST_STEP:
        advice = "Pass range(0, last + 1) for every step, or a list of some."
        raise ArgumentError("steps cannot be recorded", repr(steps), "ascending integers from 0 to 2^53", advice)
    return np.array(numbers, dtype=np.int64)
