"""The RNN's gradient from moments, against automatic differentiation of the recursion and exact central differences."""

import tracemalloc
from fractions import Fraction

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import value_and_grad
from hypothesis import given, settings
from hypothesis import strategies as st

from numeric import training_rnn as rnn
from numeric.dense import impulse_response
from numeric.errors import ArgumentError
from numeric.moments import Moments, moments_of_sequences
from numeric.rounding import product_error
from numeric.streams import stream
from numeric.training_error import rnn_gradient_error

# n, T, n_x, n_y, N: one of everything; rows; mirrored; T = 1; many rows at once; more inputs than units
SIZES = [
    (1, 1, 1, 1, 1),
    (5, 4, 1, 1, 3),
    (6, 5, 3, 2, 4),
    (6, 5, 2, 3, 4),
    (7, 1, 2, 2, 3),
    (8, 3, 7, 6, 2),
    (2, 4, 3, 1, 5),
]
sizes = pytest.mark.parametrize("size", SIZES, ids=str)
Case = tuple[tuple[np.ndarray, np.ndarray, np.ndarray], np.ndarray, np.ndarray]


def case(*size: int, seed: int = 0) -> Case:
    n, T, n_x, n_y, N = size
    rng = stream("gradient", *size, seed)
    weights = (rng.standard_normal(shape) for shape in ((n, n), (n, n_x), (n_y, n)))
    return tuple(weights), rng.standard_normal((N, T, n_x)), rng.standard_normal((N, T, n_y))


def explicit_loss(weights: tuple[np.ndarray, np.ndarray, np.ndarray], x: np.ndarray, y: np.ndarray) -> float:
    """The mean squared error by the recursion over every sequence, differentiable."""
    W, F, C = weights
    h, total = anp.zeros((len(x), len(W))), 0.0
    for t in range(x.shape[1]):
        h = anp.dot(h, W.T) / len(W) ** 0.5 + anp.dot(x[:, t], F.T)
        total = total + anp.sum((anp.dot(h, C.T) / len(W) ** 0.5 - y[:, t]) ** 2)
    return total / y.size


@settings(max_examples=60)
@given(st.integers(0, 10**6), st.sampled_from(SIZES))
def test_gradient_is_that_of_automatic_differentiation(seed: int, size: tuple[int, ...]) -> None:
    weights, x, y = case(*size, seed=seed)
    moments = moments_of_sequences(x, y)
    loss, gradient = rnn.rnn_gradient(*weights, moments)
    loss_bound, bounds = rnn_gradient_error(weights, moments)
    expected_loss, expected = value_and_grad(explicit_loss)(weights, x, y)
    assert abs(loss - expected_loss) <= 2 * loss_bound  # the peer rounds too, with fewer operations
    for ours, theirs, bound in zip(gradient, expected, bounds, strict=True):
        assert ours.shape == theirs.shape
        assert np.all(np.abs(ours - theirs) <= 2 * bound)


@sizes
def test_the_bound_is_worth_something(size: tuple[int, ...]) -> None:
    weights, x, y = case(*size)
    loss_bound, bounds = rnn_gradient_error(weights, moments_of_sequences(x, y))
    loss, gradient = rnn.rnn_gradient(*weights, moments_of_sequences(x, y))
    assert loss_bound < 1e-8 * loss
    assert all(bound.max() < 1e-8 * (1 + np.abs(part).max()) for bound, part in zip(bounds, gradient, strict=True))


def in_fractions(array: np.ndarray) -> list[list[Fraction]]:
    return [[Fraction(float(value)) for value in row] for row in array]


def exact_loss(W: list, F: list, C: list, x: np.ndarray, y: np.ndarray) -> Fraction:
    """n times the mean squared error with C/√n replaced by C: all in fractions; x, y [N, T, ·]; W is M."""
    total = Fraction(0)
    for x_i, y_i in zip(x, y, strict=True):
        h = [Fraction(0)] * len(W)
        for x_t, y_t in zip(in_fractions(x_i), in_fractions(y_i), strict=True):
            moved = [sum(w * s for w, s in zip(row, h, strict=True)) for row in W]
            h = [a + sum(f * v for f, v in zip(row, x_t, strict=True)) for a, row in zip(moved, F, strict=True)]
            found = [sum(c * s for c, s in zip(row, h, strict=True)) for row in C]
            total += sum((a - b) ** 2 for a, b in zip(found, y_t, strict=True))
    return total / y.size


@pytest.mark.parametrize(("T", "n_x", "n_y"), [(1, 1, 1), (3, 1, 2), (4, 2, 1)])
def test_gradient_is_that_of_central_differences_in_exact_fractions(T: int, n_x: int, n_y: int) -> None:
    """Width 4, so that √n = 2 is exact. The step 2⁻⁶⁰ leaves an error of its square, far below the rounding bound."""
    n, step = 4, Fraction(1, 2**60)
    weights, x, y = case(n, T, n_x, n_y, 2)
    moments = moments_of_sequences(x, y)
    _, gradient = rnn.rnn_gradient(*weights, moments)
    _, bounds = rnn_gradient_error(weights, moments)
    scale = (2, 1, 2)  # the network's W and C are twice M and C/√n
    exact = [[[value / s for value in row] for row in in_fractions(w)] for w, s in zip(weights, scale, strict=True)]
    for part, ours, bound, s in zip(exact, gradient, bounds, scale, strict=True):
        for i, j in np.ndindex(ours.shape):
            kept, ends = part[i][j], []
            for sign in (1, -1):
                part[i][j] = kept + sign * step
                ends.append(exact_loss(*exact, x, y))
            part[i][j] = kept
            slope = float((ends[0] - ends[1]) / (2 * step * s))
            assert abs(ours[i, j] - slope) <= bound[i, j] + 2.0**-52 * abs(slope)


@sizes
def test_forward_is_the_impulse_response_and_a_step_is_minus_the_gradient(size: tuple[int, ...]) -> None:
    weights, x, y = case(*size)
    moments = moments_of_sequences(x, y)
    network = rnn.network_of(*weights)
    P, impulse = rnn.forward(network, moments.T)
    bound = product_error(*weights, moments.T)
    assert np.all(np.abs(impulse - impulse_response(*weights, moments.T)) <= 2 * bound)
    E = stream("direction", *size).standard_normal(impulse.shape)
    place = network.W
    rnn.descend(network, P, E, 0.5)
    assert network.W is place
    expected = value_and_grad(lambda w: anp.sum(E * anp.stack(lags(w, moments.T))))(weights)[1]
    for moved, start, slope in zip(rnn.weights_of(network), weights, expected, strict=True):
        np.testing.assert_allclose(moved, start - 0.5 * slope, rtol=1e-11, atol=1e-11)


def lags(weights: tuple[np.ndarray, np.ndarray, np.ndarray], T: int) -> list[np.ndarray]:
    W, F, C = weights
    columns, out = F, []
    for _ in range(T):
        out.append(anp.dot(C, columns) / len(W) ** 0.5)
        columns = anp.dot(W, columns) / len(W) ** 0.5
    return out


@settings(max_examples=30)
@given(st.integers(0, 10**6), st.permutations(range(6)))
def test_hidden_units_have_no_order(seed: int, order: list[int]) -> None:
    weights, x, y = case(6, 5, 2, 3, 4, seed=seed)
    W, F, C = weights
    moments = moments_of_sequences(x, y)
    _, here = rnn.rnn_gradient(*weights, moments)
    _, there = rnn.rnn_gradient(W[order][:, order], F[order], C[:, order], moments)
    _, bounds = rnn_gradient_error(weights, moments)
    carried = here[0][order][:, order], here[1][order], here[2][:, order]
    moved_bounds = bounds[0][order][:, order], bounds[1][order], bounds[2][:, order]
    for ours, theirs, bound in zip(there, carried, moved_bounds, strict=True):
        assert np.all(np.abs(ours - theirs) <= 2 * bound)


@pytest.mark.parametrize("n_y", [1, 3])
def test_a_step_forms_no_matrix_of_the_size_of_w(n_y: int) -> None:
    n = 500
    weights, x, y = case(n, 4, 2, n_y, 3)
    moments, network = moments_of_sequences(x, y), rnn.network_of(*weights)
    rnn.descend(network, *_rows_and_gradient(network, moments), 0.1)  # whatever is loaded once
    tracemalloc.start()
    rnn.descend(network, *_rows_and_gradient(network, moments), 0.1)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < network.W.nbytes / 4


def _rows_and_gradient(network: rnn.Network, moments: Moments) -> tuple[np.ndarray, np.ndarray]:
    P, impulse = rnn.forward(network, moments.T)
    return P, rnn.loss_and_gradient(moments, impulse)[1]


@pytest.mark.parametrize("n_y", [1, 3])
def test_weights_come_back_in_any_memory_order_and_are_copies(n_y: int) -> None:
    weights, _, _ = case(5, 4, 2, n_y, 3)
    for given_weights in (weights, tuple(np.asfortranarray(w) for w in weights)):
        network = rnn.network_of(*given_weights)
        assert network.mirrored == (n_y == 3)
        for back, w in zip(rnn.weights_of(network), given_weights, strict=True):
            assert np.array_equal(back, w)
            assert not any(np.shares_memory(back, other) for other in (w, network.W, network.F, network.C))
        assert not np.shares_memory(network.W, given_weights[0])


def test_the_few_rows_are_the_fewer_side() -> None:
    weights, _, _ = case(5, 4, 2, 3, 3)
    P, _ = rnn.forward(rnn.network_of(*weights), 4)
    assert P.shape == (4, 2, 5)


def test_a_network_of_other_channels_is_refused() -> None:
    weights, _, _ = case(5, 4, 2, 3, 3)
    _, x, y = case(5, 4, 3, 2, 3)
    with pytest.raises(ArgumentError, match=r"other \(n_x, n_y\) than the data: got \(2, 3\), allowed: \(3, 2\)"):
        rnn.rnn_gradient(*weights, moments_of_sequences(x, y))
