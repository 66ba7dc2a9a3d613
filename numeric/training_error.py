"""How far rounding can move the loss and the gradient of an RNN that are computed from moments."""

from __future__ import annotations

import numpy as np

from numeric.moments import Moments
from numeric.perturbation import Weights
from numeric.rounding import SLACK, gamma
from numeric.training_rnn import rnn_gradient

__all__ = ["rnn_gradient_error"]

# A Householder reflector on m numbers moves them by γ_{cm}, c a small integer (Higham, Lemma 19.3); chosen above it.
HOUSEHOLDER = 10


def rnn_gradient_error(weights: Weights, moments: Moments, *, merges: int = 0) -> tuple[float, Weights]:
    """Return bounds on the errors of the loss and, entrywise, of the gradients of `rnn_gradient`.

    Both are sums of products of weights, factors and targets. With absolute values in place of the weights and, by the
    inequality of Cauchy and Schwarz, one row of column norms in place of [A | Y], they bound themselves; the relative
    error is γ of the operations on the longest path, the QR decomposition (`merges` counts later ones) included.
    """
    W, F, C = map(np.abs, weights)
    norms = np.sqrt(np.einsum("rk,rk->k", moments.root, moments.root))[None]
    norms[:, -moments.n_y :] *= -1.0  # the gradient has A L − Y: both terms must add up
    absolute = Moments(root=norms, rows=moments.rows, T=moments.T, n_x=moments.n_x, n_y=moments.n_y)
    loss, gradient = rnn_gradient(W, F, C, absolute)
    n, T, columns = len(W), moments.T, norms.size
    factorised = 2 * HOUSEHOLDER * columns * (moments.rows + 2 * merges * columns)
    multiplied = 3 * (T + 1) * (n + 4) + 3 * columns + T * (moments.n_x + moments.n_y + 4) + 16
    factor = SLACK * gamma(factorised + multiplied)
    return factor * loss, (factor * gradient[0], factor * gradient[1], factor * gradient[2])
