"""Krylov factors read off from Grams are those of a plain Gram–Schmidt on the vectors themselves."""

import math

import numpy as np
import pytest

from numeric import arnoldi
from numeric.dense import grams_of
from numeric.errors import ArgumentError
from numeric.grams import Grams
from numeric.streams import stream

SIZES = [(9, 4, 1, 1), (9, 4, 2, 3), (12, 3, 4, 2)]


def network(n: int, n_x: int, n_y: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = stream("arnoldi", n, n_x, n_y)
    return rng.standard_normal((n, n)), rng.standard_normal((n, n_x)), rng.standard_normal((n_y, n))


def orthonormal(vectors: np.ndarray) -> np.ndarray:
    """Q of the columns, with signs that make R's diagonal positive."""
    Q, R = np.linalg.qr(vectors)
    return Q * np.sign(np.diagonal(R))


def krylov(W: np.ndarray, F: np.ndarray, T: int) -> np.ndarray:
    blocks = [F]
    for _ in range(1, T):
        blocks.append(W @ blocks[-1] / math.sqrt(len(W)))
    return np.concatenate(blocks, axis=1)


@pytest.mark.parametrize(("n", "T", "n_x", "n_y"), SIZES)
def test_factor_hessenberg_and_impulse_are_coordinates_in_the_krylov_basis(n: int, T: int, n_x: int, n_y: int) -> None:
    W, F, C = network(n, n_x, n_y)
    grams = grams_of(W, F, C, T)
    vectors = krylov(W, F, T)
    Q = orthonormal(vectors)
    factor = arnoldi.krylov_factor(arnoldi.by_column(grams.right), n)
    np.testing.assert_allclose(factor[0], Q.T @ vectors, atol=1e-8)
    H = arnoldi.hessenberg(factor, n, n_x)
    np.testing.assert_allclose(H[0], (Q.T @ W @ Q)[:, : (T - 1) * n_x], atol=1e-6)
    rows, columns = np.indices(H.shape[1:])
    assert np.abs(H[0][rows > columns + n_x]).max(initial=0.0) < 1e-6
    np.testing.assert_allclose(arnoldi.whitened_impulse(grams, factor)[0], (C @ Q).reshape(-1), atol=1e-6)


def test_by_column_puts_the_columns_of_a_lag_side_by_side() -> None:
    W, F, C = network(7, 2, 1)
    vectors = krylov(W, F, 3)
    flat = arnoldi.by_column(grams_of(W, F, C, 3).right)[0]
    np.testing.assert_allclose(flat, vectors.T @ vectors / 7, atol=1e-12)


def test_too_many_axes_are_refused_and_contradictions_give_nan() -> None:
    W, F, C = network(3, 2, 1)
    with pytest.raises(ArgumentError, match="too many lags"):
        arnoldi.krylov_factor(arnoldi.by_column(grams_of(W, F, C, 2).right), 3)
    impossible = np.array([[[1.0, 2.0], [2.0, 1.0]], [[2.0, 0.5], [0.5, 1.0]]])
    factors = arnoldi.krylov_factor(impossible, 5)
    assert np.isnan(factors[0]).all()
    np.testing.assert_allclose(factors[1].T @ factors[1], 5 * impossible[1], atol=1e-12)


def test_left_residual_is_for_one_input_and_output() -> None:
    W, F, C = network(12, 1, 1)
    grams: Grams = grams_of(W, F, C, 5)
    residual = arnoldi.left_residual(grams, arnoldi.krylov_factor(grams.right[..., 0, 0], 12))
    assert residual.shape == (1, 3, 3)
    assert np.isfinite(residual).all()
