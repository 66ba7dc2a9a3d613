"""The only file that knows the gradient of a linear RNN: row adjoints over Krylov vectors, data seen as moments only.

With P_k = C M^k and E_k the gradient by L_k = P_k F/sqrt(n), the rows D_k = E_k F^T/sqrt(n) + D_{k+1} M^T are the
gradient by P_k, so that
  dC = D_0,   dF = sum_k P_k^T E_k/sqrt(n),   dW = sum_{k<T-1} P_k^T D_{k+1}/sqrt(n), of rank (T-1) n_y.
One step costs 2 (T-1) products of n_y rows with W and one product of rank (T-1) n_y, whatever the number of sequences.
With fewer inputs than outputs the mirrored network (W^T, C^T, F^T), whose L_k are transposed, is trained instead.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.linalg import get_blas_funcs

from numeric.arrays import checked_weights
from numeric.errors import ArgumentError
from numeric.grams import Array
from numeric.moments import Moments
from numeric.perturbation import Weights
from numeric.training_loss import loss_and_gradient

__all__ = ["Network", "descend", "forward", "network_of", "rnn_gradient", "weights_of"]

# Up to so many rows, one product of a vector with W after the other is faster than one thin matrix product. Measured
# once with OpenBLAS on one core at n = 1000: 5 rows at once took 1.4 times as long, 8 rows 0.8 times.
FEW_ROWS = 5


@dataclass(frozen=True, kw_only=True, eq=False)
class Network:
    """Weights that `descend` changes in place: W [n, n] in C order, F [n, columns], C [rows, n] with rows <= columns.

    `mirrored` says that these are W^T, C^T and F^T of the network trained.
    """

    W: Array
    F: Array
    C: Array
    mirrored: bool


def network_of(W: Array, F: Array, C: Array) -> Network:
    """Return a copy of the weights W [n, n], F [n, n_x], C [n_y, n], mirrored if n_x < n_y."""
    W, F, C = checked_weights(W, F, C)
    mirrored = F.shape[1] < len(C)
    if mirrored:
        W, F, C = W.T, C.T, F.T
    return Network(W=np.array(W, order="C"), F=np.array(F, order="C"), C=np.array(C, order="C"), mirrored=mirrored)


def weights_of(network: Network) -> Weights:
    """Return a copy of W, F, C of the network trained, mirrored back."""
    W, F, C = network.W, network.F, network.C
    if network.mirrored:
        W, F, C = W.T, C.T, F.T
    return np.array(W, order="C"), np.array(F, order="C"), np.array(C, order="C")


def forward(network: Network, T: int) -> tuple[Array, Array]:
    """Return the rows P_k = C M^k [T, rows, n] and the impulse response L [T, n_y, n_x] of the network trained."""
    root = 1 / math.sqrt(len(network.W))
    P = np.empty((T, *network.C.shape), dtype=network.W.dtype)
    P[0] = network.C
    for k in range(1, T):
        _multiply(P[k - 1], network.W, out=P[k])
        P[k] *= root
    impulse = (P.reshape(-1, len(network.W)) @ network.F * root).reshape(*P.shape[:2], -1)
    return P, impulse.swapaxes(1, 2) if network.mirrored else impulse


def _backward(network: Network, E: Array) -> Array:
    """Return D [T, rows, n] from the gradient E [T, rows, columns] by the impulse response."""
    root = 1 / math.sqrt(len(network.W))
    D = (E.reshape(-1, E.shape[2]) @ network.F.T * root).reshape(*E.shape[:2], -1)
    carried = np.empty_like(D[0])
    for k in reversed(range(len(D) - 1)):
        _multiply(D[k + 1], network.W.T, out=carried)
        carried *= root
        D[k] += carried
    return D


def _multiply(rows: Array, matrix: Array, out: Array) -> None:
    """Write rows @ matrix into `out`."""
    if len(rows) > FEW_ROWS:
        np.matmul(rows, matrix, out=out)
        return
    for row, result in zip(rows, out, strict=True):
        np.matmul(row, matrix, out=result)


def _gradients(network: Network, P: Array, E: Array) -> tuple[Array, Array, Array]:
    """Return dF, dC and D of the network as it is stored, for the gradient E [T, n_y, n_x] by the impulse response."""
    if network.mirrored:
        E = E.swapaxes(1, 2)
    D = _backward(network, E)
    dF = P.reshape(-1, P.shape[2]).T @ E.reshape(-1, E.shape[2]) * (1 / math.sqrt(len(network.W)))
    return dF, D[0], D


def descend(network: Network, P: Array, E: Array, rate: float) -> None:
    """Move the weights by -rate times their gradient, in place, for the P of `forward` and the gradient E by L.

    W is read and written once: the update of rank (T-1) rows is accumulated by BLAS without a matrix of its own.
    """
    dF, dC, D = _gradients(network, P, E)
    W, n = network.W, len(network.W)
    if len(P) > 1:
        left, right = P[:-1].reshape(-1, n), D[1:].reshape(-1, n)
        gemm = get_blas_funcs("gemm", (W,))
        scale = -rate / math.sqrt(n)
        moved = gemm(scale, right.T, left.T, beta=1.0, c=W.T, trans_b=1, overwrite_c=1).T
        if not np.shares_memory(moved, W):
            np.copyto(W, moved)  # a BLAS wrapper may copy; the result is then elsewhere
    network.F[...] -= rate * dF
    network.C[...] -= rate * dC


def rnn_gradient(W: Array, F: Array, C: Array, moments: Moments) -> tuple[float, Weights]:
    """Return the mean squared error of an RNN over whole sequences and its gradient (dW, dF, dC), dense.

    Raises ArgumentError unless the weights have the n_x and n_y of the data. Source: [E] (1), (2), (9).
    """
    network = checked_network(W, F, C, moments)
    P, impulse = forward(network, moments.T)
    loss, E = loss_and_gradient(moments, impulse)
    dF, dC, D = _gradients(network, P, E)
    n = len(network.W)
    dW = P[:-1].reshape(-1, n).T @ D[1:].reshape(-1, n) * (1 / math.sqrt(n))
    return loss, (dW.T, dC.T, dF.T) if network.mirrored else (dW, dF, dC)


def checked_network(W: Array, F: Array, C: Array, moments: Moments) -> Network:
    """Return `network_of` the weights, in the common dtype of weights and data.

    Raises ArgumentError unless they have the n_x and n_y of the data.
    """
    W, F, C = checked_weights(W, F, C)
    sizes = F.shape[1], len(C)
    if sizes != (moments.n_x, moments.n_y):
        limit = f"({moments.n_x}, {moments.n_y})"
        raise ArgumentError("F and C have other (n_x, n_y) than the data", sizes, limit, "Use data of this network.")
    dtype = np.result_type(W, moments.root)
    return network_of(W.astype(dtype, copy=False), F.astype(dtype, copy=False), C.astype(dtype, copy=False))
