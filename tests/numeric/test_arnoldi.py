"""What is read off from Grams against Gram–Schmidt on the weights themselves."""

import math

import numpy as np
import pytest

from numeric import arnoldi, dense
from numeric.errors import ArgumentError
from numeric.grams import Grams
from numeric.kernels import grams_of
from numeric.streams import stream

CASES = [(20, 5), (12, 6), (9, 5), (7, 4), (40, 3)]
cases = pytest.mark.parametrize(("n", "T"), CASES)


def weights(n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = stream("arnoldi weights", n)
    return rng.standard_normal((n, n)), rng.standard_normal((n, 1)), rng.standard_normal((1, n))


def vectors(W: np.ndarray, start: np.ndarray, T: int) -> np.ndarray:
    """start, M start, … as columns [n, T]."""
    found = [start]
    for _ in range(1, T):
        found.append(W @ found[-1] / math.sqrt(len(W)))
    return np.hstack(found)


def gram_schmidt(columns: np.ndarray) -> np.ndarray:
    """Orthonormal columns, each with a positive component of its own vector."""
    q, r = np.linalg.qr(columns)
    return q * np.sign(np.diag(r))


def rounding(*grams: np.ndarray) -> float:
    """A Cholesky factor is right to a few n u times the condition number of what is factorised."""
    return 100 * 2.0**-53 * max(float(np.linalg.cond(gram).max()) for gram in grams)


@cases
def test_the_factor_holds_the_right_vectors_in_their_own_basis(n: int, T: int) -> None:
    W, F, C = weights(n)
    grams = grams_of(W, F, C, T)
    R = vectors(W, F, T)
    gram = grams.right[..., 0, 0]
    factor = arnoldi.krylov_factor(gram, n)[0]
    assert np.all(np.diag(factor) > 0)
    np.testing.assert_array_equal(factor, np.triu(factor))
    np.testing.assert_allclose(gram_schmidt(R).T @ R, factor, rtol=0, atol=rounding(gram) * np.abs(factor).max())


@cases
def test_the_hessenberg_matrix_is_w_in_that_basis(n: int, T: int) -> None:
    W, F, C = weights(n)
    gram = grams_of(W, F, C, T).right[..., 0, 0]
    Q = gram_schmidt(vectors(W, F, T))
    H = arnoldi.hessenberg(arnoldi.krylov_factor(gram, n), n)[0]
    assert H.shape == (T, T - 1)
    np.testing.assert_allclose(H, Q.T @ W @ Q[:, :-1], rtol=0, atol=rounding(gram) * np.abs(H).max())


@cases
def test_the_whitened_response_is_c_in_that_basis(n: int, T: int) -> None:
    W, F, C = weights(n)
    grams = grams_of(W, F, C, T)
    gram = grams.right[..., 0, 0]
    z = arnoldi.whitened_impulse(grams, arnoldi.krylov_factor(gram, n))[0]
    np.testing.assert_allclose(
        z, (C @ gram_schmidt(vectors(W, F, T)))[0], rtol=0, atol=rounding(gram) * np.abs(z).max()
    )


@cases
def test_the_left_residual_is_the_gram_of_the_fresh_parts(n: int, T: int) -> None:
    """Cᵀ and l_1 … outside q_0 … q_{p−2}, the latter whitened with the Gram of l_0 … l_{p−2}."""
    W, F, C = weights(n)
    grams = grams_of(W, F, C, T)
    p = (T + 1) // 2
    Q = gram_schmidt(vectors(W, F, T))[:, : p - 1]
    left = vectors(W.T, C.T, T)[:, :p]
    outside = left - Q @ (Q.T @ left)
    lengths = np.linalg.cholesky(left[:, : p - 1].T @ left[:, : p - 1] / n)
    fresh = np.hstack([outside[:, :1], np.linalg.solve(lengths, outside[:, 1:].T).T])
    gram = grams.right[..., 0, 0]
    residual = arnoldi.left_residual(grams, arnoldi.krylov_factor(gram, n))[0]
    assert residual.shape == (p, p)
    np.testing.assert_array_equal(residual, np.tril(residual))
    scale = rounding(gram, grams.left[..., 0, 0]) * float(np.linalg.norm(left) ** 2)
    np.testing.assert_allclose(residual @ residual.T, fresh.T @ fresh, rtol=0, atol=scale)


def test_the_left_residual_has_the_first_moments_of_its_law() -> None:
    """Means 0 of what is normal and n − (p − 1) − a of the squares on the diagonal, to six standard deviations."""
    n, T, B = 9, 5, 4000
    grams = dense.sample_grams(n=n, T=T, replicates=B, rng=stream("left law"))
    residual = arnoldi.left_residual(grams, arnoldi.krylov_factor(grams.right[..., 0, 0], n))
    for a in range(3):
        degrees = n - 2 - a
        squares = residual[:, a, a] ** 2
        assert abs(squares.mean() - degrees) < 6 * math.sqrt(2 * degrees / B)
        for b in range(a):
            assert abs(residual[:, a, b].mean()) < 6 / math.sqrt(B)
            assert abs((residual[:, a, b] ** 2).mean() - 1) < 6 * math.sqrt(2 / B)


def test_grams_that_contradict_each_other_give_nan_and_leave_the_others_alone() -> None:
    n, T = 12, 5
    grams = dense.sample_grams(n=n, T=T, replicates=3, rng=stream("contradiction"))
    broken = grams.right.copy()
    broken[1, 0, 1] = broken[1, 1, 0] = 10 * np.sqrt(broken[1, 0, 0] * broken[1, 1, 1])
    factor = arnoldi.krylov_factor(broken[..., 0, 0], n)
    assert np.isnan(factor[1]).all()
    np.testing.assert_array_equal(factor[[0, 2]], arnoldi.krylov_factor(grams.right[[0, 2], ..., 0, 0], n))


def test_more_lags_than_independent_vectors_give_nan_or_a_tiny_diagonal() -> None:
    """Grams of width 8 said to be of width 16: rank 8 of 12, so that rounding alone decides what is still positive."""
    narrow = dense.sample_grams(n=8, T=12, replicates=64, rng=stream("narrow"))
    factor = arnoldi.krylov_factor(narrow.right[..., 0, 0], 16)
    last = factor[:, -1, -1]
    assert np.isnan(last).any()
    assert np.all(np.isnan(last) | (last < 1e-6 * factor[:, 0, 0]))  # √u of the first


def test_a_response_of_another_network_shows_in_the_left_residual() -> None:
    """‖l_0‖² < ‖projection of l_0‖²: no left vector can have these products with the right ones."""
    n, T = 12, 5
    grams = dense.sample_grams(n=n, T=T, replicates=2, rng=stream("other"))
    other = Grams(n=n, right=grams.right, left=grams.left, impulse=30.0 * grams.impulse)
    residual = arnoldi.left_residual(other, arnoldi.krylov_factor(grams.right[..., 0, 0], n))
    assert (residual[:, 0, 0] < 0).all()


def test_the_signed_factor_gives_back_its_matrix_definite_or_not() -> None:
    n, T = 12, 5
    grams = dense.sample_grams(n=n, T=T, replicates=20, rng=stream("signed"))
    factor = arnoldi.krylov_factor(grams.right[..., 0, 0], n)
    for stretch in (1.0, 1.5, 30.0):  # definite, some definite, none
        other = Grams(n=n, right=grams.right, left=grams.left, impulse=stretch * grams.impulse)
        signed = arnoldi.left_residual(other, factor)
        signs = np.sign(np.diagonal(signed, axis1=1, axis2=2))
        lower = signed * np.where(np.eye(3, dtype=bool), signs[:, None, :], 1.0)
        first = lower[:, 0, 0] * np.abs(lower[:, 0, 0]) * signs[:, 0]  # ‖l_0‖² outside the span of the right vectors
        coordinates = arnoldi.whitened_impulse(other, factor)[:, :2]
        np.testing.assert_allclose(first, n * grams.left[:, 0, 0, 0, 0] - (coordinates**2).sum(axis=1), rtol=1e-9)
        product = (lower * signs[:, None, :]) @ lower.swapaxes(1, 2)
        np.testing.assert_allclose(product, product.swapaxes(1, 2), rtol=0, atol=1e-12 * np.abs(product).max())
        assert (signs > 0).all() == (stretch == 1.0)


def test_more_lags_than_axes_have_no_factor() -> None:
    with pytest.raises(ArgumentError, match=r"too many lags for a Cholesky factor: got 4, allowed: n = 3"):
        arnoldi.krylov_factor(np.eye(4)[None], 3)


@pytest.mark.parametrize(("n", "T"), [(10, 2), (4, 5), (1, 3)])
def test_where_no_axis_is_untouched_there_is_no_left_residual(n: int, T: int) -> None:
    grams = dense.sample_grams(n=n, T=T, replicates=1, rng=stream("few axes"))
    with pytest.raises(ArgumentError, match=r"no untouched axis to test: got T = \d, n = \d+, allowed: T >= 3"):
        arnoldi.left_residual(grams, np.eye(T)[None])


@pytest.mark.parametrize(("n", "T"), [(5, 5), (3, 3)])
def test_the_fewest_axes_that_suffice_are_accepted(n: int, T: int) -> None:
    grams = dense.sample_grams(n=n, T=T, replicates=2, rng=stream("fewest axes", n))
    p = (T + 1) // 2
    assert n == 2 * p - 1
    residual = arnoldi.left_residual(grams, arnoldi.krylov_factor(grams.right[..., 0, 0], n))
    assert np.isfinite(residual).all()
