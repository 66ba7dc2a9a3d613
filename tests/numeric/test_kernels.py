"""The Gram form of the tangent kernel against automatic differentiation and against its definition in loops."""

from collections.abc import Callable

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import jacobian
from hypothesis import given, settings
from hypothesis import strategies as st

from numeric import krylov
from numeric.errors import ArgumentError, MemoryLimitError
from numeric.grams import Grams
from numeric.kernels import grams_of, lag_ntk, lag_ntk_diagonal, lag_ntk_parts, ntk, ntk_of_grams
from numeric.streams import stream

pytestmark = pytest.mark.usefixtures("each_route")
SIZES = [(5, 4, 3, 2), (4, 5, 1, 1), (3, 3, 2, 4), (1, 4, 1, 1), (7, 1, 2, 2)]
sizes = pytest.mark.parametrize(("n", "T", "n_x", "n_y"), SIZES)


def weights(n: int, n_x: int, n_y: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = stream("kernel weights", n, n_x, n_y)
    return rng.standard_normal((n, n)), rng.standard_normal((n, n_x)), rng.standard_normal((n_y, n))


def impulse_response(W: np.ndarray, F: np.ndarray, C: np.ndarray, T: int) -> np.ndarray:
    """All L_j as one vector, differentiable."""
    n, state, response = len(W), F, []
    for _ in range(T):
        response.append(anp.reshape(anp.dot(C, state), -1) / n**0.5)
        state = anp.dot(W, state) / n**0.5
    return anp.concatenate(response)


def outputs(W: np.ndarray, F: np.ndarray, C: np.ndarray, x: np.ndarray) -> np.ndarray:
    """All y_t as one vector, differentiable."""
    n, h, y = len(W), anp.zeros(len(W)), []
    for x_t in x:
        h = anp.dot(W, h) / n**0.5 + anp.dot(F, x_t)
        y.append(anp.dot(C, h) / n**0.5)
    return anp.concatenate(y)


def gradients(f: Callable[..., np.ndarray], W: np.ndarray, F: np.ndarray, C: np.ndarray, last: object) -> dict:
    """Jacobians with respect to C, F and W, each [outputs, parameters]."""
    places = {"C": 2, "F": 1, "W": 0}
    return {name: np.reshape(J := jacobian(f, place)(W, F, C, last), (len(J), -1)) for name, place in places.items()}


def as_matrix(theta: np.ndarray) -> np.ndarray:
    """[T, T, size, size] as the matrix between (lag, entry) pairs."""
    T, _, size, _ = theta.shape
    return theta.swapaxes(1, 2).reshape(T * size, T * size)


@pytest.mark.filterwarnings("ignore:Output seems independent of input")  # with one lag, W does not enter
@sizes
def test_parts_are_the_jacobian_products_by_parameter(n: int, T: int, n_x: int, n_y: int) -> None:
    W, F, C = weights(n, n_x, n_y)
    J = gradients(impulse_response, W, F, C, T)
    for part, name in zip(lag_ntk_parts(grams_of(W, F, C, T)), ("C", "F", "W"), strict=True):
        np.testing.assert_allclose(as_matrix(part[0]), J[name] @ J[name].T, rtol=1e-12, atol=1e-12)


@pytest.mark.filterwarnings("ignore:Output seems independent of input")  # with one step, W does not enter
@sizes
def test_ntk_is_the_jacobian_product(n: int, T: int, n_x: int, n_y: int) -> None:
    W, F, C = weights(n, n_x, n_y)
    x, x2 = stream("two inputs", T, n_x).standard_normal((2, T, n_x))
    J, J2 = (np.hstack(list(gradients(outputs, W, F, C, inputs).values())) for inputs in (x, x2))
    kernel = ntk(W, F, C, x, x2)
    assert kernel.shape == (T * n_y, T * n_y)
    np.testing.assert_allclose(kernel, J @ J2.T, rtol=1e-12, atol=1e-12 * np.abs(kernel).max())


@sizes
def test_ntk_of_grams_is_theta_contracted_with_delayed_inputs(n: int, T: int, n_x: int, n_y: int) -> None:
    grams = krylov.sample_grams(n=n, T=T, n_x=n_x, n_y=n_y, replicates=3, rng=stream("contracted"))
    x, x2 = stream("two inputs", T, n_x).standard_normal((2, T, n_x))
    theta = lag_ntk(grams).reshape(3, T, T, n_y, n_x, n_y, n_x)
    expected = np.zeros((3, T, n_y, T, n_y))
    for t, t2 in np.ndindex(T, T):
        for j, k in np.ndindex(t + 1, t2 + 1):
            block = theta[:, j, k] @ x2[t2 - k]  # [3, n_y, n_x, n_y]
            expected[:, t, :, t2, :] += np.einsum("zabc,b->zac", block, x[t - j])
    kernel = ntk_of_grams(grams, x, x2)
    np.testing.assert_allclose(kernel, expected.reshape(kernel.shape), rtol=1e-11, atol=1e-11)


@sizes
def test_theta_is_its_definition_in_four_loops(n: int, T: int, n_x: int, n_y: int) -> None:
    grams = krylov.sample_grams(n=n, T=T, n_x=n_x, n_y=n_y, replicates=2, rng=stream("loops"))
    theta, diagonal = lag_ntk(grams), lag_ntk_diagonal(grams)
    for z, j, k in np.ndindex(2, T, T):
        expected = np.kron(np.eye(n_y), grams.right[z, j, k]) + np.kron(grams.left[z, j, k], np.eye(n_x))
        for a, b in np.ndindex(j, k):
            expected += np.kron(grams.left[z, a, b], grams.right[z, j - 1 - a, k - 1 - b])
        np.testing.assert_allclose(theta[z, j, k], expected, rtol=1e-12, atol=1e-12)
        if j == k:
            np.testing.assert_allclose(diagonal[z, j], expected, rtol=1e-12, atol=1e-12)


def test_width_one_by_hand() -> None:
    """L_j = 5 * 2^j * 3, so that Theta_jk = (9 + 25) 2^(j+k) + 225 jk 2^(j+k-2), in integers and exact."""
    grams = grams_of(np.array([[2]]), np.array([[3]]), np.array([[5]]), 5)
    j, k = np.indices((5, 5))
    expected = 34.0 * 2.0 ** (j + k) + 225 * j * k * 2.0 ** (j + k - 2)
    assert np.array_equal(lag_ntk(grams)[0, :, :, 0, 0], expected)
    assert np.array_equal(lag_ntk_diagonal(grams)[0, :, 0, 0], np.diag(expected))


def test_parts_add_up_to_the_bit() -> None:
    grams = krylov.sample_grams(n=9, T=6, n_x=2, replicates=5, rng=stream("parts"))
    from_c, from_f, from_w = lag_ntk_parts(grams)
    assert np.array_equal(lag_ntk(grams), from_c + from_f + from_w)
    assert not from_w[:, 0].any()
    assert not from_w[:, :, 0].any()


@sizes
def test_the_diagonal_alone_is_the_diagonal_to_the_bit(n: int, T: int, n_x: int, n_y: int) -> None:
    grams = krylov.sample_grams(n=n, T=T, n_x=n_x, n_y=n_y, replicates=3, rng=stream("diagonal"))
    lags = np.arange(T)
    assert np.array_equal(lag_ntk(grams)[:, lags, lags], lag_ntk_diagonal(grams))


@settings(deadline=None, derandomize=True, max_examples=60)
@given(
    n=st.sampled_from([1, 2, 3, 7, 10**6]),
    T=st.integers(1, 7),
    n_x=st.integers(1, 3),
    n_y=st.integers(1, 3),
    seed=st.integers(0, 10**6),
)
def test_theta_is_symmetric_and_positive_semi_definite(n: int, T: int, n_x: int, n_y: int, seed: int) -> None:
    grams = krylov.sample_grams(n=n, T=T, n_x=n_x, n_y=n_y, replicates=2, rng=stream(seed))
    for theta in lag_ntk(grams):
        matrix = as_matrix(theta)
        np.testing.assert_allclose(matrix, matrix.T, rtol=0, atol=1e-14 * np.abs(matrix).max())
        eigenvalues = np.linalg.eigvalsh(matrix)
        assert eigenvalues[0] >= -1e-13 * len(matrix) * eigenvalues[-1]


@pytest.mark.parametrize("kernel", [lag_ntk, lag_ntk_diagonal])
@pytest.mark.parametrize("block", [1, 2, 3, 64])
@pytest.mark.parametrize(("T", "n_x", "n_y"), [(1, 1, 1), (5, 1, 1), (12, 1, 1), (3, 2, 3)])
def test_bytes_do_not_depend_on_the_batch(
    kernel: Callable[[Grams], np.ndarray], block: int, T: int, n_x: int, n_y: int
) -> None:
    grams = krylov.sample_grams(n=30, T=T, n_x=n_x, n_y=n_y, replicates=3 * block, rng=stream("batch"))
    together = kernel(grams)
    for part in (slice(b * block, (b + 1) * block) for b in range(3)):
        alone = Grams(n=30, right=grams.right[part], left=grams.left[part], impulse=grams.impulse[part])
        assert kernel(alone).tobytes() == together[part].tobytes()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtype_in_is_dtype_out(dtype: type) -> None:
    W, F, C = (array.astype(dtype) for array in weights(5, 2, 3))
    x = np.ones((4, 2), dtype=dtype)
    grams = grams_of(W, F, C, 4)
    results = [*lag_ntk_parts(grams), lag_ntk(grams), lag_ntk_diagonal(grams), ntk(W, F, C, x, x)]
    assert {array.dtype for array in [*results, ntk_of_grams(grams, x, x)]} == {np.dtype(dtype)}


def test_too_large_a_kernel_is_refused_with_the_alternative() -> None:
    grams = krylov.sample_grams(n=10, T=8, replicates=10, rng=stream("memory"))
    needed = 4 * 8 * 10 * 64
    assert lag_ntk(grams, max_bytes=needed).shape == (10, 8, 8, 1, 1)
    with pytest.raises(MemoryLimitError, match=f"got {needed} bytes, allowed: max_bytes=20479.*lag_ntk_diagonal"):
        lag_ntk(grams, max_bytes=needed - 1)


def test_inputs_that_do_not_fit_are_refused() -> None:
    W, F, C = weights(5, 2, 3)
    with pytest.raises(ArgumentError, match=r"x2 has the wrong shape: got \(3, 2\), allowed: \[4, 2\]"):
        ntk(W, F, C, np.ones((4, 2)), np.ones((3, 2)))
    with pytest.raises(ArgumentError, match=r"x has the wrong shape: got \(4, 1\), allowed: \[T, 2\]"):
        ntk(W, F, C, np.ones((4, 1)), np.ones((4, 1)))
    with pytest.raises(ArgumentError, match=r"x has the wrong shape: got \(3, 2\), allowed: \[4, 2\]"):
        ntk_of_grams(grams_of(W, F, C, 4), np.ones((3, 2)), np.ones((3, 2)))
