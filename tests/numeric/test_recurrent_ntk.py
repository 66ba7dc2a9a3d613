"""The NTK of one recurrent network against complex-step derivatives, and against the linear kernel."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy.special import erf

from numeric.errors import ArgumentError
from numeric.kernels import ntk
from numeric.recurrent_ntk import outputs, recurrent_ntk, states

Array = np.ndarray
ERF = (erf, lambda z: 2.0 / math.sqrt(math.pi) * np.exp(-z * z))
RELU = (lambda z: np.maximum(z, 0.0), lambda z: (z > 0.0).astype(float))
LINEAR = (lambda z: z, np.ones_like)


def network(n: int, n_x: int, B: int = 1) -> tuple[Array, Array, Array]:
    rng = np.random.default_rng(n)
    return rng.standard_normal((B, n, n)), rng.standard_normal((B, n, n_x)), rng.standard_normal((B, n))


def inputs(S: int, T: int, n_x: int) -> Array:
    return np.random.default_rng(S).standard_normal((S, T, n_x))


def unrolled(theta: Array, n: int, x: Array, activation: Callable[[Array], Array]) -> Array:
    """y of all sequences, in plain loops that take complex weights."""
    W, F, C = np.split(theta, [n * n, n * (n + x.shape[2])])
    W, F, found = W.reshape(n, n), F.reshape(n, -1), []
    for sequence in x:
        h = np.zeros(n, dtype=theta.dtype)
        for x_t in sequence:
            h = activation(W @ h / np.sqrt(n) + F @ x_t)
            found.append(C @ h / np.sqrt(n))
    return np.array(found)


def relu_by_real_part(z: Array) -> Array:
    return np.where(z.real > 0, z, 0.0)


@pytest.mark.parametrize(("pair", "plain"), [(ERF, erf), (RELU, relu_by_real_part), (LINEAR, LINEAR[0])])
@pytest.mark.parametrize("sizes", [(1, 1, 1, 1), (3, 2, 2, 3), (4, 1, 3, 4)])
def test_it_is_the_sum_over_all_weights(pair: tuple, plain: Callable, sizes: tuple[int, ...]) -> None:
    n, n_x, S, T = sizes
    weights, x = network(n, n_x), inputs(S, T, n_x)
    theta = np.concatenate([part.ravel() for part in weights])
    step = 1e-30
    rows = [unrolled(theta + 1j * step * unit, n, x, plain).imag / step for unit in np.eye(len(theta))]
    J = np.array(rows)
    assert recurrent_ntk(weights, x, *pair)[0] == pytest.approx(J.T @ J, rel=1e-11, abs=1e-12)
    for i in range(S):
        single = outputs((weights[0][0], weights[1][0], weights[2][0]), x[i], pair[0])
        assert single == pytest.approx(unrolled(theta, n, x, pair[0])[i * T : (i + 1) * T], rel=1e-12, abs=1e-14)


def test_a_linear_network_has_the_linear_kernel() -> None:
    (W, F, C), x = network(6, 2), inputs(2, 4, 2)
    found = recurrent_ntk((W, F, C), x, *LINEAR)[0]
    for i in range(2):
        for k in range(2):
            wanted = ntk(W[0], F[0], C, x[i], x[k])
            assert found[4 * i : 4 * i + 4, 4 * k : 4 * k + 4] == pytest.approx(wanted, rel=1e-12)


def test_networks_of_a_batch_do_not_see_each_other() -> None:
    weights, x = network(5, 1, B=3), inputs(2, 3, 1)
    together = recurrent_ntk(weights, x, *RELU)
    for b in range(3):
        alone = recurrent_ntk(tuple(part[b : b + 1] for part in weights), x, *RELU)  # type: ignore[arg-type]
        assert together[b] == pytest.approx(alone[0], rel=1e-13)
    assert states(weights[0], weights[1], x, RELU[0]).shape == (3, 2, 3, 5)


def test_shapes_that_do_not_fit_are_refused() -> None:
    (W, F, C), x = network(3, 2), inputs(1, 2, 2)
    with pytest.raises(ArgumentError, match="C has the wrong shape"):
        recurrent_ntk((W, F, C[:, :2]), x, *ERF)
    with pytest.raises(ArgumentError, match="x has the wrong shape"):
        recurrent_ntk((W, F, C), x[0], *ERF)
    with pytest.raises(ArgumentError, match="x has the wrong shape"):
        outputs((W[0], F[0], C[0]), x[0, :, :1], ERF[0])
