"""Full-batch gradient descent on the mean squared error of whole sequences: the wide RNN itself, and what predicts it.

`train_rnn` trains W, F and C; `train_by_steps` and `train_closed_form` train what is linear in its parameters: scaled
and unscaled convolutions and the RNN's NTK model. All start from an L^0, see the data as second moments, return a
`Trajectory` and take rates of one loss: the mean over N T n_y squared errors, whose gradient carries a factor 2.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

import numpy as np

from numeric.grams import Array, Grams
from numeric.kernels import grams_of
from numeric.moments import Moments, merged, moments_of_rows, moments_of_sequences
from numeric.perturbation import Weights
from numeric.training_filter import train_closed_form
from numeric.training_linear import (
    LinearLearner,
    kernel_learner,
    ntk_model,
    ntk_model_of,
    scaled_convolution,
    stability_limit,
    train_by_steps,
)
from numeric.training_loss import loss_and_gradient, mean_squared_error
from numeric.training_rnn import Network, checked_network, descend, forward, rnn_gradient, weights_of
from numeric.training_stability import TrainingError, check_rate, diverged, has_diverged
from numeric.training_trajectory import Trajectory, checked_steps

__all__ = [
    "LinearLearner",
    "Moments",
    "TrainingError",
    "Trajectory",
    "kernel_learner",
    "mean_squared_error",
    "merged",
    "moments_of_rows",
    "moments_of_sequences",
    "ntk_model",
    "rnn_gradient",
    "scaled_convolution",
    "stability_limit",
    "train_by_steps",
    "train_closed_form",
    "train_rnn",
]


def train_rnn(
    W: Array,
    F: Array,
    C: Array,
    moments: Moments,
    *,
    rate: float,
    steps: Iterable[int],
    refuse_unstable: bool = True,
) -> tuple[Trajectory, Weights]:
    """Return gradient descent of an RNN from W [n, n], F [n, n_x], C [n_y, n], and the weights after the last step.

    The dtype is that of the weights and data. The limit is that of the linearised network at the start; curvature may
    grow later, so the loss is watched too. Raises TrainingError for a rate above the limit and when training diverges:
    both name the limit. Source: [E] (1)-(4), section 5.
    """
    wanted, network = checked_steps(steps), checked_network(W, F, C, moments)
    limit = partial(_limit_at, grams_of(W, F, C, moments.T), moments)  # of the Grams: these cost least at small widths
    rate = check_rate(rate, limit, refuse_unstable=refuse_unstable)
    of_zero = float(np.vdot(moments.target, moments.target)) / moments.entries
    impulses: list[Array] = []
    losses: list[float] = []
    first = 0.0
    for step in range(int(wanted[-1]) + 1):
        with np.errstate(over="ignore", invalid="ignore"):  # what overflows is reported as divergence
            P, impulse = forward(network, moments.T)
            loss, E = loss_and_gradient(moments, impulse)
            first = loss if step == 0 else first
            if has_diverged(loss, first, of_zero, refuse_unstable=refuse_unstable):
                raise diverged(step, loss, rate, limit(), _limit_now(network, moments))
            if step == wanted[len(losses)]:
                impulses.append(impulse)
                losses.append(loss)
            if step < wanted[-1]:
                descend(network, P, E, rate)
    loss_path = np.array(losses, dtype=impulses[0].dtype)
    path = Trajectory(rate=rate, find_limit=limit, steps=wanted, impulse=np.stack(impulses), loss=loss_path)
    return path, weights_of(network)


def _limit_at(grams: Grams, moments: Moments) -> float:
    """Return the limit of the network linearised at the weights of these Grams."""
    return stability_limit(ntk_model_of(grams), moments)


def _limit_now(network: Network, moments: Moments) -> float | None:
    """Return the limit of the network linearised at its present weights, or None where it cannot be computed."""
    try:
        limit = _limit_at(grams_of(*weights_of(network), moments.T), moments)
    except (ValueError, np.linalg.LinAlgError):
        return None
    return limit if np.isfinite(limit) else None
