"""The only file that knows linear learners in closed form: the spectral filter of gradient descent at any step.

With B = U S V^T, a_i = 2 eta S_i^2/(R n_y) and q = U^T r, after l steps the residual is (1 - a_i)^l q_i and the
parameters have moved by V (1 - (1 - a_i)^l)/S_i q_i.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from numeric.grams import Array
from numeric.moments import Moments
from numeric.training_linear import LinearLearner, impulse_at, in_parameters, stability_limit
from numeric.training_stability import check_rate, diverged
from numeric.training_trajectory import Trajectory, checked_steps

__all__ = ["powers", "train_closed_form"]


def train_closed_form(
    learner: LinearLearner, moments: Moments, *, rate: float, steps: Iterable[int], refuse_unstable: bool = True
) -> Trajectory:
    """Return the L and losses that `train_by_steps` reaches, each by itself and without the steps between.

    Cost: one decomposition, whatever the steps. Directions that no data excite stay: S_i within rounding of 0 counts as
    0, a change of B no larger than that of decomposing it; otherwise they would drift, by 1e-16 of the data a step.
    Raises TrainingError for a rate above the limit, which it names, and where numbers end. Source: [E] (61).
    """
    wanted = checked_steps(steps)
    B, start = in_parameters(learner, moments)
    U, singular, Vt = np.linalg.svd(B, full_matrices=False)
    of_rounding = max(B.shape) * np.finfo(B.dtype).eps * singular[0]
    singular[singular <= of_rounding] = 0
    # Not from `singular`, whose last bits differ: a rate equal to the limit is allowed.
    limit = partial(stability_limit, learner, moments)
    rate = check_rate(rate, limit, refuse_unstable=refuse_unstable)
    excited = U.T @ start
    unreachable = start - U @ excited
    with np.errstate(over="ignore", invalid="ignore"):  # what overflows is reported as divergence
        left, done = powers(singular * singular * (2 * rate / moments.entries), wanted)
        residual = left[:, :, None] * excited
        squares = np.einsum("lia,lia->l", residual, residual) + np.vdot(unreachable, unreachable)
        loss = squares * (1 / moments.entries)
        gained = np.divide(done, singular, out=np.zeros_like(done), where=singular > 0)
        impulse = impulse_at(learner, moments, (learner.half @ Vt.T) @ (gained[:, :, None] * excited))
    finite = np.isfinite(loss) & np.isfinite(impulse).all(axis=(1, 2, 3))
    if not finite.all():
        first = int(np.argmin(finite))
        raise diverged(int(wanted[first]), float(loss[first]), rate, limit())
    return Trajectory(rate=rate, find_limit=limit, steps=wanted, impulse=impulse, loss=loss)


def powers(a: Array, steps: NDArray[np.int64]) -> tuple[Array, Array]:
    """Return (1 - a)^l and 1 - (1 - a)^l as [steps, len(a)], for a >= 0, both to a few roundings times l a/|1 - a|.

    Through log1p, so that a far below 1e-16 still counts at l = 10^6; for a > 1 the sign is that of (-1)^l.
    """
    count = steps.astype(a.dtype)[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):  # a = 1: the logarithm is -inf, times 0 steps it is nan
        logarithm = np.where(a <= 1, np.log1p(-np.minimum(a, 1)), np.log1p(np.maximum(a, 1) - 2))
        exponent = np.where(count == 0, np.zeros((), dtype=a.dtype), count * logarithm)
    odd = (a > 1) & (steps % 2 == 1)[:, None]
    size = np.exp(exponent)
    return np.where(odd, -size, size), np.where(odd, 1 + size, -np.expm1(exponent))
