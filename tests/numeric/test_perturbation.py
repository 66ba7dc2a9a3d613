"""First-order changes of the output against automatic differentiation, and the kernels that they add up to."""

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import jacobian

from numeric import perturbation as p
from numeric.errors import ArgumentError
from numeric.kernels import ntk
from numeric.rotations import defect, random_rotation
from numeric.streams import stream

SIZES = [(1, 1, 1, 4), (3, 2, 1, 5), (4, 1, 3, 3), (2, 2, 2, 1)]
sizes = pytest.mark.parametrize(("n", "n_x", "n_y", "T"), SIZES)


def case(n: int, n_x: int, n_y: int, T: int) -> tuple[p.Weights, np.ndarray, np.ndarray]:
    rng = stream("perturbation", n, n_x, n_y, T)
    weights = rng.standard_normal((n, n)), rng.standard_normal((n, n_x)), rng.standard_normal((n_y, n))
    return weights, *rng.standard_normal((2, T, n_x))


def outputs(flat: np.ndarray, n: int, n_x: int, x: np.ndarray) -> np.ndarray:
    """All y_t as one vector, differentiable in the flat parameters (W, F, C)."""
    W, F = anp.reshape(flat[: n * n], (n, n)), anp.reshape(flat[n * n : n * (n + n_x)], (n, n_x))
    C, h, y = anp.reshape(flat[n * (n + n_x) :], (-1, n)), anp.zeros(n), []
    for x_t in x:
        h = anp.dot(W, h) / n**0.5 + anp.dot(F, x_t)
        y.append(anp.dot(C, h) / n**0.5)
    return anp.concatenate(y)


def differentiated(weights: p.Weights, x: np.ndarray) -> np.ndarray:
    n, n_x = weights[1].shape
    flat = np.concatenate([weight.ravel() for weight in weights])
    return np.asarray(jacobian(outputs)(flat, n, n_x, x))


@sizes
def test_moved_outputs_are_the_jacobian_times_the_direction(n: int, n_x: int, n_y: int, T: int) -> None:
    weights, x, _ = case(n, n_x, n_y, T)
    directions = stream("directions").standard_normal((7, n * (n + n_x + n_y)))
    expected = directions @ differentiated(weights, x).T
    np.testing.assert_allclose(p.moved_outputs(weights, directions, x), expected, rtol=1e-11, atol=1e-12)


@sizes
def test_sum_over_a_basis_is_within_its_bound_of_the_jacobian_product(n: int, n_x: int, n_y: int, T: int) -> None:
    weights, x, x2 = case(n, n_x, n_y, T)
    count = n * (n + n_x + n_y)
    expected = differentiated(weights, x) @ differentiated(weights, x2).T
    for basis, spare in ((np.eye(count), 0.0), (random_rotation(count, stream("basis")), defect(count))):
        bound = p.directional_kernel_error(weights, basis, x, x2)
        size = np.linalg.norm(differentiated(weights, x)) * np.linalg.norm(differentiated(weights, x2))
        difference = np.abs(p.directional_kernel(weights, basis, x, x2) - expected)
        assert np.all(difference <= 2.0 * bound + spare * size)  # automatic differentiation rounds, too
        assert bound.max() < 1e-10 * (1 + size)


@sizes
def test_gram_kernel_is_within_its_bound(n: int, n_x: int, n_y: int, T: int) -> None:
    weights, x, x2 = case(n, n_x, n_y, T)
    expected = differentiated(weights, x) @ differentiated(weights, x2).T
    bound = p.ntk_error(weights, x, x2)
    assert np.all(np.abs(ntk(*weights, x, x2) - expected) <= 2.0 * bound)
    assert bound.max() < 1e-10 * (1 + np.abs(expected).max())


def test_directions_of_another_length_are_refused() -> None:
    weights, x, _ = case(3, 2, 1, 5)
    with pytest.raises(ArgumentError, match="directions has the wrong shape"):
        p.moved_outputs(weights, np.ones((2, 17)), x)
