"""The scaled convolution L_j = √ρ_j θ_j: its output, its parameter Jacobian and two routes to its tangent kernel.

The Jacobian is measured by moving one parameter after the other, so it knows nothing of the Toeplitz form.
"""

from __future__ import annotations

import numpy as np

from numeric.arrays import checked
from numeric.dense import run_convolution
from numeric.errors import ArgumentError
from numeric.grams import Array
from numeric.rounding import SLACK, gamma

__all__ = [
    "block_toeplitz",
    "jacobian_error",
    "jacobian_kernel",
    "parameter_jacobian",
    "run_scaled_convolution",
    "toeplitz_error",
    "toeplitz_kernel",
]


def run_scaled_convolution(rho: Array, theta: Array, x: Array) -> Array:
    """Return y_t = sum_{j<=t} sqrt(rho_j) theta_j x_{t-j} [T, n_y]: rho [T] >= 0, theta [T, n_y, n_x], x [T, n_x].

    Raises ArgumentError for shapes that do not fit or a negative factor. Source: [E] (6), (7).
    """
    rho, theta, x = _checked(rho, theta, x)
    return run_convolution(np.sqrt(rho)[:, None, None] * theta, x)


def parameter_jacobian(rho: Array, theta: Array, x: Array) -> Array:
    """Return dy/dtheta at theta, [T*n_y, T*n_y*n_x], as y(theta + e_p) - y(theta) for every parameter p.

    Exact but for rounding, since y is linear in theta; `jacobian_error` bounds the rounding. Row t*n_y + a, column
    (j*n_y + a)*n_x + b. Costs T*n_y*n_x runs of the convolution.
    """
    rho, theta, x = _checked(rho, theta, x)
    before = run_scaled_convolution(rho, theta, x)
    jacobian = np.empty((before.size, theta.size))
    for p in range(theta.size):
        moved = theta.copy()
        moved.flat[p] += 1.0
        jacobian[:, p] = (run_scaled_convolution(rho, moved, x) - before).ravel()
    return jacobian


def jacobian_error(rho: Array, theta: Array, x: Array) -> Array:
    """Bound [T*n_y, 1] on the error of every entry in a row of `parameter_jacobian`.

    Both outputs are sums of at most T n_x products, with six more roundings (root, factor, moved parameter, product,
    last difference); their terms add up to at most y(|theta|, |x|) + max_j sqrt(rho_j) max|x| in absolute values.
    """
    rho, theta, x = _checked(rho, theta, x)
    size = run_scaled_convolution(rho, np.abs(theta), np.abs(x)).reshape(-1, 1)
    slope = np.sqrt(rho.max()) * np.abs(x).max()
    return np.asarray(2.0 * SLACK * gamma(x.size + 6) * (size + slope))


def jacobian_kernel(rho: Array, theta: Array, x: Array, x2: Array) -> tuple[Array, Array]:
    """Return K(x, x2) = J(x) J(x2)^T at theta, [T*n_y, T*n_y] with index t*n_y + a, and a bound on its error.

    The bound is that of both Jacobians and of sums of P products, entrywise. Source: [E] (13).
    """
    first, second = (parameter_jacobian(rho, theta, z) for z in (x, x2))
    errors = [np.broadcast_to(jacobian_error(rho, theta, z), first.shape) for z in (x, x2)]
    sizes = np.abs(first), np.abs(second)
    moved = sizes[0] @ errors[1].T + errors[0] @ sizes[1].T + errors[0] @ errors[1].T
    return first @ second.T, np.asarray(SLACK * (moved + gamma(theta.size) * sizes[0] @ sizes[1].T))


def block_toeplitz(x: Array) -> Array:
    """Return the block Toeplitz matrix [T*n_x, T] with block (j, t) equal to x_{t-j} for t >= j, else 0."""
    T, n_x = x.shape
    matrix = np.zeros((T * n_x, T), dtype=x.dtype)
    for j in range(T):
        for t in range(j, T):
            matrix[j * n_x : (j + 1) * n_x, t] = x[t - j]
    return matrix


def toeplitz_kernel(rho: Array, x: Array, x2: Array, n_y: int) -> Array:
    """Return [T(x)^T D(rho) T(x2)] (x) I_{n_y}, [T*n_y, T*n_y] with index t*n_y + a. Source: [E] (17)-(19)."""
    rho, x, x2 = checked({"rho": (rho, "T"), "x": (x, "T n_x"), "x2": (x2, "T n_x")})
    factors = np.repeat(rho, x.shape[1])
    return np.kron(block_toeplitz(x).T @ (factors[:, None] * block_toeplitz(x2)), np.eye(n_y))


def toeplitz_error(rho: Array, x: Array, x2: Array, n_y: int) -> Array:
    """Entrywise bound on the error of `toeplitz_kernel`: sums of T n_x products of three factors."""
    return np.asarray(SLACK * gamma(x.size + 2) * toeplitz_kernel(rho, np.abs(x), np.abs(x2), n_y))


def _checked(rho: Array, theta: Array, x: Array) -> list[Array]:
    rho, theta, x = checked({"rho": (rho, "T"), "theta": (theta, "T n_y n_x"), "x": (x, "T n_x")})
    if np.any(rho < 0):
        advice = "Factors are the squares of what multiplies the parameters."
        raise ArgumentError("a scaling factor is negative", float(rho.min()), "rho >= 0", advice)
    return [rho, theta, x]
