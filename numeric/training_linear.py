"""The only file that knows the learners that are linear in their parameters: convolutions and the RNN's NTK model.

L = L^0 + half (theta - theta^0): gradient descent in theta moves L by -eta K grad, K = half half^T. With B = A half and
the residual r = Y - A L^0 of the start, theta - theta^0 = u runs through u <- u + (2 eta/(R n_y)) B^T (r - B u).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

import numpy as np

from numeric.arrays import checked, checked_weights
from numeric.errors import ArgumentError
from numeric.grams import Array, Grams
from numeric.kernels import grams_of, lag_ntk
from numeric.moments import Moments
from numeric.training_loss import flat, shaped
from numeric.training_stability import check_rate, diverged, largest_eigenvalue
from numeric.training_trajectory import Trajectory, checked_steps

__all__ = [
    "LinearLearner",
    "kernel_learner",
    "ntk_model",
    "ntk_model_of",
    "scaled_convolution",
    "stability_limit",
    "train_by_steps",
]


@dataclass(frozen=True, kw_only=True, eq=False)
class LinearLearner:
    """start L^0 [T, n_y, n_x] and half [P, q], K = half half^T.

    P = T n_x, index (lag, input): all outputs learn alike and apart; P = T n_y n_x, index (lag, output, input): any K.
    """

    start: Array
    half: Array


def scaled_convolution(start: Array, rho: Array) -> LinearLearner:
    """Return the convolution L_j = sqrt(rho_j) theta_j from L^0 [T, n_y, n_x]: K = D(rho); rho = 1 is the unscaled one.

    A lag with rho_j = 0 stays where it starts. Raises ArgumentError for shapes that do not fit or rho_j < 0.
    Source: [E] (5)-(8), (60).
    """
    start, rho = checked({"start": (start, "T n_y n_x"), "rho": (rho, "T")})
    if np.any(rho < 0):
        advice = "Factors are the squares of what multiplies the parameters."
        raise ArgumentError("a scaling factor is negative", float(rho.min()), "rho >= 0", advice)
    return LinearLearner(start=start, half=np.diag(np.repeat(np.sqrt(rho), start.shape[2])))


def kernel_learner(start: Array, kernel: Array) -> LinearLearner:
    """Return the learner that descends with K [T, T, n_y*n_x, n_y*n_x], laid out as by `numeric.kernels.lag_ntk`.

    Raises ArgumentError unless K is symmetric and positive semi-definite, up to half of the digits of its dtype: beyond
    that no rounding of a kernel can explain it.
    """
    (start,) = checked({"start": (start, "T n_y n_x")})
    known = {"size": start[0].size}
    start, kernel = checked({"start": (start, "T n_y n_x"), "kernel": (kernel, "T T size size")}, known)
    matrix = kernel.swapaxes(1, 2).reshape(start.size, start.size)
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
    allowed = math.sqrt(np.finfo(matrix.dtype).eps) * float(np.abs(values).max())
    worst = max(float(np.abs(matrix - matrix.T).max()), -float(values[0]))
    if worst > allowed:
        advice = "Pass a Gram matrix of parameter gradients, such as numeric.kernels.lag_ntk."
        raise ArgumentError("kernel is not symmetric and positive semi-definite", worst, f"<= {allowed:.3g}", advice)
    return LinearLearner(start=start, half=vectors * np.sqrt(np.maximum(values, 0)))


def ntk_model(W: Array, F: Array, C: Array, T: int) -> LinearLearner:
    """Return the linearised RNN at W [n, n], F [n, n_x], C [n_y, n]: K is its full lag kernel Theta at these weights.

    Source: [E] (12)-(14), theory C.1.
    """
    W, F, C = checked_weights(W, F, C)
    return ntk_model_of(grams_of(W, F, C, T))


def ntk_model_of(grams: Grams) -> LinearLearner:
    """Return `ntk_model` of the one network whose Grams these are."""
    return kernel_learner(grams.impulse[0], lag_ntk(grams)[0])


def in_parameters(learner: LinearLearner, moments: Moments) -> tuple[Array, Array]:
    """Return B = A half and r = Y - A L^0, with one column per output where outputs learn apart, else with one.

    Raises ArgumentError unless the learner has the T, n_y and n_x of the data.
    """
    checked({"start": (learner.start, "T n_y n_x")}, {"T": moments.T, "n_y": moments.n_y, "n_x": moments.n_x})
    residual = moments.target - moments.design @ flat(learner.start)
    if len(learner.half) == moments.T * moments.n_x:
        return moments.design @ learner.half, residual
    by_lag = learner.half.reshape(moments.T, moments.n_y, moments.n_x, -1)
    design = moments.design.reshape(-1, moments.T, moments.n_x)
    B = np.einsum("rjb,jabq->raq", design, by_lag, optimize=True)
    return B.reshape(residual.size, -1), residual.reshape(-1, 1)


def impulse_at(learner: LinearLearner, moments: Moments, moved: Array) -> Array:
    """Return L [..., T, n_y, n_x] = L^0 + moved, for half u [..., P, columns]."""
    if moved.shape[-2] == moments.T * moments.n_x:
        return learner.start + shaped(moved, moments)
    return learner.start + moved.reshape(*moved.shape[:-2], *learner.start.shape)


def stability_limit(learner: LinearLearner, moments: Moments) -> float:
    """Return 2/λ_max of the curvature (2/(R n_y)) B^T B of the mean squared error; infinite where nothing is learned.

    In the sum form [E] works with, 2/λ_max(A K A^T), it is `sum_form_rate(moments, limit)`. For the RNN, take
    `ntk_model` of its start. Source: [E] (61), (62).
    """
    largest = largest_eigenvalue(in_parameters(learner, moments)[0])
    return moments.entries / largest if largest > 0 else math.inf


def train_by_steps(
    learner: LinearLearner, moments: Moments, *, rate: float, steps: Iterable[int], refuse_unstable: bool = True
) -> Trajectory:
    """Return full-batch gradient descent on the mean squared error, one step after the other, in the parameters.

    Raises TrainingError for a rate above the limit, which it names, and where numbers end. Source: [E] (60), (61).
    """
    wanted, limit = checked_steps(steps), partial(stability_limit, learner, moments)
    gain = 2 * check_rate(rate, limit, refuse_unstable=refuse_unstable) / moments.entries
    B, start = in_parameters(learner, moments)
    u, residual = np.zeros((B.shape[1], start.shape[1]), dtype=B.dtype), start
    moved: list[Array] = []
    losses: list[float] = []
    for step in range(int(wanted[-1]) + 1):
        with np.errstate(over="ignore", invalid="ignore"):  # what overflows is reported as divergence
            loss = float(np.vdot(residual, residual)) / moments.entries
            if not math.isfinite(loss):
                raise diverged(step, loss, rate, limit())
            if step == wanted[len(moved)]:
                moved.append(learner.half @ u)
                losses.append(loss)
            if step < wanted[-1]:
                u = u + gain * (B.T @ residual)
                residual = start - B @ u
    impulse = impulse_at(learner, moments, np.stack(moved))
    loss_path = np.array(losses, dtype=B.dtype)
    return Trajectory(rate=rate, find_limit=limit, steps=wanted, impulse=impulse, loss=loss_path)
